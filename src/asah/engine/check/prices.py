"""The prices of a plan, read against the limits they are prices of: section 3 of tables.md."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from asah.engine.check.facts import NO_LIMIT, Facts, Floats
from asah.engine.check.messages import finding
from asah.engine.errors import Finding

POINTS_SLACK = 1e-9


@dataclass(frozen=True)
class Prices:
    """Points per unit of each limit, 0 where nothing is charged.

    ``fund`` and ``unit`` end in a 0 for what no fund and no unit pays. ``absence`` and ``resource`` are by
    period, which starts at 1; column 0 stays 0.
    """

    total: float
    fund: Floats
    unit: Floats
    seats: Floats
    minimum: Floats
    absence: Floats
    resource: Floats
    equity: Floats


def read_prices(facts: Facts, table: pl.DataFrame) -> Prices:
    """The prices in ``table``, whose rows `price_findings` has accepted."""
    periods = facts.policy.periods + 1
    by_scope: Mapping[str, Floats] = {
        "total": np.zeros(1),
        "fund": np.zeros(len(facts.fund) + 1),
        "unit": np.zeros(len(facts.unit) + 1),
        "seats": np.zeros(len(facts.offering)),
        "minimum": np.zeros(len(facts.offering)),
        "absence": np.zeros((len(facts.unit), periods)),
        "resource": np.zeros((len(facts.resource), periods)),
        "equity": np.zeros(len(facts.floors)),
    }
    positions = _positions(facts)
    for scope, id_, period, price in table.select("scope", "id", "period", "price").iter_rows():
        at = positions[scope].get(id_ or "")
        if at is not None:
            by_scope[scope][at if period is None else (at, period)] = price
    return Prices(total=float(by_scope["total"][0]), **{k: v for k, v in by_scope.items() if k != "total"})


def price_findings(facts: Facts, table: pl.DataFrame) -> Iterator[Finding]:
    """Every row of `prices` that is no price of a limit of the input. Row numbers are those of the file."""
    positions = _positions(facts)
    named: dict[tuple[object, ...], set[str | None]] = {}
    rows = table.select("scope", "id", "period", "price", "branch").iter_rows()
    for row, (scope, id_, period, price, branch) in enumerate(rows, start=2):
        # A price without a branch holds in all of them, and leaves no room for that of a single one.
        others = named.setdefault((scope, id_, period), set())
        if branch in others or (others and (branch is None or None in others)):
            yield finding("named_twice", "prices", row, "id", id_)
        others.add(branch)
        if price is None or not math.isfinite(price) or price < 0:
            yield finding("price_below_zero", "prices", row, "price", price)
            continue
        at = positions.get(scope, {}).get(id_ or "")
        by_period = scope in ("absence", "resource")
        in_year = period is not None and 1 <= period <= facts.policy.periods
        if at is None or (not in_year if by_period else period is not None):
            yield finding("price_of_nothing", "prices", row, "id", id_)
        elif price > 0 and _limit(facts, scope, id_ or "", at, period or 0) == NO_LIMIT:
            yield finding("price_of_nothing", "prices", row, "price", price)
        elif scope == "equity" and price > facts.floors[at].points * (1 + POINTS_SLACK):
            yield finding("price_above_points", "prices", row, "price", price, limit=facts.floors[at].points)


def _positions(facts: Facts) -> dict[str, Mapping[str, int]]:
    floors = {f"{floor.column}={floor.value}": k for k, floor in enumerate(facts.floors)}
    return {
        "total": {"": 0},
        "fund": facts.fund,
        "unit": facts.unit,
        "seats": facts.offering,
        "minimum": facts.offering,
        "absence": facts.unit,
        "resource": facts.resource,
        "equity": floors,
    }


def _limit(facts: Facts, scope: str, id_: str, at: int, period: int) -> int:
    """What the price is charged on; NO_LIMIT where the input has no such limit."""
    if scope == "absence":
        return int(facts.absent_limit[at])
    if scope == "resource":
        return facts.capacity.get((at, period), NO_LIMIT)
    if scope in ("total", "fund", "unit"):
        return facts.budget.get((scope, id_), NO_LIMIT)
    return 0
