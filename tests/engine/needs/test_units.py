from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from asah.engine.needs.units import LEAST_PEOPLE, by_unit, coverage_of, need_scores, rank_interval, ranking_of

PEOPLE = pl.DataFrame(
    {"person_id": [f"P{i}" for i in range(6)], "unit_id": ["U2", "U2", "U2", "U2", "U1", "U1"]}
)
REQUIRED = PEOPLE.select("person_id").join(pl.DataFrame({"competency_id": ["K1", "K2"]}), how="cross")


def gaps(*rows: tuple[str, str, float, float, float]) -> pl.DataFrame:
    """person, competency, expected gap, probability of a gap, importance."""
    frame = pl.DataFrame(
        rows, schema=["person_id", "competency_id", "expected_gap", "prob_gap", "weight"], orient="row"
    )
    return frame.with_columns(gap_levels="expected_gap", is_need=pl.col("expected_gap") >= 0.1)


FOUND = gaps(
    ("P0", "K1", 1.0, 0.99, 2.0),
    ("P1", "K1", 0.6, 0.95, 1.0),
    ("P2", "K1", 0.2, 0.40, 1.0),
    ("P0", "K2", 0.01, 0.02, 3.0),
    ("P1", "K2", 0.04, 0.10, 3.0),
    ("P4", "K2", 0.5, 0.90, 1.0),
)


def test_units_count_who_is_required_assessed_and_likely_to_have_a_gap() -> None:
    table = by_unit(people=PEOPLE, required=REQUIRED, gaps=FOUND, seed=0)

    assert table.select("unit", "competency", "staff", "assessed", "with_gap").rows() == [
        ("U2", "K1", 4, 3, 2),
        ("U2", "K2", 4, 2, 0),
        ("U1", "K2", 2, 1, 1),
        ("U1", "K1", 2, 0, 0),
    ]


def test_depth_is_the_mean_gap_of_those_who_have_one_and_borich_weighs_by_mean_importance() -> None:
    table = by_unit(people=PEOPLE, required=REQUIRED, gaps=FOUND, seed=0)

    assert table["depth"].to_list() == [pytest.approx(0.8), None, pytest.approx(0.5), None]
    # Mean importance 4/3 times mean gap 1.8/3 over the three assessed; 3 times 0.05/2; 1 times 0.5.
    assert table["mwds"].to_list() == [pytest.approx(0.8), pytest.approx(0.075), pytest.approx(0.5), None]


def test_rank_intervals_are_narrow_where_needs_differ_and_wide_where_they_do_not() -> None:
    rng = np.random.default_rng(2)
    people = pl.DataFrame({"person_id": [f"P{i}" for i in range(60)], "unit_id": "U"})
    means = {"A": 1.0, "B": 0.4, "C": 0.4, "D": 0.05}
    rows = [
        (person, name, float(max(0.0, rng.normal(mean, 0.3))), 0.9, 1.0)
        for person in people["person_id"].to_list()
        for name, mean in means.items()
    ]
    required = people.select("person_id").join(pl.DataFrame({"competency_id": list(means)}), how="cross")
    table = by_unit(people=people, required=required, gaps=gaps(*rows), seed=3)
    ranks = {
        name: (low, high)
        for name, low, high in table.select("competency", "rank_low", "rank_high").iter_rows()
    }

    assert ranks["A"] == (1, 1)
    assert ranks["B"] == ranks["C"] == (2, 3)
    assert ranks["D"] == (4, 4)
    assert by_unit(people=people, required=required, gaps=gaps(*rows), seed=3).equals(table)


def test_coverage_counts_required_and_assessed_of_every_unit() -> None:
    levels = FOUND.select("person_id", "competency_id").vstack(
        pl.DataFrame({"person_id": ["P0"], "competency_id": ["T9"]})
    )
    table = coverage_of(people=PEOPLE, required=REQUIRED, levels=levels)

    assert table.rows() == [("U2", "K1", 4, 3), ("U2", "K2", 4, 2), ("U1", "K1", 2, 0), ("U1", "K2", 2, 1)]


def test_nobody_assessed_leaves_units_with_staff_and_blanks() -> None:
    table = by_unit(people=PEOPLE, required=REQUIRED, gaps=FOUND.clear(), seed=0)

    assert table["staff"].to_list() == [4, 4, 2, 2]
    assert table["assessed"].to_list() == [0] * 4
    assert table["mwds"].null_count() == table["rank_low"].null_count() == 4


def office(staff: dict[str, int]) -> pl.DataFrame:
    """So many people in each unit."""
    rows = [(f"{unit}-{i}", unit) for unit, count in staff.items() for i in range(count)]
    return pl.DataFrame(rows, schema=["person_id", "unit_id"], orient="row")


def measured(
    people: pl.DataFrame, gap: dict[str, float], *, variance: float = 0.0, weight: float = 1.0
) -> pl.DataFrame:
    """Everybody has the same expected gap in a competency."""
    rows = [
        (person, name, value, 0.9, weight) for person in people["person_id"] for name, value in gap.items()
    ]
    return gaps(*rows).with_columns(gap_variance=pl.lit(variance))


def asked(people: pl.DataFrame, *competencies: str) -> pl.DataFrame:
    return people.select("person_id").join(
        pl.DataFrame({"competency_id": list(competencies)}), how="cross", maintain_order="left"
    )


