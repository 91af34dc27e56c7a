"""The PyB submits: what goes to the decree is complete, agreed on, and kept as it is."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.planning.access import SUBMIT_PLANS
from asah.portal.planning.actions import steps
from asah.portal.planning.enums import Decision, PlanState, ReviewStage
from asah.portal.planning.models import Plan, Review
from asah.portal.planning.queries.approval import Standing, authors_of, key_figures, last_review, standing_of
from asah.portal.planning.queries.papers import Content, Damaged, freeze, read_content, thaw
from asah.portal.planning.queries.papers.frozen import frozen_at

# From here on a plan's content is the kept copy, whatever the catalogue and the roster say today.
KEPT = (PlanState.SUBMITTED, PlanState.STIPULATED, PlanState.REPLACED)


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


@transaction.atomic
def submit_plan(
    *, actor: User, plan: Plan, edition: int, signed: Signed, note: str = "", without_offices: str = ""
) -> Review:
    """A shown plan goes to the PPK.

    All seven contents of every class must be there and every change asked for answered. Offices that did
    not agree are gone past only with a reason, ``without_offices``, which is kept. Whoever made the plan
    does not submit it.
    """
    SUBMIT_PLANS.require(actor, plan.scenario.agency)
    Unit.objects.select_for_update().get(pk=plan.scenario.agency_id)
    # Whoever responds holds this row too: no request comes in between the look and the step.
    rows = Plan.objects.select_for_update(of=("self",))
    plan = rows.select_related("scenario__agency", "scenario__cycle", "revises").get(pk=plan.pk)
    steps.require_state(plan, edition, PlanState.SHOWN)
    if actor.pk in authors_of(plan):
        raise PermissionDenied("nobody submits their own plan")
    standing = standing_of(plan)
    _require_complete(standing, without_offices)
    digest = _keep(plan, read_content(plan))
    steps.take_step(plan, edition, PlanState.SUBMITTED)
    frozen: dict[str, Any] = {
        **key_figures(plan),
        "content_sha256": digest,
        "signed": signed.as_json(),
        "offices_passed": [each.office.pk for each in standing.not_agreed],
        "without_offices": without_offices.strip() if standing.not_agreed else "",
    }
    review = steps.write_review(actor, plan, ReviewStage.PYB, Decision.AGREED, note=note, frozen=frozen)
    steps.tell_roles(plan, steps.SUBMITTED, Role.PPK)
    return review


def _require_complete(standing: Standing, without_offices: str) -> None:
    problems = []
    if standing.missing:
        count = len(standing.missing)
        problems.append(
            ngettext(
                "%(count)s class lacks contents that article 207 demands. Have them filled in first.",
                "%(count)s classes lack contents that article 207 demands. Have them filled in first.",
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
