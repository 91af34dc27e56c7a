"""What came of a run, in the shape in which the portal keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from asah.engine import rules
from asah.engine.needs.gaps import required_levels
from asah.portal.needs.enums import Against, RaterRole
from asah.portal.needs.queries.heatmap import LIKELY

DEFAULT_LEVEL = "default_level"
Row = dict[str, Any]


def required_levels_of(frames: Mapping[str, pl.DataFrame], on: dt.date) -> pl.DataFrame:
    """As the engine demands it; ``default`` also where the standard of the portal itself is a default."""
    standard = frames["requirements"]
    rows = required_levels(
        people=frames["people"],
        competencies=frames["competencies"],
        requirements=standard.drop("by_default"),
        rules=rules.at(on),
    ).rows
    people = frames["people"].select("person_id", "position_id", "target_position_id")
    by_default = standard.filter("by_default").select("position_id", "competency_id", "by_default")
    post = (
        pl.when(pl.col("against") == Against.TARGET.value).then("target_position_id").otherwise("position_id")
    )
    return (
        rows.join(people, on="person_id", how="left", maintain_order="left")
        .with_columns(post=post)
        .join(
            by_default,
            left_on=["post", "competency_id"],
            right_on=["position_id", "competency_id"],
            how="left",
            maintain_order="left",
        )
        .with_columns(default=pl.col("default") | pl.col("by_default").fill_null(False))
        .select("person_id", "competency_id", "against", "required", "importance", "default")
    )


def needs_with_levels(
    needs: pl.DataFrame, required: pl.DataFrame, frames: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    key = ["person_id", "competency_id", "against"]
    marked = pl.when(pl.col("default") & ~pl.col("basis").str.contains(DEFAULT_LEVEL)).then(
        pl.lit(f";{DEFAULT_LEVEL}")
    )
    return (
        needs.join(required.drop("importance"), on=key, how="left", maintain_order="left")
        .join(
            frames["people"].select("person_id", "unit_id"), on="person_id", how="left", maintain_order="left"
        )
        .with_columns(basis=pl.col("basis") + marked.otherwise(pl.lit("")))
        .select(
            pl.col("person_id", "unit_id", "competency_id").cast(pl.Int64),
            "against",
            pl.col("required").cast(pl.Int64),
            "gap_levels",
            "weight",
            "prob_gap",
            "basis",
        )
    )


def fits_of(levels: pl.DataFrame, required: pl.DataFrame) -> dict[int, float]:
    """Share of the demanded levels of the post held that is there; a self rating alone fills nothing."""
    seen = levels.filter(~_is_self_alone())
    rows = (
        required.filter(pl.col("against") == Against.CURRENT.value)
        .join(seen, on=["person_id", "competency_id"], how="inner")
        .group_by("person_id")
        .agg(fit=pl.min_horizontal("level_mean", "required").sum() / pl.col("required").sum())
    )
    return {int(person): fit for person, fit in rows.iter_rows()}


def _is_self_alone() -> pl.Expr:
    return pl.col("basis").str.split(";").list.first() == RaterRole.SELF.value


def count_by_role(ratings: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Of each role: ratings, people rated, raters."""
    rows = ratings.group_by("rater_role").agg(
        ratings=pl.len(),
        people=pl.col("person_id").n_unique(),
        raters=pl.col("rater_id").drop_nulls().n_unique(),
    )
    found = {
        row["rater_role"]: {name: row[name] for name in ("ratings", "people", "raters")}
        for row in rows.to_dicts()
    }
    return {role: found[role] for role in RaterRole.values if role in found}


def by_rung(
    people: pl.DataFrame, levels: pl.DataFrame, required: pl.DataFrame, needs: pl.DataFrame
) -> list[Row]:
    """By kind of post and rung: people, assessed, judged (person and competency), with a gap, gaps, depth."""
    key = ["kind", "rung"]
    of = people.select(
        pl.col("person_id").cast(pl.Int64), kind=pl.col("position_kind").fill_null(""), rung=pl.col("rung")
    )
    pairs = pl.col("person_id", "competency_id").cast(pl.Int64)
    judged = (
        required.select(pairs)
        .unique()
        .join(levels.select(pairs), on=["person_id", "competency_id"], how="semi")
    )
    likely = needs.filter(pl.col("prob_gap") >= LIKELY)
    parts = [
        of.group_by(key).agg(people=pl.len()),
        judged.join(of, on="person_id")
        .group_by(key)
        .agg(assessed=pl.col("person_id").n_unique(), judged=pl.len()),
        likely.join(of, on="person_id")
        .group_by(key)
        .agg(with_gap=pl.col("person_id").n_unique(), gaps=pl.len(), depth=pl.col("gap_levels").mean()),
    ]
    rows = parts[0].join(parts[1], on=key, how="left").join(parts[2], on=key, how="left")
    counts = pl.col("assessed", "judged", "with_gap", "gaps").fill_null(0)
    return rows.with_columns(counts).sort(key).to_dicts()
