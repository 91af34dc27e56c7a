"""The rules of the year, to begin with and as the engine reads them."""

from __future__ import annotations

from pathlib import Path

from asah.engine.tables import read_policy
from asah.portal.planning.bridge import default_policy, policy_toml


def test_a_new_scenario_takes_rights_and_ceilings_of_jp_from_the_law_of_its_year() -> None:
    policy = default_policy(2027)
    assert policy["jp_target"] == {"PNS": 20.0}
    assert policy["jp_max"] == {"PPPK": 24.0}


def test_the_engine_reads_back_what_was_written(tmp_path: Path) -> None:
    policy = {
        **default_policy(2027),
        "max_programmes": 4,
        "max_absent_share": 0.25,
        "default_travel_idr": None,
        "equity": [{"column": "zone", "value": 'Pulau "Jauh"\\', "floor_share": 0.5, "points": 2.0}],
    }
    file = tmp_path / "policy.toml"
    file.write_text(policy_toml(policy, 2027), "utf-8")
    read, findings = read_policy(file)
    assert findings == []
    assert read is not None
    assert (read.year, read.max_programmes, read.max_absent_share) == (2027, 4, 0.25)
    assert read.equity[0].value == 'Pulau "Jauh"\\'
