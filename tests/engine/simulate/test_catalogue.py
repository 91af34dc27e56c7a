"""The catalogue: every form, dates that can be kept, money and seats for a part of the need at any size."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import polars as pl
import pytest

from asah.engine.simulate import Region, simulate
from asah.engine.simulate.catalogue import PPPK_MOST_JP, schedule
from asah.engine.simulate.demand import CLASS_FILL, THRIFT, WISHES
from asah.engine.simulate.needs import assess, history
from asah.engine.simulate.region import generate, set_up
from asah.engine.simulate.roster import hire


@cache
def merangin(people: int) -> Region:
    return simulate(region="merangin", people=people, seed=31, ratings=False)


def test_the_catalogue_holds_every_form_and_stream() -> None:
    frames = merangin(500).frames
    forms = {f"K{i}" for i in range(1, 12)} | {f"N{i}" for i in range(1, 13)}
    assert set(frames["programmes"]["form"]) == forms
    assert 110 <= frames["programmes"].height <= 130
    assert set(frames["competencies"]["stream"]) == {"competency", "ethics", "integrity"}
    assert set(frames["competencies"]["kind"]) == {"managerial", "sociocultural", "technical"}
    taught = set(frames["programme_effects"]["competency_id"])
    assert taught == set(frames["competencies"]["competency_id"])


def test_prerequisites_are_programmes_anybody_eligible_may_take_first() -> None:
    programmes = merangin(500).frames["programmes"]
    pairs = programmes.drop_nulls("prerequisite_id").join(
        programmes, left_on="prerequisite_id", right_on="programme_id", suffix="_first"
    )
    assert pairs.height >= 8
    assert pairs["prerequisite_id_first"].null_count() == pairs.height
    assert pairs["eligible_position_kind_first"].null_count() == pairs.height


def test_dated_offerings_keep_to_the_year_and_spare_the_feast() -> None:
    offerings = merangin(5_700).frames["offerings"]
    dated = offerings.drop_nulls("period")
    assert dated["period"].min() >= 4
    assert dated["period_end"].max() <= 52
    assert not dated["period"].is_in([10, 11]).any()
    for row in dated.iter_rows(named=True):
        assert row["start_date"] == dt.date(2027, 1, 4) + dt.timedelta(weeks=row["period"] - 1)
        assert row["end_date"] == dt.date(2027, 1, 8) + dt.timedelta(weeks=row["period_end"] - 1)
    assert (dated["period_end"] - dated["period"]).max() == 15
    assert (
        offerings.filter(pl.col("period").is_null())["place_id"].null_count()
        == offerings["period"].null_count()
    )


def test_classes_have_twenty_to_forty_seats_where_people_sit_together() -> None:
    offerings = merangin(5_700).frames["offerings"]
    together = offerings.drop_nulls("place_id")
    assert 20 <= together["seats_per_class"].median() <= 40
    assert (offerings["min_per_class"] <= offerings["seats_per_class"].fill_null(10**9)).all()


def test_some_programmes_are_online_without_a_limit_on_seats() -> None:
    offerings = merangin(500).frames["offerings"]
    free = offerings.filter(pl.col("seats_per_class").is_null())
    assert free.height >= 15
    assert free["period"].null_count() == free.height


def test_halls_and_teams_are_smaller_than_their_busiest_week() -> None:
    frames = merangin(5_700).frames
    used = frames["offerings"].drop_nulls("resource_id")
    assert set(used["resource_id"]) == set(frames["resources"]["resource_id"])
    short = 0
    for resource in used["resource_id"].unique(maintain_order=True):
        load = np.zeros(53, dtype=int)
        mine = used.filter(pl.col("resource_id") == resource)
        for first, last, classes in mine.select("period", "period_end", "max_classes").iter_rows():
            load[first : last + 1] += classes
        limit = frames["resources"].filter(pl.col("resource_id") == resource)
        assert limit["period"].to_list() == list(range(1, 53))
        assert limit["classes"].min() >= 1
        short += bool((load[1:] > limit["classes"].to_numpy()).any())
    assert short >= used["resource_id"].n_unique() // 2


@pytest.mark.parametrize(("people", "fewest", "most"), [(150_000, 240, 280), (250_000, 480, 560)])
def test_the_nation_repeats_the_catalogue_for_every_two_hundred_thousand(
    people: int, fewest: int, most: int
) -> None:
    layout, standards, catalogue = set_up("nation", people, 1)
    demand = next(iter(generate(layout, standards, catalogue, False))).demand
    offerings = schedule(layout, catalogue, demand.wanted)
    assert fewest <= offerings.height <= most
    assert offerings["offering_id"].n_unique() == offerings.height


def test_a_person_can_choose_among_some_twenty_five_programmes() -> None:
    layout, standards, catalogue = set_up("merangin", 2_000, 1)
    roster = hire(layout, standards, 0)
    needs = assess(layout, standards, roster, 0)
    touches = (needs.gap > 0).astype(float) @ (catalogue.gains > 0).T.astype(float) > 0
    relevant = (touches & catalogue.eligible(roster)).sum(axis=1)
    assert 22 <= relevant.mean() <= 32


def test_claims_are_dearer_than_the_truth_on_average_and_sometimes_worthless() -> None:
    region = merangin(500)
    both = region.frames["programme_effects"].join(
        region.truth["true_effects"], on=["programme_id", "competency_id"], suffix="_true", validate="1:1"
    )
    assert both.height == region.truth["true_effects"].height
    share = (both["gain_levels_true"] / both["gain_levels"]).to_numpy()
    assert 0.6 < share.mean() < 0.85
    assert share.min() < 0.15
    assert share.max() > 1.0
    assert (region.truth["true_effects"]["gain_levels"] > 0).all()


# ---- the money


def test_the_budget_is_a_third_of_what_everybody_would_take() -> None:
    """Told again without vectors: each person's four best programmes, priced one by one."""
    layout, standards, catalogue = set_up("merangin", 60, 3)
    roster = hire(layout, standards, 0)
    needs = assess(layout, standards, roster, 0)
    mandated, completed = history(layout, standards, catalogue, roster, 0)
    ground, province = layout.map, layout.provinces[0]
    total = 0.0
    for i, person in enumerate(roster.frame.iter_rows(named=True)):
        wishes = []
        for p, programme in enumerate(catalogue.programmes):
            price = programme["person_idr"] + (
                programme["class_idr"] / (programme["seats"] * CLASS_FILL) if programme["seats"] else 0.0
            )
            places = {
                "hall": zip(province.hosts, province.host_shares, strict=True),
                "senior": [(province.senior, 1.0)],
            }
            for place, share in places.get(programme["mode"], []):
                home = roster.home[i]
                price += share * (ground.fare[home, place] + programme["days"] * ground.per_day[home, place])
            points = sum(
                needs.weight[i, c] * min(needs.gap[i, c], catalogue.gains[p, c])
                for c in range(len(standards.competencies))
            )
            closed_to = (
                (programme["employments"] and person["employment"] not in programme["employments"].split(";"))
                or (programme["kinds"] and person["position_kind"] not in programme["kinds"].split(";"))
                or (
                    person["employment"] == "PPPK"
                    and programme["counts_to_max"]
                    and programme["jp"] > PPPK_MOST_JP
                )
                or completed[i, p]
                or (
                    programme["mode"] in ("undated", "online")
                    and ["none", "low", "good"].index(ground.places[roster.home[i]].connectivity)
                    < ["none", "low", "good"].index(programme["connectivity"])
                )
            )
            if mandated[i, p]:
                wishes.append((np.inf, price))
            elif points > 0 and not closed_to:
                wishes.append((points / price**THRIFT, price))
        total += sum(price for _, price in sorted(wishes, reverse=True)[:WISHES])
    budgets = simulate(region="merangin", people=60, seed=3, ratings=False).frames["budgets"]
    assert budgets.filter(pl.col("scope") == "total")["amount_idr"].item() == pytest.approx(
        total / 3, abs=50_000
    )


