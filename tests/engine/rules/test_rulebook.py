from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from asah.engine import rules
from asah.engine.errors import CallError
from asah.engine.rules import rulebook
from asah.engine.rules.reference import page

TODAY = date(2026, 1, 1)
FILE = """
[[rule]]
name = "jp_entitlement"
unit = "JP"
regulation = "R"
valid_from = 2020-01-01
source = ["memory"]
verified = "{verified}"
values = [{{ key = "PNS", value = 1{more} }}]
"""


def test_a_rule_not_yet_in_force_is_refused_with_its_name_and_the_day() -> None:
    with pytest.raises(CallError, match=r"default_level\[jpt\] .* 2001-01-01"):
        rules.at(date(2001, 1, 1)).get("default_level", "jpt")


def test_every_rule_says_where_it_comes_from_and_whether_that_was_checked() -> None:
    for rule in rules.all_rules():
        assert rule.regulation, rule
        assert rule.source, rule
        assert rule.unit, rule
        quoted = any(rules.sources()[name].quotes for name in rule.source)
        assert not rule.verified or quoted, rule


def test_what_was_written_from_memory_alone_is_not_marked_verified() -> None:
    assert [rule.key for rule in rules.all_rules() if rule.verified] == ["PPPK"]
    assert len(rules.at(TODAY).unverified) == len(rules.at(TODAY).rules) - 1


def test_all_twenty_three_forms_are_in_force() -> None:
    codes = [f"K{i}" for i in range(1, 12)] + [f"N{i}" for i in range(1, 13)]
    ruleset = rules.at(TODAY)

    assert list(ruleset.keys("jp_form")) == codes
    assert {code for code in codes if ruleset.jp_form(code).cap is not None} == {
        "N1",
        "N2",
        "N3",
        "N9",
        "N10",
        "N11",
    }
    assert all(ruleset.jp_form(code).path == "klasikal" for code in codes[:11])


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(CallError, match="jp_form"):
        rules.at(TODAY).jp_form("K12")


def test_entitlements_differ_by_employment() -> None:
    kinds = {key: rules.at(TODAY).entitlement(key) for key in ("PNS", "CPNS", "PPPK", "PPPK_PARUH_WAKTU")}

    assert {key: (e.kind, e.jp) for key, e in kinds.items()} == {
        "PNS": ("minimum", Decimal(20)),
        "CPNS": ("none", None),
        "PPPK": ("ceiling", Decimal(24)),
        "PPPK_PARUH_WAKTU": ("unknown", None),
    }


def test_the_budget_share_is_exact() -> None:
    assert rules.at(TODAY).budget_share_minimum("province") == Decimal("0.0034")
    assert rules.at(TODAY).budget_share_minimum("district") == Decimal("0.0016")


@pytest.mark.parametrize(
    ("on", "law"), [(date(2023, 10, 30), "PP 11/2017"), (date(2023, 10, 31), "UU 20/2023")]
)
def test_the_law_behind_a_retirement_age_follows_the_day(on: date, law: str) -> None:
    ruleset = rules.at(on)

    assert ruleset.retirement_age("jpt") == 60
    assert ruleset.retirement_age("fungsional_ahli_utama") == 65
    assert ruleset.get("retirement_age", "jpt").regulation == law


@pytest.mark.parametrize(
    ("kind", "golongan", "level"),
    [
        ("jpt", "IV/b", 4),
        ("administrator", None, 3),
        ("pengawas", "III/c", 2),
        ("pelaksana", "II/a", 1),
        ("fungsional", "III/c", 3),
        ("fungsional", None, None),
        (None, "III/c", None),
    ],
)
def test_default_level_follows_the_kind_of_post_and_the_rank_of_a_functional_one(
    kind: str | None, golongan: str | None, level: int | None
) -> None:
    assert rules.at(TODAY).default_level(kind, golongan) == level


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (FILE.format(verified="perhaps", more=""), "write yes or no"),
        (FILE.format(verified="yes", more=""), "without a source that quotes"),
        (FILE.format(verified="no", more=', source = ["hearsay"]'), "unknown source hearsay"),
        (FILE.format(verified="no", more=", colour = 1"), "colour"),
        (FILE.format(verified="no", more="").replace("valid_from = 2020-01-01", ""), "valid_from"),
    ],
)
def test_a_rule_file_with_a_mistake_is_refused_by_name(text: str, wrong: str) -> None:
    with pytest.raises(CallError, match=wrong):
        rulebook.read("local.toml", text)


def test_a_date_given_as_text_is_refused() -> None:
    with pytest.raises(CallError, match="needs a date"):
        rules.at("2026-01-01")  # type: ignore[arg-type]


def test_the_page_of_rules_is_up_to_date() -> None:
    """If this fails: python -m asah.engine.rules.reference > docs/reference/rules.md"""
    path = Path(__file__).parents[3] / "docs" / "reference" / "rules.md"

    assert path.read_text(encoding="utf-8") == page()
