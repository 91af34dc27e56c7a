"""Writing a checked roster, and taking it back: one transaction each, in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.actions import create_unit
from asah.portal.base.models import Unit, User
from asah.portal.people.actions.roster_check import Checked
from asah.portal.people.actions.roster_columns import BY_NAME
from asah.portal.people.actions.roster_known import Known, KnownPosition, NewUnit, Value, plain
from asah.portal.people.actions.roster_load import known_unit
from asah.portal.people.actions.roster_rows import CheckedRow
from asah.portal.people.enums import BatchState, Severity
from asah.portal.people.models import (
    Employment,
    Person,
    Place,
    Position,
    RosterBatch,
    RosterChange,
    RosterFinding,
)

DATES = ("cpns_on", "pns_on", "retires_on")
PERSON_FIELDS = ("name", "front_degree", "back_degree", "sex", "email", *DATES)
UNIT_FIELDS = ("unit_code", "unit_name", "parent_unit_name")
POST_FIELDS = {
    *UNIT_FIELDS,
    *("position_code", "position_name", "place_name", "employment", "golongan", "started_on", "left_on"),
}
# Of a person whom a sheet made: with anything else in these by now, somebody went on with them.
ALL_FIELDS = (*PERSON_FIELDS, "supervisor", "target_position", "current", "user")
COLUMNS = {name: f"{name}_id" for name in ALL_FIELDS[len(PERSON_FIELDS) :]}
# By what people know them where they are told that one stays as it is.
HEADERS = {
    **{name: BY_NAME[name].header for name in PERSON_FIELDS},
    "supervisor": BY_NAME["supervisor_nip"].header,
    "target_position": BY_NAME["target_position_name"].header,
    "current": BY_NAME["position_name"].header,
}
LUMP = 1000


class _Ground:
    """Units, posts and places of the agency by what a row calls them; those that are new are made first."""

    def __init__(self, batch: RosterBatch, actor: User) -> None:
        self.batch = batch
        self.actor = actor
        self.agency = batch.agency
        self.made: dict[str, list[Any]] = {"units": [], "positions": [], "places": [], "filled": []}
        self.units = {unit.pk: unit for unit in Unit.objects.filter(path__startswith=batch.agency.path)}
        posts = list(Position.objects.filter(agency=self.agency))
        self.positions = {plain(row.name): row for row in posts}
        self.position_codes = {row.code.lower(): row for row in posts}
        self.places = {plain(row.name): row for row in Place.objects.filter(agency=self.agency)}
        self._learn()

    def _learn(self) -> None:
        scope = self.batch.unit.path
        below = [unit for unit in self.units.values() if unit.is_active and unit.path.startswith(scope)]
        known = [(known_unit(unit, self.units), unit) for unit in below]
        self._unit_of = dict(known)
        self._known = Known(units=[each for each, _unit in known])

    def make_units(self, new: Sequence[NewUnit]) -> None:
        """Each below the unit it names, which may be new itself; otherwise below the unit of the batch."""
        codes = {unit.code.lower() for unit in self.units.values()}
        waiting = list(new)
        while waiting:
            names = {plain(unit.name) for unit in waiting}
            ready = [unit for unit in waiting if plain(unit.parent_name) not in names - {plain(unit.name)}]
            # Two new units that each name the other as the one above: neither can wait for the other.
            for unit in ready or waiting:
                parent = self._parent_of(unit)
                made = self._put_back(unit, parent) or create_unit(
                    actor=None, code=unit.code or self._free_code(codes), name=unit.name, parent=parent
                )
                codes.add(made.code.lower())
                self.units[made.pk] = made
                self.made["units"].append(made.pk)
            waiting = [unit for unit in waiting if unit not in (ready or waiting)]
            self._learn()

    def _put_back(self, new: NewUnit, parent: Unit) -> Unit | None:
        """A unit that was taken out of use: of this code below the batch's unit, or of this name there."""
        for unit in self.units.values():
            coded = new.code and unit.code.lower() == new.code.lower()
            inside = unit.path.startswith(self.batch.unit.path)
            named = unit.parent_id == parent.pk and plain(unit.name) == plain(new.name)
            if not unit.is_active and ((coded and inside) or named):
                unit.is_active = True
                unit.save(update_fields=["is_active"])
                return unit
        return None

    def _parent_of(self, unit: NewUnit) -> Unit:
        found = self._known.find_units("", unit.parent_name, "") if unit.parent_name else ()
        return self._unit_of[found[0]] if found else self.batch.unit

    @staticmethod
    def _free_code(codes: set[str]) -> str:
        number = len(codes) + 1
        while f"u{number:04d}" in codes:
            number += 1
        return f"U{number:04d}"

    def make_positions(self, new: Iterable[KnownPosition]) -> None:
        number = len(self.position_codes)
        for post in new:
            number += 1
            while f"j{number:05d}" in self.position_codes:
                number += 1
            code = post.code or f"J{number:05d}"
            row = Position.objects.create(
                agency=self.agency, code=code, name=post.name, kind=post.kind, level=post.level
            )
            self.positions[plain(post.name)] = self.position_codes[code.lower()] = row
            self.made["positions"].append(row.pk)

    def make_places(self, new: dict[str, str]) -> None:
        number = len(self.places)
        codes = {place.code for place in self.places.values()}
        for name, zone in new.items():
            number += 1
            while f"T{number:04d}" in codes:
                number += 1
            row = Place.objects.create(agency=self.agency, code=f"T{number:04d}", name=name, zone=zone)
            self.places[plain(name)] = row
            codes.add(row.code)
            self.made["places"].append(row.pk)

    def fill(self, checked: Checked) -> None:
        """What the sheet tells of posts and places that are known, and of which nothing was known there."""
        for told in checked.filled_positions:
            self._fill(self.position_codes[told.code.lower()], "position", kind=told.kind, level=told.level)
        for name, zone in checked.filled_places.items():
            self._fill(self.places[plain(name)], "place", zone=zone)

    def _fill(self, row: Position | Place, sort: str, **values: str) -> None:
        for field, value in values.items():
            if value and not getattr(row, field):
                setattr(row, field, value)
                row.save(update_fields=[field])
                self.made["filled"].append([sort, row.pk, field, value])

    def unit(self, values: Mapping[str, Value]) -> Unit:
        words = (str(values.get(name) or "") for name in UNIT_FIELDS)
        found = self._known.find_units(*words)
        return self._unit_of[found[0]]

    def position(self, values: Mapping[str, Value]) -> Position | None:
        code, name = str(values.get("position_code") or ""), str(values.get("position_name") or "")
        return (
            self.position_codes.get(code.lower()) or self.positions.get(plain(name)) if code or name else None
        )

    def place(self, values: Mapping[str, Value]) -> Place | None:
        return self.places.get(plain(str(values.get("place_name") or "")))


