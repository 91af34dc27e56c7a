"""Posts and places by hand: the page of one, making, changing, deleting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.people import actions, queries
from asah.portal.people.access import EDIT_PEOPLE, SEE_PEOPLE, agencies_to_edit
from asah.portal.people.forms import PlaceForm, PositionForm
from asah.portal.people.models import Place, Position
from asah.portal.people.views.lists import PLACES, POSITIONS
from asah.portal.ui.formats import number as written
from asah.portal.ui.once import submit_once


@dataclass(frozen=True)
class Sort:
    """What a post and a place differ in; ``name`` begins the names of their addresses."""

    name: str
    model: type[Position] | type[Place]
    form: type[PositionForm] | type[PlaceForm]
    all_of_them: Promise
    add: Promise

    @property
    def listed(self) -> str:
        return reverse(f"people:{self.name}s")

    def page(self, row: Position | Place) -> str:
        return reverse(f"people:{self.name}", args=[row.pk])


POST = Sort("position", Position, PositionForm, gettext_lazy("Posts"), gettext_lazy("Add a post"))
PLACE = Sort("place", Place, PlaceForm, gettext_lazy("Places"), gettext_lazy("Add a place"))


def list_positions(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_PEOPLE.require(user)
    context = {"may_edit": agencies_to_edit(user).exists()}
    rows = queries.positions_seen_by(user)
    return POSITIONS.respond(request, rows, template="people/positions.html", context=context)


def list_places(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_PEOPLE.require(user)
    context = {"may_edit": agencies_to_edit(user).exists()}
    return PLACES.respond(
        request, queries.places_seen_by(user), template="people/places.html", context=context
    )


def show_position(request: HttpRequest, number: int) -> HttpResponse:
    post = _found(request, POST, number)
    assert isinstance(post, Position)
    facts = [
        (_("Code"), post.code),
        (_("Kind of post"), post.get_kind_display()),
        (_("Rung (jenjang)"), post.level),
    ]
    return _show(request, POST, post, facts)


def show_place(request: HttpRequest, number: int) -> HttpResponse:
    place = _found(request, PLACE, number)
    assert isinstance(place, Place)
    facts = [
        (_("Code"), place.code),
        (_("Island or district"), place.zone),
        (_("Latitude"), written(place.latitude)),
        (_("Longitude"), written(place.longitude)),
        (_("Connection"), place.get_connectivity_display()),
    ]
    return _show(request, PLACE, place, facts)


def edit_row(request: HttpRequest, sort: Sort, number: int = 0) -> HttpResponse:
    """A new one without a number."""
    user = signed_in(request)
    agencies = agencies_to_edit(user)
    row = _to_edit(request, sort, number) if number else None
    if not agencies:
        raise PermissionDenied
    form = sort.form(request.POST or None, instance=row, agencies=agencies)
    if request.method == "POST" and form.is_valid():

        def save() -> str:
            actions.save_row(actor=user, row=form.instance, changed=form.changed)
            messages.success(request, _("Saved."))
            return sort.page(form.instance)

        try:
            return submit_once(request, form, save)
        except ValidationError as error:
            form.add_error(None, error)
    title = f"{_('Edit')}: {row.name}" if row else sort.add
    back = sort.page(row) if row else sort.listed
    crumbs = [(sort.all_of_them, sort.listed), *([(row.name, back)] if row else [])]
    context = {"form": form, "title": title, "back": back, "crumbs": [*crumbs, (title, "")]}
    return render(request, "people/edit_row.html", context)


@require_POST
def delete_row(request: HttpRequest, sort: Sort, number: int) -> HttpResponse:
    user = signed_in(request)
    row = _to_edit(request, sort, number)
    try:
        actions.delete_row(actor=user, row=row)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(sort.page(row))
    messages.success(request, _("Deleted: %(name)s.") % {"name": row.name})
    return redirect(sort.listed)


def _found(request: HttpRequest, sort: Sort, number: int) -> Position | Place:
    return get_visible(request, sort.model, "agency", pk=number)


def _to_edit(request: HttpRequest, sort: Sort, number: int) -> Position | Place:
    row = _found(request, sort, number)
    EDIT_PEOPLE.require(signed_in(request), row.agency)
    return row


def _show(
    request: HttpRequest, sort: Sort, row: Position | Place, facts: list[tuple[str, Any]]
) -> HttpResponse:
    user = signed_in(request)
    SEE_PEOPLE.require(user)
    context = {
        "row": row,
        "facts": facts,
        "uses": queries.uses_of(row),
        "edit": reverse(f"people:edit_{sort.name}", args=[row.pk]),
        "delete": reverse(f"people:delete_{sort.name}", args=[row.pk]),
        "may_edit": EDIT_PEOPLE.held_by(user, row.agency),
        "crumbs": [(sort.all_of_them, sort.listed), (row.name, "")],
    }
    return render(request, "people/row.html", context)
