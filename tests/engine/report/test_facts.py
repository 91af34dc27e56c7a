from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from asah.engine.plan import Options, Plan, make_plan
from asah.engine.plan.explain import about_offering, about_person
from asah.engine.plan.sentences import say
from asah.engine.plan.standing import standing_of
from asah.engine.report.facts import Facts, Mismatch, gather
from asah.engine.report.groups import office_of
from asah.engine.report.language import ENGLISH, INDONESIAN
from asah.engine.report.privacy import LEAST_PEOPLE
from asah.engine.report.why import Missed, because
from asah.engine.tables import SCHEMA, Tables, load
from engine.report.greedy import GreedyPlan
from factories.problem import table, with_minimum_above_demand, write_problem


def test_lines_and_summary_of_a_sound_plan_agree(facts: Facts) -> None:
    assert facts.mismatches == ()
    assert facts.spent == facts.summary["spent_idr"]["total"]


@pytest.mark.parametrize("cut", ["units", "forms", "matrix", "lines"])
def test_every_cut_of_the_money_adds_up_to_the_rupiah(facts: Facts, cut: str) -> None:
    frame: pl.DataFrame = getattr(facts, cut)
    assert frame["total_idr"].sum() == facts.summary["spent_idr"]["total"]


def test_payers_together_pay_every_rupiah_once(facts: Facts) -> None:
    parts = [budget.spent for budget in facts.budgets if budget.scope != "total"]
    assert sum(parts) == facts.budgets[0].spent == facts.summary["spent_idr"]["total"]


@pytest.mark.parametrize("cut", ["units", "offices", "competencies", "streams"])
def test_every_cut_of_the_gap_adds_up_to_the_whole(facts: Facts, cut: str) -> None:
    frame: pl.DataFrame = getattr(facts, cut)
    assert frame["need_points"].sum() == pytest.approx(facts.summary["need_points"])
    assert frame["closed_points"].sum() == pytest.approx(facts.summary["closed_points"])


def test_everybody_is_counted_once_whatever_the_cut(facts: Facts, region: Tables) -> None:
    for frame in (facts.units, facts.offices):
        assert frame["people"].sum() == region["people"].height
        states = frame["planned"] + frame["deferred"] + frame["exempt"]
        assert states.equals(frame["people"], check_names=False)


def test_a_figure_that_differs_from_the_summary_is_named(region: Tables, region_plan: GreedyPlan) -> None:
    spent = region_plan.summary["spent_idr"]
    wrong = region_plan.summary | {
        "spent_idr": spent | {"total": spent["total"] + 1},
        "closed_points": region_plan.summary["closed_points"] + 1.0,
    }
    found = gather(region, region_plan.frames, wrong).mismatches
    assert [mismatch.what for mismatch in found] == ["spent_idr.total", "closed_points"]
    assert found[0] == Mismatch("spent_idr.total", spent["total"], spent["total"] + 1)


def test_small_offices_competencies_and_groups_are_merged(facts: Facts, region: Tables) -> None:
    needy = set(region["needs"]["person_id"])
    office = office_of(region["units"])
    people = region["people"].filter(pl.col("person_id").is_in(needy))
    staff = Counter(office[unit] for unit in people["unit_id"])
    assert min(staff.values()) < LEAST_PEOPLE  # there is something to hide
    shown = facts.offices.filter(pl.col("office_id").is_not_null())
    assert shown["office_id"].to_list() == sorted(
        shown["office_id"], key=lambda o: -shown.filter(pl.col("office_id") == o)["need_points"].item()
    )
    assert all(staff[key] >= LEAST_PEOPLE for key in shown["office_id"])
    merged = facts.offices.filter(pl.col("office_id").is_null())
    assert merged.height == 1
    assert merged["needy"].item() >= LEAST_PEOPLE
    for frame in (facts.competencies, facts.streams, facts.groups):
        assert frame["people"].min() >= LEAST_PEOPLE


