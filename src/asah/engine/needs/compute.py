"""Needs from ratings: the stage as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from asah.engine.errors import Finding
from asah.engine.needs.components import FLOOR, Components
from asah.engine.needs.consistency import LEAST_ITEMS, LEAST_PEOPLE, consistency_of
from asah.engine.needs.gaps import find_needs, required_levels
from asah.engine.needs.messages import finding
from asah.engine.needs.model import Levels, estimate
from asah.engine.needs.panel import ROLES, Panel, encode
from asah.engine.needs.units import by_unit, coverage_of, ranking_of
from asah.engine.rules import RuleSet

SCALE = (1.0, 5.0)
LEVELS = ("person_id", "competency_id", "level_mean", "level_sd", "ratings", "basis")
NEEDS = ("person_id", "competency_id", "gap_levels", "weight", "basis", "against", "prob_gap", "expected_gap")


class Frames(Protocol):
    """Anything that gives the frame of a table by its name: ``Tables``, or a plain dict."""

    def __getitem__(self, name: str, /) -> pl.DataFrame: ...


@dataclass(frozen=True)
class Reliability:
    """How far the ratings can be trusted, from the variance components.

    ``one_rating`` per role: generalisability coefficient of one score on one competency, the share of its
    variance that is the person's true level. ``panel``: the same for the levels as estimated, over all rated
    pairs. ``alpha`` and ``omega`` per role: Cronbach's alpha and McDonald's omega of the scores on one form,
    with competencies as items (see ``Consistency``), None where too few people or competencies were scored;
    they count halo and severity as consistency, so they are high also where raters do not agree. ``bias`` per
    role in levels against the ``anchor`` roles.
    """

    one_rating: Mapping[str, float]
    panel: float
    alpha: Mapping[str, float | None]
    omega: Mapping[str, float | None]
    bias: Mapping[str, float]
    anchor: tuple[str, ...]
    components: Components


@dataclass(frozen=True)
class Needs:
    """The output tables of ``asah needs`` (tables.md section 5), warnings, and how reliable they are.

    ``needs_ranking``: see ``ranking_of``. ``performance_only`` (person_id): people who perform below target
    without a known gap in competency: look at tools, process and motivation, not at a course. ``reliability``
    is None without ratings.
    """

    levels: pl.DataFrame
    needs: pl.DataFrame
    needs_by_unit: pl.DataFrame
    needs_ranking: pl.DataFrame
    coverage: pl.DataFrame
    unassessed: pl.DataFrame
    performance_only: pl.DataFrame
    reliability: Reliability | None
    findings: tuple[Finding, ...]


def compute_needs(*, tables: Frames, rules: RuleSet, seed: int = 0) -> Needs:
    """Levels, needs, needs by unit, coverage and unassessed people out of the tables of the needs stage.

    ``rules.on`` is the day the needs are stated for: evidence ages up to it. Same tables, rules and seed:
    the same result. Raises ``InputError`` for ratings that name nobody or nothing.
    """
    people, competencies, ratings = tables["people"], tables["competencies"], tables["ratings"]
    required = required_levels(
        people=people, competencies=competencies, requirements=tables["requirements"], rules=rules
    )
    encoded = encode(
        ratings=ratings, people=people, competencies=competencies, required=required.rows, rules=rules
    )
    panel = encoded.panel
    solved = None
    if len(panel.score):
        solved = estimate(
            panel=panel,
            usual=_usual(rules),
            agreement=rules.number("single_rating_agreement"),
            drift=rules.number("evidence_drift_variance"),
            scale=SCALE,
            seed=seed,
        )
    levels = encoded.pairs.with_columns(
        posterior_mean=pl.Series(solved.mean if solved else [], dtype=pl.Float64),
        level_sd=pl.Series(solved.sd if solved else [], dtype=pl.Float64),
    ).with_columns(
        level_mean=pl.col("posterior_mean").clip(*SCALE),
        basis=pl.col("basis") + pl.when("expired").then(pl.lit(";expired")).otherwise(pl.lit("")),
    )
    gaps = find_needs(levels=levels, required=required.rows, threshold=rules.number("need_threshold"))
    needs = gaps.filter("is_need").select(NEEDS)
    assessed = levels.select("person_id").unique(maintain_order=True)
    performance_only = (
        tables["performance"]
        .filter(pl.col("gap").fill_null(False))
        .select("person_id")
        .join(assessed, on="person_id", how="semi", maintain_order="left")
        .join(needs, on="person_id", how="anti", maintain_order="left")
    )
    reliability = _reliability(panel, solved) if solved else None
    return Needs(
        levels=levels.select(LEVELS).with_columns(pl.col("ratings").cast(pl.Int64)),
        needs=needs,
        needs_by_unit=by_unit(people=people, required=required.rows, gaps=gaps, seed=seed),
        needs_ranking=ranking_of(people=people, required=required.rows, gaps=gaps, seed=seed),
        coverage=coverage_of(people=people, required=required.rows, levels=levels),
        unassessed=people.join(assessed, on="person_id", how="anti", maintain_order="left").select(
            "person_id", "unit_id", "position_id", reason=pl.lit("no_ratings")
        ),
        performance_only=performance_only,
        reliability=reliability,
        findings=(
            *encoded.findings,
            *required.findings,
            *_findings(reliability, needs, performance_only),
        ),
    )


def _usual(rules: RuleSet) -> Components:
    def variance(part: str) -> float:
        return rules.number("usual_variance", part)

    severity = np.full(len(ROLES), variance("severity"))
    severity[ROLES.index("test")] = FLOOR
    return Components(
        person=variance("person"),
        competency=variance("competency"),
        severity=severity,
        halo=np.full(len(ROLES), variance("halo")),
        noise=np.full(len(ROLES), variance("noise")),
    )


def _reliability(panel: Panel, solved: Levels) -> Reliability:
    c = solved.components
    true = c.person + c.competency
    error = c.severity + c.halo + c.noise
    consistency = {ROLES[role]: consistency_of(panel=panel, role=role) for role in panel.roles}
    return Reliability(
        one_rating={ROLES[role]: float(true / (true + error[role])) for role in panel.roles},
        panel=max(0.0, float(1.0 - np.mean(solved.sd**2) / true)),
        alpha={role: found.alpha for role, found in consistency.items()},
        omega={role: found.omega for role, found in consistency.items()},
        bias={ROLES[role]: float(solved.bias[role]) for role in panel.roles},
        anchor=tuple(ROLES[role] for role in panel.anchors),
        components=c,
    )


def _findings(
    reliability: Reliability | None, needs: pl.DataFrame, performance_only: pl.DataFrame
) -> Iterator[Finding]:
    if reliability and reliability.anchor[0] not in ("assessor", "test"):
        role = reliability.anchor[0]
        yield finding("anchor", "ratings", "rater_role", value=role, role=role)
    if reliability and reliability.components.assumed:
        yield finding("agreement_assumed", "ratings", "rater_id")
    if reliability and (unknown := [role for role, found in reliability.omega.items() if found is None]):
        yield finding(
            "consistency_unknown",
            "ratings",
            "rater_role",
            value=", ".join(unknown),
            roles=", ".join(unknown),
            people=LEAST_PEOPLE,
            items=LEAST_ITEMS,
        )
    if alone := needs.filter(pl.col("basis").str.split(";").list.first() == "self").height:
        yield finding("self_alone", "needs", "basis", count=alone)
    if people := performance_only.height:
        yield finding("performance_only", "performance", "gap", count=people)
