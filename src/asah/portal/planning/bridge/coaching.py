"""Needs that cases of conduct raise: planned for like any other, and told to nobody.

Beside the problem stands what of its needs is to be told otherwise. Whoever reads a plan for people reads it
as if these needs were not there: their points, and whatever only they explain, would tell of the case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from asah.engine.plan.primal import worth
from asah.engine.plan.result import people_outcome
from asah.engine.plan.standing import Standing
from asah.engine.tables import Tables

FILE = "coaching.json"
KEY = ["person_id", "competency_id"]
# Person and competency to the gap and weight that are told; None where no need is told at all.
Told = Mapping[tuple[str, str], tuple[float, float] | None]


def write_told(told: Told, folder: Path) -> None:
    rows = [[*pair, *(need or (None, None))] for pair, need in sorted(told.items())]
    (folder / FILE).write_text(json.dumps(rows), encoding="utf-8")


def as_told(tables: Tables, folder: Path) -> Tables:
    """The tables of the problem in ``folder`` with its needs as they are told; the same ones where nothing is
    hidden.
    """
    path = folder / FILE
    rows = json.loads(path.read_text("utf-8")) if path.is_file() else []
    if not rows:
        return tables
    schema = {"person_id": pl.String, "competency_id": pl.String, "gap": pl.Float64, "points": pl.Float64}
    hidden = pl.DataFrame(rows, schema=schema, orient="row").with_columns(hidden=True)
    needs = (
        tables["needs"]
        .join(hidden, on=KEY, how="left", maintain_order="left")
        .filter(pl.col("hidden").is_null() | pl.col("gap").is_not_null())
        .with_columns(
            gap_levels=pl.coalesce("gap", "gap_levels"),
            weight=pl.coalesce("points", "weight"),
        )
        .select(tables["needs"].columns)
    )
    return replace(tables, frames={**tables.frames, "needs": needs})


def outcome_as_told(tables: Tables, standing: Standing) -> pl.DataFrame:
    """What became of everybody, of whoever has a hidden need as if they had none.

    ``tables``: all needs; ``standing``: the plan beside those that are told.
    """
    outcome, told = standing.outcome, standing.tables
    concerned = tables["needs"].join(told["needs"], on=told["needs"].columns, how="anti", nulls_equal=True)
    fresh = people_outcome(standing.draft, worth(standing.draft)[1], standing.prices, told)
    ours = pl.col("person_id").is_in(concerned["person_id"].implode())
    return pl.concat([outcome.filter(~ours), fresh.filter(ours).select(outcome.columns)]).sort("person_id")


def summary_as_told(summary: Mapping[str, Any], outcome: pl.DataFrame) -> dict[str, Any]:
    """The engine's numbers with those of people and points that the rows add up to."""
    states = dict(outcome.group_by("state").len().iter_rows())
    return {
        **summary,
        "people": {state: states.get(state, 0) for state in summary["people"]},
        "closed_points": outcome["closure_points"].sum(),
        "need_points": outcome["need_points"].sum(),
    }
