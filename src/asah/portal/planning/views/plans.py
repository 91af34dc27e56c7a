"""The plan and its pages: overview, gap closed, calendar, money, map."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import get_visible, signed_in, visible_to
from asah.portal.base.models import Unit, User
from asah.portal.planning.access import EDIT_PLANS, SEE_PLANS, sees_all_of
from asah.portal.planning.models import Plan
from asah.portal.planning.queries import closure, figures, money, people, proof, schedule
from asah.portal.planning.views import drawings
from asah.portal.planning.views.lists import PLANS, STATE_TONES, say_reason

# The pages of one plan, in the order of their tabs: name of the address and words.
TABS = [
    ("plan", _("Overview")),
    ("gap", _("Gap closed")),
    ("calendar", _("Calendar")),
    ("money", _("Money")),
    ("map", _("Map")),
    ("classes", _("Classes")),
    ("people", _("People")),
    ("approval", _("Approval")),
    ("papers", _("Documents")),
]


def get_plan(request: HttpRequest, number: int) -> Plan:
    """A plan for whoever sees plans; a civil servant sees only the page of their own."""
    SEE_PLANS.require(signed_in(request))
    return get_visible(request, Plan, "scenario__agency", "scenario__cycle", "made_by", pk=number)


def plan_context(plan: Plan, viewer: User, tab: str) -> dict[str, Any]:
    """What every page of a plan needs: heading, tabs, what the viewer may do."""
    return {
        "plan": plan,
        "scenario": plan.scenario,
        "tabs": [(words, reverse(f"planning:{name}", args=[plan.pk]), name == tab) for name, words in TABS],
        "tone": STATE_TONES[plan.state],
        "sees_all": sees_all_of(viewer, plan),
        "may_edit": EDIT_PLANS.held_by(viewer, plan.scenario.agency),
    }


def list_plans(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_PLANS.require(user)
    return PLANS.respond(request, figures.plans_seen_by(user), template="planning/plans.html")


def show_plan(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    language = "id" if (get_language() or "id").startswith("id") else "en"
    summary = plan.summary
    context = {
        **plan_context(plan, user, "plan"),
        "figures": figures.figures_of(plan),
        # Whoever sees some offices only reads of them first; numbers of all lead nowhere for them.
        "own": None if sees_all_of(user, plan) else figures.own_figures(plan, user),
        "proof": proof.prove(plan),
        "rules": proof.against_simple_rules(plan),
        "reasons": [
            (state, say_reason(reason), count, reason)
            for state, reason, count in people.reasons_in(plan, user)
        ],
        "warnings": _warnings(plan, user, language),
        "failures": [
            {**finding, "what": finding[language][0]}
            for finding in summary.get("check", {}).get("failures", [])
        ]
        if sees_all_of(user, plan)
        else [],
        "missed": people.mandates_missed(plan, user),
        "decisions": people.decisions_since(plan),
        "previous": summary.get("previous"),
        "changes": summary.get("changes"),
    }
    return render(request, "planning/plan.html", context)


def _warnings(plan: Plan, user: User, language: str) -> list[dict[str, str]]:
    """What was noticed in the rows, by the names that people know.

    Of a person only for whoever may see them; of rows that are nobody's only for whoever sees all.
    """
    everything = sees_all_of(user, plan)
    found = plan.summary.get("warnings", [])
    names = people.names_in_plan(plan, user, {one["key"] for one in found if one["kind"] == "people"})
    told = []
    for one in found:
        is_person = one["kind"] == "people"
        if names.get(one["key"]) if is_person else everything:
            told.append(
                {
                    "subject": names[one["key"]] if is_person else one["subject"].rsplit(" (", 1)[0],
                    "what": one[language][0],
                    "remedy": one[language][1],
                }
            )
    return told


def show_gap(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    office = _office(request, user, plan)
    offices = closure.closure_by_office(plan, user)
    competencies = closure.closure_by_competency(plan, user, office)
    context = {
        **plan_context(plan, user, "gap"),
        "offices": offices,
        "competencies": competencies,
        "office": office,
        "charts": [drawings.draw_offices(offices), drawings.draw_competencies(competencies)],
    }
    return render(request, "planning/gap.html", context)


def _office(request: HttpRequest, user: User, plan: Plan) -> Unit | None:
    """The office that the address names, of those whose people the reader may see."""
    asked = request.GET.get("office", "")
    if not asked.isdecimal():
        return None
    return (
        visible_to(user, Unit).filter(pk=int(asked[:18]), path__startswith=plan.scenario.agency.path).first()
    )


def show_calendar(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    weeks = schedule.weeks_of(plan)
    context = {
        **plan_context(plan, user, "calendar"),
        "chart": drawings.draw_calendar(weeks, plan.scenario.year),
        "weeks": [week for week in weeks if week.classes],
        "undated": schedule.undated(plan),
        "year": plan.scenario.year,
    }
    return render(request, "planning/calendar.html", context)


def show_money(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    everything = sees_all_of(user, plan)
    context = {
        **plan_context(plan, user, "money"),
        "scopes": money.money_by_scope(plan, user),
        "prices": money.prices_of_limits(plan) if everything else [],
        "sums": figures.sum_of_lines(plan) if everything else None,
        "offices": closure.closure_by_office(plan, user),
    }
    return render(request, "planning/money.html", context)


def show_map(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    places = schedule.places_of(plan, user)
    context = {
        **plan_context(plan, user, "map"),
        "places": places,
        "map": drawings.draw_map(places),
    }
    return render(request, "planning/map.html", context)
