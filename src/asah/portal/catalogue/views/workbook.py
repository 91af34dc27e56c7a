"""Import and export of the whole catalogue: send, look at what it would change, write."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.files import FileRefused
from asah.portal.base.models import StoredFile
from asah.portal.base.sheets import SheetError, explain
from asah.portal.catalogue import actions
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.forms.books import WorkbookForm
from asah.portal.catalogue.views.agency import chosen_agency
from asah.portal.catalogue.views.lists.workbook import PROBLEMS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_workbook(request: HttpRequest) -> HttpResponse:
    agency = chosen_agency(request)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            file = actions.receive_workbook(
                actor=signed_in(request), agency=agency, name=sent.name, content=sent.read()
            )
        except FileRefused as error:
            form.add_error("file", str(error))
        else:
            return redirect(f"{reverse('catalogue:look', args=[file.pk])}?year={form.cleaned_data['year']}")
    context = {
        "form": form,
        "agency": agency,
        "sheets": actions.SHEETS,
        "crumbs": [(_("Programmes"), reverse("catalogue:list")), (_("Import and export"), "")],
    }
    return render(request, "catalogue/import.html", context)


def show_workbook(request: HttpRequest, number: int) -> HttpResponseBase:
    """What the workbook would change, or everything that must be mended first."""
    file = _sent_file(request, number)
    year = _year(request.GET.get("year", ""))
    crumbs = [(_("Import and export"), reverse("catalogue:import")), (file.name, "")]
    try:
        draft = actions.try_workbook(actor=signed_in(request), file=file, year=year)
    except SheetError as error:
        said = [" ".join(explain(note)) for note in error.problems]
        return render(request, "catalogue/look.html", {"file": file, "unreadable": said, "crumbs": crumbs})
    counts = [(spec.label, draft.counts[spec.name]) for spec in actions.SHEETS if spec.name in draft.counts]
    context = {"file": file, "year": year, "draft": draft, "counts": counts, "crumbs": crumbs}
    return PROBLEMS.respond(
        request, draft.problems, template="catalogue/look.html", context=context, keep=("year",)
    )


@require_POST
def apply_workbook(request: HttpRequest, number: int) -> HttpResponse:
    file = _sent_file(request, number)
    year = _year(request.POST.get("year", ""))
    try:
        draft = actions.apply_workbook(actor=signed_in(request), file=file, year=year)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('catalogue:look', args=[file.pk])}?year={year}")
    messages.success(request, _("Written: %(changes)s rows.") % {"changes": draft.changes})
    return redirect("catalogue:list")


def export_workbook(request: HttpRequest) -> HttpResponse:
    agency = chosen_agency(request)
    content = actions.export_catalogue(viewer=signed_in(request), agency=agency)
    response = HttpResponse(content, content_type=XLSX)
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="asah-catalogue-{day}.xlsx"'
    return response


def _sent_file(request: HttpRequest, number: int) -> StoredFile:
    """A workbook that the user sent, or that was sent to an agency they administer."""
    file = get_visible(request, StoredFile, "unit", pk=number, purpose=actions.PURPOSE)
    if not EDIT_CATALOGUE.held_by(signed_in(request), file.unit):
        raise PermissionDenied
    return file


def _year(text: str) -> int:
    usual = timezone.localdate().year + 1
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else usual
