from __future__ import annotations

import string
from datetime import date
from decimal import Decimal

import pytest

from asah.portal.documents.actions.language import Language, decimals_of, read_texts

INDONESIAN, ENGLISH = Language("id"), Language("en")


def test_numbers_have_the_separators_of_the_language() -> None:
    assert INDONESIAN.number(1234.56, 2) == "1.234,56"
    assert ENGLISH.number(1234.56, 2) == "1,234.56"
    assert INDONESIAN.number(-1234567) == "−1.234.567"
    assert INDONESIAN.number(20.5, 1) == "20,5"


def test_halves_are_rounded_away_from_zero_as_they_are_written() -> None:
    assert [INDONESIAN.number(n, 0) for n in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", "−3"]
    assert INDONESIAN.number(1.005, 2) == "1,01"


def test_a_rounded_zero_has_no_minus() -> None:
    assert INDONESIAN.number(-0.4) == "0"
    assert INDONESIAN.money(-0.001) == "Rp\u00a00"


def test_money_is_rupiah_with_sen_only_where_there_are_any() -> None:
    assert INDONESIAN.money(1_250_000) == "Rp\u00a01.250.000"
    assert INDONESIAN.money(Decimal("1250000.5")) == "Rp\u00a01.250.000,50"
    assert INDONESIAN.money(-5000) == "−Rp\u00a05.000"
    assert ENGLISH.money(1_250_000) == "Rp\u00a01,250,000"


def test_money_keeps_every_rupiah_of_large_amounts() -> None:
    assert INDONESIAN.money(9_007_199_254_740_993) == "Rp\u00a09.007.199.254.740.993"


def test_shares_are_percent() -> None:
    assert INDONESIAN.share(0.3455) == "34,6%"
    assert ENGLISH.share(1) == "100.0%"


@pytest.mark.parametrize(
    ("language", "day"), [(INDONESIAN, "22 November 2026"), (ENGLISH, "22 November 2026")]
)
def test_dates_are_day_month_in_words_and_year(language: Language, day: str) -> None:
    assert language.date(date(2026, 11, 22)) == day


def test_months_have_names_of_the_language() -> None:
    days = [date(2026, month, 1) for month in (5, 8, 12)]
    assert [INDONESIAN.date(day) for day in days] == ["1 Mei 2026", "1 Agustus 2026", "1 Desember 2026"]
    assert [ENGLISH.date(day) for day in days] == ["1 May 2026", "1 August 2026", "1 December 2026"]


def test_decimals_are_those_the_numbers_need_and_at_most_two() -> None:
    assert decimals_of([1, 20, 300]) == 0
    assert decimals_of([1.0, 20.0]) == 0
    assert decimals_of([1, 20.5]) == 1
    assert decimals_of([1 / 3]) == 2
    assert decimals_of([]) == 0


def test_everything_a_document_says_is_said_in_both_languages_with_the_same_facts() -> None:
    texts = read_texts()
    assert len(texts) > 20
    for key, pair in texts.items():
        facts = [
            {name for _, name, _, _ in string.Formatter().parse(pair[code]) if name} for code in ("id", "en")
        ]
        assert facts[0] == facts[1], key
        assert all(pair.values()), key


def test_a_text_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        INDONESIAN.say("page.nothing")
