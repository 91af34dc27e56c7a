"""Who plans the analysis, who rates whom, and who sees which needs, wishes and cases."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from asah.portal.base.access import capability, visible
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.base.models.unit import below
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import (
    Assignment,
    ConductCase,
    Cycle,
    LevelEstimate,
    Member,
    Need,
    Performance,
    Proposal,
    Rating,
    Submission,
    UnitNeed,
    Verification,
)
from asah.portal.people.access import agencies_of

# Held in the agency itself: one analysis covers all of its offices.
PLAN_NEEDS = capability("needs.plan", Role.PLANNER)
# Naming raters and reminding them.
ASSIGN_RATERS = capability("needs.assign", Role.PLANNER, Role.OPERATOR, Role.HEAD)
SEE_COVERAGE = capability(
    "needs.see_coverage",
    Role.PLANNER,
    Role.OPERATOR,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
    Role.ADMINISTRATOR,
)
# Without the administrator, who keeps users and units and needs no assessment of anybody for it.
SEE_NEEDS = capability(
    "needs.see",
    Role.PLANNER,
    Role.OPERATOR,
    Role.SUPERVISOR,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
)
# Whoever answers for the development of people sees what was estimated of each; others see groups.
SEE_PROFILES = capability("needs.see_profiles", Role.PLANNER, Role.SUPERVISOR, Role.HEAD)
# Results of groups, never of groups so small that they tell of single people.
SEE_RESULTS = capability(
    "needs.see_results",
    Role.PLANNER,
    Role.OPERATOR,
    Role.SUPERVISOR,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
    Role.ADMINISTRATOR,
)
IMPORT_PERFORMANCE = capability("needs.import_performance", Role.PLANNER, Role.OPERATOR)
PROPOSE = capability("needs.propose", Role.ASN, Role.SUPERVISOR, Role.OPERATOR, Role.HEAD, Role.PLANNER)
PROPOSE_FOR_OFFICE = capability("needs.propose_for_office", Role.OPERATOR, Role.HEAD)
SEE_PROPOSALS = capability(
    "needs.see_proposals",
    Role.PLANNER,
    Role.OPERATOR,
    Role.HEAD,
    Role.PYB,
    Role.PPK,
    Role.INSPECTOR,
)
ANSWER_PROPOSALS = capability("needs.answer_proposals", Role.PLANNER)
OPEN_CASES = capability("needs.open_cases", Role.PLANNER, Role.HEAD, Role.ADMINISTRATOR)
VERIFY_NEEDS = capability("needs.verify", Role.HEAD)


@visible(Cycle)
def _cycles(user: User) -> QuerySet[Cycle]:
    """Those of an agency in which the user has a role or is a member; drafts only for who plans them."""
    member_of = Member.objects.filter(person__user=user).values("cycle")
    mine = (Q(agency__in=agencies_of(user)) | Q(pk__in=member_of)) & ~Q(state=CycleState.DRAFT)
    return Cycle.objects.filter(mine | below(PLAN_NEEDS.paths(user), "agency__path"))


@visible(Member)
def _members(user: User) -> QuerySet[Member]:
    """By the unit as it was when the cycle opened; also people whom the user supervises by name."""
    return Member.objects.filter(
        below(SEE_NEEDS.paths(user), "unit__path") | Q(person__user=user) | Q(person__supervisor__user=user)
    )


@visible(Assignment)
def _assignments(user: User) -> QuerySet[Assignment]:
    """Nobody but the rater opens a form or its draft."""
    return Assignment.objects.filter(rater__user=user)


@visible(Submission)
def _submissions(user: User) -> QuerySet[Submission]:
    return Submission.objects.filter(assignment__rater__user=user)


@visible(Rating)
def _ratings(user: User) -> QuerySet[Rating]:
    """Single scores are for the person who gave them; scores of assessors and tests also for the planner."""
    measured = below(PLAN_NEEDS.paths(user), "cycle__agency__path") & Q(rater=None)
    return Rating.objects.filter(Q(rater__user=user) | measured)


@visible(LevelEstimate)
def _levels(user: User) -> QuerySet[LevelEstimate]:
    then = Q(person__memberships__cycle=F("cycle")) & below(
        SEE_PROFILES.paths(user), "person__memberships__unit__path"
    )
    own = Q(person__user=user) | Q(person__supervisor__user=user)
    return LevelEstimate.objects.filter(Q(pk__in=LevelEstimate.objects.filter(then).values("pk")) | own)


@visible(Need)
def _needs(user: User) -> QuerySet[Need]:
    """Without those that a case of conduct raised: they would tell of it."""
    own = Q(person__user=user) | Q(person__supervisor__user=user)
    return Need.told.filter(below(SEE_PROFILES.paths(user), "unit__path") | own)


@visible(UnitNeed)
def _unit_needs(user: User) -> QuerySet[UnitNeed]:
    return UnitNeed.objects.filter(below(SEE_RESULTS.paths(user), "unit__path"))


@visible(Performance)
def _performances(user: User) -> QuerySet[Performance]:
    return Performance.objects.filter(
        below(SEE_NEEDS.paths(user), "person__current__unit__path") | Q(person__user=user)
    )


@visible(Proposal)
def _proposals(user: User) -> QuerySet[Proposal]:
    return Proposal.objects.filter(
        below(SEE_PROPOSALS.paths(user), "unit__path") | Q(sent_by=user) | Q(person__user=user)
    )


@visible(ConductCase)
def _cases(user: User) -> QuerySet[ConductCase]:
    """Whoever opened it and whom they named: no role opens a case of somebody else."""
    named = ConductCase.named.through.objects.filter(user=user).values("conductcase_id")
    return ConductCase.objects.filter(Q(opened_by=user) | Q(pk__in=named))


@visible(Verification)
def _verifications(user: User) -> QuerySet[Verification]:
    return Verification.objects.filter(below(SEE_COVERAGE.paths(user), "office__path"))
