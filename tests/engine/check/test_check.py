"""Every number a plan states is worked out again, and a changed one is caught."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from asah.engine.check import CheckResult, check_plan
from asah.engine.check.stated import REASONS
from asah.engine.errors import InputError
from asah.engine.tables import Policy, Tables, load
from engine.check.oracle import Oracle, PlanFiles, plan_files, price_rows, summary, tables
from factories.problem import POLICY, table, tiny_problem, with_equity_floor, with_locks, write_problem

REASONS_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "reasons.md"
BRANCH_COLUMNS = ("branch", "offering_id", "min_classes", "max_classes")
NUMBERS = ("objective", "bound", "gap", "worth_of_nothing", "closed_points", "need_points", "classes")
PLAN = [("P1", "O1"), ("P2", "O5"), ("P3", "O3"), ("P4", "O2")]
PRICES: dict[tuple[str, str, int | None], float] = {
    ("total", "", None): 1e-7,
    ("fund", "APBD", None): 2e-7,
    ("unit", "DINKES", None): 1e-7,
    ("seats", "O1", None): 0.2,
    ("minimum", "O2", None): 0.1,
    ("absence", "PKM", 5): 0.05,
    ("resource", "AULA", 2): 0.3,
}


@pytest.fixture
def problem() -> Tables:
    locks = table(
        "locks",
        {"person_id": "P1", "offering_id": "O1", "state": "in"},
        {"person_id": "P6", "offering_id": "O3", "state": "out"},
    )
    return tables(tiny_problem(locks=locks), Policy(**POLICY))


@pytest.fixture
def files(problem: Tables) -> PlanFiles:
    return plan_files(problem, PLAN, PRICES)


def checked(problem: Tables, files: PlanFiles, folder: Path) -> CheckResult:
    return check_plan(problem=problem, plan_folder=files.write(folder))


def where(result: CheckResult) -> set[tuple[str, int, str]]:
    return {(found.table, found.row, found.column) for found in result.failures}


def test_a_right_plan_is_accepted_with_its_numbers(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    result = checked(problem, files, tmp_path)
    assert result.failures == ()
    assert result.ok
    assert result.bound_by == "prices"
    assert result.objective == pytest.approx(files.summary["objective"])
    assert result.bound == pytest.approx(files.summary["bound"])
    assert result.gap == pytest.approx(files.summary["gap"])
    assert result.worth_of_nothing == pytest.approx(files.summary["worth_of_nothing"])
    assert result.notes == ()


def test_a_plan_is_checked_from_files_as_people_have_them(tmp_path: Path) -> None:
    loaded = load(write_problem(tmp_path / "masukan", tiny_problem(), with_equity_floor()), "check")
    files = plan_files(loaded, PLAN, PRICES | {("equity", "sex=P", None): 1.5})
    assert checked(loaded, files, tmp_path / "rencana").failures == ()


def another(value: Any, column: str) -> list[Any]:
    """Values that a cell could have been changed to."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, None]
    if isinstance(value, float):
        return [value + 1.0, value * 2 + 0.1, value - 0.01, None]
    if value is None:  # seats without a limit
        return [0, 6]
    if column == "state":
        return [state for state in ("planned", "deferred", "exempt") if state != value]
    if column == "reason":
        return [None, *(other for other in ("banana", "planned", "no_need") if other != value)]
    known = {"person_id": ["P6", "P5"], "offering_id": ["O4", "O6"]}
    return [other for other in ["tidak dikenal", *known.get(column, [])] if other != value]


