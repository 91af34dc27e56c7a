"""The Rencana Pengembangan Kompetensi: six chapters, and the matrix of the seven contents of article 207."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
from asah.portal.documents.actions.content import Block, Value
from asah.portal.needs.queries.groups import hidden_among
from asah.portal.planning import bridge
from asah.portal.planning.actions.papers import say, sums
from asah.portal.planning.actions.papers.akpk import table_of_gaps
from asah.portal.planning.actions.papers.budget import figures, table_by_fund, table_of_limits
from asah.portal.planning.actions.papers.frame import Version, how_money_is_shared, make_document, of_draft
from asah.portal.planning.actions.papers.matrix import matrix
from asah.portal.planning.actions.papers.recaps import table_by_form, table_by_office, table_by_stream
from asah.portal.planning.queries.papers import Content, PersonRow
from asah.portal.ui.formats import number, rupiah, share

GRADES = [
    *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"),
    *("X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII"),
]


def plan(content: Content, version: Version) -> Document:
    chapters = [_introduction, _staff, _analysis, _matrix, _money, _monitoring]
    sections = [section for chapter in chapters for section in chapter(content, version)]
    return make_document(
        content, version, title=_("Competency development plan"), sections=sections, contents=True
    )


def _introduction(content: Content, version: Version) -> list[Section]:
    head = content.head
    made = _(
        "It was made from the scenario “%(scenario)s” (plan %(number)s) by a method that proves how near it"
        " comes to"
        " the best plan: within the same limits no plan can gain more than %(gap)s of what could be gained."
    ) % {"scenario": head.scenario, "number": head.number, "gap": share(head.gap, 2)}
    scope = _(
        "It covers all %(people)s civil servants at work in %(agency)s: each of them stands in it once,"
        " planned,"
        " deferred with the reason, or without a need."
    ) % {"people": number(len(content.people)), "agency": head.agency}
    purpose = [
        _("to close the gaps between what posts demand and what people can do, where the money closes most;"),
        _("to give everybody what the law and the agency oblige it to give;"),
        _("to develop ethics and integrity beside competency."),
    ]
    blocks: list[Block] = [*of_draft(version), Paragraph(scope), Paragraph(made)]
    if head.revises:
        blocks.append(
            Paragraph(
                _(
                    "This is revision %(number)s. It takes the place of the plan stipulated by decree"
                    " %(decree)s."
                )
                % {"number": head.revision, "decree": head.revises}
            )
        )
    return [
        Section(_("Introduction"), blocks=[Paragraph(_about(content))]),
        Section(_("Purpose"), 2, [Bullets(purpose)]),
        Section(_("Scope and method"), 2, blocks),
    ]


def _about(content: Content) -> str:
    return _(
        "This plan sets out which competencies are raised for whom in %(year)s, how, by whom, when and for"
        " how much"
        " money, as article 207 of Government Regulation 11/2017 demands. The regulations on which it rests"
        " are"
        " those in force when the year begins."
    ) % {"year": content.head.year}


def _staff(content: Content, version: Version) -> list[Section]:
    return [
        Section(
            _("The civil servants"),
            blocks=[_groups(content, _("By employment"), lambda p: say.label(p.employment))],
        ),
        Section(
            _("Equity"),
            2,
            [
                Paragraph(
                    _(
                        "The tables of this section show how the plan treats groups. Groups of few people"
                        " show no share"
                        " closed, because it would tell of single people."
                    )
                ),
                _groups(content, _("By kind of post"), lambda p: say.label(p.position_kind)),
                _groups(content, _("By sex"), lambda p: say.label(p.sex)),
                _groups(content, _("By island or district"), lambda p: p.zone or _("not known")),
                _groups(content, _("By grade"), lambda p: p.golongan or _("not known")),
            ],
        ),
    ]


def _groups(content: Content, caption: str, key_of: Callable[[PersonRow], str]) -> DataTable:
    """People, what became of them, and the share of their need that is closed."""
    members: dict[str, list[PersonRow]] = defaultdict(list)
    for person in content.people:
        members[key_of(person)].append(person)
    order = sorted(members, key=_rank)
    hidden = hidden_among([sum(1 for each in members[key] if each.need > 0) for key in order])
    rows: list[list[Value]] = []
    for place, key in enumerate(order):
        states = [each.state for each in members[key]]
        rows.append(
            [
                key,
                len(states),
                *(states.count(state) for state in ("planned", "deferred", "exempt")),
                None if place in hidden else _share_closed(members[key]),
            ]
        )
    total: list[Value] = [_("Sum"), *(sum(int(str(row[at])) for row in rows) for at in range(1, 5))]
    columns = [
        Col(_("Group")),
        *(Col(title, "number") for title in (_("People"), _("Planned"), _("Deferred"), _("Without a need"))),
        Col(_("Need closed"), "share"),
    ]
    return DataTable(caption, columns, rows, [*total, _share_closed(content.people)], sheet=caption)


def _rank(key: str) -> tuple[int, int, str]:
    """Grades by their number, PNS (III/a) before PPPK (IX); everything else by its words."""
    number = key.split("/")[0]
    return ("/" not in key, GRADES.index(number), key) if number in GRADES else (2, 0, key)


def _share_closed(people: list[PersonRow]) -> float | None:
    need = sum(each.need for each in people)
    return sum(each.closed for each in people) / need if need else None


def _analysis(content: Content, version: Version) -> list[Section]:
    analysis = content.analysis
    said = _(
        "The needs come from “%(name)s”: of %(people)s people %(assessed)s were assessed. Its method, the"
        " answers and"
        " the results by office stand in the report of the analysis. A gap in performance without a gap in"
        " competency"
        " is no need for training and is not planned here."
    ) % {"name": analysis.name, "people": number(analysis.people), "assessed": number(analysis.assessed)}
    return [Section(_("Needs analysis"), blocks=[Paragraph(said), table_of_gaps(content)])]


def _matrix(content: Content, version: Version) -> list[Section]:
    people, accepted, asked, answered, silent = content.responses
    said = _(
        "The plan was shown to the %(people)s people in it before it was submitted: %(accepted)s accepted"
        " their part,"
        " %(asked)s changes were asked for and %(answered)s of them answered, %(silent)s people said nothing."
    ) % {
        "people": number(people),
        "accepted": number(accepted),
        "asked": number(asked),
        "answered": number(answered),
        "silent": number(silent),
    }
    return [
        Section(_("The plan"), blocks=[_key_figures(content), Paragraph(said)]),
        Section(
            _("Matrix of the plan"),
            2,
            [
                Paragraph(
                    _(
                        "Each row is one offering with its seven contents. The people of each row stand by"
                        " name in the"
                        " list by name. The unit cost is that of one participant; the total holds"
                        " participants, classes"
                        " and travel."
                    )
                ),
                matrix(content),
            ],
        ),
        Section(_("Who is not planned, and why"), 2, [_reasons(content, version.language)]),
    ]


def _key_figures(content: Content) -> Figures:
    head = content.head
    states = [person.state for person in content.people]
    closed = head.closed_points / head.need_points if head.need_points else None
    return Figures(
        [
            Figure(_("Planned"), states.count("planned"), note=_("people")),
            Figure(_("Deferred"), states.count("deferred"), note=_("people")),
            Figure(_("Classes"), sum(row.classes for row in content.classes)),
            Figure(_("JP"), sum((line.jp for line in content.lines), start=0)),
            Figure(_("Need closed"), closed, "share"),
            Figure(_("Budget"), head.spent, "money"),
        ]
    )


def _reasons(content: Content, language: str) -> DataTable:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for person in content.people:
        if person.state != "planned":
            counts[person.state, person.reason] += 1
    order = sorted(counts, key=lambda key: (key[0], -counts[key], key[1]))
    rows: list[list[Value]] = [
        [say.label(state), bridge.reason_words(reason, language) if reason else None, counts[state, reason]]
        for state, reason in order
    ]
    return DataTable(
        _("People who are not planned"),
        [Col(_("State")), Col(_("Reason")), Col(_("People"), "number")],
        rows,
        [_("Sum"), None, sum(counts.values())],
        source_note=_("By name in the list by name."),
        sheet=_("Not planned"),
    )


def _money(content: Content, version: Version) -> list[Section]:
    return [
        Section(
            _("Budget"), blocks=[figures(content), Paragraph(how_money_is_shared()), table_by_fund(content)]
        ),
        Section(_("Against the limits"), 2, [table_of_limits(content)]),
        Section(_("By form of development"), 2, [table_by_form(content), table_by_stream(content)]),
        Section(_("By office"), 2, [table_by_office(content)]),
    ]


def _monitoring(content: Content, version: Version) -> list[Section]:
    levels = [
        _("reaction: what participants say at the end of a class;"),
        _("learning: the same instrument before and after, the same people;"),
        _("behaviour: three to twelve months later, by participant, supervisor and colleagues;"),
        _("result: the indicator of the unit that the programme was to move."),
    ]
    blocks: list[Block] = [
        Paragraph(_("Each quarter the plan is compared with what was done, in people, JP and rupiah.")),
        _indicators(content),
        Paragraph(_("What it brought is evaluated on four levels, which are kept apart:")),
        Bullets(levels),
        Paragraph(_("What is found becomes an assumption of the next plan by a recorded decision.")),
    ]
    rules = bridge.unverified_rules(content.head.year)
    if rules:
        named = ", ".join(f"{say.label(employment)} ({regulation})" for employment, regulation in rules)
        blocks.append(
            Note(
                _(
                    "The rules on JP of these kinds of employment were not compared with the official text:"
                    " %(rules)s."
                )
                % {"rules": named},
                "unverified",
            )
        )
    return [Section(_("Monitoring and evaluation"), blocks=blocks)]


def _indicators(content: Content) -> DataTable:
    head = content.head
    streams = sums.by_stream(content)
    rows: list[list[Value]] = [
        [_("People who take part"), number(len({line.person for line in content.lines}))],
        [_("Classes held"), number(sum(row.classes for row in content.classes))],
        [_("JP taken"), number(sum((line.jp for line in content.lines), start=0))],
        [_("Money used"), rupiah(head.spent)],
        [_("Need closed, in points"), f"{number(head.closed_points, 1)} / {number(head.need_points, 1)}"],
    ]
    for stream, found in streams.items():
        people = found.people
        words = ngettext("%(count)s person", "%(count)s people", people) % {"count": number(people)}
        rows.append([_("Stream of %(stream)s") % {"stream": say.label(stream)}, words])
    return DataTable(
        _("Indicators"), [Col(_("Indicator")), Col(_("Planned"), align="right")], rows, sheet=_("Indicators")
    )
