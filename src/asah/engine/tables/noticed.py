"""What was noticed about rows: counted for every row, told one by one as far as anybody reads.

A sheet of millions of bad rows is held as columns, never as millions of findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final, Literal

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import MESSAGES, finding, language, without_facts

# The number a person sees beside the row; it travels with the frame until everything has been checked.
ROW: Final = "#row"
# So many findings are told one by one; of what is beyond, the numbers are told.
LISTED: Final = 100_000

Facts = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Noticed:
    """The same thing noticed about every row of ``rows``, which holds ROW (0: about the table as a whole).

    ``facts`` makes out of one row the ``value`` and what else the message of ``code`` names.
    """

    code: str
    table: str
    column: str
    rows: pl.DataFrame
    facts: Facts

    @property
    def severity(self) -> Literal["error", "warning"]:
        return MESSAGES[self.code].severity

    @property
    def what(self) -> str:
        return without_facts(MESSAGES[self.code].texts[language()][0])

    def __iter__(self) -> Iterator[Finding]:
        for row in self.rows.iter_rows(named=True):
            yield finding(self.code, self.table, row=row[ROW], column=self.column, **self.facts(row))


Note = Finding | Noticed


def at(
    code: str,
    table: str,
    column: str,
    bad: pl.DataFrame,
    of_row: Mapping[str, str] = MappingProxyType({}),
    **facts: Any,
) -> Noticed:
    """``code`` for every row of ``bad``; ``of_row`` maps facts of the message to columns of ``bad``."""

    def facts_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"value": row.get(column), **{fact: row[name] for fact, name in of_row.items()}, **facts}

    return Noticed(code, table, column, bad, facts_of)


def tell(notes: Iterable[Note]) -> tuple[Finding, ...]:
    """The findings in order of severity, table and row. Beyond LISTED, one closing finding for each severity
    and table says how many of which kind there are in all."""
    told: list[Finding] = []
    some = (note for note in notes if isinstance(note, Finding) or note.rows.height)
    for _, group in groupby(sorted(some, key=_group), key=_group):
        told += _tell_group(list(group), max(0, LISTED - len(told)))
    return tuple(told)


def bad_rows(notes: Iterable[Note], table: str, severity: str) -> pl.Series:
    """The numbers of the rows of ``table`` about which anything of that severity was noticed, each once."""
    about = [note for note in notes if note.table == table and note.severity == severity]
    single = pl.Series(ROW, [note.row for note in about if isinstance(note, Finding)], pl.UInt32)
    many = [note.rows[ROW] for note in about if isinstance(note, Noticed)]
    rows = pl.concat([single, *many]).unique()
    return rows.filter(rows > 0)


def _group(note: Note) -> tuple[str, str]:
    return note.severity, note.table


def _tell_group(notes: Sequence[Note], room: int) -> list[Finding]:
    single = [note for note in notes if isinstance(note, Finding)]
    many = [note for note in notes if isinstance(note, Noticed)]
    total = len(single) + sum(note.rows.height for note in many)
    if total > room:
        many = _first(many, max(0, room - len(single)))
    told = {*single, *(found for note in many for found in note)}
    ordered = sorted(told, key=lambda found: (found.row, found.column, found.value))
    return ordered if total <= room else [*ordered, _closing(notes, total, len(ordered))]


def _first(many: Sequence[Noticed], count: int) -> list[Noticed]:
    """What was noticed about the first rows, ``count`` findings in all."""
    places = [
        note.rows.select(ROW, pl.lit(index).alias("note"))
        .with_row_index("at")
        .bottom_k(count, by=[ROW, "at"])
        for index, note in enumerate(many)
    ]
    chosen = pl.concat(places).bottom_k(count, by=[ROW, "note", "at"]) if places else pl.DataFrame()
    return [
        replace(note, rows=note.rows[chosen.filter(pl.col("note") == index)["at"].sort()])
        for index, note in enumerate(many)
    ]


def _closing(notes: Sequence[Note], total: int, listed: int) -> Finding:
    kinds: dict[str, int] = {}
    for note in notes:
        what = note.what
        kind = f"{note.column}: {what}" if note.column else what
        kinds[kind] = kinds.get(kind, 0) + (note.rows.height if isinstance(note, Noticed) else 1)
    told = "; ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
    code = f"more_{notes[0].severity}s"
    return finding(code, notes[0].table, total=total, listed=listed, kinds=told)
