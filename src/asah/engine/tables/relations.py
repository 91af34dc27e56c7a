"""What must hold across rows and tables. Every check returns findings and changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.policy import Policy
from asah.engine.tables.raw import ROW, hint
from asah.engine.tables.schema import SCHEMA, ColumnSpec, Stage, TableSpec

# Spelling hints compare every unknown key with every known one; beyond this they are left out.
_HINTS: Final = 100_000
_REACH: Final = {"none": 0, "low": 1, "good": 2}
_ELIGIBILITY: Final = {
    "eligible_employment": "employment",
    "eligible_position_kind": "position_kind",
    "eligible_unit": "unit_id",
}


@dataclass(frozen=True)
class Problem:
    """Typed tables with their row numbers; ``filled`` are those that could be read and hold rows."""

    stage: Stage
    frames: Mapping[str, pl.DataFrame]
    policy: Policy | None

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames[name]

    def filled(self, *names: str) -> bool:
        return all(name in self.frames and self.frames[name].height > 0 for name in names)


def cross_check(problem: Problem) -> list[Finding]:
    """Every finding that needs more than one cell to see."""
    checks = [_repeated_keys, _unknown_keys, _cycles]
    if problem.stage == "needs":
        checks += [_repeated_ratings, _positions]
    else:
        checks += [
            _offerings,
            _periods,
            _dates,
            _budgets,
            _same_place,
            _fares,
            _resources,
            _programmes,
            _untouched_gaps,
            _mandates,
            _locks,
            _connectivity,
            _equity,
        ]
    return [found for check in checks for found in check(problem)]


def _at(
    code: str,
    table: str,
    column: str,
    bad: pl.DataFrame,
    of_row: Mapping[str, str] = MappingProxyType({}),
    **facts: Any,
) -> Iterator[Finding]:
    """One finding per row of ``bad``; ``of_row`` maps facts of the message to columns of ``bad``."""
    for row in bad.iter_rows(named=True):
        told = {fact: row[name] for fact, name in of_row.items()}
        yield finding(code, table, row=row[ROW], column=column, value=row.get(column), **told, **facts)


# ---- keys


def _repeated_keys(problem: Problem) -> Iterator[Finding]:
    for name, frame in problem.frames.items():
        spec = SCHEMA[name]
        if spec.key and frame.height:
            yield from _repeats(spec, frame)


def _repeats(spec: TableSpec, frame: pl.DataFrame) -> Iterator[Finding]:
    solid = [key for key in spec.key if spec.column(key).required]
    keyed = frame.select(ROW, *spec.key).drop_nulls(solid)
    again = _later_twins(keyed, list(spec.key))
    for row in again.iter_rows(named=True):
        value = ", ".join(str(row[key]) for key in spec.key if row[key] is not None)
        yield finding(
            "repeated", spec.name, row=row[ROW], column=", ".join(spec.key), value=value, first=row["first"]
        )


def _later_twins(frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows whose key stood in an earlier row, with the number of that row as ``first``."""
    # A hash finds the few candidates without sorting or grouping millions of texts.
    marks = frame.select(key).hash_rows(seed=0)
    candidates = frame.filter(marks.is_duplicated())
    if not candidates.height:
        return candidates.with_columns(pl.lit(0).alias("first"))
    first = pl.col(ROW).min().over([pl.col(name).fill_null("\0") for name in key])
    return candidates.with_columns(first.alias("first")).filter(pl.col(ROW) > pl.col("first"))


def _unknown_keys(problem: Problem) -> Iterator[Finding]:
    for name, frame in problem.frames.items():
        for column in SCHEMA[name].columns:
            target = column.refers_to
            if target and problem.filled(name) and target in problem.frames:
                yield from _unknown(problem, name, frame, column, target)


def _unknown(
    problem: Problem, name: str, frame: pl.DataFrame, column: ColumnSpec, target: str
) -> Iterator[Finding]:
    if not problem.filled(target):
        return
    known = problem[target][SCHEMA[target].key[0]].drop_nulls()
    used = frame.select(ROW, column.name).drop_nulls()
    if column.is_list:
        elements = [(row, key) for row, keys in used.iter_rows() for key in keys.split(";")]
        used = pl.DataFrame(elements, schema=used.schema, orient="row")
    bad = used.filter(~pl.col(column.name).is_in(known.unique().to_list()))
    strange = bad[column.name].unique()
    names = known.to_list() if len(known) * len(strange) <= _HINTS else []
    hints = {key: hint(key, names) for key in strange}
    for row, key in bad.iter_rows():
        yield finding(
            "unknown_key", name, row=row, column=column.name, value=key, target=target, hint=hints[key]
        )


