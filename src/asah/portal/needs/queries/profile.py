"""What is known of one person's levels: estimates, their basis, and what may be told of single ratings."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean

from django.db.models import QuerySet
from django.utils import timezone

from asah.portal.base.models import User
from asah.portal.competency.models import Competency
from asah.portal.needs.access import SEE_PROFILES
from asah.portal.needs.enums import CONFIDENTIAL, CycleState, RaterRole
from asah.portal.needs.models import Cycle, LevelEstimate, Member, Need, Performance, Rating
from asah.portal.needs.queries.groups import LEAST_RATERS
from asah.portal.needs.queries.rating import counts_the_confided, withheld

MEASURED = (RaterRole.ASSESSOR.value, RaterRole.TEST.value)
LATEST_PREDICATES = 5


@dataclass(frozen=True)
class RoleMean:
    """The mean of one role in one competency: told only of enough raters that nobody can be told from it."""

    competency_id: int
    role: str
    raters: int
    mean: float


@dataclass(frozen=True)
class Evidence:
    """``levels``, ``needs``, ``rated_on`` (last rating) and ``own`` (the viewer's own scores) by competency.

    ``measured``: single scores of assessors and tests; of other raters there are only ``means``. Nothing here
    rests on ratings that are withheld.
    """

    levels: dict[int, LevelEstimate]
    needs: dict[int, Need]
    rated_on: dict[int, dt.date]
    measured: list[Rating]
    means: list[RoleMean]
    own: dict[int, float]
    competencies: dict[int, Competency]
    performances: list[Performance]


def standard_day(cycle: Cycle) -> dt.date:
    """The day whose standards hold: the last of the cycle, or today while it runs."""
    return min(cycle.closes_on, timezone.localdate())


def may_see_profile(viewer: User, member: Member) -> bool:
    """The person, whoever supervises them by name, and planner, head and supervisor of the unit."""
    person = member.person
    own = person.user_id == viewer.pk
    supervises = person.supervisor is not None and person.supervisor.user_id == viewer.pk
    return own or supervises or SEE_PROFILES.held_by(viewer, member.unit)


def profiles_of(viewer: User) -> QuerySet[Member]:
    """The viewer's own profiles, latest cycle first."""
    rows = Member.objects.filter(person__user=viewer).exclude(cycle__state=CycleState.DRAFT)
    return rows.select_related("cycle").order_by("-cycle__year", "-cycle")


def evidence_of(viewer: User, member: Member) -> Evidence:
    """Five queries, however much is known. Whether the viewer may ask is for ``may_see_profile`` to say."""
    cycle, person = member.cycle_id, member.person_id
    ratings = _told(
        member.cycle,
        _standing(Rating.objects.filter(cycle=cycle, person=person).select_related("submission")),
    )
    rated_on: dict[int, dt.date] = {}
    for rating in ratings:
        rated_on[rating.competency_id] = max(
            rated_on.get(rating.competency_id, rating.rated_on), rating.rated_on
        )
    is_own = member.person.user_id == viewer.pk
    performances = Performance.objects.filter(person=person).order_by("-year", "-period")
    return Evidence(
        levels={row.competency_id: row for row in LevelEstimate.objects.filter(cycle=cycle, person=person)},
        needs={row.competency_id: row for row in Need.told.filter(cycle=cycle, person=person)},
        rated_on=rated_on,
        measured=[rating for rating in ratings if rating.role in MEASURED],
        means=_means(ratings),
        own={r.competency_id: float(r.score) for r in ratings if is_own and r.role == RaterRole.SELF},
        competencies={row.pk: row for row in Competency.objects.filter(agency=member.person.agency_id)},
        performances=list(performances[:LATEST_PREDICATES]),
    )


def _standing(rows: QuerySet[Rating]) -> list[Rating]:
    """Of each rater and competency the score filled in last, as ``standing_ratings`` has it for everybody."""
    latest: dict[tuple[object, ...], Rating] = {}

    def place(row: Rating) -> tuple[object, ...]:
        filled = row.submission.filled_at.timestamp() if row.submission else 0.0
        return row.rated_on, filled, row.pk

    for row in sorted(rows, key=place):
        key = (row.competency_id, row.role, row.rater_id, row.rater_label, row.instrument)
        latest[key] = row
    return list(latest.values())


def _told(cycle: Cycle, ratings: list[Rating]) -> list[Rating]:
    """Without those that did not enter the levels either."""
    if not counts_the_confided(cycle):
        return [row for row in ratings if row.role not in CONFIDENTIAL]
    places = [(row.person_id, row.competency_id, row.role) for row in ratings]
    left_out = withheld(cycle, zip(places, (row.rater_id for row in ratings), strict=True))
    return [row for row, place in zip(ratings, places, strict=True) if place not in left_out]


def _means(ratings: list[Rating]) -> list[RoleMean]:
    scores: dict[tuple[int, str], dict[int | None, float]] = defaultdict(dict)
    for rating in ratings:
        if rating.role not in (*MEASURED, RaterRole.SELF):
            scores[rating.competency_id, rating.role][rating.rater_id] = float(rating.score)
    return [
        RoleMean(competency, role, len(given), fmean(given.values()))
        for (competency, role), given in scores.items()
        if len(given) >= LEAST_RATERS
    ]
