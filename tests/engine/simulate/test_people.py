"""People, units, places: numbers that pass every check of a NIP, no cycles, a fare for every journey."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import polars as pl
import pytest

from asah.engine.simulate import Region, simulate
from asah.engine.simulate.layout import apportion, lay_out
from asah.engine.simulate.region import Name

REGIONS: tuple[Name, ...] = ("merangin", "maluku-utara", "nation")
SIZE = {"merangin": 3_000, "maluku-utara": 3_000, "nation": 25_000}


@cache
def region_of(region: Name) -> Region:
    return simulate(region=region, people=SIZE[region], seed=11, ratings=False)


@pytest.mark.parametrize("name", REGIONS)
def test_every_number_is_unique_and_has_18_digits_that_no_spreadsheet_damaged(name: Name) -> None:
    numbers = region_of(name).frames["people"]["person_id"]
    assert numbers.n_unique() == SIZE[name]
    assert numbers.str.contains(r"^\d{18}$").all()
    assert not numbers.str.ends_with("000").any()
    assert numbers.str.slice(15).cast(pl.Int64).is_between(1, 999).all()


@pytest.mark.parametrize("name", REGIONS)
def test_a_number_tells_birth_appointment_and_sex(name: Name) -> None:
    for row in region_of(name).frames["people"].sample(500, seed=1).iter_rows(named=True):
        number = row["person_id"]
        birth = dt.datetime.strptime(number[:8], "%Y%m%d").date()
        year, month, sex = int(number[8:12]), int(number[12:14]), number[14]
        assert {"L": "1", "P": "2"}[row["sex"]] == sex
        assert (month == 21) == row["employment"].startswith("PPPK")
        assert month == 21 or 1 <= month <= 12
        assert 18 <= year - birth.year <= 60
        assert year <= 2026
        assert dt.date(2027, 1, 1) < row["retires_on"]
        assert 58 <= row["retires_on"].year - birth.year <= 66
        assert row["retires_on"].day == 1


@pytest.mark.parametrize("name", REGIONS)
def test_units_form_one_tree_per_province(name: Name) -> None:
    units = region_of(name).frames["units"]
    parent = dict(units.select("unit_id", "parent_id").iter_rows())
    assert [u for u, p in parent.items() if p is None] == ([units["unit_id"][0]])
    for unit in parent:
        seen = {unit}
        while (unit := parent[unit]) is not None:
            assert unit not in seen
            seen.add(unit)


def test_an_office_is_led_by_one_head_and_few_managers() -> None:
    people = region_of("merangin").frames["people"]
    heads = people.filter(pl.col("position_kind") == "jpt").group_by("unit_id").len()
    assert heads["len"].max() == 1
    managers = people["position_kind"].is_in(["jpt", "administrator", "pengawas"]).mean()
    assert managers is not None
    assert 0.04 < managers < 0.13
    leaders = people.filter(pl.col("position_kind").is_in(["jpt", "administrator", "pengawas"]))
    assert leaders["employment"].unique().to_list() == ["PNS"]


@pytest.mark.parametrize("name", REGIONS)
def test_there_is_a_fare_from_every_home_to_every_hall(name: Name) -> None:
    frames = region_of(name).frames
    fares = {
        (a, b): cost
        for a, b, cost in frames["travel"].select("from_place_id", "to_place_id", "cost_idr").iter_rows()
    }
    homes = frames["people"]["place_id"].unique().to_list()
    halls = frames["offerings"]["place_id"].drop_nulls().unique().to_list()
    assert [pair for a in homes for b in halls if a != b and (pair := (a, b)) not in fares] == []
    assert min(fares.values()) > 0


def test_islands_are_dearer_to_leave_than_districts() -> None:
    by_land = region_of("merangin").frames["travel"]["cost_idr"].median()
    by_sea = region_of("maluku-utara").frames["travel"]["cost_idr"].median()
    assert isinstance(by_land, float)
    assert isinstance(by_sea, float)
    assert by_sea > 3 * by_land


def test_the_islands_have_places_without_a_connection_where_people_live() -> None:
    frames = region_of("maluku-utara").frames
    homes = frames["people"].join(frames["places"], on="place_id").group_by("connectivity").len()
    assert set(homes["connectivity"]) == {"none", "low", "good"}
    assert homes["len"].min() > 20


def test_a_smaller_region_has_fewer_units_not_emptier_ones() -> None:
    for people in (500, 2_000, 5_700):
        size = lay_out("merangin", people, 1).size
        assert 6 <= people / (size > 0).sum() <= 25


def test_unit_sizes_in_the_nation_are_near_two_hundred() -> None:
    size = lay_out("nation", 25_000, 1).size
    assert 150 <= size[size > 0].mean() <= 250


def test_whole_shares_add_up_to_the_total() -> None:
    weights = np.array([1.0, 1.0, 1.0, 0.0, 4.0])
    assert apportion(weights, 10).tolist() == [2, 1, 1, 0, 6]
    for total in range(40):
        assert apportion(weights, total).sum() == total
