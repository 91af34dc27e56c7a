"""Predicates of performance (SKP) out of a sheet: looked at whole, then taken whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from asah.portal.base import audit, files
from asah.portal.base.models import StoredFile, Unit, User
from asah.portal.base.models.unit import below
from asah.portal.base.sheets import Note, Sheet, SheetError, explain, read_sheet
from asah.portal.needs.access import IMPORT_PERFORMANCE
from asah.portal.needs.enums import Predicate
from asah.portal.needs.models import Performance
from asah.portal.people.models import Person

PURPOSE: Final = "needs.performance"
FIRST_YEAR: Final = 2010
BATCH: Final = 2000
# Column to its name and the other words that offices write for it; only the period may be missing.
COLUMNS: Final[Mapping[str, tuple[str | Promise, frozenset[str]]]] = {
    "nip": (gettext_lazy("NIP"), frozenset({"nip", "nip baru"})),
    "year": (gettext_lazy("year"), frozenset({"tahun", "tahun penilaian", "year"})),
    "period": (gettext_lazy("period"), frozenset({"periode", "periode penilaian", "triwulan", "period"})),
    "predicate": (
        gettext_lazy("predicate"),
        frozenset({"predikat", "predikat kinerja", "predikat skp", "predicate"}),
    ),
}
PERIODS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("", "year", "tahun", "tahunan", "setahun", "akhir", "whole year", "satu tahun penuh"), "year"
    ),
    **{
        word % number: f"q{place}"
        for place, numbers in enumerate((("1", "i"), ("2", "ii"), ("3", "iii"), ("4", "iv")), start=1)
        for number in numbers
        for word in ("%s", "q%s", "tw %s", "tw%s", "triwulan %s", "triwulan%s", "quarter %s")
    },
}


@dataclass(frozen=True)
class Finding:
    """What is wrong in one row: which column, what stood there, what to write instead."""

    row: int
    column: str
    value: str
    text: str


@dataclass(frozen=True)
class CheckedPerformance:
    """``new``, ``changed``: (person, year, period, predicate) to write; ``same``: rows known already."""

    rows: int
    new: Sequence[tuple[int, int, str, str]]
    changed: Sequence[tuple[int, int, str, str]]
    same: int
    findings: Sequence[Finding]

    @property
    def bad_rows(self) -> int:
        return len({finding.row for finding in self.findings})

    @property
    def may_apply(self) -> bool:
        return not self.findings and bool(self.new or self.changed)


@transaction.atomic
def receive_performance(*, actor: User, unit: Unit, name: str, content: bytes) -> StoredFile:
    """Keeps a sheet that can be read and has the columns; ValidationError with every reason otherwise."""
    IMPORT_PERFORMANCE.require(actor, unit)
    try:
        _columns(read_sheet(content, name))
        return files.store(content, name, user=actor, unit=unit, purpose=PURPOSE, allowed={"xlsx", "csv"})
    except SheetError as error:
        raise ValidationError([_line(note) for note in error.problems]) from error
    except files.FileRefused as error:
        raise ValidationError(str(error)) from error


def check_performance(*, actor: User, file: StoredFile) -> CheckedPerformance:
    """Every row looked at; nothing is written."""
    IMPORT_PERFORMANCE.require(actor, file.unit)
    try:
        return _check(actor, file.unit, read_sheet(file.path, file.name))
    except SheetError as error:
        raise ValidationError([_line(note) for note in error.problems]) from error


@transaction.atomic
def apply_performance(*, actor: User, file: StoredFile) -> CheckedPerformance:
    """Takes a sheet without findings as a whole. The same sheet twice is taken once."""
    checked = check_performance(actor=actor, file=file)
    if checked.findings:
        raise ValidationError(_("Nothing was taken: mend the rows that are named, and send the sheet again."))
    now = timezone.now()
    Performance.objects.bulk_create(
        [
            Performance(person_id=person, year=year, period=period, predicate=predicate, imported_at=now)
            for person, year, period, predicate in (*checked.new, *checked.changed)
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["person", "year", "period"],
        update_fields=["predicate", "imported_at"],
    )
    detail = {
        "new": len(checked.new),
        "changed": len(checked.changed),
        "same": checked.same,
        "sha256": file.sha256,
    }
    audit.record(actor, "performance.imported", file, unit=file.unit, detail=detail)
    return checked


def _line(note: Note) -> str:
    what, remedy = explain(note)
    return f"{what} {remedy}"


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[_\-./:]+", " ", text).casefold().split())


def _columns(sheet: Sheet) -> dict[str, int]:
    names = [_plain(name) for name in sheet.columns]
    found = {
        column: next((place for place, name in enumerate(names) if name in words), -1)
        for column, (_label, words) in COLUMNS.items()
    }
    missing = [str(COLUMNS[column][0]) for column, place in found.items() if place < 0 and column != "period"]
    if missing:
        raise ValidationError(
            _("These columns are missing: %(names)s. Name them so in one row above the data.")
            % {"names": ", ".join(missing)}
        )
    return found


def _predicates() -> dict[str, str]:
    """Every way of writing the five: the word of the law, and the words of the portal in each language."""
    found = {_plain(predicate.value): predicate.value for predicate in Predicate}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {_plain(str(predicate.label)): predicate.value for predicate in Predicate}
    return found


def _check(actor: User, unit: Unit, sheet: Sheet) -> CheckedPerformance:
    places = _columns(sheet)
    paths = [path for path in IMPORT_PERFORMANCE.paths(actor) if path.startswith(f"{unit.agency_id}.")]
    people = dict(
        Person.objects.filter(below(paths, "current__unit__path"), agency=unit.agency_id).values_list(
            "nip", "pk"
        )
    )
    known = {
        (person, year, period): predicate
        for person, year, period, predicate in Performance.objects.filter(
            person__in=Person.objects.filter(
                below(paths, "current__unit__path"), agency=unit.agency_id
            ).values("pk")
        ).values_list("person_id", "year", "period", "predicate")
    }
    reader = _Reader(people, _predicates(), places)
    new, changed, same = [], [], 0
    for number, cells in sheet.rows:
        row = reader.read(number, cells)
        if row is None:
            continue
        before = known.get(row[:3])
        if before is None:
            new.append(row)
        elif before != row[3]:
            changed.append(row)
        else:
            same += 1
    return CheckedPerformance(len(sheet.rows), new, changed, same, reader.findings)


class _Reader:
    """Reads rows and gathers what is wrong in them."""

    def __init__(
        self, people: Mapping[str, int], predicates: Mapping[str, str], places: Mapping[str, int]
    ) -> None:
        self.people, self.predicates, self.places = people, predicates, places
        self.findings: list[Finding] = []
        self.first_at: dict[tuple[int, int, str], int] = {}

    def read(self, number: int, cells: Sequence[str]) -> tuple[int, int, str, str] | None:
        """The row, or None where anything in it is wrong."""
        texts = {column: cells[place].strip() if place >= 0 else "" for column, place in self.places.items()}
        before = len(self.findings)

        def wrong(column: str, text: str) -> None:
            self.findings.append(Finding(number, str(COLUMNS[column][0]), texts[column][:60], text))

        nip = re.sub(r"[\s.'`\u00a0\u2019-]+", "", texts["nip"])
        person = self.people.get(nip)
        if person is None:
            wrong("nip", _why_no_person(texts["nip"], nip))
        year = int(texts["year"]) if re.fullmatch(r"[0-9]{4}", texts["year"], re.ASCII) else 0
        if not FIRST_YEAR <= year <= timezone.localdate().year:
            wrong("year", _("Write the year of the appraisal in four digits; it cannot lie in the future."))
        period = PERIODS.get(_plain(texts["period"]))
        if period is None:
            wrong("period", _("Write “tahunan”, or “triwulan 1” to “triwulan 4”."))
        predicate = self.predicates.get(_plain(texts["predicate"]))
        if predicate is None:
            wrong(
                "predicate",
                _("Write Sangat Baik, Baik, Butuh Perbaikan, Kurang or Sangat Kurang, in full."),
            )
        if person is None or period is None or predicate is None or len(self.findings) > before:
            return None
        key = (person, year, period)
        if key in self.first_at:
            words = _("The same person, year and period as in row %(row)s. Keep one of them.")
            wrong("nip", words % {"row": self.first_at[key]})
            return None
        self.first_at[key] = number
        return person, year, period, predicate


def _why_no_person(text: str, digits: str) -> str:
    if re.fullmatch(r"\d(?:[.,]\d+)?E\+?\d+", text, re.IGNORECASE) or (
        len(digits) == 18 and digits.endswith("000")
    ):
        return _("The spreadsheet spoiled the number. Set the column to Text and paste the NIP again.")
    return _("Nobody in your units has this NIP. Check it against the list of people.")
