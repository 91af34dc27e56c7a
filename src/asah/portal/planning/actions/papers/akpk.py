"""The Laporan AKPK: how needs were found, how many answered, what was found, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from asah.portal.documents.actions import (
    Bullets,
    Col,
    DataTable,
    Document,
    Figure,
    Figures,
    Note,
    Paragraph,
    Section,
)
from asah.portal.documents.actions.content import Value
from asah.portal.needs.queries.groups import LEAST_PEOPLE
from asah.portal.planning.actions.papers import say, sums
from asah.portal.planning.actions.papers.frame import Version, make_document, of_draft
from asah.portal.planning.queries.papers import Content, GroupRow
from asah.portal.ui.formats import long_date, number, rupiah, share

MOST_NAMED = 5


def akpk(content: Content, version: Version) -> Document:
    analysis = content.analysis
    sections = [
        Section(_("Background"), blocks=[*of_draft(version), Paragraph(_background(content))]),
        Section(_("Method"), blocks=[Paragraph(_method()), Paragraph(_dates(content))]),
        Section(_("Who answered"), blocks=[_answers(content), table_of_roles(content)]),
        Section(
            _("Profile"), blocks=[table_of_groups(content, _("By kind of post"), analysis.kinds_of_post)]
        ),
        Section(_("Results"), blocks=[Note(_hidden())]),
        Section(_("Gaps by competency"), 2, [table_of_gaps(content)]),
        Section(_("Needs by office"), 2, [table_of_groups(content, _("By office"), analysis.offices)]),
        Section(_("Competency and performance"), 2, [Paragraph(_about_boxes()), table_of_boxes(content)]),
        Section(_("Recommendations"), blocks=[Bullets(_recommendations(content))]),
    ]
    return make_document(
        content, version, title=_("Report of the needs analysis (AKPK)"), sections=sections, contents=True
    )


def _background(content: Content) -> str:
    return _(
        "The needs of %(year)s were analysed as article 206 of Government Regulation 11/2017 demands:"
        " competency"
        " against the standard of the post held and of the next post, and performance against its targets."
    ) % {"year": content.head.year}


def _method() -> str:
    return _(
        "Several people rate each competency. The level of a person is estimated from all ratings together,"
        " with how"
        " mild or strict each rater is, and stands with its uncertainty. A gap is what a level lacks to the"
        " demand, never"
        " below zero; a surplus in one competency does not pay for a gap in another. Who was not assessed"
        " has no level:"
        " that is not the same as having no gap."
    )


def _dates(content: Content) -> str:
    analysis = content.analysis
    return _("Ratings were taken from %(opens)s until %(closes)s, by framework %(framework)s.") % {
        "opens": long_date(analysis.opens_on),
        "closes": long_date(analysis.closes_on),
        "framework": analysis.framework,
    }


def _hidden() -> str:
    return _(
        "Groups of fewer than %(least)s people, and those from which they could be worked out, are shown"
        " without results."
    ) % {"least": LEAST_PEOPLE}


def _answers(content: Content) -> Figures:
    analysis = content.analysis
    return Figures(
        [
            Figure(_("People"), analysis.people),
            Figure(_("Assessed"), analysis.assessed),
            Figure(_("Coverage"), analysis.assessed / analysis.people if analysis.people else None, "share"),
            Figure(
                _("Proposals"),
                analysis.proposals,
                note=_("accepted: %(count)s") % {"count": analysis.accepted},
            ),
        ]
    )


def table_of_roles(content: Content) -> DataTable:
    rows: list[list[Value]] = [
        [say.label(row.role), row.asked, row.sent, row.sent / row.asked if row.asked else None, row.ratings]
        for row in content.analysis.roles
    ]
    columns = [
        Col(_("Rater")),
        Col(_("Forms asked for"), "number"),
        Col(_("Forms sent"), "number"),
        Col(_("Response rate"), "share"),
        Col(_("Ratings"), "number"),
    ]
    return DataTable(_("Answers by rater"), columns, rows, sheet=_("Answers"))


def table_of_groups(content: Content, caption: str, groups: Sequence[GroupRow]) -> DataTable:
    rows: list[list[Value]] = [
        [
            say.label(row.name),
            row.people,
            *((None, None, None) if row.hidden else (row.assessed, row.with_need, row.depth)),
        ]
        for row in groups
    ]
    columns = [
        Col(_("Group")),
        Col(_("People"), "number"),
        Col(_("Assessed"), "number"),
        Col(_("With a need"), "number"),
        Col(_("Mean gap (levels)"), "number", decimals=2),
    ]
    total: list[Value] = [_("Sum"), sum(row.people for row in groups), None, None, None]
    return DataTable(caption, columns, rows, total, sheet=caption)


def table_of_gaps(content: Content) -> DataTable:
    """Competencies by the points of their needs; ``points`` is what planning weighs."""
    rows: list[list[Value]] = []
    for gap in content.analysis.gaps:
        known = not gap.hidden
        prevalence = gap.with_gap / gap.assessed if known and gap.assessed else None
        rows.append(
            [
                say.name_of(gap),
                say.label(gap.stream if gap.stream in ("ethics", "integrity") else gap.kind),
                gap.assessed or None,
                gap.with_gap if known else None,
                prevalence,
                gap.depth,
                round(gap.points, 1) if known else None,
            ]
        )
    columns = [
        Col(_("Competency")),
        Col(_("Kind")),
        Col(_("Assessed"), "number"),
        Col(_("With a need"), "number"),
        Col(_("Of those assessed"), "share"),
        Col(_("Mean gap (levels)"), "number", decimals=2),
        Col(_("Priority (points)"), "number", decimals=1),
    ]
    return DataTable(
        _("Gaps by competency"), columns, rows, source_note=say.how_gaps_are_reckoned(), sheet=_("Gaps")
    )


def _about_boxes() -> str:
    return _(
        "Performance below what is expected together with a good fit to the post points to causes other than"
        " competency: tools, process or motivation. It does not become training by itself."
    )


def table_of_boxes(content: Content) -> DataTable:
    fits = [_("low fit to the post"), _("middle fit"), _("good fit")]
    counts = {(across, up): people for across, up, people in content.analysis.boxes}
    rows: list[list[Value]] = [
        [fits[up], *(counts.get((across, up)) for across in range(3))] for up in reversed(range(3))
    ]
    columns = [
        Col(_("Fit")),
        Col(_("Performance below what is expected"), "number"),
        Col(_("As expected"), "number"),
        Col(_("Above"), "number"),
    ]
    note = _("%(count)s people stand in no box: not assessed, or without a predicate.") % {
        "count": number(content.analysis.unplaced)
    }
    return DataTable(_("Nine boxes for development"), columns, rows, source_note=note, sheet=_("Nine boxes"))


def _recommendations(content: Content) -> list[str]:
    """What follows from the numbers, and what the plan made of it."""
    analysis, head = content.analysis, content.head
    first = [gap for gap in analysis.gaps if not gap.hidden and gap.points > 0][:MOST_NAMED]
    taught = {each.code for row in content.classes for each in row.taught}
    unserved = [gap for gap in analysis.gaps if gap.with_gap and gap.code not in taught][:MOST_NAMED]
    said = []
    if first:
        said.append(
            _("The most need lies in: %(names)s.") % {"names": ", ".join(say.name_of(gap) for gap in first)}
        )
    if analysis.assessed < analysis.people:
        said.append(
            _(
                "%(count)s people were not assessed: assess them in the next analysis before concluding"
                " anything of them."
            )
            % {"count": number(analysis.people - analysis.assessed)}
        )
    if unserved:
        said.append(
            _("No class of the plan serves these gaps: %(names)s. Look for programmes.")
            % {"names": ", ".join(say.name_of(gap) for gap in unserved)}
        )
    closed = head.closed_points / head.need_points if head.need_points else None
    total = sums.sum_all(content.lines).total + sums.without_participants(content)
    said.append(
        _("The plan made from this analysis closes %(closed)s of the need for %(amount)s.")
        % {"closed": share(closed), "amount": rupiah(total)}
    )
    return said
