"""What changes about offerings and about the resources they use."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.catalogue import bridge
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions.faults import (
    join,
    offering_faults,
    period_faults,
    refuse,
    resource_faults,
    taken,
)
from asah.portal.catalogue.enums import FormUnit
from asah.portal.catalogue.models import Offering, Resource, ResourcePeriod
from asah.portal.catalogue.queries import days_of, load_by_week, week_of, weeks_of


@transaction.atomic
def save_offering(*, actor: User, offering: Offering) -> Offering:
    """Makes or changes an offering. Its weeks follow from its days where days are given.

    ValidationError by field for what cannot be saved.
    """
    agency = offering.programme.agency
    EDIT_CATALOGUE.require(actor, agency)
    # A code is once in an agency and year, which no constraint of this table can say: writers take turns.
    Unit.objects.select_for_update().get(pk=agency.pk)
    new = offering.pk is None
    fill_weeks(offering)
    key = {"programme__agency": agency, "year": offering.year, "code": offering.code}
    refuse(join(offering_faults(offering), taken(Offering, offering, "code", **key)))
    offering.save()
    audit.record(actor, "offering.created" if new else "offering.changed", offering, unit=agency)
    return offering


# Of the days of an offering that is not yet saved: a table has no such days, so no column is typed for them.
NOT_GIVEN: Final[Any] = None


def new_offering(**fields: Any) -> Offering:
    """An offering that is not yet saved, and whose days are counted unless they are given."""
    return Offering(**({"days": NOT_GIVEN} | fields))


def fill_weeks(offering: Offering) -> None:
    """Weeks and number of days out of the days; the last day out of the first where only that is given.

    ``days`` NOT_GIVEN: they are counted. 0 is given: a day for which nothing is paid, such as one online.
    """
    counted: bool = offering.days is NOT_GIVEN
    if counted:
        offering.days = 0
    if offering.starts_on is None:
        return
    first, last = offering.starts_on, offering.ends_on or offering.starts_on
    offering.ends_on = last
    # Days that cannot be are refused for themselves, not for weeks made out of them.
    if last < first or first.year != offering.year or last.year != offering.year:
        return
    offering.period = week_of(first) if offering.period is None else offering.period
    offering.period_end = week_of(last) if offering.period_end is None else offering.period_end
    if counted:
        offering.days = (last - first).days + 1


@transaction.atomic
def set_offering_archived(*, actor: User, offering: Offering, archived: bool) -> None:
    """Takes an offering out of the lists and of what is planned, or brings it back."""
    agency = offering.programme.agency
    EDIT_CATALOGUE.require(actor, agency)
    if (offering.archived_at is not None) == archived:
        return
    offering.archived_at = timezone.now() if archived else None
    offering.save(update_fields=["archived_at"])
    audit.record(actor, "offering.archived" if archived else "offering.restored", offering, unit=agency)


@transaction.atomic
def save_resource(
    *, actor: User, resource: Resource, periods: Sequence[ResourcePeriod] | None = None
) -> Resource:
    """Makes or changes a resource with its exceptional weeks; None leaves the weeks as they are."""
    EDIT_CATALOGUE.require(actor, resource.agency)
    new = resource.pk is None
    key = {"agency": resource.agency, "code": resource.code}
    refuse(join(resource_faults(resource), taken(Resource, resource, "code", **key)))
    refuse(join(*(period_faults(period) for period in periods or ())))
    weeks = [(period.year, period.period) for period in periods or ()]
    if len(set(weeks)) < len(weeks):
        refuse({"period": [_("A week stands here twice. Keep one line for each.")]})
    resource.save()
    if periods is not None:
        resource.periods.all().delete()
        rows = [
            ResourcePeriod(resource=resource, year=p.year, period=p.period, classes=p.classes)
            for p in periods
        ]
        ResourcePeriod.objects.bulk_create(rows)
    audit.record(actor, "resource.created" if new else "resource.changed", resource, unit=resource.agency)
    return resource


@transaction.atomic
def set_resource_archived(*, actor: User, resource: Resource, archived: bool) -> None:
    """Takes a resource out of the choices, or brings it back; offerings that use it keep it."""
    EDIT_CATALOGUE.require(actor, resource.agency)
    if (resource.archived_at is not None) == archived:
        return
    resource.archived_at = timezone.now() if archived else None
    resource.save(update_fields=["archived_at"])
    action = "resource.archived" if archived else "resource.restored"
    audit.record(actor, action, resource, unit=resource.agency)


def hints_of_offering(offering: Offering) -> list[str]:
    """What is odd about an offering and does not hinder saving it."""
    return [*_jp_hints(offering), *_load_hints(offering)]


def _jp_hints(offering: Offering) -> list[str]:
    """Whether the days give the JP that the programme promises."""
    programme, days = offering.programme, days_of(offering)
    form = bridge.find_form(programme.form)
    if form is None or days is None:
        return []
    if form.unit == FormUnit.DAY and offering.days:
        found = bridge.convert_to_jp(programme.form, Decimal(offering.days), first=days[0], last=days[1])
        if found is not None and found.jp != programme.jp:
            return [
                _("%(days)s days of this form are %(jp)s JP; the programme says %(said)s JP. Correct one.")
                % {"days": offering.days, "jp": f"{found.jp:f}", "said": f"{programme.jp.normalize():f}"}
            ]
    if form.unit == FormUnit.JP and form.cap is not None and offering.starts_on:
        found = bridge.convert_to_jp(programme.form, programme.jp, first=days[0], last=days[1])
        if found is not None and found.capped:
            return [
                _("At most %(cap)s JP a day count in this form: of %(said)s JP %(jp)s JP would count.")
                % {"cap": f"{form.cap:f}", "jp": f"{found.jp:f}", "said": f"{programme.jp.normalize():f}"}
            ]
    return []


def _load_hints(offering: Offering) -> list[str]:
    if offering.resource is None:
        return []
    own = weeks_of(offering)
    over = [
        str(load.week)
        for load in load_by_week(offering.resource, offering.year)
        if load.over and load.week in own
    ]
    if not over:
        return []
    facts: dict[str, Any] = {"resource": offering.resource.name, "weeks": ", ".join(over)}
    return [_("More classes are asked of %(resource)s than it can hold in week %(weeks)s.") % facts]
