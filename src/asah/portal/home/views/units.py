"""Units: made below another, renamed, moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from asah.portal.base import actions
from asah.portal.base.access import ADMINISTER, EDIT_UNITS, get_visible, signed_in
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.home.forms import MoveForm, NewUnitForm, UnitForm
from asah.portal.home.views.lists import PARTS
from asah.portal.people.access import SEE_PEOPLE
from asah.portal.people.queries import people_at_work_in
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.once import submit_once


def show_unit(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    unit = get_visible(request, Unit, "parent", pk=number)
    context = {
        "unit": unit,
        "may_edit": EDIT_UNITS.held_by(user, unit),
        "may_open_accounts": ADMINISTER.held_by(user, unit),
        "people": people_at_work_in(unit).count() if SEE_PEOPLE.held_by(user, unit) else None,
        "crumbs": _crumbs(unit),
    }
    parts = unit.children.select_related("parent")
    return PARTS.respond(request, parts, template="home/unit.html", context=context)


def add_unit(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    EDIT_UNITS.require(user)
    form = NewUnitForm(request.POST or None, actor=user, initial={"parent": request.GET.get("parent", "")})

    def save() -> str:
        asked = form.cleaned_data
        unit = actions.create_unit(actor=user, code=asked["code"], name=asked["name"], parent=asked["parent"])
        return _saved(request, unit)

    crumbs = [(_("Units"), reverse("home:units")), (_("Add a unit"), "")]
    context = {"title": _("Add a unit"), "crumbs": crumbs, "back": reverse("home:units"), "submit": _("Add")}
    return _save_and_go(request, form, save, context)


def edit_unit(request: HttpRequest, number: int) -> HttpResponse:
    user, unit = _to_edit(request, number)
    form = UnitForm(request.POST or None, initial={"code": unit.code, "name": unit.name})

    def save() -> str:
        actions.change_unit(actor=user, unit=unit, **_without_token(form))
        return _saved(request, unit)

    return _save_and_go(request, form, save, _about(unit, _("Rename"), _("Save")))


def move_unit(request: HttpRequest, number: int) -> HttpResponse:
    """Shows what goes along before anything is moved."""
    user, unit = _to_edit(request, number)
    if unit.parent_id is None:
        raise PermissionDenied(_("An agency stands below nothing."))
    form = MoveForm(request.POST or None, actor=user, unit=unit, initial={"parent": unit.parent_id})

    def save() -> str:
        actions.move_unit(actor=user, unit=unit, **_without_token(form))
        return _saved(request, unit)

    facts = [
        (_("Units below it that move along"), Unit.objects.filter(path__startswith=unit.path).count() - 1),
        (_("People at work in them"), people_at_work_in(unit).count()),
        (
            _("Roles held in them"),
            RoleGrant.objects.filter(unit__path__startswith=unit.path, ended_at=None).count(),
        ),
    ]
    intro = _(
        "Whoever holds a role only above the old place no longer sees these people; whoever holds one above"
        " the new place does from now on."
    )
    context = {**_about(unit, _("Move"), _("Move")), "facts": facts, "intro": intro}
    return _save_and_go(request, form, save, context)


def _to_edit(request: HttpRequest, number: int) -> tuple[User, Unit]:
    user = signed_in(request)
    unit = get_visible(request, Unit, "parent", pk=number)
    EDIT_UNITS.require(user, unit)
    return user, unit


def _without_token(form: OnceForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name not in ("once", "opened")}


def _saved(request: HttpRequest, unit: Unit) -> str:
    messages.success(request, _("Saved."))
    return reverse("home:unit", args=[unit.pk])


def _save_and_go(
    request: HttpRequest, form: OnceForm, save: Callable[[], str], context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            return submit_once(request, form, save)
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "home/unit_form.html", {"form": form, **context})


def _about(unit: Unit, title: str, submit: str) -> dict[str, Any]:
    here = reverse("home:unit", args=[unit.pk])
    crumbs = [*_crumbs(unit)[:-1], (unit.name, here), (title, "")]
    return {"title": f"{title}: {unit.name}", "crumbs": crumbs, "back": here, "submit": submit}


def _crumbs(unit: Unit) -> list[tuple[str, str]]:
    return [(_("Units"), reverse("home:units")), (unit.name, "")]
