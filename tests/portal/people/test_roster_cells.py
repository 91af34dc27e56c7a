"""NIP, days, names and words as they stand in the cells of a roster."""

from __future__ import annotations

from datetime import date

import pytest

from asah.portal.people.actions import roster_cells as cells
from asah.portal.people.actions.roster_names import split_degrees
from asah.portal.people.actions.roster_nip import Nip, Problem, read_nip

TODAY = date(2026, 11, 20)


def code(found: object) -> str:
    assert isinstance(found, Problem)
    return found.code


def test_a_nip_tells_birth_appointment_sex_and_serial() -> None:
    assert read_nip("198503152010012001", "PNS", TODAY) == Nip(
        text="198503152010012001", born_on=date(1985, 3, 15), year=2010, month=1, sex="P", serial=1
    )


@pytest.mark.parametrize(
    "text", ["19850315 201001 1 001", "19850315.201001.1.001", "'198503152010011001", "198503152010011001 "]
)
def test_blanks_dots_and_apostrophes_within_a_nip_are_passed_over(text: str) -> None:
    found = read_nip(text, "PNS", TODAY)
    assert isinstance(found, Nip)
    assert found.text == "198503152010011001"


@pytest.mark.parametrize(
    ("text", "employment", "problem"),
    [
        ("1,97E+17", "PNS", "nip_scientific"),
        ("1.98503152010011E+17", None, "nip_scientific"),
        ("197112000000000000", "PNS", "nip_digits_lost"),
        ("198503152010011000", "PNS", "nip_digits_lost"),
        ("198513152010011001", "PNS", "nip_birth"),
        ("198502302010011001", "PPPK", "nip_birth"),
        ("198503152010131001", "PNS", "nip_month"),
        ("198503152010001001", "CPNS", "nip_month"),
        ("198503152010013001", "PNS", "nip_sex"),
        ("198503152027121001", "PNS", "nip_future"),
        ("198503152028211001", "PPPK", "nip_future"),
        ("198503152001031001", "PNS", "nip_age"),
        ("190003152010011001", "PNS", "nip_age"),
        ("1502031503850001", "PNS", "nip_is_nik"),
        ("131234567", "PNS", "nip_old"),
        ("19850315201001100", "PNS", "nip_length"),
        ("1985031520100110011", "PNS", "nip_length"),
        ("NIP belum ada", "PNS", "nip_not_digits"),
        ("\u0661" * 18, "PNS", "nip_not_digits"),
    ],
)  # fmt: skip
def test_a_spoilt_nip_is_told_by_its_kind(text: str, employment: str | None, problem: str) -> None:
    assert code(read_nip(text, employment, TODAY)) == problem


@pytest.mark.parametrize("employment", ["PPPK", "PPPK_PARUH_WAKTU", None])
def test_a_contract_number_has_a_code_where_pns_have_a_month(employment: str | None) -> None:
    found = read_nip("198503152024212001", employment, TODAY)
    assert isinstance(found, Nip)
    assert (found.year, found.month, found.appointed) == (2024, None, date(2024, 1, 1))


@pytest.mark.parametrize(
    ("text", "serial"), [("198503152010011900", 900), ("198503152010011999", 999), ("198503152010011010", 10)]
)
def test_a_serial_that_ends_in_zeros_is_a_serial(text: str, serial: int) -> None:
    found = read_nip(text, "PNS", TODAY)
    assert isinstance(found, Nip)
    assert found.serial == serial


def test_an_appointment_of_next_year_is_taken_up_to_the_same_month() -> None:
    assert isinstance(read_nip("198503152027111001", "CPNS", TODAY), Nip)


def test_the_youngest_may_be_seventeen_at_their_appointment() -> None:
    assert isinstance(read_nip("198503152002031001", "PNS", TODAY), Nip)
    assert code(read_nip("198503152002021001", "PNS", TODAY)) == "nip_age"


