from __future__ import annotations

import datetime as dt

import pytest

from asah.portal.catalogue.queries.weeks import (
    days_of_week,
    month_of_week,
    same_day_in,
    week_of,
    weeks_in,
    weeks_of_month,
)

YEARS = range(2018, 2046)


def test_every_day_of_a_year_lies_in_exactly_the_week_that_says_so() -> None:
    for year in YEARS:
        day = dt.date(year, 1, 1)
        for week in range(1, weeks_in(year) + 1):
            first, last = days_of_week(year, week)
            assert first == day
            while day <= last:
                assert week_of(day) == week
                day += dt.timedelta(days=1)
        assert day == dt.date(year + 1, 1, 1)


def test_days_that_iso_counts_to_another_year_stay_in_their_own() -> None:
    assert week_of(dt.date(2027, 1, 1)) == 1
    assert days_of_week(2027, 1) == (dt.date(2027, 1, 1), dt.date(2027, 1, 10))
    assert week_of(dt.date(2024, 12, 31)) == 52
    assert (weeks_in(2026), week_of(dt.date(2026, 12, 31))) == (53, 53)
    assert days_of_week(2026, 10) == (dt.date(2026, 3, 2), dt.date(2026, 3, 8))


def test_a_year_has_no_week_beyond_its_last() -> None:
    with pytest.raises(ValueError, match="week"):
        days_of_week(2027, 53)


def test_each_week_stands_in_one_month_and_the_months_in_order() -> None:
    for year in YEARS:
        months = [month_of_week(year, week) for week in range(1, weeks_in(year) + 1)]
        assert months == sorted(months)
        assert set(months) == set(range(1, 13))


def test_a_month_has_every_week_with_a_day_in_it() -> None:
    assert weeks_of_month(2026, 3) == (9, 14)
    assert weeks_of_month(2026, 1) == (1, 5)
    assert weeks_of_month(2026, 12) == (49, 53)


def test_a_day_moves_to_the_same_weekday_of_the_same_week() -> None:
    moved = same_day_in(2027, dt.date(2026, 3, 3))
    assert (moved, moved.weekday(), week_of(moved)) == (dt.date(2027, 3, 9), 1, 10)
    assert same_day_in(2027, dt.date(2026, 12, 29)) == dt.date(2027, 12, 28)
    for year in YEARS:
        assert same_day_in(year, dt.date(2024, 1, 1)).year == year
        assert same_day_in(year, dt.date(2026, 12, 31)).year == year
