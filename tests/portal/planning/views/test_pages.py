"""Every page of planning as a planner sees it; the same number of queries however many rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.models import User
from asah.portal.planning.models import Lock, Plan, PlanLine, Scenario
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


def test_people_are_exported_whole(world: World, plan: Plan, sign_in: SignIn) -> None:
    answer = sign_in(world.planner).get(reverse("planning:people", args=[plan.pk]), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == plan.outcomes.count() + 1
