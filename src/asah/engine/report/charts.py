"""Charts as SVG drawn here. They scale in width without scaling their text; every one has a table beside it.

Widths are per cents of the chart, heights are pixels; colours and fonts come from the style sheet by class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from asah.engine.report.markup import Child, Markup, tag

BAR_ROW = 40
COLUMN_HEIGHT = 150
MAP_WIDTH = 640
LABEL_LIMIT = 32


@dataclass(frozen=True)
class Bar:
    """One bar: how far it reaches and could reach (0..1 of the chart), and what is written above it."""

    label: str
    reach: float
    text: str
    room: float = 1.0
    style: Literal["fill", "strong", "outline"] = "fill"


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, the words above each so that they have the whole width at 320 pixels too."""
    drawn = [
        tag(
            "svg",
            _label(row.label),
            tag("text", row.text, class_="value", x="100%", y=14, text_anchor="end"),
            tag("rect", class_="track", x=0, y=20, width=_percent(row.room), height=10),
            tag(
                "rect",
                class_=row.style,
                x=0,
                y=20,
                width=_percent(row.reach),
                height=10,
            ),
            x=0,
            y=BAR_ROW * index,
        )
        for index, row in enumerate(rows)
    ]
    return _chart(title, BAR_ROW * len(rows), drawn)


def columns(title: str, values: Sequence[int], every: int, marks: Sequence[str]) -> Markup:
    """A column for every value; ``marks`` holds the words of the two grid lines (half and top).

    ``every``: the number stands under one column in so many.
    """
    top = nice_ceiling(max(values, default=0))
    wide = 100 / max(1, len(values))
    lines = [
        (
            tag("line", class_="grid", x1=0, x2="100%", y1=y, y2=y),
            tag("text", mark, class_="mark", x=0, y=y - 3),
        )
        for mark, y in zip(marks, (_height(top / 2, top), _height(top, top)), strict=True)
    ]
    drawn = [
        tag(
            "rect",
            class_="fill",
            x=f"{index * wide:.2f}%",
            y=_height(value, top),
            width=f"{0.78 * wide:.2f}%",
            height=COLUMN_HEIGHT - _height(value, top),
        )
        for index, value in enumerate(values)
        if value
    ]
    base = tag("line", class_="axis", x1=0, x2="100%", y1=COLUMN_HEIGHT, y2=COLUMN_HEIGHT)
    numbers = [
        tag(
            "text",
            str(index + 1),
            class_="tick" if index % (2 * every) == 0 else "tick minor",
            x=f"{(index + 0.39) * wide:.2f}%",
            y=COLUMN_HEIGHT + 16,
            text_anchor="middle",
        )
        for index in range(0, len(values), every)
    ]
    return _chart(title, COLUMN_HEIGHT + 22, [*lines, *drawn, base, *numbers])


