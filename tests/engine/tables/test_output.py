"""A result is there whole or not at all, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine.errors import OutputError
from asah.engine.tables import OutputFolder, output

ENROLMENTS = pl.DataFrame({"person_id": ["P1"], "offering_id": ["O1"], "locked": [True]})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put(target: Path, text: str) -> None:
    with OutputFolder(target) as out:
        out.write("enrolments", ENROLMENTS)
        out.write_text("report.html", text)


def test_a_result_appears_whole_with_its_tables_texts_and_objects(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "deep" / "out") as out:
        out.write("enrolments", ENROLMENTS)
        out.write_text("report.html", "<p>é")
        out.write_json("summary.json", {"gap": 0.5, "name": "é"})
        (out.folder / "chart.svg").write_text("<svg/>")
        assert not (tmp_path / "deep" / "out").exists()
    target = tmp_path / "deep" / "out"
    assert names(target) == [".asah", "chart.svg", "enrolments.csv", "report.html", "summary.json"]
    assert (target / "enrolments.csv").read_text() == "person_id,offering_id,locked\nP1,O1,yes\n"
    assert json.loads((target / "summary.json").read_text("utf-8")) == {"gap": 0.5, "name": "é"}
    assert (target / "report.html").read_text("utf-8") == "<p>é"
    assert names(tmp_path / "deep") == ["out"]


def test_columns_follow_the_column_file_and_wrong_ones_are_a_mistake_of_ours(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as out:
        out.write("enrolments", ENROLMENTS.select("locked", "offering_id", "person_id"))
        out.write("timings", pl.DataFrame({"stage": ["plan"], "seconds": [1.5]}))
        with pytest.raises(ValueError, match="offering"):
            out.write("enrolments", ENROLMENTS.rename({"offering_id": "offering"}))
    assert (tmp_path / "out" / "enrolments.csv").read_text().startswith("person_id,offering_id,locked\n")
    assert (tmp_path / "out" / "timings.csv").read_text() == "stage,seconds\nplan,1.5\n"


def test_an_earlier_result_is_replaced_by_the_new_one(tmp_path: Path) -> None:
    put(tmp_path / "out", "old")
    put(tmp_path / "out", "new")
    assert (tmp_path / "out" / "report.html").read_text() == "new"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_an_error_leaves_the_earlier_result_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    put(tmp_path / "out", "old")

    def fail_half_way() -> None:
        with OutputFolder(tmp_path / "out") as out:
            out.write_text("report.html", "half")
            raise error

    with pytest.raises(error):
        fail_half_way()
    assert (tmp_path / "out" / "report.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_an_interrupt_during_the_swap_is_held_back_until_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", "old")
    rename = os.rename

    def interrupted(source: Any, target: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        rename(source, target)

    monkeypatch.setattr(output.os, "rename", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it may be ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path / "out", "new")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (tmp_path / "out" / "report.html").read_text() == "new"
    assert names(tmp_path) == ["out"]


def test_a_swap_that_fails_half_way_puts_the_earlier_result_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", "old")
    rename = os.rename

    def fails(source: Any, target: Any) -> None:
        if "asah-new" in str(source):
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(output.os, "rename", fails)
    with pytest.raises(OutputError, match="Permission denied"):
        put(tmp_path / "out", "new")
    assert (tmp_path / "out" / "report.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_result_left_aside_by_a_killed_run_comes_back(tmp_path: Path) -> None:
    put(tmp_path / "out", "old")
    (tmp_path / "out").rename(tmp_path / ".out.asah-old")
    with pytest.raises(RuntimeError), OutputFolder(tmp_path / "out"):
        raise RuntimeError
    assert (tmp_path / "out" / "report.html").read_text() == "old"


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "skripsi.docx").write_text("years of work")
    with pytest.raises(OutputError) as caught:
        put(tmp_path / "out", "new")
    assert str(caught.value) == (
        f"{tmp_path / 'out'} holds files that are not recorded there as written by Asah (skripsi.docx),"
        " so it is kept. Choose a new folder for --out."
    )
    assert names(tmp_path / "out") == ["skripsi.docx"]


def test_a_file_added_to_a_result_by_hand_is_never_lost(tmp_path: Path) -> None:
    put(tmp_path / "out", "old")
    (tmp_path / "out" / "catatan.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"catatan\.txt"):
        put(tmp_path / "out", "new")
    assert (tmp_path / "out" / "report.html").read_text() == "old"


@pytest.mark.parametrize("name", [".catatan", ".git/HEAD", "truth/.rahasia", "folder/skripsi.docx", ".asah~"])
def test_hidden_files_and_folders_added_by_hand_are_never_lost(tmp_path: Path, name: str) -> None:
    put(tmp_path / "out", "old")
    mine = tmp_path / "out" / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(OutputError, match=rf"\({re.escape(name)}\)"):
        put(tmp_path / "out", "new")
    assert mine.read_text() == "mine"


def test_a_link_to_a_folder_added_by_hand_is_never_lost(tmp_path: Path) -> None:
    put(tmp_path / "out", "old")
    (tmp_path / "out" / "arsip").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="arsip"):
        put(tmp_path / "out", "new")


def test_what_a_file_manager_leaves_everywhere_is_no_work_of_anybody(tmp_path: Path) -> None:
    put(tmp_path / "out", "old")
    (tmp_path / "out" / ".DS_Store").write_text("x")
    put(tmp_path / "out", "new")
    assert (tmp_path / "out" / "report.html").read_text() == "new"


def test_an_empty_folder_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    put(tmp_path / "out", "new")
    assert (tmp_path / "out" / "report.html").read_text() == "new"


def test_tables_beside_a_summary_are_not_taken_for_ours_without_the_marker(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in ("summary.json", "people.csv", "policy.toml"):
        (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(OutputError, match=r"people\.csv, policy\.toml, summary\.json"):
        put(tmp_path / "out", "new")
    assert names(tmp_path / "out") == ["people.csv", "policy.toml", "summary.json"]


def test_what_a_killed_run_left_beside_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    killed, other = tmp_path / ".out.asah-new-1", tmp_path / ".out.asah-new-berkas"
    killed.mkdir()
    (killed / "people.csv").write_text("half")
    other.mkdir()
    with OutputFolder(tmp_path / "out") as first:
        living = first.folder.rename(tmp_path / ".out.asah-new-2")
        put(tmp_path / "out", "new")
        assert names(tmp_path) == [living.name, other.name, "out"]
        living.rename(first.folder)


def test_a_run_that_was_killed_has_let_go_of_its_folder(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys\n"
        "from asah.engine.tables import OutputFolder\n"
        "with OutputFolder(pathlib.Path(sys.argv[1])) as out:\n"
        "    out.write_text('report.html', 'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = os.environ | {"PYTHONPATH": str(Path(output.__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "out")], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(names(tmp_path)) == 1
    put(tmp_path / "out", "new")
    assert names(tmp_path) == ["out"]


def test_a_file_in_the_place_of_the_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        put(tmp_path / "out", "new")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_file_on_the_way_to_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file" / "out", tmp_path / "file" / "deep" / "out"):
        with pytest.raises(OutputError) as caught:
            put(out, "new")
        assert (
            str(caught.value)
            == f"{tmp_path / 'file'} is a file, not a folder. Choose another name for --out."
        )


def test_a_folder_that_may_not_be_written_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(OutputError, match="Choose a folder you may write to"):
        put(tmp_path / "out", "new")
    monkeypatch.setenv("ASAH_LANG", "id")
    with pytest.raises(OutputError, match="Pilih folder yang boleh Anda tulis"):
        put(tmp_path / "out", "new")


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    put(tmp_path / "out", "new")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "real" / "report.html").read_text() == "new"


def test_the_folder_is_as_open_to_others_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    put(tmp_path / "out", "new")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files may grow to 20 kB, then writing fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_disk_that_fills_leaves_the_earlier_result(tmp_path: Path, small_disk: None, form: Any) -> None:
    put(tmp_path / "out", "old")
    many = pl.DataFrame({"person_id": [f"P{i * 7919 % 100003}" for i in range(20_000)]})
    many = many.with_columns(pl.lit("O1").alias("offering_id"), pl.lit(False).alias("locked"))
    with pytest.raises(OutputError, match="Free disk space"), OutputFolder(tmp_path / "out", form) as out:
        out.write("enrolments", many)
    assert (tmp_path / "out" / "report.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_full_disk_met_by_others_inside_is_told_the_same_way(tmp_path: Path, small_disk: None) -> None:
    with pytest.raises(OutputError, match="Free disk space"), OutputFolder(tmp_path / "out") as out:
        (out.folder / "plan.xlsx").write_bytes(b"x" * 30_000)
    assert names(tmp_path) == []


def test_an_unreadable_input_inside_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), OutputFolder(tmp_path / "out"):
        (tmp_path / "nowhere").read_text()


def test_a_run_interrupted_from_outside_leaves_the_earlier_result(tmp_path: Path) -> None:
    put(tmp_path / "out", "old")
    program = (
        "import pathlib, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from asah.engine.tables import OutputFolder\n"
        "with OutputFolder(pathlib.Path(sys.argv[1])) as out:\n"
        "    out.write_text('report.html', 'half')\n"
        "    print('ready', flush=True)\n"
        "    while True:\n"
        "        pass\n"
    )
    env = os.environ | {"PYTHONPATH": str(Path(output.__file__).parents[3])}
    command = [sys.executable, "-c", program, str(tmp_path / "out")]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait(60) != 0
    assert (tmp_path / "out" / "report.html").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_workbook_keeps_identifiers_as_text_and_runs_nothing(tmp_path: Path) -> None:
    import openpyxl

    rows = {"person_id": ["007", "=1+1"], "offering_id": ["O1", "O2"], "locked": [True, False]}
    with OutputFolder(tmp_path / "out", "xlsx") as out:
        out.write("enrolments", pl.DataFrame(rows))
    sheet = openpyxl.load_workbook(tmp_path / "out" / "tables.xlsx")["enrolments"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["person_id", "offering_id", "locked"],
        ["007", "O1", "yes"],
        ["=1+1", "O2", "no"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
