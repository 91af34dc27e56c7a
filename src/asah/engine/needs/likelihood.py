"""Restricted maximum likelihood: the variance components of a small panel, exactly."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from asah.engine.needs.components import FLOOR, Components
from asah.engine.needs.equations import assemble, parts_given, right_side, solve
from asah.engine.needs.panel import Floats, Panel

LARGEST = 2_000
"""Ratings up to which the likelihood itself is maximised; its cost grows with the cube of the raters."""
START = 0.05
"""No variance starts below this: from zero the search might never leave."""
HIGHEST = 25.0


def restricted_deviance(*, panel: Panel, components: Components) -> float:
    """-2 log restricted likelihood of the scores, up to a constant that no component changes.

    The determinants come with the elimination: log|V| + log|X'V^-1 X| = log|R| + log|G| + log|C|, C the
    coefficients of the mixed model equations (https://doi.org/10.2307/2529430).
    """
    equations = assemble(panel=panel, components=components)
    score = panel.score[:, None]
    fitted = parts_given(equations, solve(equations, right_side(equations, score)), score).score(panel)
    own = len(panel.pair_person) * np.log(components.competency) - np.log(equations.shrink).sum()
    persons = equations.log_det - np.log(equations.prior_u).sum()
    raters = np.log(components.severity[panel.rater_role]).sum()
    shared = np.linalg.slogdet(equations.H.toarray())[1]
    misfit = (panel.score * (panel.score - fitted[:, 0]) / equations.noise).sum()
    return float(np.log(equations.noise).sum() + own + persons + raters + shared + misfit)


def by_likelihood(*, panel: Panel, start: Components) -> Components:
    """Components that maximise the restricted likelihood, each at least ``FLOOR``.

    Components that the panel cannot tell apart (one competency only: person and particular level) keep
    a sum that is the maximum; how they share it is arbitrary.
    """
    roles = list(panel.roles)
    several = sorted(set(panel.rater_role.tolist()))

    def components(variance: Floats) -> Components:
        parts = np.split(variance, [2, 2 + len(roles), 2 + 2 * len(roles)])
        noise, halo, severity = start.noise.copy(), start.halo.copy(), start.severity.copy()
        noise[roles], halo[roles], severity[several] = parts[1], parts[2], parts[3]
        return Components(float(parts[0][0]), float(parts[0][1]), severity, halo, noise)

    first = np.r_[
        start.person, start.competency, start.noise[roles], start.halo[roles], start.severity[several]
    ]
    least = np.full(len(first), FLOOR)
    least[2 : 2 + len(roles)] = max(FLOOR, panel.step**2 / 12)
    found = minimize(
        lambda variance: restricted_deviance(panel=panel, components=components(variance)),
        np.clip(first, START, HIGHEST),
        method="L-BFGS-B",
        bounds=[(low, HIGHEST) for low in least],
        options={"maxiter": 200, "maxfun": 20_000, "ftol": 1e-9, "gtol": 1e-4},
    )
    return components(found.x)
