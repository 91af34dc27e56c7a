"""Simulated regions on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import polars as pl

from asah.engine.simulate.policy import policy_toml
from asah.engine.simulate.region import Name, simulate

Format = Literal["csv", "parquet"]


def write_region(*, region: Name, people: int | None, seed: int, out: Path, format: Format = "csv") -> None:
    """Every table of a simulated region as a file in the folder ``out``; the truth in ``out/truth``."""
    result = simulate(region=region, people=people, seed=seed)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    for name, frame in result.frames.items():
        _write(frame, out / name, format)
    for name, frame in result.truth.items():
        _write(frame, out / "truth" / name, format)
    (out / "policy.toml").write_text(policy_toml(result.policy), encoding="utf-8")


def _write(frame: pl.DataFrame, path: Path, format: Format) -> None:
    if format == "parquet":
        frame.write_parquet(path.with_suffix(".parquet"))
    else:
        yes_no = [
            pl.col(c).replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
            for c, t in frame.schema.items()
            if t == pl.Boolean
        ]
        frame.with_columns(yes_no).write_csv(path.with_suffix(".csv"))
