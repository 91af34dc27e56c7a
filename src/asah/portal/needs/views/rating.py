"""Rating on a phone: the list of people, one form a person, and the addresses that take drafts and forms."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.needs import actions
from asah.portal.needs.enums import CONFIDENTIAL, AssignmentState, RaterRole
from asah.portal.needs.models import Assignment
from asah.portal.needs.queries import rating as queries
from asah.portal.ui import offline

RELATED = (
    "member__person",
    "member__unit",
    "member__position",
    "member__cycle__agency",
    "member__cycle__framework",
)
# Codes of what an action refuses; the last two mean that the form itself is not right.
STATUS = {"closed": 409, "taken": 409, "incomplete": 422}
UNSURE = "unsure"


@dataclass(frozen=True)
class Question:
    """One competency of the form with what was answered: a level, ``UNSURE``, or "" for nothing yet."""

    item: queries.Item
    answer: str
    missing: bool  # shown only where the form was refused

    @property
    def name(self) -> str:
        return f"c{self.item.competency.pk}"


def list_ratings(request: HttpRequest) -> HttpResponse:
    """Whom the reader is to rate, with the state of each form; kept on the device with the forms."""
    user = signed_in(request)
    rows = list(queries.assignments_of(user))
    open_cycles = {row.member.cycle_id: queries.is_open(row.member.cycle) for row in rows}
    rows.sort(key=lambda row: not open_cycles[row.member.cycle_id])
    context = {
        "rows": rows,
        "open_cycles": {number for number, is_open in open_cycles.items() if is_open},
        "sent": sum(row.state == AssignmentState.SENT for row in rows),
        "has_person": hasattr(user, "person"),
    }
    response = render(request, "needs/rate.html", context)
    until = max((row.member.cycle.closes_on for row in rows), default=timezone.localdate())
    return offline.keep(response, user=user, until=until)


def show_form(request: HttpRequest, number: int) -> HttpResponse:
    """The form of one person. Without a script it is a plain form; with one it waits for the line."""
    user = signed_in(request)
    assignment = get_visible(request, Assignment, *RELATED, pk=number)
    sheet = queries.sheet_of(assignment)
    cycle = assignment.member.cycle
    scores = queries.scores_in(assignment, sheet)
    problems: list[str] = []
    if request.method == "POST":
        scores = _read_answers(request.POST, sheet)
        try:
            return _take(request, assignment, scores)
        except ValidationError as error:
            problems = error.messages
    questions = [
        Question(item, _answer(scores, item.competency.pk), item.competency.pk not in scores)
        for item in sheet.items
    ]
    follower = queries.next_after(user, assignment)
    context = {
        "assignment": assignment,
        "person": assignment.member.person,
        "in_confidence": assignment.role in CONFIDENTIAL,
        "member": assignment.member,
        "cycle": cycle,
        "sheet": sheet,
        "questions": questions,
        "answered": sum(bool(question.answer) for question in questions),
        "problems": problems,
        "is_open": queries.is_open(cycle),
        "is_self": assignment.role == RaterRole.SELF,
        "number": uuid.uuid4(),
        "next": follower,
    }
    response = render(request, "needs/form.html", context, status=422 if problems else 200)
    return response if problems else offline.keep(response, user=user, until=cycle.closes_on)


def _take(request: HttpRequest, assignment: Assignment, scores: Mapping[int, int | None]) -> HttpResponse:
    user = signed_in(request)
    if "draft" in request.POST:
        actions.save_draft(actor=user, assignment=assignment, scores=scores)
        messages.info(request, _("Kept. Send it when everything is answered."))
    else:
        try:
            number = uuid.UUID(request.POST.get("number", ""))
        except ValueError:
            number = uuid.uuid4()
        actions.submit_rating(
            actor=user, assignment=assignment, number=number, filled_at=timezone.now(), scores=scores
        )
        messages.success(request, _("Sent. Thank you."))
    return redirect("needs:rate")


def _answer(scores: Mapping[int, int | None], competency: int) -> str:
    if competency not in scores:
        return ""
    value = scores[competency]
    return UNSURE if value is None else str(value)


def _read_answers(sent: Mapping[str, Any], sheet: queries.Sheet) -> dict[int, int | None]:
    answers: dict[int, int | None] = {}
    for number in sheet.competency_ids:
        text = str(sent.get(f"c{number}", ""))
        if text == UNSURE:
            answers[number] = None
        elif text.isdecimal():
            answers[number] = int(text[:3])
    return answers


@offline.endpoint
def submit(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    """Takes a form of the queue: ``id``, ``assignment``, ``filled_at``, ``scores`` (null: cannot judge)."""
    try:
        number = uuid.UUID(str(data.get("id")))
    except ValueError:
        raise offline.Refused(422, _("The form has no number. Open it again and fill it in.")) from None
    filled_at = _read_moment(data.get("filled_at"))
    assignment = _find(request, data.get("assignment"))
    submission = _refuse_or(
        lambda: actions.submit_rating(
            actor=signed_in(request),
            assignment=assignment,
            number=number,
            filled_at=filled_at,
            scores=_read_scores(data.get("scores")),
        )
    )
    return {"id": str(submission.pk), "state": "sent", "late": submission.late}


@offline.endpoint
def save_draft(request: HttpRequest, data: dict[str, Any], number: int) -> dict[str, Any]:
    """Keeps what is filled in so far."""
    assignment = _find(request, number)
    _refuse_or(
        lambda: actions.save_draft(
            actor=signed_in(request), assignment=assignment, scores=_read_scores(data.get("scores"))
        )
    )
    return {"state": "draft"}


def _find(request: HttpRequest, number: Any) -> Assignment:
    try:
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
            raise Http404
        return get_visible(request, Assignment, pk=number)
    except Http404:
        reason = _("This form is not yours, or was taken back. Ask your office who is to rate this person.")
        raise offline.Refused(404, reason) from None


def _read_moment(sent: Any) -> dt.datetime:
    """The clock of the phone; where it says nothing that can be read, now."""
    try:
        moment = parse_datetime(str(sent))
    except ValueError:
        moment = None
    return moment if moment is not None and moment.tzinfo is not None else timezone.now()


def _refuse_or(action: Any) -> Any:
    try:
        return action()
    except ValidationError as error:
        status = STATUS.get(getattr(error.error_list[0], "code", ""), 422)
        raise offline.Refused(status, " ".join(error.messages)) from error


def _read_scores(sent: Any) -> dict[int, int | None]:
    """Competency to level. Refused where it is anything else: a guess would be a score nobody gave."""
    wrong = _("The answers cannot be read. Open the form again and fill it in once more.")
    if not isinstance(sent, dict):
        raise offline.Refused(422, wrong)
    scores: dict[int, int | None] = {}
    for key, value in sent.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (str(key).isdecimal() and len(key) < 18) or not (value is None or whole):
            raise offline.Refused(422, wrong)
        scores[int(key)] = value
    return scores
