"""Restricted maximum likelihood: the variance components of a small panel, exactly."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from asah.engine.needs.components import FLOOR, Components
from asah.engine.needs.equations import (
    assemble,
    halo_variance,
    parts_given,
    right_side,
    solve,
    variances,
)
from asah.engine.needs.panel import ROLES, Floats, Panel, totals

LARGEST = 2_000
"""Ratings up to which the likelihood itself is maximised; its cost grows with the cube of the raters."""
START = 0.05
"""No variance starts below this: from zero the search might never leave."""
HIGHEST = 25.0


def restricted_deviance(*, panel: Panel, components: Components) -> tuple[float, Components]:
    """-2 log restricted likelihood of the scores, up to a constant that no component changes, and its slope.

    The determinants come with the elimination: log|V| + log|X'V^-1 X| = log|R| + log|G| + log|C|, C the
    coefficients of the mixed model equations. The slope on a variance v of k effects is
    k / v - (sum of their expected squares) / v^2 (https://doi.org/10.2307/2529430).
    """
    equations = assemble(panel=panel, components=components)
    score = panel.score[:, None]
    shared = solve(equations, right_side(equations, score))
    parts = parts_given(equations, shared, score)
    error = score - parts.score(panel)
    severity = components.severity[panel.rater_role]
    halo = halo_variance(panel, components)
    deviance = (
        np.log(equations.noise).sum()
        + len(panel.pair_person) * np.log(components.competency)
        - np.log(equations.shrink).sum()
        + equations.log_det
        - np.log(equations.prior_u).sum()
        + np.log(severity).sum()
        + np.linalg.slogdet(equations.H.toarray())[1]
        + (score * error / equations.noise[:, None]).sum()
    )
    about = variances(equations)
    rated = np.unique(panel.form_person)
    by_halo = _slope(halo, parts.halo, about.halo)
    by_severity = _slope(severity, shared[equations.few :], about.severity)
    alone = panel.form_rater < 0
    roles = len(ROLES)
    slope = Components(
        person=float(_slope(components.person, parts.person[rated], about.person).sum()),
        competency=float(_slope(components.competency, parts.particular, about.particular).sum()),
        severity=totals(panel.rater_role, roles, by_severity)
        + totals(panel.form_role[alone], roles, by_halo[alone]),
        halo=totals(panel.form_role, roles, by_halo),
        noise=totals(panel.rating_role, roles, _slope(equations.noise, error, about.noise)),
    )
    return float(deviance), slope


def _slope(variance: Floats | float, mean: Floats, uncertainty: Floats) -> Floats:
    return np.asarray(1.0 / variance - (mean[:, 0] ** 2 + uncertainty) / np.square(variance))


def by_likelihood(*, panel: Panel, start: Components) -> Components:
    """Components that maximise the restricted likelihood, each at least ``FLOOR``.

    Components that the panel cannot tell apart (one competency only: person and particular level) keep
    a sum that is the maximum; how they share it is arbitrary.
    """
    roles = list(panel.roles)
    several = sorted(set(panel.rater_role.tolist()))

    def listed(c: Components) -> Floats:
        return np.asarray(np.r_[c.person, c.competency, c.noise[roles], c.halo[roles], c.severity[several]])

    def components(variance: Floats) -> Components:
        parts = np.split(variance, [2, 2 + len(roles), 2 + 2 * len(roles)])
        noise, halo, severity = start.noise.copy(), start.halo.copy(), start.severity.copy()
        noise[roles], halo[roles], severity[several] = parts[1], parts[2], parts[3]
        return Components(float(parts[0][0]), float(parts[0][1]), severity, halo, noise)

    def on_logs(logs: Floats) -> tuple[float, Floats]:
        variance = np.exp(logs)
        deviance, slope = restricted_deviance(panel=panel, components=components(variance))
        return deviance, listed(slope) * variance

    first = np.clip(listed(start), START, HIGHEST)
    least = np.full(len(first), FLOOR)
    least[2 : 2 + len(roles)] = max(FLOOR, panel.step**2 / 12)
    found = minimize(
        on_logs,
        np.log(first),
        jac=True,
        method="L-BFGS-B",
        bounds=[(np.log(low), np.log(HIGHEST)) for low in least],
        options={"maxiter": 500, "ftol": 1e-10, "gtol": 3e-3},
    )
    return components(np.exp(found.x))