def test_every_changed_cell_of_every_output_row_is_caught(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    tried = 0
    for name in ("enrolments", "classes", "people_outcome"):
        frame = files.frames[name]
        for column in frame.columns:
            for row, value in enumerate(frame[column]):
                for other in another(value, column):
                    changed = files.with_cell(name, row, column, other)
                    result = checked(problem, changed, tmp_path)
                    assert not result.ok, (name, row, column, value, other)
                    tried += 1
    assert tried > 100


def test_a_need_or_mandate_without_points_may_be_called_deferred_or_exempt(tmp_path: Path) -> None:
    needs = tiny_problem()["needs"]
    nothing = pl.col("person_id").is_in(["P5", "P6"])
    frames = tiny_problem(
        needs=needs.with_columns(pl.when(nothing).then(0.0).otherwise("weight").alias("weight")),
        mandates=table("mandates", {"person_id": "P6", "programme_id": "PROYEK2", "points": 0.0}),
    )
    for target, points in ((0.0, 0.0), (1.0, 0.0), (0.0, 2.0)):
        mandates = frames["mandates"].with_columns(points=pl.lit(points))
        policy = Policy(**(POLICY | {"jp_target": {"CPNS": target}}))
        of_some_worth = tables(frames | {"mandates": mandates}, policy)
        files = plan_files(of_some_worth, [])
        result = checked(of_some_worth, files, tmp_path)
        assert result.failures == ()
        moved = files.with_cell("people_outcome", 5, "state", "exempt")
        moved = moved.with_cell("people_outcome", 5, "reason", "no_need")
        entry = {"planned": 0, "deferred": 5, "exempt": 1}
        result = checked(of_some_worth, moved.with_entry("people", entry), tmp_path)
        assert result.ok == (target == points == 0.0)


def test_every_row_left_out_or_doubled_is_caught(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    for name in ("enrolments", "classes", "people_outcome"):
        frame = files.frames[name]
        for row in range(frame.height):
            shorter = pl.concat([frame[:row], frame[row + 1 :]])
            doubled = pl.concat([frame, frame[row : row + 1]])
            assert not checked(problem, files.with_frame(name, shorter), tmp_path).ok, (name, row)
            twice = checked(problem, files.with_frame(name, doubled), tmp_path)
            assert any(found.row == frame.height + 2 for found in twice.failures), (name, row)


def test_a_changed_price_is_caught_unless_it_proves_the_stated_bound_too(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    oracle, stated, caught = Oracle(problem), files.summary["bound"], 0
    for key, price in PRICES.items():
        for other in (0.0, price * 2, price * 10):
            prices = PRICES | {key: other}
            proves = oracle.bound(prices) <= stated + 1e-6 * abs(stated)
            result = checked(problem, files.with_frame("prices", price_rows(prices)), tmp_path)
            assert result.ok == proves, (key, other)
            caught += not proves
    assert caught > 5


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("objective", 1.0),
        ("objective", None),
        ("bound", "banyak"),
        ("bound", float("nan")),
        ("gap", 0.0),
        ("gap", None),
        ("worth_of_nothing", 0.0),
        ("closed_points", 0.0),
        ("need_points", 1e9),
        ("classes", 99),
        ("jp_short_people", 0),
        ("mandates_missed", 0),
        ("mandates_missed", [{"person_id": "P2", "programme_id": "DARING"}]),
        ("people", {"planned": 4, "deferred": 1, "exempt": 1}),
        ("people", None),
        ("spent_idr", {"total": 1, "fund": {}, "unit": {}}),
        ("spent_idr", None),
        ("status", "selesai"),
        ("status", "optimal"),
        ("bound_by", "percaya"),
        ("input_sha256", "lain"),
        *((key, value) for key in NUMBERS for value in (10**400, -(10**400), True, "1", [1], {}, 1e999)),
        ("classes", 2.0),
        ("jp_short_people", 3.0),
        ("mandates_missed", True),
        ("mandates_missed", [{"person_id": ["P1"], "programme_id": "DARING"}]),
        ("mandates_missed", [{"person_id": "P1", "programme_id": {}}]),
        ("mandates_missed", ["P1"]),
        ("mandates_missed", [{"person_id": "P1", "programme_id": "DARING", "name": "Orang Lain"}]),
        ("people", {"planned": 4, "deferred": 2, "exempt": False}),
        ("people", {"planned": 4, "deferred": 2, "lulus": 0}),
        ("people", {"planned": 4, "deferred": 2.0}),
        ("people", {"planned": 4, "deferred": "2"}),
        ("spent_idr", {"total": 10**400}),
        ("spent_idr", {"fund": {"LAIN": 0}}),
        ("spent_idr", {"hadiah": 5}),
        ("status", ["optimal"]),
        ("bound_by", {"prices": 1}),
        ("bound_by", None),
        ("input_sha256", None),
        *(("changes", value) for value in (-1, "x", 1.5, True, [2])),
        *(("seed", value) for value in (None, -1, "0", 0.0, False)),
        *(("engine_version", value) for value in (None, "", " ", 1)),
        *(("warnings", value) for value in (None, "", {}, ["awas"], [{"table": "people", "row": 2}])),
        *((key, value) for key in ("seconds", "peak_mb") for value in (None, 3.0, {"a": -1}, {"a": "1"})),
        ("seconds", {"prices": float("nan")}),
        ("tolerance", 0.5),
    ],
)
def test_a_changed_entry_of_the_summary_is_caught(
    problem: Tables, files: PlanFiles, tmp_path: Path, key: str, value: Any
) -> None:
    result = checked(problem, files.with_entry(key, value), tmp_path)
    assert not result.ok
    assert {found.table for found in result.failures} == {"summary.json"}
    assert any(found.column.split(".")[0] in (key, "bound") for found in result.failures)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("changes", None),
        ("changes", 0),
        ("changes", 12),
        ("tolerance", 1e-6),
        ("warnings", [{"table": "t", "row": 0, "column": "", "value": "", "what": "w", "remedy": "r"}]),
        ("mandates_missed", [{"person_id": "P1", "programme_id": "DARING", "name": None}]),
        ("catatan", "kunci yang tidak dikenal dibiarkan"),
    ],
)
def test_what_may_stand_in_a_summary_is_accepted(
    problem: Tables, files: PlanFiles, tmp_path: Path, key: str, value: Any
) -> None:
    assert checked(problem, files.with_entry(key, value), tmp_path).failures == ()


