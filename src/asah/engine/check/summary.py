"""`summary.json`, read without trust: section 4 of tables.md says what kind of thing each entry is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from asah.engine.check.messages import finding
from asah.engine.check.tolerance import TOLERANCE
from asah.engine.errors import Finding, InputError

SUMMARY = "summary.json"
WARNING_TEXTS = ("table", "column", "value", "what", "remedy")


def read_summary(folder: Path) -> Mapping[str, Any]:
    """Raises InputError where there is no summary, it is no JSON object, or an object names a key twice."""
    try:
        summary = json.loads((folder / SUMMARY).read_text("utf-8"), object_pairs_hook=_object)
    except (OSError, ValueError, RecursionError):
        summary = None
    if not isinstance(summary, dict):
        raise InputError([finding("unreadable", SUMMARY, 0, "", None)])
    return summary


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key, value in pairs:
        if key in entries:
            # Which of the two a reader takes is up to the reader.
            raise InputError([finding("named_twice", SUMMARY, 0, key, None)])
        entries[key] = value
    return entries


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a number that fits the arithmetic: a file may hold whole numbers of any length."""
    return is_whole(value) or (isinstance(value, float) and abs(value) <= sys.float_info.max)


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_count(value: object) -> TypeGuard[int]:
    return is_whole(value) and value >= 0


def is_rupiah(value: object) -> TypeGuard[int]:
    """Whether it is an amount of money: whole rupiah in 64 bits."""
    return is_whole(value) and -(2**63) <= value < 2**63


def wrong_kinds(summary: Mapping[str, Any]) -> Iterator[Finding]:
    """Entries that the tables cannot bear out, and that are not even of their kind."""
    kinds: dict[str, tuple[str, Callable[[object], bool]]] = {
        "seed": ("not_a_count", is_count),
        "engine_version": ("not_a_text", _is_text),
        "warnings": ("not_warnings", _are_warnings),
        "seconds": ("not_by_stage", _is_by_stage),
        "peak_mb": ("not_by_stage", _is_by_stage),
    }
    if summary.get("changes") is not None:  # there are some where a plan was made from an earlier one
        kinds["changes"] = ("not_a_count", is_count)
    for key, (message, is_right) in kinds.items():
        if not is_right(summary.get(key)):
            yield finding(message, SUMMARY, 0, key, summary.get(key))
    tolerance = summary.get("tolerance", TOLERANCE)
    if not is_number(tolerance) or tolerance != TOLERANCE:
        yield finding("wrong_value", SUMMARY, 0, "tolerance", tolerance, right=TOLERANCE)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_by_stage(value: object) -> bool:
    return isinstance(value, dict) and all(is_number(amount) and amount >= 0 for amount in value.values())


def _are_warnings(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, dict)
        and is_count(entry.get("row"))
        and all(isinstance(entry.get(key), str) for key in WARNING_TEXTS)
        for entry in value
    )
