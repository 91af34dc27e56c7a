"""The matrix of a plan: one row an offering, eighteen columns."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.documents.actions import Col, DataTable
from asah.portal.documents.actions.content import Value
from asah.portal.needs.queries.groups import LEAST_PEOPLE
from asah.portal.planning.actions.papers import say, sums
from asah.portal.planning.actions.papers.sums import Sum
from asah.portal.planning.queries.papers import ClassRow, Content, LineRow, NeedRow
from asah.portal.ui.formats import number, rupiah

TOTAL = 14


def matrix(content: Content) -> DataTable:
    inside: dict[int, list[LineRow]] = defaultdict(list)
    for line in content.lines:
        inside[line.offering].append(line)
    units = sums.units_of(content)
    posts = {person.key: say.label(person.position_kind) for person in content.people}
    served = _served(content, inside)
    ranks = _ranks(content, served)
    rows: list[list[Value]] = []
    for place, row in enumerate(content.classes, start=1):
        spent = sums.sum_all(inside[row.offering])
        total = spent.fee + spent.travel + row.cost
        rows.append(
            [
                place,
                say.counted(units[units[line.unit].office].name for line in inside[row.offering]),
                say.kinds_of(row) + (f" {_('(by the form)')}" if row.kinds_by_form and row.kinds else ""),
                say.taught_in(row) or None,
                _levels(served[row.offering]),
                _targets([posts[line.person] for line in inside[row.offering]]),
                ", ".join(filter(None, (say.form_of(row), say.path_of(row)))),
                row.programme,
                row.jp,
                _classes(row),
                row.organiser or None,
                say.owner_of(row) or None,
                say.schedule_of(row, content.head.year),
                row.fee,
                total,
                " ".join(filter(None, (row.fund, f"({row.fund_code})" if row.fund_code else ""))) or None,
                _priority(inside[row.offering], ranks[row.offering]),
                _remarks(row, spent) or None,
            ]
        )
    whole: list[Value] = [None] * len(_columns())
    whole[0], whole[TOTAL] = _("Sum"), sum(int(str(row[TOTAL])) for row in rows)
    return DataTable(_("Matrix of the plan"), _columns(), rows, whole, landscape=True, sheet=_("Matrix"))


def _columns() -> list[Col]:
    return [
        Col(_("No."), "number"),
        Col(_("Office")),
        Col(_("Kind of competency")),
        Col(_("Competency")),
        Col(_("Level now / wanted"), "level"),
        Col(_("Target group")),
        Col(_("Form / path")),
        Col(_("Programme")),
        Col(_("JP"), "number"),
        Col(_("Classes × people"), align="center"),
        Col(_("Organiser")),
        Col(_("Match with the curriculum owner")),
        Col(_("Schedule")),
        Col(_("Unit cost"), "money"),
        Col(_("Sum"), "money"),
        Col(_("Fund / account code")),
        Col(_("Priority")),
        Col(_("Remarks")),
    ]


def _targets(posts: list[str]) -> str:
    said = ngettext("%(count)s person", "%(count)s people", len(posts)) % {"count": number(len(posts))}
    return f"{said}: {say.counted(posts)}"


def _served(content: Content, inside: dict[int, list[LineRow]]) -> dict[int, list[NeedRow]]:
    """Needs of the participants of each offering in what its programme teaches."""
    needs: dict[int, list[NeedRow]] = defaultdict(list)
    for need in content.needs:
        needs[need.person].append(need)
    served = {}
    for row in content.classes:
        taught = {each.code for each in row.taught}
        served[row.offering] = [
            need for line in inside[row.offering] for need in needs[line.person] if need.competency in taught
        ]
    return served


def _levels(needs: list[NeedRow]) -> str | None:
    """Mean level now and wanted; of few people none, because it would tell of single ones."""
    known = [(need.actual, need.required) for need in needs if need.actual is not None]
    if len({need.person for need in needs if need.actual is not None}) < LEAST_PEOPLE:
        return None
    now = sum(actual for actual, _required in known) / len(known)
    return f"{number(now, 1)} / {number(sum(required for _actual, required in known) / len(known), 1)}"


def _ranks(content: Content, served: dict[int, list[NeedRow]]) -> dict[int, int]:
    """1 for the offering whose participants bring the most need in what it teaches, in points."""
    points = {key: sum(need.gap * need.weight for need in needs) for key, needs in served.items()}
    order = sorted(content.classes, key=lambda row: -points[row.offering])
    return {row.offering: place for place, row in enumerate(order, start=1)}


def _priority(lines: list[LineRow], rank: int) -> str:
    """Obligations first; then the place by the need it serves."""
    mandated = sum(line.mandated for line in lines)
    if mandated:
        return _("obligatory for %(count)s; %(rank)s by need") % {"count": number(mandated), "rank": rank}
    return _("%(rank)s by need") % {"rank": rank}


def _classes(row: ClassRow) -> str:
    whole, rest = divmod(row.enrolled, row.classes) if row.classes else (0, row.enrolled)
    if rest:
        return f"{row.classes} × {whole}–{whole + 1}"
    return f"{row.classes} × {whole}"


def _remarks(row: ClassRow, spent: Sum) -> str:
    """What the total holds beside participants, and what a reader would ask about."""
    said = []
    if row.cost:
        said.append(_("classes %(amount)s") % {"amount": rupiah(row.cost)})
    if spent.travel:
        said.append(_("travel %(amount)s") % {"amount": rupiah(spent.travel)})
    if row.place:
        said.append(_("at %(place)s") % {"place": row.place})
    if row.enrolled < row.least * row.classes:
        said.append(_("fewer people than the least number of %(least)s a class") % {"least": row.least})
    return "; ".join(said)
