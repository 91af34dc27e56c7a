"""Typed tables under examination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from asah.engine.tables.policy import Policy
from asah.engine.tables.schema import Stage


@dataclass(frozen=True)
class Problem:
    """Typed tables with their row numbers; ``filled`` are those that could be read and hold rows."""

    stage: Stage
    frames: Mapping[str, pl.DataFrame]
    policy: Policy | None

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.frames[name]

    def filled(self, *names: str) -> bool:
        return all(name in self.frames and self.frames[name].height > 0 for name in names)
