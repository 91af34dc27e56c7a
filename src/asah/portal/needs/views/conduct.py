"""Cases of conduct. Whoever is not named in one does not learn that it exists."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.needs.access import OPEN_CASES
from asah.portal.needs.actions.conduct import close_case, note_listed, note_seen, open_case
from asah.portal.needs.enums import CaseState
from asah.portal.needs.forms.conduct import CaseForm
from asah.portal.needs.models import ConductCase
from asah.portal.needs.queries import conduct as queries
from asah.portal.needs.views.lists_results import CASE_TONES, CASES
from asah.portal.ui.once import submit_once


def list_cases(request: HttpRequest) -> HttpResponseBase:
    """The rows name people, so a look at them leaves its line."""
    user = signed_in(request)
    rows = queries.cases_seen_by(user)
    note_listed(actor=user, cases=list(rows))
    return CASES.respond(
        request, rows, template="needs/cases.html", context={"may_open": OPEN_CASES.held_by(user)}
    )


def add_case(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    OPEN_CASES.require(user)
    form = CaseForm(request.POST or None, viewer=user)
    if request.method == "POST" and form.is_valid():

        def keep() -> str:
            case = open_case(actor=user, case=form.filled, named=form.cleaned_data["named"])
            messages.success(request, _("Kept. Nobody but you and those named can see it."))
            return reverse("needs:case", args=[case.pk])

        try:
            return submit_once(request, form, keep)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "has_competencies": form.fields["competency"].queryset.exists()}  # type: ignore[attr-defined]
    return render(request, "needs/add_case.html", context)


def show_case(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    case = get_visible(request, ConductCase, "person__current__unit", "competency", "opened_by", pk=number)
    note_seen(actor=user, case=case)
    context = {
        "case": case,
        "tone": CASE_TONES[case.state],
        "is_open": case.state == CaseState.OPEN,
        "named": list(case.named.all()),
    }
    return render(request, "needs/case.html", context)


@require_POST
def end_case(request: HttpRequest, number: int) -> HttpResponse:
    case = get_visible(request, ConductCase, "person", pk=number)
    try:
        close_case(actor=signed_in(request), case=case)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("needs:case", number=case.pk)
