"""Keys: each once, each known, and none that leads back to itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from asah.engine.tables.noticed import ROW, Note, Noticed, at
from asah.engine.tables.problem import Problem
from asah.engine.tables.raw import hint
from asah.engine.tables.schema import SCHEMA, ColumnSpec, TableSpec

# Spelling hints compare every unknown key with every known one; beyond this they are left out.
HINTS: Final = 100_000


def repeated_keys(problem: Problem) -> Iterator[Note]:
    """Rows whose key an earlier row already has."""
    for name, frame in problem.frames.items():
        spec = SCHEMA[name]
        if spec.key and frame.height:
            yield _repeats(spec, frame)


def _repeats(spec: TableSpec, frame: pl.DataFrame) -> Noticed:
    solid = [key for key in spec.key if spec.column(key).required]
    keyed = frame.select(ROW, *spec.key).drop_nulls(solid)
    again = later_twins(keyed, list(spec.key))

    def facts(row: Mapping[str, Any]) -> Mapping[str, Any]:
        value = ", ".join(str(row[key]) for key in spec.key if row[key] is not None)
        return {"value": value, "first": row["first"]}

    return Noticed("repeated", spec.name, ", ".join(spec.key), again, facts)


def later_twins(frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows whose key stood in an earlier row, with the number of that row as ``first``."""
    # A hash finds the few candidates without sorting or grouping millions of texts.
    marks = frame.select(key).hash_rows(seed=0)
    candidates = frame.filter(marks.is_duplicated())
    if not candidates.height:
        return candidates.with_columns(pl.lit(0).alias("first"))
    first = pl.col(ROW).min().over([pl.col(name).fill_null("\0") for name in key])
    return candidates.with_columns(first.alias("first")).filter(pl.col(ROW) > pl.col("first"))


def unknown_keys(problem: Problem) -> Iterator[Note]:
    """References to keys that no row of the other table has."""
    for name, frame in problem.frames.items():
        for column in SCHEMA[name].columns:
            target = column.refers_to
            if target and problem.filled(name) and target in problem.frames:
                yield from _unknown(problem, name, frame, column, target)


def _unknown(
    problem: Problem, name: str, frame: pl.DataFrame, column: ColumnSpec, target: str
) -> Iterator[Note]:
    if not problem.filled(target):
        return
    known = problem[target][SCHEMA[target].key[0]].drop_nulls().unique()
    used = frame.select(ROW, column.name).drop_nulls()
    if column.is_list:
        used = (
            used.with_columns(pl.col(column.name).str.split(";"))
            .explode(column.name, empty_as_null=False)
            .unique()
        )
    yield unknown(name, column.name, used.filter(~pl.col(column.name).is_in(known.implode())), target, known)


def unknown(table: str, column: str, bad: pl.DataFrame, target: str, known: pl.Series) -> Noticed:
    """Every row of ``bad`` names a row of ``target`` that is not ``known``."""

    @cache
    def near(key: str) -> str:
        return hint(key, names)

    names = known.sort().to_list() if len(known) * bad[column].head(HINTS).n_unique() <= HINTS else []
    return Noticed(
        "unknown_key",
        table,
        column,
        bad.select(ROW, column),
        lambda row: {"value": row[column], "target": target, "hint": near(row[column])},
    )


def cycles(problem: Problem) -> Iterator[Note]:
    """Units above themselves, and programmes that must come before themselves."""
    for table, column in (("units", "parent_id"), ("programmes", "prerequisite_id")):
        if not problem.filled(table):
            continue
        key = SCHEMA[table].key[0]
        frame = problem[table].select(ROW, key, column).drop_nulls().unique(key, keep="first").sort(ROW)
        places = frame.select(pl.col(key).alias(column), above=pl.int_range(pl.len()))
        above = frame.join(places, on=column, how="left", maintain_order="left")["above"]
        circles = _circles(above.fill_null(frame.height).to_numpy())
        rows = [place for circle in circles for place in circle]
        circle_of = [number for number, circle in enumerate(circles) for _ in circle]
        paths = pl.Series("path", [_path(frame[key], circle) for circle in circles], pl.String)
        yield at("cycle", table, column, frame[rows].with_columns(paths[circle_of]), {"path": "path"})


def _path(keys: pl.Series, circle: Sequence[int]) -> str:
    shown = [keys[place] for place in circle[:8]]
    return " > ".join([*shown, shown[0] if len(circle) <= 8 else "..."])


def _circles(above: NDArray[np.int64]) -> list[list[int]]:
    """The circles of a map in which every place has one successor; ``len(above)`` stands for none."""
    end = len(above)
    # Doubling the step until it is longer than any way: whoever is then still on the way is on a circle.
    far = np.append(above, end)
    for _ in range(end.bit_length()):
        far = far[far]
    walked: set[int] = set()
    circles = []
    for start in np.unique(far[far < end]).tolist():
        circle = []
        while start not in walked:
            walked.add(start)
            circle.append(start)
            start = int(above[start])
        circles += [circle] if circle else []
    return circles
