"""What came of an analysis: computing it, the heat map and the people behind it, the boxes, the summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base import audit
from asah.portal.base.access import get_visible, signed_in, visible_to
from asah.portal.base.models import Unit, User
from asah.portal.competency.models import Competency
from asah.portal.needs import bridge
from asah.portal.needs.access import PLAN_NEEDS, SEE_COVERAGE, SEE_PROFILES, SEE_RESULTS
from asah.portal.needs.actions.compute import begin_compute, is_being_computed
from asah.portal.needs.enums import CONFIDENTIAL, CycleState
from asah.portal.needs.models import Cycle
from asah.portal.needs.queries import akpk, boxes, heatmap, rating
from asah.portal.needs.queries.groups import LEAST_PEOPLE, LEAST_RATERS, hidden_among
from asah.portal.needs.queries.verification import states_of
from asah.portal.needs.views.boxes_words import BOXES
from asah.portal.needs.views.lists_results import PEOPLE_BEHIND, draw_people_in_boxes
from asah.portal.needs.views.words import ROLES
from asah.portal.people.models import Person, Position
from asah.portal.ui.formats import ABSENT, number, share

SHADES = 5
MOST_DEPTH = 2.0
FEW = f"<{LEAST_PEOPLE}"


@dataclass(frozen=True)
class Field:
    """One cell of a grid as it is drawn. ``shade``: a class of the style sheet that repeats the number."""

    text: str
    shade: str = "absent"
    url: str = ""
    words: str = ""


def find_cycle(request: HttpRequest, pk: int) -> Cycle:
    """The cycle, for whoever may see results somewhere in its agency."""
    user = signed_in(request)
    SEE_RESULTS.require(user)
    cycle = get_visible(request, Cycle, "agency", "job", pk=pk)
    if not any(path.startswith(cycle.agency.path) for path in SEE_RESULTS.paths(user)):
        raise PermissionDenied
    return cycle


def show_latest(request: HttpRequest) -> HttpResponse:
    """The results that were computed last, or a page that says that there are none."""
    user = signed_in(request)
    SEE_RESULTS.require(user)
    cycle = visible_to(user, Cycle).exclude(computed_at=None).order_by("-year", "-computed_at").first()
    if cycle is not None:
        return redirect("needs:results", number=cycle.pk)
    return render(request, "needs/no_results.html", {"sees_cycles": SEE_COVERAGE.held_by(user)})


def show_results(request: HttpRequest, number: int) -> HttpResponse:
    """Where the computing stands, what the engine noticed, and the ways on."""
    user = signed_in(request)
    cycle = find_cycle(request, number)
    plans = PLAN_NEEDS.held_by(user, cycle.agency)
    result: dict[str, Any] = cycle.summary.get("result", {})
    computing = is_being_computed(cycle)
    failed = cycle.job if cycle.job is not None and cycle.job.error and not computing else None
    told = result.get("messages", [])
    if failed is not None and failed.news.get("phase") == "refused":
        told = failed.news.get("findings", [])
    context = {
        "cycle": cycle,
        "may_plan": plans,
        "sees_cycle": SEE_COVERAGE.held_by(user),
        "may_compute": plans and cycle.state in (CycleState.OPEN, CycleState.CLOSED) and not computing,
        "is_being_computed": computing,
        "failed": failed,
        "confided_later": plans
        and not {*CONFIDENTIAL}.isdisjoint(cycle.roles)
        and not rating.is_settled(cycle),
        "days": rating.LATE.days,
        "least_raters": LEAST_RATERS,
        "result": result,
        "told": _told(told) if plans else [],
        "states": states_of(cycle),
        "may_finish": plans and cycle.state == CycleState.CLOSED and cycle.computed_at is not None,
    }
    if getattr(request, "htmx", False) and request.GET.get("part") == "job":
        return render(request, "needs/_computing.html", context)
    return render(request, "needs/results.html", context)


def _told(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the engine found, in the reader's language, with the person or post that is meant."""
    language = "en" if get_language() == "en" else "id"
    people = Person.objects.in_bulk([each["person"] for each in found if each["person"]])
    posts = Position.objects.in_bulk([each["post"] for each in found if each["post"]])
    return [
        {
            "severity": each["severity"],
            "what": each[language][0],
            "remedy": each[language][1],
            "value": each["value"],
            "person": people.get(each["person"]),
            "post": posts.get(each["post"]),
        }
        for each in found
    ]


@require_POST
def compute(request: HttpRequest, number: int) -> HttpResponse:
    cycle = get_visible(request, Cycle, "agency", pk=number)
    try:
        begin_compute(actor=signed_in(request), cycle=cycle)
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
    return redirect("needs:results", number=cycle.pk)


# ---- offices by competencies


