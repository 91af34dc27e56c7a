"""One sheet of an uploaded workbook as a grid of texts."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import fastexcel
import polars as pl

from asah.portal.base.bridge import NO_RESULT, EngineFinding, Workbook, open_workbook
from asah.portal.base.sheets.archive import Part, list_parts, repack
from asah.portal.base.sheets.cells import cell_name, cell_place, shown
from asah.portal.base.sheets.grid import Grid, Merge, Row
from asah.portal.base.sheets.sheet import MAX_CELLS, MAX_ROWS, Note, SheetError, listed

# Some programs write a prefix (x:) before the name of every element.
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+\d+):([A-Z]+\d+)"')
_CELL: Final = rb"<(?:\w+:)?c\s([^>]*)>\s*"
_FORMULA: Final = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
# A formula whose result the file does not hold. With t="str" an empty value is a result: an empty text.
_NO_RESULT: Final = re.compile(
    _CELL + _FORMULA + rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# Cells with something in them; an empty one is only coloured, and ends at once.
_PLACE: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>(?!</)')
_NUMBER: Final = rb"-?(?:\d{16,}(?:\.\d*)?|\d(?:\.\d+)?[eE]\+?\d+)"
_LONG: Final = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>(" + _NUMBER + rb")</")
# Looking for this first is many times faster than looking at every cell.
_PERHAPS_LONG: Final = re.compile(rb"v>" + _NUMBER)
# A spreadsheet keeps fifteen digits of a number.
_EXACT: Final = 1e15
_NAME: Final = re.compile(rb'\br="([A-Z]+\d+)"')
# More than any header with its titles has above the data.
_ABOVE: Final = 100


def read_workbook(content: bytes, wanted: str | None) -> Grid:
    """The sheet ``wanted``, or the first visible one that holds anything. Raises ``SheetError``."""
    with tempfile.TemporaryDirectory(prefix="asah-sheet-") as folder:
        path = Path(folder) / "upload.xlsx"
        repack(content, path)
        parts = list_parts(path)
        visible = [part for part in parts if not part.hidden]
        book = open_workbook(path)
        if isinstance(book, EngineFinding):
            raise SheetError(Note("unreadable_workbook"))
        with zipfile.ZipFile(path) as archive:
            part, xml, rows = _choose(book, archive, visible, wanted)
    problems = _formulas_without_result(xml)
    if problems:
        raise SheetError(*problems)
    notes = _about_sheets(parts, visible, part)
    # The engine's look passes over numbers with a small e and elements with a prefix: hence one of our own.
    long = _long_numbers(xml)
    walk = book.walks.get(part.name)
    lost = walk.lost if walk else {}
    errors = {(row + 1, column): text for (row, column), text in lost.items() if text != NO_RESULT}
    _put(rows, {**errors, **long})
    notes += _about_cells("error_cells", errors) + _about_cells("digits_lost", long)
    return Grid(
        name=part.name,
        sheets=tuple(part.name for part in visible),
        rows=[(number, cells) for number, cells in rows if any(cells)],
        merges=_merges(xml),
        notes=notes,
    )


def _choose(
    book: Workbook, archive: zipfile.ZipFile, visible: Sequence[Part], wanted: str | None
) -> tuple[Part, bytes, list[Row]]:
    """The sheet to read, its part of the archive as it lies there, and its rows."""
    names = ", ".join(part.name for part in visible)
    if wanted is not None:
        part = next((part for part in visible if part.name == wanted), None)
        if part is None:
            raise SheetError(Note("no_such_sheet", {"sheet": wanted, "sheets": names}))
        visible, names = [part], wanted
    for part in visible:
        xml = archive.read(part.part) if part.part in archive.namelist() else b""
        _check_extent(xml)
        rows = _load(book, part)
        if rows:
            return part, xml, rows
    raise SheetError(Note("empty_sheet", {"sheet": names}))


def _check_extent(xml: bytes) -> None:
    """The reader lays a sheet out as a full rectangle, however far apart its cells are."""
    places = _PLACE.findall(xml)
    rows = max((int(row) for _, row in places), default=0)
    if rows > MAX_ROWS + _ABOVE:
        raise SheetError(Note("too_many_rows", {"limit": MAX_ROWS}))
    columns = max(
        (cell_place(f"{letters.decode()}1") or (1, 0))[1] for letters in {x for x, _ in places} or {b"A"}
    )
    if rows * (columns + 1) > MAX_CELLS:
        raise SheetError(Note("too_many_cells", {"limit": MAX_CELLS // 1_000_000}))


def _load(book: Workbook, part: Part) -> list[Row]:
    """All rows from the first on, blank ones too, as texts from column A on; none where nothing is filled."""
    try:
        loaded = book.book.load_sheet(
            part.name, header_row=None, skip_rows=0, n_rows=MAX_ROWS + _ABOVE + 1, dtypes="string"
        )
        if loaded.height > MAX_ROWS + _ABOVE:
            raise SheetError(Note("too_many_rows", {"limit": MAX_ROWS}))
        if loaded.height * loaded.width > MAX_CELLS:
            raise SheetError(Note("too_many_cells", {"limit": MAX_CELLS // 1_000_000}))
        frame = loaded.to_polars()
        offset = min((column.absolute_index for column in loaded.available_columns()), default=0)
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise SheetError(Note("damaged")) from error
    margin = [""] * offset
    texts = (margin + [shown(cell) for cell in cells] for cells in frame.rows())
    rows = list(enumerate(texts, 1))
    return rows if any(any(cells) for _, cells in rows) else []


def _put(rows: list[Row], texts: dict[tuple[int, int], str]) -> None:
    """Set cells, by row from 1 and column from 0, to what they should have shown."""
    for (row, column), text in texts.items():
        if row <= len(rows) and column < len(rows[row - 1][1]):
            rows[row - 1][1][column] = text


def _formulas_without_result(xml: bytes) -> list[Note]:
    names = []
    for match in _NO_RESULT.finditer(xml) if b"f>" in xml or b"<f" in xml else ():
        attributes, value = match[1], match[2]
        name = _NAME.search(attributes)
        if name and not (value and b't="str"' in attributes):
            names.append(name[1].decode())
    return [Note("formulas_without_result", listed(names))] if names else []


def _long_numbers(xml: bytes) -> dict[tuple[int, int], str]:
    """Cells with numbers of more than fifteen digits, with only the digits that can be trusted."""
    found = {}
    for match in _LONG.finditer(xml) if _PERHAPS_LONG.search(xml) else ():
        attributes, value = match[1], float(match[2])
        name = _NAME.search(attributes)
        place = cell_place(name[1].decode()) if name else None
        is_number = b't="' not in attributes or b't="n"' in attributes
        if place and is_number and abs(value) >= _EXACT:
            found[place] = f"{value:.14E}"
    return found


def _about_sheets(parts: Sequence[Part], visible: Sequence[Part], read: Part) -> list[Note]:
    hidden = [part.name for part in parts if part.hidden]
    others = [part.name for part in visible if part != read]
    notes = [Note("hidden_sheets", listed(hidden))] if hidden else []
    return [*notes, Note("other_sheets", {"sheet": read.name, **listed(others)})] if others else notes


def _about_cells(code: str, places: Collection[tuple[int, int]]) -> list[Note]:
    names = [cell_name(row, column) for row, column in sorted(places)]
    return [Note(code, listed(names))] if names else []


def _merges(xml: bytes) -> list[Merge]:
    found = []
    for match in _MERGE.finditer(xml):
        first, last = cell_place(match[1].decode()), cell_place(match[2].decode())
        if first and last:
            found.append(Merge(*first, *last, reference=f"{match[1].decode()}:{match[2].decode()}"))
    return found
