"""What changes in the base: units, users, roles, choices of notices. Each checks access and is audited."""

from __future__ import annotations

import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit
from asah.portal.base.access import ADMINISTER, EDIT_UNITS, Capability
from asah.portal.base.enums import Role
from asah.portal.base.models import NoticeChoice, RoleGrant, Unit, User
from asah.portal.base.outbox import NoticeKind, notice_kind, tell

ROLE_GRANTED = notice_kind(
    "base.role_granted",
    title=gettext_lazy("A new role"),
    sentence=gettext_lazy("You were given a new role in %(unit)s."),
)

PASSWORD_GIVEN = notice_kind(
    "base.password_given",
    title=gettext_lazy("A new password"),
    sentence=gettext_lazy(
        "An administrator gave you a new password. If you did not ask for it, tell your inspectorate."
    ),
)

# Without O, 0, I, l and 1: read from paper and typed by hand.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@transaction.atomic
def create_unit(*, actor: User | None, code: str, name: str, parent: Unit | None = None) -> Unit:
    """A unit below ``parent``; without one a new agency, which only the installation itself may make."""
    _hold_still(parent)
    _may(EDIT_UNITS, actor, parent)
    _refuse_taken_code(Unit(parent=parent, code=code))
    unit = Unit.objects.create(code=code, name=name, parent=parent, path="")
    unit.path = f"{parent.path if parent else ''}{unit.pk}."
    _refuse_long_path(len(unit.path))
    unit.save(update_fields=["path"])
    audit.record(actor, "unit.created", unit, unit=unit)
    return unit


@transaction.atomic
def change_unit(*, actor: User | None, unit: Unit, code: str, name: str) -> None:
    """Another code and name; ValidationError for a code that a unit beside it has."""
    _hold_still(unit)
    _may(EDIT_UNITS, actor, unit)
    old = [unit.code, unit.name]
    if old == [code, name]:
        return
    _refuse_taken_code(Unit(pk=unit.pk, parent_id=unit.parent_id, code=code))
    unit.code, unit.name = code, name
    unit.save(update_fields=["code", "name"])
    audit.record(actor, "unit.changed", unit, unit=unit, detail={"from": old, "to": [code, name]})


@transaction.atomic
def move_unit(*, actor: User | None, unit: Unit, parent: Unit) -> None:
    """Hangs a unit and all below it under another one of the same agency; ValidationError for a circle."""
    _hold_still(unit, parent)
    _may(EDIT_UNITS, actor, unit)
    _may(EDIT_UNITS, actor, parent)
    if parent.path.startswith(unit.path):
        raise ValidationError(_("A unit cannot stand below itself. Choose a unit outside it."))
    if unit.parent_id is None or parent.agency_id != unit.agency_id:
        raise ValidationError(_("A unit stays in its agency. Choose a unit of the same agency."))
    old, new = unit.path, f"{parent.path}{unit.pk}."
    if old == new:
        return
    _refuse_taken_code(Unit(pk=unit.pk, parent=parent, code=unit.code))
    longest = Unit.objects.filter(path__startswith=old).aggregate(length=Max(Length("path")))["length"]
    _refuse_long_path(longest - len(old) + len(new))
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    Unit.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    audit.record(actor, "unit.moved", unit, unit=parent, detail={"from": old, "to": new})
    unit.refresh_from_db()


@transaction.atomic
def create_user(
    *, actor: User | None, username: str, name: str, email: str = "", password: str | None = None
) -> User:
    """A user who can sign in once a role is granted; without ``password`` nobody can until one is set."""
    if actor is not None and not ADMINISTER.held_by(actor):
        raise PermissionDenied
    user = User(
        username=User.normalize_username(username), name=name, email=User.objects.normalize_email(email)
    )
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    audit.record(actor, "user.created", user)
    return user


@transaction.atomic
def give_password(*, actor: User | None, user: User) -> str:
    """A new password to hand over on paper, told once and kept nowhere.

    It opens nothing but the page on which its owner chooses another.
    """
    _may_administer_user(actor, user)
    password = new_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    audit.record(actor, "user.password_given", user)
    if user.last_login is not None:
        tell([user], PASSWORD_GIVEN)
    return password


def new_password() -> str:
    """Three groups of five, as they are read from paper and typed by hand."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


@transaction.atomic
def choose_password(*, user: User, password: str) -> None:
    """The password that somebody chose in place of the one they were handed."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    audit.record(user, "user.password_chosen", user)


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    """The language of somebody's pages and mails."""
    if User.objects.filter(pk=user.pk).exclude(language=language).update(language=language):
        audit.record(user, "user.language_chosen", user, detail={"language": language})
    user.language = language


