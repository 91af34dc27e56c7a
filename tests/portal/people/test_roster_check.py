"""The dry run: every row answered for, nothing dropped, nothing guessed."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from datetime import date

import openpyxl
import pytest
from django.utils import translation
from openpyxl.worksheet.worksheet import Worksheet

from asah.portal.base.sheets import Sheet, read_sheet
from asah.portal.people.actions import roster_messages
from asah.portal.people.actions.roster_check import Checked, NewUnit, check_roster
from asah.portal.people.actions.roster_columns import REMEDY_HEADER, WRONG_HEADER, match_columns
from asah.portal.people.actions.roster_known import Known, KnownPosition, KnownUnit, Value
from asah.portal.people.actions.roster_messages import explain
from asah.portal.people.actions.roster_sheets import error_sheet, roster_sheet

TODAY = date(2026, 11, 20)
COLUMNS = ("NIP", "Nama", "Status ASN", "Jabatan", "Unit Kerja", "OPD")
BUDI = ("198503152010011001", "Budi Santoso", "PNS", "Analis Kebijakan Ahli Muda", "Bidang Mutasi", "BKPSDM")
SITI = (
    "199003152024212001",
    "Siti Aminah",
    "PPPK",
    "Perawat Terampil",
    "Puskesmas Bangko",
    "Dinas Kesehatan",
)
UNITS = (
    KnownUnit("1", "Kabupaten Contoh"),
    KnownUnit("1.1", "BKPSDM", ("Kabupaten Contoh",)),
    KnownUnit("1.1.1", "Bidang Mutasi", ("BKPSDM", "Kabupaten Contoh")),
    KnownUnit("1.1.2", "Sekretariat", ("BKPSDM", "Kabupaten Contoh")),
    KnownUnit("1.2", "Dinas Kesehatan", ("Kabupaten Contoh",)),
    KnownUnit("1.2.1", "Puskesmas Bangko", ("Dinas Kesehatan", "Kabupaten Contoh")),
    KnownUnit("1.2.2", "Sekretariat", ("Dinas Kesehatan", "Kabupaten Contoh")),
)
POSITIONS = (
    KnownPosition("J1", "Analis Kebijakan Ahli Muda", "fungsional", "Ahli Muda"),
    KnownPosition("J2", "Perawat Terampil", "fungsional", "Terampil"),
    KnownPosition("J3", "Kepala Bidang Mutasi", "administrator"),
)
AGES = {"administrator": 58, "fungsional_ahli_muda": 58, "fungsional_keterampilan": 58}
KNOWN = Known(units=UNITS, positions=POSITIONS, places={"Bangko": "Daratan"}, retirement_ages=AGES)


def check(
    *rows: Sequence[str], columns: Sequence[str] = COLUMNS, known: Known = KNOWN, create_units: bool = True
) -> Checked:
    sheet = Sheet("x", ("x",), 1, tuple(columns), [(n, tuple(row)) for n, row in enumerate(rows, 2)])
    fields = match_columns(columns, {}).fields
    checked = check_roster(sheet, fields, known, TODAY, create_units=create_units)
    counts = checked.counts
    assert [row.number for row in checked.rows] == [number for number, _ in sheet.rows]
    assert counts["rows"] == counts["accepted"] + counts["warned"] + counts["rejected"] == len(rows)
    assert counts["taken"] == counts["create"] + counts["update"] + counts["same"]
    return checked


def codes(checked: Checked) -> list[tuple[int, str, str]]:
    return [(found.row, found.severity, found.code) for found in checked.findings]


def more(row: Sequence[str], **cells: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns and cells of a row with further columns."""
    return (*COLUMNS, *(name.replace("_", " ") for name in cells)), (*row, *cells.values())


def one(row: Sequence[str], known: Known = KNOWN, **cells: str) -> Checked:
    columns, texts = more(row, **cells)
    return check(texts, columns=columns, known=known)


def known_with(*people: Mapping[str, Value]) -> Known:
    return Known(
        people={str(person["nip"]): person for person in people},
        units=UNITS,
        positions=POSITIONS,
        places=KNOWN.places,
        retirement_ages=AGES,
    )


