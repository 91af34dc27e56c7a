"""Every page of planning as a planner sees it; the same number of queries however many rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.models import User
from asah.portal.catalogue.models import Offering
from asah.portal.competency.models import Competency
from asah.portal.needs.models import Need
from asah.portal.people.enums import PositionKind
from asah.portal.planning import bridge
from asah.portal.planning.models import Lock, Plan, PlanLine, Scenario
from asah.portal.planning.queries.consequences import call
from asah.portal.planning.views.people import group_sentences
from portal.planning.conftest import World

SignIn = Callable[[User], Client]
MOST_BYTES = 100_000
PAGES = ("plan", "gap", "calendar", "money", "map", "classes", "people", "replan")


def _count(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_every_page_of_a_plan_answers_and_is_small(
    world: World, plan: Plan, a_line: PlanLine, sign_in: SignIn
) -> None:
    client = sign_in(world.planner)
    addresses = [reverse(f"planning:{name}", args=[plan.pk]) for name in PAGES]
    addresses += [
        reverse("planning:class", args=[plan.pk, a_line.offering_id]),
        reverse("planning:why_class", args=[plan.pk, a_line.offering_id]),
        reverse("planning:person", args=[plan.pk, a_line.person_id]),
        reverse("planning:why_person", args=[plan.pk, a_line.person_id]) + "?programme=P007",
        reverse("planning:decide", args=[plan.pk, a_line.person_id]),
        reverse("planning:gap", args=[plan.pk]) + f"?office={a_line.unit.office_id}",
        reverse("planning:classes", args=[plan.pk]) + "?week=31",
        reverse("planning:people", args=[plan.pk]) + "?state=deferred&competency=1",
        reverse("planning:plans"),
        reverse("planning:scenarios"),
        reverse("planning:gaps"),
        reverse("planning:compare_scenarios") + f"?s={world.scenario.pk}",
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(answer.content) < MOST_BYTES, address
        text = answer.content.decode()
        assert " style=" not in text, address
        assert "<script>" not in text, address


def test_a_scenario_names_kinds_of_employment_as_people_do(world: World, sign_in: SignIn) -> None:
    world.scenario.policy["jp_max"] = {"PPPK_PARUH_WAKTU": 24}
    world.scenario.save()
    text = sign_in(world.planner).get(reverse("planning:scenario", args=[world.scenario.pk])).content.decode()
    assert "PPPK_PARUH_WAKTU" not in text
    assert "PPPK paruh waktu" in text


def test_reasons_name_programmes_and_dates_and_kinds_of_posts_without_codes(plan: Plan, world: World) -> None:
    offering = Offering.objects.select_related("programme").filter(period__isnull=False)[0]
    keys = bridge.read_keys(plan.folder).of["offerings"]
    name = offering.programme.name
    facts = {
        "programme": offering.programme.code,
        "programme_name": name,
        "offering": keys[offering.pk],
        "column": "position_kind",
        "value": "jpt",
        "admitted": ["pelaksana"],
    }
    text = f"{offering.programme.code} ({name}), {keys[offering.pk]}: penuh."
    full = {"code": "full", "facts": facts, "id": text, "en": text}
    barred = {"code": "not_admitted", "facts": facts, "id": "x jpt", "en": "x jpt"}
    ((_heading, (first, second)),) = group_sentences([full, barred], plan, world.planner)
    assert keys[offering.pk] not in first
    assert first == f"{call(offering)}: penuh."
    assert "jpt" not in second
    assert str(PositionKind.JPT.label) in second


def test_every_page_of_a_scenario_answers(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.planner)
    names = ("scenario", "copy_scenario", "rules", "limits", "floors", "mandates", "add_mandate")
    for name in (*names, "import_mandates", "decisions"):
        assert client.get(reverse(f"planning:{name}", args=[world.scenario.pk])).status_code == 200, name


def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    world: World, plan: Plan, make: Callable[..., Plan], sign_in: SignIn
) -> None:
    client = sign_in(world.planner)
    scenario = reverse("planning:scenario", args=[world.scenario.pk])
    addresses = [reverse("planning:plans"), reverse("planning:scenarios"), scenario]
    before = [_count(client, address) for address in addresses]
    for name in ("Kedua", "Ketiga"):
        Scenario.objects.create(
            agency=world.agency, year=2027, name=name, cycle=world.scenario.cycle, policy={}
        )
        make(world.scenario)
    assert Plan.objects.count() == 3
    assert [_count(client, address) for address in addresses] == before


def test_the_list_of_people_asks_as_often_for_one_as_for_many(
    world: World, plan: Plan, sign_in: SignIn
) -> None:
    client = sign_in(world.planner)
    address = reverse("planning:people", args=[plan.pk])
    nip = plan.outcomes.select_related("person")[0].person.nip
    assert _count(client, f"{address}?q={nip}") == _count(client, address)


def test_lists_of_decisions_ask_as_often_for_three_rows_as_for_one(
    world: World, plan: Plan, sign_in: SignIn
) -> None:
    client = sign_in(world.planner)
    address = reverse("planning:decisions", args=[world.scenario.pk])
    counts = []
    for number, line in enumerate(plan.lines.select_related("person", "offering")[:3], start=1):
        Lock.objects.create(
            scenario=world.scenario,
            person=line.person,
            offering=line.offering,
            state="in",
            made_by=world.planner,
        )
        if number in (1, 3):
            counts.append(_count(client, address))
    assert counts[0] == counts[1]


def test_numbers_lead_to_their_rows(world: World, plan: Plan, sign_in: SignIn) -> None:
    client = sign_in(world.planner)
    people = reverse("planning:people", args=[plan.pk])
    overview = client.get(reverse("planning:plan", args=[plan.pk])).content.decode()
    for state in ("planned", "deferred"):
        assert f"{people}?state={state}" in overview
        table = client.get(f"{people}?state={state}").context["table"]
        assert table.count == plan.outcomes.filter(state=state).count()
    gap = client.get(reverse("planning:gap", args=[plan.pk]))
    for row in gap.context["offices"]:
        table = client.get(people, {"unit": row.unit.path, "state": "planned"}).context["table"]
        assert table.count == row.planned
    for row in gap.context["competencies"][:3]:
        table = client.get(people, {"competency": row.competency.pk}).context["table"]
        assert table.count == row.people
    calendar = client.get(reverse("planning:calendar", args=[plan.pk]))
    week = calendar.context["weeks"][0]
    classes = client.get(reverse("planning:classes", args=[plan.pk]), {"week": week.number})
    assert sum(row.classes for row in classes.context["table"].source.every()) == week.classes


def test_the_page_of_money_says_what_a_million_more_brings(world: World, plan: Plan, sign_in: SignIn) -> None:
    (price,) = [one for one in plan.summary["prices"] if one["scope"] == "total"]
    answer = sign_in(world.planner).get(reverse("planning:money", args=[plan.pk]))
    total = answer.context["scopes"][0]
    assert total.per_million == pytest.approx(price["price"] * 1_000_000)
    assert total.left == total.limit - plan.spent


def test_reasons_call_programmes_and_people_by_name(
    world: World, plan: Plan, a_line: PlanLine, sign_in: SignIn
) -> None:
    client = sign_in(world.planner)
    answer = client.get(reverse("planning:why_person", args=[plan.pk, a_line.person_id]))
    said = [text for _heading, texts in answer.context["groups"] for text in texts]
    programme = a_line.offering.programme
    assert any(text.startswith(f"{programme.name} membawa") for text in said)
    assert not any("--programme" in text for text in said)
    nips = set(plan.outcomes.values_list("person__nip", flat=True))
    assert not [text for text in said if any(nip in text for nip in nips)]


def test_reasons_call_competencies_in_the_language_of_the_reader(
    world: World, plan: Plan, sign_in: SignIn
) -> None:
    Competency.objects.filter(agency=world.agency).update(name_en=Concat(Value("English "), "code"))
    need = Need.told.filter(cycle=world.scenario.cycle, person__plan_outcomes__plan=plan).first()
    assert need is not None
    client = sign_in(world.planner)
    client.cookies["asah_language"] = "en"
    answer = client.get(reverse("planning:why_person", args=[plan.pk, need.person_id]))
    said = " ".join(text for _heading, texts in answer.context["groups"] for text in texts)
    assert f"English {need.competency.code}" in said


def test_people_are_exported_whole(world: World, plan: Plan, sign_in: SignIn) -> None:
    answer = sign_in(world.planner).get(reverse("planning:people", args=[plan.pk]), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == plan.outcomes.count() + 1