@pytest.mark.parametrize(
    "text",
    ["31-01-2020", "31/01/2020", "31.1.2020", "2020-01-31", "2020-01-31 00:00:00", "2020-01-31T00:00:00",
     "31 Januari 2020", "31 jan 2020", "31-Jan-2020", "43861", "43861.0"],
)  # fmt: skip
def test_a_day_is_read_in_the_ways_offices_write_it(text: str) -> None:
    assert cells.read_day(text) == date(2020, 1, 31)


def test_the_day_stands_before_the_month() -> None:
    assert cells.read_day("05/01/2020") == date(2020, 1, 5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("01/31/2020", "day_month_first"),
        ("31-02-2020", "not_day"),
        ("31-01-20", "not_day"),
        ("31 Foo 2020", "not_day"),
        ("Januari 2020", "not_day"),
        ("2020", "not_day"),
        ("1-1-1020", "day_out_of_range"),
    ],
)
def test_what_is_no_day_is_not_guessed_at(text: str, problem: str) -> None:
    assert code(cells.read_day(text)) == problem


@pytest.mark.parametrize("text", ["", "-", "NULL", "0000-00-00", "\u2014"])
def test_what_people_write_for_nothing_is_blank(text: str) -> None:
    assert cells.is_blank(text)


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("Dr. Siti Aminah, S.Kom., M.T.", ("Dr.", "Siti Aminah", "S.Kom., M.T.")),
        ("Prof. Dr. Ir. Joko Susilo, M.Sc., Ph.D", ("Prof. Dr. Ir.", "Joko Susilo", "M.Sc., Ph.D")),
        ("Drs.Budi Santoso", ("Drs.", "Budi Santoso", "")),
        ("dr. H. Rahman, Sp.A", ("dr.", "H. Rahman", "Sp.A")),
        ("Siti Aminah S.Kom M.T", ("", "Siti Aminah", "S.Kom M.T")),
        ("Rina, SE, MM", ("", "Rina", "SE, MM")),
        ("Rina , S. Pd.", ("", "Rina", "S. Pd.")),
        ("BUDI SANTOSO,A.Md.Keb", ("", "BUDI SANTOSO", "A.Md.Keb")),
        ("M. Yusuf", ("", "M. Yusuf", "")),
        ("Ahmad M.Nur", ("", "Ahmad M.Nur", "")),
        ("Dr.", ("", "Dr.", "")),
        ("Irma  Suryani", ("", "Irma Suryani", "")),
    ],
)
def test_degrees_are_kept_apart_from_a_name(text: str, split: tuple[str, str, str]) -> None:
    assert split_degrees(text) == (*split, False)


def test_a_name_written_backwards_is_left_alone_and_told() -> None:
    assert split_degrees("Rahman, Abdul") == ("", "Rahman, Abdul", "", True)


@pytest.mark.parametrize(
    ("text", "employment"),
    [
        ("PNS", "PNS"), ("PNS Daerah", "PNS"), ("Pegawai Negeri Sipil", "PNS"), ("P", "PNS"),
        ("CPNS", "CPNS"), ("C", "CPNS"), ("Calon PNS", "CPNS"), ("Calon Pegawai Negeri Sipil", "CPNS"),
        ("PPPK", "PPPK"), ("P3K Guru", "PPPK"), ("Pegawai Pemerintah dengan Perjanjian Kerja", "PPPK"),
        ("PPPK Paruh Waktu", "PPPK_PARUH_WAKTU"), ("PPPK_PARUH_WAKTU", "PPPK_PARUH_WAKTU"),
        ("p3k pw", "PPPK_PARUH_WAKTU"),
    ],
)  # fmt: skip
def test_the_employment_is_read_from_the_words_offices_use(text: str, employment: str) -> None:
    assert cells.read_employment(text) == employment


