"""Parquet brings its own types; they are taken where they fit and told where they do not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from asah.engine.errors import Finding
from asah.engine.tables import SCHEMA
from asah.engine.tables.cells import type_cells
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import tell
from asah.engine.tables.read_parquet import read_parquet


def typed(
    tmp_path: Path, table: str, **columns: pl.Series | list[object]
) -> tuple[list[object], tuple[Finding, ...]]:
    """The one column given, typed, and what was said; another column keeps its rows from being blank."""
    path = tmp_path / f"{table}.parquet"
    (name,) = columns
    other = next(column.name for column in SCHEMA[table].columns if column.name != name)
    pl.DataFrame(columns).with_columns(pl.lit("x").alias(other)).write_parquet(path)
    raw = read_parquet(path, SCHEMA[table], "")
    cells = type_cells(raw, "-")
    return cells.frame[name].to_list(), tuple(f for f in tell(cells.findings) if f.column == name)


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([1500, None], dtype=pl.Int16),
        pl.Series([1500, None], dtype=pl.UInt64),
        pl.Series([1500.0, None]),
        pl.Series(["1500", None]),
        pl.Series(["1500", None], dtype=pl.Categorical),
        pl.Series(["1500", ""]),
    ],
)
def test_money_may_be_any_whole_number(tmp_path: Path, cells: pl.Series) -> None:
    values, _ = typed(tmp_path, "budgets", amount_idr=cells)
    assert values == [1500, None]


def test_numbers_that_are_none_are_refused_with_their_row(tmp_path: Path) -> None:
    cells: list[object] = [1.5, float("nan"), float("inf"), -1.0, 2.0]
    values, findings = typed(tmp_path, "budgets", amount_idr=cells)
    assert values == [None, None, None, None, 2]
    assert [(f.row, f.value, f.what) for f in findings] == [
        (2, "1.5", "is not a whole number"),
        (3, "NaN", "is not a finite number"),
        (4, "inf", "is not a finite number"),
        (5, "-1", "must not be negative"),
    ]


def test_identifiers_may_be_whole_numbers(tmp_path: Path) -> None:
    values, findings = typed(tmp_path, "units", unit_id=[12, 197112052005011901])
    assert (values, findings) == (["12", "197112052005011901"], ())
    values, findings = typed(tmp_path, "units", unit_id=[12.0, 197112052005011901.0])
    assert values == ["12", None]
    assert [f.what for f in findings] == [finding("damaged_id", "units").what]


def test_truth_values_and_dates_are_taken_as_they_are(tmp_path: Path) -> None:
    assert typed(tmp_path, "programmes", general=[True, False]) == ([True, False], ())
    days = [dt.date(2027, 3, 1), None]
    assert typed(tmp_path, "people", retires_on=list(days)) == (days, ())
    assert typed(tmp_path, "people", retires_on=pl.Series([dt.datetime(2027, 3, 1, 7), None])) == (days, ())


def test_a_whole_number_in_a_date_column_is_refused(tmp_path: Path) -> None:
    values, findings = typed(tmp_path, "people", retires_on=[20270301, 46112])
    assert values == [None, None]
    assert [f.what for f in findings] == ["is not a date", "is a spreadsheet's serial number of a date"]


def test_a_column_of_lists_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "units.parquet"
    pl.DataFrame({"unit_id": [["A"], ["B"]], "name": ["x", "y"]}).write_parquet(path)
    raw = read_parquet(path, SCHEMA["units"], "plan")
    assert tell(raw.findings) == (finding("column_type", "units", column="unit_id", dtype="List(String)"),)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"unit_id,name\n"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "units.parquet"
    path.write_bytes(content)
    raw = read_parquet(path, SCHEMA["units"], "plan")
    assert raw.frame is None
    assert [(f.table, f.value, f.severity) for f in tell(raw.findings)] == [
        ("units", "units.parquet", "error")
    ]
