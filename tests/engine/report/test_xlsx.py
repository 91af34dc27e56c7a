from __future__ import annotations

import math
import re
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from asah.engine.report import sheets, write_report, xlsx
from asah.engine.report.facts import gather
from asah.engine.tables import Tables, load
from engine.report.greedy import GreedyPlan, greedy_plan
from factories.problem import POLICY, tiny_problem, write_problem

SHEETS = [
    "Ringkasan",
    "Matriks",
    "Nama",
    "Ditunda",
    "Wajib",
    "Rekap unit",
    "Rekap bentuk",
    "Rekap sumber dana",
    "Kelas",
    "Anggaran",
]
HEADER = 4  # the row of headings, counted from one


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, region: Tables, region_plan: GreedyPlan) -> Path:
    folder = tmp_path_factory.mktemp("report")
    plan = region_plan
    write_report(folder, region, plan.frames, plan.summary, plan.simple_rules)
    return folder / "plan.xlsx"


@pytest.fixture(scope="module")
def values(book: Path) -> Workbook:
    """Cells as a program shows them that does not calculate: the cached values."""
    return openpyxl.load_workbook(book, data_only=True)


@pytest.fixture(scope="module")
def formulas(book: Path) -> Workbook:
    return openpyxl.load_workbook(book)


def _headings(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for cell in sheet[HEADER] if cell.value is not None]


def _column(sheet: Worksheet, heading: str, last: int | None = None) -> list[object]:
    """The cells under a heading, the sum at the end included unless ``last`` stops before."""
    at = _headings(sheet).index(heading) + 1
    return [sheet.cell(row, at).value for row in range(HEADER + 1, (last or _sum_row(sheet)) + 1)]


def _sum_row(sheet: Worksheet) -> int:
    return next(row for row in range(HEADER + 1, sheet.max_row + 2) if sheet.cell(row, 1).value == "Jumlah")


def _total(sheet: Worksheet) -> int:
    """The sum of money of a sheet: the last one named so, or the budget of the matrix."""
    heading = "(g) Anggaran (Rp)" if sheet.title == "Matriks" else "Jumlah (Rp)"
    return int(str(_column(sheet, heading)[-1]))


def test_workbook_has_its_sheets_in_order(values: Workbook) -> None:
    assert values.sheetnames == SHEETS


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "Ringkasan"])
def test_no_two_columns_of_a_sheet_have_the_same_heading(values: Workbook, name: str) -> None:
    headings = _headings(values[name])
    assert len(headings) == len(set(headings)) > 3


@pytest.mark.parametrize(
    "name", ["Matriks", "Nama", "Rekap unit", "Rekap bentuk", "Rekap sumber dana", "Kelas"]
)
def test_every_recap_comes_to_the_total_to_the_rupiah(
    values: Workbook, region_plan: GreedyPlan, name: str
) -> None:
    assert _total(values[name]) == region_plan.summary["spent_idr"]["total"]


def test_sums_are_formulas_whose_cached_values_are_right(formulas: Workbook, values: Workbook) -> None:
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                match = re.fullmatch(r"=SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", str(cell.value))
                if match:
                    column, first, last = match[1], int(match[2]), int(match[3])
                    shown = values[sheet.title]
                    parts = [shown[f"{column}{at}"].value for at in range(first, last + 1)]
                    whole = math.fsum(part for part in parts if part is not None)
                    assert shown[cell.coordinate].value == pytest.approx(whole, abs=1e-9)
                    assert last + 1 == cell.row  # the sum leaves no row out
                    checked += 1
    assert checked > 20


def test_references_between_sheets_point_at_the_sums(formulas: Workbook, values: Workbook) -> None:
    sheet = formulas["Anggaran"]
    seen = {}
    for row in range(1, sheet.max_row + 1):
        match = re.fullmatch(r"='(.+)'!\$([A-Z]+)\$(\d+)", str(sheet.cell(row, 4).value))
        if match:
            seen[match[1]] = values[match[1]][f"{match[2]}{match[3]}"].value
            assert seen[match[1]] == values["Anggaran"].cell(row, 4).value
    assert set(seen) == {"Matriks", "Nama", "Rekap unit", "Rekap bentuk", "Rekap sumber dana", "Kelas"}
    assert len(set(seen.values())) == 1


def test_agreement_of_the_sums_is_said(values: Workbook) -> None:
    cells = {row[0].value: row[3].value for row in values["Anggaran"].iter_rows()}
    assert cells["Semuanya sama?"] == "cocok"


