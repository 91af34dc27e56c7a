"""Excel: a cover with all that is no table, and a sheet for each table. Text is text, never a formula."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from asah.portal.documents.actions.archive import pack_again
from asah.portal.documents.actions.content import (
    LONGEST_TEXT,
    Bullets,
    Document,
    Kind,
    Note,
    PageBreak,
    Paragraph,
    Signature,
    Value,
)
from asah.portal.documents.actions.language import Language
from asah.portal.documents.actions.layout import (
    Heading,
    Item,
    Layout,
    Numbered,
    PrintedFigures,
    PrintedTable,
    Signatures,
    lay_out,
)

# What a program would take for a formula if somebody typed the cell again.
_RISKY: Final = tuple("=+-@\t\r")
# Names of months in the language of the document. Separators are those of the program that shows the sheet.
_LOCALES: Final = {"id": "[$-421]", "en": "[$-809]"}
_PAPERS: Final = {"a4": 9, "f4": 14}
_HEAD: Final = 3
_LONGEST_NAME: Final = 31
_WIDEST: Final = 55
# Characters of this size that a lying page is wide.
_ON_PAPER: Final = 150
_LABEL, _TEXT = 34, 76
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Points of height of a line: programs do not agree on when to make a row higher by themselves.
_LINE: Final = 13.5
_HIGHEST: Final = 400


def render_xlsx(document: Document) -> bytes:
    """The document as an Excel workbook. Cells without a value are empty; sums are numbers, as given."""
    layout = lay_out(document)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    _Book(book, layout).write()
    book.close()
    return pack_again(made.getvalue())


class _Book:
    def __init__(self, book: Any, layout: Layout) -> None:
        self.book = book
        self.layout = layout
        self.document = layout.document
        self.language = layout.language
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def write(self) -> None:
        document = self.document
        day = datetime(document.date.year, document.date.month, document.date.day)
        author = document.letterhead.government[:255] if document.letterhead else ""
        self.book.set_properties(
            {
                "title": self.layout.running,
                "author": author,
                "subject": document.subtitle[:255],
                "keywords": document.version_hash[:255],
                "created": day,
            }
        )
        tables = [item for run in self.layout.runs for item in run.items if isinstance(item, PrintedTable)]
        names = name_sheets(tables, self.language)
        cover = self.book.add_worksheet(self.language.say("sheet.cover"))
        for table in tables:
            self._table(self.book.add_worksheet(names[table.number]), table)
        self._cover(cover, names)

    def format(self, **properties: Any) -> Any:
        """One format for each set of properties: a workbook can hold only so many."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"valign": "top", "font_size": 10, **properties})
        return self._formats[key]

    def write_text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        risky = {"quote_prefix": True} if text.startswith(_RISKY) else {}
        sheet.write_string(row, column, text, self.format(**properties, **risky))

    def write_value(
        self, sheet: Any, row: int, column: int, value: Value, shown: str, properties: Mapping[str, Any]
    ) -> None:
        """The raw value in the number format ``shown``; None is a cell that is empty but for its look."""
        if value is None:
            sheet.write_blank(row, column, None, self.format(**properties))
        elif isinstance(value, str):
            self.write_text(sheet, row, column, value, num_format="@", **properties)
        elif isinstance(value, date):
            written = datetime(value.year, value.month, value.day)
            sheet.write_datetime(row, column, written, self.format(num_format=shown, **properties))
        else:
            sheet.write_number(row, column, float(value), self.format(num_format=shown, **properties))

    # ---- a table

    def _table(self, sheet: Any, item: PrintedTable) -> None:
        table = item.table
        self._page(sheet, table.landscape)
        self.write_text(sheet, 0, 0, f"{item.label}. {item.caption}", bold=True, font_size=13)
        self.write_text(sheet, 1, 0, item.source or self.layout.running, font_color="#4A5463", font_size=9)
        widths = _widths(item)
        for at, (title, width) in enumerate(zip(item.titles, widths, strict=True)):
            sheet.set_column(at, at, width)
            head = {"bold": True, "text_wrap": True, "border": 1, "bg_color": "#DBE4EA", "font_size": 9}
            self.write_text(sheet, _HEAD, at, title, **head, valign="vcenter", align="center")
        lines = max(_lines(title, width) for title, width in zip(item.titles, widths, strict=True))
        sheet.set_row(_HEAD, _height(lines) + 4)
        first = _HEAD + 1
        shown = {"border": 1, "border_color": "#B5BDC9", "font_size": 9}
        formats = [
            number_format(column.kind, decimals, self.language)
            for column, decimals in zip(table.columns, item.decimals, strict=True)
        ]
        plain = [
            # The indent keeps a text off the number to its left.
            {
                **shown,
                "align": align,
                "text_wrap": column.kind in ("text", "level"),
                "indent": int(align == "left"),
            }
            for column, align in zip(table.columns, item.aligns, strict=True)
        ]
        for row, (values, texts) in enumerate(zip(table.rows, item.rows, strict=True), start=first):
            sheet.set_row(row, _height(max(map(_lines, texts, widths))))
            for at, value in enumerate(values):
                self.write_value(sheet, row, at, value, formats[at], plain[at])
        last = first + len(table.rows) - 1
        if table.total_row:
            for at, value in enumerate(table.total_row):
                align = "left" if isinstance(value, str) else item.aligns[at]
                total = {**shown, "bold": True, "bg_color": "#EEF2F6", "align": align}
                self.write_value(sheet, last + 1, at, value, formats[at], total)
        sheet.freeze_panes(first, 0)
        sheet.repeat_rows(_HEAD)
        if table.rows:
            sheet.autofilter(_HEAD, 0, last, len(widths) - 1)
            # Numbers kept as text, such as a NIP, are meant.
            sheet.ignore_errors({"number_stored_as_text": f"A{first + 1}:XFD{last + 2}"})

    def _page(self, sheet: Any, landscape: bool) -> None:
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(_PAPERS[self.document.paper])
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&L&8" + _plain(self.layout.running))
        sheet.set_footer("&L&8" + _plain(self.layout.version) + "&R&8" + self.language.say("sheet.footer"))

    # ---- the cover

    def _cover(self, sheet: Any, names: Mapping[int, str]) -> None:
        self._page(sheet, landscape=False)
        sheet.set_column(0, 0, _LABEL)
        sheet.set_column(1, 1, _TEXT)
        document = self.document
        row = 0
        if document.letterhead:
            for line in (document.letterhead.government, document.letterhead.office):
                row = self._line(sheet, row, line, bold=True) if line else row
        row = self._line(sheet, row, document.title, bold=True, font_size=16)
        row = self._line(sheet, row, document.subtitle, font_size=12) if document.subtitle else row
        for label, text in self.layout.facts:
            self.write_text(sheet, row, 0, label)
            self.write_text(sheet, row, 1, text)
            row += 1
        for run in self.layout.runs:
            for item in run.items:
                row = self._item(sheet, row, item, names)

    def _item(self, sheet: Any, row: int, item: Item, names: Mapping[int, str]) -> int:
        """Writes from ``row`` on; gives the next free one."""
        if isinstance(item, Heading):
            return self._line(sheet, row + 1, item.line, bold=True, font_size=13 if item.level == 1 else 11)
        if isinstance(item, PrintedTable):
            self.write_text(sheet, row, 0, f"{item.label}. {item.caption}", text_wrap=True)
            name = names[item.number]
            quoted = name.replace("'", "''")
            seen = self.language.say("sheet.see", sheet=name)
            link = self.format(font_color="#0B5394", underline=1)
            sheet.write_url(row, 1, f"internal:'{quoted}'!A1", link, seen)
            sheet.set_row(row, _height(_lines(f"{item.label}. {item.caption}", _LABEL)))
            return row + 1
        if isinstance(item, PrintedFigures):
            for figure in item.items:
                self.write_text(sheet, row, 0, figure.label, text_wrap=True)
                raw = figure.figure
                shown = number_format(raw.kind, figure.decimals, self.language, rupiah=True)
                self.write_value(sheet, row, 1, raw.value, shown, {"align": "left", "bold": True})
                row += 1
                row = self._line(sheet, row, figure.note, font_color="#4A5463") if figure.note else row
            return row
        if isinstance(item, Signatures):
            for one in filter(None, (item.left, item.right)):
                row = self._signature(sheet, row + 1, one)
            return row
        for text in _texts(item, self.language):
            row = self._line(sheet, row, text)
        return row

    def _line(self, sheet: Any, row: int, text: str, **properties: Any) -> int:
        """A text over both columns, on several rows where a cell cannot hold it."""
        for start in range(0, max(1, len(text)), LONGEST_TEXT):
            part = text[start : start + LONGEST_TEXT]
            risky = {"quote_prefix": True} if part.startswith(_RISKY) else {}
            form = self.format(text_wrap=True, **properties, **risky)
            sheet.merge_range(row, 0, row, 1, "", form)
            sheet.write_string(row, 0, part, form)
            size = properties.get("font_size", 10) / 10
            sheet.set_row(row, _height(size * _lines(part, (_LABEL + _TEXT) / size)))
            row += 1
        return row

    def _signature(self, sheet: Any, row: int, one: Signature) -> int:
        day = self.language.date(one.day) if one.day else "." * 30
        place = ", ".join(filter(None, (one.place, day)))
        nip = self.language.say("sign.nip", nip=one.nip) if one.nip else ""
        for text in (place, one.on_behalf, one.jabatan, " ", " ", one.nama, one.pangkat, nip):
            if text:
                self.write_text(sheet, row, 1, text.strip(), bold=text == one.nama)
                row += 1
        return row


