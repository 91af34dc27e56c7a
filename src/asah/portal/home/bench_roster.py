"""``./asah bench portal --roster``: how long a roster takes that looks as SIASN gives it.

The people are invented, and so is everything about them; the columns are those of a sheet of SIASN, also
those that are refused at the door and those that nobody matches.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import xlsxwriter

from asah.portal.base import jobs
from asah.portal.base.actions import create_unit, create_user, grant_role
from asah.portal.base.enums import Role
from asah.portal.base.models import Job
from asah.portal.people import actions
from asah.portal.people.models import Person

OFFICES, PARTS, PLACES, POSTS = 38, 9, 24, 150
COLUMNS = (
    "nipBaru", "nipLama", "nama", "gelarDepan", "gelarBelakang", "tempatLahir", "tglLahir", "jenisKelamin",
    "agama", "nik", "noHp", "alamat", "noNpwp", "bpjs", "statusPegawai", "tmtCpns", "tmtPns", "tmtPensiun",
    "unorId", "unorNama", "unorIndukNama", "jenisJabatan", "jabatanNama", "tmtJabatan", "golRuangAkhir",
    "eselon", "lokasiKerja", "email", "emailGov", "statusPerkawinan", "kpknNama", "kedudukanHukum",
    "tkPendidikanTerakhir", "pendidikanTerakhirNama", "tahunLulus", "mkTahun", "mkBulan", "noSkCpns",
    "noSkPns", "satuanKerjaNama",
)  # fmt: skip
_FIRST = (
    "Ani",
    "Budi",
    "Citra",
    "Dewi",
    "Eko",
    "Fitri",
    "Gilang",
    "Hana",
    "Indra",
    "Joko",
    "Kartika",
    "Maya",
)
_LAST = ("Rahayu", "Santoso", "Wijaya", "Lubis", "Siregar", "Hakim", "Basri", "Utami", "Pratama", "Saputra")
_JENJANG = ("Ahli Pertama", "Ahli Muda", "Ahli Madya")
_GRADES = ("II/c", "III/a", "III/b", "III/c", "III/d", "IV/a")


def time_roster(people: int) -> dict[str, Any]:
    """Seconds to read, check and write a sheet of so many people into an agency that has none yet."""
    agency = create_unit(actor=None, code="UJI", name="Kabupaten Uji")
    planner = create_user(actor=None, username="perencana", name="Perencana Uji")
    grant_role(actor=None, user=planner, role=Role.PLANNER, unit=agency)
    content = invent_sheet(people)
    seconds: dict[str, float] = {}
    with _timed(seconds, "read"):
        batch = actions.receive_roster(actor=planner, unit=agency, name="siasn.xlsx", content=content)
    with _timed(seconds, "check"):
        actions.begin_check(actor=planner, batch=batch, mapping=batch.mapping)
        _work()
    batch.refresh_from_db()
    with _timed(seconds, "write"):
        actions.begin_apply(actor=planner, batch=batch)
        _work()
    batch.refresh_from_db()
    counts = {name: batch.counts.get(name) for name in ("rows", "taken", "warned", "rejected", "create")}
    written = {"people": Person.objects.filter(agency=agency).count(), "state": batch.state}
    return {"bytes": len(content), "columns": len(COLUMNS), **counts, **written, "seconds": seconds}


def as_lines(timed: dict[str, Any]) -> str:
    """What was measured, as people read it."""
    seconds: dict[str, float] = timed["seconds"]
    lines = [
        f"{timed['database']}, {timed['rows']} rows of {timed['columns']} columns, {timed['bytes']} bytes",
        f"taken {timed['taken']}, left out {timed['rejected']}, people {timed['people']} ({timed['state']})",
        *(f"{step:<6}{took:>8.2f} s" for step, took in seconds.items()),
        f"{'all':<6}{sum(seconds.values()):>8.2f} s",
    ]
    return "\n".join(lines)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[step] = round(perf_counter() - began, 2)


def _work() -> None:
    """Does the job that was just asked for, here and now, as the worker would."""
    jobs.run_job.call(Job.objects.latest("pk").pk)


def invent_sheet(people: int) -> bytes:
    """The workbook; the same one every time."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("Data Utama")
        page.write_row(0, 0, COLUMNS)
        for number in range(people):
            for column, text in enumerate(_row(number)):
                page.write_string(number + 1, column, text)
    return target.getvalue()


def _row(number: int) -> tuple[str, ...]:
    office, part = number % OFFICES, number // OFFICES % PARTS
    sex = 1 + number % 2
    born = dt.date(1968 + number % 30, 1 + number % 12, 1 + number % 28)
    began = dt.date(born.year + 24, 1 + number // 7 % 12, 1)
    serial = number // 60 % 999 + 1
    nip = f"{born:%Y%m%d}{began:%Y%m}{sex}{serial:03d}"
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // 12 % len(_LAST)]
    post = number // 3 % POSTS
    until = dt.date(born.year + 58 + (born.month == 12), born.month % 12 + 1, 1)
    unit = f"Bagian {part} Dinas {office}" if part else f"Dinas {office}"
    return (
        nip, "", f"{first} {last} {number}", "", "S.E." if number % 3 else "", "Kota Uji",
        f"{born:%d-%m-%Y}", "LP"[sex - 1], "Islam", f"15020101{number:08d}", f"0812{number:08d}",
        f"Jalan Uji {number}", "", "", "PNS", f"{began:%d-%m-%Y}", f"01-03-{began.year + 1}",
        f"{until:%d-%m-%Y}", f"U{office:03d}{part}", unit, f"Dinas {office}", "Jabatan Fungsional",
        f"Jabatan Uji {post} {_JENJANG[post % 3]}", f"01-04-{max(2019, began.year + 1)}",
        _GRADES[number % len(_GRADES)], "", f"Kecamatan {number % PLACES}", "", f"uji{number}@example.id",
        "Menikah", "KPPN Uji", "Aktif", "S-1", "Ekonomi", str(born.year + 23), "10", "3", "", "",
        "Pemerintah Kabupaten Uji",
    )  # fmt: skip
