"""What a plan states about itself: section 4 of tables.md, every row and every number of the summary."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from asah.engine.check.facts import Facts, Floats
from asah.engine.check.messages import finding
from asah.engine.check.rules import Chosen, spent
from asah.engine.check.summary import SUMMARY, is_count, is_number, is_whole
from asah.engine.check.tolerance import near, slack
from asah.engine.check.worth import Worth, sums
from asah.engine.errors import Finding

STATES = ("planned", "deferred", "exempt")
# The closed list of docs/reference/reasons.md, by state.
REASONS = {
    "planned": {"planned"},
    "exempt": {"no_need"},
    "deferred": {
        "no_programme",
        "all_completed",
        "not_eligible",
        "not_offered",
        "unreachable_online",
        "retires_first",
        "jp_ceiling_reached",
        "programmes_not_allowed",
        "locked_out",
        "prerequisite_missing",
        "no_gain",
        "no_money",
        "others_gain_more",
        "class_not_opened",
        "class_full",
        "absence_limit",
        "money_spent",
        "place_left",
    },
}
STATUSES = ("optimal", "gap_reached", "time_limit", "interrupted")
BOUNDS_BY = ("prices", "branches", "solver")
NEGLIGIBLE_JP = 1e-9


def proved_gap(worth: float, bound: float, nothing: float) -> float:
    """The share of what could be gained that the plan may have left: section 3 of tables.md."""
    gainable = bound - nothing
    if gainable <= slack(bound, nothing):
        return 0.0
    return (bound - worth) / gainable


def wrong_enrolments(chosen: Chosen, table: pl.DataFrame) -> Iterator[Finding]:
    """Rows of `enrolments` whose `locked` is not what `locks` says."""
    stated = table["locked"].to_list()
    for row, locked in zip(chosen.row.tolist(), chosen.locked.tolist(), strict=True):
        if stated[row - 2] != locked:
            word = {True: "yes", False: "no"}
            yield finding(
                "wrong_value", "enrolments", row, "locked", word.get(stated[row - 2]), right=word[locked]
            )


def wrong_classes(chosen: Chosen, table: pl.DataFrame) -> Iterator[Finding]:
    """Rows of `classes` with a wrong number, and offerings with participants but no row."""
    f = chosen.facts
    per_person = f.cost_per_person[f.programme_of]
    right = {
        "enrolled": chosen.enrolled,
        "seats": np.where(f.seats_given, f.seats * chosen.opened, np.nan),
        "cost_idr": f.cost_per_class * chosen.opened + per_person * chosen.enrolled,
    }
    for o, row in enumerate(chosen.opened_row.tolist()):
        if row:
            yield from _wrong_cells("classes", row, table, {name: value[o] for name, value in right.items()})
        elif chosen.enrolled[o]:
            yield finding("missing_row", "classes", 0, "offering_id", f.offering_ids[o])


def wrong_people(chosen: Chosen, worth: Worth, table: pl.DataFrame) -> Iterator[Finding]:
    """People who are not in `people_outcome` exactly once, or are there with a wrong state or number."""
    f = chosen.facts
    closed, needed = _by_person(f, worth.closure), _by_person(f, f.need_weight * f.need_gap)
    state = states(chosen)
    rows: dict[int, int] = {}
    for row, person in enumerate(table["person_id"], start=2):
        i = f.person.get(person)
        if i is None:
            yield finding("unknown_id", "people_outcome", row, "person_id", person)
        elif i in rows:
            yield finding("named_twice", "people_outcome", row, "person_id", person)
        else:
            rows[i] = row
    for i, person in enumerate(f.person_ids):
        if i not in rows:
            yield finding("missing_row", "people_outcome", 0, "person_id", person)
            continue
        row = rows[i]
        stated = table["state"][row - 2]
        if stated not in state[i]:
            yield finding("wrong_value", "people_outcome", row, "state", stated, right=" | ".join(state[i]))
        reason = table["reason"][row - 2]
        if reason not in REASONS[stated]:
            yield finding("not_a_reason", "people_outcome", row, "reason", reason, state=stated)
        right = {"jp_planned": worth.jp_planned[i], "closure_points": closed[i], "need_points": needed[i]}
        yield from _wrong_cells("people_outcome", row, table, right)


def states(chosen: Chosen) -> list[tuple[str, ...]]:
    """(i) the states that are true of a person.

    Planned: has an enrolment. Deferred: has none, though there is a need, a mandate or JP to come. Exempt:
    has none of these. Of needs and mandates that are worth no points both of the last two are true.
    """
    f = chosen.facts
    planned = np.bincount(chosen.i, minlength=f.n_people) > 0
    open_mandates = ~f.mandate_given_before
    something, points = (np.zeros(f.n_people, np.bool_) for _ in range(2))
    something[f.need_person] = True
    something[f.mandate_person[open_mandates]] = True
    points[f.need_person[f.need_weight > 0]] = True
    points[f.mandate_person[open_mandates & (f.mandate_points > 0)]] = True
    short = f.jp_target > f.jp_done + NEGLIGIBLE_JP
    true_of = {
        (True, True): ("deferred",),
        (True, False): ("deferred", "exempt"),
        (False, False): ("exempt",),
    }
    return [
        ("planned",) if taken else true_of[bool(wants), bool(pays)]
        for taken, wants, pays in zip(planned, something | short, points | short, strict=True)
    ]


def wrong_summary(
    chosen: Chosen, worth: Worth, nothing: float, outcome: pl.DataFrame, summary: Mapping[str, Any]
) -> Iterator[Finding]:
    """Entries of `summary.json` that the tables do not bear out; the bound is looked at elsewhere."""
    f = chosen.facts
    numbers = {
        "objective": worth.points,
        "worth_of_nothing": nothing,
        "closed_points": float(worth.closure.sum()),
        "need_points": float((f.need_weight * f.need_gap).sum()),
        "classes": int(chosen.opened.sum()),
        "jp_short_people": int((worth.jp_short > NEGLIGIBLE_JP).sum()),
    }
    for key, right in numbers.items():
        stated = summary.get(key)
        if isinstance(right, int):
            equal = is_whole(stated) and stated == right
        else:
            equal = is_number(stated) and near(stated, right)
        if not equal:
            yield _wrong(key, stated, right)

    if summary.get("status") not in STATUSES:
        yield _wrong("status", summary.get("status"), " | ".join(STATUSES))
    if summary.get("bound_by") not in BOUNDS_BY:
        yield _wrong("bound_by", summary.get("bound_by"), " | ".join(BOUNDS_BY))

    people = {state: int((outcome["state"] == state).sum()) for state in STATES}
    stated_people = summary.get("people")
    if not _amounts_are(stated_people, people, STATES):
        yield _wrong("people", stated_people, people)
    yield from _wrong_spending(chosen, summary.get("spent_idr"))
    yield from _wrong_mandates(f, worth, summary.get("mandates_missed"))


def wrong_gap(
    objective: float, bound: float, nothing: float, summary: Mapping[str, Any]
) -> Iterator[Finding]:
    """The gap follows from the bound stated; a plan called optimal has none."""
    right, said = proved_gap(objective, bound, nothing), summary.get("gap")
    # What is allowed on the three numbers weighs the more on their quotient, the less there is to gain.
    allowed = slack() + slack(objective, bound, nothing) / max(bound - nothing, slack(bound, nothing))
    if not is_number(said) or abs(said - right) > allowed:
        yield _wrong("gap", said, f"{right:.10g}")
    if summary.get("status") == "optimal" and right > allowed:
        yield finding("not_the_optimum", SUMMARY, 0, "status", "optimal", right=f"{right:.3g}")


def _wrong_spending(chosen: Chosen, stated: object) -> Iterator[Finding]:
    """By scope: the total as a number, funds and units by id (or each as one sum)."""
    paid, f = spent(chosen), chosen.facts
    ids: Mapping[str, Container[str]] = {"total": ("",), "fund": f.fund, "unit": f.unit}
    if not isinstance(stated, dict) or not ids.keys() >= stated.keys():
        yield _wrong("spent_idr", stated, {"total": paid["total", ""]})
        return
    for scope in ids:
        by_id = {id_: amount for (of, id_), amount in paid.items() if of == scope}
        entry = stated.get(scope, {})
        if isinstance(entry, dict):
            if not _amounts_are(entry, by_id, ids[scope]):
                yield _wrong(f"spent_idr.{scope}", entry, by_id)
        elif not is_whole(entry) or entry != sum(by_id.values()):
            yield _wrong(f"spent_idr.{scope}", entry, sum(by_id.values()))


def _wrong_mandates(facts: Facts, worth: Worth, stated: object) -> Iterator[Finding]:
    """As a number, or as a list of who misses what."""
    missed = {
        (facts.person_ids[facts.mandate_person[k]], facts.programme_ids[facts.mandate_programme[k]])
        for k in np.flatnonzero(~worth.mandate_given)
    }
    if isinstance(stated, list):
        named = [_mandate_named(facts, entry) for entry in stated]
        if len(named) != len(missed) or set(named) != missed:
            yield _wrong("mandates_missed", len(stated), sorted(missed))
    elif not is_count(stated) or stated != len(missed):
        yield _wrong("mandates_missed", stated, len(missed))


def _mandate_named(facts: Facts, entry: object) -> tuple[str, str] | None:
    """Person and programme of an entry of the list; None where it is none, or gives somebody another name."""
    if not isinstance(entry, dict):
        return None
    person, programme, name = (entry.get(key) for key in ("person_id", "programme_id", "name"))
    if not isinstance(person, str) or not isinstance(programme, str) or person not in facts.person:
        return None
    known = facts.name[facts.person[person]]
    return (person, programme) if name is None or name == known else None


def _amounts_are(stated: object, right: Mapping[str, int], known: Container[str]) -> bool:
    """Whether the amounts are those of ``right``, to the last digit; a 0 may be left out."""
    return (
        isinstance(stated, dict)
        and all(is_whole(amount) and key in known for key, amount in stated.items())
        and _without_zeros(stated) == _without_zeros(right)
    )


def _wrong(key: str, stated: object, right: object) -> Finding:
    return finding("wrong_value", SUMMARY, 0, key, stated, right=right)


def _wrong_cells(name: str, row: int, table: pl.DataFrame, right: Mapping[str, float]) -> Iterator[Finding]:
    """Cells of one row; whole numbers are right to the last digit, a right value of nan is a blank."""
    for column, value in right.items():
        said = table[column][row - 2]
        if math.isnan(value):
            equal, text = said is None, "-"
        elif isinstance(said, int):
            equal, text = said == value, f"{value:.0f}"
        else:
            equal, text = said is not None and near(said, value), f"{value:.10g}"
        if not equal:
            yield finding("wrong_value", name, row, column, said, right=text)


def _by_person(facts: Facts, of_needs: Floats) -> Floats:
    return sums(facts.need_person, of_needs, facts.n_people)


def _without_zeros(amounts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: amount for key, amount in amounts.items() if amount != 0}
