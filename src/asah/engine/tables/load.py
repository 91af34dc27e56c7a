"""Reading a problem: every table of a stage, typed and checked, or every reason why not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polars as pl

from asah.engine.errors import Finding, InputError
from asah.engine.tables.cells import type_cells
from asah.engine.tables.files import Found, find_tables
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import ROW, Note, bad_rows, tell
from asah.engine.tables.policy import Policy, read_policy
from asah.engine.tables.problem import Problem
from asah.engine.tables.raw import refused
from asah.engine.tables.relations import cross_check
from asah.engine.tables.schema import SCHEMA, Stage, TableSpec, tables_of


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one table; the three add up to the rows read."""

    accepted: int
    warned: int
    rejected: int

    @property
    def read(self) -> int:
        return self.accepted + self.warned + self.rejected


@dataclass(frozen=True)
class Tables:
    """The tables of one stage, ready to use.

    ``frames`` holds every table the stage may read, with all its columns in file order; one that is not there
    is empty. ``findings`` are warnings. ``sha256`` is of the content, whatever files it came in.
    """

    frames: Mapping[str, pl.DataFrame]
    policy: Policy | None
    findings: tuple[Finding, ...]
    counts: Mapping[str, Counts]
    sha256: str

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames[name]


@dataclass(frozen=True)
class Examined:
    """Everything noticed in one look at the input, whether or not it can be used."""

    frames: Mapping[str, pl.DataFrame]
    policy: Policy | None
    findings: tuple[Finding, ...]
    counts: Mapping[str, Counts]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.severity == "error")


def load(path: Path, stage: Stage) -> Tables:
    """Read and check the tables of ``stage`` in ``path``: a folder of CSV and Parquet, or one workbook.

    Raises InputError with every bad row of every table.
    """
    seen = examine(path, stage)
    if seen.errors:
        raise InputError(seen.errors)
    return Tables(seen.frames, seen.policy, seen.findings, seen.counts, fingerprint(seen.frames, seen.policy))


def examine(path: Path, stage: Stage) -> Examined:
    """Look at everything and refuse nothing: the frames, what was noticed, and what became of every row."""
    found = find_tables(Path(path))
    seen = {spec.name: _look(spec, found, stage) for spec in tables_of(stage)}
    notes: list[Note] = [*found.findings, *(note for table in seen.values() for note in table.findings)]
    policy = None
    if found.usable:
        notes += [note for table in seen.values() for note in _absence(table, stage)]
        if stage != "needs":
            policy, wrong = read_policy(found.policy)
            notes += wrong
    frames = {
        name: table.spec.empty().with_row_index(ROW) if table.frame is None else table.frame
        for name, table in seen.items()
    }
    notes += cross_check(Problem(stage, frames, policy))
    return Examined(
        frames=MappingProxyType({name: frame.drop(ROW) for name, frame in frames.items()}),
        policy=policy,
        findings=tell(notes),
        counts=MappingProxyType({name: _count(table, notes) for name, table in seen.items()}),
    )


def read_frames(path: Path, names: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The named tables in ``path``, typed by their column files; keys and other tables are not looked at.

    An optional table that is not there is empty. Raises InputError with every bad cell.
    """
    found = find_tables(Path(path))
    notes: list[Note] = [*found.findings]
    frames: dict[str, pl.DataFrame] = {}
    for name in names:
        table = _look(SCHEMA[name], found, "")
        notes += table.findings
        if not table.there and found.usable and not table.spec.may_be_absent:
            notes.append(_missing(table.spec))
        frames[name] = table.spec.empty() if table.frame is None else table.frame.drop(ROW)
    errors = tell(note for note in notes if note.severity == "error")
    if errors:
        raise InputError(errors)
    return frames


def fingerprint(frames: Mapping[str, pl.DataFrame], policy: Policy | None) -> str:
    """The sha256 of the content: filled tables by name, their columns, types and values in row order."""
    digest = hashlib.sha256()
    if policy is not None:
        digest.update(json.dumps(policy.as_dict(), sort_keys=True).encode())
    for name in sorted(frames):
        frame = frames[name]
        if not frame.height:
            continue
        for column in frame:
            if column.null_count() == frame.height:
                continue
            digest.update(f"\x1d{name}\x1f{column.name}\x1f{frame.height}\x1e".encode())
            digest.update(column.is_null().cast(pl.UInt8).to_numpy().tobytes())
            digest.update(_bytes(column))
    return digest.hexdigest()


def _bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.String:
        text = column.fill_null("")
        lengths = text.str.len_bytes().to_numpy().astype("<u4").tobytes()
        return lengths + str(text.str.join("").item()).encode()
    if column.dtype == pl.Float64:
        # A zero has no sign here: -0.0 and 0 are the same content.
        return (column.fill_null(0.0) + 0.0).to_numpy().astype("<f8").tobytes()
    whole = column.cast(pl.Int32) if column.dtype == pl.Date else column
    return whole.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()


# ---- one table


@dataclass(frozen=True)
class _Look:
    """One table after reading and typing. ``frame`` carries the row numbers; it is None if nothing was read.

    ``whole`` is False where the table as such is wrong, so that none of its rows can be accepted.
    """

    spec: TableSpec
    there: bool
    frame: pl.DataFrame | None = None
    rows: int = 0
    whole: bool = True
    findings: tuple[Note, ...] = ()


def _look(spec: TableSpec, found: Found, stage: str) -> _Look:
    if spec.name not in found.readers:
        return _Look(spec, there=False)
    try:
        raw = found.readers[spec.name](spec, stage)
    except OSError as error:
        raw = refused(spec, finding("unreadable", spec.name, reason=error.strerror or str(error)))
    if raw.nothing and spec.used_by.get("plan" if stage == "check" else stage) == "optional":
        return _Look(spec, there=False)
    if raw.frame is None:
        return _Look(spec, there=True, rows=raw.rows, whole=False, findings=raw.findings)
    typed = type_cells(raw, stage)
    whole = not any(
        isinstance(note, Finding) and note.severity == "error" and not note.row for note in raw.findings
    )
    return _Look(spec, True, typed.frame, raw.rows, whole, raw.findings + typed.findings)


def _absence(table: _Look, stage: Stage) -> list[Finding]:
    if table.spec.used_by["plan" if stage == "check" else stage] == "optional":
        return []
    if not table.there:
        return [_missing(table.spec)]
    return [finding("empty_table", table.spec.name)] if table.frame is not None and not table.rows else []


def _missing(spec: TableSpec) -> Finding:
    columns = ", ".join(column.name for column in spec.columns if column.required)
    return finding("missing_table", spec.name, name=spec.name, columns=columns)


def _count(table: _Look, notes: Sequence[Note]) -> Counts:
    if not table.whole:
        return Counts(0, 0, table.rows)
    rejected = bad_rows(notes, table.spec.name, "error")
    warned = bad_rows(notes, table.spec.name, "warning")
    only_warned = warned.filter(~warned.is_in(rejected.implode()))
    return Counts(table.rows - len(rejected) - len(only_warned), len(only_warned), len(rejected))
