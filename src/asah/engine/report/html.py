"""report.html: one file, two languages, no network and no script."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from asah.engine.report.facts import Facts
from asah.engine.report.language import ENGLISH, INDONESIAN, Language
from asah.engine.report.markup import Markup, raw, tag
from asah.engine.report.sections import SECTIONS
from asah.engine.report.sections.worth import mismatches


def report_html(facts: Facts) -> str:
    """The whole page. Both languages are in it; a radio button and the style sheet show one of them."""
    style = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # Nothing is fetched, whatever a name in the tables may hold.
        tag(
            "meta",
            http_equiv="Content-Security-Policy",
            content="default-src 'none'; style-src 'unsafe-inline'",
        ),
        tag("title", _title(facts, INDONESIAN)),
        tag("style", raw(style)),
    )
    body = tag(
        "body",
        tag("header", _switch(), _both(facts, _masthead)),
        tag("main", _both(facts, _content)),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='id')}\n"


def _both(facts: Facts, part: Callable[[Facts, Language], Markup]) -> list[Markup]:
    return [
        tag("div", part(facts, lang), class_=f"in-{lang.code}", lang=lang.code)
        for lang in (INDONESIAN, ENGLISH)
    ]


def _switch() -> Markup:
    choices = [
        tag(
            "label",
            tag("input", type="radio", name="language", id=f"show-{lang.code}", checked=lang is INDONESIAN),
            name,
            lang=lang.code,
        )
        for lang, name in ((INDONESIAN, "Bahasa Indonesia"), (ENGLISH, "English"))
    ]
    legend = tag("legend", INDONESIAN.say("page.switch"))
    return tag("fieldset", legend, choices, class_="switch")


def _title(facts: Facts, lang: Language) -> str:
    title = lang.say("page.title", year=str(facts.year))
    return f"{title}, {facts.region}" if facts.region else title


def _masthead(facts: Facts, lang: Language) -> Markup:
    links = [
        tag("li", tag("a", lang.say(f"{key}.title"), href=f"#{key}-{lang.code}"))
        for key, _ in SECTIONS
        if key != "rule" or facts.simple_rules
    ]
    return tag(
        "div",
        tag("p", facts.region, class_="region") if facts.region else None,
        tag("h1", lang.say("page.title", year=str(facts.year))),
        tag("p", lang.say("page.restricted"), class_="restricted"),
        tag("nav", tag("ul", links), aria_label=lang.say("page.contents")),
    )


def _content(facts: Facts, lang: Language) -> Markup:
    return tag("div", mismatches(facts, lang), [show(facts, lang) for _, show in SECTIONS])
