"""Every plan of a tiny problem, tried one by one; and tiny problems in which each rule can be switched on.

Straight from tables.md section 2, in the plainest words: nothing here is shared with the planner.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from random import Random
from typing import Any

import polars as pl

from asah.engine.tables import SCHEMA, EquityFloor, Policy, Tables
from factories.problem import table

Row = dict[str, Any]
Bundle = tuple[str, ...]
Plan = dict[str, Bundle]  # person -> offerings
REACH = {"none": 0, "low": 1, "good": 2}


@dataclass(frozen=True)
class Best:
    """The best plan there is; ``worth`` is None when no plan obeys the rules."""

    worth: float | None
    plan: Plan
    classes: dict[str, int]


@dataclass(frozen=True)
class EnrolmentPrices:
    """What one enrolment pays, in points, and by how much more closure counts in a floor."""

    seat: dict[str, float]
    total: float
    fund: dict[str, float]
    unit: dict[str, float]
    absence: dict[tuple[str, int], float]
    equity: dict[int, float]


class BruteForce:
    def __init__(self, tables: Tables) -> None:
        assert tables.policy is not None
        self.policy: Policy = tables.policy
        self.people = {row["person_id"]: row for row in tables["people"].to_dicts()}
        self.units = {row["unit_id"]: row for row in tables["units"].to_dicts()}
        self.places = {row["place_id"]: row for row in tables["places"].to_dicts()}
        self.streams = {row["competency_id"]: row["stream"] for row in tables["competencies"].to_dicts()}
        self.programmes = {row["programme_id"]: row for row in tables["programmes"].to_dicts()}
        self.offerings = {row["offering_id"]: row for row in tables["offerings"].to_dicts()}
        self.needs = tables["needs"].to_dicts()
        self.effects = tables["programme_effects"].to_dicts()
        self.resources = tables["resources"].to_dicts()
        self.budgets = {(row["scope"], row["id"]): row["amount_idr"] for row in tables["budgets"].to_dicts()}
        self.completed = {(row["person_id"], row["programme_id"]) for row in tables["completed"].to_dicts()}
        self.locks = {(r["person_id"], r["offering_id"]): r["state"] for r in tables["locks"].to_dicts()}
        self.fares = {(row["from_place_id"], row["to_place_id"]): row for row in tables["travel"].to_dicts()}
        self.mandates = {}
        for row in tables["mandates"].to_dicts():
            points = self.policy.points_per_mandate_missed if row["points"] is None else row["points"]
            self.mandates[row["person_id"], row["programme_id"]] = points

    def programme_of(self, offering: str) -> str:
        return str(self.offerings[offering]["programme_id"])

    def periods(self, offering: str) -> list[int]:
        row = self.offerings[offering]
        return [] if row["period"] is None else list(range(row["period"], row["period_end"] + 1))

    # ---- one person

    def bundles(self, person: str) -> list[Bundle]:
        """Every set of offerings that rules 1, 2, 3 and 7 leave to this person."""
        every = (b for size in range(len(self.offerings) + 1) for b in combinations(self.offerings, size))
        return [bundle for bundle in every if not self.refusal(person, bundle)]

    def refusal(self, person: str, bundle: Bundle) -> str:
        """Which rule of one person the bundle breaks; empty if none."""
        for (who, offering), state in self.locks.items():
            if who == person and (offering in bundle) != (state == "in"):
                return "locks"
        for offering in bundle:
            if self.locks.get((person, offering)) == "in":
                continue
            same = [o for o in bundle if self.programme_of(o) == self.programme_of(offering)]
            if len(same) > 1 or self.barred(person, offering):
                return "may take"
        for a, b in combinations(bundle, 2):
            if set(self.periods(a)) & set(self.periods(b)):
                return "overlap"
        counted = [
            self.programmes[self.programme_of(o)]
            for o in bundle
            if self.programmes[self.programme_of(o)]["counts_to_max"]
        ]
        if self.policy.max_programmes is not None and len(counted) > self.policy.max_programmes:
            return "max_programmes"
        row = self.people[person]
        ceiling = row["jp_max"]
        if ceiling is None:
            ceiling = self.policy.jp_max.get(row["employment"], math.inf)
        if counted and row["jp_done"] + sum(p["jp"] for p in counted) > ceiling + 1e-9:
            return "jp_max"
        for offering in bundle:
            first = self.programmes[self.programme_of(offering)]["prerequisite_id"]
            if first is None or (person, first) in self.completed:
                continue
            if not any(self.programme_of(o) == first and self.comes_before(o, offering) for o in bundle):
                return "prerequisite"
        return ""

    def comes_before(self, first: str, then: str) -> bool:
        if self.offerings[first]["period"] is None:
            return True
        if self.offerings[then]["period"] is None:
            return False
        return bool(self.offerings[first]["period_end"] < self.offerings[then]["period"])

    def barred(self, person: str, offering: str) -> str:
        """Why rule 1 keeps a person out of an offering; empty if it does not."""
        i, o = self.people[person], self.offerings[offering]
        p = self.programmes[o["programme_id"]]
        if (person, o["programme_id"]) in self.completed:
            return "completed"
        for mine in ("employment", "position_kind", "unit_id"):
            allowed = p["eligible_unit" if mine == "unit_id" else f"eligible_{mine}"]
            if allowed is not None and i[mine] not in allowed.split(";"):
                return "eligibility"
        if i["retires_on"] is not None and o["end_date"] is not None and o["end_date"] > i["retires_on"]:
            return "retirement"
        network = self.places[i["place_id"]]["connectivity"]
        if o["place_id"] is None and network is not None and REACH[network] < REACH[p["connectivity"]]:
            return "reach"
        return ""

    def closed(self, person: str, bundle: Bundle) -> list[tuple[Row, float]]:
        """Every need of the person and the points of it that the bundle closes."""
        found = []
        for need in self.needs:
            if need["person_id"] == person:
                gains = [
                    e["gain_levels"]
                    for o in bundle
                    for e in self.effects
                    if e["programme_id"] == self.programme_of(o)
                    and e["competency_id"] == need["competency_id"]
                ]
                found.append((need, need["weight"] * min(need["gap_levels"], sum(gains))))
        return found

    def jp_short(self, person: str, bundle: Bundle) -> float:
        row = self.people[person]
        target = row["jp_target"]
        if target is None:
            target = self.policy.jp_target.get(row["employment"], 0.0)
        mine = {need["competency_id"] for need in self.needs if need["person_id"] == person}
        counted = 0.0
        for o in bundle:
            p = self.programme_of(o)
            touches = any(e["programme_id"] == p and e["competency_id"] in mine for e in self.effects)
            if touches or (person, p) in self.mandates or self.programmes[p]["general"]:
                counted += self.programmes[p]["jp"]
        return float(max(0.0, target - row["jp_done"] - counted))

    def missed(self, person: str, bundle: Bundle) -> float:
        """Points of the mandates not given."""
        return sum(
            points
            for (who, p), points in self.mandates.items()
            if who == person
            and (who, p) not in self.completed
            and p not in [self.programme_of(o) for o in bundle]
        )

    def points(self, person: str, bundle: Bundle) -> float:
        """Worth of one person's bundle, equity floors apart."""
        closed = sum(points for _, points in self.closed(person, bundle))
        short = self.policy.points_per_jp_short * self.jp_short(person, bundle)
        return float(closed - short - self.missed(person, bundle))

    def counts(self, floor: EquityFloor, need: Row) -> bool:
        if floor.column == "stream":
            return bool(self.streams[need["competency_id"]] == floor.value)
        person = self.people[need["person_id"]]
        value = self.places[person["place_id"]]["zone"] if floor.column == "zone" else person[floor.column]
        return bool(value == floor.value)

    def floor_closure(self, person: str, bundle: Bundle) -> list[float]:
        return [
            sum(points for need, points in self.closed(person, bundle) if self.counts(floor, need))
            for floor in self.policy.equity
        ]

    def fare(self, person: str, offering: str) -> int:
        home, there = self.people[person]["place_id"], self.offerings[offering]["place_id"]
        if there is None or there == home:
            return 0
        if (home, there) in self.fares:
            row = self.fares[home, there]
            return int(row["cost_idr"] + self.offerings[offering]["days"] * row["per_day_idr"])
        assert self.policy.default_travel_idr is not None
        return self.policy.default_travel_idr

    def payer(self, unit: str | None) -> str | None:
        """The nearest unit upward with a budget of its own."""
        while unit is not None and ("unit", unit) not in self.budgets:
            unit = self.units[unit]["parent_id"]
        return unit

    def priced(self, person: str, bundle: Bundle, prices: EnrolmentPrices) -> float:
        """What a bundle adds to the empty one, less what it uses at the prices (section 3)."""
        value = self.points(person, bundle) - self.points(person, ())
        for floor, closure in enumerate(self.floor_closure(person, bundle)):
            value += prices.equity.get(floor, 0.0) * closure
        unit = self.people[person]["unit_id"]
        for o in bundle:
            programme = self.programmes[self.programme_of(o)]
            fee = prices.total + prices.fund.get(programme["fund_id"], 0.0)
            fare = prices.total + prices.unit.get(self.payer(unit) or "", 0.0)
            value -= prices.seat[o] + fee * programme["cost_per_person_idr"] + fare * self.fare(person, o)
            value -= sum(prices.absence.get((unit, t), 0.0) for t in self.periods(o))
        return value

    # ---- whole plans

    def absence_limit(self, unit: str) -> float:
        row = self.units[unit]
        if row["max_absent_people"] is not None:
            return float(row["max_absent_people"])
        share = row["max_absent_share"]
        share = self.policy.max_absent_share if share is None else share
        if share is None:
            return math.inf
        size = sum(1 for person in self.people.values() if person["unit_id"] == unit)
        return math.ceil(round(share * size, 9))

    def classes_for(self, offering: str, enrolled: int) -> int | None:
        """The fewest classes that hold so many people (more never helps), None if no number does."""
        row = self.offerings[offering]
        seats = row["seats_per_class"]
        if enrolled == 0:
            return 0
        if seats is None:
            fewest = 1
        elif seats == 0:
            return None
        else:
            fewest = math.ceil(enrolled / seats)
        fits = fewest <= row["max_classes"] and row["min_per_class"] * fewest <= enrolled
        return fewest if fits else None

    def classes(self, plan: Plan) -> dict[str, int] | None:
        """Classes of every offering, None if the plan breaks rule 4."""
        found = {}
        for o in self.offerings:
            enrolled = sum(1 for bundle in plan.values() if o in bundle)
            number = self.classes_for(o, enrolled)
            if number is None:
                return None
            found[o] = number
        for row in self.resources:
            users = [o for o, r in self.offerings.items() if r["resource_id"] == row["resource_id"]]
            if sum(found[o] for o in users if row["period"] in self.periods(o)) > row["classes"]:
                return None
        return found

    def staffed(self, plan: Plan) -> bool:
        away: dict[tuple[str, int], int] = {}
        for person, bundle in plan.items():
            for o in bundle:
                for period in self.periods(o):
                    key = (self.people[person]["unit_id"], period)
                    away[key] = away.get(key, 0) + 1
        return all(count <= self.absence_limit(unit) for (unit, _), count in away.items())

    def affordable(self, plan: Plan, classes: dict[str, int]) -> bool:
        paid: dict[tuple[str, str | None], int] = {}

        def pay(scope: str, key: str | None, amount: int) -> None:
            paid[scope, key] = paid.get((scope, key), 0) + amount

        for o, number in classes.items():
            amount = number * self.offerings[o]["cost_per_class_idr"]
            pay("total", None, amount)
            pay("fund", self.programmes[self.programme_of(o)]["fund_id"], amount)
        for person, bundle in plan.items():
            for o in bundle:
                programme, fare = self.programmes[self.programme_of(o)], self.fare(person, o)
                pay("total", None, programme["cost_per_person_idr"] + fare)
                pay("fund", programme["fund_id"], programme["cost_per_person_idr"])
                pay("unit", self.payer(self.people[person]["unit_id"]), fare)
        return all(paid.get(scope, 0) <= limit for scope, limit in self.budgets.items())

    def plans(self) -> Iterator[tuple[Plan, dict[str, int]]]:
        """Every plan that obeys the seven rules."""
        for bundles in product(*(self.bundles(person) for person in self.people)):
            plan = dict(zip(self.people, bundles, strict=True))
            classes = self.classes(plan)
            if classes is not None and self.staffed(plan) and self.affordable(plan, classes):
                yield plan, classes

    def feasible(self) -> bool:
        return any(True for _ in self.plans())

    def worth(self, plan: Plan) -> float:
        total = sum(self.points(person, bundle) for person, bundle in plan.items())
        closures = [self.floor_closure(person, bundle) for person, bundle in plan.items()]
        for f, floor in enumerate(self.policy.equity):
            group = [need for need in self.needs if self.counts(floor, need)]
            wanted = floor.floor_share * sum(need["weight"] * need["gap_levels"] for need in group)
            total -= floor.points * max(0.0, wanted - sum(closure[f] for closure in closures))
        return total

    def best(self) -> Best:
        self.points = _remembered(self.points)  # type: ignore[method-assign]
        self.floor_closure = _remembered(self.floor_closure)  # type: ignore[method-assign]
        found = [(self.worth(plan), plan, classes) for plan, classes in self.plans()]
        if not found:
            return Best(None, {}, {})
        return Best(*max(found, key=lambda each: each[0]))


