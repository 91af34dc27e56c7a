"""Jobs about people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from asah.portal.base import jobs
from asah.portal.base.models import Job
from asah.portal.people import actions
from asah.portal.people.enums import BatchState
from asah.portal.people.models import AccountBatch, RosterBatch


def _batch(running: jobs.Running) -> RosterBatch:
    return RosterBatch.objects.select_related("agency", "unit", "file", "created_by").get(
        pk=running.arguments["batch"]
    )


def _check_given_up(job: Job) -> None:
    RosterBatch.objects.filter(pk=job.arguments["batch"], state=BatchState.CHECKING).update(
        state=BatchState.SENT
    )


def _apply_given_up(job: Job) -> None:
    RosterBatch.objects.filter(pk=job.arguments["batch"], state=BatchState.APPLYING).update(
        state=BatchState.CHECKED
    )


def _undo_given_up(job: Job) -> None:
    RosterBatch.objects.filter(pk=job.arguments["batch"], state=BatchState.UNDOING).update(
        state=BatchState.APPLIED
    )


@jobs.job("people.check_roster", title=_("Checking a roster"), given_up=_check_given_up)
def check_roster(running: jobs.Running) -> dict[str, Any]:
    return actions.check_batch(_batch(running), running)


@jobs.job("people.apply_roster", title=_("Writing a roster"), given_up=_apply_given_up)
def apply_roster(running: jobs.Running) -> dict[str, Any]:
    return actions.apply_batch(_batch(running), running)


@jobs.job("people.undo_roster", title=_("Undoing a roster"), given_up=_undo_given_up)
def undo_roster(running: jobs.Running) -> dict[str, Any]:
    return actions.undo_batch(_batch(running), running)


@jobs.job("people.open_accounts", title=_("Opening accounts"), long=True)
def open_accounts(running: jobs.Running) -> dict[str, Any]:
    batch = AccountBatch.objects.select_related("unit", "created_by").get(pk=running.arguments["batch"])
    return actions.open_accounts(batch, running.arguments["again"], running)


@jobs.job(
    "people.forget_passwords", title=_("Deleting sheets of first passwords"), every=dt.timedelta(hours=6)
)
def forget_passwords(running: jobs.Running) -> dict[str, Any]:
    return {"sheets": actions.forget_old_sheets()}
