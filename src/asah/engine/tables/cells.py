"""From cells as they stood in the file to typed values.

Whole columns are cast at once. Only the distinct values that do not pass are looked at one by one, so that a
good file of millions of rows costs no loop and a bad one names every bad row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from asah.engine.tables.messages import language
from asah.engine.tables.noticed import ROW, Note, Noticed, at
from asah.engine.tables.raw import INVISIBLE, NO_RESULT, Raw
from asah.engine.tables.schema import ColumnSpec, TableSpec
from asah.engine.tables.second_look import DAMAGED_ID, EARLIEST, EXACT_FLOAT, LATEST, Reading, second_look

# Anything in a text cell that needs a second look.
_EDGE: Final = "[" + re.escape(INVISIBLE) + "]"
# So many different texts of a column are looked at one by one: with more, the column is at fault.
LOOKED_AT: Final = 500_000
_AT_A_TIME: Final = 100_000
SUSPECT_TEXT: Final = rf"^{_EDGE}|{_EDGE}$|^'|^#|^$"


@dataclass(frozen=True)
class Typed:
    """``frame`` holds ROW and every column of the table in its type; bad cells are null."""

    frame: pl.DataFrame
    findings: tuple[Note, ...]


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
    findings: list[Note] = []
    for column, doubtful in zip(given, doubted, strict=True):
        if doubtful:
            name = column.name
            text = frame.select(looks[name].text.alias(name)).to_series()
            second = _second_looks(text, seen[f"?{name}"], frame.schema[name], column)
            columns[name], blanks[name] = second.mend(columns[name])
            findings += second.notes(spec.name, frame[ROW])
        if column.required_in(stage):
            blank = frame.select(ROW).filter(blanks[column.name] & ~_within(raw.rejected))
            findings.append(at("blank", spec.name, column.name, blank, meaning=column.meaning[language()]))
    return Typed(_complete(frame[ROW], columns, blanks, spec), tuple(findings))


def _within(rows: pl.Series) -> pl.Expr:
    return pl.col(ROW).is_in(rows.implode())


def _without_rejected(frame: pl.DataFrame, rejected: pl.Series) -> pl.DataFrame:
    """Rows that do not even have the right number of cells say nothing."""
    return frame.with_columns(pl.when(~_within(rejected)).then(pl.exclude(ROW))) if len(rejected) else frame


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
    """What the doubtful cells of one column mean. ``cells``: text, doubt, and, where in doubt, the value, the
    code of what is wrong, and whether the cell is as good as blank."""

    cells: pl.DataFrame
    source: pl.DataType
    column: ColumnSpec

    def mend(self, values: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The values with the doubtful ones replaced, and which cells turned out to be blank."""
        mended = self.cells.select(
            pl.when("doubt").then("value").otherwise(values).alias(self.column.name),
            (pl.col("text").is_null() | pl.col("blank").fill_null(False)).alias("blank"),
        )
        return mended[self.column.name], mended["blank"]

    def notes(self, table: str, rows: pl.Series) -> Iterator[Noticed]:
        told = self.cells.select(rows, "text", "code").filter(pl.col("code") != "")
        for (code,), bad in told.partition_by("code", as_dict=True, include_key=False).items():
            yield Noticed(str(code), table, self.column.name, bad, self._facts)

    def _facts(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        text = row["text"]
        reading = second_look(text, self.source, self.column)
        return {"value": "" if text == NO_RESULT else text, "limit": LOOKED_AT, **reading.facts}


def _second_looks(text: pl.Series, doubt: pl.Series, source: pl.DataType, column: ColumnSpec) -> _SecondLooks:
    distinct = text.filter(doubt).unique(maintain_order=True).head(LOOKED_AT).to_frame("text")
    # Some at a time, so that what Python needs for each is never there for all.
    looks = pl.concat(_looked_at(some["text"], source, column) for some in distinct.iter_slices(_AT_A_TIME))
    cells = pl.DataFrame({"text": text, "doubt": doubt})
    doubtful = pl.when("doubt").then("text").alias("doubtful")
    joined = cells.with_columns(doubtful).join(
        looks, left_on="doubtful", right_on="text", how="left", maintain_order="left"
    )
    beyond = pl.when(pl.col("doubt") & pl.col("code").is_null()).then(pl.lit("not_looked_at"))
    return _SecondLooks(
        joined.with_columns(beyond.otherwise("code").alias("code")).drop("doubtful"), source, column
    )


def _looked_at(texts: pl.Series, source: pl.DataType, column: ColumnSpec) -> pl.DataFrame:
    readings = [second_look(text, source, column) for text in texts]
    return pl.DataFrame(
        {
            "text": texts,
            "value": pl.Series([reading.value for reading in readings], dtype=column.dtype),
            "code": pl.Series([reading.code for reading in readings], dtype=pl.String),
            "blank": pl.Series([reading == Reading() for reading in readings], dtype=pl.Boolean),
        }
    )
