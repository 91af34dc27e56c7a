"""From cells as they stood in the file to typed values.

Whole columns are cast at once. Only the distinct values that do not pass are looked at one by one, so that a
good file of millions of rows costs no loop and a bad one names every bad row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding, language
from asah.engine.tables.raw import INVISIBLE, NO_RESULT, ROW, Raw
from asah.engine.tables.schema import ColumnSpec, TableSpec
from asah.engine.tables.second_look import DAMAGED_ID, EARLIEST, EXACT_FLOAT, LATEST, Reading, second_look

# Anything in a text cell that needs a second look.
_EDGE: Final = "[" + re.escape(INVISIBLE) + "]"
SUSPECT_TEXT: Final = rf"^{_EDGE}|{_EDGE}$|^'|^#|^$"


@dataclass(frozen=True)
class Typed:
    """``frame`` holds ROW and every column of the table in its type; bad cells are null."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...]


def type_cells(raw: Raw, stage: str) -> Typed:
    """Every column of ``raw`` in its type, defaults filled in, with a finding for each cell that is wrong."""
    assert raw.frame is not None
    spec, frame = raw.spec, _without_rejected(raw.frame, raw.rejected)
    given = [column for column in spec.columns if column.name in frame.columns]
    looks = {column.name: _first_look(column, frame.schema[column.name]) for column in given}
    # All columns at once: the values, and beside each the cells that need a second look.
    seen = frame.select(
        ROW,
        *(look.value.alias(name) for name, look in looks.items()),
        *(look.doubt.alias(f"?{name}") for name, look in looks.items()),
    )
    doubted = seen.select(pl.col(f"?{name}").any() for name in looks).row(0) if looks else ()
    columns = {name: seen[name] for name in looks}
    blanks = {name: seen[name].is_null() for name in looks}
    findings: list[Finding] = []
    for column, doubtful in zip(given, doubted, strict=True):
        if doubtful:
            name = column.name
            text = frame.select(looks[name].text.alias(name)).to_series()
            second = _second_looks(text, seen[f"?{name}"], frame.schema[name], column)
            columns[name], blanks[name] = second.mend(columns[name], column)
            findings += second.findings(spec.name, column.name, frame[ROW])
        if column.required_in(stage):
            findings += _blank_findings(
                spec.name, column, frame[ROW].filter(blanks[column.name]), raw.rejected
            )
    return Typed(_complete(frame[ROW], columns, blanks, spec), tuple(findings))


def _without_rejected(frame: pl.DataFrame, rejected: frozenset[int]) -> pl.DataFrame:
    """Rows that do not even have the right number of cells say nothing."""
    if not rejected:
        return frame
    usable = ~pl.col(ROW).is_in(sorted(rejected))
    return frame.with_columns(pl.when(usable).then(pl.exclude(ROW)))


def _blank_findings(
    table: str, column: ColumnSpec, rows: pl.Series, rejected: frozenset[int]
) -> Iterator[Finding]:
    meaning = column.meaning[language()]
    for row in rows:
        if row not in rejected:
            yield finding("blank", table, row=row, column=column.name, meaning=meaning)


def _complete(
    rows: pl.Series, columns: Mapping[str, pl.Series], blanks: Mapping[str, pl.Series], spec: TableSpec
) -> pl.DataFrame:
    """Every column in the order of its file; the default in the place of blanks, never of bad cells."""
    filled: list[pl.Expr] = []
    for column in spec.columns:
        default = pl.lit(column.default, column.dtype)
        if column.name not in columns:
            filled.append(default.alias(column.name))
        elif column.default is not None:
            filled.append(
                pl.when(blanks[column.name]).then(default).otherwise(pl.col(column.name)).alias(column.name)
            )
        else:
            filled.append(pl.col(column.name))
    complete = pl.DataFrame([rows, *columns.values()]).select(ROW, *filled)
    borrowed = [column for column in spec.columns if column.default_from is not None]
    return complete.with_columns(pl.col(c.name).fill_null(pl.col(str(c.default_from))) for c in borrowed)


# ---- whole columns


@dataclass(frozen=True)
class _Look:
    """Expressions over a raw column: its text, its typed value, and whether the cell needs a second look."""

    text: pl.Expr
    value: pl.Expr
    doubt: pl.Expr


