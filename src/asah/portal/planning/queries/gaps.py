"""Gaps that nothing offered serves: how many people, at which level, where."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Sum

from asah.portal.base.models import Unit, User
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Programme
from asah.portal.catalogue.queries import competencies_served
from asah.portal.competency.models import Competency
from asah.portal.needs.models import Cycle, Need
from asah.portal.needs.queries.groups import LEAST_PEOPLE, hidden_among
from asah.portal.needs.queries.heatmap import LIKELY
from asah.portal.planning.access import SEE_DRAFTS

OFFICES = 3


@dataclass(frozen=True)
class Unserved:
    """A competency that people lack and no programme with a class in the year raises.

    ``levels``: levels demanded, and of how many people; several levels in one where alone they would tell of
    single people. ``offices``: name and people of the largest; ``elsewhere``: offices and people left. Of a
    group that is ``too_small`` nothing but that is told. ``programmes``: those that raise it without a class.
    """

    competency: Competency
    people: int
    depth: float
    levels: list[tuple[list[int], int]]
    offices: list[tuple[str, int]]
    elsewhere: tuple[int, int]
    programmes: list[Programme]
    too_small: bool = False

    @property
    def is_drafted(self) -> bool:
        return any(programme.state == ProgrammeState.DRAFT for programme in self.programmes)


def cycles_of(viewer: User) -> list[Cycle]:
    """Analyses with needs, of agencies whose drafts the viewer sees; the latest first."""
    agencies = [int(path[:-1]) for path in SEE_DRAFTS.paths(viewer) if path.count(".") == 1]
    has_needs = Exists(Need.told.filter(cycle=OuterRef("pk")))
    return list(Cycle.objects.filter(has_needs, agency__in=agencies).select_related("agency"))


def unserved_gaps(cycle: Cycle, *, of_groups: bool) -> list[Unserved]:
    """Sorted by people, who are those that the heat map counts.

    ``of_groups``: nothing tells of single people. Summed in the database by competency, unit and level, from
    there by office.
    """
    served = competencies_served(cycle.agency, cycle.year)
    needs = Need.told.filter(cycle=cycle).exclude(probability__lt=LIKELY).exclude(competency__in=served)
    summed: Any = needs.order_by().values("competency", "unit", "required").annotate(people=Count("pk"))
    cells: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for cell in summed.annotate(gaps=Sum("gap")):
        cells[cell["competency"]].append(cell)
    known = Competency.objects.in_bulk(cells)
    units = {unit.pk: unit for unit in Unit.objects.filter(path__startswith=cycle.agency.path)}
    programmes: dict[int, list[Programme]] = defaultdict(list)
    raising = Programme.objects.filter(agency=cycle.agency_id, effects__competency__in=list(cells)).exclude(
        state=ProgrammeState.ARCHIVED
    )
    for programme in raising.annotate(raised=F("effects__competency")):
        programmes[programme.raised].append(programme)
    found = [
        _unserved(known[competency], there, units, programmes[competency], of_groups)
        for competency, there in cells.items()
    ]
    return sorted(found, key=lambda gap: (-gap.people, gap.competency.code))


def _unserved(
    competency: Competency,
    cells: list[dict[str, Any]],
    units: dict[int, Unit],
    programmes: list[Programme],
    of_groups: bool,
) -> Unserved:
    levels: Counter[int] = Counter()
    offices: Counter[int] = Counter()
    for cell in cells:
        unit = units[cell["unit"]]
        levels[cell["required"]] += cell["people"]
        offices[unit.office_id or unit.agency_id] += cell["people"]
    people = levels.total()
    if of_groups and people < LEAST_PEOPLE:
        return Unserved(competency, 0, 0.0, [], [], (0, 0), programmes, too_small=True)
    hidden = _hidden(offices) if of_groups else set()
    named = [(office, count) for office, count in offices.most_common(OFFICES) if office not in hidden]
    return Unserved(
        competency=competency,
        people=people,
        depth=math.fsum(cell["gaps"] for cell in cells) / people,
        levels=_levels(levels, _hidden(levels) if of_groups else set()),
        offices=[(units[office].name, count) for office, count in named],
        elsewhere=(len(offices) - len(named), people - sum(count for _office, count in named)),
        programmes=programmes,
    )


def _hidden(counts: Counter[int]) -> set[int]:
    keys = list(counts)
    return {keys[place] for place in hidden_among([counts[key] for key in keys])}


def _levels(counts: Counter[int], together: set[int]) -> list[tuple[list[int], int]]:
    """In order; the levels that must not be told alone as one."""
    alone = [([level], counts[level]) for level in counts if level not in together]
    merged = [(sorted(together), sum(counts[level] for level in together))] if together else []
    return sorted([*alone, *merged])
