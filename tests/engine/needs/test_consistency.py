from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from statsmodels.multivariate.factor import Factor

from asah.engine.needs.consistency import (
    LEAST_PEOPLE,
    Consistency,
    OneFactor,
    alpha_of,
    consistency_of,
    omega_of,
    one_factor,
)
from asah.engine.needs.panel import ROLES, Panel
from engine.needs.panels import panel_of_frames
from engine.needs.region import make_region

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOADING = np.array([0.9, 0.7, 0.6, 0.5, 0.4, 0.3])
UNIQUE = np.array([0.2, 0.3, 0.25, 0.4, 0.3, 0.5])
OMEGA = LOADING.sum() ** 2 / (LOADING.sum() ** 2 + UNIQUE.sum())
SUPERVISOR = ROLES.index("supervisor")


def simulated(*, forms: int, loading: Floats, unique: Floats, seed: int) -> Floats:
    """Scores (forms, items) with one factor."""
    rng = np.random.default_rng(seed)
    return np.asarray(
        3.0 + rng.normal(size=(forms, 1)) * loading + rng.normal(size=(forms, len(loading))) * np.sqrt(unique)
    )


def long(scores: Floats) -> tuple[Floats, Ints, Ints]:
    """Score, item and form of every entry that is there."""
    form, item = np.nonzero(~np.isnan(scores))
    return scores[form, item], item, form


def both(scores: Floats) -> tuple[float, float]:
    score, item, form = long(scores)
    factor, alpha = one_factor(score=score, item=item, form=form), alpha_of(score=score, item=item, form=form)
    assert factor is not None
    assert alpha is not None
    return alpha, omega_of(factor, item=item, form=form)


def exact(*, forms: int, loading: Floats, unique: Floats) -> Floats:
    """Scores whose covariance (divided by the number of forms) is exactly that of one factor."""
    covariance = np.outer(loading, loading) + np.diag(unique)
    drawn = np.random.default_rng(1).normal(size=(forms, len(loading)))
    drawn -= drawn.mean(axis=0)
    whitened = drawn @ np.linalg.inv(np.linalg.cholesky(drawn.T @ drawn / forms)).T
    return np.asarray(3.0 + whitened @ np.linalg.cholesky(covariance).T)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return panel_of_frames(make_region(seed=4, persons=120, competencies=6).frames)


def test_exact_loadings_are_found_and_omega_is_the_closed_form() -> None:
    scores = exact(forms=50, loading=LOADING, unique=UNIQUE)
    score, item, form = long(scores)
    found = one_factor(score=score, item=item, form=form)

    assert found is not None
    np.testing.assert_allclose(found.loading, LOADING, atol=1e-4)
    np.testing.assert_allclose(found.unique, UNIQUE, atol=1e-4)
    assert omega_of(found, item=item, form=form) == pytest.approx(OMEGA, abs=1e-5)


def test_omega_equals_alpha_where_all_loadings_are_equal_and_exceeds_it_where_they_are_not() -> None:
    equal = np.full(6, 0.6)
    alpha, omega = both(exact(forms=50, loading=equal, unique=UNIQUE))
    assert omega == pytest.approx(alpha, abs=1e-5)
    assert alpha == pytest.approx((6 * 0.6) ** 2 / ((6 * 0.6) ** 2 + UNIQUE.sum()), abs=1e-5)

    alpha, omega = both(exact(forms=50, loading=LOADING, unique=UNIQUE))
    assert omega > alpha + 0.01


def test_alpha_on_complete_forms_is_that_of_the_textbook() -> None:
    scores = simulated(forms=40, loading=LOADING, unique=UNIQUE, seed=2)
    score, item, form = long(scores)
    textbook = 6 / 5 * (1 - scores.var(axis=0, ddof=1).sum() / scores.sum(axis=1).var(ddof=1))

    assert alpha_of(score=score, item=item, form=form) == pytest.approx(textbook, rel=1e-12)


def test_loadings_are_those_of_another_maximum_likelihood_fit() -> None:
    scores = simulated(forms=200, loading=LOADING, unique=UNIQUE, seed=3)
    score, item, form = long(scores)
    found = one_factor(score=score, item=item, form=form)
    other = Factor(endog=scores, n_factor=1, method="ml").fit()

    assert found is not None
    standardised = found.loading / scores.std(axis=0)
    np.testing.assert_allclose(standardised, np.abs(other.loadings[:, 0]), atol=1e-3)


def test_scores_that_are_missing_leave_loadings_where_they_were() -> None:
    scores = simulated(forms=4000, loading=LOADING, unique=UNIQUE, seed=5)
    rng = np.random.default_rng(6)
    scores[rng.random(scores.shape) < 0.3] = np.nan
    # Whoever scores low on the first competency is not asked for the second: seen, so it may be ignored.
    scores[scores[:, 0] < 3.0, 1] = np.nan
    score, item, form = long(scores)
    found = one_factor(score=score, item=item, form=form)

    assert found is not None
    np.testing.assert_allclose(found.loading, LOADING, atol=0.05)
    np.testing.assert_allclose(found.unique, UNIQUE, atol=0.04)


def test_a_form_with_fewer_competencies_says_less_and_forms_are_averaged() -> None:
    factor = OneFactor(np.full(6, 0.6), np.full(6, 0.3))
    item, form = np.array([0, 1, 2, 3, 4, 5, 0, 1, 2]), np.array([0] * 6 + [1] * 3)
    by_hand = [(k * 0.6) ** 2 / ((k * 0.6) ** 2 + k * 0.3) for k in (6, 3)]

    assert omega_of(factor, item=item, form=form) == pytest.approx(np.mean(by_hand))


def test_both_are_known_of_a_panel_and_loadings_equal_by_nature_make_them_nearly_equal(panel: Panel) -> None:
    found = consistency_of(panel=panel, role=SUPERVISOR)

    assert found.alpha is not None
    assert found.omega is not None
    assert 0.7 < found.alpha < 1.0
    assert found.omega == pytest.approx(found.alpha, abs=0.02)


def _only(panel: Panel, rows: npt.NDArray[np.bool_]) -> Panel:
    return replace(
        panel,
        score=panel.score[rows],
        pair=panel.pair[rows],
        form=panel.form[rows],
        ageing=panel.ageing[rows],
    )


def test_too_few_people_or_competencies_leave_both_unknown(panel: Panel) -> None:
    person, competency = panel.form_person[panel.form], panel.pair_competency[panel.pair]
    unknown = Consistency(None, None)

    assert consistency_of(panel=_only(panel, person < LEAST_PEOPLE - 1), role=SUPERVISOR) == unknown
    assert consistency_of(panel=_only(panel, person < LEAST_PEOPLE), role=SUPERVISOR) != unknown
    assert consistency_of(panel=_only(panel, competency < 2), role=SUPERVISOR) == unknown
    assert consistency_of(panel=panel, role=ROLES.index("test")) == unknown


def test_a_competency_scored_on_few_people_leaves_the_others_alone(panel: Panel) -> None:
    person, competency = panel.form_person[panel.form], panel.pair_competency[panel.pair]
    rare = _only(panel, (competency != 5) | (person < LEAST_PEOPLE - 1))
    without = _only(panel, competency != 5)

    assert consistency_of(panel=rare, role=SUPERVISOR) == consistency_of(panel=without, role=SUPERVISOR)


def test_scores_that_never_differ_have_neither(panel: Panel) -> None:
    same = replace(panel, score=np.full_like(panel.score, 3.0))

    assert consistency_of(panel=same, role=SUPERVISOR) == Consistency(None, None)
