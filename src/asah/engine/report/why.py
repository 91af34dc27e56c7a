"""What the planner's own explanations say about the whole: prices of limits, reasons of missed mandates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from asah.engine.plan.explain import Sentence, why_missed
from asah.engine.plan.result import price_table
from asah.engine.plan.standing import Standing
from asah.engine.report.language import Language
from asah.engine.tables import Tables

SCOPES: Final = ("total", "fund", "unit", "seats", "absence", "resource", "equity")


@dataclass(frozen=True)
class Missed:
    """A mandate the plan does not give, and what keeps it from being given."""

    person: str
    unit: str
    programme: str
    why: tuple[Sentence, ...]


# What a sentence with the points or the birthday of one person is for whoever reads the page.
_IN_GENERAL: Final = {
    "brings_nothing": "no_gain",
    "costs_more": "others_gain_more",
    "would_bring": "others_gain_more",
    "nothing_in_the_way": "place_left",
    "class_costs_more": "others_gain_more",
    "class_worth_it": "place_left",
    "ends_after_retirement": "retires_first",
}


def because(missed: Missed, lang: Language, *, in_general: bool = False) -> str:
    """The reason in words. The programme, which stands beside it, is not named again.

    ``in_general``: without what is only told to those who may see everybody's gap.
    """
    told = []
    for sentence in missed.why:
        if in_general and sentence.code in _IN_GENERAL:
            told.append(lang.reason(_IN_GENERAL[sentence.code]))
            continue
        text = sentence.id if lang.code == "id" else sentence.en
        named = (
            "{programme} ({programme_name})".format_map(sentence.facts)
            if "programme" in sentence.facts
            else ""
        )
        told.append(text.removeprefix(named).lstrip(",: "))
    return " ".join(text[:1].upper() + text[1:] for text in told)


def missed_mandates(standing: Standing, missed: Sequence[Mapping[str, Any]]) -> tuple[Missed, ...]:
    tables = standing.tables
    people = {
        person: (name or person, unit)
        for person, name, unit in tables["people"].select("person_id", "name", "unit_id").iter_rows()
    }
    units = dict(tables["units"].select("unit_id", "name").iter_rows())
    programmes = dict(tables["programmes"].select("programme_id", "name").iter_rows())
    return tuple(
        Missed(
            person,
            units[unit],
            programmes[row["programme_id"]],
            tuple(why_missed(standing, row["person_id"], row["programme_id"])),
        )
        for row in missed
        for person, unit in [people[row["person_id"]]]
    )


def limit_prices(standing: Standing) -> pl.DataFrame:
    """Prices above zero as `asah explain` tells them, dearest first within a scope.

    Of several branches those of the one that gives the bound. A price that only serves to keep everybody out
    says nothing about a limit: that of seats in a class nobody could fill, or that has no limit of seats, and
    that of a minimum in a branch, where the class is open in any case.
    """
    p = standing.problem
    silent = [p.offering_id[o] for o in np.flatnonzero((standing.fillable <= 0) | np.isinf(p.seats))]
    table = price_table(p, standing.prices, np.zeros(p.offerings, np.bool_))
    shut = (pl.col("scope") == "seats") & pl.col("id").is_in(silent)
    order = pl.col("scope").replace_strict({scope: rank for rank, scope in enumerate(SCOPES)})
    return (
        table.filter(~shut & (pl.col("scope") != "minimum"))
        .drop("branch")
        .join(_names(standing.tables), on=["scope", "id"], how="left")
        .with_columns(pl.col("name").fill_null(pl.col("id")))
        .sort(order, -pl.col("price"), "id", "period")
    )


def _names(tables: Tables) -> pl.DataFrame:
    """The name behind the id of a price, by scope; elsewhere the id is the name."""
    courses = tables["offerings"].join(tables["programmes"], on="programme_id", how="left")
    units = tables["units"].select(pl.col("unit_id").alias("id"), "name")
    offerings = courses.select(
        pl.col("offering_id").alias("id"), pl.format("{} ({})", "name", "offering_id").alias("name")
    )
    named = (("unit", units), ("absence", units), ("seats", offerings))
    return pl.concat([names.with_columns(scope=pl.lit(scope)) for scope, names in named])
