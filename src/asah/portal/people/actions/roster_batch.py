"""The way of a sheet: received without what must not be kept, matched, checked, written, taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Literal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit, jobs
from asah.portal.base.files import store
from asah.portal.base.models import Unit, User
from asah.portal.base.sheets import Note, Sheet, SheetError, explain, read_sheet, without_columns
from asah.portal.people.access import IMPORT_ROSTER, SEE_PEOPLE
from asah.portal.people.actions import roster_messages, roster_write
from asah.portal.people.actions.roster_check import Checked, check_roster
from asah.portal.people.actions.roster_columns import header_signature, match_columns
from asah.portal.people.actions.roster_load import load_known
from asah.portal.people.actions.roster_rows import Finding
from asah.portal.people.actions.roster_sheets import error_sheet, roster_sheet
from asah.portal.people.enums import BatchState, Severity
from asah.portal.people.models import RememberedColumns, RosterBatch, RosterFinding

LUMP = 1000


def receive_roster(*, actor: User, unit: Unit, name: str, content: bytes) -> RosterBatch:
    """Reads a sheet, drops what must not be kept, and keeps the rest.

    Raises SheetError for one not to be read.
    """
    IMPORT_ROSTER.require(actor, unit)
    sheet = read_sheet(content, name)
    agency = Unit.objects.get(pk=unit.agency_id)
    refused = match_columns(sheet.columns, {}, sheet.rows).sensitive
    kept = without_columns(sheet, set(refused))
    remembered = RememberedColumns.objects.filter(
        agency=agency, signature=header_signature(kept.columns)
    ).first()
    matching = match_columns(kept.columns, remembered.mapping if remembered else {})
    with transaction.atomic():
        file = store(_written(kept), name, user=actor, unit=unit, purpose="roster", allowed={"csv"})
        batch = RosterBatch.objects.create(
            agency=agency,
            unit=unit,
            file=file,
            created_by=actor,
            columns=list(kept.columns),
            refused=[sheet.columns[index] for index in refused],
            warnings=[[note.code, dict(note.params)] for note in kept.warnings],
            mapping=matching.fields,
        )
        audit.record(
            actor,
            "roster.received",
            batch,
            unit=unit,
            detail={"rows": len(kept.rows), "refused": sorted(set(refused.values()))},
        )
    return batch


@transaction.atomic
def begin_check(*, actor: User, batch: RosterBatch, mapping: dict[str, int]) -> None:
    """Remembers how the columns were matched and has the rows checked. Nothing of the roster changes."""
    IMPORT_ROSTER.require(actor, batch.unit)
    RememberedColumns.objects.update_or_create(
        agency=batch.agency,
        signature=header_signature(batch.columns),
        defaults={"mapping": {field: batch.columns[column] for field, column in mapping.items()}},
    )
    _move(batch, (BatchState.SENT, BatchState.CHECKED, BatchState.FAILED), BatchState.CHECKING)
    job = jobs.enqueue("people.check_roster", user=actor, unit=batch.unit, batch=batch.pk)
    RosterBatch.objects.filter(pk=batch.pk).update(mapping=mapping, job=job)


@transaction.atomic
def begin_apply(*, actor: User, batch: RosterBatch) -> None:
    """Has a checked sheet written. ValidationError where it is not checked, or was written already."""
    IMPORT_ROSTER.require(actor, batch.unit)
    _move(batch, (BatchState.CHECKED,), BatchState.APPLYING)
    job = jobs.enqueue("people.apply_roster", user=actor, unit=batch.unit, batch=batch.pk)
    RosterBatch.objects.filter(pk=batch.pk).update(job=job)


@transaction.atomic
def undo_batch(*, actor: User, batch: RosterBatch) -> None:
    IMPORT_ROSTER.require(actor, batch.unit)
    _move(batch, (BatchState.APPLIED,), BatchState.UNDONE)
    roster_write.take_back(actor=actor, batch=batch)


def _move(batch: RosterBatch, states: Iterable[BatchState], to: BatchState) -> None:
    """One of two who press the same button wins; the other is told."""
    if not RosterBatch.objects.filter(pk=batch.pk, state__in=list(states)).update(state=to):
        raise ValidationError(_("This sheet has moved on meanwhile. Look at its state now."))


def check_batch(batch: RosterBatch, running: jobs.Running) -> dict[str, int]:
    """The dry run: findings and counts are written, nothing else. Safe to run twice."""
    checked = _check(batch, running, 1.0)
    counts = checked.counts
    with transaction.atomic():
        batch.findings.all().delete()
        RosterFinding.objects.bulk_create(
            [
                RosterFinding(
                    batch=batch,
                    row=found.row,
                    column=found.column[:120],
                    value=found.value[:200],
                    severity=found.severity,
                    code=found.code,
                    facts=dict(found.params),
                )
                for found in checked.findings
            ],
            batch_size=LUMP,
        )
        RosterBatch.objects.filter(pk=batch.pk, state=BatchState.CHECKING).update(
            state=BatchState.CHECKED, counts=counts
        )
    return counts


def apply_batch(batch: RosterBatch, running: jobs.Running) -> dict[str, int]:
    """Checks again, since the roster may have changed, and writes. A second run finds nothing to do."""
    if batch.state != BatchState.APPLYING:
        return {}
    checked = _check(batch, running, 0.5)
    roster_write.write_roster(
        actor=batch.created_by, batch=batch, checked=checked, today=timezone.localdate()
    )
    return checked.counts


def _check(batch: RosterBatch, running: jobs.Running, share: float) -> Checked:
    """``share``: how much of the job's work this is, for its progress."""
    sheet = read_back(batch)
    total = len(sheet.rows)
    running.tell(0, total)
    today = timezone.localdate()
    known = load_known(batch.unit, today)
    running.tell(int(total * share / 3), total)
    running.stop_if_wanted()
    checked = check_roster(sheet, batch.mapping, known, today)
    running.tell(int(total * share), total)
    running.stop_if_wanted()
    return checked


