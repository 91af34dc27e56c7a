from __future__ import annotations

import numpy as np
import pytest

from asah.engine.needs.components import by_moments
from asah.engine.needs.panel import ROLES
from engine.needs.panels import crossed_panel, panel_of_frames
from engine.needs.region import HALO, NOISE, SEVERITY, make_region


def test_moments_find_the_components_the_region_was_made_with() -> None:
    region = make_region(seed=7, persons=3000, competencies=8, step=0.0, scale=(-9.0, 15.0), assessors=150)
    panel = panel_of_frames(region.frames)
    # The true fixed part: what remains is what the components describe.
    truth = region.truth.ravel()[panel.pair_person * 8 + panel.pair_competency]
    centred = truth - region.means[panel.pair_competency]
    fixed = region.means[panel.pair_competency[panel.pair]] + region.biases(panel.rating_role)
    found = by_moments(panel=panel, residual=panel.score - fixed, agreement=0.5)

    assert found.person + found.competency == pytest.approx(centred.var(), rel=0.05)
    assert found.person == pytest.approx(0.25, rel=0.1)
    assert found.competency == pytest.approx(0.16, rel=0.1)
    for role in ("supervisor", "peer", "assessor"):
        at = ROLES.index(role)
        assert found.noise[at] == pytest.approx(NOISE[role] ** 2, rel=0.1), role
        assert found.halo[at] + found.severity[at] == pytest.approx(
            HALO[role] ** 2 + SEVERITY[role] ** 2, rel=0.25
        ), role
    # A self rating is the only one of its rater: severity cannot be told from halo.
    own = ROLES.index("self")
    assert found.halo[own] == pytest.approx(HALO["self"] ** 2 + SEVERITY["self"] ** 2, rel=0.15)


def test_without_second_raters_agreement_is_assumed_and_said_so() -> None:
    rng = np.random.default_rng(3)
    panel = crossed_panel(3 + rng.normal(0, 0.6, (40, 1)))
    found = by_moments(panel=panel, residual=panel.score - panel.score.mean(), agreement=0.5)

    assert found.assumed
    assert found.person > 0
