"""The whole problem as one programme equals the best of all plans."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asah.engine.plan.mip import MipResult, solve_bundles, solve_mip
from asah.engine.plan.problem import Floats, Ints, Problem, build
from asah.engine.tables import Tables
from engine.plan.brute_force import RULES, Best, BruteForce, Plan, tiny

SECONDS = 60.0


def as_plan(problem: Problem, result: MipResult) -> Plan:
    return {
        person: tuple(problem.offering_id[o] for o in result.bundle[i] if o >= 0)
        for i, person in enumerate(problem.person_id)
    }


def few_plans(tables: Tables) -> bool:
    oracle = BruteForce(tables)
    return math.prod(len(oracle.bundles(person)) for person in oracle.people) <= 3000


def agrees(tables: Tables) -> Best:
    """Hold the programme's answer against the best of all plans."""
    problem, oracle = build(tables), BruteForce(tables)
    best = oracle.best()
    result = solve_mip(problem, tables, seconds=SECONDS)
    if best.worth is None:
        assert result.status == "infeasible"
        assert result.objective is None
        return best
    assert result.status == "optimal"
    assert result.objective == pytest.approx(best.worth, abs=1e-6)
    assert result.bound == pytest.approx(best.worth, abs=1e-5)
    assert result.bound is not None
    assert result.objective is not None
    assert result.bound >= result.objective
    plan = as_plan(problem, result)
    for person, bundle in plan.items():
        ordered = tuple(o for o in oracle.offerings if o in bundle)
        assert not oracle.refusal(person, ordered), (person, bundle)
        plan[person] = ordered
    assert oracle.worth(plan) == pytest.approx(result.objective, abs=1e-9)
    classes = oracle.classes(plan)
    assert classes is not None
    assert result.classes is not None
    assert classes == dict(zip(problem.offering_id, result.classes.tolist(), strict=True))
    assert oracle.staffed(plan)
    assert oracle.affordable(plan, classes)
    return best


@pytest.mark.parametrize("rule", RULES)
def test_the_optimum_is_the_best_of_all_plans_with_one_rule_at_a_time(rule: str) -> None:
    compared = 0
    for seed in range(12):
        tables = tiny(Random(f"{rule} {seed}"), on={rule, "dates", "total"}, people=3, offerings=4)
        if few_plans(tables):
            agrees(tables)
            compared += 1
    assert compared >= 6


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), people=st.integers(1, 4), offerings=st.integers(1, 5))
def test_the_optimum_is_the_best_of_all_plans_with_every_rule(seed: int, people: int, offerings: int) -> None:
    tables = tiny(Random(seed), people=people, offerings=offerings)
    if few_plans(tables):
        agrees(tables)


def test_a_class_is_filled_with_people_for_whom_it_closes_nothing() -> None:
    useful = 0
    for seed in range(400, 440):
        tables = tiny(Random(seed), on={"minima", "dates"}, people=3, offerings=3)
        problem = build(tables)
        with_them = solve_mip(problem, tables, seconds=SECONDS)
        without = solve_mip(problem, tables, seconds=SECONDS, fillers=False)
        assert with_them.objective is not None
        assert without.objective is not None
        assert with_them.objective >= without.objective - 1e-9
        useful += with_them.objective > without.objective + 1e-6
    assert useful > 0


def town(seed: int = 1) -> Tables:
    return tiny(Random(seed), on=set(RULES) - {"locks"}, people=60, offerings=14)


def test_the_same_seed_gives_the_same_plan() -> None:
    tables = town()
    first, again = (solve_mip(build(tables), tables, seconds=SECONDS, seed=3) for _ in range(2))
    assert first.bundle.tolist() == again.bundle.tolist()
    assert first.objective == again.objective


def test_a_plan_to_begin_from_is_never_lost() -> None:
    tables = town()
    problem = build(tables)
    best = solve_mip(problem, tables, seconds=SECONDS)
    assert best.classes is not None
    stopped = solve_mip(
        problem, tables, seconds=SECONDS, start=(best.bundle, best.classes), stop=lambda: True
    )
    assert stopped.status == "interrupted"
    assert stopped.objective == best.objective
    assert stopped.bundle.tolist() == best.bundle.tolist()


