"""The plan stage: from needs, catalogue and limits to the best plan the money allows, with its proof."""

from __future__ import annotations

import threading
from collections.abc import Callable

import polars as pl

from asah.engine.errors import InfeasibleError
from asah.engine.plan.conflicts import explain_infeasible, lock_warnings
from asah.engine.plan.problem import build
from asah.engine.plan.result import Plan, to_plan
from asah.engine.plan.search import Options, Progress
from asah.engine.plan.solve import solve
from asah.engine.tables import Tables

__all__ = ["Options", "Plan", "Progress", "make_plan"]


def make_plan(
    tables: Tables,
    options: Options,
    *,
    previous: pl.DataFrame | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Plan:
    """Plan a year from validated tables; see tables.md sections 2 to 4 for what the result holds.

    `stop` set from outside ends the search with the best plan found. Raises InfeasibleError where locks
    contradict limits.
    """
    stop = stop or threading.Event()
    problem = build(tables)
    contradiction = explain_infeasible(problem, tables)
    if contradiction:
        raise InfeasibleError(contradiction)
    search = solve(problem, tables, options, progress, stop, previous)
    ended = not search.out_of_time()
    if stop.is_set():
        status = "interrupted"
    elif search.gap() <= 1e-9:
        status = "optimal"
    else:
        status = "gap_reached" if search.near_enough() else "time_limit"
    warnings = [*tables.findings, *lock_warnings(problem, tables)]
    return to_plan(search, tables, status=status, ended=ended, warnings=warnings)
