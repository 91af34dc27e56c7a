"""The way of a sheet: received without what must not be kept, matched, checked, written, taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Literal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit, jobs
from asah.portal.base.files import forget, store
from asah.portal.base.models import Unit, User
from asah.portal.base.sheets import Note, Sheet, SheetError, explain, read_sheet, without_columns
from asah.portal.people.access import IMPORT_ROSTER, SEE_PEOPLE
from asah.portal.people.actions import roster_messages, roster_write
from asah.portal.people.actions.roster_check import Checked, check_roster
from asah.portal.people.actions.roster_columns import header_signature, match_columns
from asah.portal.people.actions.roster_differences import keep_differences
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
    """Remembers how the columns were matched, drops the others, and has the rows checked.

    Nothing of the roster changes.
    """
    IMPORT_ROSTER.require(actor, batch.unit)
    _move(batch, (BatchState.SENT, BatchState.CHECKED, BatchState.FAILED), BatchState.CHECKING)
    kept = sorted(mapping.values())
    columns = [batch.columns[column] for column in kept]
    # The sheet of rows to mend has the kept columns only, and is to be recognised too.
    for headers in (batch.columns, columns):
        RememberedColumns.objects.update_or_create(
            agency=batch.agency,
            signature=header_signature(headers),
            defaults={"mapping": {field: batch.columns[column] for field, column in mapping.items()}},
        )
    job = jobs.enqueue("people.check_roster", user=actor, unit=batch.unit, batch=batch.pk)
    moved = {field: kept.index(column) for field, column in mapping.items()}
    RosterBatch.objects.filter(pk=batch.pk).update(mapping=moved, columns=columns, job=job)
    if len(kept) < len(batch.columns):
        _drop_columns(actor, batch, set(range(len(batch.columns))) - set(kept))


def _drop_columns(actor: User, batch: RosterBatch, columns: set[int]) -> None:
    """Keeps the sheet without columns that nobody needs: what is not there cannot leak."""
    old = batch.file
    content = _written(without_columns(read_back(batch), columns))
    file = store(content, old.name, user=old.sent_by, unit=old.unit, purpose=old.purpose, allowed={"csv"})
    RosterBatch.objects.filter(pk=batch.pk).update(file=file)
    forget(old)
    audit.record(actor, "roster.columns_dropped", batch, unit=batch.unit, detail={"columns": len(columns)})


@transaction.atomic
def begin_apply(*, actor: User, batch: RosterBatch) -> None:
    """Has a checked sheet written. ValidationError where it is not checked, or was written already."""
    IMPORT_ROSTER.require(actor, batch.unit)
    _move(batch, (BatchState.CHECKED,), BatchState.APPLYING)
    job = jobs.enqueue("people.apply_roster", user=actor, unit=batch.unit, batch=batch.pk)
    RosterBatch.objects.filter(pk=batch.pk).update(job=job)


@transaction.atomic
def begin_undo(*, actor: User, batch: RosterBatch) -> None:
    """Has a written sheet taken back. ValidationError where a later one stands upon it."""
    IMPORT_ROSTER.require(actor, batch.unit)
    roster_write.refuse_under_later(batch)
    _move(batch, (BatchState.APPLIED,), BatchState.UNDOING)
    job = jobs.enqueue("people.undo_roster", user=actor, unit=batch.unit, batch=batch.pk)
    RosterBatch.objects.filter(pk=batch.pk).update(job=job)


def _move(batch: RosterBatch, states: Iterable[BatchState], to: BatchState) -> None:
    """One of two who press the same button wins; the other is told."""
    # With other columns it is another file, and what was chosen by their numbers means something else.
    same = RosterBatch.objects.filter(pk=batch.pk, state__in=list(states), file=batch.file_id)
    if not same.update(state=to):
        raise ValidationError(_("This sheet has moved on meanwhile. Look at its state now."))


def check_batch(batch: RosterBatch, running: jobs.Running) -> dict[str, int]:
    """The dry run: findings and counts are written, nothing else. Safe to run twice."""
    checked = _check(batch, running, 1.0)
    counts = checked.counts
    keep_differences(batch, checked)
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
    keep_differences(batch, checked)
    roster_write.write_roster(
        actor=batch.created_by, batch=batch, checked=checked, today=timezone.localdate()
    )
    return checked.counts


def undo_batch(batch: RosterBatch, running: jobs.Running) -> dict[str, int]:
    """Takes the sheet back. A second run finds nothing to do."""
    if batch.state != BatchState.UNDOING:
        return {}
    total = batch.changes.count()
    running.tell(0, total)
    batch.findings.filter(code="undo_protected").delete()
    try:
        told = roster_write.take_back(actor=running.row.created_by, batch=batch)
    except ProtectedError as error:
        count = len(error.protected_objects)
        batch.findings.create(row=0, severity=Severity.ERROR, code="undo_protected", facts={"count": count})
        raise jobs.JobRefused(_("Ratings or plans stand upon people of this sheet.")) from error
    except ValidationError as error:
        raise jobs.JobRefused(" ".join(error.messages)) from error
    running.tell(total, total)
    return told


def _check(batch: RosterBatch, running: jobs.Running, share: float) -> Checked:
    """``share``: how much of the job's work this is, for its progress."""
    sheet = read_back(batch)
    total = len(sheet.rows)
    running.tell(0, total)
    today = timezone.localdate()
    known = load_known(batch.unit, today, batch.created_by)
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
    known = load_known(batch.unit, today, batch.created_by)
    return error_sheet(sheet, check_roster(sheet, batch.mapping, known, today))


def export_roster(*, viewer: User) -> bytes:
    """Everybody the viewer may see, in the columns that an import reads back without a change."""
    units = [unit for path in SEE_PEOPLE.paths(viewer) for unit in Unit.objects.filter(path=path)]
    if not units:
        raise PermissionDenied
    rows = []
    for unit in units:
        known = load_known(unit, timezone.localdate())
        rows += [values for nip, values in known.people.items() if nip not in known.elsewhere]
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
