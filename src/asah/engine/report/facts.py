"""Everything a report shows, worked out once from the tables: the pages and sheets only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from asah.engine import rules
from asah.engine.report.closure import closed_needs, closure_by_enrolment
from asah.engine.report.matrix import plan_matrix
from asah.engine.report.money import enrolment_costs
from asah.engine.report.privacy import LEAST_PEOPLE, OTHERS, merge_small
from asah.engine.tables import Policy, Tables

Frames = Mapping[str, pl.DataFrame]
SCOPES = ("total", "fund", "unit", "seats", "minimum", "absence", "resource", "equity")


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
class Budget:
    """What one budget allows and pays, in rupiah. ``limit`` None: no limit.

    ``name`` None, outside the total: programmes without a fund, or travel outside any unit's budget.
    """

    scope: str
    id: str | None
    name: str | None
    limit: int | None
    spent: int


@dataclass(frozen=True)
class Mismatch:
    """A sum of the lines that is not what the summary says."""

    what: str
    lines: float
    summary: float


@dataclass(frozen=True)
class Missed:
    """A mandate the plan does not give."""

    person: str
    unit: str
    programme: str


@dataclass(frozen=True)
class Floor:
    """An equity floor and the share (0..1) of the group's need that is closed; None: too few people."""

    column: str
    value: str
    wanted: float
    reached: float | None


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
    prices        the prices above zero: scope, id, name, period, price (the highest over branches)
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
    people = _people(tables, frames, closed, lines)
    units = _units(tables, people, lines)
    by_competency = closed.join(tables["competencies"], on="competency_id", how="left")
    budgets = _budgets(tables, lines)
    law = rules.at(date(policy.year, 1, 1))
    return Facts(
        year=policy.year,
        region=_region(tables["units"]),
        policy=policy,
        summary=summary,
        proof=_proof(summary),
        simple_rules=_simple_rules(simple_rules),
        lines=lines,
        units=units,
        offices=_offices(tables["units"], people, units),
        competencies=_closed_by(by_competency, "competency_id", "name", "kind"),
        streams=_closed_by(by_competency, "stream"),
        groups=_groups(people),
        floors=_floors(policy, people, by_competency),
        calendar=_calendar(tables, frames, policy.periods),
        undated=_undated(tables, frames),
        forms=_forms(lines, frames["classes"]),
        budgets=budgets,
        places=_places(tables, frames, people),
        reasons=_reasons(frames["people_outcome"]),
        missed=_missed(tables, summary),
        prices=_prices(tables, frames["prices"]),
        branched=frames["prices"]["branch"].n_unique() > 1,
        matrix=plan_matrix(tables, frames, lines),
        assumptions=_assumptions(tables, law),
        mismatches=_mismatches(lines, closed, budgets, frames["classes"], summary),
        law=law,
    )


