"""A problem of some of its people: everything about them, and of what is shared all of it or their part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from asah.engine.plan.problem import GROUP, Ints, Problem


def spans(first: Any, index: Ints) -> tuple[Ints, Ints]:
    """Rows of the owners in `index`, whose first rows are `first`: the position of the owner, and the row."""
    counts = first[index + 1] - first[index]
    which = np.repeat(np.arange(len(index)), counts)
    before = np.cumsum(counts) - counts
    return which, first[index][which] + np.arange(len(which)) - before[which]


def only(problem: Problem, people: Ints) -> Problem:
    """The problem of some of its people, in their order; what they share stays as it is."""
    b, people = problem.bundles, np.sort(np.asarray(people, np.int64))
    parts: dict[str, Any] = {}
    records = np.zeros(len(people) + 1, b.people.dtype)
    for column in ("short", "room", "floors"):
        records[column][:-1] = b.people[column][people]
    rows: dict[str, Ints] = {}
    for column in ("need", "entry", "banned", "locked"):
        _, rows[column] = spans(b.people[column], people)
        records[column][1:] = np.cumsum(b.people[column][people + 1] - b.people[column][people])
    _, effects = spans(b.entries["effect"], rows["entry"])
    entries = np.zeros(len(rows["entry"]) + 1, b.entries.dtype)
    entries[:-1] = b.entries[rows["entry"]]
    entries["effect"][0] = 0
    counts = b.entries["effect"][rows["entry"] + 1] - b.entries["effect"][rows["entry"]]
    entries["effect"][1:] = np.cumsum(counts)
    unit, place = problem.unit_of_person[people], problem.place_of_person[people]
    first = np.flatnonzero(np.append(True, (np.diff(unit) != 0) | (np.diff(place) != 0)))
    groups = np.zeros(len(first) + 1, GROUP)
    groups["person"] = np.append(first, len(people))
    groups["unit"][:-1], groups["place"][:-1] = unit[first], place[first]
    parts["people"], parts["entries"], parts["groups"] = records, entries, groups
    parts["needs"], parts["effects"] = b.needs[rows["need"]], b.effects[effects]
    parts["banned"], parts["locked"] = b.banned[rows["banned"]], b.locked[rows["locked"]]
    return replace(
        problem,
        bundles=b._replace(**parts),
        person_id=[problem.person_id[i] for i in people],
        input_row=problem.input_row[people],
        unit_of_person=unit,
        place_of_person=place,
        need_points=problem.need_points[people],
    )


def sample(problem: Problem, people: int) -> Problem:
    """About so many people, evenly from every unit and place, with their part of what is shared.

    What is shared inside one unit only (absence) does not survive in a sample and has no limit there.
    """
    p = problem
    chosen = np.unique(np.linspace(0, p.people - 1, people).astype(np.int64))
    part = len(chosen) / p.people
    few = only(p, chosen)
    return replace(
        few,
        total_limit=p.total_limit * part,
        fund_limit=p.fund_limit * part,
        unit_limit=p.unit_limit * part,
        max_classes=np.where(np.isinf(p.seats), p.max_classes, p.max_classes * part),
        absence_limit=np.full_like(p.absence_limit, np.inf),
        resource_limit=p.resource_limit * part,
        floor_need=p.floor_need * part,
        mandate_points=p.mandate_points * part,
        unpriced_loss=p.unpriced_loss * part,
    )
