"""Making a plan as a job: told while it runs, stopped, refused, begun again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from asah.portal.base import jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job
from asah.portal.people.models import Employment
from asah.portal.planning.actions.plans import begin_explanation, begin_plan
from asah.portal.planning.models import Lock, Plan, PlanLine
from portal.planning.conftest import World

Work = Callable[[], list[Job]]


@pytest.fixture(autouse=True)
def _tasks() -> None:
    jobs.load_tasks()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, object]]]:
    """Everything a job told of itself."""
    news: list[dict[str, object]] = []
    tell = jobs.Running.tell

    def listen(self: jobs.Running, done: int, total: int, **facts: object) -> None:
        news.append(facts)
        tell(self, done, total, **facts)

    monkeypatch.setattr(jobs.Running, "tell", listen)
    monkeypatch.setattr(jobs, "TELL_EVERY", 0.0)
    return news


def _work_folders() -> list[Path]:
    return list((Path(settings.ENVIRONMENT.data) / "plans").glob("job-*"))


def test_a_plan_is_made_told_checked_and_kept_with_its_folder(
    world: World, work: Work, told: list[dict[str, object]]
) -> None:
    begin_plan(actor=world.planner, scenario=world.scenario, seconds=3, gap=0.002)
    (job,) = work()
    assert job.state == JobState.DONE, job.error
    plan = Plan.objects.get(pk=job.result["plan"])
    assert (plan.scenario, plan.number, plan.made_by) == (world.scenario, 1, world.planner)
    assert plan.summary["check"]["ok"]
    assert {path.name for path in plan.folder.iterdir()} >= {"problem", "plan", "keys.json"}
    assert _work_folders() == []
    phases = [news["phase"] for news in told]
    assert phases[0] == "reading"
    assert phases[-2:] == ["checking", "storing"]
    seen = [news for news in told if news.get("objective") is not None]
    assert seen
    for news in seen:
        assert news["objective"] <= news["bound"] + 1e-6  # type: ignore[operator]
    trail = plan.summary["trail"]
    assert [at for at, _best, _bound in trail] == sorted(at for at, _best, _bound in trail)


def test_a_stopped_plan_keeps_the_best_so_far(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin_plan(actor=world.planner, scenario=world.scenario, seconds=600, gap=0.0)
    tell = jobs.Running.tell

    def stop_at_the_first_plan(self: jobs.Running, done: int, total: int, **facts: object) -> None:
        if facts.get("objective") is not None:
            Job.objects.filter(pk=job.pk).update(stop_requested=True)
        tell(self, done, total, **facts)

    monkeypatch.setattr(jobs.Running, "tell", stop_at_the_first_plan)
    monkeypatch.setattr(jobs, "TELL_EVERY", 0.0)
    (done,) = work()
    assert done.state == JobState.STOPPED
    plan = Plan.objects.get(pk=done.result["plan"])
    assert plan.summary["status"] == "interrupted"
    assert plan.summary["check"]["ok"]
    assert plan.lines.exists()


def test_rows_that_must_be_mended_are_told_and_no_plan_is_kept(world: World, work: Work) -> None:
    Employment.objects.filter(pk=Employment.objects.order_by("person__nip")[0].pk).update(place=None)
    begin_plan(actor=world.planner, scenario=world.scenario, seconds=3, gap=None)
    (job,) = work()
    assert job.state == JobState.FAILED
    assert job.attempts == 1
    (finding,) = [one for one in job.news["findings"] if one["severity"] == "error"]
    assert finding["column"] == "place_id"
    assert not Plan.objects.exists()
    assert _work_folders() == []


def test_a_second_try_of_a_job_that_stored_its_plan_makes_no_second_plan(world: World, work: Work) -> None:
    job = begin_plan(actor=world.planner, scenario=world.scenario, seconds=2, gap=0.5)
    work()
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    (again,) = work()
    assert again.state == JobState.DONE
    assert Plan.objects.count() == 1


def test_one_plan_of_a_scenario_is_made_at_a_time(world: World) -> None:
    begin_plan(actor=world.planner, scenario=world.scenario, seconds=3, gap=None)
    with pytest.raises(ValidationError):
        begin_plan(actor=world.planner, scenario=world.scenario, seconds=3, gap=None)


def test_a_plan_made_again_keeps_decisions_by_hand_and_changes_little_else(
    world: World, plan: Plan, a_line: PlanLine, work: Work
) -> None:
    Lock.objects.create(scenario=world.scenario, person=a_line.person, offering=a_line.offering, state="out")
    begin_plan(
        actor=world.planner,
        scenario=world.scenario,
        seconds=3,
        gap=0.1,
        previous=plan,
        points_per_change=50.0,
    )
    (job,) = work()
    after = Plan.objects.get(pk=job.result["plan"])
    assert not after.lines.filter(person=a_line.person, offering=a_line.offering).exists()
    before_lines = set(plan.lines.values_list("person", "offering"))
    after_lines = set(after.lines.values_list("person", "offering"))
    changed = len(before_lines ^ after_lines)
    assert 1 <= changed <= 10
    assert after.summary["changes"] == changed
    assert after.summary["previous"] == plan.pk


def test_an_explanation_is_worked_out_once_for_the_same_question(
    world: World, plan: Plan, a_line: PlanLine, work: Work
) -> None:
    ask = {"actor": world.planner, "plan": plan, "subject": "person", "key": a_line.person_id}
    first = begin_explanation(**ask)
    assert begin_explanation(**ask) == first
    (job,) = work()
    assert job.result["sentences"][0]["code"] == "planned"
    assert begin_explanation(**ask).pk == first.pk
    assert begin_explanation(**ask, programme="P007").pk != first.pk
