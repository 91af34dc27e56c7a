from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from asah.engine import rules
from asah.engine.needs.gaps import Required, expected_gap, find_needs, gap_variance, required_levels

RULES = rules.at(date(2026, 6, 1))
COMPETENCIES = pl.DataFrame(
    {"competency_id": ["K1", "K2", "T1"], "kind": ["managerial", "sociocultural", "technical"]}
)
REQUIREMENTS = pl.DataFrame(
    {
        "position_id": ["Staf", "Staf", "Kasi"],
        "competency_id": ["K1", "T1", "K1"],
        "level": [2.0, 3.0, 3.0],
        "importance": [1.5, 2.0, None],
    }
)


def required(*people: dict[str, Any]) -> Required:
    usual = {"person_id": "Ani", "position_id": "Staf", "target_position_id": None, "position_kind": None}
    schema = {
        "position_id": pl.String,
        "target_position_id": pl.String,
        "position_kind": pl.String,
        "golongan": pl.String,
    }
    frame = pl.DataFrame([{**usual, "golongan": None, **row} for row in people], schema_overrides=schema)
    return required_levels(people=frame, competencies=COMPETENCIES, requirements=REQUIREMENTS, rules=RULES)


def levels(*rows: tuple[str, str, float, float]) -> pl.DataFrame:
    frame = pl.DataFrame(
        rows, schema=["person_id", "competency_id", "posterior_mean", "level_sd"], orient="row"
    )
    return frame.with_columns(basis=pl.lit("supervisor"))


def test_expected_gap_and_its_variance_are_those_of_simulated_gaps_on_a_scale_that_starts_at_one() -> None:
    rng = np.random.default_rng(0)
    for mean, sd, bar in ((2.5, 0.4, 3.0), (3.4, 0.3, 3.0), (1.1, 0.6, 2.0), (4.0, 0.2, 2.0)):
        level = np.maximum(rng.normal(mean, sd, 400_000), 1.0)
        gap = np.maximum(bar - level, 0.0)
        level_of = {"mean": np.array([mean]), "sd": np.array([sd]), "required": np.array([bar])}
        below, expected = expected_gap(**level_of)
        assert expected[0] == pytest.approx(gap.mean(), abs=0.004)
        assert below[0] == pytest.approx((gap > 0).mean(), abs=0.004)
        assert gap_variance(**level_of)[0] == pytest.approx(gap.var(), abs=0.002)


def test_a_gap_is_never_negative_and_level_one_leaves_none() -> None:
    level = {
        "mean": np.array([5.0, 0.2, 1.0]),
        "sd": np.array([0.1, 0.3, 0.5]),
        "required": np.array([1.5, 1.0, 1.0]),
    }
    below, expected = expected_gap(**level)

    assert (expected >= 0).all()
    assert below[1:].tolist() == [0.0, 0.0]
    assert expected[1:].tolist() == [0.0, 0.0]
    assert gap_variance(**level)[1:].tolist() == [0.0, 0.0]


def test_the_post_held_and_the_next_one_are_asked_for_apart() -> None:
    rows = required({"target_position_id": "Kasi"}).rows

    assert rows.select("competency_id", "against", "required", "importance").rows() == [
        ("K1", "current", 2.0, 1.5),
        ("K1", "target", 3.0, 1.0),
        ("T1", "current", 3.0, 2.0),
    ]
    assert not rows["default"].any()


def test_the_post_with_the_larger_expected_gap_stands_for_the_person() -> None:
    rows = required(
        {"target_position_id": "Kasi"},
        {"person_id": "Badu", "position_id": "Kasi", "target_position_id": "Staf"},
    )
    found = find_needs(
        levels=levels(("Ani", "K1", 2.0, 0.3), ("Badu", "K1", 2.0, 0.3)), required=rows.rows, threshold=0.1
    )

    assert found.select("person_id", "against", "weight").rows() == [
        ("Ani", "target", 1.0),
        ("Badu", "current", 1.0),
    ]
    assert found["gap_levels"][0] == pytest.approx(1.0, abs=0.01)


def test_a_surplus_in_one_competency_leaves_the_deficit_in_another_alone() -> None:
    rows = required({}).rows
    with_surplus = find_needs(
        levels=levels(("Ani", "K1", 5.0, 0.2), ("Ani", "T1", 2.0, 0.2)), required=rows, threshold=0.1
    )
    without = find_needs(levels=levels(("Ani", "T1", 2.0, 0.2)), required=rows, threshold=0.1)

    assert with_surplus.filter("is_need").equals(without.filter("is_need"))
    assert without["gap_levels"][0] == pytest.approx(1.0, abs=0.01)


def test_a_gap_below_the_threshold_is_no_need() -> None:
    rows = required({}).rows
    found = find_needs(
        levels=levels(("Ani", "K1", 2.3, 0.3), ("Ani", "T1", 3.0, 0.3)), required=rows, threshold=0.1
    )

    assert found["is_need"].to_list() == [False, True]
    assert found["prob_gap"][1] == pytest.approx(0.5)
    assert found["gap_levels"][1] == pytest.approx(0.3 * 0.3989, rel=1e-3)


def test_a_post_without_a_standard_gets_the_labelled_default_for_general_competencies_only() -> None:
    found = required({"position_id": "Baru", "position_kind": "pengawas"}, {"person_id": "Badu"})

    assert found.rows.filter(pl.col("person_id") == "Ani").select(
        "competency_id", "required", "default"
    ).rows() == [
        ("K1", 2.0, True),
        ("K2", 2.0, True),
    ]
    assert [finding.what[:15] for finding in found.findings] == ["1 dari 2 orang "]
    needs = find_needs(levels=levels(("Ani", "K1", 1.0, 0.2)), required=found.rows, threshold=0.1)
    assert needs["basis"].to_list() == ["supervisor;default_level"]


def test_a_functional_post_without_a_standard_takes_its_default_from_the_rank() -> None:
    found = required({"position_id": None, "position_kind": "fungsional", "golongan": "III/c"})

    assert found.rows["required"].to_list() == [3.0, 3.0]


def test_where_not_even_a_default_is_known_nothing_is_required_and_that_is_said() -> None:
    found = required({"position_id": None, "position_kind": "fungsional"})

    assert found.rows.is_empty()
    assert "tanpa level bawaan" in found.findings[0].what
