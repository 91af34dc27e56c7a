"""Jobs of the base that come round by themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from asah.portal.base import jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job

KEEP = dt.timedelta(days=30)


@jobs.job("base.tidy", title=_("Clearing away what is over"), every=dt.timedelta(days=1))
def tidy(running: jobs.Running) -> dict[str, Any]:
    """Ended sessions, finished queue entries, and jobs nobody began (those of people stay)."""
    long_ago = timezone.now() - KEEP
    sessions, _each = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    entries, _each = (
        DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - dt.timedelta(days=1)).delete()
    )
    rows, _each = Job.objects.filter(created_by=None, state=JobState.DONE, finished_at__lt=long_ago).delete()
    return {"sessions": sessions, "queue": entries, "jobs": rows}
