"""Offerings: of a year, and of one programme."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in, visible_to
from asah.portal.catalogue import queries
from asah.portal.catalogue.models import Offering
from asah.portal.catalogue.views.lists.programmes import choose_form
from asah.portal.catalogue.views.lists.words import days_in_words, place_in_words, read_year, weeks_in_words
from asah.portal.people.models import Place
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table

ONLINE = "online"


def _places(request: HttpRequest) -> list[tuple[str, Any]]:
    places = visible_to(signed_in(request), Place).order_by("name")
    return [(ONLINE, _("online")), *((str(place.pk), place.name) for place in places)]


def _at_place(rows: QuerySet[Offering], value: str) -> QuerySet[Offering]:
    return rows.filter(place=None) if value == ONLINE else rows.filter(place=int(value))


def _months(request: HttpRequest) -> list[tuple[str, Any]]:
    """Months of the year shown: which weeks a month has differs by year, so the value says both."""
    year = read_year(request, queries.years_of(visible_to(signed_in(request), Offering)))
    return [(f"{year}-{month}", MONTHS[month]) for month in range(1, 13)]


def _in_month(rows: QuerySet[Offering], value: str) -> QuerySet[Offering]:
    year, month = map(int, value.split("-"))
    first, last = queries.weeks_of_month(year, month)
    return rows.annotate(last_week=Coalesce(F("period_end"), F("period"))).filter(
        year=year, period__lte=last, last_week__gte=first
    )


def _offering_columns(first: Column, *, of_programme: bool) -> list[Column]:
    when = [
        Column("weeks", _("Weeks"), value=weeks_in_words, order=("period", "period_end")),
        Column("days", _("Days"), value=days_in_words, kind="date"),
        Column("place", _("Place"), value=place_in_words, order=("place__name",)),
        Column("seats", _("Seats per class"), value=lambda o: o.seats_per_class, kind="number"),
        Column(
            "classes", _("Most classes"), value=lambda o: o.max_classes, kind="number", order=("max_classes",)
        ),
        Column(
            "cost",
            _("Cost per class"),
            value=lambda o: o.cost_per_class,
            kind="money",
            order=("cost_per_class",),
        ),
        Column(
            "resource",
            _("Resource"),
            value=lambda o: o.resource.name if o.resource else "",
            order=("resource__name",),
        ),
    ]
    if not of_programme:
        return [first, *when]
    year = Column("year", _("Year"), value=lambda o: str(o.year), order=("-year",))
    state = Column(
        "state",
        _("State"),
        value=lambda o: _("archived") if o.archived_at else "",
        kind="badge",
        order=("archived_at",),
    )
    return [first, year, *when, state]


OFFERINGS_OF_PROGRAMME = Table(
    name="programme-offerings",
    caption=_("Offerings"),
    prefix="o-",
    columns=_offering_columns(
        Column(
            "code",
            _("Offering"),
            value=lambda o: o.code,
            order=("code",),
            link=lambda o: url_of("catalogue:offering", o.pk),
        ),
        of_programme=True,
    ),
    sort="year",
    empty=_("This programme is not offered yet. Add an offering."),
)

OFFERINGS = Table(
    name="offerings",
    caption=_("Offerings"),
    columns=_offering_columns(
        Column(
            "programme",
            _("Programme"),
            value=lambda o: o.programme.name,
            order=("programme__name",),
            search=("programme__name__icontains", "programme__code__icontains", "code__icontains"),
            link=lambda o: url_of("catalogue:offering", o.pk),
        ),
        of_programme=False,
    ),
    filters=[
        ChoiceFilter("place", _("Place"), choices=_places, apply=_at_place),
        ChoiceFilter("month", _("Month"), choices=_months, apply=_in_month),
        ChoiceFilter("form", _("Form of development"), field="programme__form", choices=choose_form),
    ],
    sort="weeks",
    empty=_("Nothing is offered in this year yet. Copy another year, or add an offering to a programme."),
)
