"""Needs from ratings: the stage as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from asah.engine.errors import Finding
from asah.engine.needs.components import Components
from asah.engine.needs.gaps import find_needs, required_levels
from asah.engine.needs.model import estimate
from asah.engine.needs.panel import ROLES, encode
from asah.engine.needs.units import by_unit, coverage_of
from asah.engine.rules import RuleSet

SCALE = (1.0, 5.0)


class Frames(Protocol):
    """Anything that gives the frame of a table by its name: ``Tables``, or a plain dict."""

    def __getitem__(self, name: str, /) -> pl.DataFrame: ...


@dataclass(frozen=True)
class Reliability:
    """How far the ratings can be trusted, from the variance components.

    ``one_rating`` per role: the share of the variance of one rater's score on one competency that is the
    person's true level (generalisability coefficient for absolute decisions). ``panel``: the same for the
    levels as estimated, averaged over all rated pairs. ``bias`` per role in levels against the anchor.
    """

    one_rating: dict[str, float]
    panel: float
    bias: dict[str, float]
    anchor: tuple[str, ...]
    components: Components


@dataclass(frozen=True)
class Needs:
    """The output tables of ``asah needs`` (tables.md section 5), warnings, and how reliable they are."""

    levels: pl.DataFrame
    needs: pl.DataFrame
    needs_by_unit: pl.DataFrame
    coverage: pl.DataFrame
    unassessed: pl.DataFrame
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
    if len(panel.score):
        solved = estimate(
            panel=panel,
            agreement=rules.number("single_rating_agreement"),
            drift=rules.number("evidence_drift_variance"),
            scale=SCALE,
            seed=seed,
        )
        mean, sd = solved.mean, solved.sd
        anchor = tuple(ROLES[role] for role in panel.anchors)
        reliability = _reliability(
            solved.components, sd, solved.bias, anchor, tuple(ROLES[r] for r in panel.roles)
        )
    else:
        mean, sd = np.zeros(0), np.zeros(0)
        anchor, reliability = (), None
    estimated = encoded.pairs.with_columns(
        posterior_mean=pl.Series(mean, dtype=pl.Float64),
        level_mean=pl.Series(np.clip(mean, *SCALE), dtype=pl.Float64),
        level_sd=pl.Series(sd, dtype=pl.Float64),
    )
    gaps = find_needs(
        levels=estimated.drop("ratings"), required=required.rows, threshold=rules.number("need_threshold")
    )
    return Needs(
        levels=estimated.select(
            "person_id",
            "competency_id",
            "level_mean",
            "level_sd",
            pl.col("ratings").cast(pl.Int64),
            basis=pl.col("basis") + pl.when("expired").then(pl.lit(";expired")).otherwise(pl.lit("")),
        ),
        needs=gaps.filter("is_need").select(
            "person_id",
            "competency_id",
            "gap_levels",
            "weight",
            "basis",
            "against",
            "prob_gap",
            "expected_gap",
        ),
        needs_by_unit=by_unit(people=people, required=required.rows, gaps=gaps, seed=seed),
        coverage=coverage_of(people=people, required=required.rows, levels=encoded.pairs),
        unassessed=people.join(ratings.select("person_id").unique(), on="person_id", how="anti").select(
            "person_id", "unit_id", reason=pl.lit("no_ratings")
        ),
        reliability=reliability,
        findings=(*encoded.findings, *required.findings, *_anchor_findings(anchor)),
    )


def _reliability(
    components: Components, sd: np.ndarray, bias: np.ndarray, anchor: tuple[str, ...], roles: tuple[str, ...]
) -> Reliability:
    true = components.person + components.competency
    error = components.severity + components.halo + components.noise
    return Reliability(
        one_rating={role: float(true / (true + error[ROLES.index(role)])) for role in roles},
        panel=float(max(0.0, 1.0 - np.mean(sd**2) / true)),
        bias={role: float(bias[ROLES.index(role)]) for role in roles},
        anchor=anchor,
        components=components,
    )


def _anchor_findings(anchor: tuple[str, ...]) -> tuple[Finding, ...]:
    if not anchor or anchor[0] in ("assessor", "test"):
        return ()
    return (
        Finding(
            "ratings",
            0,
            "rater_role",
            anchor[0],
            f"nobody was rated by an assessor or a test: levels stand on the scale of the {anchor[0]},"
            " whose common leniency cannot be seen",
            "Have a sample of people assessed or tested, also a small one",
            "warning",
        ),
    )
