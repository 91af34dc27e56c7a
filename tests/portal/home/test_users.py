from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from asah.portal.base.actions import grant_role
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, RoleGrant, User
from factories.portal import a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_a_new_user_gets_a_password_that_is_shown_once_and_works(sign_in: SignIn, client: Client) -> None:
    agency = an_agency()
    chief = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    asked = {"username": "199001012015011001", "name": "Ani Uji", "role": "operator", "unit": agency.pk}
    page = chief.post("/users/add/", asked).content.decode()
    password = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5})</code>", page)[0]
    user = User.objects.get(username="199001012015011001")
    assert [(grant.role, grant.unit) for grant in user.grants.all()] == [("operator", agency)]
    assert password not in user.password
    answer = client.post("/sign-in/", {"username": user.username, "password": password})
    assert answer.status_code == 302


def test_a_name_that_is_taken_is_said_and_nothing_is_written(sign_in: SignIn) -> None:
    agency = an_agency()
    taken = a_user(unit=agency)
    chief = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    before = User.objects.count(), Event.objects.count()
    page = chief.post(
        "/users/add/", {"username": taken.username, "name": "X", "role": "operator", "unit": agency.pk}
    )
    assert "aria-invalid" in page.content.decode()
    assert (User.objects.count(), Event.objects.count()) == before


def test_a_unit_of_another_agency_cannot_be_chosen(sign_in: SignIn) -> None:
    mine, theirs = an_agency(), an_agency()
    chief = sign_in(a_user(Role.ADMINISTRATOR, unit=mine))
    chief.post("/users/add/", {"username": "spy", "name": "X", "role": "planner", "unit": theirs.pk})
    assert not User.objects.filter(username="spy").exists()


def test_users_of_another_agency_are_not_found(sign_in: SignIn) -> None:
    theirs = a_user(Role.PLANNER, unit=an_agency())
    chief = sign_in(a_user(Role.ADMINISTRATOR, unit=an_agency()))
    assert chief.get(f"/users/{theirs.pk}/").status_code == 404
    assert chief.post(f"/users/{theirs.pk}/change/", {"change": "password"}).status_code == 404
    assert theirs.name not in chief.get("/users/").content.decode()
    assert Event.objects.filter(action="access.refused").count() == 2


def test_an_administrator_is_told_that_nobody_gives_themselves_a_role(sign_in: SignIn) -> None:
    agency = an_agency()
    chief = a_user(Role.ADMINISTRATOR, unit=agency)
    page = sign_in(chief).post(f"/users/{chief.pk}/", {"role": "ppk", "unit": agency.pk})
    assert "Tidak seorang pun memberi peran kepada dirinya sendiri" in page.content.decode()
    assert not RoleGrant.objects.filter(user=chief, role="ppk").exists()


def test_a_role_is_ended_and_kept(sign_in: SignIn) -> None:
    agency = an_agency()
    user = a_user(unit=agency)
    grant = grant_role(actor=None, user=user, role=Role.PLANNER, unit=agency)
    chief = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    chief.post(f"/users/{user.pk}/change/", {"change": f"end:{grant.pk}"})
    assert RoleGrant.objects.get(pk=grant.pk).ended_at is not None


def test_the_last_administrator_stays(sign_in: SignIn) -> None:
    agency = an_agency()
    chief = a_user(Role.ADMINISTRATOR, unit=agency)
    grant = chief.grants.get()
    page = sign_in(chief).post(f"/users/{chief.pk}/change/", {"change": f"end:{grant.pk}"}, follow=True)
    assert RoleGrant.objects.get(pk=grant.pk).ended_at is None
    assert "alert-danger" in page.content.decode()


def test_a_grant_of_somebody_else_is_not_ended_through_this_user(sign_in: SignIn) -> None:
    agency = an_agency()
    one, two = a_user(Role.PLANNER, unit=agency), a_user(Role.PLANNER, unit=agency)
    chief = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    assert chief.post(f"/users/{one.pk}/change/", {"change": f"end:{two.grants.get().pk}"}).status_code == 403
    assert two.grants.get().ended_at is None


@pytest.mark.parametrize("path", ["/users/", "/users/add/", "/audit/"])
def test_pages_of_administration_are_for_administrators(sign_in: SignIn, path: str) -> None:
    planner = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    assert planner.get(path).status_code == 403


def test_the_audit_of_an_office_shows_its_lines_only(sign_in: SignIn) -> None:
    agency = an_agency()
    mine, other = an_office(agency, "Dinas Milik"), an_office(agency, "Dinas Lain")
    inspector = a_user(Role.INSPECTOR, unit=mine)
    a_user(Role.OPERATOR, unit=other)
    page = sign_in(inspector).get("/audit/").content.decode()
    assert "Dinas Milik" in page
    assert "Dinas Lain" not in page
