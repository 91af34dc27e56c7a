from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asah.engine.needs.components import Components
from asah.engine.needs.likelihood import by_likelihood, restricted_deviance
from asah.engine.needs.panel import ROLES, Panel
from engine.needs.panels import crossed_panel, dense_model, irregular_panel, plausible
from engine.needs.region import make_region

SUPERVISOR = ROLES.index("supervisor")


def dense_deviance(panel: Panel, components: Components) -> float:
    X, V, _ = dense_model(panel, components)
    X = X[:, np.linalg.norm(X, axis=0) > 0]
    inverse = np.linalg.inv(V)
    information = X.T @ inverse @ X
    residual = panel.score - X @ np.linalg.solve(information, X.T @ inverse @ panel.score)
    determinants = np.linalg.slogdet(V)[1] + np.linalg.slogdet(information)[1]
    return float(determinants + residual @ inverse @ residual)


def test_the_deviance_differs_between_components_as_the_whole_model_written_out_does() -> None:
    panel = irregular_panel(make_region(seed=4, persons=25, competencies=4), share=0.7, seed=2)
    first, second = plausible(), replace(plausible(severity=0.3), person=0.6, competency=0.05)
    ours = [restricted_deviance(panel=panel, components=c)[0] for c in (first, second)]
    written_out = [dense_deviance(panel, c) for c in (first, second)]

    assert ours[1] - ours[0] == pytest.approx(written_out[1] - written_out[0], abs=1e-3)


def test_the_slope_is_that_of_the_deviance() -> None:
    panel = irregular_panel(make_region(seed=4, persons=25, competencies=4), share=0.7, seed=2)
    panel = replace(panel, ageing=np.linspace(0.0, 0.2, len(panel.score)))
    at = plausible()
    _, slope = restricted_deviance(panel=panel, components=at)

    for name in ("person", "competency", "severity", "halo", "noise"):
        value = np.asarray(getattr(at, name))
        for role in range(value.size):
            step = np.zeros_like(value)
            step.flat[role] = 1e-4
            near = [
                restricted_deviance(panel=panel, components=replace(at, **{name: value + sign * step}))[0]
                for sign in (1, -1)
            ]
            expected = np.asarray(getattr(slope, name)).flat[role]
            assert (near[0] - near[1]) / 2e-4 == pytest.approx(expected, rel=1e-3, abs=1e-3), (name, role)


def test_six_targets_and_four_judges_give_the_published_components() -> None:
    """Shrout and Fleiss 1979, table 2 (https://doi.org/10.1037/0033-2909.86.2.420): in a balanced design
    the restricted likelihood has its maximum at the analysis of variance: 11.24, 32.49 and 1.02 mean square
    between targets, between judges and residual; ICC(2,1) = .29, ICC(2,4) = .62, ICC(3,1) = .71."""
    scores = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
    )
    panel = replace(crossed_panel(scores), step=0.0)
    found = by_likelihood(panel=panel, start=plausible())
    target = found.person + found.competency
    judge = found.severity[SUPERVISOR]
    residual = found.halo[SUPERVISOR] + found.noise[SUPERVISOR]

    assert target == pytest.approx((11.2417 - 1.0194) / 4, rel=0.005)
    assert judge == pytest.approx((32.4861 - 1.0194) / 6, rel=0.005)
    assert residual == pytest.approx(1.0194, rel=0.005)
    assert target / (target + judge + residual) == pytest.approx(0.29, abs=0.005)
    assert target / (target + (judge + residual) / 4) == pytest.approx(0.62, abs=0.005)
    assert target / (target + residual) == pytest.approx(0.71, abs=0.005)


def test_six_batches_of_dyestuff_give_the_published_components() -> None:
    """Davies 1947, as fitted by restricted likelihood in the lme4 documentation: 1764.05 between batches,
    2451.25 within, deviance 319.6543. Scores are divided by 50 to lie in the range of levels."""
    grams = [
        [1545, 1440, 1440, 1520, 1580],
        [1540, 1555, 1490, 1560, 1495],
        [1595, 1550, 1605, 1510, 1560],
        [1445, 1440, 1595, 1465, 1545],
        [1595, 1630, 1515, 1635, 1625],
        [1520, 1455, 1450, 1480, 1445],
    ]
    panel = crossed_panel(np.array(grams) / 50.0)
    # Every yield stems from a rater of its own: nothing is shared between batches.
    panel = replace(panel, step=0.0, form_rater=np.full(30, -1), rater_role=np.zeros(0, np.int64))
    without_severity = replace(plausible(), severity=np.full(len(ROLES), 1e-9))
    found = by_likelihood(panel=panel, start=without_severity)

    assert (found.person + found.competency) * 2500 == pytest.approx(1764.05, rel=0.005)
    assert (found.halo[SUPERVISOR] + found.noise[SUPERVISOR]) * 2500 == pytest.approx(2451.25, rel=0.005)
    constant = 29 * np.log(2 * np.pi) + 29 * np.log(2500.0)
    assert dense_deviance(panel, found) + constant == pytest.approx(319.6543, abs=0.01)


def test_a_variance_that_is_zero_is_found_and_one_that_is_not_is_not_lost() -> None:
    rng = np.random.default_rng(8)
    agreed = 3 + rng.normal(0, 0.6, (30, 1)) + rng.normal(0, 0.3, (30, 5))
    same_severity = replace(crossed_panel(agreed - agreed.mean(axis=0) + 3), step=0.0)
    found = by_likelihood(panel=same_severity, start=plausible())

    assert found.severity[SUPERVISOR] < 0.002
    assert found.person + found.competency == pytest.approx(0.36, rel=0.4)
    severe = replace(same_severity, score=same_severity.score + np.tile([0.5, -0.5, 0.3, -0.3, 0.0], 30))
    assert by_likelihood(panel=severe, start=found).severity[SUPERVISOR] == pytest.approx(0.17, rel=0.1)