def number_format(kind: Kind, decimals: int, language: Language, rupiah: bool = False) -> str:
    """How Excel shows a number of this kind. ``rupiah``: with Rp, where no heading says so."""
    locale = _LOCALES[language.code]
    if kind == "date":
        return f"{locale}d mmmm yyyy"
    places = "." + "0" * decimals if decimals else ""
    if kind == "money" and rupiah:
        return f'{locale}"Rp\u00a0"#,##0{places};{locale}-"Rp\u00a0"#,##0{places}'
    if kind == "share":
        return f"{locale}0{places}%"
    return f"{locale}#,##0{places}"


def name_sheets(tables: Sequence[PrintedTable], language: Language) -> dict[int, str]:
    """A name for each table's sheet, by the number of the table: allowed by Excel, and no two alike."""
    taken = {language.say("sheet.cover").casefold(), "history"}
    names = {}
    for table in tables:
        wanted = table.table.sheet or language.say("sheet.table", number=str(table.number))
        plain = " ".join(_FORBIDDEN.sub(" ", wanted).split()).strip("' ")
        name, again = _cut(plain, ""), 1
        while not name or name.casefold() in taken:
            again += 1
            name = _cut(plain, f" ({again})")
        taken.add(name.casefold())
        names[table.number] = name
    return names


