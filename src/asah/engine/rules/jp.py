"""Learning records turned into JP, with the caps that hold across records."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import polars as pl

from asah.engine.errors import CallError, Finding, InputError
from asah.engine.rules.rulebook import MESSAGES, RuleSet
from asah.engine.tables.messages import language

STATES = ("verified", "attended", "planned")
"""From the surest to the least sure; a cap is used up in this order."""

HUNDREDTHS = 100


def convert_jp(records: pl.DataFrame, *, rules: RuleSet) -> pl.DataFrame:
    """JP of every record, caps applied over all records of a person, nothing ever rounded up.

    ``records``: person_id, form (K1..K11, N1..N12), amount (in the unit of the form: JP, days, sessions,
    activities), completed_on (date), and where known started_on (date), international (bool),
    certificate_no (text), state (planned, attended, verified; verified without the column).
    What lies below a hundredth of an amount is cut off.

    Returns the records in their order with ``year`` (of completion), ``units_counted`` and ``jp``
    (Decimal, two places) and ``reason``: counted, capped (some or all lies above a cap) or
    duplicate_certificate (the same number of the same person counts once, in its surest state).

    An amount in JP under a daily cap is spread evenly over the days from started_on to completed_on;
    sessions and activities belong to the month in which they were completed.
    Raises ``InputError`` with every bad row.
    """
    forms = _forms(rules)
    known = _complete(records)
    _refuse_bad(known, forms)
    table = known.join(forms, left_on="form", right_on="code", maintain_order="left").with_columns(
        units=(pl.col("amount").cast(pl.Float64) * HUNDREDTHS).round(4).floor().cast(pl.Int64),
        duplicate=_duplicate(),
    )
    counted = (
        _in_periods(table.filter(~pl.col("duplicate")))
        .sort("surety", "completed_on", "row", maintain_order=True)
        .with_columns(
            before=(pl.col("part").cum_sum() - pl.col("part")).over("person_id", "form", "bucket"),
        )
        .with_columns(
            counted=pl.when(pl.col("cap").is_null())
            .then("part")
            .otherwise(pl.min_horizontal("part", (pl.col("cap") - pl.col("before")).clip(lower_bound=0)))
        )
        .group_by("row")
        .agg(pl.col("counted").sum())
    )
    return (
        table.join(counted, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("counted").fill_null(0), year=pl.col("completed_on").dt.year())
        .with_columns(
            jp=_decimal(pl.col("counted") * _rate() // HUNDREDTHS),
            units_counted=_decimal(pl.col("counted")),
            reason=pl.when("duplicate")
            .then(pl.lit("duplicate_certificate"))
            .when(pl.col("counted") < pl.col("units"))
            .then(pl.lit("capped"))
            .otherwise(pl.lit("counted")),
        )
        .select(*records.columns, "year", "units_counted", "jp", "reason")
    )


def jp_by_person(converted: pl.DataFrame) -> pl.DataFrame:
    """JP per person and year in three columns that never mix: jp_planned, jp_attended, jp_verified.

    ``converted``: what ``convert_jp`` returned. Only jp_verified counts for an entitlement.
    """
    state = pl.col("state") if "state" in converted.columns else pl.lit("verified")
    return (
        converted.with_columns(state=state)
        .group_by("person_id", "year", maintain_order=True)
        .agg(
            pl.col("jp").filter(pl.col("state") == name).sum().alias(f"jp_{name}")
            for name in reversed(STATES)
        )
    )


@dataclass(frozen=True)
class EntitlementStatus:
    """Where a person stands in a year.

    ``state``: fulfilled or short (of a minimum); within_ceiling or above_ceiling (a notice, never a missed
    duty); no_rule (nothing is known to hold). ``limit`` in JP, ``difference`` = JP less the limit, both None
    under no_rule. ``verified``: the rule behind it was checked. ``text_id``, ``text_en``: one sentence.
    """

    state: Literal["fulfilled", "short", "within_ceiling", "above_ceiling", "no_rule"]
    limit: Decimal | None
    difference: Decimal | None
    verified: bool
    text_id: str
    text_en: str


def entitlement_status(*, employment: str, jp_verified: Decimal, rules: RuleSet) -> EntitlementStatus:
    """Compare verified JP of a year with what the law gives this kind of employment; no rounding."""
    entitlement = rules.entitlement(employment)
    limit = entitlement.jp
    if limit is None:
        return EntitlementStatus(
            "no_rule",
            None,
            None,
            entitlement.verified,
            f"Tidak ada batas JP yang diketahui untuk {employment}.",
            f"No JP limit is known for {employment}.",
        )
    difference = jp_verified - limit
    have, bound = _number(jp_verified), _number(limit)
    if entitlement.kind == "minimum":
        state: Literal["fulfilled", "short"] = "fulfilled" if difference >= 0 else "short"
        text_id = f"{have} dari sedikitnya {bound} JP setahun"
        text_en = f"{jp_verified} of at least {limit} JP a year"
        ends = {
            "fulfilled": ("terpenuhi", "fulfilled"),
            "short": (f"kurang {_number(-difference)} JP", f"{-difference} JP short"),
        }[state]
        return EntitlementStatus(
            state, limit, difference, entitlement.verified, f"{text_id}: {ends[0]}.", f"{text_en}: {ends[1]}."
        )
    if difference > 0:
        return EntitlementStatus(
            "above_ceiling",
            limit,
            difference,
            entitlement.verified,
            f"{have} JP, {_number(difference)} JP di atas batas paling lama {bound} JP setahun.",
            f"{jp_verified} JP, {difference} JP above the ceiling of {limit} JP a year.",
        )
    return EntitlementStatus(
        "within_ceiling",
        limit,
        difference,
        entitlement.verified,
        f"{have} JP; batas paling lama {bound} JP setahun bukan target.",
        f"{jp_verified} JP; the ceiling of {limit} JP a year is not a target.",
    )


def _forms(rules: RuleSet) -> pl.DataFrame:
    """The forms in force; rates in hundredths of JP per unit, at home and abroad."""
    rows = []
    for code in rules.keys("jp_form"):
        form = rules.jp_form(code)
        extra = form.international_rate or Decimal(0)
        abroad = {
            "none": form.rate,
            "fixed": extra,
            "percent": form.rate * (100 + extra) / 100,
        }[form.international]
        rows.append(
            {
                "code": code,
                "unit": form.unit,
                "home_rate": _whole(form.rate, code),
                "abroad_rate": _whole(abroad, code),
                "cap": None if form.cap is None else _whole(form.cap, code),
                "cap_period": form.cap_period,
            }
        )
    schema = {"code": pl.String, "unit": pl.String, "home_rate": pl.Int64, "abroad_rate": pl.Int64}
    return pl.DataFrame(rows, schema={**schema, "cap": pl.Int64, "cap_period": pl.String})


def _whole(amount: Decimal, code: str) -> int:
    hundredths = amount * HUNDREDTHS
    if hundredths != int(hundredths):
        raise CallError(f"jp_form[{code}]: {amount} has more than two decimal places. Mend the rule file.")
    return int(hundredths)


def _complete(records: pl.DataFrame) -> pl.DataFrame:
    defaults = {
        "started_on": pl.lit(None, pl.Date),
        "international": pl.lit(False),
        "certificate_no": pl.lit(None, pl.String),
        "state": pl.lit("verified"),
    }
    return (
        records.with_columns(
            value.alias(name) for name, value in defaults.items() if name not in records.columns
        )
        .with_row_index("row")
        .with_columns(
            pl.col("international").fill_null(False),
            first_day=pl.col("started_on").fill_null(pl.col("completed_on")),
            surety=pl.col("state").replace_strict(list(STATES), list(range(len(STATES))), default=None),
        )
    )


def _refuse_bad(records: pl.DataFrame, forms: pl.DataFrame) -> None:
    amount = pl.col("amount").cast(pl.Float64)
    tests = {
        "person_id": pl.col("person_id").is_null(),
        "form": ~pl.col("form").is_in(forms["code"].implode()),
        "amount": amount.is_null() | ~amount.is_finite() | (amount < 0),
        "completed_on": pl.col("completed_on").is_null(),
        "started_on": (pl.col("first_day") > pl.col("completed_on")).fill_null(False),
        "state": pl.col("surety").is_null(),
    }
    bad = []
    for column, test in tests.items():
        what, remedy = MESSAGES[column][language()]
        for row in records.filter(test.fill_null(True)).select("row", value=column).to_dicts():
            value = "" if row["value"] is None else str(row["value"])
            bad.append(Finding("records", int(row["row"]) + 2, column, value, what, remedy))
    if bad:
        raise InputError(sorted(bad))


def _duplicate() -> pl.Expr:
    """Whether a surer or earlier record of the person carries the same certificate number. What has no digit
    ("-", "tidak ada") is no number.
    """
    number = pl.col("certificate_no").str.replace_all(r"\s", "").str.to_uppercase()
    order = pl.struct("surety", "row").rank("ordinal").over("person_id", number)
    return number.str.contains(r"\d").fill_null(False) & (order > 1)


def _in_periods(table: pl.DataFrame) -> pl.DataFrame:
    """One row per record and period under a cap: ``bucket`` names the period, ``part`` its hundredths."""
    daily = pl.col("cap_period") == "day"
    lasting = table.filter(daily).with_columns(
        days=(pl.col("completed_on") - pl.col("first_day")).dt.total_days() + 1
    )
    spread = lasting[np.repeat(np.arange(lasting.height), lasting["days"].to_numpy())].with_columns(
        number=pl.int_range(pl.len()).over("row")
    )
    spread = spread.with_columns(
        bucket=(pl.col("first_day") + pl.duration(days="number")).dt.to_string("%Y-%m-%d"),
        # Whole hundredths only: the first days take what does not divide, so that the sum stays exact.
        part=pl.col("units") // pl.col("days")
        + (pl.col("number") < pl.col("units") % pl.col("days")).cast(pl.Int64),
    )
    whole = table.filter(~daily).with_columns(
        bucket=pl.col("completed_on").dt.to_string("%Y-%m"), part=pl.col("units")
    )
    return pl.concat([spread, whole], how="diagonal")


def _rate() -> pl.Expr:
    """Hundredths of JP per unit."""
    return pl.when("international").then("abroad_rate").otherwise("home_rate")


def _decimal(hundredths: pl.Expr) -> pl.Expr:
    return hundredths.cast(pl.Decimal(20, 2)) * pl.lit(Decimal("0.01"))


def _number(value: Decimal) -> str:
    """A number the Indonesian way: comma for decimals."""
    return f"{value:f}".replace(".", ",")
