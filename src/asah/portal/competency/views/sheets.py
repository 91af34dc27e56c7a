"""Standards out of a sheet and into one."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.files import FileRefused
from asah.portal.base.models import StoredFile
from asah.portal.base.sheets import SheetError, explain
from asah.portal.competency import actions, queries
from asah.portal.competency.access import EDIT_FRAMEWORK
from asah.portal.competency.forms import StandardsForm
from asah.portal.competency.views.agency import about, address, agency_asked
from asah.portal.competency.views.lists import FINDINGS, SHEET_COLUMNS
from asah.portal.competency.views.standards import tell_saved
from asah.portal.ui.tables.export import answer_export


def export_standards(request: HttpRequest) -> HttpResponseBase:
    """Every required level in force, in the columns that an import reads back without a change."""
    agency = agency_asked(request)
    rows = queries.standards_of(signed_in(request), agency).iterator(chunk_size=2000)
    name = f"asah-standards-{timezone.localdate().isoformat()}"
    return answer_export("xlsx", name, _("Standards of posts"), SHEET_COLUMNS, rows)


def send_standards(request: HttpRequest) -> HttpResponse:
    agency = agency_asked(request, to_edit=True)
    form = StandardsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            file = actions.receive_standards(
                actor=signed_in(request), agency=agency, name=sent.name, content=sent.read()
            )
        except SheetError as error:
            for note in error.problems:
                form.add_error("file", " ".join(explain(note)))
        except FileRefused as error:
            form.add_error("file", str(error))
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(f"{reverse('competency:sheet', args=[file.pk])}?on={form.cleaned_data['on']}")
    return render(request, "competency/import.html", {**about(request, agency), "form": form})


def check_sheet(request: HttpRequest, number: int) -> HttpResponseBase:
    """What the sheet would change, and all that is wrong in it; nothing is written yet."""
    file = _sheet(request, number)
    on = _day_asked(request.GET.get("on", ""))
    checked = actions.check_standards(file=file, on=on)
    context = {**about(request, file.unit), "file": file, "on": on, "checked": checked}
    return FINDINGS.respond(
        request, checked.findings, template="competency/sheet.html", context=context, keep=("on",)
    )


@require_POST
def apply_sheet(request: HttpRequest, number: int) -> HttpResponse:
    file = _sheet(request, number)
    on = _day_asked(request.POST.get("on", ""))
    try:
        plan = actions.apply_standards(actor=signed_in(request), file=file, on=on)
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
        return redirect(f"{reverse('competency:sheet', args=[file.pk])}?on={on}")
    tell_saved(request, plan)
    return redirect(address("competency:posts", file.unit))


def _sheet(request: HttpRequest, number: int) -> StoredFile:
    file = get_visible(request, StoredFile, "unit", pk=number, purpose=actions.PURPOSE)
    EDIT_FRAMEWORK.require(signed_in(request), file.unit)
    return file


def _day_asked(text: str) -> dt.date:
    try:
        return parse_date(text) or timezone.localdate()
    except ValueError:
        return timezone.localdate()
