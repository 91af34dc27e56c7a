"""Cells as they lie in a file, before anybody knows which row is the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asah.portal.base.sheets.sheet import Note

Row = tuple[int, list[str]]  # number in the file from 1, texts from the first column on


@dataclass(frozen=True)
class Merge:
    """A merged range: rows from 1, columns from 0, both ends within."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int
    reference: str


@dataclass(frozen=True)
class Grid:
    """All rows of one sheet that hold anything; those of a text file may differ in width."""

    name: str
    sheets: tuple[str, ...]
    rows: Sequence[Row]
    merges: Sequence[Merge] = ()
    notes: Sequence[Note] = ()
