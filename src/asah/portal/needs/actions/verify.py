"""The word of the heads of offices, and the end of an analysis."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.base.outbox import notice_kind, tell
from asah.portal.needs.access import PLAN_NEEDS, VERIFY_NEEDS
from asah.portal.needs.actions.compute import is_being_computed
from asah.portal.needs.enums import CycleState, VerificationState
from asah.portal.needs.models import Cycle, Verification
from asah.portal.needs.queries.proposals import planners_of
from asah.portal.needs.queries.verification import states_of

VERIFIED = notice_kind(
    "needs.verified",
    title=gettext_lazy("An office verified its needs"),
    sentence=gettext_lazy("%(office)s verified its needs in “%(cycle)s”."),
    mail=False,
)
RETURNED = notice_kind(
    "needs.returned",
    title=gettext_lazy("An office sent its needs back"),
    sentence=gettext_lazy(
        "%(office)s sent its needs in “%(cycle)s” back with a reason. Read it and compute again."
    ),
)


@transaction.atomic
def verify_needs(*, actor: User, verification: Verification, note: str = "") -> None:
    """The head agrees with the needs of the office."""
    _decide(actor, verification, VerificationState.VERIFIED, note.strip())


@transaction.atomic
def return_needs(*, actor: User, verification: Verification, note: str) -> None:
    """The head does not agree, and says why."""
    if not note.strip():
        raise ValidationError(_("Say what is wrong, so that it can be mended."))
    _decide(actor, verification, VerificationState.RETURNED, note.strip())


def _decide(actor: User, verification: Verification, state: VerificationState, note: str) -> None:
    row = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("cycle__job", "office")
        .get(pk=verification.pk)
    )
    VERIFY_NEEDS.require(actor, row.office)
    cycle = row.cycle
    if cycle.state != CycleState.CLOSED or cycle.computed_at is None:
        raise ValidationError(_("Needs are verified once ratings are closed and the needs are computed."))
    if is_being_computed(cycle):
        raise ValidationError(
            _("The needs are being computed at this moment. Look at them again when that is done.")
        )
    row.state, row.note, row.decided_by, row.decided_at = state, note, actor, timezone.now()
    row.save(update_fields=["state", "note", "decided_by", "decided_at"])
    audit.record(actor, f"needs.{state}", row, unit=row.office)
    kind = VERIFIED if state == VerificationState.VERIFIED else RETURNED
    planners = [user for user in planners_of(row.office) if user != actor]
    link = reverse("needs:verification", args=[row.pk])
    tell(planners, kind, link=link, office=row.office.name, cycle=cycle.name)


@transaction.atomic
def finish_cycle(*, actor: User, cycle: Cycle, reason: str = "") -> None:
    """Nothing changes any more. Before all offices have verified, only with a reason; the audit keeps it."""
    PLAN_NEEDS.require(actor, cycle.agency)
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("job", "agency").get(pk=cycle.pk)
    if cycle.state != CycleState.CLOSED or cycle.computed_at is None:
        raise ValidationError(_("An analysis is finished once it is closed and its needs are computed."))
    if is_being_computed(cycle):
        raise ValidationError(_("The needs are being computed at this moment. Wait until that is done."))
    states = states_of(cycle)
    if not states.all_verified and not reason.strip():
        raise ValidationError(
            _("%(open)s of %(all)s offices have not verified their needs. Wait for them, or give the reason.")
            % {"open": states.offices - states.verified, "all": states.offices}
        )
    cycle.state = CycleState.FINISHED
    cycle.save(update_fields=["state"])
    detail = {"offices": states.offices, "verified": states.verified}
    if not states.all_verified:
        detail["reason"] = reason.strip()  # type: ignore[assignment]
    audit.record(actor, "cycle.finished", cycle, unit=cycle.agency, detail=detail)
