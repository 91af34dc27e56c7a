"""The sheets and columns of a workbook of the catalogue: the engine's names, and what people here say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from asah.portal.catalogue.actions.workbook import cells
from asah.portal.catalogue.enums import GainSource, ProgrammeState, ResourceKind
from asah.portal.people.enums import Connectivity, EmploymentKind, PositionKind


@dataclass(frozen=True)
class SheetColumn:
    """``name`` as in the engine's table; ``field`` of the row it fills; ``read`` turns its text into a value.

    ``refers``: instead of ``read``, what kind of row its text is the code of. ``needed``: for a new row.
    """

    name: str
    aliases: tuple[str, ...]
    field: str
    read: cells.Reader = cells.text
    refers: str = ""
    needed: bool = False


@dataclass(frozen=True)
class SheetSpec:
    """One sheet; ``key`` names the columns that tell its rows apart."""

    name: str
    aliases: tuple[str, ...]
    label: str | Promise
    key: tuple[str, ...]
    columns: tuple[SheetColumn, ...]

    def find(self, header: str) -> SheetColumn | None:
        wanted = cells.folded(header)
        return next((column for column in self.columns if wanted in (column.name, *column.aliases)), None)

    def column_of(self, field: str) -> str:
        """The column that fills a field; the field's own name where none does."""
        return next((column.name for column in self.columns if column.field == field), field)


def _column(name: str, *aliases: str, field: str = "", **options: Any) -> SheetColumn:
    return SheetColumn(name, aliases, field or name, **options)


JP = partial(cells.decimal, places=2)
LEVELS = partial(cells.decimal, places=3)

