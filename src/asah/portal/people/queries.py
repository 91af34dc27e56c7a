"""What the pages about people show; every function takes the viewer."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db.models import Count, ForeignObjectRel, Q, QuerySet
from django.utils.translation import gettext as _

from asah.portal.base.access import visible_to
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.people.models import (
    AccountBatch,
    Employment,
    Person,
    Place,
    Position,
    RosterBatch,
    RosterDifference,
    RosterFinding,
)

NBSP = "\u00a0"


def people_seen_by(viewer: User) -> QuerySet[Person]:
    """People with unit, post and place of their latest employment."""
    return visible_to(viewer, Person).select_related("current__unit", "current__position", "current__place")


def own_numbers(agency: int, user: User | None) -> set[str]:
    """NIP of the person who signs in as ``user``, and the user name, which is the NIP of most."""
    if user is None:
        return set()
    return {user.username, *Person.objects.filter(agency=agency, user=user).values_list("nip", flat=True)}


def people_at_work_in(unit: Unit) -> QuerySet[Person]:
    """People whose latest employment is in the unit or below it and still lasts."""
    return Person.objects.filter(current__unit__path__startswith=unit.path, current__ended_on=None)


def people_for_accounts(unit: Unit, today: dt.date) -> QuerySet[Person]:
    """Who works in the unit or below it on a day: neither gone nor retired."""
    at_work = Q(current__ended_on=None) | Q(current__ended_on__gte=today)
    serves = Q(retires_on=None) | Q(retires_on__gte=today)
    return Person.objects.filter(at_work, serves, current__unit__path__startswith=unit.path)


def users_inside(unit: Unit) -> QuerySet[User]:
    """Users with a role in the unit or below it and none elsewhere: nobody else's, and nobody's superior."""
    standing = RoleGrant.objects.filter(ended_at=None)
    inside = standing.filter(unit__path__startswith=unit.path)
    outside = standing.exclude(unit__path__startswith=unit.path)
    return User.objects.filter(pk__in=inside.values("user")).exclude(pk__in=outside.values("user"))


def people_without_account(unit: Unit, today: dt.date, *, again: bool = False) -> QuerySet[Person]:
    """With ``again`` also who has one and never signed in with the password they were handed."""
    wanted = Q(user=None)
    if again:
        unused = users_inside(unit).filter(last_login=None, must_change_password=True)
        wanted |= Q(user__in=unused)
    return people_for_accounts(unit, today).filter(wanted)


def counts_for_accounts(unit: Unit, today: dt.date) -> list[tuple[str, int]]:
    """Words and number of who would get an account, who would not, and why."""
    everybody = Person.objects.filter(current__unit__path__startswith=unit.path)
    working = people_for_accounts(unit, today)
    without = people_without_account(unit, today).count()
    gone = everybody.filter(current__ended_on__lt=today).count()
    return [
        (_("People who get an account"), without),
        (_("have one already"), working.count() - without),
        (_("passed over: have left"), gone),
        (_("passed over: have retired"), everybody.count() - working.count() - gone),
        (
            _("have one and never signed in"),
            people_without_account(unit, today, again=True).count() - without,
        ),
    ]


def account_batches_seen_by(viewer: User) -> QuerySet[AccountBatch]:
    return visible_to(viewer, AccountBatch).select_related("unit", "job", "file")


def offices_seen_by(viewer: User) -> list[tuple[str, str]]:
    """Choices of a filter.

    Path and name of every unit down to the parts of offices, in the order of the tree.
    """
    # No unit three floors up: an agency, an office, or a part of an office.
    units = visible_to(viewer, Unit).filter(is_active=True, parent__parent__parent=None)
    named = units.values_list("path", "name")
    return [(path, f"{NBSP * 2 * (path.count('.') - 1)}{name}") for path, name in named]


def history_of(person: Person) -> QuerySet[Employment]:
    """Latest first; an open one before all."""
    return person.employments.select_related("unit", "position", "place").order_by("-pk")


def positions_seen_by(viewer: User) -> QuerySet[Position]:
    """Posts with ``holders``, the number of people who hold them now."""
    return visible_to(viewer, Position).annotate(holders=Count("held", filter=Q(held__ended_on=None)))


def places_seen_by(viewer: User) -> QuerySet[Place]:
    """Places with ``people``, the number who work there now."""
    return visible_to(viewer, Place).annotate(people=Count("worked_at", filter=Q(worked_at__ended_on=None)))


def uses_of(row: Position | Place) -> list[tuple[str, int]]:
    """What refers to a row, by its name for people, and how many: of every app, known here or not."""
    counts: Counter[str] = Counter()
    for relation in row._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            rows = relation.related_model._default_manager
            counts[str(relation.related_model._meta.verbose_name_plural)] += rows.filter(
                **{relation.field.name: row}
            ).count()
    return [(name, count) for name, count in counts.items() if count]


def batches_seen_by(viewer: User) -> QuerySet[RosterBatch]:
    return visible_to(viewer, RosterBatch).select_related("file", "unit", "created_by")


def counts_of(batch: RosterBatch) -> list[tuple[str, int, str]]:
    """Words, number and the address of the list that shows them; rows = taken + left out, always."""
    counts = batch.counts
    if "rows" not in counts:
        return []
    return [
        (_("Rows in the sheet"), counts["rows"], ""),
        (_("taken"), counts["taken"], ""),
        (_("taken with a warning"), counts["warned"], "?severity=warning#table-findings"),
        (_("left out"), counts["rejected"], "?severity=error#table-findings"),
        (_("new people"), counts["create"], "?d-what=new#table-differences"),
        (_("people changed"), counts["update"], "?d-what=changed#table-differences"),
        (_("people as before"), counts["same"], ""),
        *([(_("changed since and left"), counts["left"], "#table-findings")] if counts.get("left") else []),
    ]


def differences_of(batch: RosterBatch) -> QuerySet[RosterDifference]:
    return batch.differences.all()


def findings_of(batch: RosterBatch) -> QuerySet[RosterFinding]:
    return batch.findings.all()
