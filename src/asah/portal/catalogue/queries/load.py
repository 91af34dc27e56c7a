"""How full facilitators, experts and venues are, week by week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Offering, Resource
from asah.portal.catalogue.queries.schedule import weeks_of
from asah.portal.catalogue.queries.weeks import days_of_week, weeks_in


@dataclass(frozen=True)
class WeekLoad:
    """One week of a resource: ``classes`` it can hold, ``asked`` the most its offerings may open then."""

    week: int
    first: dt.date
    last: dt.date
    classes: int
    exceptional: bool
    asked: int
    offerings: tuple[Offering, ...]

    @property
    def over(self) -> bool:
        return self.asked > self.classes


def capacity_by_week(resource: Resource, year: int) -> dict[int, int]:
    """Classes at once in every week of a year: the usual number, or that of an exceptional week."""
    usual = dict.fromkeys(range(1, weeks_in(year) + 1), resource.classes)
    exceptional = dict(resource.periods.filter(year=year).values_list("period", "classes"))
    return usual | {week: classes for week, classes in exceptional.items() if week in usual}


def load_by_week(resource: Resource, year: int) -> list[WeekLoad]:
    """All weeks of a year. Drafts count as asked for: whoever plans them must see that the room is gone."""
    offerings = list(
        resource.offerings.filter(year=year, archived_at=None)
        .exclude(programme__state=ProgrammeState.ARCHIVED)
        .select_related("programme")
        .order_by("period", "pk")
    )
    exceptional = set(resource.periods.filter(year=year).values_list("period", flat=True))
    loads = []
    for week, classes in capacity_by_week(resource, year).items():
        held = tuple(offering for offering in offerings if week in weeks_of(offering))
        first, last = days_of_week(year, week)
        asked = sum(offering.max_classes for offering in held)
        loads.append(WeekLoad(week, first, last, classes, week in exceptional, asked, held))
    return loads
