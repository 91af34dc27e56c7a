"""Decisions by hand that cannot be kept: the rows named contradict each other, and each of them is needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asah.engine.cli.screen import line_of
from asah.engine.errors import Finding
from asah.engine.plan.conflicts import explain_infeasible, lock_warnings
from asah.engine.plan.problem import build
from asah.engine.tables import Policy, Tables
from engine.plan.brute_force import RULES, BruteForce, tables, tiny
from factories.problem import table

Row = dict[str, Any]
Cell = tuple[str, int, str]


def explain(problem: Tables) -> tuple[Finding, ...] | None:
    return explain_infeasible(build(problem), problem)


def cells(found: Sequence[Finding] | None) -> list[Cell]:
    return [] if found is None else [(each.table, each.row, each.column) for each in found]


# ---- the same problem with some rows left out


def only(problem: Tables, kept: Collection[Cell]) -> Tables:
    """The problem with every row left out that could be, but for those kept."""
    policy = problem.policy
    assert policy is not None
    frames = dict(problem.frames)

    def outside(name: str, column: str) -> pl.Series:
        rows = [row for row in range(2, len(frames[name]) + 2) if (name, row, column) not in kept]
        return pl.Series(range(2, len(frames[name]) + 2), dtype=pl.Int64).is_in(rows)

    def lift(name: str, column: str, **values: Any) -> None:
        free = outside(name, column)
        frames[name] = frames[name].with_columns(
            pl.when(free).then(value).otherwise(pl.col(cell)).alias(cell) for cell, value in values.items()
        )

    for name, column in (("locks", "offering_id"), ("resources", "classes")):
        frames[name] = frames[name].filter(~outside(name, column))
    # without its row a unit's travel would burden the budget above it: a budget is lifted, not taken away
    lift("budgets", "amount_idr", amount_idr=pl.lit(10**12))
    lift(
        "offerings",
        "max_classes",
        seats_per_class=None,
        max_classes=pl.max_horizontal("max_classes", pl.lit(1)),
    )
    lift("offerings", "min_per_class", min_per_class=pl.lit(0))
    lift("programmes", "prerequisite_id", prerequisite_id=None)
    own = problem["people"]["jp_max"].is_not_null()
    free = outside("people", "jp_max") & own
    frames["people"] = frames["people"].with_columns(
        pl.when(free).then(pl.lit(1e9)).otherwise("jp_max").alias("jp_max")
    )
    people, share = problem["units"]["max_absent_people"], problem["units"]["max_absent_share"]
    free = outside("units", "max_absent_people") & people.is_not_null()
    free |= outside("units", "max_absent_share") & people.is_null() & share.is_not_null()
    frames["units"] = frames["units"].with_columns(
        pl.when(free).then(pl.lit(10**6)).otherwise("max_absent_people").alias("max_absent_people")
    )
    held = {column for name, _, column in kept if name == "policy.toml"}
    policy = replace(
        policy,
        max_programmes=policy.max_programmes if "max_programmes" in held else None,
        max_absent_share=policy.max_absent_share if "max_absent_share" in held else None,
        jp_max={e: jp for e, jp in policy.jp_max.items() if f"jp_max.{e}" in held},
    )
    return replace(problem, frames=frames, policy=policy)


def is_irreducible(problem: Tables, found: Sequence[Finding]) -> None:
    named = cells(found)
    assert len(set(named)) == len(named)
    assert not BruteForce(only(problem, named)).feasible(), named
    for cell in named:
        assert BruteForce(only(problem, set(named) - {cell})).feasible(), (cell, named)


# ---- each kind of contradiction


def small(
    *,
    people: Sequence[Row] = ({},),
    programmes: Sequence[Row] = ({},),
    offerings: Sequence[Row],
    locks: Sequence[tuple[str, str, str]],
    policy: Row | None = None,
    **more: Sequence[Row],
) -> Tables:
    """A problem of which only what matters is said: people P0.., programmes G0.., offerings O0.. (of G0)."""
    frames = {
        "people": table(
            "people",
            *(
                {"person_id": f"P{k}", "unit_id": "U0", "place_id": "T0", "employment": "PNS"} | row
                for k, row in enumerate(people)
            ),
        ),
        "units": table("units", *more.pop("units", [{"unit_id": "U0", "name": "Dinas"}])),
        "places": table(
            "places",
            {"place_id": "T0", "name": "Kota", "connectivity": "good"},
            {"place_id": "T1", "name": "Pulau", "connectivity": "none"},
        ),
        "competencies": table("competencies", {"competency_id": "K0", "name": "Layanan"}),
        "programmes": table(
            "programmes",
            *(
                {
                    "programme_id": f"G{k}",
                    "name": f"G{k}",
                    "form": "K3",
                    "jp": 10.0,
                    "cost_per_person_idr": 0,
                }
                | row
                for k, row in enumerate(programmes)
            ),
        ),
        "offerings": table(
            "offerings",
            *({"offering_id": f"O{k}", "programme_id": "G0"} | o for k, o in enumerate(offerings)),
        ),
        "locks": table(
            "locks", *({"person_id": i, "offering_id": o, "state": state} for i, o, state in locks)
        ),
        "needs": table("needs"),
    }
    for name, rows in more.items():
        frames[name] = table(name, *rows)
    rules: Row = {"year": 2027, "periods": 12, "default_travel_idr": 100} | (policy or {})
    return tables(frames, Policy(**rules))


TWO: Sequence[Row] = ({}, {})
TWO_PROGRAMMES = ({"programme_id": "G0"}, {"programme_id": "G1"})
IN = ("P0", "O0", "in")
FIRST_LOCK, SECOND_LOCK, THIRD_LOCK = (("locks", row, "offering_id") for row in (2, 3, 4))

CONTRADICTIONS: dict[str, tuple[Tables, set[Cell]]] = {
    "two dates that overlap": (
        small(
            programmes=TWO_PROGRAMMES,
            offerings=[{"period": 2, "period_end": 4}, {"programme_id": "G1", "period": 4}],
            locks=[IN, ("P0", "O1", "in")],
        ),
        {FIRST_LOCK, SECOND_LOCK},
    ),
    "two overlapping dates of one programme": (
        small(
            offerings=[{"period": 2, "period_end": 3}, {"period": 3}],
            locks=[IN, ("P0", "O1", "in")],
        ),
        {FIRST_LOCK, SECOND_LOCK},
    ),
    "more programmes than allowed": (
        small(
            programmes=TWO_PROGRAMMES,
            offerings=[{}, {"programme_id": "G1"}],
            locks=[IN, ("P0", "O1", "in")],
            policy={"max_programmes": 1},
        ),
        {FIRST_LOCK, SECOND_LOCK, ("policy.toml", 0, "max_programmes")},
    ),
    "more JP than the person may have": (
        small(people=[{"jp_done": 8.0, "jp_max": 15.0}], offerings=[{}], locks=[IN]),
        {FIRST_LOCK, ("people", 2, "jp_max")},
    ),
    "more JP than the employment may have": (
        small(people=[{"jp_done": 8.0}], offerings=[{}], locks=[IN], policy={"jp_max": {"PNS": 15.0}}),
        {FIRST_LOCK, ("policy.toml", 0, "jp_max.PNS")},
    ),
    "beyond the ceiling already": (
        small(
            people=[{"jp_done": 20.0, "jp_max": 15.0}],
            programmes=[{"jp": 0.0}],
            offerings=[{}],
            locks=[IN],
        ),
        {FIRST_LOCK, ("people", 2, "jp_max")},
    ),
    "a prerequisite that is not offered": (
        small(
            programmes=[{"prerequisite_id": "G1"}, {"programme_id": "G1"}],
            offerings=[{}],
            locks=[IN],
        ),
        {FIRST_LOCK, ("programmes", 2, "prerequisite_id")},
    ),
    "a prerequisite that comes too late": (
        small(
            programmes=[{"prerequisite_id": "G1"}, {"programme_id": "G1"}],
            offerings=[{"period": 3}, {"programme_id": "G1", "period": 3}],
            locks=[IN],
        ),
        {FIRST_LOCK, ("programmes", 2, "prerequisite_id")},
    ),
    "a prerequisite decided against": (
        small(
            programmes=[{"prerequisite_id": "G1"}, {"programme_id": "G1"}],
            offerings=[{"period": 3}, {"programme_id": "G1"}],
            locks=[IN, ("P0", "O1", "out")],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("programmes", 2, "prerequisite_id")},
    ),
    "a class that the total cannot pay": (
        small(
            offerings=[{"cost_per_class_idr": 1_000_001}],
            locks=[IN],
            budgets=[{"scope": "total", "amount_idr": 1_000_000}],
        ),
        {FIRST_LOCK, ("budgets", 2, "amount_idr")},
    ),
    "two classes that a fund cannot pay": (
        small(
            people=TWO,
            programmes=[{"fund_id": "APBD"}],
            offerings=[{"cost_per_class_idr": 600, "seats_per_class": 1, "max_classes": 2}],
            locks=[IN, ("P1", "O0", "in")],
            budgets=[{"scope": "fund", "id": "APBD", "amount_idr": 1000}],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("budgets", 2, "amount_idr"), ("offerings", 2, "max_classes")},
    ),
    "travel that the unit cannot pay": (
        small(
            people=TWO,
            offerings=[{"period": 1, "place_id": "T1"}],
            locks=[IN, ("P1", "O0", "in")],
            budgets=[{"scope": "unit", "id": "U0", "amount_idr": 199}],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("budgets", 2, "amount_idr")},
    ),
    "too few seats": (
        small(
            people=[{}, {}, {}],
            offerings=[{"seats_per_class": 1, "max_classes": 2}],
            locks=[IN, ("P1", "O0", "in"), ("P2", "O0", "in")],
        ),
        {FIRST_LOCK, SECOND_LOCK, THIRD_LOCK, ("offerings", 2, "max_classes")},
    ),
    "no class at all": (
        small(offerings=[{"max_classes": 0}], locks=[IN]),
        {FIRST_LOCK, ("offerings", 2, "max_classes")},
    ),
    "a minimum that there are too few people for": (
        small(people=TWO, offerings=[{"min_per_class": 3}], locks=[IN]),
        {FIRST_LOCK, ("offerings", 2, "min_per_class")},
    ),
    "a minimum, and everybody else decided against": (
        small(
            people=TWO,
            offerings=[{"min_per_class": 2}],
            locks=[IN, ("P1", "O0", "out")],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("offerings", 2, "min_per_class")},
    ),
    "a minimum that nobody else is free to fill": (
        small(
            people=TWO,
            programmes=TWO_PROGRAMMES,
            offerings=[{"period": 1, "min_per_class": 2}, {"period": 1, "programme_id": "G1"}],
            locks=[IN, ("P1", "O1", "in")],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("offerings", 2, "min_per_class")},
    ),
    "a minimum of the class that must come before": (
        small(
            programmes=[{"prerequisite_id": "G1"}, {"programme_id": "G1"}],
            offerings=[{"period": 3}, {"programme_id": "G1", "period": 1, "min_per_class": 2}],
            locks=[IN],
        ),
        {FIRST_LOCK, ("programmes", 2, "prerequisite_id"), ("offerings", 3, "min_per_class")},
    ),
    "seats for two classes, people for one": (
        small(
            people=[{}, {}, {}],
            offerings=[{"seats_per_class": 2, "min_per_class": 2, "max_classes": 2}],
            locks=[IN, ("P1", "O0", "in"), ("P2", "O0", "in")],
        ),
        {
            FIRST_LOCK,
            SECOND_LOCK,
            THIRD_LOCK,
            ("offerings", 2, "min_per_class"),
            ("offerings", 2, "max_classes"),
        },
    ),
    "a venue taken twice": (
        small(
            people=TWO,
            programmes=TWO_PROGRAMMES,
            offerings=[
                {"period": 1, "period_end": 2, "resource_id": "AULA"},
                {"period": 2, "programme_id": "G1", "resource_id": "AULA"},
            ],
            locks=[IN, ("P1", "O1", "in")],
            resources=[{"resource_id": "AULA", "period": t, "classes": 1} for t in (1, 2)],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("resources", 3, "classes")},
    ),
    "too many away of one unit": (
        small(
            people=TWO,
            offerings=[{"period": 1}],
            locks=[IN, ("P1", "O0", "in")],
            units=[{"unit_id": "U0", "name": "Dinas", "max_absent_people": 1}],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("units", 2, "max_absent_people")},
    ),
    "too large a share of one unit away": (
        small(
            people=TWO,
            offerings=[{"period": 1}],
            locks=[IN, ("P1", "O0", "in")],
            units=[{"unit_id": "U0", "name": "Dinas", "max_absent_share": 0.5}],
        ),
        {FIRST_LOCK, SECOND_LOCK, ("units", 2, "max_absent_share")},
    ),
    "too large a share of any unit away": (
        small(
            people=TWO,
            offerings=[{"period": 1}],
            locks=[IN, ("P1", "O0", "in")],
            policy={"max_absent_share": 0.5},
        ),
        {FIRST_LOCK, SECOND_LOCK, ("policy.toml", 0, "max_absent_share")},
    ),
}


@pytest.mark.parametrize("kind", CONTRADICTIONS)
def test_a_contradiction_is_named_row_by_row(kind: str) -> None:
    problem, expected = CONTRADICTIONS[kind]
    found = explain(problem)
    assert found is not None
    assert set(cells(found)) == expected
    is_irreducible(problem, found)


def test_rows_beside_the_contradiction_are_not_named() -> None:
    problem, expected = CONTRADICTIONS["too few seats"]
    more = table(
        "locks",
        *problem["locks"].to_dicts(),
        {"person_id": "P0", "offering_id": "O1", "state": "in"},
        {"person_id": "P1", "offering_id": "O1", "state": "out"},
    )
    offerings = table(
        "offerings", *problem["offerings"].to_dicts(), {"offering_id": "O1", "programme_id": "G0"}
    )
    budgets = table("budgets", {"scope": "total", "amount_idr": 5})
    frames = {**problem.frames, "locks": more, "offerings": offerings, "budgets": budgets}
    assert set(cells(explain(replace(problem, frames=frames)))) == expected


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**9), people=st.integers(1, 3), offerings=st.integers(1, 4))
def test_every_contradiction_of_a_random_problem_is_irreducible(
    seed: int, people: int, offerings: int
) -> None:
    problem = tiny(Random(seed), people=people, offerings=offerings)
    found = explain(problem)
    assert (found is None) == BruteForce(problem).feasible()
    if found is not None:
        assert any(each.table == "locks" for each in found)
        is_irreducible(problem, found)


def test_without_a_decision_to_take_part_there_is_always_a_plan() -> None:
    for seed in range(20):
        problem = tiny(Random(seed), on=RULES)
        out = problem["locks"].with_columns(pl.lit("out").alias("state"))
        assert explain(replace(problem, frames={**problem.frames, "locks": out})) is None


def test_people_without_locks_fill_the_class_that_a_lock_opens() -> None:
    problem = small(
        people=[{}, {}, {}],
        programmes=[{"prerequisite_id": "G1"}, {"programme_id": "G1"}],
        offerings=[
            {"period": 3, "min_per_class": 3},
            {"programme_id": "G1", "period": 1, "min_per_class": 3},
        ],
        locks=[IN],
    )
    assert explain(problem) is None


def test_findings_speak_the_language_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, _ = CONTRADICTIONS["two classes that a fund cannot pay"]
    monkeypatch.setenv("ASAH_LANG", "id")
    found = explain(problem)
    assert found is not None
    assert [line_of(each) for each in found] == [
        "locks baris 2, offering_id: 'O0' P0 diputuskan ikut. Cabut keputusan ini bila ia yang mengalah.",
        "locks baris 3, offering_id: 'O0' P1 diputuskan ikut. Cabut keputusan ini bila ia yang mengalah.",
        "offerings baris 2, max_classes: '2' paling banyak 2 kelas berisi 1 kursi. Tambah kelas atau kursi.",
        "budgets baris 2, amount_idr: '1000' pagu sumber dana APBD tidak cukup. Naikkan pagu ini.",
    ]
    page = Path(__file__).parents[3] / "docs" / "explanation" / "infeasible.md"
    assert "\n".join(line_of(each) for each in found) in page.read_text("utf-8")
    monkeypatch.setenv("ASAH_LANG", "en")
    english = explain(problem)
    assert english is not None
    assert english[3].what == "the budget of fund APBD is too small"


# ---- locks that are kept although they break rule 1


def test_a_lock_may_break_the_rules_of_who_may_take_what_with_a_warning() -> None:
    problem = small(
        people=[{"retires_on": dt.date(2027, 6, 1), "employment": "PPPK"}, {"place_id": "T1"}],
        programmes=[{"eligible_employment": "PNS"}, {"programme_id": "G1", "connectivity": "good"}],
        offerings=[
            {"period": 1, "place_id": "T0", "end_date": dt.date(2027, 7, 1)},
            {"period": 2, "place_id": "T0"},
            {"programme_id": "G1"},
        ],
        locks=[IN, ("P0", "O1", "in"), ("P1", "O2", "in"), ("P1", "O1", "out"), ("P1", "O0", "in")],
        completed=[{"person_id": "P1", "programme_id": "G1"}],
    )
    assert explain(problem) is None
    warnings = lock_warnings(build(problem), problem)
    assert all(each.severity == "warning" for each in warnings)
    assert all((each.table, each.column) == ("locks", "offering_id") for each in warnings)
    assert [(each.row, each.value) for each in warnings] == [
        (2, "O0"),
        (2, "O0"),
        (2, "O0"),
        (3, "O1"),
        (3, "O1"),
        (4, "O2"),
        (4, "O2"),
    ]
    said = " / ".join(each.what for each in warnings)
    for words in ("memenuhi syarat", "pensiun 2027-06-01", "lebih dari sekali", "jaringan", "sudah pernah"):
        assert words in said


def test_a_lock_that_breaks_nothing_has_no_warning() -> None:
    problem = small(people=TWO, offerings=[{}, {}], locks=[IN, ("P1", "O1", "in"), ("P0", "O1", "out")])
    assert lock_warnings(build(problem), problem) == []
