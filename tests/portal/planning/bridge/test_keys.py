"""Identifiers of the engine's tables for rows of the portal."""

from __future__ import annotations

from pathlib import Path

from asah.portal.planning.bridge.keys import Keys, make_unique, read_keys


def test_a_code_stands_for_itself_where_nobody_else_has_it() -> None:
    assert make_unique([(1, "DINKES", "A/DINKES"), (2, "PKM", "DINKES/PKM")]) == {1: "DINKES", 2: "PKM"}


def test_the_same_code_below_two_parents_becomes_two_identifiers() -> None:
    made = make_unique([(1, "TU", "A/TU"), (2, "TU", "B/TU"), (3, "X", "A/X")])
    assert made == {1: "A/TU", 2: "B/TU", 3: "X"}


def test_identifiers_differ_even_where_the_longer_codes_are_the_same() -> None:
    made = make_unique([(1, "TU", "A/TU"), (2, "TU", "A/TU"), (3, "A/TU", "A/TU")])
    assert len(set(made.values())) == 3


def test_keys_come_back_from_their_file(tmp_path: Path) -> None:
    keys = Keys({"people": {7: "198001012005011001"}, "units": {}})
    keys.write(tmp_path)
    assert read_keys(tmp_path) == keys
    assert keys.back("people") == {"198001012005011001": 7}
