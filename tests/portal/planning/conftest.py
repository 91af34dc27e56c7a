"""A small simulated agency with one plan; the engine works once a session for each problem."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from asah.engine.pipeline import run_simulate
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.home.demo.fill import fill_from_tables
from asah.portal.planning import bridge
from asah.portal.planning.actions.plans import store_plan
from asah.portal.planning.models import Plan, PlanLine, Scenario
from factories.portal import a_user, an_agency

PEOPLE = 120
SECONDS = 3.0


@dataclass(frozen=True)
class World:
    """An agency, its planner, its scenario."""

    agency: Unit
    planner: User
    scenario: Scenario


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated Merangin of 120 people."""
    folder = tmp_path_factory.mktemp("simulated") / "merangin"
    run_simulate(region="merangin", people=PEOPLE, seed=7, out=folder)
    return folder


@dataclass
class Solved:
    """Plans that were made once, by the digest of their problem: their folder, and what the check said."""

    folder: Path
    checks: dict[str, bridge.Checked]


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Solved:
    return Solved(tmp_path_factory.mktemp("solved"), {})


@pytest.fixture
def world(db: None, simulated: Path) -> World:
    """The agency as a planner finds it: people, needs, catalogue, limits, no plan."""
    agency = an_agency("Kabupaten Simulasi")
    planner = a_user(Role.PLANNER, unit=agency, username="perencana")
    return World(agency, planner, fill_from_tables(agency, simulated))


@pytest.fixture
def make(solved: Solved, tmp_path: Path) -> Callable[..., Plan]:
    """Makes and stores a plan of a scenario, as the job does, but solves each problem only once."""

    def make(scenario: Scenario, *, actor: User | None = None, previous: Plan | None = None) -> Plan:
        work = tmp_path / "work"
        problem = bridge.write_problem(scenario, work)
        kept = solved.folder / problem.sha256
        if kept.exists():
            shutil.copytree(kept, work / "plan")
        else:
            options = bridge.Options(seconds=SECONDS)
            bridge.run_plan(work, options, tell_of=lambda _progress: None, stop_wanted=lambda: False)
            shutil.copytree(work / "plan", kept)
            solved.checks[problem.sha256] = bridge.check_plan(work)
        return store_plan(
            job=None,
            scenario=scenario,
            folder=work,
            rows=bridge.read_plan(work),
            check=solved.checks[problem.sha256],
            more={
                "policy": scenario.policy,
                "limits": [
                    [one.scope, one.fund_id or one.unit_id, one.amount] for one in scenario.limits.all()
                ],
                "warnings": problem.warnings,
                "edition": scenario.edition,
                "rules": {},
            },
            previous=previous,
            actor=actor,
        )

    return make


@pytest.fixture
def plan(world: World, make: Callable[..., Plan]) -> Plan:
    """The plan of the world."""
    return make(world.scenario, actor=world.planner)


@pytest.fixture
def a_line(plan: Plan) -> PlanLine:
    """Somebody in an offering of the plan."""
    line = plan.lines.select_related("person", "offering__programme", "unit").order_by("pk").first()
    assert line is not None
    return line
