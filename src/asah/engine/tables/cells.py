"""From cells as they stood in the file to typed values.

Whole columns are cast at once. Only the distinct values that do not pass are looked at one by one, so that a
good file of millions of rows costs no loop and a bad one names every bad row.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding, language
from asah.engine.tables.raw import INVISIBLE, NO_RESULT, ROW, Raw
from asah.engine.tables.schema import ColumnSpec, TableSpec

YES: Final = frozenset({"yes", "ya", "true", "y", "1"})
NO: Final = frozenset({"no", "tidak", "false", "n", "t", "0"})
SPREADSHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
# A spreadsheet shows a long number as 1,97E+17, and keeps 15 of 18 digits when it takes it for a number.
DAMAGED_ID: Final = r"^\d([.,]\d+)?E\+\d+$|^\d{15}000$"
# Anything in a text cell that needs a second look.
_EDGE: Final = "[" + re.escape(INVISIBLE) + "]"
SUSPECT_TEXT: Final = rf"^{_EDGE}|{_EDGE}$|^'|^#|^$"
EXACT_FLOAT: Final = 10.0**15

_PLAIN: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"([+-]?)(\d{1,3})((?:[., '\u00a0\u202f\u2019]\d{3})+)([.,]\d{1,2})?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]00:00(:00(\.0+)?)?)?", re.ASCII)
_CURRENCY: Final = re.compile(r"^\s*(rp|idr)\.?\s*|\s*(rp|idr|,-|\.-)\s*$", re.IGNORECASE)
_SERIAL_ORIGIN: Final = dt.date(1899, 12, 30)
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)


@dataclass(frozen=True)
class Reading:
    """What one distinct text means: a value, the code of an error, or a value and the code of a warning."""

    value: Any = None
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


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
            fine = value.is_between(_EARLIEST, _LATEST) & (days.str.len_bytes() == 10)
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
    return _SecondLooks(text, doubt, {value: _second_look(value, source, column) for value in distinct})


def _second_look(text: str, source: pl.DataType, column: ColumnSpec) -> Reading:
    clean = text.strip(INVISIBLE)
    if column.is_identifier or column.type != "text":
        clean = clean.lstrip("'").strip(INVISIBLE)
    if not clean:
        return Reading()
    if clean == NO_RESULT:
        return Reading(code="formula_unsaved")
    if clean.upper() in SPREADSHEET_ERRORS:
        return Reading(code="spreadsheet_error")
    match column.type:
        case "text":
            return _look_at_text(text, clean, source, column)
        case "bool":
            word = clean.lower()
            return (
                Reading(True) if word in YES else Reading(False) if word in NO else Reading(code="not_yes_no")
            )
        case "date":
            return _look_at_date(clean)
        case _:
            return _look_at_number(clean, column)


def _look_at_text(text: str, clean: str, source: pl.DataType, column: ColumnSpec) -> Reading:
    if column.is_identifier and (
        re.search(DAMAGED_ID, clean, re.ASCII)
        or (source.is_float() and not _exact(clean))
        or source.is_temporal()
    ):
        return Reading(code="damaged_id")
    if column.is_list:
        return _look_at_list(clean, column)
    if column.choices is None:
        return Reading(clean, "trimmed", {"clean": clean}) if clean != text else Reading(clean)
    choice = _choice(clean, column.choices)
    if choice is None:
        return Reading(code="not_choice", facts={"choices": ", ".join(column.choices)})
    if choice != clean:
        return Reading(choice, "other_case", {"clean": choice})
    return Reading(choice, "trimmed", {"clean": clean}) if clean != text else Reading(choice)


def _exact(digits: str) -> bool:
    try:
        return abs(float(digits)) < EXACT_FLOAT
    except ValueError:
        return False


def _choice(text: str, choices: tuple[str, ...]) -> str | None:
    return next((choice for choice in choices if choice.lower() == text.lower()), None)


def _look_at_list(clean: str, column: ColumnSpec) -> Reading:
    elements = [element.strip(INVISIBLE) for element in clean.split(";")]
    elements = [element for element in elements if element]
    if column.choices is not None:
        known = [_choice(element, column.choices) for element in elements]
        if None in known:
            return Reading(code="not_choice", facts={"choices": "; ".join(column.choices)})
        elements = [element for element in known if element is not None]
    return Reading(";".join(elements) or None)


def _look_at_date(clean: str) -> Reading:
    if match := _ISO.fullmatch(clean):
        day = _day(*match[1].split("-"))
        return Reading(day) if day else Reading(code="not_date")
    if match := _YEAR_FIRST.fullmatch(clean):
        day = _day(*match.groups())
        return _form(day) if day else Reading(code="not_date")
    if match := _DAY_FIRST.fullmatch(clean):
        first, second, year = match.groups()
        day, other = _day(year, second, first), _day(year, first, second)
        if day and other and day != other:
            unless = (
                f" (atau {other} bila bulan ditulis lebih dulu)"
                if language() == "id"
                else f" (or {other} if the month came first)"
            )
            return Reading(code="date_form", facts={"plain": day, "unless": unless})
        return _form(day or other) if day or other else Reading(code="not_date")
    if re.fullmatch(r"\d{5}(\.\d+)?", clean, re.ASCII):
        return Reading(
            code="date_serial", facts={"plain": _SERIAL_ORIGIN + dt.timedelta(days=int(clean[:5]))}
        )
    return Reading(code="not_date")


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _EARLIEST <= found <= _LATEST else None


def _form(day: dt.date | None) -> Reading:
    return Reading(code="date_form", facts={"plain": day, "unless": ""})


def _look_at_number(clean: str, column: ColumnSpec) -> Reading:
    if clean.lower().lstrip("+-") in ("nan", "inf", "infinity", "∞"):
        return Reading(code="not_finite")
    whole = column.type in ("int", "money")
    if match := _PLAIN.fullmatch(clean):
        return _plain_number(clean, match[2] is not None, whole, column)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", clean, re.ASCII):
        return Reading(code="date_in_number")
    if clean.endswith("%"):
        share = _decimal(clean[:-1].strip().replace(",", "."))
        return (
            Reading(code="percent", facts={"plain": _show(share / 100)})
            if share is not None
            else _no_number(whole)
        )
    if re.fullmatch(r"[+-]?\d+,\d+[eE][+-]?\d+", clean, re.ASCII):
        return Reading(code="scientific")
    bare = _CURRENCY.sub("", clean).strip(INVISIBLE)
    if match := _GROUPED.fullmatch(bare):
        return _grouped(match, bare, clean, whole)
    if re.fullmatch(r"[+-]?\d+,\d+", bare, re.ASCII):
        plain = bare.replace(",", ".")
        if whole and _decimal(plain) == int(Decimal(plain)):
            return Reading(code="grouped", facts={"plain": plain.split(".")[0]})
        return Reading(code="not_whole") if whole else Reading(code="decimal_comma", facts={"plain": plain})
    if bare != clean and _PLAIN.fullmatch(bare):
        return Reading(code="grouped", facts={"plain": bare})
    return _no_number(whole)


def _plain_number(clean: str, scientific: bool, whole: bool, column: ColumnSpec) -> Reading:
    if not whole:
        number = float(clean)
        return Reading(code="not_finite") if math.isinf(number) else _ranged(number, column)
    if scientific:
        return Reading(code="scientific")
    if re.fullmatch(r"[+-]?\d+(\.0{1,2})?", clean):
        return _ranged(int(clean.split(".")[0]), column)
    if match := _GROUPED.fullmatch(clean):
        return _grouped(match, clean, clean, whole)
    return Reading(code="not_whole")


def _grouped(match: re.Match[str], bare: str, clean: str, whole: bool) -> Reading:
    """Thousands were divided, or, with a single comma, the fraction was: then both readings are told."""
    sign, head, groups, tail = match.groups()
    plain = sign.replace("+", "") + head + re.sub(r"\D", "", groups)
    if not whole and groups.startswith(",") and len(groups) == 4 and bare == clean and tail is None:
        if head == "0":
            return Reading(code="decimal_comma", facts={"plain": bare.replace(",", ".")})
        return Reading(code="ambiguous_comma", facts={"plain": bare.replace(",", "."), "other": plain})
    fraction = (tail or "")[1:].rstrip("0")
    if whole and fraction:
        return Reading(code="not_whole")
    return Reading(code="grouped", facts={"plain": plain + ("." + fraction if fraction else "")})


def _no_number(whole: bool) -> Reading:
    return Reading(code="not_number", facts={"example": "1500000" if whole else "2.5"})


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _show(number: float | Decimal) -> str:
    """A limit or an example as a person writes it: no exponent, no needless point."""
    return f"{Decimal(str(number)).normalize():f}"


def _ranged(number: float, column: ColumnSpec) -> Reading:
    checks: tuple[tuple[float | None, Callable[[float, float], bool], str], ...] = (
        (column.min, lambda n, limit: n < limit, "below"),
        (column.above, lambda n, limit: n <= limit, "not_above"),
        (column.max, lambda n, limit: n > limit, "over"),
    )
    for limit, breaks, code in checks:
        if limit is not None and breaks(number, limit):
            if code == "below" and limit == 0:
                return Reading(code="negative")
            return Reading(code=code, facts={"limit": _show(limit)})
    if column.usual_max is not None and number > column.usual_max:
        return Reading(number, "unusual", {"limit": _show(column.usual_max)})
    return Reading(number)