def test_money_for_each_person_is_about_the_same_at_every_size() -> None:
    each = [merangin(n).frames["budgets"]["amount_idr"][0] / n for n in (500, 2_000, 5_700, 20_000)]
    assert max(each) < 1.15 * min(each)


def test_seats_serve_a_part_of_those_interested_once_classes_can_be_filled() -> None:
    def seats_per_person(people: int) -> float:
        offerings = merangin(people).frames["offerings"]
        return float((offerings["max_classes"] * offerings["seats_per_class"]).sum()) / people

    assert 1.0 < seats_per_person(20_000) < seats_per_person(5_700) < 3.0
    assert merangin(500).frames["offerings"]["max_classes"].median() == 1


def test_funds_and_some_offices_have_a_limit_of_their_own() -> None:
    frames = merangin(5_700).frames
    budgets = frames["budgets"]
    total = budgets.filter(pl.col("scope") == "total")
    funds = budgets.filter(pl.col("scope") == "fund")
    offices = budgets.filter(pl.col("scope") == "unit")
    assert total.height == 1
    assert total["id"].null_count() == 1
    assert set(funds["id"]) == set(frames["programmes"]["fund_id"])
    assert 10 <= offices.height <= 40
    assert set(offices["id"]) <= set(frames["units"]["unit_id"])
    assert (budgets["amount_idr"] > 0).all()
