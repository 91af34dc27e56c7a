"""Analyses with results, for the tests of what is made of ratings. People are invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from asah.portal.base.enums import JobState, Role
from asah.portal.base.models import Job, Unit, User
from asah.portal.competency.models import Competency
from asah.portal.needs.actions.compute import begin_compute
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Cycle, Member, Rating, UnitNeed, Verification
from asah.portal.people.models import Person, Position
from factories.needs import a_framework, a_standard, an_open_cycle
from factories.portal import a_person, a_position, a_user, an_agency, an_office

Work = Callable[[], list[Job]]


@dataclass
class Analysis:
    """An agency with offices, people, a standard of level 3 and a cycle whose ratings are over."""

    agency: Unit
    offices: list[Unit]
    people: list[Person]
    competencies: list[Competency]
    post: Position
    cycle: Cycle
    planner: User
    users: dict[str, User] = field(default_factory=dict)

    def member(self, place: int = 0) -> Member:
        return Member.objects.get(cycle=self.cycle, person=self.people[place])

    def rate(
        self, place: int, scores: Mapping[Competency, float], role: str = "assessor", **values: Any
    ) -> None:
        """Scores of one role for one person, given today."""
        for competency, score in scores.items():
            Rating.objects.create(
                cycle=self.cycle,
                person=self.people[place],
                competency=competency,
                role=role,
                score=score,
                rated_on=timezone.localdate(),
                **values,
            )

    def compute(self, work: Work) -> Job:
        """As the planner does it: the job, done."""
        begin_compute(actor=self.planner, cycle=Cycle.objects.get(pk=self.cycle.pk))
        job = work()[-1]
        self.cycle.refresh_from_db()
        return job


def an_analysis(*sizes: int, state: CycleState = CycleState.CLOSED) -> Analysis:
    """One office for each of ``sizes``, with so many people (one office with three where none is given)."""
    agency = an_agency()
    framework, competencies = a_framework(agency)
    post = a_position(agency)
    a_standard(post, dict.fromkeys(competencies[:2], 3))
    offices = [an_office(agency, f"Dinas {place}") for place, _size in enumerate(sizes or (3,))]
    people = [
        a_person(office, position=post)
        for office, size in zip(offices, sizes or (3,), strict=True)
        for _number in range(size)
    ]
    cycle = an_open_cycle(agency, framework)
    Cycle.objects.filter(pk=cycle.pk).update(state=state, closes_on=timezone.localdate())
    cycle.refresh_from_db()
    return Analysis(
        agency, offices, people, competencies, post, cycle, planner=a_user(Role.PLANNER, unit=agency)
    )


def a_computed_analysis(work: Work, *sizes: int) -> Analysis:
    """The first competency lacks about two levels in everybody, the second nothing."""
    analysis = an_analysis(*sizes)
    first, second, *_others = analysis.competencies
    for place in range(len(analysis.people)):
        analysis.rate(place, {first: 1, second: 4})
    job = analysis.compute(work)
    assert job.state == JobState.DONE, job.error
    return analysis


def with_results(analysis: Analysis, assessed: Mapping[Unit, tuple[int, int]]) -> None:
    """Results put down as they are, for tests of what is shown: office to people assessed and with a gap."""
    for unit, (seen, with_gap) in assessed.items():
        UnitNeed.objects.create(
            cycle=analysis.cycle,
            unit=unit,
            competency=analysis.competencies[0],
            staff=seen,
            assessed=seen,
            with_gap=with_gap,
            depth=1.0 if with_gap else None,
        )
        Verification.objects.get_or_create(cycle=analysis.cycle, office=unit)
    analysis.cycle.computed_at = timezone.now()
    analysis.cycle.summary = {"result": {"on": dt.date(2026, 10, 1).isoformat(), "rungs": []}}
    analysis.cycle.save()
