"""Law and policy as dated data: ``rules.at(date)`` gives the rules of a day."""

from __future__ import annotations

from asah.engine.rules.jp import EntitlementStatus, convert_jp, entitlement_status, jp_by_person
from asah.engine.rules.jpm import JobPersonMatch, job_person_match, jpm_band
from asah.engine.rules.rulebook import (
    Band,
    Employment,
    Entitlement,
    JpForm,
    JpmPurpose,
    Rule,
    RuleSet,
    Source,
    all_rules,
    at,
    sources,
)

__all__ = [
    "Band",
    "Employment",
    "Entitlement",
    "EntitlementStatus",
    "JobPersonMatch",
    "JpForm",
    "JpmPurpose",
    "Rule",
    "RuleSet",
    "Source",
    "all_rules",
    "at",
    "convert_jp",
    "entitlement_status",
    "job_person_match",
    "jp_by_person",
    "jpm_band",
    "sources",
]
