"""Money: the price book, fares and funds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.catalogue import actions, queries
from asah.portal.catalogue.access import EDIT_CATALOGUE, SEE_CATALOGUE
from asah.portal.catalogue.forms.prices import DefaultPricesForm, FareForm, FundForm, PriceForm
from asah.portal.catalogue.models import Fare, Fund, Price
from asah.portal.catalogue.views.agency import chosen_agency, keeping
from asah.portal.catalogue.views.lists.prices import FARES, FUNDS, PRICES
from asah.portal.catalogue.views.saving import save_and_go


def list_prices(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    rows = queries.prices_seen_by(user)
    context = keeping(request)
    table = PRICES if context["may_edit"] else PRICES.read_only("name")
    return table.respond(request, rows, template="catalogue/prices.html", context=context)


def add_price(request: HttpRequest) -> HttpResponse:
    return _change_price(request, Price(agency=chosen_agency(request)), _("New price"))


def edit_price(request: HttpRequest, number: int) -> HttpResponse:
    price = get_visible(request, Price, "agency", pk=number)
    EDIT_CATALOGUE.require(signed_in(request), price.agency)
    return _change_price(request, price, price.name)


def _change_price(request: HttpRequest, price: Price, title: str) -> HttpResponse:
    form = PriceForm(request.POST or None, instance=price, agency=price.agency)

    def save() -> str:
        actions.save_price(actor=signed_in(request), price=form.instance)
        messages.success(request, _("Saved."))
        return reverse("catalogue:prices")

    context = {
        "title": title,
        "agency": price.agency,
        "crumbs": [(_("Price book"), reverse("catalogue:prices")), (title, "")],
        "back": reverse("catalogue:prices"),
        "remove": reverse("catalogue:remove_price", args=[price.pk]) if price.pk else "",
    }
    return save_and_go(request, form, save, context=context)


@require_POST
def remove_price(request: HttpRequest, number: int) -> HttpResponse:
    price = get_visible(request, Price, "agency", pk=number)
    actions.remove_price(actor=signed_in(request), price=price)
    messages.success(request, _("Removed."))
    return redirect("catalogue:prices")


def load_defaults(request: HttpRequest) -> HttpResponse:
    """Begins a price book with the national standard of a region, every line labelled as not checked."""
    agency = chosen_agency(request)
    form = DefaultPricesForm(request.POST or None)

    def save() -> str:
        asked = form.cleaned_data
        count = actions.load_default_prices(
            actor=signed_in(request), agency=agency, year=asked["year"], region=asked["region"]
        )
        said = ngettext("%(count)s line was added.", "%(count)s lines were added.", count) % {"count": count}
        messages.success(request, said)
        return f"{reverse('catalogue:prices')}?year={asked['year']}"

    context = {
        "title": _("Begin with the national standard"),
        "intro": _(
            "Lines that the book has already stay as they are. The standard binds the State's budget; your"
            " own standar harga satuan goes before it. No line was checked against the regulation yet."
        ),
        "agency": agency,
        "crumbs": [(_("Price book"), reverse("catalogue:prices")), (_("National standard"), "")],
        "back": reverse("catalogue:prices"),
        "submit": _("Add the lines"),
    }
    return save_and_go(request, form, save, context=context)


def list_fares(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    rows = queries.fares_seen_by(user)
    context = keeping(request)
    table = FARES if context["may_edit"] else FARES.read_only("origin")
    return table.respond(request, rows, template="catalogue/fares.html", context=context)


def add_fare(request: HttpRequest) -> HttpResponse:
    return _change_fare(request, Fare(agency=chosen_agency(request)), _("New fare"))


def edit_fare(request: HttpRequest, number: int) -> HttpResponse:
    fare = get_visible(request, Fare, "agency", "origin", "destination", pk=number)
    EDIT_CATALOGUE.require(signed_in(request), fare.agency)
    return _change_fare(request, fare, f"{fare.origin.name} – {fare.destination.name}")


def _change_fare(request: HttpRequest, fare: Fare, title: str) -> HttpResponse:
    form = FareForm(request.POST or None, instance=fare, agency=fare.agency)

    def save() -> str:
        actions.save_fare(actor=signed_in(request), fare=form.instance)
        messages.success(request, _("Saved."))
        return reverse("catalogue:fares")

    context = {
        "title": title,
        "agency": fare.agency,
        "crumbs": [(_("Fares"), reverse("catalogue:fares")), (title, "")],
        "back": reverse("catalogue:fares"),
        "remove": reverse("catalogue:remove_fare", args=[fare.pk]) if fare.pk else "",
    }
    return save_and_go(request, form, save, context=context)


@require_POST
def remove_fare(request: HttpRequest, number: int) -> HttpResponse:
    fare = get_visible(request, Fare, "agency", pk=number)
    actions.remove_fare(actor=signed_in(request), fare=fare)
    messages.success(request, _("Removed."))
    return redirect("catalogue:fares")


def list_funds(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_CATALOGUE.require(user)
    context = {
        **keeping(request),
        "crumbs": [(_("Programmes"), reverse("catalogue:list")), (_("Funds"), "")],
    }
    table = FUNDS if context["may_edit"] else FUNDS.read_only("name")
    return table.respond(
        request, queries.funds_seen_by(user), template="catalogue/funds.html", context=context
    )


def add_fund(request: HttpRequest) -> HttpResponse:
    return _change_fund(request, Fund(agency=chosen_agency(request)), _("New fund"))


def edit_fund(request: HttpRequest, number: int) -> HttpResponse:
    fund = get_visible(request, Fund, "agency", pk=number)
    EDIT_CATALOGUE.require(signed_in(request), fund.agency)
    return _change_fund(request, fund, fund.name)


def _change_fund(request: HttpRequest, fund: Fund, title: str) -> HttpResponse:
    form = FundForm(request.POST or None, instance=fund, agency=fund.agency)

    def save() -> str:
        actions.save_fund(actor=signed_in(request), fund=form.instance)
        messages.success(request, _("Saved."))
        return reverse("catalogue:funds")

    context = {
        "title": title,
        "agency": fund.agency,
        "crumbs": [(_("Funds"), reverse("catalogue:funds")), (title, "")],
        "back": reverse("catalogue:funds"),
    }
    return save_and_go(request, form, save, context=context)