BUDI_KNOWN: Mapping[str, Value] = {
    "nip": BUDI[0], "name": "Budi Santoso", "front_degree": "", "back_degree": "", "sex": "L", "email": "",
    "employment": "PNS", "unit_code": "1.1.1", "unit_name": "Bidang Mutasi", "parent_unit_name": "BKPSDM",
    "position_code": "J1", "position_name": "Analis Kebijakan Ahli Muda", "position_kind": "fungsional",
    "position_level": "Ahli Muda", "place_name": "", "place_zone": "", "golongan": "", "started_on": None,
    "cpns_on": None, "pns_on": None, "retires_on": None, "left_on": None, "supervisor_nip": "",
    "target_position_name": "",
}  # fmt: skip


def test_a_new_person_is_created_with_what_the_row_says() -> None:
    checked = check(BUDI)
    assert checked.findings == []
    row = checked.rows[0]
    assert (row.number, row.state, row.changes) == (2, "create", {})
    assert row.values == {
        name: value
        for name, value in BUDI_KNOWN.items()
        if value and name not in ("front_degree", "back_degree")
    }


def test_a_row_like_what_is_known_is_the_same() -> None:
    checked = check(BUDI, known=known_with(BUDI_KNOWN))
    assert (checked.rows[0].state, checked.rows[0].changes, checked.findings) == ("same", {}, [])


def test_a_row_that_differs_is_an_update_with_old_and_new() -> None:
    moved = (BUDI[0], "Budi Santoso, S.E.", "PNS", "Kepala Bidang Mutasi", "Sekretariat", "Dinas Kesehatan")
    row = check(moved, known=known_with(BUDI_KNOWN)).rows[0]
    assert row.state == "update"
    assert row.changes == {
        "back_degree": ("", "S.E."),
        "unit_code": ("1.1.1", "1.2.2"),
        "unit_name": ("Bidang Mutasi", "Sekretariat"),
        "parent_unit_name": ("BKPSDM", "Dinas Kesehatan"),
        "position_code": ("J1", "J3"),
        "position_name": ("Analis Kebijakan Ahli Muda", "Kepala Bidang Mutasi"),
        "position_kind": ("fungsional", "administrator"),
        "position_level": ("Ahli Muda", ""),
    }


def test_nothing_of_the_former_post_stays_with_a_new_one() -> None:
    checked = check((*BUDI[:3], "Penyuluh", *BUDI[4:]), known=known_with(BUDI_KNOWN))
    assert checked.rows[0].changes == {
        "position_code": ("J1", ""),
        "position_name": ("Analis Kebijakan Ahli Muda", "Penyuluh"),
        "position_kind": ("fungsional", ""),
        "position_level": ("Ahli Muda", ""),
    }
    assert checked.new_positions == [KnownPosition("", "Penyuluh")]


def test_a_blank_cell_erases_nothing() -> None:
    known = known_with({**BUDI_KNOWN, "email": "budi@contoh.go.id", "golongan": "III/c"})
    checked = one((BUDI[0], "", "", "", "", ""), known, Surel="", Golongan="-")
    assert (checked.rows[0].state, checked.findings) == ("same", [])


def test_an_export_read_again_changes_nothing() -> None:
    siti: Mapping[str, Value] = {
        **BUDI_KNOWN, "nip": SITI[0], "name": "Ir Siti", "front_degree": "dr.", "back_degree": "M.Kes",
        "sex": "P",
        "employment": "PPPK_PARUH_WAKTU", "unit_code": "1.2.2", "unit_name": "Sekretariat",
        "parent_unit_name": "Dinas Kesehatan", "position_code": "J2", "position_name": "Perawat Terampil",
        "position_level": "Terampil", "place_name": "Bangko", "place_zone": "Daratan", "golongan": "IX",
        "started_on": date(2024, 2, 1), "retires_on": date(2048, 3, 31), "supervisor_nip": BUDI[0],
        "target_position_name": "Kepala Bidang Mutasi", "email": "siti@contoh.go.id",
    }  # fmt: skip
    content = roster_sheet([BUDI_KNOWN, siti])
    sheet = read_sheet(content, "x")
    matching = match_columns(sheet.columns, {}, sheet.rows)
    assert (matching.missing, matching.unmatched, matching.sensitive) == ([], [], {})
    checked = check_roster(sheet, matching.fields, known_with(BUDI_KNOWN, siti), TODAY)
    assert checked.findings == []
    assert [row.state for row in checked.rows] == ["same", "same"]