def make_error_sheet(batch: RosterBatch) -> bytes:
    """The rows to mend, against the roster as it is now."""
    sheet = read_back(batch)
    today = timezone.localdate()
    return error_sheet(sheet, check_roster(sheet, batch.mapping, load_known(batch.unit, today), today))


def export_roster(*, viewer: User) -> bytes:
    """Everybody the viewer may see, in the columns that an import reads back without a change."""
    units = [unit for path in SEE_PEOPLE.paths(viewer) for unit in Unit.objects.filter(path=path)]
    if not units:
        raise PermissionDenied
    rows = []
    for unit in units:
        known = load_known(unit, timezone.localdate())
        inside = {(below.code, below.name) for below in known.units}
        rows += [
            values
            for values in known.people.values()
            if (values.get("unit_code"), values.get("unit_name")) in inside
        ]
    audit.record(
        viewer, "roster.exported", f"people:{len(rows)}", unit=units[0], detail={"people": len(rows)}
    )
    return roster_sheet(rows)


def lines_of(error: SheetError) -> list[str]:
    return [" ".join(map(str, explain(problem))) for problem in error.problems]


def lines_of_notes(notes: Iterable[tuple[str, dict[str, str | int]]]) -> list[str]:
    return [" ".join(map(str, explain(Note(code, params)))) for code, params in notes]


def sentence_of(found: RosterFinding) -> str:
    """What is wrong and how to mend it."""
    return " ".join(
        map(
            str,
            roster_messages.explain(
                Finding(found.row, found.column, found.value, _severity(found), found.code, found.facts)
            ),
        )
    )


def _severity(found: RosterFinding) -> Literal["error", "warning"]:
    return "error" if found.severity == Severity.ERROR else "warning"


def _written(sheet: Sheet) -> bytes:
    """The sheet as it is kept.

    First line header and its row number, then a row with its number, and if ragged.
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([sheet.header_row, "", *sheet.columns])
    writer.writerows([number, int(number in sheet.ragged), *texts] for number, texts in sheet.rows)
    return stream.getvalue().encode()


def read_back(batch: RosterBatch) -> Sheet:
    """The sheet of a batch as it was received, less the columns that were refused."""
    with batch.file.path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        read = [(int(number), ragged == "1", tuple(texts)) for number, ragged, *texts in rows]
    return Sheet(
        name=batch.file.name,
        sheets=(batch.file.name,),
        header_row=int(header[0]),
        columns=tuple(header[2:]),
        rows=[(number, texts) for number, _ragged, texts in read],
        ragged=frozenset(number for number, ragged, _texts in read if ragged),
    )
