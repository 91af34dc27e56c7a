"""Where a plan stands at its prices: what an enrolment brings and uses, and what is left of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from asah.engine.errors import CallError
from asah.engine.plan.fillable import everything, fillable
from asah.engine.plan.kernel import Shared
from asah.engine.plan.parts import only, spans
from asah.engine.plan.pricing import Pricer, Prices, bound, class_price, class_seats
from asah.engine.plan.primal import Draft, shared
from asah.engine.plan.problem import Bundles, Floats, Ints, Problem, build
from asah.engine.plan.sentences import line
from asah.engine.tables import Tables, read_frames

PLAN_TABLES = ("enrolments", "classes", "people_outcome", "prices", "branches")
EPS = 1e-9


# ---- what an enrolment brings, in points


def entry_owners(problem: Problem) -> Ints:
    """The person of every entry."""
    return np.repeat(np.arange(problem.people), np.diff(problem.bundles.people["entry"]))


def entries_of(problem: Problem, person: Ints, programme: Ints) -> Ints:
    """The entry of each person x programme, -1 where the planner found no use for the pair."""
    b, count = problem.bundles, len(problem.programme_id)
    keys = entry_owners(problem) * count + b.entries["programme"][:-1]
    wanted = np.asarray(person) * count + programme
    if not len(keys):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def weights(problem: Problem, equity: Floats) -> Floats:
    """Points per level of every need, counted (1 + the equity prices of its floors) times."""
    b = problem.bundles
    owner = np.repeat(np.arange(problem.people), np.diff(b.people["need"]))
    bits = b.people["floors"][owner] | b.needs["floors"][: len(owner)]
    times = np.ones(len(owner))
    for floor, price in enumerate(equity):
        times += price * ((bits >> np.uint64(floor)) & np.uint64(1))
    return np.asarray(b.needs["weight"][: len(owner)] * times)


@dataclass(frozen=True)
class Given:
    """What a draft gives: levels still open by need (below 0 where more is given than needed), JP that counts
    by person, and how often each entry is held."""

    rest: Floats
    jp: Floats
    held: Ints


def given(draft: Draft) -> Given:
    p, b = draft.problem, draft.problem.bundles
    person, offering = draft.pairs()
    entry = entries_of(p, person, b.offerings["programme"][offering])
    person, entry = person[entry >= 0], entry[entry >= 0]
    which, effect = spans(b.entries["effect"], entry)
    need = b.people["need"][person][which] + b.effects["need"][effect]
    levels = np.bincount(need, weights=b.effects["gain"][effect], minlength=len(b.needs))
    return Given(
        rest=b.needs["gap"] - levels,
        jp=np.bincount(person, weights=b.entries["jp"][entry], minlength=p.people).astype(float),
        held=np.bincount(entry, minlength=len(b.entries)),
    )


def brings(problem: Problem, have: Given, weight: Floats, entries: Ints) -> Floats:
    """Points each entry adds to everything else its person is given; what is lost without it, where held."""
    b = problem.bundles
    who = np.searchsorted(b.people["entry"], entries, side="right") - 1
    which, effect = spans(b.entries["effect"], entries)
    need = b.people["need"][who][which] + b.effects["need"][effect]
    gain = b.effects["gain"][effect]
    mine = have.held[entries] > 0
    room = np.maximum(0.0, have.rest[need] + np.where(mine[which], gain, 0.0))
    points = np.bincount(which, weights=weight[need] * np.minimum(room, gain), minlength=len(entries))
    jp = b.entries["jp"][entries]
    short = np.maximum(0.0, b.people["short"][who] - have.jp[who] + np.where(mine, jp, 0.0))
    mandate = np.where(have.held[entries] > 1, 0.0, b.entries["mandate"][entries])
    return np.asarray(points + b.points_per_jp * np.minimum(short, jp) + mandate)


# ---- what an enrolment uses, at the prices


class Use(NamedTuple):
    """What enrolments use: points for money, seat (less its minimum), absence; rupiah of fee and travel."""

    money: Floats
    seat: Floats
    absence: Floats
    fee_idr: Floats
    travel_idr: Floats

    @property
    def points(self) -> Floats:
        return self.money + self.seat + self.absence


def fee_price(problem: Problem, prices: Prices) -> Floats:
    """Points per rupiah of an offering's fee (O)."""
    return np.asarray(prices.total + np.append(prices.fund, 0.0)[problem.fund])


def uses(problem: Problem, prices: Prices, person: Ints, offering: Ints) -> Use:
    """What each enrolment (person, offering) uses."""
    p, b = problem, problem.bundles
    unit, place = p.unit_of_person[person], p.place_of_person[person]
    fee, trip = p.cost_per_person[offering], p.travel[place, offering]
    trip_price = prices.total + np.append(prices.unit, 0.0)[p.payer_of_unit[unit]]
    # column 0 is no period, so that an undated offering, which starts and ends at 0, is charged nothing
    paid = np.cumsum(np.pad(prices.absence[:, 1:], ((0, 0), (1, 0))), axis=1)
    start, end = b.offerings["start"][offering], b.offerings["end"][offering]
    return Use(
        money=fee_price(p, prices)[offering] * fee + trip_price * trip,
        seat=prices.seats[offering] - prices.minimum[offering],
        absence=paid[unit, end] - paid[unit, np.maximum(start - 1, 0)],
        fee_idr=fee,
        travel_idr=trip,
    )


