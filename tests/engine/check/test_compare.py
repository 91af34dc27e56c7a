from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from asah.engine.check import compare_plans
from asah.engine.errors import InputError
from asah.engine.tables import Policy, Tables
from engine.check.oracle import plan_files, tables
from factories.problem import POLICY, tiny_problem

A = [("P1", "O1"), ("P2", "O5"), ("P3", "O3")]
B = [("P1", "O1"), ("P3", "O2"), ("P4", "O3"), ("P6", "O3")]


@pytest.fixture
def problem() -> Tables:
    return tables(tiny_problem(), Policy(**POLICY))


@pytest.fixture
def folders(problem: Tables, tmp_path: Path) -> tuple[Path, Path]:
    return plan_files(problem, A).write(tmp_path / "a"), plan_files(problem, B).write(tmp_path / "b")


def test_gainers_and_losers_are_named_with_their_points(folders: tuple[Path, Path]) -> None:
    found = compare_plans(a=folders[0], b=folders[1])
    both = pl.concat([found.gainers, found.losers])
    assert set(found.gainers["person_id"]) == {"P3", "P6"}
    assert set(found.losers["person_id"]) == {"P2"}
    assert (found.gainers["difference"] > 0).all()
    assert both["difference"].to_list() == pytest.approx((both["points_b"] - both["points_a"]).to_list())
    assert found.gainers["difference"].is_sorted(descending=True)


def test_enrolments_of_one_plan_only_and_people_who_move_are_told_apart(folders: tuple[Path, Path]) -> None:
    found = compare_plans(a=folders[0], b=folders[1])
    assert found.only_in_a.rows() == [("P2", "O5"), ("P3", "O3")]
    assert found.only_in_b.rows() == [("P3", "O2"), ("P4", "O3"), ("P6", "O3")]
    assert found.moved.rows() == [("P3", "O3", "O2")]


def test_points_rupiah_and_people_stand_side_by_side(folders: tuple[Path, Path], problem: Tables) -> None:
    found = compare_plans(a=folders[0], b=folders[1])
    assert found.people.rows() == [("planned", 3, 4, 1), ("deferred", 3, 2, -1), ("exempt", 0, 0, 0)]
    # Plan A: two classes, BIMTEK for one, PROYEK2 for one. Plan B: two classes, BIMTEK for two.
    rupiah = {(scope, id_): (a, b) for scope, id_, a, b, _ in found.rupiah.rows()}
    assert rupiah["total", ""] == (2_900_000, 2_600_000)
    numbers = {measure: (a, b) for measure, a, b, _ in found.numbers.rows()}
    assert numbers["enrolments"] == (3.0, 4.0)
    assert numbers["classes"] == (3.0, 3.0)
    assert numbers["objective"] == (
        pytest.approx(plan_files(problem, A).summary["objective"]),
        pytest.approx(plan_files(problem, B).summary["objective"]),
    )
    assert found.notes == ()


def test_the_same_plan_differs_in_nothing(folders: tuple[Path, Path]) -> None:
    found = compare_plans(a=folders[0], b=folders[0])
    for frame in (found.gainers, found.losers, found.only_in_a, found.only_in_b, found.moved):
        assert frame.height == 0
    assert found.numbers["difference"].to_list() == [0.0] * found.numbers.height
    assert found.rupiah["difference"].to_list() == [0] * found.rupiah.height


def test_people_of_one_plan_only_neither_gain_nor_lose(problem: Tables, tmp_path: Path) -> None:
    fewer = tiny_problem()
    fewer["people"] = fewer["people"].filter(pl.col("person_id") != "P6")
    fewer["needs"] = fewer["needs"].filter(pl.col("person_id") != "P6")
    other = tables(fewer, Policy(**POLICY), sha256="lain")
    a = plan_files(problem, B).write(tmp_path / "a")
    b = plan_files(other, A).write(tmp_path / "b")
    found = compare_plans(a=a, b=b)
    assert found.people_only_in_a == ("P6",)
    assert found.people_only_in_b == ()
    assert "P6" not in [*found.gainers["person_id"], *found.losers["person_id"]]
    assert len(found.notes) == 1


def test_what_is_no_plan_cannot_be_compared(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "kosong").mkdir()
    for a, b in ((folders[0], tmp_path / "kosong"), (tmp_path / "kosong", folders[1])):
        with pytest.raises(InputError):
            compare_plans(a=a, b=b)
    (folders[1] / "summary.json").write_text("{", "utf-8")
    with pytest.raises(InputError):
        compare_plans(a=folders[0], b=folders[1])


@pytest.mark.parametrize(
    "value", [None, True, "x", 10**400, 2**63, float("nan"), [1], {"APBD": "x"}, {"": []}]
)
def test_an_entry_that_is_no_number_is_not_compared(
    folders: tuple[Path, Path], problem: Tables, value: object
) -> None:
    a, b = folders
    files = plan_files(problem, A)
    for key in ("objective", "bound", "mandates_missed"):
        files = files.with_entry(key, value)
    files.with_entry("spent_idr", {"total": value, "fund": value}).write(a)
    numbers = {measure: left for measure, left, _, _ in compare_plans(a=a, b=b).numbers.rows()}
    assert numbers["bound"] is None or abs(numbers["bound"]) < 1e300
