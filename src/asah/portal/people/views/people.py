"""People: the list, the page of one, and what is changed by hand."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.people import queries
from asah.portal.people.access import EDIT_PEOPLE, IMPORT_ROSTER, SEE_PEOPLE
from asah.portal.people.actions.people import change_person
from asah.portal.people.forms import PersonForm
from asah.portal.people.models import Person
from asah.portal.people.views.lists import HISTORY, PEOPLE
from asah.portal.ui.stale import held


def list_people(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_PEOPLE.require(user)
    context = {"may_import": IMPORT_ROSTER.held_by(user)}
    table = PEOPLE if context["may_import"] else PEOPLE.read_only()
    return table.respond(request, queries.people_seen_by(user), template="people/list.html", context=context)


def show_person(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    person = get_visible(
        request,
        Person,
        "current__unit",
        "current__position",
        "current__place",
        "supervisor",
        "target_position",
        pk=number,
    )
    may_edit = person.current is not None and EDIT_PEOPLE.held_by(user, person.current.unit)
    return HISTORY.respond(
        request,
        queries.history_of(person),
        template="people/person.html",
        context={"person": person, "may_edit": may_edit},
    )


def edit_person(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    person = get_visible(request, Person, "current__unit", pk=number)
    if person.current is None or not EDIT_PEOPLE.held_by(user, person.current.unit):
        raise PermissionDenied
    with held(request, person):
        form = PersonForm(request.POST or None, instance=person, viewer=user)
        if request.method == "POST" and form.is_valid():
            change_person(actor=user, person=person, changed=form.changed_data)
            messages.success(request, _("Saved."))
            return redirect("people:person", number=person.pk)
    return render(request, "people/edit_person.html", {"form": form, "person": person})