@transaction.atomic
def write_roster(*, actor: User, batch: RosterBatch, checked: Checked, today: dt.date) -> None:
    """Everything of a sheet or nothing.

    New units, posts and places, then people, then who supervises whom.
    """
    ground = _Ground(batch, actor)
    ground.make_units(checked.new_units)
    ground.make_positions(checked.new_positions)
    ground.make_places(dict(checked.new_places))
    ground.fill(checked)
    made = [row for row in checked.rows if row.state == "create"]
    changed = [row for row in checked.rows if row.state == "update"]
    changes = {**_create(batch, ground, made), **_update(batch, ground, changed, today)}
    _link(batch, ground, [*made, *changed], changes)
    touched = {name for change in changes.values() for name in change.after} - {"ended_on"}
    _save([change.person for change in changes.values()], touched)
    for change in changes.values():
        if change.created:
            change.before, change.after = {}, {name: _value(change.person, name) for name in ALL_FIELDS}
    RosterChange.objects.bulk_create(changes.values(), batch_size=LUMP)
    RosterBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.APPLIED, counts={**checked.counts, "made": ground.made}
    )
    audit.record(actor, "roster.written", batch, unit=batch.unit, detail=checked.counts)


def _create(batch: RosterBatch, ground: _Ground, rows: Sequence[CheckedRow]) -> dict[str, RosterChange]:
    people = [
        Person(
            agency=batch.agency,
            nip=str(row.values["nip"]),
            **{name: row.values[name] for name in PERSON_FIELDS if row.values.get(name) is not None},
        )
        for row in rows
    ]
    Person.objects.bulk_create(people, batch_size=LUMP)
    changes = [RosterChange(batch=batch, person=person, created=True) for person in people]
    _open(changes, [_employment(person, ground, row) for person, row in zip(people, rows, strict=True)])
    return {change.person.nip: change for change in changes}


