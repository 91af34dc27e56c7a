"""Workbooks as offices send them, and as nobody should."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from asah.portal.base.sheets import Note, Sheet, SheetError, archive, read_sheet, sheet, without_columns
from asah.portal.base.sheets import workbook as workbooks

HEADER = ("NIP", "Nama", "Jabatan")
ROW = ("198503152010011001", "Budi Santoso", "Analis Kebijakan")


def workbook(*rows: Sequence[object], then: Callable[[Worksheet], object] | None = None) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "Pegawai"
    for row in rows:
        page.append(row)
    if then is not None:
        then(page)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def refusal(content: bytes | Path, name: str = "pegawai.xlsx", sheet: str | None = None) -> tuple[Note, ...]:
    with pytest.raises(SheetError) as caught:
        read_sheet(content, name, sheet=sheet)
    return caught.value.problems


def codes(read: Sheet) -> list[str]:
    return [note.code for note in read.warnings]


def test_a_plain_workbook_comes_back_as_texts_with_the_rows_numbers() -> None:
    read = read_sheet(workbook(HEADER, ROW, (None, None, None), ROW), "pegawai.xlsx")
    assert read == Sheet(
        name="Pegawai", sheets=("Pegawai",), header_row=1, columns=HEADER, rows=[(2, ROW), (4, ROW)]
    )


def test_a_workbook_is_read_from_a_path_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_bytes(workbook(HEADER, ROW))
    assert read_sheet(path, "pegawai.csv").rows == [(2, ROW)]


def test_numbers_days_and_truth_are_shown_as_a_person_writes_them() -> None:
    row = (7.0, 2.5, dt.date(2020, 1, 5), dt.datetime(2020, 1, 5, 13, 30), dt.time(8, 15), True)
    read = read_sheet(workbook(("a", "b", "c", "d", "e", "f"), row), "x")
    assert read.rows[0][1] == ("7", "2.5", "2020-01-05", "2020-01-05 13:30:00", "08:15:00", "true")


def test_unseen_characters_are_cleaned_from_cells_and_header() -> None:
    row = ("'198503152010011001", "\u00a0Budi\u00a0Santoso \u200b", "Analis\ufeff Kebijakan")
    read = read_sheet(workbook(("NIP\u200b", " Nama\nLengkap ", "Jabatan"), row), "x")
    assert read.columns == ("NIP", "Nama Lengkap", "Jabatan")
    assert read.rows == [(2, ROW)]


def test_a_number_of_more_than_fifteen_digits_is_told_as_damaged_and_not_rounded() -> None:
    read = read_sheet(workbook(HEADER, (198503152010011001, "Budi", "Analis")), "x")
    assert read.rows[0][1][0] == "1.98503152010011E+17"
    assert read.warnings == (Note("digits_lost", {"places": "A2", "count": 1}),)


def test_a_number_of_fifteen_digits_is_whole() -> None:
    read = read_sheet(workbook(HEADER, (198503152010011, "Budi", "Analis")), "x")
    assert read.rows[0][1][0] == "198503152010011"
    assert read.warnings == ()


def test_formulas_without_results_are_refused_with_their_cells() -> None:
    content = workbook(HEADER, ROW, then=lambda page: page.append(("=1+1", "=A2", "x")))
    assert refusal(content) == (Note("formulas_without_result", {"places": "A3, B3", "count": 2}),)


def test_formulas_with_results_are_read_as_their_results() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_formula(1, 0, '="1985"&"x"', None, "1985x")
        page.write_formula(1, 1, "=1+1", None, 2)
        page.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    read = read_sheet(target.getvalue(), "x")
    assert read.rows == [(2, ("1985x", "2", "#DIV/0!"))]
    assert read.warnings == (Note("error_cells", {"places": "C2", "count": 1}),)


def test_an_empty_text_is_the_result_of_a_formula() -> None:
    def emptied(xml: bytes) -> bytes:
        return xml.replace(b'<c r="C2"/>', b"").replace(
            b"</row></sheetData>", b'<c r="C2" t="str"><f>IF(1=1,"","x")</f><v></v></c></row></sheetData>'
        )

    content = changed(workbook(HEADER, ("1", "Budi")), "xl/worksheets/sheet1.xml", emptied)
    assert read_sheet(content, "x").rows == [(2, ("1", "Budi", ""))]


def test_merged_cells_among_the_data_are_told() -> None:
    content = workbook(HEADER, ROW, (None, "Siti", "Analis"), then=lambda page: page.merge_cells("A2:A3"))
    read = read_sheet(content, "x")
    assert read.rows == [(2, ROW), (3, ("", "Siti", "Analis"))]
    assert read.warnings == (Note("merged_cells", {"places": "A2:A3", "count": 1}),)


def test_hidden_sheets_are_told_and_not_read() -> None:
    def hide(page: Worksheet) -> None:
        book = page.parent
        assert book is not None
        for name, state in (("Gaji", "hidden"), ("Lama", "veryHidden"), ("Lain", "visible")):
            other = book.create_sheet(name, 0)
            other.append(("Rahasia", "Isi"))
            other.append(("a", "b"))
            other.sheet_state = state
        book.move_sheet("Lain", 3)

    content = workbook(HEADER, ROW, then=hide)
    read = read_sheet(content, "x")
    assert (read.name, read.sheets, read.rows) == ("Pegawai", ("Pegawai", "Lain"), [(2, ROW)])
    assert read.warnings == (
        Note("hidden_sheets", {"places": "Lama, Gaji", "count": 2}),
        Note("other_sheets", {"sheet": "Pegawai", "places": "Lain", "count": 1}),
    )
    assert read_sheet(content, "x", sheet="Lain").rows == [(2, ("a", "b"))]
    assert refusal(content, sheet="Gaji") == (
        Note("no_such_sheet", {"sheet": "Gaji", "sheets": "Pegawai, Lain"}),
    )


def test_empty_sheets_before_the_filled_one_are_passed_over() -> None:
    def first(page: Worksheet) -> None:
        assert page.parent is not None
        page.parent.create_sheet("Kosong", 0)

    assert read_sheet(workbook(HEADER, ROW, then=first), "x").name == "Pegawai"


def test_a_workbook_without_anything_is_refused() -> None:
    assert [problem.code for problem in refusal(workbook())] == ["empty_sheet"]


def test_a_header_without_rows_is_refused() -> None:
    assert refusal(workbook(HEADER)) == (Note("only_header", {"row": 1}),)


def test_more_than_two_hundred_columns_are_refused() -> None:
    names = [f"kolom {n}" for n in range(201)]
    assert refusal(workbook(names, names[::-1])) == (
        Note("too_many_columns", {"count": 201, "limit": sheet.MAX_COLUMNS}),
    )
    assert len(read_sheet(workbook(names[:200], names[200::-1][:200]), "x").columns) == 200


def test_more_than_sixty_thousand_rows_are_refused() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ("NIP", "Nama"))
        for row in range(1, 60_002):
            page.write_row(row, 0, ("1", "x"))
    assert refusal(target.getvalue()) == (Note("too_many_rows", {"limit": 60_000}),)


@pytest.mark.parametrize(
    ("cell", "code"),
    [("A70000", "too_many_rows"), ("ZZ5000", "too_many_cells"), ("ZZ50000", "unreadable_workbook")],
)
def test_a_stray_cell_far_away_is_refused_before_the_sheet_is_laid_out(
    cell: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def laid_out(*_: object) -> None:
        raise AssertionError("laid out")

    def stray(page: Worksheet) -> None:
        page[cell] = "x"

    content = workbook(HEADER, ROW, then=stray)
    monkeypatch.setattr(workbooks, "_load", laid_out)
    assert [problem.code for problem in refusal(content)] == [code]


def test_coloured_empty_cells_far_below_do_not_count() -> None:
    def coloured(page: Worksheet) -> None:
        page["A70000"].font = Font(bold=True)

    assert read_sheet(workbook(HEADER, ROW, then=coloured), "x").rows == [(2, ROW)]


def test_elements_with_a_prefix_are_read_like_others() -> None:
    def prefixed(xml: bytes) -> bytes:
        xml = xml.replace(b'<worksheet xmlns="', b'<worksheet xmlns:x="')
        return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml)

    rows = (HEADER, (198503152010011001, "Budi", "Analis"), (None, "Siti", "Perawat"))
    content = workbook(*rows, then=lambda page: page.merge_cells("A2:A3"))
    read = read_sheet(changed(content, "xl/worksheets/sheet1.xml", prefixed), "x")
    assert read.rows[0] == (2, ("1.98503152010011E+17", "Budi", "Analis"))
    assert codes(read) == ["digits_lost", "merged_cells"]


def test_a_file_of_more_than_twenty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(sheet.MAX_BYTES + 1)
    assert refusal(path) == (Note("too_large", {"size": 20, "limit": 20}),)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(200):
                part.write(bytes(1_000_000))

    def unpacked(*_: object) -> None:
        raise AssertionError("unpacked")

    monkeypatch.setattr(archive, "_copy", unpacked)
    assert refusal(target.getvalue()) == (Note("unpacks_too_large", {"size": 200, "limit": 150}),)


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(changed(workbook(HEADER, ROW), "xl/worksheets/sheet1.xml", lambda xml: xml * 1000))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(b"xl/worksheets/sheet1.xml")
        while at >= 0:
            start = content.rfind(signature, 0, at)
            if at - start in (30, 46):
                content[start + offset : start + offset + 4] = (100).to_bytes(4, "little")
            at = content.find(b"xl/worksheets/sheet1.xml", at + 1)
    assert refusal(bytes(content)) == (Note("damaged"),)


def test_entities_that_grow_are_refused() -> None:
    def grow(xml: bytes) -> bytes:
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + xml.partition(b"?>")[2]

    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        assert refusal(changed(workbook(HEADER, ROW), part, grow)) == (Note("damaged"),)


def test_a_truncated_workbook_is_refused_as_damaged() -> None:
    content = workbook(HEADER, ROW)
    assert refusal(content[: len(content) // 2]) == (Note("damaged"),)


def test_a_workbook_with_a_broken_part_is_refused_as_damaged() -> None:
    content = changed(workbook(HEADER, ROW), "xl/workbook.xml", lambda xml: xml[:40])
    assert refusal(content) == (Note("damaged"),)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Note("other_kind", {"kind": "PDF"})),
        (b"\x89PNG\r\n\x1a\n", Note("other_kind", {"kind": "PNG"})),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Note("old_workbook")),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            Note("password"),
        ),
        (b"<html><body><table><tr><td>NIP</td></tr></table>", Note("markup")),
        (b'<?xml version="1.0"?><Workbook></Workbook>', Note("markup")),
        (bytes(range(256)) * 8, Note("not_text")),
        (b"", Note("empty_file")),
        (b"\xef\xbb\xbf \r\n", Note("empty_file")),
    ],
)
def test_what_is_no_sheet_is_refused_though_it_is_called_xlsx(content: bytes, problem: Note) -> None:
    assert refusal(content) == (problem,)


@pytest.mark.parametrize(
    ("part", "text", "problem"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", Note("opendocument")),
        ("xl/workbook.bin", "x", Note("binary_workbook")),
        ("word/document.xml", "<x/>", Note("other_kind", {"kind": "Word"})),
        ("foto.jpg", "x", Note("other_kind", {"kind": "ZIP"})),
    ],
)
def test_other_archives_are_refused_with_what_they_are(part: str, text: str, problem: Note) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(part, text)
    assert refusal(target.getvalue()) == (problem,)


def test_columns_that_may_not_be_kept_leave_no_trace() -> None:
    read = read_sheet(workbook(("NIP", "NIK", "Nama"), ("1", "1502031503850001", "Budi")), "x")
    cleaned = without_columns(read, {1})
    assert (cleaned.columns, cleaned.rows) == (("NIP", "Nama"), [(2, ("1", "Budi"))])
    assert "1502031503850001" not in repr(cleaned)


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in source.namelist():
            data = source.read(name)
            packed.writestr(name, change(data) if name == part else data)
    return target.getvalue()
