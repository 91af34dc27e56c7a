"""Reading a sheet of required levels: every bad row is told at once, then all is written or nothing.

Columns are known by their names in Indonesian and English; an exported sheet reads back without a change.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from asah.portal.base import audit
from asah.portal.base.files import store
from asah.portal.base.models import StoredFile, Unit, User
from asah.portal.base.sheets import Sheet, explain, read_sheet
from asah.portal.competency.access import require_edit
from asah.portal.competency.actions.requirements import (
    MOST_IMPORTANT,
    Change,
    Plan,
    plan_changes,
    set_requirements,
)
from asah.portal.competency.enums import Basis
from asah.portal.competency.models import HIGHEST, LOWEST, Competency
from asah.portal.people.models import Position

PURPOSE: Final = "competency.standards"
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "post_code": ("kode jabatan", "post code", "position code"),
    "post": ("nama jabatan", "jabatan", "post", "post name", "position name"),
    "competency_code": ("kode kompetensi", "competency code"),
    "level": ("level", "level kompetensi", "level yang dituntut", "required level"),
    "importance": ("bobot", "kepentingan", "importance", "weight"),
    "basis": ("dasar", "basis"),
    "source": ("sumber", "source"),
}
_BASES: Final[Mapping[str, Basis]] = {
    "": Basis.STIPULATED,
    "ditetapkan": Basis.STIPULATED,
    "stipulated": Basis.STIPULATED,
    "bawaan": Basis.DEFAULT,
    "default": Basis.DEFAULT,
}
_LONGEST_SOURCE: Final = 300
_LONGEST_SHOWN: Final = 80


@dataclass(frozen=True)
class Finding:
    """What is wrong or odd in one row; ``hinders``: nothing is written while it stands."""

    row: int
    column: str
    value: str
    text: str
    hinders: bool = True


@dataclass(frozen=True)
class CheckedSheet:
    """What a sheet comes to. ``plan``: what would be written; ``notes``: what was noticed about the file."""

    rows: int
    changes: Sequence[Change]
    findings: Sequence[Finding]
    notes: Sequence[str]
    plan: Plan

    @property
    def bad_rows(self) -> int:
        return len({finding.row for finding in self.findings if finding.hinders})

    @property
    def may_apply(self) -> bool:
        return not self.bad_rows and not self.plan.problems and bool(self.plan.steps)


@transaction.atomic
def receive_standards(*, actor: User, agency: Unit, name: str, content: bytes) -> StoredFile:
    """Keeps a sheet whose columns can be told; SheetError or ValidationError with what to send instead."""
    require_edit(actor, agency)
    _columns(read_sheet(content, name))
    file = store(content, name, user=actor, unit=agency, purpose=PURPOSE, allowed={"xlsx", "csv"})
    audit.record(actor, "standards.received", file, unit=agency, detail={"bytes": file.size})
    return file


def check_standards(*, file: StoredFile, on: dt.date | None = None) -> CheckedSheet:
    """Looks into every row of a kept sheet and writes nothing."""
    sheet = read_sheet(file.path, file.name)
    columns = _columns(sheet)
    changes, findings = _Rows(sheet, columns, file.unit).read()
    used = set(columns.values())
    left = [name for place, name in enumerate(sheet.columns) if name and place not in used]
    notes = [" ".join(explain(note)) for note in sheet.warnings]
    if left:
        notes.append(_("Columns that were not read: %(names)s.") % {"names": ", ".join(left)})
    bad = any(finding.hinders for finding in findings)
    plan = plan_changes(agency=file.unit, changes=[] if bad else changes, on=on)
    return CheckedSheet(len(sheet.rows), changes, findings, notes, plan)


@transaction.atomic
def apply_standards(*, actor: User, file: StoredFile, on: dt.date | None = None) -> Plan:
    """Writes the whole sheet, or nothing: ValidationError where a row is bad or late for the day."""
    require_edit(actor, file.unit)
    checked = check_standards(file=file, on=on)
    if checked.bad_rows:
        raise ValidationError(
            _("%(count)s rows are wrong, so nothing was written. Mend them and send the sheet again.")
            % {"count": checked.bad_rows}
        )
    plan = set_requirements(actor=actor, agency=file.unit, changes=checked.changes, on=on)
    audit.record(actor, "standards.imported", file, unit=file.unit, detail=plan.counts)
    return plan


def _columns(sheet: Sheet) -> dict[str, int]:
    """Field to column number. ValidationError with every column that is missing or stands there twice."""
    found: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(sheet.columns):
        plain = " ".join(re.sub(r"[_/.()*:]+", " ", heading).casefold().split())
        field = next((name for name, known in HEADERS.items() if plain in known), None)
        if field is None:
            continue
        if field in found:
            problems.append(
                _("The column %(name)s stands there twice. Keep one of them.") % {"name": heading}
            )
        found[field] = place
    needed = [("competency_code", _("Competency code")), ("level", _("Level"))]
    missing = [label for field, label in needed if field not in found]
    if "post_code" not in found and "post" not in found:
        missing.insert(0, _("Post code"))
    problems += [
        _("The column “%(name)s” is missing. Name it so in the header and send the sheet again.")
        % {"name": label}
        for label in missing
    ]
    if problems:
        raise ValidationError(problems)
    return found


class _Rows:
    """One reading of a sheet against the posts and competencies of an agency."""

    def __init__(self, sheet: Sheet, columns: Mapping[str, int], agency: Unit) -> None:
        self.sheet, self.columns = sheet, columns
        self.findings: list[Finding] = []
        posts = list(Position.objects.filter(agency=agency))
        self.by_code = {post.code.casefold(): post for post in posts}
        self.by_name: dict[str, list[Position]] = {}
        for post in posts:
            self.by_name.setdefault(_plain(post.name), []).append(post)
        self.competencies = {one.code.casefold(): one for one in Competency.objects.filter(agency=agency)}
        self.seen: dict[tuple[int, int], int] = {}
        self.bases = {**_BASES, **_labels_of_bases()}

    def read(self) -> tuple[list[Change], list[Finding]]:
        changes = [change for number, cells in self.sheet.rows if (change := self._row(number, cells))]
        return changes, self.findings

    def _row(self, number: int, cells: Sequence[str]) -> Change | None:
        """The change of one row; None where anything in it hinders, all of which is told."""
        before = len(self.findings)

        def wrong(field: str, text: str, *, hinders: bool = True) -> None:
            place = self.columns.get(field)
            heading = "" if place is None else self.sheet.columns[place]
            value = "" if place is None else cells[place][:_LONGEST_SHOWN]
            self.findings.append(Finding(number, heading, value, text, hinders))

        if number in self.sheet.ragged:
            wrong(
                "",
                _("The row has more cells than the header. Put texts with the delimiter in quotation marks."),
            )
            return None
        post = self._post(cells, wrong)
        competency = self._competency(cells, wrong)
        level = self._level(cells, wrong)
        importance = self._importance(cells, wrong)
        basis = self.bases.get(_plain(self._cell(cells, "basis")))
        if basis is None:
            wrong("basis", _("Write “stipulated standard” or “default, not stipulated”, or leave it blank."))
        source = self._cell(cells, "source") if "source" in self.columns else None
        if source and len(source) > _LONGEST_SOURCE:
            wrong("source", _("The source is longer than 300 letters. Shorten it."))
        if post and competency:
            pair = (post.pk, competency.pk)
            if pair in self.seen:
                wrong(
                    "competency_code",
                    _("Row %(row)s already has this post and competency. Keep one of them.")
                    % {"row": self.seen[pair]},
                )
            self.seen.setdefault(pair, number)
        hindered = any(finding.hinders for finding in self.findings[before:])
        if hindered or post is None or competency is None or level is None or basis is None:
            return None
        return Change(post.pk, competency.pk, level, importance, basis.value, source)

    def _cell(self, cells: Sequence[str], field: str) -> str:
        place = self.columns.get(field)
        return "" if place is None else " ".join(cells[place].split())

    def _post(self, cells: Sequence[str], wrong: Callable[..., None]) -> Position | None:
        code, name = self._cell(cells, "post_code"), self._cell(cells, "post")
        if code:
            post = self.by_code.get(code.casefold())
            if post is None:
                wrong("post_code", _("There is no post with this code. Look it up in the list of posts."))
            elif name and _plain(name) != _plain(post.name):
                text = _("The post with this code is called “%(name)s”; the code was followed.") % {
                    "name": post.name
                }
                wrong("post", text, hinders=False)
            return post
        if not name:
            wrong("post_code", _("Fill in the code of the post."))
            return None
        named = self.by_name.get(_plain(name), [])
        if len(named) == 1:
            return named[0]
        wrong(
            "post",
            _("Several posts have this name. Fill in the code of the one that is meant.")
            if named
            else _("There is no post with this name. Look it up in the list of posts, and fill in its code."),
        )
        return None

    def _competency(self, cells: Sequence[str], wrong: Callable[..., None]) -> Competency | None:
        code = self._cell(cells, "competency_code")
        competency = self.competencies.get(code.casefold())
        if not code:
            wrong("competency_code", _("Fill in the code of the competency."))
        elif competency is None:
            wrong(
                "competency_code",
                _("There is no competency with this code. Add it first, or correct the code."),
            )
        elif competency.archived_at is not None:
            wrong(
                "competency_code", _("This competency is archived. Restore it first, or leave the row out.")
            )
            return None
        return competency

    def _level(self, cells: Sequence[str], wrong: Callable[..., None]) -> int | None:
        level = _number(self._cell(cells, "level"))
        if level is not None and level == int(level) and LOWEST <= level <= HIGHEST:
            return int(level)
        wrong(
            "level",
            _("Give a level from 1 to 5. A level is cleared on the page of the post, not by a sheet."),
        )
        return None

    def _importance(self, cells: Sequence[str], wrong: Callable[..., None]) -> Decimal | None:
        text = self._cell(cells, "importance")
        importance = _number(text)
        if not text:
            return None
        if (
            importance is not None
            and 0 <= importance <= MOST_IMPORTANT
            and importance == round(importance, 2)
        ):
            return importance
        wrong("importance", _("Give a number from 0 to 999.99 with at most two decimals, or leave it blank."))
        return None


def _labels_of_bases() -> dict[str, Basis]:
    """The words of an exported sheet, whatever language it was exported in."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.update({_plain(str(basis.label)): basis for basis in Basis})
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _number(text: str) -> Decimal | None:
    """A number with a comma or a point before its decimals; None for anything else."""
    if not re.fullmatch(r"\d{1,6}([.,]\d{1,6})?", text, re.ASCII):
        return None
    return Decimal(text.replace(",", "."))
