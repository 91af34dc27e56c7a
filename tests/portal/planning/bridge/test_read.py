"""A plan of the engine as rows of the portal: nothing lost, every rupiah the same."""

from __future__ import annotations

import json

import pytest
from django.db.models import F, Sum

from asah.portal.planning import bridge
from asah.portal.planning.models import Plan, PlanLine
from asah.portal.planning.queries.figures import sum_of_lines
from portal.planning.conftest import PEOPLE


def test_lines_and_classes_add_up_to_what_the_engine_spends_to_the_rupiah(plan: Plan) -> None:
    said = json.loads((plan.folder / "plan" / "summary.json").read_text("utf-8"))["spent_idr"]
    keys = bridge.read_keys(plan.folder)
    assert sum_of_lines(plan)["total"] == said["total"] == plan.spent
    assert said["total"] > 0
    for fund, code in keys.of["funds"].items():
        fees = plan.lines.filter(offering__programme__fund=fund).aggregate(n=Sum("fee"))["n"] or 0
        classes = plan.classes.filter(offering__programme__fund=fund).aggregate(n=Sum("cost"))["n"] or 0
        assert fees + classes == said["fund"].get(code, 0)
    holders = {keys.back("units")[code] for code in said["unit"]}
    paid: dict[int, int] = dict.fromkeys(holders, 0)
    for line in plan.lines.select_related("unit"):
        upwards = [int(part) for part in reversed(line.unit.path.rstrip(".").split("."))]
        payer = next((unit for unit in upwards if unit in holders), None)
        if payer is not None:
            paid[payer] += line.travel
    assert paid == {keys.back("units")[code]: amount for code, amount in said["unit"].items()}


def test_everybody_is_in_the_plan_once_and_whoever_has_a_line_is_planned(plan: Plan) -> None:
    assert plan.outcomes.count() == PEOPLE
    planned = set(plan.outcomes.filter(state="planned").values_list("person", flat=True))
    assert planned == set(plan.lines.values_list("person", flat=True))
    for outcome in plan.outcomes.exclude(state="planned"):
        assert outcome.reason in bridge.reason_codes()


def test_classes_hold_the_lines_they_say_they_hold(plan: Plan) -> None:
    held = dict(PlanLine.objects.filter(plan=plan).values_list("offering").annotate(n=Sum(1)).order_by())
    assert {row.offering_id: row.enrolled for row in plan.classes.all()} == held
    assert not plan.classes.filter(enrolled__gt=F("seats")).exists()


def test_closure_by_unit_and_competency_adds_up_to_the_plan(plan: Plan) -> None:
    matrix = plan.summary["closure"]
    closed = sum(values[2] for row in matrix.values() for values in row.values())
    need = sum(values[1] for row in matrix.values() for values in row.values())
    assert closed == pytest.approx(plan.summary["closed_points"], abs=0.05)
    assert need == pytest.approx(plan.summary["need_points"], abs=0.05)
    of_people = plan.outcomes.aggregate(n=Sum("closure"))["n"]
    assert of_people == pytest.approx(plan.summary["closed_points"])


def test_the_check_of_a_stored_plan_agrees(plan: Plan) -> None:
    check = plan.summary["check"]
    assert check["ok"]
    assert check["objective"] == pytest.approx(plan.objective)
    assert check["gap"] == pytest.approx(plan.gap, abs=1e-6)
    assert bridge.check_plan(plan.folder).ok


def test_the_check_names_a_row_that_was_changed_by_hand(plan: Plan) -> None:
    file = plan.folder / "plan" / "enrolments.csv"
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    found = bridge.check_plan(plan.folder)
    assert not found.ok
    assert found.failures
    assert found.failures[0]["id"] != found.failures[0]["en"]


def test_a_person_is_explained_in_both_languages_and_a_stranger_is_refused(plan: Plan) -> None:
    line = plan.lines.select_related("person", "offering__programme").first()
    assert line is not None
    said = bridge.explain_person(plan.folder, line.person.nip)
    assert said[0]["code"] == "planned"
    assert any(line.offering.programme.name in one["id"] for one in said)
    assert all(one["id"] and one["en"] for one in said)
    with pytest.raises(bridge.UnknownSubject):
        bridge.explain_person(plan.folder, "000")
