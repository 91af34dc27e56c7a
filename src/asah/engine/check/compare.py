"""`asah compare`: two plans side by side; who gains, who loses, in points and rupiah."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from asah.engine.check.messages import note
from asah.engine.check.summary import is_number, is_rupiah, read_summary
from asah.engine.tables import read_frames

NO_DIFFERENCE = 1e-6  # points; what lies below is rounding
STATES = ("planned", "deferred", "exempt")


@dataclass(frozen=True)
class Comparison:
    """Plan A beside plan B; every difference is B less A.

    ``gainers``, ``losers`` (person_id, points_a, points_b, difference): the largest difference first.
    ``numbers`` (measure, a, b, difference): points, gap, classes and enrolments. ``rupiah`` (scope, id, a, b,
    difference). ``people`` (state, a, b, difference). ``only_in_a``, ``only_in_b`` (person_id, offering_id):
    enrolments of one plan only. ``moved`` (person_id, offerings_a, offerings_b): the people who have such in
    both. ``people_only_in_a``, ``people_only_in_b``: person_id of people whom the other plan does not know.
    """

    gainers: pl.DataFrame
    losers: pl.DataFrame
    numbers: pl.DataFrame
    rupiah: pl.DataFrame
    people: pl.DataFrame
    only_in_a: pl.DataFrame
    only_in_b: pl.DataFrame
    moved: pl.DataFrame
    people_only_in_a: tuple[str, ...]
    people_only_in_b: tuple[str, ...]
    notes: tuple[str, ...]


def compare_plans(*, a: Path, b: Path) -> Comparison:
    """Set the plan in folder ``b`` beside the plan in folder ``a``. InputError where one is no plan."""
    tables_a, tables_b = (read_frames(folder, ("enrolments", "people_outcome")) for folder in (a, b))
    summary_a, summary_b = read_summary(a), read_summary(b)
    points = _points(tables_a["people_outcome"], tables_b["people_outcome"])
    known = points.drop_nulls()
    only_in_a, only_in_b = _only(tables_a["enrolments"], tables_b["enrolments"])
    same_input = summary_a.get("input_sha256") == summary_b.get("input_sha256")
    return Comparison(
        gainers=known.filter(pl.col("difference") > NO_DIFFERENCE).sort("difference", descending=True),
        losers=known.filter(pl.col("difference") < -NO_DIFFERENCE).sort("difference"),
        numbers=_numbers(summary_a, summary_b, tables_a["enrolments"], tables_b["enrolments"]),
        rupiah=_rupiah(summary_a, summary_b),
        people=_people(tables_a["people_outcome"], tables_b["people_outcome"]),
        only_in_a=only_in_a,
        only_in_b=only_in_b,
        moved=_moved(only_in_a, only_in_b),
        people_only_in_a=tuple(points.filter(pl.col("points_b").is_null())["person_id"]),
        people_only_in_b=tuple(points.filter(pl.col("points_a").is_null())["person_id"]),
        notes=() if same_input else (note("other_inputs"),),
    )


def _points(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    """(person_id, points_a, points_b, difference) of everybody in either plan, in the order of A, then B."""
    left = a.select("person_id", points_a="closure_points")
    right = b.select("person_id", points_b="closure_points")
    both = left.join(right, on="person_id", how="full", coalesce=True, maintain_order="left_right")
    return both.with_columns(difference=pl.col("points_b") - pl.col("points_a"))


def _only(a: pl.DataFrame, b: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    key = ["person_id", "offering_id"]
    left, right = a.select(key), b.select(key)
    return left.join(right, on=key, how="anti", maintain_order="left"), right.join(
        left, on=key, how="anti", maintain_order="left"
    )


def _moved(only_in_a: pl.DataFrame, only_in_b: pl.DataFrame) -> pl.DataFrame:
    left, right = (
        frame.group_by("person_id", maintain_order=True).agg(
            pl.col("offering_id").sort().str.join("; ").alias(name)
        )
        for frame, name in ((only_in_a, "offerings_a"), (only_in_b, "offerings_b"))
    )
    return left.join(right, on="person_id", maintain_order="left")


def _numbers(
    a: Mapping[str, Any], b: Mapping[str, Any], enrolments_a: pl.DataFrame, enrolments_b: pl.DataFrame
) -> pl.DataFrame:
    measures = ("objective", "bound", "gap", "closed_points", "need_points", "classes", "jp_short_people")
    rows = [(measure, _number(a.get(measure)), _number(b.get(measure))) for measure in measures]
    rows.append(("mandates_missed", _count(a.get("mandates_missed")), _count(b.get("mandates_missed"))))
    rows.append(("enrolments", float(enrolments_a.height), float(enrolments_b.height)))
    return _side_by_side(rows, {"measure": pl.String}, pl.Float64)


def _rupiah(a: Mapping[str, Any], b: Mapping[str, Any]) -> pl.DataFrame:
    spent_a, spent_b = _spending(a), _spending(b)
    rows = [(*key, spent_a.get(key, 0), spent_b.get(key, 0)) for key in dict.fromkeys([*spent_a, *spent_b])]
    return _side_by_side(rows, {"scope": pl.String, "id": pl.String}, pl.Int64)


def _spending(summary: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    spent: dict[tuple[str, str], int] = {}
    entries = summary.get("spent_idr")
    for scope, entry in entries.items() if isinstance(entries, dict) else ():
        by_id = entry if isinstance(entry, dict) else {"": entry}
        spent |= {(scope, id_): amount for id_, amount in by_id.items() if is_rupiah(amount)}
    return spent


def _people(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    rows = [(state, (a["state"] == state).sum(), (b["state"] == state).sum()) for state in STATES]
    return _side_by_side(rows, {"state": pl.String}, pl.Int64)


def _side_by_side(rows: list[Any], keys: Mapping[str, Any], kind: Any) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={**keys, "a": kind, "b": kind}, orient="row")
    return frame.with_columns(difference=pl.col("b") - pl.col("a"))


def _number(value: object) -> float | None:
    return float(value) if is_number(value) else None


def _count(value: object) -> float | None:
    return float(len(value)) if isinstance(value, list) else _number(value)
