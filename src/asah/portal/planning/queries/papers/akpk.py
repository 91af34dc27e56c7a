"""The needs analysis as the report of a plan tells it: groups only, and none so small that it tells of
people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Avg, Count, F, Q, QuerySet, Sum

from asah.portal.base.models import Unit
from asah.portal.competency.models import Competency
from asah.portal.needs.bridge import fit_bands
from asah.portal.needs.enums import AssignmentState, ProposalState, RaterRole
from asah.portal.needs.models import (
    Assignment,
    Cycle,
    LevelEstimate,
    Member,
    Need,
    Proposal,
    Rating,
    UnitNeed,
)
from asah.portal.needs.queries.boxes import STEPS, in_boxes
from asah.portal.needs.queries.groups import LEAST_PEOPLE, hidden_among
from asah.portal.planning.queries.papers.rows import Analysis, Gap, GroupRow, RoleRow


def read_analysis(cycle: Cycle) -> Analysis:
    """Groups of fewer than LEAST_PEOPLE are hidden, and others with them that would give them away."""
    assessed = LevelEstimate.objects.filter(cycle=cycle).aggregate(n=Count("person", distinct=True))["n"]
    proposals = Proposal.objects.filter(cycle=cycle).aggregate(
        n=Count("pk"), accepted=Count("pk", filter=Q(state=ProposalState.ACCEPTED))
    )
    boxes, unplaced = _boxes(cycle)
    return Analysis(
        name=cycle.name,
        year=cycle.year,
        opens_on=cycle.opens_on,
        closes_on=cycle.closes_on,
        framework=cycle.framework.version,
        people=cycle.members.count(),
        assessed=assessed,
        roles=_roles(cycle),
        gaps=_gaps(cycle),
        offices=_groups(cycle, "unit__path", _offices(cycle)),
        kinds_of_post=_groups(cycle, "position__kind", None),
        boxes=boxes,
        unplaced=unplaced,
        proposals=proposals["n"],
        accepted=proposals["accepted"],
    )


def _roles(cycle: Cycle) -> list[RoleRow]:
    rows = Assignment.objects.filter(member__cycle=cycle).order_by().values_list("role")
    sent = Count("pk", filter=Q(state=AssignmentState.SENT))
    asked = {role: (whole, done) for role, whole, done in rows.annotate(whole=Count("pk"), done=sent)}
    ratings = dict(Rating.objects.filter(cycle=cycle).order_by().values_list("role").annotate(Count("pk")))
    found = []
    for role in RaterRole.values:
        if role in asked or role in ratings:
            whole, done = asked.get(role, (None, 0))
            found.append(RoleRow(role, whole, done, ratings.get(role, 0)))
    return found


def _needs(cycle: Cycle) -> QuerySet[Need]:
    return Need.told.filter(cycle=cycle).order_by()


def _gaps(cycle: Cycle) -> list[Gap]:
    """Competencies by the points of their needs, the most first; people with a need are those of the plan."""
    units = {
        competency: (staff, assessed)
        for competency, staff, assessed in UnitNeed.objects.filter(cycle=cycle)
        .order_by()
        .values_list("competency")
        .annotate(Sum("staff"), Sum("assessed"))
    }
    needs = {
        competency: (people, mean, points)
        for competency, people, mean, points in _needs(cycle)
        .values_list("competency")
        .annotate(people=Count("pk"), mean=Avg("gap"), points=Sum(F("gap") * F("weight")))
    }
    keys = sorted({*units, *needs})
    known = Competency.objects.in_bulk(keys)
    found = []
    for key in keys:
        staff, assessed = units.get(key, (0, 0))
        people, mean, points = needs.get(key, (0, None, 0.0))
        is_hidden = 0 < (assessed or people) < LEAST_PEOPLE
        found.append(
            Gap(
                code=known[key].code,
                name_id=known[key].name_id,
                name_en=known[key].name_en,
                kind=known[key].kind,
                stream=known[key].stream,
                staff=staff,
                assessed=assessed,
                with_gap=0 if is_hidden else people,
                depth=None if is_hidden else mean,
                points=0.0 if is_hidden else points,
                hidden=is_hidden,
            )
        )
    return sorted(found, key=lambda gap: (-gap.points, gap.code))


def _offices(cycle: Cycle) -> dict[str, str]:
    """Path to name: the agency and its offices."""
    units = Unit.objects.filter(path__startswith=cycle.agency.path).order_by("path")
    return {unit.path: unit.name for unit in units if unit.depth <= 1}


def _office_of(path: str) -> str:
    parts = path.split(".")
    return f"{'.'.join(parts[:2])}." if parts[1] else path


def _groups(cycle: Cycle, field: str, names: Mapping[str, str] | None) -> list[GroupRow]:
    """Of members by a field of theirs. ``names``: paths of offices, into which units are folded."""

    def fold(rows: Iterable[tuple[str | None, int]]) -> dict[str, int]:
        sums: dict[str, int] = defaultdict(int)
        for key, many in rows:
            sums[_office_of(key or "") if names is not None else key or ""] += many
        return sums

    members = Member.objects.filter(cycle=cycle).order_by().values_list(field)
    people = fold(members.annotate(Count("pk")))
    levels = LevelEstimate.objects.filter(cycle=cycle).values("person")
    assessed = fold(members.filter(person__in=levels).annotate(Count("pk")))
    needy = fold(members.filter(person__in=_needs(cycle).values("person")).annotate(Count("pk")))
    depths: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    gaps = (
        _needs(cycle)
        .filter(person__memberships__cycle=cycle)
        .values_list(f"person__memberships__{field}")
        .annotate(many=Count("pk"), levels=Sum("gap"))
    )
    for key, many, total in gaps:
        row = depths[_office_of(key or "") if names is not None else key or ""]
        row[:] = [row[0] + many, row[1] + total]
    order = [path for path in names if path in people] if names is not None else sorted(people)
    hidden = hidden_among([people[key] for key in order])
    return [
        GroupRow(
            name=names[key] if names is not None else key,
            people=people[key],
            assessed=0 if place in hidden else assessed.get(key, 0),
            with_need=0 if place in hidden else needy.get(key, 0),
            depth=depths[key][1] / depths[key][0] if depths[key][0] and place not in hidden else None,
            hidden=place in hidden,
        )
        for place, key in enumerate(order)
    ]


def _boxes(cycle: Cycle) -> tuple[list[tuple[int, int, int | None]], int]:
    """People by performance and fit, None where there are too few; and how many stand in no box."""
    rows = in_boxes(cycle, Member.objects.filter(cycle=cycle), fit_bands(_day(cycle))).order_by()
    counts = dict.fromkeys(((across, up) for up in range(STEPS) for across in range(STEPS)), 0)
    unplaced = 0
    for across, up, many in rows.values_list("across", "up").annotate(many=Count("pk")):
        if across is None or up is None:
            unplaced += many
        else:
            counts[across, up] += many
    hidden = hidden_among(list(counts.values()))
    return [
        (across, up, None if place in hidden else many)
        for place, ((across, up), many) in enumerate(counts.items())
    ], unplaced


def box_of_each(cycle: Cycle) -> dict[int, int]:
    """Person to box: 1 is low in both, 9 high in both; people who stand in no box are left out."""
    rows = in_boxes(cycle, Member.objects.filter(cycle=cycle), fit_bands(_day(cycle)))
    placed = rows.exclude(across=None).exclude(up=None).values_list("person", "across", "up")
    return {person: STEPS * up + across + 1 for person, across, up in placed}


def _day(cycle: Cycle) -> dt.date:
    return dt.date(cycle.year, 1, 1)
