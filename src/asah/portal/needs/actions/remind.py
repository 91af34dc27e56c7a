"""Telling raters what they still have to fill in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit
from asah.portal.base.models import Notice, User
from asah.portal.base.models.unit import below
from asah.portal.base.outbox import notice_kind, tell
from asah.portal.needs.access import ASSIGN_RATERS
from asah.portal.needs.enums import AssignmentState, CycleState
from asah.portal.needs.models import Assignment, Cycle
from asah.portal.needs.queries.rating import is_open
from asah.portal.ui.formats import long_date

# Twice a week is heard; every day is switched off, and then nothing is heard any more.
PAUSE = dt.timedelta(days=3)
REMINDED = "cycle.reminded"


def _say(facts: dict[str, Any]) -> dict[str, Any]:
    """The last day in the language of the reader, which may be another one by now."""
    try:
        return {**facts, "until": long_date(dt.date.fromisoformat(facts["until"]))}
    except ValueError:
        return facts


RATINGS_WAIT = notice_kind(
    "needs.ratings_wait",
    title=gettext_lazy("Ratings wait for you"),
    sentence=gettext_lazy("%(count)s ratings wait for you in “%(cycle)s”, until %(until)s."),
    say=_say,
)


@transaction.atomic
def remind_raters(*, actor: User | None, cycle: Cycle) -> int:
    """Tells everybody with open forms who was not told within PAUSE; returns how many were told.

    ``actor`` None is the clock. Somebody who sees only an office reminds the raters of its people only.
    """
    paths = [cycle.agency.path]
    if actor is not None:
        ASSIGN_RATERS.require(actor)
        paths = [path for path in ASSIGN_RATERS.paths(actor) if path.startswith(cycle.agency.path)]
    if cycle.state != CycleState.OPEN or not is_open(cycle):
        raise ValidationError(_("Reminders go out while ratings are taken. Look at the dates."))
    told_lately = Notice.objects.filter(kind=RATINGS_WAIT.name, written_at__gt=timezone.now() - PAUSE)
    waiting = Assignment.objects.filter(below(paths, "member__unit__path"), member__cycle=cycle)
    rows = (
        waiting.exclude(state=AssignmentState.SENT)
        .exclude(rater__user=None)
        .exclude(rater__user__in=told_lately.values("user"))
        .filter(rater__user__is_active=True)
        .order_by()
        .values_list("rater__user")
        .annotate(many=Count("pk"))
    )
    counts = dict(rows)
    alike: dict[int, list[User]] = defaultdict(list)
    for user in User.objects.filter(pk__in=counts):
        alike[counts[user.pk]].append(user)
    until = cycle.closes_on.isoformat()
    for many, users in alike.items():
        tell(users, RATINGS_WAIT, link=reverse("needs:rate"), count=many, cycle=cycle.name, until=until)
    if counts or actor is not None:
        audit.record(actor, REMINDED, cycle, unit=cycle.agency, detail={"people": len(counts)})
    return len(counts)
