"""plan.xlsx and report.html out of the tables of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from asah.engine.report.facts import gather
from asah.engine.report.html import report_html
from asah.engine.report.money import apportion
from asah.engine.report.xlsx import write_xlsx
from asah.engine.tables import Tables

__all__ = ["apportion", "write_report"]


def write_report(
    folder: Path,
    tables: Tables,
    frames: Mapping[str, pl.DataFrame],
    summary: Mapping[str, Any],
    simple_rules: Mapping[str, Any] | None = None,
) -> None:
    """Write ``plan.xlsx`` and ``report.html`` into ``folder``, which exists.

    ``frames``: enrolments, classes, people_outcome, prices and branches as ``asah plan`` writes them.
    ``simple_rules``: name (rank_by_gap, per_rupiah, online_first) -> objective, closed_points, spent_idr, as
    a mapping or attributes. Where the lines do not add up to the summary, the report says so on top.
    Raises OSError where a file cannot be written.
    """
    facts = gather(tables, frames, summary, simple_rules)
    (folder / "report.html").write_text(report_html(facts), encoding="utf-8")
    write_xlsx(folder / "plan.xlsx", facts, tables, frames)
