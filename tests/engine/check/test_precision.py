"""Prices so large that the numbers of a computer cannot add them up prove nothing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from asah.engine.check import CheckResult, check_plan
from asah.engine.check.bound import bound
from asah.engine.check.branches import read_branches
from asah.engine.check.facts import read_facts
from asah.engine.check.prices import read_prices
from asah.engine.tables import Policy, Tables
from engine.check.oracle import (
    Exact,
    PlanFiles,
    PriceKey,
    plan_files,
    price_rows,
    random_prices,
    random_problem,
    tables,
)
from factories.problem import table

PEOPLE = ("Ani", "Budi", "Citra", "Dewi")
NEED = 4.0
SEATS, MINIMUM = ("seats", "O", None), ("minimum", "O", None)
ONE, NONE = {"O": (1, 1)}, {"O": (0, 0)}
EVERYBODY = [(name, "O") for name in PEOPLE]


def one_class(**unit: int) -> Tables:
    """Four people, and one class that closes what all of them need; it opens for all four or not at all."""
    person = {"unit_id": "U", "place_id": "T", "employment": "PNS"}
    need = {"competency_id": "K", "gap_levels": 1.0, "weight": NEED}
    programme = {"programme_id": "G", "name": "G", "form": "K3", "jp": 8.0, "cost_per_person_idr": 0}
    offering = {"programme_id": "G", "seats_per_class": 4, "min_per_class": 4, "period": 2, "place_id": "T"}
    frames = {
        "people": table("people", *({"person_id": name, **person} for name in PEOPLE)),
        "units": table("units", {"unit_id": "U", "name": "Dinas", **unit}),
        "places": table("places", {"place_id": "T", "name": "Kota"}),
        "competencies": table("competencies", {"competency_id": "K", "name": "Pelayanan"}),
        "needs": table("needs", *({"person_id": name, **need} for name in PEOPLE)),
        "programmes": table("programmes", programme),
        "programme_effects": table(
            "programme_effects", {"programme_id": "G", "competency_id": "K", "gain_levels": 1.0}
        ),
        "offerings": table("offerings", {"offering_id": "O", **offering}),
    }
    return tables(frames, Policy(year=2027, periods=4))


def nobody(problem: Tables, prices: Mapping[str, Mapping[PriceKey, float]]) -> PlanFiles:
    """A plan that enrols nobody and calls that the optimum; ``prices`` of the cases none and one."""
    files = plan_files(problem, []).with_entry("status", "optimal").with_entry("bound_by", "branches")
    files = files.with_entry("bound", files.summary["objective"]).with_entry("gap", 0.0)
    cases = {"none": NONE, "one": ONE}
    rows = [
        {"branch": name, "offering_id": "O", "min_classes": low, "max_classes": high}
        for name, case in cases.items()
        for low, high in case.values()
    ]
    frame = pl.concat([price_rows(prices.get(name, {}), name) for name in cases])
    return files.with_frame("prices", frame).with_frame("branches", table("branches", *rows))


def checked(problem: Tables, files: PlanFiles, folder: Path) -> CheckResult:
    """Nothing that overflows may end as a warning of the library that adds it up."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return check_plan(problem=problem, plan_folder=files.write(folder))


def where(result: CheckResult) -> list[tuple[str, str, str]]:
    return [(found.table, found.column, found.value) for found in result.failures]


def test_everybody_in_the_class_is_worth_sixteen_and_that_is_the_optimum(tmp_path: Path) -> None:
    problem = one_class()
    files = plan_files(problem, EVERYBODY).with_entry("status", "optimal")
    assert files.summary["objective"] == 4 * NEED
    assert checked(problem, files, tmp_path).failures == ()


@pytest.mark.parametrize(
    "prices",
    [
        {SEATS: 1e308},
        {MINIMUM: 1e308},
        {SEATS: 1e308, MINIMUM: 1e308},
        {("absence", "U", t): 1e308 for t in (1, 2, 3, 4)},
        {("absence", "U", 1): 1.7e308, ("absence", "U", 2): 1.0},
    ],
)
def test_prices_that_overflow_prove_nothing(prices: dict[PriceKey, float], tmp_path: Path) -> None:
    problem = one_class(max_absent_people=4)
    files = plan_files(problem, [])
    for said in (0.0, 16.0, 1e300):
        stated = files.with_entry("bound", said).with_entry("gap", float(said > 0))
        result = checked(problem, stated.with_frame("prices", price_rows(prices)), tmp_path)
        assert where(result) == [("prices", "branch", "")]
        assert result.bound is None
        assert result.gap is None


