"""Offerings and people in the words of the day on which a problem was written.

Kept beside the problem until the plan is stored: while the engine works, and ever after, the catalogue and
the roster may change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from asah.portal.catalogue.models import Offering
from asah.portal.competency.models import Competency
from asah.portal.people.models import Person

FILE = "as_planned.json"
Facts = dict[str, Any]


@dataclass
class AsPlanned:
    """By primary key: the columns of a PlanClass and of a PlanOutcome that say so."""

    offerings: dict[int, Facts] = field(default_factory=dict)
    people: dict[int, Facts] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, default=str)
        (folder / FILE).write_text(text, encoding="utf-8")


def read_as_planned(folder: Path) -> AsPlanned:
    told: dict[str, dict[str, Facts]] = json.loads((folder / FILE).read_text("utf-8"))
    return AsPlanned(**{name: {int(key): row for key, row in rows.items()} for name, rows in told.items()})


def offering_as_planned(offering: Offering) -> Facts:
    """Of an offering with its programme, fund, place, and the competencies that the programme raises."""
    programme = offering.programme
    effects = sorted(programme.effects.all(), key=lambda each: (-each.gain_levels, each.competency.code))
    return {
        "code": offering.code,
        "programme_code": programme.code,
        "programme": programme.name,
        "form": programme.form,
        "jp": programme.jp,
        "fee": programme.cost_per_person,
        "fund_code": programme.fund.code if programme.fund else "",
        "fund": programme.fund.name if programme.fund else "",
        "organiser": programme.organiser.strip(),
        "curriculum_owner": programme.curriculum_owner.strip(),
        "taught": [_taught(each.competency) for each in effects],
        "period": offering.period,
        "period_end": offering.period_end,
        "starts_on": offering.starts_on,
        "ends_on": offering.ends_on,
        "place_id": offering.place_id,
        "place_name": offering.place.name if offering.place else "",
        "days": offering.days,
        "least": offering.min_per_class,
    }


def _taught(competency: Competency) -> Facts:
    return {
        "code": competency.code,
        "name_id": competency.name_id,
        "name_en": competency.name_en,
        "kind": competency.kind,
        "stream": competency.stream,
        "owner": competency.owner.strip(),
    }


def person_as_planned(row: Mapping[str, Any]) -> Facts:
    """Of a row of values of a person with what they hold now."""
    named = Person(name=row["name"], front_degree=row["front_degree"], back_degree=row["back_degree"])
    return {
        "nip": row["nip"],
        "name": named.full_name,
        "sex": row["sex"],
        "employment": row["employment"] or "",
        "golongan": row["golongan"] or "",
        "position": row["position_name"] or "",
        "position_kind": row["position_kind"] or "",
        "place_id": row["place"],
        "zone": row["zone"] or "",
    }
