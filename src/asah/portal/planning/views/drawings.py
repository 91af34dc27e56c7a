"""Charts of a plan and its map, drawn as SVG with the numbers beside them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

from django.utils.dates import MONTHS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from asah.portal.planning.queries.closure import OfCompetency, Office
from asah.portal.planning.queries.schedule import AtPlace, Week
from asah.portal.ui.charts import Bar, bars, heat_map
from asah.portal.ui.charts.figure import draw_figure, draw_legend, draw_nothing
from asah.portal.ui.formats import number, share

MOST_BARS = 25
WIDE, HIGH, EDGE = 1000.0, 640.0, 40.0
SMALLEST, LARGEST = 5.0, 26.0
NAMED = 5
WEEKS_OF_MONTH = 6


def draw_offices(offices: Sequence[Office]) -> SafeString:
    """Share of the need of each office that is closed, the largest needs first."""
    rows = [
        Bar(
            office.unit.name,
            office.share,
            _("%(share)s of %(need)s points")
            % {"share": share(office.share), "need": number(office.need, 0)},
        )
        for office in offices[:MOST_BARS]
    ]
    return bars(_("Gap closed by office"), rows, name="by-office", whole=1, write=share)


def draw_competencies(competencies: Sequence[OfCompetency]) -> SafeString:
    rows = [
        Bar(
            row.competency.name,
            row.share,
            _("%(share)s of %(need)s points") % {"share": share(row.share), "need": number(row.need, 0)},
        )
        for row in competencies[:MOST_BARS]
    ]
    return bars(_("Gap closed by competency"), rows, name="by-competency", whole=1, write=share)


def draw_calendar(weeks: Sequence[Week], year: int) -> SafeString:
    """Months by their weeks; a cell says how many people are away."""
    by_month: dict[int, list[Week]] = defaultdict(list)
    for week in weeks:
        by_month[week.month].append(week)
    columns = [_("week %(week)s of the month") % {"week": place + 1} for place in range(WEEKS_OF_MONTH)]
    used = max((len(found) for found in by_month.values()), default=0)
    rows = []
    for month in range(1, 13):
        found: list[int | None] = [week.away for week in by_month[month]]
        rows.append((str(MONTHS[month]), (found + [None] * used)[:used]))
    return heat_map(
        _("People away by week, %(year)s") % {"year": year},
        columns[:used],
        rows,
        name="calendar",
        corner=_("Month"),
        write=lambda value: number(value, 0),
    )


def draw_map(places: Sequence[AtPlace]) -> SafeString:
    """Places where they lie, as large as the number of people; squares hold classes."""
    title = _("Where people are and classes are held")
    known = [row for row in places if row.place.latitude is not None and row.place.longitude is not None]
    if not known:
        return draw_nothing("map", title)
    across, up = _scale(known)
    most = max(row.people for row in known) or 1
    drawn = []
    for place, row in enumerate(known):
        x, y = across(row.place.longitude or 0.0), up(row.place.latitude or 0.0)
        drawn.append(_draw_place(row, x, y, SMALLEST + (LARGEST - SMALLEST) * math.sqrt(row.people / most)))
        if place < NAMED:
            drawn.append(
                format_html('<text x="{}" y="{}" text-anchor="middle">{}</text>', x, y - 30, row.place.name)
            )
    picture = format_html(
        '<svg role="img" aria-labelledby="map-title" width="100%" viewBox="0 0 {} {}">{}</svg>',
        int(WIDE),
        int(HIGH),
        format_html_join("", "{}", ((part,) for part in drawn)),
    )
    legend = draw_legend(
        [
            (
                mark_safe('<circle class="s1" cx="12" cy="7" r="6"/>'),
                _("people work here; the larger, the more"),
            ),
            (
                mark_safe('<rect class="s2" x="5" y="0" width="14" height="14"/>'),
                _("classes are held here"),
            ),
        ]
    )
    return draw_figure("map", title, legend + picture)


def _draw_place(row: AtPlace, x: float, y: float, radius: float) -> SafeString:
    said = _("%(place)s: %(people)s people, %(planned)s planned, %(classes)s classes") % {
        "place": row.place.name,
        "people": number(row.people),
        "planned": number(row.planned),
        "classes": number(row.classes),
    }
    circle = format_html('<circle class="s1 dot" cx="{}" cy="{}" r="{}"/>', x, y, round(radius, 1))
    square = format_html('<rect class="s2 part" x="{}" y="{}" width="14" height="14"/>', x - 7, y - 7)
    return format_html("<g>{}{}<title>{}</title></g>", circle, square if row.classes else "", said)


def _scale(known: Sequence[AtPlace]) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Degrees to pixels, the same in both directions at this latitude, so that distances can be compared."""
    lats = [row.place.latitude or 0.0 for row in known]
    lons = [row.place.longitude or 0.0 for row in known]
    squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
    wide, high = (max(lons) - min(lons)) * squeeze, max(lats) - min(lats)
    unit = min((WIDE - 2 * EDGE) / (wide or 1e-9), (HIGH - 2 * EDGE) / (high or 1e-9), 1e6)
    left, top = (WIDE - wide * unit) / 2, (HIGH - high * unit) / 2

    def across(lon: float) -> float:
        return round(left + (lon - min(lons)) * squeeze * unit, 1)

    def up(lat: float) -> float:
        return round(top + (max(lats) - lat) * unit, 1)

    return across, up
