"""What was noticed is counted for every row, and told one by one up to a limit."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from asah.engine.errors import InputError
from asah.engine.tables import Counts, examine, load, noticed
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import ROW, Note, at, bad_rows, tell
from factories.problem import table, tiny_problem, write_problem


def rows(*numbers: int) -> pl.DataFrame:
    return pl.DataFrame({ROW: numbers}, schema={ROW: pl.UInt32})


def test_findings_come_by_severity_table_and_row() -> None:
    notes: list[Note] = [
        finding("other_separator", "units", value="units.csv", separator=";"),
        at("quotes", "units", "", rows(5, 3)),
        finding("empty_table", "needs"),
        at("quotes", "units", "", rows(4)),
    ]
    assert [(f.severity, f.table, f.row) for f in tell(notes)] == [
        ("error", "needs", 0),
        ("error", "units", 3),
        ("error", "units", 4),
        ("error", "units", 5),
        ("warning", "units", 0),
    ]


def test_beyond_the_limit_the_first_rows_are_named_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(noticed, "LISTED", 4)
    notes: list[Note] = [
        at("quotes", "units", "", rows(9, 2, 4)),
        at("blank", "units", "name", rows(3, 5), meaning="x."),
        at("blank_row", "units", "", rows(7)),
    ]
    blank = finding("blank", "units", row=3, column="name", meaning="x.")
    after = finding("blank", "units", row=5, column="name", meaning="x.")
    kinds = f"name: {blank.what} (2); {finding('quotes', '').what} (3)"
    assert tell(notes) == (
        finding("quotes", "units", row=2),
        blank,
        finding("quotes", "units", row=4),
        after,
        finding("more_errors", "units", total=5, listed=4, kinds=kinds),
        finding("more_warnings", "units", total=1, listed=0, kinds=f"{finding('blank_row', '').what} (1)"),
    )


def test_a_row_with_many_faults_is_one_bad_row() -> None:
    notes: list[Note] = [
        at("quotes", "units", "", rows(9, 2)),
        at("blank", "units", "name", rows(2, 3), meaning="x."),
        finding("cycle", "units", row=4, path=""),
        finding("empty_table", "units"),
        at("blank_row", "units", "", rows(8)),
        at("quotes", "people", "", rows(7)),
    ]
    assert sorted(bad_rows(notes, "units", "error")) == [2, 3, 4, 9]
    assert bad_rows(notes, "units", "warning").to_list() == [8]


def test_more_bad_rows_than_are_named_still_add_up_to_the_rows_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticed, "LISTED", 10)
    same = [{"person_id": "P1", "programme_id": "DARING"}] * 30
    folder = write_problem(tmp_path / "input", tiny_problem(mandates=table("mandates", *same)))
    assert examine(folder, "plan").counts["mandates"] == Counts(accepted=1, warned=0, rejected=29)
    with pytest.raises(InputError) as caught:
        load(folder, "plan")
    *named, closing = caught.value.findings
    assert [found.row for found in named] == list(range(3, 13))
    assert closing.what.startswith("29 findings in all, the first 10 named one by one: ")
    assert closing.what.endswith("person_id, programme_id: this key is already in row … (29)")
