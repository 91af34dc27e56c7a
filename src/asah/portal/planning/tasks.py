"""Long work of planning: making a plan, and explaining a large one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import jobs
from asah.portal.base.models import Unit
from asah.portal.planning import bridge
from asah.portal.planning.actions import papers
from asah.portal.planning.actions.papers import WRITE_PAPERS
from asah.portal.planning.actions.plans import EXPLAIN, MAKE_PLAN, store_plan
from asah.portal.planning.actions.steps import PlanMoved
from asah.portal.planning.actions.submit import SUBMIT_PLAN, Signed, submit_plan
from asah.portal.planning.enums import Decision, Paper, PlanState, ReviewStage
from asah.portal.planning.models import Plan, Scenario

MOST_POINTS = 120
READINGS = 3


@jobs.job(MAKE_PLAN, title=gettext_lazy("Making the plan"), attempts=2, long=True)
def make_plan(running: jobs.Running) -> dict[str, Any]:
    """Rows to tables, the engine, its checker, rows back. A second try keeps a plan that was stored."""
    stored = Plan.objects.filter(job=running.row).first()
    if stored is not None:
        return {"plan": stored.pk}
    work = Path(settings.ENVIRONMENT.data) / "plans" / f"job-{running.row.pk}"
    user = running.row.created_by
    try:
        with translation.override(user.language if user else "id"):
            plan = _make(running, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if running.stop_wanted:
        raise jobs.Stopped({"plan": plan.pk})
    return {"plan": plan.pk}


def _make(running: jobs.Running, work: Path) -> Plan:
    asked = running.arguments
    seconds = int(asked["seconds"])
    previous = Plan.objects.filter(pk=asked["previous"]).first() if asked["previous"] else None
    running.tell(0, seconds, phase="reading")
    story = _Story(running, seconds)
    try:
        scenario, problem = _write_problem(asked["scenario"], work)
        more = _frozen(scenario, problem)
        bridge.run_plan(
            work,
            bridge.Options(
                gap=asked["gap"],
                seconds=float(seconds),
                seed=int(asked["seed"]),
                points_per_change=float(asked["points_per_change"]),
            ),
            tell_of=story.tell,
            stop_wanted=lambda: running.stop_wanted,
            previous=previous.folder / "plan" if previous else None,
        )
    except bridge.ProblemRefused as refused:
        running.tell(1, 1, phase="refused", findings=refused.messages)
        raise jobs.JobRefused(
            _("Rows must be mended before a plan can be made; each is listed here.")
        ) from refused
    except bridge.EngineFailed as failed:
        raise jobs.JobRefused(str(failed)) from failed
    story.enter("checking")
    if running.stop_wanted and not story.has_a_plan:
        raise jobs.Stopped({})
    check = bridge.check_plan(work)
    story.enter("storing")
    more |= {"trail": story.trail, "rules": bridge.compare_with_simple_rules(work)}
    return store_plan(
        job=running.row,
        scenario=scenario,
        folder=work,
        rows=bridge.read_plan(work),
        check=check,
        more=more,
        previous=previous,
        actor=running.row.created_by,
    )


def _write_problem(number: int, work: Path) -> tuple[Scenario, bridge.Problem]:
    """The problem of one edition: where somebody changed the scenario while it was read, it is read again."""
    for _reading in range(READINGS):
        scenario = Scenario.objects.select_related("agency", "cycle").get(pk=number)
        problem = bridge.write_problem(scenario, work)
        if Scenario.objects.filter(pk=number, edition=scenario.edition).exists():
            return scenario, problem
    raise jobs.JobRefused(
        _("The scenario was changed again and again while it was read. Try again in a moment.")
    )


def _frozen(scenario: Scenario, problem: bridge.Problem) -> dict[str, Any]:
    """What the plan was made from, as it was then."""
    return {
        "edition": scenario.edition,
        "policy": scenario.policy,
        "limits": [
            [limit.scope, limit.fund_id or limit.unit_id, limit.amount] for limit in scenario.limits.all()
        ],
        "warnings": problem.warnings,
    }


class _Story:
    """What the page of the job shows: the best plan and its bound now, and how they came about."""

    def __init__(self, running: jobs.Running, seconds: int) -> None:
        self.running = running
        self.seconds = seconds
        self.trail: list[list[float | None]] = []
        self.latest: bridge.Progress | None = None

    def tell(self, progress: bridge.Progress | None) -> None:
        if progress is not None and progress != self.latest:
            self.latest = progress
            self.trail.append([round(progress.seconds, 1), _gained(progress), _most(progress)])
            if len(self.trail) > MOST_POINTS:
                # Every other point of the older half: the end is what people watch.
                half = len(self.trail) // 2
                self.trail = self.trail[:half:2] + self.trail[half:]
        self.enter(progress.stage if progress else "reading")

    @property
    def has_a_plan(self) -> bool:
        """Whether a plan was found that is worth more than doing nothing."""
        return self.latest is not None and (_gained(self.latest) or 0) > 0

    def enter(self, phase: str) -> None:
        now = self.latest
        done = int(now.seconds) if now else 0
        self.running.tell(
            min(done, self.seconds - 1),
            self.seconds,
            phase=phase,
            gained=_gained(now) if now else None,
            most=_most(now) if now else None,
            gap=now.gap if now else None,
            seconds=round(now.seconds, 1) if now else 0,
            trail=self.trail,
        )


def _gained(progress: bridge.Progress) -> float | None:
    """Against doing nothing, as everywhere people read it."""
    return None if progress.objective is None else progress.objective - progress.worth_of_nothing


def _most(progress: bridge.Progress) -> float | None:
    return None if progress.bound is None else progress.bound - progress.worth_of_nothing


@jobs.job(EXPLAIN, title=gettext_lazy("Explaining the plan"), attempts=2)
def explain(running: jobs.Running) -> dict[str, Any]:
    """Why a person or an offering is treated so, for a plan that takes too long to read within a request."""
    asked = running.arguments
    plan = Plan.objects.get(pk=asked["plan"])
    keys = bridge.read_keys(plan.folder)
    try:
        if asked["subject"] == "person":
            said = bridge.explain_person(plan.folder, keys.of["people"][asked["key"]], asked["programme"])
        else:
            said = bridge.explain_offering(plan.folder, keys.of["offerings"][asked["key"]])
    except (KeyError, bridge.UnknownSubject) as unknown:
        raise jobs.JobRefused(_("The plan does not know this row. Open it again from the plan.")) from unknown
    return {"sentences": said}


@jobs.job(WRITE_PAPERS, title=gettext_lazy("Writing documents of the plan"), attempts=2)
def write_papers(running: jobs.Running) -> dict[str, Any]:
    """One document, or after the decree all of them, in every format.

    Not a long job: it must not wait for a plan that is being made.
    """
    asked = running.arguments
    plan = Plan.objects.select_related("scenario__agency", "scenario__cycle", "revises").get(pk=asked["plan"])
    office = Unit.objects.get(pk=asked["office"]) if asked.get("office") else None
    wanted = [Paper(asked["paper"])] if asked["paper"] else list(Paper)
    parts = [papers.Part(each, office) for each in wanted]
    try:
        files = papers.write_papers(plan, parts, asked["language"], tell=running.tell)
    except ValidationError as refused:
        raise jobs.JobRefused(" ".join(refused.messages)) from refused
    return {"files": files}


@jobs.job(SUBMIT_PLAN, title=gettext_lazy("Submitting the plan"), attempts=2)
def submit(running: jobs.Running) -> dict[str, Any]:
    """Keeps the content of a large plan and submits it. A second try finds what the first one did."""
    asked, actor = running.arguments, running.row.created_by
    assert actor is not None
    plan = Plan.objects.select_related("scenario__agency", "scenario__cycle", "revises").get(pk=asked["plan"])
    if plan.state == PlanState.SUBMITTED and plan.edition == asked["edition"] + 1:
        done = plan.reviews.filter(stage=ReviewStage.PYB, decision=Decision.AGREED, decided_by=actor)
        if done.filter(frozen__edition=plan.edition).exists():
            return {"plan": plan.pk}
    with translation.override(actor.language):
        try:
            submit_plan(
                actor=actor,
                plan=plan,
                edition=asked["edition"],
                signed=Signed(**asked["signed"]),
                note=asked["note"],
                without_offices=asked["without_offices"],
                tell=running.tell,
            )
        except PlanMoved as moved:
            raise jobs.JobRefused(
                _("Somebody took a step with this plan meanwhile. Look at it, and submit it again.")
            ) from moved
        except PermissionDenied as refused:
            raise jobs.JobRefused(str(refused) or _("You may not submit this plan.")) from refused
        except ValidationError as refused:
            raise jobs.JobRefused(" ".join(refused.messages)) from refused
    return {"plan": plan.pk}
