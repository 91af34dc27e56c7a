"""``policy.toml``: the rules of the year."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.raw import hint
from asah.engine.tables.schema import SCHEMA, TYPE_MAX

FILE: Final = "policy.toml"
MAX_PERIODS: Final = 53
DEFAULT_PERIODS: Final = 52
MAX_FLOORS: Final = 60  # the groups of a person are the bits of one machine word
MAX_POINTS: Final = 1_000_000
MAX_JP: Final = int(TYPE_MAX["jp"])
MAX_FARE_IDR: Final = int(SCHEMA["travel"].column("cost_idr").max or 0)
# What a floor may group by: texts of people, the zone of the home place, the stream of the competency.
GROUP_COLUMNS: Final = (*(c.name for c in SCHEMA["people"].columns if c.type == "text"), "zone", "stream")
EMPLOYMENTS: Final[tuple[str, ...]] = SCHEMA["people"].column("employment").choices or ()


@dataclass(frozen=True)
class EquityFloor:
    """At least ``floor_share`` of the group's need is to be closed; each point short costs ``points``."""

    column: str
    value: str
    floor_share: float
    points: float


@dataclass(frozen=True)
class Policy:
    """The rules of the year. ``None`` and a missing employment mean: no limit; a missing target is 0."""

    year: int
    periods: int = DEFAULT_PERIODS
    jp_target: Mapping[str, float] = field(default_factory=dict)
    jp_max: Mapping[str, float] = field(default_factory=dict)
    max_programmes: int | None = None
    points_per_jp_short: float = 0.0
    points_per_mandate_missed: float = 0.0
    max_absent_share: float | None = None
    default_travel_idr: int | None = None
    equity: tuple[EquityFloor, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they would stand in the file."""
        entries = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return entries | {
            "jp_target": dict(self.jp_target),
            "jp_max": dict(self.jp_max),
            "equity": [asdict(floor) for floor in self.equity],
        }


def read_policy(path: Path) -> tuple[Policy | None, list[Finding]]:
    """The policy in ``path``, or ``None`` with every reason why it cannot be used."""
    if not path.is_file():
        return None, [finding("missing_policy", FILE)]
    try:
        text = path.read_bytes().decode("utf-8-sig")
        entries = tomllib.loads(text)
    except UnicodeDecodeError:
        return None, [finding("not_utf8", FILE, value=path.name)]
    except (ValueError, RecursionError, OSError) as error:  # numbers and nesting beyond what Python reads too
        return None, [finding("policy_syntax", FILE, reason=str(error))]
    reader = _Reader(entries)
    policy = reader.policy()
    wrong = any(f.severity == "error" for f in reader.findings)
    return (None if wrong else policy), reader.findings


class _Reader:
    """Takes known keys out of ``entries`` and notes what is wrong with them and what is left over."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self.entries = entries
        self.findings: list[Finding] = []

    def policy(self) -> Policy:
        if "year" not in self.entries:
            self._note("policy_missing", "year", None, example="year = 2027")
        policy = Policy(
            year=self._whole("year", 1900, 2200) or 0,
            periods=self._whole("periods", 1, MAX_PERIODS) or DEFAULT_PERIODS,
            jp_target=self._by_employment("jp_target"),
            jp_max=self._by_employment("jp_max"),
            max_programmes=self._whole("max_programmes", 0, 10**6),
            points_per_jp_short=self._number("points_per_jp_short", MAX_POINTS) or 0.0,
            points_per_mandate_missed=self._number("points_per_mandate_missed", MAX_POINTS) or 0.0,
            max_absent_share=self._number("max_absent_share", 1),
            default_travel_idr=self._whole("default_travel_idr", 0, MAX_FARE_IDR),
            equity=self._equity(),
        )
        for key in self.entries:
            self._note("policy_unknown", key, None, hint=hint(key, _KEYS))
        return policy

    def _note(self, code: str, column: str, value: object, row: int = 0, **facts: Any) -> None:
        try:
            shown = "" if value is None else str(value)
        except ValueError:  # a whole number of more digits than Python writes
            shown = ""
        self.findings.append(finding(code, FILE, row=row, column=column, value=shown, **facts))

    def _whole(self, key: str, low: int, high: int) -> int | None:
        value = self.entries.pop(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._note("policy_type", key, value, wanted=_WHOLE, example=f"{key} = {max(low, 1)}")
            return None
        if not low <= value <= high:
            self._note("policy_range", key, value, low=low, high=high)
            return None
        return int(value)

    def _number(self, key: str, high: int) -> float | None:
        value = self.entries.pop(key, None)
        return None if value is None else self._checked(key, value, high)

    def _checked(self, key: str, value: object, high: int, row: int = 0) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or _endless(value):
            self._note("policy_type", key, value, row, wanted=_NUMBER, example=f"{key.split('.')[-1]} = 0.5")
            return None
        if not 0 <= value <= high:
            self._note("policy_range", key, value, row, low=0, high=high)
            return None
        return float(value)

    def _by_employment(self, key: str) -> Mapping[str, float]:
        """JP by employment; one number stands for all of them."""
        value = self.entries.pop(key, {})
        if not isinstance(value, dict):
            number = self._checked(key, value, MAX_JP)
            return MappingProxyType({} if number is None else dict.fromkeys(EMPLOYMENTS, number))
        known = {}
        for employment, entry in value.items():
            if employment not in EMPLOYMENTS:
                self._note("policy_unknown", f"{key}.{employment}", None, hint=hint(employment, EMPLOYMENTS))
                continue
            number = self._checked(f"{key}.{employment}", entry, MAX_JP)
            if number is not None:
                known[employment] = number
        return MappingProxyType(known)

    def _equity(self) -> tuple[EquityFloor, ...]:
        floors = self.entries.pop("equity", [])
        if not isinstance(floors, list) or not all(isinstance(floor, dict) for floor in floors):
            self._note("policy_type", "equity", floors, wanted="[[equity]]", example="[[equity]]")
            return ()
        if len(floors) > MAX_FLOORS:
            self._note("equity_many", "equity", len(floors), limit=MAX_FLOORS)
        read: list[EquityFloor] = []
        for number, entry in enumerate(floors, start=1):
            floor = self._floor(number, dict(entry))
            if floor and any((floor.column, floor.value) == (other.column, other.value) for other in read):
                self._note("equity_repeated", "equity", f"{floor.column}={floor.value}", number)
            elif floor:
                read.append(floor)
        return tuple(read)

    def _floor(self, number: int, entry: dict[str, Any]) -> EquityFloor | None:
        missing = [key for key in _FLOOR_EXAMPLE if _blank(entry.get(key))]
        for key in missing:
            self._note("policy_missing", f"equity.{key}", None, number, example=_FLOOR_EXAMPLE[key])
        if missing:
            return None
        column, value = entry.pop("column"), entry.pop("value")
        for key, text in (("column", column), ("value", value)):
            if not isinstance(text, str):
                self._note(
                    "policy_type", f"equity.{key}", text, number, wanted=_TEXT, example=_FLOOR_EXAMPLE[key]
                )
        share = self._checked("equity.floor_share", entry.pop("floor_share"), 1, number)
        points = self._checked("equity.points", entry.pop("points"), MAX_POINTS, number)
        for key in entry:
            self._note("policy_unknown", f"equity.{key}", None, number, hint=hint(key, _FLOOR_EXAMPLE))
        if not (isinstance(column, str) and isinstance(value, str)):
            return None
        if column not in GROUP_COLUMNS:
            self._note("equity_column", "equity.column", column, number, choices=", ".join(GROUP_COLUMNS))
            return None
        return None if share is None or points is None else EquityFloor(column, value, share, points)


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _endless(number: float) -> bool:
    """Infinite or not a number. A whole number of hundreds of digits is neither, and no float either."""
    return isinstance(number, float) and not math.isfinite(number)


_KEYS: Final = tuple(Policy.__dataclass_fields__)
_WHOLE: Final = "bilangan bulat / a whole number"
_NUMBER: Final = "angka / a number"
_TEXT: Final = "teks / text"
_FLOOR_EXAMPLE: Final = {
    "column": 'column = "sex"',
    "value": 'value = "P"',
    "floor_share": "floor_share = 0.4",
    "points": "points = 1.0",
}
