"""What people say of their own part of a plan, and the answer they get."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.base.outbox import tell
from asah.portal.people.models import Person
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.actions import steps
from asah.portal.planning.enums import PlanState, ResponseState
from asah.portal.planning.models import LineResponse, Plan, PlanLine, PlanOutcome


@transaction.atomic
def respond(*, actor: User, plan: Plan, state: ResponseState | str, reason: str = "") -> LineResponse:
    """Says it for oneself, as long as the plan is shown; saying it again replaces what was said and not
    answered.

    Somebody without lines may ask for a change too. An answered request stays with its answer; whom the
    answer satisfies may still accept.
    """
    person = Person.objects.filter(user=actor, agency=plan.scenario.agency_id).first()
    if person is None or not PlanOutcome.objects.filter(plan=plan, person=person).exists():
        raise PermissionDenied
    plan = Plan.objects.select_for_update(of=("self",)).select_related("scenario__agency").get(pk=plan.pk)
    if plan.state != PlanState.SHOWN:
        raise ValidationError(_("The plan takes no responses now: they are given while it is shown."))
    state, reason = ResponseState(state), reason.strip()
    if state == ResponseState.CHANGE_ASKED and not reason:
        raise ValidationError({"reason": _("Say what should change and why: the planner answers you.")})
    if state == ResponseState.ACCEPTED and not PlanLine.objects.filter(plan=plan, person=person).exists():
        raise ValidationError(_("The plan has nothing for you to accept. You may ask for a change."))
    earlier = LineResponse.objects.filter(plan=plan, person=person).first()
    answered = earlier is not None and earlier.answered_at is not None
    if answered and state == ResponseState.CHANGE_ASKED:
        raise ValidationError(
            _(
                "Your request was answered and stays written. Speak with the planner if the answer does not"
                " help you."
            )
        )
    if earlier is not None and answered:
        reason = earlier.reason
    elif state == ResponseState.ACCEPTED:
        reason = ""
    response, _new = LineResponse.objects.update_or_create(
        plan=plan,
        person=person,
        defaults={
            "state": state,
            "reason": reason,
            "said_at": timezone.now(),
        },
    )
    detail = {"plan": plan.pk, "state": state.value}
    audit.record(actor, "response.given", response, unit=plan.scenario.agency, detail=detail)
    if state == ResponseState.CHANGE_ASKED:
        steps.tell_roles(plan, steps.CHANGE_ASKED, Role.PLANNER, person=person.full_name)
    return response


@transaction.atomic
def answer_response(*, actor: User, response: LineResponse, said_at: dt.datetime, answer: str) -> None:
    """The planner's answer to a request. ``said_at``: of the request as the planner read it.

    Raises ValidationError where the person said something else meanwhile, or somebody answered before.
    """
    plan = response.plan
    EDIT_PLANS.require(actor, plan.scenario.agency)
    state = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk).state
    if state != PlanState.SHOWN:
        raise ValidationError(_("Requests are answered while the plan is shown."))
    if not answer.strip():
        raise ValidationError({"answer": _("Write the answer: what changes, or why it stays.")})
    took = LineResponse.objects.filter(
        pk=response.pk, state=ResponseState.CHANGE_ASKED, said_at=said_at, answered_at=None
    ).update(answer=answer.strip(), answered_by=actor, answered_at=timezone.now())
    if not took:
        raise ValidationError(
            _(
                "This request was answered or changed meanwhile; nothing of yours was written. Look at it"
                " again."
            )
        )
    audit.record(actor, "response.answered", response, unit=plan.scenario.agency, detail={"plan": plan.pk})
    if response.person.user is not None:
        tell([response.person.user], steps.ANSWERED, link=reverse("planning:mine"), year=plan.scenario.year)
