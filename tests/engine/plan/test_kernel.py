"""The compiled search for one person's best bundle, against every bundle there is."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asah.engine.check.bound import bundles
from asah.engine.check.facts import read_facts
from asah.engine.check.prices import read_prices
from asah.engine.plan.kernel import best_bundle, desk, set_costs
from asah.engine.plan.pricing import Pricer, Prices, class_price, class_seats, tariff
from asah.engine.plan.problem import Floats, Problem, build
from asah.engine.plan.result import price_table
from asah.engine.simulate import write_region
from asah.engine.tables import Tables, load
from engine.plan.brute_force import RULES, BruteForce, Bundle, EnrolmentPrices, tiny

NOTHING = np.zeros((0, 0), np.int64)


def random_prices(problem: Problem, rng: Random, rewarded: bool = False) -> Prices:
    """Prices of about the size that things have in a tiny problem, many of them 0.

    Unless `rewarded`, no enrolment earns more towards a minimum than its seat costs.
    """

    def some(count: int, size: float) -> Floats:
        return np.array([rng.choice([0.0, 0.25, 0.5, 1.0]) * size for _ in range(count)])

    seats, minimum = some(problem.offerings, 0.5), some(problem.offerings, 0.5)
    absence = np.zeros((len(problem.unit_id), problem.periods + 1))
    absence[:, 1:] = some(absence[:, 1:].size, 0.5).reshape(absence[:, 1:].shape)
    return Prices(
        total=float(some(1, 0.02)[0]),
        fund=some(len(problem.fund_id), 0.02),
        unit=some(len(problem.unit_limit), 0.02),
        seats=seats,
        minimum=minimum if rewarded else np.minimum(minimum, seats),
        absence=absence,
        resource=np.zeros(len(problem.resource_limit)),
        equity=some(len(problem.floor_points), 1.0),
    )


def as_brute_force_sees(problem: Problem, prices: Prices) -> EnrolmentPrices:
    return EnrolmentPrices(
        seat=dict(zip(problem.offering_id, (prices.seats - prices.minimum).tolist(), strict=True)),
        total=prices.total,
        fund=dict(zip(problem.fund_id, prices.fund.tolist(), strict=True)),
        unit={
            problem.unit_id[unit]: float(price)
            for unit, price in zip(problem.unit_budget_unit, prices.unit, strict=True)
        },
        absence={
            (unit, t): float(prices.absence[u, t])
            for u, unit in enumerate(problem.unit_id)
            for t in range(1, problem.periods + 1)
        },
        equity=dict(enumerate(prices.equity.tolist())),
    )


def kernel_says(problem: Problem, prices: Prices, i: int) -> tuple[float, Bundle]:
    """Value and bundle of person ``i`` from the compiled search."""
    d = desk(problem.bundles)
    equity = prices.equity if prices.equity.any() else np.zeros(0)
    unit, place = int(problem.unit_of_person[i]), int(problem.place_of_person[i])
    set_costs(problem.bundles, tariff(problem, prices), d, unit, place)
    value, count = best_bundle(problem.bundles, d, i, place, equity, np.uint64(0), NOTHING, 0)
    return value, tuple(problem.offering_id[o] for o in d.best[:count])


def could_be_priced(problem: Problem, oracle: BruteForce, i: int) -> list[Bundle]:
    """The bundles the search chooses from: offerings with classes, of programmes of use to the person."""
    p, person = problem.bundles.people, problem.person_id[i]
    mine = problem.bundles.entries["programme"][p["entry"][i] : p["entry"][i + 1]]
    useful = {problem.programme_id[programme] for programme in mine}
    held = [
        o
        for o, row in oracle.offerings.items()
        if oracle.locks.get((person, o)) == "in" or (row["max_classes"] and oracle.programme_of(o) in useful)
    ]
    return [bundle for bundle in oracle.bundles(person) if set(bundle) <= set(held)]


def agrees(tables: Tables, rng: Random, rewarded: bool = False) -> int:
    """Hold every person's answer against the enumeration; returns how many people could be compared."""
    problem, oracle = build(tables), BruteForce(tables)
    prices = random_prices(problem, rng, rewarded)
    seen = as_brute_force_sees(problem, prices)
    compared = 0
    for i, person in enumerate(problem.person_id):
        values = {b: oracle.priced(person, b, seen) for b in could_be_priced(problem, oracle, i)}
        if not values:  # decisions by hand that contradict each other are found before any pricing
            continue
        value, bundle = kernel_says(problem, prices, i)
        taken = tuple(o for o in oracle.offerings if o in bundle)
        best = max(values, key=lambda b: values[b])
        assert len(taken) == len(bundle), (person, bundle)
        assert taken in values, (person, taken, oracle.refusal(person, taken))
        assert values[taken] == pytest.approx(value, abs=1e-7), (person, taken, best, values[best])
        assert value == pytest.approx(values[best], abs=1e-7), (person, taken, best)
        compared += 1
    return compared


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9), offerings=st.integers(1, 6), rewarded=st.booleans())
def test_the_best_bundle_is_the_best_of_all_bundles(seed: int, offerings: int, rewarded: bool) -> None:
    rng = Random(seed)
    agrees(tiny(rng, people=2, offerings=offerings), rng, rewarded)


