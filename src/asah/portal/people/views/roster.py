"""Importing a roster: send, match columns, look at the check, write, undo."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.sheets import SheetError
from asah.portal.people import actions, queries
from asah.portal.people.access import IMPORT_ROSTER, SEE_PEOPLE
from asah.portal.people.enums import BatchState
from asah.portal.people.forms import ColumnsForm, RosterForm
from asah.portal.people.models import RosterBatch
from asah.portal.people.views.lists import BATCHES, DIFFERENCES, FINDINGS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def list_batches(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    IMPORT_ROSTER.require(user)
    return BATCHES.respond(
        request, queries.batches_seen_by(user), template="people/batches.html", context={"may_import": True}
    )


def send_roster(request: HttpRequest) -> HttpResponse:
    """Reads the sheet at once: what must not be kept is dropped before anything is."""
    user = signed_in(request)
    IMPORT_ROSTER.require(user)
    form = RosterForm(request.POST or None, request.FILES or None, viewer=user)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = actions.receive_roster(
                actor=user, unit=form.cleaned_data["unit"], name=file.name, content=file.read()
            )
        except SheetError as error:
            for line in actions.lines_of(error):
                form.add_error("file", line)
        else:
            return redirect("people:columns", number=batch.pk)
    return render(request, "people/import.html", {"form": form})


def match_columns(request: HttpRequest, number: int) -> HttpResponse:
    """Which column is which: what is known from before is filled in."""
    user = signed_in(request)
    batch = get_visible(request, RosterBatch, "file", "unit", pk=number)
    if batch.state not in (BatchState.SENT, BatchState.CHECKED, BatchState.FAILED):
        return redirect("people:batch", number=batch.pk)
    form = ColumnsForm(request.POST or None, batch=batch)
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin_check(actor=user, batch=batch, mapping=form.mapping)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("people:batch", number=batch.pk)
    context = {"batch": batch, "form": form, "notes": actions.lines_of_notes(batch.warnings)}
    return render(request, "people/columns.html", context)


def show_batch(request: HttpRequest, number: int) -> HttpResponseBase:
    batch = get_visible(request, RosterBatch, "file", "unit", "created_by", "job", pk=number)
    if batch.state == BatchState.SENT:
        return redirect("people:columns", number=batch.pk)
    differences = DIFFERENCES.bind(request, queries.differences_of(batch), keep=FINDINGS.parameters)
    part = differences.answer()
    if part is not None:
        return part
    context = {
        "batch": batch,
        "counts": queries.counts_of(batch),
        "differences": differences,
        "may_apply": batch.state == BatchState.CHECKED and batch.counts.get("taken", 0) > 0,
        "may_undo": batch.state == BatchState.APPLIED,
    }
    return FINDINGS.respond(
        request,
        queries.findings_of(batch),
        template="people/batch.html",
        context=context,
        keep=DIFFERENCES.parameters,
    )


@require_POST
def apply_batch(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    batch = get_visible(request, RosterBatch, pk=number)
    try:
        actions.begin_apply(actor=user, batch=batch)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("people:batch", number=batch.pk)


@require_POST
def undo_batch(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    batch = get_visible(request, RosterBatch, pk=number)
    try:
        actions.begin_undo(actor=user, batch=batch)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("people:batch", number=batch.pk)


def error_sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The rows that were left out or doubted, to be mended and sent again."""
    batch = get_visible(request, RosterBatch, "file", pk=number)
    response = HttpResponse(actions.make_error_sheet(batch), content_type=XLSX)
    name = _("to-mend")
    response["Content-Disposition"] = f'attachment; filename="asah-{batch.pk}-{name}.xlsx"'
    return response


def export_roster(request: HttpRequest) -> HttpResponse:
    """Everybody the reader may see, in the columns that an import reads back without a change."""
    user = signed_in(request)
    SEE_PEOPLE.require(user)
    response = HttpResponse(actions.export_roster(viewer=user), content_type=XLSX)
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="asah-roster-{day}.xlsx"'
    return response
