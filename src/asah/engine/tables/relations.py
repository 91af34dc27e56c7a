"""What must hold across rows and tables. Every check returns findings and changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from asah.engine.tables.eligibility import connectivity, fares, locks, mandates, programmes, untouched_gaps
from asah.engine.tables.keys import cycles, later_twins, repeated_keys, unknown, unknown_keys
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import ROW, Note, at
from asah.engine.tables.policy import MAX_PERIODS
from asah.engine.tables.problem import Problem


def cross_check(problem: Problem) -> list[Note]:
    """Every finding that needs more than one cell to see."""
    checks = [repeated_keys, unknown_keys, cycles]
    if problem.stage == "needs":
        checks += [_repeated_ratings, _positions]
    else:
        checks += [
            _offerings,
            _periods,
            _dates,
            _budgets,
            _same_place,
            fares,
            _resources,
            programmes,
            untouched_gaps,
            mandates,
            locks,
            connectivity,
            _equity,
        ]
    return [found for check in checks for found in check(problem)]


def _repeated_ratings(problem: Problem) -> Iterator[Note]:
    same = ["person_id", "competency_id", "rater_id", "rater_role", "rated_on", "instrument"]
    rated = problem["ratings"].drop_nulls(["person_id", "competency_id", "rater_id", "rater_role"])
    keyed = rated.select(ROW, *(pl.col(name).cast(pl.String) for name in same))
    twins = later_twins(keyed, same)
    yield at("repeated_rating", "ratings", "rater_id", twins, {"first": "first"})


def _positions(problem: Problem) -> Iterator[Note]:
    if not problem.filled("people"):
        return
    held = problem["people"].select(ROW, "position_id").drop_nulls()
    if not held.height:
        yield finding("no_positions", "people", column="position_id")
        return
    if problem.filled("requirements"):
        posts = held.group_by("position_id", maintain_order=True).agg(
            pl.col(ROW).min(), pl.len().alias("people")
        )
        bare = posts.join(problem["requirements"], on="position_id", how="anti").sort(ROW)
        yield at("position_without_standard", "people", "position_id", bare, {"people": "people"})


def _offerings(problem: Problem) -> Iterator[Note]:
    offered = problem["offerings"]
    undated = offered.filter(pl.col("period").is_null())
    yield at("place_without_period", "offerings", "place_id", undated.drop_nulls("place_id"))
    yield at("end_without_period", "offerings", "period_end", undated.drop_nulls("period_end"))
    early = offered.filter(pl.col("period_end") < pl.col("period"))
    yield at("ends_before_start", "offerings", "period_end", early, {"start": "period"}, name="period")
    closed = offered.filter((pl.col("seats_per_class") == 0) & (pl.col("max_classes") > 0))
    yield at("no_seats", "offerings", "seats_per_class", closed)
    crowded = offered.filter(pl.col("min_per_class") > pl.col("seats_per_class"))
    yield at("minimum_over_seats", "offerings", "min_per_class", crowded, {"seats": "seats_per_class"})


def _periods(problem: Problem) -> Iterator[Note]:
    if problem.policy is None:
        return
    last = problem.policy.periods
    for table, column in (("offerings", "period"), ("offerings", "period_end"), ("resources", "period")):
        beyond = problem[table].filter(pl.col(column) > last)
        if column == "period_end":
            beyond = beyond.filter(pl.col("period_end") != pl.col("period"))
        yield at("outside_year", table, column, beyond, periods=last)


def _dates(problem: Problem) -> Iterator[Note]:
    offered = problem["offerings"]
    early = offered.filter(pl.col("end_date") < pl.col("start_date"))
    yield at("ends_before_start", "offerings", "end_date", early, {"start": "start_date"}, name="start_date")
    if problem.policy is None:
        return
    year = problem.policy.year
    retired = problem["people"].filter(pl.col("retires_on") < dt.date(year, 1, 1))
    yield at("already_retired", "people", "retires_on", retired, year=year)
    other = offered.filter(pl.col("start_date").dt.year() != year)
    yield at("not_plan_year", "offerings", "start_date", other, year=year)


def _budgets(problem: Problem) -> Iterator[Note]:
    rows = problem["budgets"]
    scope, key = pl.col("scope"), pl.col("id")
    nameless = rows.filter((scope != "total") & key.is_null())
    yield at("scope_without_id", "budgets", "id", nameless, {"scope": "scope"})
    yield at("total_with_id", "budgets", "id", rows.filter((scope == "total") & key.is_not_null()))
    if problem.filled("programmes"):
        funds = problem["programmes"]["fund_id"].drop_nulls().unique().to_list()
        yield at("unused_fund", "budgets", "id", rows.filter((scope == "fund") & ~key.is_in(funds)))
    if problem.filled("units"):
        units = problem["units"]["unit_id"].drop_nulls().unique()
        strange = rows.filter((scope == "unit") & ~key.is_in(units.implode()))
        yield unknown("budgets", "id", strange, "units", units)
    yield at("zero_budget", "budgets", "amount_idr", rows.filter(pl.col("amount_idr") == 0))


def _same_place(problem: Problem) -> Iterator[Note]:
    within = problem["travel"].filter(pl.col("from_place_id") == pl.col("to_place_id"))
    paid = within.filter((pl.col("cost_idr") > 0) | (pl.col("per_day_idr") > 0))
    yield at("same_place_fare", "travel", "cost_idr", paid)


def _resources(problem: Problem) -> Iterator[Note]:
    used = problem["offerings"].drop_nulls(["resource_id", "period", "period_end"])
    limited = problem["resources"].select("resource_id", "period").drop_nulls()
    last = pl.col("period_end").clip(upper_bound=MAX_PERIODS)
    periods = used.select(ROW, "resource_id", pl.int_ranges("period", last + 1)).explode(
        "period", empty_as_null=False
    )
    free = periods.join(limited, on=["resource_id", "period"], how="anti").unique(ROW)
    yield at("resource_unlimited", "offerings", "resource_id", free)
    undated = problem["offerings"].filter(pl.col("period").is_null()).drop_nulls("resource_id")
    yield at("resource_unlimited", "offerings", "resource_id", undated)


def _equity(problem: Problem) -> Iterator[Note]:
    if problem.policy is None or not problem.filled("people"):
        return
    for number, floor in enumerate(problem.policy.equity, start=1):
        if floor.value not in _groups(problem, floor.column):
            yield finding(
                "equity_nobody",
                "policy.toml",
                row=number,
                column="equity",
                value=floor.value,
                name=floor.value,
                group=floor.column,
            )


def _groups(problem: Problem, column: str) -> set[str]:
    people = problem["people"]
    if column == "zone":
        people = people.join(problem["places"], on="place_id")
    elif column == "stream":
        people = problem["needs"].join(problem["competencies"], on="competency_id")
    return set(people[column].drop_nulls().unique())
