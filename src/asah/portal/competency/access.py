"""Who sees and changes the framework and the standards of posts."""

from __future__ import annotations

from django.db.models import QuerySet

from asah.portal.base.access import capability, visible
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.competency.models import Competency, Framework, Requirement
from asah.portal.people.access import agencies_of

SEE_FRAMEWORK = capability("competency.see", *Role)
# Held in the agency itself: an office does not change what the whole agency is measured by.
EDIT_FRAMEWORK = capability("competency.edit", Role.PLANNER, Role.ADMINISTRATOR)


def require_edit(actor: User | None, agency: Unit) -> None:
    """Raises PermissionDenied unless ``actor`` may change the framework; None is the installation itself."""
    if actor is not None:
        EDIT_FRAMEWORK.require(actor, agency)


@visible(Framework)
def _frameworks(user: User) -> QuerySet[Framework]:
    return Framework.objects.filter(agency__in=agencies_of(user))


@visible(Competency)
def _competencies(user: User) -> QuerySet[Competency]:
    return Competency.objects.filter(agency__in=agencies_of(user))


@visible(Requirement)
def _requirements(user: User) -> QuerySet[Requirement]:
    return Requirement.objects.filter(position__agency__in=agencies_of(user))
