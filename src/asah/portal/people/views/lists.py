"""The lists about people: columns, filters, what an empty one says."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in
from asah.portal.people import actions, queries
from asah.portal.people.actions.roster_columns import FIELDS
from asah.portal.people.enums import BatchState, Connectivity, EmploymentKind, PositionKind, Severity
from asah.portal.people.models import Employment, Person
from asah.portal.ui.addresses import url_of
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
            link=lambda p: url_of("people:person", p.pk),
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
        Column(
            "name",
            _("Post"),
            value=lambda p: p.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda p: url_of("people:position", p.pk),
        ),
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
        Column(
            "name",
            _("Place"),
            value=lambda p: p.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda p: url_of("people:place", p.pk),
        ),
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
            link=lambda b: url_of("people:batch", b.pk),
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

ACCOUNTS = Table(
    name="openings",
    caption=_("Accounts for many"),
    columns=[
        Column(
            "unit",
            _("Unit"),
            value=lambda b: b.unit.name,
            order=("unit__name",),
            search=("unit__name__icontains",),
            link=lambda b: url_of("people:opening", b.pk),
        ),
        Column("asked", _("Asked for"), value=lambda b: b.created_at, kind="date", order=("created_at",)),
        Column("opened", _("Accounts opened"), value=lambda b: b.counts.get("opened"), kind="number"),
        Column(
            "sheet",
            _("Sheet of first passwords"),
            value=lambda b: _("waits to be taken") if actions.has_sheet(b) else _("none here"),
        ),
        Column(
            "state",
            _("State"),
            value=lambda b: b.job.get_state_display() if b.job else "",
            kind="badge",
            order=("job__state",),
        ),
    ],
    sort="-asked",
    empty=_("You have opened no accounts for many yet."),
)

FINDINGS = Table(
    name="findings",
    caption=_("What was found in the rows"),
    columns=[
        # Row 0 is the sheet as a whole.
        Column("row", _("Row"), value=lambda f: f.row or None, kind="number", order=("row",)),
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

DIFFERENCES = Table(
    name="differences",
    caption=_("What the sheet makes and changes"),
    prefix="d-",
    columns=[
        Column("name", _("Name"), value=lambda d: d.name, order=("name", "row"), search=("name__icontains",)),
        Column("nip", _("NIP"), value=lambda d: d.nip, order=("nip",), search=("nip__startswith",)),
        Column("field", _("What"), value=lambda d: actions.label_of(d) or _("new person"), order=("field",)),
        Column("old", _("Before"), value=lambda d: actions.say_value(d, d.old), search=("old__icontains",)),
        Column("new", _("After"), value=lambda d: actions.say_value(d, d.new), search=("new__icontains",)),
        Column("row", _("Row"), value=lambda d: d.row, kind="number", order=("row",)),
    ],
    filters=[
        ChoiceFilter(
            "what",
            _("Who"),
            choices=[("new", _("new people")), ("changed", _("people changed"))],
            apply=lambda rows, value: rows.filter(field="") if value == "new" else rows.exclude(field=""),
        ),
        ChoiceFilter(
            "field",
            _("What"),
            field="field",
            choices=[(field.name, field.label) for field in FIELDS if field.kept],
        ),
    ],
    sort="row",
    empty=_("Nobody is new and nobody is changed."),
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