def show_heat(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = find_cycle(request, number)
    unit = _unit_asked(request, user, cycle)
    measure = heatmap.DEPTH if request.GET.get("measure") == heatmap.DEPTH else heatmap.SHARE
    heat = heatmap.heat_of(user, cycle, unit, measure)
    other = heatmap.SHARE if measure == heatmap.DEPTH else heatmap.DEPTH
    context = {
        "cycle": cycle,
        "unit": unit,
        "trail": [(each, _heat_address(cycle, each, measure)) for each in heatmap.crumbs_to(user, unit)],
        "heat": heat,
        "rows": mark_safe("".join(_draw_line(cycle, heat, line, measure) for line in heat.lines)),
        "measure": measure,
        "other_url": _heat_address(cycle, unit, other),
        "few": FEW,
        "least": LEAST_PEOPLE,
    }
    return render(request, "needs/heat.html", context)


def _unit_asked(request: HttpRequest, user: User, cycle: Cycle) -> Unit:
    """The unit in the address, which must be the viewer's to look into; else the highest that is."""
    text = request.GET.get("unit", "")
    if text:
        if not text.isascii() or not text.isdigit():
            raise Http404
        unit = get_visible(request, Unit, pk=int(text))
        if not unit.path.startswith(cycle.agency.path):
            raise Http404
        SEE_RESULTS.require(user, unit)
        return unit
    paths = [path for path in SEE_RESULTS.paths(user) if path.startswith(cycle.agency.path)]
    return Unit.objects.get(path=paths[0])


def _opens(user: User, path: str) -> bool:
    return any(path.startswith(mine) for mine in SEE_RESULTS.paths(user))


def _heat_address(cycle: Cycle, unit: Unit, measure: str) -> str:
    more = f"&measure={measure}" if measure != heatmap.SHARE else ""
    return f"{reverse('needs:heat', args=[cycle.pk])}?unit={unit.pk}{more}"


def _draw_line(cycle: Cycle, heat: heatmap.Heat, line: heatmap.Line, measure: str) -> str:
    """A row of the heat map as one text: a template that loops over cells takes ten times as long."""
    name: str = escape(line.unit.name)
    if line.opens:
        name = f'<a href="{escape(_heat_address(cycle, line.unit, measure))}">{name}</a>'
    elif line.own:
        name = escape(_("%(name)s itself") % {"name": line.unit.name})
    # The address of the first competency, with its number to be put in the place of the last one.
    people = reverse("needs:cell", args=[cycle.pk, line.unit.pk, 0]).removesuffix("0/")
    own = "?own=1" if line.own else ""
    parts = [
        f'<tr><th scope="row">{name}</th>'
        f'<td class="absent">{number(line.assessed)} / {number(line.people)}</td>'
    ]
    for competency, cell in zip(heat.competencies, line.cells, strict=True):
        field = field_of(cell, measure)
        text = field.text
        if heat.is_open and cell is not None and cell.with_gap:
            text = f'<a class="in-cell" href="{people}{competency.pk}/{own}">{text}</a>'
        title = f' title="{field.words}"' if field.words else ""
        parts.append(f'<td class="{field.shade}"{title}>{text}</td>')
    return "".join([*parts, "</tr>\n"])


def field_of(cell: heatmap.Cell | None, measure: str) -> Field:
    """What stands in one cell; what is not known, not demanded or not to be told is told apart."""
    if cell is None:
        return Field(ABSENT)
    if not cell.assessed:
        return Field("?")
    if cell.hidden:
        return Field(escape(FEW))
    value = cell.share if measure == heatmap.SHARE else cell.depth
    whole = 1.0 if measure == heatmap.SHARE else MOST_DEPTH
    text = share(value, 0) if measure == heatmap.SHARE else number(value, 2)
    return Field(text, shade_of(value, whole), words=f"{cell.with_gap} / {cell.assessed}")


def shade_of(value: float | None, whole: float) -> str:
    """One of five shades, as the charts of the portal have them."""
    if value is None:
        return "absent"
    return f"shade-{1 + min(SHADES - 1, max(0, int(value / whole * SHADES)))}"


def list_behind(request: HttpRequest, number: int, unit: int, competency: int) -> HttpResponseBase:
    """The people a cell counts; looking at them is recorded."""
    user = signed_in(request)
    cycle = find_cycle(request, number)
    office = get_visible(request, Unit, pk=unit)
    named = get_visible(request, Competency, pk=competency, agency=cycle.agency_id)
    if not office.path.startswith(cycle.agency.path):
        raise Http404
    SEE_PROFILES.require(user, office)
    own = request.GET.get("own") == "1"
    with transaction.atomic():
        detail = {"cycle": cycle.pk, "competency": named.pk}
        audit.record(user, "needs.people_seen", office, unit=office, detail=detail)
    rows = heatmap.people_behind(cycle, office, named)
    if own:
        rows = rows.filter(unit=office)
    back = _heat_address(cycle, office, heatmap.SHARE)
    context = {"cycle": cycle, "unit": office, "competency": named, "own": own, "back": back}
    return PEOPLE_BEHIND.respond(request, rows, template="needs/behind.html", context=context, keep=["own"])


# ---- the nine boxes for development


def show_boxes(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = find_cycle(request, number)
    found = boxes.boxes(user, cycle, bridge.fit_bands(boxes.day_of(cycle)))
    context = {
        "cycle": cycle,
        "boxes": found,
        **draw_boxes(user, cycle, found),
        "few": FEW,
    }
    return render(request, "needs/boxes.html", context)


def draw_boxes(user: User, cycle: Cycle, found: boxes.Boxes) -> dict[str, Any]:
    """``grid``: rows of three cells from high fit to low; ``meanings``: every box and what it means."""
    is_open = heatmap.sees_people_of(user, SEE_RESULTS.paths(user))
    order = list(BOXES)
    hidden = (
        set() if is_open else {order[place] for place in hidden_among([found.counts[box] for box in order])}
    )
    most = max(found.counts.values(), default=0) or 1
    people = reverse("needs:box_people", args=[cycle.pk])
    fields = {}
    for box in order:
        count = found.counts[box]
        text = FEW if box in hidden else number(count)
        shade = "absent" if box in hidden else shade_of(count, most)
        url = f"{people}?box={box[0]}{box[1]}" if is_open and count else ""
        fields[box] = Field(text, shade, url, str(BOXES[box][0]))
    steps_up = {2: _("high"), 1: _("middle"), 0: _("low")}
    return {
        "grid": [(words, [fields[across, up] for across in range(3)]) for up, words in steps_up.items()],
        "meanings": [(BOXES[box][0], BOXES[box][1], fields[box]) for box in order],
        "people_url": people if is_open else "",
    }


def list_box_people(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    cycle = find_cycle(request, number)
    SEE_PROFILES.require(user)
    with transaction.atomic():
        audit.record(user, "needs.people_seen", cycle, unit=cycle.agency, detail={"list": "boxes"})
    rungs = [(group.key, group.name or _("no kind of post")) for group in akpk.by_rung(user, cycle)]
    table = draw_people_in_boxes(cycle, rungs)
    rows = boxes.people_in_boxes(user, cycle, bridge.fit_bands(boxes.day_of(cycle)))
    return table.respond(request, rows, template="needs/box_people.html", context={"cycle": cycle})


# ---- the summary of the analysis


def show_summary(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    cycle = find_cycle(request, number)
    found = boxes.boxes(user, cycle, bridge.fit_bands(boxes.day_of(cycle)))
    heat = reverse("needs:heat", args=[cycle.pk])
    units = {unit.path: unit.pk for unit in Unit.objects.filter(path__startswith=cycle.agency.path)}
    top = _unit_asked(request, user, cycle)
    is_open = heatmap.sees_people_of(user, SEE_RESULTS.paths(user))
    totals = [
        (
            total,
            reverse("needs:cell", args=[cycle.pk, top.pk, total.competency.pk])
            if is_open
            else f"{heat}?unit={top.pk}",
        )
        for total in heatmap.totals(user, cycle)
    ]
    people = reverse("needs:box_people", args=[cycle.pk])
    context = {
        "cycle": cycle,
        "sees_cycle": SEE_COVERAGE.held_by(user),
        "result": cycle.summary.get("result", {}),
        "stated_on": boxes.day_of(cycle),
        "anchor": [ROLES.get(role, role) for role in _anchor(cycle)],
        "responses": [(ROLES[each.role], each) for each in akpk.responses(user, cycle)],
        "totals": totals,
        # Whoever leads a part of an office reads of that part under the office's name, and opens no other.
        "offices": [
            (each, f"{heat}?unit={units[each.key]}" if _opens(user, each.key) else "")
            for each in akpk.by_office(user, cycle)
        ],
        "rungs": [
            (each, f"{people}?{urlencode({'rung': each.key})}" if is_open else "")
            for each in akpk.by_rung(user, cycle)
        ],
        "boxes": found,
        **draw_boxes(user, cycle, found),
        "few": FEW,
        "least": LEAST_PEOPLE,
        "in_confidence": not {*CONFIDENTIAL}.isdisjoint(cycle.roles),
        "least_raters": LEAST_RATERS,
    }
    return render(request, "needs/summary.html", context)


def _anchor(cycle: Cycle) -> list[str]:
    trust = cycle.summary.get("result", {}).get("reliability") or {}
    return list(trust.get("anchor", []))
