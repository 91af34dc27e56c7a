from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from asah.portal.base import jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job, ScheduledJob

pytestmark = pytest.mark.django_db
Work = Callable[[], list[Job]]


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Kinds of the test's own, and what they were called with."""
    called: list[int] = []
    monkeypatch.setattr(jobs, "_KINDS", {})

    @jobs.job("test.counts", title="Counts", attempts=2)
    def count(running: jobs.Running) -> dict[str, Any]:
        called.append(running.arguments["to"])
        for number in range(running.arguments["to"]):
            running.tell(number + 1, running.arguments["to"], best=number)
            running.stop_if_wanted()
        return {"counted": running.arguments["to"]}

    @jobs.job("test.fails", title="Fails", attempts=2)
    def fail(running: jobs.Running) -> dict[str, Any]:
        called.append(-1)
        raise ZeroDivisionError("by nothing")

    @jobs.job("test.refuses", title="Refuses", attempts=5)
    def refuse(running: jobs.Running) -> dict[str, Any]:
        raise jobs.JobRefused("there is nothing to do")

    @jobs.job("test.daily", title="Daily", every=dt.timedelta(days=1))
    def daily(running: jobs.Running) -> dict[str, Any]:
        return {}

    return called


def test_a_job_tells_how_far_it_is_and_keeps_its_result(kinds: list[int], work: Work) -> None:
    jobs.enqueue("test.counts", user=None, to=3)
    (job,) = work()
    assert (job.state, job.done, job.total, job.result, job.news) == (
        JobState.DONE,
        3,
        3,
        {"counted": 3},
        {"best": 2},
    )


def test_a_job_is_queued_for_the_worker_in_the_same_transaction(kinds: list[int]) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [[job.pk]]


def test_a_job_that_was_done_is_not_done_again(kinds: list[int], work: Work) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    work()
    jobs.run_job.call(job.pk)
    assert kinds == [1]


def test_a_job_that_fails_is_tried_again_later_and_then_given_up(kinds: list[int], work: Work) -> None:
    job = jobs.enqueue("test.fails", user=None)
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    again = DBTaskResult.objects.order_by("enqueued_at").last()
    assert again is not None
    assert again.run_after > timezone.now()
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts, "by nothing" in job.error) == (JobState.FAILED, 2, True)
    assert kinds == [-1, -1]


def test_a_job_that_refuses_is_not_tried_again(kinds: list[int], work: Work) -> None:
    jobs.enqueue("test.refuses", user=None)
    (job,) = work()
    assert (job.state, job.error, job.attempts) == (JobState.FAILED, "there is nothing to do", 1)


def test_a_job_that_waits_is_stopped_at_once(kinds: list[int], work: Work) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    jobs.stop(job)
    assert work() == []
    job.refresh_from_db()
    assert (job.state, kinds) == (JobState.STOPPED, [])


def test_a_job_at_work_hears_that_it_should_stop(kinds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TELL_EVERY", 0.0)
    job = jobs.enqueue("test.counts", user=None, to=5)
    tell = jobs.Running.tell

    def stopped_by_somebody(self: jobs.Running, done: int, total: int, **news: Any) -> None:
        if done == 2:
            jobs.stop(self.row)
        tell(self, done, total, **news)

    monkeypatch.setattr(jobs.Running, "tell", stopped_by_somebody)
    jobs.run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.STOPPED, 2)


def test_a_job_whose_process_was_killed_is_taken_up_again(kinds: list[int], work: Work) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    long_ago = timezone.now() - jobs.SILENCE - dt.timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heard_at=long_ago, attempts=1)
    assert jobs.take_up_silent() == 1
    (job,) = work()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_a_job_taken_up_again_says_so_and_begins_from_nothing(kinds: list[int], work: Work) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    job.refresh_from_db()
    assert (job.attempt, job.is_silent) == (1, False)
    values = {"done": 7, "total": 9, "news": {"best": 6}, "attempts": 1}
    long_ago = timezone.now() - jobs.SILENCE - dt.timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heard_at=long_ago, **values)
    job.refresh_from_db()
    assert (job.attempt, job.is_silent) == (1, True)
    jobs.take_up_silent()
    job.refresh_from_db()
    assert (job.attempt, job.is_silent, job.done, job.total, job.news) == (2, False, 0, 0, {})
    (job,) = work()
    assert (job.state, job.attempt) == (JobState.DONE, 2)


def test_a_job_killed_at_every_attempt_is_said_to_have_failed(kinds: list[int]) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    long_ago = timezone.now() - jobs.SILENCE - dt.timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heard_at=long_ago, attempts=2)
    jobs.take_up_silent()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "killed")


def test_a_job_that_gives_signs_of_life_is_left_alone(kinds: list[int]) -> None:
    job = jobs.enqueue("test.counts", user=None, to=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, heard_at=timezone.now(), attempts=1)
    assert jobs.take_up_silent() == 0


def test_a_job_that_comes_round_begins_once_in_its_time(kinds: list[int]) -> None:
    assert [jobs.start_due(), jobs.start_due()] == [1, 0]
    ScheduledJob.objects.update(last_at=timezone.now() - dt.timedelta(days=1, seconds=1))
    assert jobs.start_due() == 1
    assert Job.objects.filter(kind="test.daily").count() == 2


def test_the_clock_goes_on_when_a_beat_fails(kinds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "take_up_silent", broken)
    with pytest.raises(ZeroDivisionError):
        jobs.beat.call()
    assert DBTaskResult.objects.filter(task_path=jobs.beat.module_path).count() == 1


def test_a_worker_that_starts_sets_one_clock_going(kinds: list[int]) -> None:
    jobs.start_beating()
    jobs.start_beating()
    assert DBTaskResult.objects.filter(task_path=jobs.beat.module_path).count() == 1
