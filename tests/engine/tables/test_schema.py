"""The column files are the contract, and the only place that describes a column."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asah.engine.tables import SCHEMA, Policy, TableSpec, tables_of
from asah.engine.tables.messages import MESSAGES
from asah.engine.tables.reference import PAGE, reference_page

ROOT = Path(__file__).parents[3]

# The contract, word for word: columns, and those that must be filled.
CONTRACT = {
    "people": (
        "person_id! unit_id! place_id! position_id target_position_id position_kind employment! sex name"
        " golongan retires_on jp_done jp_target jp_max"
    ),
    "units": "unit_id! name! parent_id max_absent_share max_absent_people",
    "places": "place_id! name! zone lat lon connectivity",
    "travel": "from_place_id! to_place_id! cost_idr! per_day_idr",
    "competencies": "competency_id! name! kind stream",
    "needs": "person_id! competency_id! gap_levels! weight! basis against prob_gap expected_gap",
    "programmes": (
        "programme_id! name! form! jp! cost_per_person_idr! fund_id prerequisite_id organiser"
        " curriculum_owner connectivity general counts_to_max eligible_employment"
        " eligible_position_kind eligible_unit"
    ),
    "programme_effects": "programme_id! competency_id! gain_levels! gain_sd source",
    "offerings": (
        "offering_id! programme_id! period period_end place_id days seats_per_class min_per_class max_classes"
        " cost_per_class_idr resource_id start_date end_date"
    ),
    "resources": "resource_id! period! classes!",
    "mandates": "person_id! programme_id! points",
    "completed": "person_id! programme_id!",
    "budgets": "scope! id amount_idr!",
    "locks": "person_id! offering_id! state!",
    "requirements": "position_id! competency_id! level! importance",
    "ratings": "person_id! competency_id! rater_id rater_role! score! rated_on instrument",
    "performance": "person_id! predicate gap",
    "enrolments": "person_id! offering_id! locked!",
    "classes": "offering_id! classes! enrolled! seats cost_idr!",
    "people_outcome": "person_id! state! reason jp_planned! closure_points! need_points!",
    "prices": "scope! id period price! branch",
    "branches": "branch! offering_id! min_classes! max_classes!",
    "levels": "person_id! competency_id! level_mean! level_sd! ratings! basis",
    "needs_by_unit": "unit! competency! staff! assessed! with_gap! depth mwds rank_low rank_high",
    "needs_ranking": "unit! competency! staff! assessed! need_score rank_low rank_high",
    "coverage": "unit! competency! required! assessed!",
    "unassessed": "person_id! unit_id position_id reason",
}
REQUIRED_FOR_A_PLAN = {
    "people",
    "units",
    "places",
    "competencies",
    "needs",
    "programmes",
    "programme_effects",
    "offerings",
}


def test_column_files_carry_the_columns_of_the_contract() -> None:
    written = {
        name: " ".join(column.name + "!" * column.required for column in spec.columns)
        for name, spec in SCHEMA.items()
    }
    assert written == CONTRACT


def test_a_plan_needs_just_the_tables_of_the_contract() -> None:
    assert {
        spec.name for spec in tables_of("plan") if spec.used_by["plan"] == "required"
    } == REQUIRED_FOR_A_PLAN
    assert tables_of("check") == tables_of("plan")


@pytest.mark.parametrize("name", SCHEMA)
def test_a_column_file_is_sound(name: str) -> None:
    spec = SCHEMA[name]
    names = [column.name for column in spec.columns]
    assert len(set(names)) == len(names)
    assert set(spec.key) <= set(names)
    assert spec.used_by or spec.written_by
    for column in spec.columns:
        assert set(column.meaning) == {"id", "en"}
        assert all(text.endswith(".") for text in column.meaning.values())
        if column.refers_to:
            assert len(SCHEMA[column.refers_to].key) == 1
        if column.default is not None:
            assert not column.required
            assert column.choices is None or column.default in column.choices


@pytest.mark.parametrize("spec", tables_of("plan") + tables_of("needs"), ids=lambda spec: spec.name)
def test_every_number_that_goes_in_has_an_upper_limit(spec: TableSpec) -> None:
    numbers = [column for column in spec.columns if column.type not in ("text", "bool", "date")]
    assert [column.name for column in numbers if column.max is None] == []


def test_every_message_speaks_both_languages() -> None:
    for code, message in MESSAGES.items():
        facts = [
            {part.split("}")[0] for text in texts for part in text.split("{")[1:]}
            for texts in message.texts.values()
        ]
        assert facts[0] == facts[1], code
        assert all(remedy.endswith((".", "}")) for _, remedy in message.texts.values()), code


def test_the_reference_page_names_every_entry_of_the_policy() -> None:
    page = reference_page()
    for name in Policy.__dataclass_fields__:
        assert re.search(rf"^\| `\[*{name}\]*` \|", page, re.M), name


def test_the_reference_page_is_up_to_date() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    assert page == reference_page(), "run: python -m asah.engine.tables.reference > " + PAGE
