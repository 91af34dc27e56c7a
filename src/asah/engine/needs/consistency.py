"""How far one rater's scores on one form agree with each other: alpha and omega."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asah.engine.needs.components import FLOOR
from asah.engine.needs.panel import Floats, Ints, Panel, totals

LEAST_PEOPLE = 30
"""A competency counts where so many people were scored on it. The standard error of omega, simulated with
eight competencies: 0.03 for 30 people, 0.08 for 10."""
LEAST_ITEMS = 3
"""Two competencies on a form do not say how their covariance divides between them."""
TOLERANCE = 1e-6
SWEEPS = 10_000


@dataclass(frozen=True)
class Consistency:
    """Of the scores on one form, averaged over the forms of a role; None is unknown.

    ``alpha``: Cronbach's, as if every competency showed the common factor equally well
    (https://doi.org/10.1007/BF02310555). ``omega``: McDonald's omega total, each competency with a loading of
    its own (https://doi.org/10.1007/s11336-008-9102-z): with one factor, alpha is at most omega.
    """

    alpha: float | None
    omega: float | None


def consistency_of(*, panel: Panel, role: int) -> Consistency:
    """Alpha and omega of the forms of a role (index in ``ROLES``), from the scores as given.

    Items are competencies scored on at least ``LEAST_PEOPLE`` people, on forms with at least ``LEAST_ITEMS``
    of them; both are unknown where none are left, omega also where the fit does not settle. A competency that
    is absent from a form is missing, never 0: alpha takes each pair of competencies from the forms that have
    both, omega the likelihood of the scores there are.
    """
    rows = np.flatnonzero(panel.rating_role == role)
    while True:
        kept = rows[_enough(panel, rows)]
        if len(kept) == len(rows):
            break
        rows = kept
    if not len(rows):
        return Consistency(None, None)
    item = np.unique(panel.pair_competency[panel.pair[rows]], return_inverse=True)[1]
    form = np.unique(panel.form[rows], return_inverse=True)[1]
    score = panel.score[rows]
    alpha = alpha_of(score=score, item=item, form=form)
    if alpha is None:
        return Consistency(None, None)
    factor = one_factor(score=score, item=item, form=form, floor=max(FLOOR, panel.step**2 / 12))
    return Consistency(alpha, None if factor is None else omega_of(factor, item=item, form=form))


def _enough(panel: Panel, rows: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of these ratings are on a form with enough competencies, each scored on enough people."""
    item, form = panel.pair_competency[panel.pair[rows]], panel.form[rows]
    once = np.unique(item * panel.persons + panel.form_person[form])
    common = totals(once // panel.persons, panel.competencies)[item] >= LEAST_PEOPLE
    return common & (totals(form, len(panel.form_person), common.astype(np.float64))[form] >= LEAST_ITEMS)


def alpha_of(*, score: Floats, item: Ints, form: Ints) -> float | None:
    """Cronbach's alpha of n scores, each of an item on a form; None if the scores do not differ.

    A form of k items has alpha k c / (v + (k - 1) c), v the mean variance of an item and c the mean
    covariance of two on one form; the mean over forms is returned. On complete forms this is the textbook's
    k / (k - 1) x (1 - sum of variances / variance of the sum).
    """
    items, forms = int(item.max()) + 1, int(form.max()) + 1
    size = totals(form, forms)
    apart = score - (totals(item, items, score) / totals(item, items))[item]
    squares = float((apart**2).sum())
    variance = squares / len(score)
    covariance = (float((totals(form, forms, apart) ** 2).sum()) - squares) / float((size**2 - size).sum())
    whole = variance + (size - 1) * covariance
    return float(np.mean(size * covariance / whole)) if variance > 0 and bool(np.all(whole > 0)) else None


@dataclass(frozen=True)
class OneFactor:
    """score = mean + loading x factor + rest, per item, in levels: ``loading`` (items,) for a factor of
    variance 1, ``unique`` (items,) the variance of the rest in levels squared."""

    loading: Floats
    unique: Floats


def one_factor(*, score: Floats, item: Ints, form: Ints, floor: float = FLOOR) -> OneFactor | None:
    """One factor by maximum likelihood to n scores, each of an item on a form; None if it does not settle.

    Scores that are not there are missing at random: given the scores of the form, why one is absent says
    nothing about it. EM (https://doi.org/10.1007/BF02293851) with the variance of the factor as an extra
    parameter (https://doi.org/10.1093/biomet/85.4.755). ``floor``: the least unique variance, levels squared.
    """
    items, forms = int(item.max()) + 1, int(form.max()) + 1
    count = totals(item, items)
    mean = totals(item, items, score) / count
    variance = totals(item, items, (score - mean[item]) ** 2) / count
    loading, unique = np.sqrt(variance / 2), np.maximum(floor, variance / 2)
    for _ in range(SWEEPS):
        weight = loading / unique
        precision = 1.0 + totals(form, forms, (weight * loading)[item])
        expected = totals(form, forms, weight[item] * (score - mean[item])) / precision
        square = expected**2 + 1.0 / precision

        # Each item's regression on the factor.
        at = expected[form]
        factor = totals(item, items, at) / count
        own = totals(item, items, score) / count
        with_factor = totals(item, items, score * at) / count - own * factor
        slope = with_factor / (totals(item, items, square[form]) / count - factor**2)
        mean = own - slope * factor
        variance = totals(item, items, (score - own[item]) ** 2) / count
        unique = np.maximum(floor, variance - slope * with_factor)
        before, loading = loading, slope * np.sqrt(square.mean())
        if np.abs(loading - before).max() <= TOLERANCE:
            return OneFactor(loading, unique)
    return None


def omega_of(factor: OneFactor, *, item: Ints, form: Ints) -> float:
    """Omega total: the share of the variance of a form's sum that is the factor's, as the mean over forms."""
    forms = int(form.max()) + 1
    common = totals(form, forms, factor.loading[item]) ** 2
    return float(np.mean(common / (common + totals(form, forms, factor.unique[item]))))
