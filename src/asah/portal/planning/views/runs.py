"""Making a plan: begin, watch, stop."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, note_refused, signed_in, visible_to
from asah.portal.base.models import Job, User
from asah.portal.catalogue.models import Offering, Programme
from asah.portal.people.models import Person
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.actions import plans
from asah.portal.planning.forms.plans import MakePlanForm, ReplanForm
from asah.portal.planning.models import Plan, Scenario
from asah.portal.planning.queries.consequences import call, say_contradiction
from asah.portal.planning.queries.contradictions import contradictions_in
from asah.portal.ui.charts import lines
from asah.portal.ui.formats import is_indonesian
from asah.portal.ui.formats import number as write

FEWEST_POINTS = 2


@require_POST
def make_plan(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    scenario = get_visible(request, Scenario, "agency", pk=number)
    form = MakePlanForm(request.POST)
    if not form.is_valid():
        return render(request, "planning/make_plan.html", {"scenario": scenario, "form": form}, status=422)
    try:
        job = plans.begin_plan(
            actor=user, scenario=scenario, seconds=form.cleaned_data["seconds"], gap=form.cleaned_data["gap"]
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("planning:scenario", number=scenario.pk)
    return redirect("planning:run", number=scenario.pk, job=job.pk)


def replan(request: HttpRequest, number: int) -> HttpResponse:
    """A new plan that stays close to this one and keeps the decisions by hand made since."""
    user = signed_in(request)
    plan = get_visible(request, Plan, "scenario__agency", pk=number)
    EDIT_PLANS.require(user, plan.scenario.agency)
    form = ReplanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = plans.begin_plan(
                actor=user,
                scenario=plan.scenario,
                seconds=form.cleaned_data["seconds"],
                gap=form.cleaned_data["gap"],
                previous=plan,
                points_per_change=form.cleaned_data["points_per_change"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("planning:run", number=plan.scenario_id, job=job.pk)
    return render(request, "planning/replan.html", {"plan": plan, "form": form})


def show_run(request: HttpRequest, number: int, job: int) -> HttpResponse:
    """How far the making of a plan is; htmx asks each second for the part that changes."""
    user = signed_in(request)
    scenario = get_visible(request, Scenario, "agency", pk=number)
    row = _job(request, scenario, job)
    plan = row.result.get("plan")
    asked_by_htmx = bool(getattr(request, "htmx", False))
    context = {
        "scenario": scenario,
        "job": row,
        "plan": plan,
        "news": row.news,
        "phase": _phase(str(row.news.get("phase", ""))),
        "chart": _draw_trail(row.news.get("trail", [])),
        **_say_findings(row.news.get("findings", []), scenario, user),
        "may_edit": EDIT_PLANS.held_by(user, scenario.agency),
    }
    response = render(request, "planning/_run.html" if asked_by_htmx else "planning/run.html", context)
    if asked_by_htmx and row.is_over and plan:
        response.headers["HX-Redirect"] = reverse("planning:plan", args=[plan])
    return response


@require_POST
def stop_run(request: HttpRequest, number: int, job: int) -> HttpResponse:
    user = signed_in(request)
    scenario = get_visible(request, Scenario, "agency", pk=number)
    plans.stop_plan(actor=user, scenario=scenario, job=_job(request, scenario, job))
    return redirect("planning:run", number=scenario.pk, job=job)


def _job(request: HttpRequest, scenario: Scenario, number: int) -> Job:
    """A job of this scenario: whoever sees the scenario may watch it, whoever began it."""
    found: Job | None = plans.jobs_of(scenario).filter(pk=number).first()
    if found is None:
        note_refused(request, Job, pk=number)
        raise Http404
    return found


def _phase(stage: str) -> str:
    return {
        "reading": _("Reading people, needs, catalogue and limits"),
        "prices": _("Finding what money, seats and time are worth"),
        "keeping": _("Staying close to the earlier plan"),
        "people": _("Giving everybody the best that is left"),
        "classes": _("Opening and closing classes"),
        "bundles": _("Combining what was found"),
        "exchanges": _("Exchanging places"),
        "branches": _("Proving how much can be left"),
        "exact": _("Looking for the best plan of all"),
        "locks": _("Keeping the decisions by hand"),
        "rules": _("Giving everybody the best that is left"),
        "checking": _("Checking the plan with a second program"),
        "storing": _("Keeping the plan"),
        "refused": _("Rows must be mended"),
    }.get(stage, _("Waiting for its turn") if not stage else _("Searching"))


def _draw_trail(trail: list[list[float | None]]) -> SafeString | str:
    """The best plan so far and its bound over time; nothing before there are two points."""
    points = [(at, best, bound) for at, best, bound in trail if at is not None and best is not None]
    if len(points) < FEWEST_POINTS:
        return ""
    return lines(
        _("The best plan so far, and what no plan can exceed"),
        [at for at, _best, _bound in points],
        [
            (_("best plan"), [best for _at, best, _bound in points]),
            (_("upper bound"), [bound for _at, _best, bound in points]),
        ],
        name="trail",
        x_label=_("seconds"),
        y_label=_("points"),
        write=lambda value: write(value, 1),
    )


def _say_findings(findings: list[dict[str, Any]], scenario: Scenario, viewer: User) -> dict[str, Any]:
    """Rows to mend in the words of the reader, with a link where the row has a page.

    Decisions that contradict each other by themselves are told apart, with why; their rows say no more.
    """
    decided = any(each["table"] == "locks" and each["severity"] == "error" for each in findings)
    contradictions = contradictions_in(scenario) if decided else []
    told = {lock.person_id for each in contradictions for lock in each.locks}
    left = [each for each in findings if not (each["table"] == "locks" and each["key"] in told)]
    people = visible_to(viewer, Person).in_bulk(_keys(left, "people"))
    offerings = Offering.objects.select_related("programme").in_bulk(
        _keys(left, "offerings") | {each["offering"] for each in left if each.get("offering")}
    )
    programmes = Programme.objects.in_bulk(_keys(left, "programmes"))
    return {
        "contradictions": [(say_contradiction(each), each.locks) for each in contradictions],
        "findings": [_say_finding(each, people, offerings, programmes) for each in left],
    }


def _keys(findings: list[dict[str, Any]], kind: str) -> set[int]:
    return {each["key"] for each in findings if each["kind"] == kind and each["key"]}


def _say_finding(
    finding: dict[str, Any],
    people: dict[int, Person],
    offerings: dict[int, Offering],
    programmes: dict[int, Programme],
) -> dict[str, Any]:
    """By name; number and code of the row stand beside it."""
    what, remedy = finding["id" if is_indonesian() else "en"]
    kind, key, code, url = finding["kind"], finding["key"], finding["subject"], ""
    name = say_table(finding["table"])
    if kind == "people" and key in people:
        name, url = people[key].full_name, reverse("people:person", args=[key])
        what = what.replace(people[key].nip, name)
    elif kind == "offerings" and key in offerings:
        name, url = call(offerings[key]), reverse("catalogue:offering", args=[key])
    elif kind == "programmes" and key in programmes:
        name, url = programmes[key].name, reverse("catalogue:programme", args=[key])
    offering = offerings.get(finding.get("offering") or 0)
    value = call(offering) if offering is not None else finding["value"]
    return {**finding, "name": name, "code": code, "url": url, "what": what, "remedy": remedy, "value": value}


def say_table(table: str) -> str:
    """Where a row stands, as pages call it; the tables' own names are the engine's."""
    return {
        "people": _("People"),
        "needs": _("Needs"),
        "locks": _("Decisions by hand"),
        "mandates": _("Mandates"),
        "programmes": _("Programmes"),
        "programme_effects": _("Programmes"),
        "offerings": _("Offerings"),
        "resources": _("Resources"),
        "units": _("Units"),
        "budgets": _("Money"),
        "policy.toml": _("Rules of the year"),
    }.get(table, table)
