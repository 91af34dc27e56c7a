"""Making a plan as a job: told while it runs, stopped, refused, begun again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asah.portal.base import jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job, User
from asah.portal.catalogue.models import Offering, Programme
from asah.portal.people.models import Employment, Person
from asah.portal.planning import bridge, tasks
from asah.portal.planning.actions.plans import begin_explanation, begin_plan
from asah.portal.planning.models import Lock, Plan, PlanLine
from asah.portal.planning.queries.proof import worth_of
from asah.portal.planning.views import people as people_views
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
    seen = [news for news in told if news.get("gained") is not None]
    assert seen
    for news in seen:
        assert news["gained"] <= news["most"] + 1e-6  # type: ignore[operator]
        # What is said while one waits is the scale, and the gap, of the plan that comes of it.
        share = (news["most"] - news["gained"]) / news["most"]  # type: ignore[operator]
        assert news["gap"] == pytest.approx(share)
    worth = worth_of(plan)
    assert seen[-1]["gained"] == pytest.approx(worth.gained)
    assert plan.gap == pytest.approx((worth.most - worth.gained) / worth.most)
    trail = plan.summary["trail"]
    assert trail[-1][1] == pytest.approx(worth.gained)
    assert [at for at, _best, _bound in trail] == sorted(at for at, _best, _bound in trail)


def test_a_stopped_plan_keeps_the_best_so_far(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin_plan(actor=world.planner, scenario=world.scenario, seconds=600, gap=0.0)
    tell = jobs.Running.tell

    def stop_at_the_first_plan(self: jobs.Running, done: int, total: int, **facts: object) -> None:
        if facts.get("gained") is not None:
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


def test_a_plan_stopped_before_there_was_one_is_not_kept(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin_plan(actor=world.planner, scenario=world.scenario, seconds=600, gap=0.0)
    tell = jobs.Running.tell

    def stop_at_once(self: jobs.Running, done: int, total: int, **facts: object) -> None:
        Job.objects.filter(pk=job.pk).update(stop_requested=True)
        tell(self, done, total, **facts)

    monkeypatch.setattr(jobs.Running, "tell", stop_at_once)
    monkeypatch.setattr(tasks, "_gained", lambda progress: 0.0)
    monkeypatch.setattr(jobs, "TELL_EVERY", 0.0)
    (done,) = work()
    assert done.state == JobState.STOPPED
    assert done.result == {}
    assert not Plan.objects.exists()
    assert _work_folders() == []


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


def test_decisions_that_no_plan_can_keep_are_told_with_why_and_by_name(
    world: World, work: Work, sign_in: Callable[[User], Client]
) -> None:
    offering = Offering.objects.filter(seats_per_class__isnull=False, programme__eligible_employment=[])[0]
    Offering.objects.filter(pk=offering.pk).update(max_classes=1, seats_per_class=2, min_per_class=1)
    people = list(Person.objects.filter(agency=world.agency).order_by("pk")[:3])
    for person in people:
        Lock.objects.create(scenario=world.scenario, person=person, offering=offering, state="in")
    begin_plan(actor=world.planner, scenario=world.scenario, seconds=3, gap=None)
    (job,) = work()
    assert job.state == JobState.FAILED
    page = sign_in(world.planner).get(reverse("planning:run", args=[world.scenario.pk, job.pk]))
    text = page.content.decode()
    assert "3 pegawai" in text
    assert "2 kursi" in text
    assert f"{offering.programme.code} " not in text
    assert all(person.full_name in text for person in people)
    for lock in world.scenario.locks.all():
        assert reverse("planning:unlock", args=[world.scenario.pk, lock.pk]) in text
    # Which of them the engine named is no news any more.
    assert not [each for each in page.context["findings"] if each["table"] == "locks"]


def test_two_decisions_at_the_same_time_are_told_as_such(
    world: World, work: Work, sign_in: Callable[[User], Client]
) -> None:
    person = Person.objects.filter(agency=world.agency)[0]
    for programme in Programme.objects.filter(agency=world.agency, eligible_employment=[])[:2]:
        each = Offering.objects.create(programme=programme, code="SAMA", year=world.scenario.year, period=9)
        Lock.objects.create(scenario=world.scenario, person=person, offering=each, state="in")
    begin_plan(actor=world.planner, scenario=world.scenario, seconds=3, gap=None)
    (job,) = work()
    assert job.state == JobState.FAILED
    text = sign_in(world.planner).get(reverse("planning:run", args=[world.scenario.pk, job.pk]))
    assert "pada waktu yang sama" in text.content.decode()


def test_a_second_try_of_a_job_that_stored_its_plan_makes_no_second_plan(world: World, work: Work) -> None:
    job = begin_plan(actor=world.planner, scenario=world.scenario, seconds=2, gap=0.5)
    work()
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    (again,) = work()
    assert again.state == JobState.DONE
    assert Plan.objects.count() == 1


def test_a_plan_begun_again_after_its_worker_was_killed_says_so(
    world: World, sign_in: Callable[[User], Client]
) -> None:
    job = begin_plan(actor=world.planner, scenario=world.scenario, seconds=60, gap=None)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING,
        attempts=1,
        heard_at=timezone.now() - jobs.SILENCE - dt.timedelta(seconds=1),
        news={"phase": "exchanges", "objective": 4321.0},
    )
    client = sign_in(world.planner)
    page = reverse("planning:run", args=[world.scenario.pk, job.pk])
    assert "pekerjaan terputus" in client.get(page).content.decode()
    jobs.take_up_silent()
    for address in (page, reverse("home:job", args=[job.pk])):
        text = client.get(address).content.decode()
        assert "Percobaan ke-2" in text
        assert "4.321" not in text


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


def test_a_reload_of_the_reasons_shows_what_the_job_found(
    world: World,
    plan: Plan,
    a_line: PlanLine,
    work: Work,
    sign_in: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without scripts the same page is opened again, not the address with the number of the job."""
    monkeypatch.setattr(people_views, "READ_AT_ONCE", 0)
    monkeypatch.setattr(bridge, "is_warm", lambda _folder: False)
    client = sign_in(world.planner)
    address = reverse("planning:why_person", args=[plan.pk, a_line.person_id])
    assert "job" in client.get(address).context
    work()
    context = client.get(address).context
    assert context["groups"]
    assert "job" not in context
