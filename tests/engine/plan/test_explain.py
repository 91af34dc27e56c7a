"""What is said about people and offerings: held against plain loops, and the sentences themselves."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine.errors import CallError
from asah.engine.plan import Options, make_plan
from asah.engine.plan.explain import (
    Explanation,
    Sentence,
    about_offering,
    about_person,
    explain_offering,
    explain_person,
    prices_from_table,
    read_standing,
)
from asah.engine.plan.problem import build
from asah.engine.plan.sentences import decimal, setting, texts, written
from asah.engine.tables import OutputFolder, Policy, Tables
from engine.check.oracle import (
    Oracle,
    Pair,
    PriceKey,
    plan_files,
    price_rows,
    random_prices,
    random_problem,
    tables,
)
from factories.problem import POLICY, table, tiny_problem

SEEDS = range(40)
NEAR = 1e-6
Prices = Mapping[PriceKey, float]

RULES = {
    "completed_already": 1,
    "not_admitted": 1,
    "ends_after_retirement": 1,
    "network_too_weak": 1,
    "clash": 2,
    "most_programmes": 2,
    "over_jp_ceiling": 2,
    "needs_first": 3,
    "needs_first_earlier": 3,
    "date_not_opened": 4,
    "date_full": 4,
    "unit_away": 5,
    "total_spent": 6,
    "fund_spent": 6,
    "unit_budget_spent": 6,
    "kept_out_by_hand": 7,
}
OF_EVERY_DATE = {"completed_already", "not_admitted", "no_date"}
ON_TOP = ("would_bring", "nothing_in_the_way", "costs_more")


@dataclass(frozen=True)
class World:
    """A tiny problem, a plan that obeys every rule, arbitrary prices, and all there is to say about it."""

    seed: int
    problem: Tables
    oracle: Oracle
    plan: tuple[Pair, ...]
    classes: Mapping[str, int]
    prices: Prices
    of_person: Mapping[str, Explanation]
    of_pair: Mapping[Pair, Explanation]
    of_offering: Mapping[str, Explanation]

    def taken(self, person: str) -> list[str]:
        return [o for i, o in self.plan if i == person]

    def value(self, person: str, taken: Sequence[str], prices: Prices | None = None) -> float:
        return self.oracle.bundle_value(person, taken, self.prices if prices is None else prices)

    def can_be_held(self, offering: str) -> bool:
        """Whether rule 1 or a lock lets as many people in as a class asks for."""
        o = self.oracle
        come = [i for i in o.people if o.may_take(i, offering) or o.locks.get((i, offering)) == "in"]
        return len(come) >= (o.offerings[offering]["min_per_class"] or 0)

    def bundles(self, person: str) -> Iterator[tuple[str, ...]]:
        """What the person may take, of classes that can be held."""
        for bundle in self.oracle.bundles(person):
            if all(self.can_be_held(o) or self.oracle.locks.get((person, o)) == "in" for o in bundle):
                yield bundle

    def best(self, person: str, programme: str | None = None, *, holding: bool = True) -> float:
        """Value of the best of these bundles at the prices, with (or without) a programme."""
        o = self.oracle
        bundles = [
            bundle
            for bundle in self.bundles(person)
            if programme is None or (programme in {o.programme(b) for b in bundle}) == holding
        ]
        return max((self.value(person, bundle) for bundle in bundles), default=-math.inf)

    def with_fee(self, programme: str, fee: int) -> World:
        frame = self.problem["programmes"].with_columns(
            pl.when(pl.col("programme_id") == programme)
            .then(pl.lit(fee))
            .otherwise("cost_per_person_idr")
            .alias("cost_per_person_idr")
        )
        problem = replace(self.problem, frames={**self.problem.frames, "programmes": frame})
        return replace(self, problem=problem, oracle=Oracle(problem))

    def before_seat(self, person: str, offering: str, without: Sequence[str], with_: Sequence[str]) -> float:
        seat = self.prices.get(("seats", offering, None), 0.0)
        seat -= self.prices.get(("minimum", offering, None), 0.0)
        return self.value(person, with_) - self.value(person, without) + seat

    def left_without(self, person: str, offering: str) -> list[str]:
        """A person's bundle without an offering and whatever then lacks what must come first."""
        left = [o for o in self.taken(person) if o != offering]
        while True:
            kept = [o for o in left if self._has_first(person, o, left)]
            if kept == left:
                return left
            left = kept

    def _has_first(self, person: str, offering: str, left: Sequence[str]) -> bool:
        wanted = self.oracle.programmes[self.oracle.programme(offering)]["prerequisite_id"]
        held = {self.oracle.programme(o) for o in left}
        return wanted is None or wanted in held or (person, wanted) in self.oracle.completed

    def candidates(self, offering: str) -> dict[str, float]:
        """People who may take an offering on top of what they have, with a worth above 0 before the seat."""
        found = {}
        for i in self.oracle.people:
            taken = self.taken(i)
            held = {self.oracle.programme(o) for o in taken}
            if self.oracle.programme(offering) in held or self.oracle.own_rules(i, [*taken, offering]):
                continue
            worth = self.before_seat(i, offering, taken, [*taken, offering])
            if worth > 1e-9:
                found[i] = worth
        return found


