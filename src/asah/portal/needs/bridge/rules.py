"""What the rules and the arithmetic of the engine say of single levels and of a post as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from asah.engine import rules
from asah.engine.needs.gaps import expected_gap

MAPPING: Final = "pemetaan"
SELECTION: Final = "pengisian_jabatan"


@dataclass(frozen=True)
class Match:
    """A job-person match in per cent with its bands; ``verified``: whether their regulation was read."""

    uncapped: float
    capped: float
    band: str
    capped_band: str
    regulation: str
    verified: bool


def gap_of(mean: float, sd: float, required: int) -> tuple[float, float]:
    """Probability of a gap, and the gap to expect, in levels."""
    below, expected = expected_gap(
        mean=np.array([mean]), sd=np.array([sd]), required=np.array([float(required)])
    )
    return float(below[0]), float(expected[0])


def match(
    actual: Sequence[float], required: Sequence[int], *, on: dt.date, selection: bool = False
) -> Match | None:
    """How levels fill a post, for mapping or for ``selection``; None where nothing of it was assessed."""
    if not required or not sum(required):
        return None
    found = rules.job_person_match(actual=actual, required=required)
    law, purpose = rules.at(on), SELECTION if selection else MAPPING
    rule = law.get("jpm_bands", purpose)
    return Match(
        uncapped=float(found.uncapped),
        capped=float(found.capped),
        band=_band(found.uncapped, law, selection),
        capped_band=_band(found.capped, law, selection),
        regulation=rule.regulation,
        verified=rule.verified,
    )


def fit_bands(on: dt.date) -> tuple[float, float]:
    """Fits (0 to 1) from which a person is in the middle and in the best of the three bands of mapping."""
    best, middle, _lowest = rules.at(on).jpm_bands(MAPPING)
    return float(middle.from_score / 100), float(best.from_score / 100)


def _band(score: Decimal, law: rules.RuleSet, selection: bool) -> str:
    return rules.jpm_band(score, purpose=SELECTION if selection else MAPPING, rules=law).name
