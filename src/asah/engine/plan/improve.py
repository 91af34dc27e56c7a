"""Better a plan step by step: use what is left, open classes that people would fill, exchange places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from asah.engine.plan.dual import Axes, Start, find_prices
from asah.engine.plan.kernel import desk, wishes
from asah.engine.plan.pricing import Pricer, Prices, class_seats, tariff
from asah.engine.plan.primal import (
    Draft,
    choose_again,
    close_short,
    drop_people,
    needed_classes,
    one_by_one,
    shared,
    trim,
)
from asah.engine.plan.problem import Floats

FADES = (1.0, 1.0, 0.6, 0.3, 0.1)
CREW = 6  # people who choose again together
TURNS = 4  # times that everybody is in a crew between two looks at the plan


def fill(draft: Draft, prices: Prices, rng: np.random.Generator, charge: float = 0.0) -> None:
    """Everybody chooses again at the prices, then at falling ones, so that what is left is used."""
    books = shared(draft)
    for step, fade in enumerate(FADES):
        faded = prices.with_(
            total=prices.total * fade,
            fund=prices.fund * fade,
            unit=prices.unit * fade,
            seats=prices.seats * (1.0 if step < 2 else fade),
            absence=prices.absence * fade,
        )
        choose_again(draft, books, faded, one_by_one(draft.problem, rng), charge)


def prices_of_classes(pricer: Pricer, classes: Floats, start: Start, stop: Callable[[], bool]) -> Prices:
    """Prices for people when the classes (O) are decided: their cost is sunk and a seat is worth what people
    bid for it.
    """
    p = pricer.problem
    low, high = np.where(np.isfinite(p.seats), classes, 0.0), np.where(p.decided, classes, p.max_classes)
    part = p.with_classes(high)
    found, _ = find_prices(
        pricer.of(part),
        axes=Axes(part, low=low),
        start=start,
        tolerance=1e-4,
        max_passes=120,
        stop=lambda _: stop(),
    )
    return found.prices


def exchange_places(draft: Draft, prices: Prices, rng: np.random.Generator, charge: float = 0.0) -> None:
    """Crews of a few people drawn at random give up what they have and choose again, one after another, where
    together they are better off at the prices (ruin and recreate: Schrimpf and others 2000,
    doi:10.1006/jcph.1999.6413).
    """
    people = draft.problem.people
    crew = min(CREW, people)
    rows = people // crew
    order = np.concatenate([rng.permutation(people)[: rows * crew] for _ in range(TURNS)])
    choose_again(draft, shared(draft), prices, order.reshape(-1, crew), charge)


def open_classes(draft: Draft, prices: Prices, cost: Floats, share: float) -> int:
    """Open classes that enough people would come to at a fair share of the cost, while money and resources
    last.
    """
    p = draft.problem
    books = shared(draft)
    spare = p.decided & (draft.classes < p.max_classes)
    left = p.resource_limit - p.resource_offerings @ draft.classes
    blocked = (p.resource_offerings & (left < 1)[:, None]).any(axis=0)
    spare &= ~blocked
    seats = class_seats(p)
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
        draft.classes = np.where(p.decided, needed_classes(p, enrolled), draft.classes)
        short = np.flatnonzero((enrolled < draft.classes * p.min_per_class) & (draft.classes == 1) & ~locked)
        if not len(short):
            return
        filled = enrolled[short] / p.min_per_class[short]
        closing = np.zeros(p.offerings, dtype=bool)
        closing[short[np.argsort(filled, kind="stable")][: max(1, len(short) // 4)]] = True
        drop_people(draft, closing)
        draft.classes[closing] = 0
        books = shared(draft)
        choose_again(draft, books, prices, one_by_one(p, rng))


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
