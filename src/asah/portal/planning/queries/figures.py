"""The key figures of a plan, and of several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.planning.enums import OutcomeState
from asah.portal.planning.models import Plan, PlanLine, PlanOutcome, Scenario


@dataclass(frozen=True)
class Figures:
    """What a plan comes to. Points are floats, money whole rupiah, ``closed`` and ``gap`` parts of one."""

    plan: Plan
    planned: int
    deferred: int
    exempt: int
    classes: int
    lines: int
    spent: int
    limit: int | None
    closed_points: float
    need_points: float
    jp_short: int
    mandates_missed: int
    gap: float
    objective: float

    @property
    def closed(self) -> float | None:
        return self.closed_points / self.need_points if self.need_points else None

    @property
    def people(self) -> int:
        return self.planned + self.deferred + self.exempt

    @property
    def left(self) -> int | None:
        """Money that the total leaves."""
        return None if self.limit is None else self.limit - self.spent


def figures_of(plan: Plan) -> Figures:
    """From the plan's own row; the number of lines is one query."""
    summary = plan.summary
    people = summary["people"]
    limits = {(scope, key): amount for scope, key, amount in summary.get("limits", [])}
    return Figures(
        plan=plan,
        planned=people[OutcomeState.PLANNED.value],
        deferred=people[OutcomeState.DEFERRED.value],
        exempt=people[OutcomeState.EXEMPT.value],
        classes=summary["classes"],
        lines=plan.lines.count(),
        spent=plan.spent,
        limit=limits.get(("total", None)),
        closed_points=summary["closed_points"],
        need_points=summary["need_points"],
        jp_short=summary["jp_short_people"],
        mandates_missed=len(summary["mandates_missed"]),
        gap=plan.gap,
        objective=plan.objective,
    )


@dataclass(frozen=True)
class OwnFigures:
    """What a plan comes to for the people whom a viewer may see. Money: participants and travel."""

    planned: int
    deferred: int
    exempt: int
    lines: int
    money: int
    closed_points: float
    need_points: float

    @property
    def people(self) -> int:
        return self.planned + self.deferred + self.exempt

    @property
    def closed(self) -> float | None:
        return self.closed_points / self.need_points if self.need_points else None


def own_figures(plan: Plan, viewer: User) -> OwnFigures:
    """Summed over the rows that the viewer may see, so that every figure leads to its rows."""
    outcomes = visible_to(viewer, PlanOutcome).filter(plan=plan).order_by()
    states = dict(outcomes.values_list("state").annotate(Count("pk")))
    sums = outcomes.aggregate(closed=Coalesce(Sum("closure"), 0.0), needed=Coalesce(Sum("need"), 0.0))
    lines = (
        visible_to(viewer, PlanLine)
        .filter(plan=plan)
        .aggregate(lines=Count("pk"), fee=Coalesce(Sum("fee"), 0), travel=Coalesce(Sum("travel"), 0))
    )
    return OwnFigures(
        planned=states.get(OutcomeState.PLANNED, 0),
        deferred=states.get(OutcomeState.DEFERRED, 0),
        exempt=states.get(OutcomeState.EXEMPT, 0),
        lines=lines["lines"],
        money=lines["fee"] + lines["travel"],
        closed_points=sums["closed"],
        need_points=sums["needed"],
    )


def plans_seen_by(viewer: User) -> QuerySet[Plan]:
    """Plans without their long summaries, the latest first."""
    return visible_to(viewer, Plan).select_related("scenario", "made_by").defer("summary")


def scenarios_seen_by(viewer: User) -> QuerySet[Scenario]:
    """Scenarios with ``made`` (how many plans), and number, gap and money of the latest plan."""
    latest = Plan.objects.filter(scenario=OuterRef("pk")).order_by("-number")
    total = Subquery(
        Scenario.objects.filter(pk=OuterRef("pk"), limits__scope="total").values("limits__amount")[:1]
    )
    return (
        visible_to(viewer, Scenario)
        .select_related("cycle", "agency")
        .annotate(
            made=Count("plans"),
            latest=Subquery(latest.values("pk")[:1]),
            latest_gap=Subquery(latest.values("gap")[:1]),
            latest_spent=Subquery(latest.values("spent")[:1]),
            total=total,
        )
    )


def latest_plan(scenario: Scenario) -> Plan | None:
    return scenario.plans.order_by("-number").first()


def sum_of_lines(plan: Plan) -> dict[str, Any]:
    """Fees, travel and JP of every line, and the cost of the classes: together the money of the plan."""
    lines = plan.lines.aggregate(
        fee=Coalesce(Sum("fee"), 0), travel=Coalesce(Sum("travel"), 0), jp=Sum("jp"), lines=Count("pk")
    )
    classes = plan.classes.aggregate(cost=Coalesce(Sum("cost"), 0), classes=Coalesce(Sum("classes"), 0))
    return {**lines, **classes, "total": lines["fee"] + lines["travel"] + classes["cost"]}


def side_by_side(scenarios: Sequence[Scenario]) -> list[tuple[Scenario, Figures | None]]:
    """The latest plan of each scenario, in the order given; None where none was made."""
    plans = {
        plan.scenario_id: plan
        for plan in Plan.objects.filter(scenario__in=[each.pk for each in scenarios])
        .select_related("scenario")
        .order_by("number")
    }
    return [(each, figures_of(plans[each.pk]) if each.pk in plans else None) for each in scenarios]
