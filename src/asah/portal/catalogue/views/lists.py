"""The lists of the catalogue: columns, filters, what an empty one says."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in, visible_to
from asah.portal.catalogue import bridge, queries
from asah.portal.catalogue.enums import GainSource, ProgrammeState, ResourceKind
from asah.portal.catalogue.models import Offering, Price, Programme, ProgrammeEffect
from asah.portal.competency.models import Competency
from asah.portal.people.models import Place
from asah.portal.ui.addresses import url_of
from asah.portal.ui.formats import long_date, number
from asah.portal.ui.tables import ChoiceFilter, Column, Table

STATE_TONES = {
    ProgrammeState.DRAFT: "warning",
    ProgrammeState.ACTIVE: "good",
    ProgrammeState.ARCHIVED: "neutral",
}
SOURCE_TONES = {GainSource.CATALOGUE: "warning", GainSource.MEASURED: "good", GainSource.POOLED: "info"}
ONLINE = "online"


def read_year(request: HttpRequest, years: list[int]) -> int:
    """The year in the address where rows may have it, else the next year."""
    asked = request.GET.get("year", "")
    return int(asked) if asked in {str(year) for year in years} else timezone.localdate().year + 1


def weeks_in_words(offering: Offering) -> str:
    """``10`` or ``10–12``; nothing where it is not dated."""
    weeks = queries.weeks_of(offering)
    if not weeks:
        return ""
    return str(weeks[0]) if len(weeks) == 1 else f"{weeks[0]}–{weeks[-1]}"


def days_in_words(offering: Offering) -> str:
    """First and last day, given or of the weeks; nothing where it is not dated."""
    days = queries.days_of(offering)
    if days is None:
        return ""
    return span_in_words(*days)


def span_in_words(first: dt.date, last: dt.date) -> str:
    """``15–18 Maret 2027``: what both days share is said once."""
    if first == last:
        return long_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{long_date(last)}"
    begins = f"{first.day} {MONTHS[first.month]}" if first.year == last.year else long_date(first)
    return f"{begins} – {long_date(last)}"


def place_in_words(offering: Offering) -> Any:
    return offering.place.name if offering.place else _("online")


def _competencies(request: HttpRequest) -> list[tuple[int, str]]:
    mine = visible_effects(request)
    return [
        (one.pk, f"{one.code} {one.name}") for one in Competency.objects.filter(pk__in=mine).order_by("code")
    ]


def visible_effects(request: HttpRequest) -> QuerySet[Any]:
    """Numbers of the competencies that programmes of the reader's agencies serve."""
    programmes = visible_to(signed_in(request), Programme)
    return ProgrammeEffect.objects.filter(programme__in=programmes).values("competency_id")


def _forms(_request: HttpRequest) -> list[tuple[str, str]]:
    return bridge.form_choices()


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


PROGRAMMES = Table(
    name="programmes",
    caption=_("Programmes"),
    columns=[
        Column(
            "name",
            _("Programme"),
            value=lambda p: p.name,
            order=("name",),
            search=("name__icontains", "code__icontains"),
            link=lambda p: url_of("catalogue:programme", p.pk),
        ),
        Column("form", _("Form of development"), value=lambda p: bridge.form_label(p.form), order=("form",)),
        Column("jp", _("JP"), value=lambda p: p.jp or None, kind="number", order=("jp",)),
        Column(
            "cost",
            _("Cost per person"),
            value=lambda p: p.cost_per_person,
            kind="money",
            order=("cost_per_person",),
        ),
        Column(
            "state",
            _("State"),
            value=lambda p: p.get_state_display(),
            kind="badge",
            order=("state",),
            tone=lambda p: STATE_TONES[ProgrammeState(p.state)],
        ),
        Column(
            "competencies",
            _("Competencies"),
            value=lambda p: ", ".join(effect.competency.name for effect in p.effects.all()),
        ),
        Column("offered", _("Offerings"), value=lambda p: p.offered, kind="number", order=("offered",)),
    ],
    filters=[
        ChoiceFilter("state", _("State"), field="state", choices=ProgrammeState.choices),
        ChoiceFilter("form", _("Form of development"), field="form", choices=_forms),
        ChoiceFilter("competency", _("Competency"), field="effects__competency", choices=_competencies),
    ],
    sort="name",
    empty=_("No programmes yet. Add the first one, or import a workbook."),
    empty_action=(_("Import a workbook"), "catalogue:import"),
)