def test_a_plan_that_breaks_a_rule_is_no_beginning() -> None:
    tables = town()
    problem = build(tables)
    best = solve_mip(problem, tables, seconds=SECONDS)
    everybody = np.tile(np.arange(problem.offerings), (problem.people, 1))
    broken = solve_mip(problem, tables, seconds=SECONDS, start=(everybody, problem.max_classes))
    assert best.objective is not None
    assert broken.objective == pytest.approx(best.objective, abs=1e-6)


def test_no_time_left_is_no_time_rather_than_no_limit() -> None:
    tables = town()
    result = solve_mip(build(tables), tables, seconds=-1.0)
    assert (result.status, result.objective) == ("time_limit", None)


def test_stopped_at_once_there_is_no_plan_and_no_claim() -> None:
    tables = town()
    result = solve_mip(build(tables), tables, seconds=SECONDS, stop=lambda: True)
    assert (result.status, result.objective, result.classes) == ("interrupted", None, None)
    assert (result.bundle == -1).all()


# ---- the best choice among bundles


def columns(
    problem: Problem, oracle: BruteForce, rng: Random, share: float
) -> tuple[dict[str, list[tuple[str, ...]]], Ints, Ints, Floats, Floats]:
    """Some bundles of everybody, as the names say and as arrays."""
    kept = {i: [b for b in oracle.bundles(i) if rng.random() < share] for i in oracle.people}
    rows = [(k, i, b) for k, i in enumerate(problem.person_id) for b in kept[i] if b]
    place = {key: k for k, key in enumerate(problem.offering_id)}
    bundle = np.full((len(rows), len(place)), -1)
    for row, (_, _, offerings) in enumerate(rows):
        bundle[row, : len(offerings)] = [place[o] for o in offerings]
    person = np.array([k for k, _, _ in rows], np.int64)
    value = np.array([oracle.points(i, b) - oracle.points(i, ()) for _, i, b in rows], float)
    floors = np.array([oracle.floor_closure(i, b) for _, i, b in rows], float)
    return kept, person, bundle, value, floors.reshape(len(rows), len(problem.floor_points))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), share=st.sampled_from([0.4, 0.8, 1.0]))
def test_the_choice_among_bundles_is_the_best_of_all_such_plans(seed: int, share: float) -> None:
    rng = Random(seed)
    tables = tiny(rng, people=3, offerings=4)
    if not few_plans(tables):
        return
    problem, oracle = build(tables), BruteForce(tables)
    kept, person, bundle, value, floors = columns(problem, oracle, rng, share)
    locked = {i for (i, _), state in oracle.locks.items() if state == "in"}
    for i, bundles in kept.items():
        if i not in locked and () not in bundles:
            bundles.append(())
    oracle.bundles = kept.__getitem__  # type: ignore[method-assign, assignment]
    best = oracle.best()
    choice = solve_bundles(
        problem, person=person, bundle=bundle, value=value, floor_closure=floors, seconds=SECONDS
    )
    if best.worth is None:
        assert choice.status == "infeasible"
        return
    assert choice.status == "optimal"
    assert choice.objective == pytest.approx(best.worth, abs=1e-6)
    assert choice.bound == pytest.approx(best.worth, abs=1e-5)
    assert choice.classes is not None
    taken = [() if row < 0 else tuple(o for o in bundle[row] if o >= 0) for row in choice.column]
    plan = {
        i: tuple(problem.offering_id[o] for o in mine)
        for i, mine in zip(problem.person_id, taken, strict=True)
    }
    assert oracle.worth(plan) == pytest.approx(choice.objective, abs=1e-9)
    assert oracle.classes(plan) == dict(zip(problem.offering_id, choice.classes.tolist(), strict=True))


def test_a_choice_to_begin_from_is_never_lost() -> None:
    tables = tiny(Random(5), on=set(RULES) - {"locks"}, people=20, offerings=5)
    problem, oracle = build(tables), BruteForce(tables)
    _, person, bundle, value, floors = columns(problem, oracle, Random(0), 1.0)

    def choose(start: Ints | None, stop: bool) -> tuple[float | None, list[int]]:
        found = solve_bundles(
            problem,
            person=person,
            bundle=bundle,
            value=value,
            floor_closure=floors,
            seconds=SECONDS,
            start=start,
            stop=lambda: stop,
        )
        return found.objective, found.column.tolist()

    best = choose(None, False)
    assert max(best[1]) >= 0
    assert choose(np.array(best[1]), True) == best
