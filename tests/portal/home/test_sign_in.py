from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from asah.portal.base.demo import Login, write_logins
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from factories.portal import PASSWORD, a_user, an_agency

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_nobody_sees_a_page_without_signing_in(client: Client) -> None:
    answer = client.get("/people/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/people/")


def test_a_right_password_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    user = a_user(Role.PLANNER, unit=an_agency())
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD, "next": "/people/"})
    assert (answer.status_code, answer["Location"]) == (302, "/people/")
    assert client.get("/people/").status_code == 200


def test_nobody_is_led_away_to_another_site(client: Client) -> None:
    user = a_user(unit=an_agency())
    answer = client.post(
        "/sign-in/", {"username": user.username, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_ten_wrong_passwords_lock_that_name_and_no_other(client: Client) -> None:
    agency = an_agency()
    user, other = a_user(unit=agency), a_user(unit=agency)
    for _try in range(10):
        answer = client.post("/sign-in/", {"username": user.username, "password": "wrong"})
    assert answer.status_code == 429
    assert "seperempat jam" in answer.content.decode()
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 429
    assert client.post("/sign-in/", {"username": other.username, "password": PASSWORD}).status_code == 302


def test_somebody_who_may_not_sign_in_any_more_cannot(client: Client) -> None:
    user = a_user(unit=an_agency())
    user.is_active = False
    user.save()
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_roles_are_offered_in_a_demonstration_only(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.ENVIRONMENT = SimpleNamespace(data=tmp_path)
    settings.DEMO = True
    write_logins(
        [Login(role="planner", username="u1", password="p-of-the-demonstration", name="Ani", place="Uji")]
    )
    assert json.loads((tmp_path / "logins.json").read_text())[0]["username"] == "u1"
    page = client.get("/sign-in/").content.decode()
    assert "p-of-the-demonstration" in page
    assert ">Perencana<span" in page
    settings.DEMO = False
    assert "p-of-the-demonstration" not in client.get("/sign-in/").content.decode()


def test_the_pages_are_indonesian_unless_english_was_chosen(client: Client) -> None:
    page = client.get("/sign-in/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="id"' in page
    assert "Masuk" in page
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    page = client.get("/sign-in/").content.decode()
    assert '<html lang="en"' in page
    assert "Sign in" in page


def test_every_answer_forbids_what_is_not_ours(client: Client) -> None:
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_servers_questions_are_answered_without_signing_in(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").json() == {"ready": True, "migrations_missing": 0}


def test_signing_out_takes_a_form_and_no_link(sign_in: SignIn) -> None:
    client = sign_in(a_user(unit=an_agency()))
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/").status_code == 302