def _cycles(problem: Problem) -> Iterator[Finding]:
    for table, column in (("units", "parent_id"), ("programmes", "prerequisite_id")):
        if not problem.filled(table):
            continue
        frame = problem[table].select(ROW, SCHEMA[table].key[0], column).drop_nulls()
        row_of = {key: row for row, key, _ in frame.iter_rows()}
        above = {key: parent for _, key, parent in frame.iter_rows()}
        for circle in _circles(above):
            path = " > ".join([*circle, circle[0]] if len(circle) <= 8 else [*circle[:8], "..."])
            for key in circle:
                yield finding("cycle", table, row=row_of[key], column=column, value=above[key], path=path)


def _circles(above: Mapping[str, str]) -> list[list[str]]:
    """The circles of a map in which every key has at most one successor."""
    done: set[str] = set()
    circles = []
    for start in above:
        trail: dict[str, None] = {}
        key = start
        while key in above and key not in done and key not in trail:
            trail[key] = None
            key = above[key]
        if key in trail:
            walked = list(trail)
            circles.append(walked[walked.index(key) :])
        done.update(trail)
    return circles


# ---- the needs stage


def _repeated_ratings(problem: Problem) -> Iterator[Finding]:
    same = ["person_id", "competency_id", "rater_id", "rater_role", "rated_on", "instrument"]
    rated = problem["ratings"].drop_nulls(["person_id", "competency_id", "rater_id", "rater_role"])
    keyed = rated.select(ROW, *(pl.col(name).cast(pl.String) for name in same))
    twins = _later_twins(keyed, same)
    yield from _at("repeated_rating", "ratings", "rater_id", twins, {"first": "first"})


def _positions(problem: Problem) -> Iterator[Finding]:
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
        yield from _at("position_without_standard", "people", "position_id", bare, {"people": "people"})


# ---- offerings and time


def _offerings(problem: Problem) -> Iterator[Finding]:
    offered = problem["offerings"]
    undated = offered.filter(pl.col("period").is_null())
    yield from _at("place_without_period", "offerings", "place_id", undated.drop_nulls("place_id"))
    yield from _at("end_without_period", "offerings", "period_end", undated.drop_nulls("period_end"))
    early = offered.filter(pl.col("period_end") < pl.col("period"))
    yield from _at("ends_before_start", "offerings", "period_end", early, {"start": "period"}, name="period")
    crowded = offered.filter(pl.col("min_per_class") > pl.col("seats_per_class"))
    yield from _at("minimum_over_seats", "offerings", "min_per_class", crowded, {"seats": "seats_per_class"})


def _periods(problem: Problem) -> Iterator[Finding]:
    if problem.policy is None:
        return
    last = problem.policy.periods
    for table, column in (("offerings", "period"), ("offerings", "period_end"), ("resources", "period")):
        beyond = problem[table].filter(pl.col(column) > last)
        if column == "period_end":
            beyond = beyond.filter(pl.col("period_end") != pl.col("period"))
        yield from _at("outside_year", table, column, beyond, periods=last)


def _dates(problem: Problem) -> Iterator[Finding]:
    offered = problem["offerings"]
    early = offered.filter(pl.col("end_date") < pl.col("start_date"))
    yield from _at(
        "ends_before_start", "offerings", "end_date", early, {"start": "start_date"}, name="start_date"
    )
    if problem.policy is None:
        return
    year = problem.policy.year
    retired = problem["people"].filter(pl.col("retires_on") < dt.date(year, 1, 1))
    yield from _at("already_retired", "people", "retires_on", retired, year=year)
    other = offered.filter(pl.col("start_date").dt.year() != year)
    yield from _at("not_plan_year", "offerings", "start_date", other, year=year)


# ---- money


