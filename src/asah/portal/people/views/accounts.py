"""Accounts for everybody of a unit: asked for, watched, and the sheet of first passwords taken."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import ADMINISTER, get_visible, signed_in
from asah.portal.base.models import Unit
from asah.portal.people import actions, queries
from asah.portal.people.forms import AccountsForm
from asah.portal.people.models import AccountBatch
from asah.portal.people.views.lists import ACCOUNTS
from asah.portal.people.views.roster import XLSX
from asah.portal.ui.once import submit_once


def list_openings(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    ADMINISTER.require(user)
    context = {"highest": Unit.objects.filter(path__in=ADMINISTER.paths(user)).first()}
    rows = queries.account_batches_seen_by(user)
    return ACCOUNTS.respond(request, rows, template="people/openings.html", context=context)


def open_accounts(request: HttpRequest, number: int) -> HttpResponse:
    """Shows who would get an account before anything is done."""
    user = signed_in(request)
    unit = get_visible(request, Unit, pk=number)
    ADMINISTER.require(user, unit)
    form = AccountsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def begin() -> str:
            batch = actions.begin_accounts(actor=user, unit=unit, again=form.cleaned_data["again"])
            return reverse("people:opening", args=[batch.pk])

        return submit_once(request, form, begin)
    context = {
        "unit": unit,
        "form": form,
        "counts": queries.counts_for_accounts(unit, timezone.localdate()),
        "crumbs": [
            (_("Accounts for many"), reverse("people:openings")),
            (_("Open accounts"), ""),
        ],
    }
    return render(request, "people/open_accounts.html", context)


def show_opening(request: HttpRequest, number: int) -> HttpResponse:
    batch = get_visible(request, AccountBatch, "unit", "job", "file", pk=number)
    counts = batch.counts
    told = [
        (_("Accounts opened"), counts.get("opened", 0)),
        (_("Another first password"), counts.get("again", 0)),
        (_("Tied to a user of the same NIP"), counts.get("linked", 0)),
        (_("Left out: a user of another office has this NIP"), counts.get("taken", 0)),
    ]
    context = {
        "batch": batch,
        "counts": told if counts else [],
        "has_sheet": actions.has_sheet(batch),
        "had_sheet": bool(counts.get("opened") or counts.get("again")),
        "crumbs": [
            (_("Accounts for many"), reverse("people:openings")),
            (batch.unit.name, ""),
        ],
    }
    return render(request, "people/opening.html", context)


@require_POST
def take_passwords(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet of first passwords, once; kept by no browser and no proxy on the way."""
    user = signed_in(request)
    batch = get_visible(request, AccountBatch, "unit", pk=number)
    try:
        content = actions.take_passwords(actor=user, batch=batch)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("people:opening", number=batch.pk)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="asah-accounts-{batch.pk}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
