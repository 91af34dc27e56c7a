"""A problem is read whole or refused with every reason; what it is read from makes no difference."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from asah.engine.errors import InputError
from asah.engine.tables import (
    SCHEMA,
    Counts,
    OutputFolder,
    Policy,
    examine,
    load,
    read_frames,
    tables_of,
)
from asah.engine.tables.messages import finding
from factories.problem import (
    POLICY,
    tiny_problem,
    with_equity_floor,
    with_locks,
    without_money,
    write_problem,
)

Spoil = Callable[[str, int, str, str], Path]
FORMS = ("csv", "parquet", "xlsx")


@pytest.mark.parametrize("form", FORMS)
def test_every_table_of_the_stage_comes_with_all_its_columns(tmp_path: Path, form: str) -> None:
    frames = tiny_problem()
    tables = load(write_problem(tmp_path / "input", frames, form=form), "plan")
    assert set(tables.frames) == {spec.name for spec in tables_of("plan")}
    for name, frame in tables.frames.items():
        assert dict(frame.schema) == SCHEMA[name].schema
        assert frame.equals(frames[name])
    assert tables["locks"].height == 0
    assert tables.findings == ()
    assert tables.policy is not None
    assert tables.policy.as_dict() == Policy(year=2027).as_dict() | POLICY


def test_the_fingerprint_is_of_the_content_and_not_of_the_files(tmp_path: Path) -> None:
    shas = {load(write_problem(tmp_path / form, tiny_problem(), form=form), "plan").sha256 for form in FORMS}
    assert len(shas) == 1
    reordered = {name: frame.select(frame.columns[::-1]) for name, frame in tiny_problem().items()}
    shas.add(load(write_problem(tmp_path / "reordered", reordered), "plan").sha256)
    short = {
        name: frame[[cells.name for cells in frame if cells.count()]] for name, frame in reordered.items()
    }
    shas.add(load(write_problem(tmp_path / "short", short), "check").sha256)
    assert len(shas) == 1


def test_the_fingerprint_changes_with_any_cell_and_with_the_policy(tmp_path: Path) -> None:
    shas = [load(write_problem(tmp_path / "a", tiny_problem()), "plan").sha256]
    shas.append(load(write_problem(tmp_path / "b", without_money()), "plan").sha256)
    shas.append(load(write_problem(tmp_path / "c", with_locks(("P1", "O1", "in"))), "plan").sha256)
    shas.append(load(write_problem(tmp_path / "d", with_locks(("P1", "O1", "out"))), "plan").sha256)
    shas.append(load(write_problem(tmp_path / "e", tiny_problem(), with_equity_floor()), "plan").sha256)
    shas.append(load(write_problem(tmp_path / "f", tiny_problem(), POLICY | {"periods": 13}), "plan").sha256)
    renamed = tiny_problem()["people"].with_columns(pl.col("name").str.to_uppercase())
    shas.append(load(write_problem(tmp_path / "g", tiny_problem(people=renamed)), "plan").sha256)
    assert len(set(shas)) == len(shas)


def test_a_folder_may_mix_files_and_one_workbook(tmp_path: Path) -> None:
    frames = tiny_problem()
    some = {"people": frames["people"], "needs": frames["needs"]}
    write_problem(tmp_path / "input", some, form="xlsx")
    for name in frames.keys() - some.keys():
        frames[name].write_parquet(tmp_path / "input" / f"{name}.parquet")
    tables = load(tmp_path / "input", "plan")
    assert all(tables[name].equals(frame) for name, frame in frames.items())


def test_a_table_given_twice_is_ambiguous(folder: Path) -> None:
    tiny_problem()["units"].write_parquet(folder / "units.parquet")
    with pytest.raises(InputError) as caught:
        load(folder, "plan")
    assert caught.value.findings == (finding("two_sources", "units", names="units.csv, units.parquet"),)


def test_two_workbooks_in_a_folder_are_ambiguous(folder: Path) -> None:
    (folder / "a.xlsx").write_bytes(b"")
    (folder / "b.xlsx").write_bytes(b"")
    assert examine(folder, "plan").errors == (finding("two_workbooks", "input", names="a.xlsx, b.xlsx"),)


def test_unknown_files_are_ignored_with_a_warning_and_known_ones_without(folder: Path) -> None:
    for name in ("peoples.csv", "notes.docx"):
        (folder / name).write_text("x")
    for name in ("README.md", "summary.json", ".DS_Store", "~$masukan.xlsx", "plan.xlsx", "report.html"):
        (folder / name).write_text("x")
    (folder / "truth").mkdir()
    (folder / "ratings.csv").write_text("not read by this stage")
    assert load(folder, "plan").findings == (
        finding("unknown_file", "notes.docx", hint=""),
        finding("unknown_file", "peoples.csv", hint=" (perhaps people)"),
    )


def test_a_path_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path / "nowhere", "plan")
    assert caught.value.findings == (finding("no_such_path", "nowhere", value=tmp_path / "nowhere"),)


def test_a_path_that_is_no_table_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("person_id\n")
    assert examine(path, "plan").findings == (finding("not_a_folder_of_tables", "people.csv", value=path),)


def test_an_empty_folder_lacks_every_required_table_and_the_policy(tmp_path: Path) -> None:
    errors = examine(tmp_path, "plan").errors
    required = [spec.name for spec in tables_of("plan") if spec.used_by["plan"] == "required"]
    assert sorted(f.table for f in errors) == sorted([*required, "policy.toml"])


@pytest.mark.parametrize("name", ["people", "needs", "offerings"])
def test_a_required_table_without_rows_is_an_error_and_an_optional_one_is_absent(
    folder: Path, name: str
) -> None:
    for table in (name, "mandates"):
        header = (folder / f"{table}.csv").read_text("utf-8").splitlines()[0]
        (folder / f"{table}.csv").write_text(header + "\n", "utf-8")
    errors = examine(folder, "plan").errors
    assert errors == (finding("empty_table", name),)


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_with_nothing_in_it_is_as_good_as_absent_where_it_may_be(folder: Path, content: str) -> None:
    (folder / "mandates.csv").write_text(content)
    assert load(folder, "plan")["mandates"].height == 0
    (folder / "people.csv").write_text(content)
    assert [(f.table, f.what) for f in examine(folder, "plan").errors] == [
        ("people", "there is no header row")
    ]


def test_an_empty_sheet_of_a_template_is_as_good_as_absent(tmp_path: Path) -> None:
    path = write_problem(
        tmp_path / "input", tiny_problem() | {"locks": pl.DataFrame({"": [None]})}, form="xlsx"
    )
    assert load(path, "plan").findings == ()


def test_a_missing_column_rejects_every_row_but_hides_no_other_fault(folder: Path) -> None:
    frame = tiny_problem()["people"].drop("employment").with_columns(sex=pl.lit("X"))
    frame.write_csv(folder / "people.csv")
    seen = examine(folder, "plan")
    assert [(f.row, f.column) for f in seen.errors] == [
        (0, "employment"),
        *((row, "sex") for row in range(2, 8)),
    ]
    assert seen.counts["people"] == Counts(accepted=0, warned=0, rejected=6)


def test_every_bad_row_of_every_table_is_named_in_one_go(spoil: Spoil) -> None:
    spoil("people", 2, "employment", "HONORER")
    spoil("people", 4, "unit_id", "DINKESS")
    spoil("budgets", 2, "amount_idr", "12.000.000")
    spoil("needs", 11, "gap_levels", "0,3")
    folder = spoil("offerings", 5, "period_end", "99")
    (folder / "policy.toml").write_text("year = 2027\nperiods = 99\n")
    with pytest.raises(InputError) as caught:
        load(folder, "plan")
    assert [(f.table, f.row, f.column) for f in caught.value.findings] == [
        ("budgets", 2, "amount_idr"),
        ("needs", 11, "gap_levels"),
        ("people", 2, "employment"),
        ("people", 4, "unit_id"),
        ("policy.toml", 0, "periods"),
    ]


def test_rows_accepted_warned_and_rejected_add_up_to_the_rows_read(spoil: Spoil) -> None:
    spoil("people", 2, "employment", "HONORER")
    spoil("people", 3, "employment", "pns")
    spoil("people", 4, "employment", "pppk")
    folder = spoil("people", 4, "sex", "X")
    path = folder / "people.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:5], "", *lines[5:], "P9,DINKES", "", ""]), "utf-8")
    seen = examine(folder, "plan")
    assert seen.counts["people"] == Counts(accepted=3, warned=2, rejected=3)
    assert seen.counts["people"].read == 8
    assert seen.counts["needs"] == Counts(accepted=10, warned=0, rejected=0)


def test_a_table_that_cannot_be_read_is_rejected_whole(folder: Path) -> None:
    (folder / "units.csv").write_text('unit_id,name\nA,5" x\nB,y\n')
    assert examine(folder, "plan").counts["units"].accepted == 0


def test_warnings_do_not_stop_and_are_handed_over(folder: Path, spoil: Spoil) -> None:
    tables = load(spoil("people", 3, "employment", "pns"), "plan")
    assert [(f.severity, f.row) for f in tables.findings] == [("warning", 3)]
    assert tables["people"]["employment"].to_list()[1] == "PNS"


def test_ten_thousand_bad_rows_are_all_named_and_quickly(tmp_path: Path) -> None:
    number = 10_000
    frames = tiny_problem()
    needs = pl.DataFrame(
        {
            "person_id": [f"X{i}" for i in range(number)],
            "competency_id": "LAYANAN",
            "gap_levels": [f"{i % 4},{i}" for i in range(number)],
            "weight": "-1",
        }
    )
    folder = write_problem(tmp_path / "input", frames | {"needs": needs})
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        load(folder, "plan")
    assert time.perf_counter() - started < 10
    by_column = {name: {f.row for f in caught.value.findings if f.column == name} for name in needs.columns}
    every = set(range(2, number + 2))
    assert by_column == {"person_id": every, "competency_id": set(), "gap_levels": every, "weight": every}
    assert examine(folder, "plan").counts["needs"] == Counts(0, 0, number)


def test_a_large_table_is_read_without_a_loop_over_its_rows(tmp_path: Path) -> None:
    number = 20_000
    ids = pl.DataFrame({"person_id": [f"{i:017d}7" for i in range(number)]})
    people = ids.join(tiny_problem()["people"].head(1).drop("person_id"), how="cross")
    needs = people.select("person_id", pl.lit("LAYANAN").alias("competency_id"), gap_levels=0.5, weight=1.0)
    frames = tiny_problem(people=people, needs=needs, completed=SCHEMA["completed"].empty())
    folder = write_problem(tmp_path / "input", frames | {"mandates": SCHEMA["mandates"].empty()})
    started = time.perf_counter()
    seen = examine(folder, "plan")
    assert time.perf_counter() - started < 3
    assert seen.findings == ()
    assert seen.counts["needs"].read == number


# ---- reading results back


@pytest.mark.parametrize("form", FORMS)
def test_results_are_read_back_as_they_were_written(tmp_path: Path, form: str) -> None:
    enrolments = pl.DataFrame(
        {"person_id": ["P1", "P2"], "offering_id": ["O1", "O3"], "locked": [True, False]}
    )
    prices = pl.DataFrame(
        {
            "scope": ["total", "absence"],
            "id": [None, "PKM"],
            "period": [None, 3],
            "price": [1e-7, 0.125],
            "branch": pl.Series([None, None], dtype=pl.String),
        },
        schema=SCHEMA["prices"].schema,
    )
    with OutputFolder(tmp_path / "out", form) as out:  # type: ignore[arg-type]
        out.write("enrolments", enrolments)
        out.write("prices", prices)
    frames = read_frames(tmp_path / "out", ["enrolments", "prices", "branches"])
    assert frames["enrolments"].equals(enrolments)
    assert frames["prices"].equals(prices)
    assert frames["branches"].equals(SCHEMA["branches"].empty())


def test_a_result_that_is_missing_or_spoilt_is_refused(tmp_path: Path) -> None:
    (tmp_path / "enrolments.csv").write_text("person_id,offering_id,locked\nP1,,perhaps\n")
    with pytest.raises(InputError) as caught:
        read_frames(tmp_path, ["enrolments", "classes"])
    assert [(f.table, f.row, f.column) for f in caught.value.findings] == [
        ("classes", 0, ""),
        ("enrolments", 2, "locked"),
        ("enrolments", 2, "offering_id"),
    ]


def test_dates_survive_every_form(tmp_path: Path) -> None:
    people = tiny_problem()["people"].with_columns(retires_on=pl.lit(dt.date(2041, 12, 1)))
    for form in FORMS:
        tables = load(write_problem(tmp_path / form, tiny_problem(people=people), form=form), "plan")
        assert tables["people"]["retires_on"].to_list() == [dt.date(2041, 12, 1)] * 6
