"""What the pages about people show; every function takes the viewer."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.people.models import Employment, Person, Place, Position, RosterBatch, RosterFinding

NBSP = "\u00a0"


def people_seen_by(viewer: User) -> QuerySet[Person]:
    """People with unit, post and place of their latest employment."""
    return visible_to(viewer, Person).select_related("current__unit", "current__position", "current__place")


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


def batches_seen_by(viewer: User) -> QuerySet[RosterBatch]:
    return visible_to(viewer, RosterBatch).select_related("file", "unit", "created_by")


def counts_of(batch: RosterBatch) -> list[tuple[str, int, str]]:
    """Words, number and the filter of findings that shows them; rows = taken + left out, always."""
    counts = batch.counts
    if "rows" not in counts:
        return []
    return [
        (_("Rows in the sheet"), counts["rows"], ""),
        (_("taken"), counts["taken"], ""),
        (_("taken with a warning"), counts["warned"], "?severity=warning"),
        (_("left out"), counts["rejected"], "?severity=error"),
        (_("new people"), counts["create"], ""),
        (_("people changed"), counts["update"], ""),
        (_("people as before"), counts["same"], ""),
    ]


def findings_of(batch: RosterBatch) -> QuerySet[RosterFinding]:
    return batch.findings.all()
