"""What must hold across rows and tables: each breach is named with its row, and nothing else is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine.errors import Finding
from asah.engine.tables import examine
from asah.engine.tables.messages import finding
from factories import problem as situations
from factories.problem import POLICY, Frames, table, tiny_problem, with_locks, write_problem


def look(tmp_path: Path, frames: Frames, **policy: Any) -> tuple[Finding, ...]:
    """Everything said about ``frames``."""
    folder = write_problem(tmp_path / "input", frames, POLICY | policy)
    return examine(folder, "plan").findings


def plus(name: str, *rows: dict[str, Any]) -> Frames:
    """The tiny problem with rows added to one table."""
    return tiny_problem(**{name: pl.concat([tiny_problem()[name], table(name, *rows)])})


def changed(name: str, row: int, **cells: Any) -> Frames:
    """The tiny problem with cells of one row changed; rows are counted as a person sees them."""
    frame = tiny_problem()[name].with_row_index("#", offset=2)
    for column, value in cells.items():
        new = pl.lit(value, frame.schema[column])
        frame = frame.with_columns(pl.when(pl.col("#") == row).then(new).otherwise(column).alias(column))
    return tiny_problem(**{name: frame.drop("#")})


def without(name: str, row: int) -> Frames:
    frame = tiny_problem()[name]
    return tiny_problem(**{name: frame.with_row_index("#", offset=2).filter(pl.col("#") != row).drop("#")})


def test_the_tiny_problem_is_without_fault(tmp_path: Path) -> None:
    assert look(tmp_path, tiny_problem()) == ()


# ---- keys


def test_a_key_that_comes_again_is_an_error_in_every_later_row(tmp_path: Path) -> None:
    again = {"person_id": "P2", "competency_id": "PROYEK", "gap_levels": 1.0, "weight": 1.0}
    assert look(tmp_path, plus("needs", again, again)) == (
        finding("repeated", "needs", row=12, column="person_id, competency_id", value="P2, PROYEK", first=4),
        finding("repeated", "needs", row=13, column="person_id, competency_id", value="P2, PROYEK", first=4),
    )


def test_the_total_budget_may_be_given_only_once(tmp_path: Path) -> None:
    found = look(tmp_path, plus("budgets", {"scope": "total", "amount_idr": 5}))
    assert found == (finding("repeated", "budgets", row=5, column="scope, id", value="total", first=2),)


def test_a_lock_in_and_out_is_a_contradiction(tmp_path: Path) -> None:
    found = look(tmp_path, with_locks(("P1", "O1", "in"), ("P1", "O1", "out")))
    assert found == (
        finding("repeated", "locks", row=3, column="person_id, offering_id", value="P1, O1", first=2),
    )


@pytest.mark.parametrize(
    ("name", "row", "column", "target"),
    [
        ("people", 3, "unit_id", "units"),
        ("people", 3, "place_id", "places"),
        ("units", 3, "parent_id", "units"),
        ("needs", 5, "person_id", "people"),
        ("needs", 5, "competency_id", "competencies"),
        ("programmes", 5, "prerequisite_id", "programmes"),
        ("programme_effects", 2, "programme_id", "programmes"),
        ("programme_effects", 2, "competency_id", "competencies"),
        ("offerings", 4, "programme_id", "programmes"),
        ("offerings", 2, "place_id", "places"),
        ("mandates", 2, "person_id", "people"),
        ("mandates", 2, "programme_id", "programmes"),
        ("completed", 2, "person_id", "people"),
        ("completed", 2, "programme_id", "programmes"),
        ("travel", 2, "from_place_id", "places"),
        ("travel", 2, "to_place_id", "places"),
    ],
)
def test_a_key_that_no_row_has_is_an_error(
    tmp_path: Path, name: str, row: int, column: str, target: str
) -> None:
    found = look(tmp_path, changed(name, row, **{column: "ZZZ"}), default_travel_idr=0)
    expected = finding("unknown_key", name, row=row, column=column, value="ZZZ", target=target, hint="")
    assert [f for f in found if f.severity == "error"] == [expected]


def test_a_misspelt_key_is_told_with_the_nearest_known_one(tmp_path: Path) -> None:
    (found,) = look(tmp_path, changed("needs", 2, competency_id="LAYANNAN"))
    assert found.remedy == "Mend its spelling (perhaps LAYANAN), or add it to the table competencies."


def test_every_element_of_a_list_of_units_is_looked_up(tmp_path: Path) -> None:
    found = look(tmp_path, changed("programmes", 2, eligible_unit="DINKES;ZZZ"))
    expected = finding(
        "unknown_key", "programmes", row=2, column="eligible_unit", value="ZZZ", target="units", hint=""
    )
    assert found == (expected,)


def test_a_rejected_row_still_counts_as_known(tmp_path: Path) -> None:
    folder = write_problem(tmp_path / "input", tiny_problem())
    path = folder / "people.csv"
    path.write_text(path.read_text("utf-8").replace("pelaksana,PNS", "pelaksana,HONORER"), "utf-8")
    assert [(f.table, f.row, f.value) for f in examine(folder, "plan").errors] == [("people", 2, "HONORER")]


def test_a_missing_table_does_not_make_every_key_unknown(tmp_path: Path) -> None:
    folder = write_problem(tmp_path / "input", tiny_problem())
    (folder / "people.csv").unlink()
    assert [(f.table, f.what) for f in examine(folder, "plan").errors] == [
        ("people", "the required table is not there")
    ]


# ---- circles


def test_units_that_stand_above_themselves_are_named_with_the_circle(tmp_path: Path) -> None:
    found = look(tmp_path, changed("units", 2, parent_id="PKM"))
    assert found == (
        finding("cycle", "units", row=2, column="parent_id", value="PKM", path="DINKES > PKM > DINKES"),
        finding("cycle", "units", row=3, column="parent_id", value="DINKES", path="DINKES > PKM > DINKES"),
    )


def test_a_programme_that_needs_itself_first_is_a_circle(tmp_path: Path) -> None:
    found = look(tmp_path, changed("programmes", 2, prerequisite_id="BIMTEK"))
    expected = finding(
        "cycle", "programmes", row=2, column="prerequisite_id", value="BIMTEK", path="BIMTEK > BIMTEK"
    )
    assert found == (expected,)


def test_a_long_chain_of_units_is_no_circle(tmp_path: Path) -> None:
    chain = [
        {"unit_id": f"U{i}", "name": "x", "parent_id": f"U{i + 1}" if i < 3000 else None} for i in range(3001)
    ]
    assert look(tmp_path, plus("units", *chain)) == ()


# ---- offerings and time


def test_a_place_without_a_period_is_an_error(tmp_path: Path) -> None:
    found = look(tmp_path, changed("offerings", 3, period=None, period_end=None))
    assert found == (finding("place_without_period", "offerings", row=3, column="place_id", value="HULU"),)


def test_a_last_period_needs_a_first(tmp_path: Path) -> None:
    found = look(tmp_path, changed("offerings", 4, period_end=3))
    assert found == (finding("end_without_period", "offerings", row=4, column="period_end", value=3),)


def test_an_offering_cannot_end_before_it_starts(tmp_path: Path) -> None:
    assert look(tmp_path, changed("offerings", 5, period_end=2)) == (
        finding(
            "ends_before_start", "offerings", row=5, column="period_end", value=2, name="period", start=3
        ),
    )
    assert look(tmp_path, changed("offerings", 5, end_date=dt.date(2027, 3, 3))) == (
        finding(
            "ends_before_start",
            "offerings",
            row=5,
            column="end_date",
            value="2027-03-03",
            name="start_date",
            start="2027-03-04",
        ),
    )


def test_periods_lie_inside_the_year(tmp_path: Path) -> None:
    found = look(tmp_path, changed("offerings", 7, period_end=13))
    assert found == (finding("outside_year", "offerings", row=7, column="period_end", value=13, periods=12),)
    found = look(tmp_path, changed("offerings", 6, period=13, period_end=13))
    assert found == (finding("outside_year", "offerings", row=6, column="period", value=13, periods=12),)
    found = look(tmp_path, plus("resources", {"resource_id": "AULA", "period": 13, "classes": 1}))
    assert found == (finding("outside_year", "resources", row=14, column="period", value=13, periods=12),)


def test_a_class_without_seats_is_refused_unless_no_class_may_be_opened(tmp_path: Path) -> None:
    offerings = tiny_problem()["offerings"].with_columns(
        seats_per_class=pl.lit(0), min_per_class=pl.lit(0), max_classes=pl.Series([1, 0, 0, 0, 2, 0])
    )
    found = look(tmp_path, tiny_problem(offerings=offerings))
    assert [f for f in found if f.severity == "error"] == [
        finding("no_seats", "offerings", row=row, column="seats_per_class", value=0) for row in (2, 6)
    ]


def test_a_minimum_above_the_seats_contradicts_itself(tmp_path: Path) -> None:
    found = look(tmp_path, changed("offerings", 2, min_per_class=4))
    assert found == (
        finding("minimum_over_seats", "offerings", row=2, column="min_per_class", value=4, seats=3),
    )


def test_somebody_retired_before_the_year_is_a_warning(tmp_path: Path) -> None:
    found = look(tmp_path, changed("people", 4, retires_on=dt.date(2026, 12, 31)))
    assert found == (
        finding("already_retired", "people", row=4, column="retires_on", value="2026-12-31", year=2027),
    )


def test_an_offering_in_another_year_is_a_warning(tmp_path: Path) -> None:
    found = look(tmp_path, changed("offerings", 2, start_date=dt.date(2026, 2, 4)))
    assert found == (
        finding("not_plan_year", "offerings", row=2, column="start_date", value="2026-02-04", year=2027),
    )


# ---- money


def test_scopes_and_ids_of_budgets_must_fit(tmp_path: Path) -> None:
    assert look(tmp_path, changed("budgets", 2, id="APBD")) == (
        finding("total_with_id", "budgets", row=2, column="id", value="APBD"),
    )
    assert look(tmp_path, changed("budgets", 3, id=None)) == (
        finding("scope_without_id", "budgets", row=3, column="id", scope="fund"),
    )
    assert look(tmp_path, changed("budgets", 4, id="DINKESS")) == (
        finding(
            "unknown_key",
            "budgets",
            row=4,
            column="id",
            value="DINKESS",
            target="units",
            hint=" (perhaps DINKES)",
        ),
    )


def test_a_fund_of_no_programme_and_a_zero_budget_are_warnings(tmp_path: Path) -> None:
    found = look(tmp_path, plus("budgets", {"scope": "fund", "id": "DAK", "amount_idr": 0}))
    assert found == (
        finding("zero_budget", "budgets", row=5, column="amount_idr", value=0),
        finding("unused_fund", "budgets", row=5, column="id", value="DAK"),
    )


def test_a_fare_that_somebody_may_need_must_be_there(tmp_path: Path) -> None:
    assert look(tmp_path, without("travel", 2)) == (
        finding("missing_fare", "travel", value="HULU > KOTA", origin="HULU", place="KOTA", offering="O1"),
    )
    assert look(tmp_path, tiny_problem(travel=table("travel"))) == (
        finding("missing_fare", "travel", value="HULU > KOTA", origin="HULU", place="KOTA", offering="O1"),
        finding("missing_fare", "travel", value="KOTA > HULU", origin="KOTA", place="HULU", offering="O2"),
    )


def test_a_default_fare_stands_for_every_missing_one(tmp_path: Path) -> None:
    assert look(tmp_path, tiny_problem(travel=table("travel")), default_travel_idr=500_000) == ()


def only_in_hulu(**person: Any) -> Frames:
    """One offering in the town, and nobody but P4 lives elsewhere."""
    people = tiny_problem()["people"].with_columns(
        place_id=pl.when(pl.col("person_id") == "P4").then(pl.lit("HULU")).otherwise(pl.lit("KOTA"))
    )
    for column, value in person.items():
        new = pl.lit(value, people.schema[column])
        people = people.with_columns(
            pl.when(pl.col("person_id") == "P4").then(new).otherwise(column).alias(column)
        )
    offerings = tiny_problem()["offerings"].filter(pl.col("offering_id").is_in(["O1", "O3"]))
    programmes = tiny_problem()["programmes"].filter(pl.col("programme_id").is_in(["BIMTEK", "DARING"]))
    effects = table(
        "programme_effects",
        *(
            {"programme_id": "DARING", "competency_id": c, "gain_levels": 0.5}
            for c in ("LAYANAN", "PROYEK", "INTEGRITAS")
        ),
    )
    return tiny_problem(
        people=people,
        offerings=offerings,
        programmes=programmes,
        programme_effects=effects,
        travel=table("travel"),
        completed=table("completed"),
    )


def test_no_fare_is_needed_by_those_who_may_not_come(tmp_path: Path) -> None:
    (needed,) = look(tmp_path, only_in_hulu())
    assert needed.value == "HULU > KOTA"
    barred = only_in_hulu()
    barred["programmes"] = barred["programmes"].with_columns(
        eligible_unit=pl.when(pl.col("programme_id") == "BIMTEK").then(pl.lit("DINKES"))
    )
    assert look(tmp_path, barred) == ()
    assert look(tmp_path, only_in_hulu(retires_on=dt.date(2027, 2, 4))) == ()
    done = only_in_hulu() | {"completed": table("completed", {"person_id": "P4", "programme_id": "BIMTEK"})}
    assert look(tmp_path, done) == ()
    never = only_in_hulu()
    never["offerings"] = never["offerings"].with_columns(max_classes=pl.lit(0, pl.Int64))
    assert look(tmp_path, never) == ()


def test_a_fare_is_needed_by_somebody_locked_in_against_the_rules(tmp_path: Path) -> None:
    frames = only_in_hulu()
    frames["programmes"] = frames["programmes"].with_columns(
        eligible_unit=pl.when(pl.col("programme_id") == "BIMTEK").then(pl.lit("DINKES"))
    )
    frames["locks"] = table("locks", {"person_id": "P4", "offering_id": "O1", "state": "in"})
    errors = [f for f in look(tmp_path, frames) if f.severity == "error"]
    assert errors == [
        finding("missing_fare", "travel", value="HULU > KOTA", origin="HULU", place="KOTA", offering="O1")
    ]


def test_a_fare_within_one_place_is_ignored_with_a_warning(tmp_path: Path) -> None:
    found = look(tmp_path, plus("travel", {"from_place_id": "KOTA", "to_place_id": "KOTA", "cost_idr": 5}))
    assert found == (finding("same_place_fare", "travel", row=4, column="cost_idr", value=5),)


# ---- warnings about what cannot come true


def test_a_minimum_above_demand_is_no_warning_where_a_lock_opens_the_class(tmp_path: Path) -> None:
    problem = situations.with_minimum_above_demand()
    offering = problem["offerings"]["offering_id"][0]
    lock = table("locks", {"person_id": "P1", "offering_id": offering, "state": "in"})
    assert look(tmp_path, {**problem, "locks": lock}) == ()


def test_situations_that_are_odd_but_possible_only_warn(tmp_path: Path) -> None:
    expected = {
        situations.without_money: finding("zero_budget", "budgets", row=2, column="amount_idr", value=0),
        situations.with_minimum_above_demand: finding(
            "minimum_over_demand", "offerings", row=2, column="min_per_class", value=50, minimum=50, people=6
        ),
        situations.with_untouched_gap: finding(
            "untouched_gap", "competencies", row=5, column="competency_id", value="BENCANA", needs=1
        ),
        situations.with_programme_for_nobody: finding(
            "nobody_may_take", "programmes", row=2, column="programme_id", value="BIMTEK"
        ),
        situations.with_mandate_for_somebody_not_eligible: finding(
            "mandate_not_eligible", "mandates", row=2, column="programme_id", value="PROYEK2"
        ),
    }
    for situation, warning in expected.items():
        assert look(tmp_path / situation.__name__, situation()) == (warning,)


def test_programmes_that_are_all_unreadable_do_not_hide_their_own_fault(tmp_path: Path) -> None:
    folder = write_problem(tmp_path / "input", tiny_problem())
    header = (folder / "programmes.csv").read_text("utf-8").splitlines()[0]
    (folder / "programmes.csv").write_text(header + "\n1E+05" + "," * header.count(",") + "\n", "utf-8")
    columns = [f.column for f in examine(folder, "plan").errors if f.table == "programmes"]
    assert columns == ["cost_per_person_idr", "form", "jp", "name", "programme_id"]


def test_a_programme_without_offerings_is_a_warning_and_so_is_its_mandate(tmp_path: Path) -> None:
    frames = plus(
        "programmes", {"programme_id": "X", "name": "x", "form": "K3", "jp": 1.0, "cost_per_person_idr": 0}
    )
    frames["mandates"] = table("mandates", {"person_id": "P1", "programme_id": "X"})
    assert look(tmp_path, frames) == (
        finding("mandate_not_offered", "mandates", row=2, column="programme_id", value="X"),
        finding("no_offering", "programmes", row=6, column="programme_id", value="X"),
    )


def test_a_mandate_already_fulfilled_is_not_warned_about(tmp_path: Path) -> None:
    frames = situations.with_mandate_for_somebody_not_eligible()
    frames["completed"] = table("completed", {"person_id": "P6", "programme_id": "PROYEK2"})
    assert look(tmp_path, frames) == ()


def test_an_unknown_network_is_warned_about_where_people_live(tmp_path: Path) -> None:
    frames = changed("places", 3, connectivity=None)
    assert look(tmp_path, frames) == (
        finding("unknown_connectivity", "places", row=3, column="connectivity", people=3),
    )
    offline = frames["programmes"].with_columns(connectivity=pl.lit("none"))
    assert look(tmp_path, frames | {"programmes": offline}) == ()


def test_an_online_offering_that_nobody_reaches_is_a_warning(tmp_path: Path) -> None:
    places = tiny_problem()["places"].with_columns(connectivity=pl.lit("none"))
    assert look(tmp_path, tiny_problem(places=places)) == (
        finding("nobody_can_reach", "offerings", row=4, column="offering_id", value="O3"),
    )


def test_a_resource_without_rows_for_its_periods_has_no_limit_and_says_so(tmp_path: Path) -> None:
    assert look(tmp_path, without("resources", 4)) == (
        finding("resource_unlimited", "offerings", row=5, column="resource_id", value="AULA"),
    )
    assert look(tmp_path, changed("offerings", 4, resource_id="AULA")) == (
        finding("resource_unlimited", "offerings", row=4, column="resource_id", value="AULA"),
    )


def test_a_lock_that_breaks_a_rule_is_kept_with_a_warning(tmp_path: Path) -> None:
    frames = with_locks(
        ("P6", "O5", "in"), ("P2", "O4", "in"), ("P4", "O2", "in"), ("P5", "O3", "in"), ("P6", "O6", "out")
    )
    frames["people"] = frames["people"].with_columns(
        retires_on=pl.when(pl.col("person_id") == "P4").then(dt.date(2027, 5, 4))
    )
    frames["places"] = frames["places"].with_columns(
        connectivity=pl.when(pl.col("place_id") == "HULU").then(pl.lit("none")).otherwise("connectivity")
    )
    assert look(tmp_path, frames) == (
        finding("lock_not_eligible", "locks", row=2, column="offering_id", value="O5"),
        finding("lock_completed", "locks", row=3, column="offering_id", value="O4"),
        finding("lock_retired", "locks", row=4, column="offering_id", value="O2", retires_on="2027-05-04"),
        finding("lock_unreachable", "locks", row=5, column="offering_id", value="O3"),
    )


@pytest.mark.parametrize(
    ("column", "value", "somebody"),
    [
        ("sex", "P", True),
        ("sex", "p", False),
        ("zone", "Hulu", True),
        ("zone", "Hilir", False),
        ("stream", "integrity", True),
        ("stream", "ethics", False),
        ("unit_id", "PKM", True),
        ("golongan", "III/a", False),
    ],
)
def test_an_equity_floor_on_nobody_is_a_warning(
    tmp_path: Path, column: str, value: str, somebody: bool
) -> None:
    floor = {"column": column, "value": value, "floor_share": 0.5, "points": 1.0}
    warning = finding(
        "equity_nobody", "policy.toml", row=1, column="equity", value=value, name=value, group=column
    )
    assert look(tmp_path, tiny_problem(), equity=[floor]) == (() if somebody else (warning,))


# ---- the needs stage


def needs_input() -> Frames:
    frames = {name: tiny_problem()[name] for name in ("units", "competencies")}
    people = tiny_problem()["people"].with_columns(position_id=pl.lit("ANALIS"))
    standard = [{"position_id": "ANALIS", "competency_id": c, "level": 3.0} for c in ("LAYANAN", "PROYEK")]
    rating = {"person_id": "P1", "competency_id": "LAYANAN", "rater_role": "supervisor", "score": 2.5}
    return frames | {
        "people": people,
        "requirements": table("requirements", *standard),
        "ratings": table("ratings", rating | {"rater_id": "A"}, rating | {"rater_id": "B"}, rating, rating),
    }


def needs_findings(tmp_path: Path, frames: Frames) -> tuple[Finding, ...]:
    return examine(write_problem(tmp_path / "input", frames), "needs").findings


def test_input_for_needs_requires_no_places_and_no_policy(tmp_path: Path) -> None:
    folder = write_problem(tmp_path / "input", needs_input())
    (folder / "policy.toml").unlink()
    people = needs_input()["people"].select("person_id", "unit_id", "position_id")
    people.write_csv(folder / "people.csv")
    assert examine(folder, "needs").findings == ()


def test_people_without_any_post_cannot_be_analysed(tmp_path: Path) -> None:
    found = needs_findings(tmp_path, needs_input() | {"people": tiny_problem()["people"]})
    assert found == (finding("no_positions", "people", column="position_id"),)


def test_a_post_without_a_standard_is_a_warning_once(tmp_path: Path) -> None:
    people = needs_input()["people"].with_columns(
        position_id=pl.when(pl.col("unit_id") == "PKM").then(pl.lit("BIDAN")).otherwise("position_id")
    )
    assert needs_findings(tmp_path, needs_input() | {"people": people}) == (
        finding("position_without_standard", "people", row=5, column="position_id", value="BIDAN", people=3),
    )


def test_the_same_rating_twice_is_a_warning(tmp_path: Path) -> None:
    frames = needs_input()
    twice = pl.concat([frames["ratings"], frames["ratings"].head(1)])
    assert needs_findings(tmp_path, frames | {"ratings": twice}) == (
        finding("repeated_rating", "ratings", row=6, column="rater_id", value="A", first=2),
    )


def test_a_rater_need_not_be_among_the_people_but_the_rated_must(tmp_path: Path) -> None:
    frames = needs_input()
    strange = frames["ratings"].with_columns(person_id=pl.lit("ZZZ"))
    found = needs_findings(tmp_path, frames | {"ratings": strange.head(1)})
    assert found == (
        finding("unknown_key", "ratings", row=2, column="person_id", value="ZZZ", target="people", hint=""),
    )
