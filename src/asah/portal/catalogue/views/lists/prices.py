"""Money: the price book, fares and funds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in
from asah.portal.catalogue import queries
from asah.portal.catalogue.models import Price
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table


def _years_of_prices(request: HttpRequest) -> list[tuple[int, str]]:
    years = queries.years_of(queries.prices_seen_by(signed_in(request)))
    return [(year, str(year)) for year in reversed(years)]


def _years_of_fares(request: HttpRequest) -> list[tuple[int, str]]:
    years = queries.years_of(queries.fares_seen_by(signed_in(request)))
    return [(year, str(year)) for year in reversed(years)]


def _regions(request: HttpRequest) -> list[tuple[str, str]]:
    return [(region, region) for region in queries.regions_seen_by(signed_in(request))]


def _checked(price: Price) -> Any:
    return _("checked") if price.verified else _("not checked")


PRICES = Table(
    name="prices",
    caption=_("Price book"),
    columns=[
        Column(
            "name",
            _("Price"),
            value=lambda p: p.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda p: url_of("catalogue:price", p.pk),
        ),
        Column("code", _("Code"), value=lambda p: p.code, order=("code",), search=("code__icontains",)),
        Column("year", _("Year"), value=lambda p: str(p.year), order=("year",)),
        Column("region", _("Region"), value=lambda p: p.region or _("everywhere"), order=("region",)),
        Column("amount", _("Amount"), value=lambda p: p.amount, kind="money", order=("amount",)),
        Column("unit", _("Per"), value=lambda p: p.unit_of_measure),
        Column(
            "verified",
            _("Against its source"),
            value=_checked,
            kind="badge",
            order=("verified",),
            tone=lambda p: "good" if p.verified else "warning",
        ),
        Column("source", _("Source"), value=lambda p: p.source),
    ],
    filters=[
        ChoiceFilter("year", _("Year"), field="year", choices=_years_of_prices),
        ChoiceFilter("region", _("Region"), field="region", choices=_regions),
    ],
    sort="-year",
    empty=_(
        "The price book is empty. Begin with the national standard of your region, or add your own lines."
    ),
    empty_action=(_("Begin with the national standard"), "catalogue:defaults"),
)

FARES = Table(
    name="fares",
    caption=_("Fares"),
    columns=[
        Column(
            "origin",
            _("Place of origin"),
            value=lambda f: f.origin.name,
            order=("origin__name", "destination__name"),
            search=("origin__name__icontains",),
            link=lambda f: url_of("catalogue:fare", f.pk),
        ),
        Column(
            "destination",
            _("Destination"),
            value=lambda f: f.destination.name,
            order=("destination__name", "origin__name"),
            search=("destination__name__icontains",),
        ),
        Column("year", _("Year"), value=lambda f: str(f.year), order=("year",)),
        Column("cost", _("Return trip"), value=lambda f: f.cost, kind="money", order=("cost",)),
        Column("per_day", _("A day"), value=lambda f: f.per_day, kind="money", order=("per_day",)),
    ],
    filters=[ChoiceFilter("year", _("Year"), field="year", choices=_years_of_fares)],
    sort="-year",
    empty=_("No fares yet. A plan needs one for whoever travels to a class: add them, or import a workbook."),
    empty_action=(_("Import a workbook"), "catalogue:import"),
)

FUNDS = Table(
    name="funds",
    caption=_("Funds"),
    columns=[
        Column(
            "name",
            _("Fund"),
            value=lambda f: f.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda f: url_of("catalogue:fund", f.pk),
        ),
        Column(
            "code", _("Account code"), value=lambda f: f.code, order=("code",), search=("code__icontains",)
        ),
        Column("pays", _("Pays for programmes"), value=lambda f: f.pays, kind="number", order=("pays",)),
    ],
    sort="name",
    empty=_("No funds yet. Add the sources of money that programmes are paid from."),
    empty_action=(_("Add a fund"), "catalogue:add_fund"),
)
