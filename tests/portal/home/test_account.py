"""What people set for themselves: the first password of their own, and the language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from asah.portal.base import outbox
from asah.portal.base.actions import ROLE_GRANTED, give_password
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, User
from factories.portal import PASSWORD, a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
OWN = "rahasia-sendiri-2026"


def handed_over() -> tuple[User, str]:
    user = a_user(Role.PLANNER, unit=an_agency())
    return user, give_password(actor=None, user=user)


def begin(client: Client, user: User, password: str, next_page: str = "") -> str:
    asked = {"username": user.username, "password": password, "next": next_page}
    return str(client.post("/sign-in/", asked)["Location"])


def test_a_password_that_was_handed_over_opens_only_the_page_to_choose_another(client: Client) -> None:
    user, password = handed_over()
    assert begin(client, user, password) == "/sign-in/password/"
    assert client.get("/people/").status_code == 302
    assert "_auth_user_id" not in client.session
    page = client.get("/sign-in/password/").content.decode()
    assert 'lang="id"' in page
    assert user.name in page


def test_after_choosing_a_password_somebody_is_where_they_wanted_to_be(client: Client) -> None:
    user, password = handed_over()
    assert begin(client, user, password, "/people/") == "/sign-in/password/?next=%2Fpeople%2F"
    answer = client.post("/sign-in/password/?next=/people/", {"new_password1": OWN, "new_password2": OWN})
    assert answer["Location"] == "/people/"
    assert client.get("/people/").status_code == 200
    assert Event.objects.filter(action="user.password_chosen", actor=user).count() == 1
    other = Client()
    assert begin(other, user, OWN) == "/"
    assert other.post("/sign-in/", {"username": user.username, "password": password}).status_code == 200


@pytest.mark.parametrize("wish", ["given", "12345", ""])
def test_a_weak_password_or_the_one_that_was_given_is_not_taken(client: Client, wish: str) -> None:
    user, password = handed_over()
    begin(client, user, password)
    word = password if wish == "given" else wish
    answer = client.post("/sign-in/password/", {"new_password1": word, "new_password2": word})
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    user.refresh_from_db()
    assert user.must_change_password


def test_the_page_to_choose_a_password_is_closed_to_everybody_else(
    client: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/sign-in/password/")["Location"] == "/sign-in/"
    assert client.post("/sign-in/password/", {"new_password1": OWN, "new_password2": OWN}).status_code == 302
    user, password = handed_over()
    begin(client, user, password)
    # Given again meanwhile: the old one opens nothing any more.
    give_password(actor=None, user=user)
    assert client.get("/sign-in/password/")["Location"] == "/sign-in/"
    begin(client, user, give_password(actor=None, user=user))
    monkeypatch.setattr("asah.portal.home.views.account.TO_CHOOSE", -1)
    assert client.get("/sign-in/password/")["Location"] == "/sign-in/"


def test_who_signs_in_on_the_same_computer_does_not_choose_for_who_walked_away(client: Client) -> None:
    left, password = handed_over()
    begin(client, left, password)
    begin(client, a_user(Role.PLANNER, unit=an_agency()), PASSWORD)
    client.post("/sign-in/password/", {"new_password1": OWN, "new_password2": OWN})
    left.refresh_from_db()
    assert left.must_change_password


def test_who_chose_a_password_already_is_not_asked_again(client: Client) -> None:
    user = a_user(Role.PLANNER, unit=an_agency())
    assert begin(client, user, PASSWORD) == "/"


def test_the_language_of_the_account_is_that_of_its_pages_and_mails(sign_in: SignIn) -> None:
    user = a_user(unit=an_agency())
    User.objects.filter(pk=user.pk).update(email="ani@example.id")
    client = sign_in(user)
    page = client.get("/account/").content.decode()
    once = page.split('name="once" value="')[1].split('"')[0]
    answer = client.post("/account/", {"language": "en", "once": once}, follow=True)
    assert '<html lang="en"' in answer.content.decode()
    user.refresh_from_db()
    assert user.language == "en"
    assert Event.objects.get(action="user.language_chosen").detail == {"language": "en"}
    outbox.tell([user], ROLE_GRANTED, unit="Dinas Uji")
    outbox.send_waiting()
    assert mail.outbox[0].body.startswith("You were given a new role")


def test_a_language_that_does_not_exist_is_refused(sign_in: SignIn) -> None:
    user = a_user(unit=an_agency())
    answer = sign_in(user).post("/account/", {"language": "xx", "once": "a"})
    assert "error-summary" in answer.content.decode()
    user.refresh_from_db()
    assert user.language == "id"


def test_signing_in_brings_the_language_of_the_account(client: Client) -> None:
    user = a_user(Role.PLANNER, unit=an_agency())
    User.objects.filter(pk=user.pk).update(language="en")
    begin(client, user, PASSWORD)
    assert '<html lang="en"' in client.get("/").content.decode()


def test_the_switch_of_the_header_is_kept_in_the_account(sign_in: SignIn, client: Client) -> None:
    user = a_user(unit=an_agency())
    sign_in(user).post("/language/", {"language": "en", "next": "/"})
    user.refresh_from_db()
    assert user.language == "en"
    # Whoever signs in on this computer afterwards has a language of their own.
    other = a_user(unit=an_agency())
    client.cookies["asah_language"] = "en"
    begin(client, other, PASSWORD)
    assert '<html lang="id"' in client.get("/").content.decode()


def test_a_language_chosen_on_the_page_to_sign_in_stays(client: Client) -> None:
    user = a_user(unit=an_agency())
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    begin(client, user, PASSWORD)
    user.refresh_from_db()
    assert user.language == "en"
    assert '<html lang="en"' in client.get("/").content.decode()


def test_the_home_page_of_a_civil_servant_leads_to_their_development(sign_in: SignIn) -> None:
    office = an_office(an_agency())
    asn, planner = a_user(Role.ASN, unit=office), a_user(Role.PLANNER, unit=office)
    a_person(office, user=asn)
    lead = '<a class="btn btn-primary" href="/plans/mine/">'
    assert lead in sign_in(asn).get("/").content.decode()
    assert lead not in sign_in(planner).get("/").content.decode()
