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
from asah.engine.tables.messages import MESSAGES, finding, language
from asah.engine.tables.raw import INVISIBLE, ROW, Raw
from asah.engine.tables.schema import ColumnSpec

YES: Final = frozenset({"yes", "ya", "true", "y", "1"})
NO: Final = frozenset({"no", "tidak", "false", "n", "t", "0"})
SPREADSHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
# A spreadsheet shows a long number as 1,97E+17, and keeps 15 of 18 digits when it takes it for a number.
DAMAGED_ID: Final = r"^\d([.,]\d+)?E\+\d+$|^\d{15}000$"
# Anything in a text cell that needs a second look.
_EDGE: Final = "[" + re.escape(INVISIBLE) + "]"
SUSPECT_TEXT: Final = rf"^{_EDGE}|{_EDGE}$|^'|^#"
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
    """What one distinct cell text means: a value, the code of what is wrong with it, or both (a warning)."""

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
    spec, frame = raw.spec, raw.frame
    rows = frame[ROW]
    usable = ~rows.is_in(sorted(raw.rejected)) if raw.rejected else None
    columns: list[pl.Series] = [rows]
    findings: list[Finding] = []
    for column in spec.columns:
        if column.name not in frame.columns:
            columns.append(
                _filled(pl.Series(column.name, [None], column.dtype).new_from_index(0, frame.height), column)
            )
            continue
        cells = frame[column.name]
        if usable is not None:
            cells = pl.select(pl.when(usable).then(cells).alias(column.name)).to_series()
        values, odd = _read_column(cells, column)
        blank = values.is_null() & ~_has_text(cells)
        findings += _cell_findings(spec.name, column, rows, cells, odd)
        if column.required_in(stage):
            missing = rows.filter(blank if usable is None else blank & usable)
            meaning = column.meaning[language()]
            findings += [
                finding("blank", spec.name, row=r, column=column.name, meaning=meaning) for r in missing
            ]
        columns.append(_filled(values.alias(column.name), column, blank))
    typed = pl.DataFrame(columns)
    for column in spec.columns:
        if column.default_from is not None:
            typed = typed.with_columns(pl.col(column.name).fill_null(pl.col(column.default_from)))
    return Typed(typed, tuple(findings))


def _filled(values: pl.Series, column: ColumnSpec, blank: pl.Series | None = None) -> pl.Series:
    """The default in the place of blanks, never in the place of a bad cell."""
    if column.default is None:
        return values
    default = pl.lit(column.default, column.dtype)
    if blank is None:
        return pl.select(pl.lit(values).fill_null(default).alias(column.name)).to_series()
    return pl.select(pl.when(blank).then(default).otherwise(values).alias(column.name)).to_series()


def _has_text(cells: pl.Series) -> pl.Series:
    if cells.dtype != pl.String:
        return cells.is_not_null()
    return (cells.str.strip_chars(INVISIBLE).str.len_bytes() > 0).fill_null(False)


def _cell_findings(
    table: str, column: ColumnSpec, rows: pl.Series, cells: pl.Series, odd: Mapping[str, Reading]
) -> Iterator[Finding]:
    told = {text: reading for text, reading in odd.items() if reading.code}
    if not told:
        return
    text = _as_text(cells, column)
    hit = text.is_in(list(told))
    for row, value in zip(rows.filter(hit), text.filter(hit), strict=True):
        reading = told[value]
        yield finding(reading.code, table, row=row, column=column.name, value=value, **reading.facts)


# ---- one column


def _read_column(cells: pl.Series, column: ColumnSpec) -> tuple[pl.Series, dict[str, Reading]]:
    """The typed values, and what the distinct texts that needed a second look mean."""
    values, fine = _cast(cells, column)
    text = _as_text(cells, column)
    doubtful = text.is_not_null() & ~fine
    if not doubtful.any():
        return values, {}
    odd = {value: _second_look(value, cells.dtype, column) for value in text.filter(doubtful).unique()}
    usable = {
        value: reading.value
        for value, reading in odd.items()
        if reading.value is not None and (not reading.code or MESSAGES[reading.code].severity == "warning")
    }
    mended = (
        text.replace_strict(list(usable), list(usable.values()), default=None, return_dtype=column.dtype)
        if usable
        else pl.Series([None], dtype=column.dtype).new_from_index(0, len(text))
    )
    return pl.select(pl.when(fine).then(values).otherwise(mended).alias(column.name)).to_series(), odd


