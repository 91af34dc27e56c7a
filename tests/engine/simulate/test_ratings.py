"""Raters differ as the model says, and the truth they were drawn from can be found again."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from asah.engine.simulate import Region, simulate
from asah.engine.simulate.ratings import ROLES, UNASSESSED, Role


@cache
def merangin() -> Region:
    return simulate(region="merangin", people=4_000, seed=41)


@cache
def errors() -> pl.DataFrame:
    """Every rating beside the truth; away from the ends of the scale, where nothing is cut off."""
    region = merangin()
    return (
        region.frames["ratings"]
        .join(region.truth["true_levels"], on=["person_id", "competency_id"], validate="m:1")
        .join(region.truth["true_raters"], on=["rater_id", "rater_role"], validate="m:1")
        .filter(pl.col("level").is_between(2.0, 3.5))
        .with_columns(error=pl.col("score") - pl.col("level"))
    )


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_the_bias_of_a_role_can_be_found_again(role: Role) -> None:
    truth = merangin().truth["true_roles"].filter(pl.col("rater_role") == role.name)
    seen = errors().filter(pl.col("rater_role") == role.name)
    mean = (seen["error"] - seen["severity"]).mean()
    assert mean == pytest.approx(truth["bias"].item(), abs=0.03)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_halo_and_noise_of_a_role_can_be_found_again(role: Role) -> None:
    """What is left of one rater's errors about one person varies by noise; their means by halo."""
    truth = merangin().truth["true_roles"].filter(pl.col("rater_role") == role.name)
    left = (
        errors()
        .filter(pl.col("rater_role") == role.name)
        .with_columns(left=pl.col("error") - pl.col("severity"))
        .group_by("person_id", "rater_id")
        .agg(n=pl.len(), mean=pl.col("left").mean(), var=pl.col("left").var())
        .filter(pl.col("n") >= 3)
    )
    rounding = 0.5**2 / 12
    noise = (left["var"] * (left["n"] - 1)).sum() / (left["n"] - 1).sum() - rounding
    assert noise == pytest.approx(truth["noise_sd"].item() ** 2, rel=0.15)
    mean_var, mean_noise = left["mean"].var(), ((noise + rounding) / left["n"]).mean()
    assert isinstance(mean_var, float)
    assert isinstance(mean_noise, float)
    assert mean_var - mean_noise == pytest.approx(truth["halo_sd"].item() ** 2, abs=0.012)


def test_severities_spread_as_stated() -> None:
    region = merangin()
    spread = region.truth["true_raters"].group_by("rater_role").agg(pl.col("severity").std(), n=pl.len())
    for role, sd, n in spread.iter_rows():
        stated = region.truth["true_roles"].filter(pl.col("rater_role") == role)["severity_sd"].item()
        if n > 200:
            assert sd == pytest.approx(stated, rel=0.12)


def test_true_levels_spread_as_stated() -> None:
    region = merangin()
    people = region.frames["people"].select("person_id", "position_id", "place_id")
    stated = dict(region.truth["true_spread"].iter_rows())
    inside = region.truth["true_levels"].join(people, on="person_id")
    centre = inside.with_columns(
        left=pl.col("level") - pl.col("level").mean().over("position_id", "competency_id", "place_id"),
        peers=pl.len().over("position_id", "competency_id", "place_id"),
    ).filter(
        (pl.col("peers") >= 30)
        & (pl.col("level") > 1.0).all().over("position_id", "competency_id", "place_id")
    )
    assert centre.height > 500
    assert centre["left"].std() == pytest.approx(
        (stated["person"] ** 2 + stated["person x competency"] ** 2) ** 0.5, rel=0.1
    )


def test_scores_are_half_points_on_the_scale() -> None:
    score = merangin().frames["ratings"]["score"]
    assert score.is_between(1.0, 5.0).all()
    assert (score * 2 == (score * 2).round()).all()


def test_a_person_is_rated_by_two_to_four_and_some_by_nobody() -> None:
    region = merangin()
    ratings = region.frames["ratings"]
    each = ratings.group_by("person_id", "competency_id").len()["len"].mean()
    assert isinstance(each, float)
    assert 2.0 <= each <= 4.0
    unassessed = 1 - ratings["person_id"].n_unique() / region.frames["people"].height
    assert unassessed == pytest.approx(UNASSESSED, abs=0.015)


def test_nobody_rates_twice_and_only_self_ratings_are_of_oneself() -> None:
    ratings = merangin().frames["ratings"]
    assert ratings.n_unique(["person_id", "competency_id", "rater_id"]) == ratings.height
    of_oneself = ratings["person_id"] == ratings["rater_id"]
    assert (of_oneself == (ratings["rater_role"] == "self")).all()


def test_peers_sit_in_the_same_unit_and_a_minority_is_assessed() -> None:
    region = merangin()
    unit = region.frames["people"].select("person_id", "unit_id")
    ratings = region.frames["ratings"]
    for role in ("peer", "subordinate"):
        pairs = ratings.filter(pl.col("rater_role") == role).join(unit, on="person_id")
        pairs = pairs.join(unit, left_on="rater_id", right_on="person_id", suffix="_rater", how="left")
        assert (pairs["unit_id"] == pairs["unit_id_rater"]).all()
    for role in ("assessor", "test"):
        share = ratings.filter(pl.col("rater_role") == role)["person_id"].n_unique() / unit.height
        assert 0.03 < share < 0.10


def test_performance_is_worse_where_gaps_are_wide() -> None:
    region = merangin()
    performance = region.frames["performance"]
    assert (performance["gap"] == ~performance["predicate"].is_in(["Sangat Baik", "Baik"])).all()
    assert 0.05 < performance["gap"].cast(pl.Float64).mean() < 0.2
    short = region.frames["needs"].group_by("person_id").agg(pl.col("gap_levels").sum())
    mean = (
        performance.join(short, on="person_id").group_by("gap").agg(pl.col("gap_levels").mean()).sort("gap")
    )
    assert mean["gap_levels"][1] > mean["gap_levels"][0] + 0.5
