"""One region of the demonstration, from the engine's tables to plans in two states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from asah.portal.base import jobs
from asah.portal.base.actions import create_unit
from asah.portal.base.demo import Login
from asah.portal.base.enums import JobState, Role
from asah.portal.base.models import Job, User
from asah.portal.home.demo.fill import fill_from_tables
from asah.portal.home.demo.people import find_supervisors, make_users
from asah.portal.home.demo.ratings import fill_ratings
from asah.portal.needs.access import VERIFY_NEEDS
from asah.portal.needs.actions.compute import begin_compute
from asah.portal.needs.actions.cycle import begin_opening, save_cycle
from asah.portal.needs.actions.verify import finish_cycle, verify_needs
from asah.portal.needs.enums import RaterRole
from asah.portal.needs.models import Cycle, Verification
from asah.portal.planning.access import AGREE_FOR_OFFICE
from asah.portal.planning.actions.approve import review_office, show_plan, stipulate_plan
from asah.portal.planning.actions.plans import begin_plan
from asah.portal.planning.actions.submit import Signed, submit_plan
from asah.portal.planning.enums import Decision
from asah.portal.planning.models import Limit, Plan, Scenario
from asah.portal.planning.queries.approval import offices_of

Step = Callable[[str], None]


@dataclass(frozen=True)
class Region:
    """``folder`` holds ``input`` as the engine wrote it.

    ``seconds``: for each of two plans.
    """

    code: str
    name: str
    folder: Path
    seconds: int


def build_region(region: Region, step: Step) -> list[Login]:
    """Everything of one region; the users that may sign in."""
    step(f"{region.name}: pegawai, katalog, penilaian")
    scenario, logins = fill_region(region.code, region.name, region.folder)
    step(f"{region.name}: kebutuhan")
    analyse(scenario.cycle, region.code)
    planner = User.objects.get(username=f"{Role.PLANNER.value}-{region.code.lower()}")
    step(f"{region.name}: rencana")
    stipulate(make_plan(scenario, planner, region.seconds), region.code)
    step(f"{region.name}: rencana dengan pagu yang dipotong")
    make_plan(smaller(scenario), planner, region.seconds)
    open_next_cycle(scenario, planner, region.code)
    look_at_the_tables()
    return logins


@transaction.atomic
def fill_region(code: str, name: str, folder: Path) -> tuple[Scenario, list[Login]]:
    """A region with people, standards, a catalogue, and ratings of which nothing was computed yet."""
    agency = create_unit(actor=None, code=code, name=name)
    scenario = fill_from_tables(agency, folder / "input", needs=False)
    logins = make_users(agency, find_supervisors(agency))
    fill_ratings(scenario.cycle, folder / "input")
    look_at_the_tables()
    return scenario, logins


def analyse(cycle: Cycle, code: str) -> None:
    """From ratings to a finished analysis, through the same actions as the buttons. One head verifies."""
    planner = User.objects.get(username=f"{Role.PLANNER.value}-{code.lower()}")
    head = User.objects.get(username=f"{Role.HEAD.value}-{code.lower()}")
    begin_compute(actor=planner, cycle=cycle)
    job = Job.objects.filter(created_by=planner).latest("pk")
    jobs.run_job.call(job.pk)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise RuntimeError(f"nothing came of job {job.pk}: {job.error}")
    for row in Verification.objects.filter(cycle=cycle).select_related("office"):
        if VERIFY_NEEDS.held_by(head, row.office):
            verify_needs(actor=head, verification=row)
    reason = "Data simulasi: hanya satu kepala perangkat daerah yang punya pengguna."
    finish_cycle(actor=planner, cycle=cycle, reason=reason)
    cycle.refresh_from_db()
    look_at_the_tables()


def look_at_the_tables() -> None:
    """A database that has not counted its rows yet plans its queries for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_plan(scenario: Scenario, planner: User, seconds: int) -> Plan:
    """Through the same job as the button, in this process."""
    job = begin_plan(actor=planner, scenario=scenario, seconds=seconds, gap=0.01)
    jobs.run_job.call(job.pk)
    job.refresh_from_db()
    plan = scenario.plans.first()
    if plan is None:
        raise RuntimeError(f"no plan came of job {job.pk}: {job.error}")
    return plan


def stipulate(plan: Plan, code: str) -> None:
    """The way to the decree, each step by its own user. One head agrees; the PyB goes on without the
    others."""
    by_role = {role: User.objects.get(username=f"{role.value}-{code.lower()}") for role in Role}
    agency = plan.scenario.agency
    show_plan(actor=by_role[Role.PLANNER], plan=plan, edition=_edition(plan))
    for says in offices_of(plan):
        if AGREE_FOR_OFFICE.held_by(by_role[Role.HEAD], says.office):
            review_office(
                actor=by_role[Role.HEAD], plan=plan, office=says.office, before=None, decision=Decision.AGREED
            )
    pyb = Signed(name=by_role[Role.PYB].name, post="Sekretaris Daerah", place=agency.name)
    reason = "Data simulasi: hanya satu kepala perangkat daerah yang punya pengguna."
    submit_plan(
        actor=by_role[Role.PYB], plan=plan, edition=_edition(plan), signed=pyb, without_offices=reason
    )
    stipulate_plan(
        actor=by_role[Role.PPK],
        plan=plan,
        edition=_edition(plan),
        decree_number=f"800/{plan.pk}/{code}/{plan.scenario.year - 1} (simulasi)",
        decree_on=timezone.localdate(),
        signed=Signed(name=by_role[Role.PPK].name, post="Pejabat Pembina Kepegawaian", place=agency.name),
    )


def open_next_cycle(scenario: Scenario, planner: User, code: str) -> None:
    """Next year's analysis, open in one office, so that there is something to rate."""
    head = User.objects.get(username=f"{Role.HEAD.value}-{code.lower()}")
    today = timezone.localdate()
    cycle = Cycle(
        agency=scenario.agency,
        year=scenario.year + 1,
        name=f"AKPK {scenario.year + 1}",
        roles=[RaterRole.SELF.value, RaterRole.SUPERVISOR.value],
        opens_on=today,
        closes_on=today + dt.timedelta(days=30),
    )
    offices = [grant.unit for grant in head.standing_grants if grant.role == Role.HEAD]
    save_cycle(actor=planner, cycle=cycle, units=offices)
    begin_opening(actor=planner, cycle=cycle)
    jobs.run_job.call(Job.objects.filter(created_by=planner).latest("pk").pk)


def _edition(plan: Plan) -> int:
    plan.refresh_from_db()
    return plan.edition


def smaller(scenario: Scenario) -> Scenario:
    """The same wishes with a quarter less money: what a council asks for in autumn."""
    with transaction.atomic():
        cut = Scenario.objects.create(
            agency=scenario.agency,
            year=scenario.year,
            name="Pagu dipotong seperempat",
            cycle=scenario.cycle,
            policy=scenario.policy,
            created_by=scenario.created_by,
        )
        Limit.objects.bulk_create(
            Limit(scenario=cut, scope=row.scope, fund=row.fund, unit=row.unit, amount=row.amount * 3 // 4)
            for row in scenario.limits.all()
        )
        mandates = scenario.mandates.model
        mandates.objects.bulk_create(
            mandates(scenario=cut, person_id=row.person_id, programme_id=row.programme_id, points=row.points)
            for row in scenario.mandates.all()
        )
    return cut
