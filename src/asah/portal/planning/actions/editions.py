"""Two planners on one scenario: the second is told, and decides knowingly."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.models import Scenario


class EditedMeanwhile(Exception):
    """Somebody else changed the scenario after ``edition``; nothing was written."""

    def __init__(self, scenario: Scenario, edition: int) -> None:
        super().__init__(f"{scenario.pk} is no longer at edition {edition}")
        self.scenario = scenario
        self.edition = edition


def begin_change(actor: User, scenario: Scenario, edition: int, part: str, changed: dict[str, Any]) -> None:
    """Takes the next edition for ``actor`` and writes the audit line, within the caller's transaction.

    Plans made earlier keep what they were made from. Raises PermissionDenied, and EditedMeanwhile where
    ``edition`` is not the last.
    """
    EDIT_PLANS.require(actor, scenario.agency)
    took = Scenario.objects.filter(pk=scenario.pk, edition=edition).update(edition=F("edition") + 1)
    if not took:
        raise EditedMeanwhile(scenario, edition)
    scenario.edition = edition + 1
    detail = {"edition": scenario.edition, "part": part, "changed": changed}
    audit.record(actor, "scenario.changed", scenario, unit=scenario.agency, detail=detail)
