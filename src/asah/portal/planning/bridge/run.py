"""Having the engine plan and check, while whoever waits is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asah.engine import pipeline
from asah.engine.errors import AsahError, InfeasibleError
from asah.engine.plan import Options, Progress
from asah.engine.plan.simple_rules import simple_rules
from asah.engine.tables import load
from asah.portal.planning.bridge.keys import Keys, read_keys
from asah.portal.planning.bridge.messages import Message, ProblemRefused, in_both_languages, tell

__all__ = ["EngineFailed", "Options", "Progress", "check_plan", "compare_with_simple_rules", "run_plan"]

HEAR_EVERY = 0.5
MOST_FAILURES = 50


class EngineFailed(Exception):
    """The engine could not carry out what was asked; its own words are the message."""


def run_plan(
    folder: Path,
    options: Options,
    *,
    tell_of: Callable[[Progress | None], None],
    stop_wanted: Callable[[], bool],
    previous: Path | None = None,
) -> None:
    """Plan ``folder/problem`` into ``folder/plan``. The best plan so far is kept once a stop is wanted.

    The engine works in a thread of its own, so that ``tell_of`` and ``stop_wanted``, which are called in the
    caller's thread some twice a second, may use the database. ``previous``: the folder of an earlier plan to
    stay close to. Raises ProblemRefused where no plan obeys the locks, and EngineFailed.
    """
    stop = threading.Event()
    latest: list[Progress] = []

    def follow(progress: Progress) -> None:
        latest[:] = [progress]

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(
            pipeline.run_plan,
            folder / "problem",
            folder / "plan",
            options=options,
            previous=previous,
            report=False,
            progress=follow,
            stop=stop,
        )
        try:
            while not wait([future], timeout=HEAR_EVERY).done:
                tell_of(latest[0] if latest else None)
                if stop_wanted():
                    stop.set()
        finally:
            stop.set()
        try:
            future.result()
        except InfeasibleError as error:
            raise ProblemRefused(_contradiction(folder, error)) from error
        except AsahError as error:
            raise EngineFailed(str(error)) from error
    tell_of(latest[0] if latest else None)


def _contradiction(folder: Path, error: InfeasibleError) -> list[Message]:
    tables = load(folder / "problem", "plan")
    # The search for the contradiction is not repeated for another language: these rows are told as they came.
    both = {"id": error.rows, "en": error.rows}
    return tell(both, tables.frames, read_keys(folder))


@dataclass(frozen=True)
class Checked:
    """What the checker, which shares no code with the planner, says. ``failures``: in both languages."""

    ok: bool
    objective: float
    bound: float | None
    gap: float | None
    failures: list[Message]
    notes: dict[str, list[str]]

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "failures": self.failures,
            "notes": self.notes,
        }


def check_plan(folder: Path) -> Checked:
    """Recompute everything the plan in ``folder/plan`` says out of ``folder/problem``."""
    result = pipeline.run_check(folder / "problem", folder / "plan")
    told = {"id": result, "en": result}
    if result.failures or result.notes:
        told = in_both_languages(lambda: pipeline.run_check(folder / "problem", folder / "plan"))
    failures = {code: each.failures[:MOST_FAILURES] for code, each in told.items()}
    return Checked(
        ok=result.ok,
        objective=result.objective,
        bound=result.bound,
        gap=result.gap,
        failures=tell(failures, {}, Keys()),
        notes={code: list(each.notes) for code, each in told.items()},
    )


def compare_with_simple_rules(folder: Path) -> dict[str, dict[str, float]]:
    """What lists sorted by a simple rule reach on the same problem: worth, closure in points, rupiah."""
    made = simple_rules(load(folder / "problem", "plan"))
    return {
        name: {"objective": rule.objective, "closed_points": rule.closed_points, "spent": rule.spent_idr}
        for name, rule in made.items()
        if rule.valid
    }
