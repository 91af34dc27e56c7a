"""What a checked sheet would make and change, thing by thing: looked at before it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from asah.portal.people.actions.roster_check import Checked, CheckedRow
from asah.portal.people.actions.roster_columns import BY_NAME
from asah.portal.people.enums import EmploymentKind, Sex
from asah.portal.people.models import Person, RosterBatch, RosterDifference
from asah.portal.ui.formats import long_date

LUMP: Final = 1000
# What comes with the post, the unit or the place is told by their names, where these change.
_COMES_WITH: Final = {
    "position_code": "position_name",
    "position_kind": "position_name",
    "position_level": "position_name",
    "unit_code": "unit_name",
    "place_zone": "place_name",
}
_WORDS: Final = {"employment": dict(EmploymentKind.choices), "sex": dict(Sex.choices)}
_LONGEST: Final = 300


def keep_differences(batch: RosterBatch, checked: Checked) -> None:
    """Writes what the check found, in place of what an earlier check did; in lumps, so that others get on."""
    batch.differences.all().delete()
    names = dict(Person.objects.filter(agency=batch.agency).values_list("nip", "name"))
    found = [one for row in checked.rows for one in _of_row(batch, row, names)]
    for start in range(0, len(found), LUMP):
        RosterDifference.objects.bulk_create(found[start : start + LUMP])


def _of_row(batch: RosterBatch, row: CheckedRow, names: dict[str, str]) -> Iterator[RosterDifference]:
    nip = str(row.values.get("nip") or "")
    name = names.get(nip) or str(row.values.get("name") or "")
    if row.state == "create":
        where = [str(row.values.get(what) or "") for what in ("position_name", "unit_name")]
        told = ", ".join(filter(None, where))
        yield RosterDifference(batch=batch, row=row.number, nip=nip, name=name, new=told)
    for field, (old, new) in row.changes.items():
        if _COMES_WITH.get(field) not in row.changes:
            yield RosterDifference(
                batch=batch, row=row.number, nip=nip, name=name, field=field, old=_text(old), new=_text(new)
            )


def _text(value: object) -> str:
    return (value.isoformat() if isinstance(value, dt.date) else str(value or ""))[:_LONGEST]


def label_of(found: RosterDifference) -> str:
    """The field by the name people know it by; "" for somebody new."""
    return str(BY_NAME[found.field].label) if found.field else ""


def say_value(found: RosterDifference, value: str) -> str:
    """A stored value as people read it."""
    if value and found.field.endswith("_on"):
        return long_date(dt.date.fromisoformat(value))
    return str(_WORDS.get(found.field, {}).get(value, value))
