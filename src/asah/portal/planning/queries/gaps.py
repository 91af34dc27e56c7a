"""Gaps that nothing in the catalogue serves: how many people, where, up to which level."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Avg, Count, F, Max, QuerySet, Sum

from asah.portal.base.models import Unit, User
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Programme
from asah.portal.catalogue.queries import competencies_served
from asah.portal.competency.models import Competency
from asah.portal.needs.models import Cycle, Need
from asah.portal.planning.access import SEE_DRAFTS

OFFICES = 3


@dataclass(frozen=True)
class Unserved:
    """A competency that people lack and no programme on offer raises. ``offices``: name and people."""

    competency: Competency
    people: int
    depth: float
    points: float
    level: int
    offices: list[tuple[str, int]]
    drafts: list[Programme]


def cycles_of(viewer: User) -> list[Cycle]:
    """Analyses with needs, of agencies whose drafts the viewer sees; the latest first."""
    agencies = [int(path[:-1]) for path in SEE_DRAFTS.paths(viewer) if path.count(".") == 1]
    return list(
        Cycle.objects.filter(agency__in=agencies, needs__isnull=False).select_related("agency").distinct()
    )


def unserved_gaps(cycle: Cycle) -> list[Unserved]:
    """Sorted by people. Summed in the database by competency and unit."""
    served = competencies_served(cycle.agency, cycle.year)
    needs = Need.objects.filter(cycle=cycle, person__current__ended_on=None).exclude(competency__in=served)
    rows = list(
        needs.order_by()
        .values("competency")
        .annotate(
            people=Count("pk"), depth=Avg("gap"), points=Sum(F("gap") * F("weight")), level=Max("required")
        )
    )
    keys = [row["competency"] for row in rows]
    known = Competency.objects.in_bulk(keys)
    offices = _offices(cycle, needs)
    drafts: dict[int, list[Programme]] = defaultdict(list)
    drafted = Programme.objects.filter(agency=cycle.agency_id, effects__competency__in=keys).exclude(
        state=ProgrammeState.ARCHIVED
    )
    for programme in drafted.annotate(served=F("effects__competency")):
        drafts[programme.served].append(programme)
    found = [
        Unserved(
            competency=known[row["competency"]],
            people=row["people"],
            depth=row["depth"],
            points=row["points"],
            level=row["level"],
            offices=offices[row["competency"]][:OFFICES],
            drafts=drafts[row["competency"]],
        )
        for row in rows
    ]
    return sorted(found, key=lambda gap: (-gap.people, gap.competency.code))


def _offices(cycle: Cycle, needs: QuerySet[Need]) -> dict[int, list[tuple[str, int]]]:
    units = {unit.pk: unit for unit in Unit.objects.filter(path__startswith=cycle.agency.path)}
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = needs.order_by().values_list("competency", "unit").annotate(people=Count("pk"))
    for competency, unit, people in rows:
        counts[competency][units[unit].office_id or cycle.agency_id] += people
    return defaultdict(
        list,
        {
            competency: sorted(
                ((units[office].name, people) for office, people in by.items()), key=lambda pair: -pair[1]
            )
            for competency, by in counts.items()
        },
    )