def test_the_need_score_is_expected_gap_times_importance_times_headcount() -> None:
    people = office({"U": 40})
    some = people.head(20)
    found = pl.concat(
        [measured(some.head(10), {"K": 1.0}, weight=2.0), measured(some.tail(10), {"K": 0.5}, weight=1.0)]
    )
    row = need_scores(people=people, required=asked(people, "K"), gaps=found).row(0, named=True)

    assert (row["staff"], row["assessed"]) == (40, 20)
    # Importance times gap is 2 for ten people and 0.5 for ten: 1.25 on average, for forty people.
    assert row["need_score"] == pytest.approx(50.0)
    # Twenty drawn from forty without replacement, whose values vary by 0.75^2 x 20 / 19.
    assert row["score_sd"] == pytest.approx(40 * np.sqrt(0.5 * 0.75**2 * 20 / 19 / 20))


def test_everybody_assessed_leaves_only_what_their_levels_leave_open() -> None:
    people = office({"U": 25})
    found = measured(people, {"K": 0.6}, variance=0.04, weight=3.0)
    row = need_scores(people=people, required=asked(people, "K"), gaps=found).row(0, named=True)

    assert row["score_sd"] == pytest.approx(3.0 * np.sqrt(25 * 0.04))


def test_headcount_puts_a_shallow_gap_of_many_before_a_deep_one_of_few() -> None:
    people = office({"U": 60})
    few = people.head(12)
    required = pl.concat([asked(few, "DEEP"), asked(people, "WIDE")])
    found = pl.concat([measured(few, {"DEEP": 1.5}), measured(people, {"WIDE": 0.5})])
    table = ranking_of(people=people, required=required, gaps=found, seed=0)

    assert table.select("competency", "need_score", "rank_low", "rank_high").rows() == [
        ("WIDE", pytest.approx(30.0), 1, 1),
        ("DEEP", pytest.approx(18.0), 2, 2),
    ]
    assert by_unit(people=people, required=required, gaps=found, seed=0)["competency"][0] == "DEEP"


def test_ties_share_their_ranks_and_uncertainty_widens_them() -> None:
    people = office({"U": 30})
    required = asked(people, "A", "B", "C")
    known = measured(people, {"A": 0.5, "B": 0.5, "C": 0.4})
    sure = ranking_of(people=people, required=required, gaps=known, seed=0)
    unsure = ranking_of(
        people=people, required=required, gaps=known.with_columns(gap_variance=pl.lit(0.5)), seed=0
    )

    assert sure.select("competency", "rank_low", "rank_high").rows() == [
        ("A", 1, 2),
        ("B", 1, 2),
        ("C", 3, 3),
    ]
    assert unsure.select("competency", "rank_low", "rank_high").rows() == [
        ("A", 1, 3),
        ("B", 1, 3),
        ("C", 1, 3),
    ]
    borich = by_unit(people=people, required=required, gaps=known, seed=0)
    assert borich.select("rank_low", "rank_high").rows() == [(1, 2), (1, 2), (3, 3)]


def test_the_rank_interval_holds_the_middle_ninety_percent_of_ranks() -> None:
    often, seldom = np.arange(400) < 376, np.arange(400) >= 376
    score = np.stack([np.ones(400), np.full(400, 0.5), np.where(often, 0.0, 2.0)], axis=1)
    more = np.stack([np.ones(400), np.full(400, 0.5), np.where(seldom, 0.0, 2.0)], axis=1)

    assert rank_interval(score).tolist() == [[1, 2, 1], [2, 3, 3]]
    assert rank_interval(more).tolist() == [[1, 2, 1], [2, 3, 3]]
    assert rank_interval(score[:380]).tolist() == [[1, 2, 3], [1, 2, 3]]


def test_units_with_too_few_assessed_people_have_no_ranking_and_stand_last() -> None:
    people = office({"ONE": 1, "FEW": 12, "MANY": 12})
    required = asked(people, "K", "L")
    enough = people.filter((pl.col("unit_id") != "FEW") | (pl.col("person_id") < "FEW-8"))
    assert enough.filter(pl.col("unit_id") == "FEW").height == LEAST_PEOPLE
    found = pl.concat([measured(enough, {"K": 0.3}), measured(enough.head(10), {"L": 0.6})])
    table = ranking_of(people=people, required=required, gaps=found, seed=0)

    assert table.select("unit", "competency", "assessed", "need_score", "rank_low", "rank_high").rows() == [
        ("ONE", "K", 1, None, None, None),
        ("ONE", "L", 1, None, None, None),
        ("FEW", "K", 10, pytest.approx(3.6), 1, 1),
        ("FEW", "L", 9, None, None, None),
        ("MANY", "K", 12, pytest.approx(3.6), 1, 1),
        ("MANY", "L", 0, None, None, None),
    ]


def test_the_same_seed_ranks_alike_and_nobody_assessed_leaves_blanks() -> None:
    people = office({"U": 30, "V": 15})
    required = asked(people, "A", "B")
    found = measured(people, {"A": 0.5, "B": 0.45}, variance=0.1)
    table = ranking_of(people=people, required=required, gaps=found, seed=4)
    blank = ranking_of(people=people, required=required, gaps=found.clear(), seed=4)

    assert ranking_of(people=people, required=required, gaps=found, seed=4).equals(table)
    assert blank["assessed"].to_list() == [0] * 4
    assert blank["need_score"].null_count() == blank["rank_low"].null_count() == 4
