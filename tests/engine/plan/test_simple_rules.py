"""The simple rules do what an office does, obey what a plan must obey, and never beat the best plan."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asah.engine.check.facts import read_facts
from asah.engine.check.rules import Chosen, broken_rules, spent
from asah.engine.check.worth import worth
from asah.engine.plan.primal import Draft
from asah.engine.plan.problem import build
from asah.engine.plan.simple_rules import (
    RULES,
    SimpleResult,
    follow,
    online_offerings,
    result_of,
    simple_rules,
)
from asah.engine.simulate import simulate
from asah.engine.tables import Policy, Tables, load
from engine.plan.brute_force import BruteForce, tables, tiny
from factories.problem import courses, table, tiny_problem, write_problem

Held = dict[str, list[str]]


def draft_of(problem_tables: Tables, rule: str) -> Draft:
    problem = build(problem_tables)
    return follow(problem, RULES[rule], online_offerings(problem_tables, problem))


def held(problem_tables: Tables, rule: str) -> Held:
    """Person -> offerings, in the order of the offerings table."""
    draft = draft_of(problem_tables, rule)
    out: Held = {person: [] for person in problem_tables["people"]["person_id"]}
    for i, o in zip(*draft.pairs(), strict=True):
        out[draft.problem.person_id[i]].append(draft.problem.offering_id[o])
    return {person: sorted(bundle) for person, bundle in out.items()}


def chosen(problem_tables: Tables, draft: Draft) -> Chosen:
    """The draft as the checker sees a plan."""
    facts, p = read_facts(problem_tables), draft.problem
    person, offering = draft.pairs()
    opened, rows = np.zeros((2, len(facts.offering)), np.int64)
    for o, classes in zip(p.offering_id, draft.classes, strict=True):
        opened[facts.offering[o]] = classes
    i = np.array([facts.person[p.person_id[k]] for k in person], np.int64)
    o = np.array([facts.offering[p.offering_id[k]] for k in offering], np.int64)
    return Chosen(facts, i, o, np.arange(len(i)) + 2, opened, rows)


def holds(problem_tables: Tables, draft: Draft) -> SimpleResult:
    """The result of a draft, after the checker has agreed to every rule and every number."""
    plan, result = chosen(problem_tables, draft), result_of(draft)
    assert [str(found) for found in broken_rules(plan)] == []
    value = worth(plan.facts, plan.i, plan.o)
    assert result.objective == pytest.approx(value.points, abs=1e-6)
    assert result.spent_idr == spent(plan)["total", ""]
    assert result.people == len(set(plan.i.tolist()))
    assert result.valid
    return result


def region(name: Any, people: int, seed: int, folder: Path) -> Tables:
    made = simulate(region=name, people=people, seed=seed, ratings=False)
    write_problem(folder, made.frames, made.policy)
    return load(folder, "plan")


@pytest.mark.parametrize(("name", "people"), [("merangin", 400), ("maluku-utara", 300)])
def test_a_rule_makes_a_plan_that_the_checker_accepts(name: str, people: int, tmp_path: Path) -> None:
    problem = region(name, people, 3, tmp_path)
    for rule in RULES:
        result = holds(problem, draft_of(problem, rule))
        assert result.people > people / 2
        assert result.closed_points > 0


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 10**9))
def test_a_rule_obeys_and_is_never_worth_more_than_the_best_plan(seed: int) -> None:
    problem = tiny(Random(seed))
    oracle = BruteForce(problem)
    assume(np.prod([len(oracle.bundles(person)) for person in oracle.people]) <= 1000)
    best = oracle.best()
    assume(best.worth is not None)
    assert best.worth is not None
    for rule in RULES:
        draft = draft_of(problem, rule)
        if result_of(draft).valid:  # else a lock asks for more than the rule sees to
            assert holds(problem, draft).objective <= best.worth + 1e-6


def test_the_rules_go_by_the_names_that_reports_know() -> None:
    problem = tiny(Random(5))
    assert list(simple_rules(problem)) == ["rank_by_gap", "per_rupiah", "online_first"]
    assert simple_rules(problem, build(problem)) == simple_rules(problem)


# ---- what each rule does, on problems small enough to follow by hand

PEOPLE = ("A", "B", "C", "D")  # from the largest need to the smallest


def office(
    *offerings: dict[str, Any],
    programmes: dict[str, dict[str, Any]],
    gains: dict[str, float],
    people: tuple[str, ...] = PEOPLE,
    budget: int = 10**9,
    most: int | None = None,
    **more: Any,
) -> Tables:
    """One unit at one place, one competency; the first person has the largest gap. A person costs 10."""
    frames = {
        "people": table(
            "people",
            *(
                {"person_id": i, "unit_id": "U", "place_id": "T", "employment": "PNS"}
                for i in reversed(people)
            ),
        ),
        "units": table("units", {"unit_id": "U", "name": "Dinas"}),
        "places": table("places", {"place_id": "T", "name": "Kota", "connectivity": "good"}),
        "competencies": table("competencies", {"competency_id": "K", "name": "K", "stream": "competency"}),
        "needs": table(
            "needs",
            *(
                {"person_id": i, "competency_id": "K", "gap_levels": 2.0 - 0.1 * k, "weight": 1.0}
                for k, i in enumerate(people)
            ),
        ),
        **courses(programmes, gains),
        "offerings": table("offerings", *({"place_id": "T", **row} for row in offerings)),
        "budgets": table("budgets", {"scope": "total", "amount_idr": budget}),
        **more,
    }
    rules = {"year": 2027, "periods": 10, "max_programmes": most, "points_per_mandate_missed": 3.0}
    return tables(frames, Policy(**(POLICY | rules)))


POLICY: dict[str, Any] = {
    "jp_target": {},
    "jp_max": {},
    "points_per_jp_short": 0.0,
    "max_absent_share": None,
    "default_travel_idr": None,
    "equity": (),
}


def date(key: str, programme: str, period: int | None, **more: Any) -> dict[str, Any]:
    row = {"offering_id": key, "programme_id": programme, "period": period, "period_end": period, **more}
    return row if period is not None else row | {"place_id": None}


def test_the_largest_need_is_served_first_until_the_money_is_gone() -> None:
    problem = office(date("O", "P", 1, seats_per_class=10), programmes={"P": {}}, gains={"P": 0.5}, budget=25)
    assert held(problem, "rank_by_gap") == {"A": ["O"], "B": ["O"], "C": [], "D": []}


def test_a_date_that_is_full_sends_the_next_person_to_the_next_date() -> None:
    problem = office(
        date("LATE", "P", 5, seats_per_class=10),
        date("EARLY", "P", 2, seats_per_class=1),
        programmes={"P": {}},
        gains={"P": 0.5},
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["EARLY"], "B": ["LATE"], "C": ["LATE"], "D": ["LATE"]}


def test_the_biggest_closure_goes_first_by_gap_and_the_cheapest_closure_per_rupiah() -> None:
    problem = office(
        date("DEAR", "DEAR", 1),
        date("CHEAP", "CHEAP", 1),
        programmes={"DEAR": {"cost_per_person_idr": 100}, "CHEAP": {"cost_per_person_idr": 10}},
        gains={"DEAR": 1.0, "CHEAP": 0.4},
        people=("A", "B"),
        budget=110,
        most=1,
    )
    assert held(problem, "rank_by_gap") == {"A": ["DEAR"], "B": ["CHEAP"]}
    # two cheap ones leave 90 of 110, enough for one exchange
    assert held(problem, "per_rupiah") == {"A": ["DEAR"], "B": ["CHEAP"]}
    assert held(office_of(problem, budget=100), "rank_by_gap") == {"A": ["DEAR"], "B": []}
    assert held(office_of(problem, budget=100), "per_rupiah") == {"A": ["CHEAP"], "B": ["CHEAP"]}


def office_of(problem: Tables, budget: int) -> Tables:
    frames = dict(problem.frames)
    frames["budgets"] = table("budgets", {"scope": "total", "amount_idr": budget})
    assert problem.policy is not None
    return tables(frames, problem.policy)


def test_a_seat_carries_its_share_of_the_class_when_rupiah_are_counted() -> None:
    problem = office(
        date("HALL", "HALL", 1, seats_per_class=10, cost_per_class_idr=1000),
        date("DESK", "DESK", 1, seats_per_class=10),
        programmes={"HALL": {"cost_per_person_idr": 0}, "DESK": {"cost_per_person_idr": 50}},
        gains={"HALL": 0.5, "DESK": 0.5},
        people=("A",),
        most=1,
    )
    assert held(problem, "per_rupiah") == {"A": ["DESK"]}


def test_online_courses_go_first_and_the_rest_fills_what_is_left() -> None:
    problem = office(
        date("HALL", "HALL", 1),
        date("ONE", "ONE", None),
        date("TWO", "TWO", None),
        programmes={"HALL": {"cost_per_person_idr": 11}, "ONE": {}, "TWO": {}},
        gains={"HALL": 0.5, "ONE": 0.4, "TWO": 0.3},
        people=("A",),
        budget=31,
        most=3,
    )
    assert held(problem, "online_first") == {"A": ["HALL", "ONE", "TWO"]}
    assert held(office_of(problem, budget=20), "online_first") == {"A": ["ONE", "TWO"]}
    assert held(office_of(problem, budget=20), "per_rupiah") == {"A": ["HALL"]}


def test_without_a_maximum_four_online_courses_come_first() -> None:
    several = {f"N{k}": {} for k in range(6)}
    problem = office(
        *(date(key, key, None) for key in several),
        programmes=several,
        gains=dict.fromkeys(several, 0.2),
        people=("A", "B"),
        budget=80,
    )
    found = held(problem, "online_first")
    assert [len(found["A"]), len(found["B"])] == [4, 4]


def test_mandates_are_given_before_anything_else() -> None:
    problem = office(
        date("O", "P", 1),
        date("M", "M", 2),
        programmes={"P": {}, "M": {}},
        gains={"P": 0.5},
        budget=20,
        mandates=table("mandates", {"person_id": "D", "programme_id": "M"}),
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["O"], "B": [], "C": [], "D": ["M"]}


def test_a_class_below_its_minimum_is_closed_and_its_money_spent_again() -> None:
    problem = office(
        date("BIG", "BIG", 1, seats_per_class=9, min_per_class=3, cost_per_class_idr=60),
        date("SMALL", "SMALL", 1),
        programmes={"BIG": {}, "SMALL": {}},
        gains={"BIG": 1.0, "SMALL": 0.5},
        people=("A", "B"),
        budget=90,
        most=1,
    )
    assert held(problem, "rank_by_gap") == {"A": ["SMALL"], "B": ["SMALL"]}


def test_two_dates_below_their_minimum_become_one_class() -> None:
    out = {"offering_id": "FIRST", "state": "out"}
    problem = office(
        date("FIRST", "P", 1, seats_per_class=4, min_per_class=3),
        date("SECOND", "P", 2, seats_per_class=4, min_per_class=3),
        programmes={"P": {}},
        gains={"P": 0.5},
        people=("A", "B", "C"),
        locks=table("locks", {"person_id": "A", **out}, {"person_id": "B", **out}),
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["SECOND"], "B": ["SECOND"], "C": ["SECOND"]}


def test_no_more_of_a_unit_are_away_than_may_be() -> None:
    problem = office(
        date("O", "P", 1),
        programmes={"P": {}},
        gains={"P": 0.5},
        units=table("units", {"unit_id": "U", "name": "Dinas", "max_absent_people": 2}),
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["O"], "B": ["O"], "C": [], "D": []}


def test_a_hall_holds_one_class_at_a_time() -> None:
    hall = {"resource_id": "R", "seats_per_class": 1}
    problem = office(
        date("O1", "P", 1, **hall, max_classes=2),
        date("O2", "P", 2, **hall),
        programmes={"P": {}},
        gains={"P": 0.5},
        resources=table("resources", *({"resource_id": "R", "period": t, "classes": 1} for t in (1, 2))),
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["O1"], "B": ["O2"], "C": [], "D": []}


def test_several_classes_of_a_date_shrink_to_what_can_be_filled() -> None:
    problem = office(
        date("O", "P", 1, seats_per_class=2, min_per_class=2, max_classes=3),
        programmes={"P": {}},
        gains={"P": 0.5},
        people=("A", "B", "C"),
    )
    for rule in RULES:
        draft = draft_of(problem, rule)
        assert held(problem, rule) == {"A": ["O"], "B": ["O"], "C": []}
        assert draft.classes.tolist() == [1.0]


def test_a_course_brings_along_what_must_come_first() -> None:
    problem = office(
        date("BASE", "BASE", 2),
        date("SOON", "NEXT", 1),
        date("NEXT", "NEXT", 3),
        programmes={"BASE": {}, "NEXT": {"prerequisite_id": "BASE"}},
        gains={"NEXT": 1.0},
        people=("A",),
        budget=20,
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["BASE", "NEXT"]}
        assert held(office_of(problem, budget=19), rule) == {"A": []}


def test_money_that_is_left_buys_an_exchange_that_closes_more() -> None:
    problem = office(
        date("DEAR", "DEAR", 1),
        date("CHEAP", "CHEAP", 1),
        programmes={"DEAR": {"cost_per_person_idr": 500}, "CHEAP": {}},
        gains={"DEAR": 1.0, "CHEAP": 0.1},
        people=("A", "B", "C"),
        budget=1100,
        most=1,
    )
    assert held(problem, "per_rupiah") == {"A": ["DEAR"], "B": ["DEAR"], "C": ["CHEAP"]}


def test_nobody_leaves_a_class_that_would_fall_below_its_minimum() -> None:
    problem = office(
        date("DEAR", "DEAR", 1),
        date("CHEAP", "CHEAP", 1, min_per_class=3),
        programmes={"DEAR": {"cost_per_person_idr": 500}, "CHEAP": {}},
        gains={"DEAR": 1.0, "CHEAP": 0.1},
        people=("A", "B", "C"),
        budget=600,
        most=1,
    )
    assert held(problem, "per_rupiah") == {"A": ["CHEAP"], "B": ["CHEAP"], "C": ["CHEAP"]}


def test_a_class_that_a_lock_keeps_open_is_filled_first() -> None:
    problem = office(
        date("O", "P", 1, seats_per_class=5, min_per_class=3),
        date("BETTER", "Q", 1),
        programmes={"P": {}, "Q": {}},
        gains={"P": 0.1, "Q": 1.0},
        locks=table("locks", {"person_id": "D", "offering_id": "O", "state": "in"}),
    )
    for rule in RULES:
        assert held(problem, rule) == {"A": ["O"], "B": ["O"], "C": ["BETTER"], "D": ["O"]}
        assert holds(problem, draft_of(problem, rule)).valid


def test_a_locked_class_that_cannot_be_filled_is_told() -> None:
    problem = office(
        date("O", "P", 1, min_per_class=3),
        programmes={"P": {}},
        gains={"P": 0.5},
        people=("A", "B"),
        locks=table("locks", {"person_id": "B", "offering_id": "O", "state": "in"}),
    )
    assert [result.valid for result in simple_rules(problem).values()] == [False, False, False]


def test_a_locked_course_without_what_must_come_first_is_told() -> None:
    problem = office(
        date("BASE", "BASE", 2, min_per_class=2),
        date("NEXT", "NEXT", 3),
        programmes={"BASE": {}, "NEXT": {"prerequisite_id": "BASE"}},
        gains={"NEXT": 1.0},
        people=("A",),
        locks=table("locks", {"person_id": "A", "offering_id": "NEXT", "state": "in"}),
    )
    assert [result.valid for result in simple_rules(problem).values()] == [False, False, False]


def test_a_locked_course_before_what_must_come_first_is_told() -> None:
    problem = office(
        date("BASE", "BASE", 4),
        date("NEXT", "NEXT", 3),
        programmes={"BASE": {}, "NEXT": {"prerequisite_id": "BASE"}},
        gains={"BASE": 0.5, "NEXT": 1.0},
        people=("A",),
        locks=table("locks", {"person_id": "A", "offering_id": "NEXT", "state": "in"}),
    )
    assert held(problem, "per_rupiah") == {"A": ["BASE", "NEXT"]}
    assert [result.valid for result in simple_rules(problem).values()] == [False, False, False]


def test_a_problem_from_a_folder_is_planned_by_all_rules(tmp_path: Path) -> None:
    problem = load(write_problem(tmp_path, tiny_problem()), "plan")
    for rule in RULES:
        assert holds(problem, draft_of(problem, rule)).people > 0