# ---- a few people of a problem


@dataclass(frozen=True)
class Worth:
    """Points that a bundle brings at the prices, and what it uses."""

    points: float
    cost: float

    @property
    def value(self) -> float:
        return self.points - self.cost


class Lone:
    """One person by themselves, at the prices."""

    def __init__(self, problem: Problem, prices: Prices, person: int) -> None:
        self.problem = only(problem, np.array([person]))
        self.prices = prices
        self.weight = weights(self.problem, prices.equity)

    def given(self, offerings: Sequence[int]) -> Given:
        bundle = np.array([offerings], np.int64).reshape(1, -1)
        return given(
            Draft(self.problem, bundle, np.array([len(offerings)]), np.zeros(self.problem.offerings))
        )

    def worth(self, offerings: Sequence[int]) -> Worth:
        """What a bundle brings at the prices, mandates and JP towards the target included, and uses."""
        b, have = self.problem.bundles, self.given(offerings)
        levels = b.needs["gap"] - np.maximum(0.0, have.rest)
        held = np.flatnonzero(have.held[: len(b.entries) - 1])
        points = float(self.weight @ levels) + float(b.entries["mandate"][held].sum())
        points += b.points_per_jp * min(float(b.people["short"][0]), float(have.jp[0]))
        return Worth(points, float(self.use(offerings).points.sum()))

    def use(self, offerings: Sequence[int]) -> Use:
        return uses(
            self.problem, self.prices, np.zeros(len(offerings), np.int64), np.array(offerings, np.int64)
        )

    def best(self, *, holding: int | None = None, without: Iterable[int] = ()) -> tuple[float, list[int]]:
        """Value and offerings of the best bundle at the prices; with an offering in it, or with none of some.

        The value is -inf where nothing that obeys the rules holds the offering. Only what serves the person
        is looked at: prices under which filling a minimum alone would pay are not made by the planner.
        """
        b, without = self.problem.bundles, list(without)
        people = b.people.copy()
        locked, banned = b.locked, b.banned
        if holding is not None:
            locked = np.append(locked, holding).astype(locked.dtype)
            people["locked"][-1] += 1
        if without:
            banned = np.append(banned, without).astype(banned.dtype)
            people["banned"][-1] += len(without)
        changed: Bundles = b._replace(people=people, locked=locked, banned=banned, width=b.width + 1)
        response = Pricer(replace(self.problem, bundles=changed)).respond(self.prices)
        return response.value, [int(o) for o in response.bundle[0] if o >= 0]


# ---- a finished plan


@dataclass(frozen=True)
class Standing:
    """A finished plan beside its problem, its prices, and what it leaves. `fillable` (O): classes that the
    people who may come could fill.
    """

    tables: Tables
    problem: Problem
    prices: Prices
    fillable: Floats
    draft: Draft
    outcome: pl.DataFrame
    locked: frozenset[tuple[int, int]]

    @cached_property
    def books(self) -> Shared:
        return shared(self.draft)

    @cached_property
    def given(self) -> Given:
        return given(self.draft)

    @cached_property
    def weight(self) -> Floats:
        return weights(self.problem, self.prices.equity)

    @cached_property
    def programmes(self) -> list[dict[str, Any]]:
        """Rows of the table, in the problem's order."""
        return self.tables["programmes"].to_dicts()

    @cached_property
    def offerings(self) -> list[dict[str, Any]]:
        """Rows of the table, in the problem's order."""
        rows = {row["offering_id"]: row for row in self.tables["offerings"].to_dicts()}
        return [rows[o] for o in self.problem.offering_id]

    @cached_property
    def places(self) -> dict[str, dict[str, Any]]:
        return {row["place_id"]: row for row in self.tables["places"].to_dicts()}

    def programme_of(self, offering: int) -> dict[str, Any]:
        return self.programmes[int(self.problem.bundles.offerings["programme"][offering])]

    def dates(self, programme: int) -> range:
        """The offerings of a programme."""
        first = self.problem.bundles.programmes["offering"]
        return range(int(first[programme]), int(first[programme + 1]))

    def periods(self, offering: int) -> range:
        """The periods an offering occupies."""
        start, end = (int(self.problem.bundles.offerings[at][offering]) for at in ("start", "end"))
        return range(start, end + 1) if start > 0 else range(0)

    def held(self, i: int) -> list[int]:
        return [int(o) for o in self.draft.bundle[i] if o >= 0]

    def takers(self, offering: int) -> Ints:
        return np.flatnonzero((self.draft.bundle == offering).any(axis=1))


