"""What changes about one person by hand."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.people.access import EDIT_PEOPLE, may_name_superior
from asah.portal.people.models import Person
from asah.portal.people.queries import own_numbers


@transaction.atomic
def change_person(*, actor: User, person: Person, changed: list[str]) -> None:
    """Saves what was changed of a person. The audit names the fields, not what stood in them.

    Nobody becomes a superior by their own hand: it would show them the person's ratings.
    """
    if person.current is None or not EDIT_PEOPLE.held_by(actor, person.current.unit):
        raise PermissionDenied
    if not changed:
        return
    superior = person.supervisor if "supervisor_nip" in changed else None
    if superior is not None and (
        superior.nip in own_numbers(person.agency_id, actor) or not may_name_superior(actor, person, superior)
    ):
        raise PermissionDenied
    person.save(update_fields=[name.removesuffix("_nip") for name in changed])
    audit.record(
        actor, "person.changed", person, unit=person.current.unit, detail={"fields": sorted(changed)}
    )