def _update(
    batch: RosterBatch, ground: _Ground, rows: Sequence[CheckedRow], today: dt.date
) -> dict[str, RosterChange]:
    found = _people(batch, (str(row.values["nip"]) for row in rows))
    changes, closed, moved, posts = [], [], [], []
    for row in rows:
        person = found[str(row.values["nip"])]
        change = RosterChange(batch=batch, person=person, created=False)
        changes.append(change)
        for name in PERSON_FIELDS:
            if name in row.changes:
                _set(change, name, row.changes[name][1] or (None if name in DATES else ""))
        said = POST_FIELDS & set(row.changes)
        old = person.current
        if not said:
            continue
        before = old.ended_on if old else None
        if said == {"left_on"} and old is not None:
            old.ended_on = row.values["left_on"]
            _set(change, "current", old.pk)
        else:
            post = _employment(person, ground, row, old)
            if old is not None and old.ended_on is None:
                if post.started_on is None or (old.started_on and post.started_on <= old.started_on):
                    post.started_on = max(today, old.started_on or today)
                old.ended_on = max(post.started_on - dt.timedelta(days=1), old.started_on or dt.date.min)
            moved.append(change)
            posts.append(post)
        if old is not None and old.ended_on != before:
            closed.append(old)
            change.before["ended_on"], change.after["ended_on"] = _plain(before), _plain(old.ended_on)
    _save(closed, ["ended_on"])
    _open(moved, posts)
    return {change.person.nip: change for change in changes}


def _open(changes: Sequence[RosterChange], posts: Sequence[Employment]) -> None:
    """Opens a line of history for each person and points the person at it."""
    Employment.objects.bulk_create(posts, batch_size=LUMP)
    for change, post in zip(changes, posts, strict=True):
        _set(change, "current", post.pk)


def _employment(
    person: Person, ground: _Ground, row: CheckedRow, old: Employment | None = None
) -> Employment:
    """A new line of history: what the row changes, and the rest of ``old``."""
    values, said = row.values, set(row.changes)
    started, left = values.get("started_on"), values.get("left_on")
    moved = old is None or said & set(UNIT_FIELDS)
    other_post = old is None or said & {"position_code", "position_name"}
    other_place = old is None or "place_name" in said
    return Employment(
        person=person,
        unit_id=ground.unit(values).pk if old is None or moved else old.unit_id,
        position_id=_key(ground.position(values)) if old is None or other_post else old.position_id,
        place_id=_key(ground.place(values)) if old is None or other_place else old.place_id,
        kind=str(values.get("employment") or (old.kind if old else "")),
        golongan=str(values.get("golongan") or (old.golongan if old else "")),
        started_on=started if isinstance(started, dt.date) else None,
        ended_on=left if isinstance(left, dt.date) else None,
    )


def _link(
    batch: RosterBatch, ground: _Ground, rows: Sequence[CheckedRow], changes: Mapping[str, RosterChange]
) -> None:
    """Supervisors and next posts, once everybody of the sheet is there."""
    superiors = {str(row.values["supervisor_nip"]) for row in rows if _says(row, "supervisor_nip")}
    found = _people(batch, superiors)
    for row in rows:
        change = changes[str(row.values["nip"])]
        if _says(row, "supervisor_nip"):
            _set(change, "supervisor", found[str(row.values["supervisor_nip"])].pk)
        if _says(row, "target_position_name"):
            target = ground.positions[plain(str(row.values["target_position_name"]))]
            _set(change, "target_position", target.pk)


def _says(row: CheckedRow, name: str) -> bool:
    return bool(row.values.get(name)) and (row.state == "create" or name in row.changes)


def _people(batch: RosterBatch, nips: Iterable[str]) -> dict[str, Person]:
    return {
        person.nip: person
        for lump in _lumps(sorted(nips))
        for person in Person.objects.filter(agency=batch.agency, nip__in=lump).select_related("current")
    }


def _key(row: Position | Place | None) -> int | None:
    return row.pk if row else None


def _value(person: Person, name: str) -> Any:
    """What stands in a field, as it is written into a change."""
    return _plain(getattr(person, COLUMNS.get(name, name)))


def _set(change: RosterChange, name: str, value: Any) -> None:
    change.before[name], change.after[name] = _value(change.person, name), _plain(value)
    setattr(change.person, COLUMNS.get(name, name), value)


def _save(rows: Sequence[Person] | Sequence[Employment], names: Iterable[str]) -> None:
    """Writes these fields of rows that are there already, a lump of them in one statement.

    ``bulk_update`` takes four times as long for one field and forty for twelve, and nobody else can write
    meanwhile.
    """
    fields = sorted(names)
    if rows and fields:
        manager: Any = type(rows[0])._default_manager
        manager.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields, batch_size=LUMP
        )


