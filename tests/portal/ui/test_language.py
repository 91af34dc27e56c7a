from __future__ import annotations

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from asah.portal.ui.middleware import LanguageMiddleware
from asah.portal.ui.views import choose_language, choose_theme


def _answer(cookie: str | None, **headers: str) -> tuple[HttpResponse, str]:
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(translation.get_language())
        return HttpResponse("")

    request = RequestFactory().get("/", **headers)  # type: ignore[arg-type]
    if cookie is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = LanguageMiddleware(view)(request)
    return response, str(seen[0])


def test_the_page_is_indonesian_whatever_the_browser_would_like() -> None:
    response, language = _answer(None, HTTP_ACCEPT_LANGUAGE="en-US,en;q=0.9")
    assert (language, response["Content-Language"]) == ("id", "id")
    assert "Accept-Language" not in response.get("Vary", "")


def test_the_language_that_was_chosen_is_kept_for_one_request_only() -> None:
    with translation.override("id"):
        response, language = _answer("en")
        assert translation.get_language() == "id"
    assert (language, response["Content-Language"], response["Vary"]) == ("en", "en", "Cookie")


@pytest.mark.parametrize("cookie", ["", "xx", "en-us", "../en"])
def test_a_language_that_does_not_exist_is_no_choice(cookie: str) -> None:
    assert _answer(cookie)[1] == "id"


def test_the_switch_remembers_and_goes_back() -> None:
    request = RequestFactory().post("/language/", {"language": "en", "next": "/people/?q=a"})
    response = choose_language(request)
    assert (response.status_code, response["Location"]) == (302, "/people/?q=a")
    cookie = response.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("en", "Lax", True)


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_the_switch_never_leads_to_another_site(target: str) -> None:
    response = choose_language(RequestFactory().post("/language/", {"language": "xx", "next": target}))
    assert response["Location"] == "/"
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


def test_the_appearance_is_remembered_and_forgotten() -> None:
    chosen = choose_theme(RequestFactory().post("/appearance/", {"theme": "dark"}))
    assert chosen.cookies["asah_theme"].value == "dark"
    forgotten = choose_theme(RequestFactory().post("/appearance/", {"theme": "pink"}))
    assert (forgotten.cookies["asah_theme"].value, forgotten.cookies["asah_theme"]["max-age"]) == ("", 0)


@pytest.mark.django_db
def test_the_switch_works_without_signing_in_and_not_by_a_link() -> None:
    client = Client()
    assert client.post("/language/", {"language": "en", "next": "/"}).status_code == 302
    assert client.get("/language/").status_code == 405
