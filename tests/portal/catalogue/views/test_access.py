from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit, User
from asah.portal.catalogue.actions import export_catalogue, receive_workbook
from asah.portal.catalogue.models import Fare, Fund, Price, Programme
from factories.portal import a_user, an_agency, an_office
from portal.catalogue.situations import a_competency, a_place, a_programme, a_resource, an_effect, an_offering

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

LISTS = ("list", "offerings", "calendar", "resources", "prices", "fares", "funds")
OF_KEEPERS = (
    "add",
    "add_resource",
    "add_price",
    "add_fare",
    "add_fund",
    "defaults",
    "copy_offerings",
    "copy_prices",
    "copy_fares",
    "import",
    "export",
)
OF_ONE = {
    "programme": "get",
    "edit": "get",
    "state": "post",
    "add_offering": "get",
    "offering": "get",
    "archive_offering": "post",
    "resource": "get",
    "edit_resource": "get",
    "archive_resource": "post",
    "price": "get",
    "remove_price": "post",
    "fare": "get",
    "remove_fare": "post",
    "fund": "get",
    "look": "get",
    "apply": "post",
}


def a_row_of_each(agency: Unit) -> dict[str, int]:
    """Numbers of a row of each kind of an agency, by the page that shows it; its name is RAHASIA."""
    programme = a_programme(agency, name="RAHASIA")
    an_effect(programme, a_competency(agency, name_id="RAHASIA"))
    offering = an_offering(programme, "RAHASIA")
    resource = a_resource(agency, name="RAHASIA")
    place = {"agency": agency, "year": 2027}
    fare = Fare.objects.create(
        **place, origin=a_place(agency, name="RAHASIA"), destination=a_place(agency), cost=1
    )
    price = Price.objects.create(**place, code="UH", name="RAHASIA", unit_of_measure="hari", amount=1)
    fund = Fund.objects.create(agency=agency, code="A", name="RAHASIA")
    keeper = a_user(Role.PLANNER, unit=agency)
    content = export_catalogue(viewer=keeper, agency=agency)
    file = receive_workbook(actor=keeper, agency=agency, name="RAHASIA.xlsx", content=content)
    numbers = dict.fromkeys(("programme", "edit", "state", "add_offering"), programme.pk)
    numbers |= {"offering": offering.pk, "archive_offering": offering.pk}
    numbers |= dict.fromkeys(("resource", "edit_resource", "archive_resource"), resource.pk)
    numbers |= {"price": price.pk, "remove_price": price.pk, "fare": fare.pk, "remove_fare": fare.pk}
    return numbers | {"fund": fund.pk, "look": file.pk, "apply": file.pk}


def test_lists_show_nothing_of_another_agency(sign_in: SignIn) -> None:
    agency, other = an_agency(), an_agency()
    a_row_of_each(other)
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    for name in LISTS:
        for query in ("", "?year=2027"):
            page = client.get(reverse(f"catalogue:{name}") + query)
            assert page.status_code == 200, name
            assert "RAHASIA" not in page.content.decode(), name


@pytest.mark.parametrize("name", OF_ONE)
def test_a_row_of_another_agency_is_not_found_and_the_attempt_is_audited(sign_in: SignIn, name: str) -> None:
    agency, other = an_agency(), an_agency()
    numbers = a_row_of_each(other)
    client = sign_in(a_user(Role.PLANNER, Role.ADMINISTRATOR, unit=agency))
    address = reverse(f"catalogue:{name}", args=[numbers[name]])
    answer = client.post(address) if OF_ONE[name] == "post" else client.get(address)
    assert answer.status_code == 404
    assert "RAHASIA" not in answer.content.decode()
    assert Event.objects.filter(action="access.refused").count() == 1
    assert Event.objects.get(action="access.refused").detail == {"path": address}


def test_whoever_does_not_keep_the_catalogue_reads_it_and_changes_nothing(sign_in: SignIn) -> None:
    agency = an_agency()
    numbers = a_row_of_each(agency)
    client = sign_in(a_user(Role.OPERATOR, unit=an_office(agency)))
    for name in LISTS:
        page = client.get(reverse(f"catalogue:{name}") + "?year=2027")
        assert page.status_code == 200
        assert "/add/" not in page.content.decode(), name
    for name in OF_KEEPERS:
        assert client.get(reverse(f"catalogue:{name}")).status_code == 403, name
    for name in ("programme", "offering", "resource"):
        page = client.get(reverse(f"catalogue:{name}", args=[numbers[name]]))
        assert (page.status_code, b"RAHASIA" in page.content) == (200, True)
        assert b"/edit/" not in page.content
    refused = ("edit", "state", "add_offering", "archive_offering", "edit_resource", "archive_resource")
    for name in (*refused, "price", "remove_price", "fare", "remove_fare", "fund"):
        address = reverse(f"catalogue:{name}", args=[numbers[name]])
        answer = client.post(address, {"state": "archived", "archived": "yes"})
        assert answer.status_code == 403, name
    assert Programme.objects.get(agency=agency).state == "active"


def test_changes_are_made_by_post_only(sign_in: SignIn) -> None:
    agency = an_agency()
    numbers = a_row_of_each(agency)
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    for name in (name for name, method in OF_ONE.items() if method == "post"):
        assert client.get(reverse(f"catalogue:{name}", args=[numbers[name]])).status_code == 405, name


def test_choices_are_those_of_the_agency_alone(sign_in: SignIn) -> None:
    agency, other = an_agency(), an_agency()
    a_row_of_each(other)
    an_office(other, name="RAHASIA")
    mine = a_programme(agency)
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    addresses = [reverse(f"catalogue:{name}") for name in ("add", "add_resource", "add_fare")]
    addresses += [reverse(f"catalogue:{name}", args=[mine.pk]) for name in ("edit", "add_offering")]
    for address in addresses:
        page = client.get(address)
        assert (page.status_code, b"RAHASIA" in page.content) == (200, False), address


def test_a_keeper_of_two_agencies_chooses_whose_catalogue(sign_in: SignIn) -> None:
    agency, other = an_agency(), an_agency("Provinsi Uji")
    user = a_user(Role.PLANNER, unit=agency)
    user.grants.create(role=Role.PLANNER, unit=other)
    user.grants.create(role=Role.PLANNER, unit=an_office(an_agency()))
    client = sign_in(user)
    page = client.get(reverse("catalogue:list")).content.decode()
    assert all(f"?agency={one.pk}" in page for one in (agency, other))
    assert "Provinsi Uji" in client.get(f"{reverse('catalogue:add')}?agency={other.pk}").content.decode()
    foreign = an_agency("Kabupaten Asing")
    assert "Asing" not in client.get(f"{reverse('catalogue:add')}?agency={foreign.pk}").content.decode()


def test_nobody_sees_anything_without_signing_in() -> None:
    for name in (*LISTS, *OF_KEEPERS):
        assert Client().get(reverse(f"catalogue:{name}")).status_code == 302
