"""A plan made by enrolling people in order of need while seats and money last: valid, far from the best.

It writes every table and the summary the way a planner does, with its own sums in plain Python, so that the
figures of a report can be held against something that was not computed the same way.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from asah.engine.tables import SCHEMA, Tables

Row = dict[str, Any]
LEVELS = {None: 9, "none": 0, "low": 1, "good": 2}


@dataclass
class GreedyPlan:
    """What ``write_report`` is given."""

    frames: dict[str, pl.DataFrame]
    summary: dict[str, Any]
    simple_rules: dict[str, dict[str, float]] = field(default_factory=dict)


def greedy_plan(tables: Tables, programmes_each: int = 2) -> GreedyPlan:
    """Enrol everybody in up to ``programmes_each`` programmes without prerequisite that touch their needs."""
    return _Greedy(tables, programmes_each).plan()


class _Greedy:
    def __init__(self, tables: Tables, programmes_each: int) -> None:
        assert tables.policy is not None
        self.tables, self.policy, self.each = tables, tables.policy, programmes_each
        self.people = _by(tables, "people", "person_id")
        self.places = _by(tables, "places", "place_id")
        self.programmes = _by(tables, "programmes", "programme_id")
        self.offerings = _by(tables, "offerings", "offering_id")
        self.units = _by(tables, "units", "unit_id")
        self.needs = _grouped(tables["needs"], "person_id")
        self.effects = _grouped(tables["programme_effects"], "programme_id")
        self.dates = _grouped(tables["offerings"], "programme_id")
        self.completed = set(tables["completed"].iter_rows())
        self.fares = {(r["from_place_id"], r["to_place_id"]): r for r in _rows(tables["travel"])}
        self.limits = {(r["scope"], r["id"]): r["amount_idr"] for r in _rows(tables["budgets"])}
        self.left = dict(self.limits)
        self.taken: dict[str, list[str]] = defaultdict(list)
        self.enrolled: Counter[str] = Counter()

    def plan(self) -> GreedyPlan:
        order = sorted(self.people, key=lambda p: (-self._need(p), p))
        for person in order:
            self._enrol(person)
        while thin := [o for o, n in self.enrolled.items() if 0 < n < self._minimum(o, n)]:
            self._cancel(thin[0])
        return GreedyPlan(self._frames(), self._summary(), self._simple_rules())

    # ---- one person

    def _enrol(self, person: str) -> None:
        worth = {p: self._gain(person, [*self._programmes_of(person), p]) for p in self.programmes}
        for programme in sorted(worth, key=lambda p: (-worth[p], p)):
            if len(self.taken[person]) >= self.each:
                return
            if worth[programme] > self._gain(person, self._programmes_of(person)) and self._may(
                person, programme
            ):
                self._take_a_seat(person, programme)

    def _may(self, person: str, programme: str) -> bool:
        who, what = self.people[person], self.programmes[programme]
        lists = (("eligible_employment", "employment"), ("eligible_position_kind", "position_kind"))
        return (
            what["prerequisite_id"] is None
            and (person, programme) not in self.completed
            and programme not in self._programmes_of(person)
            and all(who[mine] in (what[key] or who[mine] or "").split(";") for key, mine in lists)
            and (not what["eligible_unit"] or who["unit_id"] in what["eligible_unit"].split(";"))
            and what["jp"] <= self.policy.jp_max.get(who["employment"], 1e9) / self.each
        )

    def _take_a_seat(self, person: str, programme: str) -> None:
        for offering in self.dates[programme]:
            key, seats = offering["offering_id"], offering["seats_per_class"] or 10**6
            room = seats * min(1, offering["max_classes"]) > self.enrolled[key]
            open_to = self._reaches(person, offering) and not self._clashes(person, offering)
            if room and open_to and self._pay(person, offering):
                self.taken[person].append(key)
                self.enrolled[key] += 1
                return

    def _pay(self, person: str, offering: Row) -> bool:
        """Take the money out of every budget that pays, if all of them have it."""
        key, programme = offering["offering_id"], self.programmes[offering["programme_id"]]
        opening = 0 if self.enrolled[key] else offering["cost_per_class_idr"]
        course, travel = programme["cost_per_person_idr"] + opening, self.travel(person, key)
        bills = {("total", None): course + travel, ("fund", programme["fund_id"]): course}
        bills["unit", self.payer(person)] = travel
        if any(self.left.get(budget, 10**15) < bill for budget, bill in bills.items()):
            return False
        self.left.update({budget: self.left.get(budget, 10**15) - bill for budget, bill in bills.items()})
        return True

    def _reaches(self, person: str, offering: Row) -> bool:
        if offering["place_id"] is not None:
            return True
        home = self.places[self.people[person]["place_id"]]["connectivity"]
        return LEVELS[home] >= LEVELS[self.programmes[offering["programme_id"]]["connectivity"]]

    def _clashes(self, person: str, offering: Row) -> bool:
        mine = (self.offerings[key] for key in self.taken[person])
        return offering["period"] is not None and any(
            other["period"] is not None
            and other["period"] <= offering["period_end"]
            and offering["period"] <= other["period_end"]
            for other in mine
        )

    def _programmes_of(self, person: str) -> list[str]:
        return [self.offerings[key]["programme_id"] for key in self.taken[person]]

    # ---- classes and money

    def _minimum(self, offering: str, enrolled: int) -> int:
        return int(self.offerings[offering]["min_per_class"]) * (enrolled > 0)

    def _cancel(self, offering: str) -> None:
        for taken in self.taken.values():
            if offering in taken:
                taken.remove(offering)
        del self.enrolled[offering]

    def course_cost(self, offering: str) -> int:
        what, enrolled = self.offerings[offering], self.enrolled[offering]
        each = self.programmes[what["programme_id"]]["cost_per_person_idr"]
        return int(what["cost_per_class_idr"] * (enrolled > 0) + each * enrolled)

    def travel(self, person: str, offering: str) -> int:
        home, place = self.people[person]["place_id"], self.offerings[offering]["place_id"]
        if place is None or place == home:
            return 0
        fare = self.fares.get((home, place))
        if fare is None:
            return int(self.policy.default_travel_idr or 0)
        return int(fare["cost_idr"] + self.offerings[offering]["days"] * fare["per_day_idr"])

    def payer(self, person: str) -> str | None:
        unit = self.people[person]["unit_id"]
        while unit is not None and ("unit", unit) not in self.limits:
            unit = self.units[unit]["parent_id"]
        return unit

    def spent(self) -> dict[str, Any]:
        funds: Counter[str] = Counter()
        units: Counter[str] = Counter()
        total = 0
        for offering in self.enrolled:
            fund = self.programmes[self.offerings[offering]["programme_id"]]["fund_id"]
            funds.update({fund: self.course_cost(offering)} if fund else {})
            total += self.course_cost(offering)
        for person, taken in self.taken.items():
            travel = sum(self.travel(person, offering) for offering in taken)
            payer = self.payer(person)
            units.update({payer: travel} if payer else {})
            total += travel
        return {"total": total, "fund": dict(funds), "unit": dict(units)}

    # ---- points

    def _need(self, person: str) -> float:
        return sum(need["weight"] * need["gap_levels"] for need in self.needs[person])

    def _gain(self, person: str, programmes: list[str]) -> float:
        gains: Counter[str] = Counter()
        for programme in programmes:
            for effect in self.effects[programme]:
                gains[effect["competency_id"]] += effect["gain_levels"]
        return sum(
            need["weight"] * min(need["gap_levels"], gains[need["competency_id"]])
            for need in self.needs[person]
        )

    def closure(self, person: str) -> float:
        return self._gain(person, self._programmes_of(person))

    # ---- the tables of a plan

    def _frames(self) -> dict[str, pl.DataFrame]:
        enrolments = [
            {"person_id": p, "offering_id": o, "locked": False} for p in self.people for o in self.taken[p]
        ]
        classes = [
            {
                "offering_id": key,
                "classes": 1,
                "enrolled": n,
                "seats": self.offerings[key]["seats_per_class"],
                "cost_idr": self.course_cost(key),
            }
            for key, n in sorted(self.enrolled.items())
        ]
        outcome = [
            {
                "person_id": person,
                "state": (state := self._state(person)),
                "reason": {"planned": None, "deferred": "money", "exempt": "no_need"}[state],
                "jp_planned": sum(self.programmes[p]["jp"] for p in self._programmes_of(person)),
                "closure_points": self.closure(person),
                "need_points": self._need(person),
            }
            for person in self.people
        ]
        return {
            "enrolments": _frame("enrolments", enrolments),
            "classes": _frame("classes", classes),
            "people_outcome": _frame("people_outcome", outcome),
            "prices": _frame("prices", self._prices()),
            "branches": SCHEMA["branches"].empty(),
        }

    def _state(self, person: str) -> str:
        return "planned" if self.taken[person] else "deferred" if self.needs[person] else "exempt"

    def _prices(self) -> list[Row]:
        draw = random.Random(7).random
        money = [("total", None), *((s, k) for s, k in self.limits if s != "total")]
        prices: list[Row] = [{"scope": s, "id": k, "price": draw() * 1e-6} for s, k in money]
        prices += [{"scope": "seats", "id": key, "price": draw()} for key in self.enrolled]
        prices += [{"scope": "minimum", "id": key, "price": draw() / 9} for key in list(self.enrolled)[:5]]
        prices += [
            {"scope": "absence", "id": unit, "period": period, "price": draw()}
            for unit in list(self.units)[:4]
            for period in (1, 2)
        ]
        slots = list(self.tables["resources"].iter_rows())[:4]
        prices += [{"scope": "resource", "id": r, "period": p, "price": 3 * draw()} for r, p, _ in slots]
        prices += [
            {"scope": "equity", "id": f"{f.column}={f.value}", "price": draw() * f.points}
            for f in self.policy.equity
        ]
        return prices

    def _summary(self) -> dict[str, Any]:
        closed = sum(self.closure(person) for person in self.people)
        given = {(p, key) for p in self.people for key in self._programmes_of(p)} | self.completed
        missed = [
            row
            for row in _rows(self.tables["mandates"])
            if (row["person_id"], row["programme_id"]) not in given
        ]
        nothing = -20.0 * self.tables["mandates"].height
        objective = closed - 20.0 * len(missed)
        bound = objective + 0.05 * (objective - nothing)
        states = Counter(self._state(person) for person in self.people)
        return {
            "status": "gap_reached",
            "objective": objective,
            "bound": bound,
            "bound_by": "prices",
            "gap": (bound - objective) / (bound - nothing) if bound > nothing else 0.0,
            "worth_of_nothing": nothing,
            "closed_points": closed,
            "need_points": sum(self._need(person) for person in self.people),
            "spent_idr": self.spent(),
            "people": {state: states[state] for state in ("planned", "deferred", "exempt")},
            "classes": len(self.enrolled),
            "jp_short_people": len(self.people) // 3,
            "mandates_missed": [
                {
                    "person_id": row["person_id"],
                    "programme_id": row["programme_id"],
                    "name": self.people[row["person_id"]]["name"],
                }
                for row in missed
            ],
            "changes": None,
            "warnings": [
                {
                    "table": w.table,
                    "row": w.row,
                    "column": w.column,
                    "value": w.value,
                    "what": w.what,
                    "remedy": w.remedy,
                }
                for w in self.tables.findings
            ],
            "seed": 0,
            "engine_version": "0.0.0",
            "input_sha256": self.tables.sha256,
            "seconds": {"plan": 1.5},
            "peak_mb": {"plan": 120.0},
            "tolerance": 1e-6,
        }

    def _simple_rules(self) -> dict[str, dict[str, float]]:
        summary = self._summary()
        shares = {"rank_by_gap": 0.55, "per_rupiah": 0.9, "online_first": 0.93}
        nothing, objective = summary["worth_of_nothing"], summary["objective"]
        return {
            name: {
                "objective": nothing + share * (objective - nothing),
                "closed_points": share * summary["closed_points"],
                "spent_idr": int(share * summary["spent_idr"]["total"]),
            }
            for name, share in shares.items()
        }


def _rows(frame: pl.DataFrame) -> list[Row]:
    return list(frame.iter_rows(named=True))


def _by(tables: Tables, name: str, key: str) -> dict[str, Row]:
    return {row[key]: row for row in _rows(tables[name])}


def _grouped(frame: pl.DataFrame, key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(frame):
        groups[row[key]].append(row)
    return groups


def _frame(name: str, rows: list[Row]) -> pl.DataFrame:
    spec = SCHEMA[name]
    return pl.DataFrame([{key: row.get(key) for key in spec.schema} for row in rows], schema=spec.schema)