def test_a_price_of_money_that_overflows_proves_nothing(tmp_path: Path) -> None:
    problem = random_problem(0)
    files = plan_files(problem, []).with_entry("gap", 0.0)
    files = files.with_entry("bound", files.summary["objective"])
    for key in (("total", "", None), ("fund", "F0", None)):
        result = checked(problem, files.with_frame("prices", price_rows({key: 1e307})), tmp_path)
        assert where(result) == [("prices", "branch", "")]


@pytest.mark.parametrize("large", [1e308, 1e200])
def test_a_branch_without_a_number_is_not_hidden_by_one_that_has_it(large: float, tmp_path: Path) -> None:
    problem = one_class()
    files = nobody(problem, {"none": {SEATS: 5.0}, "one": {SEATS: large, MINIMUM: large}})
    result = checked(problem, files, tmp_path)
    assert where(result) == [("prices", "branch", "one")]
    assert result.bound is None


@pytest.mark.parametrize("large", [1e12, 1e17, 1e60, 1e100])
def test_points_lost_beside_large_prices_are_no_proof(large: float, tmp_path: Path) -> None:
    problem = one_class()
    result = checked(problem, nobody(problem, {"none": {SEATS: 5.0}, "one": {MINIMUM: large}}), tmp_path)
    assert not result.ok
    assert result.bound is None or result.bound >= 4 * NEED


def test_what_a_large_absence_price_takes_from_a_small_one_is_no_proof(tmp_path: Path) -> None:
    problem = one_class(max_absent_people=0)
    files = nobody(problem, {"none": {SEATS: 5.0}, "one": {("absence", "U", 1): 1e17, MINIMUM: 1.0}})
    assert where(checked(problem, files, tmp_path)) == [("prices", "branch", "one")]


def test_prices_that_keep_everybody_out_are_no_trouble(tmp_path: Path) -> None:
    problem = one_class()
    files = nobody(problem, {"none": {SEATS: 1e9}, "one": {SEATS: 4.0}})
    stated = files.with_entry("bound", 16.0).with_entry("gap", 1.0).with_entry("status", "gap_reached")
    result = checked(problem, stated, tmp_path)
    assert result.failures == ()
    assert result.bound == pytest.approx(16.0, abs=1e-9)


def test_a_hopeless_branch_may_be_as_inexact_as_it_likes(tmp_path: Path) -> None:
    problem = one_class()
    frames = dict(problem.frames)
    frames["offerings"] = frames["offerings"].with_columns(min_per_class=pl.lit(5), max_classes=pl.lit(1))
    empty = tables(frames, Policy(year=2027, periods=4))
    files = nobody(empty, {"none": {SEATS: 5.0}, "one": {MINIMUM: 1e14}})
    result = checked(empty, files, tmp_path)
    assert result.failures == ()
    assert result.bound == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_what_is_proved_with_its_error_is_never_below_the_exact_bound(seed: int) -> None:
    """Prices of every size, the exact bound in rational numbers."""
    problem = random_problem(seed, offerings=5)
    facts, oracle = read_facts(problem), Exact(problem)
    for scale in (1.0, 1e6, 1e12, 1e15, 1e18):
        small = random_prices(problem, seed)
        prices = {
            key: price * (scale if k % 2 and key[0] != "equity" else 1.0)
            for k, (key, price) in enumerate(small.items())
        }
        found = bound(facts, read_prices(facts, price_rows(prices)))
        exact = oracle.bound({key: oracle.number(price) for key, price in prices.items()})
        assert exact == -math.inf or isinstance(exact, Fraction)
        if exact == -math.inf:
            assert found.points == -math.inf
        else:
            assert abs(found.points - exact) <= found.error
            assert scale > 1 or found.error < 1e-9


def test_a_branch_is_named_in_both_languages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    problem = one_class()
    files = nobody(problem, {"none": {SEATS: 5.0}, "one": {MINIMUM: 1e17}})
    for language, words in (("id", "terlalu besar"), ("en", "too large")):
        monkeypatch.setenv("ASAH_LANG", language)
        (found,) = checked(problem, files, tmp_path).failures
        assert words in found.what
        assert found.value == "one"


def test_the_error_of_a_branch_counts_what_its_classes_pay() -> None:
    facts = read_facts(one_class())
    row = {"branch": "one", "offering_id": "O", "min_classes": 1, "max_classes": 1}
    case = read_branches(facts, table("branches", row))["one"]
    small, large = (
        bound(facts, read_prices(facts, price_rows({MINIMUM: price})), case) for price in (1.0, 1e17)
    )
    assert small.points == pytest.approx(4 * NEED)
    assert small.error < 1e-9
    assert large.error > 4 * NEED
