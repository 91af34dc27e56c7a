"""Verification by the heads of offices, and the end of an analysis."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.needs.access import PLAN_NEEDS, SEE_PROFILES, VERIFY_NEEDS
from asah.portal.needs.actions.verify import finish_cycle, return_needs, verify_needs
from asah.portal.needs.enums import CycleState, VerificationState
from asah.portal.needs.forms.verification import FinishForm, VerificationForm
from asah.portal.needs.models import Cycle, Member, Verification
from asah.portal.needs.queries import heatmap
from asah.portal.needs.queries import verification as queries
from asah.portal.needs.queries.groups import LEAST_PEOPLE
from asah.portal.needs.views.lists_results import VERIFICATION_TONES, VERIFICATIONS
from asah.portal.needs.views.results import find_cycle


def list_verifications(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    cycle = find_cycle(request, number)
    context = {
        "cycle": cycle,
        "states": queries.states_of(cycle) if PLAN_NEEDS.held_by(user, cycle.agency) else None,
        "may_finish": PLAN_NEEDS.held_by(user, cycle.agency)
        and cycle.state == CycleState.CLOSED
        and cycle.computed_at is not None,
    }
    rows = queries.verifications_seen_by(user, cycle)
    return VERIFICATIONS.respond(request, rows, template="needs/verifications.html", context=context)


def show_verification(request: HttpRequest, number: int) -> HttpResponse:
    """The needs of one office; its head says yes, or no and why."""
    user = signed_in(request)
    row = get_visible(request, Verification, "cycle__agency", "office", "decided_by", pk=number)
    cycle = row.cycle
    ready = cycle.state == CycleState.CLOSED and cycle.computed_at is not None
    # A word that comes too late is refused by the action, and stays in the form.
    may_decide = VERIFY_NEEDS.held_by(user, row.office) and (ready or request.method == "POST")
    form = VerificationForm(request.POST or None) if may_decide else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            note = form.cleaned_data["note"]
            try:
                if form.cleaned_data["decision"] == VerificationState.VERIFIED:
                    verify_needs(actor=user, verification=row, note=note)
                else:
                    return_needs(actor=user, verification=row, note=note)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Your word was kept, and the planner was told."))
                return redirect("needs:verification", number=row.pk)
    members = Member.objects.filter(cycle=cycle, unit__path__startswith=row.office.path)
    is_open = SEE_PROFILES.held_by(user, row.office)
    context = {
        "row": row,
        "cycle": cycle,
        "form": form,
        "tone": VERIFICATION_TONES[row.state],
        "people": members.count(),
        "assessed": members.exclude(fit=None).count(),
        "totals": [
            (
                total,
                reverse("needs:cell", args=[cycle.pk, row.office_id, total.competency.pk]) if is_open else "",
            )
            for total in heatmap.totals(user, cycle, row.office)
        ],
        "heat_url": f"{reverse('needs:heat', args=[cycle.pk])}?unit={row.office_id}",
        "least": LEAST_PEOPLE,
    }
    return render(request, "needs/verification.html", context)


def finish(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", pk=number)
    PLAN_NEEDS.require(user, cycle.agency)
    form = FinishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            finish_cycle(actor=user, cycle=cycle, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Finished. The needs can be planned with, and change no more."))
            return redirect("needs:results", number=cycle.pk)
    return render(
        request, "needs/finish.html", {"cycle": cycle, "form": form, "states": queries.states_of(cycle)}
    )
