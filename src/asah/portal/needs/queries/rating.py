"""What a rater sees: whom to rate, the form of one person, and whether it is still taken."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base.access import visible_to
from asah.portal.base.models import User
from asah.portal.competency.enums import CompetencyKind
from asah.portal.competency.models import HIGHEST, LOWEST, Competency, LevelDescriptor
from asah.portal.competency.queries import competencies_of, standard_of
from asah.portal.needs.enums import CONFIDENTIAL, AssignmentState, CycleState
from asah.portal.needs.models import Assignment, Cycle, Rating
from asah.portal.needs.queries.groups import LEAST_RATERS
from asah.portal.ui.formats import long_date

# A week is about the longest that a boat or a broken line keeps a phone of the islands from the network.
LATE = dt.timedelta(days=7)
LEVELS = range(LOWEST, HIGHEST + 1)
# What is demanded of every civil servant, whatever the post (PermenPANRB 38/2017).
GENERAL = (CompetencyKind.MANAGERIAL, CompetencyKind.SOCIOCULTURAL)


@dataclass(frozen=True)
class Level:
    """One of the five levels as the framework of the cycle describes it."""

    value: int
    title: str
    text: str
    anchors: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One competency of a form, with all five levels."""

    competency: Competency
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Sheet:
    """The form for one person. ``by_standard``: False where the post has none and the general ones do."""

    items: tuple[Item, ...]
    by_standard: bool

    @property
    def competency_ids(self) -> set[int]:
        return {item.competency.pk for item in self.items}


def assignments_of(viewer: User) -> QuerySet[Assignment]:
    """Forms of the viewer in cycles that are open or closed a short while ago, those to be filled first."""
    shown = Q(member__cycle__state=CycleState.OPEN) | Q(
        member__cycle__state=CycleState.CLOSED, member__cycle__closes_on__gte=timezone.localdate() - LATE
    )
    rows = visible_to(viewer, Assignment).filter(shown)
    related = ("member__person", "member__unit", "member__position", "member__cycle")
    # The words of the states happen to stand in the order wanted: draft, open, sent.
    order = ("state", "member__cycle__closes_on", "role", "member__person__name", "pk")
    return rows.select_related(*related).order_by(*order)


def next_after(viewer: User, assignment: Assignment) -> Assignment | None:
    """The form to fill next."""
    rows = assignments_of(viewer).exclude(pk=assignment.pk).exclude(state=AssignmentState.SENT)
    return rows.filter(member__cycle=assignment.member.cycle_id).first()


def sheet_of(assignment: Assignment) -> Sheet:
    """What the post demanded when the cycle opened: a form kept on a phone must not change under way."""
    member, cycle = assignment.member, assignment.member.cycle
    day = timezone.localdate(cycle.opened_at) if cycle.opened_at else cycle.opens_on
    standard = standard_of([member.position_id], day) if member.position_id else []
    in_use = competencies_of(cycle.agency)
    wanted = [each.competency_id for each in standard]
    rows = Competency.objects.filter(pk__in=wanted) if wanted else in_use.filter(kind__in=GENERAL)
    competencies = sorted(rows, key=lambda each: (_place_of(each.kind), each.code))
    described = _levels(cycle, [each.pk for each in competencies])
    items = tuple(
        Item(
            each,
            tuple(described.get((each.pk, value)) or _bare(value) for value in range(LOWEST, HIGHEST + 1)),
        )
        for each in competencies
    )
    return Sheet(items, bool(wanted))


def _place_of(kind: str) -> int:
    return list(CompetencyKind.values).index(kind)


def _levels(cycle: Cycle, competency_ids: list[int]) -> dict[tuple[int, int], Level]:
    rows = LevelDescriptor.objects.filter(framework=cycle.framework_id, competency__in=competency_ids)
    return {
        (row.competency_id, row.level): Level(
            row.level, row.title, row.text, tuple(anchor.text for anchor in row.anchors.all())
        )
        for row in rows.prefetch_related("anchors")
    }


def _bare(value: int) -> Level:
    return Level(value, _("Level %(level)s") % {"level": value}, "", ())


def scores_in(assignment: Assignment, sheet: Sheet) -> dict[int, int | None]:
    """What the rater last filled in: the draft, else what was sent; None for "I cannot judge"."""
    if assignment.draft:
        return {int(key): value for key, value in assignment.draft.items()}
    latest = assignment.submissions.order_by("-filled_at", "-received_at").first()
    if latest is None:
        return {}
    given = {row.competency_id: int(row.score) for row in latest.ratings.all()}
    return {number: given.get(number) for number in sheet.competency_ids}


def why_not_taken(cycle: Cycle, *, filled_on: dt.date, today: dt.date) -> str:
    """The reason for which a form is refused, "" where it is taken."""
    words = {"opens": long_date(cycle.opens_on), "closes": long_date(cycle.closes_on), "days": LATE.days}
    if cycle.state in (CycleState.DRAFT, CycleState.FINISHED):
        return _("This analysis takes no ratings.")
    if filled_on < cycle.opens_on:
        return _("Ratings are taken from %(opens)s on.") % words
    if filled_on > cycle.closes_on:
        return _("Ratings were taken until %(closes)s, and this one was filled in later.") % words
    if today - LATE > cycle.closes_on:
        return _("This rating arrived more than %(days)s days after the last day, %(closes)s.") % words
    return ""


def is_open(cycle: Cycle) -> bool:
    """Whether a form filled in now is taken; a closed cycle takes only what was filled in before."""
    today = timezone.localdate()
    return cycle.state == CycleState.OPEN and not why_not_taken(cycle, filled_on=today, today=today)


def standing_ratings(cycle: Cycle) -> QuerySet[Rating]:
    """Of each rater, person and competency the score filled in last; a late form never covers a newer one."""
    order = [F("rated_on").desc(), F("submission__filled_at").desc(nulls_last=True), F("pk").desc()]
    by: list[Any] = [F("person"), F("competency"), F("role"), F("rater"), F("rater_label"), F("instrument")]
    placed = Rating.objects.filter(cycle=cycle).annotate(
        place=Window(RowNumber(), partition_by=by, order_by=order)
    )
    return placed.filter(place=1)


def is_settled(cycle: Cycle) -> bool:
    """Whether no rating can arrive any more, not even one that was filled in before the last day."""
    late = cycle.state == CycleState.CLOSED and timezone.localdate() - LATE > cycle.closes_on
    return late or cycle.state == CycleState.FINISHED


# Person, competency, role.
Place = tuple[Hashable, Hashable, str]


def withheld(cycle: Cycle, given: Iterable[tuple[Place, Hashable]]) -> set[Place]:
    """Places of peers and subordinates that do not count, in no level and in no mean: fewer than LEAST_RATERS
    rated, or more may still do so and would be told by the difference.
    """
    raters: dict[Place, set[Hashable]] = defaultdict(set)
    for place, rater in given:
        if place[2] in CONFIDENTIAL:
            raters[place].add(rater)
    least = LEAST_RATERS if is_settled(cycle) else float("inf")
    return {place for place, found in raters.items() if len(found) < least}


def counts_the_confided(cycle: Cycle) -> bool:
    """Whether what was computed last rests on ratings of peers or subordinates too."""
    return bool(set(CONFIDENTIAL) & set(cycle.summary.get("result", {}).get("ratings", {})))
