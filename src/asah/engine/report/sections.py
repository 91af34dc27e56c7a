"""The parts of report.html, one function each: facts and a language in, markup out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from asah.engine.report.blocks import (
    Column,
    bullets,
    data,
    figure,
    fold,
    number,
    paragraph,
    rows_behind,
    section,
    table,
)
from asah.engine.report.charts import Bar, Spot, bars, columns, map_of, nice_ceiling
from asah.engine.report.facts import Budget, Facts, SimpleRule
from asah.engine.report.language import Language, percent_more, share
from asah.engine.report.markup import Child, Markup, tag
from asah.engine.report.privacy import LEAST_PEOPLE

# How much of a long list stands on the page; the rest is in plan.xlsx or summary.json.
MOST_MANDATES: Final = 200
OPEN_MANDATES: Final = 20  # the others up to there are folded away
MOST_OFFICES: Final = 100
MOST_BARS: Final = 15
MOST_PRICES: Final = 5
MOST_WARNINGS: Final = 40

RULES: Final = ("rank_by_gap", "per_rupiah", "online_first")

Rows = list[dict[str, Any]]


def _rows(frame: pl.DataFrame) -> Rows:
    return list(frame.iter_rows(named=True))


# ---- at a glance


def tiles(facts: Facts, lang: Language) -> Markup:
    proof, people = facts.proof, facts.summary["people"]
    limit = facts.budgets[0].limit
    missed = len(facts.missed)
    everybody = sum(people.values())
    gap = lang.say("tile.gap_unknown") if proof.gap is None else lang.percent(proof.gap, 2)
    money = (
        lang.say("tile.money_free")
        if limit is None
        else lang.say("tile.money_of", limit=lang.rupiah_about(limit))
    )
    shown = (
        (
            "closed",
            lang.percent(share(proof.closed, proof.need)),
            lang.say("tile.closed_of", closed=lang.whole(proof.closed), need=lang.whole(proof.need)),
        ),
        ("gap", gap, lang.say("tile.gap_of") if proof.gap is not None else None),
        (
            "people",
            lang.whole(people["planned"]),
            lang.say(
                "tile.people_of",
                people=lang.whole(everybody),
                deferred=lang.whole(people["deferred"]),
                exempt=lang.whole(people["exempt"]),
            ),
        ),
        ("money", lang.rupiah_about(facts.spent), money),
        (
            "classes",
            lang.whole(facts.summary["classes"]),
            lang.say(
                "tile.classes_of",
                enrolled=lang.whole(facts.lines["person_id"].count()),
                short=lang.whole(facts.summary["jp_short_people"]),
            ),
        ),
        (
            "mandates",
            lang.whole(missed),
            lang.say("tile.mandates_of" if missed else "tile.mandates_none"),
        ),
    )
    listed = [
        tag(
            "div",
            tag("dt", lang.say(f"tile.{key}")),
            tag("dd", figure, class_="figure"),
            tag("dd", note) if note else None,
            class_="alert" if key == "mandates" and missed else None,
        )
        for key, figure, note in shown
    ]
    return section("tile", lang, tag("dl", listed, class_="tiles"))


def mismatches(facts: Facts, lang: Language) -> Markup | None:
    """Shown above everything else: figures that disagree make the whole report worthless."""
    if not facts.mismatches:
        return None
    rows = [(m.what, lang.decimal(m.lines, 2), lang.decimal(m.summary, 2)) for m in facts.mismatches]
    titles = (
        Column(lang.say("warning.figure")),
        number(lang.say("warning.lines")),
        number(lang.say("warning.summary")),
    )
    return tag(
        "div",
        paragraph(tag("strong", lang.say("warning.mismatch"))),
        table(lang.say("warning.mismatch_caption"), titles, rows),
        class_="alarm",
    )


def mandates(facts: Facts, lang: Language) -> Markup:
    if not facts.missed:
        return section("mandate", lang, paragraph(lang.say("mandate.none")))
    titles = [Column(lang.say(f"mandate.{key}")) for key in ("person", "unit", "programme")]
    cells = [(missed.person, missed.unit, missed.programme) for missed in facts.missed[:MOST_MANDATES]]
    folded, more = cells[OPEN_MANDATES:], len(facts.missed) - len(cells)
    caption = lang.say("mandate.caption")
    caption_folded = lang.say("mandate.caption_folded", count=lang.whole(len(folded)))
    return section(
        "mandate",
        lang,
        paragraph(lang.say("mandate.lead", count=lang.whole(len(facts.missed)))),
        table(caption, titles, cells[:OPEN_MANDATES]),
        fold(caption_folded, table(caption_folded, titles, folded)) if folded else None,
        paragraph(lang.say("mandate.more", count=lang.whole(more))) if more else None,
        rows_behind(lang, "Wajib"),
    )


# ---- the proof


def proof_sentences(facts: Facts, lang: Language) -> list[str]:
    """What the plan closes, what no plan can pass, the worth, why the search stopped, how to check it."""
    plan = facts.proof
    closes = lang.say(
        "proof.closes",
        closed=lang.decimal(plan.closed),
        need=lang.decimal(plan.need),
        share=lang.percent(share(plan.closed, plan.need)),
    )
    ends = [lang.say(f"status.{plan.status}"), lang.choice("bound_by", plan.bound_by)]
    if plan.bound is None or plan.reachable is None or plan.room is None:
        return [closes, lang.say("proof.no_bound"), *ends]
    limit = lang.say("proof.bound", reachable=lang.decimal(plan.reachable), gained=lang.decimal(plan.gained))
    left = (
        lang.say("proof.room", room=lang.decimal(plan.room), gap=lang.percent(plan.gap, 2))
        if plan.room > 0
        else lang.say("proof.best")
    )
    worth = lang.say(
        "proof.worth",
        nothing=lang.decimal(plan.worth_of_nothing),
        objective=lang.decimal(plan.objective),
        bound=lang.decimal(plan.bound),
    )
    return [closes, f"{limit} {left}", worth, *ends]


def proof(facts: Facts, lang: Language) -> Markup:
    first, second, *others, how = proof_sentences(facts, lang)
    return section(
        "proof",
        lang,
        paragraph(first, "lead"),
        paragraph(second),
        _proof_chart(facts, lang),
        [paragraph(sentence) for sentence in others],
        tag("h3", lang.say("proof.how")),
        paragraph(how),
    )


def _proof_chart(facts: Facts, lang: Language) -> Markup | None:
    plan = facts.proof
    if plan.reachable is None or plan.room is None or plan.reachable <= 0:
        return None
    gained, room = lang.decimal(plan.gained), lang.decimal(plan.room)
    drawn = [
        Bar(lang.say("proof.gained"), plan.gained / plan.reachable, gained),
        Bar(lang.say("proof.missed"), plan.room / plan.reachable, room),
    ]
    return figure(lang.say("worth.chart"), bars(lang.say("proof.chart", gained=gained, room=room), drawn))


def simple_rules(facts: Facts, lang: Language) -> Markup | None:
    if not facts.simple_rules:
        return None
    plan = facts.proof
    best = max(facts.simple_rules, key=lambda rule: rule.objective)
    first = next((rule for rule in facts.simple_rules if rule.name == "rank_by_gap"), best)
    lead = lang.say(
        "rule.lead",
        best=_more(plan.closed, best, lang),
        best_name=lang.choice("rule", best.name),
        first=_more(plan.closed, first, lang),
    )
    rows = rule_rows(facts, lang)
    top = max([plan.reachable or 0.0, *(row[1] for row in rows)])
    drawn = [
        Bar(name, (share(gain, top) or 0.0), lang.decimal(gain), style="fill" if index else "strong")
        for index, (name, gain, *_) in enumerate(rows)
    ]
    if plan.reachable is not None:
        reach = share(plan.reachable, top) or 0.0
        drawn.append(Bar(lang.say("rule.bound"), reach, lang.decimal(plan.reachable), style="outline"))
    explained = [rule.name for rule in facts.simple_rules if rule.name in RULES]
    explained += ["bound"] if plan.reachable is not None else []
    titles = [Column(lang.say("rule.name"))]
    titles += [number(lang.say(f"rule.{key}")) for key in ("gained", "closed", "spent", "versus")]
    cells = [
        (name, lang.decimal(gain), lang.decimal(closed), lang.rupiah(spent), _signed(more, lang))
        for name, gain, closed, spent, more in rows
    ]
    caption = lang.say("rule.caption")
    return section(
        "rule",
        lang,
        paragraph(lead, "lead"),
        figure(lang.say("worth.chart"), bars(lang.say("rule.chart"), drawn)),
        bullets(lang.choice("rule", f"about_{name}") for name in explained),
        data(lang, caption, table(caption, titles, cells)),
    )


def _more(closed: float, rule: SimpleRule, lang: Language) -> str:
    more = percent_more(closed, rule.closed)
    if more is None:
        return "–"
    return lang.say("rule.more" if more >= 0 else "rule.less", percent=lang.percent(abs(more)))


def _signed(more: float | None, lang: Language) -> str:
    return lang.percent(more) if more is None or more < 0 else f"+{lang.percent(more)}"


def rule_rows(facts: Facts, lang: Language) -> list[tuple[str, float, float, int, float | None]]:
    """The plan, then the simple rules, best first.

    Each as name, worth above nothing, closure, money, and the share by which the plan closes more.
    """
    plan = facts.proof
    rules = sorted(facts.simple_rules, key=lambda rule: -rule.objective)
    return [
        (lang.say("rule.ours"), plan.gained, plan.closed, facts.spent, None),
        *(
            (
                lang.choice("rule", rule.name),
                rule.objective - plan.worth_of_nothing,
                rule.closed,
                rule.spent,
                percent_more(plan.closed, rule.closed),
            )
            for rule in rules
        ),
    ]


# ---- gap closed


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
                for row in _rows(facts.streams)
            ],
            "stream",
        ),
        _closed_part(
            lang,
            "by_competency",
            [(_competency(row, lang), row) for row in _rows(facts.competencies)],
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
    rows = _rows(facts.offices)
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
        for row in _rows(facts.groups)
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


# ---- time


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


# ---- money


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
        [cells(lang.form(row["form"], facts.law), row) for row in _rows(forms)],
        cells(lang.say("money.all_forms"), total.row(0, named=True)),
    )


# ---- places


def places(facts: Facts, lang: Language) -> Markup:
    located = facts.places.filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null())
    missing = facts.places.height - located.height
    spots = [
        Spot(row["name"], row["lat"], row["lon"], row["people"], row["classes"]) for row in _rows(located)
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
        for row in _rows(facts.places.sort(-pl.col("people"), "name"))
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


# ---- who is left out


def left_out(facts: Facts, lang: Language) -> Markup:
    people = facts.summary["people"]
    if not facts.reasons.height:
        return section("left", lang, paragraph(lang.say("left.none")))
    lead = lang.say(
        "left.lead",
        deferred=lang.whole(people["deferred"]),
        exempt=lang.whole(people["exempt"]),
        people=lang.whole(sum(people.values())),
    )
    titles = [
        Column(lang.say("left.reason")),
        Column(lang.say("left.state")),
        number(lang.say("left.people")),
    ]
    cells = [
        (lang.reason(row["reason"]), lang.say("state." + row["state"]), lang.whole(row["people"]))
        for row in _rows(facts.reasons)
    ]
    return section(
        "left",
        lang,
        paragraph(lead),
        table(lang.say("left.reasons"), titles, cells),
        _offices_left_out(facts, lang),
        rows_behind(lang, "Ditunda"),
    )


def _offices_left_out(facts: Facts, lang: Language) -> Markup:
    left = facts.offices.with_columns((pl.col("deferred") + pl.col("exempt")).alias("left"))
    most = left.filter(pl.col("left") > 0).sort(-pl.col("left"), "name").head(10)
    titles = [Column(lang.say("closure.office"))]
    titles += [number(lang.say(f"left.{key}")) for key in ("left_out", "of_people")]
    cells = [
        (
            row["name"] or lang.say("closure.small_units"),
            lang.whole(row["left"]),
            lang.percent(share(row["left"], row["people"]), 0),
        )
        for row in _rows(most)
    ]
    return table(lang.say("left.offices"), titles, cells)


# ---- prices

# What one more of a limit is called, and how many of its units that is.
_ROOM: Final = {
    "total": ("per_million", 1_000_000),
    "fund": ("per_million", 1_000_000),
    "unit": ("per_million", 1_000_000),
    "seats": ("per_seat", 1),
    "minimum": ("per_minimum", 1),
    "absence": ("per_person", 1),
    "resource": ("per_class", 1),
    "equity": ("per_point", 1),
}


def prices(facts: Facts, lang: Language) -> Markup:
    if not facts.prices.height:
        return section("price", lang, paragraph(lang.say("price.none")))
    shown = facts.prices.group_by("scope", maintain_order=True).head(MOST_PRICES)
    titles = [
        Column(lang.say("price.limit")),
        Column(lang.say("price.change")),
        number(lang.say("price.points")),
    ]
    more = facts.prices.height - shown.height
    return section(
        "price",
        lang,
        paragraph(lang.say("price.lead")),
        paragraph(lang.say("price.branches")) if facts.branched else None,
        table(lang.say("price.caption"), titles, [_price(row, facts, lang) for row in _rows(shown)]),
        paragraph(lang.say("price.more", count=lang.whole(more)), "source") if more else None,
    )


def _price(row: dict[str, Any], facts: Facts, lang: Language) -> tuple[str, str, str]:
    room, units = _ROOM[row["scope"]]
    name = str(row["name"])
    if row["scope"] == "equity":
        column, _, value = name.partition("=")
        name = f"{lang.choice('column', column)}: {lang.choice('value', value)}"
    period = "" if row["period"] is None else period_name(facts, lang, row["period"])
    return (
        lang.say("price." + row["scope"], name=name, period=period),
        lang.say(f"price.{room}"),
        lang.decimal(row["price"] * units, 3),
    )


# ---- warnings, assumptions, colophon


def warnings(facts: Facts, lang: Language) -> Markup:
    told = facts.summary["warnings"]
    return section(
        "warning",
        lang,
        _warnings(told, lang) if told else paragraph(lang.say("warning.none")),
        tag("h3", lang.say("warning.assumptions")),
        bullets(assumptions(facts, lang)),
    )


def _warnings(told: Sequence[dict[str, Any]], lang: Language) -> Child:
    """Alike warnings on one line. The value is not shown: it may be a person's."""
    alike: dict[tuple[str, str, str, str], list[int]] = {}
    for one in told:
        key = (one["table"], one["column"], one["what"], one["remedy"])
        alike.setdefault(key, []).append(one["row"])
    shown = list(alike.items())[:MOST_WARNINGS]
    cells = [
        (_where(place, column, rows, lang), what, remedy) for (place, column, what, remedy), rows in shown
    ]
    more = len(told) - sum(len(rows) for _, rows in shown)
    titles = [Column(lang.say(f"warning.{key}")) for key in ("where", "what", "remedy")]
    return [
        paragraph(lang.say("warning.lead", count=lang.whole(len(told)))),
        table(lang.say("warning.caption"), titles, cells),
        paragraph(lang.say("warning.more", count=lang.whole(more))) if more else None,
    ]


