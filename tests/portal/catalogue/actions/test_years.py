from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from asah.portal.base.enums import Role
from asah.portal.catalogue.actions import Copied, copy_year
from asah.portal.catalogue.enums import YearBook
from asah.portal.catalogue.models import Fare, Offering, Price
from factories.portal import a_user, an_agency
from portal.catalogue.situations import a_place, a_programme, an_offering

pytestmark = pytest.mark.django_db


def test_copied_offerings_keep_their_weeks_and_weekdays() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    programme = a_programme(agency)
    an_offering(programme, "A", year=2026, period=10, period_end=11)
    dates = {"starts_on": dt.date(2026, 3, 4), "ends_on": dt.date(2026, 3, 10)}
    an_offering(programme, "B", year=2026, period=10, period_end=11, **dates)
    an_offering(programme, "C", year=2026, period=53, period_end=53)
    an_offering(programme, "D", year=2026, period=None, period_end=None)
    copied = copy_year(actor=planner, agency=agency, book=YearBook.OFFERINGS, from_year=2026, to_year=2027)
    assert copied == Copied(written=4, there=0)
    rows = Offering.objects.filter(year=2027).order_by("code")
    assert list(rows.values_list("code", "period", "period_end", "starts_on", "ends_on")) == [
        ("A", 10, 11, None, None),
        ("B", 10, 11, dt.date(2027, 3, 10), dt.date(2027, 3, 16)),
        ("C", 52, 52, None, None),
        ("D", None, None, None, None),
    ]


def test_an_offering_at_the_turn_of_the_year_keeps_its_length_and_its_order() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    programme = a_programme(agency)
    dates = {"starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 1, 5)}
    an_offering(programme, "A", year=2027, period=1, period_end=1, **dates)
    late = {"starts_on": dt.date(2027, 12, 28), "ends_on": dt.date(2027, 12, 31)}
    an_offering(programme, "B", year=2027, period=52, period_end=52, **late)
    for year in range(2028, 2045):
        copy_year(actor=planner, agency=agency, book=YearBook.OFFERINGS, from_year=2027, to_year=year)
        for row in Offering.objects.filter(year=year):
            assert row.starts_on is not None
            assert row.ends_on is not None
            assert row.starts_on.year == row.ends_on.year == year
            assert row.ends_on >= row.starts_on


def test_what_the_other_year_has_already_and_what_is_archived_is_left() -> None:
    agency, other = an_agency(), an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    programme = a_programme(agency)
    an_offering(programme, "A", year=2026, max_classes=9)
    an_offering(a_programme(agency), "A", year=2027, max_classes=2)
    an_offering(programme, "B", year=2026, archived_at=timezone.now())
    an_offering(a_programme(agency, state="archived"), "C", year=2026)
    an_offering(a_programme(other), "D", year=2026)
    copied = copy_year(actor=planner, agency=agency, book=YearBook.OFFERINGS, from_year=2026, to_year=2027)
    assert copied == Copied(written=0, there=1)
    assert list(Offering.objects.filter(year=2027).values_list("code", "max_classes")) == [("A", 2)]


def test_copied_prices_are_not_checked_for_the_new_year_and_say_where_from() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    line = {"agency": agency, "code": "UH", "name": "Uang harian", "unit_of_measure": "hari"}
    Price.objects.create(**line, year=2026, region="Jambi", amount=1, verified=True, source="Perbup 7/2025")
    Price.objects.create(**line, year=2026, amount=2)
    Price.objects.create(**line, year=2027, amount=5)
    with translation.override("en"):
        copied = copy_year(actor=planner, agency=agency, book=YearBook.PRICES, from_year=2026, to_year=2027)
    assert copied == Copied(written=1, there=1)
    rows = (
        Price.objects.filter(year=2027)
        .order_by("region")
        .values_list("region", "amount", "verified", "source")
    )
    assert list(rows) == [("", 5, False, ""), ("Jambi", 1, False, "copied from 2026: Perbup 7/2025")]


def test_fares_are_copied_once() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    Fare.objects.create(agency=agency, year=2026, origin=a_place(agency), destination=a_place(agency), cost=7)
    copy = {"actor": planner, "agency": agency, "book": YearBook.FARES, "from_year": 2026, "to_year": 2027}
    assert (copy_year(**copy), copy_year(**copy)) == (Copied(1, 0), Copied(0, 1))
    assert Fare.objects.get(year=2027).cost == 7


def test_a_year_is_copied_by_keepers_only_and_not_onto_itself() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    for years in ({"from_year": 2026, "to_year": 2026}, {"from_year": 2026, "to_year": 20270}):
        with pytest.raises(ValidationError):
            copy_year(actor=planner, agency=agency, book=YearBook.PRICES, **years)
    stranger = a_user(Role.PLANNER, unit=an_agency())
    with pytest.raises(PermissionDenied):
        copy_year(actor=stranger, agency=agency, book=YearBook.PRICES, from_year=2026, to_year=2027)
