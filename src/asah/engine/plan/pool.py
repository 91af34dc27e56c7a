"""Bundles met on the way, and the best choice of one for each person: what settles whole classes in a small
office.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asah.engine.plan.dual import DualResult
from asah.engine.plan.mip import solve_bundles
from asah.engine.plan.primal import Draft, earned, trim
from asah.engine.plan.problem import Floats, Ints, Problem

NODES = 1  # of the solver's tree: its heuristics at the root find most of what there is to find


class Pool:
    """Different bundles by person, with what each is worth."""

    def __init__(self, problem: Problem, earlier: Draft | None = None, charge: float = 0.0) -> None:
        self.problem = problem
        self.earlier, self.charge = earlier, charge
        width = problem.bundles.width
        self.rows: Ints = np.zeros((0, 1 + width), dtype=np.int64)

    def add(self, bundles: npt.NDArray[np.integer[Any]]) -> None:
        """Add one bundle per person (n x width, -1 beyond the end)."""
        rows = np.column_stack([np.arange(len(bundles)), -np.sort(-bundles.astype(np.int64), axis=1)])
        self.rows = np.unique(np.vstack([self.rows, rows]), axis=0)

    def add_lines(self, result: DualResult) -> None:
        """Add what people took in the passes that the averaged plan is made of."""
        for weight, bundles in zip(result.weight, result.bundles, strict=True):
            if weight > 0:
                self.add(bundles)

    def column_of(self, draft: Draft) -> Ints:
        """The row of each person's bundle, -1 for nothing."""
        wanted = np.column_stack([np.arange(len(draft.bundle)), -np.sort(-draft.bundle, axis=1)])
        at = {tuple(row): k for k, row in enumerate(self.rows.tolist())}
        return np.array([at[tuple(row)] if row[1] >= 0 else -1 for row in wanted.tolist()])

    def worths(self) -> tuple[Floats, Floats]:
        """Points of each row (closure, JP, mandates, less the charge for what changes) and its closure in
        each floor (rows x floors).
        """
        p = self.problem
        person, bundle = self.rows[:, 0], self.rows[:, 1:]
        value, by_floor = earned(p, person, bundle)
        if self.earlier is not None:
            held = self.earlier.bundle[person]
            same = ((bundle[:, :, None] == held[:, None, :]) & (bundle >= 0)[:, :, None]).sum(axis=(1, 2))
            value -= self.charge * ((bundle >= 0).sum(axis=1) - 2 * same)  # beside nothing at all
        return value, by_floor


def nearby(problem: Problem, draft: Draft, classes: Floats, more: int, rng: np.random.Generator) -> Problem:
    """The problem with a draft's classes and a few more, drawn by what a fractional plan has of them (O).

    Where fewer classes share the people, what they take there is nearer to what whole classes can hold.
    """
    p = problem
    free = p.decided & (draft.classes < p.max_classes)
    missing = np.where(free, np.maximum(0.0, classes - draft.classes), 0.0)
    weight = missing + 1e-4 * (free & (classes > 1e-3))
    most = np.where(p.decided, draft.classes, p.max_classes)
    count = min(more, int((weight > 0).sum()))
    if count:
        most[rng.choice(p.offerings, size=count, replace=False, p=weight / weight.sum())] += 1.0
    return p.with_classes(most)


def choose(pool: Pool, draft: Draft, *, seconds: float, seed: int, stop: Callable[[], bool]) -> Draft | None:
    """The best choice among the pool's bundles, beginning from a draft; None when nothing was found.

    The search ends after so many nodes that it ends at the same place wherever time does not end it first.
    """
    p = pool.problem
    pool.add(draft.bundle)
    value, by_floor = pool.worths()
    keep = pool.rows[:, 1] >= 0
    column = pool.column_of(draft)
    renumber = np.where(keep, np.cumsum(keep) - 1, -1)
    choice = solve_bundles(
        p,
        person=pool.rows[keep, 0],
        bundle=pool.rows[keep, 1:],
        value=value[keep],
        floor_closure=by_floor[keep],
        seconds=seconds,
        seed=seed,
        nodes=NODES,
        start=np.where(column >= 0, renumber[column], -1),
        stop=stop,
    )
    if choice.objective is None:
        return None
    rows = pool.rows[keep]
    out = Draft(p, np.full_like(draft.bundle, -1), np.zeros_like(draft.size), draft.classes.copy())
    for i, k in enumerate(choice.column):
        if k >= 0:
            held = rows[k, 1:][rows[k, 1:] >= 0]
            out.bundle[i, : len(held)] = held
            out.size[i] = len(held)
    trim(out)
    return out
