"""Deciding by hand about one person, with what it would do shown before it is sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from asah.portal.base.access import signed_in
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.actions import decisions
from asah.portal.planning.enums import LockState
from asah.portal.planning.forms.plans import DecisionForm
from asah.portal.planning.models import Plan, PlanOutcome
from asah.portal.planning.queries.consequences import Fact, say_consequences, work_out
from asah.portal.planning.views.editing import say_changes, try_change
from asah.portal.planning.views.people import get_outcome
from asah.portal.planning.views.plans import plan_context


def decide(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """A choice in the address shows its consequences (to htmx those alone); POST keeps the decision.

    Without scripts the button "look" shows the consequences.
    """
    user = signed_in(request)
    outcome = get_outcome(request, number, person, "person__current__place", "person__current__position")
    plan = outcome.plan
    EDIT_PLANS.require(user, plan.scenario.agency)
    form = DecisionForm(_sent(request, plan), plan=plan, person=outcome.person, initial=_asked(request))
    facts = _consequences(outcome, form) if form.is_bound else None
    if request.method == "POST" and "look" not in request.POST and form.is_valid():
        into, out_of = form.chosen
        reason = form.cleaned_data["reason"]

        def change(edition: int) -> None:
            if into is not None and out_of is not None:
                decisions.move_person(
                    actor=user,
                    scenario=plan.scenario,
                    edition=edition,
                    person=outcome.person,
                    offering=out_of,
                    to=into,
                    reason=reason,
                )
                return
            offering = into or out_of
            assert offering is not None
            decisions.lock_person(
                actor=user,
                scenario=plan.scenario,
                edition=edition,
                person=outcome.person,
                offering=offering,
                state=LockState.IN if into else LockState.OUT,
                reason=reason,
            )

        if try_change(form, plan.scenario, change):
            messages.success(request, _("Decided. The next plan keeps it; this plan stays as it is."))
            return redirect("planning:person", number=plan.pk, person=outcome.person_id)
    context = {
        **plan_context(plan, user, "people"),
        "outcome": outcome,
        "person": outcome.person,
        "form": form,
        "facts": facts,
        "changes": say_changes(form),
    }
    inside = request.method == "GET" and bool(getattr(request, "htmx", False))
    return render(request, "planning/_consequences.html" if inside else "planning/decide.html", context)


def _sent(request: HttpRequest, plan: Plan) -> QueryDict | None:
    """What was sent, or what an address asks to be shown the consequences of."""
    if request.method == "POST":
        return request.POST
    if "do" not in request.GET:
        return None
    asked = request.GET.copy()
    asked["edition"] = str(plan.scenario.edition)
    return asked


def _asked(request: HttpRequest) -> dict[str, str]:
    """What a link to this page chose beforehand."""
    return {name: request.GET[name] for name in ("out_of", "into") if request.GET.get(name, "").isdecimal()}


def _consequences(outcome: PlanOutcome, form: DecisionForm) -> list[Fact] | None:
    """None where the choice is not complete yet."""
    if not form.is_valid():
        return None
    into, out_of = form.chosen
    return say_consequences(work_out(outcome.plan, outcome.person, into=into, out_of=out_of))
