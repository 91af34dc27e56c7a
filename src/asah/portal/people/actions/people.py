"""What changes about one person by hand."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.people.access import EDIT_PEOPLE
from asah.portal.people.models import Person


@transaction.atomic
def change_person(*, actor: User, person: Person, changed: list[str]) -> None:
    """Saves a person whose form was filled in. The audit names the fields, not what stood in them."""
    if person.current is None or not EDIT_PEOPLE.held_by(actor, person.current.unit):
        raise PermissionDenied
    if not changed:
        return
    person.save()
    audit.record(
        actor, "person.changed", person, unit=person.current.unit, detail={"fields": sorted(changed)}
    )
