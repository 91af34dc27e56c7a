"""What all charts share: the figure, the table beside it, the legend, and round numbers for an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

SERIES = 5
# A second sign beside the colour: these series are hatched.
HATCHED = (2, 4)


def draw_figure(name: str, title: str, content: SafeString, table: SafeString | None = None) -> SafeString:
    """The chart under its title, its numbers folded away beneath it."""
    details = (
        format_html(
            "<details><summary>{}</summary>"
            '<div class="chart-table" role="region" tabindex="0" aria-label="{}">{}</div></details>',
            _("The numbers as a table"),
            title,
            table,
        )
        if table
        else ""
    )
    return format_html(
        '<figure class="chart" id="{}"><figcaption id="{}-title">{}</figcaption>{}{}</figure>',
        name,
        name,
        title,
        content,
        details,
    )


def draw_svg(name: str, height: int, content: SafeString) -> SafeString:
    """The picture, as wide as the page lets it be, named by the title of its figure."""
    return format_html(
        '<svg role="img" aria-labelledby="{}-title" width="100%" height="{}">{}</svg>', name, height, content
    )


def draw_nothing(name: str, title: str) -> SafeString:
    """The figure of a chart that has no numbers yet."""
    said = _("There are no numbers to show yet.")
    return draw_figure(name, title, format_html('<p class="text-muted">{}</p>', said))


def draw_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    """Rows of texts; the first of each names it, the others are numbers."""
    return format_html(
        '<table class="table table-sm"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join(
            "",
            '<th scope="col"{}>{}</th>',
            ((FIGURE if place else "", text) for place, text in enumerate(head)),
        ),
        format_html_join(
            "",
            '<tr><th scope="row">{}</th>{}</tr>',
            (
                (row[0], format_html_join("", '<td class="amount">{}</td>', ((text,) for text in row[1:])))
                for row in rows
            ),
        ),
    )


FIGURE = mark_safe(' class="amount"')


def draw_legend(entries: Sequence[tuple[SafeString, str]]) -> SafeString:
    """What each sign stands for; ``entries`` are a drawing of 24 by 14 and its words."""
    item = '<li><svg viewBox="0 0 24 14" aria-hidden="true">{}</svg>{}</li>'
    return format_html('<ul class="legend">{}</ul>', format_html_join("", item, entries))


def draw_hatching(name: str) -> SafeString:
    """The pattern that series of HATCHED carry over their colour."""
    return format_html(
        '<defs><pattern id="{}-hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="hatch" d="M0 0v7"/></pattern></defs>',
        name,
    )


def percent(part: float) -> str:
    """``part`` of the width, in the writing of SVG."""
    return f"{min(max(part, 0.0), 1.0) * 100:.2f}%"


def find_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round numbers whose first is at or below ``low`` and whose last is at or above ``high``."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * count, 12) for count in range(first, last + 1)]


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning where it is longer than fits beside a drawing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
