from __future__ import annotations

from collections import Counter
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asah.engine.report import apportion
from asah.engine.report.money import enrolment_costs, travel_payers
from asah.engine.tables import SCHEMA, Tables, load
from engine.report.greedy import GreedyPlan, greedy_plan
from factories.problem import POLICY, table, tiny_problem, write_problem

AMOUNTS = st.integers(0, 2**53)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@given(AMOUNTS, WEIGHTS)
def test_apportion_adds_up_to_the_rupiah(amount: int, weights: list[int]) -> None:
    assert sum(apportion(amount, weights)) == amount


@given(AMOUNTS, WEIGHTS.filter(any))
def test_apportion_keeps_every_share_within_a_rupiah_of_its_quota(amount: int, weights: list[int]) -> None:
    for share, weight in zip(apportion(amount, weights), weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1


@given(AMOUNTS, WEIGHTS.filter(any))
def test_apportion_gives_the_rupiah_left_over_to_the_largest_remainders(
    amount: int, weights: list[int]
) -> None:
    quotas = [Fraction(amount * weight, sum(weights)) for weight in weights]
    shares = apportion(amount, weights)
    raised = [quota % 1 for quota, share in zip(quotas, shares, strict=True) if share > quota]
    kept = [quota % 1 for quota, share in zip(quotas, shares, strict=True) if share < quota]
    assert not raised or not kept or min(raised) >= max(kept)


def test_apportion_prefers_the_earlier_of_equal_remainders() -> None:
    assert apportion(1_000_000, [1, 1, 1]) == [333_334, 333_333, 333_333]
    assert apportion(5, [1, 1, 1]) == [2, 2, 1]


def test_apportion_without_weights_shares_equally() -> None:
    assert apportion(5, [0, 0]) == [3, 2]


def test_apportion_refuses_money_for_nobody_and_negative_numbers() -> None:
    assert apportion(0, []) == []
    for amount, weights in ((1, []), (-1, [1]), (1, [-1])):
        with pytest.raises(ValueError, match=r"nobody|negative"):
            apportion(amount, weights)


def test_lines_follow_the_enrolments_and_agree_with_a_plain_sum(
    region: Tables, region_plan: GreedyPlan
) -> None:
    lines = enrolment_costs(region, region_plan.frames)
    enrolments = region_plan.frames["enrolments"]
    assert lines.select("person_id", "offering_id").equals(enrolments.select("person_id", "offering_id"))
    assert lines["total_idr"].sum() == region_plan.summary["spent_idr"]["total"]
    course = pl.col("class_idr") + pl.col("person_idr")
    by_offering = lines.group_by("offering_id").agg(course.sum().alias("cost_idr")).sort("offering_id")
    classes = region_plan.frames["classes"].select("offering_id", "cost_idr").sort("offering_id")
    assert by_offering.equals(classes)


def test_lines_share_a_class_evenly(region: Tables, region_plan: GreedyPlan) -> None:
    lines = enrolment_costs(region, region_plan.frames)
    shares = pl.col("class_idr")
    spread = lines.group_by("offering_id").agg((shares.max() - shares.min()).alias("spread"))
    assert spread["spread"].max() <= 1


def test_travel_is_paid_by_the_nearest_unit_upward(tiny: Tables) -> None:
    # Puskesmas Hulu has no budget of its own; Dinas Kesehatan above it has.
    assert travel_payers(tiny) == {"DINKES": "DINKES", "PKM": "DINKES"}


def test_travel_costs_the_fare_and_the_days_and_nothing_at_home(tiny: Tables) -> None:
    frames = _frames([("P4", "O1"), ("P4", "O2"), ("P4", "O3")], {"O1": 1, "O2": 1, "O3": 1})
    # From Hulu to Kota and back, two days; Hulu is home; O3 is online.
    assert enrolment_costs(tiny, frames)["travel_idr"].to_list() == [400_000 + 2 * 150_000, 0, 0]


def test_travel_without_a_row_takes_the_default(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = write_problem(
        tmp_path_factory.mktemp("fares"),
        tiny_problem(travel=table("travel")),
        POLICY | {"default_travel_idr": 777_000},
    )
    frames = _frames([("P4", "O1"), ("P1", "O1")], {"O1": 1})
    assert enrolment_costs(load(folder, "plan"), frames)["travel_idr"].to_list() == [777_000, 0]


def test_classes_opened_for_nobody_are_lines_of_their_own(tiny: Tables) -> None:
    lines = enrolment_costs(tiny, _frames([("P1", "O1")], {"O1": 1, "O4": 1, "O3": 1}))
    assert lines["person_id"].to_list() == ["P1", None]  # O3 costs nothing to open
    assert lines["total_idr"].to_list() == [1_300_000, 1_000_000]
    assert lines.row(1, named=True)["fund_id"] == "APBD"


@given(
    st.sets(
        st.tuples(st.sampled_from([f"P{i}" for i in range(1, 7)]), st.sampled_from(["O1", "O2", "O4", "O5"]))
    ),
    st.dictionaries(st.sampled_from(["O1", "O2", "O4", "O5"]), st.integers(0, 3)),
)
def test_lines_add_up_for_any_enrolments_and_classes(
    tiny: Tables, chosen: set[tuple[str, str]], classes: dict[str, int]
) -> None:
    lines = enrolment_costs(tiny, _frames(sorted(chosen), classes))
    price = {"O1": 300_000, "O2": 300_000, "O4": 400_000, "O5": 600_000}
    enrolled = Counter(offering for _, offering in chosen)
    assert lines["class_idr"].sum() == 1_000_000 * sum(classes.values())
    assert lines["person_idr"].sum() == sum(price[o] * n for o, n in enrolled.items())
    assert (lines["class_idr"] + lines["person_idr"] + lines["travel_idr"]).equals(
        lines["total_idr"], check_names=False
    )


def test_a_plan_of_nothing_costs_nothing(tiny: Tables) -> None:
    assert enrolment_costs(tiny, _frames([], {})).height == 0


def test_greedy_plan_keeps_the_budgets(tiny: Tables) -> None:
    spent = greedy_plan(tiny).summary["spent_idr"]
    assert 0 < spent["total"] <= 12_000_000


def _frames(enrolments: list[tuple[str, str]], classes: dict[str, int]) -> dict[str, pl.DataFrame]:
    taken = pl.DataFrame(
        [(person, offering, False) for person, offering in enrolments],
        schema=SCHEMA["enrolments"].schema,
        orient="row",
    )
    opened = pl.DataFrame(
        [(offering, count, 0, None, 0) for offering, count in classes.items()],
        schema=SCHEMA["classes"].schema,
        orient="row",
    )
    return {"enrolments": taken, "classes": opened}
