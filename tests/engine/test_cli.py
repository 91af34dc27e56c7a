"""The command line: verbs, options, exit codes, and what is said where."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine import bench, cli, pipeline
from asah.engine.cli import main
from asah.engine.errors import Finding, InfeasibleError
from engine.fake_plan import FakeStage, stage_of_plan
from factories.problem import tiny_problem, write_problem

__all__ = ["stage_of_plan"]

CLI = Path(str(cli.__file__)).parent
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASAH_LANG", raising=False)


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    return write_problem(tmp_path / "input", tiny_problem())


def call(*words: object) -> int:
    return main([str(word) for word in words])


# ---- help and calls


def test_help_is_indonesian_unless_english_is_asked_for(said: Callable[[], str]) -> None:
    assert call("--help") == 0
    assert "susun rencana setahun" in said()
    assert call("--lang", "en", "--help") == 0
    assert "make the plan of a year" in said()
    assert call("plan", "--help", "--lang=en") == 0
    assert "stop when the proved gap" in said()


def test_the_language_may_come_from_the_environment(
    said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASAH_LANG", "en")
    assert call("--help") == 0
    assert "make the plan of a year" in said()


def test_help_loads_no_stage() -> None:
    heavy = ("polars", "numpy", "scipy", "numba", "highspy", "rich", "xlsxwriter")
    program = (
        "import sys; from asah.engine.cli import main; assert main(['plan', '--help']) == 0; "
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "PERINTAH"),
        (("rencana",), "'plan'"),
        (("plan", "in"), "--out"),
        (("plan", "in", "--out"), "--out"),
        (("plan", "in", "--out", "o", "--gap", "nan"), "0 sampai 1"),
        (("plan", "in", "--out", "o", "--gap", "1,5"), "0 sampai 1"),
        (("plan", "in", "--out", "o", "--seconds", "0"), "di atas 0"),
        (("plan", "in", "--out", "o", "--seconds", "inf"), "di atas 0"),
        (("plan", "in", "--out", "o", "--threads", "0"), "paling sedikit 1"),
        (("plan", "in", "--out", "o", "--seed", "-1"), "--seed"),
        (("plan", "in", "--out", "o", "--points-per-change", "-2"), "--points-per-change"),
        (("plan", "in", "--out", "o", "--points-per-change", "2"), "--from"),
        (("plan", "in", "--out", "o", "--format", "xls"), "csv"),
        (("plan", "in", "--out", "o", "--sec", "9"), "--sec"),
        (("simulate", "jawa", "--out", "o"), "merangin"),
        (("simulate", "merangin", "--people", "2.5", "--out", "o"), "bilangan bulat"),
        (("needs", "in", "--out", "o", "--on", "30/11/2026"), "2026-11-30"),
        (("compare", "a"), "PLAN_B"),
        (("bench", "--sizes", "500,x"), "bilangan bulat"),
        (("explain", "in", "plan"), "--person"),
        (("explain", "in", "plan", "--person", "P1", "--offering", "O1"), "--offering"),
        (("explain", "in", "plan", "--offering", "O1", "--programme", "X"), "--person"),
    ],
)
def test_a_wrong_call_says_what_to_do_instead(words: tuple[str, ...], told: str, capsys: Said) -> None:
    assert call(*words) == 2
    out, err = capsys.readouterr()
    assert told in err
    assert "--help" in err
    assert out == ""


def test_a_wrong_call_is_told_in_json_where_json_was_asked_for(capsys: Said) -> None:
    assert call("plan", "--json") == 2
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == "call"
    assert told["exit_code"] == 2


def test_the_language_of_one_call_does_not_stay(capsys: Said) -> None:
    call("--lang", "en", "nothing")
    call("nothing")
    english, indonesian = capsys.readouterr().err.splitlines()
    assert "is not known" in english
    assert "tidak dikenal" in indonesian


def test_every_sentence_of_the_command_is_used_and_every_one_used_is_there() -> None:
    source = "\n".join(path.read_text("utf-8") for path in CLI.glob("*.py"))
    there = set(tomllib.loads((CLI / "texts.toml").read_text("utf-8")))
    named = set(re.findall(r"""text(?:_or)?\(\s*["'](\w+)["']""", source))
    families = {found[0] for found in re.findall(r"""f["']((\w+)_)\{""", source)}
    assert named <= there
    quoted = set(re.findall(r"""["'](\w+)["']""", source))
    assert {code for code in there - quoted if not code.startswith(tuple(families))} == set()


# ---- input


def test_bad_input_names_every_row_counts_them_and_writes_nothing(problem: Path, capsys: Said) -> None:
    spoil(problem, "people", {"employment": "GURU"}, "P1", "P2")
    spoil(problem, "needs", {"gap_levels": "-1"}, "P3")
    assert call("plan", problem, "--out", problem.parent / "out") == 2
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert lines[0] == "Masukan ditolak: 4 kesalahan. Tidak ada yang ditulis."
    assert [line.split(":")[0] for line in lines[1:5]] == [
        "needs baris 5, gap_levels",
        "needs baris 6, gap_levels",
        "people baris 2, employment",
        "people baris 3, employment",
    ]
    assert lines[5] == "Per tabel: needs 2, people 2"
    assert out == ""
    assert sorted(path.name for path in problem.parent.iterdir()) == ["input"]


def test_bad_input_in_json_is_one_object(problem: Path, capsys: Said) -> None:
    spoil(problem, "people", {"employment": "GURU"}, "P1")
    assert call("check", problem, problem.parent / "plan", "--json") == 2
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == "input"
    (found,) = told["findings"]
    assert (found["table"], found["row"], found["column"], found["value"]) == (
        "people",
        2,
        "employment",
        "GURU",
    )
    assert found["remedy"]


def test_bad_input_is_a_table_on_a_terminal(
    problem: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(problem, "people", {"employment": "[GURU]"}, "P1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert call("plan", problem, "--out", problem.parent / "out") == 2
    err = capsys.readouterr().err
    assert "perbaikan" in err
    assert "[GURU]" in err


def test_warnings_are_told_on_stderr_and_the_plan_is_made(
    problem: Path, stage_of_plan: FakeStage, capsys: Said
) -> None:
    (problem / "catatan.csv").write_text("a,b\n1,2\n", "utf-8")
    assert call("plan", problem, "--out", problem.parent / "out") == 0
    err = capsys.readouterr().err
    assert err.startswith("Peringatan: ")
    assert "catatan.csv" in err


# ---- plan


def test_a_plan_is_written_and_told_in_few_lines(
    problem: Path, stage_of_plan: FakeStage, capsys: Said
) -> None:
    out = problem.parent / "out"
    assert call("plan", problem, "--out", out) == 0
    words, err = capsys.readouterr()
    assert err == ""
    assert "25,0% (5 dari 20 poin)" in words
    assert "Rp 1.500.000 dari Rp 12.000.000 (12,5%)" in words
    assert f"Buka: {out}/report.html" in words
    assert {"enrolments.csv", "people_outcome.csv", "prices.csv", "summary.json", "report.html"} <= {
        path.name for path in out.iterdir()
    }


def test_a_plan_in_json_is_its_summary_and_what_became_of_the_rows(
    problem: Path, stage_of_plan: FakeStage, capsys: Said
) -> None:
    out = problem.parent / "out"
    assert call("plan", problem, "--out", out, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert {key: told[key] for key in summary} == summary
    assert told["rows"]["people"] == {"read": 6, "accepted": 6, "warned": 0, "rejected": 0}
    assert told["out"] == str(out)


def test_every_option_reaches_the_planner(problem: Path, stage_of_plan: FakeStage) -> None:
    earlier = problem.parent / "earlier"
    assert call("plan", problem, "--out", earlier) == 0
    options = ("--gap", 0.01, "--seconds", 5, "--seed", 7, "--threads", 2, "--format", "parquet")
    kept = ("--from", earlier, "--points-per-change", 1.5)
    assert call("plan", problem, "--out", problem.parent / "out", *options, *kept) == 0
    assert vars(stage_of_plan.options) == {
        "gap": 0.01,
        "seconds": 5.0,
        "seed": 7,
        "threads": 2,
        "points_per_change": 1.5,
    }
    assert stage_of_plan.previous is not None
    assert stage_of_plan.previous.columns == ["person_id", "offering_id", "locked"]
    assert (problem.parent / "out" / "enrolments.parquet").exists()


def test_a_plan_from_no_plan_is_refused(problem: Path, stage_of_plan: FakeStage, capsys: Said) -> None:
    assert call("plan", problem, "--out", problem.parent / "out", "--from", problem.parent / "none") == 2
    assert "none" in capsys.readouterr().err
    assert not (problem.parent / "out").exists()


@pytest.mark.parametrize("status", ["optimal", "gap_reached", "time_limit"])
def test_a_plan_stopped_by_time_is_done(
    problem: Path, stage_of_plan: FakeStage, status: str, capsys: Said
) -> None:
    stage_of_plan.status = status
    assert call("plan", problem, "--out", problem.parent / "out", "--lang", "en") == 0
    assert {"optimal": "proved", "gap_reached": "is reached", "time_limit": "by time"}[status] in (
        capsys.readouterr().out
    )


def test_an_infeasible_problem_names_its_rows_and_writes_nothing(
    problem: Path, stage_of_plan: FakeStage, capsys: Said
) -> None:
    def refuse(stop: threading.Event | None) -> None:
        raise InfeasibleError(
            [Finding("locks", row, "state", "in", "bertentangan", "Lepas") for row in (2, 3)]
        )

    stage_of_plan.meanwhile = refuse
    assert call("plan", problem, "--out", problem.parent / "out") == 1
    err = capsys.readouterr().err
    assert "locks baris 2, state: 'in' bertentangan. Lepas" in err
    assert "locks baris 3" in err
    assert not (problem.parent / "out").exists()


def test_a_mistake_of_ours_is_not_an_answer(problem: Path, stage_of_plan: FakeStage, capsys: Said) -> None:
    def stumble(stop: threading.Event | None) -> None:
        raise ZeroDivisionError("dibagi nol")

    stage_of_plan.meanwhile = stumble
    assert call("plan", problem, "--out", problem.parent / "out", "--json") == 70
    words, err = capsys.readouterr()
    assert json.loads(words)["error"] == "internal"
    assert "Traceback" in err
    assert [path.name for path in problem.parent.iterdir()] == ["input"]


def test_a_folder_that_is_not_ours_is_kept(problem: Path, stage_of_plan: FakeStage, capsys: Said) -> None:
    out = problem.parent / "out"
    out.mkdir()
    (out / "skripsi.docx").write_text("penting", "utf-8")
    assert call("plan", problem, "--out", out) == 2
    assert "skripsi.docx" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["skripsi.docx"]


# ---- being asked to stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_the_command_is_loading_ends_it_without_a_word(number: signal.Signals) -> None:
    program = (
        "import runpy, signal, sys\n"
        "class Loading:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'asah.engine.errors':\n"
        "            signal.raise_signal(int(sys.argv[1]))\n"
        "sys.meta_path.insert(0, Loading())\n"
        "runpy.run_module('asah', run_name='__main__')\n"
    )
    command = [sys.executable, "-c", program, str(int(number))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_writes_the_best_plan_whole(
    problem: Path, stage_of_plan: FakeStage, number: signal.Signals, capsys: Said
) -> None:
    stage_of_plan.meanwhile = lambda stop: signal.raise_signal(number)
    out = problem.parent / "out"
    assert call("plan", problem, "--out", out) == 130
    assert json.loads((out / "summary.json").read_text("utf-8"))["status"] == "interrupted"
    words, err = capsys.readouterr()
    assert "Ctrl-C sekali lagi" in err
    assert "dihentikan" in words


def test_the_second_interrupt_leaves_nothing(
    problem: Path, stage_of_plan: FakeStage, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    def twice(stop: threading.Event | None) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    stage_of_plan.meanwhile = twice
    assert call("plan", problem, "--out", problem.parent / "out") == 130
    assert "setengah tertulis" in capsys.readouterr().err
    assert [path.name for path in problem.parent.iterdir()] == ["input"]


def test_an_interrupt_that_a_library_turns_into_an_error_is_still_one(
    problem: Path, stage_of_plan: FakeStage, capsys: Said
) -> None:
    def wrapped(stop: threading.Event | None) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise TypeError("not a data type") from None

    stage_of_plan.meanwhile = wrapped
    assert call("plan", problem, "--out", problem.parent / "out", "--json") == 130
    assert json.loads(capsys.readouterr().out)["error"] == "interrupted"


def test_two_interrupts_during_one_compiled_step_are_two(problem: Path, stage_of_plan: FakeStage) -> None:
    """Python itself would hear them as one when the step is over."""

    def held_back(stop: threading.Event | None) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT, signal.SIGTERM])

    stage_of_plan.meanwhile = held_back
    assert call("plan", problem, "--out", problem.parent / "out") == 130
    assert [path.name for path in problem.parent.iterdir()] == ["input"]


def test_an_interrupt_while_writing_keeps_the_earlier_plan(
    problem: Path, stage_of_plan: FakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asah.engine import report

    out = problem.parent / "out"
    assert call("plan", problem, "--out", out) == 0
    before = (out / "summary.json").read_bytes()

    def twice(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(report, "write_report", twice)
    assert call("plan", problem, "--out", out) == 130
    assert (out / "summary.json").read_bytes() == before
    assert sorted(path.name for path in problem.parent.iterdir()) == ["input", "out"]


def test_verbs_without_a_best_so_far_stop_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr(
        pipeline, "run_simulate", lambda **_: signal.raise_signal(signal.SIGTERM) or pytest.fail("went on")
    )
    assert call("simulate", "merangin", "--out", tmp_path / "out", "--json") == 130
    assert json.loads(capsys.readouterr().out)["error"] == "interrupted"


def test_the_handlers_of_the_caller_come_back(problem: Path, stage_of_plan: FakeStage) -> None:
    before = signal.getsignal(signal.SIGINT)
    call("plan", problem, "--out", problem.parent / "out")
    assert signal.getsignal(signal.SIGINT) is before


# ---- progress and streams


def test_progress_is_shown_on_a_terminal_only(
    problem: Path, stage_of_plan: FakeStage, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("plan", problem, "--out", problem.parent / "out") == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert call("plan", problem, "--out", problem.parent / "out") == 0
    words, err = capsys.readouterr()
    assert "celah 25,00%" in err
    assert "celah 25,00%" not in words.replace("25,00% (paling", "")


def test_whoever_stops_reading_does_not_break_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "asah", "simulate", "merangin", "--people", "20"]
    done = subprocess.run(
        ["sh", "-c", '"$@" | true', "sh", *command, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert (tmp_path / "out" / "people.csv").exists()


# ---- the other verbs


def test_simulate_writes_a_region(tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "out"
    assert call("simulate", "merangin", "--people", 40, "--seed", 3, "--out", out, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"region": "merangin", "people": 40, "seed": 3, "out": str(out)}
    assert pl.read_csv(out / "people.csv").height == 40


def test_needs_are_computed_and_told(tmp_path: Path, capsys: Said) -> None:
    call("simulate", "merangin", "--people", 60, "--out", tmp_path / "input")
    capsys.readouterr()
    assert call("needs", tmp_path / "input", "--out", tmp_path / "needs") == 0
    words = capsys.readouterr().out
    assert words.startswith("Keadaan per ")
    assert "2026-" in words.splitlines()[0]
    assert "dari 60;" in words
    assert "Alfa / omega, supervisor" in words
    assert (tmp_path / "needs" / "needs_by_unit.csv").exists()
    assert (tmp_path / "needs" / "needs_ranking.csv").exists()
    reliability = json.loads((tmp_path / "needs" / "summary.json").read_text("utf-8"))["reliability"]
    assert list(reliability["omega"]) == list(reliability["alpha"])


def test_a_failed_check_exits_1_and_names_the_rows(
    problem: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    assert _check(problem, monkeypatch, "O1") == 1
    words = capsys.readouterr().out
    assert words.startswith(
        "Tidak lulus: 1 baris.\nenrolments baris 2, offering_id: 'O1' bertentangan. Lepas\n"
    )


def test_a_passed_check_exits_0(problem: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    assert _check(problem, monkeypatch) == 0
    assert capsys.readouterr().out.startswith("Lulus")
    assert _check(problem, monkeypatch, words=("--json",)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert told["objective"] is None


def _check(problem: Path, monkeypatch: pytest.MonkeyPatch, *wrong: str, words: tuple[str, ...] = ()) -> int:
    from asah.engine.check import CheckResult

    failures = tuple(Finding("enrolments", 2, "offering_id", id_, "bertentangan", "Lepas") for id_ in wrong)
    value = float("nan") if words else 1.0
    result = CheckResult(not wrong, failures, value, 2.0, "prices", 0.5, 0.0, ())
    monkeypatch.setattr(pipeline, "run_check", lambda *_, **__: result)
    return call("check", problem, problem, *words)


def test_a_real_plan_is_checked_and_explained(problem: Path, capsys: Said) -> None:
    plan = problem.parent / "plan"
    assert call("plan", problem, "--out", plan, "--seconds", 20) == 0
    assert call("check", problem, plan) == 0
    capsys.readouterr()
    assert call("explain", problem, plan, "--person", "P1") == 0
    indonesian = capsys.readouterr().out
    assert call("explain", problem, plan, "--person", "P1", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["subject"] == "P1"
    assert indonesian.splitlines() == [sentence["id"] for sentence in told["sentences"]]
    assert call("explain", problem, plan, "--offering", "O1", "--lang", "en") == 0
    assert capsys.readouterr().out.splitlines()
    assert call("explain", problem, plan, "--person", "P99") == 2
    assert "P99" in capsys.readouterr().err


def test_compare_says_who_gains_and_who_loses(problem: Path, stage_of_plan: FakeStage, capsys: Said) -> None:
    a, b = problem.parent / "a", problem.parent / "b"
    for out in (a, b):
        assert call("plan", problem, "--out", out) == 0
    outcome = pl.read_csv(b / "people_outcome.csv").with_columns(
        closure_points=pl.when(pl.col("person_id") == "P4").then(1.25).otherwise(0.0)
    )
    outcome.write_csv(b / "people_outcome.csv")
    capsys.readouterr()
    assert call("compare", a, b) == 0
    words = capsys.readouterr().out
    assert "Untung di B: 1 orang" in words
    assert "P4  +1,25" in words
    assert "Rugi di B: 0 orang" in words
    assert call("compare", a, b, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["person_id"] for row in told["gainers"]] == ["P4"]


def test_bench_takes_sizes_with_commas_or_spaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[Any, ...]] = []

    def note(sizes: list[int], seeds: list[int], out: Path, **options: Any) -> int:
        calls.append((list(sizes), list(seeds), options["seconds"]))
        return 1

    monkeypatch.setattr(bench, "main", note)
    assert call("bench", "--sizes", "500,2000", "60", "--seeds", "100", "--seconds", 5) == 1
    assert call("bench") == 1
    assert calls == [
        ([500, 2000, 60], [100], 5.0),
        (list(bench.DEFAULT_SIZES), list(bench.DEFAULT_SEEDS), None),
    ]


def spoil(folder: Path, table: str, values: dict[str, Any], *people: str) -> None:
    """Write ``values`` into the rows of these people."""
    path = folder / f"{table}.csv"
    frame = pl.read_csv(path, infer_schema=False)
    wrong = pl.col("person_id").is_in(people)
    frame.with_columns(
        pl.when(wrong).then(pl.lit(text)).otherwise(name).alias(name) for name, text in values.items()
    ).write_csv(path)


@pytest.fixture
def said(capsys: Said) -> Callable[[], str]:
    """What was printed since the last look, on one line."""
    return lambda: " ".join(capsys.readouterr().out.split())
