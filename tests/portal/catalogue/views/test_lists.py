from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.models import Fare, Fund, Price
from factories.portal import a_user, an_agency, an_office
from portal.catalogue.situations import a_competency, a_place, a_programme, a_resource, an_effect, an_offering

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(name="sign_in")
def sign_in_to_english_pages(sign_in: SignIn) -> SignIn:
    """The pages in the language of their source: what is looked for here does not depend on a translation."""

    def sign_in_to_english_pages(user: User) -> Client:
        client = sign_in(user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client

    return sign_in_to_english_pages


def a_row_more(agency: Unit, number: int) -> None:
    """One row more in every list, with all that a row may lead to."""
    fund = Fund.objects.create(agency=agency, code=f"F{number}", name=f"Dana {number}")
    programme = a_programme(agency, fund=fund)
    an_effect(programme, a_competency(agency))
    an_effect(programme, a_competency(agency))
    room = a_resource(agency, place=a_place(agency))
    for one in (programme, a_programme(agency)):
        an_offering(one, place=a_place(agency), resource=room)
    Price.objects.create(
        agency=agency, year=2027, code=f"H{number}", name="Harga", unit_of_measure="hari", amount=1
    )
    Fare.objects.create(agency=agency, year=2027, origin=a_place(agency), destination=a_place(agency), cost=1)


@pytest.mark.parametrize("name", ["list", "offerings", "calendar", "resources", "prices", "fares", "funds"])
def test_a_list_asks_the_database_as_often_for_three_rows_as_for_one(sign_in: SignIn, name: str) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    counts = []
    for number in range(3):
        a_row_more(agency, number)
        if number in (0, 2):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(reverse(f"catalogue:{name}") + "?year=2027").status_code == 200
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_page_of_a_programme_asks_as_often_for_three_rows_as_for_one(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    programme, room = a_programme(agency), a_resource(agency)
    counts = []
    for _ in range(3):
        an_effect(programme, a_competency(agency))
        an_offering(programme, place=a_place(agency), resource=room)
        for name, number in (("programme", programme.pk), ("edit", programme.pk), ("resource", room.pk)):
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse(f"catalogue:{name}", args=[number]) + "?year=2027")
            counts.append(len(asked))
    assert counts[:3] == counts[6:]


def test_programmes_are_filtered_by_state_form_and_competency(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.ASN, unit=an_office(agency)))
    wanted = a_programme(agency, name="Dicari", form="K7", state="draft")
    competency = a_competency(agency)
    an_effect(wanted, competency)
    a_programme(agency, name="Lainnya")
    for query in ("state=draft", "form=K7", f"competency={competency.pk}", "q=dicari"):
        page = client.get(f"{reverse('catalogue:list')}?{query}").content.decode()
        assert ("Dicari" in page, "Lainnya" in page) == (True, False), query


@pytest.fixture
def planned(sign_in: SignIn) -> tuple[Client, dict[str, int]]:
    """A client, and offerings of 2027: Maret at a place, Juni online, Tanpa without a date; Lama in 2026."""
    agency = an_agency()
    place = a_place(agency)
    an_offering(a_programme(agency, name="Maret"), place=place, period=10, period_end=13)
    an_offering(a_programme(agency, name="Juni", form="N3"), period=23, period_end=None)
    an_offering(a_programme(agency, name="Tanpa"), period=None, period_end=None)
    an_offering(a_programme(agency, name="Lama"), year=2026)
    an_offering(a_programme(agency, name="Arsip", state="archived"))
    an_offering(a_programme(agency, name="Simpan"), archived_at=timezone.now())
    return sign_in(a_user(Role.PLANNER, unit=agency)), {"place": place.pk}


def named(page: Any) -> set[str]:
    text = page.content.decode()
    links = {f">{name}</a>": name for name in ("Maret", "Juni", "Tanpa", "Lama", "Arsip", "Simpan")}
    return {name for link, name in links.items() if link in text}


