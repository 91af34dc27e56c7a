"""The way to the decree: where a plan stands, the steps, the word of offices, what people said, what is
missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base.access import Capability, Refused, get_visible, signed_in
from asah.portal.base.models import User
from asah.portal.planning import bridge
from asah.portal.planning.access import (
    AGREE_FOR_OFFICE,
    EDIT_PLANS,
    STIPULATE_PLANS,
    SUBMIT_PLANS,
    sees_all_of,
)
from asah.portal.planning.actions import approve, respond, revise, submit
from asah.portal.planning.actions.steps import PlanMoved
from asah.portal.planning.enums import PlanState, ResponseState, ReviewStage
from asah.portal.planning.forms import approval as forms
from asah.portal.planning.models import LineResponse, Plan
from asah.portal.planning.queries import approval, responses, versions
from asah.portal.planning.queries.contents import missing_contents
from asah.portal.planning.views.lists_approval import MISSING, RESPONSES
from asah.portal.planning.views.plans import get_plan, plan_context
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.once import submit_once
from asah.portal.ui.tables.columns import Words


@dataclass(frozen=True)
class Step:
    """A step as pages offer it: who takes it from which state, and its words."""

    name: str
    capability: Capability
    state: PlanState
    title: Words
    about: Words
    button: Words
    done: Words
    form: type[forms.StepForm]
    is_back: bool = False
    stage: ReviewStage | None = None

    def hindrance_of(self, user: User, plan: Plan) -> str:
        """Why somebody of the role may not take it with this plan; sending back is open to all of them."""
        return "" if self.stage is None else approval.hindrance_of(user, plan, self.stage)


STEPS = [
    Step(
        "show",
        EDIT_PLANS,
        PlanState.DRAFT,
        gettext_lazy("Show the plan"),
        gettext_lazy(
            "Heads of offices and everybody in the plan are told. People accept their part or ask for a"
            " change."
        ),
        gettext_lazy("Show it"),
        gettext_lazy("The plan is shown. Heads and people were told."),
        forms.StepForm,
    ),
    Step(
        "submit",
        SUBMIT_PLANS,
        PlanState.SHOWN,
        gettext_lazy("Submit the plan"),
        gettext_lazy(
            "The plan goes to the PPK as it is now: its contents are kept, and documents are made from that"
            " copy."
        ),
        gettext_lazy("Submit it"),
        gettext_lazy("The plan is submitted."),
        forms.SubmitForm,
        stage=ReviewStage.PYB,
    ),
    Step(
        "stipulate",
        STIPULATE_PLANS,
        PlanState.SUBMITTED,
        gettext_lazy("Stipulate the plan"),
        gettext_lazy(
            "From now on nothing of this plan changes. A later change is a revision with a decree of its own."
        ),
        gettext_lazy("Stipulate it"),
        gettext_lazy("The plan is stipulated. Its documents are being written."),
        forms.StipulateForm,
        stage=ReviewStage.PPK,
    ),
    Step(
        "withdraw",
        EDIT_PLANS,
        PlanState.SHOWN,
        gettext_lazy("Withdraw the plan"),
        gettext_lazy(
            "It becomes a draft again, so that another plan can be shown. What was said of it stays with it."
        ),
        gettext_lazy("Withdraw it"),
        gettext_lazy("The plan is a draft again."),
        forms.ReasonForm,
        is_back=True,
    ),
    Step(
        "return",
        SUBMIT_PLANS,
        PlanState.SHOWN,
        gettext_lazy("Send the plan back"),
        gettext_lazy("It goes back one step, with your reason."),
        gettext_lazy("Send it back"),
        gettext_lazy("The plan was sent back."),
        forms.ReasonForm,
        is_back=True,
    ),
    Step(
        "return",
        STIPULATE_PLANS,
        PlanState.SUBMITTED,
        gettext_lazy("Send the plan back"),
        gettext_lazy("It goes back one step, with your reason."),
        gettext_lazy("Send it back"),
        gettext_lazy("The plan was sent back."),
        forms.ReasonForm,
        is_back=True,
    ),
]


def show_approval(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    standing = approval.standing_of(plan)
    open_to, hindrances = _open_to(user, plan)
    may_speak = plan.state == PlanState.SHOWN and not approval.hindrance_of(user, plan, ReviewStage.HEAD)
    in_force = versions.plan_in_force(plan.scenario.agency, plan.scenario.year)
    before = plan.revises or (in_force if in_force and in_force.pk != plan.pk else None)
    context = {
        **plan_context(plan, user, "approval"),
        "standing": standing,
        "offices": [
            (says, may_speak and AGREE_FOR_OFFICE.held_by(user, says.office))
            for says in approval.offices_for(plan, user, standing.offices)
        ],
        "reviews": approval.reviews_of(plan, user),
        "steps": [(step, reverse("planning:step", args=[plan.pk, step.name])) for step in open_to],
        "hindrances": hindrances,
        "revision": versions.revision_number(plan),
        "before": before,
        "may_compare": before is not None and sees_all_of(user, plan),
        "may_revise": plan.state == PlanState.STIPULATED and EDIT_PLANS.held_by(user, plan.scenario.agency),
        "changes": _changes(plan) if sees_all_of(user, plan) else [],
        "submission": submit.last_submission(plan) if plan.state == PlanState.SHOWN else None,
    }
    return render(request, "planning/approval.html", context)


def _changes(plan: Plan) -> list[bridge.Change]:
    """What of the rows that the plan was made from is different now, while that can still be mended."""
    if plan.state not in (PlanState.DRAFT, PlanState.SHOWN):
        return []
    try:
        return bridge.changes_since(plan)
    except bridge.TablesLost:
        return []


def _open_to(user: User, plan: Plan) -> tuple[list[Step], list[str]]:
    """Steps that the user may take now, and why others of their role are not offered to them."""
    held = [
        step
        for step in STEPS
        if step.state == plan.state and step.capability.held_by(user, plan.scenario.agency)
    ]
    told = {step.name: step.hindrance_of(user, plan) for step in held}
    return [step for step in held if not told[step.name]], [words for words in told.values() if words]


def take_step(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """The page of one step, and the step. Whoever comes second is told what happened, with their input
    kept."""
    user = signed_in(request)
    plan = get_plan(request, number)
    named = [step for step in STEPS if step.name == name]
    if not named:
        raise Http404
    step = next((each for each in named if each.state == plan.state), named[0])
    if not any(each.capability.held_by(user, plan.scenario.agency) for each in named):
        raise Refused(step.capability)
    if hindrance := step.hindrance_of(user, plan):
        raise PermissionDenied(hindrance)
    standing = approval.standing_of(plan) if step.name == "submit" else None
    options: dict[str, Any] = {"all_agreed": not standing.not_agreed} if standing is not None else {}
    form = step.form(request.POST or None, plan=plan, viewer=user, **options)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            messages.success(request, _act(user, plan, step, form))
            return reverse("planning:approval", args=[plan.pk])

        try:
            return submit_once(request, form, act)
        except PlanMoved as moved:
            plan.refresh_from_db()
            form.tell_meanwhile(approval.steps_since(plan, moved.edition), plan.edition)
        except ValidationError as error:
            _tell_errors(form, error)
    context = {
        **plan_context(plan, user, "approval"),
        "step": step,
        "form": form,
        "standing": standing,
        "changes": _changes(plan) if step.name in ("show", "submit") and not form.errors else [],
    }
    return render(request, "planning/step.html", context)


def _act(user: User, plan: Plan, step: Step, form: forms.StepForm) -> str:
    """Takes the step; what to say of it."""
    data = form.cleaned_data
    about: dict[str, Any] = {"actor": user, "plan": plan, "edition": data["edition"], "note": data["note"]}
    if isinstance(form, forms.SubmitForm):
        signed, without = form.signed, data.get("without_offices", "")
        if submit.begin_submission(**about, signed=signed, without_offices=without) is not None:
            return _(
                "The plan is being submitted: its contents are read and kept. This page says when it is done."
            )
    elif isinstance(form, forms.StipulateForm):
        approve.stipulate_plan(
            **about, decree_number=data["decree_number"], decree_on=data["decree_on"], signed=form.signed
        )
    else:
        plain: dict[str, Callable[..., Any]] = {
            "show": approve.show_plan,
            "withdraw": approve.withdraw_plan,
            "return": approve.return_plan,
        }
        plain[step.name](**about)
    return str(step.done)


def _tell_errors(form: OnceForm, error: ValidationError) -> None:
    """Errors of an action at their fields, and those of no field above the form."""
    if hasattr(error, "error_dict"):
        for name, told in error.error_dict.items():
            form.add_error(name if name in form.fields else None, told)
    else:
        form.add_error(None, error)


def review_office(request: HttpRequest, number: int, office: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    says = next(
        (
            each
            for each in approval.offices_for(plan, user, approval.offices_of(plan))
            if each.office.pk == office
        ),
        None,
    )
    if says is None:
        raise Http404
    AGREE_FOR_OFFICE.require(user, says.office)
    if hindrance := approval.hindrance_of(user, plan, ReviewStage.HEAD):
        raise PermissionDenied(hindrance)
    before = says.review.pk if says.review else None
    form = forms.OfficeForm(request.POST or None, initial={"before": before})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> str:
            approve.review_office(
                actor=user,
                plan=plan,
                office=says.office,
                before=data["before"],
                decision=data["decision"],
                note=data["note"],
            )
            messages.success(request, _("Your word for the office was kept."))
            return reverse("planning:approval", args=[plan.pk])

        try:
            return submit_once(request, form, act)
        except PlanMoved:
            form.take_latest(before)
        except ValidationError as error:
            _tell_errors(form, error)
    context = {
        **plan_context(plan, user, "approval"),
        "says": says,
        "form": form,
        "people_url": f"{reverse('planning:people', args=[plan.pk])}?unit={says.office.path}",
    }
    return render(request, "planning/review_office.html", context)


def list_responses(request: HttpRequest, number: int) -> HttpResponseBase:
    user = signed_in(request)
    plan = get_plan(request, number)
    context = {**plan_context(plan, user, "approval"), "counts": responses.counts_of(plan)}
    return RESPONSES.respond(
        request, responses.responses_of(plan, user), template="planning/responses.html", context=context
    )


def answer_response(request: HttpRequest, number: int, response: int) -> HttpResponse:
    user = signed_in(request)
    row = get_visible(
        request,
        LineResponse,
        "plan__scenario__agency",
        "person__user",
        "answered_by",
        pk=response,
        plan=number,
    )
    plan = row.plan
    EDIT_PLANS.require(user, plan.scenario.agency)
    form = forms.AnswerForm(request.POST or None, initial={"said_at": row.said_at.isoformat()})
    said_at = parse_datetime(form.data.get("said_at", "")) if form.is_bound else None
    if request.method == "POST" and form.is_valid() and said_at is not None:
        heard = said_at

        def act() -> str:
            respond.answer_response(
                actor=user, response=row, said_at=heard, answer=form.cleaned_data["answer"]
            )
            messages.success(request, _("Answered."))
            return reverse("planning:responses", args=[plan.pk])

        try:
            return submit_once(request, form, act)
        except ValidationError as error:
            row.refresh_from_db()
            _tell_errors(form, error)
    context = {
        **plan_context(plan, user, "approval"),
        "response": row,
        "form": form,
        "may_answer": row.state == ResponseState.CHANGE_ASKED and row.answered_at is None,
    }
    return render(request, "planning/answer.html", context)


def list_contents(request: HttpRequest, number: int) -> HttpResponseBase:
    """Classes that lack some of the seven contents, with the way to mend each."""
    user = signed_in(request)
    plan = get_plan(request, number)
    missing = missing_contents(plan)
    context = {**plan_context(plan, user, "approval"), "missing": missing}
    return MISSING.respond(request, missing, template="planning/contents.html", context=context)


def revise_plan(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    plan = get_plan(request, number)
    EDIT_PLANS.require(user, plan.scenario.agency)
    next_number = versions.revision_number(plan) + 1
    name = _("%(scenario)s, revision %(number)s") % {"scenario": plan.scenario.name, "number": next_number}
    form = forms.RevisionForm(request.POST or None, initial={"name": name[:200]})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            scenario = revise.begin_revision(
                actor=user, plan=plan, name=form.cleaned_data["name"], reason=form.cleaned_data["reason"]
            )
            messages.success(
                request, _("Change what must change, then make a plan and show it: it is the revision.")
            )
            return reverse("planning:scenario", args=[scenario.pk])

        try:
            return submit_once(request, form, act)
        except ValidationError as error:
            _tell_errors(form, error)
    return render(request, "planning/revise.html", {**plan_context(plan, user, "approval"), "form": form})
