"""The example of docs/explanation/the-proof.md, worked out."""

from __future__ import annotations

from pathlib import Path

import pytest

from asah.engine.check import check_plan
from asah.engine.tables import Policy, Tables
from engine.check.oracle import Oracle, PlanFiles, plan_files, price_rows, tables
from factories.problem import table

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "the-proof.md"


@pytest.fixture
def one_seat() -> Tables:
    people = ("Sari", 2.0), ("Bima", 1.0)
    person = {"unit_id": "U", "place_id": "T", "employment": "PNS"}
    need = {"competency_id": "K", "gap_levels": 1.0}
    frames = {
        "people": table("people", *({"person_id": name, **person} for name, _ in people)),
        "units": table("units", {"unit_id": "U", "name": "Dinas"}),
        "places": table("places", {"place_id": "T", "name": "Kota"}),
        "competencies": table("competencies", {"competency_id": "K", "name": "Pelayanan"}),
        "needs": table("needs", *({"person_id": name, "weight": w, **need} for name, w in people)),
        "programmes": table(
            "programmes",
            {"programme_id": "G", "name": "G", "form": "K3", "jp": 8.0, "cost_per_person_idr": 0},
        ),
        "programme_effects": table(
            "programme_effects", {"programme_id": "G", "competency_id": "K", "gain_levels": 1.0}
        ),
        "offerings": table("offerings", {"offering_id": "O", "programme_id": "G", "seats_per_class": 1}),
    }
    return tables(frames, Policy(year=2027))


@pytest.mark.parametrize(("price", "bound"), [(0.5, 2.5), (1.0, 2.0), (3.0, 3.0)])
def test_the_example_proves_what_the_page_says(
    one_seat: Tables, tmp_path: Path, price: float, bound: float
) -> None:
    files = plan_files(one_seat, [("Sari", "O")], {("seats", "O", None): price})
    result = check_plan(problem=one_seat, plan_folder=files.write(tmp_path))
    assert result.ok
    assert result.objective == 2.0
    assert result.bound == pytest.approx(bound)
    assert f"{bound:g}".replace(".", ",") in PAGE.read_text("utf-8")


def test_the_best_price_calls_the_plan_optimal_and_another_does_not(one_seat: Tables, tmp_path: Path) -> None:
    files = plan_files(one_seat, [("Sari", "O")], {("seats", "O", None): 1.0}).with_entry("status", "optimal")
    assert check_plan(problem=one_seat, plan_folder=files.write(tmp_path)).ok
    loose = price_rows({("seats", "O", None): 0.5})
    entries = {**files.summary, "bound": 2.5, "gap": 0.2}
    result = check_plan(
        problem=one_seat, plan_folder=PlanFiles({**files.frames, "prices": loose}, entries).write(tmp_path)
    )
    assert [found.column for found in result.failures] == ["status"]


def test_no_other_plan_of_the_example_is_worth_more(one_seat: Tables) -> None:
    assert max(Oracle(one_seat).worth(plan) for plan, _ in Oracle(one_seat).plans()) == 2.0
