"""Where the header is, whatever stands above, within and below it."""

from __future__ import annotations

import io

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from asah.portal.base.sheets import Note, Sheet, read_sheet

BUDI = ("198503152010011001", "Budi", "Analis", "2020-01-05")
SITI = ("199001012015042001", "Siti", "Perawat", "2021-01-05")


def read(*rows: tuple[object, ...], merges: tuple[str, ...] = ()) -> Sheet:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    for row in rows:
        page.append(row)
    for reference in merges:
        page.merge_cells(reference)
    target = io.BytesIO()
    book.save(target)
    return read_sheet(target.getvalue(), "x.xlsx")


def test_titles_above_the_header_are_passed_over() -> None:
    sheet = read(
        ("DAFTAR PEGAWAI",),
        ("Unit kerja:", "Dinas Pendidikan"),
        (),
        ("NIP", "Nama", "Jabatan", "TMT"),
        BUDI,
        merges=("A1:D1",),
    )
    assert (sheet.header_row, sheet.columns) == (4, ("NIP", "Nama", "Jabatan", "TMT"))
    assert sheet.rows == [(5, BUDI)]
    assert sheet.warnings == ()


def test_two_header_rows_are_joined_only_where_needed() -> None:
    sheet = read(
        ("NIP", "Nama", "Jabatan", None, "Golongan", None, None),
        (None, None, "Nama", "TMT", "Ruang", "TMT", "Masa kerja"),
        ("198503152010011001", "Budi", "Analis", "2020-01-05", "III/a", "2019-04-01", "9"),
        merges=("A1:A2", "B1:B2", "C1:D1", "E1:G1"),
    )
    assert sheet.columns == (
        "NIP", "Nama", "Jabatan / Nama", "Jabatan / TMT", "Ruang", "Golongan / TMT", "Masa kerja",
    )  # fmt: skip
    assert (sheet.header_row, [number for number, _ in sheet.rows]) == (2, [3])


def test_a_bare_name_below_a_group_about_the_person_is_the_persons() -> None:
    sheet = read(
        ("Identitas", None, "Jabatan", None),
        ("NIP", "Nama", "Nama", "TMT"),
        BUDI,
        merges=("A1:B1", "C1:D1"),
    )
    assert sheet.columns == ("NIP", "Nama", "Jabatan / Nama", "Jabatan / TMT")


def test_two_header_rows_without_merged_cells_are_joined_too() -> None:
    content = "NIP;Nama;Jabatan;;Unit\n;;Nama Jabatan;TMT;\n198503152010011001;Budi;Analis;2020-01-05;Dinas\n"
    sheet = read_sheet(content.encode(), "x.csv")
    assert sheet.columns == ("NIP", "Nama", "Nama Jabatan", "Jabatan / TMT", "Unit")
    assert [number for number, _ in sheet.rows] == [3]


def test_a_single_header_with_a_blank_name_does_not_swallow_the_first_row() -> None:
    sheet = read(("NIP", None, "Jabatan", "TMT"), BUDI, SITI)
    assert sheet.columns == ("NIP", "", "Jabatan", "TMT")
    assert sheet.rows == [(2, BUDI), (3, SITI)]
    assert sheet.warnings == (Note("unnamed_columns", {"places": "B", "count": 1}),)


def test_a_row_that_counts_the_columns_is_no_data() -> None:
    sheet = read(("NIP", "Nama", "Jabatan", "TMT"), (1, 2, 3, 4), BUDI)
    assert sheet.rows == [(3, BUDI)]
    assert sheet.warnings == (Note("numbering_row", {"row": 2}),)


def test_a_header_that_is_printed_again_is_no_data() -> None:
    header = ("NIP", "Nama", "Jabatan", "TMT")
    sheet = read(header, BUDI, header, SITI)
    assert sheet.rows == [(2, BUDI), (4, SITI)]
    assert sheet.warnings == (Note("header_again", {"places": "3", "count": 1}),)


def test_columns_of_the_same_name_are_told() -> None:
    sheet = read(("NIP", "Nama", "nama", "TMT"), BUDI)
    assert sheet.columns == ("NIP", "Nama", "nama", "TMT")
    assert sheet.warnings == (Note("header_twice", {"places": "Nama, nama", "count": 2}),)


def test_the_margin_is_no_column_and_rows_keep_their_numbers() -> None:
    sheet = read((), (), (None, "NIP", None, "Nama"), (None, BUDI[0], None, "Budi"))
    assert (sheet.header_row, sheet.columns, sheet.rows) == (3, ("NIP", "Nama"), [(4, (BUDI[0], "Budi"))])


def test_a_list_of_one_column_is_read() -> None:
    assert read(("NIP",), (BUDI[0],)).rows == [(2, (BUDI[0],))]
