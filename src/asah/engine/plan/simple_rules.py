"""What offices do without a planner: three rules for a clerk with a sorted list, to stand beside a plan.

All three give mandates first, then go through the people from the largest need to the smallest. A class
is opened, and paid, when somebody needs its first seat; classes that end below their minimum are closed,
a date at a time, and the money is spent again in the same order. Money that nobody can spend then,
because everybody has all the programmes they may have, buys exchanges of a course for one that closes
more: no office sends a third of its budget back. They obey what a plan must obey (tables.md section 2)
and see no further than the person at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.plan.primal import Draft, obeys, shared, spent_by_scope, trim, worth
from asah.engine.plan.problem import MANY, Floats, Ints, Problem, build
from asah.engine.plan.simple_kernel import EPS, Books, close_thin, take_turns, trade_up, turn
from asah.engine.tables import Tables

Bools = npt.NDArray[np.bool_]

ONLINE_EACH = 4  # where the policy sets no most programmes


@dataclass(frozen=True)
class Rule:
    """What one person takes first: most closure, or most ``per_rupiah``; before that, online courses."""

    per_rupiah: bool
    online_first: bool = False


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "rank_by_gap": Rule(per_rupiah=False),
        "per_rupiah": Rule(per_rupiah=True),
        "online_first": Rule(per_rupiah=True, online_first=True),
    }
)


@dataclass(frozen=True)
class SimpleResult:
    """What a simple rule reaches: worth and closure in points, rupiah spent, people enrolled in anything.

    ``valid`` is False where the rule could not fill a class that a lock keeps open, so that it made no
    plan.
    """

    objective: float
    closed_points: float
    spent_idr: int
    people: int
    valid: bool = True


@dataclass(frozen=True)
class _Walk:
    """One walk through the people.

    ``goal``: enrolments wanted by offering (O). ``least``: points a course must exceed. ``turns``:
    courses each person may take.
    """

    goal: Floats
    per_rupiah: bool
    mandates: bool = False
    least: float = EPS
    turns: int = MANY


def simple_rules(tables: Tables, problem: Problem | None = None) -> dict[str, SimpleResult]:
    """Every rule carried out on the tables, by name. ``problem``: the arrays of ``tables``, where at hand."""
    problem = build(tables) if problem is None else problem
    online = online_offerings(tables, problem)
    return {name: result_of(follow(problem, rule, online)) for name, rule in RULES.items()}


def online_offerings(tables: Tables, problem: Problem) -> Bools:
    """Which offerings have no place (O)."""
    without = tables["offerings"].filter(pl.col("place_id").is_null())["offering_id"]
    return np.isin(problem.offering_id, without.to_list())


def result_of(draft: Draft) -> SimpleResult:
    """What a rule's draft is worth and costs."""
    objective, closed, _, _ = worth(draft)
    return SimpleResult(
        objective=objective,
        closed_points=float(closed.sum()),
        spent_idr=int(spent_by_scope(draft)["total"]),
        people=int((draft.size > 0).sum()),
        valid=obeys(draft),
    )


def follow(problem: Problem, rule: Rule, online: Bools) -> Draft:
    """The plan a rule makes, locks included. ``online``: offerings without a place (O)."""
    b = problem.bundles
    draft = Draft.empty(problem, np.zeros(problem.offerings))
    trim(draft)
    books = _open_books(draft)
    desk = turn(b)
    order = ranking(problem)
    people = (problem.unit_of_person, problem.place_of_person)
    holdings = (draft.bundle, draft.size)
    locked = np.bincount(b.locked, minlength=problem.offerings).astype(float)
    over = np.zeros(problem.offerings)
    while True:
        for walk in _walks(problem, rule, books, online):
            books.goal[:] = walk.goal
            take_turns(
                b,
                books,
                desk,
                order,
                *people,
                walk.per_rupiah,
                walk.mandates,
                walk.least,
                walk.turns,
                *holdings,
            )
        if close_thin(b, books, order, *people, *holdings, locked, over):
            continue
        if not trade_up(b, books, desk, order, *people, rule.per_rupiah, *holdings):
            break
    draft.classes = books.classes
    return draft


def ranking(problem: Problem) -> Ints:
    """People from the largest need in points to the smallest; equals in the order of the input (n)."""
    return np.lexsort((problem.input_row, -problem.need_points)).astype(np.int64)


def _walks(problem: Problem, rule: Rule, books: Books, online: Bools) -> Iterator[_Walk]:
    """The walks of one round, the most binding first; the last leaves every offering open."""
    everything = np.full(problem.offerings, np.inf)
    locked = np.zeros(problem.offerings, dtype=bool)
    locked[problem.bundles.locked] = True
    must_fill = np.where(locked, books.classes * problem.min_per_class, 0.0)
    if (must_fill > books.enrolled).any():
        yield _Walk(must_fill, rule.per_rupiah, least=-1.0)
    if problem.mandate_points > 0:
        yield _Walk(everything, rule.per_rupiah, mandates=True, least=-1.0)
    if rule.online_first:
        most = problem.bundles.max_programmes
        yield _Walk(
            np.where(online, np.inf, 0.0), per_rupiah=False, turns=ONLINE_EACH if most == MANY else most
        )
    yield _Walk(everything, rule.per_rupiah)


def _open_books(draft: Draft) -> Books:
    """The books at the start: only the locks are entered."""
    p = draft.problem
    first = shared(draft)
    slot, offering = np.nonzero(p.resource_offerings)
    by_offering = np.lexsort((slot, offering))
    count = np.bincount(offering, minlength=p.offerings)
    start, programme = p.bundles.offerings["start"], p.bundles.offerings["programme"]
    share = np.where(np.isinf(p.seats), 0.0, p.cost_per_class / np.maximum(p.seats, 1.0))
    least_fee, cheapest = np.full((2, len(p.programme_id)), np.inf)
    np.minimum.at(least_fee, programme, p.cost_per_person)
    np.minimum.at(cheapest, programme, p.cost_per_person + share)
    return Books(
        dates=np.lexsort((np.arange(p.offerings), start, programme)),
        seats=p.seats,
        minimum=p.min_per_class,
        most=p.max_classes.copy(),
        classes=draft.classes,
        enrolled=first.enrolled,
        goal=np.zeros(p.offerings),
        fee=p.cost_per_person,
        class_fee=p.cost_per_class,
        travel=p.travel,
        least_fee=least_fee,
        cheapest=cheapest,
        money=first.money,
        fund=first.fund,
        payer=first.payer,
        absent=first.absent,
        away=p.absence_limit,
        slot=np.concatenate([[0], np.cumsum(count)]),
        slots=slot[by_offering],
        left=p.resource_limit - p.resource_offerings @ draft.classes,
    )
