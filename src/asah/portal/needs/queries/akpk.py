"""The summary of an analysis (AKPK): how many answered, and the gaps by office and by rung."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from asah.portal.base.models import User
from asah.portal.base.models.unit import below
from asah.portal.needs.access import SEE_RESULTS
from asah.portal.needs.enums import AssignmentState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member, UnitNeed
from asah.portal.needs.queries.cycles import office_path, offices_by_path
from asah.portal.needs.queries.groups import hidden_among
from asah.portal.needs.queries.heatmap import Cell, sees_people_of, summed
from asah.portal.people.enums import PositionKind


@dataclass(frozen=True)
class Response:
    """One role: forms sent and forms asked for; of assessors and tests nobody was asked (None)."""

    role: str
    sent: int
    asked: int | None
    ratings: int
    one_rating: float | None
    alpha: float | None
    omega: float | None
    bias: float | None

    @property
    def share(self) -> float | None:
        return self.sent / self.asked if self.asked else None


@dataclass(frozen=True)
class Group:
    """An office or a rung. ``judged``: pairs of a person and a demanded competency with a level.

    ``hidden``: too few people, or it would give such away.
    """

    key: str
    name: str
    people: int
    assessed: int
    judged: int
    gaps: int
    depth: float | None
    hidden: bool

    @property
    def share(self) -> float | None:
        return self.gaps / self.judged if self.judged and not self.hidden else None


def responses(viewer: User, cycle: Cycle) -> list[Response]:
    """By role, of the people the viewer may look into; how far to trust a role is of the whole agency."""
    rows = Assignment.objects.filter(
        below(SEE_RESULTS.paths(viewer), "member__unit__path"), member__cycle=cycle
    )
    sent = Count("pk", filter=Q(state=AssignmentState.SENT))
    counted = {
        role: (done, whole)
        for role, done, whole in rows.order_by().values_list("role").annotate(done=sent, whole=Count("pk"))
    }
    result: dict[str, Any] = cycle.summary.get("result", {})
    trust, given = result.get("reliability") or {}, result.get("ratings", {})
    found = []
    for role in RaterRole.values:
        if role in counted or role in given:
            done, whole = counted.get(role, (given.get(role, {}).get("people", 0), None))
            found.append(
                Response(
                    role,
                    done,
                    whole,
                    given.get(role, {}).get("ratings", 0),
                    *(trust.get(name, {}).get(role) for name in ("one_rating", "alpha", "omega", "bias")),
                )
            )
    return found


def by_office(viewer: User, cycle: Cycle) -> list[Group]:
    """Offices that the viewer may look into, in the order of the tree."""
    paths = SEE_RESULTS.paths(viewer)
    rows = UnitNeed.objects.filter(below(paths, "unit__path"), cycle=cycle)
    cells: dict[str, Cell] = {}
    for path, *sums in summed(rows, "unit__path"):
        cells.setdefault(office_path(path), Cell()).add(Cell(*sums))
    people: dict[str, list[int]] = {}
    members = Member.objects.filter(below(paths, "unit__path"), cycle=cycle).order_by()
    for path, whole, seen in members.values_list("unit__path").annotate(whole=Count("pk"), seen=Count("fit")):
        line = people.setdefault(office_path(path), [0, 0])
        line[0] += whole
        line[1] += seen
    names = {path: name for path, name in offices_by_path(cycle.agency_id).items() if path in people}
    hidden = set() if sees_people_of(viewer, paths) else hidden_among([people[path][1] for path in names])
    return [
        _group(path, name, people[path], cells.get(path, Cell()), place in hidden)
        for place, (path, name) in enumerate(names.items())
    ]


def _group(key: str, name: str, people: list[int], cell: Cell, hidden: bool) -> Group:
    whole, assessed = people
    depth = None if hidden else cell.depth
    return Group(key, name, whole, assessed, cell.assessed, cell.with_gap, depth, hidden)


def by_rung(viewer: User, cycle: Cycle) -> list[Group]:
    """Kinds of post and their rungs, of the whole agency; nothing for who may not look into all of it."""
    if not SEE_RESULTS.held_by(viewer, cycle.agency):
        return []
    rows: list[dict[str, Any]] = cycle.summary.get("result", {}).get("rungs", [])
    is_open = sees_people_of(viewer, [cycle.agency.path])
    hidden = set() if is_open else hidden_among([row["assessed"] for row in rows])
    kinds = {value: str(label) for value, label in PositionKind.choices}
    return [
        Group(
            key=f"{row['kind']}|{row['rung']}",
            name=" · ".join(filter(None, [kinds.get(row["kind"], ""), row["rung"]])),
            people=row["people"],
            assessed=row["assessed"],
            judged=row["judged"],
            gaps=row["gaps"],
            depth=None if place in hidden else row["depth"],
            hidden=place in hidden,
        )
        for place, row in enumerate(rows)
    ]
