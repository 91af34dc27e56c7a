"""The PyB submits: what goes to the decree is complete, agreed on, and kept as it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.base import jobs
from asah.portal.base.enums import Role
from asah.portal.base.models import Job, Unit, User
from asah.portal.planning import bridge
from asah.portal.planning.access import SUBMIT_PLANS
from asah.portal.planning.actions import steps
from asah.portal.planning.enums import Decision, PlanState, ReviewStage
from asah.portal.planning.models import Plan, PlanOutcome, Review
from asah.portal.planning.queries.approval import Standing, key_figures, last_review, standing_of
from asah.portal.planning.queries.papers import Content, Damaged, freeze, read_content, responses_in, thaw
from asah.portal.planning.queries.papers.frozen import frozen_at

# From here on a plan's content is the kept copy, whatever the catalogue and the roster say today.
KEPT = (PlanState.SUBMITTED, PlanState.STIPULATED, PlanState.REPLACED)

SUBMIT_PLAN = "planning.submit_plan"
# Up to so many people everything of a plan is read within the request.
AT_ONCE = 600
READINGS = 3
MOST_CHANGES = 30


@dataclass(frozen=True)
class Signed:
    """How somebody's name stands under the documents."""

    name: str
    post: str
    rank: str = ""
    nip: str = ""
    place: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def is_large(plan: Plan) -> bool:
    """Whether reading all of it takes longer than somebody waits for a page: a worker does it."""
    return PlanOutcome.objects.filter(plan=plan).count() > AT_ONCE


def begin_submission(
    *, actor: User, plan: Plan, edition: int, signed: Signed, note: str = "", without_offices: str = ""
) -> Job | None:
    """Submits a plan; a large one by a worker, whose job is given back. What stands in its way is"
    " said at once."""
    asked: dict[str, Any] = {"note": note, "without_offices": without_offices}
    if not is_large(plan):
        submit_plan(actor=actor, plan=plan, edition=edition, signed=signed, **asked)
        return None
    with transaction.atomic():
        plan = _require_submittable(actor, plan, edition, without_offices)
        last = last_submission(plan)
        if last is not None and not last.is_over:
            return last
        return jobs.enqueue(
            SUBMIT_PLAN,
            user=actor,
            unit=plan.scenario.agency,
            plan=plan.pk,
            edition=edition,
            signed=signed.as_json(),
            **asked,
        )


def last_submission(plan: Plan) -> Job | None:
    """The job that submits the plan as it is, or that could not."""
    jobs_of = Job.objects.filter(kind=SUBMIT_PLAN, arguments__plan=plan.pk, arguments__edition=plan.edition)
    return jobs_of.order_by("pk").last()


