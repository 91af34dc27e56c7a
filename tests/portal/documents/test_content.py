from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from asah.portal.documents.actions import (
    Col,
    ContentError,
    DataTable,
    Document,
    Figure,
    Letterhead,
    Section,
    Signature,
)

DAY = date(2026, 11, 22)


def test_a_cell_of_the_wrong_kind_is_refused_with_its_place_and_the_remedy() -> None:
    with pytest.raises(
        ContentError, match=r"Row 2, 'JP': it holds 'dua' among numbers\. Give a number or None"
    ):
        DataTable("Daftar", [Col("Nama"), Col("JP", "number")], [["Siti", 1], ["Budi", "dua"]])


def test_all_wrong_cells_are_counted_and_the_first_are_named() -> None:
    with pytest.raises(ContentError, match="has 9 wrong cells") as caught:
        DataTable("Daftar", [Col("JP", "number")], [["x"]] * 9)
    assert "Row 5" in str(caught.value)
    assert "Row 6" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 198001012005011001),
        ("number", True),
        ("number", float("nan")),
        ("money", float("inf")),
        ("date", "2026-01-01"),
        ("share", "12%"),
        ("text", "x" * 32_001),
        ("text", "\U0001f600" * 16_001),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ContentError):
        DataTable("Daftar", [Col("Kolom", kind)], [[value]])
    with pytest.raises(ContentError):
        Figure("Angka", value, kind)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("text", "a"), ("level", "2 / 3"), ("level", 3), ("date", DAY), ("share", 0.5), ("money", None)],
)
def test_a_value_that_fits_its_column_is_taken(kind: Any, value: Any) -> None:
    assert DataTable("Daftar", [Col("Kolom", kind)], [[value]]).rows == [[value]]


def test_a_row_that_is_too_short_is_refused_by_its_number() -> None:
    with pytest.raises(ContentError, match="Row 2: 1 cells for 2 columns"):
        DataTable("Daftar", [Col("A"), Col("B")], [["a", "b"], ["a"]])


def test_a_total_row_may_hold_words_and_must_be_as_long_as_the_others() -> None:
    columns = [Col("No", "number"), Col("JP", "number")]
    assert DataTable("Daftar", columns, [], ["Jumlah", 3]).total_row == ["Jumlah", 3]
    with pytest.raises(ContentError, match="total row has 1 cells"):
        DataTable("Daftar", columns, [], ["Jumlah"])


def test_headings_that_skip_a_level_are_refused() -> None:
    with pytest.raises(ContentError, match="give it level 2"):
        Document("Judul", DAY, sections=[Section("A", 1), Section("B", 3)])
    with pytest.raises(ContentError, match="Levels go from 1 to 4"):
        Section("A", 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Document(" ", DAY),
        lambda: Section(""),
        lambda: DataTable(" ", [Col("A")], []),
        lambda: DataTable("A", [], []),
        lambda: Letterhead(""),
        lambda: Letterhead("Kabupaten", emblem=b"GIF89a"),
        lambda: Document("Judul", DAY, prepared_by=Signature("Sekda", "Budi Karangan")),
    ],
)
def test_a_part_without_what_it_needs_is_refused(make: Any) -> None:
    with pytest.raises(ContentError, match=r"\. \w"):
        make()
