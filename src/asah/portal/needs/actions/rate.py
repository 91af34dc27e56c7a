"""A rater's form: kept as a draft, then sent, once, however often it arrives."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.competency.models import HIGHEST, LOWEST
from asah.portal.needs.enums import CONFIDENTIAL, AssignmentState, RaterRole
from asah.portal.needs.models import Assignment, Rating, Submission
from asah.portal.needs.queries.rating import Sheet, is_open, sheet_of, why_not_taken

CLOSED, INCOMPLETE, TAKEN = "closed", "incomplete", "taken"


@transaction.atomic
def save_draft(*, actor: User, assignment: Assignment, scores: Mapping[int, int | None]) -> None:
    """Keeps what is filled in so far. No line of the audit: a draft is not yet said.

    ValidationError with code ``closed`` or ``incomplete``, as :func:`submit_rating`.
    """
    assignment = _own(actor, assignment)
    cycle = assignment.member.cycle
    if not is_open(cycle):
        today = timezone.localdate()
        reason = why_not_taken(cycle, filled_on=today, today=today) or _("This analysis is closed.")
        raise ValidationError(reason, code=CLOSED)
    _check(sheet_of(assignment), assignment, scores, whole=False)
    assignment.draft = {str(number): value for number, value in scores.items()}
    if assignment.state == AssignmentState.OPEN:
        assignment.state = AssignmentState.DRAFT
    assignment.changed_at = timezone.now()
    assignment.save(update_fields=["draft", "state", "changed_at"])


@transaction.atomic
def submit_rating(
    *,
    actor: User,
    assignment: Assignment,
    number: uuid.UUID,
    filled_at: dt.datetime,
    scores: Mapping[int, int | None],
) -> Submission:
    """Takes a form. ``number`` was made where it was filled in: the same one again gives the same submission.

    ``scores``: competency to a level, or None for "I cannot judge". ``filled_at`` is the clock of the phone;
    one that lies outside the time since the cycle opened is not believed, and the time of arrival stands in.
    ValidationError with code ``closed`` (too early or too late), ``incomplete`` (answers missing or wrong),
    or ``taken`` (the number belongs to another form).
    """
    assignment = _own(actor, assignment)
    known = Submission.objects.filter(pk=number).first()
    if known is not None:
        if known.assignment_id != assignment.pk:
            raise ValidationError(
                _("This number belongs to another form. Fill the form in again."), code=TAKEN
            )
        return known
    now = timezone.now()
    cycle = assignment.member.cycle
    opened = cycle.opened_at or now
    if not opened <= filled_at <= now:
        filled_at = now
    filled_on, today = timezone.localdate(filled_at), timezone.localdate(now)
    reason = why_not_taken(cycle, filled_on=filled_on, today=today)
    if reason:
        raise ValidationError(reason, code=CLOSED)
    _check(sheet_of(assignment), assignment, scores, whole=True)
    late = not is_open(cycle)
    submission = Submission.objects.create(
        id=number, assignment=assignment, filled_at=filled_at, received_at=now, sent_by=actor, late=late
    )
    Rating.objects.bulk_create(
        Rating(
            cycle=cycle,
            person_id=assignment.member.person_id,
            competency_id=competency,
            role=assignment.role,
            rater_id=assignment.rater_id,
            score=score,
            rated_on=filled_on,
            instrument="form",
            submission=submission,
        )
        for competency, score in scores.items()
        if score is not None
    )
    assignment.state, assignment.draft, assignment.changed_at = AssignmentState.SENT, {}, now
    assignment.save(update_fields=["state", "draft", "changed_at"])
    detail = {"role": assignment.role, "late": late}
    if assignment.role in CONFIDENTIAL:
        # Who reads the audit learns that a form arrived, not of whom it speaks.
        audit.record(actor, "needs.rated", cycle, unit=cycle.agency, detail=detail)
    else:
        audit.record(actor, "needs.rated", assignment, unit=assignment.member.unit, detail=detail)
    return submission


def _own(actor: User, assignment: Assignment) -> Assignment:
    """The row locked, so that two sendings of one form come one after the other."""
    locked = Assignment.objects.select_for_update(of=("self",)).select_related(
        "member__cycle__agency", "member__unit", "rater"
    )
    row = locked.get(pk=assignment.pk)
    if row.rater.user_id != actor.pk:
        raise PermissionDenied
    return row


def _check(sheet: Sheet, assignment: Assignment, scores: Mapping[int, int | None], *, whole: bool) -> None:
    wrong = []
    if set(scores) - sheet.competency_ids:
        wrong.append(_("The form asks for other competencies by now. Open it again with the network on."))
    if any(value is not None and not LOWEST <= value <= HIGHEST for value in scores.values()):
        wrong.append(_("A level is one of 1 to 5."))
    if assignment.role == RaterRole.SELF and None in scores.values():
        wrong.append(_("Of yourself you can judge every competency. Choose a level for each."))
    missing = [item.competency.name for item in sheet.items if item.competency.pk not in scores]
    if whole and missing:
        wrong.append(_("Not answered yet: %(names)s.") % {"names": ", ".join(missing)})
    if wrong:
        raise ValidationError([ValidationError(text, code=INCOMPLETE) for text in wrong])
