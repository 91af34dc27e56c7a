"""Ratings by raters who differ, by the model of measurement.md section 1, and yearly performance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from asah.engine.simulate.layout import Layout
from asah.engine.simulate.needs import PERSON_COMPETENCY_SD, PERSON_SD, Needs
from asah.engine.simulate.places import Floats, Ints
from asah.engine.simulate.roster import Bools, Roster
from asah.engine.simulate.sources import Stream, stream
from asah.engine.simulate.standards import Standards


@dataclass(frozen=True)
class Role:
    """How raters of one role err, in levels: a bias they share, severity by rater, halo by rater and
    person, and noise. ``present``: share of people who have such a rater."""

    name: str
    bias: float
    severity_sd: float
    halo_sd: float
    noise_sd: float
    present: float
    instrument: str


SELF = Role("self", 0.45, 0.35, 0.0, 0.45, 0.85, "KUESIONER-2026")
SUPERVISOR = Role("supervisor", 0.10, 0.30, 0.15, 0.40, 0.93, "KUESIONER-2026")
PEER = Role("peer", 0.25, 0.20, 0.25, 0.50, 0.75, "KUESIONER-2026")
SUBORDINATE = Role("subordinate", 0.20, 0.20, 0.20, 0.50, 0.80, "KUESIONER-2026")
ASSESSOR = Role("assessor", 0.0, 0.08, 0.05, 0.25, 0.07, "ASESMEN")
TEST = Role("test", 0.0, 0.0, 0.0, 0.20, 0.06, "UJI-KOMPETENSI")
ROLES = (SELF, SUPERVISOR, PEER, SUBORDINATE, ASSESSOR, TEST)

UNASSESSED = 0.04  # people nobody has rated
ANSWERED = 0.95  # of the questions put to a rater
TEAM_PEOPLE = 15  # a supervisor rates no more
PEOPLE_PER_ASSESSOR = 15
RATED_FROM = np.datetime64("2026-06-01")
RATED_DAYS = 75
ASSESSED_DAYS = 3 * 365  # an assessment is valid for about three years, so old ones are still in use

PREDICATES = ("Sangat Baik", "Baik", "Butuh Perbaikan", "Kurang", "Sangat Kurang")
PREDICATE_CUTS = (1.0, -1.3, -1.95, -2.5)  # of a standard normal score
WITH_PREDICATE = 0.97


def rate(
    layout: Layout, standards: Standards, roster: Roster, needs: Needs, chunk: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The table ``ratings`` of one chunk, and the true severity of each of its raters."""
    rng = stream(layout.region, layout.seed, Stream.RATINGS, chunk)
    known = rng.random(len(roster.unit)) >= UNASSESSED
    asked = ~np.isnan(needs.level) & known[:, None]
    ids = roster.frame["person_id"].to_numpy()
    technical = np.array([c[0] in "TX" for c in standards.competencies])
    scope = {ASSESSOR: ~technical, TEST: technical}

    parts: list[dict[str, Ints | Floats]] = []
    names: list[np.ndarray] = []
    truth: list[pl.DataFrame] = []
    raters = 0
    for number, role in enumerate(ROLES):
        person, rater = _panel(role, layout, roster, rng)
        who = _rater_ids(role, ids, rater, chunk)
        severity = role.severity_sd * rng.standard_normal(len(who))
        halo = role.halo_sd * rng.standard_normal(len(person))
        row, competency = np.nonzero(asked[person] & scope.get(role, np.ones_like(technical)))
        answered = rng.random(len(row)) < ANSWERED
        row, competency = row[answered], competency[answered]
        score = (
            needs.level[person[row], competency]
            + role.bias
            + severity[rater[row]]
            + halo[row]
            + role.noise_sd * rng.standard_normal(len(row))
        )
        before = rng.integers(0, ASSESSED_DAYS if role is ASSESSOR else RATED_DAYS, len(person))
        parts.append(
            {
                "person": person[row],
                "competency": competency,
                "rater": raters + rater[row],
                "role": np.full(len(row), number),
                "score": np.clip(np.round(score * 2) / 2, 1.0, 5.0),
                "before": before[row],
            }
        )
        used = np.unique(rater[row])
        truth.append(_true_raters(role, who[used], severity[used]))
        names.append(who)
        raters += len(who)
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return _frame(columns, roster, standards, np.concatenate(names)), pl.concat(truth)


def perform(layout: Layout, roster: Roster, needs: Needs, chunk: int) -> pl.DataFrame:
    """The table ``performance``: whoever lies further below the standard does a little worse."""
    rng = stream(layout.region, layout.seed, Stream.PERFORMANCE, chunk)
    n = len(roster.unit)
    short = needs.gap.sum(axis=1)
    spread = short.std() if n > 1 and short.std() > 0 else 1.0
    score = -0.5 * (short - short.mean()) / spread + np.sqrt(0.75) * rng.standard_normal(n)
    rank = np.asarray(sum((score < cut).astype(np.int64) for cut in PREDICATE_CUTS))
    known = np.flatnonzero(rng.random(n) < WITH_PREDICATE)
    return pl.DataFrame(
        {
            "person_id": roster.frame["person_id"].gather(known),
            "predicate": pl.Series(PREDICATES).gather(rank[known]),
            "gap": rank[known] >= 2,
        }
    )


