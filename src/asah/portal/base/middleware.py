"""Who must sign in first, and what every request brings along for the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import User

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads whoever is not signed in to the sign-in page, and from there back.

    Whose session ended while they filled in a form comes back to the page on which it stands, and is told.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Django's answer, but what was a form's address cannot be opened: many take POST only."""
        if request.method != "POST" or request.content_type not in FORMS:
            return super().handle_no_permission(request, view_func)
        messages.warning(
            request,
            _("You were signed out meanwhile, and what you sent did not arrive. Sign in and send it again."),
        )
        came = urlsplit(request.headers.get("Referer", ""))
        page = came._replace(scheme="", netloc="", fragment="").geturl()
        known = came.netloc == request.get_host() and page.startswith("/")
        return redirect_to_login(page if known else page_above(request.path), self.get_login_url(view_func))


def page_above(path: str) -> str:
    """The nearest address above ``path`` that there is: the page on which its form stands."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"


class AuditMiddleware:
    """Remembers from where a request comes, for the lines that its actions write, and who was refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit.address.set(str(request.META.get("REMOTE_ADDR", ""))[:45])
        try:
            return self.get_response(request)
        finally:
            audit.address.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A line for whoever asked for what they may not; the answer is made elsewhere."""
        if not isinstance(exception, PermissionDenied):
            return
        asked_for = getattr(exception, "capability", None)
        detail = {"path": request.path, "capability": asked_for.name if asked_for else ""}
        actor = request.user if isinstance(request.user, User) else None
        audit.record(actor, "access.refused", request.path, detail=detail)
