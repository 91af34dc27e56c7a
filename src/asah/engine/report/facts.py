"""Everything a report shows, worked out once from the tables: the pages and sheets only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from asah.engine import rules
from asah.engine.plan.standing import standing_of
from asah.engine.report.closure import closed_needs, closure_by_enrolment
from asah.engine.report.groups import Floor, closed_by, floors, groups, offices, people_table, units_table
from asah.engine.report.matrix import plan_matrix
from asah.engine.report.money import Budget, budgets, by_form, enrolment_costs
from asah.engine.report.why import Missed, limit_prices, missed_mandates
from asah.engine.tables import Policy, Tables

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Proof:
    """The worth of the plan against the most any plan can be worth, in points; a bound may be missing."""

    status: str
    bound_by: str | None
    objective: float
    bound: float | None
    gap: float | None
    worth_of_nothing: float
    closed: float
    need: float

    @property
    def gained(self) -> float:
        """What the plan is worth above enrolling nobody."""
        return self.objective - self.worth_of_nothing

    @property
    def reachable(self) -> float | None:
        """The most that any plan can be worth above enrolling nobody."""
        return None if self.bound is None else self.bound - self.worth_of_nothing

    @property
    def room(self) -> float | None:
        """The most that any plan can be worth above this one."""
        return None if self.bound is None else max(0.0, self.bound - self.objective)


@dataclass(frozen=True)
class SimpleRule:
    """A plan made by a simple rule: worth and closure in points, money in rupiah."""

    name: str
    objective: float
    closed: float
    spent: int


@dataclass(frozen=True)
class Mismatch:
    """A sum of the lines that is not what the summary says."""

    what: str
    lines: float
    summary: float


@dataclass(frozen=True)
class Assumptions:
    """What the plan takes for granted: counts of rows, and unverified rules as (name, regulation)."""

    effects: int
    effects_unmeasured: int
    places_unknown: int
    basis: tuple[tuple[str, int], ...]
    unverified: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Facts:
    """What a report shows. Points are floats, money whole rupiah, shares 0..1, a JP is a float.

    lines         one row per enrolment: what it costs, what it closes (``money.enrolment_costs``)
    units         every unit with people: people by state, need, closure, money
    offices       the same for offices (units below the top together), small ones merged: id null
    competencies, streams   people with such a need, need, closure; small ones merged: id null
    groups        column, value, people, planned, share closed; small ones merged: value null
    calendar      every period: classes running and people away in dated offerings
    forms         money, closure and people by form of development
    places        every place with its people, those planned, classes and participants there
    reasons       people left out by state and reason
    prices        the prices that say something: scope, id, name, period, price (``why.limit_prices``)
    matrix        one row per offering (``matrix.plan_matrix``)
    """

    year: int
    region: str
    policy: Policy
    summary: Mapping[str, Any]
    proof: Proof
    simple_rules: tuple[SimpleRule, ...]
    lines: pl.DataFrame
    units: pl.DataFrame
    offices: pl.DataFrame
    competencies: pl.DataFrame
    streams: pl.DataFrame
    groups: pl.DataFrame
    floors: tuple[Floor, ...]
    calendar: pl.DataFrame
    undated: int
    forms: pl.DataFrame
    budgets: tuple[Budget, ...]
    places: pl.DataFrame
    reasons: pl.DataFrame
    missed: tuple[Missed, ...]
    prices: pl.DataFrame
    branched: bool
    matrix: pl.DataFrame
    assumptions: Assumptions
    mismatches: tuple[Mismatch, ...]
    law: rules.RuleSet

    @property
    def spent(self) -> int:
        return int(self.lines["total_idr"].sum())

    @property
    def incomplete(self) -> int:
        """Offerings that lack one of the contents the law asks for."""
        return self.matrix.filter(pl.col("missing") != "").height


def gather(
    tables: Tables, frames: Frames, summary: Mapping[str, Any], simple_rules: Mapping[str, Any] | None = None
) -> Facts:
    """Work out every figure of the report. ``simple_rules``: name -> objective, closed_points, spent_idr."""
    policy = tables.policy
    if policy is None:
        raise ValueError("a report needs the policy of its plan")
    closed = closed_needs(tables, frames["enrolments"])
    shares = closure_by_enrolment(tables, frames["enrolments"], closed)
    lines = (
        enrolment_costs(tables, frames)
        .join(shares, on=["person_id", "offering_id"], how="left", maintain_order="left")
        .with_columns(pl.col("closed_points").fill_null(0.0))
    )
    people = people_table(tables, frames, closed, lines)
    units = units_table(tables, people, lines)
    by_competency = closed.join(tables["competencies"], on="competency_id", how="left")
    paid = budgets(tables, lines)
    law = rules.at(date(policy.year, 1, 1))
    standing = standing_of(tables, frames)
    return Facts(
        year=policy.year,
        region=_region(tables["units"]),
        policy=policy,
        summary=summary,
        proof=_proof(summary),
        simple_rules=_simple_rules(simple_rules),
        lines=lines,
        units=units,
        offices=offices(tables["units"], people, units),
        competencies=closed_by(by_competency, "competency_id", "name", "kind"),
        streams=closed_by(by_competency, "stream"),
        groups=groups(people),
        floors=floors(policy, people, by_competency),
        calendar=_calendar(tables, frames, policy.periods),
        undated=_undated(tables, frames),
        forms=by_form(lines, frames["classes"]),
        budgets=paid,
        places=_places(tables, frames, people),
        reasons=_reasons(frames["people_outcome"]),
        missed=missed_mandates(standing, summary["mandates_missed"]),
        prices=limit_prices(standing),
        branched=frames["prices"]["branch"].n_unique() > 1,
        matrix=plan_matrix(tables, frames, lines),
        assumptions=_assumptions(tables, law),
        mismatches=_mismatches(lines, closed, paid, frames["classes"], summary),
        law=law,
    )


def _proof(summary: Mapping[str, Any]) -> Proof:
    return Proof(
        status="search_ended" if summary.get("search_ended") else summary["status"],
        bound_by=summary.get("bound_by"),
        objective=float(summary["objective"]),
        bound=None if summary.get("bound") is None else float(summary["bound"]),
        gap=None if summary.get("gap") is None else float(summary["gap"]),
        worth_of_nothing=float(summary["worth_of_nothing"]),
        closed=float(summary["closed_points"]),
        need=float(summary["need_points"]),
    )


def _simple_rules(given: Mapping[str, Any] | None) -> tuple[SimpleRule, ...]:
    def value(rule: Any, name: str) -> Any:
        return rule[name] if isinstance(rule, Mapping) else getattr(rule, name)

    return tuple(
        SimpleRule(
            name,
            float(value(rule, "objective")),
            float(value(rule, "closed_points")),
            int(value(rule, "spent_idr")),
        )
        for name, rule in (given or {}).items()
    )


def _region(units: pl.DataFrame) -> str:
    roots = units.filter(pl.col("parent_id").is_null())["name"].to_list()
    return str(roots[0]) if len(roots) == 1 else ""


def _reasons(outcome: pl.DataFrame) -> pl.DataFrame:
    left = outcome.filter(pl.col("state") != "planned")
    return (
        left.group_by("state", "reason")
        .agg(pl.len().cast(pl.Int64).alias("people"))
        .sort(-pl.col("people"), "state", "reason")
    )


# ---- time and place


def _calendar(tables: Tables, frames: Frames, periods: int) -> pl.DataFrame:
    """Every period with the classes running and the people away; an offering may last several periods."""
    every = pl.DataFrame({"period": range(1, periods + 1)}, schema={"period": pl.Int64})
    dated = tables["offerings"].filter(pl.col("period").is_not_null())
    opened = frames["classes"].join(
        dated.select("offering_id", pl.col("period").alias("first"), pl.col("period_end").alias("last")),
        on="offering_id",
        how="inner",
    )
    running = every.join(opened, how="cross").filter(pl.col("period").is_between("first", "last"))
    totals = running.group_by("period").agg(pl.col("classes").sum(), pl.col("enrolled").sum().alias("away"))
    calendar = every.join(totals, on="period", how="left", maintain_order="left")
    return calendar.with_columns(pl.col("classes", "away").fill_null(0))


def _undated(tables: Tables, frames: Frames) -> int:
    undated = tables["offerings"].filter(pl.col("period").is_null()).select("offering_id")
    return frames["enrolments"].join(undated, on="offering_id", how="semi").height


def _places(tables: Tables, frames: Frames, people: pl.DataFrame) -> pl.DataFrame:
    at_home = people.group_by("place_id").agg(
        pl.len().cast(pl.Int64).alias("people"),
        (pl.col("state") == "planned").sum().cast(pl.Int64).alias("planned"),
    )
    held = (
        frames["classes"]
        .join(tables["offerings"].select("offering_id", "place_id"), on="offering_id", how="inner")
        .group_by("place_id")
        .agg(pl.col("classes").sum(), pl.col("enrolled").sum())
    )
    places = tables["places"].join(at_home, on="place_id", how="left", maintain_order="left")
    places = places.join(held, on="place_id", how="left", maintain_order="left")
    counts = pl.col("people", "planned", "classes", "enrolled").fill_null(0)
    return places.with_columns(counts).filter((pl.col("people") > 0) | (pl.col("classes") > 0))


def _mismatches(
    lines: pl.DataFrame,
    closed: pl.DataFrame,
    budgets: tuple[Budget, ...],
    classes: pl.DataFrame,
    summary: Mapping[str, Any],
) -> tuple[Mismatch, ...]:
    """Where the lines of the report do not add up to what the plan itself says; nowhere, if all is well."""
    said = summary["spent_idr"]
    ours: dict[str, tuple[float, float]] = {
        "spent_idr.total": (budgets[0].spent, said["total"]),
        "classes.cost_idr": (
            int((lines["class_idr"] + lines["person_idr"]).sum()),
            int(classes["cost_idr"].sum()),
        ),
    }
    for budget in budgets:
        if budget.id is not None and budget.id in said.get(budget.scope, {}):
            ours[f"spent_idr.{budget.scope}.{budget.id}"] = (budget.spent, said[budget.scope][budget.id])
    found = [Mismatch(what, *pair) for what, pair in ours.items() if pair[0] != pair[1]]
    for what, column in (("closed_points", "closed_points"), ("need_points", "need_points")):
        mine, theirs = float(closed[column].sum()), float(summary[what])
        if abs(mine - theirs) > 1e-6 * max(1.0, abs(theirs)):
            found.append(Mismatch(what, mine, theirs))
    return tuple(found)


# ---- assumptions


MOST_BASES = 6  # as many as there are kinds of raters


def _few(counted: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The most frequent of a list that begins with them, and all others together."""
    rest = sum(count for _, count in counted[MOST_BASES:])
    return (*counted[:MOST_BASES], *([("others", rest)] if rest else []))


# Rules of law that a plan rests on, among all the rules there are.
_RESTED_ON = ("jp_entitlement", "jp_form", "retirement_age")


def states_law(rule: rules.Rule) -> bool:
    """Whether a rule repeats a regulation; some only record that none was found."""
    return not (isinstance(rule.value, Mapping) and rule.value.get("kind") == "unknown")


def _assumptions(tables: Tables, law: rules.RuleSet) -> Assumptions:
    effects, needs, places = tables["programme_effects"], tables["needs"], tables["places"]
    # raters stand in a basis from the strongest on, what else there is to say of it after a semicolon
    strongest = pl.col("basis").fill_null("-").str.extract(r"^([^+;]*)")
    bases = needs.group_by(strongest).len().sort(-pl.col("len").cast(pl.Int64), "basis").rows()
    unverified = {
        (rule.name, rule.regulation)
        for rule in law.unverified
        if rule.name in _RESTED_ON and states_law(rule)
    }
    return Assumptions(
        effects=effects.height,
        effects_unmeasured=effects.filter(pl.col("source").fill_null("catalogue") == "catalogue").height,
        places_unknown=places.filter(pl.col("connectivity").is_null()).height,
        basis=_few(bases),
        unverified=tuple(sorted(unverified)),
    )