def test_every_number_of_the_summary_is_looked_at(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    for key in files.summary:
        without = {name: value for name, value in files.summary.items() if name != key}
        result = checked(problem, PlanFiles(files.frames, without), tmp_path)
        assert not result.ok, key


def test_spending_may_be_given_by_scope_or_by_id(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    by_id = files.summary["spent_idr"]
    sums = {"total": by_id["total"], **{k: sum(by_id[k].values()) for k in ("fund", "unit")}}
    assert checked(problem, files.with_entry("spent_idr", sums), tmp_path).ok
    wrong = {**by_id, "fund": {"APBD": by_id["fund"]["APBD"] - 1}}
    result = checked(problem, files.with_entry("spent_idr", wrong), tmp_path)
    assert where(result) == {("summary.json", 0, "spent_idr.fund")}


def test_mandates_missed_may_be_named(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    assert files.summary["mandates_missed"] == 1
    named = [{"person_id": "P1", "programme_id": "DARING"}]
    assert checked(problem, files.with_entry("mandates_missed", named), tmp_path).ok


def test_a_bound_below_what_the_prices_prove_is_refused_and_one_above_is_not(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    objective, nothing = files.summary["objective"], files.summary["worth_of_nothing"]
    for shift, ok in ((-0.01, False), (0.01, True)):
        bound = files.summary["bound"] + shift
        moved = files.with_entry("bound", bound).with_entry("gap", (bound - objective) / (bound - nothing))
        result = checked(problem, moved, tmp_path)
        assert result.ok == ok
        assert (result.failures == ()) == ok
        assert bool(result.notes) == ok
        assert result.bound == pytest.approx(files.summary["bound"])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"scope": "total", "price": -1e-9}, "price"),
        ({"scope": "total", "price": math.inf}, "price"),
        ({"scope": "total", "id": "APBD", "price": 0.1}, "id"),
        ({"scope": "fund", "id": "LAIN", "price": 0.0}, "id"),
        ({"scope": "unit", "id": "PKM", "price": 0.1}, "price"),
        ({"scope": "seats", "id": "O99", "price": 0.1}, "id"),
        ({"scope": "minimum", "id": "O1", "period": 2, "price": 0.1}, "id"),
        ({"scope": "absence", "id": "PKM", "price": 0.1}, "id"),
        ({"scope": "absence", "id": "PKM", "period": 13, "price": 0.1}, "id"),
        ({"scope": "resource", "id": "AULA", "period": 40, "price": 0.1}, "id"),
        ({"scope": "equity", "id": "sex=X", "price": 0.1}, "id"),
        ({"scope": "equity", "id": "sex=P", "price": 3.1}, "price"),
        ({"scope": "total", "price": 1e-9, "branch": "A"}, "branch"),
    ],
)
def test_what_is_no_price_of_a_limit_is_refused_by_row(
    tmp_path: Path, row: dict[str, Any], column: str
) -> None:
    loaded = load(write_problem(tmp_path / "masukan", tiny_problem(), with_equity_floor()), "check")
    files = plan_files(loaded, PLAN, {("seats", "O1", None): 0.2})
    prices = pl.concat([files.frames["prices"], table("prices", row)])
    result = checked(loaded, files.with_frame("prices", prices), tmp_path / "rencana")
    assert ("prices", 3, column) in where(result)
    assert result.bound is None
    assert result.gap is None


