"""Whether the plan's own proof holds: the bound it states, worked out again from what it gives as proof."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from asah.engine.check.bound import Bound, bound, bundles
from asah.engine.check.branches import branch_findings, read_branches
from asah.engine.check.facts import Facts
from asah.engine.check.messages import finding
from asah.engine.check.prices import price_findings, read_prices
from asah.engine.check.tolerance import slack
from asah.engine.errors import Finding

TRUSTED_UP_TO = 100


@dataclass(frozen=True)
class Proof:
    """``bound``: points that no plan exceeds, rounding included; None where the prices prove nothing."""

    bound: float | None
    failures: tuple[Finding, ...]


def prove(
    facts: Facts, prices: pl.DataFrame, branches: pl.DataFrame, bound_by: object, nothing: float
) -> Proof:
    """The bound by ``bound_by``: prices, or the largest one of branches that together cover every case.

    ``nothing``: worth of enrolling nobody, in points.
    """
    failures = [*price_findings(facts, prices)]
    cases = read_branches(facts, branches) if bound_by == "branches" else {}
    for row, name in enumerate(prices["branch"], start=2):
        if name is not None and name not in cases:
            failures.append(finding("price_of_no_branch", "prices", row, "branch", name))
    if bound_by == "branches":
        failures += branch_findings(facts, branches)
    if failures:
        return Proof(None, tuple(failures))

    if bound_by == "branches":
        # A price without a branch holds in all of them.
        of = {name: prices.filter(pl.col("branch").is_null() | (pl.col("branch") == name)) for name in cases}
        bounds = {name: bound(facts, read_prices(facts, of[name]), branch) for name, branch in cases.items()}
    else:
        bounds = {"": bound(facts, read_prices(facts, prices))}
    failures += _lost_in_rounding(bounds, nothing)
    if not failures and any(math.isinf(found.points) for found in bounds.values()):
        failures += _without_a_bundle(facts, prices)
    if failures:
        return Proof(None, tuple(failures))
    return Proof(max(found.points + found.error for found in bounds.values()), ())


def _lost_in_rounding(bounds: Mapping[str, Bound], nothing: float) -> Iterator[Finding]:
    """The branches whose prices are so large that what rounding takes from them could be the proof."""
    highest = max((found.points for found in bounds.values() if math.isfinite(found.points)), default=0.0)
    for name, found in bounds.items():
        # A branch far below the highest may be as inexact as it likes.
        if not found.points + found.error <= highest + slack(highest, nothing):
            yield finding("prices_too_large", "prices", 0, "branch", name)


def trust(facts: Facts) -> Iterator[Finding]:
    """A solver's own word is taken for few people only."""
    if facts.n_people > TRUSTED_UP_TO:
        yield finding("trust_is_for_the_small", "summary.json", 0, "bound_by", "solver", limit=TRUSTED_UP_TO)


def _without_a_bundle(facts: Facts, prices: pl.DataFrame) -> Iterator[Finding]:
    """Whose locks no bundle can hold; prices play no part in this."""
    nothing = read_prices(facts, prices.clear())
    for i in np.flatnonzero(np.isinf(bundles(facts, nothing).value)):
        row = int(np.flatnonzero(facts.lock_person == i)[0]) + 2
        yield finding("no_bundle", "locks", row, "person_id", facts.person_ids[i])
