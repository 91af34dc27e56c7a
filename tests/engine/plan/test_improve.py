"""Exchanges: people give up what they have together, and nobody's limit is broken by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from asah.engine.plan.dual import Start, find_prices
from asah.engine.plan.fillable import fillable
from asah.engine.plan.improve import exchange_places, prices_of_classes
from asah.engine.plan.pricing import Pricer, Prices
from asah.engine.plan.primal import Draft, choose_again, one_by_one, shared, worth
from asah.engine.plan.problem import Problem, build
from asah.engine.plan.simple_rules import RULES, follow, online_offerings
from asah.engine.simulate import write_region
from asah.engine.tables import load


@dataclass(frozen=True)
class Office:
    problem: Problem
    draft: Draft  # what a simple rule makes
    root: Prices
    start: Start


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office") / "in"
    write_region(region="merangin", people=300, seed=6, out=folder, ratings=False)
    tables = load(folder, "plan")
    problem = fillable(build(tables), tables)
    draft = follow(problem, RULES["per_rupiah"], online_offerings(tables, problem))
    result, start = find_prices(Pricer(problem), max_passes=60)
    return Office(problem, draft, result.prices, start)


def worth_at(draft: Draft, prices: Prices) -> float:
    """Worth less what its money, seats and absences cost at the prices."""
    p, books = draft.problem, shared(draft)
    person, offering = draft.pairs()
    fee = (prices.total + np.append(prices.fund, 0.0)[p.fund[offering]]) * p.cost_per_person[offering]
    unit = p.unit_of_person[person]
    rate = prices.total + np.append(prices.unit, 0.0)[p.payer_of_unit[unit]]
    cost = fee + prices.seats[offering] - prices.minimum[offering]
    cost += rate * p.travel[p.place_of_person[person], offering]
    away = float((books.absent * prices.absence).sum())
    return worth(draft)[0] - float(cost.sum()) - away


def test_the_worth_at_the_prices_only_rises_and_every_limit_holds(office: Office) -> None:
    p, draft = office.problem, office.draft.copy()
    prices = prices_of_classes(Pricer(p), draft.classes, office.start, lambda: False)
    rng = np.random.default_rng(3)
    before, values = draft.copy(), [worth_at(draft, prices)]
    for _ in range(3):
        exchange_places(draft, prices, rng)
        values.append(worth_at(draft, prices))
        books = shared(draft)
        assert (books.enrolled <= books.room).all()
        assert (books.money >= 0).all()
        assert (books.absent[:, 1:] <= books.away[:, None]).all()
        held = shared(before).enrolled
        assert (books.enrolled >= np.minimum(books.least, held)).all()
    assert (np.diff(values) >= -1e-6).all()
    assert values[-1] > values[0]


def test_a_charge_for_changes_that_nothing_is_worth_changes_nothing(office: Office) -> None:
    draft = office.draft.copy()
    exchange_places(draft, office.root, np.random.default_rng(3), charge=1e6)
    assert np.array_equal(draft.bundle, office.draft.bundle)
    assert np.array_equal(draft.size, office.draft.size)


def test_the_same_crews_give_the_same_plan(office: Office) -> None:
    drafts = [office.draft.copy() for _ in range(2)]
    for draft in drafts:
        exchange_places(draft, office.root, np.random.default_rng(4))
    assert np.array_equal(drafts[0].bundle, drafts[1].bundle)
    assert not np.array_equal(drafts[0].bundle, office.draft.bundle)


def test_one_by_one_everybody_is_asked_once_and_groups_stay_together(office: Office) -> None:
    crews = one_by_one(office.problem, np.random.default_rng(5))
    assert np.array_equal(np.sort(crews[:, 0]), np.arange(office.problem.people))
    group = np.searchsorted(office.problem.bundles.groups["person"], crews[:, 0], side="right")
    assert np.count_nonzero(np.diff(group)) == len(np.unique(group)) - 1


def test_the_books_are_kept_while_people_choose(office: Office) -> None:
    draft = office.draft.copy()
    books = shared(draft)
    choose_again(draft, books, office.root, one_by_one(office.problem, np.random.default_rng(6)))
    again = shared(draft)
    assert np.array_equal(books.enrolled, again.enrolled)
    assert np.array_equal(books.absent, again.absent)
    limited = np.isfinite(again.money)
    assert books.money[limited] == pytest.approx(again.money[limited], abs=1.0)
