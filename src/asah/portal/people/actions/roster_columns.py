"""Which column of a roster holds what, by the names SIASN, local sheets and our own export give them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from asah.portal.people.actions.roster_sensitive import kind_of_contents, kind_of_words

# The two columns that the sheet of rows to mend has more than the one that was sent.
WRONG_HEADER: Final = "Asah: yang salah"
REMEDY_HEADER: Final = "Asah: cara memperbaiki"
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")
_SAMPLE: Final = 500


@dataclass(frozen=True)
class RosterField:
    """One thing a roster says about a person.

    ``header``: what our own export calls it. ``names``: what others call it, in the order of preference, as
    ``normalise`` gives them. ``length``: the longest text that is kept; 0 where the form is fixed. A field
    that is not ``kept`` is only compared with others.
    """

    name: str
    label: Promise
    header: str
    names: tuple[str, ...]
    required: bool = False
    length: int = 0
    kept: bool = True


def _field(
    name: str,
    label: Promise,
    header: str,
    names: str,
    required: bool = False,
    length: int = 0,
    kept: bool = True,
) -> RosterField:
    listed = (normalise(header), *(other.strip() for other in names.split(",")), name.replace("_", " "))
    return RosterField(name, label, header, tuple(dict.fromkeys(listed)), required, length, kept)


def normalise(header: str) -> str:
    """The words of a header in small letters: ``golRuang`` and ``Gol./Ruang`` are ``gol ruang``."""
    return " ".join(_WORD.findall(_HUMP.sub(" ", header))).lower()


FIELDS: Final[tuple[RosterField, ...]] = (
    _field(
        "nip",
        _("NIP"),
        "NIP",
        "nip baru, nipbaru, nip pegawai, nip ni pppk, nip nipppk, ni pppk, nipppk, no nip, nomor nip, "
        "nomor induk pegawai, nip pns, nip asn, nip 18 digit, nomor pegawai",
        required=True,
    ),
    _field(
        "name",
        _("Name"),
        "Nama",
        "nama lengkap, nama pegawai, nama pns, nama asn, nama dan gelar, nama beserta gelar, nama gelar, "
        "nama lengkap dan gelar, nama lengkap beserta gelar, nama lengkap gelar",
        required=True,
        length=250,
    ),
    _field(
        "front_degree",
        _("Degree before the name"),
        "Gelar depan",
        "gelar dpn, glr depan, glr dpn, gelar di depan",
        length=60,
    ),
    _field(
        "back_degree",
        _("Degree after the name"),
        "Gelar belakang",
        "gelar blk, glr belakang, glr blk, gelar di belakang",
        length=120,
    ),
    _field("sex", _("Sex"), "Jenis kelamin", "jns kelamin, kelamin, jk, l p, gender"),
    _field(
        "employment",
        _("Employment"),
        "Status kepegawaian",
        "jenis kepegawaian, status pegawai, jenis pegawai nama, jenis pegawai, status asn, jenis asn, "
        "status cpns pns, status kepeg, jenis pegawai asn, pns pppk",
        required=True,
    ),
    _field(
        "golongan",
        _("Grade (golongan)"),
        "Golongan",
        "gol ruang akhir, gol ruang akhir nama, golongan ruang akhir, golongan ruang, gol ruang, gol, "
        "gol akhir, golongan akhir, pangkat gol ruang, pangkat golongan ruang, pangkat gol, "
        "pangkat golongan, pangkat gol akhir, gol pangkat, golru, pangkat",
    ),
    _field(
        "unit_name",
        _("Unit"),
        "Unit kerja",
        "unor nama, nama unor, unor, nama unit kerja, nama unit, unit, unit organisasi, satuan kerja, "
        "satker, satuan kerja nama, unit kerja nama",
        required=True,
        length=250,
    ),
    _field(
        "unit_code",
        _("Code of the unit"),
        "Kode unit kerja",
        "unor id, kode unor, id unor, kode unit, kode satker, id unit kerja",
        length=60,
    ),
    _field(
        "parent_unit_name",
        _("Office the unit belongs to"),
        "Unit induk",
        "unor induk nama, unor induk, nama unor induk, opd, nama opd, perangkat daerah, skpd, nama skpd, "
        "unit kerja induk, satuan kerja induk, satker induk, instansi, dinas",
        length=250,
    ),
    _field(
        "position_name",
        _("Post"),
        "Jabatan",
        "jabatan nama, nama jabatan, jabatan terakhir, jabatan sekarang, nama jabatan terakhir",
        length=250,
    ),
    _field("position_code", _("Code of the post"), "Kode jabatan", "jabatan id, id jabatan", length=60),
    _field(
        "position_kind",
        _("Kind of post"),
        "Jenis jabatan",
        "jenis jabatan nama, jns jabatan, tipe jabatan, jenis jabatan id",
    ),
    _field(
        "position_level",
        _("Rung (jenjang)"),
        "Jenjang jabatan",
        "jenjang, jenjang jf, jenjang fungsional, tingkat jabatan",
        length=60,
    ),
    _field("eselon", _("Eselon"), "Eselon", "eselon nama, esl, eselonering", kept=False),
    _field(
        "started_on",
        _("In this post since"),
        "TMT jabatan",
        "jabatan tmt, tmt jabatan terakhir, tgl mulai jabatan, tmt",
    ),
    _field(
        "place_name",
        _("Place of work"),
        "Tempat kerja",
        "lokasi kerja, lokasi kerja nama, tempat tugas, tempat bertugas, lokasi, lokasi tugas, tempat",
        length=250,
    ),
    _field(
        "place_zone",
        _("Island or district of the place"),
        "Pulau atau kecamatan",
        "zona, pulau, kecamatan, pulau kecamatan, distrik, wilayah",
        length=120,
    ),
    _field("cpns_on", _("Candidate since (TMT CPNS)"), "TMT CPNS", "tanggal cpns, tgl cpns, cpns tmt"),
    _field("pns_on", _("Permanent since (TMT PNS)"), "TMT PNS", "tanggal pns, tgl pns, pns tmt"),
    _field(
        "retires_on",
        _("Last day of service"),
        "Hari terakhir dinas",
        "tanggal pensiun, tgl pensiun, tmt pensiun, pensiun tmt, tmt bup, bup tmt",
    ),
    _field(
        "supervisor_nip",
        _("NIP of the direct supervisor"),
        "NIP atasan langsung",
        "nip atasan, atasan nip, atasan langsung nip, nip pejabat penilai",
    ),
    _field(
        "target_position_name",
        _("Next post"),
        "Jabatan yang dituju",
        "jabatan target, target jabatan, rencana jabatan, jabatan berikutnya",
        length=250,
    ),
    _field(
        "email",
        _("Email"),
        "Surel",
        "email gov, email dinas, email kantor, email, e mail, alamat email, alamat surel, alamat e mail",
        length=254,
    ),
    _field(
        "left_on", _("Left on"), "Tanggal keluar", "tmt berhenti, tanggal berhenti, tgl berhenti, tmt keluar"
    ),
    _field(
        "born_on", _("Date of birth (compared, not kept)"), "Tanggal lahir", "tgl lahir, tgllahir", kept=False
    ),
)
BY_NAME: Final[Mapping[str, RosterField]] = {field.name: field for field in FIELDS}
# With these headers the day is the first one in retirement, not the last one of service.
RETIRED_FROM: Final = frozenset({"tmt pensiun", "pensiun tmt", "tmt bup", "bup tmt"})


@dataclass(frozen=True)
class Matching:
    """``fields``: field to column, from 0. ``unmatched``: columns nothing was found for.

    ``missing``: required fields without a column. ``sensitive``: column to the kind of personal data that is
    refused (``roster_sensitive.LABELS`` names the kinds); drop them with ``without_columns`` before anything
    is kept.
    """

    fields: dict[str, int]
    unmatched: list[int]
    missing: list[str]
    sensitive: dict[int, str]


def match_columns(
    columns: Sequence[str],
    remembered: Mapping[str, str],
    rows: Sequence[tuple[int, Sequence[str]]] = (),
) -> Matching:
    """Columns of a sheet matched to fields. ``remembered``: field to header, chosen for such a sheet before.

    With ``rows`` a column is also refused for what it holds, whatever it is called.
    """
    words = [normalise(column) for column in columns]
    known = {name for field in FIELDS for name in field.names}
    sensitive = dict(_sensitive(words, known, rows))
    free = {index for index in range(len(columns)) if index not in sensitive and words[index]}
    fields: dict[str, int] = {}
    # What a person chose goes before every guess.
    for name, header in remembered.items():
        if name in BY_NAME:
            _take(name, [normalise(header)], words, free, fields)
    for field in FIELDS:
        if field.name not in fields:
            _take(field.name, field.names, words, free, fields)
    # A sheet that only names the office names the unit people belong to.
    if "unit_name" not in fields and "parent_unit_name" in fields:
        fields["unit_name"] = fields.pop("parent_unit_name")
    return Matching(
        fields=fields,
        unmatched=[
            index for index in range(len(columns)) if index not in sensitive and index not in fields.values()
        ],
        missing=[field.name for field in FIELDS if field.required and field.name not in fields],
        sensitive=sensitive,
    )


def _take(
    name: str, wanted: Sequence[str], words: Sequence[str], free: set[int], fields: dict[str, int]
) -> None:
    for header in wanted:
        for index, word in enumerate(words):
            if index in free and word == header:
                fields[name] = index
                free.discard(index)
                return


def _sensitive(
    words: Sequence[str], known: set[str], rows: Sequence[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, str]]:
    for index, header in enumerate(words):
        kind = None if header in known else kind_of_words(header.split())
        if kind is None and rows:
            filled = (cells[index] for _, cells in rows if cells[index])
            kind = kind_of_contents([cell for cell, _ in zip(filled, range(_SAMPLE), strict=False)])
        if kind is not None:
            yield index, kind


def header_signature(columns: Sequence[str]) -> str:
    """The same for sheets with the same headers in whatever order, also for the sheet of rows to mend."""
    ours = {normalise(WRONG_HEADER), normalise(REMEDY_HEADER)}
    words = sorted({normalise(column) for column in columns} - ours - {""})
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
