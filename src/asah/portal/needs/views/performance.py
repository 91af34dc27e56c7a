"""Predicates of performance: the list, and a sheet of them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import StoredFile
from asah.portal.needs.access import IMPORT_PERFORMANCE, SEE_NEEDS
from asah.portal.needs.actions.performance import (
    PURPOSE,
    apply_performance,
    check_performance,
    receive_performance,
)
from asah.portal.needs.forms.performance import PerformanceForm
from asah.portal.needs.queries.boxes import performances_seen_by
from asah.portal.needs.views.lists_results import BAD_ROWS, PERFORMANCE
from asah.portal.ui.formats import number as write_number


def list_performance(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_NEEDS.require(user)
    context = {"may_import": IMPORT_PERFORMANCE.held_by(user)}
    return PERFORMANCE.respond(
        request, performances_seen_by(user), template="needs/performance.html", context=context
    )


def send_performance(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    IMPORT_PERFORMANCE.require(user)
    form = PerformanceForm(request.POST or None, request.FILES or None, viewer=user)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            file = receive_performance(
                actor=user, unit=form.cleaned_data["unit"], name=sent.name, content=sent.read()
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("needs:check_performance", number=file.pk)
    return render(request, "needs/import_performance.html", {"form": form})


def check_sheet(request: HttpRequest, number: int) -> HttpResponseBase:
    """What the sheet would write, and all that is wrong in it; taking it is a second step."""
    user = signed_in(request)
    file = get_visible(request, StoredFile, "unit", pk=number, purpose=PURPOSE)
    IMPORT_PERFORMANCE.require(user, file.unit)
    try:
        if request.method == "POST":
            done = apply_performance(actor=user, file=file)
            words = _("Taken: %(new)s new predicates, %(changed)s changed.")
            counts = {"new": write_number(len(done.new)), "changed": write_number(len(done.changed))}
            messages.success(request, words % counts)
            return redirect("needs:performance")
        checked = check_performance(actor=user, file=file)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        if request.method == "POST":
            return redirect("needs:check_performance", number=file.pk)
        return redirect("needs:performance")
    context = {"file": file, "checked": checked, "new": len(checked.new), "changed": len(checked.changed)}
    return BAD_ROWS.respond(
        request, checked.findings, template="needs/check_performance.html", context=context
    )
