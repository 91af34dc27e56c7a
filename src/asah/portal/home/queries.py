"""What waits for a person, and what a search finds among the rows they may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.catalogue.models import Programme
from asah.portal.needs.access import ANSWER_PROPOSALS, VERIFY_NEEDS
from asah.portal.needs.enums import AssignmentState, CycleState, ProposalState, VerificationState
from asah.portal.needs.models import Verification
from asah.portal.needs.queries.proposals import proposals_seen_by
from asah.portal.needs.queries.rating import assignments_of
from asah.portal.people.access import IMPORT_ROSTER, SEE_PEOPLE
from asah.portal.people.enums import BatchState
from asah.portal.people.models import Person, RosterBatch
from asah.portal.planning.access import AGREE_FOR_OFFICE, EDIT_PLANS, STIPULATE_PLANS, SUBMIT_PLANS
from asah.portal.planning.enums import Decision, PlanState, ResponseState, ReviewStage
from asah.portal.planning.models import LineResponse, Plan, PlanLine, Review
from asah.portal.planning.queries.approval import hindrance_of

FOUND = 10


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for this person now."""

    title: str
    url: str
    count: int


@dataclass(frozen=True)
class Found:
    """Results of one kind, at most FOUND of them."""

    title: str
    rows: list[tuple[str, str, str]]
    more: bool


def what_waits(user: User) -> list[Waiting]:
    """Only what has something in it; the first is the most urgent."""
    waiting = [
        *_ratings(user),
        *_own_plan(user),
        *_approvals(user),
        *_answers(user),
        *_imports(user),
    ]
    return [each for each in waiting if each.count]


def _ratings(user: User) -> Iterator[Waiting]:
    count = assignments_of(user).exclude(state=AssignmentState.SENT).count()
    yield Waiting(_("People you are to rate"), reverse("needs:rate"), count)


def _own_plan(user: User) -> Iterator[Waiting]:
    """A plan that is shown, with lines of one's own that nothing was said of yet."""
    lines = PlanLine.objects.filter(person__user=user, plan__state=PlanState.SHOWN)
    count = lines.exclude(plan__responses__person__user=user).values("plan").distinct().count()
    yield Waiting(
        _("Your part of the plan, to accept or to ask for a change"), reverse("planning:mine"), count
    )


def _approvals(user: User) -> Iterator[Waiting]:
    """What heads verify and agree to, what the PyB submits, what the PPK stipulates."""
    if VERIFY_NEEDS.held_by(user):
        offices = below(VERIFY_NEEDS.paths(user), "office__path")
        rows = Verification.objects.filter(
            offices, state=VerificationState.WAITING, cycle__state=CycleState.CLOSED
        )
        first = rows.first()
        url = reverse("needs:verification", args=[first.pk]) if first else ""
        yield Waiting(_("Needs of your office, to verify"), url, rows.count() if first else 0)
    steps = [
        (AGREE_FOR_OFFICE, PlanState.SHOWN, ReviewStage.HEAD, _("Plans your office has not agreed to yet")),
        (SUBMIT_PLANS, PlanState.SHOWN, ReviewStage.PYB, _("Plans to submit")),
        (STIPULATE_PLANS, PlanState.SUBMITTED, ReviewStage.PPK, _("Plans to stipulate")),
    ]
    for may, state, stage, title in steps:
        paths = may.paths(user)
        if not paths:
            continue
        plans = visible_to(user, Plan).filter(state=state)
        if may is AGREE_FOR_OFFICE:
            agreed = Review.objects.filter(below(paths, "office__path"), decision=Decision.AGREED)
            plans = plans.exclude(reviews__in=agreed)
        # Who made a plan does not approve it: it waits for somebody else.
        theirs = [plan for plan in plans if not hindrance_of(user, plan, stage)]
        if theirs:
            yield Waiting(title, reverse("planning:approval", args=[theirs[0].pk]), len(theirs))


def _answers(user: User) -> Iterator[Waiting]:
    """What the planner owes an answer."""
    if ANSWER_PROPOSALS.held_by(user):
        count = proposals_seen_by(user).filter(state=ProposalState.SENT).count()
        yield Waiting(_("Proposals to answer"), f"{reverse('needs:proposals')}?state=sent", count)
    if EDIT_PLANS.held_by(user):
        asked = LineResponse.objects.filter(
            below(EDIT_PLANS.paths(user), "plan__scenario__agency__path"),
            state=ResponseState.CHANGE_ASKED,
            answer="",
            plan__state=PlanState.SHOWN,
        )
        first = asked.first()
        if first is not None:
            url = reverse("planning:responses", args=[first.plan_id])
            yield Waiting(_("People who asked for a change of the plan"), url, asked.count())


def _imports(user: User) -> Iterator[Waiting]:
    if IMPORT_ROSTER.held_by(user):
        begun = (BatchState.SENT, BatchState.CHECKED)
        count = visible_to(user, RosterBatch).filter(created_by=user, state__in=begun).count()
        yield Waiting(_("Roster imports that you began"), reverse("people:batches"), count)


def find(user: User, words: str) -> list[Found]:
    """People by name or NIP, units, programmes and plans by name or code; every word must occur."""
    parts = words.split()
    if not parts:
        return []
    people = visible_to(user, Person).filter(_every(parts, "name", "nip")).select_related("current__unit")
    units = visible_to(user, Unit).filter(_every(parts, "name", "code"))
    programmes = visible_to(user, Programme).filter(_every(parts, "name", "code"))
    plans = visible_to(user, Plan).filter(_every(parts, "scenario__name")).select_related("scenario")
    # A unit leads to its people, and without that right to nothing.
    leads_on = SEE_PEOPLE.held_by(user)
    return [
        _found(
            _("People"),
            [(p.full_name, _unit_of(p), reverse("people:person", args=[p.pk])) for p in people[: FOUND + 1]],
        ),
        _found(
            _("Units"),
            [
                (u.name, u.code, f"{reverse('people:list')}?unit={u.path}" if leads_on else "")
                for u in units[: FOUND + 1]
            ],
        ),
        _found(
            _("Programmes"),
            [(p.name, p.code, reverse("catalogue:programme", args=[p.pk])) for p in programmes[: FOUND + 1]],
        ),
        _found(
            _("Plans"),
            [
                (str(p), p.get_state_display(), reverse("planning:plan", args=[p.pk]))
                for p in plans[: FOUND + 1]
            ],
        ),
    ]


def _unit_of(person: Person) -> str:
    return person.current.unit.name if person.current else ""


def _found(title: str, rows: list[tuple[str, str, str]]) -> Found:
    return Found(title, rows[:FOUND], len(rows) > FOUND)


def _every(words: list[str], *fields: str) -> Q:
    condition = Q()
    for word in words:
        any_field = Q()
        for field in fields:
            any_field |= Q(**{f"{field}__icontains": word})
        condition &= any_field
    return condition
