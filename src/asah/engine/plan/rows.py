"""The rules of a plan (tables.md section 2) as sparse rows over its enrolments and its classes.

A *pair* is a person and an offering they might take. The columns of a model are whatever carries pairs, one
each or several at once (a bundle), and after them one column per offering: its classes. Rows come in blocks
of one rule; `owner` says what each row of a block is about, so that a limit can be lifted by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.plan.problem import CONNECTIVITY, MANY, Floats, Ints, Problem
from asah.engine.tables import Tables

Bools = npt.NDArray[np.bool_]

JP_SLACK = 1e-9  # JP are decimals: a sum may be off in its last binary digit


@dataclass(frozen=True)
class Pairs:
    """Enrolments that a plan may hold, sorted by person and offering (four arrays of one length)."""

    person: Ints
    offering: Ints
    locked: Bools  # decided by hand: in
    allowed: Bools  # rule 1 leaves it to the person; a locked one is kept without that

    def keep(self, chosen: Bools) -> Pairs:
        return Pairs(self.person[chosen], self.offering[chosen], self.locked[chosen], self.allowed[chosen])


@dataclass(frozen=True)
class Block:
    """Rows `lower <= sum of value x column <= upper` of one rule; (row, column, value) are the entries."""

    rule: str
    owner: Ints  # rows: what each one is about
    lower: Floats
    upper: Floats
    row: Ints
    column: Ints
    value: Floats


@dataclass(frozen=True)
class Carried:
    """Which column carries which pair: three arrays of one length, and the first column of the classes."""

    column: Ints
    person: Ints
    offering: Ints
    classes: int


def row_of(ids: list[str], column: pl.Series) -> Ints:
    """Row of each id in a key column."""
    row = {key: index for index, key in enumerate(column.to_list())}
    return np.array([row[key] for key in ids], np.int64)


def refusals(problem: Problem, tables: Tables, person: Ints, offering: Ints) -> dict[str, Bools]:
    """By reason, where rule 1 keeps a person out of an offering, apart from two dates of one programme.

    `person` and `offering` broadcast: equally long ones are pairs, a column and a row make a matrix. The
    reasons are not_eligible, completed, retired and unreachable.
    """
    people = tables["people"][problem.input_row]
    programmes = tables["programmes"]
    offerings = tables["offerings"][row_of(problem.offering_id, tables["offerings"]["offering_id"])]
    programme = problem.bundles.offerings["programme"]
    eligible = np.ones((problem.people, len(programmes)), np.bool_)
    for own, lists in (
        ("employment", "eligible_employment"),
        ("position_kind", "eligible_position_kind"),
        ("unit_id", "eligible_unit"),
    ):
        for p, text in enumerate(programmes[lists]):
            if text is not None:
                names = [name.strip() for name in text.split(";")]
                eligible[:, p] &= people[own].is_in(names).fill_null(False).to_numpy()
    done = np.zeros_like(eligible)
    done[completed(problem, tables)] = True

    retires = people["retires_on"].to_physical().cast(pl.Float64).to_numpy()
    ends = offerings["end_date"].to_physical().cast(pl.Float64).to_numpy()
    network = [MANY if level is None else CONNECTIVITY[level] for level in tables["places"]["connectivity"]]
    needed = np.array([CONNECTIVITY[level] for level in programmes["connectivity"]], np.int64)[programme]
    cut_off = np.array(network, np.int64)[:, None] < needed
    cut_off &= offerings["place_id"].is_null().to_numpy()
    return {
        "not_eligible": ~eligible[person, programme[offering]],
        "completed": done[person, programme[offering]],
        "retired": ends[offering] > retires[person],
        "unreachable": cut_off[problem.place_of_person[person], offering],
    }


def may_take(problem: Problem, tables: Tables) -> Bools:
    """People x offerings: what rule 1 leaves to each person, apart from two dates of one programme."""
    everybody, everything = np.arange(problem.people)[:, None], np.arange(problem.offerings)[None, :]
    refused = refusals(problem, tables, everybody, everything).values()
    may: Bools = ~np.logical_or.reduce(list(refused))
    return may


def completed(problem: Problem, tables: Tables) -> tuple[Ints, Ints]:
    """Person and programme of every row of `completed`."""
    person = {key: index for index, key in enumerate(problem.person_id)}
    programme = {key: index for index, key in enumerate(problem.programme_id)}
    rows = tables["completed"]
    who = np.array([person[key] for key in rows["person_id"]], np.int64)
    return who, np.array([programme[key] for key in rows["programme_id"]], np.int64)


def locks(problem: Problem, tables: Tables) -> tuple[Ints, Ints, Bools]:
    """Person, offering and whether it is `in`, for every row of `locks`."""
    person = {key: index for index, key in enumerate(problem.person_id)}
    offering = {key: index for index, key in enumerate(problem.offering_id)}
    rows = tables["locks"]
    who = np.array([person[key] for key in rows["person_id"]], np.int64)
    what = np.array([offering[key] for key in rows["offering_id"]], np.int64)
    return who, what, (rows["state"] == "in").to_numpy().astype(np.bool_)


def prerequisites(tables: Tables) -> Ints:
    """Programme that must come before each programme, -1 for none."""
    row = {key: index for index, key in enumerate(tables["programmes"]["programme_id"])}
    return np.array([row.get(key, -1) for key in tables["programmes"]["prerequisite_id"]], np.int64)


def with_what_comes_before(tables: Tables, programmes: Ints) -> Ints:
    """The programmes and everything that must come before them."""
    before = prerequisites(tables)
    while True:
        more = np.union1d(programmes, before[programmes][before[programmes] >= 0])
        if len(more) == len(programmes):
            return more
        programmes = more


def make_pairs(problem: Problem, tables: Tables, chosen: Bools, *, keep_out: bool = True) -> Pairs:
    """The pairs of a people x offerings mask that rule 1 allows, and every pair locked in.

    With `keep_out` those locked out are left out.
    """
    allowed = may_take(problem, tables)
    chosen = chosen & allowed
    who, what, state = locks(problem, tables)
    if keep_out:
        chosen[who[~state], what[~state]] = False
    locked = np.zeros_like(chosen)
    locked[who[state], what[state]] = True
    person, offering = np.nonzero(chosen | locked)
    return Pairs(person, offering, locked[person, offering], allowed[person, offering])


# ---- rules of one person


def personal_rows(problem: Problem, tables: Tables, pairs: Pairs) -> list[Block]:
    """Rules 1 to 3 where every pair is a column of its own."""
    return [
        _one_date(problem, pairs),
        _no_overlap(problem, pairs),
        _max_programmes(problem, pairs),
        _jp_max(problem, pairs),
        _prerequisites(problem, tables, pairs),
    ]


def programme_key(problem: Problem, pairs: Pairs) -> Ints:
    """One number for the person and the programme of each pair."""
    programme = problem.bundles.offerings["programme"][pairs.offering]
    key: Ints = pairs.person * len(problem.programme_id) + programme
    return key


def _one_date(problem: Problem, pairs: Pairs) -> Block:
    """One date of a programme; where more are locked, those and no other. Owner: the `programme_key`."""
    key = programme_key(problem, pairs)
    owner, row, size = np.unique(key, return_inverse=True, return_counts=True)
    held = np.bincount(row, weights=pairs.locked, minlength=len(owner))
    block = _at_most("one_date", owner, np.maximum(1.0, held), row, np.arange(len(key)), np.ones(len(key)))
    return _only(block, size > 1)


def _no_overlap(problem: Problem, pairs: Pairs) -> Block:
    """The owner is person x (periods + 1) + period."""
    at, period = _periods(problem, pairs.offering)
    key = pairs.person[at] * (problem.periods + 1) + period
    owner, row, size = np.unique(key, return_inverse=True, return_counts=True)
    block = _at_most("overlap", owner, np.ones(len(owner)), row, at, np.ones(len(at)))
    return _only(block, size > 1)


def _max_programmes(problem: Problem, pairs: Pairs) -> Block:
    at = np.flatnonzero(_counted(problem, pairs))
    owner, row, size = np.unique(pairs.person[at], return_inverse=True, return_counts=True)
    most = problem.bundles.max_programmes
    block = _at_most("max_programmes", owner, np.full(len(owner), float(most)), row, at, np.ones(len(at)))
    return _only(block, size > most)


def _jp_max(problem: Problem, pairs: Pairs) -> Block:
    """A person beyond the ceiling already takes nothing that counts, not even without hours."""
    room = problem.bundles.people["room"][pairs.person]
    at = np.flatnonzero(_counted(problem, pairs) & np.isfinite(room))
    owner, row = np.unique(pairs.person[at], return_inverse=True)
    left = problem.bundles.people["room"][owner]
    jp = problem.bundles.programmes["jp"][problem.bundles.offerings["programme"][pairs.offering[at]]]
    value = np.where(left[row] < -JP_SLACK, 1.0, jp)
    most = np.bincount(row, weights=value, minlength=len(owner))
    upper = np.maximum(left, 0.0) + JP_SLACK
    return _only(_at_most("jp_max", owner, upper, row, at, value), most > upper)


def _counted(problem: Problem, pairs: Pairs) -> Bools:
    programme = problem.bundles.offerings["programme"][pairs.offering]
    counted: Bools = problem.bundles.programmes["counts"][programme] > 0
    return counted


def _prerequisites(problem: Problem, tables: Tables, pairs: Pairs) -> Block:
    """One row per pair whose programme asks for another: undated, or over before this one begins.

    Other dates of the programme that begin no later stand in the same row, since only one is taken; not so
    where several are locked. The owner is the programme that asks.
    """
    key, count = programme_key(problem, pairs), len(problem.programme_id)
    programme = key % count
    start = problem.bundles.offerings["start"][pairs.offering]
    end = problem.bundles.offerings["end"][pairs.offering]
    who, what = completed(problem, tables)
    before = prerequisites(tables)[programme]
    wanted = pairs.person * count + before
    asks = np.flatnonzero((before >= 0) & ~np.isin(wanted, who * count + what))
    group = np.unique(key, return_inverse=True)[1]
    several = np.bincount(group, weights=pairs.locked)[group] > 1 if len(key) else np.zeros(0, np.bool_)

    row, same = _matches(key[asks], key)
    here = (start[same] <= start[asks[row]]) & (~several[same] | (same == asks[row]))
    given, first = _matches(wanted[asks], key)
    in_time = (start[first] == 0) | (end[first] < start[asks[given]])
    return _at_most(
        "prerequisite",
        programme[asks],
        np.zeros(len(asks)),
        np.concatenate([row[here], given[in_time]]),
        np.concatenate([same[here], first[in_time]]),
        np.concatenate([np.ones(here.sum()), np.full(in_time.sum(), -1.0)]),
    )


# ---- what people share


def shared_rows(problem: Problem, carried: Carried) -> list[Block]:
    """Rules 4 to 6: classes, resources, absence and money."""
    return [
        *_classes(problem, carried),
        _resources(problem, carried),
        _absence(problem, carried),
        *_money(problem, carried),
    ]


def open_rows(problem: Problem, carried: Carried) -> Block:
    """Implied by rule 4, and tighter in a relaxation: nobody takes an offering by more than it is open.

    Only of offerings in which a class costs anything: money, a minimum, or the use of a resource.
    """
    dear = (problem.cost_per_class > 0) | (problem.min_per_class > 1)
    dear |= problem.resource_offerings.any(axis=0)
    at = np.flatnonzero(dear[carried.offering] & (problem.seats[carried.offering] > 1))
    key = carried.person[at] * problem.offerings + carried.offering[at]
    owner, row = np.unique(key, return_inverse=True)
    y = carried.classes + owner % problem.offerings
    return _at_most(
        "open",
        owner,
        np.zeros(len(owner)),
        np.concatenate([row, np.arange(len(owner))]),
        np.concatenate([carried.column[at], y]),
        np.concatenate([np.ones(len(at)), np.full(len(owner), -1.0)]),
    )


def _classes(problem: Problem, carried: Carried) -> Iterator[Block]:
    """Between the minimum and the seats of the classes opened; the owner is the offering."""
    every = np.arange(problem.offerings)
    demand = np.bincount(carried.offering, minlength=problem.offerings).astype(float)
    seats = np.where(np.isinf(problem.seats), demand, problem.seats)
    row = np.concatenate([carried.offering, every])
    column = np.concatenate([carried.column, carried.classes + every])
    ones = np.ones(len(carried.offering))
    yield _at_most("seats", every, np.zeros(len(every)), row, column, np.concatenate([ones, -seats]))
    least = np.concatenate([-ones, problem.min_per_class])
    minimum = _at_most("minimum", every, np.zeros(len(every)), row, column, least)
    yield _only(minimum, problem.min_per_class > 0)


def _resources(problem: Problem, carried: Carried) -> Block:
    """The owner is the slot."""
    slot, offering = np.nonzero(problem.resource_offerings)
    owner = np.arange(len(problem.resource_limit))
    used = np.isin(owner, slot)
    column = carried.classes + offering
    return _only(_at_most("resource", owner, problem.resource_limit, slot, column, np.ones(len(slot))), used)


def _absence(problem: Problem, carried: Carried) -> Block:
    """The owner is the unit."""
    limited = np.flatnonzero(np.isfinite(problem.absence_limit[problem.unit_of_person[carried.person]]))
    at, period = _periods(problem, carried.offering[limited])
    at = limited[at]
    width = problem.periods + 1
    key = problem.unit_of_person[carried.person[at]] * width + period
    owner, row, size = np.unique(key, return_inverse=True, return_counts=True)
    upper = problem.absence_limit[owner // width]
    block = _at_most("absence", owner // width, upper, row, carried.column[at], np.ones(len(at)))
    return _only(block, size > upper)


def _money(problem: Problem, carried: Carried) -> Iterator[Block]:
    """Rupiah, in units that rounding cannot confuse; the owner is the fund or the unit budget."""
    p = problem
    fee = p.cost_per_person[carried.offering]
    fare = p.travel[p.place_of_person[carried.person], carried.offering]
    column = np.concatenate([carried.column, carried.classes + np.arange(p.offerings)])
    spent = np.concatenate([fee + fare, p.cost_per_class])
    yield _budget("total", np.zeros(len(column), np.int64), column, spent, np.array([p.total_limit]))
    fund = np.concatenate([p.fund[carried.offering], p.fund])
    yield _budget("fund", fund, column, np.concatenate([fee, p.cost_per_class]), p.fund_limit)
    payer = p.payer_of_unit[p.unit_of_person[carried.person]]
    yield _budget("unit", payer, carried.column, fare, p.unit_limit)


def _budget(rule: str, scope: Ints, column: Ints, spent: Floats, limit: Floats) -> Block:
    at = np.flatnonzero((spent > 0) & np.isfinite(np.append(limit, np.inf)[scope]))
    owner, row = np.unique(scope[at], return_inverse=True)
    rupiah = np.rint(spent[at]).astype(np.int64)
    scale, upper = np.ones(len(owner)), np.zeros(len(owner))
    for budget, which in enumerate(owner):
        mine = rupiah[row == budget]
        unit = int(np.gcd.reduce(mine))
        # One unit too much must stay well above the solver's tolerance of 1e-6, and coefficients small.
        halvings = min(19, (int(mine.max()) // unit // 1024).bit_length())
        scale[budget] = unit << halvings
        upper[budget] = limit[which] // unit * unit / scale[budget]
    return _at_most(rule, owner, upper, row, column[at], rupiah / scale[row])


# ---- entries


def _periods(problem: Problem, offering: Ints) -> tuple[Ints, Ints]:
    """Position in `offering` and period, for every period that a dated one occupies."""
    start = problem.bundles.offerings["start"][offering]
    length = np.where(start > 0, problem.bundles.offerings["end"][offering] - start + 1, 0)
    return np.repeat(np.arange(len(offering)), length), np.repeat(start, length) + _steps(length)


def _steps(length: Ints) -> Ints:
    """0, 1, .. length - 1 for each length, one after another."""
    return np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)


def _matches(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Positions of every pair of equal keys."""
    order = np.argsort(right, kind="stable")
    low = np.searchsorted(right[order], left, side="left")
    many = np.searchsorted(right[order], left, side="right") - low
    return np.repeat(np.arange(len(left)), many), order[np.repeat(low, many) + _steps(many)]


def _at_most(rule: str, owner: Ints, upper: Floats, row: Ints, column: Ints, value: Floats) -> Block:
    return Block(rule, owner, np.full(len(owner), -np.inf), np.asarray(upper, float), row, column, value)


def _only(block: Block, rows: Bools) -> Block:
    """The block with some of its rows."""
    if rows.all():
        return block
    place = np.cumsum(rows) - 1
    inside = rows[block.row]
    return Block(
        block.rule,
        block.owner[rows],
        block.lower[rows],
        block.upper[rows],
        place[block.row[inside]],
        block.column[inside],
        block.value[inside],
    )
