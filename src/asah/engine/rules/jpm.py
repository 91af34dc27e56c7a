"""The job-person match (JPM): how a person's levels fill those of a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from asah.engine.errors import CallError
from asah.engine.rules.rulebook import Band, JpmPurpose, RuleSet


@dataclass(frozen=True)
class JobPersonMatch:
    """In per cent. ``uncapped``: a surplus offsets a deficit, as usually told; ``capped``: it does not."""

    uncapped: Decimal
    capped: Decimal


def job_person_match(
    *, actual: Sequence[Decimal | float], required: Sequence[Decimal | float]
) -> JobPersonMatch:
    """Sum of actual levels over the sum of required ones, in per cent, not rounded.

    Both in levels, competency by competency in the same order. A competency that was not assessed has no
    place here: an absent level is not level 0.
    """
    if not required or len(actual) != len(required):
        raise CallError(
            "a job-person match needs one actual level per required one, "
            f"got {len(actual)} and {len(required)}. Leave out competencies that were not assessed."
        )
    pairs = [(Decimal(str(a)), Decimal(str(r))) for a, r in zip(actual, required, strict=True)]
    total = sum((r for _, r in pairs), Decimal(0))
    if not total.is_finite() or not all(a.is_finite() for a, _ in pairs) or min(min(p) for p in pairs) < 0:
        raise CallError("a level is not a number from 0 up. Correct it or leave the competency out.")
    if total == 0:
        raise CallError("every required level is 0. Give the levels of the post.")
    return JobPersonMatch(
        uncapped=100 * sum((a for a, _ in pairs), Decimal(0)) / total,
        capped=100 * sum((min(a, r) for a, r in pairs), Decimal(0)) / total,
    )


def jpm_band(score: Decimal | float, *, purpose: JpmPurpose, rules: RuleSet) -> Band:
    """The band of a score in per cent; the score is not rounded first: 89.99 lies below 90."""
    exact = Decimal(str(score))
    for band in rules.jpm_bands(purpose):
        if exact >= band.from_score:
            return band
    raise CallError(f"a job-person match of {score} lies below every band. It is a percentage from 0 up.")
