from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from asah.portal.documents.actions import Col, DataTable, Document, Figure, Figures, Paragraph, render_xlsx
from asah.portal.documents.actions.cleaning import clean
from portal.documents.hostile import HOSTILE
from portal.documents.sample import DAY, NIP, plan, small

HEAD = 4


def _open(document: Document) -> Any:
    return openpyxl.load_workbook(io.BytesIO(render_xlsx(document)))


def _values(sheet: Any, first: int = HEAD) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]


def test_a_workbook_has_a_cover_and_a_sheet_for_each_table() -> None:
    assert _open(plan()).sheetnames == ["Sampul", "Tabel 1", "Matriks", "Tabel 3"]
    assert _open(small(language="en")).sheetnames == ["Cover"]


def test_cells_hold_the_raw_values_and_an_absent_one_is_empty() -> None:
    columns = [
        Col("NIP"),
        Col("Biaya", "money"),
        Col("Bagian", "share"),
        Col("Hari", "date"),
        Col("JP", "number"),
    ]
    rows = [[NIP, 1_250_000, 0.345, DAY, 20.5], ["0123", None, None, None, 0]]
    sheet = _open(small(DataTable("T", columns, rows, ["Jumlah", 1_250_000, None, None, 20.5])))["Tabel 1"]
    assert _values(sheet) == [
        ["NIP", "Biaya (Rp)", "Bagian", "Hari", "JP"],
        [NIP, 1_250_000, 0.345, datetime(2026, 11, 22), 20.5],
        ["0123", None, None, None, 0],
        ["Jumlah", 1_250_000, None, None, 20.5],
    ]
    assert [cell.number_format for cell in sheet[HEAD + 1]] == [
        *("@", "[$-421]#,##0", "[$-421]0.0%", "[$-421]d mmmm yyyy", "[$-421]#,##0.0"),
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_text_and_never_a_formula(text: str) -> None:
    book = _open(
        small(Paragraph(text), DataTable("T", [Col(text)], [[text]], sheet=text), title=text.strip())
    )
    sheet = book.worksheets[1]
    for row in (HEAD, HEAD + 1):
        assert sheet.cell(row, 1).data_type == "s"
    assert sheet.cell(HEAD + 1, 1).value == clean(text)
    assert sheet.cell(HEAD + 1, 1).quotePrefix == text.startswith(("=", "@"))
    cells = [cell for one in book.worksheets for row in one.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_header_stays_in_sight_and_stands_on_every_page() -> None:
    sheet = _open(plan())["Matriks"]
    assert sheet.freeze_panes == f"A{HEAD + 1}"
    assert sheet.print_title_rows == f"${HEAD}:${HEAD}"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.auto_filter.ref == f"A{HEAD}:R{HEAD + 12}"


def test_a_wide_table_is_no_wider_than_can_be_read_on_paper() -> None:
    sheet = _open(plan())["Matriks"]
    widths = [sheet.column_dimensions[chr(ord("A") + at)].width for at in range(18)]
    assert sum(widths) < 300
    dates = sheet.column_dimensions["M"].width
    assert dates > len("22 September 2027")


def test_the_cover_holds_everything_that_is_no_table_and_leads_to_the_tables() -> None:
    cover = _open(plan())["Sampul"]
    told = [cell for row in _values(cover, 1) for cell in row if cell is not None]
    for text in (
        "Rencana Pengembangan Kompetensi",
        "BAB I  Pendahuluan",
        "• Dua.",
        f"NIP {NIP}",
        "22 November 2026",
    ):
        assert text in told
    assert "Belum diverifikasi: Angka belum dibaca." in told
    links = [cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'Tabel 1'!A1", "'Matriks'!A1", "'Tabel 3'!A1"]


def test_figures_of_the_cover_are_numbers_that_say_what_they_are() -> None:
    cover = _open(small(Figures([Figure("Pagu", 1_500, "money"), Figure("Bagian", 0.5, "share")])))["Sampul"]
    found = {row[0].value: row[1] for row in cover.iter_rows() if row[0].value in ("Pagu", "Bagian")}
    assert found["Pagu"].value == 1500
    assert '"Rp\u00a0"' in found["Pagu"].number_format
    assert found["Bagian"].value == 0.5


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (["A", "a", "A"], ["A", "a (2)", "A (3)"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 27 + " (2)"]),
        (["Sampul", "History", "[a]:b*c?/\\"], ["Sampul (2)", "History (2)", "a b c"]),
        (["'kutip'", "", "\U0001f600" * 20], ["kutip", "Tabel 2", "\U0001f600" * 15]),
    ],
)
def test_names_of_sheets_are_allowed_and_no_two_are_alike(asked: list[str], named: list[str]) -> None:
    tables = [DataTable("T", [Col("A")], [["a"]], sheet=name) for name in asked]
    assert _open(small(*tables)).sheetnames == ["Sampul", *named]


def test_the_file_says_when_it_was_made_and_what_it_is() -> None:
    about = _open(plan()).properties
    assert about.created == about.modified == datetime(2026, 11, 22)
    assert about.title == "Rencana Pengembangan Kompetensi"


def test_a_text_longer_than_a_cell_goes_on_in_the_next() -> None:
    cover = _open(small(Paragraph("kata " * 10_000)))["Sampul"]
    told = [row[0].value for row in cover.iter_rows() if row[0].value and "kata" in row[0].value]
    assert "".join(told) == "kata " * 10_000
