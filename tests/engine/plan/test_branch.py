"""Branches on numbers of classes: they cover every plan, and their prices prove a smaller bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asah.engine.check import check_plan
from asah.engine.plan import Options, make_plan
from asah.engine.plan.branch import Branch, cut, in_question
from asah.engine.plan.dual import find_prices
from asah.engine.plan.fillable import fillable
from asah.engine.plan.pricing import Pricer, bound
from asah.engine.plan.problem import build
from asah.engine.simulate import write_region
from asah.engine.tables import Tables, load
from factories.plan import written


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("office") / "in"
    write_region(region="merangin", people=150, seed=5, out=folder, ratings=False)
    return load(folder, "plan")


def some_branches(office: Tables, most: int) -> tuple[Branch, list[Branch]]:
    problem = fillable(build(office), office)
    root, start = find_prices(Pricer(problem), max_passes=80)
    whole = Branch(np.zeros(problem.offerings), problem.max_classes, root.prices, root.bound, root.classes)
    said: list[float] = []
    found = cut(
        Pricer(problem),
        [whole],
        step=start.step,
        goal=root.bound - 0.02 * (root.bound - problem.unpriced_loss),
        stop=lambda: len(said) > most,
        tell=said.append,
    )
    assert (np.diff(said) <= 1e-9).all()
    return whole, found


def test_branches_prove_a_smaller_bound_and_leave_no_case_out(office: Tables) -> None:
    whole, found = some_branches(office, most=6)
    problem = fillable(build(office), office)
    assert len(found) > 3
    assert max(branch.bound for branch in found) < whole.bound
    for branch in found:  # what is said is what the prices prove
        closed = branch.prices.with_(
            seats=np.where(branch.high > 0, branch.prices.seats, 1e6 * (problem.max_classes > 0))
        )
        proved = bound(problem, closed, Pricer(problem).respond(closed), branch.low, branch.high)
        assert proved == pytest.approx(branch.bound, abs=1e-6)
    rng = np.random.default_rng(0)
    for _ in range(200):
        classes = np.floor(rng.random(problem.offerings) * (problem.max_classes + 1))
        inside = [(classes >= b.low).all() and (classes <= b.high).all() for b in found]
        assert sum(inside) == 1


def test_a_branch_asks_about_a_part_of_a_class(office: Tables) -> None:
    whole, _ = some_branches(office, most=0)
    offering = in_question(fillable(build(office), office), whole)
    assert offering is not None
    assert 0 < whole.classes[offering] % 1 < 1
    settled = Branch(whole.low, whole.high, whole.prices, whole.bound, np.floor(whole.classes))
    assert in_question(fillable(build(office), office), settled) is None


def test_check_recomputes_a_bound_of_many_branches(office: Tables, tmp_path: Path) -> None:
    plan = make_plan(office, Options(threads=1, seconds=14, gap=0.0))
    assert plan.summary["bound_by"] == "branches"
    assert plan.frames["branches"]["branch"].str.starts_with("part ").any()
    result = check_plan(problem=office, plan_folder=written(plan, tmp_path / "plan"))
    assert result.failures == ()
    assert result.bound == pytest.approx(plan.summary["bound"])
