"""CSV in the encodings and with the delimiters that offices use."""

from __future__ import annotations

import pytest
from django.utils import translation

from asah.portal.base.sheets import Note, SheetError, explain, messages, read_sheet

TEXT = "NIP;Nama;Jabatan\r\n198503152010011001;Andr\u00e9 Budi;Analis\r\n"
ROW = ("198503152010011001", "Andr\u00e9 Budi", "Analis")


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [
        ("utf-8", ()),
        ("utf-8-sig", ()),
        ("utf-16", ()),
        ("utf-16-le", (Note("encoding_guessed", {"encoding": "UTF-16"}),)),
        ("cp1252", (Note("encoding_guessed", {"encoding": "Windows-1252"}),)),
    ],
)
def test_every_usual_encoding_is_read_and_a_guess_is_told(encoding: str, notes: tuple[Note, ...]) -> None:
    sheet = read_sheet(TEXT.encode(encoding), "pegawai.csv")
    assert (sheet.columns, sheet.rows) == (("NIP", "Nama", "Jabatan"), [(2, ROW)])
    assert (sheet.name, sheet.sheets, sheet.warnings) == ("pegawai.csv", ("pegawai.csv",), notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    sheet = read_sheet(TEXT.replace(";", delimiter).encode(), "x")
    assert sheet.rows == [(2, ROW)]


def test_commas_in_names_do_not_hide_the_semicolon() -> None:
    content = 'NIP;Nama\n1;"Budi, S.Kom., M.T."\n2;Siti, S.E., M.M.\n3;Ani, S.H., M.H.\n'
    assert [cells[1] for _, cells in read_sheet(content.encode(), "x").rows] == [
        "Budi, S.Kom., M.T.", "Siti, S.E., M.M.", "Ani, S.H., M.H.",
    ]  # fmt: skip


def test_a_declared_delimiter_is_taken() -> None:
    assert read_sheet(f"sep=;\n{TEXT}".encode(), "x").rows == [(2, ROW)]


def test_a_line_end_within_quotation_marks_stays_in_its_cell() -> None:
    content = 'NIP,Nama,Jabatan\n1,"Budi\nSantoso",Analis\n\n2,Siti,Perawat\n'
    assert read_sheet(content.encode(), "x").rows == [
        (2, ("1", "Budi\nSantoso", "Analis")),
        (4, ("2", "Siti", "Perawat")),
    ]


def test_a_quotation_mark_left_open_is_refused_where_it_stands() -> None:
    content = 'NIP,Nama\n1,Budi\n2,"Siti\n3,Ani\n'
    with pytest.raises(SheetError) as caught:
        read_sheet(content.encode(), "x")
    assert caught.value.problems == (Note("open_quote", {"row": 3}),)


def test_a_quotation_mark_left_open_over_many_lines_is_told_as_such() -> None:
    content = 'NIP,Nama\n1,Budi\n2,"Siti\n' + "3,Ani\n" * 30_000
    with pytest.raises(SheetError) as caught:
        read_sheet(content.encode(), "x")
    assert caught.value.problems == (Note("open_quote", {"row": 3}),)


@pytest.mark.parametrize("length", [40_000, 2_000_000])
@pytest.mark.parametrize("quote", ["", '"'])
def test_one_cell_that_is_too_long_is_told_as_such(length: int, quote: str) -> None:
    content = f"NIP,Nama\n1,Budi\n2,{quote}{'x' * length}{quote}\n3,Ani\n"
    with pytest.raises(SheetError) as caught:
        read_sheet(content.encode(), "x")
    assert caught.value.problems == (Note("long_cell", {"row": 3, "limit": 32_767}),)


def test_a_row_with_too_many_cells_is_told() -> None:
    content = "NIP,Nama,Jabatan\n1,Budi,Analis\n2,Siti,S.Kom,Perawat\n"
    sheet = read_sheet(content.encode(), "x")
    assert sheet.ragged == {3}
    assert Note("ragged_rows", {"places": "3", "count": 1}) in sheet.warnings


def test_nul_characters_and_apostrophes_are_cleaned() -> None:
    content = "NIP,Nama,Jabatan\n'198503152010011001,Bu\0di,Ana\u200blis\n".encode()
    assert read_sheet(content, "x").rows == [(2, ("198503152010011001", "Budi", "Analis"))]


def test_text_without_a_header_is_refused() -> None:
    with pytest.raises(SheetError) as caught:
        read_sheet(b"198503152010011001,Budi,Analis\n199001012015042001,Siti,Perawat\n", "x")
    assert caught.value.problems == (Note("no_header", {"within": 15}),)


def test_every_note_says_what_is_wrong_and_how_to_mend_it() -> None:
    names = (
        "size",
        "limit",
        "kind",
        "count",
        "sheet",
        "sheets",
        "within",
        "row",
        "places",
        "encoding",
    )
    params = {**dict.fromkeys(names, "X"), "count": 2}
    for code in messages._MESSAGES:
        what, remedy = explain(Note(code, params))
        assert what.endswith((".", "X")), code
        assert remedy.endswith("."), code


def test_one_cell_is_told_as_one() -> None:
    with translation.override("en"):
        one, _remedy = explain(Note("digits_lost", {"count": 1, "places": "A2"}))
        two, _remedy = explain(Note("error_cells", {"count": 2, "places": "A2, A3"}))
    assert one.startswith("1 cell holds a number")
    assert two.startswith("2 cells show")
