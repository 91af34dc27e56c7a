from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from asah.engine import rules
from asah.engine.errors import InputError
from asah.engine.needs import Needs, compute_needs
from asah.engine.needs.components import FLOOR
from asah.engine.needs.gaps import required_levels
from asah.engine.needs.panel import ROLES
from asah.engine.simulate import simulate
from asah.engine.tables import SCHEMA
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


def test_levels_and_needs_stand_in_the_column_files_of_the_contract(needs: Needs) -> None:
    for name in ("levels", "needs", "needs_by_unit", "needs_ranking", "coverage", "unassessed"):
        frame: pl.DataFrame = getattr(needs, name)
        spec = SCHEMA[name]
        columns = [column.name for column in spec.columns]
        assert [column for column in columns if column in frame.columns] == frame.columns, name
        assert {column.name for column in spec.columns if column.required} <= set(frame.columns), name
        assert frame.select(key for key in spec.key if key in frame.columns).is_unique().all(), name
    assert needs.needs.columns == [column.name for column in SCHEMA["needs"].columns]
    assert needs.needs_ranking.columns == [column.name for column in SCHEMA["needs_ranking"].columns]
    assert needs.needs_by_unit.columns == [column.name for column in SCHEMA["needs_by_unit"].columns]


def test_needs_by_unit_can_be_followed_down_to_the_needs_of_people(needs: Needs, region: Region) -> None:
    home = region.frames["people"].select("person_id", unit="unit_id")
    likely = needs.needs.filter(pl.col("prob_gap") >= 0.5).join(home, on="person_id")
    counted = likely.group_by("unit", competency="competency_id").agg(
        n=pl.len(), depth_n=pl.col("gap_levels").mean()
    )
    table = needs.needs_by_unit.join(counted, on=["unit", "competency"], how="left")

    assert table["with_gap"].to_list() == table["n"].fill_null(0).to_list()
    np.testing.assert_allclose(
        table["depth"].drop_nulls().to_numpy(), table["depth_n"].drop_nulls().to_numpy(), rtol=1e-12
    )


def test_every_gap_is_positive_and_nobody_far_above_the_standard_has_one(
    needs: Needs, region: Region
) -> None:
    joined = needs.needs.join(needs.levels, on=["person_id", "competency_id"])

    assert needs.needs["gap_levels"].min() >= 0.1  # type: ignore[operator]
    assert joined.filter(pl.col("level_mean") > 3.0 + 2 * pl.col("level_sd")).is_empty()
    assert (
        joined.filter(pl.col("level_mean") < 2.8).height
        == needs.levels.filter(pl.col("level_mean") < 2.8).height
    )


def test_a_self_rating_alone_is_shown_as_such_and_weighs_little(region: Region) -> None:
    ratings = region.frames["ratings"].filter(
        (pl.col("person_id") != "P00005") | (pl.col("rater_role") == "self")
    )
    needs = solve(region, ratings=ratings)
    own = needs.levels.filter(pl.col("person_id") == "P00005")
    others = needs.levels.filter(pl.col("person_id") != "P00005")

    assert own["basis"].unique().to_list() == ["self"]
    assert own["level_sd"].min() > 1.2 * others["level_sd"].median()  # type: ignore[operator]
    alone = needs.needs.filter(pl.col("basis") == "self")
    said = [finding.what for finding in needs.findings if finding.column == "basis"]
    assert alone.is_empty() == (not said)


def test_evidence_past_its_validity_is_marked_and_widens_the_sd(needs: Needs, region: Region) -> None:
    ratings = region.frames["ratings"].with_columns(
        rated_on=pl.when(pl.col("person_id") == "P00009").then(date(2019, 3, 1)).otherwise("rated_on")
    )
    old = solve(region, ratings=ratings).levels.filter(pl.col("person_id") == "P00009")
    fresh = needs.levels.filter(pl.col("person_id") == "P00009")

    assert old["basis"].str.ends_with(";expired").all()
    assert not fresh["basis"].str.contains("expired").any()
    assert old["level_sd"].min() > fresh["level_sd"].max()  # type: ignore[operator]


def test_a_performance_gap_without_a_competency_gap_becomes_no_need(region: Region) -> None:
    strong, weak = int(region.truth.min(axis=1).argmax()), int(region.truth.max(axis=1).argmin())
    performance = pl.DataFrame(
        {
            "person_id": [f"P{strong:05d}", f"P{weak:05d}", "P00001"],
            "predicate": ["Kurang"] * 3,
            "gap": [True, True, False],
        }
    )
    easy = region.frames["requirements"].with_columns(level=pl.lit(2.0))
    needs = solve(region, performance=performance, requirements=easy)

    assert needs.performance_only["person_id"].to_list() == [f"P{strong:05d}"]
    assert needs.needs.filter(pl.col("person_id") == f"P{strong:05d}").is_empty()
    assert "alat, proses dan motivasi" in needs.findings[-1].remedy


def test_a_single_supervisor_for_everybody_gives_levels_whose_agreement_is_assumed_and_said() -> None:
    region = make_region(seed=6, persons=80, competencies=4, roles=("supervisor",), assessed_share=0.0)
    needs = solve(region)

    assert needs.reliability is not None
    assert needs.reliability.components.assumed
    assert any("diandaikan" in finding.what for finding in needs.findings)
    assert 0.2 < needs.levels["level_sd"].mean() < 0.8  # type: ignore[operator]


def test_reliability_grows_with_the_panel_and_alpha_is_no_substitute(needs: Needs) -> None:
    assert needs.reliability is not None
    one = needs.reliability.one_rating

    assert one["assessor"] > one["supervisor"] > one["self"]
    assert needs.reliability.panel > max(one["supervisor"], one["peer"])
    # Raters are consistent with themselves whether or not they agree with each other.
    for consistent in (needs.reliability.alpha["self"], needs.reliability.omega["self"]):
        assert consistent is not None
        assert consistent > one["self"]


