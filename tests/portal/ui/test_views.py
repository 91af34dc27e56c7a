from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from asah.portal.ui import views


@pytest.mark.parametrize(
    ("name", "status"), [("bad_request", 400), ("forbidden", 403), ("not_found", 404), ("server_error", 500)]
)
def test_a_page_of_failure_says_what_to_do_and_leads_on(name: str, status: int) -> None:
    view: Any = getattr(views, name)
    request = RequestFactory().get("/somewhere/")
    response = view(request) if name == "server_error" else view(request, PermissionDenied("Only planners."))
    page = response.content.decode()
    assert response.status_code == status
    assert 'class="btn btn-primary" href="/"' in page
    assert len(re.findall(r"<h1>\s*\S", page)) == 1
    assert ("Only planners." in page) == (name == "forbidden")
    assert view.login_required is False


def test_the_reason_of_a_refusal_is_escaped() -> None:
    response = views.forbidden(RequestFactory().get("/"), PermissionDenied("<b>no</b>"))
    assert "&lt;b&gt;no&lt;/b&gt;" in response.content.decode()


def test_the_page_of_the_server_s_failure_needs_neither_database_nor_session() -> None:
    response = views.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "hx-headers" not in response.content.decode()


def test_a_form_that_is_refused_shows_what_was_typed_and_no_password() -> None:
    sent = {
        "reason": "A long text\nof two lines <b>",
        "password": "hush-hush",
        "kata_sandi": "rahasia-1",
        "new_password1": "hush-too",
        "csrfmiddlewaretoken": "mark-a",
        "once": "mark-b",
        "next": "/x/",
        "footprint": "kept too",
        "empty": "  ",
    }
    response = views.csrf_failure(RequestFactory().post("/proposals/add/", sent), "reason")
    page = response.content.decode()
    assert response.status_code == 403
    assert "A long text<br>of two lines &lt;b&gt;" in page
    assert "kept too" in page
    assert "data-not-saved" in page
    assert not any(sent[name] in page for name in ("password", "kata_sandi", "new_password1", "once"))
    assert "mark-a" not in page


def test_every_value_that_was_typed_is_kept_in_order() -> None:
    sent = QueryDict("note=a&note=b&other=c&otp=123&pin=4")
    assert list(views.read_typed(sent)) == [("note", "a"), ("note", "b"), ("other", "c")]


def test_a_form_without_its_token_gets_that_page(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/language/", {"language": "en", "note": "typed before"})
    assert response.status_code == 403
    assert "typed before" in response.content.decode()


@pytest.mark.django_db
def test_the_page_of_components_exists_only_where_data_is_invented(settings: Any) -> None:
    settings.DEMO = False
    assert Client().get("/style/").status_code == 404
    settings.DEMO = True
    assert Client().get("/style/").status_code == 200


@pytest.fixture
def page(settings: Any, db: None) -> HttpResponse:
    settings.DEMO = True
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    response: Any = client.get("/style/?wrong=1")
    return response  # type: ignore[no-any-return]


def test_a_page_holds_nothing_that_a_strict_policy_forbids(page: HttpResponse) -> None:
    text = page.content.decode()
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", text) == []
    assert [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag] == []
    assert re.findall(r'(?:src|href)="https?:', text) == []


def test_a_page_has_its_landmarks_language_and_way_past_the_menu(page: HttpResponse) -> None:
    text = page.content.decode()
    assert '<html lang="en"' in text
    assert text.count("<main") == text.count("<h1>") == 1
    assert text.index('href="#content"') < text.index("<header")
    assert f'action="{reverse("ui:language")}"' in text
    assert re.findall(r'name="language" value="(\w+)" lang="\w+"', text) == ["id"]


def test_no_two_parts_of_a_page_share_an_id(page: HttpResponse) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page.content.decode())
    assert len(ids) == len(set(ids))


def test_htmx_is_told_to_write_nothing_into_the_page_or_the_browser(page: HttpResponse) -> None:
    text = page.content.decode()
    wanted = (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
    )
    assert all(setting in text for setting in wanted)


def test_the_chosen_appearance_is_in_the_page_from_the_start(settings: Any, db: None) -> None:
    settings.DEMO = True
    client = Client()
    assert "data-bs-theme" not in client.get("/style/").content.decode()
    client.cookies["asah_theme"] = "dark"
    assert '<html lang="id" data-bs-theme="dark">' in client.get("/style/").content.decode()
    client.cookies["asah_theme"] = '"><script>'
    assert "data-bs-theme" not in client.get("/style/").content.decode()
