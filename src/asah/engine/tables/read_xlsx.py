"""XLSX: the sheets of one workbook, after a look at its size and wholeness."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

import fastexcel
import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.raw import NO_RESULT, Raw, empty, match_header, refused, with_rows, without_blank_rows
from asah.engine.tables.schema import TableSpec

# What a workbook may unpack to: reading takes some four times as much memory.
MAX_WORKBOOK_BYTES: Final = 400_000_000
# More than an office of some ten thousand people has, its ratings included; CSV and Parquet carry more.
MAX_ROWS: Final = 400_000
MAX_CELLS: Final = 5_000_000
# A spreadsheet keeps fifteen digits of a number.
EXACT: Final = 1e15
_CHUNK: Final = 1 << 20
_OLE: Final = b"\xd0\xcf\x11\xe0"
# The reader lays a sheet out as a full rectangle, however far apart its cells are.
MAX_RECTANGLE: Final = 30_000_000
# What makes a closer look at a sheet needful. The reader leaves error values and formulas without a result
# blank, which would pass for "not given"; cells beyond column Z or row 1,100,000 stretch the rectangle; of a
# number with more than fifteen digits the last ones are invented, which an identifier must not be.
# Each starts with a literal: searching for all of them at once is twenty times slower.
_NEEDS_WALK: Final = (
    re.compile(rb'r="(?:[A-Z]{2}|[A-Z](?:\d{8}|[2-9]\d{6}|1[1-9]\d{5}))'),
    re.compile(rb"""t=["']e["']"""),
    re.compile(rb"</f>\s*(?:<v\s*/>|<v></v>|</c>)"),
    re.compile(rb"<f\s*/>"),
    re.compile(rb"<v>(?:\d{16}|\d(?:\.\d+)?E\+\d)"),
)
# The reader shows numbers with at most nine decimals.
_SHOWN: Final = 1e-9

Cells = dict[tuple[int, int], str]  # (row, column) from 0: the text a cell should have shown


@dataclass(frozen=True)
class Workbook:
    """An opened workbook, and what a closer look at some of its sheets found."""

    book: Any
    walks: Mapping[str, _Walk] = field(default_factory=dict)

    @property
    def sheets(self) -> list[str]:
        return list(self.book.sheet_names)


