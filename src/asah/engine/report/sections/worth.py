"""What the plan is worth: at a glance, the mandates it misses, its proof, the simple rules beside it."""

from __future__ import annotations

from typing import Final

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
from asah.engine.report.charts import Bar, bars
from asah.engine.report.facts import Facts, SimpleRule
from asah.engine.report.language import Language, percent_more, share
from asah.engine.report.markup import Markup, tag
from asah.engine.report.why import because

# How much of a long list stands on the page; the rest is in plan.xlsx.
MOST_MANDATES: Final = 200
OPEN_MANDATES: Final = 20  # the others up to there are folded away
RULES: Final = ("rank_by_gap", "per_rupiah", "online_first")


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
    titles.append(Column(lang.say("mandate.why"), sentence=True))
    cells = [
        (missed.person, missed.unit, missed.programme, because(missed, lang, in_general=True))
        for missed in facts.missed[:MOST_MANDATES]
    ]
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
    lead = lang.say("rule.lead", best=_more(facts, best, lang), best_name=lang.choice("rule", best.name))
    if first != best:
        lead += " " + lang.say("rule.lead_first", first=_more(facts, first, lang))
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


def _more(facts: Facts, rule: SimpleRule, lang: Language) -> str:
    plan = facts.proof
    more = percent_more(plan.gained, rule.objective - plan.worth_of_nothing)
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
