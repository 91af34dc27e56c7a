"""Cycles, and whom one would cover or covers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from asah.portal.base import audit
from asah.portal.base.access import visible_to
from asah.portal.base.models import Event, Unit, User
from asah.portal.base.models.unit import below
from asah.portal.needs.access import PLAN_NEEDS
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Cycle, Member
from asah.portal.people.enums import EmploymentKind
from asah.portal.people.models import Person


@dataclass(frozen=True)
class Population:
    """How many people, by kind of employment and by office, each in a fixed order; zeros are left out."""

    people: int
    by_employment: tuple[tuple[str, int], ...]
    by_office: tuple[tuple[str, int], ...]


def cycles_seen_by(viewer: User) -> QuerySet[Cycle]:
    """Cycles with ``people``, the number of members."""
    # Counted in a subquery: a join would be grouped over every member of every cycle.
    counted = (
        Member.objects.filter(cycle=OuterRef("pk")).order_by().values("cycle").annotate(many=Count("pk"))
    )
    return (
        visible_to(viewer, Cycle)
        .select_related("agency")
        .annotate(people=Coalesce(Subquery(counted.values("many")), 0))
    )


def agencies_planned_by(viewer: User) -> QuerySet[Unit]:
    """Agencies whose analysis the viewer may plan."""
    return Unit.objects.filter(below(PLAN_NEEDS.paths(viewer)), parent=None)


def people_of(cycle: Cycle) -> QuerySet[Person]:
    """Whom the cycle covers by its conditions: people at work now, of its employment and its units."""
    people = Person.objects.filter(agency=cycle.agency_id, current__ended_on=None, current__isnull=False)
    if cycle.employment:
        people = people.filter(current__kind__in=cycle.employment)
    paths = list(cycle.units.values_list("path", flat=True))
    return people.filter(below(paths, "current__unit__path")) if paths else people


def running_with_the_same(cycle: Cycle) -> QuerySet[Cycle]:
    """Other analyses for the same year that are not finished and have people whom this one would cover."""
    shared = Member.objects.filter(cycle=OuterRef("pk"), person__in=people_of(cycle))
    same = Cycle.objects.filter(Exists(shared), agency=cycle.agency_id, year=cycle.year)
    return same.filter(state__in=(CycleState.OPEN, CycleState.CLOSED)).exclude(pk=cycle.pk).order_by("pk")


def preview(cycle: Cycle) -> Population:
    """Whom the cycle would cover if it were opened now."""
    rows = people_of(cycle).order_by().values_list("current__kind", "current__unit__path")
    return _population(cycle, list(rows.annotate(many=Count("pk"))))


def population(cycle: Cycle) -> Population:
    """Whom an opened cycle covers; employment is that of today, for it is not frozen."""
    rows = Member.objects.filter(cycle=cycle).order_by().values_list("person__current__kind", "unit__path")
    return _population(cycle, list(rows.annotate(many=Count("pk"))))


def offices_by_path(agency_id: int) -> dict[str, str]:
    """Path to name of the agency itself and of every office, in the order of the tree."""
    units = Unit.objects.filter(path__startswith=f"{agency_id}.").only("path", "name")
    return {unit.path: unit.name for unit in units if unit.depth <= 1}


def office_path(path: str) -> str:
    """The office in a path, or the agency for somebody who works in none."""
    return ".".join(path.split(".")[:2]).rstrip(".") + "."


def _population(cycle: Cycle, rows: list[tuple[str, str, int]]) -> Population:
    kinds: Counter[str] = Counter()
    offices: Counter[str] = Counter()
    for kind, path, many in rows:
        kinds[kind] += many
        offices[office_path(path)] += many
    names = offices_by_path(cycle.agency_id)
    labels = EmploymentKind.choices
    return Population(
        people=sum(kinds.values()),
        by_employment=tuple((str(label), kinds[kind]) for kind, label in labels if kinds[kind]),
        by_office=tuple((name, offices[path]) for path, name in names.items() if offices[path]),
    )


def log_of(cycle: Cycle, *actions: str) -> QuerySet[Event]:
    """Lines of the audit about this cycle, latest first."""
    lines = Event.objects.filter(subject=audit.subject_of(cycle), action__in=actions)
    return lines.select_related("actor")
