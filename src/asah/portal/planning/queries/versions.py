"""Plans of one year after one another: the one in force, the one under way, and which revision each is."""

from __future__ import annotations

from asah.portal.base.models import Unit
from asah.portal.planning.enums import PlanState
from asah.portal.planning.models import Plan

# Plans of a year that are on their way; there is one at most.
UNDER_WAY = (PlanState.SHOWN, PlanState.SUBMITTED)


def revision_number(plan: Plan) -> int:
    """0 for the first plan of a year, 1 for its first revision."""
    number, at = 0, plan.revises
    while at is not None:
        number, at = number + 1, at.revises
    return number


def plan_in_force(agency: Unit, year: int) -> Plan | None:
    found = Plan.objects.filter(scenario__agency=agency, scenario__year=year, state=PlanState.STIPULATED)
    return found.select_related("scenario").defer("summary").first()


def plan_under_way(agency: Unit, year: int) -> Plan | None:
    """The one that is shown or submitted."""
    found = Plan.objects.filter(scenario__agency=agency, scenario__year=year, state__in=UNDER_WAY)
    return found.select_related("scenario").defer("summary").first()
