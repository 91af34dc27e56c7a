"""Two plans beside each other: who gets something else, and who gains or loses."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Abs, Coalesce

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.planning.models import Plan, PlanLine, PlanOutcome
from asah.portal.planning.queries.schedule import as_planned

NO_DIFFERENCE = 1e-6


@dataclass(frozen=True)
class Changed:
    """How many enrolments only one of the plans has, and whose closure rises or falls."""

    new: int
    gone: int
    gainers: int
    losers: int


def lines_that_differ(before: Plan, after: Plan, viewer: User) -> QuerySet[PlanLine]:
    """Lines that only one of the two plans has."""
    # The other plan's number by arithmetic: then the database finds each twin in its index.
    twin = PlanLine.objects.filter(
        plan=before.pk + after.pk - OuterRef("plan_id"),
        person=OuterRef("person_id"),
        offering=OuterRef("offering_id"),
    )
    return (
        visible_to(viewer, PlanLine)
        .filter(plan__in=[before.pk, after.pk])
        .filter(~Exists(twin))
        .select_related("person", "unit")
        .annotate(**as_planned())
    )


def people_who_differ(before: Plan, after: Plan, viewer: User) -> QuerySet[PlanOutcome]:
    """Outcomes of ``after`` with ``earlier``, their closure in ``before``, and ``difference`` if not zero."""
    earlier = Subquery(
        PlanOutcome.objects.filter(plan=before, person=OuterRef("person")).values("closure")[:1],
        output_field=FloatField(),
    )
    return (
        visible_to(viewer, PlanOutcome)
        .filter(plan=after)
        .annotate(earlier=Coalesce(earlier, 0.0))
        .annotate(difference=F("closure") - F("earlier"))
        .annotate(distance=Abs(F("difference")))
        .filter(distance__gt=NO_DIFFERENCE)
        .select_related("person", "unit")
    )


def count_changes(before: Plan, after: Plan, viewer: User) -> Changed:
    lines = lines_that_differ(before, after, viewer).aggregate(
        new=Count("pk", filter=Q(plan=after)), gone=Count("pk", filter=Q(plan=before))
    )
    people = people_who_differ(before, after, viewer).aggregate(
        gainers=Count("pk", filter=Q(difference__gt=0)), losers=Count("pk", filter=Q(difference__lt=0))
    )
    return Changed(**lines, **people)
