"""Who sees which scenarios, plans and lines."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from asah.portal.base.access import visible_to
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, Unit, User
from asah.portal.planning.enums import PlanState
from asah.portal.planning.models import LineResponse, Lock, Mandate, Plan, PlanLine, PlanOutcome, Scenario
from factories.portal import a_user, an_agency
from portal.planning.conftest import World
from portal.planning.situations import a_plan, a_scenario

SignIn = Callable[[User], Client]


def _show(plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.SHOWN)


def _office_of(line: PlanLine) -> Unit:
    return Unit.objects.get(pk=line.unit.office_id)


def test_a_draft_is_seen_by_those_who_make_and_decide_plans_and_by_nobody_in_an_office(
    plan: Plan, a_line: PlanLine, world: World
) -> None:
    office = _office_of(a_line)
    for role in (Role.PLANNER, Role.PYB, Role.PPK, Role.INSPECTOR, Role.ADMINISTRATOR):
        user = a_user(role, unit=world.agency)
        assert list(visible_to(user, Plan)) == [plan]
        assert list(visible_to(user, Scenario)) == [world.scenario]
        assert visible_to(user, PlanLine).count() == plan.lines.count()
    for role in (Role.HEAD, Role.OPERATOR):
        user = a_user(role, unit=office)
        assert list(visible_to(user, Plan)) == []
        assert list(visible_to(user, Scenario)) == []
        assert list(visible_to(user, PlanLine)) == []
        assert list(visible_to(user, PlanOutcome)) == []


def test_an_office_sees_of_a_shown_plan_the_lines_of_its_own_people_only(
    plan: Plan, a_line: PlanLine
) -> None:
    _show(plan)
    office = _office_of(a_line)
    for role in (Role.HEAD, Role.OPERATOR):
        user = a_user(role, unit=office)
        seen = visible_to(user, PlanLine)
        assert set(seen) == set(plan.lines.filter(unit__path__startswith=office.path))
        assert 0 < seen.count() < plan.lines.count()
        assert list(visible_to(user, Scenario)) == []
        assert list(visible_to(user, Plan)) == [plan]


def test_a_civil_servant_sees_their_own_lines_once_the_plan_is_shown(
    plan: Plan, a_line: PlanLine, world: World
) -> None:
    user = a_user(Role.ASN, unit=a_line.unit)
    person = a_line.person
    person.user = user
    person.save()
    assert list(visible_to(user, PlanLine)) == []
    _show(plan)
    assert set(visible_to(user, PlanLine)) == set(plan.lines.filter(person=person))
    assert [outcome.person for outcome in visible_to(user, PlanOutcome)] == [person]
    assert list(visible_to(user, Plan)) == []


def test_the_planner_of_another_agency_sees_nothing_and_a_try_leaves_a_line(
    plan: Plan, a_line: PlanLine, world: World, sign_in: SignIn
) -> None:
    LineResponse.objects.create(plan=plan, person=a_line.person, state="accepted")
    Lock.objects.create(scenario=world.scenario, person=a_line.person, offering=a_line.offering, state="in")
    stranger = a_user(Role.PLANNER, unit=an_agency("Kabupaten Lain"))
    for model in (Scenario, Plan, PlanLine, PlanOutcome, LineResponse, Lock):
        assert model._default_manager.exists()
        assert list(visible_to(stranger, model)) == []
    client = sign_in(stranger)
    person = a_line.person_id
    addresses = [
        reverse("planning:scenario", args=[world.scenario.pk]),
        reverse("planning:limits", args=[world.scenario.pk]),
        reverse("planning:plan", args=[plan.pk]),
        reverse("planning:people", args=[plan.pk]),
        reverse("planning:person", args=[plan.pk, person]),
        reverse("planning:why_person", args=[plan.pk, person]),
        reverse("planning:decide", args=[plan.pk, person]),
        reverse("planning:compare_plans", args=[plan.pk, plan.pk]),
    ]
    for address in addresses:
        before = Event.objects.filter(action="access.refused").count()
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert a_line.person.name not in answer.content.decode()
        assert Event.objects.filter(action="access.refused").count() == before + 1, address


def test_a_row_of_another_agency_under_an_own_plan_is_not_there_and_leaves_a_line(
    plan: Plan, a_line: PlanLine, world: World, sign_in: SignIn
) -> None:
    theirs = a_plan(a_scenario(), a_user(Role.PLANNER, unit=an_agency()))
    person = theirs.outcomes.first()
    line = theirs.lines.first()
    assert person is not None
    assert line is not None
    mandate = Mandate.objects.create(
        scenario=theirs.scenario, person=person.person, programme=line.offering.programme
    )
    job = Job.objects.create(
        kind="planning.make_plan", arguments={"scenario": theirs.scenario_id}, unit=theirs.scenario.agency
    )
    own, scenario = plan.pk, world.scenario.pk
    addresses = {
        reverse("planning:compare_plans", args=[own, theirs.pk]): f"planning.Plan:{theirs.pk}",
        reverse("planning:remove_mandate", args=[scenario, mandate.pk]): f"planning.Mandate:{mandate.pk}",
        reverse("planning:run", args=[scenario, job.pk]): f"base.Job:{job.pk}",
        reverse("planning:person", args=[own, person.person_id]): f"people.Person:{person.person_id}",
        reverse("planning:why_person", args=[own, person.person_id]): f"people.Person:{person.person_id}",
        reverse("planning:decide", args=[own, person.person_id]): f"people.Person:{person.person_id}",
        reverse("planning:class", args=[own, line.offering_id]): f"catalogue.Offering:{line.offering_id}",
        reverse("planning:why_class", args=[own, line.offering_id]): f"catalogue.Offering:{line.offering_id}",
        reverse("planning:respond", args=[theirs.pk]): f"planning.Plan:{theirs.pk}",
    }
    client = sign_in(world.planner)
    for address, subject in addresses.items():
        before = Event.objects.filter(action="access.refused").count()
        assert client.get(address).status_code == 404, address
        (event,) = Event.objects.filter(action="access.refused").order_by("number")[before:]
        assert (event.actor, event.subject) == (world.planner, subject), address


def test_a_scenario_of_another_agency_is_left_out_of_a_comparison_and_that_is_told(
    world: World, sign_in: SignIn
) -> None:
    theirs = a_scenario()
    address = reverse("planning:compare_scenarios")
    page = sign_in(world.planner).get(address, {"s": [world.scenario.pk, theirs.pk]})
    assert page.context["chosen"] == [world.scenario]
    assert "tidak ada bagi Anda" in page.content.decode()
    (event,) = Event.objects.filter(action="access.refused")
    assert event.subject == f"planning.Scenario:{theirs.pk}"


def test_a_head_may_look_but_not_decide(plan: Plan, a_line: PlanLine, sign_in: SignIn) -> None:
    _show(plan)
    client = sign_in(a_user(Role.HEAD, unit=_office_of(a_line)))
    assert client.get(reverse("planning:person", args=[plan.pk, a_line.person_id])).status_code == 200
    assert client.get(reverse("planning:decide", args=[plan.pk, a_line.person_id])).status_code == 403
    assert client.get(reverse("planning:replan", args=[plan.pk])).status_code == 403
    assert client.get(reverse("planning:scenarios")).status_code == 403


def test_a_head_reads_no_name_from_another_office_in_the_reasons(
    plan: Plan, a_line: PlanLine, sign_in: SignIn
) -> None:
    _show(plan)
    office = _office_of(a_line)
    client = sign_in(a_user(Role.HEAD, unit=office))
    others = set(
        plan.outcomes.exclude(unit__path__startswith=office.path).values_list("person__nip", flat=True)
    )
    for outcome in plan.outcomes.filter(unit__path__startswith=office.path)[:12]:
        text = client.get(reverse("planning:why_person", args=[plan.pk, outcome.person_id])).content.decode()
        assert not {nip for nip in others if nip in text}
