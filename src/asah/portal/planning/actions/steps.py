"""One step of a plan on its way to the decree: taken once, by somebody who saw the latest, and written
down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit
from asah.portal.base.enums import Role
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.base.outbox import NoticeKind, notice_kind, tell
from asah.portal.planning.enums import Decision, PlanState, ReviewStage
from asah.portal.planning.models import Plan, PlanLine, Review
from asah.portal.planning.queries.approval import digest_of, hindrance_of

# Notices are written in parts of so many: one query that names everybody would be too long.
LUMP = 1000

PLAN_SHOWN = notice_kind(
    "planning.shown",
    title=gettext_lazy("A plan to look at"),
    sentence=gettext_lazy(
        "The plan of %(year)s is shown: look at what your office gets, and agree or send it back."
    ),
)
OWN_LINES = notice_kind(
    "planning.own_lines",
    title=gettext_lazy("Your development next year"),
    sentence=gettext_lazy("You are in the plan of %(year)s. Look at it, and accept it or ask for a change."),
)
CHANGE_ASKED = notice_kind(
    "planning.change_asked",
    title=gettext_lazy("A change of the plan is asked for"),
    sentence=gettext_lazy("%(person)s asks for a change in the plan of %(year)s."),
    mail=False,
)
ANSWERED = notice_kind(
    "planning.answered",
    title=gettext_lazy("An answer about your plan"),
    sentence=gettext_lazy("The change that you asked for in the plan of %(year)s was answered."),
)
RETURNED = notice_kind(
    "planning.returned",
    title=gettext_lazy("A plan was sent back"),
    sentence=gettext_lazy("The plan of %(year)s was sent back by %(who)s: %(note)s"),
)
SUBMITTED = notice_kind(
    "planning.submitted",
    title=gettext_lazy("A plan waits for the decree"),
    sentence=gettext_lazy("The plan of %(year)s was submitted and waits to be stipulated."),
)
STIPULATED = notice_kind(
    "planning.stipulated",
    title=gettext_lazy("A plan was stipulated"),
    sentence=gettext_lazy("The plan of %(year)s was stipulated by decree %(decree)s."),
)


class PlanMoved(Exception):
    """Somebody took a step with the plan after ``edition``; nothing was written."""

    def __init__(self, plan: Plan, edition: int) -> None:
        super().__init__(f"{plan.pk} is no longer at edition {edition}")
        self.plan = plan
        self.edition = edition


def take_step(plan: Plan, edition: int, state: PlanState, **values: Any) -> None:
    """Brings a plan as it was at ``edition`` to ``state``. Raises PlanMoved where it is not that plan any
    more."""
    took = Plan.objects.filter(pk=plan.pk, edition=edition, state=plan.state).update(
        state=state, edition=F("edition") + 1, **values
    )
    if not took:
        raise PlanMoved(plan, edition)
    plan.state, plan.edition = state, edition + 1
    for name, value in values.items():
        setattr(plan, name, value)


def require_state(plan: Plan, edition: int, *states: PlanState) -> None:
    """Raises PlanMoved for an old edition, and ValidationError where the plan is not at the step before."""
    if plan.edition != edition:
        raise PlanMoved(plan, edition)
    if plan.state not in states:
        raise ValidationError(
            _(
                "The plan is %(state)s: this step is not open now. Look at what comes next on the page of"
                " its approval."
            )
            % {"state": plan.get_state_display()}
        )


def require_other_hands(actor: User, plan: Plan, stage: ReviewStage) -> None:
    """Raises PermissionDenied where ``actor`` would approve what they made or submitted themselves."""
    hindrance = hindrance_of(actor, plan, stage)
    if hindrance:
        raise PermissionDenied(hindrance)


def write_review(
    actor: User,
    plan: Plan,
    stage: ReviewStage,
    decision: Decision,
    *,
    note: str,
    frozen: dict[str, Any],
    office: Unit | None = None,
) -> Review:
    """The decision with its frozen copy, and its line in the audit."""
    review = Review.objects.create(
        plan=plan,
        stage=stage,
        office=office,
        decision=decision,
        note=note,
        decided_by=actor,
        plan_sha256=digest_of(plan),
        frozen={**frozen, "edition": plan.edition},
    )
    audit.record(
        actor,
        f"plan.{_ACTIONS[stage, decision]}",
        plan,
        unit=office or plan.scenario.agency,
        detail={"edition": plan.edition, "review": review.pk, "office": office.pk if office else None},
    )
    return review


_ACTIONS = {
    (ReviewStage.PLANNER, Decision.AGREED): "shown",
    (ReviewStage.PLANNER, Decision.RETURNED): "withdrawn",
    (ReviewStage.HEAD, Decision.AGREED): "agreed",
    (ReviewStage.HEAD, Decision.RETURNED): "returned_by_office",
    (ReviewStage.PYB, Decision.AGREED): "submitted",
    (ReviewStage.PYB, Decision.RETURNED): "returned_by_pyb",
    (ReviewStage.PPK, Decision.AGREED): "stipulated",
    (ReviewStage.PPK, Decision.RETURNED): "returned_by_ppk",
}


def tell_roles(plan: Plan, kind: NoticeKind, *roles: Role, units: Iterable[Unit] = (), **facts: Any) -> None:
    """Those who hold one of the roles in the agency, or in one of ``units`` or above."""
    paths = {plan.scenario.agency.path}
    for unit in units:
        parts = unit.path.rstrip(".").split(".")
        paths |= {f"{'.'.join(parts[: size + 1])}." for size in range(len(parts))}
    grants = RoleGrant.objects.filter(role__in=roles, unit__path__in=paths, ended_at=None)
    users = User.objects.filter(pk__in=grants.values("user"), is_active=True)
    _tell(users, kind, reverse("planning:approval", args=[plan.pk]), plan, facts)


def tell_people(plan: Plan, kind: NoticeKind, **facts: Any) -> None:
    """Everybody with lines who can sign in."""
    people = PlanLine.objects.filter(plan=plan, person__user__is_active=True).values("person__user")
    _tell(User.objects.filter(pk__in=people), kind, reverse("planning:mine"), plan, facts)


def _tell(users: QuerySet[User], kind: NoticeKind, link: str, plan: Plan, facts: dict[str, Any]) -> None:
    found = list(users)
    for start in range(0, len(found), LUMP):
        tell(found[start : start + LUMP], kind, link=link, year=plan.scenario.year, **facts)
