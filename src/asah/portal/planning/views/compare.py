"""Two plans, and several scenarios, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import BooleanField, Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, note_refused, signed_in, visible_to
from asah.portal.planning.access import SEE_DRAFTS
from asah.portal.planning.models import Plan, Scenario
from asah.portal.planning.queries.differences import count_changes, lines_that_differ, people_who_differ
from asah.portal.planning.queries.figures import Figures, figures_of, side_by_side
from asah.portal.planning.queries.proof import worth_of
from asah.portal.planning.views.lists import DIFFERENT_LINES, DIFFERENT_PEOPLE
from asah.portal.planning.views.plans import get_plan, plan_context
from asah.portal.ui.formats import ABSENT, number, rupiah, share

MOST_SCENARIOS = 6


@dataclass(frozen=True)
class Row:
    """One figure of several plans: words for each, and the difference of each to the first."""

    label: str
    cells: list[str]
    differences: list[str]
    names: list[str]

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Cell, difference and name of each plan."""
        return list(zip(self.cells, self.differences, self.names, strict=True))


def compare_plans(request: HttpRequest, number: int, other: int) -> HttpResponseBase:
    """``other`` before, ``number`` after."""
    user = signed_in(request)
    after = get_plan(request, number)
    before = get_visible(
        request, Plan, "scenario__agency", pk=other, scenario__agency=after.scenario.agency_id
    )
    lines = lines_that_differ(before, after, user).annotate(
        is_new=Case(When(plan=after, then=Value(True)), default=Value(False), output_field=BooleanField())
    )
    differences = people_who_differ(before, after, user)
    of_lines = DIFFERENT_LINES.bind(request, lines, keep=DIFFERENT_PEOPLE.parameters)
    of_people = DIFFERENT_PEOPLE.bind(request, differences, keep=DIFFERENT_LINES.parameters)
    context = {
        **plan_context(after, user, ""),
        "before": before,
        "rows": tabulate([figures_of(before), figures_of(after)]),
        "counts": count_changes(before, after, user),
        "of_lines": of_lines,
        "of_people": of_people,
    }
    return of_lines.answer() or of_people.answer() or render(request, "planning/compare_plans.html", context)


def compare_scenarios(request: HttpRequest) -> HttpResponse:
    """Those that the address names; the first is what the others are measured against."""
    user = signed_in(request)
    SEE_DRAFTS.require(user)
    seen = list(visible_to(user, Scenario).select_related("agency"))
    asked = [int(text[:18]) for text in request.GET.getlist("s") if text.isdecimal()][:MOST_SCENARIOS]
    by_key = {scenario.pk: scenario for scenario in seen}
    chosen = [by_key[key] for key in dict.fromkeys(asked) if key in by_key]
    for key in set(asked) - set(by_key):
        note_refused(request, Scenario, pk=key)
        messages.warning(
            request, _("One of the scenarios in this address is not there for you; it was left out.")
        )
    pairs = side_by_side(chosen)
    made = [(scenario, figures) for scenario, figures in pairs if figures is not None]
    context = {
        "scenarios": [(scenario, scenario in chosen) for scenario in seen],
        "chosen": chosen,
        "made": made,
        "without": [scenario for scenario, figures in pairs if figures is None],
        "rows": tabulate([figures for _scenario, figures in made]) if made else [],
        "most": MOST_SCENARIOS,
    }
    return render(request, "planning/compare_scenarios.html", context)


def tabulate(plans: list[Figures]) -> list[Row]:
    """Key figures of plans in columns, each with its difference to the first."""
    whole: Callable[[Any], str] = lambda value: number(value, 0)  # noqa: E731
    points: Callable[[Any], str] = lambda value: number(value, 1)  # noqa: E731
    measures: list[tuple[str, Callable[[Figures], float | int | None], Callable[[Any], str]]] = [
        (_("Gap closed"), lambda f: f.closed, share),
        (_("Gaps closed (points)"), lambda f: worth_of(f.plan).closed, points),
        (_("Penalties avoided (points)"), lambda f: worth_of(f.plan).avoided, points),
        (_("Worth against doing nothing (points)"), lambda f: worth_of(f.plan).gained, points),
        (_("No plan is worth more than (points)"), lambda f: worth_of(f.plan).most, points),
        (_("At most left of what could be gained"), lambda f: f.gap, _fine_share),
        (_("Money in all"), lambda f: f.limit, rupiah),
        (_("Spent"), lambda f: f.spent, rupiah),
        (_("People planned"), lambda f: f.planned, whole),
        (_("People deferred"), lambda f: f.deferred, whole),
        (_("Without a need"), lambda f: f.exempt, whole),
        (_("Enrolments"), lambda f: f.lines, whole),
        (_("Classes"), lambda f: f.classes, whole),
        (_("People short of the JP target"), lambda f: f.jp_short, whole),
        (_("Mandates not given"), lambda f: f.mandates_missed, whole),
    ]
    return [
        Row(
            label=label,
            cells=[write(measure(plan)) for plan in plans],
            differences=[
                _difference(measure(plans[0]), measure(plan), _POINTS.get(write, write)) for plan in plans
            ],
            names=[plan.plan.scenario.name for plan in plans],
        )
        for label, measure, write in measures
    ]


def _fine_share(value: float) -> str:
    return share(value, 2)


def _say_points(value: float, places: int = 1) -> str:
    """What lies between two percentages, which is no percentage."""
    return _("%(points)s percentage points") % {"points": number(value * 100, places)}


# How the difference of two figures is written, where not as the figures themselves.
_POINTS: dict[Callable[[Any], str], Callable[[Any], str]] = {
    share: _say_points,
    _fine_share: lambda value: _say_points(value, 2),
}


def _difference(first: float | None, value: float | None, write: Callable[[Any], str]) -> str:
    if first is None or value is None:
        return ABSENT
    change = value - first
    return f"{'+' if change > 0 else ''}{write(change)}"