def _remembered(function: Any) -> Any:
    known: dict[Any, Any] = {}

    def call(*key: Any) -> Any:
        if key not in known:
            known[key] = function(*key)
        return known[key]

    return call


# ---- tiny problems

RULES = (
    "dates",
    "max_programmes",
    "jp_max",
    "counts_to_max",
    "prerequisites",
    "completed",
    "eligibility",
    "connectivity",
    "retirement",
    "seats",
    "minima",
    "resources",
    "absence",
    "total",
    "funds",
    "unit_budgets",
    "equity",
    "mandates",
    "jp",
    "general",
    "locks",
)


def tables(frames: dict[str, pl.DataFrame], policy: Policy) -> Tables:
    every = {name: frames.get(name, spec.empty()) for name, spec in SCHEMA.items() if "plan" in spec.used_by}
    return Tables(frames=every, policy=policy, findings=(), counts={}, sha256="")


def tiny(rng: Random, on: Collection[str] = RULES, people: int = 3, offerings: int = 4) -> Tables:
    """A problem of a few people in which the rules named in ``on`` may matter and no others do."""
    who = [f"P{k}" for k in range(people)]
    what = [f"G{k}" for k in range(max(1, offerings - rng.randint(0, 2)))]
    topics = ["K0", "K1", "K2"]

    def some(rule: str, value: Any, chance: float = 0.5, otherwise: Any = None) -> Any:
        return value if rule in on and rng.random() < chance else otherwise

    frames = {
        "people": table("people", *(_person(rng, i, some) for i in who)),
        "units": table(
            "units",
            {"unit_id": "U0", "name": "Dinas"},
            {"unit_id": "U1", "name": "Bidang", "parent_id": "U0", "max_absent_people": some("absence", 1)},
            {"unit_id": "U2", "name": "UPT", "parent_id": "U1", "max_absent_share": some("absence", 0.5)},
        ),
        "places": table(
            "places",
            {"place_id": "T0", "name": "Kota", "zone": "Z0", "connectivity": "good"},
            {"place_id": "T1", "name": "Pulau", "zone": "Z1", "connectivity": some("connectivity", "none")},
        ),
        "travel": table(
            "travel", {"from_place_id": "T0", "to_place_id": "T1", "cost_idr": 30, "per_day_idr": 10}
        ),
        "competencies": table(
            "competencies",
            *(
                {"competency_id": c, "name": c, "stream": stream}
                for c, stream in zip(topics, ["competency", "ethics", None], strict=True)
            ),
        ),
        "needs": table(
            "needs",
            *(
                {
                    "person_id": i,
                    "competency_id": c,
                    "gap_levels": rng.randint(1, 6) / 4,
                    "weight": rng.randint(0, 12) / 4,
                }
                for i in who
                for c in topics
                if rng.random() < 0.7
            ),
        ),
        "programmes": table("programmes", *(_programme(rng, k, what, some) for k in range(len(what)))),
        "programme_effects": table(
            "programme_effects",
            *(
                {"programme_id": p, "competency_id": c, "gain_levels": rng.randint(1, 4) / 4}
                for p in what
                for c in topics
                if rng.random() < 0.5
            ),
        ),
        "offerings": table(
            "offerings", *(_offering(rng, k, rng.choice(what), some) for k in range(offerings))
        ),
        "resources": table(
            "resources",
            *(
                {"resource_id": "R0", "period": t, "classes": rng.randint(0, 2)}
                for t in ((1, 2, 3) if "resources" in on else ())
            ),
        ),
        "mandates": table(
            "mandates",
            *(
                {"person_id": i, "programme_id": p, "points": rng.choice([None, 2.5])}
                for i in who
                for p in what
                if some("mandates", True, 0.2)
            ),
        ),
        "completed": table(
            "completed",
            *(
                {"person_id": i, "programme_id": p}
                for i in who
                for p in what
                if some("completed", True, 0.15)
            ),
        ),
        "budgets": table("budgets", *_budgets(rng, on)),
        "locks": table(
            "locks",
            *(
                {"person_id": i, "offering_id": f"O{o}", "state": rng.choice(["in", "in", "out"])}
                for i in who
                for o in range(offerings)
                if some("locks", True, 0.12)
            ),
        ),
    }
    return tables(frames, _policy(rng, on, some))


