"""How far two numbers may be apart and still be called the same: the tolerance of the contract."""

from __future__ import annotations

TOLERANCE = 1e-6


def slack(*points: float) -> float:
    """1e-6, relative to the largest of ``points`` and 1."""
    return TOLERANCE * max([1.0, *map(abs, points)])


def near(a: float, b: float) -> bool:
    return abs(a - b) <= slack(a, b)
