"""What the roster holds already, in the form that the check of a sheet compares with."""

from __future__ import annotations

import datetime as dt

from asah.portal.base.models import Unit, User
from asah.portal.people.actions.roster_known import Known, KnownPosition, KnownUnit, Value
from asah.portal.people.bridge import retirement_ages
from asah.portal.people.models import Person, Place, Position
from asah.portal.people.queries import own_numbers


def load_known(scope: Unit, today: dt.date, sender: User | None = None) -> Known:
    """Everybody of the agency, so that a person who moved between offices is one person.

    Units below ``scope``: it is of their people that the sheet of ``sender`` speaks.
    """
    agency = scope.agency_id
    every = list(Unit.objects.filter(path__startswith=f"{agency}."))
    units = {unit.pk: unit for unit in every if unit.is_active}
    parents = {unit.pk: "".join(known_unit(unit, units).above[:1]) for unit in every}
    people = _people(agency)
    at = {person.nip: person.current.unit.path if person.current else "" for person in people}
    elsewhere = {} if scope.pk == agency else {n: p for n, p in at.items() if not p.startswith(scope.path)}
    # A unit taken out of use below the scope is the one that a row with its code brings back.
    reserved = (unit for unit in every if unit.is_active or not unit.path.startswith(scope.path))
    return Known(
        people={person.nip: _values(person, parents) for person in people},
        units=[known_unit(unit, units) for unit in units.values() if unit.path.startswith(scope.path)],
        positions=[
            KnownPosition(position.code, position.name, position.kind, position.level)
            for position in Position.objects.filter(agency=agency)
        ],
        places={place.name: place.zone for place in Place.objects.filter(agency=agency)},
        retirement_ages=retirement_ages(today),
        elsewhere=elsewhere.keys(),
        above={nip for nip, path in elsewhere.items() if path and scope.path.startswith(path)},
        codes={unit.code.lower() for unit in reserved},
        sender=own_numbers(agency, sender),
        # Posts and places are shared by all offices, so no one office changes them.
        fills=scope.pk == agency,
    )


def known_unit(unit: Unit, units: dict[int, Unit]) -> KnownUnit:
    above = [int(number) for number in reversed(unit.path.rstrip(".").split(".")[:-1])]
    return KnownUnit(unit.code, unit.name, tuple(units[number].name for number in above if number in units))


def _people(agency: int) -> list[Person]:
    related = ("current__unit", "current__position", "current__place", "supervisor", "target_position")
    return list(Person.objects.filter(agency=agency).select_related(*related))


def _values(person: Person, parents: dict[int, str]) -> dict[str, Value]:
    values: dict[str, Value] = {
        "nip": person.nip,
        "name": person.name,
        "front_degree": person.front_degree,
        "back_degree": person.back_degree,
        "sex": person.sex,
        "email": person.email,
        "cpns_on": person.cpns_on,
        "pns_on": person.pns_on,
        "retires_on": person.retires_on,
        "supervisor_nip": person.supervisor.nip if person.supervisor else "",
        "target_position_name": person.target_position.name if person.target_position else "",
    }
    at = person.current
    if at is not None:
        values |= {
            "unit_code": at.unit.code,
            "unit_name": at.unit.name,
            "parent_unit_name": parents.get(at.unit_id, ""),
            "position_code": at.position.code if at.position else "",
            "position_name": at.position.name if at.position else "",
            "position_kind": at.position.kind if at.position else "",
            "position_level": at.position.level if at.position else "",
            "place_name": at.place.name if at.place else "",
            "place_zone": at.place.zone if at.place else "",
            "employment": at.kind,
            "golongan": at.golongan,
            "started_on": at.started_on,
            "left_on": at.ended_on,
        }
    return values
