from __future__ import annotations

import polars as pl
import pytest

from asah.engine.report.closure import closed_needs, closure_by_enrolment
from asah.engine.tables import SCHEMA, Tables
from engine.report.greedy import GreedyPlan


def _enrolments(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame([(*row, False) for row in rows], schema=SCHEMA["enrolments"].schema, orient="row")


def test_closure_counts_gains_up_to_the_gap_and_not_beyond(tiny: Tables) -> None:
    closed = closed_needs(tiny, _enrolments(("P4", "O1"), ("P4", "O5"), ("P3", "O1")))
    by_need = {(p, c): points for p, c, *_, points in closed.iter_rows()}
    # P4: 0.8 of BIMTEK and 0.2 of PROYEK2 towards a gap of 1.2, weight 4; PROYEK2 gives 0.9 to a gap of 0.7.
    assert by_need["P4", "LAYANAN"] == pytest.approx(4.0 * 1.0)
    assert by_need["P4", "PROYEK"] == pytest.approx(2.5 * 0.7)
    assert by_need["P3", "LAYANAN"] == pytest.approx(2.0 * 0.6)
    assert by_need["P1", "LAYANAN"] == 0.0


def test_closure_keeps_every_need_in_its_order(tiny: Tables) -> None:
    closed = closed_needs(tiny, _enrolments())
    assert closed.select("person_id", "competency_id").equals(
        tiny["needs"].select("person_id", "competency_id")
    )
    assert closed["closed_points"].sum() == 0.0


def test_closure_of_everybody_agrees_with_a_plain_sum(region: Tables, region_plan: GreedyPlan) -> None:
    closed = closed_needs(region, region_plan.frames["enrolments"])
    by_person = closed.group_by("person_id").agg(pl.col("closed_points").sum())
    outcome = region_plan.frames["people_outcome"].join(by_person, on="person_id", how="left")
    difference = outcome["closure_points"] - outcome["closed_points"].fill_null(0.0)
    assert difference.abs().max() < 1e-9
    assert closed["closed_points"].sum() == pytest.approx(region_plan.summary["closed_points"])


def test_closure_is_shared_among_what_raised_it_by_gain(tiny: Tables) -> None:
    enrolments = _enrolments(("P4", "O1"), ("P4", "O5"))
    closed = closed_needs(tiny, enrolments)
    shares = dict(
        closure_by_enrolment(tiny, enrolments, closed).select("offering_id", "closed_points").iter_rows()
    )
    assert shares["O1"] == pytest.approx(4.0 * 0.8)
    assert shares["O5"] == pytest.approx(4.0 * 0.2 + 2.5 * 0.7)
    assert sum(shares.values()) == pytest.approx(closed["closed_points"].sum())
