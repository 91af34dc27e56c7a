"""The few shapes a page is made of: sections, paragraphs, tables in their own scroll box, folded data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from asah.engine.report.language import Language
from asah.engine.report.markup import Child, Markup, tag


@dataclass(frozen=True)
class Column:
    """One column of a table; numbers stand at the right, sentences have room on narrow screens too."""

    title: str
    number: bool = False
    sentence: bool = False


def rows_of(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return list(frame.iter_rows(named=True))


def number(title: str) -> Column:
    return Column(title, number=True)


def section(key: str, lang: Language, *children: Child) -> Markup:
    """One part of the report under its heading ``key.title``."""
    anchor = f"{key}-{lang.code}"
    heading = tag("h2", lang.say(f"{key}.title"), id=anchor)
    return tag("section", heading, *children, aria_labelledby=anchor)


def paragraph(text: Child, style: str | None = None) -> Markup:
    return tag("p", text, class_=style)


def bullets(items: Iterable[Child]) -> Markup:
    return tag("ul", [tag("li", item) for item in items])


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    last: Sequence[str] | None = None,
) -> Markup:
    """A table whose rows are named by their first cell; ``last`` is the row of totals. It scrolls alone."""
    head = tag("thead", tag("tr", [_cell("th", c.title, c, scope="col") for c in columns]))
    body = tag("tbody", [_row(columns, row) for row in rows])
    foot = tag("tfoot", _row(columns, last)) if last else None
    inner = tag("table", tag("caption", tag("span", caption)), head, body, foot)
    return tag("div", inner, class_="scroll", role="region", aria_label=caption, tabindex=0)


def figure(caption: str, chart: Markup) -> Markup:
    """A chart under the words for what it measures."""
    return tag("figure", tag("figcaption", caption), chart)


def data(lang: Language, caption: str, under: Markup) -> Markup:
    """The data table of a chart."""
    return fold(lang.say("page.data", caption=caption), under)


def fold(words: str, under: Markup) -> Markup:
    """Folded away under ``words`` on the screen, open on paper."""
    return tag("details", tag("summary", words), under)


def rows_behind(lang: Language, sheet: str) -> Markup:
    return paragraph(lang.say("page.rows_behind", sheet=sheet), "source")


def _row(columns: Sequence[Column], cells: Sequence[str]) -> Markup:
    first, *others = cells
    return tag(
        "tr",
        _cell("th", first, columns[0], scope="row"),
        [_cell("td", cell, column) for cell, column in zip(others, columns[1:], strict=True)],
    )


def _cell(name: str, text: str, column: Column, scope: str | None = None) -> Markup:
    return tag(name, text, scope=scope, class_="n" if column.number else "s" if column.sentence else None)
