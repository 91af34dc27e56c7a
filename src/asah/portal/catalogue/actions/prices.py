"""What changes about money: the price book, fares, funds, and the defaults that a book may begin with."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.db import transaction
from django.db.models.functions import Upper

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions.faults import fare_faults, fund_faults, join, price_faults, refuse, taken
from asah.portal.catalogue.models import Fare, Fund, Price


@dataclass(frozen=True)
class DefaultPrice:
    """A line of a national standard, to begin a book with; its words are those of the standard."""

    region: str
    code: str
    name: str
    unit_of_measure: str
    amount: int
    source: str
    verified: bool


@cache
def default_prices() -> tuple[DefaultPrice, ...]:
    """The lines of ``data/default_prices.toml``."""
    text = resources.files("asah.portal.catalogue").joinpath("data/default_prices.toml").read_text("utf-8")
    book = tomllib.loads(text)
    return tuple(
        DefaultPrice(
            region=region,
            code=kind["code"],
            name=kind["name"],
            unit_of_measure=book["unit_of_measure"],
            amount=amounts[kind["code"]],
            source=book["source"],
            verified=book["verified"],
        )
        for region, amounts in book["regions"].items()
        for kind in book["kinds"]
    )


def default_regions() -> list[str]:
    """Regions for which there are default lines."""
    return list(dict.fromkeys(price.region for price in default_prices()))


@transaction.atomic
def load_default_prices(*, actor: User, agency: Unit, year: int, region: str) -> int:
    """Adds the default lines of a region that the book of the year does not have; how many were added.

    A line that is there is never written over: the agency's own standard goes before the national one.
    """
    EDIT_CATALOGUE.require(actor, agency)
    mine = Price.objects.filter(agency=agency, year=year, region=region)
    there = set(mine.values_list(Upper("code"), flat=True))
    lines = [
        price for price in default_prices() if price.region == region and price.code.upper() not in there
    ]
    for line in lines:
        price = Price(
            agency=agency,
            year=year,
            region=line.region,
            code=line.code,
            name=line.name,
            unit_of_measure=line.unit_of_measure,
            amount=line.amount,
            source=line.source,
            verified=line.verified,
        )
        refuse(price_faults(price))
        price.save()
    if lines:
        detail = {"year": year, "region": region, "lines": len(lines)}
        audit.record(actor, "prices.defaults_loaded", agency, unit=agency, detail=detail)
    return len(lines)


@transaction.atomic
def save_price(*, actor: User, price: Price) -> Price:
    """Makes or changes a line of the price book. ValidationError by field for what cannot be saved."""
    EDIT_CATALOGUE.require(actor, price.agency)
    new = price.pk is None
    key = {"agency": price.agency, "year": price.year, "region": price.region, "code": price.code}
    refuse(join(price_faults(price), taken(Price, price, "code", **key)))
    price.save()
    detail = {"year": price.year, "code": price.code, "amount": price.amount}
    audit.record(actor, "price.created" if new else "price.changed", price, unit=price.agency, detail=detail)
    return price


@transaction.atomic
def remove_price(*, actor: User, price: Price) -> None:
    """Takes a line out of the book; the audit keeps what it said."""
    EDIT_CATALOGUE.require(actor, price.agency)
    detail = {"year": price.year, "code": price.code, "region": price.region, "amount": price.amount}
    audit.record(actor, "price.removed", price, unit=price.agency, detail=detail)
    price.delete()


@transaction.atomic
def save_fare(*, actor: User, fare: Fare) -> Fare:
    """Makes or changes a fare. ValidationError by field for what cannot be saved."""
    EDIT_CATALOGUE.require(actor, fare.agency)
    new = fare.pk is None
    key = {"year": fare.year, "origin": fare.origin, "destination": fare.destination}
    refuse(join(fare_faults(fare), taken(Fare, fare, "destination", **key)))
    fare.save()
    detail = {"year": fare.year, "cost": fare.cost, "per_day": fare.per_day}
    audit.record(actor, "fare.created" if new else "fare.changed", fare, unit=fare.agency, detail=detail)
    return fare


@transaction.atomic
def remove_fare(*, actor: User, fare: Fare) -> None:
    """Takes a fare away; the audit keeps what it said."""
    EDIT_CATALOGUE.require(actor, fare.agency)
    detail = {
        "year": fare.year,
        "origin": fare.origin_id,
        "destination": fare.destination_id,
        "cost": fare.cost,
    }
    audit.record(actor, "fare.removed", fare, unit=fare.agency, detail=detail)
    fare.delete()


@transaction.atomic
def save_fund(*, actor: User, fund: Fund) -> Fund:
    """Makes or changes a fund. ValidationError by field for what cannot be saved."""
    EDIT_CATALOGUE.require(actor, fund.agency)
    new = fund.pk is None
    refuse(join(fund_faults(fund), taken(Fund, fund, "code", agency=fund.agency, code=fund.code)))
    fund.save()
    audit.record(actor, "fund.created" if new else "fund.changed", fund, unit=fund.agency)
    return fund
