from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from asah.engine.needs.equations import (
    assemble,
    conjugate_gradient,
    means_of,
    own_variance,
    parts_given,
    right_side,
    solve,
    variances,
)
from asah.engine.needs.panel import Panel
from engine.needs.panels import dense_model, irregular_panel, plausible
from engine.needs.region import make_region


@pytest.fixture(scope="module")
def panel() -> Panel:
    return irregular_panel(make_region(seed=3, persons=25, competencies=4), share=0.6, seed=5)


def test_eliminating_persons_gives_the_levels_of_the_whole_model_written_out(panel: Panel) -> None:
    components = plausible()
    X, V, with_scores = dense_model(panel, components)
    X = X[:, np.linalg.norm(X, axis=0) > 0]
    inverse = np.linalg.inv(V)
    beta = np.linalg.solve(X.T @ inverse @ X, X.T @ inverse @ panel.score)
    means = means_of(panel).toarray() @ beta[len(panel.free_roles) :]
    expected = means + with_scores @ inverse @ (panel.score - X @ beta)

    equations = assemble(panel=panel, components=components)
    score = panel.score[:, None]
    level = parts_given(equations, solve(equations, right_side(equations, score)), score).level(panel)
    np.testing.assert_allclose(level[:, 0], expected, atol=1e-4)


def test_variance_given_the_shared_unknowns_is_that_of_the_model_without_raters(panel: Panel) -> None:
    components = plausible()
    _, V, with_scores = dense_model(panel, components)
    known = panel.form_rater[panel.form]
    rater = (known[:, None] == known[None, :]) * (known >= 0)[:, None]
    V = V - rater * components.severity[panel.rating_role][:, None]
    prior = components.person + components.competency
    expected = prior - np.einsum("ij,ij->i", with_scores @ np.linalg.inv(V), with_scores)

    np.testing.assert_allclose(
        own_variance(assemble(panel=panel, components=components)), expected, atol=1e-10
    )


def test_exact_variances_are_those_of_the_whole_model_written_out(panel: Panel) -> None:
    components = plausible()
    X, V, with_scores = dense_model(panel, components)
    kept = np.linalg.norm(X, axis=0) > 0
    means = np.hstack([np.zeros((len(with_scores), len(panel.free_roles))), means_of(panel).toarray()])[
        :, kept
    ]
    X, inverse = X[:, kept], np.linalg.inv(V)
    weights = with_scores @ inverse
    unexplained = means - weights @ X
    fixed = np.einsum("ij,ij->i", unexplained @ np.linalg.inv(X.T @ inverse @ X), unexplained)
    prior = components.person + components.competency
    expected = prior - np.einsum("ij,ij->i", weights, with_scores) + fixed

    exact = variances(assemble(panel=panel, components=components))
    np.testing.assert_allclose(exact.level, expected, rtol=1e-3)


def test_parts_add_up_to_levels_and_scores(panel: Panel) -> None:
    equations = assemble(panel=panel, components=plausible())
    score = np.column_stack([panel.score, panel.score[::-1]])
    parts = parts_given(equations, solve(equations, right_side(equations, score)), score)
    rest = parts.score(panel) - parts.offset[panel.form] - parts.halo[panel.form]

    np.testing.assert_allclose(rest, parts.level(panel)[panel.pair], atol=1e-9)
    # A fitted model leaves no residual that its means could still explain.
    residual = (score - parts.score(panel)) / equations.noise[:, None]
    np.testing.assert_allclose(means_of(panel)[panel.pair].T @ residual, 0.0, atol=1e-3)


def test_conjugate_gradient_solves_all_columns_also_a_zero_one() -> None:
    rng = np.random.default_rng(1)
    root = rng.normal(size=(40, 40))
    A = sp.csr_array(root @ root.T + 5 * np.eye(40))
    right = np.column_stack([rng.normal(size=(40, 3)), np.zeros(40)])

    np.testing.assert_allclose(A @ conjugate_gradient(A, right), right, atol=1e-6)
