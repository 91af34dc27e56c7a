"""Bars that lie: amounts side by side, and amounts made of parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from asah.portal.ui.charts.figure import (
    HATCHED,
    SERIES,
    draw_figure,
    draw_hatching,
    draw_legend,
    draw_nothing,
    draw_svg,
    draw_table,
    percent,
    shorten,
)
from asah.portal.ui.formats import Number, number

ROW = 42
LONGEST_LABEL = 34


@dataclass(frozen=True)
class Bar:
    """One amount, not below zero; ``None`` where it is not known. ``text`` replaces the number."""

    label: str
    value: Number | None
    text: str = ""


def bars(
    title: str,
    rows: Sequence[Bar],
    *,
    name: str,
    amount: str = "",
    whole: Number | None = None,
    write: Callable[[Number | None], str] = number,
) -> SafeString:
    """Amounts side by side, each under its label. ``whole``: what a full bar means, else the largest amount.

    ``amount`` names what is measured, ``write`` turns a number into words.
    """
    if not rows:
        return draw_nothing(name, title)
    top = float(whole if whole is not None else max((row.value or 0 for row in rows), default=0)) or 1.0
    drawn = format_html_join(
        "",
        '<text x="0" y="{}">{}<title>{}</title></text>'
        '<text class="strong" x="100%" y="{}" text-anchor="end">{}</text>'
        '<rect class="track" x="0" y="{}" width="100%" height="12"/>'
        '<rect class="s1" x="0" y="{}" width="{}" height="12"/>',
        (
            (
                ROW * place + 14,
                shorten(row.label, LONGEST_LABEL),
                row.label,
                ROW * place + 14,
                row.text or write(row.value),
                ROW * place + 20,
                ROW * place + 20,
                percent(float(row.value or 0) / top),
            )
            for place, row in enumerate(rows)
        ),
    )
    table = draw_table(
        [_("Row"), amount or _("Amount")], [[row.label, row.text or write(row.value)] for row in rows]
    )
    return draw_figure(name, title, draw_svg(name, ROW * len(rows), drawn), table)


def stacked_bars(
    title: str,
    parts: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Number]]],
    *,
    name: str,
    write: Callable[[Number | None], str] = number,
) -> SafeString:
    """Amounts made of ``parts`` (five at most), on one scale. ValueError where parts and amounts differ."""
    if len(parts) > SERIES or any(len(values) != len(parts) for _label, values in rows):
        raise ValueError(f"chart '{name}': at most {SERIES} parts, one amount for each in every row")
    if not rows:
        return draw_nothing(name, title)
    top = max((float(sum(values)) for _label, values in rows), default=0.0) or 1.0
    drawn = format_html(
        "{}{}",
        draw_hatching(name),
        format_html_join(
            "",
            '<text x="0" y="{}">{}<title>{}</title></text>'
            '<text class="strong" x="100%" y="{}" text-anchor="end">{}</text>{}',
            (
                (
                    ROW * place + 14,
                    shorten(label, LONGEST_LABEL),
                    label,
                    ROW * place + 14,
                    write(sum(values)),
                    _draw_parts(name, parts, values, top, ROW * place + 20, write),
                )
                for place, (label, values) in enumerate(rows)
            ),
        ),
    )
    legend = draw_legend([(_draw_sign(name, place + 1), part) for place, part in enumerate(parts)])
    table = draw_table(
        [_("Row"), *parts, _("Total")],
        [[label, *map(write, values), write(sum(values))] for label, values in rows],
    )
    return draw_figure(name, title, legend + draw_svg(name, ROW * len(rows), drawn), table)


def _draw_parts(
    name: str,
    parts: Sequence[str],
    values: Sequence[Number],
    top: float,
    y: int,
    write: Callable[[Number | None], str],
) -> SafeString:
    drawn = []
    before = 0.0
    for place, (part, value) in enumerate(zip(parts, values, strict=True), start=1):
        reach = float(value) / top
        words = f"{part}: {write(value)}"
        if reach > 0:
            for fill in _fills(name, place):
                drawn.append(
                    format_html(
                        '<rect {} x="{}" y="{}" width="{}" height="16"><title>{}</title></rect>',
                        fill,
                        percent(before),
                        y,
                        percent(reach),
                        words,
                    )
                )
        before += reach
    return mark_safe("".join(drawn))


def _fills(name: str, place: int) -> list[SafeString]:
    fills = [format_html('class="part s{}"', place)]
    if place in HATCHED:
        fills.append(format_html('fill="url(#{}-hatch)"', name))
    return fills


def _draw_sign(name: str, place: int) -> SafeString:
    return format_html_join(
        "", '<rect {} width="24" height="14"/>', ((fill,) for fill in _fills(name, place))
    )
