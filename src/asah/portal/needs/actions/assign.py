"""Who rates whom: drawn when a cycle opens, and completed by hand where the roster does not say."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.enums import Role
from asah.portal.base.models import RoleGrant, User
from asah.portal.needs.access import ASSIGN_RATERS
from asah.portal.needs.enums import AssignmentState, CycleState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member
from asah.portal.people.models import Person


def draw_peers(
    people: Sequence[int], *, count: int, seed: str, barred: Mapping[int, Collection[int]]
) -> dict[int, list[int]]:
    """Rated person to ``count`` raters drawn by lot from the same ``people``, or as many as there are.

    The lot shuffles all of them into a ring, and each is rated by those who follow: so everybody gives about
    as many ratings as they get. ``barred``: whom a person must not be rated by as a peer. The same ``people``
    in the same order and the same ``seed`` give the same raters.
    """
    ring = list(people)
    random.Random(seed).shuffle(ring)
    raters = {}
    for place, person in enumerate(ring):
        others = (ring[(place + step) % len(ring)] for step in range(1, len(ring)))
        kept = barred.get(person, ())
        raters[person] = list(islice((other for other in others if other not in kept), count))
    return raters


def draw_assignments(cycle: Cycle, members: Sequence[Member]) -> list[Assignment]:
    """Forms of all members, not yet written: self, supervisor, peers, subordinates, as the cycle asks."""
    people = {member.person_id: member.person for member in members}
    supervisors = _supervisors(members)
    reports: dict[int, set[int]] = defaultdict(set)
    for each in people.values():
        if each.supervisor_id is not None:
            reports[each.supervisor_id].add(each.pk)
    peers = _peers(cycle, members, supervisors, reports) if RaterRole.PEER in cycle.roles else {}
    forms = []
    for member in members:
        person = member.person_id
        pairs: list[tuple[str, Iterable[int]]] = [
            (RaterRole.SELF, [person]),
            (RaterRole.SUPERVISOR, [supervisors[person]] if person in supervisors else []),
            (RaterRole.PEER, peers.get(person, [])),
            (RaterRole.SUBORDINATE, sorted(reports[person])),
        ]
        forms += [
            Assignment(member=member, role=role, rater_id=rater)
            for role, raters in pairs
            if role in cycle.roles
            for rater in raters
        ]
    return forms


def _supervisors(members: Sequence[Member]) -> dict[int, int]:
    """Of the roster; where it names none, whoever is supervisor, or else head, by role in the same unit."""
    # Asked of everybody and not by their numbers: databases take a limited count of these.
    agency = members[0].person.agency_id if members else None
    in_service = Person.objects.filter(agency=agency, current__isnull=False, current__ended_on=None)
    at_work = set(in_service.values_list("pk", flat=True))
    found = {
        m.person_id: m.person.supervisor_id
        for m in members
        if m.person.supervisor_id in at_work and m.person.supervisor_id is not None
    }
    holders: dict[int, list[int]] = defaultdict(list)
    grants = RoleGrant.objects.filter(
        role__in=(Role.SUPERVISOR, Role.HEAD),
        ended_at=None,
        user__is_active=True,
        user__person__agency=agency,
    )
    rows = grants.values_list("unit_id", "role", "user__person").order_by("unit_id", "-role", "user__person")
    for unit, _role, holder in rows:
        holders[unit].append(holder)
    for member in members:
        if member.person_id not in found:
            others = [each for each in holders[member.unit_id] if each != member.person_id]
            if others:
                found[member.person_id] = others[0]
    return found


def _peers(
    cycle: Cycle,
    members: Sequence[Member],
    supervisors: Mapping[int, int],
    reports: Mapping[int, set[int]],
) -> dict[int, list[int]]:
    by_unit: dict[int, list[Member]] = defaultdict(list)
    for member in members:
        by_unit[member.unit_id].append(member)
    peers: dict[int, list[int]] = {}
    for unit, group in by_unit.items():
        people = [m.person_id for m in sorted(group, key=lambda m: m.person.nip)]
        barred = {person: {supervisors.get(person, 0), *reports.get(person, ())} for person in people}
        peers |= draw_peers(people, count=cycle.peers, seed=f"{cycle.seed}/{unit}", barred=barred)
    return peers


@transaction.atomic
def assign_rater(*, actor: User, member: Member, role: str, rater: Person, whole_unit: bool = False) -> int:
    """Names a rater by hand; with ``whole_unit`` for everybody of the unit who has none in this role.

    Returns for how many people the rater was named. ValidationError where the rater does not fit.
    """
    ASSIGN_RATERS.require(actor, member.unit)
    cycle = member.cycle
    if cycle.state != CycleState.OPEN:
        raise ValidationError(_("Raters are named while the analysis is open."))
    if role not in cycle.roles or role in (RaterRole.SELF, RaterRole.ASSESSOR, RaterRole.TEST):
        raise ValidationError(_("This analysis asks for no rater of this kind."))
    if rater.agency_id != cycle.agency_id:
        raise ValidationError(_("The rater must be of the same agency."))
    if rater.pk == member.person_id:
        raise ValidationError(_("Nobody is their own supervisor, peer or subordinate. Name somebody else."))
    rated = [member]
    if whole_unit:
        group = Member.objects.filter(cycle=cycle, unit=member.unit_id).exclude(assignments__role=role)
        group = group.select_related("person")
        rated = list({each.pk: each for each in [member, *group.exclude(person=rater)]}.values())
    if rater.user_id == actor.pk and not _is_supervisor_of(rater, role, rated):
        raise ValidationError(
            _("Nobody names themselves. Have somebody else name you, or the roster say whom you supervise.")
        )
    there = Assignment.objects.filter(member__in=rated, role=role, rater=rater)
    have = set(there.values_list("member_id", flat=True))
    new = [Assignment(member=each, role=role, rater=rater) for each in rated if each.pk not in have]
    Assignment.objects.bulk_create(new)
    if new:
        audit.record(
            actor, "needs.rater_named", member, unit=member.unit, detail={"role": role, "people": len(new)}
        )
    return len(new)


def _is_supervisor_of(rater: Person, role: str, rated: Sequence[Member]) -> bool:
    """Whether roster or role give the rater to each of them as supervisor anyway."""
    found = _supervisors(rated) if role == RaterRole.SUPERVISOR else {}
    return all(found.get(member.person_id) == rater.pk for member in rated)


@transaction.atomic
def release_rater(*, actor: User, assignment: Assignment) -> None:
    """Takes back a form that was not begun, for example of somebody who is on long leave."""
    member = assignment.member
    ASSIGN_RATERS.require(actor, member.unit)
    if assignment.state != AssignmentState.OPEN or member.cycle.state != CycleState.OPEN:
        raise ValidationError(_("A form that was begun or sent stays. Name another rater beside it."))
    audit.record(actor, "needs.rater_released", member, unit=member.unit, detail={"role": assignment.role})
    assignment.delete()