def _budgets(problem: Problem) -> Iterator[Finding]:
    rows = problem["budgets"]
    scope, key = pl.col("scope"), pl.col("id")
    nameless = rows.filter((scope != "total") & key.is_null())
    yield from _at("scope_without_id", "budgets", "id", nameless, {"scope": "scope"})
    yield from _at("total_with_id", "budgets", "id", rows.filter((scope == "total") & key.is_not_null()))
    if problem.filled("programmes"):
        funds = problem["programmes"]["fund_id"].drop_nulls().unique().to_list()
        yield from _at("unused_fund", "budgets", "id", rows.filter((scope == "fund") & ~key.is_in(funds)))
    if problem.filled("units"):
        units = problem["units"]["unit_id"].drop_nulls().unique().to_list()
        strange = rows.filter((scope == "unit") & ~key.is_in(units))
        for row, unit in strange.select(ROW, "id").iter_rows():
            near = hint(unit, units) if len(units) <= _HINTS else ""
            yield finding(
                "unknown_key", "budgets", row=row, column="id", value=unit, target="units", hint=near
            )
    yield from _at("zero_budget", "budgets", "amount_idr", rows.filter(pl.col("amount_idr") == 0))


def _same_place(problem: Problem) -> Iterator[Finding]:
    within = problem["travel"].filter(pl.col("from_place_id") == pl.col("to_place_id"))
    paid = within.filter((pl.col("cost_idr") > 0) | (pl.col("per_day_idr") > 0))
    yield from _at("same_place_fare", "travel", "cost_idr", paid)


def _fares(problem: Problem) -> Iterator[Finding]:
    """A fare is needed from the home of everybody who may take, or is locked into, an offering elsewhere."""
    if problem.policy is None or problem.policy.default_travel_idr is not None:
        return
    if not problem.filled("people", "programmes", "offerings", "places"):
        return
    known = problem["places"]["place_id"].drop_nulls().unique().to_list()
    there = problem["offerings"].filter((pl.col("max_classes") > 0) & pl.col("place_id").is_in(known))
    there = there.select("offering_id", "programme_id", "end_date", pl.col("place_id").alias("to_place_id"))
    fares = problem["travel"].select("from_place_id", "to_place_id").unique()
    homes = _who_may_take(problem).filter(pl.col("place_id").is_in(known))
    pairs = _unpaid(there, homes, fares)
    needed = pl.concat([_truly_needed(problem, pairs), _unpaid_locks(problem, there, fares)])
    named = needed.group_by("from_place_id", "to_place_id").agg(pl.col("offering_id").min()).sort(pl.all())
    for origin, place, offering in named.iter_rows():
        yield finding(
            "missing_fare",
            "travel",
            value=f"{origin} > {place}",
            origin=origin,
            place=place,
            offering=offering,
        )


def _unpaid(there: pl.DataFrame, homes: pl.DataFrame, fares: pl.DataFrame) -> pl.DataFrame:
    from_home = homes.select("programme_id", pl.col("place_id").alias("from_place_id")).unique()
    return (
        there.join(from_home, on="programme_id")
        .filter(pl.col("from_place_id") != pl.col("to_place_id"))
        .join(fares, on=["from_place_id", "to_place_id"], how="anti")
    )


def _truly_needed(problem: Problem, pairs: pl.DataFrame) -> pl.DataFrame:
    """Of the pairs without a fare those that somebody could travel: not retired by then, not done already."""
    kept = []
    people = problem["people"].partition_by("place_id", as_dict=True) if pairs.height else {}
    done = problem["completed"].select("person_id", "programme_id")
    for (origin, _), rows in pairs.sort("offering_id").group_by(
        "from_place_id", "to_place_id", maintain_order=True
    ):
        living = people[(origin,)]
        for offering in rows.iter_rows(named=True):
            programme = problem["programmes"].filter(pl.col("programme_id") == offering["programme_id"])
            able = living.join(programme, how="cross", suffix="_programme").filter(_eligible())
            if offering["end_date"] is not None:
                able = able.filter((pl.col("retires_on") >= offering["end_date"]).fill_null(True))
            if able.join(done, on=["person_id", "programme_id"], how="anti").height:
                kept.append(offering)
                break
    return pl.DataFrame(kept, schema=pairs.schema).select("from_place_id", "to_place_id", "offering_id")


