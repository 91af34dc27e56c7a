"""Charts on two axes: lines over time, and single points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from asah.portal.ui.charts.figure import (
    draw_figure,
    draw_legend,
    draw_nothing,
    draw_svg,
    draw_table,
    find_ticks,
    percent,
)
from asah.portal.ui.formats import Number, number

HEIGHT = 220
TOP = 24
FOOT = 40
LETTER = 8
MOST_SERIES = 2
Write = Callable[[Number | None], str]


@dataclass(frozen=True)
class Point:
    """One point with its label."""

    label: str
    x: Number
    y: Number


@dataclass(frozen=True)
class _Plane:
    """Where numbers lie: across in parts of the width, up in pixels."""

    x_ticks: list[float]
    y_ticks: list[float]

    def across(self, x: Number) -> float:
        return (float(x) - self.x_ticks[0]) / (self.x_ticks[-1] - self.x_ticks[0])

    def part_up(self, y: Number) -> float:
        return (float(y) - self.y_ticks[0]) / (self.y_ticks[-1] - self.y_ticks[0])

    def down(self, y: Number) -> float:
        return round(TOP + (1 - self.part_up(y)) * HEIGHT, 2)


def lines(
    title: str,
    x: Sequence[Number],
    series: Sequence[tuple[str, Sequence[Number | None]]],
    *,
    name: str,
    x_label: str = "",
    y_label: str = "",
    write: Write = number,
    write_x: Write = number,
) -> SafeString:
    """One line or two over rising ``x``, such as the best plan found and what no plan can exceed.

    The first line is whole with dots, the second dashed. ``None`` in a series is a gap. ValueError for more
    series, or for one that is not as long as ``x``.
    """
    if len(series) > MOST_SERIES or any(len(values) != len(x) for _label, values in series):
        raise ValueError(f"chart '{name}': at most {MOST_SERIES} series, each with {len(x)} numbers")
    found = [value for _label, values in series for value in values if value is not None]
    if not found:
        return draw_nothing(name, title)
    plane = _Plane(_ticks(x), _ticks(found))
    drawn: list[SafeString] = []
    for place, (label, values) in enumerate(series, start=1):
        drawn.append(_draw_line(plane, place, x, values))
        if place == 1:
            drawn.append(
                format_html_join(
                    "",
                    '<circle class="dot s1" cx="{}" cy="{}" r="4"><title>{}</title></circle>',
                    (
                        (percent(plane.across(a)), plane.down(b), f"{label}, {write_x(a)}: {write(b)}")
                        for a, b in zip(x, values, strict=True)
                        if b is not None
                    ),
                )
            )
    signs = [
        (format_html('<path class="mark-line line s{}" d="M0 7h24"/>', place), label)
        for place, (label, _values) in enumerate(series, start=1)
    ]
    table = draw_table(
        [x_label, *(label for label, _values in series)],
        [[write_x(at), *(write(values[place]) for _label, values in series)] for place, at in enumerate(x)],
    )
    picture = _draw_plane(name, plane, mark_safe("".join(drawn)), x_label, y_label, write, write_x)
    return draw_figure(name, title, draw_legend(signs) + picture, table)


def _draw_line(plane: _Plane, place: int, x: Sequence[Number], values: Sequence[Number | None]) -> SafeString:
    # Drawn on a field of a thousand by a thousand that is stretched; the stroke keeps its width.
    words: list[str] = []
    pen = "M"
    for at, value in zip(x, values, strict=True):
        if value is None:
            pen = "M"
            continue
        words.append(f"{pen}{plane.across(at) * 1000:.1f} {(1 - plane.part_up(value)) * 1000:.1f}")
        pen = "L"
    return format_html(
        '<svg x="0" y="{}" width="100%" height="{}" viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        '<path class="line s{}" d="{}"/></svg>',
        TOP,
        HEIGHT,
        place,
        "".join(words),
    )


def _draw_plane(
    name: str, plane: _Plane, drawn: SafeString, x_label: str, y_label: str, write: Write, write_x: Write
) -> SafeString:
    """The drawing on its axes. The numbers up the side have a picture of their own that does not stretch."""
    side = [write(tick) for tick in plane.y_ticks]
    width = max(map(len, side)) * LETTER + 8
    numbers = format_html_join(
        "",
        '<text class="soft" x="{}" y="{}" text-anchor="end">{}</text>',
        ((width - 8, plane.down(tick) + 4, text) for tick, text in zip(plane.y_ticks, side, strict=True)),
    )
    last = len(plane.x_ticks) - 1
    axes = format_html_join(
        "",
        '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>',
        (
            ("grid" if place else "axis", plane.down(tick), plane.down(tick))
            for place, tick in enumerate(plane.y_ticks)
        ),
    ) + format_html_join(
        "",
        '<text class="soft" x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (
                percent(plane.across(tick)),
                TOP + HEIGHT + 16,
                "start" if not place else "end" if place == last else "middle",
                write_x(tick),
            )
            for place, tick in enumerate(plane.x_ticks)
        ),
    )
    words = format_html(
        '<text class="soft" x="0" y="11">{}</text>'
        '<text class="soft" x="100%" y="{}" text-anchor="end">{}</text>',
        f"{y_label} ↑" if y_label else "",
        TOP + HEIGHT + 33,
        f"{x_label} →" if x_label else "",
    )
    height = TOP + HEIGHT + FOOT
    return format_html(
        '<div class="plane"><svg aria-hidden="true" width="{}" height="{}">{}</svg>{}</div>',
        width,
        height,
        numbers,
        draw_svg(name, height, axes + words + drawn),
    )


def scatter(
    title: str,
    points: Sequence[Point],
    *,
    name: str,
    x_label: str,
    y_label: str,
    write: Write = number,
    write_x: Write = number,
) -> SafeString:
    """Single points on two axes; the label of each shows when it is pointed at, and stands in the table."""
    if not points:
        return draw_nothing(name, title)
    plane = _Plane(_ticks([point.x for point in points]), _ticks([point.y for point in points]))
    drawn = format_html_join(
        "",
        '<circle class="dot s1" cx="{}" cy="{}" r="5"><title>{}</title></circle>',
        (
            (
                percent(plane.across(point.x)),
                plane.down(point.y),
                f"{point.label}: {write_x(point.x)}; {write(point.y)}",
            )
            for point in points
        ),
    )
    table = draw_table(
        [_("Point"), x_label, y_label], [[point.label, write_x(point.x), write(point.y)] for point in points]
    )
    return draw_figure(name, title, _draw_plane(name, plane, drawn, x_label, y_label, write, write_x), table)


def _ticks(found: Sequence[Number]) -> list[float]:
    return find_ticks(float(min(found)), float(max(found)))
