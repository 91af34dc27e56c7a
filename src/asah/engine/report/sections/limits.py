"""What the plan leaves out and why, what its limits cost, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from asah.engine.report.blocks import (
    Column,
    bullets,
    number,
    paragraph,
    rows_behind,
    rows_of,
    section,
    table,
)
from asah.engine.report.facts import Facts
from asah.engine.report.language import Language, share
from asah.engine.report.markup import Child, Markup, tag
from asah.engine.report.sections.delivery import period_name

MOST_PRICES: Final = 5
MOST_WARNINGS: Final = 40


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
        for row in rows_of(facts.reasons)
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
        for row in rows_of(most)
    ]
    return table(lang.say("left.offices"), titles, cells)


# What one more of a limit is called, and how many of its units that is.
_ROOM: Final = {
    "total": ("per_million", 1_000_000),
    "fund": ("per_million", 1_000_000),
    "unit": ("per_million", 1_000_000),
    "seats": ("per_seat", 1),
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
        table(lang.say("price.caption"), titles, [_price(row, facts, lang) for row in rows_of(shown)]),
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
    titles = [Column(lang.say("warning.where"))]
    titles += [Column(lang.say(f"warning.{key}"), sentence=True) for key in ("what", "remedy")]
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
            f"{lang.choice('basis', basis)} {lang.whole(count)}" for basis, count in taken.basis
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
