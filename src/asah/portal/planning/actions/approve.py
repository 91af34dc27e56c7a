"""Showing a plan, the word of each office, sending back, and the decree."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import jobs
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.planning.access import AGREE_FOR_OFFICE, EDIT_PLANS, STIPULATE_PLANS, SUBMIT_PLANS
from asah.portal.planning.actions import steps
from asah.portal.planning.actions.papers import WRITE_PAPERS
from asah.portal.planning.actions.submit import Signed, content_now
from asah.portal.planning.enums import Decision, PlanState, ReviewStage
from asah.portal.planning.models import Plan, Review
from asah.portal.planning.queries.approval import (
    digest_of,
    key_figures,
    last_review,
    offices_of,
)
from asah.portal.planning.queries.figures import sum_of_lines
from asah.portal.planning.queries.versions import plan_in_force, plan_under_way


@transaction.atomic
def show_plan(*, actor: User, plan: Plan, edition: int, note: str = "") -> Review:
    """Opens a draft to heads of offices and to everybody in it. One plan of a year is shown at a time.

    Where a plan of the year is in force, this one becomes its revision.
    """
    agency = plan.scenario.agency
    EDIT_PLANS.require(actor, agency)
    plan = _locked(plan)
    steps.require_state(plan, edition, PlanState.DRAFT)
    if not plan.summary.get("check", {}).get("ok"):
        raise ValidationError(
            _("The independent check found faults in this plan. Make it again, and show the new one.")
        )
    other = plan_under_way(agency, plan.scenario.year)
    if other is not None:
        raise ValidationError(
            _("%(plan)s of this year is under way already. Withdraw it first, or wait for the decree.")
            % {
                "plan": _("Plan %(number)s of “%(scenario)s”")
                % {"number": other.number, "scenario": other.scenario.name}
            }
        )
    offices = offices_of(plan)
    if not offices:
        raise ValidationError(
            _("Nobody is in this plan: there is nothing to show. Look at its limits of money.")
        )
    if sum_of_lines(plan)["total"] != plan.spent:
        raise ValidationError(_("The rows of this plan do not add up to what it spends. Make it again."))
    in_force = plan_in_force(agency, plan.scenario.year)
    steps.take_step(plan, edition, PlanState.SHOWN, revises=in_force)
    review = steps.write_review(
        actor, plan, ReviewStage.PLANNER, Decision.AGREED, note=note, frozen=key_figures(plan)
    )
    steps.tell_roles(plan, steps.PLAN_SHOWN, Role.HEAD, units=[each.office for each in offices])
    steps.tell_people(plan, steps.OWN_LINES)
    return review


@transaction.atomic
def withdraw_plan(*, actor: User, plan: Plan, edition: int, note: str) -> Review:
    """A shown plan is a draft again, so that another one can be shown. What was said of it stays with it."""
    EDIT_PLANS.require(actor, plan.scenario.agency)
    plan = _locked(plan)
    steps.require_state(plan, edition, PlanState.SHOWN)
    _require_reason(note)
    steps.take_step(plan, edition, PlanState.DRAFT, revises=None)
    return steps.write_review(
        actor, plan, ReviewStage.PLANNER, Decision.RETURNED, note=note, frozen=key_figures(plan)
    )


@transaction.atomic
def review_office(
    *, actor: User, plan: Plan, office: Unit, before: int | None, decision: Decision | str, note: str = ""
) -> Review:
    """The word of a head on the people of the office. ``before``: the last word (its key) that the head
    has seen.

    Raises PlanMoved where somebody gave another word for the office meanwhile.
    """
    AGREE_FOR_OFFICE.require(actor, office)
    plan = _locked(plan)
    steps.require_state(plan, plan.edition, PlanState.SHOWN)
    steps.require_other_hands(actor, plan, ReviewStage.HEAD)
    says = next((each for each in offices_of(plan) if each.office.pk == office.pk), None)
    if says is None:
        raise ValidationError(_("Nobody of this office is in the plan: there is nothing to agree to."))
    if (says.review.pk if says.review else None) != before:
        raise steps.PlanMoved(plan, plan.edition - 1)
    decision = Decision(decision)
    if decision == Decision.RETURNED:
        _require_reason(note)
    steps.take_step(plan, plan.edition, PlanState.SHOWN)
    review = steps.write_review(
        actor, plan, ReviewStage.HEAD, decision, note=note, frozen=says.figures, office=office
    )
    if decision == Decision.RETURNED:
        steps.tell_roles(plan, steps.RETURNED, Role.PLANNER, who=office.name, note=note)
    return review


@transaction.atomic
def return_plan(*, actor: User, plan: Plan, edition: int, note: str) -> Review:
    """Sends a plan one step back: the PyB a shown one to the planner, the PPK a submitted one to the PyB."""
    agency = plan.scenario.agency
    plan = _locked(plan)
    steps.require_state(plan, edition, PlanState.SHOWN, PlanState.SUBMITTED)
    _require_reason(note)
    if plan.state == PlanState.SHOWN:
        SUBMIT_PLANS.require(actor, agency)
        stage, back, roles = ReviewStage.PYB, PlanState.DRAFT, [Role.PLANNER]
        steps.take_step(plan, edition, back, revises=None)
    else:
        STIPULATE_PLANS.require(actor, agency)
        stage, back, roles = ReviewStage.PPK, PlanState.SHOWN, [Role.PLANNER, Role.PYB]
        steps.take_step(plan, edition, back)
    review = steps.write_review(actor, plan, stage, Decision.RETURNED, note=note, frozen=key_figures(plan))
    steps.tell_roles(plan, steps.RETURNED, *roles, who=actor.name, note=note)
    return review


@transaction.atomic
def stipulate_plan(
    *,
    actor: User,
    plan: Plan,
    edition: int,
    decree_number: str,
    decree_on: dt.date,
    signed: Signed,
    note: str = "",
) -> Review:
    """The decree: from now on nothing of the plan changes. A revision takes the place of the plan before.

    Neither who made the plan nor who submitted it stipulates it. Raises ValidationError where what would be
    stipulated is not what was submitted.
    """
    agency = plan.scenario.agency
    STIPULATE_PLANS.require(actor, agency)
    plan = _locked(plan)
    steps.require_state(plan, edition, PlanState.SUBMITTED)
    submission = last_review(plan, ReviewStage.PYB)
    assert submission is not None
    steps.require_other_hands(actor, plan, ReviewStage.PPK)
    _check_decree(plan, decree_number, decree_on)
    if submission.plan_sha256 != digest_of(plan):
        raise ValidationError(
            _(
                "The rows of the plan are not those that were submitted. Send it back, and tell the"
                " administrator."
            )
        )
    content_now(plan)
    in_force = plan_in_force(agency, plan.scenario.year)
    if (in_force.pk if in_force else None) != plan.revises_id:
        raise ValidationError(
            _(
                "Another plan of this year came into force meanwhile. Send this one back, so that it is"
                " shown again."
            )
        )
    steps.take_step(
        plan, edition, PlanState.STIPULATED, decree_number=decree_number.strip(), decree_on=decree_on
    )
    if in_force is not None:
        steps.take_step(in_force, in_force.edition, PlanState.REPLACED)
    review = steps.write_review(
        actor,
        plan,
        ReviewStage.PPK,
        Decision.AGREED,
        note=note,
        frozen={
            **key_figures(plan),
            "content_sha256": submission.frozen["content_sha256"],
            "decree": [plan.decree_number, decree_on.isoformat()],
            "signed": signed.as_json(),
            "replaces": in_force.pk if in_force else None,
        },
    )
    offices = [each.office for each in offices_of(plan)]
    steps.tell_roles(
        plan,
        steps.STIPULATED,
        *(Role.PLANNER, Role.PYB, Role.HEAD),
        units=offices,
        decree=plan.decree_number,
    )
    steps.tell_people(plan, steps.STIPULATED, decree=plan.decree_number)
    jobs.enqueue(WRITE_PAPERS, user=actor, unit=agency, plan=plan.pk, paper=None, language="id")
    return review


def _check_decree(plan: Plan, number: str, day: dt.date) -> None:
    if not number.strip():
        raise ValidationError({"decree_number": _("Give the number of the decree.")})
    if day > timezone.localdate():
        raise ValidationError(
            {"decree_on": _("This day lies ahead. Stipulate the plan once the decree is signed.")}
        )
    if day < timezone.localdate(plan.made_at):
        raise ValidationError(
            {"decree_on": _("The plan was made after this day. Give the day on which the decree was signed.")}
        )
    taken = Plan.objects.filter(scenario__agency=plan.scenario.agency_id, decree_number=number.strip())
    if taken.exists():
        raise ValidationError(
            {"decree_number": _("Another plan has this number of a decree. Look at it again.")}
        )


def _require_reason(note: str) -> None:
    if not note.strip():
        raise ValidationError(
            {"note": _("Give the reason: whoever works on the plan must know what to change.")}
        )


def _locked(plan: Plan) -> Plan:
    """The plan as it is now. Plans of an agency take their steps one after another."""
    Unit.objects.select_for_update().get(pk=plan.scenario.agency_id)
    rows = Plan.objects.select_for_update(of=("self",))
    return rows.select_related("scenario__agency", "scenario__cycle", "revises").get(pk=plan.pk)
