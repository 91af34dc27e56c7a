"""After the decree a change is a revision: a changed scenario, a new plan, the same way to a decree of its
own."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.actions.scenarios import copy_scenario
from asah.portal.planning.enums import PlanState
from asah.portal.planning.models import Plan, Scenario


@transaction.atomic
def begin_revision(*, actor: User, plan: Plan, name: str, reason: str) -> Scenario:
    """A copy of the scenario of a stipulated plan, to change what must change and to plan close to the old
    one.

    The plan made from it becomes the revision when it is shown; until its own decree the old plan is in
    force.
    """
    EDIT_PLANS.require(actor, plan.scenario.agency)
    if plan.state != PlanState.STIPULATED:
        raise ValidationError(
            _("Only a plan in force is revised. A plan without decree is made again instead.")
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason of the revision.")})
    scenario = copy_scenario(actor=actor, scenario=plan.scenario, name=name)
    scenario.note = reason.strip()
    scenario.save(update_fields=["note"])
    audit.record(
        actor, "plan.revision_begun", plan, unit=plan.scenario.agency, detail={"scenario": scenario.pk}
    )
    return scenario