def a_plan(oracle: Oracle, seed: int) -> tuple[list[Pair], dict[str, int]] | None:
    """One of the fuller plans among the first hundred or so, where there is any."""
    plans = sorted(islice(oracle.plans(), 120), key=lambda found: len(found[0]))
    return plans[-1 - seed % 3 * (len(plans) // 6)] if plans else None


def unrewarded(prices: Prices) -> Prices:
    """As the planner makes them: nobody earns more towards a minimum than a seat costs."""
    return {
        (scope, id_, t): min(price, prices.get(("seats", id_, None), 0.0)) if scope == "minimum" else price
        for (scope, id_, t), price in prices.items()
    }


def explained(folder: Path, problem: Tables, plan: Sequence[Pair], prices: Prices, seed: int = 0) -> World:
    oracle = Oracle(problem)
    files = plan_files(problem, plan, prices)
    files = files.with_frame(
        "people_outcome", files.frames["people_outcome"].with_columns(reason=pl.lit("planned"))
    )
    standing = read_standing(problem, files.write(folder))
    return World(
        seed=seed,
        problem=problem,
        oracle=oracle,
        plan=tuple(plan),
        classes=oracle.fewest_classes(plan),
        prices=prices,
        of_person={i: about_person(standing, i) for i in oracle.people},
        of_pair={(i, p): about_person(standing, i, p) for i in oracle.people for p in oracle.programmes},
        of_offering={o: about_offering(standing, o) for o in oracle.offerings},
    )


def tiny(**overrides: pl.DataFrame) -> Tables:
    return tables(tiny_problem(**overrides), Policy(**POLICY))


def changed(name: str, key: str, **cells: Any) -> pl.DataFrame:
    """A table of the tiny problem with some cells of the row ``key`` changed."""
    frame = tiny_problem()[name]
    here = pl.col(frame.columns[0]) == key
    return frame.with_columns(
        pl.when(here).then(pl.lit(value, frame.schema[column])).otherwise(column).alias(column)
        for column, value in cells.items()
    )


# Plans of the tiny problem that show what random ones show seldom: tables changed, plan, prices.
BUILT: Mapping[str, tuple[Tables, list[Pair], Prices]] = {
    "a full class": (
        tiny(),
        [("P1", "O2"), ("P4", "O2"), ("P5", "O2"), ("P1", "O3"), ("P6", "O3")],
        {("total", "", None): 1e-6, ("fund", "APBD", None): 2e-7, ("unit", "DINKES", None): 5e-7},
    ),
    "seats left": (
        tiny(),
        [("P1", "O2"), ("P4", "O4")],
        {("seats", "O2", None): 0.5, ("seats", "O4", None): 6.0},
    ),
    "a fund that is spent": (
        tiny(
            offerings=changed("offerings", "O2", seats_per_class=4),
            budgets=table("budgets", {"scope": "fund", "id": "APBD", "amount_idr": 1_900_000}),
        ),
        [("P1", "O2"), ("P4", "O2"), ("P5", "O2")],
        {("fund", "APBD", None): 1e-6},
    ),
    "dear money": (
        tiny(offerings=changed("offerings", "O5", max_classes=0)),
        [("P4", "O2"), ("P5", "O2")],
        {("total", "", None): 2.5e-6, ("absence", "PKM", 5): 0.3, ("seats", "O5", None): 50.0},
    ),
    "one instead of another": (
        tiny(
            programme_effects=pl.concat(
                [
                    tiny_problem()["programme_effects"],
                    table(
                        "programme_effects",
                        {"programme_id": "PROYEK1", "competency_id": "LAYANAN", "gain_levels": 1.0},
                    ),
                ]
            )
        ),
        [("P1", "O2"), ("P4", "O2")],
        {("seats", "O2", None): 2.0, ("seats", "O4", None): 1.9},
    ),
}


def many_units() -> tuple[Tables, list[Pair], Prices]:
    """Twelve units with one person each, all in the same online programme."""
    units = [{"unit_id": f"U{k:02}", "name": f"Unit {k}"} for k in range(12)]
    people = [
        {"person_id": f"A{k:02}", "unit_id": u["unit_id"], "place_id": "KOTA", "employment": "PNS"}
        for k, u in enumerate(units)
    ]
    frames = {
        "units": table("units", *units),
        "people": table("people", *people),
        "needs": table("needs"),
        "mandates": table("mandates"),
        "completed": table("completed"),
        "budgets": table("budgets"),
    }
    return tiny(**frames), [(str(person["person_id"]), "O3") for person in people], {}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[World]:
    found = [
        explained(tmp_path_factory.mktemp("plan"), problem, plan, prices, -number)
        for number, (problem, plan, prices) in enumerate([*BUILT.values(), many_units()])
    ]
    for seed in SEEDS:
        problem = random_problem(seed)
        chosen = a_plan(Oracle(problem), seed)
        if chosen is not None:
            prices = unrewarded(random_prices(problem, seed))
            found.append(explained(tmp_path_factory.mktemp("plan"), problem, chosen[0], prices, seed))
    assert len(found) > 30
    return found


def said(explanations: Mapping[Any, Explanation], *codes: str) -> Iterator[tuple[Any, Sentence]]:
    for key, explanation in explanations.items():
        for sentence in explanation.sentences:
            if sentence.code in codes:
                yield key, sentence


# ---- what stands in the way


def test_every_barrier_told_is_a_rule_broken_and_every_rule_broken_is_told(worlds: list[World]) -> None:
    seen = 0
    for w in worlds:
        for (person, programme), explanation in w.of_pair.items():
            taken = w.taken(person)
            if programme in {w.oracle.programme(o) for o in taken}:
                continue
            for o in w.oracle.offerings:
                if w.oracle.programme(o) != programme:
                    continue
                told = {
                    RULES[s.code]
                    for s in explanation.sentences
                    if s.code in RULES and s.facts.get("offering", o) == o
                }
                broken = w.oracle.broken([*w.plan, (person, o)], w.classes)
                if OF_EVERY_DATE & {s.code for s in explanation.sentences}:  # then nothing else matters
                    broken &= {1}
                assert told == broken, (w.seed, person, o)
                seen += 1
    assert seen > 100


def test_a_barrier_of_money_tells_what_is_left_and_what_is_needed(worlds: list[World]) -> None:
    scopes = {"total_spent": "total", "fund_spent": "fund", "unit_budget_spent": "unit"}
    seen = set()
    for w in worlds:
        spent = w.oracle.spent(w.plan, w.classes)
        for (person, programme), s in said(w.of_pair, *scopes):
            scope = scopes[s.code]
            id_ = s.facts.get(scope, "")
            assert s.facts["left_idr"] == w.oracle.budgets[scope, id_] - spent.get((scope, id_), 0)
            fee = w.oracle.programmes[programme]["cost_per_person_idr"]
            trip = w.oracle.fare(person, s.facts["offering"])
            assert s.facts["needed_idr"] == {"total": fee + trip, "fund": fee, "unit": trip}[scope]
            seen.add(s.code)
    assert seen == set(scopes)


def test_an_exchange_told_obeys_the_rules_of_the_person_and_changes_the_worth_as_told(
    worlds: list[World],
) -> None:
    seen = set()
    for w in worlds:
        for (person, _), s in said(w.of_pair, "swap_gains", "swap_loses"):
            taken = w.taken(person)
            after = [*(o for o in taken if o not in s.facts["others"]), s.facts["offering"]]
            assert w.oracle.own_rules(person, after) == set(), (w.seed, person, after)
            change = w.value(person, after) - w.value(person, taken)
            assert change == pytest.approx(
                s.facts["gain"] if s.code == "swap_gains" else -s.facts["loss"], abs=NEAR
            )
            seen.add(s.code)
    assert seen == {"swap_gains", "swap_loses"}


# ---- what things bring and use


def test_what_more_would_bring_and_use_is_the_change_in_worth_at_the_prices(worlds: list[World]) -> None:
    seen = set()
    for w in worlds:
        equity = {key: price for key, price in w.prices.items() if key[0] == "equity"}
        for (person, _), s in said({**w.of_pair}, *ON_TOP, "brings_nothing"):
            taken, more = w.taken(person), [*w.taken(person), s.facts["offering"]]
            brings = w.value(person, more, equity) - w.value(person, taken, equity)
            if s.code == "brings_nothing":
                assert brings <= NEAR
            else:
                assert s.facts["points"] == pytest.approx(brings, abs=NEAR)
                net = w.value(person, more) - w.value(person, taken)
                assert s.facts["points"] - s.facts["cost"] == pytest.approx(net, abs=NEAR)
            seen.add(s.code)
    assert seen == {*ON_TOP, "brings_nothing"}


def test_what_is_held_brings_and_uses_the_change_in_worth_without_it(worlds: list[World]) -> None:
    for w in worlds:
        for person, explanation in w.of_person.items():
            taken = w.taken(person)
            brings = [s for s in explanation.sentences if s.code == "brings"]
            assert len(brings) == len(taken)
            for s, o in zip(
                brings,
                sorted(
                    taken, key=lambda o: [s.facts["programme"] for s in brings].index(w.oracle.programme(o))
                ),
                strict=True,
            ):
                rest = [b for b in taken if b != o]
                net = w.value(person, taken) - w.value(person, rest)
                assert s.facts["points"] - s.facts["cost"] == pytest.approx(net, abs=NEAR)
                parts = s.facts["money"] + s.facts["seat"] + s.facts["absence"]
                assert s.facts["cost"] == pytest.approx(parts, abs=NEAR)
                fee = w.oracle.programmes[w.oracle.programme(o)]["cost_per_person_idr"]
                assert s.facts["paid_idr"] == fee + w.oracle.fare(person, o)
            for s in explanation.sentences:
                if s.code == "in_all":
                    assert s.facts["value"] == pytest.approx(
                        w.value(person, taken) - w.value(person, []), abs=NEAR
                    )


def test_the_best_at_the_prices_is_the_best_of_all_bundles(worlds: list[World]) -> None:
    seen = set()
    for w in worlds:
        for person, s in said(w.of_person, "best_at_prices", "better_at_prices", "nothing_better"):
            best = w.best(person) - w.value(person, [])
            mine = w.value(person, w.taken(person)) - w.value(person, [])
            if s.code == "best_at_prices":
                assert mine == pytest.approx(best, abs=1e-5)
            else:
                assert s.facts["best_value"] == pytest.approx(best, abs=NEAR)
                assert s.facts["value"] == pytest.approx(mine, abs=NEAR)
            if s.code == "better_at_prices":
                assert w.value(person, s.facts["best"]) - w.value(person, []) == pytest.approx(best, abs=NEAR)
            seen.add(s.code)
    assert len(seen) == 3


def test_at_the_fee_told_a_programme_comes_into_the_best_bundle_and_above_it_not(worlds: list[World]) -> None:
    seen = set()
    for w in worlds:
        for (person, programme), s in said(
            w.of_pair, "comes_in_at", "not_even_free", "not_by_fee", "in_best"
        ):
            if s.code == "in_best":
                bundles = [b for b in w.bundles(person) if s.facts["offering"] in b]
                best = max(w.value(person, bundle) for bundle in bundles)
                assert best == pytest.approx(w.best(person), abs=1e-5)
            elif s.code == "comes_in_at":
                there, above = (w.with_fee(programme, s.facts["comes_in_idr"] + more) for more in (0, 2))
                assert there.best(person, programme) >= there.best(person, programme, holding=False) - NEAR
                assert above.best(person, programme) < above.best(person, programme, holding=False)
            else:
                free = w.with_fee(programme, 0)
                assert free.best(person, programme) < free.best(person, programme, holding=False)
            seen.add(s.code)
    assert len(seen) == 4


def test_up_to_the_fee_told_a_programme_stays_in_the_best_bundle(worlds: list[World]) -> None:
    seen = 0
    for w in worlds:
        for person, s in said(w.of_person, "leaves_at"):
            programme = s.facts["programme"]
            there, above = (w.with_fee(programme, s.facts["leaves_idr"] + more) for more in (0, 2))
            assert there.best(person, programme) >= there.best(person, programme, holding=False) - NEAR
            assert above.best(person, programme) < above.best(person, programme, holding=False)
            seen += 1
    assert seen > 5


# ---- who was preferred


def test_those_inside_a_full_class_are_compared_by_their_worth_before_the_seat(worlds: list[World]) -> None:
    seen = set()
    for w in worlds:
        for (person, _), s in said(w.of_pair, "preferred", "lower_inside"):
            o, taken = s.facts["offering"], w.taken(person)
            worth = w.before_seat(person, o, taken, [*taken, o])
            assert s.facts["worth"] == pytest.approx(worth, abs=NEAR)
            inside = {
                k: w.before_seat(k, o, w.left_without(k, o), w.taken(k))
                for k, b in w.plan
                if b == o and w.oracle.locks.get((k, b)) != "in"
            }
            assert s.facts["other_worth"] == pytest.approx(inside[s.facts["other"]], abs=NEAR)
            if s.code == "preferred":
                assert s.facts["other_worth"] == pytest.approx(
                    min(v for v in inside.values() if v > worth + NEAR)
                )
            else:
                lower = [v for v in inside.values() if v < worth - NEAR]
                assert (s.facts["lower"], s.facts["other_worth"]) == (len(lower), pytest.approx(min(lower)))
            seen.add(s.code)
    assert seen == {"preferred", "lower_inside"}


# ---- offerings


def test_those_who_just_missed_an_offering_are_the_best_of_all_who_may_come(worlds: list[World]) -> None:
    seen = 0
    for w in worlds:
        for o, explanation in w.of_offering.items():
            if not w.oracle.offerings[o]["max_classes"]:
                continue
            found = w.candidates(o)
            (told,) = [s.facts["people"] for s in explanation.sentences if s.code == "interested"]
            assert told == len(found), (w.seed, o)
            missed = [
                (s.facts["person"], s.facts["worth"])
                for s in explanation.sentences
                if s.code == "just_missed"
            ]
            if not w.can_be_held(o):
                assert not missed
                continue
            assert [worth for _, worth in missed] == pytest.approx(sorted(found.values(), reverse=True)[:10])
            assert dict(missed) == pytest.approx(found, abs=NEAR)
            seen += len(missed)
    assert seen > 20


def test_a_class_told_to_be_worth_it_can_be_opened_and_pays_at_the_prices(worlds: list[World]) -> None:
    seen = 0
    for w in worlds:
        for o, s in said(w.of_offering, "class_worth_it"):
            plan = [*w.plan, *((i, o) for i in s.facts["who"])]
            assert w.oracle.broken(plan, {**w.classes, o: w.classes[o] + 1}) == set(), (w.seed, o)
            together = sum(w.candidates(o)[i] for i in s.facts["who"])
            assert s.facts["worth"] == pytest.approx(together, abs=NEAR)
            assert together > s.facts["cost"]
            seen += 1
    assert seen > 3


def test_what_keeps_a_class_from_opening_is_so(worlds: list[World]) -> None:
    seen = set()
    for w in worlds:
        spent = w.oracle.spent(w.plan, w.classes)
        for o, s in said(
            w.of_offering,
            "classes_at_most",
            "resource_taken",
            "too_few",
            "class_beyond_total",
            "class_beyond_fund",
            "class_costs_more",
        ):
            row, facts = w.oracle.offerings[o], s.facts
            minimum = max(1, row["min_per_class"])
            if s.code == "classes_at_most":
                assert facts["classes"] == (row["max_classes"] if row["seats_per_class"] is not None else 1)
                assert facts["classes"] == w.classes[o]
            elif s.code == "resource_taken":
                name, period = facts["resource"], facts["period"]
                assert period in w.oracle.periods(o)
                using = [b for b in w.classes if w.oracle.offerings[b]["resource_id"] == name]
                assert facts["used"] == sum(w.classes[b] for b in using if period in w.oracle.periods(b))
                assert facts["limit"] == w.oracle.capacity[name, period] < facts["used"] + 1
            elif s.code == "too_few":
                assert facts["people"] == len(w.candidates(o)) < facts["minimum"] == minimum
            elif s.code == "class_costs_more":
                assert facts["worth"] <= facts["cost"] + NEAR
            else:
                scope, id_ = ("fund", facts["fund"]) if "fund" in facts else ("total", "")
                fee = w.oracle.programmes[w.oracle.programme(o)]["cost_per_person_idr"]
                assert facts["needed_idr"] == row["cost_per_class_idr"] + minimum * fee
                assert facts["left_idr"] == w.oracle.budgets[scope, id_] - spent.get((scope, id_), 0)
                assert facts["needed_idr"] > facts["left_idr"]
            seen.add(s.code)
    assert len(seen) == 6


def test_the_units_of_those_inside_add_up_and_the_small_ones_of_many_stand_together(
    worlds: list[World],
) -> None:
    together = 0
    for w in worlds:
        for o, explanation in w.of_offering.items():
            by_unit = [s for s in explanation.sentences if s.code.startswith("enrolled_from")]
            assert sum(s.facts["people"] for s in by_unit) == sum(1 for _, b in w.plan if b == o)
            for s in by_unit:
                if s.code == "enrolled_from":
                    inside = [
                        i for i, b in w.plan if b == o and w.oracle.people[i]["unit_id"] == s.facts["unit"]
                    ]
                    assert s.facts["people"] == len(inside)
                else:
                    assert (len(by_unit), s.facts["units"]) == (11, 2)
                    together += 1
    assert together == 1


# ---- the closed list


def test_every_code_of_the_closed_list_is_shown_by_some_plan(worlds: list[World]) -> None:
    shown = {
        s.code
        for w in worlds
        for explanations in (w.of_person, w.of_pair, w.of_offering)
        for explanation in explanations.values()
        for s in explanation.sentences
    }
    assert set(texts()["explain"]) - shown == set()


def test_a_full_class_is_explained_to_whoever_stays_outside(worlds: list[World]) -> None:
    told = {s.code: s for s in worlds[0].of_pair["P3", "BIMTEK"].sentences if s.facts.get("offering") == "O2"}
    assert told["date_full"].id == (
        "BIMTEK (Bimtek pelayanan publik), O2: penuh, 3 peserta; satu tempat lagi dihargai 0 poin."
    )
    assert told["preferred"].id == (
        "P5 didahulukan atas P3 di O2: nilainya menurut harga 1,04 poin, lawan 0,84 poin."
    )
    assert told["preferred"].en == (
        "P5 was preferred to P3 in O2: at the prices worth 1.04 points, against 0.84 points."
    )
    assert told["would_bring"].facts["points"] == pytest.approx(0.6 * 2.0)
    assert told["would_bring"].facts["cost"] == pytest.approx(300_000 * 1.2e-6)


def test_what_a_person_gets_is_told_with_dates_place_and_gaps_closed(worlds: list[World]) -> None:
    sentences = worlds[0].of_person["P1"].sentences
    told = {language: [getattr(s, language) for s in sentences] for language in ("id", "en")}
    assert told["id"][1:5] == [
        "Mendapat BIMTEK (Bimtek pelayanan publik), penyelenggaraan O2: 4 Mei 2027 sampai 5 Mei 2027, "
        "Hulu, 16 JP.",
        "Mendapat DARING (Integritas daring), penyelenggaraan O3: kapan saja, daring, 6 JP.",
        "Kesenjangan LAYANAN (Pelayanan publik): 0,8 dari 1 level ditutup oleh BIMTEK, senilai 3,2 poin.",
        "Kesenjangan INTEGRITAS (Integritas): 0,4 dari 0,5 level ditutup oleh DARING, senilai 1,2 poin.",
    ]
    assert told["en"][1] == (
        "Gets BIMTEK (Bimtek pelayanan publik), offering O2: 4 May 2027 to 5 May 2027, Hulu, 16 JP."
    )
    assert "Sasaran JP tercapai: 22 dari 20 JP." in told["id"]
    assert "Kewajiban DARING (Integritas daring) dipenuhi." in told["id"]
    assert (
        "BIMTEK membawa 3,9 poin dan memakai 1,41 poin menurut harga: uang 1,41 "
        "(biaya dan perjalanan Rp 1.000.000), tempat 0, ketidakhadiran 0."
    ) in told["id"]
    assert "A million rupiah more in the total is priced at 1 points." in told["en"]


def test_a_person_without_a_place_is_told_one_thing_about_every_programme_that_would_serve(
    worlds: list[World],
) -> None:
    barred = {
        s.facts["programme"]: s.code
        for s in worlds[0].of_person["P2"].sentences
        if ("programme" in s.facts and "offering" in s.facts) or s.code in RULES
    }
    assert barred == {
        "PROYEK1": "completed_already",
        "PROYEK2": "date_not_opened",
        "DARING": "nothing_in_the_way",
    }


def test_programmes_that_do_not_admit_a_person_are_one_sentence(worlds: list[World]) -> None:
    seen = 0
    for w in worlds:
        for person, s in said(w.of_person, "admit_not"):
            codes = [w.of_pair[person, p].sentences[0].code for p in s.facts["programmes"]]
            assert set(codes) <= {"not_admitted", "completed_already"}
            assert len(codes) == s.facts["count"]
            others = {other.facts.get("programme") for other in w.of_person[person].sentences}
            assert others.isdisjoint(s.facts["programmes"])
            seen += 1
    assert seen > 3


def test_where_an_offering_without_a_place_goes_on_is_told_by_its_form() -> None:
    assert [setting(form, "id") for form in ("N5", "N6", "N9", "N4", "K3")] == [
        "di tempat kerja",
        "di alam terbuka",
        "belajar mandiri",
        "daring",
        "daring",
    ]
    assert setting("N5", "en") == "at the workplace"


def test_numbers_are_written_the_way_each_language_writes_them() -> None:
    assert [written("points", v, "id") for v in (1234.5, 0.0034, -0.5, 16.0, 0.0)] == [
        "1.234,5",
        "0,0034",
        "-0,5",
        "16",
        "0",
    ]
    assert written("points", 1234.56, "en") == "1,234.56"
    assert [written("paid_idr", 1_500_000, lang) for lang in ("id", "en")] == ["Rp 1.500.000", "Rp 1,500,000"]
    assert written("people", 12_000, "id") == "12.000"
    assert written("end_date", dt.date(2026, 11, 22), "id") == "22 November 2026"
    assert written("end_date", dt.date(2026, 8, 1), "id") == "1 Agustus 2026"
    assert written("value", None, "id") == "tidak diketahui"
    assert [decimal(v) for v in (-0.001, 1e-13, -0.0)] == ["-0.001", "0", "0"]


# ---- what is read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    problem, plan, prices = BUILT["a full class"]
    return plan_files(problem, plan, prices).write(tmp_path / "plan")


def test_an_explanation_is_read_from_a_folder_and_becomes_plain_values(folder: Path) -> None:
    problem = BUILT["a full class"][0]
    person = explain_person(problem, folder, "P1")
    plain = json.loads(json.dumps(person.to_json()))
    assert plain["subject"] == "P1"
    (gets, _) = [s for s in plain["sentences"] if s["code"] == "gets"]
    assert gets["facts"]["start_date"] == "2027-05-04"
    assert gets["id"].startswith("Mendapat BIMTEK")
    assert explain_person(problem, folder, "P1", "BIMTEK").subject == "P1 BIMTEK"
    assert explain_offering(problem, folder, "O2").sentences[0].code == "offering"


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (lambda tables, folder: explain_person(tables, folder, "P11"), "P1"),
        (lambda tables, folder: explain_person(tables, folder, "P1", "PROYEK"), "PROYEK1"),
        (lambda tables, folder: explain_offering(tables, folder, "O22"), "O2"),
    ],
)
def test_an_unknown_id_is_refused_with_those_that_are_alike(folder: Path, call: Any, near: str) -> None:
    with pytest.raises(CallError, match=near):
        call(BUILT["a full class"][0], folder)


