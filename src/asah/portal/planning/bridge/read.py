"""A plan of the engine as rows of the portal."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from asah.engine.plan.standing import standing_of
from asah.engine.report.closure import closed_needs
from asah.engine.report.money import enrolment_costs
from asah.engine.report.why import limit_prices
from asah.engine.tables import Tables, load, read_frames
from asah.portal.planning.bridge.as_planned import AsPlanned, read_as_planned
from asah.portal.planning.bridge.coaching import as_told, outcome_as_told, summary_as_told
from asah.portal.planning.bridge.keys import Keys, read_keys

PLAN_TABLES = ("enrolments", "classes", "people_outcome", "prices", "branches")
MOST_SEAT_PRICES = 40
# The scopes of prices and the kind of row that their ids name; an equity floor is named by "column=value".
Row = dict[str, Any]
KIND_OF_SCOPE = {"fund": "funds", "unit": "units", "absence": "units", "seats": "offerings"}


@dataclass(frozen=True)
class PlanRows:
    """Columns of the rows of a plan, ready to be stored.

    ``facts``: what pages show and rows do not hold: money by scope, closure by unit and competency, prices of
    limits, mandates missed. ``summary``: the engine's own.
    """

    classes: list[Row]
    lines: list[Row]
    outcomes: list[Row]
    facts: dict[str, Any]
    summary: dict[str, Any]


def read_plan(folder: Path) -> PlanRows:
    """The plan in ``folder/plan``, made from ``folder/problem``."""
    tables = load(folder / "problem", "plan")
    frames = read_frames(folder / "plan", PLAN_TABLES)
    keys, as_planned = read_keys(folder), read_as_planned(folder)
    summary: dict[str, Any] = json.loads((folder / "plan" / "summary.json").read_text("utf-8"))
    costs = enrolment_costs(tables, frames)
    told, outcome = as_told(tables, folder), frames["people_outcome"]
    if told is not tables:
        outcome = outcome_as_told(tables, standing_of(told, frames))
        summary = summary_as_told(summary, outcome)
    return PlanRows(
        classes=_classes(tables, frames["classes"], keys, as_planned),
        lines=_lines(frames["enrolments"], costs, keys),
        outcomes=_outcomes(tables, outcome, keys, as_planned),
        facts={
            "spent": _spent(summary, keys),
            "closure": _closure(told, frames["enrolments"], keys),
            "prices": _prices(tables, frames, keys),
            "mandates_missed": _mandates(summary, keys),
        },
        summary=summary,
    )


def _classes(tables: Tables, classes: pl.DataFrame, keys: Keys, as_planned: AsPlanned) -> list[Row]:
    offerings = keys.back("offerings")
    price = dict(tables["offerings"].select("offering_id", "cost_per_class_idr").iter_rows())
    return [
        {
            "offering_id": offerings[each],
            "classes": count,
            "enrolled": enrolled,
            "seats": seats,
            "cost": count * price[each],
            **as_planned.offerings[offerings[each]],
        }
        for each, count, enrolled, seats in classes.select(
            "offering_id", "classes", "enrolled", "seats"
        ).iter_rows()
    ]


def _lines(enrolments: pl.DataFrame, costs: pl.DataFrame, keys: Keys) -> list[Row]:
    people, units, offerings = keys.back("people"), keys.back("units"), keys.back("offerings")
    locked = {
        (person, offering): bool(lock)
        for person, offering, lock in enrolments.select("person_id", "offering_id", "locked").iter_rows()
    }
    held = costs.filter(pl.col("person_id").is_not_null())
    return [
        {
            "person_id": people[who],
            "unit_id": units[unit],
            "offering_id": offerings[what],
            "locked": locked[who, what],
            "jp": Decimal(str(jp)),
            "fee": fee,
            "travel": travel,
        }
        for who, unit, what, jp, fee, travel in held.select(
            "person_id", "unit_id", "offering_id", "jp", "person_idr", "travel_idr"
        ).iter_rows()
    ]


def _outcomes(tables: Tables, outcome: pl.DataFrame, keys: Keys, as_planned: AsPlanned) -> list[Row]:
    people, units = keys.back("people"), keys.back("units")
    unit_of = dict(tables["people"].select("person_id", "unit_id").iter_rows())
    return [
        {
            "person_id": people[who],
            "unit_id": units[unit_of[who]],
            "state": state,
            "reason": reason or "",
            "jp": Decimal(str(round(jp, 2))),
            "closure": closed,
            "need": need,
            **as_planned.people[people[who]],
        }
        for who, state, reason, jp, closed, need in outcome.select(
            "person_id", "state", "reason", "jp_planned", "closure_points", "need_points"
        ).iter_rows()
    ]


def _spent(summary: dict[str, Any], keys: Keys) -> dict[str, Any]:
    said = summary["spent_idr"]
    return {
        "total": said["total"],
        **{
            scope: {str(keys.back(kind)[name]): amount for name, amount in said.get(scope, {}).items()}
            for scope, kind in (("fund", "funds"), ("unit", "units"))
        },
    }


def _closure(tables: Tables, enrolments: pl.DataFrame, keys: Keys) -> dict[str, dict[str, list[float]]]:
    """Unit to competency to [people with the need, points needed, points closed]."""
    units, competencies = keys.back("units"), keys.back("competencies")
    per = (
        closed_needs(tables, enrolments)
        .join(tables["people"].select("person_id", "unit_id"), on="person_id")
        .group_by("unit_id", "competency_id", maintain_order=True)
        .agg(pl.len().alias("people"), pl.col("need_points", "closed_points").sum())
    )
    told: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for unit, competency, people, need, closed in per.iter_rows():
        told[str(units[unit])][str(competencies[competency])] = [people, round(need, 4), round(closed, 4)]
    return dict(told)


def _prices(tables: Tables, frames: dict[str, pl.DataFrame], keys: Keys) -> list[dict[str, Any]]:
    """What one more of a limit is worth, in points, dearest first within a scope."""
    table = limit_prices(standing_of(tables, frames))
    seats = table.filter(pl.col("scope") == "seats").head(MOST_SEAT_PRICES)
    told = []
    for scope, name, period, price in (
        pl.concat([table.filter(pl.col("scope") != "seats"), seats])
        .select("scope", "id", "period", "price")
        .iter_rows()
    ):
        kind = KIND_OF_SCOPE.get(scope)
        key = None if kind is None or name is None else keys.back(kind)[name]
        told.append({"scope": scope, "id": name, "key": key, "period": period, "price": price})
    return told


def _mandates(summary: dict[str, Any], keys: Keys) -> list[list[int]]:
    people, programmes = keys.back("people"), keys.back("programmes")
    return [[people[row["person_id"]], programmes[row["programme_id"]]] for row in summary["mandates_missed"]]
