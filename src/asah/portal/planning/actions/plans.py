"""Making a plan and keeping it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from asah.portal.base import audit, jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job, User
from asah.portal.planning import bridge
from asah.portal.planning.access import EDIT_PLANS, sees_all_of
from asah.portal.planning.models import Plan, PlanClass, PlanLine, PlanOutcome, Scenario

MAKE_PLAN = "planning.make_plan"
EXPLAIN = "planning.explain"
BATCH = 2000
LONGEST = 4 * 3600
# What the engine says of a plan, without what is kept in rows or in its folder.
_LEFT_OUT = {"warnings", "mandates_missed", "peak_mb"}


@transaction.atomic
def begin_plan(
    *,
    actor: User,
    scenario: Scenario,
    seconds: int,
    gap: float | None,
    previous: Plan | None = None,
    points_per_change: float = 0.0,
) -> Job:
    """Puts the making of a plan into the queue.

    ``gap``: the share that may be left; None leaves it to the engine. ``previous``: a plan to stay close to,
    at ``points_per_change`` for each changed enrolment. ValidationError where a plan of this scenario is made
    already.
    """
    EDIT_PLANS.require(actor, scenario.agency)
    Scenario.objects.select_for_update().get(pk=scenario.pk)
    if running_job(scenario) is not None:
        raise ValidationError(
            _("A plan of this scenario is being made already. Wait for it, or stop it first.")
        )
    if not 1 <= seconds <= LONGEST:
        raise ValidationError(_("Choose between one second and four hours."))
    if previous is not None and previous.scenario.agency_id != scenario.agency_id:
        raise PermissionDenied
    job = jobs.enqueue(
        MAKE_PLAN,
        user=actor,
        unit=scenario.agency,
        scenario=scenario.pk,
        seconds=seconds,
        gap=gap,
        seed=0,
        previous=previous.pk if previous else None,
        points_per_change=points_per_change,
    )
    detail = {"job": job.pk, "seconds": seconds, "gap": gap, "previous": previous.pk if previous else None}
    audit.record(actor, "plan.begun", scenario, unit=scenario.agency, detail=detail)
    return job


@transaction.atomic
def stop_plan(*, actor: User, scenario: Scenario, job: Job) -> None:
    """The best plan so far is kept."""
    EDIT_PLANS.require(actor, scenario.agency)
    jobs.stop(job)
    audit.record(actor, "plan.stopped", scenario, unit=scenario.agency, detail={"job": job.pk})


def running_job(scenario: Scenario) -> Job | None:
    """The job that makes a plan of this scenario now, if any."""
    return jobs_of(scenario).filter(state__in=[JobState.WAITING, JobState.RUNNING]).first()


def jobs_of(scenario: Scenario) -> QuerySet[Job]:
    """Every job that made or makes a plan of this scenario."""
    return Job.objects.filter(kind=MAKE_PLAN, arguments__scenario=scenario.pk)


@transaction.atomic
def begin_explanation(
    *, actor: User, plan: Plan, subject: str, key: int, programme: str | None = None
) -> Job:
    """Queues an explanation of a plan too large to answer at once; the same question is queued once."""
    if not sees_all_of(actor, plan) and subject != "person":
        raise PermissionDenied
    about = {"plan": plan.pk, "subject": subject, "key": key, "programme": programme}
    asked = Job.objects.filter(kind=EXPLAIN, created_by=actor, arguments=about).exclude(
        state__in=[JobState.FAILED, JobState.STOPPED]
    )
    return asked.first() or jobs.enqueue(EXPLAIN, user=actor, unit=plan.scenario.agency, **about)


@transaction.atomic
def store_plan(
    *,
    job: Job | None,
    scenario: Scenario,
    folder: Path,
    rows: bridge.PlanRows,
    check: bridge.Checked,
    more: dict[str, Any],
    previous: Plan | None = None,
    actor: User | None = None,
) -> Plan:
    """Keeps the plan that lies in ``folder`` as rows, and the folder under the plan's own name.

    ``more`` is added to the summary. Storing the plan of a job twice gives the first one back.
    """
    Scenario.objects.select_for_update().get(pk=scenario.pk)
    stored = Plan.objects.filter(job=job).first() if job is not None else None
    if stored is not None:
        return stored
    last: int | None = scenario.plans.aggregate(last=Max("number"))["last"]
    plan = Plan.objects.create(
        scenario=scenario,
        number=(last or 0) + 1,
        problem_sha256=rows.summary["input_sha256"],
        objective=rows.summary["objective"],
        bound=rows.summary["bound"],
        gap=rows.summary["gap"],
        spent=rows.summary["spent_idr"]["total"],
        summary={
            **{key: value for key, value in rows.summary.items() if key not in _LEFT_OUT},
            **rows.facts,
            **more,
            "check": check.as_json(),
            "previous": previous.pk if previous else None,
        },
        engine_version=rows.summary["engine_version"],
        seed=rows.summary["seed"],
        made_by=actor,
        job=job,
    )
    _store_rows(plan, rows)
    _keep_folder(folder, plan.folder)
    audit.record(
        actor,
        "plan.made",
        plan,
        unit=scenario.agency,
        detail={"scenario": scenario.pk, "number": plan.number, "problem": plan.problem_sha256},
    )
    return plan


def _store_rows(plan: Plan, rows: bridge.PlanRows) -> None:
    PlanClass.objects.bulk_create((PlanClass(plan=plan, **row) for row in rows.classes), batch_size=BATCH)
    PlanLine.objects.bulk_create((PlanLine(plan=plan, **row) for row in rows.lines), batch_size=BATCH)
    PlanOutcome.objects.bulk_create(
        (PlanOutcome(plan=plan, **row) for row in rows.outcomes), batch_size=BATCH
    )


def _keep_folder(made: Path, kept: Path) -> None:
    """Puts the folder in its place in one step. What lies there is of a plan that was rolled back."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(made, kept)