def test_an_id_like_no_other_is_refused_with_where_to_look(folder: Path) -> None:
    with pytest.raises(CallError, match="people"):
        explain_person(BUILT["a full class"][0], folder, "siapa pun")


def test_a_plan_of_another_input_is_refused(folder: Path) -> None:
    other = replace(BUILT["a full class"][0], sha256="lain")
    with pytest.raises(CallError, match="asah plan"):
        explain_person(other, folder, "P1")


def test_prices_are_read_back_as_they_were_written() -> None:
    for seed in range(8):
        problem = random_problem(seed)
        prices = random_prices(problem, seed)
        p = build(problem)
        read = prices_from_table(p, price_rows(prices), table("branches"))
        assert read.total == prices.get(("total", "", None), 0.0)
        fund = {("fund", f, None): read.fund[k] for k, f in enumerate(p.fund_id)}
        seats = {("seats", o, None): read.seats[k] for k, o in enumerate(p.offering_id)}
        minimum = {("minimum", o, None): read.minimum[k] for k, o in enumerate(p.offering_id)}
        equity = {("equity", f, None): read.equity[k] for k, f in enumerate(p.floor_key)}
        absence = {
            ("absence", u, t): read.absence[k, t]
            for k, u in enumerate(p.unit_id)
            for t in range(1, p.periods + 1)
        }
        resource = {
            ("resource", p.resource_id[r], t): read.resource[k] for k, (r, t) in enumerate(p.resource_slot)
        }
        for key, value in {**fund, **seats, **minimum, **equity, **absence, **resource}.items():
            assert value == prices.get(key, 0.0), key


