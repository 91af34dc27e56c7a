"""The lists of this app: columns, filters, what an empty one says."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from asah.portal.base import outbox
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table


def _roles_of(user: User) -> str:
    return "; ".join(str(grant) for grant in user.open_grants)  # type: ignore[attr-defined]


USERS = Table(
    name="users",
    caption=_("Users"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda u: u.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda u: url_of("home:user", u.pk),
        ),
        Column(
            "username",
            _("User name"),
            value=lambda u: u.username,
            order=("username",),
            search=("username__icontains",),
        ),
        Column("roles", _("Roles"), value=_roles_of),
        Column(
            "active",
            _("May sign in"),
            value=lambda u: _("yes") if u.is_active else _("no"),
            order=("is_active", "name"),
        ),
        Column("last", _("Last signed in"), value=lambda u: u.last_login, kind="date", order=("last_login",)),
    ],
    filters=[ChoiceFilter("role", _("Role"), field="grants__role", choices=Role.choices)],
    empty=_("No users yet. Add the first one."),
    empty_action=(_("Add a user"), "home:add_user"),
)

UNITS = Table(
    name="units",
    caption=_("Units"),
    columns=[
        Column("code", _("Code"), value=lambda u: u.code, order=("code",), search=("code__icontains",)),
        Column(
            "name",
            _("Name"),
            value=lambda u: u.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda u: url_of("home:unit", u.pk),
        ),
        Column(
            "parent", _("Part of"), value=lambda u: u.parent.name if u.parent else "", order=("parent__name",)
        ),
    ],
    filters=[],
    empty=_("No units yet. They come with the roster: import it first."),
)

PARTS = replace(
    UNITS, name="parts", caption=_("Units directly below it"), empty=_("No unit stands below this one.")
)

NOTICES = Table(
    name="notices",
    caption=_("Notices"),
    columns=[
        Column("written", _("Time"), value=lambda n: n.written_at, kind="date", order=("written_at",)),
        Column("sentence", _("Notice"), value=outbox.sentence, link=lambda n: url_of("home:notice", n.pk)),
        Column("state", _("State"), value=lambda n: _("read") if n.read_at else _("new"), order=("read_at",)),
    ],
    filters=[],
    empty=_("Nothing has been told to you yet."),
)

EVENTS = Table(
    name="audit",
    caption=_("Audit"),
    columns=[
        Column("number", _("Line"), value=lambda e: e.number, kind="number", order=("number",)),
        Column("at", _("Time"), value=lambda e: e.at, kind="date", order=("at",)),
        Column(
            "actor",
            _("Who"),
            value=lambda e: e.actor.name if e.actor else _("the installation"),
            order=("actor__name",),
            search=("actor__name__icontains",),
        ),
        Column(
            "action", _("Action"), value=lambda e: e.action, order=("action",), search=("action__icontains",)
        ),
        Column(
            "subject", _("On"), value=lambda e: e.subject, order=("subject",), search=("subject__icontains",)
        ),
        Column("unit", _("Unit"), value=lambda e: e.unit.name if e.unit else "", order=("unit__name",)),
        Column("address", _("From"), value=lambda e: e.address, order=("address",)),
    ],
    filters=[],
    empty=_("Nothing has been written here yet."),
)
