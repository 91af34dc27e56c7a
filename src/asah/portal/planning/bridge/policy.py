"""The rules of a plan's year: what the law says of JP to begin with, and the file the engine reads."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from asah.engine import rules
from asah.engine.tables.policy import DEFAULT_PERIODS, MAX_FLOORS, MAX_PERIODS

__all__ = ["MAX_FLOORS", "MAX_PERIODS", "default_policy", "policy_toml", "unverified_rules"]


def default_policy(year: int) -> dict[str, Any]:
    """A policy with the rights and ceilings of JP in force when the year begins, and no other limit."""
    law = rules.at(dt.date(year, 1, 1))
    right: dict[str, float] = {}
    ceiling: dict[str, float] = {}
    for employment in law.keys("jp_entitlement"):
        entitlement = law.entitlement(employment)
        if entitlement.jp is not None:
            (right if entitlement.kind == "minimum" else ceiling)[employment] = float(entitlement.jp)
    return {
        "periods": DEFAULT_PERIODS,
        "jp_target": right,
        "jp_max": ceiling,
        "points_per_jp_short": 0.05,
        "points_per_mandate_missed": 20.0,
        "equity": [],
    }


def unverified_rules(year: int) -> list[tuple[str, str]]:
    """Employment and regulation of the rules on JP whose wording was not checked."""
    law = rules.at(dt.date(year, 1, 1))
    return [(rule.key, rule.regulation) for rule in law.unverified if rule.name == "jp_entitlement"]


def policy_toml(policy: Mapping[str, Any], year: int) -> str:
    """The text of ``policy.toml``: plain values, then tables, then lists of tables; None is left out."""
    given = {
        "year": year,
        **{key: value for key, value in policy.items() if value is not None and key != "year"},
    }
    plain = [
        f"{key} = {_literal(value)}" for key, value in given.items() if not isinstance(value, dict | list)
    ]
    blocks = ["\n".join(plain)]
    for key, value in given.items():
        if isinstance(value, dict) and value:
            blocks.append(f"[{key}]\n" + _lines(value))
        elif isinstance(value, list):
            blocks += [f"[[{key}]]\n" + _lines(item) for item in value]
    return "\n\n".join(blocks) + "\n"


def _lines(table: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {_literal(value)}" for key, value in table.items() if value is not None)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # What JSON writes in quotation marks is also a text of TOML.
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
