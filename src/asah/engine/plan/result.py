"""From the search's arrays back to the tables of tables.md section 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

import asah
from asah.engine.errors import Finding
from asah.engine.plan.branch import Branch
from asah.engine.plan.fillable import everything, impossible, without_hope
from asah.engine.plan.pricing import Prices
from asah.engine.plan.primal import Draft, needed_classes, spent_by_scope, worth
from asah.engine.plan.problem import Floats, Problem
from asah.engine.plan.replan import changed
from asah.engine.plan.search import Search
from asah.engine.tables import Tables

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Plan:
    """A plan as tables (`frames`) and as numbers about the whole (`summary`), both as tables.md section 4
    says.
    """

    frames: dict[str, pl.DataFrame]
    summary: dict[str, Any]


def to_plan(search: Search, tables: Tables, *, status: str, ended: bool, warnings: list[Finding]) -> Plan:
    """Everything the plan's folder holds but the pages for people. `ended`: the search had time left."""
    draft, prices = search.draft, search.prices
    if draft is None or prices is None:
        raise ValueError("a search always ends with a plan and prices")
    problem = search.problem
    objective, closed, _, _ = worth(draft)
    outcome = people_outcome(draft, closed, prices, tables)
    classes = class_table(draft)
    frames = {
        "enrolments": enrolment_table(draft, tables),
        "classes": classes,
        "people_outcome": outcome,
        "prices": all_prices(problem, prices, search.branches),
        "branches": branch_table(problem, search.branches),
    }
    summary = {
        "status": status,
        "objective": objective,
        "bound": search.bound,
        "bound_by": search.bound_by,
        "gap": search.gap(),
        "worth_of_nothing": problem.unpriced_loss,
        "closed_points": float(closed.sum()),
        "need_points": float(problem.need_points.sum()),
        "spent_idr": spent_by_scope(draft),
        "people": {
            state: int((outcome["state"] == state).sum()) for state in ("planned", "deferred", "exempt")
        },
        "classes": int(classes["classes"].sum()),
        "jp_short_people": int((jp_left(draft) > 1e-9).sum()),
        "mandates_missed": mandates_missed(draft, tables),
        "changes": None if search.earlier is None else changed(search.earlier, draft) + search.gone,
        "warnings": [vars(finding) for finding in warnings],
        "seed": search.options.seed,
        "engine_version": asah.__version__,
        "input_sha256": tables.sha256,
        "seconds": search.seconds,
        "peak_mb": search.peak_mb,
        "passes": round(search.pricer.tally.people / max(1, problem.people)),
        # tables.md has no status for a search that ends by itself above the gap
        "search_ended": ended and status == "time_limit",
        "tolerance": TOLERANCE,
    }
    return Plan(frames, summary)


