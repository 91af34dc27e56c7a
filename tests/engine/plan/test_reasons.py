"""The code of every person: held against plain loops over every date there is; what is said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from string import Formatter

import numpy as np
import polars as pl
import pytest

from asah.engine.plan.primal import Draft
from asah.engine.plan.problem import Problem, build
from asah.engine.plan.reasons import reason_codes
from asah.engine.plan.reference import PAGE, reference_page
from asah.engine.plan.sentences import reasons, texts
from asah.engine.plan.standing import prices_from_table
from asah.engine.tables import Policy, Tables
from engine.check.oracle import (
    Oracle,
    Pair,
    PriceKey,
    people_outcome,
    price_rows,
    random_prices,
    random_problem,
    tables,
)
from factories.problem import POLICY, table, tiny_problem

Prices = Mapping[PriceKey, float]
LISTS = (
    ("eligible_employment", "employment"),
    ("eligible_position_kind", "position_kind"),
    ("eligible_unit", "unit_id"),
)
LEVELS = {"none": 0, "low": 1, "good": 2}


def draft_of(problem: Problem, plan: list[Pair]) -> Draft:
    bundle = np.full((problem.people, max(1, len(plan))), -1, np.int64)
    size = np.zeros(problem.people, np.int64)
    for person, offering in plan:
        i = problem.person_id.index(person)
        bundle[i, size[i]] = problem.offering_id.index(offering)
        size[i] += 1
    return Draft(problem, bundle, size, np.zeros(problem.offerings))


def codes_of(problem: Tables, plan: list[Pair], prices: Prices) -> dict[str, tuple[str, str]]:
    p = build(problem)
    priced = prices_from_table(p, price_rows(prices), table("branches"))
    state, reason = reason_codes(draft_of(p, plan), priced, problem)
    return dict(zip(p.person_id, zip(state, reason, strict=True), strict=True))


# ---- the same, in the plainest words


@dataclass(frozen=True)
class Plainly:
    """Why a person who is given nothing is given nothing, from every date tried one by one."""

    oracle: Oracle
    plan: list[Pair]
    prices: Prices

    def reason(self, person: str) -> str:
        o = self.oracle
        free = [b for b in o.offerings if o.offerings[b]["max_classes"] and not o.own_rules(person, [b])]
        useful = [b for b in free if self.leads_to_points(person, b)]
        if not useful:
            barriers = [self.barrier(person, p) for p in self.serving(person)]
            return max(barriers, default=(0, "no_programme"))[1]
        payable = [b for b in useful if self.payable(person, b)]
        if not payable:
            return "no_money"
        worth = {b: self.value(person, [b]) for b in payable}
        good = {b: v for b, v in worth.items() if v > 1e-9 and self.points(person, [b]) > 1e-9}
        if not good and max(self.value(person, bundle) for bundle in o.bundles(person)) > 1e-9:
            good = {b: v for b, v in worth.items() if self.opens(person, b)}
        if not good:
            return "others_gain_more"
        return self.kept_from(person, max(good, key=lambda b: (good[b], -list(o.offerings).index(b))))

    def serving(self, person: str) -> list[str]:
        o = self.oracle
        wanted = {n["competency_id"] for n in o.needs if n["person_id"] == person}
        return [
            p
            for p, row in o.programmes.items()
            if any(g["competency_id"] in wanted for g in o.gains[p])
            or (person, p) in o.mandates
            or (row["general"] and o.jp_short(person, []) > 1e-9)
        ]

    def barrier(self, person: str, programme: str) -> tuple[int, str]:
        """How far a programme gets, at its best date, before something keeps it from the person."""
        o, i, p = self.oracle, self.oracle.people[person], self.oracle.programmes[programme]
        if (person, programme) in o.completed:
            return 1, "all_completed"
        if any(p[column] is not None and i[of] not in p[column].split(";") for column, of in LISTS):
            return 2, "not_eligible"
        dates = [b for b in o.offerings.values() if b["programme_id"] == programme and b["max_classes"]]
        return max((self.barrier_of_date(person, date) for date in dates), default=(3, "not_offered"))

    def barrier_of_date(self, person: str, date: dict[str, object]) -> tuple[int, str]:
        o, i = self.oracle, self.oracle.people[person]
        p = o.programmes[str(date["programme_id"])]
        home = o.places[i["place_id"]]["connectivity"]
        if date["place_id"] is None and home and LEVELS[home] < LEVELS[p["connectivity"]]:
            return 4, "unreachable_online"
        if i["retires_on"] and date["end_date"] and date["end_date"] > i["retires_on"]:
            return 5, "retires_first"
        most = i["jp_max"] if i["jp_max"] is not None else o.policy.jp_max.get(i["employment"], math.inf)
        if p["counts_to_max"] and p["jp"] + i["jp_done"] > most + 1e-9:
            return 6, "jp_ceiling_reached"
        if p["counts_to_max"] and o.policy.max_programmes == 0:
            return 7, "programmes_not_allowed"
        if o.locks.get((person, str(date["offering_id"]))) == "out":
            return 8, "locked_out"
        if p["prerequisite_id"] and (person, p["prerequisite_id"]) not in o.completed:
            return 9, "prerequisite_missing"
        return 10, "no_gain"

    def value(self, person: str, taken: list[str] | tuple[str, ...]) -> float:
        return self.oracle.bundle_value(person, taken, self.prices) - self.oracle.bundle_value(
            person, [], self.prices
        )

    def points(self, person: str, taken: list[str] | tuple[str, ...]) -> float:
        equity = {key: price for key, price in self.prices.items() if key[0] == "equity"}
        return self.oracle.bundle_value(person, taken, equity) - self.oracle.bundle_value(person, [], equity)

    def opens(self, person: str, offering: str) -> bool:
        """Whether something that may be taken and brings points asks for it first."""
        o = self.oracle
        return any(
            offering in bundle
            and len(bundle) > 1
            and 3 in o.own_rules(person, [b for b in bundle if b != offering])
            for bundle in o.bundles(person)
        )

    def leads_to_points(self, person: str, offering: str) -> bool:
        o = self.oracle
        bundles = [bundle for bundle in o.bundles(person) if offering in bundle]
        needed = [
            bundle
            for bundle in bundles
            if bundle == (offering,) or 3 in o.own_rules(person, [b for b in bundle if b != offering])
        ]
        return any(self.points(person, bundle) > 1e-9 for bundle in needed)

    def payable(self, person: str, offering: str) -> bool:
        o = self.oracle
        spent = o.spent([(person, offering)], {b: int(b == offering) for b in o.offerings})
        return all(spent.get(scope, 0) <= limit for scope, limit in o.budgets.items())

    def kept_from(self, person: str, offering: str) -> str:
        o, classes = self.oracle, self.oracle.fewest_classes(self.plan)
        if not classes[offering]:
            return "class_not_opened"
        broken = o.broken([*self.plan, (person, offering)], classes)
        names = {4: "class_full", 5: "absence_limit", 6: "money_spent"}
        return next((name for rule, name in names.items() if rule in broken), "place_left")


def unrewarded(prices: Prices) -> dict[PriceKey, float]:
    """As the planner makes them: nobody earns more towards a minimum than a seat costs."""
    return {
        (scope, id_, t): min(price, prices.get(("seats", id_, None), 0.0)) if scope == "minimum" else price
        for (scope, id_, t), price in prices.items()
    }


def random_reasons(seed: int) -> set[str]:
    """The reasons found for a random problem, each of them compared."""
    problem = random_problem(seed)
    oracle, prices = Oracle(problem), unrewarded(random_prices(problem, seed))
    plans = list(islice(oracle.plans(), 60))
    if not plans:
        return set()
    plan = plans[seed % len(plans)][0]
    found = codes_of(problem, plan, prices)
    states = dict(people_outcome(oracle, plan).select("person_id", "state").iter_rows())
    plainly = Plainly(oracle, plan, prices)
    for person, (state, reason) in found.items():
        assert state == states[person], (seed, person)
        right = {"planned": "planned", "exempt": "no_need"}.get(state) or plainly.reason(person)
        assert reason == right, (seed, person)
    return {reason for _, reason in found.values()}


def test_the_reason_of_every_person_is_what_plain_loops_find_and_every_code_is_found() -> None:
    seen = {reason for seed in range(80) for reason in random_reasons(seed)}
    assert seen | set(SELDOM) == set(reasons())


# ---- what a change of the input does to the reason


def tiny(**overrides: pl.DataFrame) -> Tables:
    return tables(tiny_problem(**overrides), Policy(**POLICY))


FULL: list[Pair] = [("P1", "O2"), ("P4", "O2"), ("P5", "O2")]


DEAR_ELSEWHERE: Prices = {("seats", o, None): 9.0 for o in ("O1", "O4", "O6")}
WITHOUT_WEIGHT = {
    "people": tiny_problem()["people"].with_columns(jp_target=pl.lit(0.0)),
    "needs": tiny_problem()["needs"].with_columns(weight=pl.lit(0.0)),
}
SPENT = {
    "offerings": tiny_problem()["offerings"].with_columns(seats_per_class=pl.lit(4, pl.Int64)),
    "budgets": table("budgets", {"scope": "fund", "id": "APBD", "amount_idr": 1_900_000}),
}

# Reasons that random problems have seldom: tables changed, policy changed, plan, prices, person.
SELDOM: Mapping[str, tuple[dict[str, pl.DataFrame], dict[str, int], list[Pair], Prices, str]] = {
    "programmes_not_allowed": ({}, {"max_programmes": 0}, [], {}, "P1"),
    "locked_out": (
        {"locks": table("locks", {"person_id": "P6", "offering_id": "O3", "state": "out"})},
        {},
        [],
        {},
        "P6",
    ),
    "no_gain": (WITHOUT_WEIGHT, {}, [], {}, "P6"),
    "money_spent": (SPENT, {}, FULL, DEAR_ELSEWHERE, "P3"),
}


@pytest.mark.parametrize("reason", SELDOM)
def test_a_reason_seldom_met_is_given_where_it_holds(reason: str) -> None:
    frames, policy, plan, prices, person = SELDOM[reason]
    problem = tables(tiny_problem(**frames), Policy(**{**POLICY, **policy}))
    found = codes_of(problem, plan, prices)[person]
    assert found == ("deferred", reason)
    assert Plainly(Oracle(problem), plan, prices).reason(person) == reason


def test_no_budget_at_all_is_no_money_and_what_costs_nothing_is_still_looked_at() -> None:
    found = codes_of(tiny(budgets=table("budgets", {"scope": "total", "amount_idr": 0})), [], {})
    assert found["P3"] == ("deferred", "no_money")
    # the online programme is free, and not opened in this plan
    assert found["P1"] == ("deferred", "class_not_opened")


def test_a_price_above_the_gain_is_others_gaining_more_and_a_price_below_it_a_full_class() -> None:
    found = {
        price: codes_of(tiny(), FULL, {("seats", o, None): price for o in ("O1", "O2", "O4", "O6")})
        for price in (1.0, 3.0)
    }
    assert found[1.0]["P3"] == ("deferred", "class_not_opened")
    assert found[3.0]["P3"] == ("deferred", "others_gain_more")
    assert codes_of(tiny(), FULL, DEAR_ELSEWHERE)["P3"] == ("deferred", "class_full")


def test_a_mandate_for_somebody_not_admitted_defers_and_does_not_exempt() -> None:
    people = tiny_problem()["people"].with_columns(jp_target=pl.when(pl.col("person_id") == "P6").then(0.0))
    frames = {
        "people": people,
        "needs": tiny_problem()["needs"].filter(pl.col("person_id") != "P6"),
        "mandates": table("mandates", {"person_id": "P6", "programme_id": "PROYEK2"}),
    }
    assert codes_of(tiny(**frames), [], {})["P6"] == ("deferred", "not_eligible")
    without = {**frames, "mandates": table("mandates")}
    assert codes_of(tiny(**without), [], {})["P6"] == ("exempt", "no_need")


def test_many_people_at_once_have_the_reasons_they_have_in_small_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = tiny()
    whole = codes_of(problem, FULL, {("total", "", None): 1e-6})
    monkeypatch.setattr("asah.engine.plan.reasons.BLOCK", 1)
    assert codes_of(problem, FULL, {("total", "", None): 1e-6}) == whole


# ---- the closed list


def test_a_reason_needs_no_facts_and_every_sentence_tells_the_same_in_both_languages() -> None:
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(template) if name}

    assert all(not names(entry["id"]) and not names(entry["en"]) for entry in reasons().values())
    for group in ("explain", "line", "word"):
        for code, entry in texts()[group].items():
            assert names(entry["id"]) == names(entry["en"]), code
    assert set(reasons()) & set(texts()["explain"]) == set()


def test_the_page_of_reasons_is_up_to_date() -> None:
    page = (Path(__file__).parents[3] / PAGE).read_text("utf-8")
    assert page == reference_page(), "run: python -m asah.engine.plan.reference > " + PAGE
