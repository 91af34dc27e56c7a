"""Making a plan: begin, watch, stop."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import Job
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.actions import plans
from asah.portal.planning.forms.plans import MakePlanForm, ReplanForm
from asah.portal.planning.models import Plan, Scenario
from asah.portal.ui.charts import lines
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
    row = _job(scenario, job)
    plan = row.result.get("plan")
    asked_by_htmx = bool(getattr(request, "htmx", False))
    context = {
        "scenario": scenario,
        "job": row,
        "plan": plan,
        "news": row.news,
        "phase": _phase(str(row.news.get("phase", ""))),
        "chart": _draw_trail(row.news.get("trail", [])),
        "findings": _say_findings(row.news.get("findings", [])),
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
    plans.stop_plan(actor=user, scenario=scenario, job=_job(scenario, job))
    return redirect("planning:run", number=scenario.pk, job=job)


def _job(scenario: Scenario, number: int) -> Job:
    """A job of this scenario: whoever sees the scenario may watch it, whoever began it."""
    found: Job | None = plans.jobs_of(scenario).filter(pk=number).first()
    if found is None:
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


def _say_findings(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows to mend, in the language of the reader, with a link where the row has a page."""
    language = "id" if (get_language() or "id").startswith("id") else "en"
    return [
        {
            **finding,
            "what": finding[language][0],
            "remedy": finding[language][1],
            "url": reverse("people:person", args=[finding["key"]])
            if finding["kind"] == "people" and finding["key"]
            else "",
        }
        for finding in findings
    ]
