"""The rows of a list as a file: values, not their looks; text stays text whatever it begins with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.html import strip_tags

from asah.portal.ui.tables.columns import Column

# A spreadsheet takes text that begins so for a formula, and runs it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Excel keeps fifteen digits of a number, and knows no day before 1900.
DIGITS = 10**15
FIRST_YEAR = 1900
LONGEST_CELL = 32767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER_FORMATS = {"number": "#,##0.##", "money": '"Rp" #,##0', "share": "0.0%", "date": "d mmmm yyyy"}


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
        return str(value)
    return _as_text(str(value))


def _as_text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def write_xlsx(file: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """One sheet; the first row names the columns and stays in view."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(_sheet_name(title))
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {kind: book.add_format({"num_format": code}) for kind, code in NUMBER_FORMATS.items()}
    moment = book.add_format({"num_format": "d mmmm yyyy hh:mm"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 16 if column.kind in NUMBER_FORMATS else 28)
        sheet.write_string(0, place, str(column.label), head)
    sheet.freeze_panes(1, 1)
    for line, values in enumerate(_values(columns, rows), start=1):
        for place, (column, value) in enumerate(zip(columns, values, strict=True)):
            if value == "":
                continue
            if isinstance(value, datetime) and value.year >= FIRST_YEAR:
                sheet.write_datetime(line, place, value, moment)
            elif isinstance(value, date) and value.year >= FIRST_YEAR:
                sheet.write_datetime(line, place, value, formats["date"])
            elif _fits_a_number(value):
                sheet.write_number(line, place, value, formats.get(column.kind))
            else:
                sheet.write_string(line, place, _cut(str(value)))
    book.close()


def _fits_a_number(value: Any) -> bool:
    # What is not a number at all compares as false, and so becomes text.
    return isinstance(value, (int, float, Decimal)) and -DIGITS < value < DIGITS


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _sheet_name(title: str) -> str:
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in title)[:31].strip() or "1"


def _values(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield [_plain(column.value(row)) for column in columns]


def _plain(value: Any) -> Any:
    """What a cell holds: a number, a day, a moment in local time, or text; never None."""
    if value is None:
        return ""
    if hasattr(value, "__html__"):
        return strip_tags(value.__html__())
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, date)):
        return str(value)
    return value
