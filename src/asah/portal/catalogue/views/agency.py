"""Whose catalogue a page is about."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from asah.portal.base.access import signed_in
from asah.portal.base.models import Unit
from asah.portal.catalogue.access import EDIT_CATALOGUE, editable_agencies


def chosen_agency(request: HttpRequest) -> Unit:
    """The agency whose catalogue the user keeps: of several, that in the address. 403 for none."""
    agencies = list(editable_agencies(signed_in(request)))
    if not agencies:
        raise PermissionDenied
    asked = request.GET.get("agency", "")
    return next((agency for agency in agencies if str(agency.pk) == asked), agencies[0])


def keeping(request: HttpRequest) -> dict[str, Any]:
    """For a list page: whether the user may change, and the agencies they keep where they keep several."""
    agencies = list(editable_agencies(signed_in(request)))
    return {"may_edit": bool(agencies), "agencies": agencies if len(agencies) > 1 else []}


def may_edit(request: HttpRequest, agency: Unit) -> bool:
    return EDIT_CATALOGUE.held_by(signed_in(request), agency)
