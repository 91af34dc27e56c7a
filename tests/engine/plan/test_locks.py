"""What is decided by hand stands in every plan, with what it needs: a minimum, something before it, room."""

from __future__ import annotations

import importlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine.check import check_plan
from asah.engine.errors import CallError
from asah.engine.plan import Options, Plan, make_plan
from asah.engine.simulate import write_region
from asah.engine.tables import Policy, Tables, load
from engine.check.oracle import tables
from factories.plan import written
from factories.problem import POLICY, courses, table


def office(
    people: int, offerings: list[dict[str, Any]], locks: list[tuple[str, str]], **programmes: dict[str, Any]
) -> Tables:
    """People p0, p1, ... of one unit, of whom only p0 has a gap; every programme closes it."""
    frames = {
        "people": table(
            "people",
            *(
                {"person_id": f"p{i}", "unit_id": "U", "place_id": "T", "employment": "PNS"}
                for i in range(people)
            ),
        ),
        "units": table("units", {"unit_id": "U", "name": "U"}),
        "places": table("places", {"place_id": "T", "name": "T", "connectivity": "good"}),
        "competencies": table(
            "competencies", {"competency_id": "K", "name": "K", "kind": "technical", "stream": "competency"}
        ),
        "needs": table("needs", {"person_id": "p0", "competency_id": "K", "gap_levels": 1.0, "weight": 1.0}),
        **courses(programmes, dict.fromkeys(programmes, 1.0)),
        "offerings": table("offerings", *offerings),
        "locks": table("locks", *({"person_id": i, "offering_id": o, "state": "in"} for i, o in locks)),
    }
    none = {"jp_target": {}, "jp_max": {}, "points_per_jp_short": 0.0, "equity": ()}
    return tables(frames, Policy(**{**POLICY, **none}))


def accepted(problem: Tables, folder: Path, **options: Any) -> Plan:
    """A plan that `check` accepts."""
    plan = make_plan(problem, Options(threads=1, **options))
    result = check_plan(problem=problem, plan_folder=written(plan, folder / "plan"))
    assert result.failures == ()
    return plan


@pytest.mark.parametrize("people", [2, 150])
def test_a_class_that_a_lock_opens_is_filled_to_its_minimum_by_others(people: int, tmp_path: Path) -> None:
    offering = {"offering_id": "O", "programme_id": "P", "min_per_class": 2, "seats_per_class": 5}
    plan = accepted(office(people, [offering], [("p1", "O")], P={}), tmp_path)
    held = plan.frames["enrolments"].select("person_id", "offering_id").rows()
    assert sorted(held) == [("p0", "O"), ("p1", "O")]
    assert plan.summary["status"] == "optimal"


def test_nobody_who_gains_is_needed_to_fill_a_class_that_a_lock_opens(tmp_path: Path) -> None:
    offering = {"offering_id": "O", "programme_id": "P", "min_per_class": 3}
    plan = accepted(office(120, [offering], [("p0", "O")], P={}), tmp_path)
    assert plan.frames["enrolments"].height == 3


def test_what_must_come_before_something_locked_in_is_taken_before_it(tmp_path: Path) -> None:
    first = {"offering_id": "A", "programme_id": "FIRST"}
    then = {"offering_id": "B", "programme_id": "THEN"}
    problem = office(120, [first, then], [("p1", "B")], FIRST={}, THEN={"prerequisite_id": "FIRST"})
    plan = accepted(problem, tmp_path)
    held = plan.frames["enrolments"].filter(person_id="p1")["offering_id"]
    assert sorted(held) == ["A", "B"]


def test_in_an_office_single_people_locked_into_classes_of_twenty_get_a_legal_plan(tmp_path: Path) -> None:
    write_region(region="merangin", people=300, seed=7, out=tmp_path / "in", ratings=False)
    free = load(tmp_path / "in", "plan")
    # one person each into three classes of twenty that hardly anybody asks for
    who = free["people"]["person_id"].gather([10, 60, 110])
    locks = pl.DataFrame({"person_id": who, "offering_id": ["P007-1", "P008-1", "P008-2"], "state": "in"})
    problem = replace(free, frames={**free.frames, "locks": locks})
    began = time.monotonic()
    plan = accepted(problem, tmp_path, seconds=300, gap=0.5)
    assert plan.frames["enrolments"].join(locks, on=["person_id", "offering_id"], how="semi").height == 3
    assert sum(plan.summary["seconds"].values()) < time.monotonic() - began  # no stage is counted twice
    again = make_plan(problem, Options(threads=1, seconds=300, gap=0.5), previous=plan.frames["enrolments"])
    assert check_plan(problem=problem, plan_folder=written(again, tmp_path / "again")).failures == ()
    assert again.summary["changes"] < plan.frames["enrolments"].height


def test_where_no_plan_is_found_that_keeps_the_locks_none_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    search = importlib.import_module("asah.engine.plan.solve")  # the package has a function of that name
    monkeypatch.setattr(search, "what_locks_need", lambda *_: None)
    offering = {"offering_id": "O", "programme_id": "P", "min_per_class": 2}
    with pytest.raises(CallError, match="kunci"):
        make_plan(office(2, [offering], [("p1", "O")], P={}), Options(threads=1))