def _where(place: str, column: str, rows: Sequence[int], lang: Language) -> str:
    named = f"{place}.{column}" if column else place
    numbered = [str(row) for row in rows if row]
    if not numbered:
        return named
    listed = ", ".join(numbered[:5]) + (", …" if len(numbered) > 5 else "")
    return f"{named}, {lang.say('warning.rows', rows=listed)}"


def assumptions(facts: Facts, lang: Language) -> list[str]:
    taken = facts.assumptions
    said = [
        lang.say(
            "warning.effects",
            unmeasured=lang.whole(taken.effects_unmeasured),
            effects=lang.whole(taken.effects),
        )
    ]
    if taken.places_unknown:
        said.append(lang.say("warning.places", count=lang.whole(taken.places_unknown)))
    if taken.basis:
        bases = ", ".join(
            f"{lang.choice('value', basis)} {lang.whole(count)}" for basis, count in taken.basis
        )
        said.append(lang.say("warning.basis", bases=bases))
    if taken.unverified:
        regulations: dict[str, list[str]] = {}
        for name, regulation in taken.unverified:
            regulations.setdefault(name, []).append(regulation)
        listed = "; ".join(
            f"{lang.choice('rule_name', name)} ({', '.join(laws)})" for name, laws in regulations.items()
        )
        said.append(lang.say("warning.rules", rules=listed))
    if facts.incomplete:
        said.append(lang.say("warning.incomplete", count=lang.whole(facts.incomplete)))
    return said


def about(facts: Facts, lang: Language) -> Markup:
    summary = facts.summary
    told = (
        ("input", tag("code", summary["input_sha256"])),
        ("version", summary["engine_version"]),
        ("seed", summary["seed"]),
        ("check", tag("code", lang.say("about.command"))),
        ("tolerance", f"{summary['tolerance']:g}"),
        ("files", lang.say("about.files_are")),
    )
    listed = [tag("div", tag("dt", lang.say(f"about.{key}")), tag("dd", value)) for key, value in told]
    return section("about", lang, tag("dl", listed, class_="about"))
