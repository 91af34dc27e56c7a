"""What stands in a basis, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from asah.portal.needs.enums import RaterRole

ROLES = dict(RaterRole.choices)


def roles_in(basis: str) -> list[str]:
    """``supervisor+peer;expired``: the roles."""
    return [role for role in basis.split(";", 1)[0].split("+") if role]


def is_self_alone(basis: str) -> bool:
    """Whether nobody but the person said anything."""
    return roles_in(basis) == [RaterRole.SELF.value]


def write_basis(basis: str) -> str:
    """``direct supervisor, peer (older than its validity; default level)``."""
    roles = ", ".join(str(ROLES.get(role, role)) for role in roles_in(basis))
    flags = basis.split(";")[1:]
    said = {"expired": _("older than its validity"), "default_level": _("default level, no standard")}
    notes = "; ".join(said[flag] for flag in flags if flag in said)
    return f"{roles} ({notes})" if notes else roles
