"""Who sees and changes which people."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from asah.portal.base.access import ADMINISTER, capability, visible
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.people.models import AccountBatch, Employment, Person, Place, Position, RosterBatch

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


@visible(AccountBatch)
def _account_batches(user: User) -> QuerySet[AccountBatch]:
    """Only who asked sees the passwords, and only while they administer the unit."""
    return AccountBatch.objects.filter(below(ADMINISTER.paths(user), "unit__path"), created_by=user)


def agencies_of(user: User) -> set[int]:
    """Roots of the units in which the user has any role: posts and places are no secret within an agency."""
    return {grant.unit.agency_id for grant in user.standing_grants}


def may_name_superior(editor: User, person: Person, superior: Person) -> bool:
    """Whether the superior works where the editor changes people, or above the person in the same line."""
    if person.current is None or superior.current is None:
        return False
    own, theirs = person.current.unit.path, superior.current.unit.path
    return any(
        theirs.startswith(path) or (own.startswith(path) and path.startswith(theirs))
        for path in EDIT_PEOPLE.paths(editor)
    )


def agencies_to_edit(user: User) -> QuerySet[Unit]:
    """Agencies whose posts and places the user may change: all offices share them, so no one office may."""
    return Unit.objects.filter(parent=None, path__in=EDIT_PEOPLE.paths(user))
