"""Pages that make, rename and move units."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit, User
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def send(client: Client, path: str, **fields: Any) -> Any:
    """Opens a form and sends it filled in, as a browser does."""
    page = client.get(path).content.decode()
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    return client.post(path, {"once": once, **fields})


def test_a_unit_is_made_below_another_from_the_list(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    client = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    assert 'href="/units/add/"' in client.get("/units/").content.decode()
    assert (
        f'<option value="{office.pk}" selected'
        in client.get(f"/units/add/?parent={office.pk}").content.decode()
    )
    answer = send(client, "/units/add/", parent=office.pk, code="B1", name="Bagian Umum")
    made = Unit.objects.get(name="Bagian Umum")
    assert answer["Location"] == f"/units/{made.pk}/"
    assert (made.parent, made.path) == (office, f"{office.path}{made.pk}.")
    assert Event.objects.filter(action="unit.created", unit=made).count() == 1


def test_a_form_that_is_sent_twice_makes_one_unit(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.OPERATOR, unit=agency))
    fields = {"once": "x" * 40, "parent": agency.pk, "code": "B1", "name": "Bagian Umum"}
    targets = [client.post("/units/add/", fields)["Location"] for _click in range(2)]
    assert Unit.objects.filter(name="Bagian Umum").count() == 1
    assert targets[0] == targets[1]


def test_a_code_that_is_taken_is_told_and_what_was_typed_stays(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    page = send(
        sign_in(a_user(Role.ADMINISTRATOR, unit=agency)),
        "/units/add/",
        parent=agency.pk,
        code=office.code,
        name="Dinas Kembar",
    ).content.decode()
    assert "error-summary" in page
    assert "Dinas Kembar" in page
    assert Unit.objects.count() == 2


def test_a_unit_is_renamed(sign_in: SignIn) -> None:
    office = an_office(an_agency(), "Dinas Lama")
    client = sign_in(a_user(Role.OPERATOR, unit=office))
    assert send(client, f"/units/{office.pk}/edit/", code="D9", name="Dinas Baru").status_code == 302
    assert "Dinas Baru" in client.get(f"/units/{office.pk}/").content.decode()
    assert Event.objects.filter(action="unit.changed", unit=office).count() == 1


def test_what_a_move_takes_along_is_told_before_it_is_made(sign_in: SignIn) -> None:
    agency = an_agency()
    old, new = an_office(agency), an_office(agency, "Dinas Tujuan")
    part = an_office(old)
    room = an_office(part)
    a_person(part)
    a_person(room)
    gone = a_person(room).current
    assert gone is not None
    gone.ended_on = dt.date(2024, 1, 1)
    gone.save()
    a_user(Role.SUPERVISOR, unit=room)
    client = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    page = client.get(f"/units/{part.pk}/move/").content.decode()
    told = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)
    assert [number for _label, number in told] == ["1", "2", "1"]
    choices = set(re.findall(r'<option value="(\d+)"', page))
    assert choices == {str(unit.pk) for unit in (agency, old, new)}
    assert send(client, f"/units/{part.pk}/move/", parent=new.pk).status_code == 302
    room.refresh_from_db()
    assert room.path == f"{new.path}{part.pk}.{room.pk}."
    assert Event.objects.filter(action="unit.moved", subject=f"base.Unit:{part.pk}").count() == 1


def test_a_unit_is_not_moved_below_itself_by_a_forged_form(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    part = an_office(office)
    client = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    for target in (office, part):
        page = send(client, f"/units/{office.pk}/move/", parent=target.pk).content.decode()
        assert "error-summary" in page
    office.refresh_from_db()
    assert office.parent == agency


def test_an_agency_stands_below_nothing(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.ADMINISTRATOR, unit=agency))
    assert f"/units/{agency.pk}/move/" not in client.get(f"/units/{agency.pk}/").content.decode()
    assert client.get(f"/units/{agency.pk}/move/").status_code == 403


@pytest.mark.parametrize("page", ["", "edit/", "move/"])
def test_units_of_others_are_not_found_and_the_attempt_is_written_down(sign_in: SignIn, page: str) -> None:
    agency = an_agency()
    mine, other = an_office(agency), an_office(agency)
    client = sign_in(a_user(Role.OPERATOR, unit=mine))
    for unit in (other, an_office(an_agency())):
        path = f"/units/{unit.pk}/{page}"
        fields = {"once": "a", "code": "x", "name": "Direbut", "parent": mine.pk}
        assert [client.get(path).status_code, client.post(path, fields).status_code] == [404, 404]
    assert Event.objects.filter(action="access.refused").count() == 4
    assert not Unit.objects.filter(name="Direbut").exists()


def test_a_unit_is_not_made_below_a_unit_of_others(sign_in: SignIn) -> None:
    agency = an_agency()
    mine, other = an_office(agency), an_office(agency)
    client = sign_in(a_user(Role.OPERATOR, unit=mine))
    assert send(client, "/units/add/", parent=other.pk, code="1", name="Direbut").status_code == 200
    assert not Unit.objects.filter(name="Direbut").exists()


def test_who_only_reads_sees_a_unit_and_no_way_to_change_it(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    client = sign_in(a_user(Role.INSPECTOR, unit=agency))
    page = client.get(f"/units/{office.pk}/").content.decode()
    assert office.name in page
    assert "/units/add/" not in client.get("/units/").content.decode() + page
    paths = ("/units/add/", f"/units/{office.pk}/edit/", f"/units/{office.pk}/move/")
    assert [client.get(path).status_code for path in paths] == [403] * 3