def enrolment_table(draft: Draft, tables: Tables) -> pl.DataFrame:
    """Who takes what, in the order of the input's people."""
    p = draft.problem
    person, offering = draft.pairs()
    order = np.lexsort((offering, p.input_row[person]))
    person, offering = person[order], offering[order]
    locks = (
        tables["locks"]
        .filter(pl.col("state") == "in")
        .select("person_id", "offering_id", locked=pl.lit(True))
    )
    frame = pl.DataFrame(
        {
            "person_id": [p.person_id[i] for i in person],
            "offering_id": [p.offering_id[o] for o in offering],
        },
        schema={"person_id": pl.String, "offering_id": pl.String},
    )
    joined = frame.join(locks, on=["person_id", "offering_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("locked").fill_null(value=False))


def class_table(draft: Draft) -> pl.DataFrame:
    """The classes opened, what they hold and cost (travel apart)."""
    p = draft.problem
    enrolled = draft.enrolled()
    classes = needed_classes(p, enrolled)
    cost = classes * p.cost_per_class + enrolled * p.cost_per_person
    opened = np.flatnonzero(classes > 0)
    seats = [None if np.isinf(p.seats[o]) else int(classes[o] * p.seats[o]) for o in opened]
    return pl.DataFrame(
        {
            "offering_id": [p.offering_id[o] for o in opened],
            "classes": classes[opened].astype(np.int64),
            "enrolled": enrolled[opened].astype(np.int64),
            "seats": pl.Series(seats, dtype=pl.Int64),
            "cost_idr": np.round(cost[opened]).astype(np.int64),
        },
        schema_overrides={"offering_id": pl.String},
    )


def jp_left(draft: Draft) -> Floats:
    """JP still missing to the target, by person."""
    left: Floats = np.maximum(0.0, draft.problem.bundles.people["short"][:-1] - worth(draft)[2])
    return left


def people_outcome(draft: Draft, closed: Floats, prices: Prices, tables: Tables) -> pl.DataFrame:
    """Every person of the input once: state, reason, JP planned, closure and need."""
    from asah.engine.plan.reasons import reason_codes

    p = draft.problem
    person, offering = draft.pairs()
    jp = tables["programmes"]["jp"].to_numpy()[p.bundles.offerings["programme"][offering]]
    planned_jp = np.bincount(person, weights=jp, minlength=p.people)
    state, reason = reason_codes(draft, prices, tables)
    order = np.argsort(p.input_row, kind="stable")
    return pl.DataFrame(
        {
            "person_id": [p.person_id[i] for i in order],
            "state": [state[i] for i in order],
            "reason": [reason[i] for i in order],
            "jp_planned": planned_jp[order],
            "closure_points": closed[order],
            "need_points": p.need_points[order],
        }
    )


FILLABLE = "fillable"  # the branch of every plan there is
BRANCHES = {"branch": pl.String, "offering_id": pl.String, "min_classes": pl.Int64, "max_classes": pl.Int64}


def branch_table(problem: Problem, branches: list[Branch]) -> pl.DataFrame:
    """The branches of all plans there are, and for each offering the case that it is the first with more
    classes than can be filled; none where one set of prices proves the bound.
    """
    ids, given = problem.offering_id, problem.given_classes
    short = impossible(problem)
    rows: list[tuple[str, str, int, int]] = []
    if short and not branches:
        rows = [(FILLABLE, ids[o], 0, most) for o, most in short]
    cut = np.isfinite(problem.seats)  # of the others one class is one or none, and nothing is cut
    cut[[o for o, _ in short]] = True
    for k, branch in enumerate(branches):
        for o in np.flatnonzero((branch.low > 0) | (cut & (branch.high < given))):
            rows.append((_part(k), ids[o], int(branch.low[o]), int(branch.high[o])))
    for k, (first, most) in enumerate(short):
        case = _too_many(ids[first], most)
        rows += [(case, ids[o], 0, possible) for o, possible in short[:k]]
        rows.append((case, ids[first], most + 1, int(given[first])))
    return pl.DataFrame(rows, schema=BRANCHES, orient="row")


def all_prices(problem: Problem, prices: Prices, branches: list[Branch]) -> pl.DataFrame:
    """The prices of every branch."""
    short = impossible(problem)
    if not short and not branches:
        return price_table(problem, prices, problem.max_classes <= 0)
    tables = []
    if not branches:
        main = price_table(problem, prices, problem.max_classes <= 0)
        tables.append(main.with_columns(branch=pl.lit(FILLABLE)))
    for k, branch in enumerate(branches):
        mine = price_table(problem, branch.prices, branch.high <= 0)
        tables.append(mine.with_columns(branch=pl.lit(_part(k))))
    for k, (o, most) in enumerate(short):
        classes = problem.max_classes.copy()
        later = [j for j, _ in short[k:]]
        classes[later] = problem.given_classes[later]
        mine = price_table(problem, without_hope(problem, prices, o, classes), classes <= 0)
        tables.append(mine.with_columns(branch=pl.lit(_too_many(problem.offering_id[o], most))))
    return pl.concat(tables)


def _part(k: int) -> str:
    """The name of a branch of the plans there are."""
    return f"part {k + 1}"


def _too_many(offering: str, most: int) -> str:
    """The name of the branch in which an offering has more classes than can be filled."""
    return f"{offering} > {most}"


def price_table(problem: Problem, prices: Prices, closed: npt.NDArray[np.bool_]) -> pl.DataFrame:
    """Every price above zero, in full precision. `closed`: offerings without classes (O)."""
    rows: list[tuple[str, str | None, int | None, float]] = []
    beyond = everything(problem, prices)
    if prices.total > 0:
        rows.append(("total", None, None, prices.total))
    for scope, ids, values in (
        ("fund", problem.fund_id, prices.fund),
        ("unit", [problem.unit_id[u] for u in problem.unit_budget_unit], prices.unit),
        # nobody gets into an offering without classes: its seats cost more than all there is to gain
        ("seats", problem.offering_id, np.where(closed, beyond, prices.seats)),
        ("minimum", problem.offering_id, prices.minimum),
        ("equity", problem.floor_key, prices.equity),
    ):
        rows += [(scope, ids[k], None, float(values[k])) for k in np.flatnonzero(values > 0)]
    rows += [
        ("absence", problem.unit_id[u], int(t), float(prices.absence[u, t]))
        for u, t in zip(*np.nonzero(prices.absence > 0), strict=True)
    ]
    for slot in np.flatnonzero(prices.resource > 0):
        which, period = problem.resource_slot[slot]
        rows.append(("resource", problem.resource_id[which], period, float(prices.resource[slot])))
    frame = pl.DataFrame(
        rows,
        schema={"scope": pl.String, "id": pl.String, "period": pl.Int64, "price": pl.Float64},
        orient="row",
    )
    return frame.with_columns(branch=pl.lit(None, pl.String))


def mandates_missed(draft: Draft, tables: Tables) -> list[dict[str, Any]]:
    """Mandates not given and not completed, with the person's name, in the order of the mandates table."""
    p = draft.problem
    person, offering = draft.pairs()
    given = pl.DataFrame(
        {
            "person_id": [p.person_id[i] for i in person],
            "programme_id": [p.programme_id[k] for k in p.bundles.offerings["programme"][offering]],
        },
        schema={"person_id": pl.String, "programme_id": pl.String},
    )
    key = ["person_id", "programme_id"]
    missed = tables["mandates"].select(key).join(given, on=key, how="anti")
    missed = missed.join(tables["completed"].select(key), on=key, how="anti")
    names = missed.join(tables["people"].select("person_id", "name"), on="person_id", how="left")
    return names.sort("person_id", "programme_id").to_dicts()
