"""Better a plan step by step: close classes that earn less than they cost, open those people would fill."""

from __future__ import annotations

import numpy as np

from asah.engine.plan.kernel import desk, regrets, wishes
from asah.engine.plan.pricing import Prices, tariff
from asah.engine.plan.primal import (
    Draft,
    choose_again,
    close_short,
    drop_people,
    needed_classes,
    shared,
    trim,
)
from asah.engine.plan.problem import Floats

FADES = (1.0, 1.0, 0.6, 0.3, 0.1)


def fill(draft: Draft, prices: Prices, rng: np.random.Generator, charge: float = 0.0) -> None:
    """Everybody chooses again at the prices, then at falling ones, so that what is left is used."""
    groups = len(draft.problem.bundles.groups) - 1
    books = shared(draft)
    for step, fade in enumerate(FADES):
        faded = prices.with_(
            total=prices.total * fade,
            fund=prices.fund * fade,
            unit=prices.unit * fade,
            seats=prices.seats * (1.0 if step < 2 else fade),
            absence=prices.absence * fade,
        )
        choose_again(draft, books, faded, rng.permutation(groups), 1e-7 + charge)


def close_classes(draft: Draft, prices: Prices, cost: Floats, share: float) -> int:
    """Close the classes whose people would lose less than the class costs; at most a share of those open."""
    p = draft.problem
    books = shared(draft)
    loss = np.zeros(draft.bundle.shape)
    regrets(
        p.bundles, tariff(p, prices), desk(p.bundles), books, prices.equity, draft.bundle, draft.size, loss
    )
    person, slot = np.nonzero(draft.bundle >= 0)
    offering, lost = draft.bundle[person, slot], loss[person, slot]
    order = np.lexsort((lost, offering))
    person, offering, lost = person[order], offering[order], lost[order]
    first = np.searchsorted(offering, np.arange(p.offerings))
    enrolled = books.enrolled
    closing = []
    for o in np.flatnonzero((draft.classes > 0) & np.isfinite(p.seats)):
        leave = int(max(0, enrolled[o] - (draft.classes[o] - 1) * p.seats[o]))
        total = lost[first[o] : first[o] + leave].sum()
        if total < cost[o]:
            closing.append((total - cost[o], int(o), leave))
    closing.sort()
    most = max(1, int(share * draft.classes.sum()))
    for _, which, leave in closing[:most]:
        only = np.zeros(p.offerings, dtype=bool)
        only[which] = True
        drop_people(draft, only, person[first[which] : first[which] + leave])
        draft.classes[which] -= 1
    return len(closing[:most])


def open_classes(draft: Draft, prices: Prices, cost: Floats, share: float) -> int:
    """Open classes that enough people would come to at a fair share of the cost, while money and resources
    last.
    """
    p = draft.problem
    books = shared(draft)
    limited = np.isfinite(p.seats)
    spare = limited & (draft.classes < p.max_classes)
    left = p.resource_limit - p.resource_offerings @ draft.classes
    blocked = (p.resource_offerings & (left < 1)[:, None]).any(axis=0)
    spare &= ~blocked
    seats = np.where(limited, p.seats, 1.0)
    full = books.room - books.enrolled < 1
    offered = np.where(spare & full, seats, 0.0)
    asking = prices.with_(seats=np.where(offered > 0, cost / seats, prices.seats))
    demand, value = np.zeros(p.offerings), np.zeros(p.offerings)
    wishes(
        p.bundles,
        tariff(p, asking),
        desk(p.bundles),
        books,
        prices.equity,
        draft.bundle,
        draft.size,
        offered,
        demand,
        value,
    )
    count = np.minimum(demand, seats)
    surplus = value * count / np.maximum(demand, 1) - cost * np.maximum(0.0, 1 - count / seats)
    surplus[(offered == 0) | (count < p.min_per_class)] = -np.inf
    opened = 0
    most = max(1, int(share * max(1.0, draft.classes.sum())))
    money = books.money.copy()
    for o in np.argsort(-surplus, kind="stable")[:most]:
        if surplus[o] <= 0:
            break
        price = p.cost_per_class[o] + p.min_per_class[o] * p.cost_per_person[o]
        uses = p.resource_offerings[:, o]
        if money[0] < price or money[books.fund[o]] < price or (left[uses] < 1).any():
            continue
        money[0] -= price
        money[books.fund[o]] -= price
        left[uses] -= 1
        draft.classes[o] += 1
        opened += 1
    return opened


def close_step_by_step(draft: Draft, prices: Prices, rng: np.random.Generator) -> None:
    """Close a few classes below their minimum at a time: their people may fill the others."""
    p = draft.problem
    locked = np.zeros(p.offerings, dtype=bool)
    locked[p.bundles.locked] = True
    for _ in range(12):
        enrolled = draft.enrolled()
        draft.classes = np.where(np.isfinite(p.seats), needed_classes(p, enrolled), draft.classes)
        short = np.flatnonzero((enrolled < draft.classes * p.min_per_class) & (draft.classes == 1) & ~locked)
        if not len(short):
            return
        filled = enrolled[short] / p.min_per_class[short]
        closing = np.zeros(p.offerings, dtype=bool)
        closing[short[np.argsort(filled, kind="stable")][: max(1, len(short) // 4)]] = True
        drop_people(draft, closing)
        draft.classes[closing] = 0
        books = shared(draft)
        choose_again(draft, books, prices, rng.permutation(len(p.bundles.groups) - 1))


def tidy(draft: Draft, prices: Prices, rng: np.random.Generator, charge: float = 0.0) -> None:
    """Take out classes below their minimum and use what that frees."""
    close_step_by_step(draft, prices, rng)
    close_short(draft)
    trim(draft)
    fill(draft, prices, rng, charge)
    trim(draft)


def scaled(prices: Prices, factor: float) -> Prices:
    """The prices with money at a part of its price."""
    return prices.with_(total=prices.total * factor, fund=prices.fund * factor, unit=prices.unit * factor)
