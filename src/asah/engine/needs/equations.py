"""The equations of the rater model: levels of persons whose raters differ.

Score of person i on competency c by rater r in role q:

    y = mean(i,c) + person(i) + particular(i,c) + bias(q) + severity(r) + halo(i,r) + noise

where mean(i,c) is one mean per competency and one slope on the level that the person's post requires: who
holds a higher post is expected to stand higher, as far as the ratings bear that out. Given means, biases and
severities (the shared unknowns) persons have nothing in common. What belongs to one person is eliminated
exactly, in small blocks, and one sparse system in the shared unknowns is left: Henderson's mixed model
equations, https://doi.org/10.2307/2529430.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from asah.engine.needs.components import Components
from asah.engine.needs.panel import ROLES, Floats, Ints, Panel, totals

VAGUE = 1e-6
"""Prior precision of means and biases: a thousand levels of freedom, only there to keep them solvable."""

TOLERANCE = 1e-9
DENSE = 500
"""Up to so many shared unknowns the system is solved at once."""


@dataclass(frozen=True)
class Equations:
    """The mixed model equations of a panel with everything that belongs to one person eliminated.

    n ratings, K pairs, F forms, U = persons + forms (a person's level and the halos of their forms),
    c = competencies + 1 (their means and the slope), b free biases, s raters. ``few`` = b + c: the order of
    shared unknowns is free biases, means and slope, severities.
    """

    panel: Panel
    few: int
    noise: Floats  # (n,) variance of a rating
    by_form: sp.csr_array  # F x n, weights
    by_pair: sp.csr_array  # K x n, weights
    T: sp.csr_array  # K x F, weights
    shrink: Floats  # (K,) variance of the particular level, the rest known
    kept: Floats  # (K,) share of a pair's information left once the particular level is eliminated
    means: sp.csr_array  # K x c
    E: sp.csr_array  # F x U
    person_column: Ints  # (persons,) column of the person in U
    prior_u: Floats  # (U,) prior precision
    Q_inverse: sp.csr_array  # U x U posterior variance, blocks of one person
    log_det: float
    offsets: sp.csr_array  # F x (b + s)
    M: sp.csr_array  # F x F information on forms
    N: sp.csr_array  # F x c
    prior: Floats  # (b + c + s,) prior precision
    H: sp.csr_array  # (b + c + s) squared


def assemble(*, panel: Panel, components: Components) -> Equations:
    """Build the equations; memory and time are linear in the ratings."""
    n, pairs, forms = len(panel.score), len(panel.pair_person), len(panel.form_person)
    noise = components.noise[panel.rating_role] + panel.ageing
    w = 1.0 / noise
    T = sp.csr_array((w, (panel.pair, panel.form)), shape=(pairs, forms))
    information = totals(panel.pair, pairs, w)
    shrink = 1.0 / (1.0 / components.competency + information)
    kept = shrink / components.competency
    means = means_of(panel)
    M = sp.csr_array(_diagonal(totals(panel.form, forms, w)) - T.T @ _diagonal(shrink) @ T)
    N = sp.csr_array(T.T @ _diagonal(kept) @ means)

    E, person_column, halo_column, block = _person_map(panel)
    prior_u = np.full(E.shape[1], 1.0 / components.person)
    prior_u[halo_column] = 1.0 / halo_variance(panel, components)
    Q_inverse, log_det = _inverse_of_blocks(sp.csr_array(E.T @ M @ E + _diagonal(prior_u)), block)
    P = sp.csr_array(E @ Q_inverse @ E.T)

    free = panel.free_roles
    bias = indicator(panel.form_role, len(ROLES))[:, free]
    offsets = sp.csr_array(sp.hstack([bias, indicator(panel.form_rater, len(panel.rater_role))]))
    MP = sp.csr_array(M @ P)
    top = offsets.T @ (M - MP @ M) @ offsets
    side = offsets.T @ (N - MP @ N)
    corner = means.T @ _diagonal(information * kept) @ means - N.T @ P @ N
    b, c, s = len(free), means.shape[1], len(panel.rater_role)
    order = np.r_[0:b, b + s : b + s + c, b : b + s]
    prior = np.r_[np.full(b + c, VAGUE), 1.0 / components.severity[panel.rater_role]]
    H = sp.csr_array(sp.block_array([[top, side], [side.T, corner]]))[order][:, order]
    return Equations(
        panel=panel,
        few=b + c,
        noise=noise,
        by_form=sp.csr_array((w, (panel.form, np.arange(n))), shape=(forms, n)),
        by_pair=sp.csr_array((w, (panel.pair, np.arange(n))), shape=(pairs, n)),
        T=T,
        shrink=shrink,
        kept=kept,
        means=means,
        E=E,
        person_column=person_column,
        prior_u=prior_u,
        Q_inverse=Q_inverse,
        log_det=log_det,
        offsets=offsets,
        M=M,
        N=N,
        prior=prior,
        H=sp.csr_array(H + _diagonal(prior)),
    )


def right_side(equations: Equations, score: Floats) -> Floats:
    """Right-hand side (b + c + s, m) for scores (n, m)."""
    e = equations
    b = e.few - e.means.shape[1]
    at_pair, at_form = _sums(e, score)
    rest = at_form - e.M @ (e.E @ (e.Q_inverse @ (e.E.T @ at_form)))
    offsets = e.offsets.T @ rest
    means = e.means.T @ (e.kept[:, None] * at_pair) - e.N.T @ (e.E @ (e.Q_inverse @ (e.E.T @ at_form)))
    return np.concatenate([offsets[:b], means, offsets[b:]])


def solve(equations: Equations, right: Floats) -> Floats:
    """Shared unknowns (b + c + s, m) for right-hand sides of that shape."""
    few, H = equations.few, equations.H
    if H.shape[0] <= DENSE:
        return np.linalg.solve(H.toarray(), right)
    dense = H[:few][:, :few].toarray()
    edge = H[few:][:, :few].toarray()
    solved = conjugate_gradient(H[few:][:, few:], np.hstack([edge, right[few:]]))
    inner, outer = solved[:, :few], solved[:, few:]
    top = np.linalg.solve(dense - edge.T @ inner, right[:few] - edge.T @ outer)
    return np.concatenate([top, outer - inner @ top])


@dataclass(frozen=True)
class Parts:
    """What a score is made of, m columns each: a score is mean + particular of its pair, offset + halo of its
    form, person, and noise. ``offset``: bias and severity. A level is mean + particular + person."""

    mean: Floats  # (K, m)
    particular: Floats  # (K, m)
    offset: Floats  # (F, m)
    halo: Floats  # (F, m)
    person: Floats  # (persons, m), 0 for people without ratings

    def level(self, panel: Panel) -> Floats:
        """Levels (K, m)."""
        return self.mean + self.particular + self.person[panel.pair_person]

    def score(self, panel: Panel) -> Floats:
        """Scores without noise (n, m)."""
        of_form = self.offset + self.halo + self.person[panel.form_person]
        score = of_form[panel.form]
        score += (self.mean + self.particular)[panel.pair]
        return score

    def plus(self, other: Parts) -> Parts:
        return Parts(
            mean=self.mean + other.mean,
            particular=self.particular + other.particular,
            offset=self.offset + other.offset,
            halo=self.halo + other.halo,
            person=self.person + other.person,
        )


def parts_given(equations: Equations, shared: Floats, score: Floats | None = None) -> Parts:
    """Posterior means given shared unknowns (b + c + s, m) and ``score`` (n, m), None = all 0."""
    e = equations
    b = e.few - e.means.shape[1]
    coefficients = shared[b : e.few]
    offset = e.offsets @ np.concatenate([shared[:b], shared[e.few :]])
    at_pair, at_form = (0.0, 0.0) if score is None else _sums(e, score)
    u = e.Q_inverse @ (e.E.T @ (at_form - e.M @ offset - e.N @ coefficients))
    mean = e.means @ coefficients
    information = ((1.0 - e.kept) / e.shrink)[:, None]
    rated = np.zeros((e.panel.persons, 1))
    rated[e.panel.form_person] = 1.0
    person = rated * u[e.person_column]
    on_form = e.E @ u
    return Parts(
        mean=mean,
        particular=e.shrink[:, None] * (at_pair - e.T @ (offset + on_form) - information * mean),
        offset=offset,
        halo=on_form - person[e.panel.form_person],
        person=person,
    )


def own_variance(equations: Equations) -> Floats:
    """Variance (K,) of each pair's level if the shared unknowns were known."""
    e = equations
    a = _person_of_pair(e) - _through_pairs(e)
    return np.asarray(e.shrink + (a @ e.Q_inverse).multiply(a).sum(axis=1))


@dataclass(frozen=True)
class Variances:
    """Posterior variances: ``person`` of rated persons, ``particular`` and ``level`` per pair, ``halo`` per
    form, ``severity`` per rater, ``noise`` per rating."""

    person: Floats
    particular: Floats
    halo: Floats
    severity: Floats
    noise: Floats
    level: Floats


def variances(equations: Equations) -> Variances:
    """Exact posterior variances, with the uncertainty of the shared unknowns; for up to ``DENSE`` of them.

    Every effect is A u + B shared + a part of its own; u given shared has variance Q^-1 and moves with it by
    ``follow``, and the shared unknowns have variance H^-1.
    """
    e = equations
    panel = e.panel
    width = e.H.shape[0]
    b = e.few - e.means.shape[1]
    order = np.r_[0:b, e.few : width]
    offsets = sp.csr_array((e.offsets.tocoo().data, _moved(e.offsets, order)), shape=(e.E.shape[0], width))
    means = sp.csr_array(
        (e.means.tocoo().data, _moved(e.means, np.arange(b, e.few))), shape=(len(e.shrink), width)
    )
    N = sp.csr_array(e.T.T @ _diagonal(e.kept) @ means)
    follow = -(e.Q_inverse @ (e.E.T @ (e.M @ offsets + N)))
    H_inverse = np.linalg.inv(e.H.toarray())

    def variance(A: sp.csr_array, B: sp.csr_array, own: Floats | float) -> Floats:
        given = (A @ e.Q_inverse).multiply(A).sum(axis=1)
        through = (A @ follow + B).toarray()
        return np.asarray(own + given + ((through @ H_inverse) * through).sum(axis=1))

    on_u = -_through_pairs(e)
    on_shared = -(_diagonal(e.shrink) @ (e.T @ offsets) + _diagonal(1.0 - e.kept) @ means)
    unit = sp.eye_array(e.E.shape[1], format="csr")
    rated = unit[e.person_column[np.unique(panel.form_person)]]
    halo = e.E - unit[e.person_column[panel.form_person]]
    none = sp.csr_array((e.E.shape[1], width))
    return Variances(
        person=variance(rated, rated @ none, 0.0),
        particular=variance(on_u, on_shared, e.shrink),
        halo=variance(halo, halo @ none, 0.0),
        severity=np.diagonal(H_inverse)[e.few :].copy(),
        noise=variance(
            e.E[panel.form] + on_u[panel.pair],
            offsets[panel.form] + (means + on_shared)[panel.pair],
            e.shrink[panel.pair],
        ),
        level=variance(_person_of_pair(e) + on_u, means + on_shared, e.shrink),
    )


def _person_of_pair(e: Equations) -> sp.csr_array:
    """Each pair's person among the unknowns U (K x U)."""
    return indicator(e.person_column[e.panel.pair_person], e.E.shape[1])


def _through_pairs(e: Equations) -> sp.csr_array:
    """What the unknowns U take away from the particular level of each pair (K x U)."""
    return sp.csr_array(_diagonal(e.shrink) @ e.T @ e.E)


def _moved(matrix: sp.csr_array, columns: Ints) -> tuple[Ints, Ints]:
    """Coordinates of a matrix whose columns are put at other places."""
    row, column = matrix.tocoo().coords
    return row, columns[column]


def conjugate_gradient(A: sp.csr_array, right: Floats) -> Floats:
    """Solve A X = right for all columns at once; A symmetric positive definite, diagonal preconditioner."""
    inverse = 1.0 / A.diagonal()[:, None]
    x = np.zeros_like(right)
    r = right.copy()
    z = inverse * r
    p = z.copy()
    rz = (r * z).sum(axis=0)
    goal = TOLERANCE**2 * np.maximum(rz, np.finfo(float).tiny)
    for _ in range(10 * len(right)):
        if np.all(rz <= goal):
            break
        Ap = A @ p
        step = np.divide(rz, (p * Ap).sum(axis=0), out=np.zeros_like(rz), where=rz > goal)
        x += step * p
        r -= step * Ap
        z = inverse * r
        new = (r * z).sum(axis=0)
        p = z + np.divide(new, rz, out=np.zeros_like(rz), where=rz > goal) * p
        rz = new
    return x


def _sums(e: Equations, score: Floats) -> tuple[Floats, Floats]:
    """Weighted sums by pair (K, m), and by form with the particular level eliminated (F, m)."""
    at_pair = e.by_pair @ score
    return at_pair, e.by_form @ score - e.T.T @ (e.shrink[:, None] * at_pair)


def means_of(panel: Panel) -> sp.csr_array:
    """What a pair's mean is made of (K, competencies + 1): its competency, and the standard of the post."""
    competency = indicator(panel.pair_competency, panel.competencies)
    return sp.csr_array(sp.hstack([competency, sp.csr_array(panel.standard[:, None])]))


def halo_variance(panel: Panel, components: Components) -> Floats:
    """Prior variance of the halo of every form (F,); a severity that cannot be told from it joins it."""
    alone = np.where(panel.form_rater < 0, components.severity[panel.form_role], 0.0)
    return components.halo[panel.form_role] + alone


def _person_map(panel: Panel) -> tuple[sp.csr_array, Ints, Ints, Ints]:
    """Map from U to forms, the column of each person and of each form's halo, the person of each column."""
    forms = np.arange(len(panel.form_person))
    rated, first, size = np.unique(panel.form_person, return_index=True, return_counts=True)
    person = np.zeros(panel.persons, dtype=np.int64)
    person[rated] = first + np.arange(len(rated))
    halo = forms + np.repeat(np.arange(1, len(rated) + 1), size)
    E = sp.csr_array(
        (np.ones(2 * len(forms)), (np.r_[forms, forms], np.r_[person[panel.form_person], halo])),
        shape=(len(forms), len(forms) + len(rated)),
    )
    return E, person, halo, np.repeat(np.arange(len(rated)), size + 1)


def _inverse_of_blocks(Q: sp.csr_array, block: Ints) -> tuple[sp.csr_array, float]:
    """Inverse and log determinant of a matrix of dense diagonal blocks; ``block`` of each row, in order."""
    size = np.bincount(block)
    first = np.r_[0, np.cumsum(size)[:-1]]
    entries = Q.tocoo()
    row, column = entries.coords
    rows, columns, values = [], [], []
    log_det = 0.0
    for width in np.unique(size):
        of = np.flatnonzero(size == width)
        slot = np.full(len(size), -1)
        slot[of] = np.arange(len(of))
        mine = slot[block[row]] >= 0
        at = slot[block[row[mine]]]
        dense = np.zeros((len(of), width, width))
        dense[at, row[mine] - first[block[row[mine]]], column[mine] - first[block[row[mine]]]] = entries.data[
            mine
        ]
        inside = np.arange(width)
        log_det += float(np.linalg.slogdet(dense)[1].sum())
        rows.append(np.repeat(first[of][:, None] + inside, width, axis=1).ravel())
        columns.append(np.tile(first[of][:, None] + inside, (1, width)).ravel())
        values.append(np.linalg.inv(dense).ravel())
    inverse = sp.coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=Q.shape
    )
    return sp.csr_array(inverse), log_det


def indicator(group: Ints, groups: int) -> sp.csr_array:
    """One row per entry with a 1 in the column of its group; -1 = an empty row."""
    rows = np.flatnonzero(group >= 0)
    return sp.csr_array((np.ones(len(rows)), (rows, group[rows])), shape=(len(group), groups))


def _diagonal(values: Floats) -> sp.dia_array:
    return sp.diags_array(values)