def _person(rng: Random, key: str, some: Any) -> Row:
    return {
        "person_id": key,
        "unit_id": rng.choice(["U1", "U2"]),
        "place_id": rng.choice(["T0", "T1"]),
        "employment": rng.choice(["PNS", "PPPK"]),
        "position_kind": rng.choice([None, "pelaksana", "fungsional"]),
        "sex": rng.choice(["L", "P"]),
        "retires_on": some("retirement", dt.date(2027, 6, 30), 0.4),
        "jp_done": float(some("jp_max", rng.choice([10, 30]), 0.4, 0)),
        "jp_target": some("jp", 15.0, 0.3),
        "jp_max": some("jp_max", float(rng.choice([0, 12, 25])), 0.6),
    }


def _programme(rng: Random, k: int, every: list[str], some: Any) -> Row:
    return {
        "programme_id": every[k],
        "name": every[k],
        "form": "K3",
        "jp": float(rng.choice([0, 6, 10, 16])),
        "cost_per_person_idr": rng.randint(0, 30),
        "fund_id": some("funds", rng.choice(["F0", "F1"]), 0.8),
        "prerequisite_id": some("prerequisites", rng.choice(every[:k]), 0.6) if k else None,
        "connectivity": rng.choice(["none", "low", "good"]),
        "general": some("general", True, 0.3, False),
        "counts_to_max": some("counts_to_max", False, 0.4, True),
        "eligible_employment": some("eligibility", "PNS", 0.3),
        "eligible_position_kind": some("eligibility", "pelaksana;jpt", 0.3),
        "eligible_unit": some("eligibility", "U1", 0.3),
    }


