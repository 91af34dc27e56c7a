from __future__ import annotations

import re

import pytest

from asah.portal.documents.actions import (
    Bullets,
    Col,
    DataTable,
    Document,
    Figure,
    Figures,
    LegalBasis,
    Letterhead,
    Note,
    Paragraph,
    Section,
    Signature,
    TypesetError,
    render_pdf,
)
from portal.documents.hostile import HOSTILE
from portal.documents.sample import BY_NAME, DAY, matrix, name_rows, plan, small


def _pages(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in points, in the order they stand in the file."""
    boxes = re.findall(rb"/Type\s*/Page\b(?!s).*?/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf, re.DOTALL)
    return [(float(width), float(height)) for width, height in boxes]


def _titles(pdf: bytes) -> list[str]:
    """The texts of the bookmarks, which are those of the headings."""
    texts = []
    for raw in re.findall(rb"/Title(\(.{,400}?\)|<[0-9A-F]+>)/Dest ", pdf, re.DOTALL):
        if raw.startswith(b"<"):
            texts.append(bytes.fromhex(raw[1:-1].decode()).decode("utf-16"))
        else:
            texts.append(re.sub(rb"\\(.)", rb"\1", raw[1:-1], flags=re.DOTALL).decode("latin-1"))
    return texts


def test_a_pdf_is_tagged_for_readers_of_screens_in_its_language() -> None:
    made = render_pdf(plan())
    assert made.startswith(b"%PDF-1.7")
    assert re.search(rb"<pdfuaid:part>1<", made)
    assert b"/StructTreeRoot" in made
    assert re.search(rb"/Lang\s*\(id-ID\)", made)
    assert re.search(rb"/S\s*/TH\b", made)
    assert re.search(rb"/S\s*/Caption\b", made)
    assert re.search(rb"/Lang\s*\(en-GB\)", render_pdf(small(language="en")))


def test_headings_are_bookmarks_with_their_labels() -> None:
    titles = " | ".join(" ".join(title.split()) for title in _titles(render_pdf(plan())))
    assert "BAB I PENDAHULUAN" in titles
    assert "A. Latar belakang" in titles
    assert "LAMPIRAN I DAFTAR NAMA" in titles


def test_wide_tables_lie_and_the_rest_stands_on_paper_of_the_document() -> None:
    pages = _pages(render_pdf(plan()))
    assert {(round(width), round(height)) for width, height in pages} == {(595, 842), (842, 595)}
    assert (round(pages[-1][0]), round(pages[-1][1])) in {(595, 842), (842, 595)}
    f4 = _pages(render_pdf(plan(paper="f4")))
    assert {(round(width), round(height)) for width, height in f4} == {(609, 935), (935, 609)}


def test_the_day_it_was_made_is_the_day_of_the_document() -> None:
    made = render_pdf(small())
    assert re.search(rb"/CreationDate\s*\(D:20261122", made)
    assert b"D:2026112" in made
    assert len(set(re.findall(rb"D:(\d{8})", made))) == 1


def test_a_matrix_of_many_rows_goes_over_many_pages() -> None:
    made = render_pdf(small(matrix(200)))
    assert len(_pages(made)) > 10
    # A heading cell for each column on the first page; those of the other pages are not read out again.
    assert len(re.findall(rb"/S\s*/TH\b", made)) == 18


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_set_wherever_a_text_may_stand(text: str) -> None:
    words = text.strip() or "x"
    document = Document(
        title=words,
        date=DAY,
        subtitle=text,
        number=text,
        version_hash=text,
        letterhead=Letterhead(words, text, text, text),
        legal_basis=[LegalBasis(text)],
        sections=[
            Section(
                words,
                1,
                [
                    Paragraph(text),
                    Bullets([text]),
                    Note(text),
                    Figures([Figure(text, text, "text", text)]),
                    DataTable(words, [Col(text), Col("N", "number")], [[text, 1]], [text, 2], text),
                ],
            )
        ],
        signature=Signature(text, text, text, text, text),
    )
    assert render_pdf(document).startswith(b"%PDF")


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        "$ x^2 $ *tebal* _miring_",
        "<label> @ref // bukan",
        "\\u{41} `x` #{1+1}",
        '"); #pagebreak()',
    ],
)
def test_marks_of_typst_are_text_and_never_commands(text: str) -> None:
    made = render_pdf(small(sections=[Section(text, 1, [Paragraph(text)])]))
    assert text in _titles(made)
    assert len(_pages(made)) == 1


def test_a_row_higher_than_a_page_is_divided_and_not_lost() -> None:
    tall = DataTable("Tabel", [Col("A"), Col("B", width=5)], [["kata " * 6000, "b"]])
    assert len(_pages(render_pdf(small(tall)))) == 3


def test_a_document_without_anything_but_its_title_is_a_page() -> None:
    assert len(_pages(render_pdf(small(sections=[])))) == 1


def test_a_table_without_rows_is_set() -> None:
    assert render_pdf(small(DataTable("Kosong", [Col("A"), Col("B")], [])))


def test_a_list_of_a_thousand_names_is_set() -> None:
    table = DataTable("Nama", BY_NAME, name_rows(1000))
    assert len(_pages(render_pdf(small(table)))) > 15


def test_an_image_that_cannot_be_read_is_told() -> None:
    broken = Letterhead("Kabupaten Contoh", emblem=b"\x89PNG\r\n\x1a\n" + b"x" * 40)
    with pytest.raises(TypesetError, match="image"):
        render_pdf(small(letterhead=broken))