def test_a_test_has_no_severity_also_where_few_people_took_one() -> None:
    needs = solve(make_region(seed=9, persons=12, competencies=4, roles=("supervisor", "test")))

    assert needs.reliability is not None
    severity = needs.reliability.components.severity
    assert severity[ROLES.index("test")] == pytest.approx(FLOOR)
    assert severity[ROLES.index("supervisor")] > 10 * FLOOR


def test_alpha_and_omega_of_a_few_people_are_unknown_and_that_is_said() -> None:
    needs = solve(make_region(seed=8, persons=20, competencies=4, assessed_share=0.0))

    assert needs.reliability is not None
    assert needs.reliability.omega == needs.reliability.alpha
    assert needs.reliability.omega == {"supervisor": None, "peer": None, "self": None}
    said = [finding.what for finding in needs.findings if "omega" in finding.what]
    assert [what[:62] for what in said] == ["alpha atau omega tidak diketahui untuk supervisor, peer, self:"]


def test_the_ranking_shows_large_enough_units_and_adds_up_to_the_expected_gaps(region: Region) -> None:
    one_office = region.frames["people"].with_columns(unit_id=pl.lit("U0"))
    needs = solve(region, people=one_office)
    table = needs.needs_ranking

    assert table["staff"].to_list() == table["assessed"].to_list() == [600] * 8
    known = needs.needs.group_by("competency_id").agg(known=pl.col("expected_gap").sum())
    both = table.join(known, left_on="competency", right_on="competency_id")
    # Gaps below a tenth of a level are no needs of a person, but they count here.
    np.testing.assert_allclose(both["need_score"].to_numpy(), both["known"].to_numpy(), rtol=0.15)
    assert (both["need_score"] >= both["known"]).all()
    assert table["need_score"].is_sorted(descending=True)
    assert (table["rank_low"] <= pl.Series(range(1, 9))).all()
    assert (table["rank_high"] >= pl.Series(range(1, 9))).all()


def test_more_of_the_tenth_with_the_lowest_levels_is_found_than_by_plain_means() -> None:
    ways = ("level_mean", "plain", "supervisor", "self")
    found: dict[str, list[float]] = {way: [] for way in ways}
    for seed in (31, 32, 33):
        region = make_region(seed=seed, persons=600, competencies=8)
        seen = with_truth(solve(region), region)
        for role in ("supervisor", "self"):
            alone = region.frames["ratings"].filter(rater_role=role)
            scores = alone.select("person_id", "competency_id", pl.col("score").alias(role))
            seen = seen.join(scores, on=["person_id", "competency_id"])
        of_person = seen.group_by("person_id", maintain_order=True).agg(pl.col("truth", *ways).mean())
        lowest = {way: set(of_person.bottom_k(60, by=way)["person_id"]) for way in ("truth", *ways)}
        for way in ways:
            found[way].append(len(lowest[way] & lowest["truth"]) / 60)

    share = {way: np.mean(shares) for way, shares in found.items()}
    assert share["level_mean"] > share["plain"]
    assert share["plain"] > share["supervisor"]
    assert share["plain"] > share["self"]


def test_a_simulated_regency_is_measured_as_well_as_it_claims() -> None:
    region = simulate(region="merangin", people=900, seed=3)
    needs = compute_needs(tables=region.frames, rules=rules.at(date(2026, 8, 15)), seed=0)
    key = ["person_id", "competency_id"]
    plain = region.frames["ratings"].group_by(key).agg(plain=pl.col("score").mean())
    seen = needs.levels.join(region.truth["true_levels"], on=key).join(plain, on=key)
    error = (seen["level_mean"] - seen["level"]).to_numpy()

    assert (np.abs(error) < 1.645 * seen["level_sd"].to_numpy()).mean() >= 0.87
    assert np.sqrt(np.mean(error**2)) < 0.85 * float((seen["plain"] - seen["level"]).std())  # type: ignore[arg-type]
    assert _true_ranks_inside(needs, region.frames, region.truth["true_levels"]) >= 0.9
    rated = region.frames["ratings"]["person_id"].unique()
    without = region.frames["people"].filter(~pl.col("person_id").is_in(rated.implode()))
    assert needs.unassessed["person_id"].to_list() == without["person_id"].to_list() != []


def _true_ranks_inside(needs: Needs, frames: Mapping[str, pl.DataFrame], truth: pl.DataFrame) -> float:
    """Of the competencies ranked in a unit, the share whose interval holds the rank of the true need."""
    required = required_levels(
        people=frames["people"],
        competencies=frames["competencies"],
        requirements=frames["requirements"],
        rules=RULES,
    ).rows
    gap = (pl.col("required") - pl.col("level")).clip(lower_bound=0.0)
    true = (
        required.join(truth, on=["person_id", "competency_id"])
        .with_columns(gap=gap)
        .sort("gap", descending=True)
        .unique(["person_id", "competency_id"], keep="first", maintain_order=True)
        .join(frames["people"].select("person_id", unit="unit_id"), on="person_id")
        .group_by("unit", competency="competency_id")
        .agg(true=(pl.col("gap") * pl.col("importance")).sum())
    )
    ranked = needs.needs_ranking.drop_nulls("need_score").join(true, on=["unit", "competency"])
    rank = pl.col("true").rank("min", descending=True).over("unit")
    inside = ranked.select((rank >= pl.col("rank_low")) & (rank <= pl.col("rank_high"))).to_series()
    assert len(inside) > 100
    return float(np.mean(inside.to_numpy()))
