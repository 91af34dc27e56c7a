"""Pages of cycles: the list, the draft, opening, closing, opening again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.needs import actions
from asah.portal.needs.access import PLAN_NEEDS, SEE_COVERAGE
from asah.portal.needs.enums import CycleState, RaterRole
from asah.portal.needs.forms.cycle import CycleForm, ReopenForm
from asah.portal.needs.models import Cycle
from asah.portal.needs.queries import cycles as queries
from asah.portal.needs.queries import rating
from asah.portal.needs.views.lists_cycles import CYCLES, TONES


def list_cycles(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_COVERAGE.require(user)
    context = {"may_plan": queries.agencies_planned_by(user).exists()}
    return CYCLES.respond(
        request, queries.cycles_seen_by(user), template="needs/cycles.html", context=context
    )


def add_cycle(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    PLAN_NEEDS.require(user)
    return _edit(request, CycleForm(request.POST or None, viewer=user, cycle=Cycle()))


def edit_cycle(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", "job", pk=number)
    PLAN_NEEDS.require(user, cycle.agency)
    with transaction.atomic():
        if request.method == "POST":
            locked = Cycle.objects.select_for_update(of=("self",)).select_related("agency", "job")
            cycle = locked.get(pk=number)
        if cycle.state != CycleState.DRAFT or actions.is_being_opened(cycle):
            return redirect("needs:cycle", number=cycle.pk)
        return _edit(request, CycleForm(request.POST or None, viewer=user, cycle=cycle))


def _edit(request: HttpRequest, form: CycleForm) -> HttpResponse:
    user = signed_in(request)
    if request.method == "POST" and form.is_valid():
        cycle = form.filled
        try:
            actions.save_cycle(actor=user, cycle=cycle, units=list(form.cleaned_data["units"]))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("needs:cycle", number=cycle.pk)
    return render(request, "needs/edit_cycle.html", {"form": form, "cycle": form.cycle})


def show_cycle(request: HttpRequest, number: int) -> HttpResponse:
    """Where the cycle stands and the next step; of a draft, whom it would cover."""
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", "job", "framework", pk=number)
    SEE_COVERAGE.require(user)
    draft = cycle.state == CycleState.DRAFT
    opening = actions.is_being_opened(cycle)
    context: dict[str, Any] = {
        "cycle": cycle,
        "tone": TONES[CycleState(cycle.state)],
        "roles": [role.label for role in RaterRole if role in cycle.roles],
        "draws_peers": RaterRole.PEER in cycle.roles,
        "measures": {RaterRole.ASSESSOR, RaterRole.TEST} & set(cycle.roles),
        "units": list(cycle.units.all()),
        "may_plan": PLAN_NEEDS.held_by(user, cycle.agency),
        "is_draft": draft,
        "is_being_opened": opening,
        "takes_ratings": rating.is_open(cycle),
        "failed": draft and cycle.job is not None and cycle.job.is_over,
        "log": queries.log_of(cycle, "cycle.opened", "cycle.closed", "cycle.reopened")[:20],
    }
    # The numbers are those of the whole agency: an office has its own on the page of coverage.
    if SEE_COVERAGE.held_by(user, cycle.agency):
        context["population"] = queries.preview(cycle) if draft else queries.population(cycle)
    if getattr(request, "htmx", False) and opening:
        return render(request, "needs/_opening.html", context)
    return render(request, "needs/cycle.html", context)


@require_POST
def open_cycle(request: HttpRequest, number: int) -> HttpResponse:
    cycle = get_visible(request, Cycle, "agency", pk=number)
    try:
        actions.begin_opening(actor=signed_in(request), cycle=cycle)
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
    return redirect("needs:cycle", number=cycle.pk)


@require_POST
def discard_cycle(request: HttpRequest, number: int) -> HttpResponse:
    cycle = get_visible(request, Cycle, "agency", pk=number)
    try:
        actions.discard_cycle(actor=signed_in(request), cycle=cycle)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("needs:cycle", number=number)
    messages.success(request, _("The draft was discarded."))
    return redirect("needs:cycles")


@require_POST
def close_cycle(request: HttpRequest, number: int) -> HttpResponse:
    cycle = get_visible(request, Cycle, "agency", pk=number)
    try:
        actions.close_cycle(actor=signed_in(request), cycle=cycle)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Closed. Ratings filled in before may still arrive for seven days."))
    return redirect("needs:cycle", number=cycle.pk)


def reopen_cycle(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = get_visible(request, Cycle, "agency", pk=number)
    PLAN_NEEDS.require(user, cycle.agency)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen_cycle(
                actor=user,
                cycle=cycle,
                closes_on=form.cleaned_data["closes_on"],
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("needs:cycle", number=cycle.pk)
    return render(request, "needs/reopen.html", {"cycle": cycle, "form": form})
