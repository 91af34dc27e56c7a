from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asah.engine.check.branches import Box, branch_findings, read_branches, uncovered
from asah.engine.check.facts import read_facts
from engine.check.oracle import random_problem
from factories.problem import table

SIDES = st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda side: side[0] <= side[1])


def cells(box: Box) -> set[tuple[int, ...]]:
    return set(itertools.product(*(range(low, high + 1) for low, high in box)))


@given(st.lists(st.tuples(SIDES, SIDES, SIDES), max_size=8))
def test_boxes_cover_exactly_when_every_case_lies_in_one(boxes: list[Box]) -> None:
    whole = ((0, 3), (0, 3), (0, 3))
    covered = set().union(*(cells(box) for box in boxes))
    gap = uncovered(whole, boxes)
    assert (gap is None) == (covered >= cells(whole))
    if gap is not None:
        assert cells(gap) <= cells(whole)
        assert not cells(gap) & covered


def test_a_tree_of_many_splits_is_seen_to_cover_at_once() -> None:
    rng = np.random.default_rng(8)
    whole: Box = tuple((0, 9) for _ in range(30))
    leaves = [whole]
    for _ in range(300):
        leaf = leaves.pop(int(rng.integers(len(leaves))))
        wide = [k for k, (low, high) in enumerate(leaf) if high > low]
        side = int(rng.choice(wide))
        low, high = leaf[side]
        cut = int(rng.integers(low + 1, high + 1))
        for part in ((low, cut - 1), (cut, high)):
            leaves.append((*leaf[:side], part, *leaf[side + 1 :]))
    assert uncovered(whole, leaves) is None
    missing = leaves.pop(17)
    assert uncovered(whole, leaves) == missing


def test_branches_that_leave_a_case_are_refused_with_the_case() -> None:
    facts = read_facts(random_problem(1))
    offering = next(iter(facts.offering))
    facts.max_classes[0] = 2
    rows = [
        {"branch": "sedikit", "offering_id": offering, "min_classes": 0, "max_classes": 0},
        {"branch": "banyak", "offering_id": offering, "min_classes": 2, "max_classes": 2},
    ]
    (found,) = branch_findings(facts, table("branches", *rows))
    assert f"{offering} 1..1" in found.what
    rows[0]["max_classes"] = 1
    assert [*branch_findings(facts, table("branches", *rows))] == []


def test_a_branch_that_holds_no_case_covers_nothing_and_proves_nothing() -> None:
    facts = read_facts(random_problem(1))
    offering = next(iter(facts.offering))
    row = {"branch": "kosong", "offering_id": offering, "min_classes": 2, "max_classes": 1}
    branches = table("branches", row)
    assert read_branches(facts, branches) == {}
    assert len([*branch_findings(facts, branches)]) == 1


def test_branches_name_known_offerings_once() -> None:
    facts = read_facts(random_problem(1))
    offering = next(iter(facts.offering))
    known = {"branch": "A", "offering_id": offering, "min_classes": 0, "max_classes": 9}
    found = [*branch_findings(facts, table("branches", known, known, known | {"offering_id": "X"}))]
    assert [(finding.row, finding.column) for finding in found] == [(3, "offering_id"), (4, "offering_id")]
