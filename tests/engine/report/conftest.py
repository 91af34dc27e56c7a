"""Plans to report on: the tiny problem, and a simulated regency of 300 people."""

from __future__ import annotations

from pathlib import Path

import pytest

from asah.engine.report.facts import Facts, gather
from asah.engine.simulate import write_region
from asah.engine.tables import Tables, load
from engine.report.greedy import GreedyPlan, greedy_plan
from factories.problem import tiny_problem, with_equity_floor, write_problem


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("tiny")
    return load(write_problem(folder, tiny_problem(), with_equity_floor()), "plan")


@pytest.fixture(scope="session")
def tiny_plan(tiny: Tables) -> GreedyPlan:
    return greedy_plan(tiny)


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder: Path = tmp_path_factory.mktemp("region") / "input"
    write_region(region="merangin", people=300, seed=3, out=folder, ratings=False)
    return load(folder, "plan")


@pytest.fixture(scope="session")
def region_plan(region: Tables) -> GreedyPlan:
    return greedy_plan(region)


@pytest.fixture(scope="session")
def facts(region: Tables, region_plan: GreedyPlan) -> Facts:
    return gather(region, region_plan.frames, region_plan.summary, region_plan.simple_rules)
