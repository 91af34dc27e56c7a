from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from asah.portal.ui import formats


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (1234.56, "1.234,56", "1,234.56"),
        (1234567, "1.234.567", "1,234,567"),
        (12.5, "12,5", "12.5"),
        (Decimal("0.10"), "0,1", "0.1"),
        (100, "100", "100"),
        (-1234.5, "-1.234,5", "-1,234.5"),
        (-0.001, "0", "0"),
        (0, "0", "0"),
    ],
)
def test_a_number_is_written_as_the_language_writes_it(value: float, indonesian: str, english: str) -> None:
    with translation.override("id"):
        assert formats.number(value) == indonesian
    with translation.override("en"):
        assert formats.number(value) == english


def test_fixed_decimals_keep_their_zeros() -> None:
    with translation.override("id"):
        assert formats.number(1250, 2) == "1.250,00"
        assert formats.number(12.345, 0) == "12"


def test_what_is_absent_is_a_dash_and_never_zero() -> None:
    written = [formats.number, formats.rupiah, formats.share]
    assert [write(None) for write in written] == ["–"] * 3
    assert [write(float("nan")) for write in written] == ["–"] * 3
    assert [write(float("inf")) for write in written] == ["–"] * 3
    assert (formats.long_date(None), formats.long_moment(None)) == ("–", "–")


def test_money_is_whole_rupiah_with_its_sign_before_the_currency() -> None:
    with translation.override("id"):
        assert formats.rupiah(1234567) == "Rp 1.234.567"
        assert formats.rupiah(Decimal("-2500.4")) == "-Rp 2.500"
        assert formats.rupiah(-0.2) == "Rp 0"


def test_a_share_is_a_part_of_one() -> None:
    with translation.override("id"):
        assert formats.share(0.284) == "28,4%"
        assert formats.share(1, 0) == "100%"


def test_a_moment_is_told_in_the_time_of_the_installation() -> None:
    moment = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    with translation.override("en"):
        assert formats.long_date(date(2026, 11, 22)) == "22 November 2026"
        assert formats.long_moment(moment) == "23 November 2026 01:05"
        assert formats.long_date(moment) == "23 November 2026"
    with translation.override("id"):
        assert formats.long_date(date(2027, 1, 2)) == "2 Januari 2027"
        assert formats.long_moment(moment) == "23 November 2026 01.05"
