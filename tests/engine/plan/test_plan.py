"""Plans of small offices: the optimum, accepted by the independent check, the same whatever the threads."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine.check import check_plan
from asah.engine.errors import InfeasibleError
from asah.engine.plan import Options, branch, make_plan
from asah.engine.plan.mip import MipResult
from asah.engine.plan.primal import Draft, worth
from asah.engine.plan.problem import Problem
from asah.engine.simulate import write_region
from asah.engine.tables import Tables, load
from engine.check.oracle import Oracle, random_problem
from factories.plan import written


def best_worth(problem: Tables) -> float | None:
    """The worth of the best plan there is, by looking at all of them; None when the locks allow none."""
    oracle = Oracle(problem)
    return max((oracle.worth(plan) for plan, _ in oracle.plans()), default=None)


@pytest.mark.parametrize("seed", range(30))
def test_a_tiny_problem_gets_the_best_plan_there_is_and_check_accepts_it(seed: int, tmp_path: Path) -> None:
    problem = random_problem(seed)
    best = best_worth(problem)
    if best is None:
        with pytest.raises(InfeasibleError) as refused:
            make_plan(problem, Options(threads=1))
        assert refused.value.rows
        return
    plan = make_plan(problem, Options(threads=1))
    assert plan.summary["status"] == "optimal"
    assert plan.summary["objective"] == pytest.approx(best, abs=1e-6)
    result = check_plan(problem=problem, plan_folder=written(plan, tmp_path / "plan"))
    assert result.failures == ()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("office") / "in"
    write_region(region="merangin", people=300, seed=1, out=folder, ratings=False)
    return load(folder, "plan")


def test_an_office_gets_a_plan_under_its_bound_that_check_accepts(office: Tables, tmp_path: Path) -> None:
    plan = make_plan(office, Options(threads=1, seconds=15, gap=0.3))
    assert plan.summary["worth_of_nothing"] < plan.summary["objective"] <= plan.summary["bound"]
    result = check_plan(problem=office, plan_folder=written(plan, tmp_path / "plan"))
    assert result.failures == ()
    assert plan.summary["bound"] == pytest.approx(result.bound)


def test_without_a_limit_of_seats_a_plan_is_worth_no_less(office: Tables) -> None:
    options = Options(threads=1, seconds=300, gap=0.15)
    roomy = office["offerings"].with_columns(seats_per_class=pl.lit(None, pl.Int64))
    free = dataclasses.replace(office, frames={**office.frames, "offerings": roomy})
    limited, unlimited = make_plan(office, options), make_plan(free, options)
    assert unlimited.summary["gap"] <= 0.15
    assert unlimited.summary["objective"] > limited.summary["objective"]


def test_the_plan_is_the_same_whatever_the_number_of_threads(office: Tables) -> None:
    one, three = (make_plan(office, Options(threads=k, seconds=300, gap=0.5)) for k in (1, 3))
    for name, frame in one.frames.items():
        assert frame.equals(three.frames[name]), name
    assert one.summary["bound"] == three.summary["bound"]


def test_a_search_that_ends_by_itself_ends_at_the_same_plan_and_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = importlib.import_module("asah.engine.plan.solve")  # the package has a function of that name
    monkeypatch.setattr(search, "STALE_ROUNDS", 1)  # every step is taken, few of them often
    monkeypatch.setattr(branch, "BRANCHES", 6)
    write_region(region="merangin", people=120, seed=4, out=tmp_path / "in", ratings=False)
    office = load(tmp_path / "in", "plan")
    one, three = (make_plan(office, Options(threads=k, seconds=3000, gap=0.0)) for k in (1, 3))
    assert {"bundles", "branches"} <= set(one.summary["seconds"])
    assert len(one.frames["branches"]) > 1
    for name, frame in one.frames.items():
        assert frame.equals(three.frames[name]), name
    for key in ("objective", "bound", "gap", "passes"):
        assert one.summary[key] == three.summary[key]


def test_where_the_time_ends_the_solver_its_bound_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = importlib.import_module("asah.engine.plan.solve")
    write_region(region="merangin", people=40, seed=4, out=tmp_path / "in", ratings=False)
    office = load(tmp_path / "in", "plan")

    def late(problem: Problem, *_: Any, start: Any, tell: Any, **__: Any) -> MipResult:
        bundle, classes = start
        best = worth(Draft(problem, bundle, (bundle >= 0).sum(axis=1), classes))[0]
        for bound in (1e6, best + 0.5):  # above what the prices prove, and below
            tell(bound)
        return MipResult("time_limit", None, None, bundle, None, 0)

    monkeypatch.setattr(search, "solve_mip", late)
    plan = make_plan(office, Options(threads=1, seconds=300, gap=0.0))
    assert plan.summary["status"] == "time_limit"
    assert plan.summary["bound_by"] == "solver"
    assert plan.summary["bound"] == pytest.approx(plan.summary["objective"] + 0.5)
    assert check_plan(problem=office, plan_folder=written(plan, tmp_path / "plan")).failures == ()


def test_a_handful_of_people_gets_the_optimum_unless_a_gap_is_asked_for(tmp_path: Path) -> None:
    write_region(region="merangin", people=40, seed=4, out=tmp_path / "in", ratings=False)
    office = load(tmp_path / "in", "plan")
    rough = make_plan(office, Options(threads=1, seconds=300, gap=0.9))
    assert rough.summary["status"] == "gap_reached"
    assert "exact" not in rough.summary["seconds"]
    tiny = random_problem(3)
    assert make_plan(tiny, Options(threads=1)).summary["status"] == "optimal"


def with_part_of_the_money(office: Tables, share: float) -> Tables:
    total = int(office["budgets"].filter(pl.col("scope") == "total")["amount_idr"][0])
    cut = pl.when(pl.col("scope") == "total").then(int(total * share)).otherwise(pl.col("amount_idr"))
    return dataclasses.replace(
        office, frames={**office.frames, "budgets": office["budgets"].with_columns(amount_idr=cut)}
    )


@pytest.mark.parametrize("price", [0.5, 5.0])
def test_after_a_deep_cut_what_stays_is_what_is_worth_most(office: Tables, price: float) -> None:
    first = make_plan(office, Options(threads=1, seconds=300, gap=0.5)).frames["enrolments"]
    poorer = with_part_of_the_money(office, 0.6)
    options = Options(threads=1, seconds=300, gap=0.5)
    fresh = make_plan(poorer, options)
    again = make_plan(poorer, dataclasses.replace(options, points_per_change=price), previous=first)
    key = ["person_id", "offering_id"]
    only = first.join(fresh.frames["enrolments"], on=key, how="anti")
    new = fresh.frames["enrolments"].join(first, on=key, how="anti")
    charged = fresh.summary["objective"] - price * (len(only) + len(new))
    assert again.summary["objective"] - price * again.summary["changes"] > charged
    lost = first.join(again.frames["enrolments"], on=key, how="anti")
    by_order = len(first) * 4 // 10  # a cut by row would take the last in the list
    of_the_first = lost.join(first.head(len(first) - by_order), on=key, how="semi")
    assert len(of_the_first) > 0.3 * len(lost)  # nobody stays for standing first in the list


@pytest.mark.parametrize("seed", [1, 7, 59, 94, 158, 236])
def test_a_handful_of_people_is_planned_again_to_the_best_that_is_left_after_the_charge(
    seed: int, tmp_path: Path
) -> None:
    problem = random_problem(seed)
    free = dataclasses.replace(problem, frames={**problem.frames, "locks": problem["locks"].clear()})
    first = make_plan(free, Options(threads=1)).frames["enrolments"]
    again = make_plan(problem, Options(threads=1, seconds=60, points_per_change=0.3), previous=first)
    assert check_plan(problem=problem, plan_folder=written(again, tmp_path / "plan")).failures == ()
    oracle, before = Oracle(problem), set(first.select("person_id", "offering_id").rows())
    best = max(oracle.worth(plan) - 0.3 * len(before ^ set(plan)) for plan, _ in oracle.plans())
    assert again.summary["objective"] - 0.3 * again.summary["changes"] == pytest.approx(best, abs=1e-6)


def test_enrolments_of_an_offering_that_is_gone_are_changes(office: Tables) -> None:
    options = Options(threads=1, seconds=300, gap=0.5, points_per_change=1000.0)
    first = make_plan(office, options).frames["enrolments"]
    assert make_plan(office, options, previous=first).summary["changes"] == 0
    gone = first["offering_id"].value_counts(sort=True)["offering_id"][0]
    frames = {
        name: frame.filter(pl.col("offering_id") != gone) if "offering_id" in frame.columns else frame
        for name, frame in office.frames.items()
    }
    again = make_plan(dataclasses.replace(office, frames=frames), options, previous=first)
    assert again.summary["changes"] >= first.filter(offering_id=gone).height > 0


def test_planning_again_after_a_cut_keeps_most_enrolments(office: Tables, tmp_path: Path) -> None:
    first = make_plan(office, Options(threads=1, seconds=300, gap=0.5))
    smaller = with_part_of_the_money(office, 0.95)
    again = make_plan(
        smaller,
        Options(threads=1, seconds=300, gap=0.5, points_per_change=1.0),
        previous=first.frames["enrolments"],
    )
    assert check_plan(problem=smaller, plan_folder=written(again, tmp_path / "again")).failures == ()
    key = ["person_id", "offering_id"]
    kept = first.frames["enrolments"].join(again.frames["enrolments"], on=key, how="semi")
    added = again.frames["enrolments"].join(first.frames["enrolments"], on=key, how="anti")
    assert again.summary["changes"] == len(first.frames["enrolments"]) - len(kept) + len(added)
    assert len(kept) > 0.8 * len(first.frames["enrolments"])
