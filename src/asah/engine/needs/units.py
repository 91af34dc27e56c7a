"""Needs by unit: how many, how deep, and how sure the ranking is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from scipy.stats import rankdata

from asah.engine.needs.panel import Floats, Ints

RESAMPLES = 400
INTERVAL = (0.05, 0.95)
DIGITS = 12
"""Scores that agree to so many decimals are tied."""
LEAST_PEOPLE = 10
"""Of fewer people no ranking is shown: it would say what single persons lack."""


def by_unit(*, people: pl.DataFrame, required: pl.DataFrame, gaps: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One row per unit and competency that is required of somebody in the unit.

    ``staff`` people of whom it is required; ``assessed`` those with a level; ``with_gap`` those whose need
    is more likely than not; ``depth`` their mean gap in levels, ``mwds`` Borich's mean weighted discrepancy
    score (mean importance times mean expected gap over the assessed, a surplus counting 0) and
    ``rank_low``..``rank_high`` the 90% interval of its rank inside the unit when people are resampled, ties
    sharing the ranks they take up: blank where nobody was assessed (depth also where nobody has a gap).
    Greatest score first.
    """
    staff, located = _staff(people, required), _located(people, gaps)
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
        .join(_order(people), on="unit")
        .sort("order", "mwds", descending=[False, True], nulls_last=True, maintain_order=True)
        .with_columns(pl.col("assessed", "with_gap").fill_null(0))
        .with_columns(pl.col(counts).cast(pl.Int64))
        .select(
            "unit", "competency", "staff", "assessed", "with_gap", "depth", "mwds", "rank_low", "rank_high"
        )
    )


def need_scores(*, people: pl.DataFrame, required: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """Expected gap x importance x headcount of each competency in each unit, in levels x importance x people.

    ``staff`` and ``assessed`` as in ``by_unit``; ``need_score`` the mean of importance times expected gap
    over the assessed, times ``staff``: whoever is not assessed is taken to be like those who are.
    ``score_sd`` what single people leave uncertain: the levels of the assessed, and, as in a sample drawn
    without replacement, who was not assessed. An error that the people of a unit share is not in it.
    Score and sd are blank where fewer than ``LEAST_PEOPLE`` were assessed.
    """
    points = pl.col("weight") * pl.col("expected_gap")
    left_open = (pl.col("weight") ** 2 * pl.col("gap_variance")).mean()
    measured = (
        _located(people, gaps)
        .group_by("unit", "competency", maintain_order=True)
        .agg(assessed=pl.len(), points=points.mean(), between=points.var(), left_open=left_open)
    )
    unseen = 1 - pl.col("assessed") / pl.col("staff")
    variance = pl.col("left_open") + unseen * (pl.col("between") + pl.col("left_open"))
    enough = pl.col("assessed") >= LEAST_PEOPLE
    return (
        _staff(people, required)
        .join(measured, on=["unit", "competency"], how="left", maintain_order="left")
        .select(
            "unit",
            "competency",
            pl.col("staff").cast(pl.Int64),
            pl.col("assessed").fill_null(0).cast(pl.Int64),
            need_score=pl.when(enough).then(pl.col("staff") * pl.col("points")),
            score_sd=pl.when(enough).then(pl.col("staff") * (variance / pl.col("assessed")).sqrt()),
        )
    )


def ranking_of(
    *, people: pl.DataFrame, required: pl.DataFrame, gaps: pl.DataFrame, seed: int
) -> pl.DataFrame:
    """The competencies of each unit by ``need_scores``, greatest first, those without a score last.

    ``rank_low``..``rank_high`` is the 90% interval of the rank inside the unit over normal draws of the
    scores. They are drawn independently from competency to competency: an error that all levels of a person
    share would cancel between them, so the interval is rather too wide than too narrow. Without a score both
    are blank, and the competency has no part in the ranks of the others.
    """
    ordered = (
        need_scores(people=people, required=required, gaps=gaps)
        .join(_order(people), on="unit", maintain_order="left")
        .sort("order", "need_score", descending=[False, True], nulls_last=True, maintain_order=True)
    )
    scored = ordered.filter(pl.col("need_score").is_not_null())
    unit, score, sd = (scored[name].to_numpy() for name in ("order", "need_score", "score_sd"))
    low, high = np.empty(len(score), np.int64), np.empty(len(score), np.int64)
    for rows in _runs(unit):
        rng = np.random.default_rng([seed, int(unit[rows.start])])
        noise = rng.standard_normal((RESAMPLES, rows.stop - rows.start))
        low[rows], high[rows] = rank_interval(score[rows] + sd[rows] * noise)
    ranks = scored.select("unit", "competency", rank_low=pl.Series(low), rank_high=pl.Series(high))
    return ordered.join(ranks, on=["unit", "competency"], how="left", maintain_order="left").select(
        "unit", "competency", "staff", "assessed", "need_score", "rank_low", "rank_high"
    )


def rank_interval(score: Floats) -> Ints:
    """Lowest and highest likely rank (2, columns) over the rows of ``score``; the greatest score has rank 1.

    Tied scores share the ranks they take up together: two that are always equal have 1 to 2 each.
    """
    fall = -np.round(score, DIGITS)
    low, high = (rankdata(fall, method=method, axis=1) for method in ("min", "max"))
    bounds = [
        np.quantile(rank, share, axis=0, method="inverted_cdf")
        for rank, share in zip((low, high), INTERVAL, strict=True)
    ]
    return np.asarray(bounds, dtype=np.int64)


def _staff(people: pl.DataFrame, required: pl.DataFrame) -> pl.DataFrame:
    """unit, competency, staff: of how many people of the unit it is required."""
    return (
        required.select("person_id", competency="competency_id")
        .unique(maintain_order=True)
        .join(people.select("person_id", unit="unit_id"), on="person_id", maintain_order="left")
        .group_by("unit", "competency", maintain_order=True)
        .agg(staff=pl.len())
    )


def _located(people: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    return gaps.rename({"competency_id": "competency"}).join(
        people.select("person_id", unit="unit_id"), on="person_id", maintain_order="left"
    )


def _order(people: pl.DataFrame) -> pl.DataFrame:
    return people.select(unit="unit_id").unique(maintain_order=True).with_row_index("order")


def _runs(group: Ints) -> list[slice]:
    """The stretches of equal entries of a sorted array."""
    ends = np.flatnonzero(np.diff(group)) + 1
    bounds = [0, *ends.tolist(), len(group)] if len(group) else [0]
    return [slice(start, end) for start, end in pairwise(bounds)]


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
    low, high = np.empty(len(gap), np.int64), np.empty(len(gap), np.int64)
    for unit, rows in enumerate(_runs(numbered["at_unit"].to_numpy())):
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
    return rank_interval(score)


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