def _cut(name: str, tail: str) -> str:
    """The name with its tail, as long as Excel counts it: some characters count twice."""
    while len((name + tail).encode("utf-16-le")) // 2 > _LONGEST_NAME:
        name = name[:-1]
    return name.rstrip("' ") + tail


def _texts(item: Item, language: Language) -> Iterator[str]:
    if isinstance(item, Numbered):
        yield from (f"{number}. {text}" for number, text in enumerate(item.items, start=1))
    elif isinstance(item, Bullets):
        yield from (f"• {text}" for text in item.items)
    elif isinstance(item, Note):
        yield f"{language.say(f'note.{item.kind}')}: {item.text}"
    elif not isinstance(item, PageBreak):
        assert isinstance(item, Paragraph)
        yield item.text


def _widths(item: PrintedTable) -> Sequence[float]:
    """Characters of each column: for texts in one line, or where that would be too wide, as on paper."""
    columns = item.table.columns
    longest = [max((len(row[at]) for row in item.rows), default=0) for at in range(len(columns))]
    if item.total:
        longer = [max(pair) for pair in zip(longest, map(len, item.total), strict=True)]
        longest[item.span :] = longer[item.span :]
    words = [max(map(len, title.split()), default=1) + 3 for title in item.titles]
    least = [
        # A number or date that is wider than its column is shown as ####.
        max(5, long + 2) if column.kind in ("number", "money", "share", "date") else 5
        for column, long in zip(columns, longest, strict=True)
    ]
    wide = [column.width or max(w, long + 2) for column, w, long in zip(columns, words, longest, strict=True)]
    if sum(wide) > _ON_PAPER:
        paper = [1.15 * fit + 1.5 for fit in item.setting.letters]
        wide = [min(full, on_paper) for full, on_paper in zip(wide, paper, strict=True)]
    return [min(_WIDEST, max(pair)) for pair in zip(wide, least, strict=True)]


def _lines(text: str, width: float) -> int:
    return sum(math.ceil(max(1, len(line)) / max(1.0, 1.1 * width - 2)) for line in text.split("\n"))


def _height(lines: float) -> float:
    return min(_HIGHEST, _LINE * lines)


def _plain(text: str) -> str:
    """For the header of a page, where & begins a command and 255 characters are the most."""
    return text[:100].replace("&", "&&")
