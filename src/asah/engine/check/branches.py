"""Whether branches cover every case: a proof by branches is a proof only if nothing falls between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from asah.engine.check.facts import Facts, Ints
from asah.engine.check.messages import finding
from asah.engine.errors import Finding

MOST_CASES = 200_000

Box = tuple[tuple[int, int], ...]
"""For each offering that some branch names: the fewest and the most classes."""


@dataclass(frozen=True)
class Branch:
    """One case: at least ``fewest`` and at most ``most`` classes of each offering."""

    fewest: Ints
    most: Ints


def read_branches(facts: Facts, table: pl.DataFrame) -> dict[str, Branch]:
    """Every branch that holds a case, by name; offerings it does not name are left as the input has them."""
    branches: dict[str, Branch] = {}
    for name, offering, fewest, most in _rows(table):
        branch = branches.setdefault(name, Branch(np.zeros_like(facts.max_classes), facts.max_classes.copy()))
        o = facts.offering.get(offering)
        if o is not None:
            branch.fewest[o] = max(0, fewest)
            branch.most[o] = min(facts.max_classes[o], most)
    return {name: branch for name, branch in branches.items() if (branch.fewest <= branch.most).all()}


def branch_findings(facts: Facts, table: pl.DataFrame) -> Iterator[Finding]:
    """Rows of no offering, rows twice, and the first case that no branch covers."""
    named: set[tuple[str, str]] = set()
    for row, (name, offering, _, _) in enumerate(_rows(table), start=2):
        if offering not in facts.offering:
            yield finding("unknown_id", "branches", row, "offering_id", offering)
        if (name, offering) in named:
            yield finding("named_twice", "branches", row, "offering_id", offering)
        named.add((name, offering))

    branches = read_branches(facts, table)
    split = sorted({facts.offering[o] for _, o, _, _ in _rows(table) if o in facts.offering})
    boxes: list[Box] = [tuple((int(b.fewest[o]), int(b.most[o])) for o in split) for b in branches.values()]
    whole = tuple((0, int(facts.max_classes[o])) for o in split)
    try:
        gap = uncovered(whole, boxes)
    except RecursionError:
        yield finding("branches_too_tangled", "branches", 0, "branch", "")
        return
    if gap is not None:
        case = ", ".join(
            f"{facts.offering_ids[o]} {low}..{high}" for o, (low, high) in zip(split, gap, strict=True)
        )
        yield finding("branches_leave_a_case", "branches", 0, "branch", "", case=case or "-")


def uncovered(whole: Box, boxes: Sequence[Box]) -> Box | None:
    """A part of ``whole`` that none of ``boxes`` touches, or None where they cover it.

    Cuts the whole along the side of a box until each piece lies in one box or touches none. The cut that
    fewest boxes straddle is taken, so that branches made by splitting again and again are taken apart the
    way they were made. Raises RecursionError where the boxes are too tangled for MOST_CASES pieces.
    """
    left = [(whole, list(boxes))]
    for _ in range(MOST_CASES):
        if not left:
            return None
        piece, near = left.pop()
        near = [box for box in near if _touches(box, piece)]
        if not near:
            return piece
        if any(_holds(box, piece) for box in near):
            continue
        side, cut = min(_cuts(piece, near), key=lambda at: _straddling(at, near))
        low, high = piece[side]
        left.append(((*piece[:side], (cut, high), *piece[side + 1 :]), near))
        left.append(((*piece[:side], (low, cut - 1), *piece[side + 1 :]), near))
    raise RecursionError


def _cuts(piece: Box, boxes: Sequence[Box]) -> set[tuple[int, int]]:
    """(side, first number above the cut) of every side of a box inside ``piece``."""
    cuts = set()
    for box in boxes:
        for side, ((low, high), (least, most)) in enumerate(zip(box, piece, strict=True)):
            if low > least:
                cuts.add((side, low))
            if high < most:
                cuts.add((side, high + 1))
    return cuts


def _straddling(cut: tuple[int, int], boxes: Sequence[Box]) -> tuple[int, int, int]:
    side, at = cut
    return (sum(box[side][0] < at <= box[side][1] for box in boxes), side, at)


def _touches(box: Box, piece: Box) -> bool:
    return all(low <= most and least <= high for (low, high), (least, most) in zip(box, piece, strict=True))


def _holds(box: Box, piece: Box) -> bool:
    return all(low <= least and most <= high for (low, high), (least, most) in zip(box, piece, strict=True))


def _rows(table: pl.DataFrame) -> Iterator[tuple[str, str, int, int]]:
    yield from table.select("branch", "offering_id", "min_classes", "max_classes").iter_rows()
