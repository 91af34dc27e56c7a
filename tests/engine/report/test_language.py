from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from asah.engine import report, rules
from asah.engine.report.language import ENGLISH, INDONESIAN, percent_more, share, texts
from asah.engine.report.sections import SECTIONS
from asah.engine.tables import SCHEMA

# Sections whose texts are asked for by the value of a closed list.
CLOSED = {
    "basis": {*(SCHEMA["ratings"].column("rater_role").choices or ()), "simulated", "-", "others"},
    "bound_by": {"prices", "branches", "solver", "none"},
    "column": {"sex", "employment", "position_kind", "zone", "stream"},
    "connectivity": {*(SCHEMA["places"].column("connectivity").choices or ()), "unknown"},
    "form": set(SCHEMA["programmes"].column("form").choices or ()),
    "kind": {*(SCHEMA["competencies"].column("kind").choices or ()), "none"},
    "rule_name": {"jp_entitlement", "jp_form", "retirement_age"},
    "state": set(SCHEMA["people_outcome"].column("state").choices or ()),
    "status": {"optimal", "gap_reached", "time_limit", "search_ended", "interrupted"},
    "stream": {*(SCHEMA["competencies"].column("stream").choices or ()), "-"},
}


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert INDONESIAN.decimal(1234567.891, 2) == "1.234.567,89"
    assert ENGLISH.decimal(1234567.891, 2) == "1,234,567.89"
    assert INDONESIAN.percent(0.4325) == "43,2%"
    assert INDONESIAN.percent(None) == "–"


def test_minus_stands_only_before_what_is_not_zero() -> None:
    assert INDONESIAN.decimal(-0.04, 1) == "0,0"
    assert INDONESIAN.decimal(-0.06, 1) == "−0,1"


def test_money_is_whole_rupiah_and_about_is_rounded() -> None:
    assert INDONESIAN.rupiah(1_234_567_890) == "Rp1.234.567.890"
    assert INDONESIAN.rupiah(-5) == "−Rp5"
    assert INDONESIAN.rupiah(None) == "–"
    assert INDONESIAN.rupiah_about(2_498_800_000) == "Rp2,50 miliar"
    assert ENGLISH.rupiah_about(7_500_000) == "Rp7.50 million"
    assert INDONESIAN.rupiah_about(999_999) == "Rp999.999"


def test_dates_are_written_out_without_saying_anything_twice() -> None:
    assert INDONESIAN.date(date(2026, 11, 22)) == "22 November 2026"
    assert INDONESIAN.dates(date(2027, 8, 23), date(2027, 8, 27)) == "23–27 Agustus 2027"
    assert INDONESIAN.dates(date(2027, 8, 30), date(2027, 9, 2)) == "30 Agustus – 2 September 2027"
    assert ENGLISH.dates(date(2027, 12, 30), date(2028, 1, 2)) == "30 December 2027 – 2 January 2028"
    assert ENGLISH.dates(date(2027, 5, 3), date(2027, 5, 3)) == "3 May 2027"


def test_shares_of_nothing_are_unknown_not_zero() -> None:
    assert share(1, 0) is None
    assert percent_more(3, 0) is None
    assert percent_more(3, 2) == pytest.approx(0.5)


@pytest.mark.parametrize("key", sorted(texts()))
def test_every_text_is_in_both_languages_with_the_same_facts(key: str) -> None:
    pair = texts()[key]
    if key.startswith("form."):  # Indonesian names of forms are law, and come from the rules
        assert pair["en"]
        return
    facts = {language: set(re.findall(r"{(\w+)}", text)) for language, text in pair.items()}
    assert all(pair.values())
    assert facts["id"] == facts["en"]


@pytest.mark.parametrize("group", sorted(CLOSED))
def test_every_value_of_a_closed_list_has_its_word(group: str) -> None:
    assert {key.split(".", 1)[1] for key in texts() if key.startswith(f"{group}.")} == CLOSED[group]


def test_posts_and_forms_are_called_by_their_names() -> None:
    law = rules.at(date(2027, 1, 1))
    posts = SCHEMA["people"].column("position_kind").choices or ()
    assert [INDONESIAN.choice("value", kind) for kind in posts if kind != "jpt"] == [
        kind.capitalize() for kind in posts if kind != "jpt"
    ]
    assert INDONESIAN.form("K10", law) == "Bimbingan teknis"
    assert ENGLISH.form("N3", law) == "E-learning"
    assert INDONESIAN.form("K10", rules.at(date(1990, 1, 1))) == "K10"


def test_a_reason_nobody_knows_is_shown_by_its_code() -> None:
    assert INDONESIAN.reason("bulan") == "Alasan dengan kode bulan."
    assert INDONESIAN.reason(None) == "Tanpa alasan tercatat."


def test_reasons_are_the_sentences_of_the_planner() -> None:
    assert "kesenjangan" in INDONESIAN.reason("no_need")
    assert "No gap" in ENGLISH.reason("no_need")


def test_no_text_is_left_over() -> None:
    files = Path(report.__file__).parent.rglob("*.py")
    source = "".join(file.read_text("utf-8") for file in files).replace("'", '"')
    titles = {f"{key}.title" for key, _ in SECTIONS}
    left_over = [
        key
        for key in texts()
        if f'"{key}"' not in source
        and key not in titles
        and key.split(".")[0] not in (*CLOSED, "value")
        and not _asked_for_by_part(key, source)
    ]
    assert left_over == []


def _asked_for_by_part(key: str, source: str) -> bool:
    """Keys put together from their section and a name that stands as a literal, or with a known beginning."""
    section, name = key.split(".", 1)
    together = f'f"{section}.{{' in source or f'"{section}."' in source or f'choice("{section}"' in source
    return together and (f'"{name}"' in source or (name.startswith("about_") and name[6:] in source))