def _as_text(cells: pl.Series, column: ColumnSpec) -> pl.Series:
    """The cells as text; whole floats without a point where an identifier or a whole number is meant."""
    if cells.dtype == pl.String:
        return cells
    if cells.dtype.is_float() and column.type in ("text", "int", "money"):
        whole = (cells == cells.floor()) & (cells.abs() < 2.0**63)
        digits = cells.cast(pl.Int64, strict=False).cast(pl.String)
        return pl.select(pl.when(whole).then(digits).otherwise(cells.cast(pl.String))).to_series()
    if isinstance(cells.dtype, pl.Datetime):
        return cells.dt.strftime("%Y-%m-%d %H:%M:%S")
    return cells.cast(pl.String)


def _cast(cells: pl.Series, column: ColumnSpec) -> tuple[pl.Series, pl.Series]:
    """The whole column in its type, and which values are good beyond doubt."""
    text = _as_text(cells, column) if not cells.dtype.is_numeric() or column.type == "text" else cells
    match column.type:
        case "text":
            fine = ~_any_of(text, _suspicious(column))
            if column.choices is not None and not column.is_list:
                fine = fine & text.is_in(list(column.choices))
            if column.is_list:
                fine = fine & ~text.is_not_null()
            if cells.dtype.is_float():
                fine = fine & (cells.abs() < EXACT_FLOAT)
            elif cells.dtype.is_temporal() or cells.dtype == pl.Boolean:
                fine = fine & ~column.is_identifier
            return text, fine.fill_null(False)
        case "int" | "money":
            if text.dtype.is_float():
                text = _as_text(text, column)
            values = text.cast(pl.Int64, strict=False)
            return values, _in_range(values, column)
        case "jp" | "float" | "share" | "level":
            numbers = text.cast(pl.Float64, strict=False)
            return numbers, _in_range(numbers, column) & numbers.is_finite().fill_null(False)
        case "bool":
            if cells.dtype == pl.Boolean:
                return cells, cells.is_not_null()
            truth = text.cast(pl.String).replace_strict(
                {"yes": True, "no": False}, default=None, return_dtype=pl.Boolean
            )
            return truth, truth.is_not_null()
        case "date":
            if isinstance(cells.dtype, pl.Date | pl.Datetime):
                days = cells.cast(pl.Date)
            else:
                days = text.cast(pl.String).str.to_date("%Y-%m-%d", strict=False, exact=True)
            good = days.is_between(_EARLIEST, _LATEST).fill_null(False)
            if cells.dtype == pl.String:
                good = good & (cells.str.len_bytes() == 10).fill_null(False)
            return days, good


def _suspicious(column: ColumnSpec) -> str:
    return f"{SUSPECT_TEXT}|{DAMAGED_ID}" if column.is_identifier else SUSPECT_TEXT


def _any_of(text: pl.Series, pattern: str) -> pl.Series:
    """Which texts match; long columns hold few distinct texts, so those are searched."""
    distinct = text.unique()
    matching = distinct.filter(
        distinct.str.contains(pattern).fill_null(False) | (distinct == "").fill_null(False)
    )
    if not len(matching):
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(text))
    return text.is_in(matching.to_list())


def _in_range(values: pl.Series, column: ColumnSpec) -> pl.Series:
    fine = values.is_not_null()
    if column.min is not None:
        fine = fine & (values >= column.min)
    if column.above is not None:
        fine = fine & (values > column.above)
    upper = [limit for limit in (column.max, column.usual_max) if limit is not None]
    if upper:
        fine = fine & (values <= min(upper))
    return fine.fill_null(False)


# ---- one doubtful text


def _second_look(text: str, source: pl.DataType, column: ColumnSpec) -> Reading:
    clean = text.strip(INVISIBLE)
    if column.is_identifier or column.type != "text":
        clean = clean.lstrip("'").strip(INVISIBLE)
    if not clean:
        return Reading()
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