def _offering(rng: Random, k: int, programme: str, some: Any) -> Row:
    dated = some("dates", True, 0.75, False)
    first = rng.randint(1, 3)
    last = min(4, first + rng.randint(0, 1))
    seats = some("seats", rng.randint(0, 2), 0.7) or some("seats", 1)
    return {
        "offering_id": f"O{k}",
        "programme_id": programme,
        "period": first if dated else None,
        "period_end": last if dated else None,
        "place_id": rng.choice([None, "T0", "T1"]) if dated else None,
        "days": rng.randint(0, 2),
        "seats_per_class": seats,
        "min_per_class": some("minima", rng.randint(0, 3 if seats is None else seats), 0.7, 0),
        "max_classes": some("seats", rng.randint(0, 2), 0.5, 1),
        "cost_per_class_idr": rng.randint(0, 40),
        "resource_id": some("resources", "R0", 0.7),
        "end_date": some("retirement", dt.date(2027, 8, 1), 0.6),
    }


def _budgets(rng: Random, on: Collection[str]) -> Iterator[Row]:
    if "total" in on:
        yield {"scope": "total", "amount_idr": rng.randint(0, 250)}
    if "funds" in on:
        yield {"scope": "fund", "id": "F0", "amount_idr": rng.randint(0, 150)}
    if "unit_budgets" in on:
        yield {"scope": "unit", "id": rng.choice(["U0", "U1"]), "amount_idr": rng.randint(0, 40)}
        yield {"scope": "unit", "id": "U2", "amount_idr": rng.randint(0, 40)}


def _policy(rng: Random, on: Collection[str], some: Any) -> Policy:
    floors = (
        EquityFloor("sex", "P", 0.7, 1.25),
        EquityFloor("zone", "Z1", 0.5, 0.75),
        EquityFloor("stream", "ethics", 0.6, 0.5),
    )
    return Policy(
        year=2027,
        periods=4,
        jp_target={"PNS": 20.0} if "jp" in on else {},
        jp_max={"PPPK": 24.0} if "jp_max" in on else {},
        max_programmes=some("max_programmes", rng.randint(0, 2), 0.8),
        points_per_jp_short=rng.choice([0.0625, 0.125]) if "jp" in on else 0.0,
        points_per_mandate_missed=1.5,
        max_absent_share=some("absence", 0.5),
        default_travel_idr=25,
        equity=floors if "equity" in on else (),
    )
