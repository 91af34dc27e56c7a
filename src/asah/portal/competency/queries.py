"""What the pages about competencies show, and what other parts ask about standards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.competency.enums import Basis, FrameworkState, Standing
from asah.portal.competency.models import Competency, Framework, LevelDescriptor, Requirement
from asah.portal.people.access import agencies_of
from asah.portal.people.models import Employment, Position

# So many numbers are put into one question: databases take a limited count of them.
CHUNK = 5000


@dataclass(frozen=True)
class Standard:
    """What one post demands of one competency. ``basis``: of ``Basis``; a default is to be shown as one."""

    position_id: int
    competency_id: int
    level: int
    importance: Decimal
    basis: str


def standard_of(position_ids: Iterable[int], on: dt.date) -> list[Standard]:
    """What the posts demanded on a day, by post and competency. A post without a standard has no row."""
    wanted = sorted(set(position_ids))
    found: list[Standard] = []
    for start in range(0, len(wanted), CHUNK):
        rows = Requirement.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on),
            position__in=wanted[start : start + CHUNK],
            valid_from__lte=on,
        ).order_by("position", "competency__code")
        found += [
            Standard(*row)
            for row in rows.values_list("position_id", "competency_id", "level", "importance", "basis")
        ]
    return found


def framework_in_force(agency: Unit) -> Framework | None:
    return Framework.objects.filter(agency=agency, state=FrameworkState.IN_FORCE).first()


def competencies_of(agency: Unit) -> QuerySet[Competency]:
    """Those in use, by code; archived ones are left out."""
    return Competency.objects.filter(agency=agency, archived_at=None)


def agencies_seen_by(viewer: User) -> QuerySet[Unit]:
    return Unit.objects.filter(pk__in=agencies_of(viewer)).order_by("name")


def competencies_seen_by(viewer: User, agency: Unit) -> QuerySet[Competency]:
    """All of an agency, archived ones too, with ``posts``: how many demand it now."""
    demand = Count("requirements", filter=Q(requirements__valid_to=None))
    return visible_to(viewer, Competency).filter(agency=agency).annotate(posts=demand)


def competencies_in(version: Framework) -> QuerySet[Competency]:
    """Competencies in use with ``described``: how many of their levels this version describes."""
    described = Count("descriptors", filter=Q(descriptors__framework=version))
    shown = Competency.objects.filter(agency=version.agency_id).annotate(described=described)
    return shown.filter(Q(archived_at=None) | Q(described__gt=0))


def versions_seen_by(viewer: User, agency: Unit) -> QuerySet[Framework]:
    """Newest first, with ``described``: how many competencies have levels in it."""
    described = Count("descriptors__competency", distinct=True)
    return visible_to(viewer, Framework).filter(agency=agency).annotate(described=described)


def levels_of(competency: Competency, version: Framework) -> list[LevelDescriptor]:
    """Levels 1 to 5 as far as the version describes them, with ``anchors`` read along."""
    rows = competency.descriptors.filter(framework=version).order_by("level")
    return list(rows.prefetch_related("anchors"))


def demand_for(viewer: User, competency: Competency) -> QuerySet[Requirement]:
    """The posts that demand a competency now."""
    rows = visible_to(viewer, Requirement).filter(competency=competency, valid_to=None)
    return rows.select_related("position")


def standard_now(position: Position) -> dict[int, Requirement]:
    """By competency what a post demands now."""
    rows = position.requirements.filter(valid_to=None).select_related("competency")
    return {row.competency_id: row for row in rows}


def history_of(position: Position) -> QuerySet[Requirement]:
    """What the post no longer demands, or demanded otherwise; latest first."""
    rows = position.requirements.exclude(valid_to=None).select_related("competency", "written_by")
    return rows.order_by("-valid_to", "competency__code", "-pk")


def posts_with_standard(viewer: User, agency: Unit) -> QuerySet[Position]:
    """Posts with ``demanded`` (competencies), ``defaults`` (of these), ``standing`` and ``holders`` (now)."""
    standing = Case(
        When(demanded=0, then=Value(Standing.NONE.value)),
        When(defaults=0, then=Value(Standing.STIPULATED.value)),
        When(defaults=F("demanded"), then=Value(Standing.DEFAULT.value)),
        default=Value(Standing.MIXED.value),
    )
    now = Requirement.objects.filter(valid_to=None)
    counted = (
        visible_to(viewer, Position)
        .filter(agency=agency)
        .annotate(
            demanded=_count_of(now),
            defaults=_count_of(now.filter(basis=Basis.DEFAULT)),
            holders=_count_of(Employment.objects.filter(ended_on=None)),
        )
    )
    return counted.annotate(standing=standing)


def _count_of(rows: QuerySet[Any]) -> Coalesce:
    # A subquery each: joins would multiply holders with competencies.
    counted = rows.filter(position=OuterRef("pk")).order_by().values("position").annotate(many=Count("pk"))
    return Coalesce(Subquery(counted.values("many")), 0)


@dataclass(frozen=True)
class StandardFacts:
    """How the standards of an agency stand: posts by standing, and competencies in use."""

    competencies: int
    posts: int
    without: int
    on_defaults: int


def facts_of(viewer: User, agency: Unit) -> StandardFacts:
    posts = list(posts_with_standard(viewer, agency).order_by().values_list("standing", flat=True))  # type: ignore[misc]
    return StandardFacts(
        competencies=competencies_of(agency).count(),
        posts=len(posts),
        without=posts.count(Standing.NONE),
        on_defaults=len(posts) - posts.count(Standing.NONE) - posts.count(Standing.STIPULATED),
    )


def standards_of(viewer: User, agency: Unit) -> QuerySet[Requirement]:
    """Every required level in force with its post and competency, for the sheet that can be read in again."""
    rows = visible_to(viewer, Requirement).filter(position__agency=agency, valid_to=None)
    return rows.select_related("position", "competency").order_by("position__code", "competency__code")


def rungs_of(agency: Unit) -> list[str]:
    """The rungs (jenjang) that posts of the agency have."""
    rungs = Position.objects.filter(agency=agency).exclude(level="").order_by("level")
    return list(rungs.values_list("level", flat=True).distinct())
