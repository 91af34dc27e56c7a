"""Simulated regions on disk, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

import polars as pl

from asah.engine.errors import CallError
from asah.engine.simulate.demand import Demand
from asah.engine.simulate.policy import policy_toml, set_policy
from asah.engine.simulate.region import Name, generate, set_up, shared_frames, shared_truth, simulate
from asah.engine.tables import OutputFolder

Format = Literal["csv", "parquet"]
TRUTH = "truth"  # a folder of its own, so that no stage can read it by mistake


def write_region(
    *,
    region: Name,
    people: int | None = None,
    seed: int,
    out: Path,
    format: Format | None = None,
    ratings: bool = True,
) -> None:
    """Write every table of a simulated region, ``policy.toml``, and the truth in ``out/truth``.

    ``format`` None: CSV, for the nation Parquet (and nothing else). The nation is never held in memory as a
    whole. Raises CallError and OutputError.
    """
    nation = region == "nation"
    if nation and format == "csv":
        raise CallError(
            "Wilayah nation hanya ditulis sebagai Parquet. / The nation is written as Parquet only."
        )
    with OutputFolder(out, format or ("parquet" if nation else "csv")) as folder:
        (folder.folder / TRUTH).mkdir()
        if nation:
            _stream(folder, people, seed, ratings)
            return
        whole = simulate(region=region, people=people, seed=seed, ratings=ratings)
        for name, frame in whole.frames.items():
            folder.write(name, frame)
        for name, frame in whole.truth.items():
            folder.write(f"{TRUTH}/{name}", frame)
        folder.write_text("policy.toml", policy_toml(whole.policy))


def _stream(folder: OutputFolder, people: int | None, seed: int, ratings: bool) -> None:
    """One chunk of people at a time; what belongs to the whole is written when all have been counted."""
    layout, standards, catalogue = set_up("nation", people, seed)
    parts = folder.folder / "parts"
    demand: Demand | None = None
    written: dict[str, list[Path]] = {}
    for number, chunk in enumerate(generate(layout, standards, catalogue, ratings)):
        truth = {f"{TRUTH}/{name}": frame for name, frame in chunk.truth.items()}
        for name, frame in {**chunk.frames, **truth}.items():
            path = parts / name / f"{number:04d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path)
            written.setdefault(name, []).append(path)
        demand = chunk.demand if demand is None else demand + chunk.demand
    for name, paths in written.items():
        pl.scan_parquet(paths).sink_parquet(folder.folder / f"{name}.parquet")
        shutil.rmtree(parts / name)
    shutil.rmtree(parts)
    if demand is not None:
        for name, frame in shared_frames(layout, standards, catalogue, demand).items():
            folder.write(name, frame)
    for name, frame in shared_truth(standards, catalogue).items():
        folder.write(f"{TRUTH}/{name}", frame)
    folder.write_text("policy.toml", policy_toml(set_policy(layout)))
