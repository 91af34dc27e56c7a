"""Addresses that lead to no page, and what nobody may do: an answer that helps, and a line in the audit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, User
from factories.portal import PASSWORD, a_user, an_agency
from portal.walk import all_views

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_a_number_that_no_row_can_have_is_no_page_at_any_address(sign_in: SignIn) -> None:
    client = sign_in(a_user(*Role, unit=an_agency()))
    wrong = {}
    for name, pattern in all_views().items():
        if "<int:" not in pattern:
            continue
        path = "/" + re.sub(r"<[a-z]+:\w+>", "a", re.sub(r"<int:\w+>", str(2**63), pattern))
        for method in ("get", "post"):
            status = getattr(client, method)(path).status_code
            if status != 404:
                wrong[name, method] = status
    assert wrong == {}


def test_an_address_that_takes_forms_only_has_a_page_that_leads_back(sign_in: SignIn) -> None:
    client = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    answer = client.get("/plans/scenarios/2/make/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    page = answer.content.decode()
    assert "Tidak ada yang dilakukan" in page
    assert 'href="/plans/scenarios/2/"' in page


def test_whoever_sent_a_form_after_the_session_ended_comes_to_its_page_and_is_told(client: Client) -> None:
    user = a_user(Role.PLANNER, unit=an_agency())
    sent = client.post("/plans/scenarios/2/make/", {"seconds": "60"})
    assert sent["Location"] == "/sign-in/?next=/plans/scenarios/2/"
    page = client.post(sent["Location"], {"username": user.username, "password": PASSWORD})
    assert page["Location"] == "/plans/scenarios/2/"
    # The home page stands for any page here: the note waits for the first one that is shown.
    assert "yang Anda kirim tidak sampai" in client.get("/").content.decode()


def test_what_a_role_may_not_do_is_written_down_and_answered_in_words(sign_in: SignIn) -> None:
    user = a_user(Role.HEAD, unit=an_agency())
    answer = sign_in(user).get("/plans/scenarios/add/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "planning.edit" not in page
    assert "Perencana" in page
    event = Event.objects.get(action="access.refused")
    assert (event.actor, event.subject) == (user, "/plans/scenarios/add/")
    assert event.detail["capability"] == "planning.edit"
