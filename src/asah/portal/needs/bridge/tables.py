"""Rows of the portal as the tables of the engine; identifiers are primary keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from asah.engine.tables import SCHEMA
from asah.portal.base.models import Unit
from asah.portal.competency.enums import Basis
from asah.portal.competency.models import Competency
from asah.portal.competency.queries import standard_of
from asah.portal.needs.models import Cycle, Member
from asah.portal.needs.queries.boxes import BELOW, latest_performance
from asah.portal.needs.queries.profile import standard_day
from asah.portal.needs.queries.rating import standing_ratings, withheld

Row = dict[str, Any]


def read_tables(cycle: Cycle) -> dict[str, pl.DataFrame]:
    people = list(read_people(cycle, None))
    known = {row["person_id"] for row in people}
    columns = (
        "person_id",
        "competency_id",
        "rater_id",
        "rater_label",
        "role",
        "score",
        "rated_on",
        "instrument",
    )
    found = standing_ratings(cycle).order_by("person", "rated_on", "pk").values_list(*columns)
    ratings = [
        (
            str(person),
            str(competency),
            f"p{rater}" if rater else (label or None),
            role,
            float(score),
            day,
            tool or None,
        )
        for person, competency, rater, label, role, score, day, tool in found.iterator(chunk_size=20_000)
        if str(person) in known
    ]
    left_out = withheld(cycle, (((row[0], row[1], row[3]), row[2]) for row in ratings))
    ratings = [row for row in ratings if (row[0], row[1], row[3]) not in left_out]
    schema = {name: SCHEMA["ratings"].schema[name] for name in _RATINGS}
    frames = read_demands(cycle, people, {int(rating[1]) for rating in ratings})
    performance = [
        {"person_id": str(person), "predicate": predicate, "gap": predicate in BELOW}
        for person, predicate in latest_performance(cycle)
        if str(person) in known
    ]
    units = Unit.objects.filter(path__startswith=cycle.agency.path).order_by("path")
    return {
        **frames,
        "ratings": pl.DataFrame(ratings, schema=schema, orient="row"),
        "performance": pl.DataFrame(performance, schema=SCHEMA["performance"].schema),
        "units": pl.DataFrame(
            [
                {
                    "unit_id": str(unit.pk),
                    "name": unit.name,
                    "parent_id": str(unit.parent_id) if unit.parent_id else None,
                }
                for unit in units
            ],
            schema={name: pl.String() for name in ("unit_id", "name", "parent_id")},
        ),
    }


_RATINGS = ("person_id", "competency_id", "rater_id", "rater_role", "score", "rated_on", "instrument")


def read_people(cycle: Cycle, members: Iterable[int] | None) -> Iterator[Row]:
    rows = Member.objects.filter(cycle=cycle)
    if members is not None:
        rows = rows.filter(pk__in=list(members))
    found = rows.order_by("person").values_list(
        "person_id",
        "unit_id",
        "position_id",
        "target_position_id",
        "position__kind",
        "position__level",
        "person__current__golongan",
        "person__name",
    )
    for person, unit, position, target, kind, rung, golongan, name in found.iterator(chunk_size=5000):
        yield {
            "person_id": str(person),
            "unit_id": str(unit),
            "position_id": str(position) if position else None,
            "target_position_id": str(target) if target else None,
            "position_kind": kind or None,
            "golongan": golongan or None,
            "name": name,
            "rung": rung or "",
        }


def read_demands(cycle: Cycle, people: Sequence[Row], rated: set[int]) -> dict[str, pl.DataFrame]:
    """Tables of people, competencies and requirements. An archived competency has no kind, so no default."""
    posts = {int(row[name]) for row in people for name in ("position_id", "target_position_id") if row[name]}
    standards = standard_of(posts, standard_day(cycle))
    used = rated | {each.competency_id for each in standards}
    competencies = [
        {
            "competency_id": str(each.pk),
            "name": each.name_id,
            "kind": None if each.archived_at else each.kind,
            "stream": each.stream,
        }
        for each in Competency.objects.filter(agency=cycle.agency_id).order_by("code")
        if each.archived_at is None or each.pk in used
    ]
    text = pl.String()
    own = {"place_id": text, "employment": text, "rung": text}
    columns = (
        "person_id",
        "unit_id",
        "position_id",
        "target_position_id",
        "position_kind",
        "golongan",
        "name",
    )
    return {
        "people": pl.DataFrame(list(people), schema=dict.fromkeys(columns, text) | own),
        "competencies": pl.DataFrame(competencies, schema=SCHEMA["competencies"].schema),
        "requirements": pl.DataFrame(
            [
                {
                    "position_id": str(each.position_id),
                    "competency_id": str(each.competency_id),
                    "level": float(each.level),
                    "importance": float(each.importance),
                    "by_default": each.basis == Basis.DEFAULT,
                }
                for each in standards
            ],
            schema={**SCHEMA["requirements"].schema, "by_default": pl.Boolean()},
        ),
    }