def test_money_of_the_summary_is_that_of_the_plan(values: Workbook, region_plan: GreedyPlan) -> None:
    cells = {row[0].value: row[1].value for row in values["Ringkasan"].iter_rows()}
    assert cells["Uang terpakai"] == region_plan.summary["spent_idr"]["total"]
    assert cells["Kesenjangan yang ditutup (poin)"] == pytest.approx(region_plan.summary["closed_points"])


def test_summary_tells_the_proof_in_words(values: Workbook) -> None:
    text = " ".join(str(row[0].value) for row in values["Ringkasan"].iter_rows())
    assert "Tidak ada rencana dengan aturan dan uang yang sama" in text
    assert "asah check" in text


def test_matrix_has_the_seven_contents_of_the_law(values: Workbook, region_plan: GreedyPlan) -> None:
    headings = _headings(values["Matriks"])
    letters = [re.match(r"\((\w)\)", heading) for heading in headings]
    assert [match[1] for match in letters if match] == list("abcdefg")
    opened = region_plan.frames["classes"].filter(pl.col("classes") > 0)
    assert len(_column(values["Matriks"], "Kode")[:-1]) == opened.height
    assert set(_column(values["Matriks"], "Isi Pasal 207")[:-1]) == {"lengkap"}


def test_everybody_stands_once_planned_or_left_out(
    values: Workbook, region: Tables, region_plan: GreedyPlan
) -> None:
    planned = _column(values["Nama"], "NIP atau kode")[:-1]
    left_out = _column(values["Ditunda"], "NIP atau kode")[:-1]
    assert len(planned) == region_plan.frames["enrolments"].height
    assert len(left_out) == len(set(left_out))
    assert set(planned).isdisjoint(left_out)
    assert set(planned) | set(left_out) == set(region["people"]["person_id"])


def test_a_plan_gives_the_same_bytes_whenever_it_is_written(
    tmp_path: Path, book: Path, region: Tables, region_plan: GreedyPlan
) -> None:
    plan = region_plan
    write_report(tmp_path, region, plan.frames, plan.summary, plan.simple_rules)
    assert (tmp_path / "plan.xlsx").read_bytes() == book.read_bytes()
    assert openpyxl.load_workbook(book).properties.created == datetime(2027, 1, 1)


def test_identifiers_stay_text(values: Workbook) -> None:
    assert all(isinstance(cell, str) for cell in _column(values["Nama"], "NIP atau kode")[:-1])


def test_left_out_gives_a_sentence_for_everybody(values: Workbook) -> None:
    reasons = _column(values["Ditunda"], "Alasan")[:-1]
    assert reasons
    assert all(isinstance(reason, str) and reason.endswith(".") for reason in reasons)


def test_kinds_of_employment_are_words(values: Workbook) -> None:
    shown = set(map(str, _column(values["Ditunda"], "Kepegawaian")[:-1]))
    assert "PPPK paruh waktu" in shown
    assert not [kind for kind in shown if "_" in kind]


def test_mandates_missed_are_all_there_by_name(values: Workbook, region_plan: GreedyPlan) -> None:
    missed = [row["person_id"] for row in region_plan.summary["mandates_missed"]]
    sheet = values["Wajib"]
    assert missed
    assert _column(sheet, "NIP atau kode", sheet.max_row) == missed
    assert all(str(why).endswith(".") for why in _column(sheet, "Alasan", sheet.max_row))


@pytest.mark.parametrize("name", [name for name in SHEETS if name not in ("Ringkasan", "Anggaran")])
def test_sheets_are_ready_for_the_screen_and_for_paper(formulas: Workbook, name: str) -> None:
    sheet = formulas[name]
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref
    assert sheet.page_setup.orientation == "landscape"
    assert int(sheet.page_setup.paperSize) == 9
    assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
    assert all(letter.width > 4 for letter in sheet.column_dimensions.values())
    assert "Halaman" in sheet.oddFooter.right.text


