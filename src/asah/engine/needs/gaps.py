"""From levels to gaps: what the post requires, and how likely a person is below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr

from asah.engine.errors import Finding
from asah.engine.needs.messages import finding
from asah.engine.needs.panel import Floats
from asah.engine.rules import RuleSet

LOWEST = 1.0
"""The scale starts at level 1: nobody is further from a standard than that."""


def expected_gap(*, mean: Floats, sd: Floats, required: Floats) -> tuple[Floats, Floats]:
    """P(gap > 0) and E[max(gap, 0)] in levels for a normal level cut off at the bottom of the scale."""
    below = np.where(required > LOWEST, ndtr((required - mean) / sd), 0.0)
    expected = _expected_shortfall(mean, sd, required) - _expected_shortfall(
        mean, sd, np.full_like(mean, LOWEST)
    )
    return below, np.maximum(0.0, np.where(required > LOWEST, expected, 0.0))


def gap_variance(*, mean: Floats, sd: Floats, required: Floats) -> Floats:
    """Variance of max(gap, 0) in levels squared, for the level of ``expected_gap``."""
    lowest = np.full_like(mean, LOWEST)
    _, expected = expected_gap(mean=mean, sd=sd, required=required)
    square = _squared_shortfall(mean, sd, required) - _squared_shortfall(mean, sd, lowest)
    square -= 2 * (required - LOWEST) * _expected_shortfall(mean, sd, lowest)
    return np.where(required > LOWEST, np.maximum(0.0, square - expected**2), 0.0)


def _squared_shortfall(mean: Floats, sd: Floats, bar: Floats) -> Floats:
    """E[max(bar - level, 0)^2] of a normal level."""
    z = (bar - mean) / sd
    return np.asarray(sd**2 * ((z**2 + 1) * ndtr(z) + z * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)))


def _expected_shortfall(mean: Floats, sd: Floats, bar: Floats) -> Floats:
    """E[max(bar - level, 0)] of a normal level."""
    z = (bar - mean) / sd
    return np.asarray(sd * (z * ndtr(z) + np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)))


@dataclass(frozen=True)
class Required:
    """What is required of whom.

    ``rows``: person_id, competency_id, against (current, target), required (level), importance, default
    (bool: no standard of the post, the rule's default level stands in), in the order of people.
    """

    rows: pl.DataFrame
    findings: tuple[Finding, ...]


def required_levels(
    *, people: pl.DataFrame, competencies: pl.DataFrame, requirements: pl.DataFrame, rules: RuleSet
) -> Required:
    """Requirements of the post held and, where one is known, of the next post.

    A post without any requirement gets the default level of its kind for every managerial and
    sociocultural competency, marked ``default``; technical standards have no default.
    """
    standard = requirements.select(
        "position_id",
        "competency_id",
        required=pl.col("level"),
        importance=pl.col("importance").fill_null(1.0)
        if "importance" in requirements.columns
        else pl.lit(1.0),
    )
    staff = people.with_row_index("order").with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in ("position_id", "target_position_id", "position_kind", "golongan")
        if name not in people.columns
    )
    of_post = [
        staff.select("order", "person_id", position_id=pl.col(column))
        .join(standard, on="position_id", maintain_order="left")
        .with_columns(against=pl.lit(against), default=pl.lit(False))
        for column, against in (("position_id", "current"), ("target_position_id", "target"))
    ]
    without = staff.join(standard.select("position_id").unique(), on="position_id", how="anti")
    kinds = without.select("position_kind", "golongan").unique(maintain_order=True)
    levels = kinds.with_columns(
        required=pl.Series(
            [rules.default_level(kind, rank) for kind, rank in kinds.iter_rows()], dtype=pl.Float64
        )
    )
    general = (
        competencies.filter(pl.col("kind").is_in(["managerial", "sociocultural"]))
        if "kind" in competencies.columns
        else competencies.clear()
    )
    defaults = (
        without.join(levels, on=["position_kind", "golongan"], nulls_equal=True, maintain_order="left")
        .filter(pl.col("required").is_not_null())
        .select("order", "person_id", "position_id", "required")
        .join(general.select("competency_id"), how="cross")
        .with_columns(importance=pl.lit(1.0), against=pl.lit("current"), default=pl.lit(True))
    )
    number = competencies.select("competency_id").with_row_index("competency")
    rows = (
        pl.concat([*of_post, defaults], how="diagonal")
        .join(number, on="competency_id", maintain_order="left")
        .sort("order", "competency", "against", maintain_order=True)
        .select("person_id", "competency_id", "against", "required", "importance", "default")
    )
    return Required(rows, _findings(staff, without, defaults))


def _findings(staff: pl.DataFrame, without: pl.DataFrame, defaults: pl.DataFrame) -> tuple[Finding, ...]:
    given = defaults["person_id"].n_unique()
    counts = {"default_level": given, "no_level": without.height - given}
    return tuple(
        finding(code, "requirements", "position_id", count=count, staff=staff.height)
        for code, count in counts.items()
        if count
    )


def find_needs(*, levels: pl.DataFrame, required: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Every required and assessed competency of a person with its gap, the post with the larger gap first.

    Returns one row per (person, competency): the columns of ``needs`` with level and sd kept beside them,
    ``gap_variance`` and ``is_need``: the expected gap reaches the threshold.
    """
    rated = required.join(levels, on=["person_id", "competency_id"], how="inner", maintain_order="left")
    level = {
        "mean": rated["posterior_mean"].to_numpy(),
        "sd": rated["level_sd"].to_numpy(),
        "required": rated["required"].to_numpy(),
    }
    below, expected = expected_gap(**level)
    basis = pl.col("basis") + pl.when("default").then(pl.lit(";default_level")).otherwise(pl.lit(""))
    return (
        rated.with_columns(
            prob_gap=pl.Series(below),
            expected_gap=pl.Series(expected),
            gap_variance=pl.Series(gap_variance(**level)),
            basis=basis,
            weight=pl.col("importance"),
        )
        .with_row_index("order")
        .sort("expected_gap", "order", descending=[True, False])
        .unique(["person_id", "competency_id"], keep="first", maintain_order=True)
        .sort("order")
        .with_columns(gap_levels=pl.col("expected_gap"), is_need=pl.col("expected_gap") >= threshold)
        .drop("order")
    )