EFFECTS = Table(
    name="effects",
    caption=_("Expected gain"),
    prefix="e-",
    exports=False,
    columns=[
        Column("competency", _("Competency"), value=lambda e: e.competency.name, order=("competency__code",)),
        Column("gain", _("Gain in levels"), value=lambda e: e.gain_levels, kind="number", places=3),
        Column("sd", _("Uncertainty (sd)"), value=lambda e: e.gain_sd, kind="number", places=3),
        Column(
            "source",
            _("Comes from"),
            value=lambda e: _("guess") if e.source == GainSource.CATALOGUE else e.get_source_display(),
            kind="badge",
            tone=lambda e: SOURCE_TONES[GainSource(e.source)],
        ),
        Column("note", _("Note"), value=lambda e: e.note),
    ],
    sort="competency",
    empty=_("No gain is expected of this programme yet: no need can be met by it. Edit it to add one."),
)


def _offering_columns(first: Column, *, of_programme: bool) -> list[Column]:
    when = [
        Column("weeks", _("Weeks"), value=weeks_in_words, order=("period", "period_end")),
        Column("days", _("Days"), value=days_in_words),
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
        ChoiceFilter("form", _("Form of development"), field="programme__form", choices=_forms),
    ],
    sort="weeks",
    empty=_("Nothing is offered in this year yet. Copy another year, or add an offering to a programme."),
)

RESOURCES = Table(
    name="resources",
    caption=_("Resources"),
    columns=[
        Column(
            "name",
            _("Resource"),
            value=lambda r: r.name,
            order=("name",),
            search=("name__icontains", "code__icontains"),
            link=lambda r: url_of("catalogue:resource", r.pk),
        ),
        Column("kind", _("Kind"), value=lambda r: r.get_kind_display(), order=("kind",)),
        Column("place", _("Place"), value=lambda r: r.place.name if r.place else "", order=("place__name",)),
        Column("classes", _("Classes at once"), value=lambda r: r.classes, kind="number", order=("classes",)),
        Column(
            "used",
            _("Offerings from this year on"),
            value=lambda r: r.used_by,
            kind="number",
            order=("used_by",),
        ),
        Column("state", _("State"), value=lambda r: _("archived") if r.archived_at else "", kind="badge"),
    ],
    filters=[ChoiceFilter("kind", _("Kind"), field="kind", choices=ResourceKind.choices)],
    sort="name",
    empty=_(
        "No resources yet. Add facilitators, experts and venues that limit how many classes can be held."
    ),
    empty_action=(_("Add a resource"), "catalogue:add_resource"),
)

LOAD = Table(
    name="load",
    caption=_("Load by week"),
    prefix="l-",
    rows_per_page=60,
    columns=[
        Column("week", _("Week"), value=lambda w: number(w.week)),
        Column("days", _("Days"), value=lambda w: span_in_words(w.first, w.last)),
        Column("asked", _("Classes asked for"), value=lambda w: w.asked, kind="number"),
        Column("classes", _("Can be held"), value=lambda w: w.classes, kind="number"),
        Column(
            "state",
            _("State"),
            value=lambda w: (
                _("too many") if w.over else (_("exceptional week") if w.exceptional else _("fits"))
            ),
            kind="badge",
            tone=lambda w: "bad" if w.over else ("info" if w.exceptional else "good"),
        ),
        Column("offerings", _("Offerings"), value=lambda w: "; ".join(o.programme.name for o in w.offerings)),
    ],
    empty=_("Nothing is asked of it in this year, and no week is exceptional."),
)

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

PROBLEMS = Table(
    name="problems",
    caption=_("What must be mended"),
    columns=[
        Column("sheet", _("Sheet"), value=lambda p: p.sheet, order=True, search=True),
        Column("row", _("Row"), value=lambda p: p.row or None, kind="number"),
        Column("column", _("Column"), value=lambda p: p.column, order=True, search=True),
        Column("value", _("Value"), value=lambda p: p.value[:80]),
        Column("said", _("What is wrong and how to mend it"), value=lambda p: p.said, search=True),
    ],
)
