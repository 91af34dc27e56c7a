"""What everybody would take if money were no object, and the third of it that there is money for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from asah.engine.simulate.catalogue import NETWORKS, Catalogue
from asah.engine.simulate.layout import Layout
from asah.engine.simulate.needs import Needs
from asah.engine.simulate.places import Floats, Ints
from asah.engine.simulate.roster import Bools, Roster

WISHES = 4  # programmes a person would take if nothing stood in the way
INTERESTS = 8  # programmes a person would like to see on offer
MONEY_SHARE = 1.0 / 3.0
CLASS_FILL = 0.8
THRIFT = 0.25  # nobody asks for ten times the price for twice the gain
FUND_SHARE = {"APBD": 1.30, "BLUD": 1.10, "DAK": 0.90}  # of the money share: DAK is tight, APBD is not
ROUND_IDR = 100_000


@dataclass(frozen=True)
class Demand:
    """What a chunk (or, added up, a region) would cost in full.

    ``wanted``: (provinces, programmes) people interested; ``fund_idr``: course money by fund, in the order of
    ``FUND_SHARE``; ``travel_idr``: travel by the unit that pays it, the last entry being nobody.
    """

    wanted: Ints
    fund_idr: Floats
    travel_idr: Floats

    def __add__(self, other: Demand) -> Demand:
        return Demand(
            self.wanted + other.wanted, self.fund_idr + other.fund_idr, self.travel_idr + other.travel_idr
        )

    @property
    def total_idr(self) -> float:
        return float(self.fund_idr.sum() + self.travel_idr.sum())


def tally(
    layout: Layout, catalogue: Catalogue, roster: Roster, needs: Needs, mandated: Bools, completed: Bools
) -> Demand:
    """Everybody's mandates and best programmes, four in all, with a share of the class and the way there."""
    seats = catalogue.column("seats")
    class_share = np.where(seats > 0, catalogue.column("class_idr") / np.maximum(seats * CLASS_FILL, 1), 0.0)
    course = (catalogue.column("person_idr") + class_share) * catalogue.class_cost
    way = _travel(layout, catalogue)

    wish = _values(catalogue, needs) / (course + way[roster.home]) ** THRIFT
    wish *= catalogue.eligible(roster) & ~completed & _reachable(layout, catalogue, roster)
    wish[mandated] = np.inf
    shape = (len(layout.provinces), len(catalogue.programmes))
    person, programme = _best(wish, INTERESTS)
    wanted = np.bincount(roster.province[person] * shape[1] + programme, minlength=shape[0] * shape[1])
    person, programme = _best(wish, WISHES)
    fund = np.array([list(FUND_SHARE).index(p["fund"]) for p in catalogue.programmes])
    travel = way[roster.home[person], programme]
    payer = layout.payer[roster.unit[person]]
    return Demand(
        wanted=wanted.reshape(shape),
        fund_idr=_sums(fund[programme], course[programme], len(FUND_SHARE)),
        travel_idr=_sums(np.where(payer >= 0, payer, len(layout.units)), travel, len(layout.units) + 1),
    )


def budget_frame(layout: Layout, demand: Demand) -> pl.DataFrame:
    """The table ``budgets``: a third of everything, by fund, and for some units of their travel."""
    rows: list[tuple[str, str | None, int]] = [("total", None, _rounded(MONEY_SHARE * demand.total_idr))]
    for (fund, share), need in zip(FUND_SHARE.items(), demand.fund_idr, strict=True):
        rows.append(("fund", fund, _rounded(MONEY_SHARE * share * float(need))))
    for unit, need in zip(layout.units, demand.travel_idr[:-1], strict=True):
        if unit.pays_travel:
            rows.append(("unit", unit.unit_id, _rounded(MONEY_SHARE * float(need))))
    schema = {"scope": pl.String, "id": pl.String, "amount_idr": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _best(wish: Floats, count: int) -> tuple[Ints, Ints]:
    """Pairs of a person and one of the ``count`` programmes they wish for most."""
    best = np.argpartition(-wish, count, axis=1)[:, :count]
    person, programme = np.repeat(np.arange(len(best)), count), best.ravel()
    wanted = wish[person, programme] > 0
    return person[wanted], programme[wanted]


def _values(catalogue: Catalogue, needs: Needs) -> Floats:
    """Points each programme alone would close for each person."""
    value = np.zeros((len(needs.gap), len(catalogue.programmes)))
    for p, gains in enumerate(catalogue.gains):
        for c in np.flatnonzero(gains):
            value[:, p] += needs.weight[:, c] * np.minimum(needs.gap[:, c], gains[c])
    return value


def _reachable(layout: Layout, catalogue: Catalogue, roster: Roster) -> Bools:
    """Online programmes reach only where the connection does."""
    level = np.array([NETWORKS.index(place.connectivity) for place in layout.map.places])
    needed = np.array([NETWORKS.index(p["connectivity"]) for p in catalogue.programmes])
    online = np.isin(catalogue.column("mode"), ("undated", "online"))
    return np.asarray(~online | (level[roster.home][:, None] >= needed), dtype=np.bool_)


def _travel(layout: Layout, catalogue: Catalogue) -> Floats:
    """(places, programmes): the expected cost of the way from each place to the halls of its province."""
    ground = layout.map
    cost = np.zeros((len(ground.places), len(catalogue.programmes)))
    mode, days = catalogue.column("mode"), catalogue.column("days")
    for number, province in enumerate(layout.provinces):
        local = np.flatnonzero([place.province == number for place in ground.places])
        for name, places, shares in (
            ("hall", province.hosts, province.host_shares),
            ("senior", (province.senior,), (1.0,)),
        ):
            fare = ground.fare[local[:, None], np.array(places)] @ np.array(shares)
            per_day = ground.per_day[local[:, None], np.array(places)] @ np.array(shares)
            cost[np.ix_(local, mode == name)] = fare[:, None] + per_day[:, None] * days[mode == name]
    return cost


def _sums(group: Ints, amount: Floats, groups: int) -> Floats:
    return np.asarray(np.bincount(group, weights=amount, minlength=groups), dtype=np.float64)


def _rounded(amount: float) -> int:
    return round(amount / ROUND_IDR) * ROUND_IDR
