"""When offerings are held: their weeks, their days, and a year by months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from asah.portal.catalogue.models import Offering
from asah.portal.catalogue.queries.weeks import days_of_week, month_of_week, weeks_in


@dataclass(frozen=True)
class Week:
    """One week of a year and what is on in it."""

    number: int
    first: dt.date
    last: dt.date
    offerings: tuple[Offering, ...]


@dataclass(frozen=True)
class Month:
    """The weeks that lie mostly in one month, and the classes that may begin in them."""

    number: int
    weeks: tuple[Week, ...]

    @property
    def begins(self) -> int:
        """How many offerings begin in this month."""
        numbers = {week.number for week in self.weeks}
        return len({one.pk for week in self.weeks for one in week.offerings if one.period in numbers})


def weeks_of(offering: Offering) -> range:
    """The weeks that an offering occupies; none where it is not dated."""
    if offering.period is None:
        return range(0)
    return range(offering.period, (offering.period_end or offering.period) + 1)


def days_of(offering: Offering) -> tuple[dt.date, dt.date] | None:
    """Its days where they are given, else those of its weeks; None where it is not dated."""
    if offering.starts_on and offering.ends_on:
        return offering.starts_on, offering.ends_on
    if offering.period is None:
        return None
    last = min(offering.period_end or offering.period, weeks_in(offering.year))
    first = min(offering.period, last)
    return days_of_week(offering.year, first)[0], days_of_week(offering.year, last)[1]


def months_of(year: int, offerings: Iterable[Offering]) -> list[Month]:
    """The twelve months of a year with their weeks and what is on; undated offerings stand in none."""
    held: dict[int, list[Offering]] = {}
    for offering in offerings:
        for week in weeks_of(offering):
            held.setdefault(week, []).append(offering)
    weeks: dict[int, list[Week]] = {month: [] for month in range(1, 13)}
    for number in range(1, weeks_in(year) + 1):
        first, last = days_of_week(year, number)
        weeks[month_of_week(year, number)].append(Week(number, first, last, tuple(held.get(number, ()))))
    return [Month(month, tuple(found)) for month, found in weeks.items()]
