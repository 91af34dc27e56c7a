"""The switches of language and appearance, and the pages that say what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from asah.portal.base import actions
from asah.portal.base.models import User
from asah.portal.ui.themes import THEME_COOKIE, THEMES, YEAR

# Words in names of fields whose content must not appear on a page, or which no person typed.
SECRET = re.compile(r"pass(word|wd)|sandi|token|secret|(^|[_-])(otp|once|next|pin)\d*($|[_-])", re.IGNORECASE)
LONGEST_NAME = 100
CHOSEN_LANGUAGE = "chosen_language"


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember ``language`` and go back; an unknown one changes nothing.

    It is kept in the account of whoever is signed in; before that, in the session until they are.
    """
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        speak(response, chosen)
        user = getattr(request, "user", None)
        if isinstance(user, User):
            actions.choose_language(user=user, language=chosen)
        elif hasattr(request, "session"):
            request.session[CHOSEN_LANGUAGE] = chosen
    return response


def speak(response: HttpResponseBase, language: str) -> None:
    """From the next page on this browser is answered in ``language``."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember ``theme`` and go back; anything but light or dark forgets the choice."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        # Readable by the script of the page, which changes it without asking the server.
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=YEAR, secure=settings.LANGUAGE_COOKIE_SECURE, samesite="Lax"
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if safe else "/")


@login_not_required
def show_style(request: HttpRequest) -> HttpResponseBase:
    """Every component on one page, for eyes and for checks; only where invented data is shown anyway."""
    if not settings.DEMO:
        raise Http404
    from asah.portal.ui.style import answer_style

    return answer_style(request)


@login_not_required
@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent cannot be read."""
    return render(request, "ui/errors/400.html", status=400)


@login_not_required
@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: with the reason, where the code that refused gave one."""
    return render(request, "ui/errors/403.html", {"reason": str(exception)}, status=403)


@login_not_required
@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render(request, "ui/errors/404.html", status=404)


@login_not_required
@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: asks nothing of the database, the session or the menu, any of which may be what failed."""
    return HttpResponse(loader.render_to_string("ui/errors/500.html"), status=500)


@login_not_required
@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where the form came too late or from elsewhere: shows what was typed, so that it can be copied."""
    typed = list(read_typed(request.POST))
    return render(request, "ui/errors/csrf.html", {"typed": typed}, status=403)


def read_typed(sent: QueryDict) -> Iterator[tuple[str, Any]]:
    """Name and text of what a person typed into a form: no passwords, no hidden tokens, nothing empty."""
    for name, values in sent.lists():
        if SECRET.search(name) or len(name) > LONGEST_NAME:
            continue
        for value in values:
            if isinstance(value, str) and value.strip():
                yield name, value
