"""Small panels built by hand, and their exact answers by dense algebra."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine import rules
from asah.engine.needs.components import Components
from asah.engine.needs.equations import means_of
from asah.engine.needs.panel import ROLES, Panel, encode
from engine.needs.region import Region

RULES = rules.at(date(2026, 6, 1))
NOTHING_REQUIRED = pl.DataFrame(
    schema={"person_id": pl.String, "competency_id": pl.String, "required": pl.Float64}
)


def panel_of_frames(frames: dict[str, pl.DataFrame], required: pl.DataFrame = NOTHING_REQUIRED) -> Panel:
    return encode(
        ratings=frames["ratings"],
        people=frames["people"],
        competencies=frames["competencies"],
        required=required,
        rules=RULES,
    ).panel


def irregular_panel(region: Region, *, share: float, seed: int) -> Panel:
    """The panel of a region of which only a share of the ratings was given."""
    ratings = region.frames["ratings"].sample(fraction=share, seed=seed)
    rng = np.random.default_rng(seed)
    required = region.frames["people"].join(region.frames["competencies"], how="cross")
    required = required.select(
        "person_id", "competency_id", required=pl.Series(rng.integers(1, 6, required.height).astype(float))
    )
    return panel_of_frames({**region.frames, "ratings": ratings}, required)


def crossed_panel(scores: npt.NDArray[np.float64]) -> Panel:
    """Persons (rows) rated by the same raters (columns) on one competency."""
    persons, raters = scores.shape
    frames = {
        "people": pl.DataFrame({"person_id": [f"P{i}" for i in range(persons)]}),
        "competencies": pl.DataFrame({"competency_id": ["C"]}),
        "ratings": pl.DataFrame(
            {
                "person_id": np.repeat([f"P{i}" for i in range(persons)], raters),
                "competency_id": "C",
                "rater_id": np.tile([f"R{r}" for r in range(raters)], persons),
                "rater_role": "supervisor",
                "score": scores.ravel(),
                "rated_on": date(2026, 3, 1),
            }
        ),
    }
    return panel_of_frames(frames)


def dense_model(
    panel: Panel, components: Components
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Fixed design X, covariance V of the scores, and covariance of levels with scores, all written out."""
    pair, form = panel.pair, panel.form
    person, role, rater = panel.pair_person[pair], panel.rating_role, panel.form_rater[form]

    def same(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        return (a[:, None] == b[None, :]).astype(float)

    shared_rater = same(rater, rater) * (rater >= 0)[:, None]
    alone = np.where(rater < 0, components.severity[role], 0.0)
    V = (
        components.person * same(person, person)
        + components.competency * same(pair, pair)
        + shared_rater * components.severity[role][:, None]
        + same(form, form) * (components.halo[role] + alone)[:, None]
        + np.diag(components.noise[role] + panel.ageing)
    )
    levels = np.arange(len(panel.pair_person))
    with_scores = components.person * same(panel.pair_person, person) + components.competency * same(
        levels, pair
    )
    bias = (role[:, None] == np.array(panel.free_roles)[None, :]).astype(float)
    X = np.hstack([bias.reshape(len(pair), -1), means_of(panel).toarray()[pair]])
    return X, V, with_scores


def plausible(severity: float = 0.08) -> Components:
    roles = len(ROLES)
    return Components(
        person=0.25,
        competency=0.15,
        severity=np.linspace(severity, 2 * severity, roles),
        halo=np.linspace(0.05, 0.12, roles),
        noise=np.linspace(0.1, 0.25, roles),
    )
