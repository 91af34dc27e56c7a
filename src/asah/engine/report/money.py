"""Rupiah to whole people: what every enrolment costs, so that lines, recaps and the total agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from asah.engine.tables import Tables

Frames = Mapping[str, pl.DataFrame]
PARTS = ("class_idr", "person_idr", "travel_idr", "total_idr")


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


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """Split ``amount`` (rupiah) by ``weights`` into whole rupiah that add up to it: largest remainders first.

    Every share is its exact quota rounded down or up; equal remainders go to the earlier weight. All weights
    zero means equal shares. Raises ValueError where there is nobody to give the amount to, and for negative
    numbers.
    """
    if amount < 0 or any(weight < 0 for weight in weights):
        raise ValueError("amount and weights must not be negative")
    if not weights:
        if amount:
            raise ValueError(f"nobody to give {amount} to")
        return []
    total = sum(weights)
    if not total:
        return apportion(amount, [1] * len(weights))
    parts = [divmod(amount * weight, total) for weight in weights]
    shares = [whole for whole, _ in parts]
    largest = sorted(range(len(parts)), key=lambda index: -parts[index][1])
    for index in largest[: amount - sum(shares)]:
        shares[index] += 1
    return shares


def enrolment_costs(tables: Tables, frames: Frames) -> pl.DataFrame:
    """What each enrolment costs, one row each in the order of ``enrolments``.

    Columns: person_id, unit_id and home place of the person, offering_id, programme_id, form, fund_id, jp,
    payer_id (the unit whose budget pays the travel, null for none), class_idr (the share of what the classes
    cost), person_idr, travel_idr, total_idr. Classes opened for nobody follow at the end, a row each without
    a person, so that the rows always add up to all the money.
    """
    lines = (
        frames["enrolments"]
        .select("person_id", "offering_id")
        .join(_people(tables), on="person_id", how="left", maintain_order="left")
        .join(_offerings(tables), on="offering_id", how="left", maintain_order="left")
        .join(_fares(tables), on=["home_id", "place_id"], how="left", maintain_order="left")
    )
    away = pl.col("place_id").is_not_null() & (pl.col("place_id") != pl.col("home_id"))
    default = tables.policy.default_travel_idr if tables.policy else None
    fare = pl.col("cost_idr").fill_null(default or 0) + pl.col("days") * pl.col("per_day_idr").fill_null(0)
    lines = lines.with_columns(
        pl.when(away).then(fare).otherwise(0).alias("travel_idr"),
        pl.Series("class_idr", _class_shares(lines, _class_costs(tables, frames)), dtype=pl.Int64),
    )
    return pl.concat([lines.select(_LINE), _classes_for_nobody(tables, frames, lines).select(_LINE)])


_LINE = [
    *(pl.col(name) for name in ("person_id", "unit_id", "home_id", "offering_id", "programme_id", "form")),
    *(pl.col(name) for name in ("fund_id", "jp", "payer_id", "class_idr", "person_idr", "travel_idr")),
    (pl.col("class_idr") + pl.col("person_idr") + pl.col("travel_idr")).alias("total_idr"),
]


def travel_payers(tables: Tables) -> dict[str, str | None]:
    """For every unit the nearest unit upward that has a budget of its own and so pays the travel."""
    budgets = tables["budgets"].filter(pl.col("scope") == "unit")
    holders = set(budgets["id"])
    parents = dict(tables["units"].select("unit_id", "parent_id").iter_rows())
    payers: dict[str, str | None] = {}
    for unit in parents:
        at: str | None = unit
        while at is not None and at not in holders:
            at = parents.get(at)
        payers[unit] = at
    return payers


def _people(tables: Tables) -> pl.DataFrame:
    payers = travel_payers(tables)
    units = pl.DataFrame(
        {"unit_id": list(payers), "payer_id": list(payers.values())},
        schema={"unit_id": pl.String, "payer_id": pl.String},
    )
    people = tables["people"].select("person_id", "unit_id", pl.col("place_id").alias("home_id"))
    return people.join(units, on="unit_id", how="left", maintain_order="left")


def _offerings(tables: Tables) -> pl.DataFrame:
    programmes = tables["programmes"].select(
        "programme_id", "form", "fund_id", "jp", pl.col("cost_per_person_idr").alias("person_idr")
    )
    offerings = tables["offerings"].select("offering_id", "programme_id", "place_id", "days")
    return offerings.join(programmes, on="programme_id", how="left", maintain_order="left")


def _fares(tables: Tables) -> pl.DataFrame:
    return tables["travel"].select(
        pl.col("from_place_id").alias("home_id"),
        pl.col("to_place_id").alias("place_id"),
        "cost_idr",
        "per_day_idr",
    )


def _class_costs(tables: Tables, frames: Frames) -> dict[str, int]:
    """Rupiah for the opened classes of every offering."""
    costs = tables["offerings"].select("offering_id", "cost_per_class_idr")
    opened = frames["classes"].select("offering_id", "classes").join(costs, on="offering_id", how="inner")
    return dict(opened.select("offering_id", pl.col("classes") * pl.col("cost_per_class_idr")).iter_rows())


def _class_shares(lines: pl.DataFrame, costs: Mapping[str, int]) -> list[int]:
    rows = lines.with_row_index("row").group_by("offering_id", maintain_order=True).agg("row")
    shares = [0] * lines.height
    for offering, members in rows.iter_rows():
        for row, share in zip(members, apportion(costs.get(offering, 0), [1] * len(members)), strict=True):
            shares[row] = share
    return shares


def _classes_for_nobody(tables: Tables, frames: Frames, lines: pl.DataFrame) -> pl.DataFrame:
    costs = _class_costs(tables, frames)
    attended = set(lines["offering_id"].unique())
    empty = [key for key, cost in costs.items() if cost and key not in attended]
    rows = pl.DataFrame(
        {"offering_id": empty, "class_idr": [costs[key] for key in empty]},
        schema={"offering_id": pl.String, "class_idr": pl.Int64},
    )
    blank = [pl.lit(None, pl.String).alias(name) for name in ("person_id", "unit_id", "home_id", "payer_id")]
    joined = rows.join(_offerings(tables), on="offering_id", how="left", maintain_order="left")
    return joined.with_columns(
        *blank, pl.lit(0, pl.Int64).alias("person_idr"), pl.lit(0, pl.Int64).alias("travel_idr")
    )


# ---- recaps


def by_form(lines: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    opened = classes.select("offering_id", "classes")
    per_offering = lines.group_by("form", "offering_id", "programme_id").agg(
        pl.col("person_id").count().cast(pl.Int64).alias("enrolled"),
        pl.col("jp").filter(pl.col("person_id").is_not_null()).sum(),
        pl.col(*PARTS, "closed_points").sum(),
    )
    return (
        per_offering.join(opened, on="offering_id", how="left")
        .group_by("form")
        .agg(
            pl.col("programme_id").n_unique().cast(pl.Int64).alias("programmes"),
            pl.col("classes", "enrolled", "jp", *PARTS, "closed_points").sum(),
        )
        .sort(pl.col("form").str.head(1), pl.col("form").str.slice(1).cast(pl.Int64, strict=False))
    )


def budgets(tables: Tables, lines: pl.DataFrame) -> tuple[Budget, ...]:
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
