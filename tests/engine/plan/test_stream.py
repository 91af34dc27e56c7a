"""A pass that reads units from disk, part by part, is the pass over everybody in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from asah.engine.errors import CallError
from asah.engine.plan import stream
from asah.engine.plan.pricing import Pricer, Prices
from asah.engine.plan.problem import Problem, build
from asah.engine.plan.stream import price_streamed, problems
from asah.engine.simulate import write_region
from asah.engine.tables import load

PEOPLE = 1500


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation") / "nation"
    write_region(region="nation", people=PEOPLE, seed=4, out=folder, ratings=False)
    return folder


@pytest.fixture(scope="module")
def whole(nation: Path) -> Problem:
    return build(load(nation, "plan"))


def some_prices(problem: Problem) -> Prices:
    """A price on everything, so that every part of a pass is asked for."""
    rng = np.random.default_rng(1)
    zero = Prices.zero(problem)
    return zero.with_(
        total=2e-6,
        fund=rng.random(len(zero.fund)) * 1e-6,
        unit=rng.random(len(zero.unit)) * 1e-6,
        seats=rng.random(len(zero.seats)) * 0.5,
        minimum=rng.random(len(zero.minimum)) * 0.1,
        absence=rng.random(zero.absence.shape) * 0.2,
        equity=rng.random(len(zero.equity)) * 0.3,
    )


@pytest.mark.parametrize("chunk", [200, 700, 10 * PEOPLE])
def test_a_streamed_pass_equals_the_pass_in_memory(chunk: int, nation: Path, whole: Problem) -> None:
    prices = some_prices(whole)
    at_once = Pricer(whole).respond(prices)
    streamed = price_streamed(nation, prices, chunk_people=chunk)
    assert streamed.people == PEOPLE
    assert streamed.enrolled.tolist() == at_once.enrolled.tolist()
    assert streamed.travel.tolist() == at_once.travel.tolist()
    assert streamed.absent.tolist() == at_once.absent.tolist()
    assert streamed.value == pytest.approx(at_once.value, rel=1e-12)
    assert streamed.floor_closure == pytest.approx(at_once.floor_closure, rel=1e-12)
    assert streamed.enrolled.sum() > 0


def test_a_pass_in_one_part_is_the_same_to_the_last_bit(nation: Path, whole: Problem) -> None:
    prices = some_prices(whole)
    at_once = Pricer(whole).respond(prices)
    streamed = price_streamed(nation, prices, chunk_people=10 * PEOPLE)
    assert streamed.value == at_once.value
    assert streamed.floor_closure.tolist() == at_once.floor_closure.tolist()


def test_parts_hold_whole_units_and_everybody_once(nation: Path) -> None:
    parts = [set(part.person_id) for part in problems(nation, 300)]
    units = [{part.unit_id[u] for u in part.unit_of_person} for part in problems(nation, 300)]
    assert len(parts) == 4
    assert sum(map(len, parts)) == len(set.union(*parts)) == PEOPLE
    assert sum(map(len, units)) == len(set.union(*units))
    assert max(map(len, parts)) < 600


def test_rows_read_in_small_windows_change_nothing(
    nation: Path, whole: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "WINDOW", 97)
    assert [p for part in problems(nation, 400) for p in part.person_id] == whole.person_id


def moved(nation: Path, folder: Path, table: str) -> Path:
    """The nation with the first row of a table put last."""
    folder.mkdir()
    for file in nation.glob("*.*"):
        (folder / file.name).write_bytes(file.read_bytes())
    frame = pl.read_parquet(nation / f"{table}.parquet")
    pl.concat([frame[1:], frame[:1]]).write_parquet(folder / f"{table}.parquet")
    return folder


@pytest.mark.parametrize("table", ["people", "needs", "completed"])
def test_a_table_out_of_order_is_refused_by_name(table: str, nation: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match=f"Tabel {table} "):
        list(problems(moved(nation, tmp_path / "moved", table), 300))


def test_a_folder_without_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="Parquet"):
        list(problems(tmp_path))
