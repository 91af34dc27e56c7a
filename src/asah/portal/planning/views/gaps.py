"""Programmes out of gaps: what many lack and nothing on offer serves."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import signed_in
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions import draft_programme
from asah.portal.catalogue.models import Programme
from asah.portal.needs.models import Cycle
from asah.portal.planning.access import SEE_DRAFTS
from asah.portal.planning.queries.gaps import Unserved, cycles_of, unserved_gaps


def list_gaps(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    SEE_DRAFTS.require(user)
    cycles = cycles_of(user)
    asked = request.GET.get("cycle", "")
    cycle = next((each for each in cycles if str(each.pk) == asked), cycles[0] if cycles else None)
    context = {
        "cycles": cycles,
        "cycle": cycle,
        "gaps": [(gap, [(draft, _page_of(draft)) for draft in gap.drafts]) for gap in unserved_gaps(cycle)]
        if cycle
        else [],
        "may_draft": cycle is not None and EDIT_CATALOGUE.held_by(user, cycle.agency),
    }
    return render(request, "planning/gaps.html", context)


@require_POST
def draft_from_gap(request: HttpRequest, cycle: int, competency: int) -> HttpResponse:
    """One step: the programme is a draft of the catalogue, with the gap written into it."""
    user = signed_in(request)
    SEE_DRAFTS.require(user)
    analysis = next((each for each in cycles_of(user) if each.pk == cycle), None)
    if analysis is None:
        raise Http404
    gap = _gap(analysis, competency)
    try:
        programme = draft_programme(
            actor=user,
            agency=analysis.agency,
            competency=gap.competency,
            people=gap.people,
            level=gap.level,
            note=_("Where most are: %(offices)s.")
            % {"offices": ", ".join(name for name, _people in gap.offices)},
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('planning:gaps')}?cycle={analysis.pk}")
    messages.success(request, _("A draft was made. Give it its JP, cost and dates, then offer it."))
    return redirect(_page_of(programme) or reverse("planning:gaps"))


def _gap(cycle: Cycle, competency: int) -> Unserved:
    found = next((gap for gap in unserved_gaps(cycle) if gap.competency.pk == competency), None)
    if found is None:
        raise Http404
    return found


def _page_of(programme: Programme) -> str:
    try:
        return reverse("catalogue:programme", args=[programme.pk])
    except NoReverseMatch:
        return ""
