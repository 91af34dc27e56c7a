"""What waits for each role, and search over everything a person may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from asah.portal.base.access import signed_in
from asah.portal.base.enums import Role
from asah.portal.base.queries import unread_count
from asah.portal.home import queries


def show_home(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {
        "waiting": queries.what_waits(user),
        "unread": unread_count(user),
        "grants": user.standing_grants,
        "is_asn": user.has_role(Role.ASN),
    }
    return render(request, "home/home.html", context)


def search(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = queries.find(user, words)
    nothing = bool(found) and not any(group.rows for group in found)
    return render(request, "home/search.html", {"words": words, "found": found, "nothing": nothing})