def test_numbers_and_dates_have_indonesian_formats(formulas: Workbook) -> None:
    sheet = formulas["Kelas"]
    begins, money = (_headings(sheet).index(heading) + 1 for heading in ("Mulai", "Jumlah (Rp)"))
    dated = next(row for row in range(HEADER + 1, _sum_row(sheet)) if sheet.cell(row, begins).value)
    assert sheet.cell(dated, begins).number_format == "[$-421]d mmmm yyyy"
    assert sheet.cell(dated, money).number_format.startswith('[$-421]"Rp"#,##0')


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    problem = tiny_problem()
    people = problem["people"].with_columns(
        pl.when(pl.col("person_id") == "P1")
        .then(pl.lit('=HYPERLINK("http://a")'))
        .otherwise("name")
        .alias("name")
    )
    programmes = problem["programmes"].with_columns(pl.format("@{}", "name").alias("name"))
    tables = load(write_problem(tmp_path / "in", tiny_problem(people=people, programmes=programmes)), "plan")
    plan = greedy_plan(tables)
    write_report(tmp_path, tables, plan.frames, plan.summary)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    cells = [cell for row in book["Nama"].iter_rows(min_row=HEADER + 1) for cell in row]
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=H", "@"))]
    assert {str(cell.value)[0] for cell in risky} == {"=", "@"}
    assert {cell.data_type for cell in risky} <= {"s", "inlineStr"}
    assert all(cell.quotePrefix for cell in risky)


def test_blanks_the_law_asks_for_are_called_blanks(
    tmp_path: Path, tiny: Tables, tiny_plan: GreedyPlan
) -> None:
    write_report(tmp_path, tiny, tiny_plan.frames, tiny_plan.summary)
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)["Matriks"]
    assert set(_column(sheet, "(d) Penyelenggara")[:-1]) == {"BELUM DIISI"}
    assert set(_column(sheet, "Isi Pasal 207")[:-1]) == {"BELUM LENGKAP: penyelenggara, kesesuaian kurikulum"}


def test_what_has_no_place_is_online_only_where_its_form_is(values: Workbook) -> None:
    for name in ("Kelas", "Matriks"):
        sheet = values[name]
        form = "Jenis dan jalur" if name == "Kelas" else "(c) Jenis dan jalur"
        shown = set(zip(_column(sheet, form)[:-1], _column(sheet, "Tempat")[:-1], strict=True))
        online = {str(form).partition(" (")[0] for form, place in shown if place == "daring"}
        assert online <= {"E-learning", "Pelatihan jarak jauh"}
        assert ("Coaching (nonklasikal)", "di tempat kerja") in shown


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: Tables, region_plan: GreedyPlan
) -> None:
    plan = region_plan
    most = plan.frames["enrolments"].height // 3 + 1
    monkeypatch.setattr(xlsx, "MOST_ROWS", most)
    xlsx.write_xlsx(tmp_path / "plan.xlsx", gather(region, plan.frames, plan.summary), region, plan.frames)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)
    parts = ["Nama", "Nama 2", "Nama 3"]
    assert [name for name in book.sheetnames if name.startswith("Nama")] == parts
    assert sum(_total(book[name]) for name in parts) == plan.summary["spent_idr"]["total"]
    cells = {row[0].value: row[3].value for row in book["Anggaran"].iter_rows()}
    assert cells["Jumlah lembar Nama"] == plan.summary["spent_idr"]["total"]


def test_a_plan_of_nobody_is_a_whole_workbook(tmp_path: Path) -> None:
    folder = write_problem(tmp_path / "in", tiny_problem(), POLICY)
    tables = load(folder, "plan")
    plan = greedy_plan(tables, programmes_each=0)
    write_report(tmp_path, tables, plan.frames, plan.summary)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)
    assert book.sheetnames == SHEETS
    assert _total(book["Nama"]) == 0
    assert len(_column(book["Ditunda"], "Nama")[:-1]) == 6


def test_a_workbook_that_cannot_be_written_is_an_os_error_and_leaves_nothing(
    tmp_path: Path, tiny: Tables, tiny_plan: GreedyPlan
) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_report(tmp_path / "nowhere", tiny, tiny_plan.frames, tiny_plan.summary)
    facts = gather(tiny, tiny_plan.frames, tiny_plan.summary)
    (tmp_path / "plan.xlsx").mkdir()
    with pytest.raises(IsADirectoryError):
        xlsx.write_xlsx(tmp_path / "plan.xlsx", facts, tiny, tiny_plan.frames)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.xlsx"]


def test_rows_that_a_sheet_holds_leave_room_for_sums_and_signatures() -> None:
    assert sheets.HEADER_ROW + sheets.MOST_ROWS + 20 < 1_048_576
