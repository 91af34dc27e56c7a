"""Stages from folder to folder."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path

import polars as pl
import pytest

from asah.engine import pipeline
from asah.engine.errors import CallError, InputError
from engine.fake_plan import FakeStage, stage_of_plan
from factories.problem import tiny_problem, write_problem

__all__ = ["stage_of_plan"]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    pipeline.run_simulate(region="merangin", people=60, seed=2, out=tmp_path / "office")
    return tmp_path / "office"


def test_needs_are_stated_for_the_day_of_the_last_rating(office: Path, tmp_path: Path) -> None:
    run = pipeline.run_needs(office, tmp_path / "needs")
    last = pl.read_csv(office / "ratings.csv", infer_schema=False)["rated_on"].max()
    assert run.summary["on"] == last
    assert json.loads((tmp_path / "needs" / "summary.json").read_text("utf-8")) == run.summary


def test_needs_stated_for_a_later_day_are_less_sure(office: Path, tmp_path: Path) -> None:
    spreads = []
    for on in (None, dt.date(2034, 1, 1)):
        pipeline.run_needs(office, tmp_path / "needs", on=on)
        spreads.append(float(pl.read_csv(tmp_path / "needs" / "levels.csv")["level_sd"].to_numpy().mean()))
    assert spreads[1] > spreads[0] * 1.1


def test_the_people_counted_in_needs_add_up(office: Path, tmp_path: Path) -> None:
    summary = pipeline.run_needs(office, tmp_path / "needs").summary
    unassessed = pl.read_csv(tmp_path / "needs" / "unassessed.csv").height
    assert summary["people"] == 60
    assert (summary["assessed"], summary["unassessed"]) == (60 - unassessed, unassessed)
    rows = summary["rows"]["ratings"]
    assert rows["read"] == rows["accepted"] + rows["warned"] + rows["rejected"]


def test_needs_can_be_planned_as_they_are_written(
    office: Path, tmp_path: Path, stage_of_plan: FakeStage
) -> None:
    pipeline.run_needs(office, tmp_path / "needs")
    (office / "needs.csv").write_bytes((tmp_path / "needs" / "needs.csv").read_bytes())
    run = pipeline.run_plan(office, tmp_path / "plan")
    assert run.tables.counts["needs"].rejected == 0
    assert run.tables.counts["needs"].read == pl.read_csv(tmp_path / "needs" / "needs.csv").height


@pytest.mark.parametrize(
    "out", [".", "..", "../office", "plan", "a/b", "../other/../office/plan", "../link", "../link/plan"]
)
def test_a_result_and_the_input_it_was_made_from_never_lie_in_each_other(office: Path, out: str) -> None:
    (office.parent / "link").symlink_to(office)
    (office.parent / "other").mkdir()
    before = sorted(path.name for path in office.iterdir())
    with pytest.raises(CallError, match="--out"):
        pipeline.run_needs(office, office / out)
    with pytest.raises(CallError, match="--out"):
        pipeline.run_plan(office, office / out)
    assert sorted(path.name for path in office.iterdir()) == before


def test_a_plan_may_replace_the_plan_it_came_from(tmp_path: Path, stage_of_plan: FakeStage) -> None:
    problem = write_problem(tmp_path / "input", tiny_problem())
    pipeline.run_plan(problem, tmp_path / "plan")
    run = pipeline.run_plan(problem, tmp_path / "plan", previous=tmp_path / "plan")
    assert run.plan.summary["status"] == "gap_reached"
    assert stage_of_plan.previous is not None


def test_a_plan_without_a_report_holds_tables_and_summary_only(
    tmp_path: Path, stage_of_plan: FakeStage
) -> None:
    problem = write_problem(tmp_path / "input", tiny_problem())
    pipeline.run_plan(problem, tmp_path / "plan", report=False)
    assert sorted(path.name for path in (tmp_path / "plan").glob("[!.]*")) == [
        "branches.csv",
        "classes.csv",
        "enrolments.csv",
        "people_outcome.csv",
        "prices.csv",
        "summary.json",
    ]


def test_a_problem_without_a_total_budget_has_none(tmp_path: Path, stage_of_plan: FakeStage) -> None:
    frames = tiny_problem()
    frames["budgets"] = frames["budgets"].filter(pl.col("scope") != "total")
    run = pipeline.run_plan(write_problem(tmp_path / "input", frames), tmp_path / "plan", report=False)
    assert run.budget_idr is None


def test_a_check_of_no_plan_is_an_input_error(tmp_path: Path) -> None:
    problem = write_problem(tmp_path / "input", tiny_problem())
    with pytest.raises(InputError):
        pipeline.run_check(problem, tmp_path / "nothing")


def test_the_demo_plans_with_the_needs_it_computed(tmp_path: Path, stage_of_plan: FakeStage) -> None:
    steps: list[str] = []
    done = pipeline.run_demo(tmp_path / "demo", people=60, step=steps.append)
    assert steps == ["simulate", "read", "needs", "write", "read", "plan", "rules", "write", "read", "check"]
    assert done.run.tables["people"].height == 60
    assert done.report.exists()
    folder = tmp_path / "demo"
    computed = (folder / "needs" / "needs.csv").read_bytes()
    assert (folder / "problem" / "needs.csv").read_bytes() == computed
    assert (folder / "input" / "needs.csv").read_bytes() != computed
    assert not (folder / "problem" / "ratings.csv").exists()


def test_the_demo_can_be_run_again_in_its_folder(tmp_path: Path, stage_of_plan: FakeStage) -> None:
    runs = [pipeline.run_demo(tmp_path / "demo", people=60).run for _ in range(2)]
    assert runs[0].tables.sha256 == runs[1].tables.sha256


def test_the_best_rule_is_the_one_worth_most(tmp_path: Path, stage_of_plan: FakeStage) -> None:
    problem = write_problem(tmp_path / "input", tiny_problem())
    run = pipeline.run_plan(problem, tmp_path / "plan")
    assert run.best_rule == "by_rupiah"
    assert pipeline.run_plan(problem, tmp_path / "plan", report=False).best_rule is None


def test_a_stop_before_there_is_a_plan_ends_the_demo(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        pipeline.run_demo(tmp_path / "demo", people=20, stop=stop)
    assert not (tmp_path / "demo" / "plan").exists()
