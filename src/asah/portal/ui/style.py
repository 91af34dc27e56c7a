"""Every component on one page, with invented people: for eyes and for checks of contrast and keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.ui.charts import Bar, Point, bars, heat_map, lines, nine_boxes, scatter, stacked_bars
from asah.portal.ui.fields import WholeField
from asah.portal.ui.formats import share
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.icons import DRAWINGS
from asah.portal.ui.tables import ChoiceFilter, Column, Table
from asah.portal.ui.templatetags.ui import TONES

FIRST = ("Ayu", "Bimo", "Citra", "Dewangga", "Endah", "Fajri", "Gita", "Harun", "Intan", "Jaya")
LAST = ("Contohwati", "Misalnya", "Umpamasari", "Ibaratno", "Andaikan")
UNITS = ("Dinas Contoh", "Badan Misal", "Kecamatan Umpama")
ROWS = 120


@dataclass(frozen=True)
class Sample:
    """An invented person."""

    pk: int
    nip: str
    name: str
    unit: str
    state: str
    jp: float
    cost: int
    gap: float | None
    day: date


def make_samples() -> list[Sample]:
    """The same invented people every time."""
    return [
        Sample(
            pk=number,
            nip=f"19800101200501{1 + number % 2}{number + 1:03d}",
            name=f"{FIRST[number % 10]} {LAST[number % 5]} {number + 1}",
            unit=UNITS[number % 3],
            state=("planned", "deferred", "waiting")[number % 3],
            jp=number * 1.25,
            cost=1_250_000 + 37_500 * number,
            gap=None if number % 7 == 0 else (number % 20) / 20,
            day=date(2026, 11, 22) + timedelta(days=number),
        )
        for number in range(ROWS)
    ]


def _states() -> dict[str, Any]:
    return {
        "planned": gettext_lazy("Planned"),
        "deferred": gettext_lazy("Deferred"),
        "waiting": gettext_lazy("Waiting"),
    }


TABLE = Table(
    name="samples",
    caption=gettext_lazy("Invented people"),
    columns=[
        Column(
            "name",
            gettext_lazy("Name"),
            value=lambda row: row.name,
            order=True,
            search=True,
            link=lambda _row: "#",
        ),
        Column("nip", "NIP", value=lambda row: row.nip, search=True),
        Column("unit", gettext_lazy("Unit"), value=lambda row: row.unit, order=True, search=True),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda row: _states()[row.state],
            kind="badge",
            tone=lambda row: {"planned": "good", "deferred": "bad", "waiting": "warning"}[row.state],
        ),
        Column("jp", "JP", value=lambda row: row.jp, kind="number", order=True),
        Column("cost", gettext_lazy("Cost"), value=lambda row: row.cost, kind="money", order=True),
        Column("gap", gettext_lazy("Gap"), value=lambda row: row.gap, kind="share", order=True),
        Column("day", gettext_lazy("Begins"), value=lambda row: row.day, kind="date", order=True),
    ],
    filters=[
        ChoiceFilter(
            "state", gettext_lazy("State"), field=lambda row: row.state, choices=lambda _r: _states().items()
        ),
        ChoiceFilter(
            "unit", gettext_lazy("Unit"), field=lambda row: row.unit, choices=[(unit, unit) for unit in UNITS]
        ),
    ],
    empty=gettext_lazy("No people yet."),
)


class SampleForm(OnceForm):
    """One field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("As on the decree.")
    )
    count = WholeField(label=gettext_lazy("Seats"), min_value=1, required=False)
    day = forms.DateField(
        label=gettext_lazy("Begins"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"), choices=[("", "-"), *((unit, unit) for unit in UNITS)]
    )
    form = forms.ChoiceField(
        label=gettext_lazy("State"), choices=lambda: list(_states().items()), widget=forms.RadioSelect
    )
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Units"),
        choices=[(unit, unit) for unit in UNITS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}))
    agreed = forms.BooleanField(label=gettext_lazy("I have read this"), help_text=gettext_lazy("It is kept."))
    file = forms.FileField(label=gettext_lazy("File"), required=False)


def answer_style(request: HttpRequest) -> HttpResponseBase:
    """The page, or what its list answers to htmx and to exports."""
    form = SampleForm({"count": "0"} if "wrong" in request.GET else None)
    if "wrong" in request.GET:
        messages.error(request, _("This is an error."))
        messages.warning(request, _("This is a warning."))
        messages.success(request, _("This is done."))
    context = {
        "form": form,
        "crumbs": [(_("First page"), "/"), (_("Components"), "")],
        "icons": list(DRAWINGS),
        "tones": TONES,
        "charts": _draw_charts(),
        "day": date(2026, 11, 22),
    }
    return TABLE.respond(request, make_samples(), template="ui/style.html", context=context, keep=["wrong"])


def _draw_charts() -> list[str]:
    steps = [_("low"), _("middle"), _("high")]
    return [
        bars(
            _("Gap by unit"),
            [Bar(unit, 0.2 + 0.25 * n) for n, unit in enumerate(UNITS)],
            name="c1",
            write=share,
        ),
        stacked_bars(
            _("Seats by state"),
            [str(words) for words in _states().values()],
            [(unit, [40 + 10 * n, 12, 3 * n]) for n, unit in enumerate(UNITS)],
            name="c2",
        ),
        heat_map(
            _("Gap by unit and competency"),
            [f"K{n}" for n in range(1, 9)],
            [
                (unit, [None if (n + m) % 7 == 0 else (n * 3 + m * 2) % 10 / 10 for n in range(8)])
                for m, unit in enumerate(UNITS)
            ],
            name="c3",
            corner=_("Unit"),
            write=lambda value: share(value, 0),
        ),
        lines(
            _("Best plan and bound"),
            [0, 10, 20, 40, 60, 90],
            [
                (_("Best plan"), [1200, 1610, 1702, 1744, 1750, 1752]),
                (_("Bound"), [2100, 1850, 1790, 1765, 1760, 1755]),
            ],
            name="c4",
            x_label=_("seconds"),
            y_label=_("gap closed"),
        ),
        scatter(
            _("Cost and gain"),
            [Point(f"{FIRST[n]}", 2 + n * n % 13, 10 + n * 7 % 31) for n in range(10)],
            name="c5",
            x_label=_("Cost"),
            y_label=_("Gain"),
        ),
        nine_boxes(
            _("Nine boxes"),
            {(a, b): (a * 5 + b * 7) % 11 for a in range(3) for b in range(3)},
            name="c6",
            across=(_("Performance"), steps),
            up=(_("Potential"), steps),
        ),
    ]
