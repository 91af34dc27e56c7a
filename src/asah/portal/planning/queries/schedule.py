"""When and where a plan holds its classes, and who is away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.catalogue.queries import month_of_week, weeks_in
from asah.portal.people.models import Place
from asah.portal.planning.enums import OutcomeState
from asah.portal.planning.models import Plan, PlanClass, PlanLine, PlanOutcome


@dataclass(frozen=True)
class Week:
    """Classes that run, people in those at a place, and people who learn online on given days."""

    number: int
    month: int
    classes: int
    away: int
    online: int


@dataclass(frozen=True)
class AtPlace:
    """A place with the people who work there, those planned, and the classes held there."""

    place: Place
    people: int
    planned: int
    classes: int
    participants: int


def classes_of(plan: Plan) -> QuerySet[PlanClass]:
    """Classes as they were planned, with ``fees`` of those enrolled."""
    return PlanClass.objects.filter(plan=plan).annotate(fees=F("enrolled") * F("fee"))


def as_planned() -> dict[str, Subquery]:
    """What lines say of their offering, as it was planned: for annotating them."""
    opened = PlanClass.objects.filter(plan=OuterRef("plan"), offering=OuterRef("offering"))
    names = ("programme", "starts_on", "ends_on", "period", "period_end", "place_name")
    return {f"planned_{name}": Subquery(opened.values(name)[:1]) for name in names}


def weeks_of(plan: Plan) -> list[Week]:
    """Every week of the year of the plan. An offering may last several weeks."""
    running: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    dated = PlanClass.objects.filter(plan=plan, period__isnull=False)
    for begins, ends, place, classes, enrolled in dated.values_list(
        "period", "period_end", "place", "classes", "enrolled"
    ):
        first = begins or 1
        for week in range(first, (ends or first) + 1):
            running[week][0] += classes
            running[week][1 if place else 2] += enrolled
    year = plan.scenario.year
    last_week = weeks_in(year)
    return [
        Week(week, month_of_week(year, min(week, last_week)), *running[week])
        for week in range(1, max([last_week, *running]) + 1)
    ]


def undated(plan: Plan) -> int:
    """People in offerings that have no date: they learn when they can."""
    found: int | None = PlanClass.objects.filter(plan=plan, period=None).aggregate(n=Sum("enrolled"))["n"]
    return found or 0


def places_of(plan: Plan, viewer: User) -> list[AtPlace]:
    """Places, as planned, with people whom the viewer may see or with classes; most people first."""
    homes = (
        visible_to(viewer, PlanOutcome)
        .filter(plan=plan, place__isnull=False)
        .order_by()
        .values_list("place")
        .annotate(people=Count("pk"), planned=Count("pk", filter=Q(state=OutcomeState.PLANNED)))
    )
    held = (
        PlanClass.objects.filter(plan=plan, place__isnull=False)
        .order_by()
        .values_list("place")
        .annotate(Sum("classes"), Sum("enrolled"))
    )
    people = {place: (count, planned) for place, count, planned in homes}
    classes = {place: (count, enrolled) for place, count, enrolled in held}
    rows = [
        AtPlace(place, *people.get(place.pk, (0, 0)), *classes.get(place.pk, (0, 0)))
        for place in Place.objects.filter(pk__in={*people, *classes})
    ]
    return sorted(rows, key=lambda row: (-row.people, row.place.name))


def lines_of_class(plan: Plan, viewer: User, offering: int) -> QuerySet[PlanLine]:
    """Who is in an offering, of the people whom the viewer may see."""
    return visible_to(viewer, PlanLine).filter(plan=plan, offering=offering).select_related("person", "unit")
