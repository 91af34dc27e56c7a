"""What one doubtful text means: a value after all, or what is wrong with it and what to write instead."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import polars as pl

from asah.engine.tables.messages import language
from asah.engine.tables.raw import INVISIBLE, NO_RESULT
from asah.engine.tables.schema import ColumnSpec

YES: Final = frozenset({"yes", "ya", "true", "y", "1"})
NO: Final = frozenset({"no", "tidak", "false", "n", "t", "0"})
SPREADSHEET_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
# A spreadsheet shows a long number as 1,97E+17, and keeps 15 of 18 digits when it takes it for a number.
DAMAGED_ID: Final = r"^\d([.,]\d+)?E\+\d+$|^\d{15}000$"
EXACT_FLOAT: Final = 10.0**15
_DIGITS: Final = 20  # more than any number of a table has
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)

_PLAIN: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"([+-]?)(\d{1,3})((?:[., '\u00a0\u202f\u2019]\d{3})+)([.,]\d{1,2})?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]00:00(:00(\.0+)?)?)?", re.ASCII)
_CURRENCY: Final = re.compile(r"^\s*(rp|idr)\.?\s*|\s*(rp|idr|,-|\.-)\s*$", re.IGNORECASE)
_SERIAL_ORIGIN: Final = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class Reading:
    """What one distinct text means: a value, the code of an error, or a value and the code of a warning."""

    value: Any = None
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def second_look(text: str, source: pl.DataType, column: ColumnSpec) -> Reading:
    """The meaning of ``text``, a cell of ``column`` that the file held as type ``source``."""
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
    return found if EARLIEST <= found <= LATEST else None


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
            if share is not None and share.is_finite() and abs(share.adjusted()) < _DIGITS
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
        exact = Decimal(clean)  # Python reads no whole number of thousands of digits
        return _ranged(int(exact) if exact.adjusted() < _DIGITS else float(exact), column)
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
