from __future__ import annotations

from datetime import date

import pytest

from asah.engine import rules
from asah.engine.errors import CallError


def test_a_rule_not_yet_in_force_is_refused_with_its_name_and_the_day() -> None:
    with pytest.raises(CallError, match=r"default_level\[jpt\] is in force on 2001-01-01"):
        rules.at(date(2001, 1, 1)).get("default_level", "jpt")


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
    assert rules.at(date(2026, 1, 1)).default_level(kind, golongan) == level
