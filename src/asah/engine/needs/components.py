"""How much ratings vary, and why: variance components by the method of moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asah.engine.needs.panel import ROLES, Floats, Ints, Panel, totals

FLOOR = 1e-4
"""Smallest variance, in levels squared: a hundredth of a level, far below what a rating can show."""


@dataclass(frozen=True)
class Components:
    """Variances in levels squared; arrays have one entry per role of ``ROLES``.

    ``person`` a person's general level, ``competency`` what is particular to a person and competency,
    ``severity`` of raters, ``halo`` a rater's opinion of one person, ``noise`` the rest.
    ``assumed``: too few people were rated twice, so agreement was assumed rather than estimated.
    """

    person: float
    competency: float
    severity: Floats
    halo: Floats
    noise: Floats
    assumed: bool = False


def by_moments(*, panel: Panel, residual: Floats, agreement: float) -> Components:
    """Components from products of residuals (scores less their fixed part, n ratings).

    Two ratings of one person by different raters share the person; of the same competency also the
    person's particular level; two on one form also the rater's halo and severity; two by one rater on
    different people the severity alone. The mean of each kind of product estimates its sum. What a role
    adds is measured against the other raters of the same people, so that those people's own levels cancel.
    """
    forms, pairs, raters = len(panel.form_person), len(panel.pair_person), len(panel.rater_role)
    ones = np.ones_like(residual)
    on_form, size = totals(panel.form, forms, residual), totals(panel.form, forms)
    rating_role = panel.rating_role

    same, same_n = (_with_others(v, panel.pair, pairs) for v in (residual, ones))
    any_, any_n = (_with_others(v, panel.form_person, panel.persons) for v in (on_form, size))
    same, same_n = _by_role(rating_role, same), _by_role(rating_role, same_n)
    other = _by_role(panel.form_role, any_) - same
    other_n = _by_role(panel.form_role, any_n) - same_n
    form_squares = totals(panel.form, forms, residual**2)
    within = _ratio(
        _by_role(panel.form_role, on_form**2 - form_squares), _by_role(panel.form_role, size**2 - size)
    )
    total = _ratio(_by_role(rating_role, residual**2), _by_role(rating_role))

    severity = np.zeros(len(ROLES))
    several = panel.form_rater >= 0
    by_rater = panel.form_rater[several]
    products = _with_others(on_form[several], by_rater, raters)
    counts = _with_others(size[several], by_rater, raters)
    of = panel.form_role[several]
    severity = np.maximum(0.0, _ratio(_by_role(of, products), _by_role(of, counts)))

    present = _by_role(rating_role) > 0
    assumed = same_n.sum() == 0
    if assumed:
        weights = _by_role(rating_role)
        person = agreement * float(np.average(within - severity, weights=weights))
        competency = agreement * float(np.average(total - within, weights=weights))
    elif other_n.sum() == 0:
        # One competency only: a person's general and particular level cannot be told apart.
        person = competency = float(same.sum() / same_n.sum()) / 2
    else:
        person = float(other.sum() / other_n.sum())
        competency = float(same.sum() / same_n.sum()) - person
    person, competency = max(FLOOR, person), max(FLOOR, competency)
    of_these = np.where(other_n > 0, _ratio(other, other_n), person)
    particular = np.where((other_n > 0) & (same_n > 0), _ratio(same, same_n) - of_these, competency)
    halo = np.maximum(FLOOR, within - of_these - severity)
    noise = np.maximum(max(FLOOR, panel.step**2 / 12), total - of_these - particular - severity - halo)
    return Components(
        person=person,
        competency=competency,
        severity=np.where(present, np.maximum(FLOOR, severity), FLOOR),
        halo=np.where(present, halo, FLOOR),
        noise=np.where(present, noise, 1.0),
        assumed=bool(assumed),
    )


def average(components: Sequence[Components], weights: Sequence[float] | None = None) -> Components:
    """The weighted mean of several; ``assumed`` if any is."""

    def mean(name: str) -> Floats:
        return np.average([getattr(c, name) for c in components], axis=0, weights=weights)

    return Components(
        person=float(mean("person")),
        competency=float(mean("competency")),
        severity=mean("severity"),
        halo=mean("halo"),
        noise=mean("noise"),
        assumed=any(c.assumed for c in components),
    )


def _with_others(value: Floats, group: Ints, groups: int) -> Floats:
    """Each member's value times the sum of the other members of its group."""
    return value * (totals(group, groups, value)[group] - value)


def _by_role(role: Ints, weight: Floats | None = None) -> Floats:
    return totals(role, len(ROLES), weight)


def _ratio(value: Floats, count: Floats) -> Floats:
    return np.divide(value, count, out=np.zeros_like(value), where=count > 0)
