"""One table on one worksheet: title, header, rows, sums that Excel and LibreOffice compute again.

The workbook is written in constant memory, so the rows of a sheet are written once, downwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import polars as pl
from xlsxwriter.utility import xl_col_to_name, xl_range

Kind = Literal["text", "whole", "rupiah", "points", "jp", "percent", "date"]
Book: TypeAlias = Any
Sheet: TypeAlias = Any
Format: TypeAlias = Any

HEADER_ROW: Final = 3
# The last row Excel can hold, less the row of sums and the lines for signatures.
MOST_ROWS: Final = 1_048_576 - 40
# What a spreadsheet would take for a formula if somebody retyped the cell.
_RISKY: Final = tuple("=+-@\t\r")
# 421 is Indonesian: names of months, and separators where a program keeps them apart from its own language.
_NUMBER: Final[Mapping[Kind, str]] = {
    "text": "@",
    "whole": "[$-421]#,##0",
    "rupiah": '[$-421]"Rp"#,##0;[$-421]-"Rp"#,##0',
    "points": "[$-421]#,##0.0",
    "jp": "[$-421]#,##0.0",
    "percent": "[$-421]0.0%",
    "date": "[$-421]d mmmm yyyy",
}
# Points of height for each line of text: programs do not agree on when to make a row higher by themselves.
_LINE: Final = 12.5


@dataclass(frozen=True)
class Column:
    """One column: heading, the frame's column, how it is written, its width, whether it is summed up.

    ``wrap``: a long text goes on in the next line of its cell; elsewhere it is cut off by its neighbour.
    """

    title: str
    key: str
    kind: Kind = "text"
    width: float = 12
    total: bool = False
    wrap: bool = False


@dataclass(frozen=True)
class Total:
    """Where a sum stands, as a reference from another sheet, and what it comes to."""

    reference: str
    value: float


class Workbook:
    """The formats of a workbook and its sheets, made in the order they are asked for."""

    def __init__(self, book: Book, subtitle: str) -> None:
        self.book = book
        self.subtitle = subtitle
        plain = {"valign": "top", "font_size": 9}
        self._cell: dict[tuple[Kind, bool], Format] = {}
        for kind, shown in _NUMBER.items():
            # The indent keeps a text off the number to its left.
            number = {"indent": 1} if kind == "text" else {"num_format": shown}
            total = {"bold": True, "top": 1}
            self._cell[kind, False] = book.add_format({**plain, **number})
            self._cell[kind, True] = book.add_format({**plain, **number, **total})
        self.wrapped = book.add_format({**plain, "text_wrap": True, "indent": 1})
        quoted = {**plain, "indent": 1, "quote_prefix": True}
        self.risky = book.add_format(quoted)
        self.risky_wrapped = book.add_format({**quoted, "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.note = book.add_format({"font_size": 10, "font_color": "#4D5B67"})
        self.strong = book.add_format({**plain, "bold": True})
        head = {**plain, "bold": True, "text_wrap": True, "bg_color": "#DBE4EA", "top": 1, "bottom": 1}
        self.header = book.add_format({**head, "valign": "vcenter"})
        self.number_header = book.add_format({**head, "valign": "vcenter", "align": "right"})

    def add(self, name: str) -> Sheet:
        return self.book.add_worksheet(name)

    def head(self, sheet: Sheet, row: int, column: int, title: str, kind: Kind = "text") -> None:
        """One heading; that of numbers stands over their last digit."""
        sheet.write_string(row, column, title, self.header if kind == "text" else self.number_header)

    def cell(self, kind: Kind, total: bool = False) -> Format:
        return self._cell[kind, total]

    def write(
        self, sheet: Sheet, row: int, column: int, value: Any, kind: Kind = "text", bold: bool = False
    ) -> None:
        """One cell. Text stays text, whatever it begins with; None leaves the cell blank."""
        if value is None:
            return
        if isinstance(value, str):
            safe = self.strong if bold else self.cell(kind)
            sheet.write_string(row, column, value, self.risky if value.startswith(_RISKY) else safe)
        elif kind == "date":
            sheet.write_datetime(row, column, value, self.cell("date"))
        else:
            sheet.write_number(row, column, _written(value), self.cell(kind, bold))

    def paragraph(self, sheet: Sheet, row: int, text: str, columns: int, width: float) -> None:
        """A sentence over several columns, ``width`` characters together."""
        sheet.merge_range(row, 0, row, columns - 1, "", self.wrapped)
        sheet.set_row(row, _LINE * _lines(text, width))
        sheet.write_string(row, 0, text, self.risky_wrapped if text.startswith(_RISKY) else self.wrapped)

    def open_page(self, sheet: Sheet, title: str, widths: Sequence[float], pages_wide: int = 1) -> None:
        """A4 on its side, as many pages long as it takes, with title, page numbers and repeated header."""
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(pages_wide, 0)
        sheet.set_footer("&L&8&F, &A&R&8Halaman &P dari &N")
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, self.subtitle, self.note)


def write_table(
    book: Workbook,
    sheet: Sheet,
    title: str,
    columns: Sequence[Column],
    frame: pl.DataFrame,
    frozen: int = 0,
    pages_wide: int = 1,
) -> tuple[dict[str, Total], int]:
    """Fill ``sheet`` with ``frame``: the sums by column key, and the first free row below them.

    ``frozen``: so many columns stay in sight, and stand on every page of several side by side.
    """
    book.open_page(sheet, title, [column.width for column in columns], pages_wide)
    sheet.set_row(HEADER_ROW, _LINE * max(_lines(column.title, column.width) for column in columns) + 4)
    for at, column in enumerate(columns):
        book.head(sheet, HEADER_ROW, at, column.title, column.kind)
    sheet.freeze_panes(HEADER_ROW + 1, frozen)
    sheet.repeat_rows(HEADER_ROW)
    if pages_wide > 1:
        sheet.repeat_columns(0, frozen - 1)
    first, last = HEADER_ROW + 1, HEADER_ROW + frame.height
    sheet.autofilter(HEADER_ROW, 0, max(last, first), len(columns) - 1)
    writers = [_writer(book, sheet, column) for column in columns]
    wrapped = [(at, column.width) for at, column in enumerate(columns) if column.wrap]
    for row, cells in enumerate(frame.select(column.key for column in columns).iter_rows(), start=first):
        if wrapped:
            sheet.set_row(row, _LINE * max(_lines(cells[at], width) for at, width in wrapped))
        for at, (write, cell) in enumerate(zip(writers, cells, strict=True)):
            if cell is not None:
                write(row, at, cell)
    return _totals(book, sheet, columns, frame), last + 2


def _writer(book: Workbook, sheet: Sheet, column: Column) -> Callable[[int, int, Any], None]:
    form = book.wrapped if column.wrap else book.cell(column.kind)
    risky = book.risky_wrapped if column.wrap else book.risky
    if column.kind == "date":
        return lambda row, at, cell: sheet.write_datetime(row, at, cell, form)
    if column.kind != "text":
        return lambda row, at, cell: sheet.write_number(row, at, _written(cell), form)
    write = sheet.write_string
    return lambda row, at, cell: write(row, at, cell, risky if cell.startswith(_RISKY) else form)


def _written(value: float) -> float:
    """A number without the tail that depends on the order in which it was added up."""
    return round(value, 9)


def _lines(text: str | None, width: float) -> int:
    """Lines a text takes in a cell; words break, so no line is filled to its end."""
    return math.ceil(len(text) / max(1.0, 1.1 * width - 2)) if text else 1


def _totals(book: Workbook, sheet: Sheet, columns: Sequence[Column], frame: pl.DataFrame) -> dict[str, Total]:
    """The row of sums right below the rows, outside the filter."""
    first, last = HEADER_ROW + 1, HEADER_ROW + frame.height
    row = last + 1
    summed = [at for at, column in enumerate(columns) if column.total]
    if not summed:
        return {}
    if 0 not in summed:
        sheet.write_string(row, 0, "Jumlah", book.cell("text", True))
    totals = {}
    for at in summed:
        column = columns[at]
        value: Any = frame[column.key].sum()
        area = xl_range(first, at, last, at)
        if frame.height:
            sheet.write_formula(row, at, f"=SUM({area})", book.cell(column.kind, True), value)
        else:
            sheet.write_number(row, at, 0, book.cell(column.kind, True))
        totals[column.key] = Total(f"'{sheet.get_name()}'!${xl_col_to_name(at)}${row + 1}", value)
    return totals
