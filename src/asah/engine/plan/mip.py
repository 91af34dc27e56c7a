"""The whole problem as one mixed-integer programme, and the best choice among given bundles.

The first is exact: for small problems, and what larger ones are measured against. The second chooses among
bundles found by pricing: most of what a relaxation loses lies inside people, and a bundle is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from asah.engine.plan.highs import Model, Status, solve, stacked
from asah.engine.plan.problem import Floats, Ints, Problem
from asah.engine.plan.rows import (
    Block,
    Bools,
    Carried,
    Pairs,
    make_pairs,
    open_rows,
    personal_rows,
    shared_rows,
    with_what_comes_before,
)
from asah.engine.tables import Tables

OPEN_ROWS = 8_000  # more rows that only tighten the relaxation cost more time than they save


@dataclass(frozen=True)
class MipResult:
    """The best plan found; without one `objective` and `classes` are None and `bundle` holds nobody.

    `bundle`: n x width, offerings in ascending order, -1 beyond the end. `bound` is the solver's own word.
    """

    status: Status
    objective: float | None
    bound: float | None
    bundle: Ints
    classes: Floats | None
    nodes: int


@dataclass(frozen=True)
class BundleChoice:
    """The best choice found among given bundles. `column`: n, the row of each person's bundle, -1 for none.

    `bound` holds for choices among these bundles only.
    """

    status: Status
    objective: float | None
    bound: float | None
    column: Ints
    classes: Floats | None
    nodes: int


def solve_mip(
    problem: Problem,
    tables: Tables,
    *,
    seconds: float,
    seed: int = 0,
    threads: int = 1,
    fillers: bool = True,
    start: tuple[Ints, Floats] | None = None,
    stop: Callable[[], bool] | None = None,
    tell: Callable[[float], None] | None = None,
    within: float = 0.0,
    earlier: tuple[Ints, Ints] | None = None,
    charge: float = 0.0,
) -> MipResult:
    """The best plan, proved, if the time allows.

    `fillers` lets people take what closes nothing for them, where that may fill a class. `start` is a plan
    to begin from: bundle (n x any width, -1 for none) and classes; one that breaks a rule is not used.
    `stop` is asked now and then, and `tell` then hears the bound. `optimal` is a plan `within` so many points
    of the bound. Every enrolment that only this plan or an `earlier` one has (person, offering) costs
    `charge` points: `bound` counts that, from all of the earlier one changed, and `objective` does not.
    """
    trying = _worth_trying(problem, tables, fillers)
    if earlier is not None:
        trying[earlier] = True
    pairs = make_pairs(problem, tables, trying)
    many, offerings = len(pairs.person), problem.offerings
    carried = Carried(np.arange(many), pairs.person, pairs.offering, many)
    sums = _capped_sums(problem, pairs)
    blocks = [*personal_rows(problem, tables, pairs), *shared_rows(problem, carried)]
    blocks += _tighter(problem, carried)
    first = many + offerings
    blocks += [_caps(sums, first), _floors(problem, sums, first)]
    floors = len(problem.floor_points)
    toll = np.zeros(many) if earlier is None else np.where(_are(problem, pairs, *earlier), charge, -charge)
    model = Model(
        gain=np.concatenate([toll, np.zeros(offerings), sums.weight, -problem.floor_points]),
        lower=np.concatenate([pairs.locked.astype(float), np.zeros(offerings + len(sums.cap) + floors)]),
        upper=np.concatenate([np.ones(many), problem.max_classes, sums.cap, problem.floor_need]),
        whole=np.arange(first + len(sums.cap) + floors) < first,
        **stacked(blocks, first + len(sums.cap) + floors),
    )
    begin = None if start is None else _from_plan(problem, pairs, sums, *start)
    known = None if tell is None else lambda bound: tell(bound + _constant(problem))
    answer = solve(
        model, seconds=seconds, seed=seed, threads=threads, start=begin, stop=stop, tell=known, within=within
    )
    if answer.x is None:
        return MipResult(
            answer.status,
            None,
            _plus(answer.bound, problem),
            _as_bundles(problem, pairs, None),
            None,
            answer.nodes,
        )
    taken = answer.x[:many] > 0.5
    objective = _constant(problem) + _worth(problem, sums, taken.astype(float))
    return MipResult(
        status=answer.status,
        objective=objective,
        bound=_no_less(_plus(answer.bound, problem), objective),
        bundle=_as_bundles(problem, pairs, taken),
        classes=_fewest(problem, np.bincount(pairs.offering[taken], minlength=offerings)),
        nodes=answer.nodes,
    )


def solve_bundles(
    problem: Problem,
    *,
    person: Ints,
    bundle: Ints,
    value: Floats,
    floor_closure: Floats,
    seconds: float,
    seed: int = 0,
    threads: int = 1,
    start: Ints | None = None,
    stop: Callable[[], bool] | None = None,
    nodes: int | None = None,
) -> BundleChoice:
    """The best choice of one bundle per person, and of nothing for whom no lock forbids it.

    `person`: m. `bundle`: m x width, offerings, -1 for none; each obeys rules 1, 2, 3 and 7. `value`: m,
    points of closure, JP and mandates earned, equity floors apart. `floor_closure`: m x floors, points
    closed in each group.
    `start`: n, a choice to begin from, as in `BundleChoice.column`.
    """
    many, offerings, floors = len(person), problem.offerings, len(problem.floor_points)
    column, slot = np.nonzero(bundle >= 0)
    carried = Carried(column, person[column], bundle[column, slot], many)
    blocks = [_one_each(problem, person), *shared_rows(problem, carried)]
    blocks += _tighter(problem, carried)
    at, floor = np.nonzero(floor_closure)
    blocks.append(_floor_rows(problem, floor, at, floor_closure[at, floor], many + offerings))
    model = Model(
        gain=np.concatenate([value, np.zeros(offerings), -problem.floor_points]),
        lower=np.zeros(many + offerings + floors),
        upper=np.concatenate([np.ones(many), problem.max_classes, problem.floor_need]),
        whole=np.arange(many + offerings + floors) < many + offerings,
        **stacked(blocks, many + offerings + floors),
    )

    def enrolled(taken: Bools) -> Ints:
        return np.bincount(carried.offering[taken[carried.column]], minlength=offerings)

    def short(taken: Bools) -> Floats:
        return np.maximum(0.0, problem.floor_need - taken.astype(float) @ floor_closure)

    begin = None
    if start is not None:
        taken = np.zeros(many, np.bool_)
        taken[start[start >= 0]] = True
        begin = np.concatenate([taken, _fewest(problem, enrolled(taken)), short(taken)])
    answer = solve(model, seconds=seconds, seed=seed, threads=threads, start=begin, stop=stop, nodes=nodes)
    chosen = np.full(problem.people, -1, np.int64)
    if answer.x is None:
        return BundleChoice(answer.status, None, _plus(answer.bound, problem), chosen, None, answer.nodes)
    taken = answer.x[:many] > 0.5
    chosen[person[taken]] = np.flatnonzero(taken)
    objective = _constant(problem) + float(value[taken].sum() - problem.floor_points @ short(taken))
    return BundleChoice(
        status=answer.status,
        objective=objective,
        bound=_no_less(_plus(answer.bound, problem), objective),
        column=chosen,
        classes=_fewest(problem, enrolled(taken)),
        nodes=answer.nodes,
    )


# ---- what a plan is worth


@dataclass(frozen=True)
class CappedSums:
    """Everything earned is weight x min(cap, sum of gains): closure of a need, JP up to the target, a
    mandate.

    `weight`, `cap`, `floors`: one per sum, the last as bits of the equity floors that count it.
    (`sum`, `pair`, `gain`): what each pair adds to which sum.
    """

    weight: Floats
    cap: Floats
    floors: Any
    sum: Ints
    pair: Ints
    gain: Floats


def _capped_sums(problem: Problem, pairs: Pairs) -> CappedSums:
    b = problem.bundles
    count = len(problem.programme_id)
    owner = np.repeat(np.arange(problem.people), np.diff(b.people["entry"]))
    entries = owner * count + b.entries["programme"][:-1]
    wanted = pairs.person * count + b.offerings["programme"][pairs.offering]
    at = np.searchsorted(entries, wanted)
    useful = np.flatnonzero(np.append(entries, -1)[at] == wanted)
    entry = at[useful]

    needs = len(b.needs)
    first = b.entries["effect"][entry]
    effects = b.entries["effect"][entry + 1] - first
    effect = np.repeat(first - np.cumsum(effects) + effects, effects) + np.arange(effects.sum())
    by_need = (
        b.people["need"][np.repeat(pairs.person[useful], effects)] + b.effects["need"][effect],
        np.repeat(useful, effects),
        b.effects["gain"][effect],
    )
    jp = b.entries["jp"][entry] * (b.points_per_jp > 0)
    some = jp > 0
    by_jp = (needs + pairs.person[useful[some]], useful[some], jp[some])
    given = b.entries["mandate"][entry] > 0
    by_mandate = (needs + problem.people + entry[given], useful[given], np.ones(given.sum()))

    need_owner = np.repeat(np.arange(problem.people), np.diff(b.people["need"]))
    weight = [b.needs["weight"], np.full(problem.people, b.points_per_jp), b.entries["mandate"]]
    cap = [b.needs["gap"], b.people["short"][:-1], np.ones(len(b.entries))]
    no_floor = np.zeros(problem.people + len(b.entries), np.uint64)
    floors = np.concatenate([b.needs["floors"] | b.people["floors"][need_owner], no_floor])
    which, pair, gain = (np.concatenate(parts) for parts in zip(by_need, by_jp, by_mandate, strict=True))
    used, which = np.unique(which, return_inverse=True)
    caps = np.concatenate(cap)[used]
    return CappedSums(
        weight=np.concatenate(weight)[used],
        cap=caps,
        floors=floors[used],
        sum=which,
        pair=pair,
        gain=np.minimum(gain, caps[which]),  # beyond the cap a single gain is worth nothing: tighter
    )


def _worth(problem: Problem, sums: CappedSums, taken: Floats) -> float:
    """Points earned by the pairs taken, less the equity floors missed."""
    reached, short = _reached(problem, sums, taken)
    return float(sums.weight @ reached - problem.floor_points @ short)


def _reached(problem: Problem, sums: CappedSums, taken: Floats) -> tuple[Floats, Floats]:
    """How far each sum comes, and what is missing to each floor."""
    gained = np.bincount(sums.sum, weights=sums.gain * taken[sums.pair], minlength=len(sums.cap))
    reached = np.minimum(sums.cap, gained)
    floor, which = _members(problem, sums)
    closed = np.bincount(floor, weights=(sums.weight * reached)[which], minlength=len(problem.floor_points))
    return reached, np.maximum(0.0, problem.floor_need - closed)


def _members(problem: Problem, sums: CappedSums) -> tuple[Ints, Ints]:
    """Every floor and sum that it counts."""
    bits = np.arange(len(problem.floor_points), dtype=np.uint64)[:, None]
    floor, which = np.nonzero(sums.floors[None, :] >> bits & np.uint64(1))
    return floor, which


def _constant(problem: Problem) -> float:
    """Worth of a plan that earns nothing, before the equity floors."""
    b = problem.bundles
    return -float(b.points_per_jp * b.people["short"].sum() + problem.mandate_points)


def _caps(sums: CappedSums, first: int) -> Block:
    """A sum reaches no further than what is gained; its column comes after `first`."""
    every = np.arange(len(sums.cap))
    return Block(
        rule="cap",
        owner=every,
        lower=np.full(len(every), -np.inf),
        upper=np.zeros(len(every)),
        row=np.concatenate([every, sums.sum]),
        column=np.concatenate([first + every, sums.pair]),
        value=np.concatenate([np.ones(len(every)), -sums.gain]),
    )


def _floors(problem: Problem, sums: CappedSums, first: int) -> Block:
    floor, which = _members(problem, sums)
    return _floor_rows(problem, floor, first + which, sums.weight[which], first + len(sums.cap))


def _floor_rows(problem: Problem, floor: Ints, column: Ints, points: Floats, short: int) -> Block:
    """What a group closes and what it lacks reach its floor; `short` is the first column of what it lacks."""
    every = np.arange(len(problem.floor_points))
    return Block(
        rule="floor",
        owner=every,
        lower=problem.floor_need,
        upper=np.full(len(every), np.inf),
        row=np.concatenate([floor, every]),
        column=np.concatenate([column, short + every]),
        value=np.concatenate([points, np.ones(len(every))]),
    )


# ---- plans


def _tighter(problem: Problem, carried: Carried) -> list[Block]:
    block = open_rows(problem, carried)
    return [block] if len(block.owner) <= OPEN_ROWS else []


def _worth_trying(problem: Problem, tables: Tables, fillers: bool) -> Bools:
    """People x offerings: of use to the person, or with `fillers` to a class they can help to fill."""
    b = problem.bundles
    programme = b.offerings["programme"]
    owner = np.repeat(np.arange(problem.people), np.diff(b.people["entry"]))
    useful = np.zeros((problem.people, len(problem.programme_id)), np.bool_)
    useful[owner, b.entries["programme"][:-1]] = True
    if fillers:
        useful[:, with_what_comes_before(tables, np.unique(programme[problem.min_per_class > 1]))] = True
    chosen: Bools = useful[:, programme]
    return chosen


def _one_each(problem: Problem, person: Ints) -> Block:
    """One bundle per person; none at all only where nothing is locked in."""
    every = np.arange(problem.people)
    locked = np.diff(problem.bundles.people["locked"]) > 0
    return Block(
        rule="one bundle",
        owner=every,
        lower=locked.astype(float),
        upper=np.ones(problem.people),
        row=person,
        column=np.arange(len(person)),
        value=np.ones(len(person)),
    )


def _fewest(problem: Problem, enrolled: Ints) -> Floats:
    """The fewest classes that hold the enrolled: no other number is cheaper or easier to fill."""
    unlimited = np.isinf(problem.seats)
    seats = np.where(unlimited, 1.0, np.maximum(problem.seats, 1.0))
    classes: Floats = np.where(unlimited, enrolled > 0, np.ceil(enrolled / seats))
    return classes


def _from_plan(
    problem: Problem, pairs: Pairs, sums: CappedSums, bundle: Ints, classes: Floats
) -> Floats | None:
    """A plan as columns of the model, None if it holds a pair that the model lacks."""
    person, slot = np.nonzero(bundle >= 0)
    taken = _are(problem, pairs, person, bundle[person, slot]).astype(float)
    if taken.sum() < len(person):
        return None
    return np.concatenate([taken, classes, *_reached(problem, sums, taken)])


def _are(problem: Problem, pairs: Pairs, person: Ints, offering: Ints) -> Bools:
    """Which of the pairs are among others."""
    wanted = person * problem.offerings + offering
    return np.isin(pairs.person * problem.offerings + pairs.offering, wanted)


def _as_bundles(problem: Problem, pairs: Pairs, taken: Bools | None) -> Ints:
    at = np.flatnonzero(taken) if taken is not None else np.zeros(0, np.int64)
    person = pairs.person[at]
    first = np.searchsorted(person, person)
    size = np.bincount(person, minlength=problem.people)
    bundle = np.full((problem.people, max(1, int(size.max(initial=0)))), -1, np.int64)
    bundle[person, np.arange(len(at)) - first] = pairs.offering[at]
    return bundle


def _plus(bound: float | None, problem: Problem) -> float | None:
    return None if bound is None else bound + _constant(problem)


def _no_less(bound: float | None, objective: float) -> float | None:
    """The bound, raised by its last digits where the objective, added up exactly, lies above."""
    return None if bound is None else max(bound, objective)
