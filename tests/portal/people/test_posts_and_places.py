"""Posts and places that are made, changed and deleted by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, User
from asah.portal.people.models import Place, Position
from factories.needs import a_framework, a_standard
from factories.portal import a_person, a_position, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def send(client: Client, path: str, **fields: Any) -> Any:
    """Opens a form and sends it filled in, as a browser does."""
    once = re.findall(r'name="once" value="([^"]+)"', client.get(path).content.decode())[0]
    return client.post(path, {"once": once, **fields})


def test_a_post_is_made_and_changed_from_its_list(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    assert 'href="/people/positions/add/"' in client.get("/people/positions/").content.decode()
    asked = {"code": "J1", "name": "Analis Kebijakan Muda", "kind": "fungsional", "level": "muda"}
    answer = send(client, "/people/positions/add/", **asked)
    post = Position.objects.get()
    assert answer["Location"] == f"/people/positions/{post.pk}/"
    assert (post.agency, post.code, post.name, post.kind, post.level) == (agency, *asked.values())
    assert f"/people/positions/{post.pk}/" in client.get("/people/positions/").content.decode()
    send(client, f"/people/positions/{post.pk}/edit/", **asked | {"name": "Analis Kebijakan Ahli Muda"})
    post.refresh_from_db()
    assert post.name == "Analis Kebijakan Ahli Muda"
    assert Event.objects.get(action="position.changed").detail == {"fields": ["name"]}
    assert Event.objects.get(action="position.created").unit == agency


def test_a_place_keeps_its_coordinates_as_they_are_written_here_or_abroad(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    asked = {"code": "T9", "name": "Bangko", "zone": "Bangko", "connectivity": "good"}
    send(client, "/people/places/add/", **asked, latitude="-2,0781", longitude="102.2747")
    place = Place.objects.get(code="T9")
    assert (place.latitude, place.longitude) == (-2.0781, 102.2747)
    page = client.get(f"/people/places/{place.pk}/edit/").content.decode()
    assert 'value="-2,0781"' in page
    assert Event.objects.filter(action="place.created", unit=agency).count() == 1


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("91", "100"), ("-2", "181"), ("-2", ""), ("", "102"), ("utara", "102")]
)
def test_coordinates_that_are_nowhere_or_half_are_refused(
    sign_in: SignIn, latitude: str, longitude: str
) -> None:
    client = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    answer = send(
        client, "/people/places/add/", code="T9", name="Bangko", latitude=latitude, longitude=longitude
    )
    assert "error-summary" in answer.content.decode()
    assert Place.objects.count() == 0


def test_a_code_that_is_taken_in_the_agency_is_told_and_in_another_agency_is_free(sign_in: SignIn) -> None:
    agency, other = an_agency(), an_agency()
    a_position(agency, "Satu")
    code = Position.objects.get().code
    asked = {"code": code, "name": "Dua", "kind": "fungsional"}
    page = send(sign_in(a_user(Role.PLANNER, unit=agency)), "/people/positions/add/", **asked)
    assert "error-summary" in page.content.decode()
    assert (
        send(sign_in(a_user(Role.PLANNER, unit=other)), "/people/positions/add/", **asked).status_code == 302
    )


def test_a_form_that_is_sent_twice_makes_one_post(sign_in: SignIn) -> None:
    client = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    asked = {"once": "x" * 40, "code": "J1", "name": "Analis", "kind": "fungsional"}
    targets = {client.post("/people/positions/add/", asked)["Location"] for _click in range(2)}
    assert (len(targets), Position.objects.count()) == (1, 1)


def test_what_nothing_refers_to_is_deleted_and_the_audit_keeps_its_code(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    post = a_position(agency, "Salah Ketik")
    path = f"/people/positions/{post.pk}/"
    assert f'action="{path}delete/"' in client.get(path).content.decode()
    assert client.post(f"{path}delete/")["Location"] == "/people/positions/"
    assert Position.objects.count() == 0
    assert Event.objects.get(action="position.deleted").detail == {"code": post.code}


def test_what_something_refers_to_stays_and_the_page_says_why(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    person = a_person(an_office(agency))
    assert person.current is not None
    for thing, name in ((person.current.position, "positions"), (person.current.place, "places")):
        assert thing is not None
        path = f"/people/{name}/{thing.pk}/"
        page = client.get(path).content.decode()
        assert f'action="{path}delete/"' not in page
        assert re.search(r"(?i)riwayat kepegawaian</dt><dd>1<", page)
        told = client.post(f"{path}delete/", follow=True).content.decode()
        assert "alert-danger" in told
        thing.refresh_from_db()


def test_a_post_with_a_standard_stays_though_nobody_holds_it(sign_in: SignIn) -> None:
    agency = an_agency()
    post = a_position(agency)
    a_standard(post, {a_framework(agency)[1][0]: 3})
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    client.post(f"/people/positions/{post.pk}/delete/")
    assert Position.objects.filter(pk=post.pk).exists()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.HEAD, Role.ADMINISTRATOR])
def test_who_only_reads_sees_a_post_and_no_way_to_change_it(sign_in: SignIn, role: Role) -> None:
    agency = an_agency()
    post, place = a_position(agency), Place.objects.create(agency=agency, code="T1", name="Bangko")
    client = sign_in(a_user(role, unit=agency))
    for path in (f"/people/positions/{post.pk}/", f"/people/places/{place.pk}/"):
        page = client.get(path)
        assert page.status_code == 200
        assert "/edit/" not in page.content.decode()
        assert client.get(f"{path}edit/").status_code == 403
        assert client.post(f"{path}delete/").status_code == 403
    assert client.get("/people/positions/add/").status_code == 403
    assert client.get("/people/places/add/").status_code == 403
    assert "/add/" not in client.get("/people/places/").content.decode()


def test_the_operator_of_one_office_does_not_change_posts_of_all(sign_in: SignIn) -> None:
    agency = an_agency()
    post = a_position(agency)
    client = sign_in(a_user(Role.OPERATOR, unit=an_office(agency)))
    assert client.get(f"/people/positions/{post.pk}/").status_code == 200
    assert client.get(f"/people/positions/{post.pk}/edit/").status_code == 403
    assert (
        sign_in(a_user(Role.OPERATOR, unit=agency)).get(f"/people/positions/{post.pk}/edit/").status_code
        == 200
    )


def test_posts_and_places_of_another_agency_are_not_found(sign_in: SignIn) -> None:
    other = an_agency()
    post, place = a_position(other), Place.objects.create(agency=other, code="T1", name="Sofifi")
    client = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    for path in (f"/people/positions/{post.pk}/", f"/people/places/{place.pk}/"):
        found = [client.get(path), client.get(f"{path}edit/"), client.post(f"{path}delete/")]
        assert [answer.status_code for answer in found] == [404] * 3
    assert Event.objects.filter(action="access.refused").count() == 6


def test_the_second_of_two_who_edit_a_post_is_told_and_writes_nothing_over(sign_in: SignIn) -> None:
    agency = an_agency()
    post = a_position(agency, "Pranata Humas", kind="")
    page = f"/people/positions/{post.pk}/edit/"
    first, second = (sign_in(a_user(Role.PLANNER, unit=agency)) for _ in range(2))
    forms = [client.get(page).context["form"] for client in (first, second)]
    mine, theirs = ({field.html_name: field.value() or "" for field in form} for form in forms)
    assert first.post(page, mine | {"kind": "fungsional"}).status_code == 302
    answer = second.post(page, theirs | {"level": "Ahli Muda"})
    assert answer.status_code == 200
    post.refresh_from_db()
    assert (post.kind, post.level) == ("fungsional", "")
    assert "error-summary" in answer.content.decode()