def nice_ceiling(largest: float) -> int:
    """The smallest of 2, 4, 10, 20, 40, 100, ... that is not below ``largest``: half of it is whole too."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if step * size >= largest:
                return step * size
        size *= 10


def _height(value: float, top: int) -> int:
    """Where a value lies, in pixels from the top; 14 pixels are left for the word of the top line."""
    return round(COLUMN_HEIGHT - (COLUMN_HEIGHT - 14) * value / top)


# ---- the map


@dataclass(frozen=True)
class Spot:
    """One place on the map, degrees; ``people`` sets the area of its circle, ``classes`` a square."""

    name: str
    lat: float
    lon: float
    people: int
    classes: int


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def map_of(title: str, spots: Sequence[Spot]) -> Markup:
    """Places on an equirectangular map, north up, the largest named: circles by people, squares for classes.

    ``spots`` is not empty.
    """
    largest_first = sorted(spots, key=lambda spot: (-spot.people, spot.name))
    projected, height, per_km = _project(largest_first)
    most = max((spot.people for spot in spots), default=0)
    circles = [
        (x, y, _radius(spot.people, most)) for spot, (x, y) in zip(largest_first, projected, strict=True)
    ]
    drawn = [
        tag("circle", cx=_short(x), cy=_short(y), r=_short(r), class_="people")
        for spot, (x, y, r) in zip(largest_first, circles, strict=True)
        if spot.people
    ]
    drawn += [
        tag("rect", x=_short(x - 4), y=_short(y - 4), width=8, height=8, class_="venue")
        for spot, (x, y, _) in zip(largest_first, circles, strict=True)
        if spot.classes
    ]
    names = _names(largest_first, circles, height)
    scale = _scale_bar(per_km, height)
    return tag(
        "svg",
        *drawn,
        *names,
        scale,
        class_="map",
        role="img",
        aria_label=title,
        viewBox=f"0 0 {MAP_WIDTH} {height}",
        preserveAspectRatio="xMidYMid meet",
    )


def _project(spots: Sequence[Spot]) -> tuple[list[tuple[float, float]], int, float]:
    """Pixels of every place, the height of the map, pixels per kilometre."""
    middle = math.cos(math.radians(sum(spot.lat for spot in spots) / len(spots)))
    east = [spot.lon * middle for spot in spots]
    north = [spot.lat for spot in spots]
    wide = max(max(east) - min(east), 0.05)
    high = max(max(north) - min(north), 0.05)
    margin = 56.0
    scale = min((MAP_WIDTH - 2 * margin) / wide, (MAP_WIDTH - 2 * margin) / high)
    height = round(high * scale + 2 * margin)
    left = (MAP_WIDTH - wide * scale) / 2
    places = [
        (left + (x - min(east)) * scale, height - margin - (y - min(north)) * scale)
        for x, y in zip(east, north, strict=True)
    ]
    return places, height, scale / 111.32


def _radius(people: int, most: int) -> float:
    return max(2.5, 28 * math.sqrt(people / most)) if most else 2.5


# Names: as large as they become on a narrow screen, and how many of that size at most.
_NAMES = ((24, 7, "name"), (13, 60, "name minor"))


def _names(spots: Sequence[Spot], circles: Sequence[tuple[float, float, float]], height: int) -> list[Markup]:
    """The largest places get their name where it covers no other; the table names all of them."""
    taken = [_Box(x - 4, y - 4, x + 4, y + 4) for x, y, _ in circles]
    named: dict[int, Markup] = {}
    for size, most, style in _NAMES:
        end = len(named) + most
        for index in [i for i in range(len(spots)) if i not in named]:
            if len(named) == end:
                break
            for box, anchor, at in _beside(circles[index], 0.58 * size * len(spots[index].name), size):
                # The largest place is named in any case: without it nobody finds their way.
                free = index == 0 or not any(box.meets(other) for other in taken)
                if (
                    free
                    and box.left >= 0
                    and box.right <= MAP_WIDTH
                    and box.top >= 0
                    and box.bottom <= height
                ):
                    taken.append(box)
                    named[index] = _name(spots[index].name, style, anchor, at, box)
                    break
    return list(named.values())


def _beside(circle: tuple[float, float, float], long: float, size: float) -> list[tuple[_Box, str, float]]:
    """Where a name of this length can stand: right, left, above and below its circle."""
    x, y, r = circle
    half = size / 2
    places = (("start", x + r + 4, x + r + 4, y), ("end", x - r - 4, x - r - 4 - long, y))
    stacked = (("middle", x, x - long / 2, y - r - half), ("middle", x, x - long / 2, y + r + half))
    return [
        (_Box(left, base - half, left + long, base + half), anchor, at)
        for anchor, at, left, base in (*places, *stacked)
    ]


def _name(text: str, style: str, anchor: str, at: float, box: _Box) -> Markup:
    base = _short((box.top + box.bottom) / 2)
    return tag("text", text, class_=style, x=_short(at), y=base, dy="0.35em", text_anchor=anchor)


def _scale_bar(per_km: float, height: int) -> Markup:
    """A line of a round number of kilometres, at most a quarter of the map."""
    size = 10 ** math.floor(math.log10(MAP_WIDTH / 4 / per_km))
    km = max(step * size for step in (1, 2, 5) if step * size * per_km <= MAP_WIDTH / 4)
    long = km * per_km
    y = height - 12
    return tag(
        "g",
        tag("line", x1=12, x2=_short(12 + long), y1=y, y2=y),
        tag("text", f"{km:g} km", x=_short(18 + long), y=y, dy="0.35em"),
        class_="scale",
    )


# ---- shared


def _chart(title: str, height: int, children: Child) -> Markup:
    size: dict[str, str | int] = {"width": "100%", "height": height}
    return tag("svg", children, class_="chart", role="img", aria_label=title, **size)


def _percent(part: float) -> str:
    return f"{100 * min(1.0, max(0.0, part)):.2f}%"


def _short(number: float) -> str:
    return f"{number:.1f}"


def _label(label: str) -> list[Markup]:
    """A name above its bar. One that does not fit beside its figure at 320 pixels is cut off there; pointing
    at it shows it whole.
    """
    if len(label) <= LABEL_LIMIT:
        return [tag("text", label, x=0, y=14)]
    short = label[: LABEL_LIMIT - 1].rstrip() + "…"
    return [
        tag("text", label, class_="wide", x=0, y=14),
        tag("text", short, tag("title", label), class_="narrow", x=0, y=14),
    ]
