"""Lists of cycles, members and forms: columns, filters, what an empty one says."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Member
from asah.portal.people.models import Position
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import Column, Table

TONES = {
    CycleState.DRAFT: "neutral",
    CycleState.OPEN: "good",
    CycleState.CLOSED: "warning",
    CycleState.FINISHED: "info",
}

CYCLES = Table(
    name="cycles",
    caption=_("Needs analyses"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda c: c.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda c: url_of("needs:cycle", c.pk),
        ),
        Column("year", _("Plan year"), value=lambda c: str(c.year), order=("year",)),
        Column(
            "state",
            _("State"),
            value=lambda c: c.get_state_display(),
            kind="badge",
            tone=lambda c: TONES[c.state],
            order=("state",),
        ),
        Column("opens", _("Ratings from"), value=lambda c: c.opens_on, kind="date", order=("opens_on",)),
        Column("closes", _("Ratings until"), value=lambda c: c.closes_on, kind="date", order=("closes_on",)),
        Column("people", _("People"), value=lambda c: c.people, kind="number", order=("people",)),
    ],
    empty=_("No analysis yet. Prepare one: choose whom it covers, who rates and until when."),
)


def _post(position: Position | None) -> str:
    return position.name if position else ""


def _member_columns(link: Any = None) -> list[Column]:
    return [
        Column(
            "name",
            _("Name"),
            value=lambda m: m.person.full_name,
            order=("person__name",),
            search=("person__name__icontains",),
            link=link,
        ),
        Column(
            "nip",
            _("NIP"),
            value=lambda m: m.person.nip,
            order=("person__nip",),
            search=("person__nip__startswith",),
        ),
        Column(
            "unit",
            _("Unit"),
            value=lambda m: m.unit.name,
            order=("unit__name",),
            search=("unit__name__icontains",),
        ),
        Column("position", _("Post"), value=lambda m: _post(m.position), order=("position__name",)),
    ]


def _assign(member: Member) -> str:
    return url_of("needs:assign", member.cycle_id, member.pk)


UNASSIGNED = Table(
    name="unassigned",
    caption=_("People with no supervisor known"),
    columns=_member_columns(_assign),
    sort="name",
    empty=_("Everybody has a supervisor to rate them."),
)

UNRATED = Table(
    name="unrated",
    caption=_("People without any rating"),
    columns=_member_columns(_assign),
    sort="name",
    empty=_("Everybody was rated by somebody."),
)

FINDINGS = Table(
    name="findings",
    caption=_("Rows to mend"),
    columns=[
        Column("row", _("Row"), value=lambda f: f.row, kind="number", order=True),
        Column("column", _("Column"), value=lambda f: f.column, order=True),
        Column("value", _("Written"), value=lambda f: f.value, search=True),
        Column("text", _("What is wrong"), value=lambda f: f.text, search=True),
    ],
    empty=_("Every row can be taken."),
)


def draw_coverage(request: HttpRequest, roles: list[tuple[str, str]]) -> Table:
    """The list of offices, with a column for each role of the cycle."""

    def count(role: str) -> Any:
        return lambda office: format_html("{} / {}", *office.forms[role])

    def part(role: str) -> Any:
        return lambda office: office.forms[role][0] / office.forms[role][1] if office.forms[role][1] else None

    return Table(
        name="offices",
        caption=_("Coverage by office"),
        columns=[
            Column("name", _("Office"), value=lambda o: o.name, order=True, search=True),
            Column("people", _("People"), value=lambda o: o.people, kind="number", order=True),
            Column("share", _("Forms sent"), value=lambda o: o.share, kind="share", order=True),
            *(Column(role, label, value=count(role), order=part(role)) for role, label in roles),
            Column("unrated", _("Rated by nobody"), value=lambda o: o.unrated, kind="number", order=True),
        ],
        empty=_("There are no people of your offices in this analysis."),
    )
