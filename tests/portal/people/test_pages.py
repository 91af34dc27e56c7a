"""Pages about people: who sees what, and how many questions the database is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit, User
from asah.portal.people.models import Person
from factories.portal import a_person, a_position, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def questions(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    "path", ["/people/", "/people/positions/", "/people/places/", "/people/imports/", "/units/"]
)
def test_a_list_asks_as_many_questions_for_three_rows_as_for_one(sign_in: SignIn, path: str) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    a_person(an_office(agency), position=a_position(agency, "Satu"))
    one = questions(client, path)
    for name in ("Dua", "Tiga"):
        a_person(an_office(agency), position=a_position(agency, name))
    assert questions(client, path) == one


def test_the_page_of_a_person_asks_as_many_questions_whoever_it_is(sign_in: SignIn) -> None:
    office = an_office(an_agency())
    client = sign_in(a_user(Role.PLANNER, unit=office))
    alone = a_person(office)
    led = a_person(office, supervisor=alone)
    assert questions(client, f"/people/{alone.pk}/") == questions(client, f"/people/{led.pk}/")


def test_an_office_sees_its_people_and_no_others(sign_in: SignIn) -> None:
    agency = an_agency()
    mine, other = an_office(agency), an_office(agency)
    a_person(mine, "Ani Milik")
    stranger = a_person(other, "Budi Lain")
    client = sign_in(a_user(Role.OPERATOR, unit=mine))
    page = client.get("/people/").content.decode()
    assert "Ani Milik" in page
    assert "Budi Lain" not in page
    assert "Budi Lain" not in client.get("/people/?q=Budi").content.decode()
    assert "Budi Lain" not in client.get("/search/?q=Budi").content.decode()
    assert client.get(f"/people/{stranger.pk}/").status_code == 404
    assert client.post(f"/people/{stranger.pk}/edit/", {"email": "x@example.id"}).status_code == 404
    assert Event.objects.filter(action="access.refused").count() == 2


def test_a_filter_of_a_unit_holds_for_all_below_it(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    part = an_office(office)
    a_person(part, "Ani Bawah")
    a_person(an_office(agency), "Budi Samping")
    page = sign_in(a_user(Role.PLANNER, unit=agency)).get(f"/people/?unit={office.path}").content.decode()
    assert "Ani Bawah" in page
    assert "Budi Samping" not in page


def test_an_inspector_sees_people_and_changes_nothing(sign_in: SignIn) -> None:
    agency = an_agency()
    person = a_person(an_office(agency))
    client = sign_in(a_user(Role.INSPECTOR, unit=agency))
    assert client.get(f"/people/{person.pk}/").status_code == 200
    assert client.post(f"/people/{person.pk}/edit/", {"email": "x@example.id"}).status_code == 403
    person.refresh_from_db()
    assert person.email == ""


def test_a_supervisor_is_found_by_nip_in_the_own_agency_only(sign_in: SignIn) -> None:
    office = an_office(an_agency())
    person, chief = a_person(office), a_person(office)
    abroad = a_person(an_office(an_agency()))
    client = sign_in(a_user(Role.PLANNER, unit=office))
    asked = {"supervisor_nip": abroad.nip + "9"}
    assert client.post(f"/people/{person.pk}/edit/", asked).status_code == 200
    assert client.post(f"/people/{person.pk}/edit/", {"supervisor_nip": person.nip}).status_code == 200
    assert client.post(f"/people/{person.pk}/edit/", {"supervisor_nip": chief.nip}).status_code == 302
    assert Person.objects.get(pk=person.pk).supervisor == chief
    event = Event.objects.get(action="person.changed")
    assert event.detail == {"fields": ["supervisor_nip"]}


def test_the_export_holds_what_the_list_shows(sign_in: SignIn) -> None:
    office = an_office(an_agency())
    shown, hidden = a_person(office, "Ani Tampil"), a_person(office, "Budi Tidak")
    client = sign_in(a_user(Role.PLANNER, unit=office))
    answer = client.get("/people/?q=Ani&export=csv")
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]
    assert shown.nip in text
    assert hidden.nip not in text


def test_a_move_of_a_unit_moves_its_people_with_it(sign_in: SignIn) -> None:
    from asah.portal.base.actions import move_unit

    agency = an_agency()
    old, new = an_office(agency), an_office(agency)
    part = an_office(old)
    person = a_person(part)
    move_unit(actor=None, unit=Unit.objects.get(pk=part.pk), parent=new)
    assert sign_in(a_user(Role.HEAD, unit=new)).get(f"/people/{person.pk}/").status_code == 200
    assert sign_in(a_user(Role.HEAD, unit=old)).get(f"/people/{person.pk}/").status_code == 404


def edit_form(client: Client, person: Person) -> dict[str, str]:
    """What the page of the form sends if nothing is typed into it."""
    form = client.get(f"/people/{person.pk}/edit/").context["form"]
    return {field.html_name: field.value() or "" for field in form}


def test_the_second_of_two_who_edit_a_person_is_told_and_writes_nothing_over(sign_in: SignIn) -> None:
    office = an_office(an_agency())
    person, chief = a_person(office), a_person(office, "Citra Kepala")
    first, second = (sign_in(a_user(Role.PLANNER, unit=office)) for _ in range(2))
    page = f"/people/{person.pk}/edit/"
    opened = edit_form(second, person)
    mine = edit_form(first, person) | {"supervisor_nip": chief.nip, "email": "a@contoh.go.id"}
    assert first.post(page, mine).status_code == 302
    assert first.post(page, mine).status_code == 302, "a double click is no conflict"
    answer = second.post(page, opened | {"back_degree": "S.E."})
    assert answer.status_code == 200
    told = answer.content.decode()
    assert "a@contoh.go.id" in told
    assert chief.nip in told
    assert 'value="S.E."' in told
    person.refresh_from_db()
    assert (person.supervisor, person.email, person.back_degree) == (chief, "a@contoh.go.id", "")
    again = {field.html_name: field.value() or "" for field in answer.context["form"]}
    assert second.post(page, again | {"email": "a@contoh.go.id"}).status_code == 302
    person.refresh_from_db()
    assert (person.supervisor, person.email, person.back_degree) == (None, "a@contoh.go.id", "S.E.")


def test_nobody_makes_themselves_the_superior_of_others(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    user = a_user(Role.OPERATOR, unit=office)
    own, person = a_person(office, user=user), a_person(office)
    page = f"/people/{person.pk}/edit/"
    assert sign_in(user).post(page, {"supervisor_nip": own.nip}).status_code == 200
    person.refresh_from_db()
    assert person.supervisor is None
    assert (
        sign_in(a_user(Role.PLANNER, unit=agency)).post(page, {"supervisor_nip": own.nip}).status_code == 302
    )
    # What another entered stays as it is, whoever saves the form.
    kept = {"supervisor_nip": own.nip, "email": "x@contoh.go.id"}
    assert sign_in(user).post(page, kept).status_code == 302
    person.refresh_from_db()
    assert (person.supervisor, person.email) == (own, "x@contoh.go.id")


def test_an_operator_names_superiors_of_the_own_line_only(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency)
    part = an_office(office)
    person, above = a_person(part), a_person(office)
    beside, other = a_person(an_office(office)), a_person(an_office(agency))
    client = sign_in(a_user(Role.OPERATOR, unit=part))
    page = f"/people/{person.pk}/edit/"
    codes = [client.post(page, {"supervisor_nip": chief.nip}).status_code for chief in (above, beside, other)]
    assert codes == [302, 200, 200]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_last_day_of_service_in_a_year_that_cannot_be_is_refused(sign_in: SignIn, day: str) -> None:
    office = an_office(an_agency())
    person = a_person(office)
    client = sign_in(a_user(Role.PLANNER, unit=office))
    assert client.post(f"/people/{person.pk}/edit/", {"retires_on": day}).status_code == 200
    assert client.post(f"/people/{person.pk}/edit/", {"retires_on": "2050-01-31"}).status_code == 302