def refuse_under_later(batch: RosterBatch) -> None:
    """ValidationError where a later sheet changed the same people."""
    later = RosterChange.objects.filter(
        batch__state__in=(BatchState.APPLIED, BatchState.UNDOING),
        batch__pk__gt=batch.pk,
        person__in=batch.changes.values("person"),
    )
    numbers = sorted(set(later.values_list("batch_id", flat=True)))
    if numbers:
        raise ValidationError(
            _("A later sheet changed the same people. Undo it first: import %(numbers)s.")
            % {"numbers": ", ".join(map(str, numbers))}
        )


@transaction.atomic
def take_back(*, actor: User | None, batch: RosterBatch) -> dict[str, int]:
    """The roster as it was before this sheet, but for what was changed by hand since, which is told.

    ValidationError where a later sheet stands upon it, ProtectedError where ratings or plans do.
    """
    refuse_under_later(batch)
    mine = list(batch.changes.select_related("person"))
    left = _restore([change for change in mine if not change.created])
    left += _remove([change for change in mine if change.created])
    RosterFinding.objects.bulk_create(
        [
            RosterFinding(
                batch=batch, row=0, column=column, value=nip, severity=Severity.WARNING.value, code=code
            )
            for nip, column, code in left
        ],
        batch_size=LUMP,
    )
    _take_away_what_was_made(batch.counts.get("made", {}))
    told = {"people": len(mine), "left": len(left)}
    RosterBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.UNDONE, counts={**batch.counts, "left": len(left)}
    )
    audit.record(actor, "roster.undone", batch, unit=batch.unit, detail=told)
    return told


def _restore(changes: Sequence[RosterChange]) -> list[tuple[str, str, str]]:
    """What the sheet put there is taken away; what somebody else put there since is left and given back."""
    left, opened, restored = [], [], set[str]()
    reopened: dict[int, dt.date | None] = {}
    for change in changes:
        person, before, after = change.person, change.before, change.after
        for name in before:
            if name == "ended_on":
                continue
            if _value(person, name) != after[name]:
                left.append((person.nip, HEADERS[name], "changed_since"))
                continue
            if name == "current":
                if after[name] != before[name]:
                    opened.append(after[name])
                if "ended_on" in before:
                    reopened[before[name]] = _day(before["ended_on"])
            setattr(
                person,
                COLUMNS.get(name, name),
                _day(before[name]) if name in DATES else before[name],
            )
            restored.add(name)
    _save([change.person for change in changes], restored)
    for lump in _lumps(opened):
        Employment.objects.filter(pk__in=lump).delete()
    posts = Employment.objects.in_bulk(list(reopened))
    for number, day in reopened.items():
        posts[number].ended_on = day
    _save(list(posts.values()), ["ended_on"])
    return left


def _remove(changes: Sequence[RosterChange]) -> list[tuple[str, str, str]]:
    """The people whom the sheet brought; those whom somebody went on with stay and are given back."""
    numbers = {change.person_id: change.person.nip for change in changes}
    stay = {c.person_id for c in changes if any(_value(c.person, name) != c.after[name] for name in c.after)}
    led = [
        pair
        for lump in _lumps(list(numbers))
        for pair in Person.objects.filter(supervisor__in=lump).values_list("pk", "supervisor_id")
    ]
    # Who leads somebody who stays is needed too.
    while more := {chief for person, chief in led if person not in numbers or person in stay} - stay:
        stay |= more
    gone = [number for number in numbers if number not in stay]
    for lump in _lumps(gone):
        Person.objects.filter(pk__in=lump).update(current=None)
        Person.objects.filter(pk__in=lump).delete()
    return [(numbers[number], "", "person_stays") for number in sorted(stay)]


def _take_away_what_was_made(made: dict[str, list[Any]]) -> None:
    """Posts and places that this sheet brought, where nothing else uses them by now.

    Units are put out of use.
    """
    for sort, number, field, value in made.get("filled", []):
        model: type[Position] | type[Place] = Position if sort == "position" else Place
        model._default_manager.filter(pk=number, **{field: value}).update(**{field: ""})
    for model, name in ((Position, "positions"), (Place, "places")):
        for number in made.get(name, []):
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=number).delete()
            except ProtectedError:
                continue
    # The audit names units, so that they are kept; one with people in it stays in use.
    units = Unit.objects.filter(pk__in=made.get("units", []))
    for unit in units:
        if not Employment.objects.filter(unit__path__startswith=unit.path).exists():
            Unit.objects.filter(pk=unit.pk).update(is_active=False)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _lumps(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), LUMP):
        yield values[start : start + LUMP]
