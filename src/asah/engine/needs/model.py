"""Levels from ratings: variance components, scores cut off by the scale, and the posterior of every level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtr, ndtri

from asah.engine.needs.components import FLOOR, Components, average, by_moments
from asah.engine.needs.equations import (
    DENSE,
    VAGUE,
    Equations,
    Parts,
    assemble,
    halo_variance,
    indicator,
    means_of,
    own_variance,
    parts_given,
    right_side,
    solve,
    variances,
)
from asah.engine.needs.likelihood import LARGEST, by_likelihood
from asah.engine.needs.panel import ROLES, Floats, Ints, Panel, totals

CHAINS = 4
"""Completed copies of the scores; what they disagree on enters the sd."""
SWEEPS = (4, 40)
RATINGS_SWEPT = 400_000
"""A panel is swept until so many ratings were seen, but at least and at most as often as ``SWEEPS`` says."""
IMAGINED = 4
BATCH = 8
DRAWS = 32
TINY, FAR = 1e-300, 37.0


@dataclass(frozen=True)
class Levels:
    """Per pair of the panel, in levels: posterior ``mean`` and ``sd``. Per role ``bias`` (0 for anchors)."""

    mean: Floats
    sd: Floats
    bias: Floats
    components: Components


def estimate(
    *,
    panel: Panel,
    usual: Components,
    agreement: float,
    drift: float,
    scale: tuple[float, float],
    seed: int,
) -> Levels:
    """Posterior mean and sd of every rated pair.

    A score at an end of the ``scale`` (lowest, highest) only says that the opinion lies there or beyond: it
    is drawn anew, given all the rest, in every sweep. Each sweep then takes the components from the drawn
    effects, so that they move from the moments to the restricted maximum likelihood (stochastic EM,
    https://doi.org/10.1214/aos/1176346060). ``agreement``: see ``by_moments``.
    ``usual``: components of an ordinary panel, weighed as ``IMAGINED`` people, so that three people do not
    claim to know how much people differ. ``drift``: variance added per year past validity, in levels squared.

    The variance is exact but for two parts: what the uncertainty of many shared unknowns adds comes from
    ``DRAWS`` perturbed solutions, what the cut-off scores add from the difference between ``CHAINS`` copies.
    """
    rng = np.random.default_rng(seed)
    components = by_moments(panel=panel, residual=panel.score - _least_squares(panel), agreement=agreement)
    if len(panel.score) <= LARGEST and not components.assumed:
        components = by_likelihood(panel=panel, start=components)
    score = np.repeat(panel.score[:, None], CHAINS, axis=1)
    sweeps = int(np.clip(RATINGS_SWEPT // len(panel.score), *SWEEPS))
    seen: list[Components] = []
    for _ in range(sweeps):
        equations = assemble(panel=panel, components=components)
        parts, shared = draw(equations, components, score, rng)
        score = _complete(equations, parts.score(panel), scale, rng)
        components = _from_effects(panel, components, parts, shared[equations.few :], score)
        seen.append(components)
    people = len(np.unique(panel.form_person))
    components = average([average(seen[sweeps // 2 :]), usual], weights=[people, IMAGINED])
    equations = assemble(panel=panel, components=components)
    shared = solve(equations, right_side(equations, score))
    level = parts_given(equations, shared, score).level(panel)
    variance = _level_variance(equations, components, rng) + drift * panel.expired_years
    variance += level.var(axis=1, ddof=1) * (1 + 1 / CHAINS)
    bias = np.zeros(len(ROLES))
    bias[panel.free_roles] = shared[: len(panel.free_roles)].mean(axis=1)
    return Levels(mean=level.mean(axis=1), sd=np.sqrt(variance), bias=bias, components=components)


def draw(
    equations: Equations, components: Components, score: Floats, rng: np.random.Generator
) -> tuple[Parts, Floats]:
    """A draw of every effect and shared unknown given the scores (n, m): m columns. A simulated world is
    corrected by what the equations say about the difference between real scores and its own
    (Matheron's rule)."""
    world, shared, simulated = simulate_world(equations, components, rng, score.shape[1])
    difference = score - simulated
    correction = solve(equations, right_side(equations, difference))
    return world.plus(parts_given(equations, correction, difference)), shared + correction


def _level_variance(equations: Equations, components: Components, rng: np.random.Generator) -> Floats:
    if equations.H.shape[0] <= DENSE:
        return variances(equations).level
    variance = own_variance(equations)
    for _ in range(DRAWS // BATCH):
        errors = shared_errors(equations, components, rng).level(equations.panel)
        variance += (errors**2).sum(axis=1) / DRAWS
    return variance


def shared_errors(equations: Equations, components: Components, rng: np.random.Generator) -> Parts:
    """What ``BATCH`` draws of the error of the shared unknowns change in every effect."""
    _, shared, simulated = simulate_world(equations, components, rng, BATCH)
    return parts_given(equations, shared - solve(equations, right_side(equations, simulated)))


def simulate_world(
    equations: Equations, components: Components, rng: np.random.Generator, m: int
) -> tuple[Parts, Floats, Floats]:
    """m draws from the model with means and biases 0: effects, shared unknowns and scores."""
    panel = equations.panel
    few = equations.few
    shared = np.zeros((few + len(panel.rater_role), m))
    shared[few:] = rng.standard_normal((len(panel.rater_role), m)) * _sd(
        components.severity[panel.rater_role]
    )
    b = few - equations.means.shape[1]
    rated = np.zeros((panel.persons, 1))
    rated[panel.form_person] = 1.0
    world = Parts(
        mean=np.zeros((len(panel.pair_person), m)),
        particular=rng.standard_normal((len(panel.pair_person), m)) * np.sqrt(components.competency),
        offset=np.asarray(equations.offsets @ np.concatenate([shared[:b], shared[few:]])),
        halo=rng.standard_normal((len(panel.form_person), m)) * _sd(halo_variance(panel, components)),
        person=rated * rng.standard_normal((panel.persons, m)) * np.sqrt(components.person),
    )
    score = world.score(panel)
    score += rng.standard_normal(score.shape) * _sd(equations.noise)
    return world, shared, score


def _complete(
    equations: Equations, expected: Floats, scale: tuple[float, float], rng: np.random.Generator
) -> Floats:
    """The scores (n, m), those at an end of the scale drawn beyond it around ``expected`` (n, m)."""
    panel = equations.panel
    score = np.repeat(panel.score[:, None], expected.shape[1], axis=1)
    for sign, end in ((-1.0, scale[0]), (1.0, scale[1])):
        at = np.flatnonzero(sign * (panel.score - end) >= 0)
        bound = end - sign * panel.step / 2
        sd = _sd(equations.noise[at])
        beyond = ndtr(sign * (expected[at] - bound) / sd)
        drawn = ndtri(rng.random(beyond.shape) * np.maximum(beyond, TINY))
        score[at] = expected[at] - sign * sd * np.maximum(drawn, -FAR)
    return score


def _from_effects(
    panel: Panel, components: Components, parts: Parts, severity: Floats, score: Floats
) -> Components:
    """Components as the mean squares of drawn effects (m columns); assumed ones stay as they are."""
    if components.assumed:
        return components
    rated = np.unique(panel.form_person)
    # Where some raters of a role rated several people, only their halo is free of severity.
    pure = (panel.form_rater >= 0) | ~np.isin(panel.form_role, panel.rater_role)
    noise = (score - parts.score(panel)) ** 2 - panel.ageing[:, None]
    return Components(
        person=max(FLOOR, float((parts.person[rated] ** 2).mean())),
        competency=max(FLOOR, float((parts.particular**2).mean())),
        severity=_mean_by_role(severity**2, panel.rater_role, components.severity),
        halo=_mean_by_role(parts.halo[pure] ** 2, panel.form_role[pure], components.halo),
        noise=np.maximum(panel.step**2 / 12, _mean_by_role(noise, panel.rating_role, components.noise)),
    )


def _mean_by_role(squares: Floats, role: Ints, otherwise: Floats) -> Floats:
    """Mean per role over members and columns; ``otherwise`` for a role without members."""
    count = totals(role, len(ROLES))
    mean = totals(role, len(ROLES), squares.mean(axis=1)) / np.maximum(count, 1.0)
    return np.where(count > 0, np.maximum(FLOOR, mean), otherwise)


def _least_squares(panel: Panel) -> Floats:
    """Means and biases at every rating (n,), fitted without regard to who rated whom."""
    free = panel.free_roles
    design = sp.csr_array(
        sp.hstack([indicator(panel.rating_role, len(ROLES))[:, free], means_of(panel)[panel.pair]])
    )
    normal = (design.T @ design).toarray() + VAGUE * np.eye(design.shape[1])
    return np.asarray(design @ np.linalg.solve(normal, design.T @ panel.score))


def _sd(variance: Floats) -> Floats:
    return np.sqrt(variance)[:, None]
