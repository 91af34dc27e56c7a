from __future__ import annotations

from datetime import date

import pytest

from asah.portal.documents.actions import Col, DataTable, Paragraph
from asah.portal.documents.actions.cleaning import MARK, clean, cleaned


def test_usual_text_stays_as_it_is() -> None:
    text = "Dra. Siti Rahmawati, M.Si. (Gol. III/a) \u2013 50% & <b> #1"
    assert clean(text) == text


@pytest.mark.parametrize("code", [0x00, 0x01, 0x08, 0x1B, 0x7F, 0x9F, 0xFEFF, 0xFFFE, 0xD800, 0xE0041])
def test_characters_nothing_can_show_are_marked_and_not_dropped(code: int) -> None:
    assert clean(f"a{chr(code)}b") == f"a{MARK}b"


@pytest.mark.parametrize("code", [0x202A, 0x202E, 0x2066, 0x2069, 0x200F])
def test_characters_that_turn_the_direction_of_text_are_marked(code: int) -> None:
    assert clean(f"{chr(code)}000.1") == f"{MARK}000.1"


def test_line_ends_of_every_kind_become_one_kind() -> None:
    assert clean("a\r\nb\rc\u2028d\x0be\ttab") == "a\nb\nc\nd\ne tab"


def test_letters_and_their_accents_are_composed() -> None:
    assert clean("Andre\u0301") == "Andr\u00e9"


def test_text_in_other_scripts_and_emoji_stay() -> None:
    text = "\u0627\u0644\u0633\u0644\u0627\u0645 \U0001f600"
    assert clean(text) == text


def test_every_text_of_a_document_is_cleaned_and_nothing_else_is_changed() -> None:
    day = date(2026, 1, 2)
    table = DataTable("a\x00", [Col("b\x00"), Col("c", "date"), Col("d", "number")], [["e\x00", day, 0.1]])
    made = cleaned([table, Paragraph("f\x00")])
    assert made[0].caption == f"a{MARK}"
    assert made[0].columns[0].title == f"b{MARK}"
    assert made[0].rows == ((f"e{MARK}", day, 0.1),)
    assert made[1] == Paragraph(f"f{MARK}")
    assert table.caption == "a\x00"
