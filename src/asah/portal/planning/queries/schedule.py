"""When and where a plan holds its classes, and who is away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.catalogue.queries import month_of_week, weeks_in
from asah.portal.people.models import Place
from asah.portal.planning.enums import OutcomeState
from asah.portal.planning.models import Plan, PlanClass, PlanLine, PlanOutcome


@dataclass(frozen=True)
class Week:
    """Classes that run and people who are away in dated offerings."""

    number: int
    month: int
    classes: int
    away: int


@dataclass(frozen=True)
class AtPlace:
    """A place with the people who work there, those planned, and the classes held there."""

    place: Place
    people: int
    planned: int
    classes: int
    participants: int


def classes_of(plan: Plan) -> QuerySet[PlanClass]:
    """Classes with offering, programme and place, and ``fees`` of those enrolled."""
    return (
        PlanClass.objects.filter(plan=plan)
        .select_related("offering__programme", "offering__place", "offering__resource")
        .annotate(fees=F("enrolled") * F("offering__programme__cost_per_person"))
    )


def weeks_of(plan: Plan) -> list[Week]:
    """Every week of the year of the plan. An offering may last several weeks."""
    running: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    dated = PlanClass.objects.filter(plan=plan, offering__period__isnull=False)
    for begins, ends, classes, enrolled in dated.values_list(
        "offering__period", "offering__period_end", "classes", "enrolled"
    ):
        first = begins or 1
        for week in range(first, (ends or first) + 1):
            running[week][0] += classes
            running[week][1] += enrolled
    year = plan.scenario.year
    last_week = weeks_in(year)
    return [
        Week(week, month_of_week(year, min(week, last_week)), *running[week])
        for week in range(1, max([last_week, *running]) + 1)
    ]


def undated(plan: Plan) -> int:
    """People in offerings that have no date: they learn when they can."""
    found: int | None = PlanClass.objects.filter(plan=plan, offering__period=None).aggregate(
        n=Sum("enrolled")
    )["n"]
    return found or 0


def places_of(plan: Plan, viewer: User) -> list[AtPlace]:
    """Places with people whom the viewer may see or with classes, those with most people first."""
    homes = (
        visible_to(viewer, PlanOutcome)
        .filter(plan=plan, person__current__place__isnull=False)
        .order_by()
        .values_list("person__current__place")
        .annotate(people=Count("pk"), planned=Count("pk", filter=Q(state=OutcomeState.PLANNED)))
    )
    held = (
        PlanClass.objects.filter(plan=plan, offering__place__isnull=False)
        .order_by()
        .values_list("offering__place")
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
