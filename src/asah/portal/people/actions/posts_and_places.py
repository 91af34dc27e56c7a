"""Posts and places that somebody makes, changes or deletes by hand."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.people.access import EDIT_PEOPLE
from asah.portal.people.models import Place, Position
from asah.portal.people.queries import uses_of


@transaction.atomic
def save_row(*, actor: User, row: Position | Place, changed: list[str]) -> None:
    """Keeps a post or a place whose form was filled in. ValidationError where its code is taken."""
    EDIT_PEOPLE.require(actor, row.agency)
    new = row._state.adding
    if not new and not changed:
        return
    beside = type(row)._default_manager.filter(agency=row.agency_id, code=row.code).exclude(pk=row.pk)
    if beside.exists():
        raise ValidationError({"code": _("Another one in this agency has this code. Choose another code.")})
    # Only what was changed: somebody else may be changing the rest.
    row.save(update_fields=None if new else changed)
    word = "created" if new else "changed"
    detail = {} if new else {"fields": sorted(changed)}
    audit.record(actor, f"{row._meta.model_name}.{word}", row, unit=row.agency, detail=detail)


@transaction.atomic
def delete_row(*, actor: User, row: Position | Place) -> None:
    """Deletes what nothing refers to; ValidationError with what does."""
    EDIT_PEOPLE.require(actor, row.agency)
    uses = uses_of(row)
    if uses:
        told = ", ".join(f"{name}: {count}" for name, count in uses)
        raise ValidationError(_("It stays, because other things refer to it. %(uses)s.") % {"uses": told})
    audit.record(actor, f"{row._meta.model_name}.deleted", row, unit=row.agency, detail={"code": row.code})
    row.delete()
