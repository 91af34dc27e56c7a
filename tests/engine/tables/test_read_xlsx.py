"""A workbook says the same as a folder of CSV; what a spreadsheet lost is told, never passed as blank."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from asah.engine.errors import Finding
from asah.engine.tables import SCHEMA, examine, read_xlsx
from asah.engine.tables.cells import type_cells
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import tell
from asah.engine.tables.raw import Raw
from asah.engine.tables.read_xlsx import Workbook, open_workbook, read_sheet


def write(path: Path, sheet: str, rows: list[list[object]], at: tuple[int, int] = (0, 0)) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd mmm yyyy"})
        page = book.add_worksheet(sheet)
        for r, row in enumerate(rows, start=at[0]):
            for c, cell in enumerate(row, start=at[1]):
                if isinstance(cell, dt.date):
                    page.write_datetime(r, c, cell, day)
                elif isinstance(cell, str) and cell.startswith("="):
                    page.write_formula(r, c, cell, None, "#N/A")
                elif isinstance(cell, str):
                    page.write_string(r, c, cell)
                elif cell is not None:
                    page.write(r, c, cell)
    return path


def read(path: Path, table: str) -> Raw:
    workbook = open_workbook(path)
    assert isinstance(workbook, Workbook)
    return read_sheet(workbook, table, SCHEMA[table], "plan")


def typed(path: Path, table: str) -> tuple[list[tuple[object, ...]], tuple[Finding, ...]]:
    raw = read(path, table)
    cells = type_cells(raw, "")
    assert raw.frame is not None
    return cells.frame.select(raw.frame.columns).rows(), tell((*raw.findings, *cells.findings))


def test_text_numbers_and_dates_come_as_they_are(tmp_path: Path) -> None:
    path = write(
        tmp_path / "b.xlsx",
        "people",
        [
            ["person_id", "unit_id", "place_id", "employment", "retires_on", "jp_done"],
            ["007", 12, "A", "PNS", dt.date(2030, 6, 1), 0.1],
            ["197112052005011900", "B", "A", "PPPK", "2031-01-31", 1 / 3],
        ],
    )
    rows, findings = typed(path, "people")
    assert findings == ()
    assert rows == [
        (2, "007", "12", "A", "PNS", dt.date(2030, 6, 1), 0.1),
        (3, "197112052005011900", "B", "A", "PPPK", dt.date(2031, 1, 31), 0.3333333333333333),
    ]


@pytest.mark.parametrize("number", [1e-12, 1 / 3, 123456.123456789, 2e-9, 0.1 + 0.2, 5.0, 654321.987654321])
def test_numbers_keep_the_digits_a_workbook_keeps(tmp_path: Path, number: float) -> None:
    path = write(tmp_path / "b.xlsx", "travel", [["from_place_id", "to_place_id", "cost_idr"], ["A", "B", 5]])
    header = ["person_id", "competency_id", "gap_levels", "weight"]
    path = write(tmp_path / "b.xlsx", "needs", [header, ["A", "B", 1, number]])
    ((_, _, _, _, weight),), _ = typed(path, "needs")
    assert weight == float(f"{number:.16g}")


def test_a_number_typed_into_an_identifier_is_its_digits_and_a_long_one_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "units", [["unit_id", "name"], [12, "x"], [197112052005011901, "y"]])
    rows, findings = typed(path, "units")
    assert rows == [(2, "12", "x"), (3, None, "y")]
    assert [(f.row, f.value, f.what[:23]) for f in findings] == [
        (3, "1.97112052005012E+17", "this number was damaged")
    ]


def test_row_numbers_are_those_of_the_sheet_wherever_the_table_stands(tmp_path: Path) -> None:
    path = write(
        tmp_path / "b.xlsx", "units", [["unit_id", "name"], ["A", "x"], ["", ""], ["B", None]], at=(4, 2)
    )
    raw = read(path, "units")
    assert raw.frame is not None
    assert raw.frame.rows() == [(6, "A", "x"), (8, "B", None)]
    assert tell(raw.findings) == (finding("blank_row", "units", row=7),)


def test_an_empty_column_between_is_no_column(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "units", [["unit_id", None, "name"], ["A", None, "x"]])
    assert typed(path, "units") == ([(2, "A", "x")], ())


def test_error_values_and_formulas_without_a_result_are_not_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "units"
    for row in (
        ["unit_id", "name", "parent_id"],
        ["A", "x", "#REF!"],
        ["B", "=1+1", None],
        ["C", "y", "=NA()"],
    ):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    rows, findings = typed(tmp_path / "b.xlsx", "units")
    assert rows == [(2, "A", "x", None), (3, "B", None, None), (4, "C", "y", None)]
    assert findings == (
        finding("spreadsheet_error", "units", row=2, column="parent_id", value="#REF!"),
        finding("formula_unsaved", "units", row=3, column="name"),
        finding("formula_unsaved", "units", row=4, column="parent_id"),
    )


def test_the_error_of_a_saved_formula_is_told_wherever_the_table_stands(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "units", [["unit_id", "name"], ["A", "x"], ["=NA()", "y"]], at=(2, 3))
    assert typed(path, "units")[1] == (
        finding("spreadsheet_error", "units", row=5, column="unit_id", value="#N/A"),
    )


@pytest.mark.parametrize("limit", ["MAX_ROWS", "MAX_CELLS"])
def test_a_workbook_of_more_rows_or_cells_than_an_office_has_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = write(tmp_path / "b.xlsx", "units", [["unit_id", "name"], ["A", "x"], ["B", "y"]])
    monkeypatch.setattr(read_xlsx, limit, 3 if limit == "MAX_ROWS" else 6)
    assert isinstance(open_workbook(path), Workbook)
    monkeypatch.setattr(read_xlsx, limit, 2 if limit == "MAX_ROWS" else 5)
    rows, cells = read_xlsx.MAX_ROWS, read_xlsx.MAX_CELLS // 10**6
    assert open_workbook(path) == finding("too_many_cells", "b.xlsx", rows=rows, cells=cells)


def test_a_number_that_became_a_date_is_told(tmp_path: Path) -> None:
    header = ["from_place_id", "to_place_id", "cost_idr"]
    path = write(tmp_path / "b.xlsx", "travel", [header, ["A", "B", dt.date(2027, 5, 1)]])
    assert typed(path, "travel")[1] == (
        finding("date_in_number", "travel", row=2, column="cost_idr", value="2027-05-01 00:00:00"),
    )


def test_an_empty_sheet_has_no_header(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "units", [])
    assert read(path, "units").findings == (finding("no_header", "units", row=1, columns="unit_id, name"),)


def test_an_unknown_sheet_is_ignored_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "unit", [["unit_id"]])
    assert (
        finding("unknown_sheet", "b.xlsx", value="unit", hint=" (perhaps units)")
        in examine(path, "plan").findings
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"name,unit\n", b"\x00" * 3000])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    assert open_workbook(path) == finding("not_a_workbook", "b.xlsx")


def test_a_zip_without_sheets_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("readme.txt", "t")
    assert open_workbook(tmp_path / "b.xlsx") == finding("not_a_workbook", "b.xlsx")


def test_a_protected_workbook_is_refused_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert open_workbook(path) == finding("protected_workbook", "b.xlsx")


def test_a_damaged_byte_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "units", [["unit_id", "name"], ["A", "x"]])
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    data[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    assert open_workbook(path) == finding("not_a_workbook", "b.xlsx")


def test_a_compression_that_python_does_not_know_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.xlsx", "units", [["unit_id", "name"], ["A", "x"]])
    data = path.read_bytes()
    # the method stands 8 bytes into the header of a part and 10 into its entry of the directory
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        parts = data.split(mark)
        data = mark.join([parts[0], *(part[: at - 4] + b"\x63\0" + part[at - 2 :] for part in parts[1:])])
    path.write_bytes(data)
    with zipfile.ZipFile(path) as archive, pytest.raises(NotImplementedError):
        archive.read("xl/worksheets/sheet1.xml")
    assert open_workbook(path) == finding("not_a_workbook", "b.xlsx")


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_xlsx, "MAX_WORKBOOK_BYTES", 4_000_000)
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 1_000_000)
    assert path.stat().st_size < 10_000
    assert open_workbook(path) == finding("too_large", "b.xlsx", size=5, limit=4)


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 1_000_000)
    data = bytearray(path.read_bytes())
    size = struct.pack("<I", 1_000_000)
    while size in data:
        data[data.index(size) : data.index(size) + 4] = struct.pack("<I", 10)
    path.write_bytes(bytes(data))
    assert open_workbook(path) == finding("not_a_workbook", "b.xlsx")


@pytest.mark.parametrize("cell", [(1_048_575, 16_383), (1_048_575, 40), (5, 30_000 // 2)])
def test_a_stray_cell_far_away_does_not_eat_the_memory(tmp_path: Path, cell: tuple[int, int]) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        page = book.add_worksheet("units")
        page.write_row(0, 0, ["unit_id", "name"])
        page.write_row(1, 0, ["A", "x"])
        page.write(*cell, "!")
    opened = open_workbook(tmp_path / "b.xlsx")
    if (cell[0] + 1) * (cell[1] + 1) > read_xlsx.MAX_RECTANGLE:
        assert opened == finding("stray_cells", "b.xlsx", limit=30)
    else:
        assert isinstance(opened, Workbook)


def test_a_row_number_beyond_every_sheet_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", "units", [["unit_id", "name"], ["A", "x"]])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b'"A2"', b'"A99999999"'))
    assert open_workbook(tmp_path / "b.xlsx") == finding("stray_cells", "b.xlsx", limit=30)
