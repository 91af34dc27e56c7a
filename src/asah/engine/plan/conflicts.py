"""Decisions by hand that no plan can keep: which rows of the input contradict each other.

Without a lock `in` there is always a plan: nobody takes anything. With some, what they need may be missing.
The rows named are *irreducible*: leave any one of them out and the rest can be kept. They are found by
halving (Junker 2004, QuickXplain): each question is a small programme that asks only whether a plan exists.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from typing import Any, Final

import numpy as np
import polars as pl

from asah.engine.errors import Finding
from asah.engine.plan.highs import Model, solve, stacked
from asah.engine.plan.primal import earned
from asah.engine.plan.problem import Floats, Ints, Problem
from asah.engine.plan.rows import (
    Block,
    Bools,
    Carried,
    Pairs,
    locks,
    make_pairs,
    may_take,
    personal_rows,
    prerequisites,
    refusals,
    row_of,
    shared_rows,
    with_what_comes_before,
)
from asah.engine.tables import Tables
from asah.engine.tables.messages import finding as known_finding
from asah.engine.tables.messages import language

POLICY: Final = "policy.toml"
MINIMUM: Final = "min_per_class"
PLAN_NODES: Final = 100  # of the solver's tree: some enrolments more than it takes do no harm
PRESOLVE_COLUMNS: Final = 5_000  # beyond, simplifying a question takes longer than answering it
NONE: Final = np.zeros(0, np.int64)
MESSAGES: Final[dict[str, Any]] = tomllib.loads(
    resources.files(__package__).joinpath("conflicts.toml").read_text("utf-8")
)


def explain_infeasible(
    problem: Problem, tables: Tables, *, seconds: float = 120.0
) -> tuple[Finding, ...] | None:
    """Rows that contradict each other and from which none can be left out; None when a plan keeps every lock.

    If the time runs out before any contradiction is shown the answer is None; after that, the rows still
    contradict each other but one may be more than needed.
    """
    if not (tables["locks"]["state"] == "in").any():
        return None
    inquiry = _Inquiry(problem, tables, time.monotonic() + seconds)
    limits = [limit.finding for limit in inquiry.alone.limits]
    if not inquiry.alone.contradicts(limits):
        return None
    named = [finding for finding in limits if finding.column != MINIMUM]
    if not inquiry.contradicts(named):
        named = [limit.finding for limit in inquiry.everybody.limits]
        if not inquiry.contradicts(named):
            return None
    return tuple(sorted(inquiry.irreducible(named), key=named.index))


def what_locks_need(problem: Problem, tables: Tables, stop: Callable[[], bool]) -> pl.DataFrame | None:
    """The rows of `locks` and further ones, as few as may be, with which every lock stands: a class that one
    opens needs its minimum, what is locked in may need something before it. Those who gain most come first.

    None where the solver found none, or was stopped before.
    """
    inquiry = _Inquiry(problem, tables, np.inf)
    for question in inquiry.questions():
        pairs = question.plan(stop)
        if pairs is not None:
            more = pl.DataFrame(
                {
                    "person_id": [problem.person_id[i] for i in pairs.person[~pairs.locked]],
                    "offering_id": [problem.offering_id[o] for o in pairs.offering[~pairs.locked]],
                    "state": "in",
                }
            )
            return pl.concat([tables["locks"], more], how="diagonal_relaxed")
    return None


def lock_warnings(problem: Problem, tables: Tables) -> list[Finding]:
    """Every lock that is kept although it breaks rule 1, in the order of the table."""
    who, what, state = locks(problem, tables)
    programme = problem.bundles.offerings["programme"][what]
    people = tables["people"][problem.input_row]
    same = np.unique(who[state] * len(problem.programme_id) + programme[state], return_counts=True)
    key = who * len(problem.programme_id) + programme
    broken = refusals(problem, tables, who, what) | {"two_dates": np.isin(key, same[0][same[1] > 1])}
    found = []
    for lock in np.flatnonzero(state):
        cell: dict[str, Any] = {
            "row": int(lock) + 2,
            "column": "offering_id",
            "value": problem.offering_id[what[lock]],
        }
        for reason in [reason for reason, breaks in broken.items() if breaks[lock]]:
            if reason == "two_dates":
                words = {"programme": problem.programme_id[programme[lock]]}
                found.append(_finding("lock_two_dates", "locks", **cell, severity="warning", **words))
            else:
                retires_on = people["retires_on"][int(who[lock])]
                found.append(known_finding(f"lock_{reason}", "locks", **cell, retires_on=retires_on))
    return found


def _finding(key: str, table: str, row: int, column: str, value: object, **words: Any) -> Finding:
    severity = words.pop("severity", "error")
    what, remedy = MESSAGES[key][language()]
    text = f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
    return Finding(table, row, column, text, what.format(**words), remedy, severity)


# ---- the question: is there a plan that keeps these rows?


class _Inquiry:
    """Asks with as few people as will answer: a plan of some is a plan, and none of everybody is none."""

    def __init__(self, problem: Problem, tables: Tables, until: float) -> None:
        self.problem, self.tables, self.until = problem, tables, until

    @cached_property
    def alone(self) -> _Question:
        """Those locked in and what must come before their programmes: all that matters but for minima."""
        return self._question(_concerned(self.problem, self.tables))

    @cached_property
    def few(self) -> _Question:
        """And for each class that this may open some people to fill it."""
        concerned = _concerned(self.problem, self.tables)
        return self._question(concerned | _some_fillers(self.problem, self.tables))

    @cached_property
    def everybody(self) -> _Question:
        """And everybody who can help to fill such a class. Any other enrolment only uses up what is there."""
        concerned = _concerned(self.problem, self.tables)
        concerned[:, _to_fill(self.problem, self.tables)] = True
        return self._question(concerned)

    def questions(self) -> Iterator[_Question]:
        """From the fewest people to everybody, each made when it is asked for."""
        yield self.alone
        yield self.few
        yield self.everybody

    def _question(self, concerned: Bools) -> _Question:
        return _Question(self.problem, self.tables, self.until, concerned)

    def contradicts(self, kept: Collection[Finding]) -> bool:
        """Whether it is certain that no plan keeps these rows; nothing is once the time is up."""
        if not self.alone.contradicts(kept):
            return False
        if not any(finding.column == MINIMUM for finding in kept):
            return True
        return self.few.contradicts(kept) and self.everybody.contradicts(kept)

    def irreducible(self, named: list[Finding]) -> list[Finding]:
        """Of rows that contradict each other, some that do while any of them left out leaves a plan."""
        return self._needed([], named, changed=False)

    def _needed(self, kept: list[Finding], candidates: list[Finding], *, changed: bool) -> list[Finding]:
        """Of the candidates, which contradict the kept ones together, no more than it takes."""
        if changed and self.contradicts(kept):
            return []
        if len(candidates) == 1:
            return candidates
        half = len(candidates) // 2
        first, then = candidates[:half], candidates[half:]
        needed = self._needed(kept + first, then, changed=bool(first))
        return needed + self._needed(kept + needed, first, changed=bool(needed))


@dataclass(frozen=True)
class Limit:
    """A row of the input that might be left out, and what goes with it in the model.

    `rows` lose their upper limit; `columns` may be anything from 0 to `upper`.
    """

    finding: Finding
    rows: Ints
    columns: Ints
    upper: Floats


class _Question:
    """The programme that asks whether the people x offerings `concerned` hold a plan, and what could be
    lifted.
    """

    def __init__(self, problem: Problem, tables: Tables, until: float, concerned: Bools) -> None:
        self.problem, self.tables, self.until = problem, tables, until
        self.pairs = make_pairs(problem, tables, concerned, keep_out=False)
        many = len(self.pairs.person)
        carried = Carried(np.arange(many), self.pairs.person, self.pairs.offering, many)
        personal = personal_rows(problem, tables, self.pairs)
        self.blocks = [*personal, *shared_rows(problem, carried), _opened(problem, carried)]
        self.first = dict(
            zip(
                [block.rule for block in self.blocks],
                np.cumsum([0, *(len(block.owner) for block in self.blocks)]).tolist(),
                strict=False,
            )
        )
        columns = many + problem.offerings
        self.model = Model(
            gain=np.zeros(columns),
            lower=np.concatenate([self.pairs.locked.astype(float), np.zeros(problem.offerings)]),
            upper=np.concatenate([~_locked_out(problem, tables, self.pairs), problem.max_classes]),
            whole=np.ones(columns, np.bool_),
            **stacked(self.blocks, columns),
        )
        self.limits = [*_lock_limits(self, "in"), *_limits(self), *_lock_limits(self, "out")]

    def block(self, rule: str) -> Block:
        return next(block for block in self.blocks if block.rule == rule)

    def rows(self, rule: str, owner: int) -> Ints:
        """Rows of the model that concern an owner."""
        rows: Ints = self.first[rule] + np.flatnonzero(self.block(rule).owner == owner)
        return rows

    def contradicts(self, kept: Collection[Finding]) -> bool:
        left = self.until - time.monotonic()
        if left <= 0.0:
            return False
        held = set(kept)
        lower, upper = self.model.lower.copy(), self.model.upper.copy()
        row_upper = self.model.row_upper.copy()
        for limit in self.limits:
            if limit.finding in held:
                continue
            row_upper[limit.rows] = np.inf
            lower[limit.columns] = 0.0
            upper[limit.columns] = limit.upper
        # of a programme locked on several dates all are kept, and no other is taken
        low = self.first["one_date"]
        high = low + len(self.block("one_date").owner)
        row_upper[low:high] = np.maximum(1.0, self.model.matrix[low:high] @ lower)
        question = Model(
            self.model.gain,
            lower,
            upper,
            self.model.whole,
            self.model.matrix,
            self.model.row_lower,
            row_upper,
        )
        small = len(lower) <= PRESOLVE_COLUMNS
        return solve(question, seconds=left, presolve=small).status == "infeasible"

    def plan(self, stop: Callable[[], bool]) -> Pairs | None:
        """The fewest pairs of a plan that keeps every row; among as many, those of most use."""
        pairs = self.pairs
        points, _ = earned(self.problem, pairs.person, pairs.offering[:, None])
        use = points / max(1.0, float(points.max(initial=0.0)))
        gain = np.where(pairs.locked, 0.0, 0.5 * use - 1.0)
        model = replace(self.model, gain=np.concatenate([gain, np.zeros(self.problem.offerings)]))
        presolve = len(gain) <= PRESOLVE_COLUMNS
        answer = solve(model, seconds=np.inf, nodes=PLAN_NODES, presolve=presolve, stop=stop)
        return None if answer.x is None else pairs.keep(answer.x[: len(gain)] > 0.5)


def _before_locked(problem: Problem, tables: Tables) -> Bools:
    """Offerings of programmes that must come before one of those locked in."""
    _, what, state = locks(problem, tables)
    programme = problem.bundles.offerings["programme"]
    first = prerequisites(tables)[np.unique(programme[what[state]])]
    return np.isin(programme, with_what_comes_before(tables, np.unique(first[first >= 0])))


def _concerned(problem: Problem, tables: Tables) -> Bools:
    """People x offerings: what those locked in may need to take first."""
    who, _, state = locks(problem, tables)
    concerned = np.zeros((problem.people, problem.offerings), np.bool_)
    concerned[np.unique(who[state])[:, None], np.flatnonzero(_before_locked(problem, tables))] = True
    return concerned


def _to_fill(problem: Problem, tables: Tables) -> Bools:
    """Offerings that may have to be filled, and those that must come before them."""
    _, what, state = locks(problem, tables)
    opened = np.zeros(problem.offerings, np.bool_)
    opened[what[state]] = True
    return _before_locked(problem, tables) | (opened & (problem.min_per_class > 1))


def _some_fillers(problem: Problem, tables: Tables) -> Bools:
    """People x offerings: for each class that may have to be filled three times its minimum, each person
    once.

    Those who gain most come first, then those who travel for the least, and then the first of every unit, the
    second of every unit, ...
    """
    who, what, state = locks(problem, tables)
    programme = problem.bundles.offerings["programme"]
    free = may_take(problem, tables)
    free[who[~state], what[~state]] = False
    free[who[state]] = False
    unit = problem.unit_of_person
    turn = np.arange(problem.people) - np.searchsorted(unit, unit)
    held = np.bincount(what[state], minlength=problem.offerings)
    some = np.zeros_like(free)
    for o in np.flatnonzero(_to_fill(problem, tables) & (problem.min_per_class > 1)):
        classes = max(1.0, np.ceil(held[o] / max(problem.seats[o], 1.0)))
        able = np.flatnonzero(free[:, o])
        use, _ = earned(problem, able, np.full((len(able), 1), o))
        order = np.lexsort((turn[able], problem.travel[problem.place_of_person[able], o], -use))
        chosen = able[order[: int(3 * classes * problem.min_per_class[o])]]
        needed = np.isin(programme, with_what_comes_before(tables, programme[[o]])) & (
            programme != programme[o]
        )
        needed[o] = True
        some[chosen[:, None], np.flatnonzero(needed)] = True
        free[chosen] = False
    return some


def _locked_out(problem: Problem, tables: Tables, pairs: Pairs) -> Bools:
    who, what, state = locks(problem, tables)
    out = who[~state] * problem.offerings + what[~state]
    return np.isin(pairs.person * problem.offerings + pairs.offering, out)


def _opened(problem: Problem, carried: Carried) -> Block:
    """Whatever the seats, a class is open where anyone is enrolled."""
    every = np.arange(problem.offerings)
    demand = np.bincount(carried.offering, minlength=problem.offerings)
    return Block(
        rule="opened",
        owner=every,
        lower=np.full(len(every), -np.inf),
        upper=np.zeros(len(every)),
        row=np.concatenate([carried.offering, every]),
        column=np.concatenate([carried.column, carried.classes + every]),
        value=np.concatenate([np.ones(len(carried.offering)), -demand.astype(float)]),
    )


# ---- the rows that could be left out


def _lock_limits(question: _Question, kept: str) -> Iterator[Limit]:
    """The rows of `locks`; without one the pair is what rule 1 makes of it."""
    problem, pairs = question.problem, question.pairs
    keys = pairs.person * problem.offerings + pairs.offering
    who, what, state = locks(problem, question.tables)
    for lock in np.flatnonzero(state == (kept == "in")):
        key = who[lock] * problem.offerings + what[lock]
        column = np.searchsorted(keys, [key])
        if keys[np.minimum(column, len(keys) - 1)] == key:
            person, offering = problem.person_id[who[lock]], problem.offering_id[what[lock]]
            said = _finding(f"lock_{kept}", "locks", int(lock) + 2, "offering_id", offering, person=person)
            yield Limit(said, NONE, column, pairs.allowed[column].astype(float))


def _limits(question: _Question) -> Iterator[Limit]:
    yield from _class_limits(question)
    yield from _personal_limits(question)
    yield from _prerequisite_limits(question)
    yield from _resource_limits(question)
    yield from _absence_limits(question)
    yield from _budget_limits(question)


def _class_limits(question: _Question) -> Iterator[Limit]:
    """An offering's seats and classes, and its minimum; without seats one class holds everybody."""
    problem = question.problem
    many = len(question.pairs.person)
    frame = question.tables["offerings"]
    row = row_of(problem.offering_id, frame["offering_id"])
    for o in np.unique(question.pairs.offering).tolist():
        facts = frame.row(int(row[o]), named=True)
        words = {"classes": facts["max_classes"], "seats": facts["seats_per_class"]}
        key = "capacity" if facts["seats_per_class"] is not None else "capacity_without_seats"
        said = _finding(key, "offerings", int(row[o]) + 2, "max_classes", facts["max_classes"], **words)
        most = np.array([max(1.0, problem.max_classes[o])])
        yield Limit(said, question.rows("seats", o), np.array([many + o]), most)
        rows = question.rows("minimum", o)
        if len(rows):
            least = facts["min_per_class"]
            said = _finding("minimum", "offerings", int(row[o]) + 2, "min_per_class", least, least=least)
            yield Limit(said, rows, NONE, NONE.astype(float))


