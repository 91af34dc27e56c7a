"""A small invented region with known levels, rated by raters who differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.needs.panel import ROLES

BIAS = {"self": 0.5, "supervisor": 0.2, "peer": 0.3, "subordinate": 0.25, "assessor": 0.0, "test": 0.0}
SEVERITY = {"self": 0.35, "supervisor": 0.3, "peer": 0.2, "subordinate": 0.2, "assessor": 0.1, "test": 0.0}
HALO = {"self": 0.3, "supervisor": 0.3, "peer": 0.3, "subordinate": 0.3, "assessor": 0.15, "test": 0.1}
NOISE = {"self": 0.45, "supervisor": 0.4, "peer": 0.45, "subordinate": 0.45, "assessor": 0.3, "test": 0.3}


@dataclass(frozen=True)
class Region:
    """``truth``: true level (persons, competencies) around ``means``; ``frames``: tables of the stage."""

    truth: npt.NDArray[np.float64]
    means: npt.NDArray[np.float64]
    frames: dict[str, pl.DataFrame]

    @staticmethod
    def biases(role: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """True bias of roles given by their place in ``ROLES``."""
        return np.array([BIAS[name] for name in ROLES])[role]


def make_region(
    *,
    seed: int,
    persons: int = 400,
    competencies: int = 8,
    roles: tuple[str, ...] = ("supervisor", "peer", "peer", "self"),
    assessed_share: float = 0.2,
    person_sd: float = 0.5,
    particular_sd: float = 0.4,
    step: float = 0.5,
    rated_on: date = date(2026, 3, 1),
    scale: tuple[float, float] = (1.0, 5.0),
    assessors: int = 6,
) -> Region:
    """Everybody is rated by ``roles``; ``assessed_share`` of the people also by an assessor."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"P{i:05d}" for i in range(persons)])
    names = np.array([f"C{c:02d}" for c in range(competencies)])
    means = rng.normal(3.0, 0.3, competencies)
    truth = (
        means + rng.normal(0, person_sd, (persons, 1)) + rng.normal(0, particular_sd, (persons, competencies))
    )
    unit = np.arange(persons) // 10
    severity: dict[tuple[str, str], float] = {}
    blocks = []
    for slot, role in enumerate((*roles, "assessor")):
        who = (
            np.arange(persons) if slot < len(roles) else np.flatnonzero(rng.random(persons) < assessed_share)
        )
        if role == "self":
            rater = ids[who]
        elif role == "supervisor":
            rater = np.char.add("S", unit[who].astype(str))
        elif role == "assessor":
            rater = np.char.add("A", rng.integers(0, assessors, len(who)).astype(str))
        elif role == "test":
            rater = np.repeat("CAT", len(who))
        else:
            shift = 1 + slot % 7
            rater = ids[(unit[who] * 10 + (who - unit[who] * 10 + shift) % 10) % persons]
        lean = np.array(
            [severity.setdefault((role, r), rng.normal(0, SEVERITY[role])) for r in rater.tolist()]
        )
        score = (
            truth[who]
            + BIAS[role]
            + (lean + rng.normal(0, HALO[role], len(who)))[:, None]
            + rng.normal(0, NOISE[role], (len(who), competencies))
        )
        if step:
            score = np.round(score / step) * step
        blocks.append(
            pl.DataFrame(
                {
                    "person_id": np.repeat(ids[who], competencies),
                    "competency_id": np.tile(names, len(who)),
                    "rater_id": np.repeat(rater, competencies),
                    "rater_role": [role] * (len(who) * competencies),
                    "score": np.clip(score, *scale).ravel(),
                }
            )
        )
    ratings = pl.concat(blocks).with_columns(rated_on=pl.lit(rated_on), instrument=pl.lit("360"))
    frames = {
        "people": pl.DataFrame(
            {
                "person_id": ids,
                "unit_id": np.char.add("U", unit.astype(str)),
                "position_id": ["POST"] * persons,
                "target_position_id": pl.Series([None] * persons, dtype=pl.String),
                "position_kind": ["pelaksana"] * persons,
                "golongan": ["III/a"] * persons,
            }
        ),
        "units": pl.DataFrame({"unit_id": [f"U{u}" for u in range(int(unit.max()) + 1)]}),
        "competencies": pl.DataFrame({"competency_id": names, "kind": ["managerial"] * competencies}),
        "requirements": pl.DataFrame(
            {
                "position_id": ["POST"] * competencies,
                "competency_id": names,
                "level": [3.0] * competencies,
                "importance": [1.0] * competencies,
            }
        ),
        "ratings": ratings,
        "performance": pl.DataFrame(
            schema={"person_id": pl.String, "predicate": pl.String, "gap": pl.Boolean}
        ),
    }
    return Region(truth, means, frames)
