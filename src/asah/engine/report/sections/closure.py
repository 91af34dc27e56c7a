"""The gap closed, by stream, competency, office and group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from asah.engine.report.blocks import (
    Column,
    data,
    figure,
    number,
    paragraph,
    rows_behind,
    rows_of,
    section,
    table,
)
from asah.engine.report.charts import Bar, bars
from asah.engine.report.facts import Facts
from asah.engine.report.language import Language, share
from asah.engine.report.markup import Child, Markup, tag
from asah.engine.report.privacy import LEAST_PEOPLE

MOST_OFFICES: Final = 100
MOST_BARS: Final = 15


def closure(facts: Facts, lang: Language) -> Markup:
    return section(
        "closure",
        lang,
        paragraph([lang.say("page.points"), " ", lang.say("page.small_groups", least=str(LEAST_PEOPLE))]),
        _closed_part(
            lang,
            "by_stream",
            [
                (lang.choice("stream", row["stream"]) if row["stream"] else lang.say("closure.others"), row)
                for row in rows_of(facts.streams)
            ],
            "stream",
        ),
        _closed_part(
            lang,
            "by_competency",
            [(_competency(row, lang), row) for row in rows_of(facts.competencies)],
            "competency",
        ),
        _offices(facts, lang),
        _groups(facts, lang),
    )


def _competency(row: dict[str, Any], lang: Language) -> str:
    return str(row["name"]) if row["competency_id"] else lang.say("closure.others")


def _closed_part(lang: Language, key: str, named: Sequence[tuple[str, dict[str, Any]]], what: str) -> Markup:
    """Need and closure by one cut of the needs: chart, and its table with everything."""
    titles = [Column(lang.say(f"closure.{what}")), number(lang.say("closure.people_with_need"))]
    titles += [number(lang.say(f"closure.{name}")) for name in ("need", "closed", "share")]
    cells = [(name, lang.whole(row["people"]), *_points(row, lang)) for name, row in named]
    heading = lang.say(f"closure.{key}")
    return tag(
        "div",
        tag("h3", heading),
        _share_chart(lang, heading, named),
        data(lang, heading, table(heading, titles, cells)),
    )


def _points(row: dict[str, Any], lang: Language) -> tuple[str, str, str]:
    closed = share(row["closed_points"], row["need_points"])
    return lang.decimal(row["need_points"]), lang.decimal(row["closed_points"]), lang.percent(closed)


def _share_chart(lang: Language, what: str, named: Sequence[tuple[str, dict[str, Any]]]) -> list[Child]:
    drawn = [
        Bar(name, closed, lang.percent(closed))
        for name, row in named[:MOST_BARS]
        for closed in [share(row["closed_points"], row["need_points"]) or 0.0]
    ]
    note = lang.say("closure.chart_most", count=str(MOST_BARS)) if len(named) > MOST_BARS else None
    chart = bars(lang.say("closure.chart", what=what), drawn)
    return [figure(lang.say("closure.chart_of"), chart), paragraph(note, "source") if note else None]


def _offices(facts: Facts, lang: Language) -> Markup:
    heading = lang.say("closure.by_office")
    titles = [Column(lang.say("closure.office"))]
    titles += [
        number(lang.say(f"closure.{key}")) for key in ("people", "planned", "need", "closed", "share", "cost")
    ]
    # The merged row stays last, and stays on the page.
    rows = rows_of(facts.offices)
    merged = [row for row in rows if row["name"] is None]
    shown = [row for row in rows if row["name"] is not None][:MOST_OFFICES]
    named = [(row["name"] or lang.say("closure.small_units"), row) for row in shown + merged]
    cells = [
        (
            name,
            lang.whole(row["people"]),
            lang.whole(row["planned"]),
            *_points(row, lang),
            lang.rupiah(row["total_idr"]),
        )
        for name, row in named
    ]
    more = len(rows) - len(named)
    return tag(
        "div",
        tag("h3", heading),
        paragraph(lang.say("closure.office_note")),
        _share_chart(lang, heading, named),
        data(lang, heading, table(heading, titles, cells)),
        paragraph(lang.say("closure.more_offices", count=lang.whole(more))) if more else None,
        rows_behind(lang, "Rekap unit"),
    )


def _groups(facts: Facts, lang: Language) -> Markup:
    heading = lang.say("closure.by_group")
    titles = [Column(lang.say("closure.group"))]
    titles += [number(lang.say(f"closure.{key}")) for key in ("people", "planned", "share")]
    cells = [
        (
            f"{lang.say('column.' + row['column'])}: "
            + (lang.choice("value", row["value"]) if row["value"] else lang.say("closure.others")),
            lang.whole(row["people"]),
            lang.whole(row["planned"]),
            lang.percent(row["share"], 0),
        )
        for row in rows_of(facts.groups)
    ]
    return tag(
        "div",
        tag("h3", heading),
        paragraph(lang.say("closure.group_note")),
        table(heading, titles, cells),
        _floors(facts, lang) if facts.floors else None,
    )


def _floors(facts: Facts, lang: Language) -> Markup:
    caption = lang.say("closure.floors")
    titles = [Column(lang.say("closure.group"))]
    titles += [number(lang.say(f"closure.{key}")) for key in ("wanted", "reached")] + [
        Column(lang.say("closure.met"))
    ]
    hidden = lang.say("closure.hidden", least=str(LEAST_PEOPLE))
    cells = [
        (
            f"{lang.choice('column', floor.column)}: {lang.choice('value', floor.value)}",
            lang.percent(floor.wanted, 0),
            hidden if floor.reached is None else lang.percent(floor.reached, 0),
            hidden
            if floor.reached is None
            else lang.say("closure.yes" if floor.reached >= floor.wanted else "closure.no"),
        )
        for floor in facts.floors
    ]
    return table(caption, titles, cells)