def read_standing(tables: Tables, folder: Path) -> Standing:
    """A plan and its input. Raises CallError where the plan was not made from these tables."""
    frames = read_frames(folder, list(PLAN_TABLES))
    summary = Path(folder) / "summary.json"
    stated = json.loads(summary.read_text("utf-8")).get("input_sha256") if summary.is_file() else None
    if stated != tables.sha256:
        raise CallError(line("other_input"))
    return standing_of(tables, frames)


def standing_of(tables: Tables, frames: Mapping[str, pl.DataFrame]) -> Standing:
    """A plan, as its tables, and the input it was made from."""
    problem = build(tables)
    person, offering = _rows(problem, frames["enrolments"])
    opened = [problem.offering_id.index(o) for o in frames["classes"]["offering_id"]]
    classes = np.zeros(problem.offerings)
    classes[opened] = frames["classes"]["classes"].to_numpy()
    locks = frames["enrolments"]["locked"].fill_null(value=False).to_numpy()
    most = fillable(problem, tables).max_classes
    return Standing(
        tables=tables,
        problem=problem,
        prices=_told(problem, most, frames),
        fillable=most,
        draft=Draft(problem, *_bundles(problem, person, offering), classes),
        outcome=frames["people_outcome"],
        locked=frozenset(zip(person[locks].tolist(), offering[locks].tolist(), strict=True)),
    )


def _told(problem: Problem, most: Floats, frames: Mapping[str, pl.DataFrame]) -> Prices:
    """The prices as people are told them: where a price only keeps everybody out of classes that the branch
    does not have, a seat costs its share of the class.
    """
    prices = prices_from_table(problem, frames["prices"], frames["branches"], most)
    share = class_price(problem, prices) / class_seats(problem)
    barred = prices.seats >= everything(problem, prices)
    return prices.with_(seats=np.where(barred & (problem.max_classes > 0), share, prices.seats))


def _rows(problem: Problem, enrolments: pl.DataFrame) -> tuple[Ints, Ints]:
    person = dict(zip(problem.person_id, range(problem.people), strict=True))
    offering = dict(zip(problem.offering_id, range(problem.offerings), strict=True))
    return (
        np.array([person[i] for i in enrolments["person_id"]], np.int64),
        np.array([offering[o] for o in enrolments["offering_id"]], np.int64),
    )


def _bundles(problem: Problem, person: Ints, offering: Ints) -> tuple[Ints, Ints]:
    size = np.bincount(person, minlength=problem.people)
    bundle = np.full((problem.people, max(1, int(size.max(initial=0)))), -1, np.int64)
    order = np.lexsort((offering, person))
    slot = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    bundle[person[order], slot] = offering[order]
    return bundle, size


def prices_from_table(
    problem: Problem, prices: pl.DataFrame, branches: pl.DataFrame, most: Floats | None = None
) -> Prices:
    """The prices of a plan; of several branches those of the one with the largest bound: it is the plan's.

    A price without a branch holds in all of them. `most` (O): classes that could be filled.
    """
    names = branches["branch"].unique(maintain_order=True).to_list()
    if not names:
        return _prices(problem, prices)
    cases = []
    for name in names:
        mine = _prices(problem, prices.filter(pl.col("branch").is_null() | (pl.col("branch") == name)))
        low, high = np.zeros(problem.offerings), problem.max_classes.copy()
        for row in branches.filter(branch=name).iter_rows(named=True):
            o = problem.offering_id.index(row["offering_id"])
            low[o], high[o] = row["min_classes"], min(high[o], row["max_classes"])
        if most is not None and (low > most).any():  # no plan lies there
            continue
        cases.append((mine, low, high))
    if len(cases) == 1:
        return cases[0][0]
    return max(cases, key=lambda case: bound(problem, case[0], Pricer(problem).respond(case[0]), *case[1:]))[
        0
    ]


def _prices(problem: Problem, table: pl.DataFrame) -> Prices:
    prices = Prices.zero(problem)
    unit = {u: k for k, u in enumerate(problem.unit_id)}
    budget = {problem.unit_id[u]: k for k, u in enumerate(problem.unit_budget_unit)}
    resource = {(problem.resource_id[r], t): k for k, (r, t) in enumerate(problem.resource_slot)}
    floor = {key: k for k, key in enumerate(problem.floor_key)}
    fund = {f: k for k, f in enumerate(problem.fund_id)}
    offering = {o: k for k, o in enumerate(problem.offering_id)}
    total = 0.0
    for scope, name, period, price in table.select("scope", "id", "period", "price").iter_rows():
        if scope == "total":
            total = price
        elif scope == "fund" and name in fund:  # a fund that pays for nothing is not in the problem
            prices.fund[fund[name]] = price
        elif scope == "unit":
            prices.unit[budget[name]] = price
        elif scope == "seats":
            prices.seats[offering[name]] = price
        elif scope == "minimum":
            prices.minimum[offering[name]] = price
        elif scope == "absence":
            prices.absence[unit[name], period] = price
        elif scope == "resource":
            prices.resource[resource[name, period]] = price
        elif scope == "equity":
            prices.equity[floor[name]] = price
    return prices.with_(total=total)
