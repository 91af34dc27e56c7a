"""Two planners on one scenario, and deciding by hand, through the pages."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, User
from asah.portal.catalogue.models import Programme, ProgrammeEffect
from asah.portal.needs.models import Need
from asah.portal.needs.queries.groups import LEAST_PEOPLE
from asah.portal.planning.models import Limit, Lock, Plan, PlanLine, Scenario
from factories.portal import a_user, an_agency
from portal.planning.conftest import World

SignIn = Callable[[User], Client]


def test_the_second_planner_keeps_their_input_sees_the_change_and_may_send_again(
    world: World, sign_in: SignIn
) -> None:
    other = a_user(Role.PLANNER, unit=world.agency)
    address = reverse("planning:limits", args=[world.scenario.pk])
    sent = {"total": "111.000.000", "edition": "1"}
    assert sign_in(other).post(address, sent).status_code == 302
    client = sign_in(world.planner)
    answer = client.post(address, {"total": "Rp 222.000.000", "edition": "1"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert other.name in text
    assert "111.000.000" in text
    assert "Rp 222.000.000" in text
    assert Limit.objects.get(scenario=world.scenario, scope="total").amount == 111_000_000
    again = {"total": "Rp 222.000.000", "edition": str(answer.context["form"].data["edition"])}
    assert client.post(address, again).status_code == 302
    assert Limit.objects.get(scenario=world.scenario, scope="total").amount == 222_000_000


def test_rules_are_saved_in_the_words_of_the_page(world: World, sign_in: SignIn) -> None:
    address = reverse("planning:rules", args=[world.scenario.pk])
    sent = {
        "edition": "1",
        "name": "Pagu definitif",
        "max_absent_share": "12,5",
        "jp_target_PNS": "20",
        "points_per_jp_short": "0,1",
    }
    assert sign_in(world.planner).post(address, sent).status_code == 302
    scenario = Scenario.objects.get(pk=world.scenario.pk)
    assert scenario.name == "Pagu definitif"
    assert scenario.policy["max_absent_share"] == 0.125
    assert scenario.policy["points_per_jp_short"] == 0.1
    assert scenario.policy["jp_target"] == {"PNS": 20.0}
    assert scenario.policy["jp_max"] == {}
    assert "max_programmes" not in scenario.policy


def test_a_rule_that_may_be_a_thousand_or_one_is_asked_for_again(world: World, sign_in: SignIn) -> None:
    address = reverse("planning:rules", args=[world.scenario.pk])
    sent = {"edition": "1", "name": "Pagu", "jp_target_PNS": "2.000", "points_per_jp_short": "1.000"}
    answer = sign_in(world.planner).post(address, sent)
    assert set(answer.context["form"].errors) == {"jp_target_PNS", "points_per_jp_short"}
    assert Scenario.objects.get(pk=world.scenario.pk).edition == 1


def test_a_limit_without_its_unit_is_told(world: World, sign_in: SignIn) -> None:
    address = reverse("planning:limits", args=[world.scenario.pk])
    before = set(Limit.objects.values_list("pk", flat=True))
    rows = sum(limit.scope == "unit" for limit in Limit.objects.all())
    answer = sign_in(world.planner).post(address, {"edition": "1", f"amount_{rows}": "5"})
    assert answer.status_code == 200
    assert f"unit_{rows}" in answer.context["form"].errors
    assert set(Limit.objects.values_list("pk", flat=True)) == before


def test_a_decision_shows_what_it_would_do_before_it_is_kept(
    world: World, plan: Plan, a_line: PlanLine, sign_in: SignIn
) -> None:
    client = sign_in(world.planner)
    address = reverse("planning:decide", args=[plan.pk, a_line.person_id])
    asked = {"do": "out", "out_of": a_line.offering_id}
    shown = client.get(address, asked, headers={"HX-Request": "true"})
    assert shown.context["facts"]
    assert not Lock.objects.exists()
    looked = client.post(address, {**asked, "edition": "1", "look": "yes"})
    assert looked.status_code == 200
    assert not Lock.objects.exists()
    kept = client.post(address, {**asked, "edition": "1", "reason": "Cuti"})
    assert kept.status_code == 302
    assert list(Lock.objects.values_list("person", "offering", "state", "reason")) == [
        (a_line.person_id, a_line.offering_id, "out", "Cuti")
    ]
    assert plan.lines.filter(pk=a_line.pk).exists()
    overview = client.get(reverse("planning:plan", args=[plan.pk]))
    assert overview.context["decisions"] == 1


def test_a_decision_on_a_scenario_changed_meanwhile_is_not_lost(
    world: World, plan: Plan, a_line: PlanLine, sign_in: SignIn
) -> None:
    Scenario.objects.update(edition=2)
    address = reverse("planning:decide", args=[plan.pk, a_line.person_id])
    sent = {"do": "out", "out_of": a_line.offering_id, "edition": "1", "reason": "Cuti besar"}
    answer = sign_in(world.planner).post(address, sent)
    assert answer.status_code == 200
    assert 'value="Cuti besar"' in answer.content.decode()
    assert not Lock.objects.exists()


def test_pressing_the_button_begins_a_job_and_its_page_tells_of_it(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.planner)
    answer = client.post(
        reverse("planning:make_plan", args=[world.scenario.pk]), {"seconds": "60", "gap": "0.002"}
    )
    job = Job.objects.get(kind="planning.make_plan")
    page = reverse("planning:run", args=[world.scenario.pk, job.pk])
    assert answer.headers["Location"] == page
    trail = [[1.0, 10.0, 30.0], [2.0, 20.0, 25.0]]
    news = {"phase": "bundles", "gained": 20.0, "most": 25.0, "gap": 0.2, "seconds": 2, "trail": trail}
    Job.objects.filter(pk=job.pk).update(state="running", news=news, done=2, total=60)
    shown = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "20,00%" in shown
    assert 'id="trail"' in shown
    assert 'hx-trigger="every 1s"' in shown
    other = a_user(Role.PLANNER, unit=world.agency)
    assert sign_in(other).post(page + "stop/").status_code == 302
    job.refresh_from_db()
    assert job.stop_requested


def test_a_job_of_another_scenario_is_not_found(world: World, sign_in: SignIn) -> None:
    other = Scenario.objects.create(
        agency=world.agency, year=2027, name="Lain", cycle=world.scenario.cycle, policy={}
    )
    client = sign_in(world.planner)
    client.post(reverse("planning:make_plan", args=[world.scenario.pk]), {"seconds": "60", "gap": "0.002"})
    job = Job.objects.get(kind="planning.make_plan")
    assert client.get(reverse("planning:run", args=[other.pk, job.pk])).status_code == 404


def test_a_gap_becomes_a_draft_in_one_step(world: World, sign_in: SignIn) -> None:
    need = Need.objects.filter(cycle=world.scenario.cycle)[0]
    ProgrammeEffect.objects.filter(competency=need.competency).delete()
    client = sign_in(world.planner)
    needs = Need.objects.filter(cycle=world.scenario.cycle, competency=need.competency)
    page = client.get(reverse("planning:gaps"))
    assert need.competency.name in page.content.decode()
    (once,) = [
        row[-1]["once"].value() for row in page.context["gaps"] if row[0].competency == need.competency
    ]
    address = reverse("planning:draft_from_gap", args=[world.scenario.cycle_id, need.competency_id])
    # Without the mark of its form it is no decision; sent twice it is one.
    assert client.post(address).headers["Location"].startswith(reverse("planning:gaps"))
    assert not Programme.objects.filter(state="draft").exists()
    answers = [client.post(address, {"once": once}) for _click in range(2)]
    draft = Programme.objects.get(state="draft")
    page_of_it = reverse("catalogue:programme", args=[draft.pk])
    assert [answer.headers["Location"] for answer in answers] == [page_of_it, page_of_it]
    assert [effect.competency for effect in draft.effects.all()] == [need.competency]
    assert f"{needs.count()} pegawai" in draft.description
    # A draft there is: the list leads to it and offers no second one.
    assert address not in client.get(reverse("planning:gaps")).content.decode()


def test_whoever_sees_groups_only_reads_no_small_group_and_no_way_to_people(
    world: World, sign_in: SignIn
) -> None:
    need = Need.objects.filter(cycle=world.scenario.cycle)[0]
    ProgrammeEffect.objects.filter(competency=need.competency).delete()
    behind = reverse("needs:cell", args=[world.scenario.cycle_id, world.agency.pk, need.competency_id])
    assert behind in sign_in(world.planner).get(reverse("planning:gaps")).content.decode()
    page = sign_in(a_user(Role.INSPECTOR, unit=world.agency)).get(reverse("planning:gaps"))
    assert "/heat/" not in page.content.decode()
    for gap, *_rest in page.context["gaps"]:
        told = [people for _levels, people in gap.levels] + [people for _office, people in gap.offices]
        assert gap.too_small or min([*told, gap.elsewhere[1] or LEAST_PEOPLE]) >= LEAST_PEOPLE


def test_an_analysis_of_another_agency_in_the_address_is_told_and_written_down(
    world: World, sign_in: SignIn
) -> None:
    client = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    page = client.get(reverse("planning:gaps"), {"cycle": world.scenario.cycle_id})
    assert "tidak ada bagi Anda" in page.content.decode()
    draft = reverse("planning:draft_from_gap", args=[world.scenario.cycle_id, 1])
    assert client.post(draft).status_code == 404
    refused = Event.objects.filter(action="access.refused", subject=f"needs.Cycle:{world.scenario.cycle_id}")
    assert refused.count() == 2


def test_a_change_is_sent_and_never_asked_for_by_an_address(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.planner)
    assert client.get(reverse("planning:make_plan", args=[world.scenario.pk])).status_code == 405
    address = reverse("planning:draft_from_gap", args=[world.scenario.cycle_id, 1])
    assert client.get(address).status_code == 405
