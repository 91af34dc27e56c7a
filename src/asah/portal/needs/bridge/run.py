"""One run of the engine over a cycle: tables written, needs computed, results back."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from asah.engine import pipeline
from asah.engine.errors import AsahError, InputError
from asah.engine.tables import SCHEMA, OutputFolder
from asah.portal.needs.bridge.messages import in_both_languages
from asah.portal.needs.bridge.results import (
    by_rung,
    count_by_role,
    fits_of,
    needs_with_levels,
    required_levels_of,
)
from asah.portal.needs.bridge.tables import read_demands, read_people, read_tables
from asah.portal.needs.models import Cycle
from asah.portal.needs.queries.profile import standard_day

Row = dict[str, Any]
# The engine reads its language from the environment of the process: one reader at a time changes it.
_language = threading.Lock()


class NeedsRefused(Exception):
    """The rows cannot be computed with; ``messages`` names each that must be mended."""

    def __init__(self, messages: Sequence[Row]) -> None:
        super().__init__(f"{len(messages)} rows")
        self.messages = list(messages)


class EngineFailed(Exception):
    """The engine could not carry out what was asked; its own words are the message."""


@dataclass(frozen=True)
class Computed:
    """What came of a cycle.

    ``levels``: person, competency, mean, sd, ratings, basis. ``needs``: person, unit, competency, against,
    required, gap, weight, probability, basis. ``unit_needs``: as ``UnitNeed``. ``fits``: person to
    ``Member.fit``. Keys are primary keys. ``summary`` goes into the cycle.
    """

    levels: list[tuple[Any, ...]]
    needs: list[tuple[Any, ...]]
    unit_needs: list[tuple[Any, ...]]
    fits: dict[int, float]
    summary: dict[str, Any]


def compute(cycle: Cycle, folder: Path, *, tell: Callable[[str], None]) -> Computed:
    """The needs of a cycle out of what is in the database. ``tell`` hears what begins.

    Raises NeedsRefused and EngineFailed.
    """
    tell("read")
    frames = read_tables(cycle)
    with OutputFolder(folder / "input", "parquet") as out:
        for name, frame in frames.items():
            out.write(name, frame.select(column for column in frame.columns if SCHEMA[name].has(column)))
    tell("needs")
    run, told = _run(cycle, folder, frames)
    tell("results")
    required = required_levels_of(frames, dt.date.fromisoformat(run.summary["on"]))
    levels, needs = run.needs.levels, needs_with_levels(run.needs.needs, required, frames)
    fits = fits_of(levels, required)
    key = pl.col("person_id", "competency_id").cast(pl.Int64)
    summary = {
        **{
            name: value
            for name, value in run.summary.items()
            if name not in ("rows", "warnings", "performance_only")
        },
        "performance_only": run.needs.performance_only.height,
        "ratings": count_by_role(frames["ratings"]),
        "rungs": by_rung(frames["people"], levels, required, needs),
        "messages": told,
    }
    return Computed(
        levels=levels.select(key, "level_mean", "level_sd", "ratings", "basis").rows(),
        needs=needs.rows(),
        unit_needs=run.needs.needs_by_unit.with_columns(pl.col("unit", "competency").cast(pl.Int64)).rows(),
        fits=fits,
        summary=summary,
    )


def required_of(cycle: Cycle, members: Iterable[int]) -> pl.DataFrame:
    """What is demanded of these members: person, competency, against, required, importance, default."""
    frames = read_demands(cycle, list(read_people(cycle, members)), set())
    required = required_levels_of(frames, standard_day(cycle))
    return required.with_columns(pl.col("person_id", "competency_id").cast(pl.Int64))


def _run(
    cycle: Cycle, folder: Path, frames: Mapping[str, pl.DataFrame]
) -> tuple[pipeline.NeedsRun, list[Row]]:
    try:
        with _in_indonesian():
            done = pipeline.run_needs(folder / "input", folder / "output", seed=cycle.seed)
    except InputError as error:
        raise NeedsRefused(in_both_languages(error.findings, frames)) from error
    except AsahError as error:
        raise EngineFailed(str(error)) from error
    return done, in_both_languages(done.findings, frames)


@contextmanager
def _in_indonesian() -> Iterator[None]:
    with _language:
        before = os.environ.get("ASAH_LANG")
        os.environ["ASAH_LANG"] = "id"
        try:
            yield
        finally:
            if before is None:
                del os.environ["ASAH_LANG"]
            else:
                os.environ["ASAH_LANG"] = before
