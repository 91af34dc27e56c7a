from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from asah.portal.documents.actions import Col, DataTable, Document, Paragraph, Section, render_docx
from asah.portal.documents.actions.cleaning import clean
from portal.documents.hostile import HOSTILE
from portal.documents.sample import NIP, plan, small


def _open(document: Document) -> Any:
    return docx.Document(io.BytesIO(render_docx(document)))


def _texts(file: Any) -> list[str]:
    return [paragraph.text for paragraph in file.paragraphs]


def test_headings_have_the_styles_of_headings_with_their_labels() -> None:
    headings = [
        (p.style.name, p.text) for p in _open(plan()).paragraphs if p.style.name.startswith("Heading")
    ]
    assert headings[:4] == [
        ("Heading 1", "Dasar Hukum"),
        ("Heading 1", "BAB I  Pendahuluan"),
        ("Heading 2", "A.  Latar belakang"),
        ("Heading 1", "BAB II  Gambaran pegawai"),
    ]


def test_the_contents_are_a_field_whose_lines_lead_to_the_headings() -> None:
    file = _open(plan())
    codes = [code.text.strip() for code in file.element.iter(qn("w:instrText"))]
    assert codes[0].startswith("TOC ")
    marks = {mark.get(qn("w:name")) for mark in file.element.iter(qn("w:bookmarkStart"))}
    links = [link.get(qn("w:anchor")) for link in file.element.iter(qn("w:hyperlink"))]
    assert len(links) == 8
    assert set(links) <= marks
    begun = [mark.get(qn("w:fldCharType")) for mark in file.element.iter(qn("w:fldChar"))]
    assert begun.count("begin") == begun.count("end") == begun.count("separate")


def test_table_headings_are_repeated_and_rows_stay_whole() -> None:
    for table in _open(small(plan().sections[4].blocks[0])).tables:
        marks = [{mark.tag for mark in row._tr.trPr} for row in table.rows]
        assert marks[0] == {qn("w:cantSplit"), qn("w:tblHeader")}
        assert all(mark == {qn("w:cantSplit")} for mark in marks[1:])


def test_wide_tables_lie_on_sections_of_their_own() -> None:
    sections = _open(plan(paper="f4")).sections
    assert [section.orientation for section in sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    assert [round(section.page_width.mm) for section in sections] == [215, 330, 215]


def test_cells_are_written_as_people_read_them() -> None:
    columns = [Col("NIP"), Col("Biaya", "money"), Col("Bagian", "share")]
    (table,) = _open(
        small(DataTable("T", columns, [[NIP, 1_250_000, 0.5]], ["Jumlah", 1_250_000, None]))
    ).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["NIP", "Biaya (Rp)", "Bagian"],
        [NIP, "1.250.000", "50,0%"],
        ["Jumlah", "1.250.000", ""],
    ]
    assert table.rows[1].cells[1].paragraphs[0].alignment == 2


def test_the_file_says_who_made_it_when_and_in_which_language() -> None:
    about = _open(plan()).core_properties
    assert about.title == "Rencana Pengembangan Kompetensi"
    assert about.author == "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"
    assert about.created.replace(tzinfo=None) == about.modified.replace(tzinfo=None) == datetime(2026, 11, 22)
    assert about.language == "id-ID"
    styles = _open(small(language="en")).styles.element
    assert [lang.get(qn("w:val")) for lang in styles.find(qn("w:docDefaults")).iter(qn("w:lang"))] == [
        "en-GB"
    ]


def test_header_and_footer_show_the_title_the_page_and_the_version() -> None:
    section = _open(plan()).sections[0]
    assert section.header.paragraphs[0].text == "Rencana Pengembangan Kompetensi"
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("Versi 9f3ac51b7702 ")
    fields = [code.text.strip() for code in footer._p.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_the_signature_shows_post_name_rank_and_nip_in_a_row_that_stays_whole() -> None:
    (table,) = [t for t in _open(plan()).tables if len(t.rows) == 1]
    left, right = (cell.text.split("\n") for cell in table.rows[0].cells)
    assert right == [
        *("Bangko, 22 November 2026", "a.n. Rakyat", "Bupati Contoh"),
        *("Rahma Teladan", "Pembina Utama / IV/e", f"NIP {NIP}"),
    ]
    assert left == ["." * 30, "Sekretaris Daerah", "Budi Karangan"]
    assert table.rows[0]._tr.trPr.find(qn("w:cantSplit")) is not None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stands_in_the_file_as_it_was_typed(text: str) -> None:
    heading = text.strip()
    file = _open(
        small(sections=[Section(heading, 1, [Paragraph(text), DataTable("T", [Col(text)], [[text]])])])
    )
    texts = _texts(file)
    assert clean(heading) in [line.strip() for line in texts]
    assert clean(text) in texts
    assert [row.cells[0].text for row in file.tables[0].rows] == [clean(text)] * 2


def test_a_table_without_rows_says_so() -> None:
    (table,) = _open(small(DataTable("Kosong", [Col("A"), Col("B")], []))).tables
    assert [cell.text for cell in table.rows[1].cells] == ["Tidak ada baris."] * 2


def test_the_picture_of_the_template_is_not_in_the_file() -> None:
    names = zipfile.ZipFile(io.BytesIO(render_docx(small()))).namelist()
    assert [name for name in names if "thumbnail" in name] == []
