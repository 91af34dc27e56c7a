"""The data files a simulated region is made from, and its random streams."""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

REGIONS = ("merangin", "maluku-utara", "nation")


class Stream(IntEnum):
    """What a random stream is for. Each has its own, so that none is moved by what another draws."""

    LAYOUT = 1
    STANDARDS = 2
    CATALOGUE = 3
    OFFERINGS = 4
    ROSTER = 5
    LEVELS = 6
    HISTORY = 7
    RATINGS = 8
    PERFORMANCE = 9


def stream(region: str, seed: int, purpose: Stream, part: int = 0) -> np.random.Generator:
    """The generator of one purpose and one part (a chunk or a province) of a region."""
    key = (REGIONS.index(region), int(purpose), part)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


@cache
def data(name: str) -> dict[str, Any]:
    """The parsed data file ``data/NAME.toml``."""
    return tomllib.loads((files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8"))
