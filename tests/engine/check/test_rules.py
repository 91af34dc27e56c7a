"""One situation for each thing that each rule forbids, in the tiny problem of the factories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from asah.engine.check.facts import Facts, read_facts
from asah.engine.check.rules import Chosen, broken_rules, kept_locks, unknown_connections
from asah.engine.errors import Finding
from asah.engine.tables import Policy, Tables
from engine.check.oracle import Pair, tables
from factories.problem import POLICY, Frames, table, tiny_problem

GOOD_PLAN = [("P1", "O1"), ("P2", "O5"), ("P3", "O3"), ("P4", "O2")]
GOOD_CLASSES = {"O1": 1, "O2": 1, "O3": 1, "O5": 1}


def problem(frames: Frames | None = None, **policy: Any) -> Tables:
    return tables(tiny_problem() if frames is None else frames, Policy(**(POLICY | policy)))


def choose(facts: Facts, plan: list[Pair], classes: Mapping[str, int]) -> Chosen:
    i = np.array([facts.person[person] for person, _ in plan], np.int64)
    o = np.array([facts.offering[offering] for _, offering in plan], np.int64)
    opened = np.array([classes.get(offering, 0) for offering in facts.offering], np.int64)
    return Chosen(facts, i, o, np.arange(len(plan)) + 2, opened, np.arange(len(opened)) + 2)


def found_in(
    plan: list[Pair], classes: Mapping[str, int], frames: Frames | None = None, **policy: Any
) -> list[Finding]:
    return broken_rules(choose(read_facts(problem(frames, **policy)), plan, classes))


def changed(name: str, key: str, **values: Any) -> Frames:
    """The tiny problem with some cells of the row ``key`` of table ``name`` replaced."""
    frame = tiny_problem()[name]
    hit = pl.col(frame.columns[0]) == key
    return tiny_problem(
        **{
            name: frame.with_columns(
                pl.when(hit).then(pl.lit(value, frame.schema[column])).otherwise(column).alias(column)
                for column, value in values.items()
            )
        }
    )


def test_a_good_plan_breaks_nothing() -> None:
    assert found_in(GOOD_PLAN, GOOD_CLASSES) == []


def test_nobody_takes_a_programme_twice() -> None:
    found = found_in([*GOOD_PLAN, ("P4", "O1")], GOOD_CLASSES)
    assert [(f.table, f.row, f.value) for f in found] == [("enrolments", 5, "O2"), ("enrolments", 6, "O1")]
    assert "BIMTEK" in found[0].what


def test_nobody_repeats_what_is_completed() -> None:
    found = found_in([("P2", "O4")], {"O4": 1})
    assert [(f.row, f.value) for f in found] == [(2, "O4")]
    assert "PROYEK1" in found[0].what


@pytest.mark.parametrize(
    "barrier",
    [
        {"eligible_employment": "PPPK;CPNS"},
        {"eligible_position_kind": "fungsional"},
        {"eligible_unit": "PKM"},
    ],
)
def test_nobody_takes_what_is_not_for_them(barrier: dict[str, str]) -> None:
    found = found_in([("P1", "O1")], {"O1": 1}, changed("programmes", "BIMTEK", **barrier))
    assert [(f.row, f.value) for f in found] == [(2, "O1")]


def test_an_eligible_list_with_spaces_admits_those_it_names() -> None:
    frames = changed("programmes", "BIMTEK", eligible_employment="PPPK ; PNS")
    assert found_in([("P1", "O1")], {"O1": 1}, frames) == []


def test_nobody_takes_what_ends_after_they_retire() -> None:
    first_day_free = tiny_problem()["offerings"].filter(offering_id="O1")["end_date"].item()
    frames = changed("people", "P1", retires_on=first_day_free)
    assert found_in([("P1", "O1")], {"O1": 1}, frames) == []
    earlier = changed("people", "P1", retires_on=first_day_free.replace(day=4))
    assert [f.value for f in found_in([("P1", "O1")], {"O1": 1}, earlier)] == ["O1"]


def test_an_online_offering_needs_a_connection_and_an_unknown_one_is_named() -> None:
    weak = changed("places", "HULU", connectivity="none")
    assert [f.value for f in found_in([("P3", "O3")], {"O3": 1}, weak)] == ["O3"]
    unknown = changed("places", "HULU", connectivity=None)
    assert found_in([("P3", "O3")], {"O3": 1}, unknown) == []
    chosen = choose(read_facts(problem(unknown)), [("P3", "O3")], {"O3": 1})
    assert len([*unknown_connections(chosen)]) == 1


def test_nobody_is_in_two_offerings_at_once() -> None:
    offerings = changed("offerings", "O5", period=4, period_end=4)
    found = found_in([("P5", "O4"), ("P5", "O5"), ("P1", "O3")], {"O3": 1, "O4": 1, "O5": 1}, offerings)
    at_once = [f for f in found if "periode 4" in f.what]
    assert [(f.row, f.value) for f in at_once] == [(2, "O4"), (3, "O5")]


def test_nobody_takes_more_programmes_than_the_policy_allows() -> None:
    plan = [("P1", "O1"), ("P1", "O3")]
    classes = {"O1": 1, "O3": 1}
    assert [f.row for f in found_in(plan, classes, max_programmes=1)] == [2, 3]
    frames = changed("programmes", "DARING", counts_to_max=False)
    assert found_in(plan, classes, frames, max_programmes=1) == []
    assert found_in(plan, classes, max_programmes=None) == []


def test_nobody_goes_beyond_their_jp() -> None:
    plan = [("P3", "O1"), ("P3", "O3")]
    classes = {"O1": 1, "O3": 1}
    assert found_in(plan, classes) == []
    assert [f.row for f in found_in(plan, classes, changed("people", "P3", jp_done=2.5))] == [2, 3]
    assert [f.row for f in found_in(plan, classes, changed("people", "P3", jp_max=20.0))] == [2, 3]


def test_jp_done_beyond_the_ceiling_is_no_fault_of_a_plan_without_more() -> None:
    frames = changed("people", "P3", jp_done=30.0)
    assert found_in([], {}, frames) == []
    assert [f.value for f in found_in([("P3", "O3")], {"O3": 1}, frames)] == ["O3"]


def test_a_prerequisite_comes_first() -> None:
    classes = {"O4": 1, "O5": 1, "O6": 1}
    assert found_in([("P4", "O4"), ("P4", "O5")], classes | {"O6": 0}) == []
    alone = found_in([("P4", "O5")], {"O5": 1})
    assert [(f.row, f.value) for f in alone] == [(2, "O5")]
    assert "PROYEK1" in alone[0].what
    late = changed("offerings", "O5", period=4, period_end=5)
    together = found_in([("P4", "O4"), ("P4", "O5")], {"O4": 1, "O5": 1}, late)
    assert any("PROYEK1" in f.what for f in together)


def test_a_dated_prerequisite_of_an_undated_programme_must_be_completed() -> None:
    undated = changed("offerings", "O5", period=None, period_end=None, place_id=None)
    assert [f.value for f in found_in([("P4", "O4"), ("P4", "O5")], {"O4": 1, "O5": 1}, undated)] == ["O5"]
    both = undated["offerings"].with_columns(
        pl.when(pl.col("offering_id") == "O4").then(None).otherwise(column).alias(column)
        for column in ("period", "period_end", "place_id")
    )
    frames = tiny_problem(offerings=both)
    assert found_in([("P4", "O4"), ("P4", "O5")], {"O4": 1, "O5": 1}, frames) == []


def test_classes_hold_between_their_minimum_and_their_seats() -> None:
    crowded = found_in([(f"P{k}", "O1") for k in range(1, 5)], {"O1": 1}, max_absent_share=1.0)
    assert [(f.table, f.row, f.value) for f in crowded] == [("classes", 2, "O1")]
    empty = found_in([], {"O1": 1})
    assert [(f.table, f.row, f.value) for f in empty] == [("classes", 2, "O1")]
    unopened = found_in([("P1", "O1")], {})
    assert [(f.table, f.row, f.value) for f in unopened] == [("classes", 2, "O1")]


def test_no_more_classes_open_than_may() -> None:
    found = found_in([("P1", "O1"), ("P2", "O1")], {"O1": 2}, tiny_problem(resources=table("resources")))
    assert [(f.table, f.row) for f in found] == [("classes", 2)]


def test_an_offering_without_seats_takes_everybody_in_one_class() -> None:
    plan = [(f"P{k}", "O3") for k in range(1, 7)]
    assert found_in(plan, {"O3": 1}) == []
    assert [f.value for f in found_in(plan, {"O3": 0})] == ["O3"]
    two = changed("offerings", "O3", max_classes=2)
    assert [f.value for f in found_in(plan, {"O3": 2}, two)] == ["O3"]


def test_a_venue_holds_so_many_classes_in_a_period() -> None:
    frames = changed("offerings", "O1", period=3, period_end=3)
    found = found_in([("P1", "O1"), ("P5", "O4")], {"O1": 1, "O4": 1}, frames)
    assert [(f.table, f.value) for f in found] == [("resources", "AULA")]
    unlimited = frames | {"resources": table("resources")}
    assert found_in([("P1", "O1"), ("P5", "O4")], {"O1": 1, "O4": 1}, unlimited) == []


def test_a_unit_keeps_its_people() -> None:
    frames = changed("units", "PKM", max_absent_people=1)
    plan = [("P4", "O2"), ("P5", "O2")]
    found = found_in(plan, {"O2": 1}, frames)
    assert [(f.table, f.row, f.value) for f in found] == [("units", 3, "PKM")]
    assert found_in([("P4", "O3"), ("P5", "O3")], {"O3": 1}, frames) == []


def test_the_own_number_goes_before_the_share_and_the_share_before_the_policy() -> None:
    plan = [("P1", "O1"), ("P2", "O1")]
    assert found_in(plan, {"O1": 1}) == []
    assert len(found_in(plan, {"O1": 1}, max_absent_share=0.3)) == 1
    assert found_in(plan, {"O1": 1}, changed("units", "DINKES", max_absent_share=0.6)) == []
    assert len(found_in(plan, {"O1": 1}, changed("units", "DINKES", max_absent_share=0.1))) == 1
    both = changed("units", "DINKES", max_absent_share=0.1, max_absent_people=2)
    assert found_in(plan, {"O1": 1}, both) == []


def test_a_share_that_is_a_whole_number_of_people_makes_no_room_for_one_more() -> None:
    people = table(
        "people",
        *(
            {"person_id": f"P{k}", "unit_id": "DINKES", "place_id": "KOTA", "employment": "PNS"}
            for k in range(100)
        ),
    )
    frames = tiny_problem(people=people, needs=table("needs"), completed=table("completed"))
    frames |= {"mandates": table("mandates")}
    facts = read_facts(problem(frames, max_absent_share=0.07))
    assert facts.absent_limit.tolist() == [7, 2]


@pytest.mark.parametrize(
    ("scope", "id_", "least"),
    # O1 in KOTA: a class of 1,000,000 and two people at 300,000; P3 travels for 400,000 + 2 x 150,000.
    [("total", None, 2_300_000), ("fund", "APBD", 1_600_000), ("unit", "DINKES", 700_000)],
)
def test_no_scope_spends_more_than_its_budget(scope: str, id_: str | None, least: int) -> None:
    plan = [("P1", "O1"), ("P3", "O1")]
    for amount, enough in ((least, True), (least - 1, False)):
        budget = table("budgets", {"scope": scope, "id": id_, "amount_idr": amount})
        found = found_in(plan, {"O1": 1}, tiny_problem(budgets=budget))
        assert [(f.table, f.row, f.column) for f in found] == (
            [] if enough else [("budgets", 2, "amount_idr")]
        )


def test_travel_is_paid_by_the_nearest_unit_upward_that_has_a_budget() -> None:
    parent = {"scope": "unit", "id": "DINKES", "amount_idr": 0}
    own = {"scope": "unit", "id": "PKM", "amount_idr": 10_000_000}
    plan = [("P4", "O1")]
    above = found_in(plan, {"O1": 1}, tiny_problem(budgets=table("budgets", parent)))
    assert [f.row for f in above] == [2]
    assert found_in(plan, {"O1": 1}, tiny_problem(budgets=table("budgets", parent, own))) == []


def test_a_fare_that_is_not_known_is_no_free_ride() -> None:
    frames = tiny_problem(travel=table("travel"))
    assert [f.value for f in found_in([("P3", "O1")], {"O1": 1}, frames)] == ["O1"]
    assert found_in([("P3", "O1")], {"O1": 1}, frames, default_travel_idr=1) == []


def test_locks_are_kept() -> None:
    locks = table(
        "locks",
        {"person_id": "P1", "offering_id": "O1", "state": "in"},
        {"person_id": "P2", "offering_id": "O1", "state": "out"},
    )
    found = found_in([("P2", "O1")], {"O1": 1}, tiny_problem(locks=locks))
    assert [(f.table, f.row, f.value) for f in found] == [("locks", 2, "P1"), ("locks", 3, "P2")]
    assert found_in([("P1", "O1")], {"O1": 1}, tiny_problem(locks=locks)) == []


def test_a_lock_may_break_rule_1_and_is_named() -> None:
    locks = table("locks", {"person_id": "P2", "offering_id": "O4", "state": "in"})
    chosen = choose(read_facts(problem(tiny_problem(locks=locks))), [("P2", "O4")], {"O4": 1})
    assert broken_rules(chosen) == []
    (note,) = kept_locks(chosen)
    assert "P2" in note
    assert "O4" in note


def test_a_lock_breaks_no_other_rule() -> None:
    locks = table("locks", {"person_id": "P3", "offering_id": "O1", "state": "in"})
    frames = changed("people", "P3", jp_max=10.0) | {"locks": locks}
    assert [f.value for f in found_in([("P3", "O1")], {"O1": 1}, frames)] == ["O1"]


def test_beside_a_lock_no_second_offering_of_the_programme_is_taken() -> None:
    locks = table("locks", {"person_id": "P4", "offering_id": "O1", "state": "in"})
    plan = [("P4", "O1"), ("P4", "O2")]
    found = found_in(plan, {"O1": 1, "O2": 1}, tiny_problem(locks=locks))
    assert [(f.row, f.value) for f in found] == [(3, "O2")]


def test_findings_speak_indonesian_unless_english_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASAH_LANG", raising=False)
    (indonesian,) = found_in([("P2", "O4")], {"O4": 1})
    monkeypatch.setenv("ASAH_LANG", "en")
    (english,) = found_in([("P2", "O4")], {"O4": 1})
    assert indonesian.what == "P2 sudah menyelesaikan program PROYEK1"
    assert english.what == "P2 has already completed programme PROYEK1"
    assert replace(indonesian, what="", remedy="") == replace(english, what="", remedy="")
