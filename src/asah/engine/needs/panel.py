"""Ratings as numbers: who was rated, on what, by whom, in which role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.errors import Finding, InputError
from asah.engine.needs.messages import finding
from asah.engine.rules import RuleSet

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROLES = ("assessor", "test", "supervisor", "peer", "subordinate", "self")
"""From the strongest evidence to the weakest; the order in which a basis is written."""


@dataclass(frozen=True)
class Panel:
    """n ratings of K (person, competency) pairs on F forms; a form is what one rater wrote on one person.

    Per rating: ``score`` (levels), ``pair``, ``form``, ``ageing`` (levels squared of extra noise against
    the freshest rating of the pair). Per pair: ``pair_person``, ``pair_competency``, ``standard`` (level the
    person's post requires, less the mean of all; 0 where it requires none), ``expired_years`` (of the
    freshest evidence, 0 while valid). Per form: ``form_person``, ``form_role`` (index in ``ROLES``),
    ``form_rater`` (index of a rater who rated several people in that role; -1 for one who rated a single
    person, whose severity cannot be told from their opinion of that person, and for a test, which has
    none). Pairs and forms are sorted
    by person. Per rater: ``rater_role``. ``step``: the smallest score distance on the scale (0 = none).
    """

    score: Floats
    pair: Ints
    form: Ints
    ageing: Floats
    pair_person: Ints
    pair_competency: Ints
    standard: Floats
    expired_years: Floats
    form_person: Ints
    form_role: Ints
    form_rater: Ints
    rater_role: Ints
    persons: int
    competencies: int
    step: float

    @property
    def rating_role(self) -> Ints:
        return self.form_role[self.form]

    @property
    def roles(self) -> tuple[int, ...]:
        """The roles somebody rated in, strongest first."""
        return tuple(int(role) for role in np.unique(self.form_role))

    @property
    def free_roles(self) -> list[int]:
        """Roles whose bias is estimated."""
        return [role for role in self.roles if role not in self.anchors]

    @property
    def anchors(self) -> tuple[int, ...]:
        """Roles whose bias is 0: assessor and test, else the strongest role there is."""
        observed = tuple(role for role in self.roles if ROLES[role] in ("assessor", "test"))
        return observed or self.roles[:1]


@dataclass(frozen=True)
class Encoded:
    """A panel with the frames that lead back to the identifiers.

    ``pairs``: person_id, competency_id, ratings, basis, expired (bool), one row per pair of the panel.
    """

    panel: Panel
    pairs: pl.DataFrame
    findings: tuple[Finding, ...]


def encode(
    *,
    ratings: pl.DataFrame,
    people: pl.DataFrame,
    competencies: pl.DataFrame,
    required: pl.DataFrame,
    rules: RuleSet,
) -> Encoded:
    """Number the ratings; persons and competencies keep the order of their tables.

    ``required``: person_id, competency_id, required (level), the post held before the next one.
    Of several ratings of one person, competency, rater and role the latest counts. The n-th rating without
    a rater_id of a person, role and competency is taken as written by one unknown rater. Raises
    ``InputError`` for a person, competency, role or score that cannot be read, all rows at once.
    """
    _refuse_unknown(ratings, people, competencies)
    order = ["person", "competency", "role", "rater_id"]
    numbered = (
        ratings.lazy()
        .with_row_index("row")
        .join(_numbered(people, "person_id", "person"), on="person_id", maintain_order="left")
        .join(
            _numbered(competencies, "competency_id", "competency"), on="competency_id", maintain_order="left"
        )
        .with_columns(
            role=pl.col("rater_role").replace_strict(list(ROLES), list(range(len(ROLES)))),
            rater_id=pl.when(pl.col("rater_id").is_null())
            .then(pl.format("\0{}\0{}", "person_id", _occurrence("person_id", "competency_id", "rater_role")))
            .otherwise("rater_id"),
        )
        .sort(*order, "rated_on", "row", nulls_last=False)
        .collect()
    )
    latest = numbered.unique(order, keep="last", maintain_order=True)
    findings = []
    if superseded := numbered.height - latest.height:
        findings.append(finding("superseded", "ratings", "rated_on", count=superseded))
    if undated := latest["rated_on"].null_count():
        findings.append(finding("undated", "ratings", "rated_on", count=undated))
    aged = latest.with_columns(expired=_expired_years(rules))
    aged = aged.with_columns(freshest=pl.col("expired").min().over("person", "competency"))
    drift = rules.number("evidence_drift_variance")
    forms = (
        aged.select("person", "role", "rater_id")
        .unique(maintain_order=True)
        .sort("person", "role", "rater_id")
    ).with_row_index("form")
    raters = (
        forms.group_by("role", "rater_id", maintain_order=True)
        .agg(pl.len().alias("people"))
        .filter((pl.col("people") > 1) & (pl.col("role") != ROLES.index("test")))
        .with_row_index("rater")
    )
    forms = forms.join(raters.drop("people"), on=["role", "rater_id"], how="left", maintain_order="left")
    pairs = (
        aged.group_by("person", "competency", maintain_order=True)
        .agg(
            pl.first("person_id", "competency_id"),
            pl.len().alias("ratings"),
            pl.first("freshest"),
            basis=pl.col("rater_role").unique(maintain_order=True).str.join("+"),
        )
        .join(
            required.select("person_id", "competency_id", "required").unique(
                ["person_id", "competency_id"], keep="first", maintain_order=True
            ),
            on=["person_id", "competency_id"],
            how="left",
            maintain_order="left",
        )
        .with_columns(standard=(pl.col("required") - pl.col("required").mean()).fill_null(0.0))
        .with_row_index("pair")
    )
    indexed = aged.join(forms, on=["person", "role", "rater_id"], maintain_order="left").join(
        pairs.select("person", "competency", "pair"), on=["person", "competency"], maintain_order="left"
    )
    score = indexed["score"].to_numpy()
    panel = Panel(
        score=score,
        pair=_ints(indexed["pair"]),
        form=_ints(indexed["form"]),
        ageing=drift * (indexed["expired"] - indexed["freshest"]).to_numpy(),
        pair_person=_ints(pairs["person"]),
        pair_competency=_ints(pairs["competency"]),
        standard=pairs["standard"].to_numpy(),
        expired_years=pairs["freshest"].to_numpy(),
        form_person=_ints(forms["person"]),
        form_role=_ints(forms["role"]),
        form_rater=_ints(forms["rater"].fill_null(-1)),
        rater_role=_ints(raters["role"]),
        persons=people.height,
        competencies=competencies.height,
        step=next((step for step in (1.0, 0.5) if bool(np.all(score % step == 0))), 0.0),
    )
    columns = pairs.select("person_id", "competency_id", "ratings", "basis", expired=pl.col("freshest") > 0)
    return Encoded(panel, columns, tuple(findings))


def totals(group: Ints, groups: int, weight: Floats | None = None) -> Floats:
    """Sum of ``weight`` (1 each without it) per group."""
    return np.bincount(group, weight, groups).astype(np.float64)


def _numbered(frame: pl.DataFrame, key: str, name: str) -> pl.LazyFrame:
    return frame.lazy().select(key).with_row_index(name)


def _ints(column: pl.Series) -> Ints:
    return column.cast(pl.Int64).to_numpy()


def _expired_years(rules: RuleSet) -> pl.Expr:
    """Years since a rating's validity ran out; 0 while valid and where the date is unknown."""
    validity = [rules.evidence_validity_years(role) for role in ROLES]
    age = (
        pl.lit(date(rules.on.year, rules.on.month, rules.on.day)) - pl.col("rated_on")
    ).dt.total_days() / 365.25
    limit = pl.col("role").replace_strict(list(range(len(ROLES))), validity, return_dtype=pl.Float64)
    return (age - limit).clip(lower_bound=0.0).fill_null(0.0)


def _refuse_unknown(ratings: pl.DataFrame, people: pl.DataFrame, competencies: pl.DataFrame) -> None:
    tests = (
        ("unknown_person", "person_id", ~pl.col("person_id").is_in(people["person_id"].implode())),
        (
            "unknown_competency",
            "competency_id",
            ~pl.col("competency_id").is_in(competencies["competency_id"].implode()),
        ),
        ("unknown_role", "rater_role", ~pl.col("rater_role").is_in(ROLES)),
        ("no_score", "score", pl.col("score").is_null() | ~pl.col("score").is_finite()),
    )
    rows = ratings.with_row_index("row", offset=2)
    bad = [
        finding(
            code,
            "ratings",
            column,
            row=int(row),
            value="" if value is None else str(value),
            severity="error",
            roles=", ".join(ROLES),
        )
        for code, column, test in tests
        for row, value in rows.filter(test.fill_null(True)).select("row", column).iter_rows()
    ]
    if bad:
        raise InputError(sorted(bad))


def _occurrence(*columns: str) -> pl.Expr:
    return pl.int_range(pl.len()).over(*columns)
