"""A table as it stood in its file: known columns only, nothing interpreted yet."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from asah.engine.tables.messages import finding, language
from asah.engine.tables.noticed import ROW, Note, at
from asah.engine.tables.schema import TableSpec

FIRST_ROW: Final = 2
# Stands in the place of a formula that was saved without its result.
NO_RESULT: Final = "#NO_RESULT"
INVISIBLE: Final = " \t\r\n\v\f\u00a0\u2007\u202f\u200b\u200c\u200d\ufeff"


@dataclass(frozen=True)
class Raw:
    """``frame`` holds ROW and the known columns found, as text or as the file's own type.

    ``rejected`` are rows that cannot be read at all; ``rows`` is what the file holds. A table that cannot be
    read as a whole has no frame; ``nothing`` says that there is not even a header.
    """

    spec: TableSpec
    frame: pl.DataFrame | None
    rows: int = 0
    findings: tuple[Note, ...] = ()
    rejected: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt32))
    nothing: bool = False


def empty(spec: TableSpec, stage: str) -> Raw:
    """A file or sheet without anything in it."""
    columns = ", ".join(column.name for column in spec.columns if column.required_in(stage))
    header = finding("no_header", spec.name, row=1, columns=columns)
    return Raw(spec=spec, frame=None, findings=(header,), nothing=True)


def refused(spec: TableSpec, *findings: Note, rows: int = 0) -> Raw:
    """A table that cannot be read, with the reasons."""
    return Raw(spec=spec, frame=None, rows=rows, findings=findings)


def hint(name: str, known: Iterable[str]) -> str:
    """A clause that names the nearest known word, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    if not near:
        return ""
    return f" ({'mungkin' if language() == 'id' else 'perhaps'} {near[0]})"


def match_header(
    header: Sequence[str | None], spec: TableSpec, stage: str
) -> tuple[dict[int, str], list[Note]]:
    """Which position holds which known column, and what is wrong with the header."""
    positions: dict[int, str] = {}
    findings: list[Note] = []
    names = [(cell or "").strip(INVISIBLE) for cell in header]
    if not any(names):
        columns = ", ".join(column.name for column in spec.columns if column.required_in(stage))
        return {}, [finding("no_header", spec.name, row=1, columns=columns)]
    for position, name in enumerate(names):
        known = name.lower()
        if not spec.has(known):
            # A column without a name is shown by its number.
            shown = name or f"#{position + 1}"
            near = hint(known, [column.name for column in spec.columns])
            findings.append(finding("unknown_column", spec.name, column=shown, hint=near))
        elif known in positions.values():
            findings.append(finding("twice_header", spec.name, column=known))
        else:
            positions[position] = known
    for column in spec.columns:
        if column.required_in(stage) and column.name not in positions.values():
            near = hint(column.name, (name for name in names if not spec.has(name.lower())))
            meaning = column.meaning[language()]
            findings.append(
                finding("missing_column", spec.name, column=column.name, meaning=meaning, hint=near)
            )
    return positions, findings


def with_rows(frame: pl.DataFrame, first_row: int = FIRST_ROW) -> pl.DataFrame:
    return frame.with_row_index(ROW, offset=first_row)


def without_blank_rows(raw: Raw) -> Raw:
    """Blank rows at the end are no rows; those between filled rows are skipped with a warning."""
    frame = raw.frame
    if frame is None or frame.width < 2 or not frame.height:
        return raw
    filled = frame.select(
        pl.any_horizontal(_filled(frame, name) for name in frame.columns if name != ROW)
    ).to_series()
    if filled.all():
        return raw
    last = int(frame[ROW].filter(filled).max() or 0)  # type: ignore[arg-type]
    blank = frame.filter(~filled & (frame[ROW] <= last)).select(ROW)
    return Raw(
        spec=raw.spec,
        frame=frame.filter(filled),
        rows=raw.rows - frame.filter(frame[ROW] > last).height,
        findings=(*raw.findings, at("blank_row", raw.spec.name, "", blank)),
        rejected=raw.rejected.filter(raw.rejected <= last),
    )


def _filled(frame: pl.DataFrame, name: str) -> pl.Expr:
    cell = pl.col(name)
    return (cell != "").fill_null(False) if frame.schema[name] == pl.String else cell.is_not_null()