def _first_look(column: ColumnSpec, source: pl.DataType) -> _Look:
    cell = pl.col(column.name)
    text = _as_text(cell, source, column)
    match column.type:
        case "text":
            value, fine = text, _plain_text(text, source, column)
        case "int" | "money":
            value = (text if source.is_float() else cell).cast(pl.Int64, strict=False)
            fine = _in_range(value, column)
        case "bool":
            truths = {"yes": True, "no": False, "true": True, "false": False}
            value = text.replace_strict(truths, default=None, return_dtype=pl.Boolean)
            fine = value.is_not_null()
        case "date":
            days = text.str.slice(0, 10) if source.is_temporal() else text
            value = days.str.to_date("%Y-%m-%d", strict=False)
            fine = value.is_between(EARLIEST, LATEST) & (days.str.len_bytes() == 10)
        case _:
            value = cell.cast(pl.Float64, strict=False)
            fine = value.is_finite() & _in_range(value, column)
    return _Look(text, value, text.is_not_null() & ~fine.fill_null(False))


def _as_text(cell: pl.Expr, source: pl.DataType, column: ColumnSpec) -> pl.Expr:
    """The cells as text; whole floats without a point where an identifier or a whole number is meant."""
    if source.is_float() and column.type in ("text", "int", "money"):
        whole = (cell == cell.floor()) & (cell.abs() < 2.0**63)
        return (
            pl.when(whole)
            .then(cell.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(cell.cast(pl.String))
        )
    if isinstance(source, pl.Datetime):
        return cell.dt.strftime("%Y-%m-%d %H:%M:%S")
    return cell if source == pl.String else cell.cast(pl.String)


def _plain_text(text: pl.Expr, source: pl.DataType, column: ColumnSpec) -> pl.Expr:
    if column.is_list or (column.is_identifier and (source.is_temporal() or source == pl.Boolean)):
        return pl.lit(False)
    if column.choices is not None:
        return text.is_in(list(column.choices))
    suspect = f"{SUSPECT_TEXT}|{DAMAGED_ID}" if column.is_identifier else SUSPECT_TEXT
    fine = ~text.str.contains(suspect)
    return fine & (pl.col(column.name).abs() < EXACT_FLOAT) if source.is_float() else fine


def _in_range(value: pl.Expr, column: ColumnSpec) -> pl.Expr:
    upper = [limit for limit in (column.max, column.usual_max) if limit is not None]
    limits = [value.is_not_null()]
    if column.min is not None:
        limits.append(value >= column.min)
    if column.above is not None:
        limits.append(value > column.above)
    if upper:
        limits.append(value <= min(upper))
    return pl.all_horizontal(limits)


# ---- the few cells that need a second look


@dataclass(frozen=True)
class _SecondLooks:
    """What the doubtful texts of one column mean; ``doubt`` marks their cells."""

    text: pl.Series
    doubt: pl.Series
    readings: Mapping[str, Reading]

    def mend(self, values: pl.Series, column: ColumnSpec) -> tuple[pl.Series, pl.Series]:
        """The values with the doubtful ones replaced, and which cells turned out to be blank."""
        usable = {text: reading.value for text, reading in self.readings.items() if reading.value is not None}
        blank = [text for text, reading in self.readings.items() if reading == Reading()]
        keys = pl.Series(list(usable), dtype=pl.String)
        mended = pl.col("text").replace_strict(
            keys,
            pl.Series(list(usable.values()), dtype=column.dtype),
            default=None,
            return_dtype=column.dtype,
        )
        cells = pl.DataFrame({"text": self.text, "doubt": self.doubt, "value": values})
        result = cells.select(
            pl.when("doubt").then(mended).otherwise("value").alias(column.name),
            (pl.col("text").is_null() | pl.col("text").is_in(blank)).alias("blank"),
        )
        return result[column.name], result["blank"]

    def findings(self, table: str, column: str, rows: pl.Series) -> Iterator[Finding]:
        for row, text in zip(rows.filter(self.doubt), self.text.filter(self.doubt), strict=True):
            reading = self.readings[text]
            if reading.code:
                shown = "" if text == NO_RESULT else text
                yield finding(reading.code, table, row=row, column=column, value=shown, **reading.facts)


def _second_looks(text: pl.Series, doubt: pl.Series, source: pl.DataType, column: ColumnSpec) -> _SecondLooks:
    distinct = text.filter(doubt).unique()
    return _SecondLooks(text, doubt, {value: second_look(value, source, column) for value in distinct})
