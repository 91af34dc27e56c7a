"""How much of the gap a plan closes, by office and by competency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.competency.models import Competency
from asah.portal.planning.access import SEE_PLANS, sees_all_of
from asah.portal.planning.enums import OutcomeState
from asah.portal.planning.models import Plan, PlanLine, PlanOutcome


@dataclass(frozen=True)
class Office:
    """An office with everything below it; the agency itself stands for people of no office."""

    unit: Unit
    people: int
    planned: int
    deferred: int
    need: float
    closed: float
    lines: int
    fee: int
    travel: int

    @property
    def share(self) -> float | None:
        return self.closed / self.need if self.need else None


@dataclass(frozen=True)
class OfCompetency:
    """Closure of one competency: people with the need, points needed and closed."""

    competency: Competency
    people: int
    need: float
    closed: float

    @property
    def share(self) -> float | None:
        return self.closed / self.need if self.need else None


def closure_by_office(plan: Plan, viewer: User) -> list[Office]:
    """Offices whose people the viewer may see, the largest need first. Summed in the database by unit."""
    outcomes = (
        visible_to(viewer, PlanOutcome)
        .filter(plan=plan)
        .order_by()
        .values("unit")
        .annotate(
            people=Count("pk"),
            planned=Count("pk", filter=Q(state=OutcomeState.PLANNED)),
            deferred=Count("pk", filter=Q(state=OutcomeState.DEFERRED)),
            need_sum=Sum("need"),
            closed=Sum("closure"),
        )
    )
    lines = {
        row["unit"]: row
        for row in visible_to(viewer, PlanLine)
        .filter(plan=plan)
        .order_by()
        .values("unit")
        .annotate(lines=Count("pk"), fees=Sum("fee"), travels=Sum("travel"))
    }
    units = {unit.pk: unit for unit in _units(plan)}
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0] * 8)
    row: Any
    for row in outcomes:
        line: Any = lines.get(row["unit"], {})
        office = units[row["unit"]].office_id or plan.scenario.agency_id
        values: list[float] = [
            *(row[name] or 0 for name in ("people", "planned", "deferred", "need_sum", "closed")),
            *(line.get(name) or 0 for name in ("lines", "fees", "travels")),
        ]
        sums[office] = [a + b for a, b in zip(sums[office], values, strict=True)]
    offices = [
        Office(
            unit=units[key],
            people=int(people),
            planned=int(planned),
            deferred=int(deferred),
            need=need,
            closed=closed,
            lines=int(count),
            fee=int(fee),
            travel=int(travel),
        )
        for key, (people, planned, deferred, need, closed, count, fee, travel) in sums.items()
    ]
    return sorted(offices, key=lambda office: (-office.need, office.unit.path))


def closure_by_competency(plan: Plan, viewer: User, office: Unit | None = None) -> list[OfCompetency]:
    """Competencies of the needs of the units the viewer may see, or of an office; the largest need first."""
    matrix = plan.summary.get("closure", {})
    wanted = _seen_units(plan, viewer, office)
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for unit, row in matrix.items():
        if wanted is None or int(unit) in wanted:
            for competency, values in row.items():
                sums[int(competency)] = [a + b for a, b in zip(sums[int(competency)], values, strict=True)]
    known = Competency.objects.in_bulk(list(sums))
    found = [
        OfCompetency(known[key], int(people), need, closed)
        for key, (people, need, closed) in sums.items()
        if key in known
    ]
    return sorted(found, key=lambda row: (-row.need, row.competency.code))


def _seen_units(plan: Plan, viewer: User, office: Unit | None) -> set[int] | None:
    """Units to sum over; None for all of them."""
    everything = sees_all_of(viewer, plan)
    if everything and office is None:
        return None
    seen: Iterable[Unit] = _units(plan)
    if not everything:
        paths = tuple(SEE_PLANS.paths(viewer))
        seen = [unit for unit in seen if unit.path.startswith(paths)]
    if office is not None:
        seen = [unit for unit in seen if unit.path.startswith(office.path)]
    return {unit.pk for unit in seen}


def _units(plan: Plan) -> list[Unit]:
    return list(Unit.objects.filter(path__startswith=plan.scenario.agency.path))