def true_roles() -> pl.DataFrame:
    """How each role errs, in levels."""
    return pl.DataFrame(
        {
            "rater_role": [role.name for role in ROLES],
            "bias": [role.bias for role in ROLES],
            "severity_sd": [role.severity_sd for role in ROLES],
            "halo_sd": [role.halo_sd for role in ROLES],
            "noise_sd": [role.noise_sd for role in ROLES],
        }
    )


def true_spread() -> pl.DataFrame:
    """How true levels spread around their mean, in levels."""
    return pl.DataFrame(
        {"component": ["person", "person x competency"], "sd": [PERSON_SD, PERSON_COMPETENCY_SD]}
    )


def _panel(role: Role, layout: Layout, roster: Roster, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs of a person and who rates them: rows of the roster, or numbers of assessors."""
    n = len(roster.unit)
    everyone = np.arange(n)
    rank = everyone - roster.head
    teams = 1 + (roster.staff - 1) // TEAM_PEOPLE  # the first people of a unit lead its teams
    present = rng.random(n) < role.present
    if role is SELF:
        return everyone[present], everyone[present]
    if role is SUPERVISOR:
        above = np.where(rank >= teams, roster.head + rank % teams, roster.head)
        above = np.where(rank == 0, _head_above(layout, roster), above)
        chosen = np.flatnonzero(present & (above >= 0))
        return chosen, above[chosen]
    if role is PEER:
        return _peers(roster, rank, teams, present & (roster.staff >= 3), rng)
    if role is SUBORDINATE:
        chosen = np.flatnonzero(present & (rank < teams) & (roster.staff >= teams + 2))
        below = roster.staff[chosen] - teams[chosen]
        first = rng.integers(0, below)
        second = (first + 1 + rng.integers(0, below - 1)) % below
        base = roster.head[chosen] + teams[chosen]
        return np.concatenate([chosen, chosen]), np.concatenate([base + first, base + second])
    chosen = everyone[present]
    assessors = max(1, len(chosen) // PEOPLE_PER_ASSESSOR) if role is ASSESSOR else 1
    return chosen, rng.integers(0, assessors, len(chosen))


def _peers(
    roster: Roster, rank: Ints, teams: Ints, present: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Up to two colleagues who neither lead nor are led by the person, never the same one twice."""
    person = np.flatnonzero(present)
    others = roster.staff[person] - 1
    first = rng.integers(0, others)
    second = (first + 1 + rng.integers(0, others - 1)) % others
    two = rng.random(len(person)) < 0.4
    step = np.concatenate([first, second[two]]) + 1
    person = np.concatenate([person, person[two]])
    peer = roster.head[person] + (rank[person] + step) % roster.staff[person]
    equals = ((rank < teams)[person] == (rank < teams)[peer]) & (rank[peer] > 0)
    return person[equals], peer[equals]


def _head_above(layout: Layout, roster: Roster) -> Ints:
    """For everybody, the row of the head of the next unit upward that has people in this chunk, or -1."""
    head_of = dict(zip(roster.unit.tolist(), roster.head.tolist(), strict=True))
    above = dict.fromkeys(head_of, -1)
    for unit in head_of:
        parent = layout.units[unit].parent
        while parent >= 0 and parent not in head_of:
            parent = layout.units[parent].parent
        above[unit] = head_of.get(parent, -1)
    return np.array([above[unit] for unit in roster.unit.tolist()], dtype=np.int64)


def _rater_ids(role: Role, people: np.ndarray, rater: Ints, chunk: int) -> np.ndarray:
    if role is ASSESSOR:
        return np.array(
            [f"ASESOR-{chunk + 1}-{k + 1:03d}" for k in range(int(rater.max(initial=0)) + 1)], dtype=object
        )
    if role is TEST:
        return np.array(["UJI"], dtype=object)
    return people


def _true_raters(role: Role, rater_ids: np.ndarray, severity: Floats) -> pl.DataFrame:
    return pl.DataFrame(
        {"rater_id": rater_ids.tolist(), "rater_role": [role.name] * len(severity), "severity": severity},
        schema={"rater_id": pl.String, "rater_role": pl.String, "severity": pl.Float64},
    )


def _frame(
    columns: dict[str, np.ndarray], roster: Roster, standards: Standards, raters: np.ndarray
) -> pl.DataFrame:
    """The rows in the order of people, competencies and roles."""
    order = np.lexsort((columns["role"], columns["competency"], columns["person"]))
    column = {key: values[order] for key, values in columns.items()}
    latest = RATED_FROM + np.timedelta64(RATED_DAYS, "D")
    return pl.DataFrame(
        {
            "person_id": roster.frame["person_id"].gather(column["person"]),
            "competency_id": pl.Series(standards.competencies).gather(column["competency"]),
            "rater_id": pl.Series(raters.tolist(), dtype=pl.String).gather(column["rater"]),
            "rater_role": pl.Series([role.name for role in ROLES]).gather(column["role"]),
            "score": column["score"],
            "rated_on": latest - column["before"].astype("timedelta64[D]"),
            "instrument": pl.Series([role.instrument for role in ROLES]).gather(column["role"]),
        }
    )
