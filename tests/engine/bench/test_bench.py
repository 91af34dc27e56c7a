"""The measurement: what it runs, what it tells, and that a failure is never a figure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from asah.engine.bench import main, run, worker
from asah.engine.bench.cases import OURS, RULES, SOLVER, case
from asah.engine.bench.chart import draw
from asah.engine.bench.machine import describe_machine
from asah.engine.bench.process import Apart, run_apart
from asah.engine.bench.results import Measured, Pass, Run, aligned, failed, make_run
from asah.engine.errors import CallError, OutputError

Task = dict[str, Any]

ANSWER: dict[str, Any] = {
    "status": "gap_reached",
    "objective": 50.0,
    "bound": 60.0,
    "worth_of_nothing": -40.0,
    "closed_points": 70.0,
    "need_points": 200.0,
    "spent_idr": 9_000_000,
    "enrolled": 80,
    "passes": 33,
    "cpu_s": 4.0,
    "wall_s": 2.0,
    "read_cpu_s": 0.5,
    "warm_up_s": 8.0,
}


def apart(**changes: Any) -> Apart:
    return Apart({**ANSWER, **changes}, cpu_s=13.0, peak_mb=300.0, said="")


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Every task that would have been run; each answers at once."""
    asked: list[Task] = []

    def answer(task: Task, wall_seconds: float) -> Apart:
        asked.append(task)
        if task["kind"] == "check":
            return Apart({"ok": True, "failures": [], "gap": 0.1}, 1.0, 1.0, "")
        if task["kind"] in ("pass", "stream"):
            people = 10_000 if task["kind"] == "pass" else 1_000_000
            more = {"price": 2e-6} if task["kind"] == "pass" else {"read_cpu_s": 30.0}
            return Apart({"people": people, "cpu_s": people * 2e-5, "wall_s": 9.0, **more}, 1.0, 500.0, "")
        if task["kind"] == "instance":
            return Apart({}, 1.0, 1.0, "")
        rule = {"objective": 20.0, "closed_points": 50.0, "bound": None, "passes": None, "status": "done"}
        return apart(**(rule if task["method"] in RULES else {}))

    monkeypatch.setattr(run, "run_apart", answer)
    return asked


def test_beside_the_solver_ours_works_on_one_thread_unless_told_otherwise(
    processes: list[Task], tmp_path: Path
) -> None:
    def threads_of(size: int, told: int | None) -> set[int]:
        processes.clear()
        assert main([size], [101], tmp_path / "out", threads=told) == 0
        return {task["threads"] for task in processes if task["kind"] == "method"}

    assert threads_of(2_000, None) == {1}
    assert threads_of(2_000, 3) == {3}
    assert threads_of(2_001, None) == {run.default_threads()}


def test_a_solver_that_does_not_heed_its_limit_has_run_out_of_time_and_has_no_plan() -> None:
    late = Apart(None, cpu_s=240.0, peak_mb=900.0, said="signal -9", late=True)
    found = make_run(case(2_000, 1), SOLVER, 2, late, 60.0, None)
    assert (found.status, found.objective, found.note, found.good) == ("time_limit", None, "", True)
    assert make_run(case(2_000, 1), OURS, 2, late, 60.0, None).status == "failed"
    assert make_run(case(2_000, 1), SOLVER, 2, replace(late, late=False), 60.0, None).status == "failed"


# ---- what is measured


def test_a_regency_is_measured_up_to_ten_thousand_people_and_the_nation_above() -> None:
    assert [case(n, 1).region for n in (500, 10_000, 10_001, 200_000)] == ["merangin"] * 2 + ["nation"] * 2
    assert case(500, 1, "maluku-utara").region == "maluku-utara"


def test_the_limit_is_that_of_the_size_the_next_larger_one_or_in_proportion() -> None:
    limits = [case(n, 1).cpu_seconds for n in (60, 500, 2_000, 9_000, 50_000, 200_000, 400_000)]
    assert limits == [60, 60, 90, 120, 400, 1_800, 3_600]
    assert case(500, 1, seconds=7.0).cpu_seconds == 7.0


