"""One pricing pass: every person's best bundle at given prices, as a map over partitions of whole units.

A pass is a function of (partition, prices): what goes down is one price vector, what comes up is a value and
a vector of use. Partitions do not depend on the number of threads and are added up in their order, so the
result is the same, bit for bit, for any number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from asah.engine.plan.kernel import Tariff, desk, price_groups
from asah.engine.plan.problem import Floats, Ints, Problem

PARTITION_PEOPLE = 512


@dataclass(frozen=True)
class Prices:
    """A price >= 0, in points, for everything people share (tables.md section 3)."""

    total: float
    fund: Floats  # funds
    unit: Floats  # unit budgets
    seats: Floats  # O: of one seat
    minimum: Floats  # O: of one enrolment towards the minimum
    absence: Floats  # units x (periods + 1): of one person away; column 0 is not used
    resource: Floats  # slots: of one class
    equity: Floats  # floors: at most their points

    @staticmethod
    def zero(problem: Problem) -> Prices:
        return Prices(
            total=0.0,
            fund=np.zeros(len(problem.fund_id)),
            unit=np.zeros(len(problem.unit_limit)),
            seats=np.zeros(problem.offerings),
            minimum=np.zeros(problem.offerings),
            absence=np.zeros((len(problem.unit_id), problem.periods + 1)),
            resource=np.zeros(len(problem.resource_limit)),
            equity=np.zeros(len(problem.floor_points)),
        )

    def with_(self, **changes: Any) -> Prices:
        return replace(self, **changes)


@dataclass(frozen=True)
class Response:
    """What people would take at given prices, and what that uses."""

    value: float  # sum over people of worth minus cost at the prices
    bundle: Any  # n x width: offerings, -1 beyond the end
    enrolled: Floats  # O
    travel: Floats  # payers + 1: rupiah; the last is travel that no unit budget pays
    absent: Any  # units x (periods + 1): people away
    floor_closure: Floats  # floors: points closed in the group


def tariff(problem: Problem, prices: Prices) -> Tariff:
    """What one enrolment pays at the prices, apart from what depends on the person's unit and home."""
    of_unit = np.append(prices.unit, 0.0)[problem.payer_of_unit]
    return Tariff(
        base=prices.seats - prices.minimum + fee_price(problem, prices),
        travel=problem.travel,
        travel_price=prices.total + of_unit,
        absence=prices.absence,
        away_priced=(prices.absence > 0).any(axis=1),
        payer=problem.payer_of_unit,
    )


def partitions(problem: Problem, size: int = PARTITION_PEOPLE) -> list[tuple[int, int]]:
    """Runs of groups that hold whole units and about `size` people each, whatever the number of threads."""
    b = problem.bundles
    ends = np.flatnonzero(np.append(np.diff(b.groups["unit"][:-1]) != 0, True)) + 1
    parts, first = [], 0
    for end in ends:
        if b.groups[end]["person"] - b.groups[first]["person"] >= size or end == ends[-1]:
            parts.append((first, int(end)))
            first = int(end)
    return parts


@dataclass
class Tally:
    """How many people were priced, however often, by all pricers that share it."""

    people: int = 0


