"""Columns matched to fields, and personal data refused at the door."""

from __future__ import annotations

import pytest

from asah.portal.people.actions.roster_columns import (
    FIELDS,
    REMEDY_HEADER,
    WRONG_HEADER,
    header_signature,
    match_columns,
    normalise,
)
from asah.portal.people.actions.roster_sensitive import LABELS

SIASN = (
    "nipBaru", "nipLama", "nama", "gelarDepan", "gelarBelakang", "tempatLahir", "tglLahir", "jenisKelamin",
    "agama", "nik", "noHp", "alamat", "noNpwp", "bpjs", "statusPegawai", "tmtCpns", "tmtPns", "tmtPensiun",
    "unorId", "unorNama", "unorIndukNama", "jenisJabatanId", "jenisJabatan", "jabatanNama", "tmtJabatan",
    "golRuangAkhir", "eselon", "lokasiKerja", "email", "emailGov", "statusPerkawinan",
)  # fmt: skip


def matched(columns: tuple[str, ...], remembered: dict[str, str] | None = None) -> dict[str, str]:
    found = match_columns(columns, remembered or {})
    return {name: columns[index] for name, index in found.fields.items()}


def test_the_columns_of_siasn_are_matched() -> None:
    assert matched(SIASN) == {
        "nip": "nipBaru", "name": "nama", "front_degree": "gelarDepan", "back_degree": "gelarBelakang",
        "sex": "jenisKelamin", "employment": "statusPegawai", "golongan": "golRuangAkhir",
        "unit_name": "unorNama", "unit_code": "unorId", "parent_unit_name": "unorIndukNama",
        "position_name": "jabatanNama", "position_kind": "jenisJabatan", "eselon": "eselon",
        "started_on": "tmtJabatan", "place_name": "lokasiKerja", "cpns_on": "tmtCpns", "pns_on": "tmtPns",
        "retires_on": "tmtPensiun", "email": "emailGov", "born_on": "tglLahir",
    }  # fmt: skip


def test_the_columns_of_a_local_sheet_are_matched() -> None:
    columns = (
        "No",
        "NIP",
        "Nama Lengkap",
        "Pangkat/Gol",
        "Jabatan",
        "TMT",
        "Unit Kerja",
        "OPD",
        "Status ASN",
    )
    assert matched(columns) == {
        "nip": "NIP", "name": "Nama Lengkap", "golongan": "Pangkat/Gol", "position_name": "Jabatan",
        "started_on": "TMT", "unit_name": "Unit Kerja", "parent_unit_name": "OPD", "employment": "Status ASN",
    }  # fmt: skip


def test_our_own_export_is_matched_whole() -> None:
    columns = tuple(field.header for field in FIELDS)
    assert matched(columns) == {field.name: field.header for field in FIELDS}


def test_no_two_fields_go_by_the_same_name() -> None:
    names = [name for field in FIELDS for name in field.names]
    assert sorted(names) == sorted(set(names))
    assert all(name == normalise(name) for name in names)


def test_a_sheet_that_names_only_the_office_names_the_unit() -> None:
    assert matched(("NIP", "Nama", "OPD", "Status ASN"))["unit_name"] == "OPD"


def test_what_was_chosen_before_goes_before_every_guess() -> None:
    columns = ("NIP", "Nama", "Jabatan", "Jabatan baru", "Bagian", "Status ASN")
    found = matched(columns, {"position_name": "jabatan BARU", "unit_name": "Bagian", "gone": "NIP"})
    assert (found["position_name"], found["unit_name"]) == ("Jabatan baru", "Bagian")


def test_missing_and_unmatched_columns_are_named() -> None:
    found = match_columns(("NIP", "Hobi", "Nama", ""), {})
    assert found.missing == ["employment", "unit_name"]
    assert found.unmatched == [1, 3]


def test_sensitive_columns_of_siasn_are_refused() -> None:
    found = match_columns(SIASN, {})
    assert {SIASN[index]: kind for index, kind in found.sensitive.items()} == {
        "tempatLahir": "birthplace", "agama": "religion", "nik": "identity", "noHp": "phone",
        "alamat": "address", "noNpwp": "tax", "bpjs": "insurance", "statusPerkawinan": "marriage",
    }  # fmt: skip
    assert not set(found.sensitive) & {*found.fields.values(), *found.unmatched}


@pytest.mark.parametrize(
    "header",
    [
        "NIK", "No. KTP", "Nomor KTP/NIK", "Agama", "agamaId", "NPWP", "No HP", "No. Telp", "Alamat Rumah",
        "Status Kawin", "Golongan Darah", "Tempat/Tgl Lahir", "Nama Ibu Kandung", "No BPJS Kesehatan",
        "Nama Suami/Istri", "Jumlah Anak", "No. Rekening", "Suku", "RELIGION",
    ],
)  # fmt: skip
def test_a_sensitive_column_is_refused_however_it_is_called(header: str) -> None:
    found = match_columns(("NIP", header), {})
    assert list(found.sensitive) == [1]
    assert found.sensitive[1] in LABELS


@pytest.mark.parametrize("header", ["Golongan", "Alamat Email", "Tanggal Lahir", "Unit Kerja", "Pangkat/Gol"])
def test_a_harmless_column_is_not_refused(header: str) -> None:
    assert match_columns(("NIP", header), {}).sensitive == {}


def test_a_sensitive_column_cannot_be_chosen_either() -> None:
    found = match_columns(("NIK", "Nama"), {"nip": "NIK"})
    assert "nip" not in found.fields
    assert found.sensitive == {0: "identity"}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("1502031503850001", "1502031503850002", "-"), "identity"),
        (("1502.0315.0385.0001", "'1502", "1.50203150385000E+15"), "identity"),
        (("081234567890", "+62 812-3456-7890", "x"), "phone"),
        (("Islam", "KRISTEN", "Hindu"), "religion"),
        (("Kawin", "Belum Kawin", "Cerai Hidup"), "marriage"),
        (("09.254.294.3-407.000", "09.254.294.3-407.001", ""), "tax"),
    ],
)
def test_a_column_is_refused_for_what_it_holds(cells: tuple[str, ...], kind: str) -> None:
    rows = [(number, (cell,)) for number, cell in enumerate(cells, 2)]
    for header in ("NIP", "Keterangan"):
        assert match_columns((header,), {}, rows).sensitive == {0: kind}


def test_a_column_of_nips_is_not_taken_for_identity_cards() -> None:
    rows = [(2, ("198503152010011001",)), (3, ("199003152020212001",))]
    assert match_columns(("NIP",), {}, rows).fields == {"nip": 0}


def test_the_signature_knows_the_headers_in_any_order_and_after_mending() -> None:
    first = header_signature(("NIP", "Nama", "Jabatan"))
    assert first == header_signature(("jabatan", "Nama", "NIP", WRONG_HEADER, REMEDY_HEADER))
    assert first != header_signature(("NIP", "Nama"))
    assert len(first) == 64
