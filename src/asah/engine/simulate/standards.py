"""Competencies, posts, and the level each post requires: the simulated standard (SKJ)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from asah.engine.simulate.layout import Layout
from asah.engine.simulate.places import Floats, Ints
from asah.engine.simulate.sources import Stream, data, stream

KINDS = ("jpt", "administrator", "pengawas", "pelaksana", "fungsional")


@dataclass(frozen=True)
class Standards:
    """The standard of every post. Posts are numbered family x grades + grade.

    ``required``: (posts, competencies) level, NaN where the post does not ask for it; ``importance``:
    points per level, of the same shape.
    """

    competencies: tuple[str, ...]
    families: tuple[str, ...]
    grades: tuple[str, ...]
    required: Floats
    importance: Floats

    @cached_property
    def positions(self) -> tuple[str, ...]:
        return tuple(f"{family.upper()}-{grade.upper()}" for family in self.families for grade in self.grades)

    @cached_property
    def kind_of_grade(self) -> Ints:
        """Index into ``KINDS``, by grade."""
        return np.array([KINDS.index(data("competencies")["grade"][grade]["kind"]) for grade in self.grades])

    @cached_property
    def next_position(self) -> Ints:
        """The post one step up the same ladder, or -1."""
        grade = [data("competencies")["grade"][g].get("next") for g in self.grades]
        step = np.array([self.grades.index(g) if g else -1 for g in grade])
        family = np.arange(len(self.families))[:, None] * len(self.grades)
        return np.where(step >= 0, family + step, -1).ravel()

    @cached_property
    def depth(self) -> Floats:
        """How far the mean true level lies below the required one, by competency."""
        return np.array([data("competencies")["competency"][c]["depth"] for c in self.competencies])

    def frame(self) -> pl.DataFrame:
        """The table ``competencies``."""
        facts: dict[str, Any] = data("competencies")["competency"]
        return pl.DataFrame(
            {
                "competency_id": self.competencies,
                "name": [facts[c]["name"] for c in self.competencies],
                "kind": [facts[c]["kind"] for c in self.competencies],
                "stream": [facts[c]["stream"] for c in self.competencies],
            }
        )

    def requirements(self) -> pl.DataFrame:
        """The table ``requirements``."""
        position, competency = np.nonzero(~np.isnan(self.required))
        return pl.DataFrame(
            {
                "position_id": np.array(self.positions)[position].tolist(),
                "competency_id": np.array(self.competencies)[competency].tolist(),
                "level": self.required[position, competency],
                "importance": self.importance[position, competency],
            }
        )


def set_standards(layout: Layout) -> Standards:
    """Levels by grade and importance by family. A higher grade never asks for less than the one below it."""
    rng = stream(layout.region, layout.seed, Stream.STANDARDS)
    facts = data("competencies")
    competencies = tuple(facts["competency"])
    families, grades = tuple(facts["family"]), tuple(facts["grade"])
    lift = rng.uniform(0.0, 1.0, (len(families), len(competencies)))
    sway = rng.normal(0.0, 0.5, (len(families), len(competencies)))
    base = np.array([facts["competency"][c]["importance"] for c in competencies])

    required = np.full((len(families), len(grades), len(competencies)), np.nan)
    for f, family in enumerate(families):
        for g, grade in enumerate(grades):
            wanted = [*facts["everybody"], *facts["family"][family]["competencies"]]
            if facts["grade"][grade].get("projects"):
                wanted.append("X.03")
            columns = np.array([competencies.index(c) for c in dict.fromkeys(wanted)])
            level = np.floor(facts["grade"][grade]["level"] + lift[f, columns])
            required[f, g, columns] = np.clip(level, 1.0, 5.0)
    importance = np.clip(np.round((base + sway) * 2) / 2, 1.0, 5.0)
    shape = (len(families) * len(grades), len(competencies))
    return Standards(
        competencies,
        families,
        grades,
        required.reshape(shape),
        np.repeat(importance, len(grades), axis=0),
    )
