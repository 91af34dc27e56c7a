"""Offerings: a year as a list and as a calendar, making and changing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in, visible_to
from asah.portal.catalogue import actions, queries
from asah.portal.catalogue.access import EDIT_CATALOGUE, SEE_CATALOGUE
from asah.portal.catalogue.forms.offerings import OfferingForm
from asah.portal.catalogue.models import Offering, Programme
from asah.portal.catalogue.views.agency import keeping, may_edit
from asah.portal.catalogue.views.lists.offerings import OFFERINGS
from asah.portal.catalogue.views.lists.words import days_in_words, read_year, span_in_words
from asah.portal.catalogue.views.saving import save_and_go


def list_offerings(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    years = queries.years_of(visible_to(user, Offering))
    year = read_year(request, years)
    context = {
        **keeping(request),
        "year": year,
        "years": years,
        "archived": queries.archived_offerings(user, year),
    }
    rows = queries.offerings_seen_by(user, year)
    return OFFERINGS.respond(
        request, rows, template="catalogue/offerings.html", context=context, keep=("year",)
    )


def show_calendar(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    years = queries.years_of(visible_to(user, Offering))
    year = read_year(request, years)
    rows = list(queries.offerings_seen_by(user, year).order_by("period", "pk"))
    months = [
        {
            "number": month.number,
            "name": MONTHS[month.number],
            "begins": month.begins,
            "busy": any(week.offerings for week in month.weeks),
            "weeks": [(week, span_in_words(week.first, week.last)) for week in month.weeks],
        }
        for month in queries.months_of(year, rows)
    ]
    context = {
        "year": year,
        "years": years,
        "months": months,
        "any": any(row.period for row in rows),
        "undated": [row for row in rows if row.period is None],
        "crumbs": [(_("Offerings"), reverse("catalogue:offerings")), (_("Calendar"), "")],
    }
    return render(request, "catalogue/calendar.html", context)


def add_offering(request: HttpRequest, number: int) -> HttpResponse:
    programme = get_visible(request, Programme, "agency", pk=number)
    EDIT_CATALOGUE.require(signed_in(request), programme.agency)
    return _change(request, actions.new_offering(programme=programme), _("New offering"))


def edit_offering(request: HttpRequest, number: int) -> HttpResponse:
    """To those who keep the catalogue a form, to others what it says."""
    offering = get_visible(request, Offering, "programme__agency", "place", "resource", pk=number)
    title = f"{offering.programme.name} ({offering.code}, {offering.year})"
    if not may_edit(request, offering.programme.agency):
        crumbs = [(_("Offerings"), reverse("catalogue:offerings")), (title, "")]
        context = {"offering": offering, "title": title, "days": days_in_words(offering), "crumbs": crumbs}
        return render(request, "catalogue/offering.html", context)
    return _change(request, offering, title)


def _change(request: HttpRequest, offering: Offering, title: str) -> HttpResponse:
    programme = offering.programme
    form = OfferingForm(request.POST or None, instance=offering, agency=programme.agency)

    def save() -> str:
        saved = actions.save_offering(actor=signed_in(request), offering=form.instance)
        messages.success(request, _("Saved."))
        for hint in actions.hints_of_offering(saved):
            messages.warning(request, hint)
        return reverse("catalogue:programme", args=[programme.pk])

    back = reverse("catalogue:programme", args=[programme.pk])
    context = {
        "title": title,
        "back": back,
        "crumbs": [(_("Programmes"), reverse("catalogue:list")), (programme.name, back), (title, "")],
        "offering": offering if offering.pk else None,
    }
    return save_and_go(request, form, save, context=context, template="catalogue/edit_offering.html")


@require_POST
def archive_offering(request: HttpRequest, number: int) -> HttpResponse:
    offering = get_visible(request, Offering, "programme__agency", pk=number)
    archived = request.POST.get("archived") == "yes"
    actions.set_offering_archived(actor=signed_in(request), offering=offering, archived=archived)
    messages.success(request, _("Archived.") if archived else _("Brought back."))
    return redirect("catalogue:programme", number=offering.programme_id)
