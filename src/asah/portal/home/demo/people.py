"""Who leads whom in a simulated region, and one user for each role."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from asah.portal.base.actions import create_user, grant_role
from asah.portal.base.demo import Login
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.people.models import Person

LEADING = ("jpt", "administrator", "pengawas")


def find_supervisors(agency: Unit) -> dict[int, Person]:
    """Sets everybody's direct supervisor: the leader of the unit, for the leader that of the unit above.

    Gives the leader of each unit by the unit's number.
    """
    people = list(
        Person.objects.filter(agency=agency)
        .select_related("current__unit", "current__position")
        .order_by("pk")
    )
    leaders: dict[int, Person] = {}
    for person in sorted(people, key=_rank):
        if person.current is not None and _rank(person) < len(LEADING):
            leaders.setdefault(person.current.unit_id, person)
    for person in people:
        person.supervisor = _above(person, leaders)
    Person.objects.bulk_update(people, ["supervisor"], batch_size=500)
    return leaders


def _rank(person: Person) -> int:
    kind = person.current.position.kind if person.current and person.current.position else ""
    return LEADING.index(kind) if kind in LEADING else len(LEADING)


def _above(person: Person, leaders: dict[int, Person]) -> Person | None:
    assert person.current is not None
    numbers = [int(part) for part in person.current.unit.path.rstrip(".").split(".")]
    for number in reversed(numbers):
        leader = leaders.get(number)
        if leader is not None and leader.pk != person.pk:
            return leader
    return None


def make_users(agency: Unit, leaders: dict[int, Person]) -> list[Login]:
    """One user a role. Those of an office belong to the same office, so that their work meets."""
    office = _office(agency, leaders)
    head = leaders[office.pk]
    staff = list(
        Person.objects.filter(
            agency=agency, current__unit__path__startswith=office.path, current__ended_on=None
        )
        .exclude(pk=head.pk)
        .select_related("current__unit")
        .order_by("pk")
    )
    supervisor = next((person for person in staff if person.reports.exists()), head)
    asn = next((person for person in staff if person.supervisor_id == supervisor.pk), staff[0])
    others = [person for person in staff if person.pk not in (supervisor.pk, asn.pk)]
    supervised = supervisor.current.unit if supervisor.current else office
    password = secrets.token_urlsafe(9)
    wanted: list[tuple[Role, Unit, Person | None]] = [
        (Role.PLANNER, agency, None),
        (Role.OPERATOR, office, others[0]),
        (Role.SUPERVISOR, supervised, supervisor if supervisor.pk != head.pk else None),
        (Role.ASN, asn.current.unit if asn.current else office, asn),
        (Role.FACILITATOR, agency, others[1] if len(others) > 1 else None),
        (Role.HEAD, office, head),
        (Role.PYB, agency, None),
        (Role.PPK, agency, None),
        (Role.INSPECTOR, agency, None),
        (Role.ADMINISTRATOR, agency, None),
    ]
    return [_login(agency, role, unit, person, password) for role, unit, person in wanted]


def _login(agency: Unit, role: Role, unit: Unit, person: Person | None, password: str) -> Login:
    name = person.full_name if person else f"{role.label} {agency.name}"
    user: User = create_user(
        actor=None, username=f"{role.value}-{agency.code.lower()}", name=name, password=password
    )
    grant_role(actor=None, user=user, role=role, unit=unit)
    if person is not None:
        person.user = user
        person.save(update_fields=["user"])
        if role != Role.ASN:
            grant_role(actor=None, user=user, role=Role.ASN, unit=unit)
    return Login(role=role.value, username=user.username, password=password, name=name, place=unit.name)


def _office(agency: Unit, leaders: dict[int, Person]) -> Unit:
    """The largest office that has a leader and is small enough to look at whole."""
    offices: Iterable[Unit] = agency.children.filter(pk__in=leaders).order_by("pk")
    sizes = {
        unit: Person.objects.filter(agency=agency, current__unit__path__startswith=unit.path).count()
        for unit in offices
    }
    small = {unit: size for unit, size in sizes.items() if 4 <= size <= 150} or sizes
    return max(small, key=lambda unit: (small[unit], -unit.pk))
