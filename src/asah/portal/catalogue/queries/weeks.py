"""Weeks of a plan year, from days and back.

A plan year is a calendar year, as a budget is, and its weeks are those of ISO 8601. The few days that ISO
counts to a year beside stay in their own: days before week 1 belong to week 1, days after the last week to
the last week. So every day of a year lies in one of its weeks, and two courses that share a day share a week.
"""

from __future__ import annotations

import datetime as dt


def weeks_in(year: int) -> int:
    """52 or 53: the 28th of December always lies in the last week."""
    return dt.date(year, 12, 28).isocalendar().week


def week_of(day: dt.date) -> int:
    """The week of its own calendar year in which a day lies."""
    iso = day.isocalendar()
    if iso.year < day.year:
        return 1
    return weeks_in(day.year) if iso.year > day.year else iso.week


def days_of_week(year: int, week: int) -> tuple[dt.date, dt.date]:
    """First and last day of a week. ValueError where the year has no such week."""
    monday = dt.date.fromisocalendar(year, week, 1)
    first = dt.date(year, 1, 1) if week == 1 else monday
    last = dt.date(year, 12, 31) if week == weeks_in(year) else monday + dt.timedelta(days=6)
    return first, last


def weeks_of_month(year: int, month: int) -> tuple[int, int]:
    """First and last week that have a day in the month."""
    first = dt.date(year, month, 1)
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return week_of(first), week_of(following - dt.timedelta(days=1))


def month_of_week(year: int, week: int) -> int:
    """The month that has most of a week, so that each week stands in one month only."""
    first, last = days_of_week(year, week)
    return (first + (last - first) / 2).month


def same_day_in(year: int, day: dt.date) -> dt.date:
    """The same weekday of the same week in another year, kept within that year."""
    iso = day.isocalendar()
    week = min(week_of(day), weeks_in(year))
    moved = dt.date.fromisocalendar(year, week, iso.weekday)
    return min(max(moved, dt.date(year, 1, 1)), dt.date(year, 12, 31))
