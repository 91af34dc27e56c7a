"""Classes that could be filled: more of them than there are people for their minimum are in no plan."""

from __future__ import annotations

import numpy as np

from asah.engine.plan.pricing import Prices, class_price, class_seats
from asah.engine.plan.problem import Floats, Ints, Problem
from asah.engine.plan.rows import refusals
from asah.engine.tables import Tables


def fillable(problem: Problem, tables: Tables) -> Problem:
    """The problem with no more classes of an offering than the people who may come could fill to its minimum.

    No plan is lost, and the bound no longer counts on classes that cannot be held. `given_classes` keeps what
    the input allows: the proof must say why the difference does not matter (`impossible`).
    """
    p, b = problem, problem.bundles
    served = np.bincount(b.entries["programme"][:-1], minlength=len(p.programme_id))
    asked = p.max_classes * p.min_per_class
    doubtful = np.flatnonzero(asked > served[b.offerings["programme"]])
    if not len(doubtful):
        return p
    classes = p.max_classes.copy()
    come = may_come(p, tables, doubtful)
    classes[doubtful] = np.minimum(classes[doubtful], come // p.min_per_class[doubtful])
    return p.with_classes(classes)


def may_come(problem: Problem, tables: Tables, offerings: Ints) -> Ints:
    """How many people rule 1 or a lock lets into each of some offerings, in ascending order."""
    p, shape = problem, (problem.people, len(offerings))
    refused = refusals(p, tables, np.arange(p.people)[:, None], offerings[None, :])
    may = ~np.logical_or.reduce([np.broadcast_to(no, shape) for no in refused.values()])
    owner = np.repeat(np.arange(p.people), np.diff(p.bundles.people["locked"]))
    asked = np.isin(p.bundles.locked, offerings)
    may[owner[asked], np.searchsorted(offerings, p.bundles.locked[asked])] = True
    return np.asarray(may.sum(axis=0))


def impossible(problem: Problem) -> list[tuple[int, int]]:
    """Offerings of which fewer classes can be filled than the input allows, and how many can."""
    usable = np.where(np.isinf(problem.seats), np.minimum(1.0, problem.given_classes), problem.given_classes)
    short = np.flatnonzero(problem.max_classes < usable)
    return [(int(o), int(problem.max_classes[o])) for o in short]


def without_hope(problem: Problem, prices: Prices, offering: int, others: Floats) -> Prices:
    """Prices under which one class more than can be filled is worth less than everything there is to gain.

    Everybody who may come is paid for coming, and the class pays for everybody its minimum asks for: there is
    at least one person more of these. `others` (O): classes that the case allows of the other offerings.
    """
    seats: Floats = prices.seats.copy()
    seats[offering] = 0.0
    earned = seats * class_seats(problem) - class_price(problem, prices)
    more = np.maximum(0.0, earned * (others - problem.max_classes))
    more[offering] = 0.0
    minimum: Floats = prices.minimum.copy()
    minimum[offering] = 2.0 * everything(problem, prices) + float(more.sum())
    return prices.with_(minimum=minimum, seats=seats)


def everything(problem: Problem, prices: Prices) -> float:
    """Points: more than anybody, and all together, could gain at the prices."""
    points = float(problem.need_points.sum()) * (1.0 + float(prices.equity.sum()))
    return 1.0 + points - problem.unpriced_loss
