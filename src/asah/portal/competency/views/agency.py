"""Which agency a page is about: most people have one, and need not say."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import Unit
from asah.portal.competency import queries
from asah.portal.competency.access import EDIT_FRAMEWORK, SEE_FRAMEWORK

KEEP = ("agency",)


def agency_asked(request: HttpRequest, *, to_edit: bool = False) -> Unit:
    """The agency named in the address, or the first of the reader's (that they may edit, with ``to_edit``).

    404 for one that is not theirs; PermissionDenied where they may not.
    """
    user = signed_in(request)
    SEE_FRAMEWORK.require(user)
    agencies = list(queries.agencies_seen_by(user))
    asked = request.GET.get("agency", "")
    if asked:
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        agency = next((one for one in agencies if one.pk == number), None)
        if agency is None:
            get_visible(request, Unit, pk=number)
            raise Http404
    else:
        fit = [one for one in agencies if EDIT_FRAMEWORK.held_by(user, one)] if to_edit else agencies
        agency = next(iter(fit or agencies), None)
    if agency is None:
        raise PermissionDenied
    if to_edit:
        EDIT_FRAMEWORK.require(user, agency)
    return agency


def about(request: HttpRequest, agency: Unit) -> dict[str, Any]:
    """For the template: the agency, the reader's others, and whether they may edit."""
    user = signed_in(request)
    return {
        "agency": agency,
        "agencies": list(queries.agencies_seen_by(user)),
        "may_edit": EDIT_FRAMEWORK.held_by(user, agency),
    }


def address(name: str, agency: Unit, **more: str) -> str:
    """Address of a page of this agency."""
    return f"{reverse(name)}?{urlencode({'agency': str(agency.pk), **more})}"
