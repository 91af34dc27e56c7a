"""People by unit, office and group, and the gap closed by each; small groups together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from asah.engine.report.money import PARTS
from asah.engine.report.privacy import LEAST_PEOPLE, OTHERS, merge_small
from asah.engine.tables import Policy, Tables

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Floor:
    """An equity floor and the share (0..1) of the group's need that is closed; None: too few people."""

    column: str
    value: str
    wanted: float
    reached: float | None


def people_table(tables: Tables, frames: Frames, closed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
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


def units_table(tables: Tables, people: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Units with people in the order of their table; money of classes for nobody comes last, unit null."""
    names = tables["units"].select("unit_id", "name")
    staffed = people.group_by("unit_id").agg(*_OF_PEOPLE)
    money = lines.group_by("unit_id").agg(pl.col(*PARTS).sum())
    units = names.join(staffed, on="unit_id", how="inner", maintain_order="left")
    units = units.join(money, on="unit_id", how="left", maintain_order="left")
    units = units.with_columns(pl.col(*PARTS).fill_null(0))
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


def offices(tree: pl.DataFrame, people: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
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


def closed_by(closed: pl.DataFrame, key: str, *facts: str) -> pl.DataFrame:
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


def groups(people: pl.DataFrame) -> pl.DataFrame:
    """The share closed of the groups that equity is asked of: column, value, people, planned, share.

    There are no points here, and only whole per cents are to be shown: a zone can be a union of offices, and
    a finer figure less those of the offices would tell the gap of the few that are left.
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


def floors(policy: Policy, people: pl.DataFrame, by_competency: pl.DataFrame) -> tuple[Floor, ...]:
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
