"""A cycle from its draft to its close. Opening freezes whom it covers: long work, done by a job."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit, jobs
from asah.portal.base.jobs import JobRefused, Running
from asah.portal.base.models import Unit, User
from asah.portal.competency.queries import competencies_of, framework_in_force
from asah.portal.needs.access import PLAN_NEEDS
from asah.portal.needs.actions.assign import draw_assignments
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Assignment, Cycle, Member
from asah.portal.needs.queries.cycles import people_of, running_with_the_same
from asah.portal.needs.queries.rating import counts_the_confided

BATCH = 2000
# An analysis is rated in the years before the one it is planned for, at the latest in the one after it.
YEARS_BEFORE, YEARS_AFTER = 3, 1
SEEDS = 1_000_000


@transaction.atomic
def save_cycle(*, actor: User, cycle: Cycle, units: Sequence[Unit]) -> None:
    """A new draft, or a changed one, with the framework that its agency has in force."""
    PLAN_NEEDS.require(actor, cycle.agency)
    if cycle.state != CycleState.DRAFT or is_being_opened(cycle):
        raise ValidationError(_("Only a draft can be changed. An opened one can be closed and opened again."))
    framework = framework_in_force(cycle.agency)
    if framework is None:
        raise ValidationError(
            _("Your agency has no framework of competencies in force. Put one in force first.")
        )
    if any(unit.agency_id != cycle.agency_id for unit in units):
        raise ValidationError(_("Choose units of the agency whose analysis this is."))
    for name, day in (("opens_on", cycle.opens_on), ("closes_on", cycle.closes_on)):
        _check_day(cycle, name, day)
    new = cycle.pk is None
    cycle.framework = framework
    if new:
        cycle.seed = cycle.seed if cycle.seed > 1 else 1 + secrets.randbelow(SEEDS)
    cycle.save()
    cycle.units.set(units)
    audit.record(actor, "cycle.created" if new else "cycle.changed", cycle, unit=cycle.agency)


def _check_day(cycle: Cycle, name: str, day: dt.date) -> None:
    first, last = cycle.year - YEARS_BEFORE, cycle.year + YEARS_AFTER
    if not first <= day.year <= last:
        words = _("For the plan year %(year)s choose a day between %(first)s and %(last)s.")
        raise ValidationError({name: words % {"year": cycle.year, "first": first, "last": last}})


def is_being_opened(cycle: Cycle) -> bool:
    return cycle.state == CycleState.DRAFT and cycle.job is not None and not cycle.job.is_over


@transaction.atomic
def discard_cycle(*, actor: User, cycle: Cycle) -> None:
    """Takes a draft away; nothing of it was ever shown to raters."""
    PLAN_NEEDS.require(actor, cycle.agency)
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("job", "agency").get(pk=cycle.pk)
    if cycle.state != CycleState.DRAFT or is_being_opened(cycle):
        raise ValidationError(_("Only a draft can be discarded. An opened analysis is closed and finished."))
    audit.record(actor, "cycle.discarded", cycle, unit=cycle.agency, detail={"name": cycle.name})
    cycle.delete()


@transaction.atomic
def begin_opening(*, actor: User, cycle: Cycle) -> None:
    """Queues the job that opens a draft. ValidationError with everything that is still missing."""
    PLAN_NEEDS.require(actor, cycle.agency)
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("job", "agency").get(pk=cycle.pk)
    missing = _missing(cycle)
    if missing:
        raise ValidationError(missing)
    cycle.job = jobs.enqueue("needs.open", user=actor, unit=cycle.agency, cycle=cycle.pk)
    cycle.save(update_fields=["job"])
    audit.record(actor, "cycle.opening", cycle, unit=cycle.agency)


def _missing(cycle: Cycle) -> list[str]:
    missing = []
    if cycle.state != CycleState.DRAFT:
        missing.append(_("This analysis was opened already."))
    if is_being_opened(cycle):
        missing.append(_("It is being opened at this moment. Wait until that is done."))
    if cycle.closes_on < timezone.localdate():
        missing.append(_("The last day is over. Set a later one."))
    if not cycle.roles:
        missing.append(_("Nobody is to rate. Choose at least one kind of rater."))
    if not competencies_of(cycle.agency).exists():
        missing.append(_("Your agency has no competencies yet. Adopt or enter a framework first."))
    for other in running_with_the_same(cycle):
        words = _(
            "“%(other)s” covers some of the same people for %(year)s and is not finished. Finish it first, or"
            " narrow whom this one covers."
        )
        missing.append(words % {"other": other.name, "year": cycle.year})
    if not people_of(cycle).exists():
        missing.append(_("Nobody is in the population. Import the roster, or widen the conditions."))
    return missing


def open_cycle(running: Running) -> dict[str, Any]:
    """Freezes members and draws their raters, in batches; a second try begins anew: nobody saw the first."""
    cycle = Cycle.objects.select_related("agency").get(pk=running.arguments["cycle"])
    if cycle.state != CycleState.DRAFT:
        return dict(cycle.summary)
    Assignment.objects.filter(member__cycle=cycle).delete()
    Member.objects.filter(cycle=cycle).delete()
    people = list(people_of(cycle).select_related("current").order_by("nip"))
    if not people:
        raise JobRefused(_("Nobody is in the population. Import the roster, or widen the conditions."))
    members = [
        Member(
            cycle=cycle,
            person=person,
            unit_id=person.current.unit_id,
            position_id=person.current.position_id,
            target_position_id=person.target_position_id,
        )
        for person in people
        if person.current is not None
    ]
    whole = len(members)
    for start in range(0, len(members), BATCH):
        running.tell(start, whole)
        running.stop_if_wanted()
        Member.objects.bulk_create(members[start : start + BATCH])
    forms = draw_assignments(cycle, members)
    whole += len(forms)
    for start in range(0, len(forms), BATCH):
        running.tell(len(members) + start, whole)
        running.stop_if_wanted()
        Assignment.objects.bulk_create(forms[start : start + BATCH])
    with transaction.atomic():
        cycle.state = CycleState.OPEN
        cycle.opened_at = timezone.now()
        cycle.summary = {"members": len(members), "forms": len(forms)}
        cycle.save(update_fields=["state", "opened_at", "summary"])
        audit.record(
            running.row.created_by, "cycle.opened", cycle, unit=cycle.agency, detail=dict(cycle.summary)
        )
    running.tell(whole, whole)
    return dict(cycle.summary)


@transaction.atomic
def close_cycle(*, actor: User, cycle: Cycle) -> None:
    """No more ratings, but those that were filled in before. Closed early, today becomes the last day."""
    PLAN_NEEDS.require(actor, cycle.agency)
    if cycle.state != CycleState.OPEN:
        raise ValidationError(_("Only an open analysis can be closed."))
    before = cycle.closes_on
    cycle.closes_on = max(cycle.opens_on, min(before, timezone.localdate()))
    cycle.state = CycleState.CLOSED
    cycle.save(update_fields=["state", "closes_on"])
    days = {"from": before.isoformat(), "to": cycle.closes_on.isoformat()}
    audit.record(actor, "cycle.closed", cycle, unit=cycle.agency, detail=days)


@transaction.atomic
def reopen_cycle(*, actor: User, cycle: Cycle, closes_on: dt.date, reason: str) -> None:
    """Takes ratings again until another day, with a reason that stays in the audit."""
    PLAN_NEEDS.require(actor, cycle.agency)
    if cycle.state != CycleState.CLOSED:
        raise ValidationError(_("Only a closed analysis can be opened again."))
    if closes_on < timezone.localdate():
        raise ValidationError(_("The last day must not be over. Set today or a later day."))
    _check_day(cycle, "closes_on", closes_on)
    if counts_the_confided(cycle):
        # Computed once more, the difference would be what the few said who rated in between.
        raise ValidationError(
            _(
                "The needs were computed with what peers and subordinates said in confidence. Opened again,"
                " the analysis would tell by the difference who said what. Prepare another one."
            )
        )
    days = {"from": cycle.closes_on.isoformat(), "to": closes_on.isoformat(), "reason": reason}
    cycle.state, cycle.closes_on = CycleState.OPEN, closes_on
    cycle.save(update_fields=["state", "closes_on"])
    audit.record(actor, "cycle.reopened", cycle, unit=cycle.agency, detail=days)
