from __future__ import annotations

import pytest

from asah.portal.documents.actions import (
    Col,
    DataTable,
    Document,
    Figure,
    Figures,
    LegalBasis,
    Note,
    Paragraph,
    Section,
)
from asah.portal.documents.actions.layout import (
    Heading,
    Numbered,
    PrintedFigures,
    PrintedTable,
    Signatures,
    lay_out,
    roman,
)
from portal.documents.sample import DAY, plan, small

LEVELS = (1, 2, 3, 4, 4, 3, 2, 1, 2)


def _labels(numbering: str, language: str = "id") -> list[str]:
    sections = [Section("A", level) for level in LEVELS]
    sections += [Section("B", 1, annex=True), Section("C", 2), Section("D", 1, annex=True)]
    document = Document("Judul", DAY, language, sections=sections, numbering=numbering)
    return [item.label for run in lay_out(document).runs for item in run.items]


def test_chapters_are_counted_as_official_documents_do() -> None:
    assert _labels("bab") == [
        *("BAB I", "A.", "1.", "a.", "b.", "2.", "B.", "BAB II", "A."),
        *("LAMPIRAN I", "A.", "LAMPIRAN II"),
    ]


def test_chapters_in_english_have_english_words() -> None:
    assert _labels("bab", "en")[0] == "CHAPTER I"
    assert _labels("bab", "en")[-1] == "ANNEX II"


def test_decimal_numbers_name_the_whole_way_down() -> None:
    assert _labels("decimal") == [
        *("1", "1.1", "1.1.1", "1.1.1.1", "1.1.1.2", "1.1.2", "1.2", "2", "2.1"),
        *("LAMPIRAN I", "I.1", "LAMPIRAN II"),
    ]


def test_plain_headings_and_unnumbered_sections_have_no_label() -> None:
    assert set(_labels("plain")) == {""}
    document = Document("Judul", DAY, sections=[Section("Kata pengantar", numbered=False), Section("A")])
    assert [item.label for item in lay_out(document).runs[0].items] == ["", "BAB I"]


@pytest.mark.parametrize(("number", "sign"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (38, "XXXVIII")])
def test_roman_numbers_are_written_the_short_way(number: int, sign: str) -> None:
    assert roman(number) == sign


def test_lying_tables_take_the_headings_and_notes_above_them_along() -> None:
    table = DataTable("Matriks", [Col("A")], [["a"]], landscape=True)
    sections = [
        Section("Satu", 1, [Paragraph("Teks")]),
        Section("Dua", 1),
        Section("Matriks", 2, [Note("Dibaca"), table, table]),
        Section("Tiga", 1, [Paragraph("Teks"), table]),
    ]
    runs = lay_out(Document("Judul", DAY, sections=sections)).runs
    assert [(run.landscape, len(run.items)) for run in runs] == [(False, 2), (True, 5), (False, 2), (True, 1)]
    assert runs[1].items[0] == Heading("Dua", 1, "BAB II", True)


def test_a_document_that_ends_with_a_heading_keeps_it() -> None:
    assert [run.landscape for run in lay_out(Document("Judul", DAY, sections=[Section("A")])).runs] == [False]


def test_cells_are_written_by_kind_and_an_absent_one_is_no_zero() -> None:
    columns = [
        Col("A"),
        Col("N", "number"),
        Col("M", "money"),
        Col("S", "share"),
        Col("D", "date"),
        Col("L", "level"),
    ]
    rows = [["x", 1, 1500, 0.5, DAY, 2], ["y", 2.5, None, None, None, "2 / 3"]]
    table = lay_out(small(DataTable("T", columns, rows))).runs[0].items[-1]
    assert isinstance(table, PrintedTable)
    assert table.rows == [
        ["x", "1,0", "1.500", "50,0%", "22 November 2026", "2"],
        ["y", "2,5", "–", "–", "–", "2 / 3"],
    ]
    assert table.titles == ["A", "N", "M (Rp)", "S", "D", "L"]
    assert table.aligns == ["left", "right", "right", "right", "left", "center"]


def test_a_total_row_has_no_marks_for_absent_cells_and_its_words_span_them() -> None:
    columns = [Col("No", "number"), Col("Nama"), Col("JP", "number"), Col("Ket.")]
    table = (
        lay_out(small(DataTable("T", columns, [[1, "Siti", 20, "x"]], ["Jumlah", None, 20, None])))
        .runs[0]
        .items[-1]
    )
    assert isinstance(table, PrintedTable)
    assert table.total == ["Jumlah", "", "20", ""]
    assert table.span == 2


def test_money_in_a_figure_says_rupiah() -> None:
    figures = (
        lay_out(small(Figures([Figure("Pagu", 1500, "money"), Figure("Orang", 5721)]))).runs[0].items[-1]
    )
    assert isinstance(figures, PrintedFigures)
    assert [figure.value for figure in figures.items] == ["Rp\u00a01.500", "5.721"]


def test_tables_are_numbered_through_the_document() -> None:
    tables = [item for run in lay_out(plan()).runs for item in run.items if isinstance(item, PrintedTable)]
    assert [table.label for table in tables] == ["Tabel 1", "Tabel 2", "Tabel 3"]


def test_a_regulation_nobody_verified_is_marked() -> None:
    basis = [LegalBasis("UU 1"), LegalBasis("PP 2", verified=False)]
    items = lay_out(small(legal_basis=basis)).runs[0].items
    assert items[:3] == [
        Heading("Dasar Hukum"),
        Numbered(["UU 1", "PP 2*"]),
        Paragraph("* Belum dicocokkan dengan naskah resminya."),
    ]


def test_signatures_stand_before_the_annexes() -> None:
    items = [item for run in lay_out(plan()).runs for item in run.items]
    at = next(at for at, item in enumerate(items) if isinstance(item, Signatures))
    assert isinstance(items[at + 1], Heading)
    assert items[at + 1].label == "LAMPIRAN I"
    assert sum(isinstance(item, Signatures) for item in items) == 1


def test_the_running_title_is_one_short_line() -> None:
    assert lay_out(small(title="Rencana\nTahunan")).running == "Rencana Tahunan"
    long = lay_out(small(title="Rencana " * 400)).running
    assert len(long) <= 100
    assert long.endswith("…")
