"""Resources: the list, the page of one with its load by week, making and changing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.catalogue import actions, queries
from asah.portal.catalogue.access import EDIT_CATALOGUE, SEE_CATALOGUE
from asah.portal.catalogue.forms.offerings import ResourceForm, filled_periods, period_forms
from asah.portal.catalogue.models import Resource
from asah.portal.catalogue.views.agency import chosen_agency, keeping, may_edit
from asah.portal.catalogue.views.lists.resources import LOAD, RESOURCES
from asah.portal.catalogue.views.lists.words import read_year
from asah.portal.catalogue.views.saving import save_and_go


def list_resources(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    rows = queries.resources_seen_by(user)
    context = keeping(request)
    table = RESOURCES if context["may_edit"] else RESOURCES.read_only()
    return table.respond(request, rows, template="catalogue/resources.html", context=context)


def show_resource(request: HttpRequest, number: int) -> HttpResponse:
    resource = get_visible(request, Resource, "agency", "place", pk=number)
    years = queries.years_of(resource.offerings.all())
    year = read_year(request, years)
    loads = queries.load_by_week(resource, year)
    rows = [load for load in loads if load.asked or load.exceptional]
    context = {
        "resource": resource,
        "year": year,
        "years": years,
        "over": [load.week for load in loads if load.over],
        "free": sum(load.classes > 0 and not load.asked for load in loads),
        "weeks": len(loads),
        "load": LOAD.bind(request, rows, keep=("year",)),
        "may_edit": may_edit(request, resource.agency),
        "crumbs": [(_("Resources"), reverse("catalogue:resources")), (resource.name, "")],
    }
    return render(request, "catalogue/resource.html", context)


def add_resource(request: HttpRequest) -> HttpResponse:
    return _change(request, Resource(agency=chosen_agency(request)), _("New resource"))


def edit_resource(request: HttpRequest, number: int) -> HttpResponse:
    resource = get_visible(request, Resource, "agency", pk=number)
    EDIT_CATALOGUE.require(signed_in(request), resource.agency)
    return _change(request, resource, resource.name)


def _change(request: HttpRequest, resource: Resource, title: str) -> HttpResponse:
    form = ResourceForm(request.POST or None, instance=resource, agency=resource.agency)
    lines = period_forms(resource, request.POST or None)

    def save() -> str:
        periods = filled_periods(lines)
        saved = actions.save_resource(actor=signed_in(request), resource=form.instance, periods=periods)
        messages.success(request, _("Saved."))
        return reverse("catalogue:resource", args=[saved.pk])

    context = {
        "title": title,
        "lines_title": _("Exceptional weeks"),
        "lines_help": _(
            "Weeks in which it can hold another number of classes than usual: 0 where it is away."
        ),
        "agency": resource.agency,
        "crumbs": [(_("Resources"), reverse("catalogue:resources")), (title, "")],
        "back": reverse("catalogue:resource", args=[resource.pk])
        if resource.pk
        else reverse("catalogue:resources"),
    }
    return save_and_go(request, form, save, context=context, lines=lines)


@require_POST
def archive_resource(request: HttpRequest, number: int) -> HttpResponse:
    resource = get_visible(request, Resource, "agency", pk=number)
    archived = request.POST.get("archived") == "yes"
    actions.set_resource_archived(actor=signed_in(request), resource=resource, archived=archived)
    messages.success(request, _("Archived.") if archived else _("Brought back."))
    return redirect("catalogue:resource", number=resource.pk)
