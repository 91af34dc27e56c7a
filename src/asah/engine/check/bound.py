"""The bound that prices prove: section 3 of tables.md, line by line.

Whatever the prices, no plan is worth more. Take any plan that obeys the rules. Let every enrolment and class
pay for what it uses, and give everybody the limits for free: since no limit is exceeded, the plan loses
nothing by this. Now let every person and every offering choose for themselves, at the prices, without regard
to the others: that can only be better. The bound is what comes out.

Prices may be of any size, and what is small beside a large number is lost when the two are added. So every
term comes with its size, the sum of the absolute values of whatever was added or subtracted to get it; the
sizes say how much rounding can have taken from the bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asah.engine.check.branches import Branch
from asah.engine.check.bundle import (
    EFFECT,
    MANDATE,
    NEED,
    OFFERING,
    PERSON,
    PROGRAMME,
    Catalogue,
    Crowd,
    Records,
    best_bundles,
    bundle_sizes,
)
from asah.engine.check.facts import NO_LIMIT, NONE, Bools, Facts, Floats, Ints
from asah.engine.check.prices import Prices
from asah.engine.check.rules import refusals

PEOPLE_AT_ONCE = 4096


@dataclass(frozen=True)
class Bound:
    """Had nothing been rounded, no plan would be worth more than ``points``; rounding moved them by ``error``
    at most.

    ``points`` is minus infinity where somebody's locks leave no bundle. ``error`` is not finite where the
    prices are too large to be added up at all; then ``points`` says nothing.
    """

    points: float
    error: float


class Terms(NamedTuple):
    """Terms of the bound, and for each the sum of the absolute values of what it was made of."""

    value: Floats
    size: Floats


def bound(facts: Facts, prices: Prices, branch: Branch | None = None) -> Bound:
    """No plan that obeys the rules (and lies in ``branch``) is worth more points than this."""
    mandates = -facts.mandate_points[~facts.mandate_given_before]
    # What overflows is seen by its size, which is then not finite either.
    with np.errstate(over="ignore", invalid="ignore"):
        terms = (
            bundles(facts, prices),
            offering_terms(facts, prices, branch),
            limit_terms(facts, prices),
            floor_terms(facts, prices),
            Terms(mandates, -mandates),
        )
        size = float(sum(term.size.sum() for term in terms))
    if not math.isfinite(2.0 * size):
        return Bound(math.nan, math.inf)
    return Bound(math.fsum(np.concatenate([term.value for term in terms])), rounding(facts) * size)


def rounding(facts: Facts) -> float:
    """No sum of the bound, or of the search for a best bundle, is off by more than this share of its size.

    A sum of n numbers is off by at most n / 2 x epsilon of their absolute values (Higham, 2002, *Accuracy and
    Stability of Numerical Algorithms*, 4.2). The longest go over the programmes, the needs and locks of one
    person, the periods or the floors; the search adds up a few such sums. Eight times that is ample.
    """
    longest = (
        facts.n_programmes
        + int(np.diff(facts.need_start).max(initial=0))
        + int(np.bincount(facts.lock_person).max(initial=0))
        + facts.policy.periods
        + len(facts.floors)
    )
    return 8.0 * (longest + 32) * float(np.finfo(np.float64).eps)


def offering_terms(facts: Facts, prices: Prices, branch: Branch | None) -> Terms:
    """(o) what the best whole number of classes earns at the prices."""
    fund = prices.fund[facts.fund_of[facts.programme_of]]
    venue = np.zeros(len(facts.first))
    for o in np.flatnonzero((facts.resource_of != NONE) & (facts.first > 0)):
        venue[o] = prices.resource[facts.resource_of[o], facts.first[o] : facts.last[o] + 1].sum()
    earned = prices.seats * facts.seats
    paid = prices.minimum * facts.minimum + (prices.total + fund) * facts.cost_per_class + venue
    fewest = np.zeros_like(facts.max_classes) if branch is None else branch.fewest
    most = facts.max_classes if branch is None else branch.most
    one_class = earned - paid
    return Terms(np.maximum(one_class * fewest, one_class * most), (earned + paid) * most)


def limit_terms(facts: Facts, prices: Prices) -> Terms:
    """Price x limit of every limit on money, absence and resources; none is below zero."""
    by_scope = {"total": {"": 0}, "fund": facts.fund, "unit": facts.unit}
    price = {"total": np.array([prices.total]), "fund": prices.fund, "unit": prices.unit}
    money = [
        price[scope][by_scope[scope][id_]] * limit
        for (scope, id_), limit in facts.budget.items()
        if id_ in by_scope[scope]
    ]
    limited = facts.absent_limit != NO_LIMIT
    absence = prices.absence[limited].sum(axis=1) * facts.absent_limit[limited]
    classes = [prices.resource[r, t] * limit for (r, t), limit in facts.capacity.items()]
    terms = np.concatenate([np.array(money, np.float64), absence, np.array(classes, np.float64)])
    return Terms(terms, terms)


def floor_terms(facts: Facts, prices: Prices) -> Terms:
    """Minus price x floor_share x need points of the group, for every equity floor."""
    need = facts.need_weight * facts.need_gap
    terms = np.array(
        [
            price * floor.floor_share * need[group].sum()
            for price, floor, group in zip(prices.equity, facts.floors, facts.floor_needs, strict=True)
        ],
        np.float64,
    )
    return Terms(-terms, terms)


def bundles(facts: Facts, prices: Prices) -> Terms:
    """(i) value of each person's best bundle at the prices; minus infinity where their locks leave none."""
    catalogue = _catalogue(facts)
    weight = facts.need_weight * (1.0 + _raised(facts, prices))
    parts = [_best_of(facts, prices, catalogue, weight, chunk) for chunk in _chunks(facts.n_people)]
    return Terms(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _best_of(facts: Facts, prices: Prices, catalogue: Catalogue, weight: Floats, chunk: slice) -> Terms:
    crowd, price, size = _crowd(facts, prices, weight, chunk)
    if not np.isfinite(size.sum()):
        # No search ends well among prices that are not numbers, and none is needed to see that they are not.
        return Terms(np.zeros(len(crowd.people)), np.full(len(crowd.people), np.inf))
    by_price = np.stack([np.lexsort((row, facts.programme_of)) for row in price])
    value = best_bundles(catalogue, crowd, price, by_price)
    return Terms(value, bundle_sizes(catalogue, crowd, price, size, value, rounding(facts)))


def _raised(facts: Facts, prices: Prices) -> Floats:
    """(need) sum of the prices of the equity floors that count it."""
    raised = np.zeros(len(facts.need_gap))
    for price, group in zip(prices.equity, facts.floor_needs, strict=True):
        raised[group] += price
    return raised


def enrolment_prices(facts: Facts, prices: Prices, unit: Ints, home: Ints) -> Terms:
    """(station, o) what one enrolment uses at the prices, for people of ``unit`` who live at ``home``."""
    p = facts.programme_of
    per_person = (prices.total + prices.fund[facts.fund_of[p]]) * facts.cost_per_person[p]
    travel = (prices.total + prices.unit[facts.payer[unit]])[:, None] * np.maximum(facts.fare[home], 0)
    up_to = np.cumsum(prices.absence[unit], axis=1)
    until = np.where(facts.first > 0, up_to[:, facts.last], 0.0)
    before = np.where(facts.first > 0, up_to[:, np.maximum(facts.first - 1, 0)], 0.0)
    value = prices.seats - prices.minimum + per_person + travel + (until - before)
    size = prices.seats + prices.minimum + per_person + travel + (until + before)
    return Terms(np.ascontiguousarray(value), np.ascontiguousarray(size))


def _chunks(n: int) -> Iterator[slice]:
    for start in range(0, n, PEOPLE_AT_ONCE):
        yield slice(start, min(n, start + PEOPLE_AT_ONCE))


def _catalogue(facts: Facts) -> Catalogue:
    by_programme = np.sort(facts.programme_of)
    each = np.arange(facts.n_programmes)
    spans = zip(facts.first.tolist(), facts.last.tolist(), strict=True)
    most = facts.policy.max_programmes
    return Catalogue(
        programmes=_records(
            PROGRAMME,
            jp=facts.jp,
            general=facts.general,
            counts_to_max=facts.counts_to_max,
            prerequisite=facts.prerequisite,
            effects=facts.effect_start[:-1],
            effects_end=facts.effect_start[1:],
            offerings=np.searchsorted(by_programme, each),
            offerings_end=np.searchsorted(by_programme, each, side="right"),
        ),
        effects=_records(EFFECT, competency=facts.effect_competency, gain=facts.effect_gain),
        offerings=_records(
            OFFERING,
            programme=facts.programme_of,
            first=facts.first,
            last=facts.last,
            periods=np.array([(2 << last) - (1 << first) if first else 0 for first, last in spans], np.int64),
        ),
        competencies=len(facts.stream),
        max_programmes=len(facts.first) if most is None else min(most, len(facts.first)),
        points_per_jp_short=facts.policy.points_per_jp_short,
    )


def _crowd(facts: Facts, prices: Prices, weight: Floats, chunk: slice) -> tuple[Crowd, Floats, Floats]:
    """The people of ``chunk``, and the price of an enrolment for them with its size."""
    i = np.arange(chunk.start, chunk.stop)
    stations, station = np.unique(
        np.stack([facts.unit_of[i], facts.home[i]], axis=1), axis=0, return_inverse=True
    )
    price, size = enrolment_prices(facts, prices, stations[:, 0], stations[:, 1])

    start = facts.need_start[chunk.start : chunk.stop + 1] - facts.need_start[chunk.start]
    needs = slice(facts.need_start[chunk.start], facts.need_start[chunk.stop])
    mandate_start, mandates = _rows_of(facts.mandate_person, i)
    given = facts.mandate_given_before[mandates]
    held = np.flatnonzero(facts.lock_in)
    lock_start, locks = _rows_of(facts.lock_person[held], i)
    crowd = Crowd(
        people=_records(
            PERSON,
            needs=start[:-1],
            needs_end=start[1:],
            mandates=mandate_start[:-1],
            mandates_end=mandate_start[1:],
            locks=lock_start[:-1],
            locks_end=lock_start[1:],
            station=station.reshape(-1),
            jp_short=np.maximum(0.0, facts.jp_target[i] - facts.jp_done[i]),
            jp_room=facts.jp_max[i] - facts.jp_done[i],
        ),
        needs=_records(
            NEED, competency=facts.need_competency[needs], gap=facts.need_gap[needs], weight=weight[needs]
        ),
        mandates=_records(
            MANDATE,
            programme=facts.mandate_programme[mandates],
            points=np.where(given, 0.0, facts.mandate_points[mandates]),
        ),
        locks=facts.lock_offering[held[locks]],
        ready=_ready(facts, i),
        open=_open(facts, i),
    )
    return crowd, price, size


def _records(kind: np.dtype[np.void], **fields: npt.NDArray[Any]) -> Records:
    """One record per position of the arrays, which are as long as each other."""
    records = np.zeros(len(next(iter(fields.values()))), kind)
    for name, values in fields.items():
        records[name] = values
    return records


def _rows_of(owner: Ints, i: Ints) -> tuple[Ints, Ints]:
    """For the consecutive people ``i``: where the rows of each start, and which rows they are."""
    order = np.argsort(owner, kind="stable")
    start = np.searchsorted(owner[order], np.append(i, i[-1] + 1)).astype(np.int64)
    return start - start[0], order[start[0] : start[-1]]


def _ready(facts: Facts, i: Ints) -> Bools:
    """(i, p) whether p has no prerequisite, or the person has completed it."""
    wanted = facts.prerequisite[None, :]
    ready: Bools = (wanted == NONE) | facts.has_completed(i[:, None], wanted)
    return ready


def _open(facts: Facts, i: Ints) -> Bools:
    """(i, o) whether neither rule 1 nor a lock keeps the person out of the offering."""
    o = np.arange(len(facts.first))[None, :]
    open_ = np.ones((len(i), o.size), np.bool_)
    for refused in refusals(facts, i[:, None], o).values():
        open_ &= ~refused
    here = (facts.lock_person >= i[0]) & (facts.lock_person <= i[-1])
    for k in np.flatnonzero(here):
        row = open_[facts.lock_person[k] - i[0]]
        if facts.lock_in[k]:
            # One offering of a programme at most: the lock takes the place of all others.
            row[facts.programme_of == facts.programme_of[facts.lock_offering[k]]] = False
        else:
            row[facts.lock_offering[k]] = False
    return open_
