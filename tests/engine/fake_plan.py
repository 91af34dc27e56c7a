"""A stage that plans nothing, to test what stands around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from asah.engine import plan as stage
from asah.engine.plan import Options, Plan, Progress
from asah.engine.plan import simple_rules as rules_module
from asah.engine.plan.simple_rules import SimpleResult
from asah.engine.tables import SCHEMA, Tables

Follow = Callable[[Progress], None] | None


def empty_plan(tables: Tables, status: str = "gap_reached") -> Plan:
    """A plan that enrols nobody, with every key of a summary."""
    people = tables["people"]
    frames = {name: SCHEMA[name].empty() for name in ("enrolments", "classes", "prices", "branches")}
    outcome = people.select(
        "person_id",
        state=pl.lit("deferred"),
        reason=pl.lit("no_money"),
        jp_planned=pl.lit(0.0),
        closure_points=pl.lit(0.0),
        need_points=pl.lit(1.0),
    )
    summary: dict[str, Any] = {
        "status": status,
        "objective": 0.0,
        "bound": 10.0,
        "bound_by": "prices",
        "gap": 0.25,
        "worth_of_nothing": 0.0,
        "closed_points": 5.0,
        "need_points": 20.0,
        "spent_idr": {"total": 1_500_000, "fund": {}, "unit": {}},
        "people": {"planned": 0, "deferred": people.height, "exempt": 0},
        "classes": 0,
        "jp_short_people": 1,
        "mandates_missed": [],
        "changes": 2,
        "warnings": [],
        "seed": 0,
        "engine_version": "test",
        "input_sha256": tables.sha256,
        "seconds": {},
        "peak_mb": {},
        "tolerance": 1e-6,
    }
    return Plan(frames={**frames, "people_outcome": outcome}, summary=summary)


class FakeStage:
    """Stands in for ``make_plan``: keeps what it was called with, and lets ``meanwhile`` happen."""

    def __init__(self) -> None:
        self.options: Options | None = None
        self.previous: pl.DataFrame | None = None
        self.meanwhile: Callable[[threading.Event | None], None] = lambda stop: None
        self.status = "gap_reached"

    def __call__(
        self,
        tables: Tables,
        options: Options,
        *,
        previous: pl.DataFrame | None = None,
        progress: Follow = None,
        stop: threading.Event | None = None,
    ) -> Plan:
        self.options, self.previous = options, previous
        if progress is not None:
            progress(Progress("prices", 5.0, 10.0, 0.25, 1.0))
        self.meanwhile(stop)
        stopped = stop is not None and stop.is_set()
        return empty_plan(tables, "interrupted" if stopped else self.status)


@pytest.fixture
def stage_of_plan(monkeypatch: pytest.MonkeyPatch) -> FakeStage:
    fake = FakeStage()
    monkeypatch.setattr(stage, "make_plan", fake)
    rules = {"by_gap": SimpleResult(2.0, 4.5, 10, 6), "by_rupiah": SimpleResult(3.0, 4.0, 10, 6)}
    monkeypatch.setattr(rules_module, "simple_rules", lambda tables: rules)
    return fake
