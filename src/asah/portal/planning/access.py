"""Who sees and changes which scenarios and plans."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from asah.portal.base.access import capability, visible
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.base.models.unit import below
from asah.portal.planning.enums import PlanState
from asah.portal.planning.models import (
    Limit,
    LineResponse,
    Lock,
    Mandate,
    Plan,
    PlanClass,
    PlanLine,
    PlanOutcome,
    Review,
    Scenario,
)

SEE_PLANS = capability(
    "planning.see",
    Role.PLANNER,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
    Role.OPERATOR,
    Role.ADMINISTRATOR,
)
SEE_DRAFTS = capability(
    "planning.see_drafts", Role.PLANNER, Role.PYB, Role.PPK, Role.INSPECTOR, Role.ADMINISTRATOR
)
EDIT_PLANS = capability("planning.edit", Role.PLANNER)
AGREE_FOR_OFFICE = capability("planning.agree_for_office", Role.HEAD)
SUBMIT_PLANS = capability("planning.submit", Role.PYB)
STIPULATE_PLANS = capability("planning.stipulate", Role.PPK)
# The list by name holds levels and performance of people: for whoever answers for their development.
READ_BY_NAME = capability("planning.read_by_name", Role.PLANNER, Role.HEAD, Role.PYB, Role.PPK)

# A draft is the planner's own paper; from SHOWN on a plan concerns everybody who is in it.
SHOWN_STATES = (PlanState.SHOWN, PlanState.SUBMITTED, PlanState.STIPULATED, PlanState.REPLACED)


@visible(Scenario)
def _scenarios(user: User) -> QuerySet[Scenario]:
    return Scenario.objects.filter(below(SEE_DRAFTS.paths(user), "agency__path"))


@visible(Limit)
def _limits(user: User) -> QuerySet[Limit]:
    return Limit.objects.filter(scenario__in=_scenarios(user))


@visible(Mandate)
def _mandates(user: User) -> QuerySet[Mandate]:
    return Mandate.objects.filter(scenario__in=_scenarios(user))


@visible(Lock)
def _locks(user: User) -> QuerySet[Lock]:
    return Lock.objects.filter(scenario__in=_scenarios(user))


@visible(Plan)
def _plans(user: User) -> QuerySet[Plan]:
    """Every plan of an agency whose drafts one may see; once shown, heads and operators see it too."""
    agencies = {path.split(".", 1)[0] for path in SEE_PLANS.paths(user)}
    shown = Q(scenario__agency__in=agencies, state__in=SHOWN_STATES)
    return Plan.objects.filter(_drafts(user, "scenario") | shown)


@visible(PlanClass)
def _classes(user: User) -> QuerySet[PlanClass]:
    return PlanClass.objects.filter(plan__in=_plans(user))


@visible(PlanLine)
def _lines(user: User) -> QuerySet[PlanLine]:
    """Of a draft whoever may see drafts; of a shown plan those of one's units, and one's own."""
    return PlanLine.objects.filter(_of_people(user))


@visible(PlanOutcome)
def _outcomes(user: User) -> QuerySet[PlanOutcome]:
    return PlanOutcome.objects.filter(_of_people(user))


@visible(LineResponse)
def _responses(user: User) -> QuerySet[LineResponse]:
    """One's own, those of people of one's units, and for whoever may see drafts all."""
    of_units = below(SEE_PLANS.paths(user), "person__current__unit__path")
    own = Q(person__user=user)
    shown = Q(plan__state__in=SHOWN_STATES)
    return LineResponse.objects.filter(_drafts(user, "plan__scenario") | ((of_units | own) & shown))


@visible(Review)
def _reviews(user: User) -> QuerySet[Review]:
    return Review.objects.filter(plan__in=_plans(user))


def _drafts(user: User, scenario: str) -> Q:
    return below(SEE_DRAFTS.paths(user), f"{scenario}__agency__path")


def _of_people(user: User) -> Q:
    of_units = below(SEE_PLANS.paths(user), "unit__path")
    own = Q(person__user=user)
    shown = Q(plan__state__in=SHOWN_STATES)
    return _drafts(user, "plan__scenario") | ((of_units | own) & shown)


def sees_all_of(user: User, plan: Plan) -> bool:
    """Whether ``user`` sees every line of a plan, not only those of some units."""
    return SEE_DRAFTS.held_by(user, plan.scenario.agency)
