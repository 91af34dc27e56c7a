"""CSV and its kin as a grid of texts.

The engine's own CSV reader is for tables whose columns are known and whose text is UTF-8; offices send
whatever their spreadsheet program wrote.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from asah.portal.base.sheets.cells import clean
from asah.portal.base.sheets.grid import Grid, Row
from asah.portal.base.sheets.sheet import MAX_CELL_LENGTH, MAX_CELLS, MAX_ROWS, Note, SheetError

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 30
# More than any header with its titles has above the data.
_ABOVE: Final = 100


def read_delimited(content: bytes, name: str) -> Grid:
    """The rows of a text file, divided where most rows divide alike. Raises ``SheetError``."""
    text, notes = _decode(content)
    first, _, rest = text.partition("\n")
    declared = first.strip().lower()
    if declared.startswith("sep=") and len(declared) == 5:
        delimiter, text = declared[4], rest
    else:
        delimiter = _sniff(text)
    rows: list[Row] = []
    cells = lines = 0
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(records, 1):
            one_line, lines = records.line_num == lines + 1, records.line_num
            texts = [clean(cell) for cell in record]
            if not any(texts):
                continue
            if max(map(len, texts)) > MAX_CELL_LENGTH:
                raise SheetError(_too_long(number, one_line))
            cells += len(texts)
            rows.append((number, texts))
            if len(rows) > MAX_ROWS + _ABOVE:
                raise SheetError(Note("too_many_rows", {"limit": MAX_ROWS}))
            if cells > MAX_CELLS:
                raise SheetError(Note("too_many_cells", {"limit": MAX_CELLS // 1_000_000}))
    except csv.Error as error:
        after = rows[-1][0] + 1 if rows else 1
        longer = "field limit" in str(error)
        raise SheetError(_too_long(after, longer and records.line_num == lines + 1)) from error
    if not rows:
        raise SheetError(Note("empty_sheet", {"sheet": name}))
    return Grid(name=name, sheets=(name,), rows=rows, notes=notes)


def _too_long(row: int, one_line: bool) -> Note:
    """A mark left open takes in the lines below; what is long on its own line is one long cell."""
    return (
        Note("long_cell", {"row": row, "limit": MAX_CELL_LENGTH})
        if one_line
        else Note("open_quote", {"row": row})
    )


def _decode(content: bytes) -> tuple[str, list[Note]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), []
    if content[1:200:2].count(0) > len(content[1:200:2]) * 3 // 4:
        return content.decode("utf-16-le", errors="replace"), [_guessed("UTF-16")]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), [_guessed("Windows-1252")]


def _guessed(encoding: str) -> Note:
    return Note("encoding_guessed", {"encoding": encoding})


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _sniff(text: str) -> str:
    """The delimiter under which most of the first rows have the same number of cells, more than one."""
    sample = "\n".join(text.splitlines()[: 4 * _SAMPLE])

    def alike(delimiter: str) -> tuple[int, int, int]:
        widths: Counter[int] = Counter()
        try:
            # The sample may end within quotation marks: what was read until there counts.
            for record in islice(_records(sample, delimiter), _SAMPLE):
                if len(record) > 1:
                    widths[len(record)] += 1
        except csv.Error:
            pass
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return count, width, -_DELIMITERS.index(delimiter)

    return max(_DELIMITERS, key=alike)
