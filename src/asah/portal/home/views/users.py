"""Users, their roles, units and the audit."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from asah.portal.base import actions, queries
from asah.portal.base.access import ADMINISTER, EDIT_UNITS, SEE_AUDIT, get_visible, signed_in, visible_to
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.home.forms import GrantForm, UserForm
from asah.portal.home.views.lists import EVENTS, UNITS, USERS


def _administrator(request: HttpRequest) -> User:
    user = signed_in(request)
    ADMINISTER.require(user)
    return user


def list_users(request: HttpRequest) -> HttpResponseBase:
    return USERS.respond(
        request, queries.users_with_roles(_administrator(request)), template="home/users.html"
    )


def add_user(request: HttpRequest) -> HttpResponse:
    actor = _administrator(request)
    form = UserForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with transaction.atomic():
            user = actions.create_user(
                actor=actor, username=asked["username"], name=asked["name"], email=asked["email"]
            )
            password = actions.give_password(actor=actor, user=user)
            actions.grant_role(actor=actor, user=user, role=asked["role"], unit=asked["unit"])
        return render(request, "home/password.html", {"person": user, "password": password})
    return render(request, "home/add_user.html", {"form": form})


def show_user(request: HttpRequest, number: int) -> HttpResponse:
    actor = _administrator(request)
    person = get_visible(request, User, pk=number)
    form = GrantForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            actions.grant_role(actor=actor, user=person, role=asked["role"], unit=asked["unit"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("home:user", number=person.pk)
    seen = set(visible_to(actor, Unit).values_list("pk", flat=True))
    grants = [
        grant
        for grant in person.grants.select_related("unit").order_by("ended_at", "role")
        if grant.unit_id in seen
    ]
    return render(request, "home/user.html", {"person": person, "grants": grants, "form": form})


@require_POST
def change_user(request: HttpRequest, number: int) -> HttpResponse:
    """One of: a new password, may sign in, may not, end a grant."""
    actor = _administrator(request)
    person = get_visible(request, User, pk=number)
    asked = request.POST.get("change", "")
    try:
        if asked == "password":
            password = actions.give_password(actor=actor, user=person)
            return render(request, "home/password.html", {"person": person, "password": password})
        if asked in ("lock", "unlock"):
            actions.set_active(actor=actor, user=person, active=asked == "unlock")
        elif asked.startswith("end:") and asked[4:].isdecimal():
            grant = RoleGrant.objects.filter(user=person, pk=int(asked[4:])).first()
            if grant is None:
                raise PermissionDenied
            actions.end_grant(actor=actor, grant=grant)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("home:user", number=person.pk)


def list_units(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    return UNITS.respond(
        request,
        visible_to(user, Unit).select_related("parent"),
        template="home/units.html",
        context={"may_edit": EDIT_UNITS.held_by(user)},
    )


def list_events(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_AUDIT.require(user)
    return EVENTS.respond(request, queries.events_seen_by(user), template="home/events.html")
