from __future__ import annotations

import datetime as dt

from asah.portal.catalogue.models import Offering
from asah.portal.catalogue.queries import days_of, months_of, weeks_of


def test_days_given_go_before_the_days_of_the_weeks() -> None:
    weeks_only = Offering(year=2026, period=10, period_end=11)
    assert days_of(weeks_only) == (dt.date(2026, 3, 2), dt.date(2026, 3, 15))
    dated = Offering(
        year=2026, period=10, period_end=11, starts_on=dt.date(2026, 3, 4), ends_on=dt.date(2026, 3, 10)
    )
    assert days_of(dated) == (dt.date(2026, 3, 4), dt.date(2026, 3, 10))


def test_what_has_no_week_has_no_days_and_occupies_nothing() -> None:
    assert days_of(Offering(year=2026)) is None
    assert list(weeks_of(Offering(year=2026))) == []
    assert list(weeks_of(Offering(year=2026, period=7))) == [7]


def test_a_year_by_months_shows_an_offering_in_each_of_its_weeks() -> None:
    long = Offering(pk=1, year=2026, period=13, period_end=15)
    months = months_of(2026, [long, Offering(pk=2, year=2026)])
    on = {week.number: month.number for month in months for week in month.weeks if week.offerings}
    assert on == {13: 3, 14: 4, 15: 4}
    assert [month.begins for month in months] == [0, 0, 1, *[0] * 9]
    assert sum(len(month.weeks) for month in months) == 53
