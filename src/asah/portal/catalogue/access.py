"""Who sees and changes the catalogue: within an agency it is no secret, and its planners keep it."""

from __future__ import annotations

from django.db.models import QuerySet

from asah.portal.base.access import capability, visible
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.models import Fare, Fund, Offering, Price, Programme, Resource
from asah.portal.people.access import agencies_of

SEE_CATALOGUE = capability("catalogue.see", *Role)
EDIT_CATALOGUE = capability("catalogue.edit", Role.PLANNER, Role.ADMINISTRATOR)


def editable_agencies(user: User) -> QuerySet[Unit]:
    """Agencies whose catalogue ``user`` keeps: by a role in the agency itself, not in one office."""
    agencies = {grant.unit_id for grant in user.standing_grants if grant.role in EDIT_CATALOGUE.roles}
    return Unit.objects.filter(pk__in=agencies, parent=None)


@visible(Programme)
def _programmes(user: User) -> QuerySet[Programme]:
    return Programme.objects.filter(agency__in=agencies_of(user))


@visible(Offering)
def _offerings(user: User) -> QuerySet[Offering]:
    return Offering.objects.filter(programme__agency__in=agencies_of(user))


@visible(Resource)
def _resources(user: User) -> QuerySet[Resource]:
    return Resource.objects.filter(agency__in=agencies_of(user))


@visible(Price)
def _prices(user: User) -> QuerySet[Price]:
    return Price.objects.filter(agency__in=agencies_of(user))


@visible(Fare)
def _fares(user: User) -> QuerySet[Fare]:
    return Fare.objects.filter(agency__in=agencies_of(user))


@visible(Fund)
def _funds(user: User) -> QuerySet[Fund]:
    return Fund.objects.filter(agency__in=agencies_of(user))
