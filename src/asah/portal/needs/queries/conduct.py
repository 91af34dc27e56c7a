"""Cases of conduct: which the viewer may see, whom they can be about, and who can be named to see one."""

from __future__ import annotations

from django.db.models import QuerySet

from asah.portal.base.access import visible_to
from asah.portal.base.enums import Role
from asah.portal.base.models import RoleGrant, User
from asah.portal.base.models.unit import below
from asah.portal.competency.enums import Stream
from asah.portal.competency.models import Competency
from asah.portal.needs.access import OPEN_CASES
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import ConductCase, Cycle
from asah.portal.people.models import Person

# Who can have a part in coaching; operators and facilitators have none.
NAMED = (
    Role.PLANNER,
    Role.SUPERVISOR,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
    Role.ADMINISTRATOR,
)
STREAMS = (Stream.ETHICS, Stream.INTEGRITY)


def cases_seen_by(viewer: User) -> QuerySet[ConductCase]:
    """Those the viewer opened or is named in, whatever roles the viewer has."""
    return visible_to(viewer, ConductCase).select_related("person__current__unit", "competency", "opened_by")


def people_of_cases(viewer: User) -> QuerySet[Person]:
    """About whom the viewer may open a case; nobody about themselves."""
    paths = OPEN_CASES.paths(viewer)
    return Person.objects.filter(below(paths, "current__unit__path"), current__ended_on=None).exclude(
        user=viewer
    )


def users_to_name(person: Person) -> QuerySet[User]:
    """Users of the person's agency with a role that coaches or decides, without the person."""
    grants = RoleGrant.objects.filter(
        role__in=NAMED, ended_at=None, unit__path__startswith=f"{person.agency_id}."
    )
    users = User.objects.filter(pk__in=grants.values("user"), is_active=True)
    return users.exclude(pk=person.user_id) if person.user_id else users


def competencies_for(agency_id: int) -> QuerySet[Competency]:
    """Of ethics and integrity, in use."""
    return Competency.objects.filter(agency=agency_id, archived_at=None, stream__in=STREAMS)


def cycles_running(agency_id: int) -> QuerySet[Cycle]:
    """Analyses whose needs are not yet final."""
    return Cycle.objects.filter(agency=agency_id, state__in=(CycleState.OPEN, CycleState.CLOSED))
