"""Gaps that nothing in the catalogue serves: how many people, where, up to which level."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Sum

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
    has_needs = Exists(Need.objects.filter(cycle=OuterRef("pk")))
    return list(Cycle.objects.filter(has_needs, agency__in=agencies).select_related("agency"))


def unserved_gaps(cycle: Cycle) -> list[Unserved]:
    """Sorted by people. Summed in the database by competency and unit, from there by office."""
    served = competencies_served(cycle.agency, cycle.year)
    needs = Need.objects.filter(cycle=cycle, person__current__ended_on=None).exclude(competency__in=served)
    cells: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for cell in (
        needs.order_by()
        .values("competency", "unit")
        .annotate(
            people=Count("pk"), gaps=Sum("gap"), points=Sum(F("gap") * F("weight")), level=Max("required")
        )
    ):
        cells[cell["competency"]].append(cell)
    known = Competency.objects.in_bulk(cells)
    units = {unit.pk: unit for unit in Unit.objects.filter(path__startswith=cycle.agency.path)}
    drafts: dict[int, list[Programme]] = defaultdict(list)
    drafted = Programme.objects.filter(agency=cycle.agency_id, effects__competency__in=list(cells)).exclude(
        state=ProgrammeState.ARCHIVED
    )
    for programme in drafted.annotate(served=F("effects__competency")):
        drafts[programme.served].append(programme)
    found = []
    for competency, there in cells.items():
        people = sum(cell["people"] for cell in there)
        found.append(
            Unserved(
                competency=known[competency],
                people=people,
                depth=math.fsum(cell["gaps"] for cell in there) / people,
                points=math.fsum(cell["points"] for cell in there),
                level=max(cell["level"] for cell in there),
                offices=_largest_offices(there, units),
                drafts=drafts[competency],
            )
        )
    return sorted(found, key=lambda gap: (-gap.people, gap.competency.code))


def _largest_offices(cells: list[dict[str, Any]], units: dict[int, Unit]) -> list[tuple[str, int]]:
    counts: Counter[int] = Counter()
    for cell in cells:
        unit = units[cell["unit"]]
        counts[unit.office_id or unit.agency_id] += cell["people"]
    return [(units[office].name, people) for office, people in counts.most_common(OFFICES)]
