"""Offices by competencies: how many have a gap, how deep, and who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.competency.models import Competency
from asah.portal.needs.access import SEE_PROFILES, SEE_RESULTS
from asah.portal.needs.models import Cycle, Member, Need, UnitNeed
from asah.portal.needs.queries.groups import LEAST_PEOPLE, hidden_among

SHARE, DEPTH = "share", "depth"
# From here on a gap is more likely than not; the engine counts people so in ``with_gap``.
LIKELY = 0.5


@dataclass
class Cell:
    """One unit with all below it and one competency. ``hidden``: too few people, or it gives such away.

    ``depth_hidden``: only those with a gap are too few.
    """

    staff: int = 0
    assessed: int = 0
    with_gap: int = 0
    levels: float = 0.0
    hidden: bool = False
    depth_hidden: bool = False

    @property
    def share(self) -> float | None:
        """Of those assessed, how many have a gap."""
        return self.with_gap / self.assessed if self.assessed else None

    @property
    def depth(self) -> float | None:
        """Mean gap of those who have one, in levels."""
        return self.levels / self.with_gap if self.with_gap and not self.depth_hidden else None

    def size(self, measure: str) -> int:
        """How many people the number tells of."""
        return self.assessed if measure == SHARE else self.with_gap

    def add(self, other: Cell) -> None:
        self.staff += other.staff
        self.assessed += other.assessed
        self.with_gap += other.with_gap
        self.levels += other.levels


@dataclass(frozen=True)
class Line:
    """A unit below the one shown, or its own people (``own``), with a cell for each competency."""

    unit: Unit
    own: bool
    opens: bool
    people: int
    assessed: int
    cells: list[Cell | None]


@dataclass(frozen=True)
class Heat:
    """``is_open``: the viewer may see the people too, so nothing is hidden."""

    unit: Unit
    competencies: list[Competency]
    lines: list[Line]
    is_open: bool


Pieces = list[tuple[str, int, Cell]]


def top_for(viewer: User, unit: Unit) -> str:
    """The highest unit, as a path, from which the viewer may look down to ``unit``; "" where they may not."""
    return next((path for path in SEE_RESULTS.paths(viewer) if unit.path.startswith(path)), "")


def heat_of(viewer: User, cycle: Cycle, unit: Unit, measure: str) -> Heat:
    """The units right below ``unit``. Three queries, and one for the names of competencies."""
    is_open = SEE_PROFILES.held_by(viewer, unit)
    top = unit.path if is_open else top_for(viewer, unit)
    pieces = _pieces(cycle, top)
    barred = set() if is_open else _barred(pieces, top, unit.path, measure)
    grouped = _grouped(pieces, unit.path)
    numbers = sorted({competency for cells in grouped.values() for competency in cells})
    if not is_open:
        _hide(grouped, measure)
        for cells in grouped.values():
            for competency in barred & cells.keys():
                cells[competency].hidden = True
    competencies = list(Competency.objects.filter(pk__in=numbers).order_by("code"))
    units = Unit.objects.filter(path__startswith=unit.path)
    members = Member.objects.filter(cycle=cycle, unit__path__startswith=unit.path)
    people = _people(members, unit.path)
    lines = []
    named = {each.path: each for each in units}
    parents = {each.parent_id for each in named.values()}
    for path in sorted(grouped, key=lambda path: (path == unit.path, named[path].name)):
        each = named[path]
        whole, assessed = people.get(path, (0, 0))
        lines.append(
            Line(
                unit=each,
                own=path == unit.path,
                opens=path != unit.path and each.pk in parents,
                people=whole,
                assessed=assessed,
                cells=[grouped[path].get(competency.pk) for competency in competencies],
            )
        )
    return Heat(unit, competencies, lines, is_open)


def child_path(path: str, above: str) -> str:
    """The unit right below ``above`` that holds ``path``, as a path; ``above`` itself for its own people."""
    rest = path[len(above) :]
    return above + rest[: rest.index(".") + 1] if rest else above


def _grouped(pieces: Pieces, above: str) -> dict[str, dict[int, Cell]]:
    grouped: dict[str, dict[int, Cell]] = defaultdict(lambda: defaultdict(Cell))
    for path, competency, cell in pieces:
        if path.startswith(above):
            grouped[child_path(path, above)][competency].add(cell)
    return grouped


def _hide(grouped: dict[str, dict[int, Cell]], measure: str) -> None:
    """Within each competency, among the units that together make the unit above."""
    for competency in {number for cells in grouped.values() for number in cells}:
        cells = [found[competency] for found in grouped.values() if competency in found]
        for place in hidden_among([cell.size(measure) for cell in cells]):
            cells[place].hidden = True


def _pieces(cycle: Cycle, top: str) -> Pieces:
    rows = UnitNeed.objects.filter(cycle=cycle, unit__path__startswith=top).order_by()
    columns = ("unit__path", "competency_id", "staff", "assessed", "with_gap", "depth")
    return [
        (path, competency, Cell(staff, assessed, with_gap, (depth or 0.0) * with_gap))
        for path, competency, staff, assessed, with_gap, depth in rows.values_list(*columns)
    ]


def _barred_measures(viewer: User, cycle: Cycle, unit: Unit) -> set[int]:
    """What the heat map hides of a unit in either measure must not stand on another page."""
    top = top_for(viewer, unit)
    pieces = _pieces(cycle, top)
    return {
        competency for measure in (SHARE, DEPTH) for competency in _barred(pieces, top, unit.path, measure)
    }


def _barred(pieces: Pieces, top: str, path: str, measure: str) -> set[int]:
    """Competencies hidden for ``path`` or a unit above it: their parts would give the hidden number away."""
    barred: set[int] = set()
    above = top
    while above != path:
        grouped = _grouped(pieces, above)
        _hide(grouped, measure)
        above = child_path(path, above)
        barred |= {competency for competency, cell in grouped[above].items() if cell.hidden}
    return barred


def _people(members: QuerySet[Member], above: str) -> dict[str, tuple[int, int]]:
    """By unit right below: people of the population, and those assessed in anything their post demands."""
    found: dict[str, tuple[int, int]] = {}
    rows = members.order_by().values_list("unit__path").annotate(whole=Count("pk"), seen=Count("fit"))
    for path, whole, seen in rows:
        key = child_path(path, above)
        before = found.get(key, (0, 0))
        found[key] = before[0] + whole, before[1] + seen
    return found


@dataclass(frozen=True)
class Total:
    """A competency over everybody the viewer may see."""

    competency: Competency
    cell: Cell


def summed(rows: QuerySet[UnitNeed], *by: str) -> Iterable[tuple[Any, ...]]:
    """Values of ``by``, then staff, assessed, with a gap, and the levels they lack together."""
    return (
        rows.order_by()
        .values_list(*by)
        .annotate(
            Sum("staff"),
            Sum("assessed"),
            Sum("with_gap"),
            levels=Coalesce(Sum(F("depth") * F("with_gap")), 0.0),
        )
    )


def totals(viewer: User, cycle: Cycle, unit: Unit | None = None) -> list[Total]:
    """By competency, most gaps first; hidden where people are few and the viewer may not see them."""
    paths = [unit.path] if unit else SEE_RESULTS.paths(viewer)
    rows = UnitNeed.objects.filter(below(paths, "unit__path"), cycle=cycle)
    cells = {competency: Cell(*sums) for competency, *sums in summed(rows, "competency_id")}
    if not sees_people_of(viewer, paths):
        barred = _barred_measures(viewer, cycle, unit) if unit else set()
        for competency, cell in cells.items():
            cell.hidden = 0 < cell.assessed < LEAST_PEOPLE or competency in barred
            cell.depth_hidden = 0 < cell.with_gap < LEAST_PEOPLE
    found = [Total(each, cells[each.pk]) for each in Competency.objects.filter(pk__in=cells)]
    return sorted(found, key=lambda total: (-total.cell.with_gap, total.competency.code))


def sees_people_of(viewer: User, paths: Iterable[str]) -> bool:
    """Whether the viewer may see the profiles of everybody below these units."""
    seen = tuple(SEE_PROFILES.paths(viewer))
    return all(path.startswith(seen) for path in paths) if seen else False


def people_behind(cycle: Cycle, unit: Unit, competency: Competency) -> QuerySet[Need]:
    """Who has the gap that a cell counts: more likely than not. Needs that a case raised are left out."""
    return (
        Need.told.filter(
            cycle=cycle,
            competency=competency,
            unit__in=Unit.objects.filter(path__startswith=unit.path).values("pk"),
            probability__gte=LIKELY,
        )
        .select_related("person", "unit")
        .order_by("-gap", "pk")
    )


def crumbs_to(viewer: User, unit: Unit) -> Sequence[Unit]:
    """Units from the highest that the viewer may look into down to this one."""
    top = top_for(viewer, unit)
    parts = unit.path.rstrip(".").split(".")
    paths = [".".join(parts[: length + 1]) + "." for length in range(len(parts))]
    return list(Unit.objects.filter(path__in=[path for path in paths if path.startswith(top)]))