def _unpaid_locks(problem: Problem, there: pl.DataFrame, fares: pl.DataFrame) -> pl.DataFrame:
    homes = problem["people"].select("person_id", pl.col("place_id").alias("from_place_id"))
    return (
        problem["locks"]
        .filter(pl.col("state") == "in")
        .join(there, on="offering_id")
        .join(homes, on="person_id")
        .filter(pl.col("from_place_id") != pl.col("to_place_id"))
        .join(fares, on=["from_place_id", "to_place_id"], how="anti")
        .select("from_place_id", "to_place_id", "offering_id")
    )


def _resources(problem: Problem) -> Iterator[Finding]:
    used = problem["offerings"].drop_nulls(["resource_id", "period", "period_end"])
    limited = problem["resources"].select("resource_id", "period").drop_nulls().unique()
    known = set(limited.iter_rows())
    for row, resource, first, last in used.select(ROW, "resource_id", "period", "period_end").iter_rows():
        if any((resource, period) not in known for period in range(first, last + 1)):
            yield finding("resource_unlimited", "offerings", row=row, column="resource_id", value=resource)
    undated = problem["offerings"].filter(pl.col("period").is_null()).drop_nulls("resource_id")
    yield from _at("resource_unlimited", "offerings", "resource_id", undated)


# ---- who may take what


def _eligible() -> pl.Expr:
    """Whether the person of a row, joined with a programme, may take it; a blank list admits everybody."""
    admits = [
        pl.col(allowed).is_null() | pl.col(allowed).str.split(";").list.contains(pl.col(own)).fill_null(False)
        for allowed, own in _ELIGIBILITY.items()
    ]
    return pl.all_horizontal(admits)


def _reaches() -> pl.Expr:
    """Whether the network of a home place carries an online programme; unknown passes."""
    home = pl.col("home_connectivity").replace_strict(_REACH, default=None, return_dtype=pl.Int8)
    needed = pl.col("connectivity").replace_strict(_REACH, default=None, return_dtype=pl.Int8)
    return (home >= needed).fill_null(True)


def _homes(problem: Problem) -> pl.DataFrame:
    return (
        problem["places"]
        .select("place_id", pl.col("connectivity").alias("home_connectivity"))
        .unique("place_id")
    )


def _who_may_take(problem: Problem) -> pl.DataFrame:
    """Who may take each programme: programme_id, connectivity, place_id, home_connectivity, people."""
    kinds = problem["people"].group_by(*_ELIGIBILITY.values(), "place_id").agg(pl.len().alias("people"))
    programmes = (
        problem["programmes"].drop_nulls("programme_id").select("programme_id", "connectivity", *_ELIGIBILITY)
    )
    # Few programmes differ in whom they admit, so each rule is tried once.
    rules = programmes.select(list(_ELIGIBILITY)).unique()
    admitted = [_admitted(kinds, rule) for rule in rules.iter_rows(named=True)]
    joined = programmes.join(pl.concat(admitted), on=list(_ELIGIBILITY), nulls_equal=True)
    return joined.join(_homes(problem), on="place_id", how="left").drop(list(_ELIGIBILITY))


def _admitted(kinds: pl.DataFrame, rule: Mapping[str, str | None]) -> pl.DataFrame:
    """How many people of each place the lists of ``rule`` admit; a blank list admits everybody."""
    for allowed, own in _ELIGIBILITY.items():
        if rule[allowed] is not None:
            kinds = kinds.filter(pl.col(own).is_in(str(rule[allowed]).split(";")))
    by_place = kinds.group_by("place_id").agg(pl.col("people").sum())
    return by_place.with_columns(pl.lit(text, pl.String).alias(allowed) for allowed, text in rule.items())


