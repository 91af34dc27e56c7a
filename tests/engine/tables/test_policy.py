"""policy.toml is read whole, with every wrong entry named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from asah.engine.tables import EquityFloor, Policy, read_policy
from asah.engine.tables.messages import finding


def read(tmp_path: Path, text: str | bytes) -> tuple[Policy | None, list[Any]]:
    path = tmp_path / "policy.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_policy(path)


def test_a_full_policy_is_read_as_written(tmp_path: Path) -> None:
    policy, findings = read(
        tmp_path,
        """
        year = 2027
        periods = 12
        jp_max = 24
        max_programmes = 4
        points_per_jp_short = 0.1
        points_per_mandate_missed = 5
        max_absent_share = 0.2
        default_travel_idr = 500000
        [jp_target]
        PNS = 20
        [[equity]]
        column = "sex"
        value = "P"
        floor_share = 0.5
        points = 2
        """,
    )
    assert findings == []
    assert policy == Policy(
        year=2027,
        periods=12,
        jp_target={"PNS": 20.0},
        jp_max={"PNS": 24.0, "CPNS": 24.0, "PPPK": 24.0, "PPPK_PARUH_WAKTU": 24.0},
        max_programmes=4,
        points_per_jp_short=0.1,
        points_per_mandate_missed=5.0,
        max_absent_share=0.2,
        default_travel_idr=500_000,
        equity=(EquityFloor("sex", "P", 0.5, 2.0),),
    )


def test_what_is_missing_limits_nothing_and_costs_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "year = 2027") == (Policy(year=2027), [])
    assert Policy(year=2027).periods == 52
    assert Policy(year=2027).max_programmes is None


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfyear = 2027") == (Policy(year=2027), [])


def test_a_missing_policy_is_an_error(tmp_path: Path) -> None:
    assert read_policy(tmp_path / "policy.toml") == (None, [finding("missing_policy", "policy.toml")])


@pytest.mark.parametrize("text", ["year = x", "year = 1.500.000", "[jp_target\nPNS = 1"])
def test_text_that_is_not_toml_is_refused_with_the_line(tmp_path: Path, text: str) -> None:
    policy, (found,) = read(tmp_path, text)
    assert policy is None
    assert "is not valid TOML" in found.what
    assert "line 1" in found.what


def test_a_policy_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, "year = 2027 # \xe9".encode("latin-1"))[1] == [
        finding("not_utf8", "policy.toml", value="policy.toml")
    ]


@pytest.mark.parametrize(
    ("entry", "column", "code"),
    [
        ('year = "2027"', "year", "policy_type"),
        ("year = 2027.5", "year", "policy_type"),
        ("year = 27", "year", "policy_range"),
        ("periods = 54", "periods", "policy_range"),
        ("periods = 0", "periods", "policy_range"),
        ("periods = true", "periods", "policy_type"),
        ("max_programmes = -1", "max_programmes", "policy_range"),
        ("max_programmes = 2.5", "max_programmes", "policy_type"),
        ("points_per_jp_short = nan", "points_per_jp_short", "policy_type"),
        ("points_per_jp_short = inf", "points_per_jp_short", "policy_type"),
        ("points_per_jp_short = -0.1", "points_per_jp_short", "policy_range"),
        ('points_per_mandate_missed = "5"', "points_per_mandate_missed", "policy_type"),
        ("max_absent_share = 20", "max_absent_share", "policy_range"),
        ("default_travel_idr = -1", "default_travel_idr", "policy_range"),
        ("default_travel_idr = 0.5", "default_travel_idr", "policy_type"),
        ("jp_max = -24", "jp_max", "policy_range"),
        ('jp_max = "24"', "jp_max", "policy_type"),
        ("[jp_target]\nPNS = -1", "jp_target.PNS", "policy_range"),
        ("[jp_target]\nPNS = nan", "jp_target.PNS", "policy_type"),
        ("equity = 5", "equity", "policy_type"),
        (
            '[[equity]]\ncolumn = "sex"\nvalue = "P"\nfloor_share = 1.5\npoints = 1',
            "equity.floor_share",
            "policy_range",
        ),
        (
            '[[equity]]\ncolumn = "sex"\nvalue = "P"\nfloor_share = 0.5\npoints = nan',
            "equity.points",
            "policy_type",
        ),
        (
            '[[equity]]\ncolumn = "sex"\nvalue = 5\nfloor_share = 0.5\npoints = 1',
            "equity.value",
            "policy_type",
        ),
        ('[[equity]]\ncolumn = "sex"\nvalue = "P"\nfloor_share = 0.5', "equity.points", "policy_missing"),
        (
            '[[equity]]\ncolumn = "umur"\nvalue = "P"\nfloor_share = 0.5\npoints = 1',
            "equity.column",
            "equity_column",
        ),
        (
            '[[equity]]\ncolumn = "jp_done"\nvalue = "P"\nfloor_share = 0.5\npoints = 1',
            "equity.column",
            "equity_column",
        ),
    ],
)
def test_an_entry_of_the_wrong_kind_or_size_is_refused(
    tmp_path: Path, entry: str, column: str, code: str
) -> None:
    base = "" if entry.startswith("year") else "year = 2027\n"
    policy, (found,) = read(tmp_path, base + entry)
    assert policy is None
    assert (found.column, found.severity) == (column, "error")
    starts = {
        "policy_type": "must be",
        "policy_range": "is outside",
        "policy_missing": "is required",
        "equity_column": "is not a column of people",
    }
    assert found.what.startswith(starts[code])


FLOOR = '[[equity]]\ncolumn = "unit_id"\nvalue = "{}"\nfloor_share = 0.5\npoints = 1\n'


@pytest.mark.parametrize("value", ["", "  "])
def test_a_floor_for_a_blank_value_is_for_nobody_and_refused(tmp_path: Path, value: str) -> None:
    policy, findings = read(tmp_path, "year = 2027\n" + FLOOR.format(value))
    assert policy is None
    assert findings == [
        finding("policy_missing", "policy.toml", row=1, column="equity.value", example='value = "P"')
    ]


def test_sixty_floors_are_taken_and_more_are_refused(tmp_path: Path) -> None:
    floors = [FLOOR.format(f"U{number}") for number in range(61)]
    policy, findings = read(tmp_path, "year = 2027\n" + "".join(floors[:60]))
    assert policy is not None
    assert len(policy.equity) == 60
    assert findings == []
    policy, findings = read(tmp_path, "year = 2027\n" + "".join(floors))
    assert policy is None
    assert findings == [finding("equity_many", "policy.toml", column="equity", value=61, limit=60)]


@pytest.mark.parametrize(
    ("entry", "column", "limit"),
    [
        ("points_per_jp_short = {}", "points_per_jp_short", 1_000_000),
        ("points_per_mandate_missed = {}", "points_per_mandate_missed", 1_000_000),
        ("jp_max = {}", "jp_max", 10_000),
        ("[jp_target]\nPNS = {}", "jp_target.PNS", 10_000),
        ("default_travel_idr = {}", "default_travel_idr", 10_000_000_000),
        (
            '[[equity]]\ncolumn = "sex"\nvalue = "P"\nfloor_share = 0.5\npoints = {}',
            "equity.points",
            1_000_000,
        ),
    ],
)
@pytest.mark.parametrize(
    "number", ["{more}", "9" * 400, "0x" + "f" * 5000], ids=["one more", "no float", "no text"]
)
def test_a_number_beyond_its_limit_is_refused_with_the_limit(
    tmp_path: Path, entry: str, column: str, limit: int, number: str
) -> None:
    assert read(tmp_path, "year = 2027\n" + entry.format(limit))[1] == []
    policy, (found,) = read(tmp_path, "year = 2027\n" + entry.format(number.format(more=limit + 1)))
    assert policy is None
    assert (found.column, found.what) == (column, f"is outside 0 to {limit}")


@pytest.mark.parametrize("text", ["year = " + "9" * 5000, "year = " + "[" * 5000], ids=["long", "deep"])
def test_what_no_reader_of_toml_can_hold_is_refused(tmp_path: Path, text: str) -> None:
    policy, (found,) = read(tmp_path, text)
    assert policy is None
    assert "is not valid TOML" in found.what


def test_the_year_is_required(tmp_path: Path) -> None:
    policy, (found,) = read(tmp_path, "periods = 12")
    assert policy is None
    assert str(found) == "policy.toml, year: is required. Write year = 2027."


def test_every_wrong_entry_is_named_at_once(tmp_path: Path) -> None:
    _, findings = read(
        tmp_path, "year = 1\nperiods = 99\nmax_programmes = -1\n[jp_max]\nPPPK = nan\nPNS = -1"
    )
    assert [f.column for f in findings] == ["year", "periods", "jp_max.PPPK", "jp_max.PNS", "max_programmes"]


def test_unknown_entries_are_ignored_with_a_warning(tmp_path: Path) -> None:
    policy, findings = read(tmp_path, "year = 2027\nperiod = 12\n[jp_target]\nHONORER = 5\nPNS = 20")
    assert policy == Policy(year=2027, jp_target={"PNS": 20.0})
    assert findings == [
        finding("policy_unknown", "policy.toml", column="jp_target.HONORER", hint=""),
        finding("policy_unknown", "policy.toml", column="period", hint=" (perhaps periods)"),
    ]


def test_two_floors_for_one_group_contradict_each_other(tmp_path: Path) -> None:
    floor = '[[equity]]\ncolumn = "sex"\nvalue = "P"\nfloor_share = 0.5\npoints = 1\n'
    policy, findings = read(tmp_path, "year = 2027\n" + floor + floor)
    assert policy is None
    assert findings == [finding("equity_repeated", "policy.toml", row=2, column="equity", value="sex=P")]


@pytest.mark.parametrize("column", ["zone", "stream", "unit_id", "employment", "golongan"])
def test_floors_may_group_by_zone_stream_and_the_texts_of_people(tmp_path: Path, column: str) -> None:
    floor = f'[[equity]]\ncolumn = "{column}"\nvalue = "X"\nfloor_share = 0.5\npoints = 1\n'
    policy, findings = read(tmp_path, "year = 2027\n" + floor)
    assert findings == []
    assert policy is not None
    assert policy.equity == (EquityFloor(column, "X", 0.5, 1.0),)