def test_six_people_cannot_be_told_apart(tiny: Tables, tiny_plan: GreedyPlan) -> None:
    facts = gather(tiny, tiny_plan.frames, tiny_plan.summary)
    assert facts.offices.select("office_id", "people").rows() == [(None, 6)]
    assert facts.competencies["competency_id"].to_list() == [None]
    assert [floor.reached for floor in facts.floors] == [None, None]


def test_an_office_takes_the_units_below_it() -> None:
    units = table(
        "units",
        {"unit_id": "KAB", "name": "Kabupaten"},
        {"unit_id": "DINKES", "name": "Dinas Kesehatan", "parent_id": "KAB"},
        {"unit_id": "PKM", "name": "Puskesmas", "parent_id": "DINKES"},
        {"unit_id": "PUSTU", "name": "Pustu", "parent_id": "PKM"},
        {"unit_id": "SETDA", "name": "Setda", "parent_id": "KAB"},
    )
    assert office_of(units) == {
        "KAB": "KAB",
        "DINKES": "DINKES",
        "PKM": "DINKES",
        "PUSTU": "DINKES",
        "SETDA": "SETDA",
    }


def test_several_roots_are_the_offices() -> None:
    units = table(
        "units",
        {"unit_id": "A", "name": "A"},
        {"unit_id": "A1", "name": "A1", "parent_id": "A"},
        {"unit_id": "B", "name": "B"},
    )
    assert office_of(units) == {"A": "A", "A1": "A", "B": "B"}


def test_floors_say_what_share_of_their_group_is_closed(region: Tables, region_plan: GreedyPlan) -> None:
    facts = gather(region, region_plan.frames, region_plan.summary)
    streams = dict(region["competencies"].select("competency_id", "stream").iter_rows())
    closed, need = Counter[str](), Counter[str]()
    gains = Counter[tuple[str, str]]()
    programme = dict(region["offerings"].select("offering_id", "programme_id").iter_rows())
    effects = list(
        region["programme_effects"].select("programme_id", "competency_id", "gain_levels").iter_rows()
    )
    for person, offering, _ in region_plan.frames["enrolments"].iter_rows():
        for raised, competency, gain in effects:
            if raised == programme[offering]:
                gains[person, competency] += gain
    columns = ("person_id", "competency_id", "gap_levels", "weight")
    for person, competency, gap, weight in region["needs"].select(columns).iter_rows():
        need[streams[competency]] += weight * gap
        closed[streams[competency]] += weight * min(gap, gains[person, competency])
    reached = {floor.value: floor.reached for floor in facts.floors if floor.column == "stream"}
    assert set(reached) == {"ethics", "integrity"}
    for stream, share in reached.items():
        assert share == pytest.approx(closed[stream] / need[stream])


def test_calendar_counts_classes_in_every_period_they_last(tiny: Tables) -> None:
    plan = _plan_of(
        tiny, [("P1", "O4"), ("P2", "O4"), ("P3", "O3"), ("P4", "O2")], {"O4": 1, "O3": 1, "O2": 1}
    )
    facts = gather(tiny, plan.frames, plan.summary)
    running = {period: (classes, away) for period, classes, away in facts.calendar.iter_rows() if classes}
    assert running == {3: (1, 2), 4: (1, 2), 5: (1, 1)}
    assert facts.calendar.height == 12
    assert facts.undated == 1


def test_places_count_who_is_posted_and_what_is_held_there(tiny: Tables) -> None:
    plan = _plan_of(tiny, [("P1", "O2"), ("P3", "O2")], {"O2": 1})
    places = gather(tiny, plan.frames, plan.summary).places
    counts = {
        row[0]: row[1:] for row in places.select("place_id", "people", "classes", "enrolled").iter_rows()
    }
    assert counts == {"KOTA": (3, 0, 0), "HULU": (3, 1, 2)}


def test_mandates_are_named_with_unit_and_programme(tiny: Tables, tiny_plan: GreedyPlan) -> None:
    missed = [{"person_id": "P1", "programme_id": "DARING"}]
    facts = gather(tiny, tiny_plan.frames, tiny_plan.summary | {"mandates_missed": missed})
    assert [(m.person, m.unit, m.programme) for m in facts.missed] == [
        ("Sari Melati", "Dinas Kesehatan", "Integritas daring")
    ]


