from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from asah.engine.needs.units import by_unit, coverage_of

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
