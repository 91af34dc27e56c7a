"""CSV: checked byte by byte in bounded memory, then read as text by polars."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import ROW, at
from asah.engine.tables.raw import FIRST_ROW, Raw, empty, match_header, refused, with_rows, without_blank_rows
from asah.engine.tables.schema import TableSpec

# Reading takes some four times as much memory, twelve times where every cell is wrong in a way of its own.
MAX_CSV_BYTES: Final = 320_000_000
CHUNK: Final = 1 << 22
QUOTE, NEWLINE, RETURN = 34, 10, 13


_RAGGED: Final = pl.DataFrame(schema={ROW: pl.UInt32, "found": pl.Int64})  # records by their number of cells
_BLANK: Final = np.isin(np.arange(256), list(b" \t\n\r\v\f"))


@dataclass
class _Shape:
    """What a pass over the bytes tells: records without the header, and the records that do not fit."""

    records: int = 0
    ragged: list[pl.DataFrame] = field(default_factory=lambda: [_RAGGED])
    quotes: list[pl.DataFrame] = field(default_factory=list)


def read_csv(path: Path, spec: TableSpec, stage: str) -> Raw:
    """The table in ``path`` as text columns. A file that is no UTF-8 table comes back with the reasons."""
    size = path.stat().st_size
    if size > MAX_CSV_BYTES:
        return refused(
            spec,
            finding(
                "too_large", spec.name, value=path.name, size=size // 10**6, limit=MAX_CSV_BYTES // 10**6
            ),
        )
    with path.open("rb") as file:
        if not file.read(CHUNK).strip():
            return empty(spec, stage)
        file.seek(0)
        header, problem = _header(file, spec, path)
        if problem:
            return refused(spec, problem)
        separator = _separator(header)
        names = next(csv.reader([header], delimiter=separator), [])
        positions, findings = match_header(names, spec, stage)
        if not positions:
            return refused(spec, *findings)
        if separator != ",":
            shown = "TAB" if separator == "\t" else separator
            findings.append(finding("other_separator", spec.name, value=path.name, separator=shown))
        file.seek(0)
        try:
            shape = _scan(file, ord(separator), len(names))
        except _NoTextError as error:
            return refused(spec, *findings, finding(error.code, spec.name, row=error.row, value=path.name))
        except _LongLineError:
            limit = CHUNK // 10**6
            return refused(spec, *findings, finding("long_line", spec.name, value=path.name, limit=limit))
    if shape.quotes:
        wrong = at("quotes", spec.name, "", pl.concat(shape.quotes))
        return refused(spec, *findings, wrong, rows=shape.records)
    ragged = pl.concat(shape.ragged)
    findings.append(at("ragged", spec.name, "", ragged, {"found": "found"}, expected=len(names)))
    return without_blank_rows(
        Raw(
            spec=spec,
            frame=_parse(path, separator, len(names), positions),
            rows=shape.records,
            findings=tuple(findings),
            rejected=ragged[ROW],
        )
    )


def _header(file: BinaryIO, spec: TableSpec, path: Path) -> tuple[str, Finding | None]:
    line = file.readline(CHUNK)
    if not line.strip():
        columns = ", ".join(column.name for column in spec.columns if column.required)
        return "", finding("no_header", spec.name, row=1, columns=columns)
    try:
        header = line.removeprefix(codecs.BOM_UTF8).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return "", finding("not_utf8", spec.name, row=1, value=path.name)
    if "\0" in header:
        return "", finding("zero_byte", spec.name, row=1, value=path.name)
    if "\r" in header:
        return "", finding("line_endings", spec.name, value=path.name)
    return header, None


def _separator(header: str) -> str:
    """A comma, unless the header has none and is plainly divided by something else."""
    if "," in header:
        return ","
    return next((mark for mark in (";", "\t") if mark in header), ",")


class _LongLineError(Exception):
    """A line longer than a chunk."""


class _NoTextError(Exception):
    """A byte that is no text; ``row`` holds it, ``code`` says why."""

    def __init__(self, code: str, row: int) -> None:
        super().__init__(code, row)
        self.code, self.row = code, row


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Pieces that end with a line."""
    while chunk := file.read(CHUNK):
        if not chunk.endswith(b"\n"):
            rest = file.readline(CHUNK)
            if len(rest) == CHUNK and not rest.endswith(b"\n"):
                raise _LongLineError
            chunk += rest
        yield chunk


