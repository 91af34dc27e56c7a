from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from asah.engine import rules
from asah.engine.errors import CallError

RULES = rules.at(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("score", "band"),
    [
        ("90.00", "O"),
        ("89.99", "CO"),
        ("89.999", "CO"),
        ("78.00", "CO"),
        ("77.99", "KO"),
        ("0", "KO"),
        ("130", "O"),
    ],
)
def test_24_bands_of_mapping_hold_at_their_edges(score: str, band: str) -> None:
    assert rules.jpm_band(Decimal(score), purpose="pemetaan", rules=RULES).code == band


@pytest.mark.parametrize(
    ("score", "band"), [("80", "MS"), ("79.99", "MMS"), ("68", "MMS"), ("67.99", "KMS"), ("100", "MS")]
)
def test_24_bands_of_filling_a_post_hold_at_their_edges(score: str, band: str) -> None:
    assert rules.jpm_band(Decimal(score), purpose="pengisian_jabatan", rules=RULES).code == band


def test_a_surplus_lifts_the_uncapped_match_and_never_the_capped_one() -> None:
    match = rules.job_person_match(actual=[5, 1], required=[3, 3])

    assert match.uncapped == 100
    assert match.capped == Decimal(400) / 6


def test_a_match_of_exactly_ninety_per_cent_is_optimal() -> None:
    match = rules.job_person_match(actual=[2.7, 2.7, 2.7], required=[3.0, 3.0, 3.0])

    assert match.uncapped == match.capped == 90
    assert rules.jpm_band(match.capped, purpose="pemetaan", rules=RULES).name == "Optimal"


@pytest.mark.parametrize(
    ("actual", "required"),
    [([3], [3, 3]), ([], []), ([3], [0]), ([float("nan")], [3]), ([-1], [3])],
)
def test_a_match_of_levels_that_are_absent_or_no_levels_is_refused(
    actual: list[float], required: list[float]
) -> None:
    with pytest.raises(CallError):
        rules.job_person_match(actual=actual, required=required)


def test_a_negative_match_has_no_band() -> None:
    with pytest.raises(CallError, match="percentage"):
        rules.jpm_band(-1, purpose="pemetaan", rules=RULES)
