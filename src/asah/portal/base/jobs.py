"""Long work: registered by name, queued in the database, told of while it runs, stopped, tried again.

django-tasks carries a job from a request to the worker; the :class:`~asah.portal.base.models.Job` row is what
people see of it. A kind of job is a function that takes :class:`Running` and returns plain facts; it takes
ids, and running it twice is safe, because a killed process is followed by another try.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django_tasks import task

from asah.portal.base import outbox
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job, ScheduledJob, Unit, User

log = logging.getLogger(__name__)

# A worker tells every PULSE that it lives; after SILENCE without a sign its job is taken up again.
PULSE = dt.timedelta(seconds=10)
SILENCE = dt.timedelta(seconds=60)
BEAT = dt.timedelta(seconds=30)
TELL_EVERY = 0.5
# Of a job that begins again: what the attempt before told is true no longer.
AFRESH: dict[str, Any] = {"done": 0, "total": 0, "news": {}}


class Stopped(Exception):
    """Somebody asked for the job to stop; what it has so far is kept in ``result``."""

    def __init__(self, result: dict[str, Any] | None = None) -> None:
        super().__init__("stopped")
        self.result = result or {}


class JobRefused(Exception):
    """The job cannot be done, and trying again will not help; the message is for the person who began it."""


@dataclass(frozen=True)
class Kind:
    """A kind of job. ``title`` is what people read; ``long`` ones have a worker of their own."""

    name: str
    title: Any
    run: Callable[[Running], dict[str, Any]]
    attempts: int
    long: bool
    every: dt.timedelta | None
    given_up: Callable[[Job], None] | None


_KINDS: dict[str, Kind] = {}


def job(
    name: str,
    *,
    title: Any,
    attempts: int = 3,
    long: bool = False,
    every: dt.timedelta | None = None,
    given_up: Callable[[Job], None] | None = None,
) -> Callable[[Callable[[Running], dict[str, Any]]], Callable[[Running], dict[str, Any]]]:
    """Registers a function as a kind of job; with ``every`` it comes round by itself.

    ``given_up`` is called when a job was stopped or has failed for good: what it worked on goes back to where
    it can be begun again.
    """

    def register(run: Callable[[Running], dict[str, Any]]) -> Callable[[Running], dict[str, Any]]:
        if name in _KINDS:
            raise ValueError(f"job {name} is there already")
        _KINDS[name] = Kind(name, title, run, attempts, long, every, given_up)
        return run

    return register


def kind(name: str) -> Kind:
    return _KINDS[name]


def load_tasks() -> None:
    autodiscover_modules("tasks")


class Running:
    """A job as the function that does it sees it."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.arguments: dict[str, Any] = row.arguments
        self._told_at = 0.0
        self._stop = row.stop_requested

    def tell(self, done: int, total: int, **news: Any) -> None:
        """How far the work is; written at most twice a second. Also hears whether it should stop."""
        now = monotonic()
        if now - self._told_at < TELL_EVERY and done < total:
            return
        self._told_at = now
        values: dict[str, Any] = {"done": done, "total": total, "heard_at": timezone.now()}
        if news:
            values["news"] = news
        Job.objects.filter(pk=self.row.pk).update(**values)
        self._stop = Job.objects.filter(pk=self.row.pk, stop_requested=True).exists()

    @property
    def stop_wanted(self) -> bool:
        return self._stop

    def stop_if_wanted(self) -> None:
        """Raises Stopped where somebody asked for it: for work that has nothing worth keeping half-done."""
        if self._stop:
            raise Stopped


def enqueue(name: str, *, user: User | None, unit: Unit | None = None, **arguments: Any) -> Job:
    """Puts a job into the queue within the caller's transaction."""
    row = Job.objects.create(kind=kind(name).name, arguments=arguments, unit=unit, created_by=user)
    _queue(row)
    return row


def _queue(row: Job, after: dt.timedelta | None = None) -> None:
    queue = "long" if kind(row.kind).long else "default"
    run_after = timezone.now() + after if after else None
    run_job.using(queue_name=queue, run_after=run_after).enqueue(row.pk)


