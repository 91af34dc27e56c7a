"""The list by name: who takes part in what, which needs everybody has, and who gets nothing and why."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from asah.portal.documents.actions import Col, DataTable, Document, Note, Section
from asah.portal.documents.actions.content import Value
from asah.portal.planning import bridge
from asah.portal.planning.actions.papers import say, sums
from asah.portal.planning.actions.papers.frame import Version, make_document, of_draft
from asah.portal.planning.queries.papers import ClassRow, Content, LineRow, NeedRow, PersonRow

HIGH, MIDDLE = 2 / 3, 1 / 3


def by_name(content: Content, version: Version, office: int | None = None) -> Document:
    """Of everybody, or of the people of one office."""
    units = sums.units_of(content)
    people = [each for each in content.people if office is None or units[each.unit].office == office]
    secret = _(
        "This list holds levels and performance of people. It is for those who answer for their development."
    )
    sections = [
        Section(
            _("Participants"),
            blocks=[*of_draft(version), Note(secret, "restricted"), _participants(content, people)],
        ),
        Section(_("Needs"), blocks=[_needs(content, people)]),
        Section(_("Not planned"), blocks=[_others(content, people, version.language)]),
    ]
    return make_document(
        content,
        version,
        title=_("List by name"),
        sections=sections,
        signed=False,
        subject=units[office].name if office is not None else "",
    )


def rows_in(content: Content, office: int | None = None) -> int:
    """How long the list is, for whoever must decide whether it can be printed."""
    units = sums.units_of(content)
    chosen = {each.key for each in content.people if office is None or units[each.unit].office == office}
    lines = sum(line.person in chosen for line in content.lines)
    return lines + sum(need.person in chosen for need in content.needs) + len(chosen)


def _participants(content: Content, people: list[PersonRow]) -> DataTable:
    classes, units = sums.classes_of(content), sums.units_of(content)
    known = {person.key: person for person in people}
    lines = [line for line in content.lines if line.person in known]
    rows: list[list[Value]] = []
    for place, line in enumerate(lines, start=1):
        person, row = known[line.person], classes[line.offering]
        rows.append(
            [
                place,
                person.nip,
                person.name,
                person.golongan or None,
                person.position or None,
                units[line.unit].name,
                row.programme,
                say.form_of(row),
                say.schedule_of(row, content.head.year),
                _why(line),
                line.jp,
                line.total,
            ]
        )
    columns = [
        *(
            Col(_("No."), "number"),
            Col(_("NIP")),
            Col(_("Name")),
            Col(pgettext("narrow column", "Grade")),
            Col(_("Post")),
            Col(_("Unit")),
        ),
        *(Col(_("Programme")), Col(_("Form")), Col(_("Schedule")), Col(_("On what ground"))),
        Col(_("JP"), "number"),
        Col(_("Cost"), "money"),
    ]
    whole = sums.sum_all(lines)
    total: list[Value] = [_("Sum"), *[None] * 9, whole.jp, whole.total]
    return DataTable(_("Participants by name"), columns, rows, total, landscape=True, sheet=_("Participants"))


def _why(line: LineRow) -> str | None:
    told = [_("obligatory") if line.mandated else "", _("by hand") if line.locked else ""]
    return ", ".join(filter(None, told)) or None


def _needs(content: Content, people: list[PersonRow]) -> DataTable:
    units, names = sums.units_of(content), {each.code: each for each in content.competencies}
    known = {person.key: person for person in people}
    proposed = _proposed(content)
    heaviest = max((need.gap * need.weight for need in content.needs), default=0.0)
    rows: list[list[Value]] = []
    for need in content.needs:
        if need.person not in known:
            continue
        person = known[need.person]
        programme = proposed.get((need.person, need.competency))
        rows.append(
            [
                *(person.nip, person.name, person.golongan or None, person.position or None),
                *(say.label(person.position_kind), units[units[person.unit].office].name),
                say.name_of(names[need.competency]),
                need.required,
                None if need.actual is None else round(need.actual, 2),
                round(need.gap, 2),
                say.evidence_of(need.basis) or None,
                say.label(person.predicate) if person.predicate else None,
                person.box,
                say.form_of(programme) if programme else None,
                programme.jp if programme else None,
                _priority(need, heaviest),
                None,
            ]
        )
    columns = [
        *(
            Col(_("NIP")),
            Col(_("Name")),
            Col(pgettext("narrow column", "Grade")),
            Col(_("Post")),
            Col(_("Kind of post")),
            Col(_("Office")),
        ),
        *(Col(_("Competency")), Col(_("Demanded"), "level"), Col(_("Actual"), "number", decimals=2)),
        *(
            Col(_("Gap"), "number", decimals=2),
            Col(_("Source of the level")),
            Col(_("Performance")),
            Col(_("Box"), "level"),
        ),
        *(Col(_("Form")), Col(_("JP"), "number"), Col(_("Priority")), Col(_("Note of the supervisor"))),
    ]
    return DataTable(
        _("Needs by name"),
        columns,
        rows,
        source_note=say.how_gaps_are_reckoned(),
        landscape=True,
        sheet=_("Needs"),
    )


def _proposed(content: Content) -> dict[tuple[int, str], ClassRow]:
    """Person and competency to the class in which the plan serves the need."""
    classes = sums.classes_of(content)
    found: dict[tuple[int, str], ClassRow] = {}
    for line in content.lines:
        for each in classes[line.offering].taught:
            found.setdefault((line.person, each.code), classes[line.offering])
    return found


def _priority(need: NeedRow, heaviest: float) -> str:
    """Thirds of the heaviest need of the agency."""
    part = need.gap * need.weight / heaviest if heaviest else 0.0
    return _("high") if part >= HIGH else _("middle") if part >= MIDDLE else _("low")


def _others(content: Content, people: list[PersonRow], language: str) -> DataTable:
    units = sums.units_of(content)
    order: dict[str, int] = defaultdict(int, deferred=0, exempt=1)
    others = sorted((each for each in people if each.state != "planned"), key=lambda each: order[each.state])
    rows: list[list[Value]] = [
        [
            each.nip,
            each.name,
            each.position or None,
            units[each.unit].name,
            say.label(each.state),
            bridge.reason_words(each.reason, language) if each.reason else None,
        ]
        for each in others
    ]
    columns = [Col(title) for title in (_("NIP"), _("Name"), _("Post"), _("Unit"), _("State"), _("Reason"))]
    return DataTable(
        _("People who are not planned, by name"), columns, rows, landscape=True, sheet=_("Not planned")
    )
