"""Needs are the standard less the true level; mandates and history fit the people they belong to."""

from __future__ import annotations

from functools import cache

import polars as pl

from asah.engine.simulate import Region, simulate


@cache
def merangin() -> Region:
    return simulate(region="merangin", people=3_000, seed=21, ratings=False)


def test_needs_are_exactly_the_standard_less_the_true_level() -> None:
    frames, truth = merangin().frames, merangin().truth
    expected = (
        frames["people"]
        .select("person_id", "position_id")
        .join(frames["requirements"], on="position_id")
        .join(truth["true_levels"], on=["person_id", "competency_id"], suffix="_true", validate="1:1")
        .with_columns(gap=(pl.col("level") - pl.col("level_true")).round(2))
        .filter(pl.col("gap") > 0)
    )
    both = frames["needs"].join(expected, on=["person_id", "competency_id"], how="full", validate="1:1")
    assert both.height == frames["needs"].height == expected.height
    assert (both["gap_levels"] == both["gap"]).all()
    assert (both["weight"] == both["importance"]).all()


def test_everybody_has_a_plausible_number_of_gaps() -> None:
    gaps = merangin().frames["needs"].group_by("person_id").len()["len"]
    assert 8 <= gaps.mean() <= 14
    assert merangin().frames["needs"]["gap_levels"].is_between(0.01, 4.0).all()


def test_places_with_a_weak_connection_lie_further_below_the_standard() -> None:
    frames = merangin().frames
    gap = (
        frames["needs"]
        .join(frames["people"], on="person_id")
        .join(frames["places"], on="place_id")
        .group_by(pl.col("connectivity") == "good")
        .agg(pl.col("gap_levels").sum() / pl.col("person_id").n_unique())
        .sort("connectivity")["gap_levels"]
    )
    assert gap[0] > gap[1]


def test_a_higher_grade_never_asks_for_less() -> None:
    requirements = (
        merangin()
        .frames["requirements"]
        .with_columns(
            pl.col("position_id")
            .str.split_exact("-", 1)
            .struct.rename_fields(["family", "grade"])
            .struct.unnest()
        )
    )
    for lower, higher in [
        ("PERTAMA", "MUDA"),
        ("MUDA", "MADYA"),
        ("TERAMPIL", "MAHIR"),
        ("PENGAWAS", "ADMINISTRATOR"),
    ]:
        pair = requirements.filter(pl.col("grade") == lower).join(
            requirements.filter(pl.col("grade") == higher), on=["family", "competency_id"], how="left"
        )
        assert pair["level_right"].null_count() == 0
        assert (pair["level_right"] >= pair["level"]).all()


def test_a_target_post_asks_for_everything_that_has_a_true_level() -> None:
    frames, truth = merangin().frames, merangin().truth
    target = frames["people"].drop_nulls("target_position_id")
    assert target.height > 100
    wanted = target.select("person_id", position_id="target_position_id").join(
        frames["requirements"], on="position_id"
    )
    assert wanted.join(truth["true_levels"], on=["person_id", "competency_id"], how="anti").height == 0


def test_mandates_fit_status_and_post_and_are_not_yet_fulfilled() -> None:
    frames = merangin().frames
    rows = (
        frames["mandates"]
        .join(frames["people"], on="person_id")
        .join(frames["programmes"], on="programme_id", suffix="_p")
    )
    assert rows.height > 50
    by_name = {
        "Latsar CPNS": ("employment", "CPNS"),
        "Orientasi PPPK": ("employment", "PPPK"),
        "Pelatihan Kepemimpinan Pengawas (PKP)": ("position_kind", "pengawas"),
        "Pelatihan Kepemimpinan Administrator (PKA)": ("position_kind", "administrator"),
        "Pelatihan Kepemimpinan Nasional Tingkat II": ("position_kind", "jpt"),
    }
    for row in rows.iter_rows(named=True):
        column, value = by_name[row["name_p"]]
        assert row[column] == value
    assert rows["points"].null_count() == rows.height
    assert rows.join(frames["completed"], on=["person_id", "programme_id"], how="semi").height == 0
    candidates = frames["people"].filter(pl.col("employment") == "CPNS")
    assert candidates.join(frames["mandates"], on="person_id", how="anti").height == 0


def test_nobody_completed_what_their_post_has_no_use_for() -> None:
    frames = merangin().frames
    useful = (
        frames["people"]
        .select("person_id", "position_id")
        .join(frames["requirements"], on="position_id")
        .join(frames["programme_effects"], on="competency_id")
        .select("person_id", "programme_id")
    )
    assert frames["completed"].height > 1_000
    assert frames["completed"].join(useful, on=["person_id", "programme_id"], how="anti").height == 0
