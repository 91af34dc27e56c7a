"""Scores of assessors and tests out of a sheet: looked at as a whole, then taken as a whole or not at all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit, files
from asah.portal.base.models import StoredFile, User
from asah.portal.base.sheets import Note, Sheet, SheetError, explain, read_sheet
from asah.portal.competency.models import HIGHEST, LOWEST, Competency
from asah.portal.needs.access import PLAN_NEEDS
from asah.portal.needs.enums import CycleState, RaterRole
from asah.portal.needs.models import Cycle, Member, Rating

# Column to its name and the other words that offices write for it.
COLUMNS: dict[str, tuple[str | Promise, frozenset[str]]] = {
    "nip": (gettext_lazy("NIP"), frozenset({"nip", "nip baru"})),
    "competency": (
        gettext_lazy("competency code"),
        frozenset({"kode kompetensi", "kompetensi", "competency code", "competency"}),
    ),
    "score": (gettext_lazy("score"), frozenset({"skor", "nilai", "level", "score"})),
    "day": (gettext_lazy("date"), frozenset({"tanggal", "tanggal penilaian", "date"})),
    "instrument": (gettext_lazy("instrument"), frozenset({"instrumen", "alat ukur", "instrument"})),
    "role": (gettext_lazy("role"), frozenset({"peran", "peran penilai", "role"})),
}
ROLES = {
    "asesor": RaterRole.ASSESSOR,
    "assessor": RaterRole.ASSESSOR,
    "tes": RaterRole.TEST,
    "test": RaterRole.TEST,
}
BATCH = 2000
LONGEST_INSTRUMENT = 60


@dataclass(frozen=True)
class Finding:
    """What is wrong in one row: which column, what stood there, what to write instead."""

    row: int
    column: str
    value: str
    text: str


@dataclass(frozen=True)
class Score:
    """One row that can be taken."""

    person_id: int
    competency_id: int
    role: str
    score: Decimal
    day: dt.date
    instrument: str


@dataclass(frozen=True)
class CheckedScores:
    """``scores``: new ones; ``known``: rows whose score was taken before, from the same or another sheet."""

    rows: int
    scores: tuple[Score, ...]
    known: int
    findings: tuple[Finding, ...]


def purpose_of(cycle: Cycle) -> str:
    return f"needs.scores.{cycle.pk}"


@transaction.atomic
def receive_scores(*, actor: User, cycle: Cycle, name: str, content: bytes) -> StoredFile:
    """Keeps a sheet that can be read and has the columns; ValidationError with every reason why not."""
    _may_import(actor, cycle)
    try:
        sheet = read_sheet(content, name)
    except SheetError as error:
        raise ValidationError([_line(note) for note in error.problems]) from error
    _columns(sheet)
    try:
        return files.store(
            content, name, user=actor, unit=cycle.agency, purpose=purpose_of(cycle), allowed={"xlsx", "csv"}
        )
    except files.FileRefused as error:
        raise ValidationError(str(error)) from error


def check_scores(*, actor: User, cycle: Cycle, file: StoredFile) -> CheckedScores:
    """Every row looked at; nothing is written."""
    _may_import(actor, cycle)
    try:
        sheet = read_sheet(file.path, file.name)
    except SheetError as error:
        raise ValidationError([_line(note) for note in error.problems]) from error
    return _check(cycle, sheet)


@transaction.atomic
def apply_scores(*, actor: User, cycle: Cycle, file: StoredFile) -> int:
    """Takes all new scores of a sheet without findings; how many. The same sheet twice is taken once."""
    # Two sheets at once would both find the same scores new.
    Cycle.objects.select_for_update().get(pk=cycle.pk)
    checked = check_scores(actor=actor, cycle=cycle, file=file)
    if checked.findings:
        raise ValidationError(_("Nothing was taken: mend the rows that are named, and send the sheet again."))
    Rating.objects.bulk_create(
        [
            Rating(
                cycle=cycle,
                person_id=each.person_id,
                competency_id=each.competency_id,
                role=each.role,
                score=each.score,
                rated_on=each.day,
                instrument=each.instrument,
            )
            for each in checked.scores
        ],
        batch_size=BATCH,
    )
    detail = {"scores": len(checked.scores), "known": checked.known, "sha256": file.sha256}
    audit.record(actor, "needs.scores_taken", cycle, unit=cycle.agency, detail=detail)
    return len(checked.scores)


def _may_import(actor: User, cycle: Cycle) -> None:
    PLAN_NEEDS.require(actor, cycle.agency)
    if cycle.state not in (CycleState.OPEN, CycleState.CLOSED):
        raise ValidationError(_("Scores are taken once the analysis is open, until it is finished."))


def _line(note: Note) -> str:
    what, remedy = explain(note)
    return f"{what} {remedy}"


def _columns(sheet: Sheet) -> dict[str, int]:
    """Field to place of its column. ValidationError naming every column that is missing."""
    names = [" ".join(re.sub(r"[^a-z ]", " ", name.lower()).split()) for name in sheet.columns]
    found = {
        column: next((place for place, name in enumerate(names) if name in words), -1)
        for column, (_label, words) in COLUMNS.items()
    }
    missing = [str(COLUMNS[column][0]) for column, place in found.items() if place < 0]
    if missing:
        raise ValidationError(
            _("These columns are missing: %(names)s. Name them so, in one row above the data.")
            % {"names": ", ".join(missing)}
        )
    return found


def _check(cycle: Cycle, sheet: Sheet) -> CheckedScores:
    places = _columns(sheet)
    people = dict(Member.objects.filter(cycle=cycle).values_list("person__nip", "person_id"))
    coded = Competency.objects.filter(agency=cycle.agency_id)
    competencies = {code.lower(): pk for code, pk in coded.values_list("code", "pk")}
    known = {
        (person, competency, role, score, day, instrument)
        for person, competency, role, score, day, instrument in Rating.objects.filter(
            cycle=cycle, rater=None
        ).values_list("person_id", "competency_id", "role", "score", "rated_on", "instrument")
    }
    findings: list[Finding] = []
    scores: list[Score] = []
    first_at: dict[tuple[Any, ...], int] = {}
    repeated = 0
    today = timezone.localdate()
    for number, cells in sheet.rows:
        texts = {column: cells[place].strip() for column, place in places.items()}
        read = {column: _READERS[column](texts[column]) for column in COLUMNS}
        read["nip"] = people.get(str(read["nip"])) or _why_no_person(texts["nip"])
        read["competency"] = competencies.get(texts["competency"].lower()) or _(
            "Your agency has no competency with this code. Look it up in the framework."
        )
        if isinstance(read["day"], dt.date) and read["day"] > today:
            read["day"] = _("The date lies in the future. Write the day of the assessment.")
        wrong = [
            Finding(number, str(COLUMNS[column][0]), texts[column][:60], value)
            for column, value in read.items()
            if isinstance(value, str) and not isinstance(value, RaterRole) and column != "instrument"
        ]
        if not wrong:
            score = Score(
                read["nip"],
                read["competency"],
                read["role"].value,
                read["score"],
                read["day"],
                read["instrument"],
            )
            key = (score.person_id, score.competency_id, score.role, score.day, score.instrument)
            if key in first_at:
                words = _(
                    "The same person, competency, role, date and instrument as in row %(row)s. Keep one."
                )
                wrong = [
                    Finding(number, str(COLUMNS["nip"][0]), texts["nip"], words % {"row": first_at[key]})
                ]
            elif (*key[:3], score.score, *key[3:]) in known:
                repeated += 1
            else:
                scores.append(score)
            first_at.setdefault(key, number)
        findings += wrong
    return CheckedScores(len(sheet.rows), tuple(scores), repeated, tuple(findings))


def _read_nip(text: str) -> str:
    return re.sub(r"[\s.'`\u00a0\u2019-]+", "", text)


def _why_no_person(text: str) -> str:
    digits = _read_nip(text)
    if re.fullmatch(r"\d(?:[.,]\d+)?E\+?\d+", text, re.IGNORECASE) or digits.endswith("000"):
        return _("The spreadsheet spoiled the number. Set the column to Text and paste the NIP again.")
    return _("Nobody in this analysis has this NIP. Check it against the list of people.")


def _read_score(text: str) -> Decimal | str:
    try:
        score = Decimal(text.replace(",", "."))
    except InvalidOperation:
        score = Decimal("NaN")
    if score.is_nan() or not LOWEST <= score <= HIGHEST or score != round(score, 2):
        return _("A score is a number from 1 to 5, with at most two decimals.")
    return round(score, 2)


def _read_day(text: str) -> dt.date | str:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
    return _("This is no date. Write it as 31/12/2026.")


def _read_role(text: str) -> RaterRole | str:
    return ROLES.get(text.lower()) or _("The role is “asesor” or “tes”.")


def _read_text(text: str) -> str:
    return text[:LONGEST_INSTRUMENT]


_READERS: dict[str, Callable[[str], Any]] = {
    "nip": _read_nip,
    "competency": _read_text,
    "score": _read_score,
    "day": _read_day,
    "instrument": _read_text,
    "role": _read_role,
}