def _rows_limit(said: Finding, rows: list[Ints]) -> Iterator[Limit]:
    """A limit that is nothing but some rows of the model, if there are any."""
    together = np.concatenate([NONE, *rows])
    if len(together):
        yield Limit(said, together, NONE, NONE.astype(float))


def _personal_limits(question: _Question) -> Iterator[Limit]:
    policy, people = question.problem.policy, question.tables["people"]
    block = question.block("max_programmes")
    every = question.first["max_programmes"] + np.arange(len(block.owner))
    most = policy.max_programmes
    yield from _rows_limit(_finding("max_programmes", POLICY, 0, "max_programmes", most, most=most), [every])

    of_all: dict[str, list[Ints]] = {}
    for at, i in enumerate(question.block("jp_max").owner.tolist()):
        row = int(question.problem.input_row[i])
        facts, rows = people.row(row, named=True), np.array([question.first["jp_max"] + at])
        if facts["jp_max"] is None:
            of_all.setdefault(facts["employment"], []).append(rows)
            continue
        words = {
            "person": facts["person_id"],
            "most": f"{facts['jp_max']:g}",
            "done": f"{facts['jp_done']:g}",
        }
        yield from _rows_limit(
            _finding("jp_max", "people", row + 2, "jp_max", facts["jp_max"], **words), [rows]
        )
    for employment, rows_of_all in of_all.items():
        ceiling = policy.jp_max[employment]
        words = {"employment": employment, "most": f"{ceiling:g}"}
        said = _finding("jp_max_of_all", POLICY, 0, f"jp_max.{employment}", ceiling, **words)
        yield from _rows_limit(said, rows_of_all)


