"""Writing a checked roster, and taking it back: one transaction each, in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.actions import create_unit
from asah.portal.base.models import Unit, User
from asah.portal.people.actions.roster_check import Checked
from asah.portal.people.actions.roster_known import Known, KnownPosition, NewUnit, Value, plain
from asah.portal.people.actions.roster_load import known_unit
from asah.portal.people.actions.roster_rows import CheckedRow
from asah.portal.people.enums import BatchState
from asah.portal.people.models import Employment, Person, Place, Position, RosterBatch, RosterChange

DATES = ("cpns_on", "pns_on", "retires_on")
PERSON_FIELDS = ("name", "front_degree", "back_degree", "sex", "email", *DATES)
POST_FIELDS = frozenset(
    {
        "unit_code",
        "unit_name",
        "parent_unit_name",
        "position_code",
        "position_name",
        "position_kind",
        "position_level",
        "place_name",
        "place_zone",
        "employment",
        "golongan",
        "started_on",
        "left_on",
    }
)
LUMP = 1000


class _Ground:
    """Units, posts and places of the agency by what a row calls them; those that are new are made first."""

    def __init__(self, batch: RosterBatch, actor: User) -> None:
        self.batch = batch
        self.actor = actor
        self.agency = batch.agency
        self.made: dict[str, list[int]] = {"units": [], "positions": [], "places": []}
        self.units = {unit.pk: unit for unit in Unit.objects.filter(path__startswith=batch.agency.path)}
        self.positions = {plain(row.name): row for row in Position.objects.filter(agency=self.agency)}
        self.position_codes = {row.code.lower(): row for row in self.positions.values()}
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
        """A unit of this name that stood there and was taken out of use."""
        for unit in self.units.values():
            if not unit.is_active and unit.parent_id == parent.pk and plain(unit.name) == plain(new.name):
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

    def unit(self, values: dict[str, Value]) -> Unit:
        words = (str(values.get(name) or "") for name in ("unit_code", "unit_name", "parent_unit_name"))
        found = self._known.find_units(*words)
        return self._unit_of[found[0]]

    def position(self, values: dict[str, Value]) -> Position | None:
        code, name = str(values.get("position_code") or ""), str(values.get("position_name") or "")
        return (
            self.position_codes.get(code.lower()) or self.positions.get(plain(name)) if code or name else None
        )

    def place(self, values: dict[str, Value]) -> Place | None:
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
    made = [row for row in checked.rows if row.state == "create"]
    changed = [row for row in checked.rows if row.state == "update"]
    _create(batch, ground, made, today)
    _update(batch, ground, changed, today)
    _link(batch, ground, [*made, *changed])
    RosterBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.APPLIED, counts={**checked.counts, "made": ground.made}
    )
    audit.record(actor, "roster.written", batch, unit=batch.unit, detail=checked.counts)


def _create(batch: RosterBatch, ground: _Ground, rows: Sequence[CheckedRow], today: dt.date) -> None:
    people = [
        Person(
            agency=batch.agency,
            nip=str(row.values["nip"]),
            **{name: row.values[name] for name in PERSON_FIELDS if row.values.get(name) is not None},
        )
        for row in rows
    ]
    Person.objects.bulk_create(people, batch_size=LUMP)
    posts = [
        _employment(person, ground, dict(row.values), today) for person, row in zip(people, rows, strict=True)
    ]
    _open(people, posts)
    RosterChange.objects.bulk_create(
        [RosterChange(batch=batch, person=person, created=True) for person in people], batch_size=LUMP
    )


def _update(batch: RosterBatch, ground: _Ground, rows: Sequence[CheckedRow], today: dt.date) -> None:
    nips = [str(row.values["nip"]) for row in rows]
    found = {
        person.nip: person
        for lump in _lumps(nips)
        for person in Person.objects.filter(agency=batch.agency, nip__in=lump).select_related(
            "current", "current__unit", "current__position", "current__place", "supervisor", "target_position"
        )
    }
    changes, people, closed, moved, posts = [], [], [], [], []
    for row in rows:
        person = found[str(row.values["nip"])]
        before: dict[str, Any] = {
            "supervisor": person.supervisor_id,
            "target_position": person.target_position_id,
        }
        for name in PERSON_FIELDS:
            if name in row.changes:
                before[name] = _plain_value(getattr(person, name))
                setattr(
                    person,
                    name,
                    row.changes[name][1] or ("" if name not in ("cpns_on", "pns_on", "retires_on") else None),
                )
        people.append(person)
        if POST_FIELDS & set(row.changes):
            old = person.current
            before["current"] = old.pk if old else None
            before["ended_on"] = _plain_value(old.ended_on) if old else None
            values = {**_post_values(old), **{k: v for k, v in row.values.items() if k in POST_FIELDS}}
            if set(row.changes) & POST_FIELDS == {"left_on"} and old is not None:
                old.ended_on = row.changes["left_on"][1]
                closed.append(old)
            else:
                post = _employment(person, ground, values, today)
                if old is not None and old.ended_on is None:
                    if post.started_on is None or (old.started_on and post.started_on <= old.started_on):
                        post.started_on = max(today, old.started_on or today)
                    old.ended_on = max(post.started_on - dt.timedelta(days=1), old.started_on or dt.date.min)
                    closed.append(old)
                moved.append(person)
                posts.append(post)
        changes.append(RosterChange(batch=batch, person=person, created=False, before=before))
    Person.objects.bulk_update(people, list(PERSON_FIELDS), batch_size=LUMP // 2)
    Employment.objects.bulk_update(closed, ["ended_on"], batch_size=LUMP)
    _open(moved, posts)
    RosterChange.objects.bulk_create(changes, batch_size=LUMP)


def _open(people: Sequence[Person], posts: Sequence[Employment]) -> None:
    """Opens a line of history for each person and points the person at it."""
    Employment.objects.bulk_create(posts, batch_size=LUMP)
    for person, post in zip(people, posts, strict=True):
        person.current = post
    Person.objects.bulk_update(people, ["current"], batch_size=LUMP)


def _employment(person: Person, ground: _Ground, values: dict[str, Value], today: dt.date) -> Employment:
    started, left = values.get("started_on"), values.get("left_on")
    return Employment(
        person=person,
        unit=ground.unit(values),
        position=ground.position(values),
        place=ground.place(values),
        kind=str(values["employment"]),
        golongan=str(values.get("golongan") or ""),
        started_on=started if isinstance(started, dt.date) else None,
        ended_on=left if isinstance(left, dt.date) else None,
    )


def _post_values(old: Employment | None) -> dict[str, Value]:
    if old is None:
        return {}
    return {
        "unit_code": old.unit.code,
        "unit_name": old.unit.name,
        "position_code": old.position.code if old.position else "",
        "position_name": old.position.name if old.position else "",
        "place_name": old.place.name if old.place else "",
        "employment": old.kind,
        "golongan": old.golongan,
    }


def _link(batch: RosterBatch, ground: _Ground, rows: Sequence[CheckedRow]) -> None:
    """Supervisors and next posts, once everybody of the sheet is there."""
    asked = [row for row in rows if {"supervisor_nip", "target_position_name"} & set(row.values)]
    nips = {
        str(row.values[name]) for row in asked for name in ("nip", "supervisor_nip") if row.values.get(name)
    }
    found = {
        person.nip: person
        for lump in _lumps(sorted(nips))
        for person in Person.objects.filter(agency=batch.agency, nip__in=lump)
    }
    people = []
    for row in asked:
        person = found[str(row.values["nip"])]
        if row.values.get("supervisor_nip"):
            person.supervisor = found.get(str(row.values["supervisor_nip"]))
        if row.values.get("target_position_name"):
            person.target_position = ground.positions.get(plain(str(row.values["target_position_name"])))
        people.append(person)
    Person.objects.bulk_update(people, ["supervisor", "target_position"], batch_size=LUMP)


@transaction.atomic
def take_back(*, actor: User, batch: RosterBatch) -> None:
    """The roster as it was before this sheet. ValidationError where something stands upon it already."""
    mine = list(batch.changes.select_related("person__current"))
    later = RosterChange.objects.filter(
        batch__state=BatchState.APPLIED, batch__pk__gt=batch.pk, person__in=batch.changes.values("person")
    )
    numbers = sorted({change.batch_id for change in later.only("batch_id")})
    if numbers:
        raise ValidationError(
            _("A later sheet changed the same people. Undo it first: import %(numbers)s.")
            % {"numbers": ", ".join(map(str, numbers))}
        )
    Person.objects.filter(pk__in=[change.person_id for change in mine if change.created]).update(current=None)
    changed = [change for change in mine if not change.created]
    _restore(changed)
    try:
        with transaction.atomic():
            created = batch.changes.filter(created=True).values_list("person", flat=True)
            for lump in _lumps(list(created)):
                Person.objects.filter(pk__in=lump).delete()
    except ProtectedError as error:
        raise ValidationError(
            _("%(count)s people of this sheet already have ratings or places in a plan. It stays.")
            % {"count": len(error.protected_objects)}
        ) from error
    _take_away_what_was_made(batch.counts.get("made", {}))
    RosterBatch.objects.filter(pk=batch.pk).update(state=BatchState.UNDONE)
    audit.record(actor, "roster.undone", batch, unit=batch.unit, detail={"people": len(mine)})


def _restore(changes: Sequence[RosterChange]) -> None:
    opened, closed, people = [], [], []
    for change in changes:
        person, before = change.person, change.before
        for name in PERSON_FIELDS:
            if name in before:
                value = before[name]
                setattr(
                    person, name, dt.date.fromisoformat(value) if value and name.endswith("_on") else value
                )
        person.supervisor_id = before["supervisor"]
        person.target_position_id = before["target_position"]
        if "current" in before:
            if person.current_id != before["current"]:
                opened.append(person.current_id)
            person.current_id = before["current"]
            ended = before["ended_on"]
            closed.append((before["current"], dt.date.fromisoformat(ended) if ended else None))
        people.append(person)
    fields = [*PERSON_FIELDS, "supervisor", "target_position", "current"]
    Person.objects.bulk_update(people, fields, batch_size=LUMP // 4)
    for lump in _lumps(opened):
        Employment.objects.filter(pk__in=lump).delete()
    posts = [Employment(pk=number, ended_on=day) for number, day in closed if number is not None]
    Employment.objects.bulk_update(posts, ["ended_on"], batch_size=LUMP)


def _take_away_what_was_made(made: dict[str, list[int]]) -> None:
    """Posts and places that this sheet brought, where nothing else uses them by now.

    Units are put out of use.
    """
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


def _plain_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _lumps(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), LUMP):
        yield values[start : start + LUMP]