@pytest.mark.parametrize("column", [0, 1, 2, 4])
def test_nobody_new_is_taken_without_nip_name_employment_and_unit(column: int) -> None:
    row = [*BUDI]
    row[column] = ""
    checked = check(row)
    assert codes(checked) == [(2, "error", "blank_required")]
    assert checked.findings[0].column == COLUMNS[column]


def test_rows_that_are_equal_are_taken_once() -> None:
    checked = check(BUDI, SITI, BUDI)
    assert [row.state for row in checked.rows] == ["create", "create", "rejected"]
    assert codes(checked) == [(4, "error", "nip_repeated")]
    assert checked.findings[0].params == {"row": 2}


def test_rows_of_one_nip_that_differ_are_all_rejected() -> None:
    checked = check(BUDI, SITI, (*BUDI[:4], "Sekretariat", "BKPSDM"))
    assert [row.state for row in checked.rows] == ["rejected", "create", "rejected"]
    assert [(found.row, found.code, found.params) for found in checked.findings] == [
        (2, "nip_twice", {"rows": "4"}),
        (4, "nip_twice", {"rows": "2"}),
    ]


def test_an_unknown_unit_is_made_and_told() -> None:
    checked = check((*BUDI[:4], "Bidang Mutasii", "BKPSDM"), (*SITI[:4], "UPTD Baru", "Dinas Baru"))
    assert checked.new_units == [
        NewUnit("", "Bidang Mutasii", "BKPSDM"),
        NewUnit("", "UPTD Baru", "Dinas Baru"),
        NewUnit("", "Dinas Baru", ""),
    ]
    assert [(found.row, found.code, found.value) for found in checked.findings] == [
        (0, "new_unit_similar", "Bidang Mutasii"),
        (0, "new_unit", "UPTD Baru"),
        (0, "new_unit", "Dinas Baru"),
    ]
    assert checked.findings[0].params == {"count": 1, "above": "BKPSDM", "similar": "Bidang Mutasi"}
    assert checked.counts["accepted"] == 2


def test_an_unknown_unit_is_an_error_where_none_may_be_made() -> None:
    checked = check((*BUDI[:4], "UPTD Baru", "BKPSDM"), create_units=False)
    assert codes(checked) == [(2, "error", "unit_unknown")]
    assert checked.new_units == []


def test_the_first_sheet_of_an_agency_tells_its_units_in_one_line() -> None:
    checked = check(BUDI, SITI, known=Known())
    assert codes(checked) == [(0, "warning", "first_units"), (0, "warning", "new_positions")]
    assert checked.findings[0].params["count"] == 4
    assert checked.new_positions == [
        KnownPosition("", "Analis Kebijakan Ahli Muda", "", "Ahli Muda"),
        KnownPosition("", "Perawat Terampil", "", "Terampil"),
    ]


def test_a_name_that_several_units_have_needs_its_office() -> None:
    assert codes(check((*BUDI[:4], "Sekretariat", ""))) == [(2, "error", "unit_ambiguous")]
    row = check((*BUDI[:4], "SEKRETARIAT", "bkpsdm")).rows[0]
    assert row.values["unit_code"] == "1.1.2"


def test_an_office_named_as_its_own_office_is_that_office() -> None:
    assert check((*BUDI[:4], "BKPSDM", "BKPSDM")).rows[0].values["unit_code"] == "1.1"


def test_two_new_posts_of_one_code_are_not_both_made() -> None:
    columns = (*COLUMNS, "Kode jabatan")
    rows = [(*BUDI[:3], "Penyuluh", *BUDI[4:], "X1"), (*SITI[:3], "Pamong", *SITI[4:], "x1")]
    checked = check(*rows, columns=columns)
    assert (3, "error", "code_twice") in codes(checked)
    assert checked.new_positions == [KnownPosition("X1", "Penyuluh")]


def test_the_code_of_a_unit_goes_before_its_name() -> None:
    checked = one((*BUDI[:4], "Nama baru", ""), Kode_unor="1.2.2")
    assert checked.rows[0].values["unit_name"] == "Sekretariat"
    assert checked.findings == []


def test_a_blank_post_is_warned_about() -> None:
    checked = check((*BUDI[:3], "", *BUDI[4:]))
    assert codes(checked) == [(2, "warning", "blank_position")]
    assert checked.rows[0].state == "create"


