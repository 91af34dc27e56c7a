"""Scores of assessors and tests by sheet: send, look at the check, take."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import StoredFile
from asah.portal.needs import actions
from asah.portal.needs.access import PLAN_NEEDS
from asah.portal.needs.forms.cycle import ScoresForm
from asah.portal.needs.models import Cycle
from asah.portal.needs.views.lists_cycles import FINDINGS


def send_scores(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", pk=number)
    PLAN_NEEDS.require(user, cycle.agency)
    form = ScoresForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            file = actions.receive_scores(actor=user, cycle=cycle, name=sent.name, content=sent.read())
        except ValidationError as error:
            form.add_error("file", error.messages)
        else:
            return redirect("needs:check_scores", number=cycle.pk, file=file.pk)
    return render(request, "needs/scores.html", {"cycle": cycle, "form": form})


def check_scores(request: HttpRequest, number: int, file: int) -> HttpResponseBase:
    """What would be taken and every row that hinders it; a POST takes all of it."""
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", pk=number)
    PLAN_NEEDS.require(user, cycle.agency)
    sheet = get_visible(request, StoredFile, pk=file, purpose=actions.purpose_of(cycle))
    try:
        if request.method == "POST":
            taken = actions.apply_scores(actor=user, cycle=cycle, file=sheet)
            words = ngettext("%(count)s score was taken.", "%(count)s scores were taken.", taken)
            messages.success(request, words % {"count": taken})
            return redirect("needs:coverage", number=cycle.pk)
        checked = actions.check_scores(actor=user, cycle=cycle, file=sheet)
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
        return redirect("needs:scores", number=cycle.pk)
    context = {"cycle": cycle, "sheet": sheet, "checked": checked}
    return FINDINGS.respond(
        request, list(checked.findings), template="needs/check_scores.html", context=context
    )