def _prices(*rows: tuple[str, str | None, int | None, float, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA["prices"].schema, orient="row")


def test_prices_are_named_and_those_of_zero_left_out(tiny: Tables, tiny_plan: GreedyPlan) -> None:
    prices = _prices(
        ("seats", "O1", None, 0.8, None),
        ("total", None, None, 2e-7, None),
        ("absence", "PKM", 3, 0.1, None),
        ("fund", "APBD", None, 0.0, None),
    )
    facts = gather(tiny, tiny_plan.frames | {"prices": prices}, tiny_plan.summary)
    assert not facts.branched
    assert facts.prices.select("scope", "name", "period", "price").rows() == [
        ("total", None, None, 2e-7),
        ("seats", "Bimtek pelayanan publik (O1)", None, 0.8),
        ("absence", "Puskesmas Hulu", 3, 0.1),
    ]


def test_prices_of_branches_are_those_of_the_one_that_gives_the_bound(
    tiny: Tables, tiny_plan: GreedyPlan
) -> None:
    frames = {
        # money at a price that nobody pays bounds less than seats at a price of next to nothing
        "prices": _prices(("total", None, None, 1.0, "dear"), ("seats", "O1", None, 1e-3, "cheap")),
        "branches": pl.DataFrame(
            [("cheap", "O1", 0, 0), ("dear", "O1", 1, 1)], schema=SCHEMA["branches"].schema, orient="row"
        ),
    }
    facts = gather(tiny, tiny_plan.frames | frames, tiny_plan.summary)
    assert facts.branched
    assert facts.prices.select("scope", "price").rows() == [("total", 1.0)]


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Classes of BIMTEK for fifty people at least, of six there are; it is mandated for one of them."""
    frames = with_minimum_above_demand()
    many = frames["offerings"].filter(offering_id="O1").select("min_per_class", "seats_per_class")
    bimtek = pl.col("programme_id") == "BIMTEK"
    frames["offerings"] = frames["offerings"].with_columns(
        pl.when(bimtek).then(many[name].item()).otherwise(name).alias(name) for name in many.columns
    )
    frames["mandates"] = table("mandates", {"person_id": "P4", "programme_id": "BIMTEK", "points": 50.0})
    return load(write_problem(tmp_path_factory.mktemp("thin"), frames), "plan")


@pytest.fixture(scope="module")
def thin_plan(thin: Tables) -> Plan:
    return make_plan(thin, Options(threads=1, seconds=30))


def test_prices_that_only_keep_everybody_out_are_not_told(region: Tables) -> None:
    plan = make_plan(region, Options(threads=1, seconds=20, gap=0.5))
    need = plan.summary["need_points"]
    absurd = plan.frames["prices"].filter(pl.col("price") > need)
    assert set(absurd["scope"]) == {"seats", "minimum"}  # the branches of classes that nobody could fill
    told = gather(region, plan.frames, plan.summary).prices
    assert "minimum" not in told["scope"]
    seats = told.filter(scope="seats")
    most = (
        plan.frames["people_outcome"]["need_points"].max()
        + region["mandates"]["points"].fill_null(20.0).max()
    )
    assert 0 < seats["price"].max() < most  # of one seat, at most what it is worth to one person
    standing = standing_of(region, plan.frames)
    for offering, price in seats.select("id", "price").head(9).iter_rows():
        explained = {s.code: s.facts for s in about_offering(standing, offering).sentences}
        assert explained["seat_price"]["seat_price"] == price


def test_a_mandate_for_a_class_that_nobody_could_fill_says_so(thin: Tables, thin_plan: Plan) -> None:
    (mandate,) = gather(thin, thin_plan.frames, thin_plan.summary).missed
    (why,) = mandate.why
    assert (why.code, why.facts["people"], why.facts["minimum"]) == ("too_few_admitted", 6, 50)
    assert because(mandate, ENGLISH) == (
        "O1: cannot be opened; at most 6 may come, and the minimum of a class is 50."
    )


def test_a_missed_mandate_has_the_reason_that_explain_gives(tiny: Tables) -> None:
    plan = _plan_of(tiny, [], {})
    missed = [{"person_id": "P1", "programme_id": "DARING"}, {"person_id": "P4", "programme_id": "BIMTEK"}]
    facts = gather(tiny, plan.frames, plan.summary | {"mandates_missed": missed})
    standing = standing_of(tiny, plan.frames)
    for person, mandate in zip(("P1", "P4"), facts.missed, strict=True):
        told = about_person(standing, person).sentences
        assert mandate.why[0].code == "date_not_opened"
        assert [sentence for sentence in mandate.why if sentence not in told] == []
        assert len(mandate.why) == 2


def test_a_reason_in_general_holds_no_points_of_a_person() -> None:
    facts = {"programme": "P", "programme_name": "Latsar", "offering": "P-1", "points": 7.25, "cost": 9.5}
    mandate = Missed("Sari", "Dinkes", "Latsar", (say("costs_more", **facts),))
    assert "7,25" in because(mandate, INDONESIAN)
    assert because(mandate, INDONESIAN, in_general=True) == INDONESIAN.reason("others_gain_more")
    assert because(mandate, ENGLISH, in_general=True) == ENGLISH.reason("others_gain_more")


def test_matrix_names_whom_what_and_what_is_missing(tiny: Tables) -> None:
    plan = _plan_of(tiny, [("P1", "O1"), ("P4", "O1"), ("P5", "O1"), ("P1", "O3")], {"O1": 1, "O3": 1})
    matrix = gather(tiny, plan.frames, plan.summary).matrix
    first, online = matrix.iter_rows(named=True)
    assert first["targets"] == "Fungsional (2), Pelaksana (1)"
    assert first["units"] == "Puskesmas Hulu (2), Dinas Kesehatan (1)"
    assert first["kinds"] == "manajerial"
    assert first["mean_gap"] == pytest.approx((1.0 + 1.2 + 0.4) / 3)
    assert first["missing"] == "penyelenggara, kesesuaian kurikulum"
    assert online["kinds"] == "integritas"
    assert (online["mandated"], first["mandated"]) == (1, 0)


def test_matrix_is_complete_where_nothing_is_blank(facts: Facts) -> None:
    assert facts.matrix["missing"].unique().to_list() == [""]
    assert facts.incomplete == 0


def test_report_needs_the_policy(tiny: Tables, tiny_plan: GreedyPlan) -> None:
    with pytest.raises(ValueError, match="policy"):
        gather(replace(tiny, policy=None), tiny_plan.frames, tiny_plan.summary)


def _plan_of(tables: Tables, enrolments: list[tuple[str, str]], classes: dict[str, int]) -> GreedyPlan:
    """A plan of chosen enrolments; its summary says whatever, only its lines are looked at."""
    enrolled = Counter(offering for _, offering in enrolments)
    states = {person: "planned" for person, _ in enrolments}
    outcome = [(p, states.get(p, "deferred"), None, 0.0, 0.0, 1.0) for p in tables["people"]["person_id"]]
    rows = {
        "enrolments": [(*pair, False) for pair in enrolments],
        "classes": [(key, count, enrolled[key], None, 0) for key, count in classes.items()],
        "people_outcome": outcome,
        "prices": [],
        "branches": [],
    }
    frames = {name: pl.DataFrame(r, schema=SCHEMA[name].schema, orient="row") for name, r in rows.items()}
    return GreedyPlan(
        frames,
        {
            "status": "optimal",
            "objective": 1.0,
            "bound": 1.0,
            "gap": 0.0,
            "worth_of_nothing": 0.0,
            "closed_points": 1.0,
            "need_points": 1.0,
            "spent_idr": {"total": 0},
            "mandates_missed": [],
        },
    )
