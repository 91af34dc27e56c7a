"""What the heads of offices said of the needs of their offices."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from asah.portal.base.access import visible_to
from asah.portal.base.enums import Role
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.needs.enums import VerificationState
from asah.portal.needs.models import Cycle, Member, Verification
from asah.portal.needs.queries.cycles import office_path


@dataclass(frozen=True)
class States:
    """How many offices stand where."""

    waiting: int
    verified: int
    returned: int

    @property
    def offices(self) -> int:
        return self.waiting + self.verified + self.returned

    @property
    def all_verified(self) -> bool:
        return self.offices > 0 and self.verified == self.offices


def verifications_seen_by(viewer: User, cycle: Cycle) -> QuerySet[Verification]:
    """Offices of the cycle that the viewer may look into, in the order of the tree."""
    rows = visible_to(viewer, Verification).filter(cycle=cycle)
    return rows.select_related("office", "decided_by").order_by("office__path")


def states_of(cycle: Cycle) -> States:
    counted = dict(
        Verification.objects.filter(cycle=cycle).order_by().values_list("state").annotate(many=Count("pk"))
    )
    return States(
        counted.get(VerificationState.WAITING, 0),
        counted.get(VerificationState.VERIFIED, 0),
        counted.get(VerificationState.RETURNED, 0),
    )


def offices_of(cycle: Cycle) -> list[Unit]:
    """Offices with people in the cycle; of people who stand in no office, the agency itself."""
    paths = Member.objects.filter(cycle=cycle).order_by().values_list("unit__path", flat=True).distinct()
    return list(Unit.objects.filter(path__in={office_path(path) for path in paths}))


def heads_of(office: Unit) -> QuerySet[User]:
    """Whoever holds the role of head in the office itself."""
    grants = RoleGrant.objects.filter(role=Role.HEAD, ended_at=None, unit=office)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True)