def _programmes(problem: Problem) -> Iterator[Finding]:
    if not problem.filled("people", "programmes", "offerings", "places"):
        return
    able = _who_may_take(problem)
    barred = problem["programmes"].join(able, on="programme_id", how="anti")
    yield from _at("nobody_may_take", "programmes", "programme_id", barred)
    unoffered = problem["programmes"].join(problem["offerings"], on="programme_id", how="anti")
    yield from _at("no_offering", "programmes", "programme_id", unoffered)

    everybody = able.group_by("programme_id").agg(pl.col("people").sum().alias("all"))
    online = able.filter(_reaches()).group_by("programme_id").agg(pl.col("people").sum().alias("reached"))
    offered = (
        problem["offerings"].join(everybody, on="programme_id").join(online, on="programme_id", how="left")
    )
    reached = pl.col("reached").fill_null(0)
    at_most = pl.when(pl.col("place_id").is_null()).then(reached).otherwise(pl.col("all"))
    offered = offered.with_columns(at_most.alias("people")).sort(ROW)
    unreachable = offered.filter(pl.col("people") == 0)
    yield from _at("nobody_can_reach", "offerings", "offering_id", unreachable)
    thin = offered.filter((pl.col("people") > 0) & (pl.col("min_per_class") > pl.col("people")))
    yield from _at(
        "minimum_over_demand",
        "offerings",
        "min_per_class",
        thin,
        {"minimum": "min_per_class", "people": "people"},
    )


def _untouched_gaps(problem: Problem) -> Iterator[Finding]:
    if not problem.filled("needs", "competencies", "programme_effects", "offerings"):
        return
    touched = problem["programme_effects"].join(problem["offerings"], on="programme_id", how="semi")
    gaps = problem["needs"].group_by("competency_id").agg(pl.len().alias("needs"))
    open_gaps = gaps.join(touched, on="competency_id", how="anti")
    rows = problem["competencies"].join(open_gaps, on="competency_id").sort(ROW)
    yield from _at("untouched_gap", "competencies", "competency_id", rows, {"needs": "needs"})


def _with_person_and_programme(problem: Problem, rows: pl.DataFrame) -> pl.DataFrame:
    people = problem["people"].select("person_id", "retires_on", "place_id", *_ELIGIBILITY.values())
    programmes = problem["programmes"].select("programme_id", "connectivity", *_ELIGIBILITY)
    people, programmes = people.unique("person_id"), programmes.unique("programme_id")
    return rows.join(people, on="person_id").join(programmes, on="programme_id").sort(ROW)


def _mandates(problem: Problem) -> Iterator[Finding]:
    done = problem["completed"].select("person_id", "programme_id")
    due = problem["mandates"].join(done, on=["person_id", "programme_id"], how="anti")
    rows = _with_person_and_programme(problem, due)
    yield from _at("mandate_not_eligible", "mandates", "programme_id", rows.filter(~_eligible()))
    if problem.filled("offerings"):
        unoffered = rows.join(problem["offerings"], on="programme_id", how="anti").sort(ROW)
        yield from _at("mandate_not_offered", "mandates", "programme_id", unoffered)


def _locks(problem: Problem) -> Iterator[Finding]:
    offered = problem["offerings"].select(
        "offering_id", "programme_id", "end_date", pl.col("place_id").alias("offered_at")
    )
    held = (
        problem["locks"].filter(pl.col("state") == "in").join(offered.unique("offering_id"), on="offering_id")
    )
    rows = (
        _with_person_and_programme(problem, held).join(_homes(problem), on="place_id", how="left").sort(ROW)
    )
    yield from _at("lock_not_eligible", "locks", "offering_id", rows.filter(~_eligible()))
    done = problem["completed"].select("person_id", "programme_id")
    again = rows.join(done, on=["person_id", "programme_id"], how="semi")
    yield from _at("lock_completed", "locks", "offering_id", again)
    late = rows.filter(pl.col("end_date") > pl.col("retires_on"))
    yield from _at("lock_retired", "locks", "offering_id", late, {"retires_on": "retires_on"})
    cut_off = rows.filter(pl.col("offered_at").is_null() & ~_reaches())
    yield from _at("lock_unreachable", "locks", "offering_id", cut_off)


def _connectivity(problem: Problem) -> Iterator[Finding]:
    demanding = problem["programmes"].filter(pl.col("connectivity") != "none")
    online = problem["offerings"].filter(pl.col("place_id").is_null())
    if not online.join(demanding, on="programme_id", how="semi").height:
        return
    living = problem["people"].group_by("place_id").agg(pl.len().alias("people"))
    unknown = problem["places"].filter(pl.col("connectivity").is_null()).join(living, on="place_id").sort(ROW)
    yield from _at("unknown_connectivity", "places", "connectivity", unknown, {"people": "people"})


def _equity(problem: Problem) -> Iterator[Finding]:
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
