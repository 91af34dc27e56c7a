from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from asah.engine.needs import model
from asah.engine.needs.model import Levels, estimate
from asah.engine.needs.panel import ROLES, Panel
from engine.needs.panels import panel_of_frames, plausible
from engine.needs.region import BIAS, Region, make_region


def solved(
    panel: Panel, *, seed: int = 0, scale: tuple[float, float] = (1.0, 5.0), drift: float = 0.0
) -> Levels:
    return estimate(panel=panel, usual=plausible(), agreement=0.5, drift=drift, scale=scale, seed=seed)


def truth_of(region: Region, panel: Panel) -> npt.NDArray[np.float64]:
    return region.truth.ravel()[panel.pair_person * region.truth.shape[1] + panel.pair_competency]


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region(seed=12, persons=500, competencies=6, assessors=40)


@pytest.fixture(scope="module")
def panel(region: Region) -> Panel:
    return panel_of_frames(region.frames)


@pytest.fixture(scope="module")
def levels(panel: Panel) -> Levels:
    return solved(panel)


def test_the_bias_of_each_role_is_found_against_the_assessor(levels: Levels) -> None:
    for role in ("supervisor", "peer", "self"):
        assert levels.bias[ROLES.index(role)] == pytest.approx(BIAS[role], abs=0.12), role
    assert levels.bias[ROLES.index("assessor")] == 0.0


def test_another_seed_moves_levels_by_far_less_than_their_sd(panel: Panel, levels: Levels) -> None:
    other = solved(panel, seed=99)

    assert np.abs(other.mean - levels.mean).max() < 0.6 * levels.sd.max()
    assert np.sqrt(np.mean((other.mean - levels.mean) ** 2)) < 0.1 * levels.sd.mean()


def test_many_shared_unknowns_solved_with_draws_give_the_sd_of_the_exact_way(
    panel: Panel, levels: Levels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "DENSE", 0)
    drawn = solved(panel)

    np.testing.assert_allclose(drawn.mean, levels.mean, atol=1e-9)
    assert np.median(drawn.sd / levels.sd) == pytest.approx(1.0, abs=0.02)
    assert np.abs(drawn.sd / levels.sd - 1).max() < 0.2


def test_scores_cut_off_at_the_top_of_the_scale_do_not_hold_high_levels_down() -> None:
    region = make_region(seed=14, persons=500, competencies=6, assessors=40, scale=(1.0, 3.5))
    panel = panel_of_frames(region.frames)
    at_top = panel.score >= 3.5
    assert 0.2 < at_top.mean() < 0.6
    told = solved(panel, scale=(1.0, 3.5))
    taken_at_face_value = solved(panel, scale=(1.0, 5.0))
    truth = truth_of(region, panel)
    high = truth > 3.5

    def rmse(found: Levels) -> float:
        return float(np.sqrt(np.mean((found.mean - truth)[high] ** 2)))

    assert rmse(told) < 0.7 * rmse(taken_at_face_value)
    assert (np.abs(told.mean - truth) < 1.645 * told.sd).mean() > 0.86
    assert (np.abs(taken_at_face_value.mean - truth) < 1.645 * taken_at_face_value.sd).mean() < 0.75


def test_years_past_validity_widen_the_sd_by_the_drift(panel: Panel, levels: Levels) -> None:
    aged = solved(replace(panel, expired_years=np.full(len(levels.sd), 2.0)), drift=0.09)

    np.testing.assert_allclose(aged.sd**2, levels.sd**2 + 0.18)
    np.testing.assert_allclose(aged.mean, levels.mean)


def test_a_lenient_supervisor_does_not_lift_the_whole_team(
    region: Region, panel: Panel, levels: Levels
) -> None:
    team = np.flatnonzero(panel.pair_person < 10)
    supervisor = (panel.rating_role == ROLES.index("supervisor")) & (panel.form_person[panel.form] < 10)
    lenient = solved(replace(panel, score=panel.score + 1.0 * supervisor), scale=(-9.0, 15.0))
    fair = solved(panel, scale=(-9.0, 15.0))
    share = supervisor.sum() / (panel.form_person[panel.form] < 10).sum()

    lifted = float((lenient.mean - fair.mean)[team].mean())
    assert 0.0 < lifted < 0.8 * share
