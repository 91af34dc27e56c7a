"""How far a plan is on its way to the decree: its digest, what each office said, what stands in the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Sum
from django.utils.translation import gettext as _

from asah.portal.base.access import visible_to
from asah.portal.base.audit import subject_of
from asah.portal.base.models import Event, Unit, User
from asah.portal.planning.access import AGREE_FOR_OFFICE, sees_all_of
from asah.portal.planning.enums import Decision, ReviewStage
from asah.portal.planning.models import Plan, PlanClass, PlanLine, PlanOutcome, Review
from asah.portal.planning.queries.contents import Missing, missing_contents
from asah.portal.planning.queries.figures import figures_of
from asah.portal.planning.queries.responses import Counts, counts_of

LUMP = 2000
LOOKED_AT = 100


def digest_of(plan: Plan) -> str:
    """SHA-256 over the plan's rows in the order of their keys: whoever changes one row changes it."""
    digest = hashlib.sha256()
    for row in _rows_of(plan):
        digest.update(json.dumps(row, separators=(",", ":"), default=str).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _rows_of(plan: Plan) -> Iterator[list[Any]]:
    """Every column of every row: one that is added later is not forgotten."""
    yield [
        "plan",
        plan.problem_sha256,
        plan.objective,
        plan.bound,
        plan.spent,
        plan.engine_version,
        plan.seed,
    ]
    models: list[tuple[type[Model], list[str]]] = [
        (PlanClass, ["offering"]),
        (PlanLine, ["person", "offering"]),
        (PlanOutcome, ["person"]),
    ]
    for model, key in models:
        columns = [each.attname for each in model._meta.concrete_fields if each.name not in ("id", "plan")]
        rows = model._default_manager.filter(plan=plan).order_by(*key).values_list(*columns)
        for row in rows.iterator(chunk_size=LUMP):
            yield [model.__name__, *row]


@dataclass(frozen=True)
class OfficeSays:
    """An office with people in the plan, and the last word of its head. ``fee`` and ``travel`` in rupiah."""

    office: Unit
    people: int
    lines: int
    fee: int
    travel: int
    review: Review | None

    @property
    def money(self) -> int:
        return self.fee + self.travel

    @property
    def figures(self) -> dict[str, int]:
        """What a head gives their word on, kept with it."""
        return {"people": self.people, "lines": self.lines, "fee": self.fee, "travel": self.travel}

    @property
    def has_agreed(self) -> bool:
        """Whether the head agreed to this: not where units moved since and brought others along."""
        return (
            self.review is not None
            and self.review.decision == Decision.AGREED
            and all(self.review.frozen.get(name, value) == value for name, value in self.figures.items())
        )

    @property
    def has_returned(self) -> bool:
        return self.review is not None and self.review.decision == Decision.RETURNED


def offices_of(plan: Plan) -> list[OfficeSays]:
    """Offices with lines in the order of the tree; the agency stands for people who belong to no office."""
    rows = (
        PlanLine.objects.filter(plan=plan)
        .order_by()
        .values_list("unit__path")
        .annotate(
            people=Count("person", distinct=True), lines=Count("pk"), fee=Sum("fee"), travel=Sum("travel")
        )
    )
    agency = plan.scenario.agency_id
    sums: dict[int, list[int]] = {}
    for path, *values in rows:
        parts = path.split(".")
        held = sums.setdefault(int(parts[1]) if parts[1] else agency, [0, 0, 0, 0])
        held[:] = [a + b for a, b in zip(held, values, strict=True)]
    latest: dict[int, Review] = {}
    for review in Review.objects.filter(plan=plan, stage=ReviewStage.HEAD).select_related("decided_by"):
        office = review.office_id or agency
        latest[office] = review
        # After the decree a unit that moves takes nobody along: what the head agreed to stays.
        if plan.is_frozen and review.frozen:
            sums[office] = [review.frozen[name] for name in ("people", "lines", "fee", "travel")]
    return [
        OfficeSays(office, people, lines, fee, travel, latest.get(office.pk))
        for office in Unit.objects.filter(pk__in=sums).order_by("path")
        for people, lines, fee, travel in [sums[office.pk]]
    ]


def offices_for(plan: Plan, viewer: User, offices: list[OfficeSays]) -> list[OfficeSays]:
    """Those of all ``offices`` that the viewer may look into: all, or the own ones."""
    if sees_all_of(viewer, plan):
        return offices
    paths = tuple(AGREE_FOR_OFFICE.paths(viewer))
    return [each for each in offices if each.office.path.startswith(paths)]


@dataclass(frozen=True)
class Standing:
    """What stands between a plan and its submission."""

    offices: list[OfficeSays]
    missing: list[Missing]
    counts: Counts

    @property
    def not_agreed(self) -> list[OfficeSays]:
        return [each for each in self.offices if not each.has_agreed]

    @property
    def is_ready(self) -> bool:
        return not self.missing and not self.not_agreed and not self.counts.unanswered


def standing_of(plan: Plan) -> Standing:
    return Standing(offices_of(plan), missing_contents(plan), counts_of(plan))


def reviews_of(plan: Plan, viewer: User) -> list[Review]:
    """Every decision in the order in which it was taken; of heads only those of offices the viewer may
    look into."""
    rows = visible_to(viewer, Review).filter(plan=plan).select_related("decided_by", "office")
    if sees_all_of(viewer, plan):
        return list(rows)
    paths = tuple(AGREE_FOR_OFFICE.paths(viewer))
    return [row for row in rows if row.office is None or row.office.path.startswith(paths)]


def last_review(plan: Plan, stage: ReviewStage, office: Unit | None = None) -> Review | None:
    return plan.reviews.filter(stage=stage, office=office).order_by("decided_at", "pk").last()


def authors_of(plan: Plan) -> set[int]:
    """Whoever made the plan or showed it: none of them approves it, in whatever other role."""
    shown = plan.reviews.filter(stage=ReviewStage.PLANNER).values_list("decided_by_id", flat=True)
    return {key for key in (plan.made_by_id, *shown) if key is not None}


def hindrance_of(user: User, plan: Plan, stage: ReviewStage) -> str:
    """Why ``user``, whatever their role, does not approve this plan at this stage; "" where they may."""
    if stage == ReviewStage.PLANNER:
        return ""
    if user.pk in authors_of(plan):
        return _("You made this plan or showed it: somebody else must approve it.")
    submission = last_review(plan, ReviewStage.PYB) if stage == ReviewStage.PPK else None
    if submission is not None and submission.decided_by_id == user.pk:
        return _("You submitted this plan: somebody else must stipulate it.")
    return ""


def key_figures(plan: Plan) -> dict[str, Any]:
    """What a decision was taken on, for its frozen copy: plain numbers, no names."""
    figures, counts = figures_of(plan), counts_of(plan)
    return {
        "planned": figures.planned,
        "deferred": figures.deferred,
        "exempt": figures.exempt,
        "classes": figures.classes,
        "lines": figures.lines,
        "spent": figures.spent,
        "limit": figures.limit,
        "closed_points": figures.closed_points,
        "need_points": figures.need_points,
        "jp_short": figures.jp_short,
        "mandates_missed": figures.mandates_missed,
        "objective": figures.objective,
        "gap": figures.gap,
        "responses": {
            "lines": counts.people,
            "accepted": counts.accepted,
            "asked": counts.asked,
            "answered": counts.answered,
            "silent": counts.silent,
        },
    }


@dataclass(frozen=True)
class Meanwhile:
    """A step that somebody took. ``action`` is the word of the audit; ``note`` what they said with it."""

    who: str
    at: dt.datetime
    action: str
    note: str


def steps_since(plan: Plan, edition: int) -> list[Meanwhile]:
    """What happened to a plan after ``edition``, earliest first."""
    events = Event.objects.filter(subject=subject_of(plan), action__startswith="plan.").select_related(
        "actor"
    )
    found = [event for event in events[:LOOKED_AT] if event.detail.get("edition", 0) > edition]
    notes = dict(Review.objects.filter(plan=plan).values_list("pk", "note"))
    return [
        Meanwhile(
            who=event.actor.name if event.actor else "",
            at=event.at,
            action=event.action,
            note=notes.get(event.detail.get("review", 0), ""),
        )
        for event in reversed(found)
    ]