def test_a_price_named_twice_is_refused(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    prices = files.frames["prices"]
    result = checked(problem, files.with_frame("prices", pl.concat([prices, prices[:1]])), tmp_path)
    assert ("prices", prices.height + 2, "id") in where(result)


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        ("seats,O1,,0.2,\n seats, O1 ,,0,\n", 3, "id"),
        ("seats,O1,,0.2,\nSEATS,O1,,0,\n", 3, "id"),
        ("seats,o1,,0.2,\n", 2, "id"),
        ("seats,O1,,nan,\n", 2, "price"),
        ("seats,O1,,1e999,\n", 2, "price"),
        ("seats,O1,,,\n", 2, "price"),
        ("absence,PKM,0,0.2,\n", 2, "period"),
        ("absence,PKM,99999999999999999999,0.2,\n", 2, "period"),
        ("seats,O1,,0.2,a\n", 2, "branch"),
    ],
)
def test_prices_as_text_of_a_file_are_no_way_around_the_rules(
    problem: Tables, files: PlanFiles, tmp_path: Path, rows: str, row: int, column: str
) -> None:
    result = checked_text(problem, files, tmp_path, prices=rows)
    assert ("prices", row, column) in where(result)
    assert result.bound is None


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "a,O1,0,0\n",
        "a,O1,2,1\n",
        "a,O99,0,9\n",
        "a,O1,-1,9\n",
        "a,O1,0.5,9\n",
        "a,O1,0,99999999999999999999\n",
        "a,O1,0,0\n a ,O1,1,9\n",
        "a,O1,0,0\na, O1 ,1,9\n",
        "a,O5,0,0\nb,O5,2,9\n",
        "a,O5,0,1\na,O2,0,0\nb,O5,2,9\n",
    ],
)
def test_branches_as_text_of_a_file_are_no_way_around_the_rules(
    problem: Tables, files: PlanFiles, tmp_path: Path, rows: str
) -> None:
    branched = files.with_entry("bound_by", "branches")
    result = checked_text(problem, branched, tmp_path, branches=rows)
    assert {found.table for found in result.failures} == {"branches"}
    assert result.bound is None


