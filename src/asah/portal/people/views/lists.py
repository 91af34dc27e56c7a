"""The lists about people: columns, filters, what an empty one says."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in
from asah.portal.people import actions, queries
from asah.portal.people.enums import BatchState, Connectivity, EmploymentKind, PositionKind, Severity
from asah.portal.people.models import Employment, Person
from asah.portal.ui.tables import ChoiceFilter, Column, Table


def _post(person: Person) -> Employment:
    """The latest employment; every person in a list has one, since access goes through its unit."""
    assert person.current is not None
    return person.current


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    return queries.offices_seen_by(signed_in(request))


def _in_service(rows: QuerySet[Person], value: str) -> QuerySet[Person]:
    return rows.filter(current__ended_on__isnull=value == "yes")


PEOPLE = Table(
    name="people",
    caption=_("People"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda p: p.full_name,
            order=("name",),
            search=("name__icontains",),
            link=lambda p: reverse("people:person", args=[p.pk]),
        ),
        Column("nip", _("NIP"), value=lambda p: p.nip, order=("nip",), search=("nip__startswith",)),
        Column(
            "position",
            _("Post"),
            value=lambda p: _post(p).position or "",
            order=("current__position__name",),
            search=("current__position__name__icontains",),
        ),
        Column(
            "unit",
            _("Unit"),
            value=lambda p: _post(p).unit.name,
            order=("current__unit__name",),
            search=("current__unit__name__icontains",),
        ),
        Column(
            "employment",
            _("Employment"),
            value=lambda p: _post(p).get_kind_display(),
            order=("current__kind",),
        ),
        Column("golongan", _("Grade"), value=lambda p: _post(p).golongan, order=("current__golongan",)),
        Column(
            "place",
            _("Place"),
            value=lambda p: _post(p).place or "",
            order=("current__place__name",),
        ),
    ],
    filters=[
        ChoiceFilter("unit", _("Unit and below"), field="current__unit__path__startswith", choices=_units),
        ChoiceFilter("employment", _("Employment"), field="current__kind", choices=EmploymentKind.choices),
        ChoiceFilter(
            "kind", _("Kind of post"), field="current__position__kind", choices=PositionKind.choices
        ),
        ChoiceFilter(
            "service",
            _("In service"),
            choices=[("yes", _("yes")), ("no", _("no, has left"))],
            apply=_in_service,
        ),
    ],
    sort="name",
    empty=_("No people yet. Import the roster of your office."),
    empty_action=(_("Import a roster"), "people:import"),
)

POSITIONS = Table(
    name="positions",
    caption=_("Posts"),
    columns=[
        Column("name", _("Post"), value=lambda p: p.name, order=("name",), search=("name__icontains",)),
        Column("code", _("Code"), value=lambda p: p.code, order=("code",), search=("code__icontains",)),
        Column("kind", _("Kind of post"), value=lambda p: p.get_kind_display(), order=("kind",)),
        Column("level", _("Rung (jenjang)"), value=lambda p: p.level, order=("level",)),
        Column("holders", _("Held by"), value=lambda p: p.holders, kind="number", order=("holders",)),
    ],
    filters=[ChoiceFilter("kind", _("Kind of post"), field="kind", choices=PositionKind.choices)],
    sort="name",
    empty=_("No posts yet. They come with the roster: import it first."),
)

PLACES = Table(
    name="places",
    caption=_("Places"),
    columns=[
        Column("name", _("Place"), value=lambda p: p.name, order=("name",), search=("name__icontains",)),
        Column("code", _("Code"), value=lambda p: p.code, order=("code",), search=("code__icontains",)),
        Column(
            "zone",
            _("Island or district"),
            value=lambda p: p.zone,
            order=("zone",),
            search=("zone__icontains",),
        ),
        Column(
            "connection",
            _("Connection"),
            value=lambda p: p.get_connectivity_display(),
            order=("connectivity",),
        ),
        Column("people", _("People"), value=lambda p: p.people, kind="number", order=("people",)),
    ],
    filters=[ChoiceFilter("connection", _("Connection"), field="connectivity", choices=Connectivity.choices)],
    sort="name",
    empty=_("No places yet. They come with the roster: import it first."),
)

BATCHES = Table(
    name="batches",
    caption=_("Roster imports"),
    columns=[
        Column(
            "file",
            _("Sheet"),
            value=lambda b: b.file.name,
            order=("file__name",),
            search=("file__name__icontains",),
            link=lambda b: reverse("people:batch", args=[b.pk]),
        ),
        Column("sent", _("Sent"), value=lambda b: b.created_at, kind="date", order=("created_at",)),
        Column("by", _("By"), value=lambda b: b.created_by.name, order=("created_by__name",)),
        Column("unit", _("Unit"), value=lambda b: b.unit.name, order=("unit__name",)),
        Column("rows", _("Rows"), value=lambda b: b.counts.get("rows"), kind="number"),
        Column("state", _("State"), value=lambda b: b.get_state_display(), kind="badge", order=("state",)),
    ],
    filters=[ChoiceFilter("state", _("State"), field="state", choices=BatchState.choices)],
    sort="-sent",
    empty=_("No roster was imported yet."),
)

FINDINGS = Table(
    name="findings",
    caption=_("What was found in the rows"),
    columns=[
        Column("row", _("Row"), value=lambda f: f.row, kind="number", order=("row",)),
        Column(
            "column", _("Column"), value=lambda f: f.column, order=("column",), search=("column__icontains",)
        ),
        Column("value", _("Value"), value=lambda f: f.value, search=("value__icontains",)),
        Column("severity", _("Severity"), value=lambda f: f.get_severity_display(), order=("severity",)),
        Column("what", _("What is wrong and how to mend it"), value=lambda f: actions.sentence_of(f)),
    ],
    filters=[ChoiceFilter("severity", _("Severity"), field="severity", choices=Severity.choices)],
    sort="row",
    empty=_("Nothing wrong was found."),
)

HISTORY = Table(
    name="history",
    caption=_("History"),
    prefix="h-",
    columns=[
        Column("from", _("From"), value=lambda e: e.started_on, kind="date", order=("started_on",)),
        Column("to", _("To"), value=lambda e: e.ended_on or _("now"), kind="date", order=("ended_on",)),
        Column("post", _("Post"), value=lambda e: e.position.name if e.position else ""),
        Column("unit", _("Unit"), value=lambda e: e.unit.name),
        Column("place", _("Place"), value=lambda e: e.place.name if e.place else ""),
        Column("employment", _("Employment"), value=lambda e: e.get_kind_display()),
        Column("grade", _("Grade"), value=lambda e: e.golongan),
    ],
    empty=_("No post is known."),
)
