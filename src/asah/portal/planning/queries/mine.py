"""Somebody's own development: gaps, what the plan gives and why, JP of the year, and what they said of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Prefetch

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.catalogue.models import ProgrammeEffect
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Cycle, LevelEstimate, Need
from asah.portal.people.models import Person
from asah.portal.planning.access import SHOWN_STATES
from asah.portal.planning.enums import LockState, PlanState
from asah.portal.planning.models import LineResponse, Lock, Mandate, Plan, PlanLine, PlanOutcome
from asah.portal.planning.queries import history
from asah.portal.planning.queries.schedule import as_planned


@dataclass(frozen=True)
class OwnNeed:
    """``actual`` None: no level was estimated. ``served``: the plan shown has a programme for it."""

    name: str
    against: str
    required: int
    actual: float | None
    gap: float
    served: bool


@dataclass(frozen=True)
class OwnLine:
    """A place in an offering with why it is given: an obligation, a decision by hand, gaps that it narrows.

    ``narrows``: competency and levels it is expected to raise, at most the gap.
    """

    line: PlanLine
    mandated: bool
    locked: bool
    lock_reason: str
    narrows: list[tuple[str, float]]
    general: bool


@dataclass(frozen=True)
class OwnPlan:
    """What one plan holds for a person. ``jp``: planned; ``jp_before``: of the year, verified before the
    plan."""

    plan: Plan
    outcome: PlanOutcome
    lines: list[OwnLine]
    jp: Decimal
    jp_before: Decimal
    response: LineResponse | None

    @property
    def takes_responses(self) -> bool:
        """An answered request stays as it is."""
        if self.plan.state != PlanState.SHOWN:
            return False
        return self.response is None or self.response.answered_at is None

    @property
    def may_accept_answer(self) -> bool:
        """Whether the answer to a request may still make the person accept."""
        said = self.response
        is_open = self.plan.state == PlanState.SHOWN and bool(self.lines)
        return is_open and said is not None and said.takes_acceptance


def person_of(user: User) -> Person | None:
    return (
        Person.objects.filter(user=user)
        .select_related("agency", "current__unit", "current__position", "target_position")
        .first()
    )


def latest_cycle(person: Person) -> Cycle | None:
    """The latest finished analysis that the person was part of."""
    return (
        Cycle.objects.filter(members__person=person, state=CycleState.FINISHED)
        .order_by("-year", "-pk")
        .first()
    )


def needs_of(viewer: User, person: Person, cycle: Cycle, own: list[OwnPlan]) -> list[OwnNeed]:
    """The largest gap first. What a case of conduct raised is not shown, as it is to nobody."""
    levels = dict(LevelEstimate.objects.filter(cycle=cycle, person=person).values_list("competency", "mean"))
    programmes = {each.line.offering.programme_id for one in own for each in one.lines}
    served = set(
        ProgrammeEffect.objects.filter(programme__in=programmes).values_list("competency_id", flat=True)
    )
    rows = visible_to(viewer, Need).filter(cycle=cycle, person=person).select_related("competency")
    return [
        OwnNeed(
            name=need.competency.name,
            against=need.get_against_display(),
            required=need.required,
            actual=levels.get(need.competency_id),
            gap=need.gap,
            served=need.competency_id in served,
        )
        for need in rows.order_by("-gap", "competency__code")
    ]


def plans_of(viewer: User, person: Person) -> list[OwnPlan]:
    """Of the latest year with a plan that is out: the one under way first, then the one in force."""
    outcomes = list(
        PlanOutcome.objects.filter(person=person, plan__state__in=SHOWN_STATES)
        .exclude(plan__state=PlanState.REPLACED)
        .select_related("plan__scenario__agency", "plan__scenario__cycle")
        .order_by("-plan__scenario__year", "plan__state", "-plan__made_at")
    )
    if not outcomes:
        return []
    year = outcomes[0].plan.scenario.year
    found = [_own_plan(viewer, person, each) for each in outcomes if each.plan.scenario.year == year]
    return sorted(found, key=lambda one: one.plan.state == PlanState.STIPULATED)


def _own_plan(viewer: User, person: Person, outcome: PlanOutcome) -> OwnPlan:
    plan = outcome.plan
    lines = list(
        PlanLine.objects.filter(plan=plan, person=person)
        .select_related("offering__programme", "offering__place")
        .prefetch_related(
            Prefetch("offering__programme__effects", ProgrammeEffect.objects.select_related("competency"))
        )
        .annotate(**as_planned())
        .order_by(F("planned_period"), "pk")
    )
    done = history.jp_done_before(plan.scenario.agency, plan.scenario.year).get(person.pk, Decimal(0))
    return OwnPlan(
        plan=plan,
        outcome=outcome,
        lines=_reasons(viewer, plan, person, lines),
        jp=sum((line.jp for line in lines), Decimal(0)),
        jp_before=done,
        response=LineResponse.objects.filter(plan=plan, person=person).select_related("answered_by").first(),
    )


def _reasons(viewer: User, plan: Plan, person: Person, lines: list[PlanLine]) -> list[OwnLine]:
    """Gains of several programmes in one competency add up, in the order of their dates, to the gap at
    most."""
    mandated = set(
        Mandate.objects.filter(scenario=plan.scenario_id, person=person).values_list(
            "programme_id", flat=True
        )
    )
    locks = {
        lock.offering_id: lock.reason
        for lock in Lock.objects.filter(scenario=plan.scenario_id, person=person, state=LockState.IN)
    }
    left: dict[int, float] = defaultdict(float)
    needs = visible_to(viewer, Need).filter(cycle=plan.scenario.cycle_id, person=person)
    left.update(needs.values_list("competency", "gap"))
    own = []
    for line in lines:
        narrows = []
        for effect in line.offering.programme.effects.all():
            levels = min(left[effect.competency_id], float(effect.gain_levels))
            if levels > 0:
                left[effect.competency_id] -= levels
                narrows.append((effect.competency.name, levels))
        own.append(
            OwnLine(
                line=line,
                mandated=line.offering.programme_id in mandated,
                locked=line.locked,
                lock_reason=locks.get(line.offering_id, ""),
                narrows=narrows,
                general=line.offering.programme.general,
            )
        )
    return own