def test_branches_that_overlap_or_name_more_than_there_is_are_fine(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    branched = files.with_entry("bound_by", "branches")
    for rows in ("a,O1,0,99999999\n", "a,O5,0,1\nA,O5,1,9\n", "a,O1,0.0,9.0\n"):
        free = branched.with_frame("prices", price_rows(PRICES))
        assert checked_text(problem, free, tmp_path, branches=rows).failures == ()


def checked_text(problem: Tables, files: PlanFiles, folder: Path, **texts: str) -> CheckResult:
    """The plan with some of its tables as the text of a CSV file."""
    folder = files.write(folder)
    for name, rows in texts.items():
        (folder / f"{name}.parquet").unlink(missing_ok=True)
        header = ",".join(files.frames[name].columns if name in files.frames else BRANCH_COLUMNS)
        (folder / f"{name}.csv").write_text(f"{header}\n{rows}", "utf-8")
    return check_plan(problem=problem, plan_folder=folder)


def test_a_price_on_a_unit_without_a_limit_of_absence_must_be_nothing(tmp_path: Path) -> None:
    free = tables(tiny_problem(), Policy(**(POLICY | {"max_absent_share": None})))
    for price, ok in ((0.0, True), (0.1, False)):
        files = plan_files(free, PLAN)
        row = {"scope": "absence", "id": "DINKES", "period": 2, "price": price}
        assert checked(free, files.with_frame("prices", table("prices", row)), tmp_path).ok == ok


def test_the_list_of_reasons_is_the_one_of_the_planner() -> None:
    of_people = REASONS_PAGE.read_text("utf-8").split("Sentences of an explanation")[0]
    listed = re.findall(r"^\| `(\w+)`", of_people, re.MULTILINE)
    assert set().union(*REASONS.values()) == set(listed)
    assert sum(map(len, REASONS.values())) == len(listed)


def test_a_key_named_twice_in_a_summary_cannot_be_read(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    folder = files.write(tmp_path)
    text = (folder / "summary.json").read_text("utf-8")
    for twice in (
        text.replace("{", '{"bound": 1.0, ', 1),
        text.replace('"fund": {', '"fund": {"APBD": 1, '),
    ):
        (folder / "summary.json").write_text(twice, "utf-8")
        with pytest.raises(InputError) as raised:
            check_plan(problem=problem, plan_folder=folder)
        assert [found.table for found in raised.value.findings] == ["summary.json"]


def test_half_a_character_in_a_summary_can_still_be_told(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    (found,) = checked(problem, files.with_entry("status", "\ud800"), tmp_path).failures
    assert str(found).encode("utf-8")


def test_prices_are_looked_at_even_where_the_solver_is_trusted(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    row = {"scope": "seats", "id": "O99", "price": 0.1}
    trusted = files.with_entry("bound_by", "solver").with_frame("prices", table("prices", row))
    assert where(checked(problem, trusted, tmp_path)) == {("prices", 2, "id")}


def test_a_price_of_all_branches_has_no_room_for_one_of_a_single_branch(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    branched = two_branches(problem, files)
    frame = branched.frames["prices"]
    for rows in (
        pl.concat([frame, price_rows({("seats", "O1", None): 0.2})]),
        pl.concat([price_rows({("seats", "O1", None): 0.2}), frame]),
    ):
        result = checked(problem, branched.with_frame("prices", rows), tmp_path)
        assert {(found.table, found.column) for found in result.failures} == {("prices", "id")}


def two_branches(problem: Tables, files: PlanFiles) -> PlanFiles:
    """O5 opens once at most, or twice; each case with prices of its own."""
    oracle = Oracle(problem)
    prices = {"sedikit": PRICES, "banyak": PRICES | {("seats", "O5", None): 0.4}}
    cases = {"sedikit": {"O5": (0, 1)}, "banyak": {"O5": (2, 2)}}
    bound = max(oracle.bound(prices[name], cases[name]) for name in cases)
    rows = [
        {"branch": name, "offering_id": o, "min_classes": low, "max_classes": high}
        for name, limits in cases.items()
        for o, (low, high) in limits.items()
    ]
    frame = pl.concat([price_rows(of_branch, name) for name, of_branch in prices.items()])
    entries = summary(oracle, PLAN, oracle.fewest_classes(PLAN), bound) | {"bound_by": "branches"}
    frames = {**files.frames, "prices": frame, "branches": table("branches", *rows)}
    return PlanFiles(frames, entries)


def test_a_proof_by_branches_is_as_good_as_its_weakest_branch(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    branched = two_branches(problem, files)
    result = checked(problem, branched, tmp_path)
    assert result.failures == ()
    assert result.bound == pytest.approx(branched.summary["bound"])
    assert result.bound_by == "branches"


def test_branches_that_leave_out_a_case_prove_nothing(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    branched = two_branches(problem, files)
    for row, column, value in ((0, "max_classes", 0), (1, "offering_id", "O4"), (1, "branch", "sedikit")):
        result = checked(problem, branched.with_cell("branches", row, column, value), tmp_path)
        assert not result.ok, column
        assert result.bound is None
    left_out = branched.with_frame("branches", branched.frames["branches"][:1])
    assert {found.table for found in checked(problem, left_out, tmp_path).failures} == {"branches", "prices"}


def test_a_price_without_a_branch_holds_in_every_branch(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    branched = two_branches(problem, files)
    own = price_rows({("seats", "O5", None): 0.4}, "banyak")
    shared = branched.with_frame("prices", pl.concat([price_rows(PRICES), own]))
    result = checked(problem, shared, tmp_path)
    assert result.failures == ()
    assert result.bound == pytest.approx(branched.summary["bound"])


def test_a_solvers_own_word_is_taken_for_few_people_and_named(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    result = checked(problem, files.with_entry("bound_by", "solver"), tmp_path)
    assert result.ok
    assert result.bound == pytest.approx(files.summary["bound"])
    assert len(result.notes) == 1


def test_a_solvers_own_word_is_not_taken_for_many_people(tmp_path: Path) -> None:
    row = tiny_problem()["people"].filter(person_id="P1")
    more = [row.with_columns(pl.lit(f"Q{k}").alias("person_id")) for k in range(95)]
    frames = tiny_problem(people=pl.concat([tiny_problem()["people"], *more]))
    many = tables(frames, Policy(**POLICY))
    files = plan_files(many, PLAN)
    assert checked(many, files, tmp_path).ok
    result = checked(many, files.with_entry("bound_by", "solver"), tmp_path)
    assert where(result) == {("summary.json", 0, "bound_by")}


def test_a_plan_called_optimal_has_no_gap(tmp_path: Path) -> None:
    barren = tables(tiny_problem(programme_effects=table("programme_effects")), Policy(year=2027, periods=12))
    files = plan_files(barren, []).with_entry("status", "optimal")
    result = checked(barren, files, tmp_path)
    assert result.failures == ()
    assert result.gap == 0.0


def test_a_lock_that_breaks_rule_1_is_a_note_and_no_failure(tmp_path: Path) -> None:
    frames = with_locks(("P6", "O6", "in"), ("P6", "O4", "in"))
    offerings = frames["offerings"].with_columns(
        pl.when(pl.col("offering_id") == "O6").then(9).otherwise(column).alias(column)
        for column in ("period", "period_end")
    )
    locked = tables(frames | {"offerings": offerings}, Policy(**(POLICY | {"max_programmes": 2})))
    result = checked(locked, plan_files(locked, [("P6", "O6"), ("P6", "O4")]), tmp_path)
    assert result.failures == ()
    (note,) = result.notes
    assert "P6" in note


def test_locks_that_nobody_could_keep_are_named(tmp_path: Path) -> None:
    impossible = tables(with_locks(("P4", "O4", "in"), ("P4", "O6", "in")), Policy(**POLICY))
    files = plan_files(tables(tiny_problem(), Policy(**POLICY)), PLAN)
    result = checked(impossible, files, tmp_path)
    assert ("locks", 2, "person_id") in where(result)
    assert result.bound is None


def test_all_failures_come_at_once(problem: Tables, files: PlanFiles, tmp_path: Path) -> None:
    changed = (
        files.with_cell("people_outcome", 0, "jp_planned", 99.0)
        .with_cell("people_outcome", 5, "state", "exempt")
        .with_cell("classes", 1, "cost_idr", 0)
        .with_entry("classes", 7)
    )
    assert where(checked(problem, changed, tmp_path)) == {
        ("people_outcome", 2, "jp_planned"),
        ("people_outcome", 7, "state"),
        ("people_outcome", 7, "reason"),
        ("classes", 3, "cost_idr"),
        ("summary.json", 0, "classes"),
        ("summary.json", 0, "people"),
    }


def test_a_cell_that_cannot_be_read_is_a_failure_with_its_row(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    result = checked(problem, files.with_cell("people_outcome", 2, "state", "entah"), tmp_path)
    assert not result.ok
    assert where(result) == {("people_outcome", 4, "state")}
    assert math.isnan(result.objective)
    assert result.bound is None


def test_a_plan_without_a_table_or_a_summary_cannot_be_checked(
    problem: Tables, files: PlanFiles, tmp_path: Path
) -> None:
    folder = files.write(tmp_path)
    (folder / "summary.json").write_text(json.dumps([1, 2]), "utf-8")
    with pytest.raises(InputError):
        check_plan(problem=problem, plan_folder=folder)
    for text in (
        "",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"bound": 1' + "0" * 5000 + "}",
        "\x00",
        '{"seed": 0',
    ):
        (folder / "summary.json").write_text(text, "utf-8")
        with pytest.raises(InputError):
            check_plan(problem=problem, plan_folder=folder)
    (folder / "summary.json").write_bytes(b'{"status": "\xff"}')
    with pytest.raises(InputError):
        check_plan(problem=problem, plan_folder=folder)
    (folder / "summary.json").unlink()
    with pytest.raises(InputError):
        check_plan(problem=problem, plan_folder=folder)
    files.write(tmp_path)
    (folder / "people_outcome.parquet").unlink()
    with pytest.raises(InputError):
        check_plan(problem=problem, plan_folder=folder)