def stop(row: Job) -> None:
    """Asks a job to stop. One that has not begun is stopped at once."""
    with transaction.atomic():
        Job.objects.filter(pk=row.pk).update(stop_requested=True)
        changed = Job.objects.filter(pk=row.pk, state=JobState.WAITING).update(
            state=JobState.STOPPED, finished_at=timezone.now()
        )
        if changed:
            _give_up(row)


def _give_up(row: Job) -> None:
    given_up = kind(row.kind).given_up
    if given_up is not None:
        given_up(row)


@task()
def run_job(job_id: int) -> None:
    """What the worker calls. A job that is not waiting any more is left alone."""
    claimed = Job.objects.filter(pk=job_id, state=JobState.WAITING).update(
        state=JobState.RUNNING, attempts=F("attempts") + 1, started_at=timezone.now(), heard_at=timezone.now()
    )
    if not claimed:
        return
    row = Job.objects.get(pk=job_id)
    values: dict[str, Any]
    try:
        with _pulse(row):
            values = {"state": JobState.DONE, "result": kind(row.kind).run(Running(row)), "error": ""}
    except Stopped as stopped:
        values = {"state": JobState.STOPPED, "result": stopped.result}
    except JobRefused as refused:
        values = {"state": JobState.FAILED, "error": str(refused)}
    except Exception:
        log.exception("job %s (%s) failed", row.pk, row.kind)
        values = {"error": traceback.format_exc(limit=-5)}
        if row.attempts < kind(row.kind).attempts:
            Job.objects.filter(pk=row.pk).update(state=JobState.WAITING, **AFRESH, **values)
            _queue(row, after=dt.timedelta(seconds=5 * 4**row.attempts))
            return
        values["state"] = JobState.FAILED
    with transaction.atomic():
        Job.objects.filter(pk=row.pk).update(finished_at=timezone.now(), heard_at=timezone.now(), **values)
        if values["state"] != JobState.DONE:
            _give_up(row)


@contextmanager
def _pulse(row: Job) -> Iterator[None]:
    """Signs of life while a job is inside a long call.

    None within a transaction, where nobody would see them.
    """
    if connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def beat_on() -> None:
        while not over.wait(PULSE.total_seconds()):
            # While the job itself writes for long, SQLite lets nobody else: the next beat is heard.
            with suppress(OperationalError):
                Job.objects.filter(pk=row.pk).update(heard_at=timezone.now())
        connection.close()

    thread = threading.Thread(target=beat_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        close_old_connections()


def take_up_silent() -> int:
    """Jobs whose process was killed: tried again, or said to have failed."""
    silent = Job.objects.filter(state=JobState.RUNNING, heard_at__lt=timezone.now() - SILENCE)
    taken = 0
    for row in silent:
        over = row.attempts >= kind(row.kind).attempts
        values: dict[str, Any] = (
            {"state": JobState.FAILED, "finished_at": timezone.now()}
            if over
            else {"state": JobState.WAITING, **AFRESH}
        )
        with transaction.atomic():
            changed = Job.objects.filter(pk=row.pk, state=JobState.RUNNING, heard_at=row.heard_at).update(
                error="killed", **values
            )
            if changed and over:
                _give_up(row)
            elif changed:
                _queue(row)
        taken += changed
    return taken


def start_due() -> int:
    """Jobs that come round again and whose time has come."""
    now = timezone.now()
    started = 0
    for each in [kind for kind in _KINDS.values() if kind.every is not None]:
        assert each.every is not None
        with transaction.atomic():
            last, new = ScheduledJob.objects.select_for_update().get_or_create(
                kind=each.name, defaults={"last_at": now}
            )
            if not new and now - last.last_at < each.every:
                continue
            ScheduledJob.objects.filter(pk=each.name).update(last_at=now)
            enqueue(each.name, user=None)
        started += 1
    return started


@task()
def beat() -> None:
    """Comes round every BEAT by queueing itself again, whatever happens in it."""
    try:
        take_up_silent()
        start_due()
        outbox.send_waiting()
    finally:
        beat.using(run_after=timezone.now() + BEAT).enqueue()


def start_beating() -> None:
    """One beat in the queue, where there is none: called when the worker starts."""
    from django_tasks_db.models import DBTaskResult

    with transaction.atomic():
        # A beat left running by a killed worker would otherwise stop the clock for good.
        DBTaskResult.objects.filter(task_path=beat.module_path).delete()
        beat.enqueue()