def _proof(summary: Mapping[str, Any]) -> Proof:
    return Proof(
        status=summary["status"],
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


# ---- people, units, groups


def _people(tables: Tables, frames: Frames, closed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Every person with state, need, closure and cost."""
    outcome = frames["people_outcome"].select("person_id", "state", "reason", "need_points")
    points = closed.group_by("person_id").agg(pl.col("closed_points").sum())
    cost = lines.group_by("person_id").agg(pl.col("total_idr").sum())
    zones = tables["places"].select("place_id", "zone")
    people = tables["people"].join(outcome, on="person_id", how="left", maintain_order="left")
    people = people.join(points, on="person_id", how="left", maintain_order="left")
    people = people.join(cost, on="person_id", how="left", maintain_order="left")
    people = people.join(zones, on="place_id", how="left", maintain_order="left")
    return people.with_columns(
        pl.col("closed_points").fill_null(0.0), pl.col("total_idr").fill_null(0), _needy().alias("needy")
    )


def _needy() -> pl.Expr:
    return pl.col("need_points") > 0


_OF_PEOPLE = (
    pl.len().cast(pl.Int64).alias("people"),
    pl.col("needy").sum().cast(pl.Int64),
    *(
        (pl.col("state") == state).sum().cast(pl.Int64).alias(state)
        for state in ("planned", "deferred", "exempt")
    ),
    pl.col("need_points").sum(),
    pl.col("closed_points").sum(),
)
_MONEY = ("class_idr", "person_idr", "travel_idr", "total_idr")


def _units(tables: Tables, people: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Units with people in the order of their table; money of classes for nobody comes last, unit null."""
    names = tables["units"].select("unit_id", "name")
    staffed = people.group_by("unit_id").agg(*_OF_PEOPLE)
    money = lines.group_by("unit_id").agg(pl.col(*_MONEY).sum())
    units = names.join(staffed, on="unit_id", how="inner", maintain_order="left")
    units = units.join(money, on="unit_id", how="left", maintain_order="left")
    units = units.with_columns(pl.col(*_MONEY).fill_null(0))
    nobody = money.filter(pl.col("unit_id").is_null())
    return pl.concat([units, nobody], how="diagonal") if nobody.height else units


def office_of(units: pl.DataFrame) -> dict[str, str]:
    """For every unit the office it belongs to: its ancestor on the first level that has several units."""
    parents: dict[str, str | None] = dict(units.select("unit_id", "parent_id").iter_rows())
    children: dict[str | None, list[str]] = {}
    for unit, parent in parents.items():
        children.setdefault(parent, []).append(unit)
    level, above = children.get(None, []), set[str]()
    while len(level) == 1 and level[0] in children:
        above.add(level[0])
        level = children[level[0]]
    offices = {}
    for unit in parents:
        at = unit
        while at not in above and (parent := parents[at]) is not None and parent not in above:
            at = parent
        offices[unit] = at
    return offices


def _offices(tree: pl.DataFrame, people: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Offices by need, the largest first; the small ones together at the end under a blank name."""
    office = office_of(tree)
    summed = ["people", "needy", "planned", "deferred", "exempt", "need_points", "closed_points", "total_idr"]
    staffed = units.filter(pl.col("unit_id").is_not_null()).with_columns(
        pl.col("unit_id").replace_strict(office, return_dtype=pl.String).alias("office_id")
    )
    by_office = staffed.group_by("office_id").agg(pl.col(summed).sum())
    shown = merge_small(dict(by_office.select("office_id", "needy").iter_rows()))
    names = dict(tree.select("unit_id", "name").iter_rows())
    return _merged(by_office, "office_id", shown, summed).with_columns(
        pl.col("office_id").replace_strict(names, default=None, return_dtype=pl.String).alias("name")
    )


def _merged(frame: pl.DataFrame, key: str, shown: Mapping[str, str], summed: list[str]) -> pl.DataFrame:
    """Rows of one shown group summed; the merged one has a null key and comes last."""
    as_shown = pl.col(key).replace_strict(shown, return_dtype=pl.String)
    merged = frame.with_columns(as_shown.alias(key)).group_by(key).agg(pl.col(summed).sum())
    return merged.with_columns(pl.when(pl.col(key) != OTHERS).then(pl.col(key)).alias(key)).sort(
        pl.col(key).is_null(), -pl.col("need_points"), key
    )


def _closed_by(closed: pl.DataFrame, key: str, *facts: str) -> pl.DataFrame:
    """Need and closure by competency or stream; ``people`` have such a need."""
    known = closed.with_columns(pl.col(key).fill_null("-"))
    grouped = known.group_by(key).agg(
        pl.col("person_id").n_unique().cast(pl.Int64).alias("people"),
        pl.col("need_points", "closed_points").sum(),
        *(pl.col(name).first() for name in facts),
    )
    shown = merge_small(dict(grouped.select(key, "people").iter_rows()))
    merged = _merged(grouped, key, shown, ["people", "need_points", "closed_points"])
    return merged.join(grouped.select(key, *facts), on=key, how="left", maintain_order="left")


def _groups(people: pl.DataFrame) -> pl.DataFrame:
    """Shares closed of groups that equity is asked of. No points here: see ``docs`` of the merged tables.

    Zones can be unions of offices, so only whole per cents are to be shown of them: a finer figure less that
    of the offices would tell the gap of the few that are left.
    """
    parts = []
    for column in ("sex", "employment", "position_kind", "zone"):
        known = people.with_columns(pl.col(column).fill_null("-").alias("value"))
        summed = ["people", "needy", "planned", "need_points", "closed_points"]
        grouped = known.group_by("value").agg(*_OF_PEOPLE).select("value", *summed)
        shown = merge_small(dict(grouped.select("value", "needy").iter_rows()))
        merged = _merged(grouped, "value", shown, summed)
        parts.append(
            merged.select(
                pl.lit(column).alias("column"),
                "value",
                "people",
                "planned",
                (pl.col("closed_points") / pl.col("need_points")).fill_nan(None).alias("share"),
            )
        )
    return pl.concat(parts)


def _floors(policy: Policy, people: pl.DataFrame, by_competency: pl.DataFrame) -> tuple[Floor, ...]:
    return tuple(
        Floor(
            floor.column,
            floor.value,
            floor.floor_share,
            _reached(
                by_competency.filter(pl.col("stream") == floor.value)
                if floor.column == "stream"
                else people.filter((pl.col(floor.column) == floor.value) & _needy())
            ),
        )
        for floor in policy.equity
    )


def _reached(group: pl.DataFrame) -> float | None:
    if group["person_id"].n_unique() < LEAST_PEOPLE:
        return None
    need = float(group["need_points"].sum())
    return float(group["closed_points"].sum()) / need if need else None


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


def _missed(tables: Tables, summary: Mapping[str, Any]) -> tuple[Missed, ...]:
    people = {
        person: (name or person, unit)
        for person, name, unit in tables["people"].select("person_id", "name", "unit_id").iter_rows()
    }
    units = dict(tables["units"].select("unit_id", "name").iter_rows())
    programmes = dict(tables["programmes"].select("programme_id", "name").iter_rows())
    return tuple(
        Missed(person, units[unit], programmes[row["programme_id"]])
        for row in summary["mandates_missed"]
        for person, unit in [people[row["person_id"]]]
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


# ---- money


def _forms(lines: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    opened = classes.select("offering_id", "classes")
    per_offering = lines.group_by("form", "offering_id", "programme_id").agg(
        pl.col("person_id").count().cast(pl.Int64).alias("enrolled"),
        pl.col("jp").filter(pl.col("person_id").is_not_null()).sum(),
        pl.col(*_MONEY, "closed_points").sum(),
    )
    return (
        per_offering.join(opened, on="offering_id", how="left")
        .group_by("form")
        .agg(
            pl.col("programme_id").n_unique().cast(pl.Int64).alias("programmes"),
            pl.col("classes", "enrolled", "jp", *_MONEY, "closed_points").sum(),
        )
        .sort(pl.col("form").str.head(1), pl.col("form").str.slice(1).cast(pl.Int64, strict=False))
    )


def _budgets(tables: Tables, lines: pl.DataFrame) -> tuple[Budget, ...]:
    """Every budget and every payer: the total, the funds (courses), the units (travel)."""
    limits = {(scope, key): amount for scope, key, amount in tables["budgets"].iter_rows()}
    names = dict(tables["units"].select("unit_id", "name").iter_rows())
    course = (pl.col("class_idr") + pl.col("person_idr")).sum()
    by_fund = dict(lines.group_by("fund_id").agg(course).iter_rows())
    by_payer = dict(lines.group_by("payer_id").agg(pl.col("travel_idr").sum()).iter_rows())
    funds = sorted({key for scope, key in limits if scope == "fund"} | {key for key in by_fund if key})
    units = [key for scope, key in limits if scope == "unit"]
    rows = [Budget("total", None, None, limits.get(("total", None)), int(lines["total_idr"].sum()))]
    rows += [Budget("fund", key, key, limits.get(("fund", key)), by_fund.get(key, 0)) for key in funds]
    rows += [Budget("unit", key, names[key], limits["unit", key], by_payer.get(key, 0)) for key in units]
    if by_fund.get(None):
        rows.append(Budget("fund", None, None, None, by_fund[None]))
    if by_payer.get(None):
        rows.append(Budget("unit", None, None, None, by_payer[None]))
    return tuple(rows)


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


# ---- prices and assumptions


def _prices(tables: Tables, prices: pl.DataFrame) -> pl.DataFrame:
    """Prices above zero, dearest first within a scope. Of several branches the highest price is shown."""
    order = pl.col("scope").replace_strict({scope: rank for rank, scope in enumerate(SCOPES)})
    courses = tables["offerings"].join(tables["programmes"], on="programme_id", how="left")
    units = tables["units"].select(pl.col("unit_id").alias("id"), "name")
    offerings = courses.select(
        pl.col("offering_id").alias("id"), pl.format("{} ({})", "name", "offering_id").alias("name")
    )
    names = pl.concat(
        [named.with_columns(scope=pl.lit(scope)) for scope, named in _named_by(units, offerings)]
    )
    return (
        prices.filter(pl.col("price") > 0)
        .group_by("scope", "id", "period")
        .agg(pl.col("price").max())
        .join(names, on=["scope", "id"], how="left")
        .with_columns(pl.col("name").fill_null(pl.col("id")))
        .sort(order, -pl.col("price"), "id", "period")
    )


def _named_by(units: pl.DataFrame, offerings: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """The table of names behind the id of a price, by scope; elsewhere the id is the name."""
    return [("unit", units), ("absence", units), ("seats", offerings), ("minimum", offerings)]


# Rules of law that a plan rests on, among all the rules there are.
_RESTED_ON = ("jp_entitlement", "jp_form", "retirement_age")


def states_law(rule: rules.Rule) -> bool:
    """Whether a rule repeats a regulation; some only record that none was found."""
    return not (isinstance(rule.value, Mapping) and rule.value.get("kind") == "unknown")


def _assumptions(tables: Tables, law: rules.RuleSet) -> Assumptions:
    effects, needs, places = tables["programme_effects"], tables["needs"], tables["places"]
    bases = needs.select(pl.col("basis").fill_null("-")).to_series().value_counts(sort=True)
    unverified = {
        (rule.name, rule.regulation)
        for rule in law.unverified
        if rule.name in _RESTED_ON and states_law(rule)
    }
    return Assumptions(
        effects=effects.height,
        effects_unmeasured=effects.filter(pl.col("source").fill_null("catalogue") == "catalogue").height,
        places_unknown=places.filter(pl.col("connectivity").is_null()).height,
        basis=tuple((basis, count) for basis, count in bases.iter_rows()),
        unverified=tuple(sorted(unverified)),
    )
