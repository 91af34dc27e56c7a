"""Keys: each once, each known, and none that leads back to itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.problem import Problem
from asah.engine.tables.raw import ROW, hint
from asah.engine.tables.schema import SCHEMA, ColumnSpec, TableSpec

# Spelling hints compare every unknown key with every known one; beyond this they are left out.
HINTS: Final = 100_000


def repeated_keys(problem: Problem) -> Iterator[Finding]:
    """Rows whose key an earlier row already has."""
    for name, frame in problem.frames.items():
        spec = SCHEMA[name]
        if spec.key and frame.height:
            yield from _repeats(spec, frame)


def _repeats(spec: TableSpec, frame: pl.DataFrame) -> Iterator[Finding]:
    solid = [key for key in spec.key if spec.column(key).required]
    keyed = frame.select(ROW, *spec.key).drop_nulls(solid)
    again = later_twins(keyed, list(spec.key))
    for row in again.iter_rows(named=True):
        value = ", ".join(str(row[key]) for key in spec.key if row[key] is not None)
        yield finding(
            "repeated", spec.name, row=row[ROW], column=", ".join(spec.key), value=value, first=row["first"]
        )


def later_twins(frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows whose key stood in an earlier row, with the number of that row as ``first``."""
    # A hash finds the few candidates without sorting or grouping millions of texts.
    marks = frame.select(key).hash_rows(seed=0)
    candidates = frame.filter(marks.is_duplicated())
    if not candidates.height:
        return candidates.with_columns(pl.lit(0).alias("first"))
    first = pl.col(ROW).min().over([pl.col(name).fill_null("\0") for name in key])
    return candidates.with_columns(first.alias("first")).filter(pl.col(ROW) > pl.col("first"))


def unknown_keys(problem: Problem) -> Iterator[Finding]:
    """References to keys that no row of the other table has."""
    for name, frame in problem.frames.items():
        for column in SCHEMA[name].columns:
            target = column.refers_to
            if target and problem.filled(name) and target in problem.frames:
                yield from _unknown(problem, name, frame, column, target)


def _unknown(
    problem: Problem, name: str, frame: pl.DataFrame, column: ColumnSpec, target: str
) -> Iterator[Finding]:
    if not problem.filled(target):
        return
    known = problem[target][SCHEMA[target].key[0]].drop_nulls()
    used = frame.select(ROW, column.name).drop_nulls()
    if column.is_list:
        elements = [(row, key) for row, keys in used.iter_rows() for key in keys.split(";")]
        used = pl.DataFrame(elements, schema=used.schema, orient="row")
    bad = used.filter(~pl.col(column.name).is_in(known.unique().to_list()))
    strange = bad[column.name].unique()
    names = known.to_list() if len(known) * len(strange) <= HINTS else []
    hints = {key: hint(key, names) for key in strange}
    for row, key in bad.iter_rows():
        yield finding(
            "unknown_key", name, row=row, column=column.name, value=key, target=target, hint=hints[key]
        )


def cycles(problem: Problem) -> Iterator[Finding]:
    """Units above themselves, and programmes that must come before themselves."""
    for table, column in (("units", "parent_id"), ("programmes", "prerequisite_id")):
        if not problem.filled(table):
            continue
        frame = problem[table].select(ROW, SCHEMA[table].key[0], column).drop_nulls()
        row_of = {key: row for row, key, _ in frame.iter_rows()}
        above = {key: parent for _, key, parent in frame.iter_rows()}
        for circle in _circles(above):
            path = " > ".join([*circle, circle[0]] if len(circle) <= 8 else [*circle[:8], "..."])
            for key in circle:
                yield finding("cycle", table, row=row_of[key], column=column, value=above[key], path=path)


def _circles(above: Mapping[str, str]) -> list[list[str]]:
    """The circles of a map in which every key has at most one successor."""
    done: set[str] = set()
    circles = []
    for start in above:
        trail: dict[str, None] = {}
        key = start
        while key in above and key not in done and key not in trail:
            trail[key] = None
            key = above[key]
        if key in trail:
            walked = list(trail)
            circles.append(walked[walked.index(key) :])
        done.update(trail)
    return circles
