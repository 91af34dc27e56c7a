"""Rows of the portal as the engine's tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from asah.engine.tables import load
from asah.portal.base.actions import create_unit
from asah.portal.base.models import Unit
from asah.portal.competency.models import Competency
from asah.portal.needs.models import ConductCase, Need
from asah.portal.people.models import Employment, Person
from asah.portal.planning import bridge
from asah.portal.planning.models import Mandate
from asah.portal.planning.queries import history
from portal.planning.conftest import PEOPLE, World


def _read(folder: Path) -> dict[str, pl.DataFrame]:
    return dict(load(folder / "problem", "plan").frames)


def test_the_tables_of_a_scenario_are_those_it_was_filled_from(
    world: World, simulated: Path, tmp_path: Path
) -> None:
    problem = bridge.write_problem(world.scenario, tmp_path / "work")
    ours, theirs = _read(tmp_path / "work"), load(simulated, "plan")
    assert problem.people == PEOPLE
    for name in ("needs", "programme_effects", "offerings", "travel", "mandates", "budgets"):
        columns = [
            c for c in theirs[name].columns if c not in ("basis", "gain_sd", "against", "prob_gap", "id")
        ]
        columns = [c for c in columns if theirs[name][c].null_count() < theirs[name].height]
        left, right = (frame.select(columns).sort(columns) for frame in (ours[name], theirs[name]))
        assert left.equals(right), name
    columns = ["person_id", "place_id", "employment", "position_kind", "sex", "retires_on", "golongan"]
    left, right = (frame.select(columns).sort(columns) for frame in (ours["people"], theirs["people"]))
    assert left.equals(right)


def test_two_units_of_the_same_code_are_two_units(world: World, tmp_path: Path) -> None:
    offices = [create_unit(actor=None, code=code, name=code, parent=world.agency) for code in ("A", "B")]
    for office in offices:
        create_unit(actor=None, code=f"TU-{office.code}", name="Tata Usaha", parent=office)
    # No form makes two of one code any more; rosters of before may have left them.
    Unit.objects.filter(code__startswith="TU-").update(code="TU")
    bridge.write_problem(world.scenario, tmp_path / "work")
    assert {"A/TU", "B/TU"} <= set(_read(tmp_path / "work")["units"]["unit_id"])


def test_every_row_to_mend_is_named_with_its_person_and_nothing_is_left_behind(
    world: World, tmp_path: Path
) -> None:
    first, second = Person.objects.order_by("nip")[:2]
    for person in (first, second):
        Employment.objects.filter(person=person).update(place=None)
    with pytest.raises(bridge.ProblemRefused) as refused:
        bridge.write_problem(world.scenario, tmp_path / "work")
    errors = [message for message in refused.value.messages if message["severity"] == "error"]
    assert [message["key"] for message in errors] == [first.pk, second.pk]
    assert first.nip in errors[0]["subject"]
    assert first.name in errors[0]["subject"]
    assert errors[0]["column"] == "place_id"
    assert errors[0]["id"][1] != errors[0]["en"][1]
    assert not (tmp_path / "work").exists()


def test_a_mandate_of_somebody_who_left_is_refused_by_name(world: World, tmp_path: Path) -> None:
    mandate = Mandate.objects.select_related("person").first()
    assert mandate is not None
    Employment.objects.filter(person=mandate.person).update(ended_on=dt.date(2026, 1, 1))
    with pytest.raises(bridge.ProblemRefused) as refused:
        bridge.write_problem(world.scenario, tmp_path / "work")
    assert {m["table"] for m in refused.value.messages if m["severity"] == "error"} == {"mandates"}
    assert mandate.person.nip in str(refused.value.messages)


def test_a_case_of_conduct_becomes_a_need_like_any_other(world: World, tmp_path: Path) -> None:
    ethics = Competency.objects.filter(code="E.01").first()
    assert ethics is not None
    person = Person.objects.exclude(needs__competency=ethics).order_by("nip").first()
    assert person is not None
    ConductCase.objects.create(
        person=person,
        kind="discipline",
        opened_on=dt.date(2026, 5, 1),
        need="Pembinaan rahasia",
        competency=ethics,
        opened_by=world.planner,
    )
    bridge.write_problem(world.scenario, tmp_path / "work")
    needs = _read(tmp_path / "work")["needs"]
    added = needs.filter(person_id=person.nip, competency_id=ethics.code)
    assert added["gap_levels"].to_list() == [1.0]
    heaviest = max(Need.objects.filter(competency=ethics).values_list("weight", flat=True))
    assert added["weight"].to_list() == [heaviest]
    assert needs["basis"].null_count() == needs.height
    for file in (tmp_path / "work" / "problem").iterdir():
        text = file.read_text("utf-8")
        assert "rahasia" not in text
        assert "discipline" not in text


def test_a_closed_case_raises_no_need(world: World, tmp_path: Path) -> None:
    ethics = Competency.objects.filter(code="E.01").first()
    person = Person.objects.exclude(needs__competency=ethics).order_by("nip").first()
    assert ethics is not None
    assert person is not None
    ConductCase.objects.create(
        person=person,
        kind="ethics",
        opened_on=dt.date(2026, 5, 1),
        need="x",
        competency=ethics,
        opened_by=world.planner,
        state="closed",
    )
    bridge.write_problem(world.scenario, tmp_path / "work")
    needs = _read(tmp_path / "work")["needs"]
    assert needs.filter(person_id=person.nip, competency_id=ethics.code).height == 0


def test_what_was_completed_before_is_told_to_the_engine(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mandate = Mandate.objects.select_related("person", "programme").first()
    assert mandate is not None
    pair = (mandate.person_id, mandate.programme_id)
    monkeypatch.setattr(history, "_completed", [])
    monkeypatch.setattr(history, "_jp_done", [])
    history.register_completed(lambda _agency, year: [pair] if year == world.scenario.year else [])
    history.register_jp_done(lambda _agency, _year: {mandate.person_id: 7})
    bridge.write_problem(world.scenario, tmp_path / "work")
    frames = _read(tmp_path / "work")
    assert frames["completed"].rows() == [(mandate.person.nip, mandate.programme.code)]
    assert frames["people"].filter(person_id=mandate.person.nip)["jp_done"].to_list() == [7.0]


def test_the_same_rows_have_the_same_digest(world: World, tmp_path: Path) -> None:
    first = bridge.write_problem(world.scenario, tmp_path / "a")
    second = bridge.write_problem(world.scenario, tmp_path / "b")
    assert first.sha256 == second.sha256
    world.scenario.limits.filter(scope="total").update(amount=1)
    assert bridge.write_problem(world.scenario, tmp_path / "c").sha256 != first.sha256
