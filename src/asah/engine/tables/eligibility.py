"""Who may take what: what follows for programmes, mandates, locks and fares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from asah.engine.tables.noticed import ROW, Note, at
from asah.engine.tables.problem import Problem

_REACH: Final = {"none": 0, "low": 1, "good": 2}
_ELIGIBILITY: Final = {
    "eligible_employment": "employment",
    "eligible_position_kind": "position_kind",
    "eligible_unit": "unit_id",
}


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
    nobody = _admitted(kinds.clear(), dict.fromkeys(_ELIGIBILITY))
    admitted = [nobody, *(_admitted(kinds, rule) for rule in rules.iter_rows(named=True))]
    joined = programmes.join(pl.concat(admitted), on=list(_ELIGIBILITY), nulls_equal=True)
    return joined.join(_homes(problem), on="place_id", how="left").drop(list(_ELIGIBILITY))


def _admitted(kinds: pl.DataFrame, rule: Mapping[str, str | None]) -> pl.DataFrame:
    """How many people of each place the lists of ``rule`` admit; a blank list admits everybody."""
    for allowed, own in _ELIGIBILITY.items():
        if rule[allowed] is not None:
            kinds = kinds.filter(pl.col(own).is_in(str(rule[allowed]).split(";")))
    by_place = kinds.group_by("place_id").agg(pl.col("people").sum())
    return by_place.with_columns(pl.lit(text, pl.String).alias(allowed) for allowed, text in rule.items())


def programmes(problem: Problem) -> Iterator[Note]:
    """Programmes and offerings that cannot take place: nobody may, can or suffices."""
    if not problem.filled("people", "programmes", "offerings", "places"):
        return
    able = _who_may_take(problem)
    barred = problem["programmes"].join(able, on="programme_id", how="anti")
    yield at("nobody_may_take", "programmes", "programme_id", barred)
    unoffered = problem["programmes"].join(problem["offerings"], on="programme_id", how="anti")
    yield at("no_offering", "programmes", "programme_id", unoffered)

    everybody = able.group_by("programme_id").agg(pl.col("people").sum().alias("all"))
    online = able.filter(_reaches()).group_by("programme_id").agg(pl.col("people").sum().alias("reached"))
    offered = (
        problem["offerings"].join(everybody, on="programme_id").join(online, on="programme_id", how="left")
    )
    reached = pl.col("reached").fill_null(0)
    at_most = pl.when(pl.col("place_id").is_null()).then(reached).otherwise(pl.col("all"))
    offered = offered.with_columns(at_most.alias("people")).sort(ROW)
    unreachable = offered.filter(pl.col("people") == 0)
    yield at("nobody_can_reach", "offerings", "offering_id", unreachable)
    thin = offered.filter((pl.col("people") > 0) & (pl.col("min_per_class") > pl.col("people")))
    # whom a lock lets in counts beside these, and where they cannot fill the class the plan is impossible
    opened = problem["locks"].filter(pl.col("state") == "in")
    thin = thin.join(opened, on="offering_id", how="anti").sort(ROW)
    yield at(
        "minimum_over_demand",
        "offerings",
        "min_per_class",
        thin,
        {"minimum": "min_per_class", "people": "people"},
    )


def untouched_gaps(problem: Problem) -> Iterator[Note]:
    """Competencies with needs that no programme on offer raises."""
    if not problem.filled("needs", "competencies", "programme_effects", "offerings"):
        return
    touched = problem["programme_effects"].join(problem["offerings"], on="programme_id", how="semi")
    gaps = problem["needs"].group_by("competency_id").agg(pl.len().alias("needs"))
    open_gaps = gaps.join(touched, on="competency_id", how="anti")
    rows = problem["competencies"].join(open_gaps, on="competency_id").sort(ROW)
    yield at("untouched_gap", "competencies", "competency_id", rows, {"needs": "needs"})


def _with_person_and_programme(problem: Problem, rows: pl.DataFrame) -> pl.DataFrame:
    people = problem["people"].select("person_id", "retires_on", "place_id", *_ELIGIBILITY.values())
    programmes = problem["programmes"].select("programme_id", "connectivity", *_ELIGIBILITY)
    people, programmes = people.unique("person_id"), programmes.unique("programme_id")
    return rows.join(people, on="person_id").join(programmes, on="programme_id").sort(ROW)


def mandates(problem: Problem) -> Iterator[Note]:
    """Mandates that cannot be met: the person is not eligible, or the programme is not offered."""
    done = problem["completed"].select("person_id", "programme_id")
    due = problem["mandates"].join(done, on=["person_id", "programme_id"], how="anti")
    rows = _with_person_and_programme(problem, due)
    yield at("mandate_not_eligible", "mandates", "programme_id", rows.filter(~_eligible()))
    if problem.filled("offerings"):
        unoffered = rows.join(problem["offerings"], on="programme_id", how="anti").sort(ROW)
        yield at("mandate_not_offered", "mandates", "programme_id", unoffered)


def locks(problem: Problem) -> Iterator[Note]:
    """Decisions by hand that are kept although they break a rule of the person."""
    offered = problem["offerings"].select(
        "offering_id", "programme_id", "end_date", pl.col("place_id").alias("offered_at")
    )
    held = (
        problem["locks"].filter(pl.col("state") == "in").join(offered.unique("offering_id"), on="offering_id")
    )
    rows = (
        _with_person_and_programme(problem, held).join(_homes(problem), on="place_id", how="left").sort(ROW)
    )
    yield at("lock_not_eligible", "locks", "offering_id", rows.filter(~_eligible()))
    done = problem["completed"].select("person_id", "programme_id")
    again = rows.join(done, on=["person_id", "programme_id"], how="semi")
    yield at("lock_completed", "locks", "offering_id", again)
    late = rows.filter(pl.col("end_date") > pl.col("retires_on"))
    yield at("lock_retired", "locks", "offering_id", late, {"retires_on": "retires_on"})
    cut_off = rows.filter(pl.col("offered_at").is_null() & ~_reaches())
    yield at("lock_unreachable", "locks", "offering_id", cut_off)


def connectivity(problem: Problem) -> Iterator[Note]:
    """Home places whose network is unknown, where an online offering asks for one."""
    demanding = problem["programmes"].filter(pl.col("connectivity") != "none")
    online = problem["offerings"].filter(pl.col("place_id").is_null())
    if not online.join(demanding, on="programme_id", how="semi").height:
        return
    living = problem["people"].group_by("place_id").agg(pl.len().alias("people"))
    unknown = problem["places"].filter(pl.col("connectivity").is_null()).join(living, on="place_id").sort(ROW)
    yield at("unknown_connectivity", "places", "connectivity", unknown, {"people": "people"})


def fares(problem: Problem) -> Iterator[Note]:
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
    pair = pl.format("{} > {}", "from_place_id", "to_place_id")
    facts = {"value": "pair", "origin": "from_place_id", "place": "to_place_id", "offering": "offering_id"}
    yield at(
        "missing_fare", "travel", "", named.with_columns(pl.lit(0, pl.UInt32).alias(ROW), pair=pair), facts
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
