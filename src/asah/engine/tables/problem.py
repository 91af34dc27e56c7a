"""Typed tables under examination, and how a fault in their rows is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.policy import Policy
from asah.engine.tables.raw import ROW
from asah.engine.tables.schema import Stage


@dataclass(frozen=True)
class Problem:
    """Typed tables with their row numbers; ``filled`` are those that could be read and hold rows."""

    stage: Stage
    frames: Mapping[str, pl.DataFrame]
    policy: Policy | None

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames[name]

    def filled(self, *names: str) -> bool:
        return all(name in self.frames and self.frames[name].height > 0 for name in names)


def at(
    code: str,
    table: str,
    column: str,
    bad: pl.DataFrame,
    of_row: Mapping[str, str] = MappingProxyType({}),
    **facts: Any,
) -> Iterator[Finding]:
    """One finding per row of ``bad``; ``of_row`` maps facts of the message to columns of ``bad``."""
    for row in bad.iter_rows(named=True):
        told = {fact: row[name] for fact, name in of_row.items()}
        yield finding(code, table, row=row[ROW], column=column, value=row.get(column), **told, **facts)
