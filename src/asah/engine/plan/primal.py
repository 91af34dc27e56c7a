"""From prices to a plan: open whole classes, then let people choose one after another from what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from asah.engine.plan.kernel import Shared, closures, desk, rearrange
from asah.engine.plan.pricing import Prices, tariff
from asah.engine.plan.problem import Floats, Ints, Problem


@dataclass
class Draft:
    """A plan while it is put together: who takes what, and how many classes are open."""

    problem: Problem
    bundle: Ints  # n x width: offerings, -1 beyond the end
    size: Ints  # n
    classes: Floats  # O

    @staticmethod
    def empty(problem: Problem, classes: Floats) -> Draft:
        b = problem.bundles
        draft = Draft(
            problem,
            np.full((problem.people, b.width), -1, np.int64),
            np.zeros(problem.people, np.int64),
            classes,
        )
        for i in np.flatnonzero(np.diff(b.people["locked"])):
            mine = b.locked[b.people["locked"][i] : b.people["locked"][i + 1]]
            draft.bundle[i, : len(mine)] = mine
            draft.size[i] = len(mine)
        return draft

    def copy(self) -> Draft:
        return Draft(self.problem, self.bundle.copy(), self.size.copy(), self.classes.copy())

    def enrolled(self) -> Floats:
        return np.bincount(self.bundle[self.bundle >= 0], minlength=self.problem.offerings).astype(float)

    def pairs(self) -> tuple[Ints, Ints]:
        """Person and offering of every enrolment."""
        person, slot = np.nonzero(self.bundle >= 0)
        return person, self.bundle[person, slot]


def needed_classes(problem: Problem, enrolled: Floats) -> Floats:
    """Whole classes that hold the enrolled."""
    return np.where(np.isinf(problem.seats), enrolled > 0, np.ceil(enrolled / problem.seats))


def worth(draft: Draft) -> tuple[float, Floats, Floats, Floats]:
    """Worth of a plan in points (tables.md section 2); closure by person; JP that counts by person; closure
    by floor.
    """
    p = draft.problem
    everybody = np.arange(p.people)
    closed, by_floor = closures(p.bundles, everybody, draft.bundle, len(p.floor_points))
    jp, mandate = counted(p, everybody, draft.bundle)
    short = np.maximum(0.0, p.bundles.people["short"][:-1] - jp)
    total = closed.sum() - p.bundles.points_per_jp * short.sum() - (p.mandate_points - mandate.sum())
    floors = by_floor.sum(axis=0)
    total -= float(p.floor_points @ np.maximum(0.0, p.floor_need - floors))
    return float(total), closed, jp, floors


def earned(problem: Problem, person: Ints, bundle: Ints) -> tuple[Floats, Floats]:
    """Points of closure, JP and mandates of each row, a person and a bundle of theirs (m), and its closure in
    each floor (m x floors).
    """
    closed, by_floor = closures(problem.bundles, person, bundle, len(problem.floor_points))
    jp, mandate = counted(problem, person, bundle)
    short = problem.bundles.people["short"][person]
    points: Floats = closed + problem.bundles.points_per_jp * np.minimum(short, jp) + mandate
    return points, by_floor


def counted(problem: Problem, person: Ints, bundle: Ints) -> tuple[Floats, Floats]:
    """JP that counts towards the target, and points of mandates given, of each row: a person and a bundle of
    theirs.
    """
    b = problem.bundles
    row, slot = np.nonzero(bundle >= 0)
    offering = bundle[row, slot]
    owner = np.repeat(np.arange(problem.people), np.diff(b.people["entry"]))
    many = len(problem.programme_id)
    keys = owner * many + b.entries["programme"][:-1]
    wanted = person[row] * many + b.offerings["programme"][offering]
    at = np.searchsorted(keys, wanted)
    useful = at < len(keys)
    useful[useful] = keys[at[useful]] == wanted[useful]  # others are there only to fill a class
    row, at = row[useful], at[useful]
    jp = np.bincount(row, weights=b.entries["jp"][at], minlength=len(bundle))
    once = np.unique(np.column_stack([row, at]), axis=0)  # a programme locked in twice gives its mandate once
    mandate = np.bincount(once[:, 0], weights=b.entries["mandate"][once[:, 1]], minlength=len(bundle))
    return jp.astype(float), mandate.astype(float)


def obeys(draft: Draft) -> bool:
    """Whether a draft obeys the rules on what people share (seats, minima, classes, resources, money,
    absence) and keeps the locks.
    """
    p, books = draft.problem, shared(draft)
    return bool(
        (books.enrolled <= books.room).all()
        and (books.enrolled >= books.least).all()
        and (draft.classes <= p.max_classes).all()
        and (p.resource_offerings @ draft.classes <= p.resource_limit).all()
        and (books.money >= 0.0).all()
        and (books.absent <= books.away[:, None]).all()
        and _keeps_locks(draft)
    )


def _keeps_locks(draft: Draft) -> bool:
    """Whether everything locked in is held, and what locked courses need is taken before them."""
    b = draft.problem.bundles
    programme, start, end = (b.offerings[name] for name in ("programme", "start", "end"))
    for i in np.flatnonzero(np.diff(b.people["locked"])):
        held = draft.bundle[i, : draft.size[i]]
        if not np.isin(b.locked[b.people["locked"][i] : b.people["locked"][i + 1]], held).all():
            return False
        mine = b.entries[b.people["entry"][i] : b.people["entry"][i + 1]]
        needed = dict(zip(mine["programme"].tolist(), mine["before"].tolist(), strict=True))
        for o in held:
            before = needed.get(programme[o], -1)  # others are there only to fill a class
            if before < 0:
                continue
            if before >= len(mine):  # what must come first is not open to this person
                return False
            first = held[programme[held] == mine["programme"][before]]
            if not ((start[first] == 0) | (end[first] < start[o])).any():
                return False
    return True


def shared(draft: Draft) -> Shared:
    """The books of a draft: what is left of everything people share."""
    p = draft.problem
    b = p.bundles
    person, offering = draft.pairs()
    unit, place = p.unit_of_person[person], p.place_of_person[person]
    enrolled = draft.enrolled()
    funds, payers = len(p.fund_id), len(p.unit_limit)
    money = np.concatenate([[p.total_limit], p.fund_limit, p.unit_limit, [np.inf, np.inf]])
    fund_row = np.where(p.fund < 0, 1 + funds + payers, 1 + p.fund)
    payer_row = np.where(p.payer_of_unit < 0, 2 + funds + payers, 1 + funds + p.payer_of_unit)
    fee = enrolled * p.cost_per_person + draft.classes * p.cost_per_class
    trip = p.travel[place, offering]
    money[0] -= fee.sum() + trip.sum()
    np.subtract.at(money, fund_row, fee)
    np.subtract.at(money, payer_row[unit], trip)
    start, end = b.offerings["start"][offering], b.offerings["end"][offering]
    dated = start > 0
    leaving = np.zeros((len(p.unit_id), p.periods + 2))  # people that go, less those that are back
    np.add.at(leaving, (unit[dated], start[dated]), 1.0)
    np.subtract.at(leaving, (unit[dated], end[dated] + 1), 1.0)
    absent = np.ascontiguousarray(leaving.cumsum(axis=1)[:, :-1])
    room = np.where(
        np.isinf(p.seats),
        np.where(draft.classes > 0, np.inf, 0.0),
        draft.classes * np.where(np.isinf(p.seats), 0, p.seats),
    )
    return Shared(
        room=room,
        least=draft.classes * p.min_per_class,
        enrolled=enrolled,
        money=money,
        fund=fund_row,
        payer=payer_row,
        fee=p.cost_per_person,
        absent=absent,
        away=p.absence_limit,
    )


def choose_again(draft: Draft, books: Shared, prices: Prices, crews: Ints, charge: float = 0.0) -> None:
    """Let crews (m x k people) choose again at the prices, as `rearrange` says; changes the draft and its
    books.
    """
    p = draft.problem
    rearrange(
        p.bundles,
        tariff(p, prices),
        desk(p.bundles),
        books,
        prices.equity,
        group_of(p),
        crews,
        draft.bundle,
        draft.size,
        np.zeros((crews.shape[1], p.bundles.width + 1), np.int64),
        charge,
    )


def group_of(problem: Problem) -> Ints:
    """The group of every person (n)."""
    people = problem.bundles.groups["person"]
    return np.repeat(np.arange(len(people) - 1), np.diff(people))


def one_by_one(problem: Problem, rng: np.random.Generator) -> Ints:
    """Everybody as a crew of their own (n x 1), group by group, the groups in an order drawn."""
    place = rng.permutation(len(problem.bundles.groups) - 1)
    return np.argsort(place[group_of(problem)], kind="stable")[:, None]


def drop_people(draft: Draft, offerings: npt.NDArray[np.bool_], people: Ints | None = None) -> None:
    """Take the offerings marked out of every bundle, or of those of some people, and what needed them first
    with them.
    """
    b = draft.problem.bundles
    if people is None:
        people = np.flatnonzero((offerings[draft.bundle] & (draft.bundle >= 0)).any(axis=1))
    for i in people:
        keep = [o for o in draft.bundle[i, : draft.size[i]] if not offerings[o]]
        programmes = b.offerings["programme"]
        before = {}
        for e in range(b.people["entry"][i], b.people["entry"][i + 1]):
            first = b.entries["before"][e]
            if first >= 0:
                before[b.entries["programme"][e]] = b.entries["programme"][b.people["entry"][i] + first]
        while True:
            held = {programmes[o] for o in keep}
            left = [o for o in keep if before.get(programmes[o]) is None or before[programmes[o]] in held]
            if len(left) == len(keep):
                break
            keep = left
        draft.bundle[i] = -1
        draft.bundle[i, : len(keep)] = keep
        draft.size[i] = len(keep)


def round_classes(problem: Problem, fractional: Floats, upward: float = 0.5) -> Floats:
    """Whole classes near a fractional plan, within maxima and resources: `upward` is added, the rest cut off.

    An offering without a limit of seats is open to all where a class costs nothing; its part of a class is
    the share of people who take it.
    """
    p = problem
    locked = needed_classes(p, np.bincount(p.bundles.locked, minlength=p.offerings).astype(float))
    whole = np.minimum(np.maximum(np.floor(fractional + upward), locked), p.max_classes)
    whole = np.where(p.decided, whole, p.max_classes)
    _within_resources(p, whole, locked)
    return whole


def _within_resources(problem: Problem, classes: Floats, locked: Floats) -> None:
    """Classes may not use more of a resource than there is; the smallest number goes first, what is locked
    stays.
    """
    p = problem
    for slot in range(len(p.resource_limit)):
        using = np.flatnonzero(p.resource_offerings[slot] & (classes > 0))
        excess = classes[using].sum() - p.resource_limit[slot]
        for o in using[np.argsort(classes[using], kind="stable")]:
            cut = min(classes[o] - locked[o], max(0.0, excess))
            classes[o] -= cut
            excess -= cut


def close_short(draft: Draft) -> None:
    """Take people out of classes that do not reach their minimum, and close those classes."""
    p = draft.problem
    locked = np.bincount(p.bundles.locked, minlength=p.offerings)
    lock_owner = np.repeat(np.arange(p.people), np.diff(p.bundles.people["locked"]))
    while True:
        enrolled = draft.enrolled()
        classes = needed_classes(p, enrolled)
        short = (enrolled < classes * p.min_per_class) & (enrolled > 0)
        if not short.any():
            return
        room_in_fewer = np.where(classes > 1, (classes - 1) * np.where(np.isinf(p.seats), 0.0, p.seats), 0.0)
        fewer = short & (classes > 1) & (locked <= room_in_fewer)
        for o in np.flatnonzero(fewer):  # one class less: the last to come leave, but for those locked in
            over = int(enrolled[o] - room_in_fewer[o])
            holders = np.flatnonzero((draft.bundle == o).any(axis=1))
            free = holders[~np.isin(holders, lock_owner[p.bundles.locked == o])]
            only = np.zeros(p.offerings, dtype=bool)
            only[o] = True
            drop_people(draft, only, free[-over:])
        closing = short & (classes <= 1) & (locked == 0)
        if not closing.any() and not fewer.any():
            return
        drop_people(draft, closing)


def trim(draft: Draft) -> None:
    """Open no more classes than the enrolled fill."""
    draft.classes = needed_classes(draft.problem, draft.enrolled())


def spent_by_scope(draft: Draft) -> dict[str, Any]:
    """Rupiah spent: in all, by fund, and travel by unit budget."""
    p = draft.problem
    person, offering = draft.pairs()
    enrolled = draft.enrolled()
    classes = needed_classes(p, enrolled)
    cost = classes * p.cost_per_class + enrolled * p.cost_per_person
    trip = p.travel[p.place_of_person[person], offering]
    payer = p.payer_of_unit[p.unit_of_person[person]]
    by_fund = np.bincount(p.fund + 1, weights=cost, minlength=len(p.fund_id) + 1)[1:]
    by_unit = np.bincount(payer + 1, weights=trip, minlength=len(p.unit_limit) + 1)[1:]
    return {
        "total": round(cost.sum() + trip.sum()),
        "fund": {name: round(by_fund[k]) for k, name in enumerate(p.fund_id)},
        "unit": {p.unit_id[u]: round(by_unit[k]) for k, u in enumerate(p.unit_budget_unit)},
    }
