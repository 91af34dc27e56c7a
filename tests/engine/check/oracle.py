"""tables.md sections 2 and 3 read out in plain loops, and tiny problems small enough to try every plan."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl

from asah.engine.tables import SCHEMA, EquityFloor, Policy, Tables
from factories.problem import table

Pair = tuple[str, str]
Row = dict[str, Any]
PriceKey = tuple[str, str, int | None]
LEVELS = {"none": 0, "low": 1, "good": 2}


@dataclass(frozen=True)
class Oracle:
    problem: Tables

    @property
    def policy(self) -> Policy:
        assert self.problem.policy is not None
        return self.problem.policy

    def number(self, value: Any) -> float:
        return float(value)

    def rows(self, name: str) -> list[Row]:
        return self.problem[name].to_dicts()

    def keyed(self, name: str, key: str) -> dict[str, Row]:
        return {row[key]: row for row in self.rows(name)}

    @cached_property
    def people(self) -> dict[str, Row]:
        return self.keyed("people", "person_id")

    @cached_property
    def programmes(self) -> dict[str, Row]:
        return self.keyed("programmes", "programme_id")

    @cached_property
    def offerings(self) -> dict[str, Row]:
        return self.keyed("offerings", "offering_id")

    @cached_property
    def places(self) -> dict[str, Row]:
        return self.keyed("places", "place_id")

    @cached_property
    def units(self) -> dict[str, Row]:
        return self.keyed("units", "unit_id")

    @cached_property
    def completed(self) -> set[Pair]:
        return {(row["person_id"], row["programme_id"]) for row in self.rows("completed")}

    @cached_property
    def locks(self) -> dict[Pair, str]:
        return {(row["person_id"], row["offering_id"]): row["state"] for row in self.rows("locks")}

    @cached_property
    def needs(self) -> list[Row]:
        return self.rows("needs")

    @cached_property
    def gains(self) -> dict[str, list[Row]]:
        gains: dict[str, list[Row]] = {p: [] for p in self.programmes}
        for row in self.rows("programme_effects"):
            gains[row["programme_id"]].append(row)
        return gains

    @cached_property
    def mandates(self) -> dict[Pair, float]:
        points = self.policy.points_per_mandate_missed
        return {
            (m["person_id"], m["programme_id"]): points if m["points"] is None else m["points"]
            for m in self.rows("mandates")
        }

    @cached_property
    def budgets(self) -> dict[tuple[str, str], int]:
        return {(b["scope"], b["id"] or ""): b["amount_idr"] for b in self.rows("budgets")}

    @cached_property
    def capacity(self) -> dict[tuple[str, int], int]:
        return {(r["resource_id"], r["period"]): r["classes"] for r in self.rows("resources")}

    def programme(self, offering: str) -> str:
        return str(self.offerings[offering]["programme_id"])

    def periods(self, offering: str) -> range:
        o = self.offerings[offering]
        return range(0) if o["period"] is None else range(o["period"], o["period_end"] + 1)

    def in_group(self, floor: EquityFloor, need: Row) -> bool:
        if floor.column == "stream":
            stream = self.keyed("competencies", "competency_id")[need["competency_id"]]["stream"]
            return bool(stream == floor.value)
        person = self.people[need["person_id"]]
        if floor.column == "zone":
            return bool(self.places[person["place_id"]]["zone"] == floor.value)
        return bool(person[floor.column] == floor.value)

    # worth

    def closure(self, need: Row, taken: Iterable[str]) -> float:
        gained = sum(
            g["gain_levels"]
            for o in taken
            for g in self.gains[self.programme(o)]
            if g["competency_id"] == need["competency_id"]
        )
        return self.number(need["weight"] * min(need["gap_levels"], gained))

    def jp_short(self, person: str, taken: Iterable[str]) -> float:
        row = self.people[person]
        target = row["jp_target"]
        if target is None:
            target = self.policy.jp_target.get(row["employment"], 0)
        wanted = {n["competency_id"] for n in self.needs if n["person_id"] == person}
        counted = 0
        for o in taken:
            p = self.programme(o)
            touches = any(g["competency_id"] in wanted for g in self.gains[p])
            if touches or (person, p) in self.mandates or self.programmes[p]["general"]:
                counted += self.programmes[p]["jp"]
        return self.number(max(0, target - row["jp_done"] - counted))

    def missed(self, plan: Iterable[Pair]) -> set[Pair]:
        given = self.completed | {(i, self.programme(o)) for i, o in plan}
        return set(self.mandates) - given

    def worth(self, plan: Sequence[Pair]) -> float:
        taken = {i: [o for j, o in plan if j == i] for i in self.people}
        points = sum(self.closure(n, taken[n["person_id"]]) for n in self.needs)
        points -= self.policy.points_per_jp_short * sum(self.jp_short(i, taken[i]) for i in self.people)
        points -= sum(self.mandates[m] for m in self.missed(plan))
        for floor in self.policy.equity:
            group = [n for n in self.needs if self.in_group(floor, n)]
            need = sum(n["weight"] * n["gap_levels"] for n in group)
            closed = sum(self.closure(n, taken[n["person_id"]]) for n in group)
            points -= floor.points * max(0, floor.floor_share * need - closed)
        return float(points)

    # rules

    def may_take(self, person: str, offering: str) -> bool:
        i, o = self.people[person], self.offerings[offering]
        p = self.programmes[o["programme_id"]]
        lists = (
            ("eligible_employment", "employment"),
            ("eligible_position_kind", "position_kind"),
            ("eligible_unit", "unit_id"),
        )
        for column, of in lists:
            if p[column] is not None and i[of] not in p[column].split(";"):
                return False
        if (person, o["programme_id"]) in self.completed:
            return False
        if i["retires_on"] and o["end_date"] and o["end_date"] > i["retires_on"]:
            return False
        connection = self.places[i["place_id"]]["connectivity"]
        online = o["place_id"] is None
        return not (online and connection and LEVELS[connection] < LEVELS[p["connectivity"]])

    def own_rules(self, person: str, taken: Sequence[str]) -> set[int]:
        """Which of rules 1, 2, 3 and 7 the offerings ``taken`` by one person break."""
        broken = set()
        programmes = [self.programme(o) for o in taken]
        for o in taken:
            twice = programmes.count(self.programme(o)) > 1
            locked = self.locks.get((person, o)) == "in"
            if not locked and (twice or not self.may_take(person, o)):
                broken.add(1)
        if any(set(self.periods(a)) & set(self.periods(b)) for a, b in itertools.combinations(taken, 2)):
            broken.add(2)
        counted = [self.programmes[p] for p in programmes if self.programmes[p]["counts_to_max"]]
        if self.policy.max_programmes is not None and len(counted) > self.policy.max_programmes:
            broken.add(2)
        row = self.people[person]
        most = row["jp_max"] if row["jp_max"] is not None else self.policy.jp_max.get(row["employment"])
        if counted and most is not None and row["jp_done"] + sum(p["jp"] for p in counted) > most + 1e-9:
            broken.add(2)
        for o in taken:
            wanted = self.programmes[self.programme(o)]["prerequisite_id"]
            if wanted is None or (person, wanted) in self.completed:
                continue
            before = [b for b in taken if self.programme(b) == wanted]
            starts = self.offerings[o]["period"]
            if not any(
                self.offerings[b]["period"] is None
                or (starts is not None and self.offerings[b]["period_end"] < starts)
                for b in before
            ):
                broken.add(3)
        for (i, o), state in self.locks.items():
            if i == person and (o in taken) != (state == "in"):
                broken.add(7)
        return broken

    def fewest_classes(self, plan: Sequence[Pair]) -> dict[str, int]:
        classes = {}
        for o, row in self.offerings.items():
            enrolled = sum(1 for _, b in plan if b == o)
            seats = row["seats_per_class"]
            if not enrolled:
                classes[o] = 0
            elif seats is None:
                classes[o] = 1
            else:
                classes[o] = math.ceil(enrolled / seats) if seats else 10**6
        return classes

    def fare(self, person: str, offering: str) -> int:
        home, there = self.people[person]["place_id"], self.offerings[offering]["place_id"]
        if there is None or there == home:
            return 0
        for row in self.rows("travel"):
            if (row["from_place_id"], row["to_place_id"]) == (home, there):
                return int(row["cost_idr"] + self.offerings[offering]["days"] * row["per_day_idr"])
        assert self.policy.default_travel_idr is not None
        return self.policy.default_travel_idr

    def payer(self, unit: str | None) -> str | None:
        while unit is not None and ("unit", unit) not in self.budgets:
            unit = self.units[unit]["parent_id"]
        return unit

    def spent(self, plan: Sequence[Pair], classes: Mapping[str, int]) -> dict[tuple[str, str], int]:
        bills: list[tuple[list[tuple[str, str]], int]] = []
        for o, y in classes.items():
            fund = self.programmes[self.programme(o)]["fund_id"]
            bills.append(([("fund", fund)] if fund else [], y * self.offerings[o]["cost_per_class_idr"]))
        for i, o in plan:
            programme = self.programmes[self.programme(o)]
            fund, payer = programme["fund_id"], self.payer(self.people[i]["unit_id"])
            bills.append(([("fund", fund)] if fund else [], programme["cost_per_person_idr"]))
            bills.append(([("unit", payer)] if payer else [], self.fare(i, o)))
        paid: dict[tuple[str, str], int] = {("total", ""): 0}
        for scopes, amount in bills:
            for scope in [*scopes, ("total", "")]:
                paid[scope] = paid.get(scope, 0) + amount
        return paid

    def absent_limit(self, unit: str) -> float:
        row = self.units[unit]
        if row["max_absent_people"] is not None:
            return int(row["max_absent_people"])
        share = row["max_absent_share"]
        share = self.policy.max_absent_share if share is None else share
        size = sum(1 for person in self.people.values() if person["unit_id"] == unit)
        return math.inf if share is None else math.ceil(share * size - 1e-9)

    def broken(self, plan: Sequence[Pair], classes: Mapping[str, int]) -> set[int]:
        """The numbers of the rules that the plan breaks."""
        broken: set[int] = set()
        for i in self.people:
            broken |= self.own_rules(i, [o for j, o in plan if j == i])
        for o, row in self.offerings.items():
            y, enrolled = classes[o], sum(1 for _, b in plan if b == o)
            seats = row["seats_per_class"]
            most = row["max_classes"] if seats is not None else min(1, row["max_classes"])
            room = len(self.people) if seats is None else seats
            if not (row["min_per_class"] * y <= enrolled <= room * y and 0 <= y <= most):
                broken.add(4)
        for (resource, period), limit in self.capacity.items():
            held = [o for o, r in self.offerings.items() if r["resource_id"] == resource]
            if sum(classes[o] for o in held if period in self.periods(o)) > limit:
                broken.add(4)
        for unit in self.units:
            for period in range(1, self.policy.periods + 1):
                away = {i for i, o in plan if period in self.periods(o) and self.people[i]["unit_id"] == unit}
                if len(away) > self.absent_limit(unit):
                    broken.add(5)
        paid = self.spent(plan, classes)
        if any(paid.get(scope, 0) > limit for scope, limit in self.budgets.items()):
            broken.add(6)
        return broken

    def bundles(self, person: str) -> Iterator[tuple[str, ...]]:
        for size in range(len(self.offerings) + 1):
            for taken in itertools.combinations(self.offerings, size):
                if not self.own_rules(person, taken):
                    yield taken

    def plans(self) -> Iterator[tuple[list[Pair], dict[str, int]]]:
        """Every plan that obeys the rules, with the fewest classes that hold it (nothing else is cheaper)."""
        of_person = [[[(i, o) for o in taken] for taken in self.bundles(i)] for i in self.people]
        for parts in itertools.product(*of_person):
            plan = [pair for part in parts for pair in part]
            classes = self.fewest_classes(plan)
            if not self.broken(plan, classes):
                yield plan, classes

    # the bound

    def bundle_value(self, person: str, taken: Sequence[str], prices: Mapping[PriceKey, float]) -> float:
        value = -self.policy.points_per_jp_short * self.jp_short(person, taken)
        for need in self.needs:
            if need["person_id"] == person:
                floors = [f for f in self.policy.equity if self.in_group(f, need)]
                times = 1 + sum(prices.get(("equity", f"{f.column}={f.value}", None), 0) for f in floors)
                value += times * self.closure(need, taken)
        given = {self.programme(o) for o in taken}
        for (i, p), points in self.mandates.items():
            if i == person and p in given and (i, p) not in self.completed:
                value += points
        unit = self.people[person]["unit_id"]
        total = prices.get(("total", "", None), 0)
        for o in taken:
            programme = self.programmes[self.programme(o)]
            fund = prices.get(("fund", programme["fund_id"] or "", None), 0)
            payer = prices.get(("unit", self.payer(unit) or "", None), 0)
            value -= prices.get(("seats", o, None), 0) - prices.get(("minimum", o, None), 0)
            value -= (total + fund) * programme["cost_per_person_idr"]
            value -= (total + payer) * self.fare(person, o)
            value -= sum(prices.get(("absence", unit, t), 0) for t in self.periods(o))
        return self.number(value)

    def bound(
        self,
        prices: Mapping[PriceKey, float],
        between: Mapping[str, tuple[int, int]] | None = None,
    ) -> float:
        value = self.number(0)
        for i in self.people:
            values = [self.bundle_value(i, taken, prices) for taken in self.bundles(i)]
            value += max(values, default=-math.inf)
        total = prices.get(("total", "", None), 0)
        for o, row in self.offerings.items():
            fund = self.programmes[row["programme_id"]]["fund_id"] or ""
            seats = len(self.people) if row["seats_per_class"] is None else row["seats_per_class"]
            one = prices.get(("seats", o, None), 0) * seats
            one -= prices.get(("minimum", o, None), 0) * row["min_per_class"]
            one -= (total + prices.get(("fund", fund, None), 0)) * row["cost_per_class_idr"]
            for t in self.periods(o):
                one -= prices.get(("resource", row["resource_id"] or "", t), 0)
            low, high = (between or {}).get(o, (0, row["max_classes"]))
            value += max(y * one for y in range(low, high + 1))
        for (scope, id_, period), price in prices.items():
            if scope in ("total", "fund", "unit"):
                value += price * self.budgets[scope, id_]
            elif scope == "absence":
                value += price * self.absent_limit(id_)
            elif scope == "resource":
                assert period is not None
                value += price * self.capacity[id_, period]
            elif scope == "equity":
                floor = next(f for f in self.policy.equity if f"{f.column}={f.value}" == id_)
                group = [n for n in self.needs if self.in_group(floor, n)]
                value -= price * floor.floor_share * sum(n["weight"] * n["gap_levels"] for n in group)
        return value - sum(points for m, points in self.mandates.items() if m not in self.completed)


@dataclass(frozen=True)
class Exact(Oracle):
    """The same in rational numbers, which lose nothing however large they are."""

    def number(self, value: Any) -> float:
        return cast(float, Fraction(value))

    def rows(self, name: str) -> list[Row]:
        return [
            {key: self.number(cell) if isinstance(cell, float) else cell for key, cell in row.items()}
            for row in super().rows(name)
        ]

    @property
    def policy(self) -> Policy:
        policy, number = super().policy, self.number
        floors = tuple(
            EquityFloor(floor.column, floor.value, number(floor.floor_share), number(floor.points))
            for floor in policy.equity
        )
        return replace(
            policy,
            jp_target={key: number(jp) for key, jp in policy.jp_target.items()},
            points_per_jp_short=number(policy.points_per_jp_short),
            points_per_mandate_missed=number(policy.points_per_mandate_missed),
            equity=floors,
        )


# Tiny problems


def tables(frames: Mapping[str, pl.DataFrame], policy: Policy, sha256: str = "sidik") -> Tables:
    every = {name: frames.get(name, spec.empty()) for name, spec in SCHEMA.items() if "plan" in spec.used_by}
    return Tables(frames=every, policy=policy, findings=(), counts={}, sha256=sha256)


def random_problem(seed: int, people: int = 3, offerings: int = 4) -> Tables:
    """A tiny problem in which every rule can matter; two of three seeds have locks."""
    rng = np.random.default_rng(seed)

    def maybe(chance: float, value: Any) -> Any:
        return value if rng.random() < chance else None

    persons = [f"P{k}" for k in range(people)]
    programmes = [f"G{k}" for k in range(max(2, offerings - 1))]
    offers = [f"O{k}" for k in range(offerings)]
    topics, units, towns = ["K0", "K1", "K2"], ["U0", "U1", "U2"], ["T0", "T1"]
    employments, kinds = ["PNS", "PPPK"], ["pelaksana", "fungsional"]
    frames = {
        "people": table(
            "people",
            *(
                {
                    "person_id": i,
                    "unit_id": str(rng.choice(units[1:])),
                    "place_id": str(rng.choice(towns)),
                    "employment": str(rng.choice(employments)),
                    "position_kind": maybe(0.8, str(rng.choice(kinds))),
                    "sex": str(rng.choice(["L", "P"])),
                    "retires_on": maybe(0.2, dt.date(2027, 6, 30)),
                    "jp_done": float(rng.choice([0, 0, 10, 30])),
                    "jp_target": maybe(0.3, 15.0),
                    "jp_max": maybe(0.3, float(rng.choice([12, 25]))),
                }
                for i in persons
            ),
        ),
        "units": table(
            "units",
            {"unit_id": "U0", "name": "Dinas"},
            {"unit_id": "U1", "name": "Bidang", "parent_id": "U0", "max_absent_people": maybe(0.4, 1)},
            {"unit_id": "U2", "name": "UPT", "parent_id": "U0", "max_absent_share": maybe(0.4, 0.5)},
        ),
        "places": table(
            "places",
            {"place_id": "T0", "name": "Kota", "zone": "Z0", "connectivity": "good"},
            {"place_id": "T1", "name": "Pulau", "zone": "Z1", "connectivity": maybe(0.7, "none")},
        ),
        "travel": table(
            "travel",
            {"from_place_id": "T0", "to_place_id": "T1", "cost_idr": 30, "per_day_idr": 10},
        ),
        "competencies": table(
            "competencies",
            *(
                {"competency_id": c, "name": c, "stream": s}
                for c, s in zip(topics, ["competency", "ethics", None], strict=True)
            ),
        ),
        "needs": table(
            "needs",
            *(
                {
                    "person_id": i,
                    "competency_id": c,
                    "gap_levels": float(rng.uniform(0.3, 1.5)),
                    "weight": float(rng.uniform(0.0, 3.0)),
                }
                for i in persons
                for c in topics
                if rng.random() < 0.6
            ),
        ),
        "programmes": table(
            "programmes",
            *(
                {
                    "programme_id": p,
                    "name": p,
                    "form": "K3",
                    "jp": float(rng.choice([6, 10, 16])),
                    "cost_per_person_idr": int(rng.integers(0, 30)),
                    "fund_id": maybe(0.7, str(rng.choice(["F0", "F1"]))),
                    "prerequisite_id": maybe(0.4, programmes[k - 1]) if k else None,
                    "connectivity": str(rng.choice(["none", "low", "good"])),
                    "general": bool(rng.random() < 0.2),
                    "counts_to_max": bool(rng.random() < 0.8),
                    "eligible_employment": maybe(0.2, "PNS"),
                    "eligible_position_kind": maybe(0.2, "pelaksana;jpt"),
                    "eligible_unit": maybe(0.2, "U1"),
                }
                for k, p in enumerate(programmes)
            ),
        ),
        "programme_effects": table(
            "programme_effects",
            *(
                {"programme_id": p, "competency_id": c, "gain_levels": float(rng.uniform(0.2, 1.0))}
                for p in programmes
                for c in topics
                if rng.random() < 0.5
            ),
        ),
        "offerings": table(
            "offerings",
            *(_random_offering(rng, o, str(rng.choice(programmes))) for o in offers),
        ),
        "resources": table(
            "resources",
            *({"resource_id": "R0", "period": t, "classes": int(rng.integers(0, 3))} for t in (1, 2, 3)),
        ),
        "mandates": table(
            "mandates",
            *(
                {"person_id": i, "programme_id": p, "points": maybe(0.5, 2.5)}
                for i in persons
                for p in programmes
                if rng.random() < 0.2
            ),
        ),
        "completed": table(
            "completed",
            *(
                {"person_id": i, "programme_id": p}
                for i in persons
                for p in programmes
                if rng.random() < 0.15
            ),
        ),
        "budgets": table(
            "budgets",
            {"scope": "total", "amount_idr": int(rng.integers(20, 250))},
            {"scope": "fund", "id": "F0", "amount_idr": int(rng.integers(20, 150))},
            {"scope": "unit", "id": str(rng.choice(["U0", "U1"])), "amount_idr": int(rng.integers(0, 80))},
        ),
    }
    if seed % 3:
        pairs = [(i, o) for i in persons for o in offers if rng.random() < 0.15]
        rows = [{"person_id": i, "offering_id": o, "state": str(rng.choice(["in", "out"]))} for i, o in pairs]
        frames["locks"] = table("locks", *rows)
    policy = Policy(
        year=2027,
        periods=4,
        jp_target={"PNS": 20.0},
        jp_max={"PPPK": 24.0},
        max_programmes=maybe(0.7, int(rng.integers(1, 3))),
        points_per_jp_short=float(rng.choice([0.0, 0.05])),
        points_per_mandate_missed=1.5,
        max_absent_share=maybe(0.5, 0.5),
        default_travel_idr=25,
        equity=(
            EquityFloor("sex", "P", 0.7, 1.2),
            EquityFloor("zone", "Z1", 0.5, 0.8),
            EquityFloor("stream", "ethics", 0.6, 0.5),
        ),
    )
    return tables(frames, policy)


def _random_offering(rng: np.random.Generator, key: str, programme: str) -> Row:
    dated = rng.random() < 0.75
    first = int(rng.integers(1, 4))
    last = min(4, first + int(rng.integers(0, 2)))
    seats = int(rng.integers(1, 3)) if rng.random() < 0.7 else None
    return {
        "offering_id": key,
        "programme_id": programme,
        "period": first if dated else None,
        "period_end": last if dated else None,
        "place_id": str(rng.choice(["T0", "T1"])) if dated and rng.random() < 0.7 else None,
        "days": int(rng.integers(0, 3)),
        "seats_per_class": seats,
        "min_per_class": int(rng.integers(0, (seats or 2) + 1)),
        "max_classes": int(rng.integers(1, 3)),
        "cost_per_class_idr": int(rng.integers(0, 40)),
        "resource_id": "R0" if dated and rng.random() < 0.5 else None,
        "end_date": dt.date(2027, 8, 1) if rng.random() < 0.5 else None,
    }


def random_prices(problem: Tables, seed: int) -> dict[PriceKey, float]:
    """Prices of about the size that money and seats have in a tiny problem; half of them 0."""
    rng, oracle = np.random.default_rng(seed), Oracle(problem)
    keys: list[tuple[PriceKey, float]] = [((scope, id_, None), 0.02) for scope, id_ in oracle.budgets]
    keys += [((scope, o, None), 0.5) for scope in ("seats", "minimum") for o in oracle.offerings]
    keys += [
        (("absence", u, t), 0.4)
        for u in oracle.units
        if math.isfinite(oracle.absent_limit(u))
        for t in range(1, oracle.policy.periods + 1)
    ]
    keys += [(("resource", r, t), 0.4) for r, t in oracle.capacity]
    keys += [(("equity", f"{f.column}={f.value}", None), f.points) for f in oracle.policy.equity]
    return {key: float(rng.uniform(0, size)) for key, size in keys if rng.random() < 0.5}


# Plans as folders


def summary(oracle: Oracle, plan: Sequence[Pair], classes: Mapping[str, int], bound: float) -> Row:
    taken = {i: [o for j, o in plan if j == i] for i in oracle.people}
    objective, nothing = oracle.worth(plan), oracle.worth([])
    paid: dict[str, Any] = {"total": 0, "fund": {}, "unit": {}}
    for (scope, id_), amount in oracle.spent(plan, classes).items():
        if scope == "total":
            paid["total"] = amount
        else:
            paid[scope][id_] = amount
    states = list(people_outcome(oracle, plan)["state"])
    return {
        "status": "gap_reached",
        "objective": objective,
        "bound": bound,
        "bound_by": "prices",
        "gap": (bound - objective) / (bound - nothing) if bound > nothing else 0.0,
        "worth_of_nothing": nothing,
        "closed_points": sum(oracle.closure(n, taken[n["person_id"]]) for n in oracle.needs),
        "need_points": sum(n["weight"] * n["gap_levels"] for n in oracle.needs),
        "spent_idr": paid,
        "people": {state: states.count(state) for state in ("planned", "deferred", "exempt")},
        "classes": sum(classes.values()),
        "jp_short_people": sum(oracle.jp_short(i, taken[i]) > 0 for i in oracle.people),
        "mandates_missed": len(oracle.missed(plan)),
        "warnings": [],
        "seed": 0,
        "engine_version": "0",
        "input_sha256": oracle.problem.sha256,
        "seconds": {"prices": 0.5},
        "peak_mb": {"prices": 300.0},
    }


def people_outcome(oracle: Oracle, plan: Sequence[Pair]) -> pl.DataFrame:
    rows = []
    for i in oracle.people:
        taken = [o for j, o in plan if j == i]
        needs = [n for n in oracle.needs if n["person_id"] == i]
        due = needs or oracle.jp_short(i, []) > 0 or any(j == i for j, _ in oracle.missed([]))
        rows.append(
            {
                "person_id": i,
                "state": "planned" if taken else "deferred" if due else "exempt",
                "reason": "planned" if taken else "others_gain_more" if due else "no_need",
                "jp_planned": sum(oracle.programmes[oracle.programme(o)]["jp"] for o in taken),
                "closure_points": sum(oracle.closure(n, taken) for n in needs),
                "need_points": sum(n["weight"] * n["gap_levels"] for n in needs),
            }
        )
    return table("people_outcome", *rows)


def class_rows(oracle: Oracle, plan: Sequence[Pair], classes: Mapping[str, int]) -> pl.DataFrame:
    rows = []
    for o, y in classes.items():
        row, enrolled = oracle.offerings[o], sum(1 for _, b in plan if b == o)
        if y:
            per_person = oracle.programmes[row["programme_id"]]["cost_per_person_idr"]
            seats = row["seats_per_class"]
            rows.append(
                {
                    "offering_id": o,
                    "classes": y,
                    "enrolled": enrolled,
                    "seats": None if seats is None else seats * y,
                    "cost_idr": row["cost_per_class_idr"] * y + per_person * enrolled,
                }
            )
    return table("classes", *rows)


def enrolment_rows(oracle: Oracle, plan: Sequence[Pair]) -> pl.DataFrame:
    locked = {pair for pair, state in oracle.locks.items() if state == "in"}
    return table(
        "enrolments",
        *({"person_id": i, "offering_id": o, "locked": (i, o) in locked} for i, o in plan),
    )


def price_rows(prices: Mapping[PriceKey, float], branch: str | None = None) -> pl.DataFrame:
    return table(
        "prices",
        *(
            {"scope": scope, "id": id_ or None, "period": period, "price": price, "branch": branch}
            for (scope, id_, period), price in prices.items()
        ),
    )


@dataclass(frozen=True)
class PlanFiles:
    """The files of a plan before they are written; a test changes one thing and writes."""

    frames: Mapping[str, pl.DataFrame]
    summary: Row

    def with_frame(self, name: str, frame: pl.DataFrame) -> PlanFiles:
        return replace(self, frames={**self.frames, name: frame})

    def with_cell(self, name: str, row: int, column: str, value: Any) -> PlanFiles:
        cells = self.frames[name][column].to_list()
        cells[row] = value
        kind = self.frames[name].schema[column]
        return self.with_frame(name, self.frames[name].with_columns(pl.Series(column, cells, kind)))

    def with_entry(self, key: str, value: Any) -> PlanFiles:
        return replace(self, summary={**self.summary, key: value})

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in self.frames.items():
            frame.write_parquet(folder / f"{name}.parquet")
        (folder / "summary.json").write_text(json.dumps(self.summary), "utf-8")
        return folder


def plan_files(
    problem: Tables, plan: Sequence[Pair], prices: Mapping[PriceKey, float] | None = None
) -> PlanFiles:
    """A plan that is right in every number."""
    oracle, prices = Oracle(problem), prices or {}
    classes = oracle.fewest_classes(plan)
    frames = {
        "enrolments": enrolment_rows(oracle, plan),
        "classes": class_rows(oracle, plan, classes),
        "people_outcome": people_outcome(oracle, plan),
        "prices": price_rows(prices),
    }
    return PlanFiles(frames, summary(oracle, plan, classes, oracle.bound(prices)))
