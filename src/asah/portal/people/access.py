"""Who sees and changes which people."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from asah.portal.base.access import capability, visible
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.base.models.unit import below
from asah.portal.people.models import Employment, Person, Place, Position, RosterBatch

SEE_PEOPLE = capability(
    "people.see",
    Role.PLANNER,
    Role.OPERATOR,
    Role.SUPERVISOR,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
    Role.ADMINISTRATOR,
)
IMPORT_ROSTER = capability("people.import", Role.PLANNER, Role.OPERATOR)
EDIT_PEOPLE = capability("people.edit", Role.PLANNER, Role.OPERATOR)


@visible(Person)
def _people(user: User) -> QuerySet[Person]:
    return Person.objects.filter(below(SEE_PEOPLE.paths(user), "current__unit__path") | Q(user=user))


@visible(Employment)
def _employments(user: User) -> QuerySet[Employment]:
    return Employment.objects.filter(person__in=_people(user))


@visible(Position)
def _positions(user: User) -> QuerySet[Position]:
    return Position.objects.filter(agency__in=agencies_of(user))


@visible(Place)
def _places(user: User) -> QuerySet[Place]:
    return Place.objects.filter(agency__in=agencies_of(user))


@visible(RosterBatch)
def _batches(user: User) -> QuerySet[RosterBatch]:
    return RosterBatch.objects.filter(below(IMPORT_ROSTER.paths(user), "unit__path"))


def agencies_of(user: User) -> set[int]:
    """Roots of the units in which the user has any role: posts and places are no secret within an agency."""
    return {grant.unit.agency_id for grant in user.standing_grants}
