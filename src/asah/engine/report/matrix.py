"""The matrix of the plan: one row per offering with the seven contents PP 11/2017 article 207 asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from asah.engine.report.language import INDONESIAN
from asah.engine.tables import SCHEMA, Tables

# What the article asks for and the tables may leave blank, as (column, what it is called).
COMPULSORY: Final = (
    ("kinds", "jenis kompetensi"),
    ("organiser", "penyelenggara"),
    ("curriculum_owner", "kesesuaian kurikulum"),
)
NAMED_UNITS: Final = 3


def plan_matrix(tables: Tables, frames: Mapping[str, pl.DataFrame], lines: pl.DataFrame) -> pl.DataFrame:
    """One row per offering with a class or a participant, in the order of ``offerings``.

    Columns: the offering (offering_id, period, period_end, start_date, end_date, days, place_id, place,
    resource_id, seats_per_class, min_per_class, max_classes, cost_per_class_idr), its programme
    (programme_id, programme, form, jp, fund_id, organiser, curriculum_owner, cost_per_person_idr), what it
    teaches (kinds, competencies), whom (classes, seats, enrolled, targets, unit_count, units, mandated,
    mean_gap in levels), money (class_idr, person_idr, travel_idr, total_idr), closed_points, and missing: the
    compulsory contents that are blank.
    """
    matrix = tables["offerings"].join(
        frames["classes"].select("offering_id", "classes", "enrolled", "seats"), on="offering_id", how="inner"
    )
    matrix = matrix.filter((pl.col("classes") > 0) | (pl.col("enrolled") > 0))
    for part, key in (
        (_programmes(tables), "programme_id"),
        (_taught(tables), "programme_id"),
        (tables["places"].select("place_id", pl.col("name").alias("place")), "place_id"),
        (_participants(tables, lines), "offering_id"),
        (_mandated(tables, lines), "offering_id"),
        (_gaps(tables, lines), "offering_id"),
        (_money(lines), "offering_id"),
    ):
        matrix = matrix.join(part, on=key, how="left", maintain_order="left")
    blank = [pl.when(pl.col(column).is_null()).then(pl.lit(word)) for column, word in COMPULSORY]
    return matrix.with_columns(
        pl.concat_str(blank, separator=", ", ignore_nulls=True).alias("missing"),
        pl.col("mandated", "unit_count").fill_null(0),
    )


def _programmes(tables: Tables) -> pl.DataFrame:
    return tables["programmes"].select(
        "programme_id",
        pl.col("name").alias("programme"),
        "form",
        "jp",
        "fund_id",
        "organiser",
        "curriculum_owner",
        "cost_per_person_idr",
    )


def _taught(tables: Tables) -> pl.DataFrame:
    """Kinds and names of the competencies every programme raises, strongest effect first."""
    competencies = tables["competencies"].select(
        "competency_id",
        pl.col("name").alias("competency"),
        pl.struct("kind", "stream").map_elements(_kind, return_dtype=pl.String).alias("kind"),
    )
    effects = tables["programme_effects"].join(competencies, on="competency_id", how="inner")
    return (
        effects.sort(-pl.col("gain_levels"), "competency_id")
        .group_by("programme_id", maintain_order=True)
        .agg(
            pl.col("kind").unique(maintain_order=True).str.join(", ").alias("kinds"),
            pl.col("competency").str.join("; ").alias("competencies"),
        )
    )


def _kind(row: Mapping[str, str | None]) -> str | None:
    """Ethics and integrity are streams of their own; any other competency is called by its kind."""
    if row["stream"] in ("ethics", "integrity"):
        return INDONESIAN.choice("stream", row["stream"]).lower()
    return INDONESIAN.choice("kind", row["kind"]) if row["kind"] else None


def _people(tables: Tables, lines: pl.DataFrame) -> pl.DataFrame:
    people = tables["people"].select("person_id", "position_kind")
    known = lines.filter(pl.col("person_id").is_not_null())
    return known.select("offering_id", "person_id", "unit_id").join(people, on="person_id", how="left")


def _participants(tables: Tables, lines: pl.DataFrame) -> pl.DataFrame:
    people = _people(tables, lines)
    posts = {
        kind: INDONESIAN.choice("value", kind)
        for kind in SCHEMA["people"].column("position_kind").choices or ()
    }
    unknown = INDONESIAN.choice("value", "-")
    kinds = people.with_columns(
        pl.col("position_kind").replace_strict(posts, default=unknown, return_dtype=pl.String).alias("post")
    )
    targets = (
        _counted(kinds, "post")
        .group_by("offering_id", maintain_order=True)
        .agg(pl.col("counted").str.join(", ").alias("targets"))
    )
    named = people.join(tables["units"].select("unit_id", "name"), on="unit_id", how="left")
    units = (
        _counted(named, "name")
        .group_by("offering_id", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("unit_count"),
            pl.col("counted").head(NAMED_UNITS).str.join(", ").alias("units"),
        )
    )
    others = pl.format(", +{} unit lain", pl.col("unit_count") - NAMED_UNITS)
    units = units.with_columns(
        pl.when(pl.col("unit_count") > NAMED_UNITS)
        .then(pl.col("units") + others)
        .otherwise("units")
        .alias("units")
    )
    return targets.join(units, on="offering_id", how="left")


def _counted(people: pl.DataFrame, name: str) -> pl.DataFrame:
    """offering_id, counted: ``Name (12)``, the most frequent first."""
    counts = people.group_by("offering_id", name).agg(pl.len().alias("n"))
    ordered = counts.sort("offering_id", -pl.col("n").cast(pl.Int64), name)
    return ordered.select("offering_id", pl.format("{} ({})", name, "n").alias("counted"))


def _mandated(tables: Tables, lines: pl.DataFrame) -> pl.DataFrame:
    mandates = tables["mandates"].select("person_id", "programme_id")
    given = lines.join(mandates, on=["person_id", "programme_id"], how="semi")
    return given.group_by("offering_id").agg(pl.len().cast(pl.Int64).alias("mandated"))


def _gaps(tables: Tables, lines: pl.DataFrame) -> pl.DataFrame:
    """The mean gap (levels) of participants in what the programme teaches."""
    effects = tables["programme_effects"].select("programme_id", "competency_id")
    needs = tables["needs"].select("person_id", "competency_id", "gap_levels")
    touched = lines.select("offering_id", "person_id", "programme_id").join(
        effects, on="programme_id", how="inner"
    )
    return (
        touched.join(needs, on=["person_id", "competency_id"], how="inner")
        .group_by("offering_id")
        .agg(pl.col("gap_levels").mean().alias("mean_gap"))
    )


def _money(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.group_by("offering_id").agg(
        pl.col("class_idr", "person_idr", "travel_idr", "total_idr", "closed_points").sum()
    )
