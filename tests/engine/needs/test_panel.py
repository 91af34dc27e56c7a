from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from asah.engine import rules
from asah.engine.errors import InputError
from asah.engine.needs.panel import ROLES, Encoded, encode
from engine.needs.panels import NOTHING_REQUIRED

RULES = rules.at(date(2026, 6, 1))
PEOPLE = pl.DataFrame({"person_id": ["Ani", "Badu", "Cici"]})
COMPETENCIES = pl.DataFrame({"competency_id": ["K1", "K2"]})


def encoded(*rows: dict[str, Any], required: pl.DataFrame = NOTHING_REQUIRED) -> Encoded:
    usual = {
        "person_id": "Ani",
        "competency_id": "K1",
        "rater_id": "Sri",
        "rater_role": "supervisor",
        "score": 3.0,
        "rated_on": date(2026, 5, 1),
    }
    ratings = pl.DataFrame([{**usual, **row} for row in rows], schema_overrides={"rated_on": pl.Date})
    return encode(ratings=ratings, people=PEOPLE, competencies=COMPETENCIES, required=required, rules=RULES)


def test_the_latest_rating_of_a_rater_replaces_the_earlier_one_and_that_is_said() -> None:
    found = encoded(
        {"score": 2.0, "rated_on": date(2026, 5, 2)}, {"score": 4.0}, {"score": 1.0, "rated_on": None}
    )

    assert found.panel.score.tolist() == [2.0]
    assert [finding.what[:18] for finding in found.findings] == ["2 penilaian lama d"]


def test_a_rater_in_two_roles_is_two_raters() -> None:
    found = encoded({}, {"rater_role": "peer"})

    assert found.panel.form_role.tolist() == [ROLES.index("supervisor"), ROLES.index("peer")]
    assert found.pairs["basis"].to_list() == ["supervisor+peer"]


def test_the_basis_names_roles_from_the_strongest_to_the_weakest() -> None:
    roles = ["self", "peer", "assessor", "supervisor", "test", "subordinate"]
    found = encoded(*({"rater_role": role, "rater_id": role} for role in roles))

    assert found.pairs["basis"].to_list() == ["assessor+test+supervisor+peer+subordinate+self"]
    assert found.pairs["ratings"].to_list() == [6]


def test_only_a_rater_of_several_people_has_a_severity_and_a_test_has_none() -> None:
    rows = [{"person_id": who, "rater_id": "Sri"} for who in ("Ani", "Badu")]
    tests = [{**row, "rater_id": "CAT", "rater_role": "test"} for row in rows]
    alone = [{"person_id": "Cici", "rater_id": "Tono"}]
    panel = encoded(*rows, *tests, *alone).panel

    of_role = dict(zip(panel.form_role.tolist(), panel.form_rater.tolist(), strict=True))
    assert of_role[ROLES.index("test")] == -1
    assert panel.form_rater[panel.form_person == 2].tolist() == [-1]
    assert panel.rater_role.tolist() == [ROLES.index("supervisor")]


def test_unnamed_raters_are_kept_apart_by_person_and_linked_across_competencies() -> None:
    rows = [
        {
            "rater_id": None,
            "rater_role": "peer",
            "person_id": who,
            "competency_id": competency,
            "score": score,
        }
        for who in ("Ani", "Badu")
        for score in (2.0, 4.0)
        for competency in ("K1", "K2")
    ]
    panel = encoded(*rows).panel

    assert len(panel.form_person) == 4
    assert panel.form_rater.tolist() == [-1] * 4
    for form in range(4):
        assert np.unique(panel.score[panel.form == form]).size == 1


def test_assessor_and_test_are_the_anchor_and_else_the_strongest_role_there_is() -> None:
    def anchors(*roles: str) -> list[str]:
        panel = encoded(*({"rater_role": role} for role in roles)).panel
        return [ROLES[role] for role in panel.anchors]

    assert anchors("self", "test", "assessor", "supervisor") == ["assessor", "test"]
    assert anchors("self", "peer", "supervisor") == ["supervisor"]
    assert anchors("self") == ["self"]


def test_evidence_past_its_validity_is_counted_in_years_and_older_ratings_weigh_less() -> None:
    fresh = {"rater_role": "assessor", "rated_on": date(2025, 6, 1)}
    old = {"rater_role": "supervisor", "rated_on": date(2023, 6, 1)}
    found = encoded(old, {**old, "competency_id": "K2"}, {**fresh, "competency_id": "K2"})

    assert found.panel.expired_years == pytest.approx([1.0, 0.0], abs=0.01)
    assert found.pairs["expired"].to_list() == [True, False]
    drift = RULES.number("evidence_drift_variance")
    by_pair = dict(zip(found.panel.pair.tolist(), found.panel.ageing.tolist(), strict=True))
    assert by_pair[0] == 0.0
    assert found.panel.ageing.max() == pytest.approx(drift, rel=0.01)


def test_the_smallest_step_of_the_scale_is_seen() -> None:
    assert encoded({"score": 3.0}).panel.step == 1.0
    assert encoded({"score": 3.5}).panel.step == 0.5
    assert encoded({"score": 3.25}).panel.step == 0.0


def test_the_standard_of_the_post_is_centred_and_0_where_there_is_none() -> None:
    required = pl.DataFrame(
        {"person_id": ["Ani", "Badu"], "competency_id": ["K1", "K1"], "required": [2.0, 4.0]}
    )
    panel = encoded({}, {"person_id": "Badu"}, {"person_id": "Cici"}, required=required).panel

    assert panel.standard.tolist() == [-1.0, 1.0, 0.0]


def test_every_unreadable_rating_is_named_at_once() -> None:
    with pytest.raises(InputError) as refused:
        encoded(
            {"person_id": "Dedi"},
            {"competency_id": None},
            {},
            {"rater_role": "boss"},
            {"score": float("nan")},
        )

    assert [(f.row, f.column, f.severity) for f in refused.value.findings] == [
        (2, "person_id", "error"),
        (3, "competency_id", "error"),
        (5, "rater_role", "error"),
        (6, "score", "error"),
    ]
