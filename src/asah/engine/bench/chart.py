"""Two small charts in one SVG: gap and CPU seconds by number of people, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asah.engine.bench.cases import CPU_SECONDS, GAP_AIM, OURS, RULES, SOLVER
from asah.engine.bench.results import Measured, Run, number, say
from asah.engine.report.markup import Markup, raw, tag

WIDTH, HEIGHT = 380, 300  # of one panel
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 30, 62
SMALLEST_GAP = 1e-4  # what is proved better is drawn here: zero has no place on a logarithmic axis

STYLE = """
svg { color-scheme: light dark; font: 12px system-ui, sans-serif; --ink: #1f2328; --faint: #d0d7de;
  --asah: #0b57d0; --rule: #b3450b; --highs: #6e4bb5; --aim: #57606a }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --faint: #3a424c;
  --asah: #7fb2ff; --rule: #ffb077; --highs: #c7a8ff; --aim: #9aa4af } }
text { fill: var(--ink) } .grid { stroke: var(--faint) } path { fill: none; stroke-width: 2 }
path.asah { stroke: var(--asah) } path.rule { stroke: var(--rule); stroke-dasharray: 7 3 }
path.highs { stroke: var(--highs); stroke-dasharray: 2 3 }
path.aim { stroke: var(--aim); stroke-dasharray: 5 6 }
.asah.dot { fill: var(--asah) } .rule.dot { fill: var(--rule) } .highs.dot { fill: var(--highs) }
.aim.dot { fill: var(--aim) }
"""

Points = Sequence[tuple[int, float]]  # people, value


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis from ``low`` to ``high`` drawn between two positions."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + (self.end - self.start) * share, 1)


def draw(measured: Measured) -> str:
    """The chart as a file of its own; readable on light and dark ground, no colour carries meaning alone."""
    sizes = sorted({run.people for run in measured.runs})
    gaps = {key: _of(runs, "gap") for key, runs in _series(measured).items()}
    seconds = {key: _of(runs, "cpu_s") for key, runs in _series(measured).items()}
    gaps["aim"] = [(people, 100 * aim) for people, aim in GAP_AIM.items() if people in sizes]
    seconds["aim"] = [(people, aim) for people, aim in CPU_SECONDS.items() if people in sizes]
    return tag(
        "svg",
        tag("title", say("chart_title")),
        tag("desc", say("chart_desc") + " " + measured.machine_words()),
        tag("style", raw(STYLE)),
        _panel(say("chart_gap"), gaps, sizes, 0),
        _panel(say("chart_cpu"), seconds, sizes, WIDTH),
        _legend([key for key in ("asah", "rule", "highs", "aim") if gaps.get(key) or seconds.get(key)]),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {2 * WIDTH} {HEIGHT}",
        role="img",
    )


def _series(measured: Measured) -> Mapping[str, list[Run]]:
    """Runs to draw; of the simple rules the best one on each instance."""
    rules = [[run for run in runs if run.method in RULES] for runs in measured.instances()]
    return {
        "asah": [run for run in measured.runs if run.method == OURS],
        "rule": [max(runs, key=lambda run: run.objective or -math.inf) for runs in rules if runs],
        "highs": [run for run in measured.runs if run.method == SOLVER],
    }


def _of(runs: Sequence[Run], name: str) -> list[tuple[int, float]]:
    if name == "gap":
        return [(run.people, 100 * max(SMALLEST_GAP, run.gap)) for run in runs if run.gap is not None]
    return [(run.people, max(0.01, run.cpu_s)) for run in runs if run.cpu_s is not None]


def _panel(title: str, series: Mapping[str, Points], sizes: Sequence[int], at: int) -> Markup:
    values = [value for points in series.values() for _, value in points]
    if not values:
        return tag("g", tag("text", title, x=at + LEFT, y=18))
    x = Scale(sizes[0] / 1.3, sizes[-1] * 1.3, at + LEFT, at + WIDTH - RIGHT)
    low, high = (10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values))))
    y = Scale(low, max(high, 10 * low), HEIGHT - BOTTOM, TOP)
    decades = [low * 10**k for k in range(round(math.log10(y.high / low)) + 1)]
    ground = [
        (
            tag("line", class_="grid", x1=x.start, x2=x.end, y1=y(value), y2=y(value)),
            tag("text", _short(value), x=at + LEFT - 6, y=y(value) + 4, text_anchor="end"),
        )
        for value in decades
    ]
    below = [
        tag("text", number(size), x=x(size), y=HEIGHT - BOTTOM + 16, text_anchor="middle") for size in sizes
    ]
    return tag(
        "g",
        tag("text", title, x=at + LEFT, y=18),
        ground,
        below,
        tag("text", say("chart_people"), x=x.end, y=HEIGHT - BOTTOM + 32, text_anchor="end"),
        [_line(key, points, x, y) for key, points in series.items() if points],
    )


def _line(key: str, points: Points, x: Scale, y: Scale) -> Markup:
    """Every value as a dot, a line through the mean of each size."""
    by_size: dict[int, list[float]] = {}
    for people, value in points:
        by_size.setdefault(people, []).append(value)
    means = [(people, sum(values) / len(values)) for people, values in sorted(by_size.items())]
    path = "M" + " L".join(f"{x(people)},{y(mean)}" for people, mean in means)
    dots = [_dot(key, x(people), y(value)) for people, value in points]
    return tag("g", tag("path", class_=key, d=path), dots)


def _dot(key: str, x: float, y: float) -> Markup:
    if key == "asah":
        return tag("circle", class_=f"{key} dot", cx=x, cy=y, r=3.5)
    if key == "rule":
        return tag("rect", class_=f"{key} dot", x=x - 3, y=y - 3, width=6, height=6)
    corners = f"{x},{y - 4} {x - 4},{y + 3} {x + 4},{y + 3}"
    if key == "highs":
        return tag("polygon", class_=f"{key} dot", points=corners)
    return tag("rect", class_=f"{key} dot", x=x - 4, y=y - 1, width=8, height=2)


def _legend(keys: Sequence[str]) -> Markup:
    words = {
        "asah": say("method_asah"),
        "rule": say("chart_rule"),
        "highs": say("method_highs"),
        "aim": say("chart_aim"),
    }
    return tag(
        "g",
        [
            (
                tag("path", class_=key, d=f"M{LEFT + 180 * k},{HEIGHT - 12} h24"),
                _dot(key, LEFT + 180 * k + 12, HEIGHT - 12),
                tag("text", words[key], x=LEFT + 180 * k + 30, y=HEIGHT - 8),
            )
            for k, key in enumerate(keys)
        ],
    )


def _short(value: float) -> str:
    return number(value, max(0, -math.floor(math.log10(value))))
