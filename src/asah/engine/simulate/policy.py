"""The rules of the simulated year."""

from __future__ import annotations

from typing import Any

from asah.engine.simulate.catalogue import PERIODS, PPPK_MOST_JP
from asah.engine.simulate.layout import Layout
from asah.engine.simulate.roster import PLAN_YEAR

HEADER = """\
# A simulated region: every person, number and amount in this folder is invented.
# jp_target and jp_max repeat the rules in force (PP 11/2017 article 203: 20 JP a year for PNS;
# PP 49/2018 article 40: at most 24 JP a year for PPPK); the other numbers are choices of this simulation.
"""


def set_policy(layout: Layout) -> dict[str, Any]:
    """The content of ``policy.toml``."""
    inhabited = {
        layout.map.places[unit.place].zone
        for unit, size in zip(layout.units, layout.size, strict=True)
        if size
    }
    zones = [
        {"column": "zone", "value": zone, "floor_share": 0.25, "points": 0.5}
        for zone in layout.settings["remote_zones"]
        if zone in inhabited
    ]
    streams = [
        {"column": "stream", "value": "ethics", "floor_share": 0.35, "points": 0.5},
        {"column": "stream", "value": "integrity", "floor_share": 0.30, "points": 0.5},
    ]
    return {
        "year": PLAN_YEAR,
        "periods": PERIODS,
        "max_programmes": 4,
        "points_per_jp_short": 0.05,
        "points_per_mandate_missed": 20.0,
        "max_absent_share": layout.settings["max_absent_share"],
        "jp_target": {"PNS": 20.0, "CPNS": 20.0},
        "jp_max": {"PPPK": PPPK_MOST_JP},
        "equity": [*zones, *streams],
    }


def policy_toml(policy: dict[str, Any]) -> str:
    """``policy`` as the text of ``policy.toml``: plain values first, then tables, then lists of tables."""
    plain = [
        f"{key} = {_literal(value)}" for key, value in policy.items() if not isinstance(value, dict | list)
    ]
    blocks = [HEADER + "\n".join(plain)]
    for key, value in policy.items():
        if isinstance(value, dict):
            blocks.append(f"[{key}]\n" + _lines(value))
        elif isinstance(value, list):
            blocks += [f"[[{key}]]\n" + _lines(item) for item in value]
    return "\n\n".join(blocks) + "\n"


def _lines(table: dict[str, Any]) -> str:
    return "\n".join(f"{key} = {_literal(value)}" for key, value in table.items())


def _literal(value: str | float | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
