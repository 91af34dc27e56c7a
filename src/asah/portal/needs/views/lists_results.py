"""Lists of needs, people in boxes, proposals, cases, predicates and verifications."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in
from asah.portal.needs.enums import (
    Against,
    CaseKind,
    CaseState,
    Predicate,
    ProposalState,
    VerificationState,
)
from asah.portal.needs.models import Cycle, Member, Need, Performance, Proposal
from asah.portal.needs.queries.boxes import in_box, performances_seen_by
from asah.portal.needs.views.boxes_words import BOXES, box_name
from asah.portal.needs.views.words import write_basis
from asah.portal.people.queries import offices_seen_by
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table

PROPOSAL_TONES = {
    ProposalState.SENT.value: "warning",
    ProposalState.ACCEPTED.value: "good",
    ProposalState.DECLINED.value: "bad",
}
VERIFICATION_TONES = {
    VerificationState.WAITING.value: "warning",
    VerificationState.VERIFIED.value: "good",
    VerificationState.RETURNED.value: "bad",
}
CASE_TONES = {CaseState.OPEN.value: "warning", CaseState.CLOSED.value: "neutral"}
PREDICATES = dict(Predicate.choices)
PERIODS = {
    "year": _("whole year"),
    "q1": _("quarter 1"),
    "q2": _("quarter 2"),
    "q3": _("quarter 3"),
    "q4": _("quarter 4"),
}


def _units(request: HttpRequest) -> list[tuple[str, str]]:
    return offices_seen_by(signed_in(request))


def _profile_of(need: Need) -> str:
    return url_of("needs:profile_of", need.cycle_id, need.person_id)


PEOPLE_BEHIND = Table(
    name="behind",
    caption=_("People with this gap"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda n: n.person.full_name,
            order=("person__name",),
            search=("person__name__icontains",),
            link=_profile_of,
        ),
        Column(
            "nip",
            _("NIP"),
            value=lambda n: n.person.nip,
            order=("person__nip",),
            search=("person__nip__startswith",),
        ),
        Column("unit", _("Unit"), value=lambda n: n.unit.name, order=("unit__name",)),
        Column("against", _("Against"), value=lambda n: n.get_against_display(), order=("against",)),
        Column(
            "required", _("Required level"), value=lambda n: n.required, kind="number", order=("required",)
        ),
        Column("gap", _("Gap (levels)"), value=lambda n: n.gap, kind="number", order=("gap",), places=2),
        Column(
            "probability",
            _("Probability of a gap"),
            value=lambda n: n.probability,
            kind="share",
            order=("probability",),
            places=0,
        ),
        Column("basis", _("Basis"), value=lambda n: write_basis(n.basis)),
    ],
    filters=[ChoiceFilter("against", _("Against"), field="against", choices=Against.choices)],
    sort="-gap",
    empty=_("Nobody here has this gap."),
)


def _by_box(rows: QuerySet[Member], value: str) -> QuerySet[Member]:
    return rows.filter(in_box(value))


def _by_rung(rows: QuerySet[Member], value: str) -> QuerySet[Member]:
    kind, _bar, rung = value.partition("|")
    if not kind and not rung:
        return rows.filter(position=None) | rows.filter(position__kind="", position__level="")
    return rows.filter(position__kind=kind, position__level=rung)


def box_of(member: Any) -> str:
    """The box of a member with ``across`` and ``up``, in words."""
    if member.up is None:
        return gettext("not assessed yet")
    if member.across is None:
        return gettext("no predicate known")
    return box_name((member.across, member.up))


def draw_people_in_boxes(cycle: Cycle, rungs: list[tuple[str, str]]) -> Table:
    """Members with their box; ``rungs``: the kinds of post and rungs that the analysis knows."""
    return Table(
        name="members",
        caption=_("People by development box"),
        columns=[
            Column(
                "name",
                _("Name"),
                value=lambda m: m.person.full_name,
                order=("person__name",),
                search=("person__name__icontains",),
                link=lambda m: url_of("needs:profile", m.cycle_id, m.pk),
            ),
            Column(
                "nip",
                _("NIP"),
                value=lambda m: m.person.nip,
                order=("person__nip",),
                search=("person__nip__startswith",),
            ),
            Column("unit", _("Unit"), value=lambda m: m.unit.name, order=("unit__name",)),
            Column(
                "post",
                _("Post"),
                value=lambda m: m.position.name if m.position else "",
                order=("position__name",),
            ),
            Column(
                "predicate",
                _("Predicate"),
                value=lambda m: PREDICATES.get(m.predicate, ""),
                order=("predicate",),
            ),
            Column(
                "fit", _("Fit to the post"), value=lambda m: m.fit, kind="share", order=("fit",), places=0
            ),
            Column("box", _("Development box"), value=box_of),
        ],
        filters=[
            ChoiceFilter("box", _("Development box"), apply=_by_box, choices=lambda _r: _box_choices()),
            ChoiceFilter("rung", _("Rung (jenjang)"), apply=_by_rung, choices=rungs),
        ],
        empty=_("Nobody is here. Look at other boxes, or compute the needs."),
    )


def _box_choices() -> list[tuple[str, str]]:
    boxes = [(f"{across}{up}", box_name((across, up))) for across, up in BOXES]
    return [*boxes, ("unassessed", gettext("not assessed yet")), ("unknown", gettext("no predicate known"))]


def _proposal_columns() -> list[Column]:
    return [
        Column(
            "wish",
            _("What is wished for"),
            value=lambda p: p.wish,
            order=("wish",),
            search=("wish__icontains", "reason__icontains"),
            link=lambda p: url_of("needs:proposal", p.pk),
        ),
        Column("for", _("For"), value=proposed_for, search=("person__name__icontains",)),
        Column(
            "unit",
            _("Unit"),
            value=lambda p: p.unit.name,
            order=("unit__name",),
            search=("unit__name__icontains",),
        ),
        Column("people", _("People"), value=lambda p: p.people, kind="number", order=("people",)),
        Column(
            "competency",
            _("Competency"),
            value=lambda p: p.competency.name if p.competency else "",
            order=("competency__code",),
        ),
        Column("cycle", _("Analysis"), value=lambda p: p.cycle.name, order=("cycle__year",)),
        Column("sent", _("Sent"), value=lambda p: p.sent_at, kind="date", order=("sent_at",)),
        Column(
            "state",
            _("State"),
            value=lambda p: p.get_state_display(),
            kind="badge",
            tone=lambda p: PROPOSAL_TONES[p.state],
            order=("state",),
        ),
    ]


def proposed_for(proposal: Proposal) -> str:
    """Whom the wish is for, in words."""
    return proposal.person.full_name if proposal.person else gettext("the office")


def _by_side(rows: QuerySet[Proposal], value: str) -> QuerySet[Proposal]:
    return rows.filter(person__isnull=value == "office")


PROPOSALS = Table(
    name="proposals",
    caption=_("Proposals"),
    columns=_proposal_columns(),
    filters=[
        ChoiceFilter("state", _("State"), field="state", choices=ProposalState.choices),
        ChoiceFilter(
            "side", _("From"), apply=_by_side, choices=[("person", _("a person")), ("office", _("an office"))]
        ),
        ChoiceFilter("unit", _("Unit and below"), field="unit__path__startswith", choices=_units),
    ],
    sort="-sent",
    empty=_("Nobody has proposed anything yet."),
)

OWN_PROPOSALS = Table(
    name="own",
    caption=_("My proposals"),
    columns=_proposal_columns(),
    filters=[ChoiceFilter("state", _("State"), field="state", choices=ProposalState.choices)],
    sort="-sent",
    empty=_("You have not proposed anything yet. Tell what you would like to learn, and why."),
    empty_action=(_("Propose something"), "needs:propose"),
)

CASES = Table(
    name="cases",
    caption=_("Cases"),
    columns=[
        Column(
            "person",
            _("Person"),
            value=lambda c: c.person.full_name,
            order=("person__name",),
            search=("person__name__icontains",),
            link=lambda c: url_of("needs:case", c.pk),
        ),
        Column("kind", _("Kind"), value=lambda c: c.get_kind_display(), order=("kind",)),
        Column("since", _("Since"), value=lambda c: c.opened_on, kind="date", order=("opened_on",)),
        Column("competency", _("Competency"), value=lambda c: c.competency.name, order=("competency__code",)),
        Column("by", _("Opened by"), value=lambda c: c.opened_by.name, order=("opened_by__name",)),
        Column(
            "state",
            _("State"),
            value=lambda c: c.get_state_display(),
            kind="badge",
            tone=lambda c: CASE_TONES[c.state],
            order=("state",),
        ),
    ],
    filters=[
        ChoiceFilter("state", _("State"), field="state", choices=CaseState.choices),
        ChoiceFilter("kind", _("Kind"), field="kind", choices=CaseKind.choices),
    ],
    sort="-since",
    exports=False,
    empty=_("There is no case that you opened or are named in."),
)


def _years(request: HttpRequest) -> list[tuple[int, str]]:
    rows = performances_seen_by(signed_in(request)).order_by("-year").values_list("year", flat=True)
    return [(year, str(year)) for year in rows.distinct()]


def _unit_of(row: Performance) -> str:
    return row.person.current.unit.name if row.person.current else ""


# The first four columns read back as they are: an exported list can be mended and imported again.
PERFORMANCE = Table(
    name="performance",
    caption=_("Predicates of performance"),
    columns=[
        Column(
            "nip",
            _("NIP"),
            value=lambda p: p.person.nip,
            order=("person__nip",),
            search=("person__nip__startswith",),
        ),
        Column("year", _("Year"), value=lambda p: str(p.year), order=("year",)),
        Column("period", _("Period"), value=lambda p: PERIODS.get(p.period, p.period), order=("period",)),
        Column("predicate", _("Predicate"), value=lambda p: p.get_predicate_display(), order=("predicate",)),
        Column(
            "name",
            _("Name"),
            value=lambda p: p.person.full_name,
            order=("person__name",),
            search=("person__name__icontains",),
        ),
        Column("unit", _("Unit"), value=_unit_of, order=("person__current__unit__name",)),
        Column("imported", _("Imported"), value=lambda p: p.imported_at, kind="date", order=("imported_at",)),
    ],
    filters=[
        ChoiceFilter("year", _("Year"), field="year", choices=_years),
        ChoiceFilter("predicate", _("Predicate"), field="predicate", choices=Predicate.choices),
        ChoiceFilter(
            "unit", _("Unit and below"), field="person__current__unit__path__startswith", choices=_units
        ),
    ],
    sort="-year",
    empty=_("No predicates yet. Import the sheet of yearly appraisals (SKP)."),
)

BAD_ROWS = Table(
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

VERIFICATIONS = Table(
    name="verifications",
    caption=_("Verification by office"),
    columns=[
        Column(
            "office",
            _("Office"),
            value=lambda v: v.office.name,
            order=("office__name",),
            search=("office__name__icontains",),
            link=lambda v: url_of("needs:verification", v.pk),
        ),
        Column(
            "state",
            _("State"),
            value=lambda v: v.get_state_display(),
            kind="badge",
            tone=lambda v: VERIFICATION_TONES[v.state],
            order=("state",),
        ),
        Column(
            "by",
            _("By"),
            value=lambda v: v.decided_by.name if v.decided_by else "",
            order=("decided_by__name",),
        ),
        Column("at", _("Decided"), value=lambda v: v.decided_at, kind="date", order=("decided_at",)),
        Column("note", _("Note"), value=lambda v: v.note, search=("note__icontains",)),
    ],
    filters=[ChoiceFilter("state", _("State"), field="state", choices=VerificationState.choices)],
    empty=_("Nothing to verify yet. Offices stand here once the needs were computed."),
)
