"""When, for which money and where: the calendar, the budgets, the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

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
from asah.engine.report.charts import Bar, Spot, bars, columns, map_of, nice_ceiling
from asah.engine.report.facts import Facts
from asah.engine.report.language import Language, share
from asah.engine.report.markup import Child, Markup, tag
from asah.engine.report.money import Budget

MOST_BARS: Final = 15


def period_unit(facts: Facts, lang: Language) -> str:
    return lang.say("period." + {52: "week", 53: "week", 12: "month"}.get(facts.policy.periods, "period"))


def period_name(facts: Facts, lang: Language, period: int) -> str:
    return lang.say("period.at", unit=period_unit(facts, lang), number=str(period))


def calendar(facts: Facts, lang: Language) -> Markup:
    classes, away = facts.calendar["classes"].to_list(), facts.calendar["away"].to_list()
    undated = (
        paragraph(lang.say("calendar.undated", count=lang.whole(facts.undated))) if facts.undated else None
    )
    if not any(classes):
        return section("calendar", lang, paragraph(lang.say("calendar.empty")), undated)
    unit = period_unit(facts, lang)
    busiest = lang.say(
        "calendar.busiest",
        period=period_name(facts, lang, classes.index(max(classes)) + 1),
        classes=lang.whole(max(classes)),
        away_period=period_name(facts, lang, away.index(max(away)) + 1),
        away=lang.whole(max(away)),
    )
    caption = lang.say("calendar.caption", unit=unit)
    titles = [
        Column(unit.capitalize()),
        number(lang.say("calendar.classes")),
        number(lang.say("calendar.away")),
    ]
    cells = [
        (str(period), lang.whole(opened), lang.whole(people))
        for period, (opened, people) in enumerate(zip(classes, away, strict=True), start=1)
    ]
    return section(
        "calendar",
        lang,
        paragraph(busiest),
        undated,
        _column_chart(lang.say("calendar.classes_chart", unit=unit), classes, lang),
        _column_chart(lang.say("calendar.away_chart", unit=unit), away, lang),
        data(lang, caption, table(caption, titles, cells)),
        rows_behind(lang, "Kelas"),
    )


def _column_chart(title: str, values: Sequence[int], lang: Language) -> Markup:
    top = nice_ceiling(max(values))
    marks = (lang.whole(top / 2), lang.whole(top))
    chart = columns(title, values, max(1, round(len(values) / 13)), marks)
    return figure(title, chart)


def budget_name(budget: Budget, lang: Language) -> str:
    if budget.scope == "total":
        return lang.say("money.total")
    if budget.name is None:
        return lang.say("money.no_fund" if budget.scope == "fund" else "money.no_payer")
    return lang.say(f"money.{budget.scope}", name=budget.name)


def money(facts: Facts, lang: Language) -> Markup:
    lines = facts.lines
    lead = lang.say(
        "money.lead",
        spent=lang.rupiah(facts.spent),
        classes=lang.rupiah(int(lines["class_idr"].sum())),
        persons=lang.rupiah(int(lines["person_idr"].sum())),
        travel=lang.rupiah(int(lines["travel_idr"].sum())),
    )
    limited = [budget for budget in facts.budgets if budget.limit]
    chart = bars(
        lang.say("money.chart"),
        [
            Bar(budget_name(b, lang), used, lang.percent(used))
            for b in limited[:MOST_BARS]
            for used in [share(b.spent, b.limit or 0) or 0.0]
        ],
    )
    titles = [Column(lang.say("money.scope"))]
    titles += [number(lang.say(f"money.{key}")) for key in ("limit", "spent", "left", "used")]
    cells = [
        (
            budget_name(b, lang),
            lang.rupiah(b.limit),
            lang.rupiah(b.spent),
            lang.rupiah(None if b.limit is None else b.limit - b.spent),
            lang.percent(None if b.limit is None else share(b.spent, b.limit)),
        )
        for b in facts.budgets
    ]
    caption = lang.say("money.budgets")
    return section(
        "money",
        lang,
        paragraph(lead, "lead"),
        figure(lang.say("money.chart"), chart) if limited else None,
        data(lang, caption, table(caption, titles, cells)),
        tag("h3", lang.say("money.forms")),
        _forms(facts, lang),
        paragraph(lang.say("money.note"), "source"),
        rows_behind(lang, "Anggaran, Rekap bentuk, Rekap sumber dana"),
    )


def _forms(facts: Facts, lang: Language) -> Markup:
    titles = [Column(lang.say("money.form"))]
    titles += [
        number(lang.say(f"money.{key}")) for key in ("classes", "enrolled", "course", "travel", "cost")
    ]
    forms = facts.forms

    def cells(name: str, row: dict[str, Any]) -> tuple[str, ...]:
        course = row["class_idr"] + row["person_idr"]
        amounts = (course, row["travel_idr"], row["total_idr"])
        return (
            name,
            lang.whole(row["classes"]),
            lang.whole(row["enrolled"]),
            *(lang.rupiah(a) for a in amounts),
        )

    total = forms.select(
        pl.col("classes", "enrolled", "class_idr", "person_idr", "travel_idr", "total_idr").sum()
    )
    return table(
        lang.say("money.forms"),
        titles,
        [cells(lang.form(row["form"], facts.law), row) for row in rows_of(forms)],
        cells(lang.say("money.all_forms"), total.row(0, named=True)),
    )


def places(facts: Facts, lang: Language) -> Markup:
    located = facts.places.filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null())
    missing = facts.places.height - located.height
    spots = [
        Spot(row["name"], row["lat"], row["lon"], row["people"], row["classes"]) for row in rows_of(located)
    ]
    caption = lang.say("map.caption")
    titles = [Column(lang.say(f"map.{key}")) for key in ("place", "zone", "connectivity")]
    titles += [number(lang.say(f"map.{key}")) for key in ("people", "planned", "classes", "enrolled")]
    cells = [
        (
            row["name"],
            row["zone"] or "–",
            lang.say("connectivity." + (row["connectivity"] or "unknown")),
            *(lang.whole(row[key]) for key in ("people", "planned", "classes", "enrolled")),
        )
        for row in rows_of(facts.places.sort(-pl.col("people"), "name"))
    ]
    drawn: list[Child] = [paragraph(lang.say("map.none"))]
    if spots:
        drawn = [
            paragraph(lang.say("map.lead")),
            tag("div", map_of(lang.say("map.chart", places=str(len(spots))), spots), class_="map-box"),
            paragraph(lang.say("map.missing", count=lang.whole(missing))) if missing else None,
        ]
    return section(
        "map", lang, drawn, data(lang, caption, table(caption, titles, cells)), rows_behind(lang, "Kelas")
    )