def test_offerings_are_listed_by_year_and_filtered_by_place_month_and_form(
    planned: tuple[Client, dict[str, int]],
) -> None:
    client, numbers = planned
    address = reverse("catalogue:offerings")
    expected = {
        "year=2027": {"Maret", "Juni", "Tanpa"},
        "year=2026": {"Lama"},
        "year=2027&month=2027-3": {"Maret"},
        "year=2027&month=2027-4": {"Maret"},
        "year=2027&month=2027-6": {"Juni"},
        "year=2027&month=2027-1": set(),
        f"year=2027&place={numbers['place']}": {"Maret"},
        "year=2027&place=online": {"Juni", "Tanpa"},
        "year=2027&form=N3": {"Juni"},
    }
    assert {query: named(client.get(f"{address}?{query}")) for query in expected} == expected


def test_without_a_year_the_next_one_is_shown(planned: tuple[Client, dict[str, int]]) -> None:
    client, _numbers = planned
    following = timezone.localdate().year + 1
    for query in ("", "?year=9999", "?year=x"):
        page = client.get(reverse("catalogue:offerings") + query).content.decode()
        assert f"<h1>Offerings {following}</h1>" in page


def test_the_calendar_shows_each_week_of_an_offering_and_those_without_a_date_apart(
    planned: tuple[Client, dict[str, int]],
) -> None:
    client, _numbers = planned
    page = client.get(reverse("catalogue:calendar") + "?year=2027").content.decode()
    assert [page.count(f">{name}</a>") for name in ("Maret", "Juni", "Tanpa", "Lama", "Arsip", "Simpan")] == [
        4,
        1,
        1,
        0,
        0,
        0,
    ]
    assert page.index('id="undated"') < page.index(">Tanpa</a>")


def test_a_guess_is_called_one_and_a_price_that_nobody_checked_too(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    programme = a_programme(agency)
    an_effect(programme, a_competency(agency))
    an_effect(programme, a_competency(agency), source="measured", note="Studi")
    page = client.get(reverse("catalogue:programme", args=[programme.pk])).content.decode()
    assert page.count('<span class="tag tag-warning">guess</span>') == 1
    assert page.count('<span class="tag tag-good">measured</span>') == 1
    line = {"agency": agency, "year": 2027, "name": "Harga", "unit_of_measure": "hari", "amount": 1}
    Price.objects.create(**line, code="A")
    Price.objects.create(**line, code="B", verified=True, source="Perbup")
    page = client.get(reverse("catalogue:prices")).content.decode()
    assert page.count('<span class="tag tag-warning">not checked</span>') == 1
    assert page.count('<span class="tag tag-good">checked</span>') == 1


def test_hours_are_told_apart_in_a_chart_or_said_to_be_missing(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    told = a_programme(agency, theory_jp=4, practice_jp=10, simulation_jp=6)
    page = client.get(reverse("catalogue:programme", args=[told.pk])).content.decode()
    assert all(f"{words}</title>" in page for words in ("Theory: 4", "Practice: 10", "Simulation: 6"))
    untold = client.get(reverse("catalogue:programme", args=[a_programme(agency).pk])).content.decode()
    assert 'id="hours"' not in untold


def test_the_page_of_a_resource_names_the_weeks_that_are_too_full(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.PLANNER, unit=agency))
    room = a_resource(agency)
    an_offering(a_programme(agency), resource=room, period=10, period_end=12)
    an_offering(a_programme(agency), resource=room, period=12, period_end=None)
    page = client.get(reverse("catalogue:resource", args=[room.pk]) + "?year=2027").content.decode()
    assert page.count('tag-bad">too many') == 1
    assert page.count('tag-good">fits') == 2
    assert "49 of 52 weeks are free." in page


def test_dates_of_an_offering_are_shown_as_given_or_as_those_of_its_weeks(sign_in: SignIn) -> None:
    agency = an_agency()
    client = sign_in(a_user(Role.ASN, unit=an_office(agency)))
    dates = {"starts_on": dt.date(2027, 3, 9), "ends_on": dt.date(2027, 3, 12)}
    given = an_offering(a_programme(agency), period=10, period_end=10, **dates)
    weeks = an_offering(a_programme(agency), period=10, period_end=11)
    pages = [
        client.get(reverse("catalogue:offering", args=[one.pk])).content.decode() for one in (given, weeks)
    ]
    assert "9–12 March 2027" in pages[0]
    assert "8–21 March 2027" in pages[1]
