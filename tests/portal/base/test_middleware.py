from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = "http://testserver/plans/scenarios/1/?sort=-name#plans"
ABOVE = "/plans/scenarios/1/"
BUTTON = "/plans/scenarios/1/make/"


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        (PAGE, "/plans/scenarios/1/%3Fsort%3D-name"),
        ("", ABOVE),
        ("https://evil.example/elsewhere/", ABOVE),
        ("not an address", ABOVE),
    ],
)
def test_a_form_sent_without_a_session_leads_back_to_its_own_page(
    client: Client, came_from: str, leads_to: str
) -> None:
    answer = client.post(BUTTON, {"seconds": 10}, headers={"Referer": came_from})
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={leads_to}")
    told = client.get(answer["Location"]).content.decode()
    assert "yang Anda kirim tidak sampai" in told


def test_whoever_only_opens_a_page_is_told_of_nothing_lost(client: Client) -> None:
    answer = client.get("/plans/", headers={"Referer": PAGE})
    assert answer["Location"] == "/sign-in/?next=/plans/"
    assert "tidak sampai" not in client.get(answer["Location"]).content.decode()


def test_what_a_page_sends_by_itself_is_no_form(client: Client) -> None:
    answer = client.post(BUTTON, {}, content_type="application/json", headers={"Referer": PAGE})
    assert answer["Location"] == f"/sign-in/?next={BUTTON}"
    assert "tidak sampai" not in client.get(answer["Location"]).content.decode()
