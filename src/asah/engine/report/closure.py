"""How much of every need a plan closes, and which enrolment closes it."""

from __future__ import annotations

import polars as pl

from asah.engine.tables import Tables

_NEED = ["person_id", "competency_id"]


def closed_needs(tables: Tables, enrolments: pl.DataFrame) -> pl.DataFrame:
    """Every row of ``needs`` with need_points (weight x gap) and closed_points (weight x min(gap, gains))."""
    received = _gains(tables, enrolments).group_by(_NEED).agg(pl.col("gain_levels").sum())
    gain = pl.min_horizontal("gap_levels", pl.col("gain_levels").fill_null(0.0))
    return (
        tables["needs"]
        .join(received, on=_NEED, how="left", maintain_order="left")
        .select(
            *_NEED,
            "gap_levels",
            (pl.col("weight") * pl.col("gap_levels")).alias("need_points"),
            (pl.col("weight") * gain).alias("closed_points"),
        )
    )


def closure_by_enrolment(tables: Tables, enrolments: pl.DataFrame, closed: pl.DataFrame) -> pl.DataFrame:
    """person_id, offering_id, closed_points: the closure of a need shared among what raised it, by gain.

    An enrolment that closes nothing is not among the rows; the rows add up to ``closed``.
    """
    gains = _gains(tables, enrolments)
    share = pl.col("closed_points") * pl.col("gain_levels") / pl.col("gain_levels").sum().over(_NEED)
    return (
        gains.join(closed.select(*_NEED, "closed_points"), on=_NEED, how="inner")
        .with_columns(share.alias("closed_points"))
        .group_by("person_id", "offering_id")
        .agg(pl.col("closed_points").sum())
    )


def _gains(tables: Tables, enrolments: pl.DataFrame) -> pl.DataFrame:
    """One row per enrolment and competency its programme raises, where that person has such a need."""
    offerings = tables["offerings"].select("offering_id", "programme_id")
    effects = tables["programme_effects"].select("programme_id", "competency_id", "gain_levels")
    return (
        enrolments.select("person_id", "offering_id")
        .join(offerings, on="offering_id", how="inner")
        .join(effects, on="programme_id", how="inner")
        .join(tables["needs"].select(_NEED), on=_NEED, how="semi")
    )
