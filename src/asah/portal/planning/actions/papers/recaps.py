"""Tables of money that more than one document shows, and the recap by office."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from asah.portal.documents.actions import Col, DataTable, Document, Paragraph, Section
from asah.portal.documents.actions.content import Value
from asah.portal.planning.actions.papers import say, sums
from asah.portal.planning.actions.papers.frame import Version, how_money_is_shared, make_document, of_draft
from asah.portal.planning.actions.papers.sums import Sum
from asah.portal.planning.queries.papers import Content


def money_columns(first: str) -> list[Col]:
    return [
        Col(first),
        Col(_("People"), "number"),
        Col(_("Enrolments"), "number"),
        Col(_("JP"), "number"),
        Col(_("Classes"), "money"),
        Col(_("Participants"), "money"),
        Col(_("Travel"), "money"),
        Col(_("Sum"), "money"),
    ]


def money_rows(named: Iterable[tuple[str, Sum]], content: Content) -> list[list[Value]]:
    """A row for each, and one for classes that nobody is in, where there are any."""
    rows: list[list[Value]] = [
        [name, each.people, each.lines, each.jp, each.share, each.fee, each.travel, each.total]
        for name, each in named
    ]
    empty = sums.without_participants(content)
    if empty:
        rows.append([_("classes without participants"), 0, 0, 0, empty, 0, 0, empty])
    return rows


def money_total(content: Content) -> list[Value]:
    """Added up from the lines and the classes, which is what the plan spends."""
    whole, empty = sums.sum_all(content.lines), sums.without_participants(content)
    return [
        _("Sum"),
        whole.people,
        whole.lines,
        whole.jp,
        whole.share + empty,
        whole.fee,
        whole.travel,
        whole.total + empty,
    ]


def table_by_office(content: Content) -> DataTable:
    return DataTable(
        _("Recap by office"),
        money_columns(_("Office")),
        money_rows(((unit.name, each) for unit, each in sums.by_office(content)), content),
        money_total(content),
        landscape=True,
        sheet=_("By office"),
    )


def table_by_form(content: Content) -> DataTable:
    return DataTable(
        _("Recap by form of development"),
        money_columns(_("Form")),
        money_rows(((say.form_of(row), each) for row, each in sums.by_form(content)), content),
        money_total(content),
        landscape=True,
        sheet=_("By form"),
    )


def table_by_stream(content: Content) -> DataTable:
    """By what a programme is about first: competency, ethics or integrity."""
    found = sums.by_stream(content)
    return DataTable(
        _("Recap by stream"),
        money_columns(_("Stream")),
        money_rows(((say.label(key), each) for key, each in found.items()), content),
        money_total(content),
        source_note=_("Each programme counts once, in the stream of the competency that it raises most."),
        landscape=True,
        sheet=_("By stream"),
    )


def recap_by_office(content: Content, version: Version) -> Document:
    """Offices with their people and money, and what each of them gets."""
    units, classes = sums.units_of(content), sums.classes_of(content)
    outcome = _outcomes(content)
    detail: list[list[Value]] = []
    found = sums.sum_by(
        content.lines, lambda line: (units[line.unit].office, classes[line.offering].programme_code)
    )
    named = {row.programme_code: row for row in content.classes}
    for unit in content.units:
        of_unit = sorted(code for office, code in found if office == unit.key)
        for code in of_unit:
            each = found[unit.key, code]
            row = named[code]
            detail.append([unit.name, row.programme, say.form_of(row), each.lines, each.jp, each.total])
    empty = sums.without_participants(content)
    if empty:
        detail.append([_("classes without participants"), None, None, 0, 0, empty])
    whole = money_total(content)
    sections = [
        Section(
            _("People and money by office"),
            blocks=[*of_draft(version), Paragraph(how_money_is_shared()), outcome, table_by_office(content)],
        ),
        Section(
            _("What each office gets"),
            blocks=[
                DataTable(
                    _("Programmes by office"),
                    [
                        *(
                            Col(_("Office")),
                            Col(_("Programme")),
                            Col(_("Form")),
                            Col(_("Enrolments"), "number"),
                        ),
                        *(Col(_("JP"), "number"), Col(_("Sum"), "money")),
                    ],
                    detail,
                    [_("Sum"), None, None, whole[2], whole[3], whole[7]],
                    landscape=True,
                    sheet=_("Programmes"),
                )
            ],
        ),
    ]
    return make_document(
        content, version, title=_("Recap of the plan by office"), sections=sections, signed=False
    )


def _outcomes(content: Content) -> DataTable:
    """Everybody once: planned, deferred, without a need."""
    units = sums.units_of(content)
    counts: dict[int, dict[str, int]] = {}
    for person in content.people:
        row = counts.setdefault(units[person.unit].office, {"planned": 0, "deferred": 0, "exempt": 0})
        row[person.state] += 1
    rows: list[list[Value]] = [
        [unit.name, sum(counts[unit.key].values()), *counts[unit.key].values()]
        for unit in content.units
        if unit.key in counts
    ]
    total: list[Value] = [_("Sum"), *(sum(int(str(row[at])) for row in rows) for at in range(1, 5))]
    return DataTable(
        _("Everybody once"),
        [
            Col(_("Office")),
            *(
                Col(title, "number")
                for title in (_("People"), _("Planned"), _("Deferred"), _("Without a need"))
            ),
        ],
        rows,
        total,
        sheet=_("People"),
    )
