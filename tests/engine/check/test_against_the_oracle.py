"""Worth, rules and bound against plain loops, and against every plan there is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from asah.engine.check import check_plan
from asah.engine.check.bound import bound, bundles
from asah.engine.check.branches import read_branches
from asah.engine.check.facts import Facts, read_facts
from asah.engine.check.prices import price_findings, read_prices
from asah.engine.check.rules import Chosen, broken_rules
from asah.engine.check.worth import worth
from engine.check.oracle import Oracle, Pair, plan_files, price_rows, random_prices, random_problem
from factories.problem import table

SEEDS = range(40)


def choose(facts: Facts, plan: list[Pair], classes: dict[str, int]) -> Chosen:
    i = np.array([facts.person[person] for person, _ in plan], np.int64)
    o = np.array([facts.offering[offering] for _, offering in plan], np.int64)
    opened = np.array([classes[offering] for offering in facts.offering], np.int64)
    return Chosen(facts, i, o, np.arange(len(plan)) + 2, opened, np.arange(len(opened)) + 2)


def random_plan(oracle: Oracle, rng: np.random.Generator) -> tuple[list[Pair], dict[str, int]]:
    share = rng.uniform(0.05, 0.5)
    plan = [(i, o) for i in oracle.people for o in oracle.offerings if rng.random() < share]
    plan = [pair for pair in plan if oracle.locks.get(pair) != "out" or rng.random() < 0.2]
    plan += [pair for pair, state in oracle.locks.items() if state == "in" and pair not in plan]
    classes = {o: min(y, 9) for o, y in oracle.fewest_classes(plan).items()}
    if rng.random() < 0.3:
        o = str(rng.choice(list(classes)))
        classes[o] = max(0, classes[o] + int(rng.choice([-1, 1])))
    return plan, classes


@pytest.mark.parametrize("seed", SEEDS)
def test_worth_is_that_of_the_contract_read_out_in_loops(seed: int) -> None:
    problem = random_problem(seed)
    oracle, facts, rng = Oracle(problem), read_facts(problem), np.random.default_rng(seed)
    for _ in range(10):
        plan, classes = random_plan(oracle, rng)
        chosen = choose(facts, plan, classes)
        assert worth(facts, chosen.i, chosen.o).points == pytest.approx(oracle.worth(plan), abs=1e-9)


def test_rules_are_broken_where_the_contract_read_out_in_loops_says_so() -> None:
    verdicts = []
    for seed in range(120):
        problem = random_problem(seed)
        oracle, facts, rng = Oracle(problem), read_facts(problem), np.random.default_rng(seed)
        for _ in range(10):
            plan, classes = random_plan(oracle, rng)
            broken = broken_rules(choose(facts, plan, classes))
            assert bool(broken) == bool(oracle.broken(plan, classes)), (seed, plan, classes, broken)
            verdicts.append(bool(broken))
    assert 50 < sum(verdicts) < len(verdicts) - 50


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_is_that_of_the_contract_read_out_in_loops(seed: int) -> None:
    problem = random_problem(seed, offerings=5)
    oracle, facts = Oracle(problem), read_facts(problem)
    for prices in ({}, random_prices(problem, seed), random_prices(problem, seed + 1000)):
        rows = price_rows(prices)
        assert [*price_findings(facts, rows)] == []
        assert bound(facts, read_prices(facts, rows)).points == pytest.approx(oracle.bound(prices), abs=1e-9)


def test_locks_that_no_bundle_can_hold_leave_none() -> None:
    held, left = 0, 0
    for seed in SEEDS:
        problem = random_problem(seed, offerings=5)
        oracle, facts = Oracle(problem), read_facts(problem)
        value = bundles(facts, read_prices(facts, price_rows({}))).value
        none = [not any(True for _ in oracle.bundles(i)) for i in oracle.people]
        assert np.isneginf(value).tolist() == none
        held, left = held + sum(none), left + len(none) - sum(none)
    assert held > 3
    assert left > 60


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_there_is_beats_the_bound_and_the_best_one_is_accepted(seed: int, tmp_path: Path) -> None:
    problem = random_problem(3 * seed)
    oracle = Oracle(problem)
    plan, _ = max(oracle.plans(), key=lambda found: oracle.worth(found[0]))
    prices = random_prices(problem, seed)
    result = check_plan(problem=problem, plan_folder=plan_files(problem, plan, prices).write(tmp_path))
    assert result.failures == ()
    assert result.ok
    assert result.objective == pytest.approx(oracle.worth(plan))
    assert result.bound == pytest.approx(oracle.bound(prices))
    assert result.bound is not None
    assert result.bound >= result.objective - 1e-9
    assert result.gap == pytest.approx(
        (result.bound - result.objective) / (result.bound - oracle.worth([])), abs=1e-9
    )


def test_a_branch_counts_only_the_classes_it_allows() -> None:
    problem = random_problem(6, offerings=5)
    oracle, facts = Oracle(problem), read_facts(problem)
    prices = random_prices(problem, 7) | {("seats", "O1", None): 3.0}
    limits = {"O1": (1, 1), "O2": (0, 0)}
    rows = [
        {"branch": "B", "offering_id": o, "min_classes": low, "max_classes": high}
        for o, (low, high) in limits.items()
    ]
    branch = read_branches(facts, table("branches", *rows))["B"]
    found = bound(facts, read_prices(facts, price_rows(prices)), branch).points
    assert found == pytest.approx(oracle.bound(prices, limits), abs=1e-9)
    assert found != pytest.approx(oracle.bound(prices), abs=1e-6)


def test_enrolling_nobody_has_the_worth_a_person_can_add_up() -> None:
    problem = random_problem(0)
    facts = read_facts(problem)
    nobody = np.empty(0, np.int64)
    value = worth(facts, nobody, nobody)
    floors = [
        floor.points * floor.floor_share * (facts.need_weight * facts.need_gap)[group].sum()
        for floor, group in zip(facts.floors, facts.floor_needs, strict=True)
    ]
    short = np.maximum(0, facts.jp_target - facts.jp_done).sum() * facts.policy.points_per_jp_short
    missed = facts.mandate_points[~facts.mandate_given_before].sum()
    assert value.points == pytest.approx(-math.fsum([short, missed, *floors]))
