"""`asah check`: everything a plan says, worked out again from the input and the plan's own tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from asah.engine.check import stated
from asah.engine.check.facts import Facts, Ints, read_facts
from asah.engine.check.messages import finding, note
from asah.engine.check.prices import price_findings
from asah.engine.check.proof import prove, trust
from asah.engine.check.rules import Chosen, broken_rules, kept_locks, unknown_connections
from asah.engine.check.summary import SUMMARY, is_number, read_summary, wrong_kinds
from asah.engine.check.tolerance import slack
from asah.engine.check.worth import worth, worth_of_nothing
from asah.engine.errors import Finding, InputError
from asah.engine.tables import Tables, read_frames

PLAN_TABLES = ("enrolments", "classes", "people_outcome", "prices", "branches")


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    ``ok``: nothing failed. ``objective``, ``worth_of_nothing``: points, recomputed (nan where the plan could
    not be read). ``bound``: points, recomputed from the prices, or the solver's own word where ``bound_by``
    says solver; None where the plan proves none. ``gap``: the proved gap from these three. ``notes``:
    sentences for people.
    """

    ok: bool
    failures: tuple[Finding, ...]
    objective: float
    bound: float | None
    bound_by: str
    gap: float | None
    worth_of_nothing: float
    notes: tuple[str, ...]


def check_plan(*, problem: Tables, plan_folder: Path) -> CheckResult:
    """Check the plan in ``plan_folder`` against ``problem``, the input it was made from.

    Raises InputError where a table of the plan is missing or is no table; rows that are wrong are failures.
    """
    facts = read_facts(problem)
    nothing = worth_of_nothing(facts)
    try:
        frames = read_frames(plan_folder, PLAN_TABLES)
        summary = read_summary(plan_folder)
    except InputError as error:
        if not all(found.row for found in error.findings):
            raise
        return CheckResult(False, error.findings, math.nan, None, "", None, nothing, ())

    chosen, failures = _choose(facts, frames["enrolments"], frames["classes"])
    value = worth(facts, chosen.i, chosen.o)
    failures += broken_rules(chosen)
    failures += stated.wrong_enrolments(chosen, frames["enrolments"])
    failures += stated.wrong_classes(chosen, frames["classes"])
    failures += stated.wrong_people(chosen, value, frames["people_outcome"])
    failures += stated.wrong_summary(chosen, value, nothing, frames["people_outcome"], summary)
    failures += wrong_kinds(summary)
    failures += _wrong_input(problem, summary)
    notes = [*kept_locks(chosen), *unknown_connections(chosen)]

    bound_by, said = summary.get("bound_by"), summary.get("bound")
    stated_bound = float(said) if is_number(said) else None
    if bound_by == "solver":
        proved = stated_bound
        failures += [*price_findings(facts, frames["prices"]), *trust(facts)]
        notes.append(note("solver_on_trust"))
    else:
        proof = prove(facts, frames["prices"], frames["branches"], bound_by, nothing)
        proved = proof.bound
        failures += proof.failures
    failures += _wrong_bound(said, proved, value.points, nothing)
    if stated_bound is not None:
        failures += stated.wrong_gap(value.points, stated_bound, nothing, summary)
    if stated_bound is not None and proved is not None and stated_bound > proved + slack(proved):
        notes.append(note("bound_is_lower", right=f"{proved:.10g}"))
    return CheckResult(
        ok=not failures,
        failures=tuple(failures),
        objective=value.points,
        bound=proved,
        bound_by=str(bound_by),
        gap=None if proved is None else stated.proved_gap(value.points, proved, nothing),
        worth_of_nothing=nothing,
        notes=tuple(notes),
    )


def _choose(facts: Facts, enrolments: pl.DataFrame, classes: pl.DataFrame) -> tuple[Chosen, list[Finding]]:
    """The plan's decisions as positions; rows that name nobody, nothing or the same again are failures."""
    failures: list[Finding] = []
    taken: dict[tuple[int, int], int] = {}
    for row, (person, offering) in enumerate(
        enrolments.select("person_id", "offering_id").iter_rows(), start=2
    ):
        i, o = facts.person.get(person), facts.offering.get(offering)
        if i is None:
            failures.append(finding("unknown_id", "enrolments", row, "person_id", person))
        if o is None:
            failures.append(finding("unknown_id", "enrolments", row, "offering_id", offering))
        if i is None or o is None:
            continue
        if (i, o) in taken:
            failures.append(finding("named_twice", "enrolments", row, "person_id", person))
        taken.setdefault((i, o), row)

    opened, opened_row = np.zeros((2, len(facts.offering)), np.int64)
    for row, (offering, count) in enumerate(classes.select("offering_id", "classes").iter_rows(), start=2):
        o = facts.offering.get(offering)
        if o is None:
            failures.append(finding("unknown_id", "classes", row, "offering_id", offering))
        elif opened_row[o]:
            failures.append(finding("named_twice", "classes", row, "offering_id", offering))
        else:
            opened[o], opened_row[o] = count, row

    pairs = np.array([*taken], np.int64).reshape(-1, 2)
    rows: Ints = np.array([*taken.values()], np.int64)
    return Chosen(facts, pairs[:, 0], pairs[:, 1], rows, opened, opened_row), failures


def _wrong_input(problem: Tables, summary: Mapping[str, Any]) -> Iterator[Finding]:
    if summary.get("input_sha256") != problem.sha256:
        yield finding("other_input", SUMMARY, 0, "input_sha256", summary.get("input_sha256"))


def _wrong_bound(said: object, proved: float | None, objective: float, nothing: float) -> Iterator[Finding]:
    """The bound stated is a number, no lower than what is proved, and the plan is not worth more."""
    if not is_number(said):
        yield finding("wrong_value", SUMMARY, 0, "bound", said, right="-" if proved is None else proved)
    elif proved is not None and said < proved - slack(proved, nothing):
        yield finding("bound_too_low", SUMMARY, 0, "bound", said, right=f"{proved:.10g}")
    if proved is not None and objective > proved + slack(proved):
        yield finding("worth_above_bound", SUMMARY, 0, "objective", objective, right=f"{proved:.10g}")