RESOURCES: Final = SheetSpec(
    "resources",
    ("sarana", "sumber_daya"),
    _("Resources"),
    ("resource_id", "year", "period"),
    (
        _column("resource_id", "kode_sarana", field="code", needed=True),
        _column("name", "nama"),
        _column("kind", "jenis", read=partial(cells.choice, choices=ResourceKind)),
        _column("place_id", "kode_tempat", "tempat", field="place", refers="place"),
        _column("year", "tahun", read=cells.whole),
        _column("period", "minggu", "periode", read=cells.whole),
        _column("classes", "kelas", read=cells.whole),
        _column("note", "catatan"),
    ),
)
PROGRAMMES: Final = SheetSpec(
    "programmes",
    ("program",),
    _("Programmes"),
    ("programme_id",),
    (
        _column("programme_id", "kode_program", field="code", needed=True),
        _column("name", "nama", "nama_program", needed=True),
        _column("description", "uraian"),
        _column("state", "keadaan", "status", read=partial(cells.choice, choices=ProgrammeState)),
        _column("form", "bentuk", read=cells.code, needed=True),
        _column("jp", read=JP, needed=True),
        _column("theory_jp", "jp_teori", read=JP),
        _column("practice_jp", "jp_praktik", read=JP),
        _column("simulation_jp", "jp_simulasi", read=JP),
        _column(
            "cost_per_person_idr",
            "biaya_per_peserta",
            "biaya_per_orang",
            field="cost_per_person",
            read=cells.money,
            needed=True,
        ),
        _column("fund_id", "sumber_dana", field="fund", refers="fund"),
        _column(
            "prerequisite_id", "program_prasyarat", "prasyarat", field="prerequisite", refers="programme"
        ),
        _column("organiser", "penyelenggara"),
        _column("curriculum_owner", "pembina_kurikulum", "instansi_pembina"),
        _column("connectivity", "jaringan", read=partial(cells.choice, choices=Connectivity)),
        _column("general", "umum", read=cells.truth),
        _column("counts_to_max", "dihitung_ke_batas", read=cells.truth),
        _column(
            "eligible_employment", "untuk_status", read=partial(cells.choices_of, choices=EmploymentKind)
        ),
        _column(
            "eligible_position_kind",
            "untuk_jenis_jabatan",
            read=partial(cells.choices_of, choices=PositionKind),
        ),
        _column("eligible_unit", "untuk_unit", field="eligible_units", refers="units"),
    ),
)
EFFECTS: Final = SheetSpec(
    "effects",
    ("programme_effects", "dampak", "kenaikan_level"),
    _("Expected gains"),
    ("programme_id", "competency_id"),
    (
        _column("programme_id", "kode_program", field="programme", refers="programme", needed=True),
        _column("competency_id", "kode_kompetensi", field="competency", refers="competency", needed=True),
        _column("gain_levels", "kenaikan", read=LEVELS, needed=True),
        _column("gain_sd", "simpangan_baku", read=LEVELS),
        _column("source", "asal", read=partial(cells.choice, choices=GainSource)),
        _column("note", "catatan"),
    ),
)
OFFERINGS: Final = SheetSpec(
    "offerings",
    ("penyelenggaraan", "penawaran"),
    _("Offerings"),
    ("year", "offering_id"),
    (
        _column("offering_id", "kode_penyelenggaraan", field="code", needed=True),
        _column("programme_id", "kode_program", field="programme", refers="programme", needed=True),
        _column("year", "tahun", read=cells.whole),
        _column("period", "minggu", "periode", "minggu_awal", read=cells.whole),
        _column("period_end", "minggu_akhir", "periode_akhir", read=cells.whole),
        _column("start_date", "tanggal_mulai", field="starts_on", read=cells.day),
        _column("end_date", "tanggal_selesai", field="ends_on", read=cells.day),
        _column("place_id", "kode_tempat", "tempat", field="place", refers="place"),
        _column("days", "hari", read=cells.whole),
        _column("seats_per_class", "kursi_per_kelas", read=cells.whole),
        _column("min_per_class", "peserta_minimum", read=cells.whole),
        _column("max_classes", "kelas_maksimum", read=cells.whole),
        _column("cost_per_class_idr", "biaya_per_kelas", field="cost_per_class", read=cells.money),
        _column("resource_id", "kode_sarana", "sarana", field="resource", refers="resource"),
    ),
)
PRICES: Final = SheetSpec(
    "prices",
    ("harga", "standar_harga"),
    _("Price book"),
    ("year", "region", "price_id"),
    (
        _column("price_id", "kode_harga", "kode", field="code", needed=True),
        _column("year", "tahun", read=cells.whole),
        _column("region", "wilayah", "daerah"),
        _column("name", "nama", "uraian", needed=True),
        _column("unit_of_measure", "satuan", needed=True),
        _column("amount_idr", "harga", "jumlah", field="amount", read=cells.money, needed=True),
        _column("source", "sumber"),
        _column("verified", "sudah_dicocokkan", read=cells.truth),
    ),
)
FARES: Final = SheetSpec(
    "fares",
    ("travel", "ongkos", "perjalanan"),
    _("Fares"),
    ("year", "from_place_id", "to_place_id"),
    (
        _column("year", "tahun", read=cells.whole),
        _column("from_place_id", "tempat_asal", "dari", field="origin", refers="place", needed=True),
        _column("to_place_id", "tempat_tujuan", "ke", field="destination", refers="place", needed=True),
        _column("cost_idr", "biaya_pergi_pulang", "biaya", field="cost", read=cells.money, needed=True),
        _column("per_day_idr", "uang_harian", field="per_day", read=cells.money),
    ),
)
# In the order in which they are read: what is referred to comes first.
SHEETS: Final = (RESOURCES, PROGRAMMES, EFFECTS, OFFERINGS, PRICES, FARES)


def find_sheet(name: str) -> SheetSpec | None:
    """The sheet that a tab of a workbook is, whatever case or blanks its name is written with."""
    wanted = cells.folded(name)
    return next((spec for spec in SHEETS if wanted in (spec.name, *spec.aliases)), None)
