"""A region as a whole: the same for the same seed, accepted by every check, of the size it should be."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from asah.engine.errors import CallError
from asah.engine.simulate import Region, policy_toml, simulate, write_region
from asah.engine.simulate.region import Name, generate, set_up
from asah.engine.tables import SCHEMA, load

REGIONS: tuple[Name, ...] = ("merangin", "maluku-utara", "nation")
OFFICE_ONLY = {"against", "prob_gap", "expected_gap"}  # columns that `asah needs` adds


@cache
def region_of(region: Name, people: int, seed: int = 7) -> Region:
    return simulate(region=region, people=people, seed=seed)


@pytest.mark.parametrize("name", REGIONS)
def test_the_same_seed_gives_the_same_region_bit_for_bit(name: Name) -> None:
    first, again = simulate(region=name, people=400, seed=7), region_of(name, 400)
    assert first.policy == again.policy
    assert list(first.frames) == list(again.frames)
    for table, frame in {**first.frames, **first.truth}.items():
        assert_frame_equal(frame, {**again.frames, **again.truth}[table], check_exact=True)


def test_another_seed_gives_other_people_and_other_needs() -> None:
    one, other = region_of("merangin", 400), region_of("merangin", 400, seed=8)
    for table in ("people", "needs", "offerings", "ratings"):
        assert not one.frames[table].equals(other.frames[table])


def test_leaving_ratings_out_changes_nothing_else() -> None:
    full, without = region_of("merangin", 400), simulate(region="merangin", people=400, seed=7, ratings=False)
    assert set(full.frames) - set(without.frames) == {"ratings"}
    assert set(full.truth) - set(without.truth) == {"true_raters"}
    for table, frame in {**without.frames, **without.truth}.items():
        assert_frame_equal(frame, {**full.frames, **full.truth}[table], check_exact=True)


def test_a_chunk_does_not_depend_on_the_chunks_before_it() -> None:
    layout, standards, catalogue = set_up("nation", 25_000, 3)
    assert len(layout.chunks) == 3
    in_order = list(generate(layout, standards, catalogue, True))
    alone = list(generate(layout, standards, catalogue, True, only=2))
    assert len(alone) == 1
    for table, frame in in_order[2].frames.items():
        assert_frame_equal(frame, alone[0].frames[table], check_exact=True)


@pytest.mark.parametrize(("name", "people"), [("merangin", 5_700), ("maluku-utara", 10_000)])
def test_a_region_has_its_own_number_of_people(name: Name, people: int) -> None:
    assert simulate(region=name, people=None, seed=1, ratings=False).frames["people"].height == people


@pytest.mark.parametrize("people", [1, 2, 17, 60])
@pytest.mark.parametrize("name", REGIONS)
def test_even_the_smallest_region_is_a_valid_problem(name: Name, people: int, tmp_path: Path) -> None:
    write_region(region=name, people=people, seed=5, out=tmp_path / "region", ratings=True)
    assert load(tmp_path / "region", "plan")["people"].height == people
    assert load(tmp_path / "region", "needs")["people"].height == people


@pytest.mark.parametrize(
    ("name", "people"), [("merangin", 5_700), ("maluku-utara", 10_000), ("nation", 12_000)]
)
def test_a_whole_region_is_accepted_without_a_single_remark(name: Name, people: int, tmp_path: Path) -> None:
    write_region(region=name, people=people, seed=1, out=tmp_path / "region", ratings=True)
    for stage in ("plan", "needs"):
        assert load(tmp_path / "region", stage).findings == ()


def test_frames_have_the_columns_and_types_of_the_contract_in_its_order() -> None:
    for table, frame in region_of("maluku-utara", 400).frames.items():
        expected = {c.name: c.dtype for c in SCHEMA[table].columns if c.name not in OFFICE_ONLY}
        assert dict(frame.schema) == expected
        assert frame.columns == list(expected)


def test_csv_and_parquet_hold_the_same_problem(tmp_path: Path) -> None:
    for format in ("csv", "parquet"):
        write_region(region="merangin", people=300, seed=2, out=tmp_path / format, format=format)
    assert load(tmp_path / "csv", "plan").sha256 == load(tmp_path / "parquet", "plan").sha256


def test_the_streamed_nation_is_the_one_made_in_memory(tmp_path: Path) -> None:
    write_region(region="nation", people=25_000, seed=4, out=tmp_path / "nation", ratings=True)
    whole = simulate(region="nation", people=25_000, seed=4)
    for table, frame in whole.frames.items():
        assert_frame_equal(pl.read_parquet(tmp_path / "nation" / f"{table}.parquet"), frame, check_exact=True)
    for table, frame in whole.truth.items():
        path = tmp_path / "nation" / "truth" / f"{table}.parquet"
        assert_frame_equal(pl.read_parquet(path), frame, check_exact=True)
    assert tomllib.loads((tmp_path / "nation" / "policy.toml").read_text()) == whole.policy


def test_the_nation_carries_ratings_unless_told_not_to(tmp_path: Path) -> None:
    write_region(region="nation", people=200, seed=4, out=tmp_path / "nation")
    assert load(tmp_path / "nation", "needs")["ratings"].height > 200
    write_region(region="nation", people=200, seed=4, out=tmp_path / "nation", ratings=False)
    assert not (tmp_path / "nation" / "ratings.parquet").exists()
    assert not (tmp_path / "nation" / "parts").exists()


@pytest.mark.parametrize("name", REGIONS)
def test_the_policy_survives_being_written_and_read(name: Name) -> None:
    policy = region_of(name, 400).policy
    text = policy_toml(policy)
    assert tomllib.loads(text) == policy
    assert "invented" in text.splitlines()[0]


def test_an_equity_floor_is_set_only_on_a_zone_somebody_lives_in() -> None:
    for people in (3, 400):
        region = region_of("maluku-utara", people)
        lived_in = (
            region.frames["people"].join(region.frames["places"], on="place_id")["zone"].unique().to_list()
        )
        zones = [floor["value"] for floor in region.policy["equity"] if floor["column"] == "zone"]
        assert set(zones) <= set(lived_in)
    assert zones


@pytest.mark.parametrize(
    ("region", "people", "seed"),
    [("atlantis", 10, 1), ("merangin", 0, 1), ("merangin", -5, 1), ("nation", 10, -1)],
)
def test_a_call_that_makes_no_sense_is_refused(region: Name, people: int, seed: int) -> None:
    with pytest.raises(CallError):
        simulate(region=region, people=people, seed=seed)


def test_the_nation_is_not_written_as_csv(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="Parquet"):
        write_region(region="nation", people=100, seed=1, out=tmp_path / "nation", format="csv")
    assert list(tmp_path.iterdir()) == []
