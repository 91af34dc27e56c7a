"""The framework as it is now, and its competencies one by one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.competency import actions, queries
from asah.portal.competency.access import EDIT_FRAMEWORK
from asah.portal.competency.forms import CompetencyForm
from asah.portal.competency.models import Competency, Framework
from asah.portal.competency.views.agency import KEEP, about, address, agency_asked
from asah.portal.competency.views.lists import COMPETENCIES, DEMAND
from asah.portal.ui.formats import number as write_number

LONGEST_NUMBER = 10


def show_framework(request: HttpRequest) -> HttpResponseBase:
    """What is in force, what is missing, and every competency."""
    user = signed_in(request)
    agency = agency_asked(request)
    context = {
        **about(request, agency),
        "version": queries.framework_in_force(agency),
        "any_version": queries.versions_seen_by(user, agency).exists(),
        "facts": queries.facts_of(user, agency),
    }
    rows = queries.competencies_seen_by(user, agency)
    return COMPETENCIES.respond(request, rows, template="competency/list.html", context=context, keep=KEEP)


@require_POST
def adopt(request: HttpRequest) -> HttpResponse:
    agency = agency_asked(request, to_edit=True)
    try:
        actions.adopt_starting_set(actor=signed_in(request), agency=agency)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("The starting set is in force. Look through it, and change what differs here.")
        )
    return redirect(address("competency:list", agency))


def show_competency(request: HttpRequest, number: int) -> HttpResponseBase:
    """The five levels in the version in force, or in the one named in the address; who demands it."""
    user = signed_in(request)
    competency = get_visible(request, Competency, "agency", pk=number)
    version = _version_asked(request, competency)
    context = {
        **about(request, competency.agency),
        "competency": competency,
        "version": version,
        "levels": queries.levels_of(competency, version) if version else [],
    }
    return DEMAND.respond(
        request,
        queries.demand_for(user, competency),
        template="competency/competency.html",
        context=context,
        keep=("version",),
    )


def _version_asked(request: HttpRequest, competency: Competency) -> Framework | None:
    asked = request.GET.get("version", "")
    if not asked:
        return queries.framework_in_force(competency.agency)
    if not (asked.isascii() and asked.isdigit() and len(asked) < LONGEST_NUMBER):
        raise Http404
    version = get_visible(request, Framework, pk=int(asked))
    if version.agency_id != competency.agency_id:
        raise Http404
    return version


def add_competency(request: HttpRequest) -> HttpResponse:
    agency = agency_asked(request, to_edit=True)
    form = CompetencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_competency(
                actor=signed_in(request), agency=agency, competency=form.save(commit=False)
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Added. Describe its levels in a draft version of the framework."))
            return redirect("competency:competency", number=added.pk)
    return render(request, "competency/edit_competency.html", {**about(request, agency), "form": form})


def edit_competency(request: HttpRequest, number: int) -> HttpResponse:
    competency = get_visible(request, Competency, "agency", pk=number)
    EDIT_FRAMEWORK.require(signed_in(request), competency.agency)
    with transaction.atomic():
        if request.method == "POST":
            # Read behind a lock: whoever saves in the same moment is seen.
            locked = Competency.objects.select_for_update(of=("self",)).select_related("agency")
            competency = locked.get(pk=number)
        form = CompetencyForm(request.POST or None, instance=competency)
        if request.method == "POST" and form.is_valid():
            actions.change_competency(
                actor=signed_in(request), competency=competency, changed=form.changed_data
            )
            messages.success(request, _("Saved."))
            return redirect("competency:competency", number=competency.pk)
    context = {**about(request, competency.agency), "form": form, "competency": competency}
    return render(request, "competency/edit_competency.html", context)


def archive_competency(request: HttpRequest, number: int) -> HttpResponse:
    """Says what archiving ends, and does it once that was read."""
    user = signed_in(request)
    competency = get_visible(request, Competency, "agency", pk=number)
    EDIT_FRAMEWORK.require(user, competency.agency)
    if request.method == "POST":
        posts = actions.archive_competency(actor=user, competency=competency)
        messages.success(
            request,
            ngettext(
                "Archived. %(count)s post no longer demands it.",
                "Archived. %(count)s posts no longer demand it.",
                posts,
            )
            % {"count": write_number(posts)},
        )
        return redirect("competency:competency", number=competency.pk)
    context = {
        **about(request, competency.agency),
        "competency": competency,
        "posts": queries.demand_for(user, competency).count(),
    }
    return render(request, "competency/archive.html", context)


@require_POST
def restore_competency(request: HttpRequest, number: int) -> HttpResponse:
    competency = get_visible(request, Competency, "agency", pk=number)
    actions.restore_competency(actor=signed_in(request), competency=competency)
    messages.success(request, _("Restored. Set it for the posts that are to demand it again."))
    return redirect("competency:competency", number=competency.pk)
