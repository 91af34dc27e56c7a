"""Who may do what where, and who may see which rows: one place a model.

A capability is a thing that can be done; the roles that may do it stand beside it. A role is held in a unit
and below (:class:`~asah.portal.base.models.RoleGrant`), so every question of access is a question of paths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from asah.portal.base.enums import Role
from asah.portal.base.models import Job, Notice, RoleGrant, StoredFile, Unit, User
from asah.portal.base.models.unit import below

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Capability:
    """Something that can be done, and the roles that may."""

    name: str
    roles: frozenset[Role]

    def paths(self, user: User) -> list[str]:
        """Paths of the units in which ``user`` may do this; those below one of them are left out."""
        paths = sorted({grant.unit.path for grant in user.standing_grants if grant.role in self.roles})
        return [
            path for path in paths if not any(path != other and path.startswith(other) for other in paths)
        ]

    def held_by(self, user: User, unit: Unit | None = None) -> bool:
        """Whether ``user`` may do this in ``unit``, or anywhere where no unit is given."""
        return any(unit is None or unit.path.startswith(path) for path in self.paths(user))

    def require(self, user: User, unit: Unit | None = None) -> None:
        """Raises Refused where ``user`` may not."""
        if not self.held_by(user, unit):
            raise Refused(self)


class Refused(PermissionDenied):
    """Somebody may not do this. The message names the roles that may; ``capability`` is for the audit."""

    def __init__(self, capability: Capability) -> None:
        roles = ", ".join(str(role.label) for role in Role if role in capability.roles)
        super().__init__(_("This is for the roles: %(roles)s.") % {"roles": roles})
        self.capability = capability


def capability(name: str, *roles: Role) -> Capability:
    return Capability(name, frozenset(roles))


ADMINISTER = capability("base.administer", Role.ADMINISTRATOR)
SEE_AUDIT = capability("base.see_audit", Role.ADMINISTRATOR, Role.INSPECTOR)
SEE_UNITS = capability("base.see_units", *Role)
EDIT_UNITS = capability("base.edit_units", Role.ADMINISTRATOR, Role.OPERATOR)

_RULES: dict[type[Model], Callable[[User], QuerySet[Any]]] = {}


def visible(model: type[M]) -> Callable[[Callable[[User], QuerySet[M]]], Callable[[User], QuerySet[M]]]:
    """Makes a function the one rule of which rows of ``model`` a user may see."""

    def register(rule: Callable[[User], QuerySet[M]]) -> Callable[[User], QuerySet[M]]:
        if model in _RULES:
            raise ValueError(f"{model.__name__} has a rule already")
        _RULES[model] = rule
        return rule

    return register


def visible_to(user: User, model: type[M]) -> QuerySet[M]:
    """The rows of ``model`` that ``user`` may see."""
    return _RULES[model](user)


def get_visible(request: HttpRequest, model: type[M], /, *related: str, **lookup: Any) -> M:
    """The row, or 404.

    One that is there but not for this user is a 404 too, and leaves a line in the audit.
    """
    found = visible_to(signed_in(request), model).select_related(*related).filter(**lookup).first()
    if found is not None:
        return found
    # A row is another's whatever else the address says of it: a plan or a scenario that it is not part of.
    note_refused(request, model, **({"pk": lookup["pk"]} if "pk" in lookup else lookup))
    raise Http404


def note_refused(request: HttpRequest, model: type[M], /, **lookup: Any) -> bool:
    """Whether there is such a row that this user may not see; that they asked for it is then audited."""
    from asah.portal.base import audit

    user = signed_in(request)
    rows = model._default_manager.filter(**lookup)
    refused = rows.exists() and not visible_to(user, model).filter(**lookup).exists()
    if refused:
        subject = ":".join([model._meta.label, *(str(value) for value in lookup.values())])
        audit.record(user, "access.refused", subject, detail={"path": request.path})
    return refused


def signed_in(request: HttpRequest) -> User:
    """The user of a request that needs one; SignInMiddleware lets no other through."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@visible(Unit)
def _units(user: User) -> QuerySet[Unit]:
    return Unit.objects.filter(below(SEE_UNITS.paths(user)))


@visible(User)
def _users(user: User) -> QuerySet[User]:
    held = RoleGrant.objects.filter(below(ADMINISTER.paths(user), "unit__path"), ended_at=None)
    return User.objects.filter(Q(pk__in=held.values("user_id")) | Q(pk=user.pk))


@visible(Job)
def _jobs(user: User) -> QuerySet[Job]:
    return Job.objects.filter(Q(created_by=user) | below(ADMINISTER.paths(user), "unit__path"))


@visible(Notice)
def _notices(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user)


@visible(StoredFile)
def _files(user: User) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(Q(sent_by=user) | below(ADMINISTER.paths(user), "unit__path"))
