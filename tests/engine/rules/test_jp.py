"""The JP questions a reviewer asks first, each a test; rates are those of the annex of PerLAN 10/2018."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from asah.engine import rules
from asah.engine.errors import InputError

RULES = rules.at(date(2026, 1, 1))


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    """Verified records of one person unless a row says otherwise."""
    usual = {
        "person_id": "Sari",
        "form": "K3",
        "amount": 1.0,
        "started_on": None,
        "completed_on": date(2026, 5, 4),
        "international": False,
        "certificate_no": None,
        "state": "verified",
    }
    schema = {
        "started_on": pl.Date,
        "completed_on": pl.Date,
        "certificate_no": pl.String,
        "amount": pl.Float64,
    }
    return pl.DataFrame([{**usual, **row} for row in rows], schema_overrides=schema)


def jp(*rows: dict[str, Any]) -> Decimal:
    total = rules.convert_jp(records(*rows), rules=RULES)["jp"].sum()
    assert isinstance(total, Decimal)
    return total


def status(employment: str, amount: str) -> rules.EntitlementStatus:
    return rules.entitlement_status(employment=employment, jp_verified=Decimal(amount), rules=RULES)


def test_06_a_pns_with_twenty_jp_has_fulfilled_and_with_a_hundredth_less_has_not() -> None:
    assert status("PNS", "20").state == "fulfilled"
    assert status("PNS", "20.00").state == "fulfilled"
    assert status("PNS", "19.99").state == "short"
    assert status("PNS", "19.99").text_id == "19,99 dari sedikitnya 20 JP setahun: kurang 0,01 JP."


def test_07_a_pppk_never_misses_a_minimum_and_above_the_ceiling_gets_a_notice() -> None:
    assert status("PPPK", "0").state == "within_ceiling"
    assert status("PPPK", "24").state == "within_ceiling"
    above = status("PPPK", "24.5")
    assert (above.state, above.limit, above.difference) == ("above_ceiling", Decimal(24), Decimal("0.5"))
    assert "24" in above.text_id


def test_07_the_ceiling_comes_from_the_rules_of_the_day() -> None:
    with pytest.raises(rules.rulebook.CallError, match=r"jp_entitlement\[PPPK\] .* 2018-01-01"):
        rules.entitlement_status(employment="PPPK", jp_verified=Decimal(1), rules=rules.at(date(2018, 1, 1)))


def test_07_a_part_time_contract_has_no_known_rule_and_says_so() -> None:
    part_time = status("PPPK_PARUH_WAKTU", "3")
    assert (part_time.state, part_time.limit) == ("no_rule", None)


@pytest.mark.parametrize(("international", "expected"), [(False, 8), (True, 12)])
def test_08_a_seminar_of_two_days_is_eight_jp_at_home_and_twelve_abroad(
    international: bool, expected: int
) -> None:
    assert jp({"form": "K6", "amount": 2, "international": international}) == expected


@pytest.mark.parametrize(("international", "expected"), [(False, 10), (True, 14)])
def test_09_a_workshop_of_two_days_is_ten_jp_at_home_and_fourteen_abroad(
    international: bool, expected: int
) -> None:
    assert jp({"form": "K7", "amount": 2, "international": international}) == expected


def test_10_thirty_jp_of_technical_training_abroad_are_thirty_six() -> None:
    assert jp({"form": "K3", "amount": 30, "international": True}) == 36


def test_10_a_fifth_on_top_is_never_rounded_up() -> None:
    assert jp({"form": "K3", "amount": 17, "international": True}) == Decimal("20.4")
    assert jp({"form": "K3", "amount": 16.66, "international": True}) == Decimal("19.99")
    assert jp({"form": "K3", "amount": 19.999}) == Decimal("19.99")


def test_11_three_coaching_sessions_in_a_month_are_four_jp() -> None:
    sessions = [{"form": "N1", "completed_on": date(2026, 5, day)} for day in (4, 11, 18)]

    assert jp(*sessions) == 4
    converted = rules.convert_jp(records(*sessions), rules=RULES)
    assert converted["reason"].to_list() == ["counted", "counted", "capped"]


def test_11_two_sessions_in_may_and_two_in_june_are_eight_jp() -> None:
    assert (
        jp(*({"form": "N1", "completed_on": date(2026, month, day)} for month in (5, 6) for day in (4, 11)))
        == 8
    )


def test_11_sessions_recorded_in_one_line_meet_the_same_cap() -> None:
    assert jp({"form": "N1", "amount": 3}) == 4
    assert jp({"form": "N1", "amount": 1}, {"form": "N1", "amount": 2}) == 4


def test_11_caps_belong_to_one_person_and_one_form() -> None:
    rows = [{"form": form, "person_id": who} for form in ("N1", "N2", "N11") for who in ("Sari", "Budi")]

    assert jp(*rows, *rows) == 6 * 4


def test_12_five_hours_of_e_learning_in_a_day_are_three_jp() -> None:
    assert jp({"form": "N3", "amount": 5}) == 3
    assert jp({"form": "N3", "amount": 2}, {"form": "N3", "amount": 2.5}) == 3


def test_12_five_hours_of_e_learning_over_two_days_are_counted_per_day() -> None:
    assert jp({"form": "N3", "amount": 5, "started_on": date(2026, 5, 3)}) == 5
    assert jp({"form": "N3", "amount": 7, "started_on": date(2026, 5, 3)}) == 6


def test_12_a_course_of_three_days_shares_the_cap_of_a_day_with_another_record() -> None:
    course = {"form": "N3", "amount": 5, "started_on": date(2026, 5, 2)}
    same_day = {"form": "N3", "amount": 3, "completed_on": date(2026, 5, 2)}

    # 5 JP over three days: 1.67 on the first, where 3 are taken already; 1.67 and 1.66 on the others.
    assert jp(same_day, course) == Decimal("6.33")


def test_12_an_e_learning_abroad_earns_no_more() -> None:
    assert jp({"form": "N3", "amount": 5, "international": True}) == 3


@pytest.mark.parametrize("form", ["N9", "N10"])
def test_13_community_of_practice_and_self_study_are_two_jp_a_day_at_most(form: str) -> None:
    assert jp({"form": form, "amount": 1.5}, {"form": form, "amount": 4}) == 2
    assert jp({"form": form, "amount": 4}, {"form": form, "amount": 4, "completed_on": date(2026, 5, 5)}) == 4


def test_14_benchmarking_is_ten_jp_whatever_its_days() -> None:
    assert jp({"form": "N7", "started_on": date(2026, 4, 1)}) == 10


@pytest.mark.parametrize(("international", "expected"), [(False, 20), (True, 24)])
@pytest.mark.parametrize("form", ["N5", "N8", "N12"])
def test_14_an_internship_secondment_or_exchange_is_twenty_jp_and_twenty_four_abroad(
    form: str, international: bool, expected: int
) -> None:
    assert jp({"form": form, "started_on": date(2026, 2, 1), "international": international}) == expected


def test_15_a_course_from_december_to_january_counts_once_in_the_year_of_completion() -> None:
    course = {"amount": 40, "started_on": date(2025, 12, 15), "completed_on": date(2026, 1, 20)}
    online = {"form": "N3", "amount": 4, "started_on": date(2025, 12, 31), "completed_on": date(2026, 1, 1)}
    people = rules.jp_by_person(rules.convert_jp(records(course, online), rules=RULES))

    assert people.select("year", "jp_verified").rows() == [(2026, Decimal(44))]


def test_16_the_same_certificate_number_counts_once() -> None:
    first = {"amount": 10, "certificate_no": "800/12 /BKPSDM"}
    again = {"amount": 12, "certificate_no": "800/12/bkpsdm", "completed_on": date(2026, 6, 1)}

    assert jp(first, again) == 10
    assert jp(first, {**again, "person_id": "Budi"}) == 22
    assert jp({**first, "certificate_no": " "}, {**again, "certificate_no": ""}) == 22
    for nothing in ("-", "tidak ada"):  # as offices write that there is none
        assert jp({**first, "certificate_no": nothing}, {**again, "certificate_no": nothing}) == 22
    converted = rules.convert_jp(records(first, again), rules=RULES)
    assert converted["reason"].to_list() == ["counted", "duplicate_certificate"]


def test_16_of_two_records_with_one_certificate_the_verified_one_counts() -> None:
    planned = {"amount": 12, "certificate_no": "A1", "state": "planned"}
    people = rules.jp_by_person(
        rules.convert_jp(records(planned, {"amount": 10, "certificate_no": "A1"}), rules=RULES)
    )

    assert people.select("jp_planned", "jp_verified").rows() == [(Decimal(0), Decimal(10))]


def test_17_planned_attended_and_verified_jp_are_three_columns() -> None:
    rows = [
        {"amount": 8, "state": "planned"},
        {"amount": 6, "state": "attended"},
        {"amount": 5, "state": "verified"},
    ]
    people = rules.jp_by_person(rules.convert_jp(records(*rows), rules=RULES))

    assert people.rows() == [("Sari", 2026, Decimal(8), Decimal(6), Decimal(5))]


def test_17_a_cap_is_used_up_by_verified_records_first() -> None:
    rows = [
        {"form": "N1", "amount": 2, "state": "planned"},
        {"form": "N1", "state": "verified", "completed_on": date(2026, 5, 28)},
    ]
    people = rules.jp_by_person(rules.convert_jp(records(*rows), rules=RULES))

    assert people.select("jp_planned", "jp_verified").rows() == [(Decimal(2), Decimal(2))]


def test_bad_records_are_refused_all_at_once_with_their_rows() -> None:
    bad = records(
        {"form": "Z9"},
        {},
        {"amount": -1},
        {"amount": None},
        {"completed_on": None},
        {"started_on": date(2026, 6, 1)},
        {"state": "perhaps"},
    )
    with pytest.raises(InputError) as refused:
        rules.convert_jp(bad, rules=RULES)

    assert [(f.row, f.column) for f in refused.value.findings] == [
        (2, "form"),
        (4, "amount"),
        (5, "amount"),
        (6, "completed_on"),
        (7, "started_on"),
        (8, "state"),
    ]


def test_converting_changes_neither_the_records_nor_their_order() -> None:
    before = records({"form": "N3", "amount": 9}, {"form": "K6"}, {"form": "N1"})
    converted = rules.convert_jp(before, rules=RULES)

    assert converted.select(before.columns).equals(before)
    assert converted["jp"].to_list() == [Decimal(3), Decimal(4), Decimal(2)]


def test_no_records_give_no_jp() -> None:
    assert rules.convert_jp(records({}).clear(), rules=RULES).is_empty()
