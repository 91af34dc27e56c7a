"""Wishes of people and offices, and for which analyses they can still be sent."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from asah.portal.base.access import visible_to
from asah.portal.base.enums import Role
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.base.models.unit import below
from asah.portal.competency.models import Competency
from asah.portal.needs.access import PROPOSE_FOR_OFFICE
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Cycle, Proposal

TAKING = (CycleState.OPEN, CycleState.CLOSED)


def proposals_seen_by(viewer: User) -> QuerySet[Proposal]:
    """With everything a list says of them."""
    return visible_to(viewer, Proposal).select_related("cycle", "unit", "person", "competency", "sent_by")


def own_proposals(viewer: User) -> QuerySet[Proposal]:
    """Those the viewer sent, and those for the viewer."""
    return proposals_seen_by(viewer).filter(Q(sent_by=viewer) | Q(person__user=viewer))


def cycles_taking(viewer: User) -> QuerySet[Cycle]:
    """Analyses for which the viewer may still send a proposal, latest first."""
    return visible_to(viewer, Cycle).filter(state__in=TAKING).order_by("-year", "-pk")


def offices_proposed_for(viewer: User) -> QuerySet[Unit]:
    """Units for which the viewer may propose; nobody proposes for an office by only working there."""
    return Unit.objects.filter(below(PROPOSE_FOR_OFFICE.paths(viewer)), is_active=True)


def competencies_to_choose(viewer: User) -> QuerySet[Competency]:
    """In use, in the viewer's agencies."""
    return visible_to(viewer, Competency).filter(archived_at=None).order_by("code")


def planners_of(unit: Unit) -> QuerySet[User]:
    """Whoever plans where the unit stands: in it or in a unit above it."""
    return holders_of(unit, Role.PLANNER)


def holders_of(unit: Unit, role: Role) -> QuerySet[User]:
    """Users who may sign in and hold the role in the unit or above it."""
    parts = unit.path.rstrip(".").split(".")
    paths = [".".join(parts[: length + 1]) + "." for length in range(len(parts))]
    grants = RoleGrant.objects.filter(role=role, ended_at=None, unit__path__in=paths)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True)
