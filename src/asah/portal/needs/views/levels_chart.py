"""A person's levels as a drawing: what is likely, what the post demands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from asah.portal.competency.models import HIGHEST, LOWEST
from asah.portal.ui.charts.figure import draw_figure, draw_legend, draw_nothing, draw_svg, percent, shorten
from asah.portal.ui.formats import number

ROW = 46
LONGEST = 40
FOOT = 20


@dataclass(frozen=True)
class Mark:
    """One competency; ``low``, ``mean``, ``high`` are None where it is not assessed."""

    label: str
    low: float | None
    mean: float | None
    high: float | None
    required: int | None
    next_required: int | None


def draw_levels(marks: Sequence[Mark]) -> SafeString:
    """A line from 1 to 5 for each competency; the numbers stand in the table of the page."""
    title, name = _("Levels, their uncertainty and what is demanded"), "levels"
    if not marks:
        return draw_nothing(name, title)
    rows = format_html_join("", "{}", ((_draw_mark(place, mark),) for place, mark in enumerate(marks)))
    bottom = ROW * len(marks)
    axis = format_html_join(
        "",
        '<text class="soft" x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (
                percent(_across(level)),
                bottom + 14,
                "start" if level == LOWEST else "end" if level == HIGHEST else "middle",
                level,
            )
            for level in range(LOWEST, HIGHEST + 1)
        ),
    )
    legend = draw_legend(
        [
            (
                mark_safe('<rect class="s4" x="0" y="3" width="24" height="8"/>'),
                _("where the level probably lies (95%)"),
            ),
            (mark_safe('<circle class="dot s1" cx="12" cy="7" r="6"/>'), _("estimated level")),
            (
                mark_safe('<rect class="s3" x="10" y="0" width="4" height="14"/>'),
                _("demanded by the post held"),
            ),
            (mark_safe('<path class="mark-line line s2" d="M12 0v14"/>'), _("demanded by the next post")),
        ]
    )
    return draw_figure(name, title, legend + draw_svg(name, bottom + FOOT, rows + axis))


def _draw_mark(place: int, mark: Mark) -> SafeString:
    top = ROW * place
    words = _("not assessed yet") if mark.mean is None else number(mark.mean, 1)
    parts = [
        format_html(
            # On a phone the label is cut before it runs into the value.
            '<svg class="label" width="{}%" height="{}"><text x="0" y="{}">{}<title>{}</title></text></svg>'
            '<text class="strong" x="100%" y="{}" text-anchor="end">{}</text>'
            '<rect class="track" x="0" y="{}" width="100%" height="12"/>',
            62 if mark.mean is None else 88,
            top + 20,
            top + 14,
            shorten(mark.label, LONGEST),
            mark.label,
            top + 14,
            words,
            top + 20,
        )
    ]
    if mark.low is not None and mark.high is not None and mark.mean is not None:
        parts.append(
            format_html(
                '<rect class="s4" x="{}" y="{}" width="{}" height="12"/>'
                '<circle class="dot s1" cx="{}" cy="{}" r="6"/>',
                percent(_across(mark.low)),
                top + 20,
                percent(_across(mark.high) - _across(mark.low)),
                percent(_across(mark.mean)),
                top + 26,
            )
        )
    if mark.required is not None:
        parts.append(
            format_html(
                '<svg x="{}" y="{}" width="4" height="20" overflow="visible">'
                '<rect class="s3" x="-2" width="4" height="20"/></svg>',
                percent(_across(mark.required)),
                top + 16,
            )
        )
    if mark.next_required is not None:
        parts.append(
            format_html(
                '<line class="mark-line line s2" x1="{}" x2="{}" y1="{}" y2="{}"/>',
                percent(_across(mark.next_required)),
                percent(_across(mark.next_required)),
                top + 14,
                top + 38,
            )
        )
    return mark_safe("".join(parts))


def _across(level: float) -> float:
    return (min(max(level, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
