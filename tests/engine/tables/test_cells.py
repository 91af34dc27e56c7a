"""A cell is its typed value, or a finding that tells what to write instead. Nothing is guessed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from asah.engine.errors import Finding
from asah.engine.tables import SCHEMA, cells
from asah.engine.tables.cells import type_cells
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import tell
from asah.engine.tables.raw import Raw, with_rows


def read(table: str, column: str, cell: object, dtype: Any = None) -> tuple[object, tuple[Finding, ...]]:
    """The typed value of one cell and what was said about it."""
    frame = pl.DataFrame({column: pl.Series([cell], dtype=dtype)})
    raw = Raw(SCHEMA[table], with_rows(frame), 1)
    typed = type_cells(raw, "plan")
    return typed.frame[column][0], tell(typed.findings)


def said(code: str, table: str, column: str, value: object, **facts: Any) -> tuple[Finding, ...]:
    return (finding(code, table, row=2, column=column, value=value, **facts),)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1.500.000", "1500000"),
        ("1,500,000", "1500000"),
        ("Rp 1.500.000", "1500000"),
        ("Rp1.500.000,00", "1500000"),
        ("Rp. 1.500.000,-", "1500000"),
        ("IDR 1500000", "1500000"),
        ("1 500 000", "1500000"),
        ("1\u00a0500\u00a0000", "1500000"),
        ("1'500'000", "1500000"),
        ("1.500", "1500"),
        ("1,500", "1500"),
        ("1500000,00", "1500000"),
        ("-1.500", "-1500"),
    ],
)
def test_money_with_separators_is_refused_and_the_plain_number_named(text: str, plain: str) -> None:
    value, findings = read("budgets", "amount_idr", text)
    assert value is None
    assert findings == said("grouped", "budgets", "amount_idr", text, plain=plain)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1500000", 1_500_000),
        (" 1500000 ", 1_500_000),
        ("1500000.0", 1_500_000),
        ("+7", 7),
        ("1500000.00", 1_500_000),
    ],
)
def test_plain_whole_numbers_are_money(text: str, number: int) -> None:
    assert read("budgets", "amount_idr", text) == (number, ())


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("-5", "negative", {}),
        ("nan", "not_finite", {}),
        ("NaN", "not_finite", {}),
        ("-inf", "not_finite", {}),
        ("Infinity", "not_finite", {}),
        ("1.5E+06", "scientific", {}),
        ("1,5E+06", "scientific", {}),
        ("1e6", "scientific", {}),
        ("2.5", "not_whole", {}),
        ("2,5", "not_whole", {}),
        ("1.500,50", "not_whole", {}),
        ("sejuta", "not_number", {"example": "1500000"}),
        ("1_000", "not_number", {"example": "1500000"}),
        ("١٥٠٠", "not_number", {"example": "1500000"}),
        ("1000000000000001", "over", {"limit": "1000000000000000"}),
        ("99999999999999999999999", "over", {"limit": "1000000000000000"}),
        ("#REF!", "spreadsheet_error", {}),
        ("2027-05-01 00:00:00", "date_in_number", {}),
        ("20%", "percent", {"plain": "0.2"}),
    ],
)
def test_what_is_not_money_is_refused(text: str, code: str, facts: dict[str, str]) -> None:
    assert read("budgets", "amount_idr", text) == (None, said(code, "budgets", "amount_idr", text, **facts))


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("1,5", "decimal_comma", {"plain": "1.5"}),
        ("0,125", "decimal_comma", {"plain": "0.125"}),
        ("2,125", "ambiguous_comma", {"plain": "2.125", "other": "2125"}),
        ("1.234,5", "grouped", {"plain": "1234.5"}),
        ("0", "not_above", {"limit": "0"}),
        ("-1", "not_above", {"limit": "0"}),
        ("inf", "not_finite", {}),
        ("1e999", "not_finite", {}),
        ("dua", "not_number", {"example": "2.5"}),
        ("20%", "percent", {"plain": "0.2"}),
    ],
)
def test_what_is_not_a_gap_is_refused(text: str, code: str, facts: dict[str, str]) -> None:
    assert read("needs", "gap_levels", text) == (None, said(code, "needs", "gap_levels", text, **facts))


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), (".5", 0.5), ("2", 2.0), ("1e-7", 1e-7), ("1.50", 1.5)]
)
def test_decimal_points_make_levels(text: str, number: float) -> None:
    assert read("needs", "gap_levels", text) == (number, ())


@pytest.mark.parametrize(
    ("table", "column", "limit"),
    [
        ("needs", "gap_levels", 100),
        ("needs", "weight", 1_000_000),
        ("programme_effects", "gain_levels", 100),
        ("mandates", "points", 1_000_000),
        ("requirements", "importance", 1_000_000),
        ("programmes", "jp", 10_000),
        ("people", "jp_done", 10_000),
        ("people", "jp_max", 10_000),
        ("programmes", "cost_per_person_idr", 10_000_000_000),
        ("travel", "cost_idr", 10_000_000_000),
        ("travel", "per_day_idr", 1_000_000_000),
        ("offerings", "cost_per_class_idr", 1_000_000_000_000),
        ("offerings", "days", 1_000),
        ("offerings", "seats_per_class", 1_000_000),
        ("offerings", "min_per_class", 1_000_000),
        ("offerings", "max_classes", 1_000_000),
        ("resources", "classes", 1_000_000),
    ],
)
def test_a_number_beyond_all_sense_is_refused_with_the_limit(table: str, column: str, limit: int) -> None:
    assert read(table, column, str(limit))[0] == limit
    for text in (str(limit + 1), "9" * 30):
        assert read(table, column, text) == (None, said("over", table, column, text, limit=str(limit)))


@pytest.mark.parametrize(("sign", "code"), [("", "over"), ("-", "negative")])
def test_a_whole_number_of_more_digits_than_python_reads_is_refused(sign: str, code: str) -> None:
    value, (found,) = read("budgets", "amount_idr", sign + "9" * 5000)
    assert value is None
    assert found.what == said(code, "", "", "", limit="1000000000000000")[0].what


@pytest.mark.parametrize("text", ["1e999999999%", "1e-999999999%", "snan%", "nan%"])
def test_a_percentage_that_is_no_number_in_its_senses_is_no_number(text: str) -> None:
    assert read("needs", "weight", text) == (
        None,
        said("not_number", "needs", "weight", text, example="2.5"),
    )


def test_a_weight_that_only_a_float_can_hold_is_refused() -> None:
    assert read("needs", "weight", "1e308") == (
        None,
        said("over", "needs", "weight", "1e308", limit="1000000"),
    )


def test_a_gap_beyond_the_scale_is_kept_with_a_warning() -> None:
    assert read("needs", "gap_levels", "15") == (
        15.0,
        said("unusual", "needs", "gap_levels", "15", limit="4"),
    )


@pytest.mark.parametrize(
    "text", ["1,97E+17", "1.97E+17", "1E+05", "197112000000000000", " 197112000000000000"]
)
def test_an_identifier_that_a_spreadsheet_damaged_is_refused(text: str) -> None:
    assert read("people", "person_id", text) == (None, said("damaged_id", "people", "person_id", text))


@pytest.mark.parametrize(
    "text",
    ["197112052005011900", "1E5", "007", "P-1/a b", "12E3", "000", "100000000000000000000", "Ñandú", "=1+1"],
)
def test_any_other_text_is_an_identifier_as_it_stands(text: str) -> None:
    assert read("people", "person_id", text) == (text, ())


@pytest.mark.parametrize("text", [" P1", "P1\u00a0", "'P1", "\ufeffP1", "P1\t", "\u200bP1", "' P1"])
def test_invisible_marks_around_an_identifier_are_stripped_with_a_warning(text: str) -> None:
    assert read("people", "person_id", text) == (
        "P1",
        said("trimmed", "people", "person_id", text, clean="P1"),
    )


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", None, "'"])
def test_a_blank_identifier_is_missing(blank: str | None) -> None:
    value, findings = read("units", "unit_id", blank, pl.String)
    assert value is None
    assert [(f.row, f.column, f.what) for f in findings] == [(2, "unit_id", "is required but blank")]


def test_an_apostrophe_belongs_to_a_name() -> None:
    assert read("people", "name", "'Aisyah") == ("'Aisyah", ())


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!"])
def test_the_error_of_a_formula_is_no_identifier(text: str) -> None:
    assert read("people", "unit_id", text) == (None, said("spreadsheet_error", "people", "unit_id", text))


@pytest.mark.parametrize(
    ("number", "value"), [(12.0, "12"), (2.5, "2.5"), (123456789012345.0, "123456789012345")]
)
def test_a_number_in_an_identifier_column_becomes_its_digits(number: float, value: str) -> None:
    assert read("units", "unit_id", number) == (value, ())


def test_a_float_too_long_to_be_exact_is_a_damaged_identifier() -> None:
    value, findings = read("units", "unit_id", 1971120520050119.0)
    assert value is None
    assert findings == said("damaged_id", "units", "unit_id", "1971120520050119")


def test_a_date_is_no_identifier() -> None:
    value, findings = read("units", "unit_id", dt.date(2027, 5, 1))
    assert value is None
    assert findings == said("damaged_id", "units", "unit_id", "2027-05-01")


def test_a_choice_in_other_letters_is_taken_with_a_warning() -> None:
    assert read("people", "employment", "pns") == (
        "PNS",
        said("other_case", "people", "employment", "pns", clean="PNS"),
    )


def test_a_word_that_is_no_choice_is_refused_with_the_choices() -> None:
    value, findings = read("people", "sex", "X")
    assert value is None
    assert findings == said("not_choice", "people", "sex", "X", choices="L, P")


def test_a_list_is_tidied_and_its_elements_checked() -> None:
    assert read("programmes", "eligible_employment", "pns; PPPK ;") == ("PNS;PPPK", ())
    assert read("programmes", "eligible_employment", " ; ") == (None, ())
    value, findings = read("programmes", "eligible_employment", "PNS,PPPK")
    assert value is None
    assert [f.what for f in findings] == ["is not one of the choices"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("no", False), ("Ya", True), ("tidak", False), ("TRUE", True), ("0", False), ("", False)],
)
def test_yes_and_no_are_read_in_both_languages(text: str, value: bool) -> None:
    assert read("programmes", "general", text) == (value, ())


def test_maybe_is_neither_yes_nor_no() -> None:
    assert read("programmes", "general", "maybe") == (
        None,
        said("not_yes_no", "programmes", "general", "maybe"),
    )


def test_a_date_is_year_month_day() -> None:
    day = dt.date(2027, 3, 31)
    for cell in ("2027-03-31", "2027-03-31 00:00:00", "2027-03-31T00:00", day, dt.datetime(2027, 3, 31)):
        assert read("people", "retires_on", cell) == (day, ())


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("31/03/2027", "date_form", {"plain": "2027-03-31", "unless": ""}),
        ("31-3-2027", "date_form", {"plain": "2027-03-31", "unless": ""}),
        ("03/31/2027", "date_form", {"plain": "2027-03-31", "unless": ""}),
        (
            "04/03/2027",
            "date_form",
            {"plain": "2027-03-04", "unless": " (or 2027-04-03 if the month came first)"},
        ),
        ("2027/3/31", "date_form", {"plain": "2027-03-31", "unless": ""}),
        ("46112", "date_serial", {"plain": "2026-03-31"}),
        ("2027-02-30", "not_date", {}),
        ("31/02/2027", "not_date", {}),
        ("2027", "not_date", {}),
        ("0027-03-31", "not_date", {}),
        ("besok", "not_date", {}),
    ],
)
def test_any_other_date_is_refused_with_the_date_to_write(
    text: str, code: str, facts: dict[str, str]
) -> None:
    assert read("people", "retires_on", text) == (None, said(code, "people", "retires_on", text, **facts))


def test_beyond_so_many_different_doubts_the_column_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "LOOKED_AT", 2)
    frame = with_rows(pl.DataFrame({"weight": ["x", "1", "1,5", "x", " 2", "3"]}))
    typed = type_cells(Raw(SCHEMA["needs"], frame, 6), "")
    assert typed.frame["weight"].to_list() == [None, 1.0, None, None, None, 3.0]
    assert tell(typed.findings) == (
        finding("not_number", "needs", row=2, column="weight", value="x", example="2.5"),
        finding("decimal_comma", "needs", row=4, column="weight", value="1,5", plain="1.5"),
        finding("not_number", "needs", row=5, column="weight", value="x", example="2.5"),
        finding("not_looked_at", "needs", row=6, column="weight", value=" 2", limit=2),
    )


def test_a_default_fills_blanks_but_never_a_bad_cell() -> None:
    frame = with_rows(pl.DataFrame({"person_id": ["A", "B", "C"], "jp_done": ["", "x", "3"]}))
    typed = type_cells(Raw(SCHEMA["people"], frame, 3), "")
    assert typed.frame["jp_done"].to_list() == [0.0, None, 3.0]


def test_a_blank_last_period_is_the_first() -> None:
    frame = with_rows(
        pl.DataFrame({"offering_id": ["A", "B", "C"], "period": ["3", "4", ""], "period_end": ["", "6", ""]})
    )
    typed = type_cells(Raw(SCHEMA["offerings"], frame, 3), "")
    assert typed.frame["period_end"].to_list() == [3, 6, None]


def test_indonesian_is_spoken_unless_english_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASAH_LANG")
    _, (found,) = read("budgets", "amount_idr", "Rp 1.500.000")
    assert str(found) == (
        "budgets, row 2, amount_idr: 'Rp 1.500.000' ditulis dengan pemisah ribuan atau tanda mata uang."
        " Tulis angka biasa: 1500000."
    )
