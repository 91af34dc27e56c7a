"""Where the command speaks: results on stdout, everything else on stderr, progress only on a terminal."""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from asah.engine.cli.texts import percent, text, text_or
from asah.engine.errors import Finding

SHOWN_WARNINGS = 10
TABLE_ROWS = 500  # beyond that a drawn table takes longer than anybody reads; plain lines are as complete

Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Screen:
    """``json``: print one object instead of words for people."""

    json: bool

    def result(self, data: Mapping[str, Any], words: str) -> None:
        """What was asked for, on stdout."""
        _print(json.dumps(_plain(data), ensure_ascii=False, indent=2) if self.json else words)

    def note(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    def warnings(self, findings: Sequence[Finding], where: str) -> None:
        """The first warnings, and where the others stand."""
        warned = [found for found in findings if found.severity == "warning"]
        if not warned or self.json:
            return
        self.note(text("warnings", count=len(warned)))
        for found in warned[:SHOWN_WARNINGS]:
            self.note("  " + line_of(found))
        if len(warned) > SHOWN_WARNINGS:
            self.note("  " + text("more_warnings", count=len(warned) - SHOWN_WARNINGS, where=where))

    def refusal(self, kind: str, words: str, findings: Sequence[Finding], exit_code: int) -> None:
        """Why the answer is an error: every row, then the count by table."""
        if self.json:
            rows = [{**vars(found)} for found in findings]
            told = {"error": kind, "message": words, "findings": rows, "exit_code": exit_code}
            _print(json.dumps(told, ensure_ascii=False, indent=2))
            return
        self.note(words)
        if sys.stderr.isatty() and 0 < len(findings) <= TABLE_ROWS:
            _draw(findings)
        else:
            for found in findings:
                self.note(line_of(found))
        if findings:
            counts = Counter(found.table for found in findings)
            self.note(text("by_table", counts=", ".join(f"{name} {n}" for name, n in sorted(counts.items()))))

    @contextmanager
    def working(self) -> Iterator[Work]:
        """A line that says what is going on, on a terminal; silent elsewhere."""
        if not sys.stderr.isatty():
            yield Work()
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(finished_text="-"), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as live:
            yield _Live(live)


class Work:
    """Told what begins and how far the plan is; says nothing."""

    def step(self, name: str) -> None: ...

    def plan(self, progress: Any) -> None: ...


class _Live(Work):
    """One line per step on the terminal, with the time it has taken."""

    def __init__(self, live: Any) -> None:
        self._live = live
        self._task: Any = None

    def step(self, name: str) -> None:
        if self._task is not None:
            self._live.update(self._task, total=1, completed=1)
        self._task = self._live.add_task(text(f"step_{name}"), total=None)

    def plan(self, progress: Any) -> None:
        gap = "-" if progress.gap is None else percent(progress.gap, 2)
        stage = text_or(f"stage_{progress.stage}", progress.stage)
        self._live.update(self._task, description=text("planning", stage=stage, gap=gap))


def line_of(found: Finding) -> str:
    """One finding on one line: where, what stood there, what is wrong, how to mend it."""
    value = f" {found.value!r}" if found.value else ""
    return f"{_place(found)}:{value} {found.what}. {found.remedy}"


def aligned(rows: Rows, *, indent: int = 0) -> str:
    """Two columns, the first as wide as its longest word."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{' ' * indent}{name:<{width}}  {value}" for name, value in rows)


def _place(found: Finding) -> str:
    parts = [found.table]
    if found.row:
        parts.append(text("row", row=found.row))
    return " ".join(parts) + (f", {found.column}" if found.column else "")


def _draw(findings: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*(text(f"col_{name}") for name in ("place", "value", "what", "remedy")))
    for found in findings:
        table.add_row(*(escape(cell) for cell in (_place(found), found.value, found.what, found.remedy)))
    Console(stderr=True).print(table)


def _print(words: str) -> None:
    try:
        print(words, flush=True)
    except BrokenPipeError:
        # Whoever read us has had enough; what was asked for is done all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain(value: Any) -> Any:
    """``value`` as JSON knows it: a number that is none is null."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path | date) else value
