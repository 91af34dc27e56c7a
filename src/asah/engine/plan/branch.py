"""Branches: the plans there are, cut by how many classes are open, each part with prices of its own.

A part of a class is cheap at prices: it costs a part of what a class costs. Where an offering is in question,
one branch leaves it closed and the other pays for a whole class and for its minimum. The bound is the largest
of all branches, so the branch with the largest is always the next to be cut (best-first branch and bound:
Land and Doig 1960, doi:10.2307/1910129).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asah.engine.plan.dual import Axes, Start, find_prices
from asah.engine.plan.pricing import Pricer, Prices, class_price, fee_price
from asah.engine.plan.problem import Floats, Problem

PASSES = 30  # for the prices of one branch
BRANCHES = 200  # more would be a proof that nobody reads
EPS = 1e-3


@dataclass(frozen=True)
class Branch:
    """Plans with `low` to `high` classes of every offering (O), and prices under which none is worth more
    than `bound`. `classes` (O): what the averaged plan of these prices has of each.
    """

    low: Floats
    high: Floats
    prices: Prices
    bound: float
    classes: Floats


def cut(
    pricer: Pricer,
    branches: list[Branch],
    *,
    step: float,
    goal: float,
    stop: Callable[[], bool],
    tell: Callable[[float], None],
) -> list[Branch]:
    """Cut the branch with the largest bound until that is no larger than `goal`, or `stop()`.

    Together the branches hold every plan that those given hold. `tell` hears the largest bound.
    """
    problem, branches = pricer.problem, list(branches)
    while len(branches) < BRANCHES and not stop():
        worst = max(range(len(branches)), key=lambda k: branches[k].bound)
        branch = branches[worst]
        tell(branch.bound)
        offering = in_question(problem, branch)
        if branch.bound <= goal or offering is None:
            break
        most = np.floor(branch.classes[offering] + EPS)
        fewer, more = branch.high.copy(), branch.low.copy()
        fewer[offering], more[offering] = most, most + 1.0
        parts = []
        for low, high in ((branch.low, fewer), (more, branch.high)):
            if stop():
                return branches
            parts.append(price_branch(pricer, branch, low, high, step, goal, stop))
        branches[worst : worst + 1] = parts
    return branches


def in_question(problem: Problem, branch: Branch) -> int | None:
    """The offering with a part of a class whose rest would cost most; None where all classes are whole."""
    p, prices = problem, branch.prices
    fill = p.min_per_class * fee_price(p, prices)
    part = branch.classes - np.floor(branch.classes + EPS)
    free = np.isfinite(p.seats) & (branch.classes < branch.high) & (part > EPS)
    if not free.any():
        return None
    return int(np.argmax(np.where(free, part * (1.0 - part) * (class_price(p, prices) + fill), -1.0)))


def price_branch(
    pricer: Pricer,
    above: Branch,
    low: Floats,
    high: Floats,
    step: float,
    goal: float,
    stop: Callable[[], bool],
) -> Branch:
    """Prices for a part of a branch, from those of the whole."""
    p = pricer.problem
    part = p.with_classes(high)
    result, _ = find_prices(
        pricer.of(part),
        axes=Axes(part, low=low),
        start=Start(above.prices, step),
        tolerance=5e-4,
        max_passes=PASSES,
        stop=lambda bound: bound <= goal or stop(),
    )
    limited = np.isfinite(p.seats)
    classes = np.where(limited, np.maximum(low, result.classes), low)
    return Branch(low, high, result.prices, result.bound, classes)