def test_the_solver_stands_beside_small_instances_only() -> None:
    assert case(2_000, 1).methods == (OURS, *RULES, SOLVER)
    assert case(2_001, 1).methods == (OURS, *RULES)


def test_every_method_gets_the_same_instance_and_the_same_cpu_seconds(
    processes: list[Task], tmp_path: Path
) -> None:
    assert main([500], [101, 102], tmp_path / "out", seconds=5.0, threads=2) == 0
    methods = [task for task in processes if task["kind"] == "method"]
    assert [task["method"] for task in methods] == [OURS, *RULES, SOLVER] * 2
    assert {task["seconds"] for task in methods} == {5.0}
    assert len({task["folder"] for task in methods}) == 2
    assert [task["kind"] for task in processes].count("check") == 2


def test_a_million_people_are_priced_and_not_planned(processes: list[Task], tmp_path: Path) -> None:
    assert main([1_000_000], [101], tmp_path / "out") == 0
    kinds = [task["kind"] for task in processes]
    assert kinds == ["instance", "pass", "instance", "stream"]
    assert processes[3]["price"] == 2e-6
    passes = pl.read_csv(tmp_path / "out" / "passes.csv")
    assert passes["people"].to_list() == [10_000, 1_000_000]
    assert passes["times"].to_list() == pytest.approx([1.0, 1.0])
    assert passes["microseconds"].to_list() == pytest.approx([20.0, 20.0])


# ---- what is told


def test_the_gap_of_every_method_is_to_the_bound_that_ours_has_proved() -> None:
    chosen = case(500, 101)
    ours = make_run(chosen, OURS, 2, apart(), 60.0, (True, ""))
    rule = make_run(chosen, "per_rupiah", 2, apart(objective=10.0, bound=None), 60.0, None)
    solver = make_run(chosen, SOLVER, 2, apart(objective=45.0, bound=160.0), 60.0, None)
    assert [ours.gap, rule.gap, solver.gap] == pytest.approx([0.1, 0.5, 0.15])
    assert [ours.own_gap, solver.own_gap] == pytest.approx([0.1, 0.575])
    assert rule.own_gap is None
    assert (ours.cpu_s, ours.warm_up_s, ours.read_cpu_s, ours.process_cpu_s) == (4.0, 8.0, 0.5, 13.0)


def test_a_solver_without_a_plan_has_no_gap_and_no_points() -> None:
    answer = {"status": "time_limit", "bound": 160.0, "worth_of_nothing": -40.0, "need_points": 200.0}
    times = {key: ANSWER[key] for key in ("cpu_s", "wall_s", "read_cpu_s", "warm_up_s")}
    found = make_run(case(500, 101), SOLVER, 2, Apart({**answer, **times}, 13.0, 300.0, ""), 60.0, None)
    assert (found.gap, found.own_gap, found.objective, found.closed_points) == (None, None, None, None)
    assert found.good


