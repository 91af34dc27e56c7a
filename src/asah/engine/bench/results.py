"""What was measured, as rows, as a table for people, and as one object."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from asah.engine.bench.cases import OURS, RULES, SOLVER, Case
from asah.engine.bench.machine import in_words
from asah.engine.bench.process import Apart
from asah.engine.tables.messages import language


@dataclass(frozen=True)
class Run:
    """One method on one instance. Points, rupiah, seconds, megabytes; None: the method does not tell.

    ``gap``: share of what could be gained that is not, to the bound that ours has proved; ``own_gap``: to the
    bound the method has proved itself. ``cpu_s``, ``wall_s``: from tables to plan, without compiling and
    reading; ``process_cpu_s``: all of the process. ``checked``: whether the plan passed `asah check`.
    """

    people: int
    seed: int
    region: str
    method: str
    status: str
    gap: float | None
    own_gap: float | None
    objective: float | None
    bound: float | None
    worth_of_nothing: float | None
    closed_points: float | None
    need_points: float | None
    spent_idr: int | None
    enrolled: int | None
    passes: int | None
    cpu_s: float | None
    cpu_limit_s: float
    wall_s: float | None
    read_cpu_s: float | None
    warm_up_s: float | None
    process_cpu_s: float
    peak_mb: float
    threads: int
    checked: bool | None
    note: str

    @property
    def good(self) -> bool:
        return self.status != "failed" and self.checked is not False

    def line(self) -> str:
        """The run on one line."""
        return "  ".join(cell for cell in _cells(self) if cell)


@dataclass(frozen=True)
class Pass:
    """One pricing pass: ``times`` is CPU a person over that of the pass in memory beside it."""

    people: int
    seed: int
    kind: str
    microseconds: float | None
    times: float | None
    cpu_s: float | None
    wall_s: float | None
    read_cpu_s: float | None
    peak_mb: float | None
    note: str

    @staticmethod
    def failed(people: int, seed: int, kind: str, note: str) -> Pass:
        return Pass(people, seed, kind, None, None, None, None, None, None, note)


@dataclass(frozen=True)
class Measured:
    """Everything measured in one go."""

    machine: Mapping[str, Any]
    threads: int
    runs: tuple[Run, ...]
    passes: tuple[Pass, ...]

    def plus(self, run: Run) -> Measured:
        return replace(self, runs=(*self.runs, run))

    def plus_pass(self, found: Pass) -> Measured:
        return replace(self, passes=(*self.passes, found))

    @property
    def good(self) -> bool:
        return all(run.good for run in self.runs) and all(p.cpu_s is not None for p in self.passes)

    def machine_words(self) -> str:
        return in_words(self.machine)

    def as_dict(self) -> dict[str, Any]:
        return {
            "machine": dict(self.machine),
            "threads": self.threads,
            "runs": [asdict(run) for run in self.runs],
            "passes": [asdict(found) for found in self.passes],
        }

    def frame(self) -> pl.DataFrame:
        """The runs as rows of bench.csv."""
        return _frame(Run, self.runs)

    def pass_frame(self) -> pl.DataFrame:
        """The passes as rows of passes.csv."""
        return _frame(Pass, self.passes)

    def table(self) -> str:
        """For people: the runs, how far ours is ahead, the passes, and how to read it."""
        parts = []
        if self.runs:
            parts.append(aligned([_heads(), *(_cells(run) for run in self.runs)], words=3))
            parts += [line for line in (_ahead(runs) for runs in self.instances()) if line]
            parts.append(say("how_to_read"))
        if self.passes:
            parts.append(aligned([_pass_heads(), *(_pass_cells(found) for found in self.passes)], words=2))
            parts.append(say("how_to_read_passes"))
        notes = [run.note for run in self.runs if run.note] + [p.note for p in self.passes if p.note]
        return "\n\n".join([*parts, *notes])

    def instances(self) -> list[list[Run]]:
        """The runs, those of one instance together."""
        together: dict[tuple[int, int, str], list[Run]] = {}
        for run in self.runs:
            together.setdefault((run.people, run.seed, run.region), []).append(run)
        return list(together.values())


def _frame(kind: type[Run] | type[Pass], rows: Sequence[Run | Pass]) -> pl.DataFrame:
    types = {"int": pl.Int64, "float": pl.Float64, "str": pl.String, "bool": pl.Boolean}
    schema = {field.name: types[str(field.type).removesuffix(" | None")] for field in fields(kind)}
    return pl.DataFrame([asdict(row) for row in rows], schema=schema)


def make_run(
    case: Case,
    method: str,
    threads: int,
    apart: Apart,
    bound: float | None,
    checked: tuple[bool, str] | None,
) -> Run:
    """A run from what its process answered; ``bound`` is ours for this instance, ``checked`` of our plan."""
    if apart.answer is None:
        gave_up = replace(failed(case, method, threads, apart), status="time_limit", note="")
        return gave_up if method == SOLVER and apart.late else failed(case, method, threads, apart)
    a = apart.answer

    def gap(limit: float | None) -> float | None:
        if limit is None or a.get("objective") is None:
            return None
        could = limit - a["worth_of_nothing"]
        return 0.0 if could <= 0 else max(0.0, (limit - a["objective"]) / could)

    return Run(
        people=case.people,
        seed=case.seed,
        region=case.region,
        method=method,
        status=a["status"],
        gap=gap(bound),
        own_gap=gap(a.get("bound")),
        objective=a.get("objective"),
        bound=a.get("bound"),
        worth_of_nothing=a["worth_of_nothing"],
        closed_points=a.get("closed_points"),
        need_points=a["need_points"],
        spent_idr=a.get("spent_idr"),
        enrolled=a.get("enrolled"),
        passes=a.get("passes"),
        cpu_s=a["cpu_s"],
        cpu_limit_s=case.cpu_seconds,
        wall_s=a["wall_s"],
        read_cpu_s=a["read_cpu_s"],
        warm_up_s=a["warm_up_s"],
        process_cpu_s=apart.cpu_s,
        peak_mb=apart.peak_mb,
        threads=1 if method != OURS else threads,
        checked=None if checked is None else checked[0],
        note="" if checked is None or checked[0] else f"{case.name}: {checked[1]}",
    )


def failed(case: Case, method: str, threads: int, apart: Apart) -> Run:
    """A run that gave no answer; its last words are the note."""
    nothing = {field.name: None for field in fields(Run) if str(field.type).endswith("None")}
    return Run(
        **nothing,
        people=case.people,
        seed=case.seed,
        region=case.region,
        method=method,
        status="failed",
        cpu_limit_s=case.cpu_seconds,
        process_cpu_s=apart.cpu_s,
        peak_mb=apart.peak_mb,
        threads=threads,
        note=f"{case.name} {method}: {apart.said}",
    )


# ---- for people


def say(code: str, **facts: object) -> str:
    """A sentence in the language people read."""
    return _texts()[code][language()].format(**facts)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text("utf-8"))


def number(value: float | None, digits: int = 0) -> str:
    """1.234,5 in Indonesian, 1,234.5 in English, a dash for nothing."""
    if value is None:
        return "-"
    plain = f"{value:,.{digits}f}"
    return plain if language() == "en" else plain.translate(str.maketrans(",.", ".,"))


def share(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else number(100 * value, digits) + "%"


def aligned(rows: Sequence[Sequence[str]], words: int) -> str:
    """Columns as wide as the longest cell, the first ``words`` of them to the left, numbers to the right."""
    wide = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if k < words else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, wide, strict=True))
        ).rstrip()
        for row in rows
    )


def _heads() -> list[str]:
    return [
        say(f"head_{name}")
        for name in (
            *("instance", "method", "status", "gap", "own_gap", "gained", "closed", "closed_share", "spent"),
            *("cpu", "wall", "memory", "passes", "checked"),
        )
    ]


def _cells(run: Run) -> list[str]:
    checked = "-" if run.checked is None else say("yes" if run.checked else "no")
    closed = None if run.closed_points is None else run.closed_points / (run.need_points or 1.0)
    return [
        f"{run.region} {number(run.people)} #{run.seed}",
        say(f"method_{run.method}"),
        say(f"status_{run.status}"),
        share(run.gap),
        share(run.own_gap),
        number(gained(run), 1),
        number(run.closed_points, 1),
        share(closed, 1),
        number(None if run.spent_idr is None else run.spent_idr / 1e6),
        number(run.cpu_s, 1),
        number(run.wall_s, 1),
        number(run.peak_mb),
        number(run.passes),
        checked,
    ]


def gained(run: Run) -> float | None:
    """Points above enrolling nobody."""
    if run.objective is None or run.worth_of_nothing is None:
        return None
    return run.objective - run.worth_of_nothing


def _ahead(runs: Sequence[Run]) -> str:
    """How far ours is ahead of the best rule, of each rule and of the solver; the first is what counts."""
    ours = next((run for run in runs if run.method == OURS), None)
    rules = [run for run in runs if run.method in RULES and run.objective is not None]
    if ours is None or ours.objective is None or not rules:
        return ""
    best = max(rules, key=lambda run: run.objective or 0.0)
    others = [best, *(run for run in runs if run.method in (*RULES, SOLVER) and run is not best)]
    told = [
        say(
            "ahead_of_best" if run is best else "ahead_of",
            method=say(f"method_{run.method}"),
            gained=_more(gained(ours), gained(run)),
            closed=_more(ours.closed_points, run.closed_points),
        )
        for run in others
        if run.objective is not None
    ]
    return say("ahead", instance=_cells(ours)[0], others="; ".join(told))


def _more(ours: float | None, other: float | None) -> str:
    if ours is None or other is None or other <= 0:
        return "-"
    return ("+" if ours >= other else "") + share(ours / other - 1, 1)


def _pass_heads() -> list[str]:
    names = ("people", "kind", "microseconds", "times", "cpu", "wall", "read", "memory")
    return [say(f"head_{name}") for name in names]


def _pass_cells(found: Pass) -> list[str]:
    return [
        f"{number(found.people)} #{found.seed}",
        say(f"kind_{found.kind}"),
        number(found.microseconds, 1),
        number(found.times, 2),
        number(found.cpu_s, 1),
        number(found.wall_s, 1),
        number(found.read_cpu_s, 1),
        number(found.peak_mb),
    ]