def test_a_post_known_as_something_else_keeps_what_is_known() -> None:
    checked = one((*BUDI[:3], "Kepala Bidang Mutasi", *BUDI[4:]), Jenis_Jabatan="Pengawas")
    assert codes(checked) == [(2, "warning", "post_differs")]
    assert checked.rows[0].values["position_kind"] == "administrator"


def test_who_passed_the_retirement_age_is_warned_about() -> None:
    old = ("196810151994031001", *BUDI[1:])
    checked = check(old)
    assert codes(checked) == [(2, "warning", "past_retirement_age")]
    assert checked.findings[0].params == {"age": 58, "day": "2026-10-31"}
    assert codes(check(("196811011994031001", *BUDI[1:]))) == []


def test_a_last_day_that_is_past_is_warned_about_unless_the_person_left() -> None:
    assert codes(one(BUDI, Hari_terakhir_dinas="31-10-2026")) == [(2, "warning", "retired")]
    assert codes(one(BUDI, Hari_terakhir_dinas="31-10-2026", Tanggal_keluar="31-10-2026")) == []


def test_tmt_pensiun_is_the_day_after_the_last_day_of_service() -> None:
    assert one(BUDI, TMT_Pensiun="01-04-2043").rows[0].values["retires_on"] == date(2043, 3, 31)


def test_tmt_cpns_after_tmt_pns_is_warned_about() -> None:
    checked = one(BUDI, TMT_CPNS="01-01-2010", TMT_PNS="01-12-2009")
    assert codes(checked) == [(2, "warning", "cpns_after_pns")]


def test_tmt_cpns_unlike_the_nip_is_warned_about() -> None:
    assert codes(one(BUDI, TMT_CPNS="01-02-2010")) == [(2, "warning", "cpns_differs")]


def test_two_years_as_a_candidate_are_warned_about() -> None:
    candidate = ("199803152024111001", *BUDI[1:2], "CPNS", *BUDI[3:])
    assert codes(check(candidate)) == [(2, "warning", "cpns_too_long")]
    assert codes(check(("199803152024121001", *candidate[1:]))) == []


def test_sex_and_birth_unlike_the_nip_are_warned_about_and_the_column_is_taken() -> None:
    checked = one(BUDI, Jenis_Kelamin="Wanita", Tgl_Lahir="16-03-1985")
    assert codes(checked) == [(2, "warning", "sex_differs"), (2, "warning", "birth_differs")]
    assert checked.rows[0].values["sex"] == "P"
    assert "born_on" not in checked.rows[0].values


def test_a_corrected_sex_is_not_undone_by_the_nip() -> None:
    assert check(BUDI, known=known_with({**BUDI_KNOWN, "sex": "P"})).rows[0].state == "same"


def test_pppk_with_code_21_is_taken_and_pns_with_month_13_is_not() -> None:
    checked = check(SITI, ("198503152010131001", *BUDI[1:]))
    assert [row.state for row in checked.rows] == ["create", "rejected"]
    assert codes(checked) == [(3, "error", "nip_month")]


def test_a_number_of_an_identity_card_is_not_shown_again() -> None:
    checked = check(("1502031503850001", *BUDI[1:]))
    assert codes(checked) == [(2, "error", "nip_is_nik")]
    assert "1502031503850001" not in repr(checked)


def test_another_number_of_the_same_person_is_told_not_rejected() -> None:
    contract = {**BUDI_KNOWN, "nip": "198503152021211001", "employment": "PPPK"}
    checked = check(BUDI, known=known_with(contract))
    assert codes(checked) == [(2, "warning", "perhaps_same_person")]
    assert checked.findings[0].params == {"nip": "198503152021211001"}
    assert checked.rows[0].state == "create"


def test_a_supervisor_is_looked_for_in_the_sheet_and_the_roster() -> None:
    columns = (*COLUMNS, "NIP Atasan")
    checked = check((*BUDI, SITI[0]), (*SITI, "198001012005011001"), columns=columns)
    assert codes(checked) == [(3, "warning", "supervisor_unknown")]
    assert [row.values.get("supervisor_nip") for row in checked.rows] == [SITI[0], None]
    assert codes(check((*BUDI, BUDI[0]), columns=columns)) == [(2, "warning", "supervisor_self")]


