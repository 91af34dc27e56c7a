"""Named situations of the needs analysis. People are invented."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from django.utils import timezone

from asah.portal.base.models import Unit
from asah.portal.competency.models import Anchor, Competency, Framework, LevelDescriptor, Requirement
from asah.portal.needs.actions.assign import draw_assignments
from asah.portal.needs.enums import CycleState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member
from asah.portal.needs.queries.cycles import people_of
from asah.portal.people.models import Person, Position

_numbers = count(1)


def a_framework(agency: Unit, *, described: bool = False) -> tuple[Framework, list[Competency]]:
    """In force, with two managerial competencies, a sociocultural and a technical one."""
    framework = Framework.objects.create(
        agency=agency, version="2026", state="in_force", valid_from=dt.date(2026, 1, 1)
    )
    kinds = ["managerial", "managerial", "sociocultural", "technical"]
    competencies = [
        Competency.objects.create(agency=agency, code=f"K.{place}", name_id=f"Kompetensi {place}", kind=kind)
        for place, kind in enumerate(kinds, start=1)
    ]
    for competency in competencies if described else []:
        for level in range(1, 6):
            descriptor = LevelDescriptor.objects.create(
                framework=framework,
                competency=competency,
                level=level,
                title_id=f"Tingkat {level} dari {competency.code}",
                text_id="Terlihat dalam pekerjaan sehari-hari.",
            )
            Anchor.objects.create(descriptor=descriptor, number=1, text_id=f"Perilaku tingkat {level}")
    return framework, competencies


def a_standard(
    position: Position, levels: dict[Competency, int], since: dt.date = dt.date(2026, 1, 1)
) -> None:
    """What the post demands."""
    for competency, level in levels.items():
        Requirement.objects.create(
            position=position, competency=competency, level=level, basis="stipulated", valid_from=since
        )


def a_draft(agency: Unit, framework: Framework, *roles: RaterRole, **values: Any) -> Cycle:
    """A cycle from yesterday to a fortnight from now, not yet opened."""
    today = timezone.localdate()
    given: dict[str, Any] = {
        "opens_on": today - dt.timedelta(days=1),
        "closes_on": today + dt.timedelta(days=14),
        "year": today.year + 1,
        "name": f"Analisis {next(_numbers)}",
        "roles": [role.value for role in roles or (RaterRole.SELF, RaterRole.SUPERVISOR)],
        "seed": 7,
    }
    return Cycle.objects.create(agency=agency, framework=framework, **(given | values))


def an_open_cycle(agency: Unit, framework: Framework, *roles: RaterRole, **values: Any) -> Cycle:
    """A cycle opened yesterday, with members and forms as the job makes them."""
    cycle = a_draft(agency, framework, *roles, **values)
    people = list(people_of(cycle).select_related("current").order_by("nip"))
    members = [
        Member(cycle=cycle, person=each, unit=each.current.unit, position=each.current.position)
        for each in people
        if each.current
    ]
    Member.objects.bulk_create(members)
    Assignment.objects.bulk_create(draw_assignments(cycle, members))
    cycle.state = CycleState.OPEN
    cycle.opened_at = timezone.now() - dt.timedelta(days=1)
    cycle.save()
    return cycle


def the_form(cycle: Cycle, rated: Person, rater: Person) -> Assignment:
    return Assignment.objects.get(member__cycle=cycle, member__person=rated, rater=rater)