class Pricer:
    """Carries out passes over one problem, or over a part of its people, on a few threads."""

    def __init__(self, problem: Problem, threads: int = 1, tally: Tally | None = None) -> None:
        self.problem = problem
        self.parts = partitions(problem)
        self.threads = threads
        self.tally = tally or Tally()
        self._known: Ints = np.full((problem.people, problem.bundles.width), -1, np.int64)

    def of(self, problem: Problem) -> Pricer:
        """A pricer of another problem that works and counts with this one."""
        return Pricer(problem, self.threads, self.tally)

    def respond(self, prices: Prices, parts: list[tuple[int, int]] | None = None) -> Response:
        """Everybody's best bundle at the prices.

        `parts` limits the pass to the people of some partitions. Each search begins from what the person took
        in the pass before.
        """
        p, b = self.problem, self.problem.bundles
        t = tariff(p, prices)
        parts = self.parts if parts is None else parts
        equity = prices.equity if (prices.equity > 0).any() else np.zeros(0)
        bundle = self._known.copy()
        absent = np.zeros((len(p.unit_id), p.periods + 1), np.int32)
        enrolled = np.zeros((len(parts), p.offerings))
        travel = np.zeros((len(parts), len(p.unit_limit) + 1))
        closed = np.zeros((len(parts), len(p.floor_points)))

        def one(x: int) -> float:
            first, last = parts[x]
            d = desk(b)
            return float(
                price_groups(b, t, d, equity, first, last, bundle, enrolled[x], travel[x], absent, closed[x])
            )

        if self.threads > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                values = list(pool.map(one, range(len(parts))))
        else:
            values = [one(x) for x in range(len(parts))]
        self._known = bundle
        self.tally.people += sum(
            int(b.groups[last]["person"] - b.groups[first]["person"]) for first, last in parts
        )
        return Response(
            value=float(np.sum(values)),
            bundle=bundle,
            enrolled=enrolled.sum(axis=0),
            travel=travel.sum(axis=0),
            absent=absent,
            floor_closure=closed.sum(axis=0),
        )


def fee_price(problem: Problem, prices: Prices) -> Floats:
    """Points the fee of one enrolment costs at the prices (O)."""
    return np.asarray((prices.total + np.append(prices.fund, 0.0)[problem.fund]) * problem.cost_per_person)


def class_price(problem: Problem, prices: Prices) -> Floats:
    """Points one class costs at the prices: money and resources (O)."""
    of_fund = np.append(prices.fund, 0.0)[problem.fund]
    return (prices.total + of_fund) * problem.cost_per_class + prices.resource @ problem.resource_offerings


def class_seats(problem: Problem) -> Floats:
    """Seats of one class; an offering without a limit has everybody as seats."""
    return np.where(np.isinf(problem.seats), float(problem.people), problem.seats)


def bound(
    problem: Problem,
    prices: Prices,
    response: Response,
    low: Floats | None = None,
    high: Floats | None = None,
) -> float:
    """The bound of tables.md section 3, with whole classes between `low` and `high`."""
    low = np.zeros(problem.offerings) if low is None else low
    high = problem.max_classes if high is None else high
    per_class = (
        prices.seats * class_seats(problem)
        - prices.minimum * problem.min_per_class
        - class_price(problem, prices)
    )
    total = response.value + np.maximum(low * per_class, high * per_class).sum()
    total += (
        _priced_limits(problem, prices) - float(prices.equity @ problem.floor_need) - problem.mandate_points
    )
    return float(total) - problem.bundles.points_per_jp * float(problem.bundles.people["short"].sum())


def _priced_limits(problem: Problem, prices: Prices) -> float:
    """Sum of price x limit; what has no limit has no price."""

    def product(price: Any, limit: Any) -> float:
        priced = np.asarray(price) > 0
        return float((np.asarray(price)[priced] * np.broadcast_to(limit, np.shape(price))[priced]).sum())

    return (
        product(prices.total, problem.total_limit)
        + product(prices.fund, problem.fund_limit)
        + product(prices.unit, problem.unit_limit)
        + product(prices.absence, problem.absence_limit[:, None])
        + product(prices.resource, problem.resource_limit)
    )


def spent(problem: Problem, response: Response, classes: Floats) -> tuple[float, Floats, Floats]:
    """Rupiah spent: in all, by fund, by unit budget."""
    cost = response.enrolled * problem.cost_per_person + classes * problem.cost_per_class
    by_fund = np.bincount(problem.fund + 1, weights=cost, minlength=len(problem.fund_id) + 1)[1:]
    return float(cost.sum() + response.travel.sum()), by_fund.astype(float), response.travel[:-1]
