"""Named situations for the portal's tests. People are invented."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from asah.portal.base.actions import create_unit, create_user, grant_role
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.people.models import Employment, Person, Place, Position

_numbers = count(1)
PASSWORD = "kata-sandi-uji-2026"


def an_agency(name: str = "Kabupaten Uji") -> Unit:
    return create_unit(actor=None, code=f"A{next(_numbers)}", name=name)


def an_office(agency: Unit, name: str = "Dinas Uji") -> Unit:
    return create_unit(actor=None, code=f"O{next(_numbers)}", name=name, parent=agency)


def a_user(*roles: Role, unit: Unit, username: str = "") -> User:
    """Somebody who signs in with PASSWORD and holds the roles in the unit."""
    number = next(_numbers)
    user = create_user(
        actor=None, username=username or f"user{number}", name=f"Pengguna {number}", password=PASSWORD
    )
    for role in roles:
        grant_role(actor=None, user=user, role=role, unit=unit)
    return user


def a_person(
    unit: Unit, name: str = "", *, position: Position | None = None, user: User | None = None, **values: Any
) -> Person:
    """A permanent civil servant at work in the unit since 2020."""
    number = next(_numbers)
    agency = Unit.objects.get(pk=unit.agency_id)
    place, _ = Place.objects.get_or_create(agency=agency, code="T1", defaults={"name": "Kota Uji"})
    person = Person.objects.create(
        agency=agency,
        nip=f"19900101201501{1 + number % 2}{number % 999 + 1:03d}",
        name=name or f"Pegawai {number}",
        user=user,
        **values,
    )
    person.current = Employment.objects.create(
        person=person,
        unit=unit,
        place=place,
        position=position or a_position(agency),
        kind="PNS",
        golongan="III/c",
        started_on=dt.date(2020, 1, 1),
    )
    person.save()
    return person


def a_position(
    agency: Unit, name: str = "Analis Kebijakan", kind: str = "fungsional", level: str = ""
) -> Position:
    found = Position.objects.filter(agency=agency, name=name).first()
    return found or Position.objects.create(
        agency=agency, code=f"J{next(_numbers)}", name=name, kind=kind, level=level
    )