@transaction.atomic
def grant_role(*, actor: User | None, user: User, role: Role | str, unit: Unit) -> RoleGrant:
    """A role in a unit and below. Granting it twice is granting it once.

    Nobody gives one to themselves: whoever keeps the users would otherwise also be whoever decides.
    """
    _may(ADMINISTER, actor, unit)
    if actor == user:
        raise ValidationError(_("Nobody gives a role to themselves. Ask another administrator."))
    grant, new = RoleGrant.objects.get_or_create(
        user=user, role=Role(role).value, unit=unit, ended_at=None, defaults={"granted_by": actor}
    )
    if new:
        audit.record(actor, "role.granted", user, unit=unit, detail={"role": grant.role})
        if actor is not None:
            tell([user], ROLE_GRANTED, unit=unit.name)
    return grant


@transaction.atomic
def end_grant(*, actor: User, grant: RoleGrant) -> None:
    """Takes a role away from now on. The last administrator of an agency cannot be taken away."""
    _may(ADMINISTER, actor, grant.unit)
    others = RoleGrant.objects.filter(
        role=Role.ADMINISTRATOR, ended_at=None, unit__path__in=_upwards(grant.unit), user__is_active=True
    ).exclude(pk=grant.pk)
    if grant.role == Role.ADMINISTRATOR and not others.exists():
        raise ValidationError(_("This is the last administrator here. Appoint another one first."))
    changed = RoleGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=timezone.now())
    if changed:
        audit.record(actor, "role.ended", grant.user, unit=grant.unit, detail={"role": grant.role})


@transaction.atomic
def set_active(*, actor: User, user: User, active: bool) -> None:
    """Lets a user sign in, or no longer; nothing of theirs is deleted."""
    _may_administer_user(actor, user)
    if user == actor and not active:
        raise ValidationError(_("You cannot lock yourself out. Ask another administrator."))
    if User.objects.filter(pk=user.pk).exclude(is_active=active).update(is_active=active):
        audit.record(actor, "user.unlocked" if active else "user.locked", user)


@transaction.atomic
def choose_notices(*, user: User, choices: dict[NoticeKind, tuple[bool, bool]]) -> None:
    """For each kind: whether it is shown in the portal, and whether it is mailed."""
    for kind, (in_app, mail) in choices.items():
        NoticeChoice.objects.update_or_create(
            user=user, kind=kind.name, defaults={"in_app": in_app, "mail": mail}
        )


def _upwards(unit: Unit) -> list[str]:
    parts = unit.path.rstrip(".").split(".")
    return [".".join(parts[: length + 1]) + "." for length in range(len(parts))]


def _hold_still(*units: Unit | None) -> None:
    """Reads units anew and lets nobody else change their agencies' trees meanwhile.

    What a page showed a minute ago may stand elsewhere by now, and paths made of old paths tear the tree.
    """
    known = [unit for unit in units if unit is not None]
    agencies = sorted({unit.agency_id for unit in known})
    list(Unit.objects.select_for_update().filter(pk__in=agencies).order_by("pk"))
    for unit in known:
        unit.refresh_from_db()


def _refuse_taken_code(unit: Unit) -> None:
    """A sheet finds a unit by its code alone, in whatever case: no other of the agency may have it."""
    inside = Q(path__startswith=f"{unit.parent.agency_id}.") if unit.parent else Q(parent=None)
    taken = Unit.objects.filter(inside).filter(code__iexact=unit.code).exclude(pk=unit.pk).first()
    if taken is not None:
        raise ValidationError(
            _("The code %(code)s belongs to “%(name)s”. Choose another code.")
            % {"code": taken.code, "name": taken.name}
        )


def _refuse_long_path(length: int) -> None:
    if length > (Unit._meta.get_field("path").max_length or 0):
        raise ValidationError(_("There are too many units one below the other. Choose a place higher up."))


def _may(what: Capability, actor: User | None, unit: Unit | None) -> None:
    """``actor`` None is the installation itself, from the command line."""
    if actor is None:
        return
    if unit is None:
        raise PermissionDenied
    what.require(actor, unit)


def _may_administer_user(actor: User | None, user: User) -> None:
    """Whoever administers every unit in which the user has a role.

    Else an office could take its superiors'.
    """
    if actor is None:
        return
    grants = list(RoleGrant.objects.filter(user=user, ended_at=None).select_related("unit"))
    if not ADMINISTER.held_by(actor) or not all(ADMINISTER.held_by(actor, grant.unit) for grant in grants):
        raise PermissionDenied
