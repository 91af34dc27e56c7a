"""The door to the engine for the demonstration: simulated regions and what they are called."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from asah.engine import pipeline
from asah.engine.simulate.sources import data
from asah.engine.tables import load, read_frames

Name = Literal["merangin", "maluku-utara", "nation"]
Rows = list[dict[str, Any]]


def simulate(region: Name, people: int | None, seed: int, folder: Path) -> None:
    """A region's tables in ``folder``/``input``."""
    pipeline.run_simulate(region=region, people=people, seed=seed, out=folder / "input")


def planning_tables(folder: Path) -> dict[str, Rows]:
    """The tables of a planning problem, validated."""
    tables = {name: frame.to_dicts() for name, frame in load(folder, "plan").frames.items()}
    tables["requirements"] = read_frames(folder, ["requirements"])["requirements"].to_dicts()
    return tables


def other_tables(folder: Path, *names: str) -> dict[str, Rows]:
    """Tables that planning does not read: ratings, performance."""
    return {name: frame.to_dicts() for name, frame in read_frames(folder, list(names)).items()}


def policy(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "policy.toml").read_text("utf-8"))


@cache
def title_of_position(code: str) -> str:
    """``GURU-MUDA`` as people write it: Guru Ahli Muda."""
    source = data("competencies")
    family, _, rank = code.partition("-")
    names = [source["family"].get(family.lower(), {}), source["grade"].get(rank.lower(), {})]
    titles = [
        entry.get("title", word.capitalize()) for entry, word in zip(names, (family, rank), strict=True)
    ]
    return (
        f"{titles[1]} {titles[0]}"
        if rank in ("JPT", "ADMINISTRATOR", "PENGAWAS", "PELAKSANA")
        else " ".join(titles)
    )
