"""Needs by unit: how many, how deep, and how sure the ranking is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from asah.engine.needs.panel import Floats, Ints

RESAMPLES = 400
INTERVAL = (0.05, 0.95)


def by_unit(*, people: pl.DataFrame, required: pl.DataFrame, gaps: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One row per unit and competency that is required of somebody in the unit.

    ``staff`` people of whom it is required; ``assessed`` those with a level; ``with_gap`` those whose need
    is more likely than not; ``depth`` their mean gap in levels, ``mwds`` Borich's mean weighted discrepancy
    score (mean importance times mean expected gap over the assessed, a surplus counting 0) and
    ``rank_low``..``rank_high`` the 90% interval of its rank inside the unit when people are resampled:
    blank where nobody was assessed (depth also where nobody has a gap). Greatest score first.
    """
    home = people.select("person_id", pl.col("unit_id").alias("unit"))
    staff = (
        required.select("person_id", competency="competency_id")
        .unique(maintain_order=True)
        .join(home, on="person_id", maintain_order="left")
        .group_by("unit", "competency", maintain_order=True)
        .agg(staff=pl.len())
    )
    located = gaps.rename({"competency_id": "competency"}).join(home, on="person_id", maintain_order="left")
    likely = pl.col("is_need") & (pl.col("prob_gap") >= 0.5)
    measured = located.group_by("unit", "competency", maintain_order=True).agg(
        assessed=pl.len(),
        with_gap=likely.sum(),
        depth=pl.col("gap_levels").filter(likely).mean(),
        mwds=pl.col("expected_gap").mean() * pl.col("weight").mean(),
    )
    ranks = _rank_intervals(located, seed)
    counts = ("staff", "assessed", "with_gap", "rank_low", "rank_high")
    key = ["unit", "competency"]
    return (
        staff.join(measured, on=key, how="left", maintain_order="left")
        .join(ranks, on=key, how="left", maintain_order="left")
        .join(people.select(unit="unit_id").unique(maintain_order=True).with_row_index("order"), on="unit")
        .sort("order", "mwds", descending=[False, True], nulls_last=True, maintain_order=True)
        .with_columns(pl.col("assessed", "with_gap").fill_null(0))
        .with_columns(pl.col(counts).cast(pl.Int64))
        .select(
            "unit", "competency", "staff", "assessed", "with_gap", "depth", "mwds", "rank_low", "rank_high"
        )
    )


def _rank_intervals(located: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Interval of the rank of each competency inside its unit; rank 1 is the greatest need."""
    numbered = located.select(
        pl.col("unit", "competency", "expected_gap", "weight"),
        at_unit=pl.col("unit").rank("dense") - 1,
        person=pl.col("person_id").rank("dense").over("unit") - 1,
        column=pl.col("competency").rank("dense").over("unit") - 1,
    ).sort("at_unit", maintain_order=True)
    person, column = numbered["person"].to_numpy(), numbered["column"].to_numpy()
    gap, weight = numbered["expected_gap"].to_numpy(), numbered["weight"].to_numpy()
    ends = np.flatnonzero(np.diff(numbered["at_unit"].to_numpy(), append=-1)) + 1
    low, high = np.empty(len(gap), np.int64), np.empty(len(gap), np.int64)
    for unit, (start, end) in enumerate(pairwise([0, *ends.tolist()])):
        rows = slice(start, end)
        bounds = _resampled_ranks(
            person=person[rows],
            column=column[rows],
            gap=gap[rows],
            weight=weight[rows],
            rng=np.random.default_rng([seed, unit]),
        )
        low[rows], high[rows] = bounds[:, column[rows]]
    return numbered.select("unit", "competency", rank_low=pl.Series(low), rank_high=pl.Series(high)).unique(
        ["unit", "competency"], keep="first", maintain_order=True
    )


def _resampled_ranks(
    *, person: Ints, column: Ints, gap: Floats, weight: Floats, rng: np.random.Generator
) -> Ints:
    """Lowest and highest rank (2, columns) of Borich's score when the people of a unit are resampled."""
    shape = (int(person.max()) + 1, int(column.max()) + 1)
    seen, gaps, weights = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    seen[person, column], gaps[person, column], weights[person, column] = 1.0, gap, weight
    times = rng.multinomial(shape[0], np.full(shape[0], 1.0 / shape[0]), size=RESAMPLES).astype(np.float64)
    score = (times @ gaps) * (times @ weights) / np.maximum(times @ seen, 1.0) ** 2
    rank = (-score).argsort(axis=1, kind="stable").argsort(axis=1) + 1
    return np.asarray(np.quantile(rank, INTERVAL, axis=0, method="inverted_cdf"), dtype=np.int64)


def coverage_of(*, people: pl.DataFrame, required: pl.DataFrame, levels: pl.DataFrame) -> pl.DataFrame:
    """Per unit and competency: people it is required of, and how many of those were assessed."""
    asked = required.select("person_id", "competency_id").unique(maintain_order=True)
    known = levels.select("person_id", "competency_id", assessed=pl.lit(1))
    return (
        asked.join(known, on=["person_id", "competency_id"], how="left", maintain_order="left")
        .join(people.select("person_id", unit="unit_id"), on="person_id", maintain_order="left")
        .group_by("unit", competency="competency_id", maintain_order=True)
        .agg(required=pl.len().cast(pl.Int64), assessed=pl.col("assessed").sum().cast(pl.Int64))
    )