def test_what_closes_nothing_is_never_better_while_no_enrolment_is_rewarded() -> None:
    for seed in range(40):
        rng = Random(seed)
        tables = tiny(rng, on=set(RULES) - {"locks"}, people=2, offerings=5)
        problem, oracle = build(tables), BruteForce(tables)
        seen = as_brute_force_sees(problem, random_prices(problem, rng))
        for i, person in enumerate(problem.person_id):
            some = max(oracle.priced(person, b, seen) for b in could_be_priced(problem, oracle, i))
            held = [o for o, row in oracle.offerings.items() if row["max_classes"]]
            every = [b for b in oracle.bundles(person) if set(b) <= set(held)]
            assert max(oracle.priced(person, b, seen) for b in every) == pytest.approx(some, abs=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_the_best_bundle_is_found_with_one_rule_at_a_time(rule: str) -> None:
    compared = 0
    for seed in range(12):
        rng = Random(f"{rule} {seed}")
        compared += agrees(tiny(rng, on={rule, "dates"}, people=3, offerings=6), rng)
    assert compared > 20


def test_a_pass_adds_up_what_everybody_answers() -> None:
    for seed in range(30):
        rng = Random(seed)
        problem = build(tiny(rng, on=set(RULES) - {"locks"}, people=4, offerings=5))
        prices = random_prices(problem, rng)
        response = Pricer(problem).respond(prices)
        answers = [kernel_says(problem, prices, i) for i in range(problem.people)]
        assert response.value == pytest.approx(sum(value for value, _ in answers))
        taken = [o for _, bundle in answers for o in bundle]
        assert response.enrolled.tolist() == [taken.count(o) for o in problem.offering_id]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("office") / "in"
    write_region(region="merangin", people=400, seed=3, out=folder, ratings=False)
    return load(folder, "plan")


@pytest.mark.parametrize("seed", range(6))
def test_many_programmes_are_chosen_from_as_well_as_by_another_search(office: Tables, seed: int) -> None:
    problem, facts, rng = build(office), read_facts(office), np.random.default_rng(seed)
    total = 0.1 * float(problem.need_points.sum() / problem.total_limit)
    seat = class_price(problem, Prices.zero(problem).with_(total=total)) / class_seats(problem)
    knows = Pricer(problem)  # begins each pass where the one before ended
    for spread in (0.0, 0.5, 0.1, 0.05, 0.02, 0.01):
        prices = Prices.zero(problem).with_(
            total=total * float(np.exp(spread * rng.normal())),
            seats=seat * np.exp(spread * rng.normal(size=problem.offerings)),
        )
        response = knows.respond(prices)
        assert response.value == pytest.approx(Pricer(problem).respond(prices).value, abs=1e-7)
        found = bundles(facts, read_prices(facts, price_table(problem, prices, problem.max_classes <= 0)))
        lost = problem.bundles.points_per_jp * problem.bundles.people["short"].sum()
        assert response.value - lost == pytest.approx(float(np.sum(found.value)), abs=1e-6)
