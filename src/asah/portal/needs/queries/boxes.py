"""Performance beside competency: the nine boxes for development. They are not the talent boxes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.base.models.unit import below
from asah.portal.needs.access import SEE_PROFILES, SEE_RESULTS
from asah.portal.needs.enums import Predicate
from asah.portal.needs.models import Cycle, Member, Performance

# Predicates that name a gap in performance, and the one above what is expected.
BELOW = (Predicate.BUTUH_PERBAIKAN.value, Predicate.KURANG.value, Predicate.SANGAT_KURANG.value)
ABOVE = Predicate.SANGAT_BAIK.value
WHOLE_YEAR = "year"
STEPS = 3
Box = tuple[int, int]


def with_predicate(cycle: Cycle, rows: QuerySet[Member]) -> QuerySet[Any]:
    """Members with ``predicate``, the latest up to the plan year; a whole year goes before its quarters."""
    whole_first = Case(When(period=WHOLE_YEAR, then=Value(0)), default=Value(1), output_field=IntegerField())
    latest = Performance.objects.filter(person=OuterRef("person"), year__lte=cycle.year).order_by(
        "-year", whole_first, "-period"
    )
    return rows.annotate(predicate=Subquery(latest.values("predicate")[:1]))


def latest_performance(cycle: Cycle) -> list[tuple[int, str]]:
    """Person and predicate of every member who has one."""
    rows = with_predicate(cycle, Member.objects.filter(cycle=cycle)).exclude(predicate=None)
    return list(rows.order_by("person").values_list("person_id", "predicate"))


def in_boxes(cycle: Cycle, rows: QuerySet[Member], bands: tuple[float, float]) -> QuerySet[Any]:
    """Members with ``across`` (performance) and ``up`` (fit to the post), 0 to 2; None where not known.

    ``bands``: the fits from which somebody is in the middle and in the best step.
    """
    middle, best = bands
    across = Case(
        When(predicate__in=BELOW, then=Value(0)),
        When(predicate=ABOVE, then=Value(2)),
        When(predicate__isnull=False, then=Value(1)),
        output_field=IntegerField(),
    )
    up = Case(
        When(fit__gte=best, then=Value(2)),
        When(fit__gte=middle, then=Value(1)),
        When(fit__isnull=False, then=Value(0)),
        output_field=IntegerField(),
    )
    placed: QuerySet[Any] = with_predicate(cycle, rows).annotate(across=across, up=up)
    return placed


@dataclass(frozen=True)
class Boxes:
    """People by box; ``unplaced``: not assessed, or without a predicate."""

    counts: dict[Box, int]
    unassessed: int
    without_predicate: int

    @property
    def placed(self) -> int:
        return sum(self.counts.values())


def boxes(viewer: User, cycle: Cycle, bands: tuple[float, float]) -> Boxes:
    """Of the members whose results the viewer may see."""
    rows = Member.objects.filter(below(SEE_RESULTS.paths(viewer), "unit__path"), cycle=cycle)
    middle, best = bands
    counts = {(across, step): 0 for across in range(STEPS) for step in range(STEPS)}
    unassessed = without = 0
    # Counted here: as groups of the database the subquery for the predicate would be asked again and again.
    for fit, predicate in with_predicate(cycle, rows).order_by().values_list("fit", "predicate"):
        if fit is None:
            unassessed += 1
        elif predicate is None:
            without += 1
        else:
            across = 0 if predicate in BELOW else 2 if predicate == ABOVE else 1
            counts[across, (fit >= middle) + (fit >= best)] += 1
    return Boxes(counts, unassessed, without)


def people_in_boxes(viewer: User, cycle: Cycle, bands: tuple[float, float]) -> QuerySet[Any]:
    """Members whose profiles the viewer may see, with ``across``, ``up`` and ``predicate``."""
    rows = Member.objects.filter(below(SEE_PROFILES.paths(viewer), "unit__path"), cycle=cycle)
    return (
        in_boxes(cycle, rows, bands)
        .select_related("person", "unit", "position")
        .order_by("person__name", "pk")
    )


def in_box(box: str) -> Q:
    """The condition of one box as it stands in an address ("02"), of ``unassessed`` or of ``unknown``."""
    if box == "unassessed":
        return Q(up=None)
    if box == "unknown":
        return Q(across=None, up__isnull=False)
    return Q(across=int(box[0]), up=int(box[1]))


def day_of(cycle: Cycle) -> dt.date:
    """The day whose rules hold for what was computed."""
    told = cycle.summary.get("result", {}).get("on")
    return dt.date.fromisoformat(told) if told else cycle.closes_on


def performances_seen_by(viewer: User) -> QuerySet[Performance]:
    """With person and unit, latest first."""
    rows = visible_to(viewer, Performance).select_related("person__current__unit")
    return rows.order_by(F("year").desc(), "person__name", "pk")
