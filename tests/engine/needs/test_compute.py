from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from asah.engine import rules
from asah.engine.errors import InputError
from asah.engine.needs import Needs, compute_needs
from engine.needs.region import Region, make_region

RULES = rules.at(date(2026, 6, 1))


def solve(region: Region, **changed: pl.DataFrame) -> Needs:
    return compute_needs(tables={**region.frames, **changed}, rules=RULES, seed=1)


def with_truth(needs: Needs, region: Region) -> pl.DataFrame:
    people = region.frames["people"]["person_id"]
    competencies = region.frames["competencies"]["competency_id"]
    truth = pl.DataFrame(
        {
            "person_id": np.repeat(people.to_numpy(), len(competencies)),
            "competency_id": np.tile(competencies.to_numpy(), len(people)),
            "truth": region.truth.ravel(),
        }
    )
    plain = region.frames["ratings"].group_by("person_id", "competency_id").agg(plain=pl.col("score").mean())
    key = ["person_id", "competency_id"]
    return needs.levels.join(truth, on=key).join(plain, on=key)


def rmse(error: pl.Series) -> float:
    return float(np.sqrt(np.mean(error.to_numpy() ** 2)))


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region(seed=11, persons=600, competencies=8)


@pytest.fixture(scope="module")
def needs(region: Region) -> Needs:
    return solve(region)


def test_levels_are_nearer_to_the_truth_than_the_plain_mean_also_without_its_bias(
    needs: Needs, region: Region
) -> None:
    seen = with_truth(needs, region)
    error = rmse(seen["level_mean"] - seen["truth"])
    centred = float((seen["plain"] - seen["truth"]).std())  # type: ignore[arg-type]

    assert error < 0.75 * rmse(seen["plain"] - seen["truth"])
    assert error < 0.93 * centred


def test_ninety_percent_intervals_cover_the_truth() -> None:
    inside, width = [], []
    for seed in (21, 22, 23, 24):
        region = make_region(seed=seed, persons=600, competencies=8)
        seen = with_truth(solve(region), region)
        inside.append(((seen["level_mean"] - seen["truth"]) / seen["level_sd"]).abs().to_numpy() < 1.645)
        width.append(seen["level_sd"].to_numpy())

    assert np.mean(inside) >= 0.87
    assert np.mean(width) < 0.26


def test_the_same_seed_gives_the_same_bits(needs: Needs, region: Region) -> None:
    again = solve(region)

    assert again.levels.equals(needs.levels)
    assert again.needs.equals(needs.needs)
    assert again.needs_by_unit.equals(needs.needs_by_unit)


def test_a_person_without_ratings_is_unassessed_and_has_no_need(region: Region) -> None:
    ratings = region.frames["ratings"].filter(~pl.col("person_id").is_in(["P00003", "P00007"]))
    needs = solve(region, ratings=ratings)

    assert needs.unassessed["person_id"].to_list() == ["P00003", "P00007"]
    assert needs.needs.filter(pl.col("person_id").is_in(["P00003", "P00007"])).is_empty()
    assert needs.levels["person_id"].n_unique() == 598


def test_no_ratings_at_all_leave_everybody_unassessed(region: Region) -> None:
    needs = solve(region, ratings=region.frames["ratings"].clear())

    assert needs.unassessed.height == 600
    assert needs.needs.is_empty()
    assert needs.coverage["assessed"].sum() == 0


def test_ratings_of_strangers_are_refused_all_at_once(region: Region) -> None:
    ratings = region.frames["ratings"].with_row_index("at")
    broken = ratings.with_columns(
        person_id=pl.when(pl.col("at") == 3).then(pl.lit("NOBODY")).otherwise("person_id"),
        competency_id=pl.when(pl.col("at") == 5).then(pl.lit("NOTHING")).otherwise("competency_id"),
    ).drop("at")
    with pytest.raises(InputError) as refused:
        solve(region, ratings=broken)

    found: list[tuple[Any, ...]] = [(f.row, f.column, f.value) for f in refused.value.findings]
    assert found == [(5, "person_id", "NOBODY"), (7, "competency_id", "NOTHING")]


def test_without_assessor_or_test_the_result_says_that_the_supervisor_is_the_anchor() -> None:
    needs = solve(make_region(seed=5, persons=100, assessed_share=0.0))

    assert needs.reliability is not None
    assert needs.reliability.anchor == ("supervisor",)
    about = [finding for finding in needs.findings if finding.table == "ratings"]
    assert [finding.value for finding in about] == ["supervisor"]
    assert "bersandar pada skala supervisor" in about[0].what


def test_needs_carry_the_columns_of_the_contract(needs: Needs) -> None:
    assert needs.levels.columns == [
        "person_id",
        "competency_id",
        "level_mean",
        "level_sd",
        "ratings",
        "basis",
    ]
    assert needs.needs.columns == [
        "person_id",
        "competency_id",
        "gap_levels",
        "weight",
        "basis",
        "against",
        "prob_gap",
        "expected_gap",
    ]
    assert needs.needs_by_unit.columns == [
        "unit",
        "competency",
        "staff",
        "assessed",
        "with_gap",
        "depth",
        "mwds",
        "rank_low",
        "rank_high",
    ]
    assert needs.coverage.columns == ["unit", "competency", "required", "assessed"]
