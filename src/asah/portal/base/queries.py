"""What the pages of the base show."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from asah.portal.base.access import SEE_AUDIT, visible_to
from asah.portal.base.models import Event, Notice, RoleGrant, User
from asah.portal.base.models.unit import below


def users_with_roles(viewer: User) -> QuerySet[User]:
    """Users the viewer administers, each with ``open_grants``."""
    grants = RoleGrant.objects.filter(ended_at=None).select_related("unit").order_by("role", "pk")
    return visible_to(viewer, User).prefetch_related(Prefetch("grants", grants, to_attr="open_grants"))


def events_seen_by(viewer: User) -> QuerySet[Event]:
    """Lines on the units the viewer may look into, and lines of no unit by people of those units."""
    paths = SEE_AUDIT.paths(viewer)
    people = RoleGrant.objects.filter(below(paths, "unit__path")).values("user_id")
    seen = below(paths, "unit__path") | Q(unit=None, actor_id__in=people)
    return Event.objects.filter(seen).select_related("actor", "unit")


def notices_of(viewer: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=viewer, in_app=True)


def unread_count(viewer: User) -> int:
    return notices_of(viewer).filter(read_at=None).count()
