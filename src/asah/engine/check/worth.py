"""What a set of enrolments is worth: section 2 of tables.md, term by term.

worth = closure of needs - JP short - mandates missed - equity floors missed
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asah.engine.check.facts import Bools, Facts, Floats, Ints


@dataclass(frozen=True)
class Worth:
    """Points, by what they come from.

    ``closure`` has one number per need, ``jp_planned``, ``jp_short`` one per person, ``mandate_given`` one
    per mandate, ``floor_short`` one per equity floor (points of closure missing to the floor).
    """

    closure: Floats
    jp_planned: Floats
    jp_short: Floats
    mandate_given: Bools
    floor_short: Floats
    points: float


def worth(facts: Facts, i: Ints, o: Ints) -> Worth:
    """Worth of the enrolments of people ``i`` in offerings ``o`` (two arrays of one length)."""
    p = facts.programme_of[o]
    enrolment, need, gain = gains(facts, i, p)

    gained = sums(need, gain, len(facts.need_gap))
    closure = facts.need_weight * np.minimum(facts.need_gap, gained)

    touches_a_need = np.isin(np.arange(len(i)), enrolment)
    counts = touches_a_need | facts.mandated(i, p) | facts.general[p]
    jp_counting = sums(i, facts.jp[p] * counts, facts.n_people)
    jp_short = np.maximum(0.0, facts.jp_target - facts.jp_done - jp_counting)

    mandates = facts.pair(facts.mandate_person, facts.mandate_programme)
    given = facts.mandate_given_before | np.isin(mandates, facts.pair(i, p))

    need_points = facts.need_weight * facts.need_gap
    floor_short = np.array(
        [
            max(0.0, floor.floor_share * need_points[group].sum() - closure[group].sum())
            for floor, group in zip(facts.floors, facts.floor_needs, strict=True)
        ],
        np.float64,
    )
    floor_points = np.array([floor.points for floor in facts.floors], np.float64)

    points = (
        closure.sum()
        - facts.policy.points_per_jp_short * jp_short.sum()
        - facts.mandate_points[~given].sum()
        - (floor_points * floor_short).sum()
    )
    return Worth(
        closure=closure,
        jp_planned=sums(i, facts.jp[p], facts.n_people),
        jp_short=jp_short,
        mandate_given=given,
        floor_short=floor_short,
        points=float(points),
    )


def worth_of_nothing(facts: Facts) -> float:
    nobody = np.empty(0, np.int64)
    return worth(facts, nobody, nobody).points


def sums(at: Ints, values: Floats, length: int) -> Floats:
    """(length) the sum of ``values`` by their position ``at``."""
    return np.bincount(at, weights=values, minlength=length).astype(np.float64)


def gains(facts: Facts, i: Ints, p: Ints) -> tuple[Ints, Ints, Floats]:
    """Every gain that meets a need: position of the enrolment, position of the need, levels gained."""
    start, effects = facts.effect_start[p], facts.effect_start[p + 1] - facts.effect_start[p]
    enrolment = np.repeat(np.arange(len(p)), effects)
    nth = np.arange(len(enrolment)) - np.repeat(np.cumsum(effects) - effects, effects)
    effect = start[enrolment] + nth

    width = len(facts.stream)
    wanted = facts.need_person * width + facts.need_competency
    offered = i[enrolment] * width + facts.effect_competency[effect]
    order = np.argsort(wanted)
    at = np.searchsorted(wanted, offered, sorter=order)
    meets = np.isin(offered, wanted)
    return enrolment[meets], order[at[meets]], facts.effect_gain[effect[meets]]
