from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from asah.portal.ui.tables import ChoiceFilter, Column, Table

NIP = "198001012005011001"


@dataclass(frozen=True)
class Row:
    name: Any
    nip: str = NIP
    jp: float | Decimal | None = 12.5
    cost: int | None = 1500000
    day: date | None = date(2026, 11, 22)


TABLE = Table(
    name="people",
    caption="People & posts",
    columns=[
        Column("name", "Name", value=lambda row: row.name, order=True, search=True),
        Column("nip", "NIP", value=lambda row: row.nip, search=True),
        Column("jp", "JP", value=lambda row: row.jp, kind="number", order=True),
        Column("cost", "Cost", value=lambda row: row.cost, kind="money"),
        Column("day", "Day", value=lambda row: row.day, kind="date"),
    ],
    filters=[ChoiceFilter("jp", "JP", field=lambda row: row.jp, choices=[(12.5, "12.5")])],
)


def test_the_spaces_that_show_depth_on_a_page_are_no_part_of_a_name_in_a_file() -> None:
    rows = [Row("\u00a0\u00a0\u00a0\u00a0Dinas Uji")]
    assert _csv("?export=csv", rows)[1][0] == "Dinas Uji"
    assert _sheet("?export=xlsx", rows)["A2"].value == "Dinas Uji"


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def _file(query: str, rows: list[Row]) -> tuple[Any, bytes]:
    response: Any = TABLE.respond(RequestFactory().get(f"/people/{query}"), rows, template="none.html")
    return response, b"".join(response.streaming_content)


def _csv(query: str, rows: list[Row]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(_file(query, rows)[1].decode("utf-8-sig"))))


def _sheet(query: str, rows: list[Row]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(_file(query, rows)[1])).active


def test_the_file_holds_every_page_of_exactly_what_is_shown() -> None:
    rows = [Row(f"name {number:03d}", jp=12.5 if number % 2 else 3) for number in range(260)]
    query = "?q=name+7&sort=-name&page=2&jp=12.5&export="
    wanted = [
        f"name {number:03d}" for number in reversed(range(260)) if number % 2 and "7" in f"{number:03d}"
    ]
    assert [row[0] for row in _csv(query + "csv", rows)[1:]] == wanted
    assert [row[0] for row in _sheet(query + "xlsx", rows).iter_rows(min_row=2, values_only=True)] == wanted


def test_a_file_has_a_name_with_the_day_and_is_saved_and_not_shown() -> None:
    response, _content = _file("?export=xlsx", [Row("a")])
    day = timezone.localdate().isoformat()
    assert response["Content-Disposition"] == f'attachment; filename="people-posts-{day}.xlsx"'
    assert "spreadsheetml" in response["Content-Type"]
    assert _file("?export=csv", [])[0]["Content-Type"] == "text/csv; charset=utf-8"


def test_a_sheet_holds_numbers_days_and_text_as_what_they_are() -> None:
    sheet = _sheet("?export=xlsx", [Row("a"), Row("b", jp=None, cost=None, day=None)])
    first, second = list(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in first] == ["a", NIP, 12.5, 1500000, datetime(2026, 11, 22)]
    assert [cell.data_type for cell in first] == ["s", "s", "n", "n", "d"]
    assert [cell.value for cell in second] == ["b", NIP, None, None, None]
    assert [cell.value for cell in next(sheet.iter_rows(max_row=1))] == ["Name", "NIP", "JP", "Cost", "Day"]
    assert sheet.freeze_panes == "B2"


FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    assert _csv("?export=csv", [Row(text)])[1][0].startswith("'")
    cell = _sheet("?export=xlsx", [Row(text)])["A2"]
    assert cell.data_type == "s"
    assert cell.value.endswith(text.strip())


def test_a_formula_in_the_name_of_a_column_stays_text() -> None:
    table = Table(name="t", caption="=1", columns=[Column("a", "=1+1", value=lambda row: 1, kind="number")])
    response: Any = table.respond(RequestFactory().get("/?export=csv"), [1], template="none.html")
    assert b"".join(response.streaming_content).decode("utf-8-sig").startswith("'=1+1")


def test_a_negative_number_is_still_a_number() -> None:
    rows = [Row("a", jp=Decimal("-2.50"), cost=-3)]
    assert _csv("?export=csv", rows)[1][2:4] == ["-2.5", "-3"]
    assert _sheet("?export=xlsx", rows)["D2"].value == -3


def test_a_number_longer_than_excel_keeps_becomes_text() -> None:
    assert _sheet("?export=xlsx", [Row("a", cost=int(NIP))])["D2"].value == NIP


def test_what_is_no_number_is_absent_in_the_file_as_on_the_page() -> None:
    assert _sheet("?export=xlsx", [Row("a", jp=float("nan"))])["C2"].value is None
    assert _csv("?export=csv", [Row("a", jp=float("inf"))])[1][2] == ""


@pytest.mark.parametrize(
    ("kind", "places", "value", "held"),
    [
        ("number", None, Decimal("130.00"), 130),
        ("number", None, 0.1 + 0.2, 0.3),
        ("number", None, 1234.5678, 1234.57),
        ("number", 3, Decimal("0.5000"), 0.5),
        ("number", 3, 1 / 3, 0.333),
        ("number", 0, 2.7, 3),
        ("money", None, 1499.6, 1500),
        ("share", None, 2 / 3, 0.667),
        ("share", 0, 2 / 3, 0.67),
    ],
)
def test_a_file_holds_the_decimals_that_the_page_shows_as_numbers(
    kind: Any, places: int | None, value: Any, held: float
) -> None:
    columns = [Column("a", "A", value=str), Column("n", "N", value=lambda row: row, kind=kind, places=places)]
    table = Table(name="t", caption="T", columns=columns)
    files = {}
    for ending in ("csv", "xlsx"):
        request = RequestFactory().get(f"/?export={ending}")
        response: Any = table.respond(request, [value], template="none.html")
        files[ending] = b"".join(response.streaming_content)
    assert files["csv"].decode("utf-8-sig").splitlines()[1].split(",")[1] == str(held)
    cell = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).active["B2"]
    assert (cell.data_type, cell.value) == ("n", held)


def test_an_exact_moment_is_told_in_local_time_and_an_old_day_as_text() -> None:
    moment = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    rows = [Row("a", day=moment), Row("b", day=date(1899, 12, 31))]
    assert [row[4] for row in _csv("?export=csv", rows)[1:]] == ["2026-11-23 01:05", "1899-12-31"]
    sheet = _sheet("?export=xlsx", rows)
    assert (sheet["E2"].value, sheet["E3"].value) == (datetime(2026, 11, 23, 1, 5), "1899-12-31")


def test_markup_and_words_that_a_sheet_cannot_hold_become_plain() -> None:
    rows = [Row(mark_safe("<b>bold</b>")), Row("x" * 40000), Row("a\x00\x0bb")]
    sheet = _sheet("?export=xlsx", rows)
    assert sheet["A2"].value == "bold"
    assert len(sheet["A3"].value) == 32767
    assert sheet["A4"].value is not None


def test_a_list_that_may_not_be_taken_away_is_not() -> None:
    table = Table(name="t", caption="T", columns=[Column("a", "A", value=str)], exports=False)
    page = table.bind(RequestFactory().get("/?export=csv"), ["x"])
    assert page.answer() is None
    assert "export=" not in str(page)
