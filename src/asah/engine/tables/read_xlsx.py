"""XLSX: the sheets of one workbook, after a look at its size and wholeness."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import fastexcel
import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.raw import Raw, match_header, refused, with_rows, without_blank_rows
from asah.engine.tables.schema import TableSpec

# What a workbook may unpack to: reading takes some four times as much memory.
MAX_WORKBOOK_BYTES: Final = 400_000_000
_CHUNK: Final = 1 << 20
_OLE: Final = b"\xd0\xcf\x11\xe0"
# The reader shows numbers with at most nine decimals.
_SHOWN: Final = 1e-9


def open_workbook(path: Path) -> tuple[Any, list[Finding]]:
    """The workbook, or ``None`` with the reason why it is not even opened."""
    problem = _look_inside(path)
    if problem:
        return None, [problem]
    try:
        return fastexcel.read_excel(path), []
    except fastexcel.FastExcelError:
        return None, [finding("not_a_workbook", path.name)]


def _look_inside(path: Path) -> Finding | None:
    """Unpack every part once, counting: the sizes a zip file declares need not be true."""
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            return finding("protected_workbook", path.name)
    limit = MAX_WORKBOOK_BYTES // 10**6
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(part.file_size for part in archive.infolist())
            if declared > MAX_WORKBOOK_BYTES:
                return finding("too_large", path.name, size=declared // 10**6, limit=limit)
            if any(part.flag_bits & 1 for part in archive.infolist()):
                return finding("protected_workbook", path.name)
            for part in archive.infolist():
                with archive.open(part) as content:
                    while content.read(_CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        return finding("not_a_workbook", path.name)
    return None


def read_sheet(workbook: Any, sheet: str, spec: TableSpec, stage: str) -> Raw:
    """The table in ``sheet`` as text columns; the first row that holds anything is the header."""
    try:
        cells = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        return refused(spec, finding("unreadable", spec.name, value=sheet, reason=str(error).splitlines()[0]))
    header_at = _first_filled(cells)
    if header_at is None:
        columns = ", ".join(column.name for column in spec.columns if column.required)
        return refused(spec, finding("no_header", spec.name, row=1, columns=columns))
    positions, findings = match_header(cells.row(header_at), spec, stage)
    if not positions:
        return refused(spec, *findings)
    numbers = [position for position, name in positions.items() if spec.column(name).dtype.is_float()]
    exact = _exact_numbers(workbook, sheet, numbers)
    frame = pl.DataFrame(
        [
            _restore(cells.to_series(position), exact.get(position)).alias(name).slice(header_at + 1)
            for position, name in positions.items()
        ]
    )
    numbered = with_rows(frame, header_at + 2)
    return without_blank_rows(Raw(spec=spec, frame=numbered, rows=frame.height, findings=tuple(findings)))


def _first_filled(cells: pl.DataFrame) -> int | None:
    if not cells.width or not cells.height:
        return None
    filled = (
        cells.select(pl.any_horizontal(pl.all().is_not_null() & (pl.all() != "")))
        .to_series()
        .fill_null(False)
    )
    return filled.arg_max() if filled.any() else None


def _exact_numbers(workbook: Any, sheet: str, positions: list[int]) -> dict[int, pl.Series]:
    if not positions:
        return {}
    dtypes = dict.fromkeys(positions, "float")
    loaded = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=dtypes, use_columns=positions)
    frame = loaded.to_polars()
    return {position: frame.to_series(index) for index, position in enumerate(positions)}


def _restore(text: pl.Series, number: pl.Series | None) -> pl.Series:
    """The shown text, or the whole number where the text is only its first nine decimals."""
    if number is None:
        return text
    shown = text.cast(pl.Float64, strict=False)
    cut = (shown != number) & ((shown - number).abs() <= _SHOWN)
    return pl.select(pl.when(cut.fill_null(False)).then(number.cast(pl.String)).otherwise(text)).to_series()