def _scan(file: BinaryIO, separator: int, width: int) -> _Shape:
    """Count the cells of every record. Records are numbered as a person sees them: the header is 1."""
    shape = _Shape(records=-1)
    decoder = codecs.getincrementaldecoder("utf-8")()
    inside = 0
    carried = 0  # separators of a record that goes on from the chunk before
    for chunk in _chunks(file):
        wrong = _wrong_byte(decoder, chunk)
        if wrong is not None:
            code, place = wrong
            raise _NoTextError(code, shape.records + FIRST_ROW + chunk[:place].count(b"\n"))
        data = np.frombuffer(chunk, np.uint8)
        marks = data == QUOTE
        if inside or marks.any():
            within = (np.cumsum(marks) + inside) & 1
            outside = within == 0
            ends = np.flatnonzero((data == NEWLINE) & outside)
            cuts = np.flatnonzero((data == separator) & outside)
            stray = _stray_quotes(data, marks, within, separator)
            inside = int(within[-1])
        else:
            ends = np.flatnonzero(data == NEWLINE)
            cuts = np.flatnonzero(data == separator)
            stray = np.empty(0, np.int64)
        if not inside and (not len(ends) or ends[-1] != len(data) - 1):
            ends = np.append(ends, len(data))  # the last line has no line end
        counts = np.diff(np.searchsorted(cuts, ends), prepend=0)
        if len(counts):
            counts[0] += carried
            carried = len(cuts) - int(np.searchsorted(cuts, ends[-1]))
        else:
            carried += len(cuts)
        first = shape.records + FIRST_ROW  # number of the first record that ends in this chunk
        _note_ragged(shape, data, ends, counts + 1, width, first)
        if len(stray):
            shape.quotes.append(_rows(first + np.unique(np.searchsorted(ends, stray))))
        shape.records += len(ends)
    if _wrong_byte(decoder, b"", final=True) is not None:
        raise _NoTextError("not_utf8", shape.records + FIRST_ROW - 1)
    if inside:
        shape.records += 1
        shape.quotes.append(_rows(np.array([shape.records + FIRST_ROW - 1])))
    return shape


def _wrong_byte(
    decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False
) -> tuple[str, int] | None:
    """Why and where the bytes stop being UTF-8 text; a zero byte is no text either."""
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        return "not_utf8", error.start
    zero = chunk.find(0)
    return None if zero < 0 else ("zero_byte", zero)


def _stray_quotes(
    data: NDArray[np.uint8], marks: NDArray[np.bool_], within: NDArray[np.int64], separator: int
) -> NDArray[np.int64]:
    """Positions of quotation marks that neither open nor close a whole cell."""
    position = np.flatnonzero(marks)
    before = np.where(position > 0, data[position - 1], NEWLINE)
    after = np.where(position + 1 < len(data), data[np.minimum(position + 1, len(data) - 1)], NEWLINE)
    opens = within[position] == 1
    good_open = np.isin(before, (separator, NEWLINE, QUOTE)) | _after_bom(data, position)
    good_close = np.isin(after, (separator, NEWLINE, RETURN, QUOTE))
    return position[np.where(opens, ~good_open, ~good_close)]


def _after_bom(data: NDArray[np.uint8], position: NDArray[np.int64]) -> NDArray[np.bool_]:
    marked = data[:3].tobytes() == codecs.BOM_UTF8
    return np.asarray((position == 3) & marked, np.bool_)


def _note_ragged(
    shape: _Shape,
    data: NDArray[np.uint8],
    ends: NDArray[np.int64],
    cells: NDArray[np.int64],
    width: int,
    first: int,
) -> None:
    odd = np.flatnonzero(cells != width)
    if not len(odd):
        return
    solid = np.append(0, np.cumsum(~_BLANK[data]))  # before each byte
    start = np.append(0, ends + 1)[odd]
    odd = odd[(cells[odd] > 1) | (solid[ends[odd]] > solid[start])]  # a blank line is not ragged
    shape.ragged.append(_rows(first + odd).with_columns(found=cells[odd]))


def _rows(numbers: NDArray[np.int64]) -> pl.DataFrame:
    return pl.DataFrame({ROW: numbers}, schema={ROW: pl.UInt32})


def _parse(path: Path, separator: str, width: int, positions: dict[int, str]) -> pl.DataFrame:
    names = [positions.get(position, f"?{position}") for position in range(width)]
    frame = pl.read_csv(
        path,
        has_header=False,
        skip_rows=1,
        separator=separator,
        schema=dict.fromkeys(names, pl.String()),
        columns=sorted(positions),
        truncate_ragged_lines=True,
        raise_if_empty=False,
    )
    return with_rows(frame)
