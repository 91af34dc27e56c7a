"""Classes that nobody could fill are left out of the bound, and the proof says why."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from asah.engine.check import check_plan
from asah.engine.plan import Options, make_plan
from asah.engine.plan.fillable import fillable, impossible
from asah.engine.plan.problem import build
from asah.engine.simulate import write_region
from asah.engine.tables import Tables, load
from factories.plan import written
from factories.problem import tiny_problem, with_minimum_above_demand, write_problem


def nobody_could_fill_anything() -> dict[str, pl.DataFrame]:
    """Two classes of every offering with seats, each for more people than there are."""
    frames = tiny_problem()
    some = pl.col("seats_per_class").is_not_null()
    many = frames["offerings"].with_columns(
        pl.when(some).then(50).otherwise("min_per_class").alias("min_per_class"),
        pl.when(some).then(60).otherwise("seats_per_class").alias("seats_per_class"),
        pl.when(some).then(2).otherwise("max_classes").alias("max_classes"),
    )
    return tiny_problem(offerings=many)


def nobody_could_fill_what_has_no_seats() -> dict[str, pl.DataFrame]:
    """Several classes without a limit of seats: one and the same class, for more people than there are."""
    frames = nobody_could_fill_anything()
    open_ = frames["offerings"].with_columns(
        seats_per_class=pl.lit(None, pl.Int64), max_classes=pl.lit(3, pl.Int64)
    )
    return tiny_problem(offerings=open_)


@pytest.fixture(
    params=[with_minimum_above_demand, nobody_could_fill_anything, nobody_could_fill_what_has_no_seats]
)
def few(request: pytest.FixtureRequest, tmp_path: Path) -> Tables:
    return load(write_problem(tmp_path / "in", request.param()), "plan")


def test_classes_that_nobody_could_fill_are_named(few: Tables) -> None:
    problem = build(few)
    short = impossible(fillable(problem, few))
    assert short
    people = problem.people
    for o, most in short:
        assert most * problem.min_per_class[o] <= people < problem.given_classes[o] * problem.min_per_class[o]
    assert impossible(problem) == []


def test_a_plan_proves_that_nobody_could_fill_them_and_check_agrees(few: Tables, tmp_path: Path) -> None:
    plan = make_plan(few, Options(threads=1, seconds=30, gap=0.9))
    names = plan.frames["branches"]["branch"].unique().to_list()
    short = impossible(fillable(build(few), few))
    assert len(names) == 1 + len(short)
    assert plan.summary["bound_by"] in {"branches", "solver"}
    result = check_plan(problem=few, plan_folder=written(plan, tmp_path / "plan"))
    assert result.failures == ()
    assert result.bound is not None


def test_an_office_is_bounded_by_what_it_could_fill(tmp_path: Path) -> None:
    write_region(region="merangin", people=150, seed=2, out=tmp_path / "in", ratings=False)
    tables = load(tmp_path / "in", "plan")
    problem = build(tables)
    tight = fillable(problem, tables)
    assert impossible(tight)
    plan = make_plan(tables, Options(threads=1, seconds=20, gap=0.3))
    result = check_plan(problem=tables, plan_folder=written(plan, tmp_path / "plan"))
    assert result.failures == ()
    assert result.bound == pytest.approx(plan.summary["bound"])
