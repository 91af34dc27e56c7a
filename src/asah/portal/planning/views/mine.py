"""Pengembangan saya: what somebody lacks, what they get and why, their JP, and their word on it."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, note_refused, signed_in
from asah.portal.people.models import Person
from asah.portal.planning import bridge
from asah.portal.planning.actions.respond import respond
from asah.portal.planning.forms.approval import AcceptForm, ResponseForm
from asah.portal.planning.models import Plan, PlanOutcome
from asah.portal.planning.queries import mine
from asah.portal.planning.queries.responses import response_of
from asah.portal.planning.views.lists import OUTCOME_TONES, say_reason
from asah.portal.ui.formats import number
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.once import submit_once


def show_mine(request: HttpRequest) -> HttpResponse:
    return _show(request, None, 0)


def send_response(request: HttpRequest, number: int) -> HttpResponse:
    """What somebody says of their part of a plan; with mistakes the page comes back with them."""
    user = signed_in(request)
    try:
        outcome = get_visible(request, PlanOutcome, "plan__scenario__agency", plan=number, person__user=user)
    except Http404:
        # A plan in which the reader is not: of another agency, perhaps.
        note_refused(request, Plan, pk=number)
        raise
    plan = outcome.plan
    said = response_of(plan, outcome.person)
    has_lines = plan.lines.filter(person=outcome.person_id).exists()
    form = (
        AcceptForm(request.POST or None)
        if said is not None and said.takes_acceptance
        else ResponseForm(request.POST or None, has_lines=has_lines)
    )
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            respond(
                actor=user,
                plan=plan,
                state=form.cleaned_data["state"],
                reason=form.cleaned_data.get("reason", ""),
            )
            messages.success(request, _("Your answer was kept. You can change it while the plan is shown."))
            return reverse("planning:mine")

        try:
            return submit_once(request, form, act)
        except ValidationError as error:
            told = error.error_dict if hasattr(error, "error_dict") else {None: error}
            for name, each in told.items():
                form.add_error(name, each)
    return _show(request, form, plan.pk)


def _show(request: HttpRequest, form: OnceForm | None, of_plan: int) -> HttpResponse:
    user = signed_in(request)
    person = mine.person_of(user)
    if person is None:
        return render(request, "planning/mine.html", {"person": None})
    own = mine.plans_of(user, person)
    cycle = mine.latest_cycle(person)
    plans = [
        {
            "own": each,
            "tone": OUTCOME_TONES[each.outcome.state],
            "reason": say_reason(each.outcome.reason),
            "right": _say_right(person, each.plan.scenario.year, each.jp + each.jp_before),
            "form": (form if form is not None and each.plan.pk == of_plan else _form_for(each)),
        }
        for each in own
    ]
    context = {
        "person": person,
        "cycle": cycle,
        "needs": mine.needs_of(user, person, cycle, own) if cycle else [],
        "plans": plans,
    }
    return render(request, "planning/mine.html", context)


def _form_for(own: mine.OwnPlan) -> OnceForm | None:
    if own.may_accept_answer:
        return AcceptForm()
    if not own.takes_responses:
        return None
    said = own.response
    initial = {"state": said.state, "reason": said.reason} if said else {}
    return ResponseForm(has_lines=bool(own.lines), initial=initial)


def _say_right(person: Person, year: int, jp: Decimal) -> dict[str, object]:
    """What the law gives this kind of employment, in words: a right, a ceiling that is no target, or no
    rule."""
    employment = person.current.kind if person.current else ""
    right = bridge.right_of(employment, year)
    if right.kind == "minimum" and right.jp is not None:
        short = right.jp - jp
        words = (
            _("You have a right to at least %(limit)s JP a year; the plan is %(short)s JP short of it.")
            % {"limit": number(right.jp), "short": number(short)}
            if short > 0
            else _("You have a right to at least %(limit)s JP a year; the plan reaches it.")
            % {"limit": number(right.jp)}
        )
        return {"words": words, "right": right, "is_short": short > 0}
    if right.kind == "ceiling" and right.jp is not None:
        over = jp > right.jp
        words = (
            _("At most %(limit)s JP a year are allowed in your employment; the plan goes beyond it.")
            if over
            else _(
                "At most %(limit)s JP a year are allowed in your employment. That is a ceiling, not a target."
            )
        ) % {"limit": number(right.jp)}
        return {"words": words, "right": right, "is_short": over}
    words = (
        _("No rule on JP a year is known for your employment.")
        if right.kind == "unknown"
        else _("The law sets no JP a year for your employment.")
    )
    return {"words": words, "right": right, "is_short": False}
