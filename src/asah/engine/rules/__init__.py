"""Law and policy as dated data: ``rules.at(date)`` gives the rules of a day."""

from __future__ import annotations

from asah.engine.rules.rulebook import (
    Band,
    Employment,
    Entitlement,
    JpForm,
    JpmPurpose,
    Rule,
    RuleSet,
    all_rules,
    at,
)

__all__ = [
    "Band",
    "Employment",
    "Entitlement",
    "JpForm",
    "JpmPurpose",
    "Rule",
    "RuleSet",
    "all_rules",
    "at",
]
