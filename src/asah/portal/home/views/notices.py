"""What people were told, and what they want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base import actions, outbox, queries
from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import Notice
from asah.portal.home.views.lists import NOTICES


def list_notices(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    return NOTICES.respond(request, queries.notices_of(user), template="home/notices.html")


@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    outbox.mark_read(signed_in(request))
    return redirect("home:notices")


def open_notice(request: HttpRequest, number: int) -> HttpResponse:
    """Marks one as read and goes to what it tells of."""
    notice = get_visible(request, Notice, pk=number)
    outbox.mark_read(notice.user, notice.pk)
    inside = notice.link.startswith("/") and not notice.link.startswith("//")
    return redirect(notice.link if inside else "home:notices")


def choose_notices(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    chosen = {choice.kind: choice for choice in user.notice_choices.all()}
    rows = [
        (kind, chosen[kind.name].in_app, chosen[kind.name].mail)
        if kind.name in chosen
        else (kind, True, kind.mail)
        for kind in outbox.kinds()
    ]
    if request.method == "POST":
        sent = set(request.POST)
        choices = {
            kind: (f"{kind.name}:in_app" in sent, f"{kind.name}:mail" in sent) for kind, _in, _mail in rows
        }
        actions.choose_notices(user=user, choices=choices)
        messages.success(request, _("Saved."))
        return redirect("home:choose_notices")
    return render(request, "home/choose_notices.html", {"rows": rows})
