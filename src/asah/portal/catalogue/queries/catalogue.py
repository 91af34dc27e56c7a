"""Rows of the lists; every function that shows takes the viewer."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Fare, Fund, Offering, Price, Programme, ProgrammeEffect, Resource


def programmes_seen_by(viewer: User) -> QuerySet[Programme]:
    """Programmes with ``offered``, the number of offerings not archived, and their effects fetched."""
    return (
        visible_to(viewer, Programme)
        .annotate(offered=Count("offerings", filter=Q(offerings__archived_at=None)))
        .prefetch_related("effects__competency")
    )


def effects_of(programme: Programme) -> QuerySet[ProgrammeEffect]:
    return programme.effects.select_related("competency").order_by("competency__code")


def offerings_of(programme: Programme) -> QuerySet[Offering]:
    """Those of a programme, the latest year first; archived ones too."""
    return programme.offerings.select_related("programme", "place", "resource").order_by(
        "-year", "period", "pk"
    )


def offerings_seen_by(viewer: User, year: int) -> QuerySet[Offering]:
    """Offerings of a year that are not archived, of programmes that are not."""
    return (
        visible_to(viewer, Offering)
        .filter(year=year, archived_at=None)
        .exclude(programme__state=ProgrammeState.ARCHIVED)
        .select_related("programme", "place", "resource")
    )


def archived_offerings(viewer: User, year: int) -> int:
    """How many offerings of a year the list leaves out."""
    return visible_to(viewer, Offering).filter(year=year).exclude(archived_at=None).count()


def resources_seen_by(viewer: User) -> QuerySet[Resource]:
    """Resources with ``used_by``, the number of offerings from this year on that use them."""
    used = Q(offerings__archived_at=None, offerings__year__gte=timezone.localdate().year)
    return (
        visible_to(viewer, Resource).select_related("place").annotate(used_by=Count("offerings", filter=used))
    )


def prices_seen_by(viewer: User) -> QuerySet[Price]:
    return visible_to(viewer, Price)


def regions_seen_by(viewer: User) -> list[str]:
    """Regions of the price book, without the lines that hold everywhere."""
    regions = visible_to(viewer, Price).exclude(region="").order_by("region").values_list("region", flat=True)
    return list(regions.distinct())


def fares_seen_by(viewer: User) -> QuerySet[Fare]:
    return visible_to(viewer, Fare).select_related("origin", "destination")


def funds_seen_by(viewer: User) -> QuerySet[Fund]:
    """Funds with ``pays``, the number of programmes that they pay for."""
    return visible_to(viewer, Fund).annotate(pays=Count("programmes"))


def years_of(rows: QuerySet[Model]) -> list[int]:
    """The years of rows that have one, and those that are planned now: this one and the next."""
    now = timezone.localdate().year
    found = set(rows.order_by().values_list("year", flat=True).distinct())
    return sorted(found | {now, now + 1})


def hours_told_apart(programme: Programme) -> tuple[Decimal, Decimal, Decimal] | None:
    """JP of theory, practice and simulation; None where nobody has told them apart."""
    hours = (programme.theory_jp, programme.practice_jp, programme.simulation_jp)
    return hours if any(hours) else None


def competencies_served(agency: Unit, year: int | None = None) -> set[int]:
    """Competencies that an active programme with an offering develops; of one year where it is given."""
    offered = Offering.objects.filter(archived_at=None, programme__agency=agency)
    if year is not None:
        offered = offered.filter(year=year)
    effects = ProgrammeEffect.objects.filter(
        programme__agency=agency,
        programme__state=ProgrammeState.ACTIVE,
        programme__in=offered.values("programme"),
    )
    return set(effects.values_list("competency_id", flat=True))
