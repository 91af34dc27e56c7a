"""Decisions by hand: who must be in an offering, who must not, who is moved. The next plan keeps them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base.models import User
from asah.portal.catalogue.models import Offering
from asah.portal.people.models import Person
from asah.portal.planning.actions.editions import begin_change
from asah.portal.planning.enums import LockState
from asah.portal.planning.models import Lock, Scenario


@transaction.atomic
def lock_person(
    *,
    actor: User,
    scenario: Scenario,
    edition: int,
    person: Person,
    offering: Offering,
    state: LockState | str,
    reason: str,
) -> Lock:
    """In: the next plan gives the place. Out: it does not. Deciding again replaces the decision."""
    _refuse_strangers(scenario, person, offering)
    state = LockState(state)
    _begin(actor, scenario, edition, person, {f"{state.value}:{offering.pk}": [None, state.value]})
    return _write(actor, scenario, person, offering, state, reason)


@transaction.atomic
def move_person(
    *,
    actor: User,
    scenario: Scenario,
    edition: int,
    person: Person,
    offering: Offering,
    to: Offering,
    reason: str,
) -> Lock:
    """Out of one offering into another: of the same programme at another date, or of another programme."""
    _refuse_strangers(scenario, person, offering)
    _refuse_strangers(scenario, person, to)
    if offering.pk == to.pk:
        raise ValidationError(_("This is where the person is already. Choose another offering."))
    _begin(actor, scenario, edition, person, {"moved": [offering.pk, to.pk]})
    _write(actor, scenario, person, offering, LockState.OUT, reason)
    return _write(actor, scenario, person, to, LockState.IN, reason)


@transaction.atomic
def unlock(*, actor: User, lock: Lock, edition: int) -> None:
    """Leaves it to the plan again."""
    _begin(
        actor, lock.scenario, edition, lock.person, {f"{lock.state}:{lock.offering_id}": [lock.state, None]}
    )
    lock.delete()


def _begin(
    actor: User, scenario: Scenario, edition: int, person: Person, changed: dict[str, list[object]]
) -> None:
    begin_change(actor, scenario, edition, "decisions", {"person": [None, person.pk], **changed})


def _write(
    actor: User, scenario: Scenario, person: Person, offering: Offering, state: LockState, reason: str
) -> Lock:
    if state == LockState.IN:
        # One offering of a programme at most: an earlier decision for another date would contradict this one.
        scenario.locks.filter(
            person=person, offering__programme=offering.programme_id, state=LockState.IN
        ).exclude(offering=offering).delete()
    lock, _new = Lock.objects.update_or_create(
        scenario=scenario,
        person=person,
        offering=offering,
        defaults={"state": state.value, "reason": reason, "made_by": actor, "made_at": timezone.now()},
    )
    return lock


def _refuse_strangers(scenario: Scenario, person: Person, offering: Offering) -> None:
    if person.agency_id != scenario.agency_id or offering.programme.agency_id != scenario.agency_id:
        raise ValidationError(_("Person and offering must belong to the agency of the scenario."))
    if offering.year != scenario.year:
        raise ValidationError(_("The offering is of another year. Choose one of the year of the plan."))
