from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit
from asah.portal.catalogue.actions import (
    default_prices,
    default_regions,
    load_default_prices,
    remove_fare,
    remove_price,
    save_fare,
    save_fund,
    save_price,
)
from asah.portal.catalogue.models import Fare, Fund, Price
from factories.portal import a_user, an_agency
from portal.catalogue.situations import a_place

pytestmark = pytest.mark.django_db


def a_price(agency: Unit, **values: Any) -> Price:
    fields = {
        "year": 2027,
        "code": "UH",
        "name": "Uang harian",
        "unit_of_measure": "orang per hari",
        "amount": 1000,
    }
    return Price(agency=agency, **(fields | values))


def test_default_lines_give_the_per_diem_of_training_by_region_and_none_is_verified() -> None:
    amounts = {price.region: price.amount for price in default_prices() if price.code == "UH-DIKLAT"}
    assert amounts == {"Jambi": 110_000, "Maluku Utara": 130_000}
    assert default_regions() == ["Jambi", "Maluku Utara"]
    assert len(default_prices()) == 6
    assert not any(price.verified for price in default_prices())
    assert all("PMK 32/2025" in price.source for price in default_prices())


def test_defaults_are_added_once_and_never_write_over_an_own_price() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    a_price(agency, region="Jambi", code="UH-DIKLAT", amount=95_000, verified=True, source="Perbup").save()
    load = {"actor": planner, "agency": agency, "year": 2027, "region": "Jambi"}
    assert (load_default_prices(**load), load_default_prices(**load)) == (2, 0)
    assert sorted(Price.objects.filter(agency=agency).values_list("code", "amount", "verified")) == [
        ("UH-DALAM-KOTA", 150_000, False),
        ("UH-DIKLAT", 95_000, True),
        ("UH-LUAR-KOTA", 370_000, False),
    ]


def test_a_price_stands_once_a_year_and_region() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    save_price(actor=planner, price=a_price(agency))
    save_price(actor=planner, price=a_price(agency, region="Jambi"))
    save_price(actor=planner, price=a_price(agency, year=2028))
    with pytest.raises(ValidationError) as refused:
        save_price(actor=planner, price=a_price(agency))
    assert set(refused.value.error_dict) == {"code"}


def test_a_price_is_whole_rupiah_and_checked_only_against_something() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    for values, field in (({"amount": -1}, "amount"), ({"verified": True}, "source"), ({"year": 27}, "year")):
        with pytest.raises(ValidationError) as refused:
            save_price(actor=planner, price=a_price(agency, **values))
        assert set(refused.value.error_dict) == {field}


def test_a_removed_price_stays_in_the_audit() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    price = save_price(actor=planner, price=a_price(agency, amount=125_000))
    remove_price(actor=planner, price=price)
    assert Price.objects.count() == 0
    assert Event.objects.get(action="price.removed").detail["amount"] == 125_000


def test_a_fare_leads_to_another_place_of_the_same_agency() -> None:
    agency, other = an_agency(), an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    home, away, foreign = a_place(agency), a_place(agency), a_place(other)
    save_fare(actor=planner, fare=Fare(agency=agency, year=2027, origin=home, destination=away, cost=1))
    for origin, destination, field in (
        (home, home, "destination"),
        (home, away, "destination"),
        (foreign, away, "origin"),
    ):
        fare = Fare(agency=agency, year=2027, origin=origin, destination=destination, cost=1)
        with pytest.raises(ValidationError) as refused:
            save_fare(actor=planner, fare=fare)
        assert set(refused.value.error_dict) == {field}


def test_only_keepers_of_the_agency_change_money() -> None:
    agency = an_agency()
    stranger = a_user(Role.ADMINISTRATOR, unit=an_agency())
    price = a_price(agency)
    price.save()
    fare = Fare.objects.create(
        agency=agency, year=2027, origin=a_place(agency), destination=a_place(agency), cost=1
    )
    for attempt in (
        lambda: save_price(actor=stranger, price=price),
        lambda: remove_price(actor=stranger, price=price),
        lambda: save_fare(actor=stranger, fare=fare),
        lambda: remove_fare(actor=stranger, fare=fare),
        lambda: save_fund(actor=stranger, fund=Fund(agency=agency, code="A", name="A")),
        lambda: load_default_prices(actor=stranger, agency=agency, year=2027, region="Jambi"),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert (Price.objects.count(), Fare.objects.count(), Fund.objects.count()) == (1, 1, 0)