@pytest.mark.parametrize("text", ["Honorer", "Aktif", "THL"])
def test_who_is_no_civil_servant_is_not_taken_for_one(text: str) -> None:
    assert code(cells.read_employment(text)) == "employment_unknown"


@pytest.mark.parametrize(
    ("text", "eselon", "kind"),
    [
        ("1", "II.b", "jpt"), ("Struktural", "III/a", "administrator"), ("STRUKTURAL", "IVb", "pengawas"),
        ("2", "", "fungsional"), ("Fungsional Tertentu", "-", "fungsional"), ("4", "", "pelaksana"),
        ("Jabatan Pimpinan Tinggi Pratama", "", "jpt"), ("Administrator", "", "administrator"),
        ("Eselon IV.a", "", "pengawas"), ("", "II.a", "jpt"), ("", "", None), ("", "Non Eselon", None),
        ("jpt", "", "jpt"), ("fungsional", "", "fungsional"),
    ],
)  # fmt: skip
def test_the_kind_of_post_is_read_from_words_ids_and_eselon(text: str, eselon: str, kind: str | None) -> None:
    assert cells.read_kind(text, eselon) == kind


@pytest.mark.parametrize(
    ("text", "problem"), [("1", "kind_needs_eselon"), ("3", "kind_unknown"), ("Guru", "kind_unknown")]
)
def test_a_kind_of_post_is_not_guessed(text: str, problem: str) -> None:
    assert code(cells.read_kind(text, "")) == problem


@pytest.mark.parametrize(
    ("text", "contract", "golongan"),
    [
        ("III/c", False, "III/c"), ("IIIC", False, "III/c"), ("3c", False, "III/c"), ("IV/e", False, "IV/e"),
        ("Penata Muda Tk. I (III/b)", False, "III/b"), ("Pembina Tk.I IV/b", None, "IV/b"),
        ("IX", True, "IX"), ("9", True, "IX"), ("Golongan XVII", True, "XVII"), ("V", None, "V"),
    ],
)  # fmt: skip
def test_a_grade_is_read_with_or_without_its_rank(text: str, contract: bool | None, golongan: str) -> None:
    assert cells.read_golongan(text, contract) == golongan


@pytest.mark.parametrize(
    ("text", "contract", "problem"),
    [
        ("III/e", False, "golongan_unknown"), ("Penata", False, "golongan_unknown"),
        ("XVIII", True, "golongan_unknown"), ("IX", False, "golongan_of_others"),
        ("III/c", True, "golongan_of_others"),
    ],
)  # fmt: skip
def test_a_grade_of_the_wrong_kind_is_told(text: str, contract: bool, problem: str) -> None:
    assert code(cells.read_golongan(text, contract)) == problem


@pytest.mark.parametrize(
    ("text", "sex"), [("M", "L"), ("F", "P"), ("Laki-laki", "L"), ("WANITA", "P"), ("2", "P")]
)
def test_the_sex_is_read_from_the_words_offices_use(text: str, sex: str) -> None:
    assert cells.read_sex(text) == sex


def test_the_rung_is_read_by_the_kind_of_post() -> None:
    assert cells.read_level("MADYA", "fungsional") == "Ahli Madya"
    assert cells.read_level("madya", "jpt") == "Madya"
    assert cells.read_level("Muda", "fungsional") == "Ahli Muda"
    assert cells.read_level("Pelaksana Lanjutan", "fungsional") == "Mahir"
    assert cells.level_in_name("Perawat Ahli Muda") == "Ahli Muda"
    assert cells.level_in_name("Pengawas Sekolah") is None


def test_the_retirement_age_is_asked_for_by_the_names_of_the_rules() -> None:
    assert cells.retirement_key("jpt", "Pratama") == "jpt"
    assert cells.retirement_key("fungsional", "Ahli Madya") == "fungsional_ahli_madya"
    assert cells.retirement_key("fungsional", "Terampil") == "fungsional_keterampilan"
