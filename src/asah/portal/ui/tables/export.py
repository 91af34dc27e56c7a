"""The rows of a list as a file: numbers as rounded as the page shows them; text stays text in every case."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.html import strip_tags

from asah.portal.ui.tables.columns import CLASSES, Column

# A spreadsheet takes text that begins so for a formula, and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Excel keeps fifteen digits of a number, and knows no day before 1900.
DIGITS = 10**15
FIRST_YEAR = 1900
LONGEST_CELL = 32767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONEY_FORMAT = '"Rp" #,##0'
DATE_FORMAT = "d mmmm yyyy"


def answer_export(
    kind: str, name: str, title: str, columns: Sequence[Column], rows: Iterable[Any]
) -> FileResponse:
    """A file to save: ``kind`` is xlsx or csv, ``name`` the file's name without its ending."""
    # Written whole before it is sent: the words of cells are looked up in the reader's language, which
    # ends with the request.
    file = io.BytesIO()
    if kind == "xlsx":
        write_xlsx(file, title, columns, rows)
    else:
        write_csv(file, columns, rows)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.{kind}",
        content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8",
    )


def write_csv(file: IO[bytes], columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """UTF-8 with the mark Excel needs, commas between cells, a point before decimals, dates as 2026-11-22."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([_as_text(str(column.label)) for column in columns])
    for values in _values(columns, rows):
        writer.writerow([_for_csv(value) for value in values])
    text.detach()


def _for_csv(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return _as_text(str(value))


def _as_text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def write_xlsx(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """One sheet; the first row names the columns and stays in view."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(_sheet_name(title))
    head = book.add_format({"bold": True, "bottom": 1})
    formats = [book.add_format({"num_format": _number_format(column)}) for column in columns]
    whole = book.add_format({"num_format": "#,##0"})
    date_format = book.add_format({"num_format": DATE_FORMAT})
    moment = book.add_format({"num_format": f"{DATE_FORMAT} hh:mm"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 16 if column.kind in CLASSES else 28)
        sheet.write_string(0, place, str(column.label), head)
    sheet.freeze_panes(1, 1)
    for line, values in enumerate(_values(columns, rows), start=1):
        for place, (column, value) in enumerate(zip(columns, values, strict=True)):
            if value == "":
                continue
            if isinstance(value, datetime) and value.year >= FIRST_YEAR:
                sheet.write_datetime(line, place, value, moment)
            elif isinstance(value, date) and value.year >= FIRST_YEAR:
                sheet.write_datetime(line, place, value, date_format)
            elif _fits_a_number(value):
                # Excel shows the point of "#,##0.##" behind a whole number too.
                plain = column.kind == "number" and column.places is None and isinstance(value, int)
                sheet.write_number(line, place, value, whole if plain else formats[place])
            else:
                sheet.write_string(line, place, _cut(str(value)))
    book.close()


def _number_format(column: Column) -> str:
    if column.kind == "money":
        return MONEY_FORMAT
    if column.kind == "share":
        return "0" + _zeros(1 if column.places is None else column.places) + "%"
    if column.kind == "number":
        return "#,##0.##" if column.places is None else "#,##0" + _zeros(column.places)
    return "General"


def _zeros(places: int) -> str:
    return "." + "0" * places if places else ""


def _fits_a_number(value: Any) -> bool:
    # What is not a number at all compares as false, and so becomes text.
    return isinstance(value, (int, float, Decimal)) and -DIGITS < value < DIGITS


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _sheet_name(title: str) -> str:
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in title)[:31].strip() or "1"


def _values(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield [_plain(column, column.value(row)) for column in columns]


def _plain(column: Column, value: Any) -> Any:
    """What a cell holds: a number, a day, a moment in local time, or text; never None."""
    if value is None:
        return ""
    if hasattr(value, "__html__"):
        return strip_tags(value.__html__())
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, date)):
        # Spaces that show on a page what stands below what are no part of a name.
        return str(value).lstrip("\u00a0")
    return value if isinstance(value, (int, date)) else _rounded(value, column.decimals)


def _rounded(value: float | Decimal, places: int | None) -> Any:
    """As many decimals as the page shows, and none that are zero at the end."""
    if not math.isfinite(value):
        return ""
    found: Any = value if places is None else round(value, places)
    return int(found) if found == int(found) else found.normalize() if isinstance(found, Decimal) else found
