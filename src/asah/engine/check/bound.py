"""The bound that prices prove: section 3 of tables.md, line by line.

Whatever the prices, no plan is worth more. Take any plan that obeys the rules. Let every enrolment and class
pay for what it uses, and give everybody the limits for free: since no limit is exceeded, the plan loses
nothing by this. Now let every person and every offering choose for themselves, at the prices, without regard
to the others: that can only be better. The bound is what comes out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

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
)
from asah.engine.check.facts import NO_LIMIT, NONE, Bools, Facts, Floats, Ints
from asah.engine.check.prices import Prices
from asah.engine.check.rules import refusals

PEOPLE_AT_ONCE = 4096


def bound(facts: Facts, prices: Prices, branch: Branch | None = None) -> float:
    """No plan that obeys the rules (and lies in ``branch``) is worth more points than this."""
    return (
        math.fsum(bundles(facts, prices))
        + math.fsum(offering_terms(facts, prices, branch))
        + limit_terms(facts, prices)
        - floor_terms(facts, prices)
        - math.fsum(facts.mandate_points[~facts.mandate_given_before])
    )


def offering_terms(facts: Facts, prices: Prices, branch: Branch | None) -> Floats:
    """(o) what the best whole number of classes earns at the prices."""
    fund = prices.fund[facts.fund_of[facts.programme_of]]
    venue = np.zeros(len(facts.first))
    for o in np.flatnonzero((facts.resource_of != NONE) & (facts.first > 0)):
        venue[o] = prices.resource[facts.resource_of[o], facts.first[o] : facts.last[o] + 1].sum()
    one_class = (
        prices.seats * facts.seats
        - prices.minimum * facts.minimum
        - (prices.total + fund) * facts.cost_per_class
        - venue
    )
    fewest = np.zeros_like(facts.max_classes) if branch is None else branch.fewest
    most = facts.max_classes if branch is None else branch.most
    return np.maximum(one_class * fewest, one_class * most)


def limit_terms(facts: Facts, prices: Prices) -> float:
    """The sum of price x limit over money, absence and resources."""
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
    return math.fsum([*money, *absence, *classes])


def floor_terms(facts: Facts, prices: Prices) -> float:
    """The sum of price x floor_share x need points of the group over the equity floors."""
    need = facts.need_weight * facts.need_gap
    return math.fsum(
        prices.equity[k] * floor.floor_share * need[facts.floor_needs[k]].sum()
        for k, floor in enumerate(facts.floors)
    )


def bundles(facts: Facts, prices: Prices) -> Floats:
    """(i) value of each person's best bundle at the prices; minus infinity where their locks leave none."""
    catalogue = _catalogue(facts)
    weight = facts.need_weight * (1.0 + _raised(facts, prices))
    return np.concatenate(
        [best_bundles(catalogue, *_crowd(facts, prices, weight, chunk)) for chunk in _chunks(facts.n_people)]
    )


def _raised(facts: Facts, prices: Prices) -> Floats:
    """(need) sum of the prices of the equity floors that count it."""
    raised = np.zeros(len(facts.need_gap))
    for price, group in zip(prices.equity, facts.floor_needs, strict=True):
        raised[group] += price
    return raised


def enrolment_prices(facts: Facts, prices: Prices, unit: Ints, home: Ints) -> Floats:
    """(station, o) what one enrolment uses at the prices, for people of ``unit`` who live at ``home``."""
    p = facts.programme_of
    per_person = (prices.total + prices.fund[facts.fund_of[p]]) * facts.cost_per_person[p]
    travel = (prices.total + prices.unit[facts.payer[unit]])[:, None] * np.maximum(facts.fare[home], 0)
    up_to = np.cumsum(prices.absence[unit], axis=1)
    dated = facts.first > 0
    away = np.where(dated, up_to[:, facts.last] - up_to[:, np.maximum(facts.first - 1, 0)], 0.0)
    return np.ascontiguousarray(prices.seats - prices.minimum + per_person + travel + away)


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


def _crowd(facts: Facts, prices: Prices, weight: Floats, chunk: slice) -> tuple[Crowd, Floats, Ints]:
    """The people of ``chunk``, the prices of an enrolment for them, and the offerings by price."""
    i = np.arange(chunk.start, chunk.stop)
    stations, station = np.unique(
        np.stack([facts.unit_of[i], facts.home[i]], axis=1), axis=0, return_inverse=True
    )
    price = enrolment_prices(facts, prices, stations[:, 0], stations[:, 1])
    by_price = np.stack([np.lexsort((row, facts.programme_of)) for row in price])

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
    return crowd, price, by_price


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
