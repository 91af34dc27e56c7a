"""Grids of cells: every cell says its number, the shade only repeats it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from asah.portal.ui.charts.figure import draw_figure, draw_nothing
from asah.portal.ui.formats import Number, number

SHADES = 5


def heat_map(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Number | None]]],
    *,
    name: str,
    corner: str = "",
    limits: tuple[float, float] | None = None,
    write: Callable[[Number | None], str] = number,
) -> SafeString:
    """A table whose cells are shaded by their number; ``None`` is a cell without one.

    ``limits``: the numbers of the lightest and darkest shade, else those found. ``corner`` names the rows.
    ValueError where a row does not have a number for every column.
    """
    if any(len(values) != len(columns) for _label, values in rows):
        raise ValueError(f"chart '{name}': every row needs {len(columns)} numbers, one for each column")
    found = [float(value) for _label, values in rows for value in values if value is not None]
    if not found:
        return draw_nothing(name, title)
    low, high = limits or (min(found), max(found))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                label,
                format_html_join(
                    "",
                    '<td class="{}">{}</td>',
                    ((_shade(value, low, high), write(value)) for value in values),
                ),
            )
            for label, values in rows
        ),
    )
    table = format_html(
        '<div class="chart-table" role="region" tabindex="0" aria-label="{}"><table class="heat"'
        ' aria-labelledby="{}-title"><thead><tr>{}{}</tr></thead><tbody>{}</tbody></table></div>',
        title,
        name,
        format_html('<th scope="col">{}</th>', corner) if corner else mark_safe("<td></td>"),
        format_html_join("", '<th scope="col">{}</th>', ((column,) for column in columns)),
        body,
    )
    return draw_figure(name, title, table)


def _shade(value: Number | None, low: float, high: float) -> str:
    if value is None:
        return "absent"
    part = (float(value) - low) / (high - low) if high > low else 0.0
    return f"shade-{1 + min(SHADES - 1, max(0, int(part * SHADES)))}"


def nine_boxes(
    title: str,
    counts: Mapping[tuple[int, int], int],
    *,
    name: str,
    across: tuple[str, Sequence[str]],
    up: tuple[str, Sequence[str]],
    names: Mapping[tuple[int, int], str] | None = None,
) -> SafeString:
    """People in the nine boxes. Keys of ``counts`` and ``names``: (step across, step up), 0 to 2 from below.

    ``across`` and ``up``: what the side measures, and its three steps from low to high.
    """
    (across_title, across_steps), (up_title, up_steps) = across, up
    if len(across_steps) != 3 or len(up_steps) != 3:
        raise ValueError(f"chart '{name}': each side of the nine boxes has three steps")
    if not sum(counts.values()):
        return draw_nothing(name, title)
    most = max(counts.values())
    people = _("people")
    rows = [
        (
            up_steps[high],
            format_html_join(
                "",
                '<td class="{}"><span class="count">{}</span><span class="name">{}</span></td>',
                (
                    (
                        _shade(counts.get((step, high), 0), 0, most),
                        number(counts.get((step, high), 0)),
                        (names or {}).get((step, high), people),
                    )
                    for step in range(3)
                ),
            ),
        )
        for high in (2, 1, 0)
    ]
    table = format_html(
        '<div class="chart-table" role="region" tabindex="0" aria-label="{}"><table class="heat nine"'
        ' aria-labelledby="{}-title"><thead><tr><td>{} ↑ / {} →</td>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        title,
        name,
        up_title,
        across_title,
        format_html_join("", '<th scope="col">{}</th>', ((step,) for step in across_steps)),
        format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', rows),
    )
    return draw_figure(name, title, table)
