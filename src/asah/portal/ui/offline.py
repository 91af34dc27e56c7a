"""Working with the network cut: pages kept on the device, and forms that wait there until they can be sent.

Any app can use it:

- a view of a page that may be kept answers ``keep(response, user=..., until=...)``; links to such pages carry
  ``data-keep`` with the second of their last change, and are fetched when the page with the links is opened;
  a page that is itself to be kept has ``data-keep-this`` somewhere;
- an address that takes forms is an ``endpoint``; a script of the page puts a form into the queue with
  ``asahOffline.enqueue({url, body, label, key})``, and the queue sends it, in order, until it gets an answer;
- a page that shows the queue includes ``ui/offline.html`` in its block ``scripts``.

What is kept belongs to one user; it goes at sign-in, at sign-out and on the day given.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from asah.portal.base.models import User

# Read by the service worker: whose page this is, and until when it may be kept.
HEADER = "X-Asah-Keep"
# Sent by the queue: for whom the form was filled in. Somebody else may have signed in since.
FOR_HEADER = "X-Asah-For"
WORKER = Path(__file__).parent / "static" / "ui" / "service-worker.js"
R = TypeVar("R", bound=HttpResponse)


class Refused(Exception):
    """A form that will not be taken however often it is sent; ``reason`` is shown beside it in the queue.

    ``status``: 404 for what is not there (for this user), 409 for too late or twice, 422 for wrong answers.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def keep(response: R, *, user: User, until: dt.date) -> R:
    """Lets the device of ``user`` keep this page for work without the network, up to and with a day."""
    response[HEADER] = f"user={user.pk}; until={until.isoformat()}"
    patch_cache_control(response, private=True, no_cache=True)
    return response


def endpoint(view: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
    """An address that takes a form as JSON: the view gets request and object, and returns plain facts.

    200 with the facts; 401 where the session ended or is somebody else's (the form goes on waiting); 400 for
    what is no object; the status of ``Refused``, always with ``reason``.
    """

    @login_not_required
    @require_POST
    @wraps(view)
    def answer(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not isinstance(request.user, User) or request.headers.get(FOR_HEADER) != str(request.user.pk):
            return _refuse(401, _("Sign in as the person who filled this in; then it is sent."))
        try:
            data = json.loads(request.body)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            return _refuse(400, _("What was sent cannot be read. Open the page again and fill it in."))
        try:
            return JsonResponse(view(request, data, **arguments))
        except Refused as refused:
            return _refuse(refused.status, refused.reason)

    return answer


def _refuse(status: int, reason: str) -> HttpResponse:
    return JsonResponse({"reason": reason}, status=status)


@login_not_required
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script between pages and network. At the top, so that it sees all pages."""
    told = {
        # After these, kept pages are somebody else's or in another language.
        "gate": [resolve_url(settings.LOGIN_URL), reverse("home:logout"), reverse("ui:language")],
        "page": reverse("ui:offline"),
        "static": static("ui/mark.svg").rpartition("ui/")[0],
    }
    body = _worker().replace("__SETTINGS__", json.dumps(told))
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, no_cache=True)
    return response


@cache
def _worker() -> str:
    return WORKER.read_text("utf-8")


@login_not_required
@require_GET
def offline_page(request: HttpRequest) -> HttpResponse:
    """What is shown instead of a page that is not kept: which pages are. Holds nothing of anybody."""
    return render(request, "ui/offline_page.html")
