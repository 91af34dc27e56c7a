"""Levels and needs of a cycle: begun by the planner, computed by a job, written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit, jobs
from asah.portal.base.jobs import JobRefused, Running
from asah.portal.base.models import User
from asah.portal.base.outbox import notice_kind, tell
from asah.portal.needs.access import PLAN_NEEDS
from asah.portal.needs.actions.conduct import raise_needs
from asah.portal.needs.bridge import Computed
from asah.portal.needs.enums import CONFIDENTIAL, CycleState, VerificationState
from asah.portal.needs.models import (
    COACHING,
    Cycle,
    LevelEstimate,
    Member,
    Need,
    Rating,
    UnitNeed,
    Verification,
)
from asah.portal.needs.queries.rating import is_settled
from asah.portal.needs.queries.verification import heads_of, offices_of

COMPUTE = "needs.compute"
METHOD = "crossed-1"
BATCH = 20_000
Row = tuple[Any, ...]
COMPUTED = "cycle.computed"

TO_VERIFY = notice_kind(
    "needs.to_verify",
    title=gettext_lazy("Needs wait for your word"),
    sentence=gettext_lazy(
        "The needs of %(office)s in “%(cycle)s” were computed. Look at them and verify them."
    ),
)


@transaction.atomic
def begin_compute(*, actor: User, cycle: Cycle) -> None:
    """Queues the job. ValidationError with everything that stands in its way."""
    PLAN_NEEDS.require(actor, cycle.agency)
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("job", "agency").get(pk=cycle.pk)
    wrong = []
    if cycle.state not in (CycleState.OPEN, CycleState.CLOSED):
        wrong.append(_("Needs are computed once the analysis is open, until it is finished."))
    if is_being_computed(cycle):
        wrong.append(_("The needs are being computed at this moment. Wait until that is done."))
    rated = Rating.objects.filter(cycle=cycle)
    if not rated.exists():
        wrong.append(
            _("Nobody has been rated yet, so there is nothing to compute. Wait for ratings or import scores.")
        )
    elif not is_settled(cycle) and not rated.exclude(role__in=CONFIDENTIAL).exists():
        wrong.append(
            _(
                "Only peers and subordinates have rated so far. What they said counts once the analysis is"
                " closed and no form can arrive any more. Compute then."
            )
        )
    if wrong:
        raise ValidationError(wrong)
    cycle.job = jobs.enqueue(COMPUTE, user=actor, unit=cycle.agency, cycle=cycle.pk)
    cycle.save(update_fields=["job"])
    audit.record(actor, "cycle.computing", cycle, unit=cycle.agency)


def is_being_computed(cycle: Cycle) -> bool:
    return cycle.job is not None and cycle.job.kind == COMPUTE and not cycle.job.is_over


def store_computed(running: Running, cycle: Cycle, done: Computed) -> dict[str, Any]:
    """Puts what was computed in the place of what the cycle had. A second time the same comes of it."""
    levels, needs, units = len(done.levels), len(done.needs), len(done.unit_needs)
    whole, written = levels + needs + units, 0
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",)).select_related("agency").get(pk=cycle.pk)
        if cycle.state not in (CycleState.OPEN, CycleState.CLOSED):
            raise JobRefused(_("The analysis was finished meanwhile. Nothing was changed."))
        before = cycle.summary.get("result", {})
        told = cycle.state == CycleState.CLOSED
        LevelEstimate.objects.filter(cycle=cycle).delete()
        Need.objects.filter(cycle=cycle).exclude(basis=COACHING).delete()
        UnitNeed.objects.filter(cycle=cycle).delete()
        _give_way(cycle, done)
        for model, columns, rows in _rows(cycle, done):
            for start in range(0, len(rows), BATCH):
                _insert(model, columns, rows[start : start + BATCH])
                written += len(rows[start : start + BATCH])
                running.tell(written, whole, phase="store")
        _write_fits(cycle, done.fits)
        raise_needs(cycle=cycle)
        cycle.computed_at = timezone.now()
        cycle.summary = {**cycle.summary, "result": {**done.summary, "heads_told": told}}
        cycle.save(update_fields=["computed_at", "summary"])
        # A word on other numbers is no word on these.
        if before.get("input_sha256") != done.summary["input_sha256"] or (
            told and not before.get("heads_told")
        ):
            _ask_heads(cycle)
        counts = {"levels": levels, "needs": needs}
        audit.record(running.row.created_by, COMPUTED, cycle, unit=cycle.agency, detail=counts)
    running.tell(whole, whole, phase="done")
    return counts


def _give_way(cycle: Cycle, done: Computed) -> None:
    """Takes out needs that a case raised where the engine now finds its own for the same competency."""
    raised = {
        (person, competency): pk
        for pk, person, competency in Need.objects.filter(cycle=cycle).values_list(
            "pk", "person_id", "competency_id"
        )
    }
    taken = [raised[row[0], row[2]] for row in done.needs if (row[0], row[2]) in raised]
    Need.objects.filter(pk__in=taken).delete()


def _rows(cycle: Cycle, done: Computed) -> list[tuple[type[Model], Sequence[str], Sequence[Row]]]:
    """What is written into which table: names of fields, and rows in their order."""
    key = (cycle.pk,)
    return [
        (
            LevelEstimate,
            ("cycle", "method", "person", "competency", "mean", "sd", "ratings", "basis"),
            [(cycle.pk, METHOD, *row) for row in done.levels],
        ),
        (
            Need,
            (
                "cycle",
                "person",
                "unit",
                "competency",
                "against",
                "required",
                "gap",
                "weight",
                "probability",
                "basis",
            ),
            [key + row for row in done.needs],
        ),
        (
            UnitNeed,
            (
                "cycle",
                "unit",
                "competency",
                "staff",
                "assessed",
                "with_gap",
                "depth",
                "mwds",
                "rank_low",
                "rank_high",
            ),
            [key + row for row in done.unit_needs],
        ),
    ]


def _insert(model: type[Model], fields: Sequence[str], rows: Sequence[Row]) -> None:
    # Objects of 400,000 rows take longer to make than to store, and all of that time nobody else could write.
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(model._meta.get_field(field).column)) for field in fields)  # type: ignore[union-attr]
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", rows)


def _write_fits(cycle: Cycle, fits: dict[int, float]) -> None:
    Member.objects.filter(cycle=cycle).exclude(fit=None).update(fit=None)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(Member._meta.db_table)} SET fit = %s WHERE cycle_id = %s AND person_id = %s",
            [(fit, cycle.pk, person) for person, fit in fits.items()],
        )


def _ask_heads(cycle: Cycle) -> None:
    """Every office with people here is to be verified, again where it was; once closed, heads hear of it."""
    offices = offices_of(cycle)
    known = set(Verification.objects.filter(cycle=cycle).values_list("office_id", flat=True))
    Verification.objects.filter(cycle=cycle).update(
        state=VerificationState.WAITING, note="", decided_by=None, decided_at=None
    )
    Verification.objects.bulk_create(
        Verification(cycle=cycle, office=office) for office in offices if office.pk not in known
    )
    if cycle.state != CycleState.CLOSED:
        return
    for row in Verification.objects.filter(cycle=cycle).select_related("office"):
        link = reverse("needs:verification", args=[row.pk])
        tell(heads_of(row.office), TO_VERIFY, link=link, office=row.office.name, cycle=cycle.name)
