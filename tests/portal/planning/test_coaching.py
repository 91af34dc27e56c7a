"""A need that a case of conduct raised is planned for, and no page of plans tells of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asah.engine.tables import load
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.catalogue.models import Offering, ProgrammeEffect
from asah.portal.competency.models import Competency
from asah.portal.needs.models import COACHING, ConductCase, Need
from asah.portal.people.models import Person
from asah.portal.planning.models import Plan
from asah.portal.planning.queries import people as queries
from asah.portal.planning.queries.closure import closure_by_competency
from asah.portal.planning.queries.figures import figures_of
from asah.portal.planning.queries.gaps import unserved_gaps
from factories.portal import a_user
from portal.planning.conftest import World
from portal.walk import body_of

SignIn = Callable[[User], Client]
SECRET = "Kejujuran melapor"


@dataclass(frozen=True)
class Case:
    """Somebody whose only need is for coaching, in a competency that nobody else lacks."""

    person: Person
    competency: Competency
    other: Person


@pytest.fixture
def case(world: World) -> Case:
    cycle = world.scenario.cycle
    competency = Competency.objects.create(
        agency=world.agency, code="Z.99", name_id=SECRET, kind="managerial", stream="integrity"
    )
    offering = Offering.objects.filter(programme__agency=world.agency, max_classes__gt=0, place=None).first()
    assert offering is not None
    # Nothing else is brought by it: a place in it must not be told by what it is worth.
    ProgrammeEffect.objects.filter(programme=offering.programme).delete()
    ProgrammeEffect.objects.create(programme=offering.programme, competency=competency, gain_levels="0.9")
    person, other = Person.objects.filter(agency=world.agency, current__unit__parent__isnull=False)[:2]
    Need.objects.filter(person=person).delete()
    # Of the other one the analysis found a small gap in the same competency, which the case makes larger.
    gaps = ((person, COACHING, 1.0, 5.0), (other, "supervisor", 0.25, 2.0))
    for who, basis, gap, weight in gaps:
        assert who.current is not None
        about = {"cycle": cycle, "person": who, "unit": who.current.unit, "competency": competency}
        Need.objects.create(
            **about, against="current", required=3, gap=gap, weight=weight, probability=None, basis=basis
        )
        ConductCase.objects.create(
            person=who,
            kind="discipline",
            opened_on=timezone.localdate() - dt.timedelta(days=9),
            need="x",
            competency=competency,
            opened_by=a_user(Role.HEAD, unit=world.agency),
        )
    return Case(person, competency, other)


def readers(world: World, case: Case) -> list[User]:
    """One of each role that sees plans, and the person; nobody of them is named in the case."""
    assert case.person.current is not None
    unit = case.person.current.unit
    roles = (Role.PLANNER, Role.PYB, Role.PPK, Role.INSPECTOR, Role.ADMINISTRATOR)
    users = [a_user(role, unit=world.agency) for role in roles]
    users += [a_user(role, unit=unit) for role in (Role.HEAD, Role.OPERATOR)]
    own = a_user(Role.ASN, unit=unit)
    Person.objects.filter(pk=case.person.pk).update(user=own)
    return [*users, own]


def test_it_enters_the_problem_and_the_rows_of_the_plan_are_as_if_it_did_not(
    world: World, case: Case, make: Callable[..., Plan]
) -> None:
    plan = make(world.scenario, actor=world.planner)
    needs = load(plan.folder / "problem", "plan")["needs"].filter(competency_id="Z.99")
    assert set(needs["person_id"]) == {case.person.nip, case.other.nip}
    assert set(needs["gap_levels"]) == {1.0}
    outcome = plan.outcomes.get(person=case.person)
    assert (outcome.need, outcome.closure) == (0, 0)
    told = Need.told.filter(cycle=world.scenario.cycle, person=case.other).values_list("gap", "weight")
    assert plan.outcomes.get(person=case.other).need == pytest.approx(
        sum(gap * weight for gap, weight in told)
    )
    (row,) = [one for one in closure_by_competency(plan, world.planner) if one.competency == case.competency]
    assert (row.people, row.need) == (1, pytest.approx(0.5))
    # Sums over rows give what the figures say: no difference tells of the case.
    figures = figures_of(plan)
    rows = list(plan.outcomes.all())
    assert figures.need_points == pytest.approx(sum(one.need for one in rows))
    assert figures.closed_points == pytest.approx(sum(one.closure for one in rows))
    assert (figures.planned, figures.deferred, figures.exempt) == tuple(
        sum(one.state == state for one in rows) for state in ("planned", "deferred", "exempt")
    )


def test_without_a_place_such_a_person_stands_as_without_a_need(
    world: World, case: Case, make: Callable[..., Plan]
) -> None:
    """Everybody owes hours; without that debt somebody with nothing but a case is exempt, not deferred."""
    world.scenario.policy = {**world.scenario.policy, "jp_target": 0, "jp_target_pppk": 0}
    world.scenario.save()
    Offering.objects.filter(programme__effects__competency=case.competency).update(max_classes=0)
    world.scenario.mandates.filter(person=case.person).delete()
    plan = make(world.scenario, actor=world.planner)
    outcome = plan.outcomes.get(person=case.person)
    assert (outcome.state, outcome.reason, outcome.need) == ("exempt", "no_need", 0)
    assert "Z.99" not in str(plan.summary["warnings"])


def test_no_page_and_no_export_of_a_plan_tells_of_it(
    world: World, case: Case, make: Callable[..., Plan], sign_in: SignIn
) -> None:
    Need.objects.filter(person=case.other, competency=case.competency).delete()
    ConductCase.objects.filter(person=case.other).delete()
    plan = make(world.scenario, actor=world.planner)
    Plan.objects.filter(pk=plan.pk).update(state="shown")
    why = reverse("planning:why_person", args=[plan.pk, case.person.pk])
    pages = [
        *(
            reverse(f"planning:{name}", args=[plan.pk])
            for name in ("plan", "gap", "money", "people", "approval")
        ),
        reverse("planning:person", args=[plan.pk, case.person.pk]),
        why,
        reverse("planning:gaps"),
        reverse("planning:mine"),
        reverse("planning:contents", args=[plan.pk]),
    ]
    listed = reverse("planning:people", args=[plan.pk])
    reached = 0
    for user in readers(world, case):
        client = sign_in(user)
        for page in pages:
            answer = client.get(page)
            assert answer.status_code in (200, 302, 403, 404), page
            reached += answer.status_code == 200
            assert SECRET not in body_of(answer), (user, page)
            assert "Z.99" not in body_of(answer), (user, page)
        # By the competency nobody is found: the filter falls away, as with any number that is none.
        for more in ({}, {"export": "csv"}):
            found = client.get(listed, {"competency": case.competency.pk, **more})
            whole = client.get(listed, more)
            if found.status_code == 200:
                assert text_of(found).count(case.person.nip) == text_of(whole).count(case.person.nip)
                assert SECRET not in text_of(found)
    assert reached > 50
    assert not queries.with_need_in(plan, plan.outcomes.all(), case.competency.pk).exists()
    served = ProgrammeEffect.objects.filter(competency=case.competency)
    served.delete()
    assert case.competency not in [
        gap.competency for gap in unserved_gaps(world.scenario.cycle, of_groups=False)
    ]


def text_of(answer: object) -> str:
    if getattr(answer, "streaming", False):
        return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]
