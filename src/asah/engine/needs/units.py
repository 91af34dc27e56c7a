"""Needs by unit: how many, how deep, and how sure the ranking is."""

from __future__ import annotations

import numpy as np
import polars as pl

RESAMPLES = 400
INTERVAL = (0.05, 0.95)
RANKS = pl.DataFrame(
    schema={"unit": pl.String, "competency": pl.String, "rank_low": pl.Int64, "rank_high": pl.Int64}
)


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
    ranks = [
        _rank_intervals(unit, np.random.default_rng([seed, index]))
        for index, unit in enumerate(located.partition_by("unit", maintain_order=True))
    ]
    counts = ("staff", "assessed", "with_gap", "rank_low", "rank_high")
    key = ["unit", "competency"]
    return (
        staff.join(measured, on=key, how="left", maintain_order="left")
        .join(pl.concat([RANKS, *ranks]), on=key, how="left", maintain_order="left")
        .join(people.select(unit="unit_id").unique(maintain_order=True).with_row_index("order"), on="unit")
        .sort("order", "mwds", descending=[False, True], nulls_last=True, maintain_order=True)
        .with_columns(pl.col("assessed", "with_gap").fill_null(0))
        .with_columns(pl.col(counts).cast(pl.Int64))
        .select(
            "unit", "competency", "staff", "assessed", "with_gap", "depth", "mwds", "rank_low", "rank_high"
        )
    )


def _rank_intervals(unit: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Rank interval of each competency of one unit; rank 1 is the greatest need."""
    persons = unit["person_id"].rank("dense").to_numpy().astype(np.int64) - 1
    names = unit["competency"].unique(maintain_order=True)
    competency = (
        unit.select(pl.col("competency").replace_strict(names, range(len(names)))).to_series().to_numpy()
    )
    shape = (int(persons.max()) + 1, len(names))
    seen, gap, importance = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    seen[persons, competency] = 1.0
    gap[persons, competency] = unit["expected_gap"].to_numpy()
    importance[persons, competency] = unit["weight"].to_numpy()
    times = rng.multinomial(shape[0], np.full(shape[0], 1.0 / shape[0]), size=RESAMPLES).astype(float)
    count = np.maximum(times @ seen, 1e-12)
    score = (times @ gap) * (times @ importance) / count**2
    rank = (-score).argsort(axis=1, kind="stable").argsort(axis=1) + 1
    low, high = np.quantile(rank, INTERVAL, axis=0, method="inverted_cdf")
    return pl.DataFrame(
        {
            "unit": [unit["unit"][0]] * len(names),
            "competency": names,
            "rank_low": low.astype(np.int64),
            "rank_high": high.astype(np.int64),
        }
    )


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
