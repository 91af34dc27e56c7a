"""Versions of the framework: drafts are made, edited, put in force or discarded."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.competency import actions, queries
from asah.portal.competency.access import EDIT_FRAMEWORK
from asah.portal.competency.enums import FrameworkState
from asah.portal.competency.forms import LevelsForm, VersionForm
from asah.portal.competency.models import Competency, Framework
from asah.portal.competency.views.agency import KEEP, about, address, agency_asked
from asah.portal.competency.views.lists import VERSIONS, described_in


def list_versions(request: HttpRequest) -> HttpResponseBase:
    agency = agency_asked(request)
    rows = queries.versions_seen_by(signed_in(request), agency)
    context = {**about(request, agency), "draft": rows.filter(state=FrameworkState.DRAFT).first()}
    return VERSIONS.respond(request, rows, template="competency/versions.html", context=context, keep=KEEP)


def show_version(request: HttpRequest, number: int) -> HttpResponseBase:
    version = get_visible(request, Framework, "agency", pk=number)
    context = {
        **about(request, version.agency),
        "version": version,
        "is_draft": version.state == FrameworkState.DRAFT,
    }
    return described_in(version).respond(
        request, queries.competencies_in(version), template="competency/version.html", context=context
    )


def start_draft(request: HttpRequest) -> HttpResponse:
    agency = agency_asked(request, to_edit=True)
    form = VersionForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            draft = actions.start_draft(actor=signed_in(request), agency=agency, **form.filled)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("The draft says all that the version in force says. Change what is new.")
            )
            return redirect("competency:version", number=draft.pk)
    context = {**about(request, agency), "form": form, "old": queries.framework_in_force(agency)}
    return render(request, "competency/edit_version.html", context)


def edit_version(request: HttpRequest, number: int) -> HttpResponse:
    version = _draft(request, number)
    with transaction.atomic():
        return _edit_version(request, _as_it_stands(request, version))


def _edit_version(request: HttpRequest, version: Framework) -> HttpResponse:
    form = VersionForm(request.POST or None, instance=version)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_draft(actor=signed_in(request), framework=version, **form.filled)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("competency:version", number=version.pk)
    context = {**about(request, version.agency), "form": form, "version": version}
    return render(request, "competency/edit_version.html", context)


def edit_levels(request: HttpRequest, number: int, competency: int) -> HttpResponse:
    version = _draft(request, number)
    edited = get_visible(request, Competency, pk=competency)
    if edited.agency_id != version.agency_id:
        raise Http404
    with transaction.atomic():
        return _edit_levels(request, _as_it_stands(request, version), edited)


def _edit_levels(request: HttpRequest, version: Framework, edited: Competency) -> HttpResponse:
    form = LevelsForm(request.POST or None, described=queries.levels_of(edited, version))
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_levels(
                actor=signed_in(request), framework=version, competency=edited, levels=form.levels
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("competency:version", number=version.pk)
    context = {**about(request, version.agency), "form": form, "version": version, "competency": edited}
    return render(request, "competency/edit_levels.html", context)


@require_POST
def put_in_force(request: HttpRequest, number: int) -> HttpResponse:
    version = get_visible(request, Framework, "agency", pk=number)
    try:
        actions.put_in_force(actor=signed_in(request), framework=version)
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
    else:
        messages.success(request, _("Version %(version)s is in force.") % {"version": version.version})
    return redirect("competency:version", number=version.pk)


@require_POST
def discard_draft(request: HttpRequest, number: int) -> HttpResponse:
    version = get_visible(request, Framework, "agency", pk=number)
    agency = version.agency
    try:
        actions.discard_draft(actor=signed_in(request), framework=version)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("competency:version", number=version.pk)
    messages.success(request, _("The draft was discarded."))
    return redirect(address("competency:versions", agency))


def _as_it_stands(request: HttpRequest, version: Framework) -> Framework:
    """Read behind a lock where the form was sent: whoever saves in the same moment is seen."""
    if request.method != "POST":
        return version
    return Framework.objects.select_for_update(of=("self",)).select_related("agency").get(pk=version.pk)


def _draft(request: HttpRequest, number: int) -> Framework:
    """A draft that the reader may edit; 404 where it is a draft no more."""
    version = get_visible(request, Framework, "agency", pk=number)
    EDIT_FRAMEWORK.require(signed_in(request), version.agency)
    if version.state != FrameworkState.DRAFT:
        raise Http404
    return version