def test_the_result_is_written_as_rows_as_one_object_and_as_a_chart(
    processes: list[Task], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([500, 60_000], [101], tmp_path / "out") == 0
    rows = pl.read_csv(tmp_path / "out" / "bench.csv")
    assert rows["method"].to_list() == [OURS, *RULES, SOLVER, OURS, *RULES]
    assert rows["checked"].to_list()[0] == "yes"
    whole = json.loads((tmp_path / "out" / "bench.json").read_text("utf-8"))
    assert whole["machine"]["cores"] >= 1
    assert [run["people"] for run in whole["runs"]] == rows["people"].to_list()
    assert ElementTree.parse(tmp_path / "out" / "bench.svg").getroot().tag.endswith("svg")
    told = capsys.readouterr().out
    assert "merangin 500 #101" in told
    assert "+50,0% dan +40,0% dibanding cara sederhana terbaik" in told


def test_json_prints_one_object_and_nothing_else(
    processes: list[Task], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([500], [101], tmp_path / "out", json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert [run["method"] for run in told["runs"]] == [OURS, *RULES, SOLVER]
    assert told == json.loads((tmp_path / "out" / "bench.json").read_text("utf-8"))


def test_english_readers_get_english(
    processes: list[Task],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASAH_LANG", "en")
    main([500], [101], tmp_path / "out")
    told = capsys.readouterr().out
    assert "Machine:" in told
    assert "against the best simple rule" in told


def test_columns_are_as_wide_as_their_longest_cell() -> None:
    assert aligned([["a", "bb"], ["ccc", "d"]], words=1) == "a    bb\nccc   d"


# ---- what fails


def test_a_plan_that_does_not_pass_its_check_is_told_and_ends_with_one(
    processes: list[Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_check", lambda *_: (False, "enrolments, row 7: nobody"))
    assert main([500], [101], tmp_path / "out") == 1
    told = capsys.readouterr().out
    assert "TIDAK" in told
    assert "merangin-500-101: enrolments, row 7: nobody" in told


def test_a_method_that_fails_leaves_no_figure_and_ends_with_one(
    processes: list[Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = run.run_apart

    def breaks(task: Task, wall_seconds: float) -> Apart:
        if task.get("method") == "per_rupiah":
            return Apart(None, 2.0, 100.0, "ValueError: no such thing")
        return answer(task, wall_seconds)

    monkeypatch.setattr(run, "run_apart", breaks)
    assert main([500], [101], tmp_path / "out") == 1
    rows = pl.read_csv(tmp_path / "out" / "bench.csv")
    assert rows["status"].to_list() == ["gap_reached", "done", "failed", "done", "gap_reached"]
    assert rows["objective"].null_count() == 1
    assert "ValueError: no such thing" in capsys.readouterr().out


def test_an_instance_that_cannot_be_made_fails_and_the_rest_goes_on(
    processes: list[Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = run.run_apart

    def breaks(task: Task, wall_seconds: float) -> Apart:
        if task["kind"] == "instance" and task["people"] == 500:
            return Apart(None, 0.0, 0.0, "OutputError: disk full")
        return answer(task, wall_seconds)

    monkeypatch.setattr(run, "run_apart", breaks)
    assert main([500, 600], [101], tmp_path / "out") == 1
    rows = pl.read_csv(tmp_path / "out" / "bench.csv")
    assert rows["people"].to_list() == [500] + [600] * 5


@pytest.mark.parametrize(("sizes", "seeds"), [([], [1]), ([500], []), ([0], [1]), ([500], [-1])])
def test_a_call_without_sizes_or_seeds_is_refused(sizes: list[int], seeds: list[int], tmp_path: Path) -> None:
    with pytest.raises(CallError, match="--sizes"):
        main(sizes, seeds, tmp_path / "out")


def test_a_folder_that_is_not_ours_is_refused_before_anything_runs(
    processes: list[Task], tmp_path: Path
) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(OutputError):
        main([500], [101], tmp_path)
    assert processes == []


def test_an_earlier_result_stays_until_there_is_a_new_one(
    processes: list[Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main([500], [101], tmp_path / "out")
    before = (tmp_path / "out" / "bench.csv").read_bytes()

    def stopped(task: Task, wall_seconds: float) -> Apart:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_apart", stopped)
    with pytest.raises(KeyboardInterrupt):
        main([500], [102], tmp_path / "out")
    assert (tmp_path / "out" / "bench.csv").read_bytes() == before


# ---- the chart


def measured(*runs: Run) -> Measured:
    return Measured(describe_machine(), 2, runs, ())


def test_the_chart_has_words_for_those_who_do_not_see_it() -> None:
    runs = [make_run(case(n, 101), OURS, 2, apart(), 60.0, (True, "")) for n in (500, 2_000)]
    root = ElementTree.fromstring(draw(measured(*runs)))
    name = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{name}title") is not None
    assert "Kiri: celah" in (root.findtext(f"{name}desc") or "")
    assert "prefers-color-scheme: dark" in (root.findtext(f"{name}style") or "")
    assert len(root.findall(f".//{name}circle")) == 2 * len(runs) + 1  # both panels and the legend


def test_the_chart_bears_a_gap_of_zero_a_failed_run_and_nothing_at_all() -> None:
    perfect = make_run(case(500, 101), OURS, 2, apart(objective=60.0), 60.0, (True, ""))
    broken = failed(case(2_000, 101), OURS, 2, Apart(None, 0.0, 0.0, "x"))
    for runs in ((), (broken,), (perfect, broken)):
        assert ElementTree.fromstring(draw(measured(*runs))).tag.endswith("svg")
    assert "NaN" not in draw(measured(replace(perfect, cpu_s=0.0)))


# ---- the processes themselves


def test_a_process_that_fails_tells_its_last_words() -> None:
    found = run_apart({"kind": "no such kind"}, 60.0)
    assert found.answer is None
    assert "no such kind" in found.said


def test_a_process_that_does_not_end_is_ended(tmp_path: Path) -> None:
    task = {"kind": "instance", "region": "nation", "people": 10**8, "seed": 1, "folder": str(tmp_path / "x")}
    found = run_apart(task, 0.05)
    assert (found.answer, found.said) == (None, "signal 9")


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "instance"
    task = {"kind": "instance", "region": "nation", "people": 400, "seed": 1, "folder": str(folder)}
    assert worker.measure(task) == {}
    return folder


def method(name: str, instance: Path, **more: Any) -> Task:
    shared = {"kind": "method", "seconds": 2.0, "threads": 1, "seed": 0, "gap": 0.002, "plan": None}
    return {**shared, "method": name, "folder": str(instance), **more}


def test_a_rule_is_carried_out_in_a_process_of_its_own(instance: Path) -> None:
    found = run_apart(method("online_first", instance), 300.0)
    assert found.said == ""
    assert found.answer is not None
    assert found.answer["status"] == "done"
    assert found.answer["objective"] > found.answer["worth_of_nothing"]
    assert 0 < found.answer["cpu_s"] + found.answer["warm_up_s"] < found.cpu_s
    assert found.peak_mb > 50


def test_our_plan_is_made_kept_and_checked(
    instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WARM_SECONDS", 0.1)
    monkeypatch.setattr(worker, "WARM_PEOPLE", 20)
    plan = tmp_path / "plan"
    answer = worker.measure(method(OURS, instance, plan=str(plan)))
    assert answer["bound"] >= answer["objective"] > answer["worth_of_nothing"]
    checked = worker.measure({"kind": "check", "folder": str(instance), "plan": str(plan)})
    assert checked["failures"] == []
    assert checked["ok"]


def test_the_solver_keeps_to_its_cpu_seconds(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WARM_SECONDS", 0.1)
    monkeypatch.setattr(worker, "WARM_PEOPLE", 5)
    answer = worker.measure(method(SOLVER, instance, seconds=0.5))
    assert answer["status"] in ("time_limit", "optimal")
    assert answer["bound"] is None or answer["bound"] > answer["worth_of_nothing"]


def test_a_streamed_pass_is_priced_as_the_one_in_memory(instance: Path) -> None:
    in_memory = worker.measure({"kind": "pass", "folder": str(instance), "threads": 1})
    streamed = worker.measure(
        {"kind": "stream", "folder": str(instance), "threads": 1, "price": in_memory["price"]}
    )
    assert streamed["people"] == in_memory["people"] == 400
    assert 1e-9 < in_memory["price"] < 1e-3
    assert streamed["cpu_s"] > 0
    assert streamed["read_cpu_s"] > 0


def test_a_pass_that_failed_has_no_figures() -> None:
    found = Measured(describe_machine(), 1, (), (Pass.failed(1_000_000, 1, "stream", "MemoryError"),))
    assert not found.good
    assert "MemoryError" in found.table()
