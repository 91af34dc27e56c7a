"""What a read sheet is, how much of one is taken, and how a file is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MAX_BYTES: Final = 20_000_000
MAX_COLUMNS: Final = 200
MAX_ROWS: Final = 60_000
# Every cell becomes a Python text: some hundred bytes each.
MAX_CELLS: Final = 3_000_000
# A spreadsheet program holds no longer text in a cell; in CSV that is mostly a quotation mark left open.
MAX_CELL_LENGTH: Final = 32_767
_NAMED: Final = 10


@dataclass(frozen=True)
class Note:
    """One thing noticed about a file; ``messages.explain`` turns it into what is wrong and how to mend it."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


class SheetError(Exception):
    """The file cannot be taken as a sheet; ``problems`` names every reason that could be seen at once."""

    def __init__(self, *problems: Note) -> None:
        self.problems = problems
        super().__init__(", ".join(problem.code for problem in problems))

    @property
    def code(self) -> str:
        """The first reason."""
        return self.problems[0].code


@dataclass(frozen=True)
class Sheet:
    """One table out of an uploaded file, all cells as text.

    ``name``: the sheet read (for CSV the file's name); ``sheets``: the visible sheets of the file.
    ``header_row``: number of the row in the file that holds the header, from 1; of two, the lower one.
    ``columns``: the header's texts as written, tidied of needless blanks; '' for a column without a header.
    ``rows``: (row number as a person sees it in the file, one text per column; '' where blank). Blank rows
    are left out. Numbers are shown without a needless ``.0``, dates as 2026-01-31, truth as true and false.
    ``warnings``: what was noticed and does not hinder reading.
    ``ragged``: rows with more cells than the header, so that their cells may stand in the wrong columns.
    """

    name: str
    sheets: tuple[str, ...]
    header_row: int
    columns: tuple[str, ...]
    rows: Sequence[tuple[int, tuple[str, ...]]]
    warnings: tuple[Note, ...] = ()
    ragged: frozenset[int] = frozenset()


def without_columns(sheet: Sheet, indexes: Collection[int]) -> Sheet:
    """The sheet as if these columns (from 0) had never been in it: what may not be kept is not kept."""
    kept = [index for index in range(len(sheet.columns)) if index not in indexes]
    return dataclasses.replace(
        sheet,
        columns=tuple(sheet.columns[index] for index in kept),
        rows=[(number, tuple(cells[index] for index in kept)) for number, cells in sheet.rows],
    )


def listed(places: Iterable[object]) -> dict[str, str | int]:
    """``places`` (the first few, as text) and ``count`` (of all), for a note."""
    names = [str(place) for place in places]
    return {
        "places": ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else ""),
        "count": len(names),
    }
