"""The budget of a plan: by fund, form and office, against the limits, to the rupiah."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from asah.portal.documents.actions import Col, DataTable, Document, Figure, Figures, Paragraph, Section
from asah.portal.documents.actions.content import Value
from asah.portal.planning.actions.papers import sums
from asah.portal.planning.actions.papers.frame import Version, how_money_is_shared, make_document, of_draft
from asah.portal.planning.actions.papers.recaps import table_by_form, table_by_office, table_by_stream
from asah.portal.planning.queries.papers import Content


def budget(content: Content, version: Version) -> Document:
    sections = [
        Section(
            _("The budget as a whole"),
            blocks=[
                *of_draft(version),
                figures(content),
                Paragraph(how_money_is_shared()),
                table_by_fund(content),
                table_of_limits(content),
            ],
        ),
        Section(_("By form of development"), blocks=[table_by_form(content), table_by_stream(content)]),
        Section(_("By office"), blocks=[table_by_office(content)]),
    ]
    return make_document(
        content, version, title=_("Budget of the competency development plan"), sections=sections
    )


def figures(content: Content) -> Figures:
    whole, empty = sums.sum_all(content.lines), sums.without_participants(content)
    limit = next((amount for scope, _code, amount in content.head.limits if scope == "total"), None)
    return Figures(
        [
            Figure(_("Sum"), whole.total + empty, "money"),
            Figure(_("Classes"), whole.share + empty, "money"),
            Figure(_("Participants"), whole.fee, "money"),
            Figure(_("Travel"), whole.travel, "money"),
            Figure(
                _("Limit in all"), limit, "money", note="" if limit is not None else _("no limit was set")
            ),
        ]
    )


def table_by_fund(content: Content) -> DataTable:
    """Funds pay classes and participants; travel has a row of its own, so that the rows are all the money."""
    names = {row.fund_code: row.fund for row in content.classes}
    rows: list[list[Value]] = [
        [names.get(code, "") or _("without a fund"), code or None, fund.places, fund.paid]
        for code, fund in sums.by_fund(content).items()
    ]
    whole = sums.sum_all(content.lines)
    rows.append([_("travel"), None, None, whole.travel])
    return DataTable(
        _("Recap by fund"),
        [Col(_("Fund")), Col(_("Account code")), Col(_("Enrolments"), "number"), Col(_("Sum"), "money")],
        rows,
        [_("Sum"), None, whole.lines, whole.total + sums.without_participants(content)],
        sheet=_("By fund"),
    )


def table_of_limits(content: Content) -> DataTable:
    return DataTable(
        _("Spent against the limits"),
        [Col(_("Limit of")), Col(_("Limit"), "money"), Col(_("Spent"), "money"), Col(_("Left"), "money")],
        list(_limits(content)),
        source_note=_(
            "A fund pays classes and participants, the limit of a unit pays travel, the total pays all."
        ),
        sheet=_("Limits"),
    )


def _limits(content: Content) -> Iterator[list[Value]]:
    """Every purse with a limit or with money spent; units by the order of the tree."""
    payers = sums.by_payer(content)
    names = {("fund", row.fund_code): row.fund for row in content.classes}
    names |= {("unit", unit.path): unit.name for unit in content.units}
    names["total", ""] = _("Sum")
    limits = {(scope, key): amount for scope, key, amount in content.head.limits}
    spent: dict[tuple[str, str], int] = {("total", ""): content.head.spent}
    spent |= {("fund", code): fund.paid for code, fund in sums.by_fund(content).items() if code}
    spent |= {("unit", path): amount for path, amount in payers.items() if path}
    for scope in ("total", "fund", "unit"):
        for key in sorted({each for each in (*limits, *spent) if each[0] == scope}):
            limit, used = limits.get(key), spent.get(key, 0)
            yield [names.get(key, key[1]), limit, used, None if limit is None else limit - used]
    if payers.get(""):
        yield [_("travel outside the limit of any unit"), None, payers[""], None]
