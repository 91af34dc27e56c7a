"""What was said in a simulated analysis and what the engine made of it."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from asah.portal.base.models import Unit
from asah.portal.competency.models import Competency
from asah.portal.home import bridge
from asah.portal.home.demo.insert import insert_rows
from asah.portal.needs.models import Cycle, LevelEstimate, Performance, Rating, UnitNeed
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
    """Ratings, levels, needs by unit and predicates of a cycle, from the engine's tables."""
    people = dict(Person.objects.filter(agency=cycle.agency_id).values_list("nip", "pk"))
    units = dict(Unit.objects.filter(path__startswith=f"{cycle.agency_id}.").values_list("code", "pk"))
    competencies = dict(Competency.objects.filter(agency=cycle.agency_id).values_list("code", "pk"))
    said = bridge.other_tables(folder / "input", "ratings", "performance")
    found = bridge.other_tables(folder / "needs", "levels", "needs_by_unit")
    who = ("cycle", "person", "competency")
    insert_rows(
        Rating,
        (*who, "role", "rater", "rater_label", "score", "rated_on", "instrument"),
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
    insert_rows(
        LevelEstimate,
        (*who, "mean", "sd", "ratings", "basis", "method"),
        (
            (
                cycle.pk,
                people[row["person_id"]],
                competencies[row["competency_id"]],
                row["level_mean"],
                row["level_sd"],
                row["ratings"],
                row["basis"] or "",
                "asah needs",
            )
            for row in found["levels"]
        ),
    )
    counts = ("staff", "assessed", "with_gap", "depth", "mwds", "rank_low", "rank_high")
    insert_rows(
        UnitNeed,
        ("cycle", "unit", "competency", *counts),
        (
            (
                cycle.pk,
                units.get(row["unit"], cycle.agency_id),
                competencies[row["competency"]],
                *(row[name] for name in counts),
            )
            for row in found["needs_by_unit"]
        ),
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