def test_of_several_branches_the_prices_of_the_largest_bound_are_used() -> None:
    problem = tiny()
    oracle = Oracle(problem)
    cases: dict[str, tuple[dict[PriceKey, float], dict[str, tuple[int, int]]]] = {
        "a": ({("seats", "O2", None): 0.25}, {"O2": (0, 0)}),
        "b": ({("seats", "O2", None): 0.5}, {"O2": (1, 1)}),
    }
    shared: dict[PriceKey, float] = {("total", "", None): 1e-7}
    bounds = {name: oracle.bound({**prices, **shared}, between) for name, (prices, between) in cases.items()}
    rows = [price_rows(shared), *(price_rows(prices, name) for name, (prices, _) in cases.items())]
    branches = table(
        "branches",
        *(
            {"branch": name, "offering_id": o, "min_classes": low, "max_classes": high}
            for name, (_, between) in cases.items()
            for o, (low, high) in between.items()
        ),
    )
    read = prices_from_table(build(problem), pl.concat(rows), branches)
    largest = max(bounds, key=lambda name: bounds[name])
    assert bounds["a"] != bounds["b"]
    assert read.total == 1e-7
    assert read.seats[build(problem).offering_id.index("O2")] == cases[largest][0]["seats", "O2", None]


# ---- without the barrier it would have been given