def _prerequisite_limits(question: _Question) -> Iterator[Limit]:
    frame = question.tables["programmes"]
    for p in np.unique(question.block("prerequisite").owner).tolist():
        facts = frame.row(p, named=True)
        said = _finding(
            "prerequisite",
            "programmes",
            p + 2,
            "prerequisite_id",
            facts["prerequisite_id"],
            programme=facts["programme_id"],
        )
        yield from _rows_limit(said, [question.rows("prerequisite", p)])


def _resource_limits(question: _Question) -> Iterator[Limit]:
    for slot in question.block("resource").owner.tolist():
        facts = question.tables["resources"].row(slot, named=True)
        words = {"period": facts["period"], "classes": facts["classes"]}
        said = _finding("resource", "resources", slot + 2, "classes", facts["classes"], **words)
        yield from _rows_limit(said, [question.rows("resource", slot)])


def _absence_limits(question: _Question) -> Iterator[Limit]:
    """A unit's own limit, or the one that the policy sets for every unit without."""
    of_all = []
    for u in np.unique(question.block("absence").owner).tolist():
        facts, rows = question.tables["units"].row(u, named=True), question.rows("absence", u)
        column = next((c for c in ("max_absent_people", "max_absent_share") if facts[c] is not None), None)
        if column is None:
            of_all.append(rows)
            continue
        words = {"unit": facts["unit_id"], "people": f"{question.problem.absence_limit[u]:g}"}
        yield from _rows_limit(_finding("absence", "units", u + 2, column, facts[column], **words), [rows])
    share = question.problem.policy.max_absent_share
    yield from _rows_limit(_finding("absence_of_all", POLICY, 0, "max_absent_share", share), of_all)


def _budget_limits(question: _Question) -> Iterator[Limit]:
    problem = question.problem
    owner: dict[tuple[str, str | None], int] = {("total", None): 0}
    owner |= {("fund", key): f for f, key in enumerate(problem.fund_id)}
    owner |= {("unit", problem.unit_id[u]): k for k, u in enumerate(problem.unit_budget_unit.tolist())}
    for row, facts in enumerate(question.tables["budgets"].iter_rows(named=True), start=2):
        scope, id_ = facts["scope"], facts["id"]
        if (scope, id_) in owner:
            said = _finding(f"budget_{scope}", "budgets", row, "amount_idr", facts["amount_idr"], id=id_)
            yield from _rows_limit(said, [question.rows(scope, owner[scope, id_])])
