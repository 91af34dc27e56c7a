"""Receiving a workbook, and writing what it changes: all of it in one transaction, or nothing."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base import audit, files
from asah.portal.base.models import StoredFile, Unit, User
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions.workbook.draft import Draft
from asah.portal.catalogue.actions.workbook.read import read_workbook
from asah.portal.catalogue.models import (
    Fare,
    Offering,
    Price,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)

PURPOSE: Final = "catalogue.import"
_CHUNK: Final = 500
# What is referred to is written first.
_ORDER: Final = (Resource, ResourcePeriod, ProgrammeEffect, Offering, Price, Fare)


@transaction.atomic
def receive_workbook(*, actor: User, agency: Unit, name: str, content: bytes) -> StoredFile:
    """Keeps a workbook to be looked at. Raises ``base.files.FileRefused`` for what is none."""
    EDIT_CATALOGUE.require(actor, agency)
    file = files.store(content, name, user=actor, unit=agency, purpose=PURPOSE, allowed={"xlsx"})
    audit.record(actor, "catalogue.workbook_received", file, unit=agency, detail={"size": file.size})
    return file


def try_workbook(*, actor: User, file: StoredFile, year: int) -> Draft:
    """What the workbook would change, and everything that is wrong with it. Raises ``SheetError``."""
    EDIT_CATALOGUE.require(actor, file.unit)
    return read_workbook(file.path.read_bytes(), file.name, agency=file.unit, year=year)


@transaction.atomic
def apply_workbook(*, actor: User, file: StoredFile, year: int) -> Draft:
    """Writes what the workbook changes. ValidationError, and nothing written, where anything is wrong.

    It is read again: between the look at it and the word to write it somebody may have changed the catalogue.
    """
    EDIT_CATALOGUE.require(actor, file.unit)
    Unit.objects.select_for_update().get(pk=file.unit_id)
    draft = try_workbook(actor=actor, file=file, year=year)
    if draft.problems:
        raise ValidationError(
            _("The workbook has rows that must be mended. Look at them, and send it again.")
        )
    if not draft.changes:
        return draft
    _write_programmes(draft)
    for model in _ORDER:
        model._default_manager.bulk_create(draft.new.get(model, []), batch_size=_CHUNK)
        changed = draft.changed.get(model, [])
        if changed:
            fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
            model._default_manager.bulk_update(changed, fields, batch_size=_CHUNK)
    counts = {name: [count.new, count.changed] for name, count in draft.counts.items()}
    audit.record(actor, "catalogue.imported", file, unit=file.unit, detail=counts)
    return draft


def _write_programmes(draft: Draft) -> None:
    """Programmes first without what they need, since that may be a programme of the same workbook."""
    new, changed = draft.new.get(Programme, []), draft.changed.get(Programme, [])
    needed = {id(programme): programme.prerequisite for programme in [*new, *changed]}
    for programme in new:
        programme.prerequisite = None
    Programme.objects.bulk_create(new, batch_size=_CHUNK)
    for programme in [*new, *changed]:
        programme.prerequisite = needed[id(programme)]
    if new or changed:
        fields = [field.name for field in Programme._meta.concrete_fields if not field.primary_key]
        Programme.objects.bulk_update([*new, *changed], fields, batch_size=_CHUNK)
    for programme, units in draft.units:
        programme.eligible_units.set(units)