def open_workbook(path: Path) -> Workbook | Finding:
    """The workbook, or the reason why it is not even opened."""
    try:
        with path.open("rb") as file:
            if file.read(len(_OLE)) == _OLE:
                return finding("protected_workbook", path.name)
    except OSError as error:
        return finding("unreadable", path.name, reason=error.strerror)
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(part.file_size for part in archive.infolist())
            if declared > MAX_WORKBOOK_BYTES:
                size, limit = declared // 10**6, MAX_WORKBOOK_BYTES // 10**6
                return finding("too_large", path.name, size=size, limit=limit)
            if any(part.flag_bits & 1 for part in archive.infolist()):
                return finding("protected_workbook", path.name)
            try:
                walks = _walk_where_needed(archive)
            except _TooManyCellsError:
                return finding("too_many_cells", path.name, rows=MAX_ROWS, cells=MAX_CELLS // 10**6)
        if any(walk.rectangle > MAX_RECTANGLE for walk in walks.values()):
            return finding("stray_cells", path.name, limit=MAX_RECTANGLE // 10**6)
        return Workbook(fastexcel.read_excel(path), walks)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        fastexcel.FastExcelError,
        EOFError,
        OSError,
        KeyError,
        NotImplementedError,  # a compression that Python does not know
        ValueError,
    ):
        return finding("not_a_workbook", path.name)


class _TooManyCellsError(Exception):
    """More rows or cells than a workbook is read with."""


def _walk_where_needed(archive: zipfile.ZipFile) -> dict[str, _Walk]:
    """Unpack every part once, as declared sizes need not be true; then walk the sheets that need it."""
    doubtful = []
    cells = 0
    for part in archive.infolist():
        with archive.open(part) as content:
            needs_walk, more = _unpack(content, cells)
        if part.filename.startswith("xl/worksheets/"):
            cells += more
            if needs_walk:
                doubtful.append(part.filename)
    names = _sheet_names(archive) if doubtful else {}
    walks = {}
    for name in doubtful:
        with archive.open(name) as content:
            walks[names.get(name, name)] = _walk(content)
    return walks


def _unpack(content: IO[bytes], cells_before: int) -> tuple[bool, int]:
    """Whether the part needs a walk, and how many cells it has."""
    found, tail, rows, cells = False, b"", 0, 0
    while chunk := content.read(_CHUNK):
        found = found or any(pattern.search(tail + chunk) for pattern in _NEEDS_WALK)
        tail = chunk[-32:]
        rows += chunk.count(b"<row ")
        cells += chunk.count(b"<c ")
        if rows > MAX_ROWS or cells_before + cells > MAX_CELLS:
            raise _TooManyCellsError
    return found, cells


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of the sheet each part of the archive holds."""
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            target = posixpath.join("/xl", attributes["Target"])
            targets[attributes["Id"]] = posixpath.normpath(target).lstrip("/")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            names[targets.get(key, "")] = attributes["name"]

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        parser.Parse(archive.read(part), True)
    return names


class _Walk:
    """Goes through a sheet cell by cell, and keeps what the reader would lose or invent.

    ``lost`` are error values and formulas without a result, ``long`` the numbers with too many digits.
    """

    def __init__(self) -> None:
        self.lost: Cells = {}
        self.long: Cells = {}
        self.last_row = self.last_column = 0
        self.row = self.column = -1
        self.is_error = self.is_number = self.has_formula = self.in_value = False
        self.value = ""

    @property
    def rectangle(self) -> int:
        return (self.last_row + 1) * (self.last_column + 1)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif tag == "c":
            if "r" in attributes:
                self.row, self.column = _place(attributes["r"])
            else:
                self.column += 1
            kind = attributes.get("t", "n")
            self.is_error, self.is_number, self.has_formula, self.value = kind == "e", kind == "n", False, ""
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
        elif tag == "f":
            self.has_formula = True
        self.in_value = tag == "v"

    def text(self, data: str) -> None:
        if self.in_value:
            self.value += data

    def end(self, tag: str) -> None:
        self.in_value = False
        if tag == "c" and self.is_error:
            self.lost[self.row, self.column] = self.value or "#N/A"
        elif tag == "c" and self.has_formula and not self.value:
            self.lost[self.row, self.column] = NO_RESULT
        elif tag == "c" and self.is_number and self.value and abs(float(self.value)) >= EXACT:
            self.long[self.row, self.column] = f"{float(self.value):.14E}"


def _walk(content: IO[bytes]) -> _Walk:
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    parser.ParseFile(content)
    return walk


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as AB12, both from 0."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]) - 1, column - 1


# ---- one sheet


def read_sheet(workbook: Workbook, sheet: str, spec: TableSpec, stage: str) -> Raw:
    """The table in ``sheet`` as text columns; the first row that holds anything is the header."""
    try:
        loaded = workbook.book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        cells = loaded.to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        return refused(spec, finding("unreadable", spec.name, value=sheet, reason=str(error).splitlines()[0]))
    offset = min((column.absolute_index for column in loaded.available_columns()), default=0)
    walk = workbook.walks.get(sheet, _Walk())
    cells = _with_cells(cells, offset, walk.lost)
    header_at = _first_filled(cells)
    if header_at is None:
        return empty(spec, stage)
    # A column without any cell is the sheet's margin, not a column of the table.
    used = [index for index in range(cells.width) if cells.to_series(index).null_count() < cells.height]
    positions, findings = match_header([cells.row(header_at)[index] for index in used], spec, stage)
    if not positions:
        return refused(spec, *findings)
    named = {used[position]: name for position, name in positions.items()}
    identifiers = {index + offset for index, name in named.items() if spec.column(name).is_identifier}
    cells = _with_cells(cells, offset, {at: text for at, text in walk.long.items() if at[1] in identifiers})
    exact = _exact_numbers(
        workbook, sheet, [i for i, name in named.items() if spec.column(name).dtype.is_float()]
    )
    frame = pl.DataFrame(
        [
            _restored(cells.to_series(i), exact.get(i)).alias(name).slice(header_at + 1)
            for i, name in named.items()
        ]
    )
    numbered = with_rows(frame, header_at + 2)
    return without_blank_rows(Raw(spec=spec, frame=numbered, rows=frame.height, findings=tuple(findings)))


def _with_cells(cells: pl.DataFrame, offset: int, texts_at: Cells) -> pl.DataFrame:
    """``cells`` with the given texts in their places."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in texts_at.items():
        if row < cells.height and 0 <= column - offset < cells.width:
            by_column.setdefault(column - offset, {})[row] = text
    for index, texts in by_column.items():
        mended = cells.to_series(index).scatter(list(texts), list(texts.values()))
        cells = cells.with_columns(mended)
    return cells


def _first_filled(cells: pl.DataFrame) -> int | None:
    if not cells.width or not cells.height:
        return None
    filled = cells.select(pl.any_horizontal((pl.all() != "").fill_null(False))).to_series()
    return filled.arg_max() if filled.any() else None


def _exact_numbers(workbook: Workbook, sheet: str, indices: list[int]) -> dict[int, pl.Series]:
    if not indices:
        return {}
    frame = workbook.book.load_sheet(
        sheet, header_row=None, skip_rows=0, dtypes=dict.fromkeys(indices, "float"), use_columns=indices
    ).to_polars()
    return {index: frame.to_series(place) for place, index in enumerate(sorted(indices))}


def _restored(text: pl.Series, number: pl.Series | None) -> pl.Series:
    """The shown text, or the whole number where the text is only its first nine decimals."""
    if number is None:
        return text
    shown = text.cast(pl.Float64, strict=False)
    cut = ((shown != number) & ((shown - number).abs() <= _SHOWN)).fill_null(False)
    return pl.select(pl.when(cut).then(number.cast(pl.String)).otherwise(text)).to_series()
