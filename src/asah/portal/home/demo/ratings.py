"""What was said in a simulated analysis, as if every form had been sent on its last day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from asah.portal.competency.models import Competency
from asah.portal.home import bridge
from asah.portal.home.demo.insert import insert_rows
from asah.portal.needs.enums import AssignmentState, CycleState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member, Performance, Rating
from asah.portal.people.models import Person

PREDICATES = {
    "Sangat Baik": "sangat_baik",
    "Baik": "baik",
    "Butuh Perbaikan": "butuh_perbaikan",
    "Kurang": "kurang",
    "Sangat Kurang": "sangat_kurang",
}


@transaction.atomic
def fill_ratings(cycle: Cycle, folder: Path) -> None:
    """Forms, ratings and predicates of a cycle from the engine's tables. It is closed then."""
    people = dict(Person.objects.filter(agency=cycle.agency_id).values_list("nip", "pk"))
    members = dict(Member.objects.filter(cycle=cycle).values_list("person_id", "pk"))
    competencies = dict(Competency.objects.filter(agency=cycle.agency_id).values_list("code", "pk"))
    said = bridge.other_tables(folder, "ratings", "performance")
    insert_rows(
        Rating,
        (
            *("cycle", "person", "competency"),
            *("role", "rater", "rater_label", "score", "rated_on", "instrument"),
        ),
        (
            (
                cycle.pk,
                people[row["person_id"]],
                competencies[row["competency_id"]],
                row["rater_role"],
                people.get(row["rater_id"]),
                "" if row["rater_id"] in people else row["rater_id"][:60],
                str(row["score"]),
                row["rated_on"].isoformat(),
                row["instrument"] or "",
            )
            for row in said["ratings"]
        ),
    )
    forms = {
        (members[people[row["person_id"]]], row["rater_role"], people[row["rater_id"]])
        for row in said["ratings"]
        if row["rater_id"] in people
    }
    last = _at_noon(cycle.closes_on)
    insert_rows(
        Assignment,
        ("member", "role", "rater", "state", "draft", "changed_at"),
        ((*form, AssignmentState.SENT.value, "{}", last) for form in sorted(forms)),
    )
    now = timezone.now()
    insert_rows(
        Performance,
        ("person", "year", "period", "predicate", "imported_at"),
        (
            (people[row["person_id"]], cycle.year - 1, "year", PREDICATES[row["predicate"]], now)
            for row in said["performance"]
            if row["predicate"] in PREDICATES
        ),
    )
    roles = {row["rater_role"] for row in said["ratings"]}
    cycle.roles = [role for role in RaterRole.values if role in roles]
    cycle.state = CycleState.CLOSED
    cycle.opened_at = _at_noon(cycle.opens_on)
    cycle.save(update_fields=["roles", "state", "opened_at"])


def _at_noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(5), dt.UTC)
