"""The language of a page, and addresses that lead to none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from django.utils.cache import patch_vary_headers

from asah.portal.base.middleware import page_above


class LanguageMiddleware:
    """Reads the cookie of the language switch.

    The browser's Accept-Language is not asked: office computers are often installed in English for readers of
    Indonesian, and an official page must not change its language by itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language and say which one it is."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        return response


class AddressMiddleware:
    """Answers with a page where an address names no row that could be, or takes what a form sends only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Django's own answer to the wrong method is empty: a reader would look at a white page."""
        response = self.get_response(request)
        if response.status_code == 405:
            above = {"above": page_above(request.path)}
            response.content = loader.render_to_string("ui/errors/405.html", above, request)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, arguments: list[Any], named: dict[str, Any]
    ) -> None:
        """No database holds a row of such a number, and some fail when they are asked for it."""
        if any(isinstance(value, int) and value > BigIntegerField.MAX_BIGINT for value in named.values()):
            raise Http404