def wanted(**overrides: pl.DataFrame) -> Tables:
    """PROYEK1 is worth so much to P4 that every good plan gives it, if it can."""
    dear = table("mandates", {"person_id": "P4", "programme_id": "PROYEK1", "points": 500.0})
    return tiny(**({"mandates": dear} | overrides))


BARRED = {
    "completed_already": {"completed": table("completed", {"person_id": "P4", "programme_id": "PROYEK1"})},
    "not_admitted": {"programmes": changed("programmes", "PROYEK1", eligible_unit="DINKES")},
    "ends_after_retirement": {"people": changed("people", "P4", retires_on=dt.date(2027, 3, 10))},
    "over_jp_ceiling": {"people": changed("people", "P4", jp_max=10.0)},
    "kept_out_by_hand": {
        "locks": table("locks", {"person_id": "P4", "offering_id": "O4", "state": "out"}),
    },
    "resource_taken": {
        "resources": table("resources", {"resource_id": "AULA", "period": 3, "classes": 0}),
    },
    "class_beyond_total": {"budgets": table("budgets", {"scope": "total", "amount_idr": 1_300_000})},
    "unit_away": {"units": changed("units", "PKM", max_absent_people=0)},
}


def planned(problem: Tables, folder: Path) -> Explanation:
    plan = make_plan(problem, Options(gap=0.0, seconds=20))
    with OutputFolder(folder) as out:
        for name, frame in plan.frames.items():
            out.write(name, frame)
        out.write_json("summary.json", plan.summary)
    return explain_person(problem, folder, "P4", "PROYEK1")


def test_without_a_barrier_it_is_given(tmp_path: Path) -> None:
    assert planned(wanted(), tmp_path / "plan").sentences[0].code == "gets"


@pytest.mark.parametrize("code", BARRED)
def test_a_barrier_that_is_told_is_what_kept_it_from_the_person(code: str, tmp_path: Path) -> None:
    codes = {s.code for s in planned(wanted(**BARRED[code]), tmp_path / "plan").sentences}
    assert code in codes
    assert "gets" not in codes