def test_a_cell_that_cannot_be_read_is_left_out_and_the_row_taken() -> None:
    checked = one(BUDI, TMT_Jabatan="kemarin", Golongan="IX", Surel="budi")
    assert codes(checked) == [
        (2, "warning", "not_day"),
        (2, "warning", "golongan_of_others"),
        (2, "warning", "not_email"),
    ]
    assert not {"started_on", "golongan", "email"} & set(checked.rows[0].values)
    assert checked.rows[0].state == "create"


def test_a_text_too_long_to_keep_is_not_cut() -> None:
    assert codes(check((BUDI[0], "x" * 251, *BUDI[2:]))) == [(2, "error", "too_long")]


def test_a_row_with_cells_out_of_place_is_rejected() -> None:
    content = (
        ",".join(COLUMNS) + "\n" + ",".join(BUDI) + "\n" + ",".join((*SITI[:2], "S.Kep", *SITI[2:])) + "\n"
    )
    sheet = read_sheet(content.encode(), "x.csv")
    checked = check_roster(sheet, match_columns(sheet.columns, {}).fields, KNOWN, TODAY)
    assert codes(checked) == [(3, "error", "ragged_row")]


def test_the_sheet_of_rows_to_mend_holds_them_as_text_with_what_is_wrong() -> None:
    wrong = ("198503152010011000", "=1+1", *SITI[2:])
    sheet = Sheet("x", ("x",), 1, COLUMNS, [(2, BUDI), (3, wrong), (4, (*SITI[:3], "", *SITI[4:]))])
    checked = check_roster(sheet, match_columns(COLUMNS, {}).fields, KNOWN, TODAY)
    with translation.override("en"):
        content = error_sheet(sheet, checked)
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert isinstance(page, Worksheet)
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0] == [*COLUMNS, WRONG_HEADER, REMEDY_HEADER]
    assert rows[1][:6] == list(wrong)
    assert str(rows[1][6]).startswith("NIP: The NIP ends in 000")
    assert rows[2][6:] == [
        "Jabatan: No post is given.",
        "Fill it in: without a post there is no standard and no need can be found.",
    ]
    assert len(rows) == 3
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_the_mended_sheet_is_sent_again_as_it_is() -> None:
    sheet = Sheet("x", ("x",), 1, COLUMNS, [(2, ("198503152010011000", *BUDI[1:]))])
    checked = check_roster(sheet, match_columns(COLUMNS, {}).fields, KNOWN, TODAY)
    again = read_sheet(error_sheet(sheet, checked), "x")
    matching = match_columns(again.columns, {}, again.rows)
    assert matching.unmatched == [6, 7]
    assert matching.fields == match_columns(COLUMNS, {}).fields


def test_every_finding_can_be_explained_in_both_languages() -> None:
    params = dict.fromkeys(
        ("field", "count", "digits", "age", "rows", "row", "nip", "above", "limit", "post", "known", "pns",
         "years", "since", "day", "similar", "names"), "X"
    ) | {"count": 2}  # fmt: skip
    for language in ("en", "id"):
        with translation.override(language):
            for code in roster_messages.MESSAGES:
                what, remedy = roster_messages.explain_code(code, params)
                assert what.endswith("."), code
                assert remedy.endswith("."), code


def test_findings_are_explained_with_their_facts() -> None:
    with translation.override("en"):
        what, _ = explain(check(("19850315201001100", *BUDI[1:])).findings[0])
    assert what == "The NIP has 17 digits instead of 18."


def test_one_person_is_told_as_one() -> None:
    checked = check((*BUDI[:4], "UPTD Baru", "BKPSDM"), (*SITI[:3], "Penyuluh", *SITI[4:]))
    with translation.override("en"):
        told = [explain(found)[0] for found in checked.findings]
    assert told == ["A new unit will be made, for 1 person.", "1 post will be made: Penyuluh."]


def test_twelve_thousand_rows_are_checked_in_seconds() -> None:
    rows = [
        (
            f"{1970 + n % 28}03{n % 28 + 1:02d}202421{n % 2 + 1}{n % 999 + 1:03d}",
            f"Orang {n}",
            "PPPK",
            *SITI[3:],
        )
        for n in range(12_000)
    ]
    started = time.monotonic()
    checked = check(*rows)
    assert time.monotonic() - started < 5
    assert checked.counts["rows"] == 12_000