def submit_plan(
    *,
    actor: User,
    plan: Plan,
    edition: int,
    signed: Signed,
    note: str = "",
    without_offices: str = "",
    tell: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Review:
    """A shown plan goes to the PPK.

    All seven contents of every class must be there, every change asked for answered, and catalogue, prices
    and limits as they were when the plan was made. Offices that did not agree are gone past only with a
    reason, ``without_offices``, which is kept. Whoever made the plan does not submit it.
    """
    for done in range(READINGS):
        tell(done, READINGS + 1)
        plan = _require_submittable(actor, plan, edition, without_offices)
        # Read before anything is locked: of a large plan it takes seconds.
        content = read_content(plan)
        digest = _keep(plan, content)
        tell(READINGS, READINGS + 1)
        with transaction.atomic():
            plan = _require_submittable(actor, plan, edition, without_offices)
            if responses_in(plan) != content.responses:
                continue
            return _submit(actor, plan, edition, digest, signed, note, without_offices)
    raise ValidationError(
        _("People said something of the plan again and again meanwhile. Submit it in a moment.")
    )


@transaction.atomic
def _require_submittable(actor: User, plan: Plan, edition: int, without_offices: str) -> Plan:
    """The plan as it is now, locked as long as the caller's transaction, with nothing in the way."""
    SUBMIT_PLANS.require(actor, plan.scenario.agency)
    Unit.objects.select_for_update().get(pk=plan.scenario.agency_id)
    # Whoever responds holds this row too: no request comes in between the look and the step.
    rows = Plan.objects.select_for_update(of=("self",))
    plan = rows.select_related("scenario__agency", "scenario__cycle", "revises").get(pk=plan.pk)
    steps.require_state(plan, edition, PlanState.SHOWN)
    steps.require_other_hands(actor, plan, ReviewStage.PYB)
    _require_complete(standing_of(plan), without_offices)
    _require_unchanged(plan)
    return plan


def _submit(
    actor: User, plan: Plan, edition: int, digest: str, signed: Signed, note: str, without_offices: str
) -> Review:
    not_agreed = standing_of(plan).not_agreed
    steps.take_step(plan, edition, PlanState.SUBMITTED)
    frozen: dict[str, Any] = {
        **key_figures(plan),
        "content_sha256": digest,
        "signed": signed.as_json(),
        "offices_passed": [each.office.pk for each in not_agreed],
        "without_offices": without_offices.strip() if not_agreed else "",
    }
    review = steps.write_review(actor, plan, ReviewStage.PYB, Decision.AGREED, note=note, frozen=frozen)
    steps.tell_roles(plan, steps.SUBMITTED, Role.PPK)
    return review


def _require_unchanged(plan: Plan) -> None:
    try:
        changes = bridge.changes_since(plan)
    except bridge.TablesLost as lost:
        raise ValidationError(
            _(
                "The tables that this plan was made from are lost. The administrator brings them"
                " back from a backup."
            )
        ) from lost
    if changes:
        raise ValidationError(
            [
                _(
                    "The plan was made from rows that are different now. Plan again and show the new plan, or"
                    " change these rows back."
                ),
                *(str(each) for each in changes[:MOST_CHANGES]),
            ]
        )


def _require_complete(standing: Standing, without_offices: str) -> None:
    problems = []
    if standing.missing:
        count = len(standing.missing)
        problems.append(
            ngettext(
                "%(count)s class lacks contents that article 207 demands. Have them filled in, then"
                " plan again.",
                "%(count)s classes lack contents that article 207 demands. Have them filled in, then"
                " plan again.",
                count,
            )
            % {"count": count}
        )
    if standing.counts.unanswered:
        count = standing.counts.unanswered
        problems.append(
            ngettext(
                "%(count)s person asked for a change and has no answer yet. The planner answers first.",
                "%(count)s people asked for a change and have no answer yet. The planner answers first.",
                count,
            )
            % {"count": count}
        )
    if problems:
        raise ValidationError(problems)
    if standing.not_agreed and not without_offices.strip():
        raise ValidationError(
            {
                "without_offices": _(
                    "Not every office has agreed. Wait for them, or give the reason to go on without."
                )
            }
        )


def content_now(plan: Plan) -> Content:
    """What documents say of a plan: once it was submitted the kept copy, before that the rows of today.

    Raises ValidationError where the kept copy was lost or changed.
    """
    if plan.state not in KEPT:
        return read_content(plan)
    submission = last_review(plan, ReviewStage.PYB)
    assert submission is not None
    try:
        return thaw(plan.folder, submission.frozen["content_sha256"])
    except Damaged as damaged:
        raise ValidationError(
            _(
                "The kept copy of this plan is lost or was changed. The administrator brings it back from a"
                " backup."
            )
        ) from damaged


def _keep(plan: Plan, content: Content) -> str:
    """Writes the copy under its digest, whole or not at all. One that nobody refers to does no harm."""
    digest, packed = freeze(content)
    path = frozen_at(plan.folder, digest)
    write_whole(path, packed)
    return digest


def write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    os.replace(draft, path)
