"""From the bytes of an upload to a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from asah.portal.base.sheets.cells import column_letters
from asah.portal.base.sheets.delimited import read_delimited
from asah.portal.base.sheets.grid import Grid, Row
from asah.portal.base.sheets.header import WITHIN, Header, find_header
from asah.portal.base.sheets.kinds import kind_of
from asah.portal.base.sheets.sheet import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Note, Sheet, SheetError, listed
from asah.portal.base.sheets.workbook import read_workbook


def read_sheet(content: bytes | Path, name: str, *, sheet: str | None = None) -> Sheet:
    """The table in an uploaded file. ``name`` is what its sender called it and decides nothing.

    ``sheet`` chooses a sheet of a workbook; without it the first visible one that holds anything is read.
    Raises ``SheetError`` with every reason why the file cannot be taken.
    """
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > MAX_BYTES:
        megabytes = {"size": size // 1_000_000, "limit": MAX_BYTES // 1_000_000}
        raise SheetError(Note("too_large", megabytes))
    if isinstance(content, Path):
        content = content.read_bytes()
    kind = kind_of(content)
    if isinstance(kind, Note):
        raise SheetError(kind)
    return _shape(read_workbook(content, sheet) if kind == "workbook" else read_delimited(content, name))


def _shape(grid: Grid) -> Sheet:
    header = find_header(grid.rows, grid.merges)
    if header is None:
        raise SheetError(Note("no_header", {"within": WITHIN}))
    data = grid.rows[header.after :]
    used = _used_columns(header, data)
    problems = []
    if len(used) > MAX_COLUMNS:
        problems.append(Note("too_many_columns", {"count": len(used), "limit": MAX_COLUMNS}))
    if len(data) > MAX_ROWS:
        problems.append(Note("too_many_rows", {"limit": MAX_ROWS}))
    if problems:
        raise SheetError(*problems)
    names = (*header.names, *[""] * (max(used, default=0) + 1 - len(header.names)))
    columns = tuple(names[index] for index in used)
    rows, repeated = _rows(data, used, columns)
    if not rows:
        raise SheetError(Note("only_header", {"row": header.row}))
    width = len(header.names)
    ragged = frozenset(number for number, cells in data if any(cells[width:]))
    return Sheet(
        name=grid.name,
        sheets=grid.sheets,
        header_row=header.row,
        columns=columns,
        rows=rows,
        warnings=(*grid.notes, *_notes(grid, header, used, columns, repeated, ragged)),
        ragged=ragged,
    )


def _used_columns(header: Header, data: Sequence[Row]) -> list[int]:
    """Columns with a header or with any text below it."""
    width = max((len(cells) for _, cells in data), default=0)
    used = {index for index, name in enumerate(header.names) if name}
    for index in range(width):
        if index not in used and any(index < len(cells) and cells[index] for _, cells in data):
            used.add(index)
    return sorted(used)


def _rows(
    data: Sequence[Row], used: Sequence[int], columns: tuple[str, ...]
) -> tuple[list[tuple[int, tuple[str, ...]]], list[int]]:
    """The data by column, and the numbers of rows that only say the header again, as printed pages do."""
    width = used[-1] + 1
    every = list(used) == list(range(width))
    rows, repeated = [], []
    for number, cells in data:
        padded = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
        texts = tuple(padded[:width]) if every else tuple(padded[index] for index in used)
        if texts == columns:
            repeated.append(number)
        else:
            rows.append((number, texts))
    return rows, repeated


def _notes(
    grid: Grid,
    header: Header,
    used: Sequence[int],
    columns: Sequence[str],
    repeated: Sequence[int],
    ragged: frozenset[int],
) -> list[Note]:
    notes = []
    often = Counter(name.lower() for name in columns if name)
    twice = [name for name in dict.fromkeys(columns) if often[name.lower()] > 1]
    unnamed = [column_letters(index) for index, name in zip(used, columns, strict=True) if not name]
    merged = [merge.reference for merge in grid.merges if merge.last_row > header.row]
    if twice:
        notes.append(Note("header_twice", listed(twice)))
    if unnamed:
        notes.append(Note("unnamed_columns", listed(unnamed)))
    if merged:
        notes.append(Note("merged_cells", listed(merged)))
    if ragged:
        notes.append(Note("ragged_rows", listed(sorted(ragged))))
    if header.numbering is not None:
        notes.append(Note("numbering_row", {"row": header.numbering}))
    if repeated:
        notes.append(Note("header_again", listed(repeated)))
    return notes
