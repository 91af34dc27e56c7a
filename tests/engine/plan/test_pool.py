"""The choice among bundles, priced where only the classes of a plan and a few more are on offer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from asah.engine.plan.dual import find_prices
from asah.engine.plan.fillable import fillable
from asah.engine.plan.pool import Pool, choose, nearby
from asah.engine.plan.pricing import Pricer
from asah.engine.plan.primal import Draft, worth
from asah.engine.plan.problem import Floats, Problem, build
from asah.engine.plan.simple_rules import RULES, follow, online_offerings
from asah.engine.simulate import write_region
from asah.engine.tables import load


@dataclass(frozen=True)
class Office:
    problem: Problem
    draft: Draft  # what a simple rule makes
    classes: Floats  # of the averaged plan


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office") / "in"
    write_region(region="merangin", people=150, seed=6, out=folder, ratings=False)
    tables = load(folder, "plan")
    problem = fillable(build(tables), tables)
    draft = follow(problem, RULES["per_rupiah"], online_offerings(tables, problem))
    return Office(problem, draft, find_prices(Pricer(problem), max_passes=60)[0].classes)


def test_nearby_offers_the_classes_of_the_plan_and_a_few_more(office: Office) -> None:
    p, draft = office.problem, office.draft
    part = nearby(p, draft, office.classes, 5, np.random.default_rng(0))
    more = part.max_classes - draft.classes
    assert set(more[p.decided].tolist()) == {0.0, 1.0}
    assert more[p.decided].sum() == 5
    assert (part.max_classes <= p.max_classes).all()
    response = Pricer(part).respond(find_prices(Pricer(part), max_passes=20)[0].prices)
    assert (response.enrolled[part.max_classes == 0] == 0).all()


def test_a_choice_is_no_worse_than_the_plan_it_begins_from_and_the_same_again(office: Office) -> None:
    p, draft = office.problem, office.draft
    part = nearby(p, draft, office.classes, 5, np.random.default_rng(1))
    result, _ = find_prices(Pricer(part), max_passes=40)

    def chosen() -> Draft:
        pool = Pool(p)
        pool.add_lines(result)
        found = choose(pool, draft, seconds=300, seed=0, stop=lambda: False)
        assert found is not None
        return found

    one, two = chosen(), chosen()
    assert worth(one)[0] > worth(draft)[0]
    assert np.array_equal(one.bundle, two.bundle)
