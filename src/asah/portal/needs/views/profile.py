"""The profile of one person: levels with their band and basis, gaps to the post held and to the next one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from asah.portal.base import audit
from asah.portal.base.access import get_visible, signed_in
from asah.portal.competency.models import HIGHEST, LOWEST, Competency
from asah.portal.needs import bridge
from asah.portal.needs.enums import Against
from asah.portal.needs.models import LevelEstimate, Member
from asah.portal.needs.queries import profile as queries
from asah.portal.needs.queries.boxes import day_of
from asah.portal.needs.queries.groups import LEAST_RATERS
from asah.portal.needs.views.levels_chart import Mark, draw_levels
from asah.portal.needs.views.words import ROLES, is_self_alone, write_basis

BAND = 2  # standard deviations either way: some 95 of 100


@dataclass(frozen=True)
class Demand:
    """What one post demands in a competency, and how far away it is (None: not assessed)."""

    level: int
    is_default: bool
    gap: float | None
    probability: float | None


@dataclass(frozen=True)
class Line:
    """One competency. ``level`` is None where nobody but the person themselves has said anything.

    ``need_against``: against which post there is a need, "" for none.
    """

    competency: Competency
    now: Demand | None
    later: Demand | None
    level: LevelEstimate | None
    low: float | None
    high: float | None
    basis: str
    self_only: bool
    rated_on: dt.date | None
    own: float | None
    need_against: str


def show_own_profile(request: HttpRequest) -> HttpResponse:
    """The viewer's latest profile, or a page that says why there is none."""
    member = queries.profiles_of(signed_in(request)).first()
    if member is not None:
        return redirect("needs:profile", number=member.cycle_id, member=member.pk)
    return render(request, "needs/no_profile.html")


def find_profile(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """From a person to their profile in an analysis."""
    member = get_visible(request, Member, cycle=number, person=person)
    return redirect("needs:profile", number=number, member=member.pk)


def show_profile(request: HttpRequest, number: int, member: int) -> HttpResponse:
    """Every look at somebody else's profile is recorded."""
    user = signed_in(request)
    row = get_visible(
        request,
        Member,
        "cycle__agency",
        "person__supervisor",
        "unit",
        "position",
        "target_position",
        pk=member,
        cycle=number,
    )
    if not queries.may_see_profile(user, row):
        raise PermissionDenied
    is_own = row.person.user_id == user.pk
    if not is_own:
        with transaction.atomic():
            audit.record(user, "profile.seen", row.person, unit=row.unit, detail={"cycle": row.cycle_id})
    evidence = queries.evidence_of(user, row)
    lines = _lines(row, evidence)
    names = evidence.competencies
    context: dict[str, Any] = {
        "member": row,
        "cycle": row.cycle,
        "is_own": is_own,
        "own_cycles": list(queries.profiles_of(user)) if is_own else [],
        "lines": lines,
        "has_next": row.target_position is not None,
        "assessed": sum(line.level is not None for line in lines if line.now),
        "demanded": sum(line.now is not None for line in lines),
        "chart": draw_levels([_mark(line) for line in lines]),
        "matches": _matches(row, lines),
        "measured": [(names.get(each.competency_id), each) for each in evidence.measured],
        "means": [(names.get(each.competency_id), ROLES[each.role], each) for each in evidence.means],
        "performances": evidence.performances,
        "least_raters": LEAST_RATERS,
    }
    return render(request, "needs/profile.html", context)


def _lines(member: Member, evidence: queries.Evidence) -> list[Line]:
    demands: dict[int, dict[str, tuple[int, bool]]] = {}
    for row in bridge.required_of(member.cycle, [member.pk]).iter_rows(named=True):
        post = demands.setdefault(row["competency_id"], {})
        post[row["against"]] = (int(row["required"]), row["default"])
    shown = {**dict.fromkeys(demands), **dict.fromkeys(evidence.levels)}
    lines = [
        _line(evidence.competencies[number], demands.get(number, {}), evidence)
        for number in shown
        if number in evidence.competencies
    ]
    return sorted(lines, key=lambda line: line.competency.code)


def _line(competency: Competency, demands: dict[str, tuple[int, bool]], evidence: queries.Evidence) -> Line:
    estimate = evidence.levels.get(competency.pk)
    self_only = estimate is not None and is_self_alone(estimate.basis)
    level = None if self_only else estimate
    need = evidence.needs.get(competency.pk)

    def demand(against: str) -> Demand | None:
        if against not in demands:
            return None
        required, is_default = demands[against]
        if level is None:
            return Demand(required, is_default, None, None)
        probability, gap = bridge.gap_of(level.mean, level.sd, required)
        if need is not None and need.against == against and need.required == required:
            # The estimate that was stored was not cut off at the ends of the scale, so it goes before.
            probability, gap = need.probability or probability, need.gap
        return Demand(required, is_default, gap, probability)

    return Line(
        competency=competency,
        now=demand(Against.CURRENT.value),
        later=demand(Against.TARGET.value),
        level=level,
        low=max(level.mean - BAND * level.sd, LOWEST) if level else None,
        high=min(level.mean + BAND * level.sd, HIGHEST) if level else None,
        basis=write_basis(level.basis) if level else "",
        self_only=self_only,
        rated_on=evidence.rated_on.get(competency.pk) if level else None,
        own=evidence.own.get(competency.pk),
        need_against=need.against if need is not None and level is not None else "",
    )


def _mark(line: Line) -> Mark:
    return Mark(
        line.competency.name,
        line.low,
        line.level.mean if line.level else None,
        line.high,
        line.now.level if line.now else None,
        line.later.level if line.later else None,
    )


def _matches(member: Member, lines: list[Line]) -> list[tuple[str, bridge.Match, int, int]]:
    """The job-person match of each post: against, match, competencies in it and those demanded."""
    found = []
    for against in (Against.CURRENT, Against.TARGET):
        is_next = against == Against.TARGET
        of = [(line, line.later if is_next else line.now) for line in lines]
        wanted = [(line, demand) for line, demand in of if demand is not None]
        pairs = [(line.level.mean, demand.level) for line, demand in wanted if line.level]
        match = bridge.match(
            [mean for mean, _level in pairs],
            [level for _mean, level in pairs],
            on=day_of(member.cycle),
            selection=is_next,
        )
        if match is not None:
            found.append((str(against.label), match, len(pairs), len(wanted)))
    return found
