"""Over generated problems: the check accepts every plan, none is above its bound, a changed row shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asah.engine.check import CheckResult, check_plan
from asah.engine.errors import InfeasibleError
from asah.engine.plan import Options, Plan, make_plan
from asah.engine.tables import Tables
from engine.check.oracle import Oracle, random_problem
from factories.plan import written
from factories.problem import table


def checked(problem: Tables, plan: Plan, **changed: pl.DataFrame) -> CheckResult:
    """What `check` says of a plan, some of its tables changed."""
    frames = {**plan.frames, **changed}
    with TemporaryDirectory() as folder:
        return check_plan(
            problem=problem, plan_folder=written(Plan(frames, plan.summary), Path(folder) / "plan")
        )


def with_classes_of_two(problem: Tables, locks: list[tuple[int, int]]) -> Tables:
    """Classes ask for two people wherever they have seats for two, and some people are locked into some."""
    seats = pl.col("seats_per_class")
    two = pl.when(seats.fill_null(2) >= 2).then(2).otherwise("min_per_class").cast(pl.Int64)
    offerings = problem["offerings"].with_columns(min_per_class=two)
    person, offering = problem["people"]["person_id"], offerings["offering_id"]
    chosen = {(person[i % person.len()], offering[o % offering.len()]) for i, o in locks}
    rows = ({"person_id": i, "offering_id": o, "state": "in"} for i, o in sorted(chosen))
    return replace(problem, frames={**problem.frames, "offerings": offerings, "locks": table("locks", *rows)})


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    locks=st.none() | st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=2),
    gap=st.sampled_from([0.0, 0.3]),
    data=st.data(),
)
def test_every_plan_is_accepted_none_is_above_its_bound_and_a_changed_row_is_caught(
    seed: int, locks: list[tuple[int, int]] | None, gap: float, data: st.DataObject
) -> None:
    problem = random_problem(seed)
    if locks is not None:
        problem = with_classes_of_two(problem, locks)
    oracle = Oracle(problem)
    worths = [oracle.worth(plan) for plan, _ in oracle.plans()]
    options = Options(threads=1, gap=gap)
    if not worths:
        with pytest.raises(InfeasibleError):
            make_plan(problem, options)
        return
    plan = make_plan(problem, options)
    assert checked(problem, plan).failures == ()
    assert max(worths) <= plan.summary["bound"] + 1e-6
    assert plan.summary["objective"] <= max(worths) + 1e-6
    names = ("enrolments", "classes", "people_outcome")
    name = data.draw(st.sampled_from([name for name in names if plan.frames[name].height]))
    frame = plan.frames[name].with_row_index("at")
    at = data.draw(st.integers(0, frame.height - 1))
    left = frame.filter(pl.col("at") != at).drop("at")
    assert not checked(problem, plan, **{name: left}).ok
    assert not checked(problem, plan, **{name: pl.concat([left, left[:1], left[:1]])}).ok
