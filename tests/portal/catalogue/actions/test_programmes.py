from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit
from asah.portal.catalogue.actions import draft_programme, hints_of, save_programme, set_programme_state
from asah.portal.catalogue.enums import GainSource, ProgrammeState
from asah.portal.catalogue.models import Fund, Programme, ProgrammeEffect
from factories.portal import a_user, an_agency, an_office
from portal.catalogue.situations import a_competency, a_programme, an_effect

pytestmark = pytest.mark.django_db


def a_new_programme(agency: Unit, **values: Any) -> Programme:
    fields: dict[str, Any] = {
        "code": "P1",
        "name": "Bimtek",
        "form": "K10",
        "jp": Decimal(24),
        "cost_per_person": 0,
    }
    return Programme(agency=agency, **(fields | values))


def faults_of(agency: Unit, effects: tuple[ProgrammeEffect, ...] = (), **values: Any) -> set[str]:
    """Fields that saving a programme with these values is refused for."""
    planner = a_user(Role.PLANNER, unit=agency)
    with pytest.raises(ValidationError) as refused:
        save_programme(actor=planner, programme=a_new_programme(agency, **values), effects=list(effects))
    return set(refused.value.error_dict)


def test_a_saved_programme_has_exactly_the_effects_it_was_saved_with() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    kept, gone, fresh = a_competency(agency), a_competency(agency), a_competency(agency)
    first = [ProgrammeEffect(competency=one, gain_levels=Decimal("0.5")) for one in (kept, gone)]
    programme = save_programme(actor=planner, programme=a_new_programme(agency), effects=first)
    second = [
        ProgrammeEffect(competency=kept, gain_levels=Decimal("0.7")),
        ProgrammeEffect(competency=fresh, gain_levels=1),
    ]
    save_programme(actor=planner, programme=programme, effects=second)
    assert dict(programme.effects.values_list("competency_id", "gain_levels")) == {
        kept.pk: Decimal("0.7"),
        fresh.pk: Decimal(1),
    }
    told = Event.objects.filter(action__startswith="programme.").order_by("number")
    assert list(told.values_list("action", flat=True)) == ["programme.created", "programme.changed"]


def test_hours_told_apart_fit_into_the_jp_and_gains_into_the_levels() -> None:
    agency = an_agency()
    assert faults_of(agency, theory_jp=Decimal(20), practice_jp=Decimal("4.5")) == {"theory_jp"}
    too_much = ProgrammeEffect(competency=a_competency(agency), gain_levels=Decimal("4.001"))
    assert faults_of(agency, effects=(too_much,)) == {"gain_levels"}
    with pytest.raises(IntegrityError), transaction.atomic():
        an_effect(a_programme(agency), a_competency(agency), gain_levels=Decimal("4.001"))
    planner = a_user(Role.PLANNER, unit=agency)
    exact = a_new_programme(agency, theory_jp=Decimal(20), simulation_jp=Decimal(4))
    most = ProgrammeEffect(competency=a_competency(agency), gain_levels=Decimal(4))
    assert save_programme(actor=planner, programme=exact, effects=[most]).pk


def test_a_code_is_taken_in_whatever_case_it_is_written() -> None:
    agency = an_agency()
    a_programme(agency, "P092")
    assert faults_of(agency, code="p092") == {"code"}
    with pytest.raises(IntegrityError), transaction.atomic():
        a_programme(agency, "p092")
    assert a_programme(an_agency(), "p092").pk


def test_a_programme_is_refused_with_all_that_is_wrong_at_once() -> None:
    agency, other = an_agency(), an_agency()
    wrong = faults_of(
        agency,
        form="K12",
        jp=Decimal(10_001),
        practice_jp=Decimal(-1),
        cost_per_person=10_000_000_001,
        fund=Fund.objects.create(agency=other, code="A", name="A"),
        prerequisite=a_programme(other),
        eligible_employment=["HONORER"],
        eligible_position_kind=["bupati"],
    )
    assert wrong == {
        "form",
        "jp",
        "practice_jp",
        "cost_per_person",
        "fund",
        "prerequisite",
        "eligible_employment",
        "eligible_position_kind",
    }
    assert Programme.objects.filter(agency=agency).count() == 0


def test_a_code_stands_once_in_an_agency_and_may_stand_in_another() -> None:
    agency, other = an_agency(), an_agency()
    a_programme(other, "P1")
    planner = a_user(Role.PLANNER, unit=agency)
    save_programme(actor=planner, programme=a_new_programme(agency), effects=[])
    assert faults_of(agency) == {"code"}


def test_a_programme_cannot_come_before_itself_by_any_way() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    first, second = a_programme(agency), a_programme(agency)
    second.prerequisite = first
    second.save()
    first.prerequisite = second
    with pytest.raises(ValidationError) as refused:
        save_programme(actor=planner, programme=first, effects=[])
    assert set(refused.value.error_dict) == {"prerequisite"}


def test_effects_are_refused_when_foreign_twice_not_positive_or_measured_without_a_study() -> None:
    agency, other = an_agency(), an_agency()
    mine, theirs = a_competency(agency), a_competency(other)
    effect = ProgrammeEffect(competency=theirs, gain_levels=Decimal(1))
    assert faults_of(agency, (effect,)) == {"competency"}
    twice = (ProgrammeEffect(competency=mine, gain_levels=1), ProgrammeEffect(competency=mine, gain_levels=2))
    assert faults_of(agency, twice) == {"competency"}
    zero = ProgrammeEffect(competency=mine, gain_levels=Decimal(0), gain_sd=Decimal(-1))
    assert faults_of(agency, (zero,)) == {"gain_levels", "gain_sd"}
    measured = ProgrammeEffect(competency=mine, gain_levels=Decimal(1), source=GainSource.MEASURED)
    assert faults_of(agency, (measured,)) == {"note"}


def test_units_of_another_agency_are_refused() -> None:
    agency, other = an_agency(), an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    with pytest.raises(ValidationError) as refused:
        save_programme(
            actor=planner,
            programme=a_new_programme(agency),
            effects=[],
            units=[an_office(agency), an_office(other)],
        )
    assert set(refused.value.error_dict) == {"eligible_units"}


def test_nobody_but_the_keepers_of_the_agency_saves_anything() -> None:
    agency = an_agency()
    for user in (
        a_user(Role.PLANNER, unit=an_agency()),
        a_user(Role.PLANNER, unit=an_office(agency)),
        a_user(Role.HEAD, unit=agency),
    ):
        with pytest.raises(PermissionDenied):
            save_programme(actor=user, programme=a_new_programme(agency), effects=[])
        with pytest.raises(PermissionDenied):
            set_programme_state(actor=user, programme=a_programme(agency), state=ProgrammeState.ARCHIVED)
        with pytest.raises(PermissionDenied):
            draft_programme(actor=user, agency=agency, competency=a_competency(agency), people=3, why="x")
    assert not Programme.objects.filter(agency=agency, code="P1").exists()


def test_a_draft_from_a_gap_says_where_it_came_from_and_is_labelled_a_guess() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    lacking = a_competency(agency, "T.07", name_id="Analisis data", kind="technical", owner="LAN")
    why = "112 people lack it.\nMost of them in Ternate."
    programme = draft_programme(actor=planner, agency=agency, competency=lacking, people=112, why=why)
    again = draft_programme(actor=planner, agency=agency, competency=lacking, people=None, why="Few lack it.")
    assert (programme.state, programme.code, programme.form, programme.curriculum_owner) == (
        "draft",
        "R-T.07-1",
        "K3",
        "LAN",
    )
    assert programme.description == why
    effect = programme.effects.get()
    assert (effect.competency, effect.gain_levels, effect.gain_sd, effect.source) == (
        lacking,
        1,
        None,
        "catalogue",
    )
    assert again.code == "R-T.07-2"


def test_a_draft_of_what_nobody_lacks_or_of_another_agency_is_refused() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    old = a_competency(agency, archived_at=timezone.now())
    for competency, people in ((a_competency(an_agency()), 4), (old, 4), (a_competency(agency), 0)):
        with pytest.raises(ValidationError):
            draft_programme(actor=planner, agency=agency, competency=competency, people=people, why="x")
    assert Programme.objects.count() == 0


def test_a_draft_without_jp_cannot_be_offered() -> None:
    agency = an_agency()
    planner = a_user(Role.PLANNER, unit=agency)
    draft = draft_programme(actor=planner, agency=agency, competency=a_competency(agency), people=3, why="x")
    with pytest.raises(ValidationError):
        set_programme_state(actor=planner, programme=draft, state=ProgrammeState.ACTIVE)
    draft.refresh_from_db()
    assert draft.state == "draft"
    draft.jp = Decimal(16)
    save_programme(actor=planner, programme=draft, effects=list(draft.effects.all()))
    set_programme_state(actor=planner, programme=draft, state=ProgrammeState.ACTIVE)
    assert Programme.objects.get(pk=draft.pk).state == "active"


def test_hours_that_do_not_add_up_are_hinted_at_and_saved() -> None:
    agency = an_agency()
    hours = {"theory_jp": Decimal(4), "practice_jp": Decimal(10), "simulation_jp": Decimal(6)}
    assert hints_of(a_programme(agency, jp=Decimal(20), **hours)) == []
    with translation.override("en"):
        (hint,) = hints_of(a_programme(agency, jp=Decimal(24), **hours))
        assert hint == "Theory, practice and simulation add up to 20 JP, not to 24 JP. Correct one of them."
    assert hints_of(a_programme(agency, jp=Decimal(24))) == []


def test_jp_that_no_number_of_days_gives_are_hinted_at() -> None:
    agency = an_agency()
    assert hints_of(a_programme(agency, form="K7", jp=Decimal(15))) == []
    assert len(hints_of(a_programme(agency, form="K7", jp=Decimal(16)))) == 1


def test_the_database_itself_refuses_what_is_below_zero_and_a_gain_of_nothing() -> None:
    agency = an_agency()
    programme = a_programme(agency)
    for values in ({"jp": -1}, {"cost_per_person": -1}, {"simulation_jp": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            a_programme(agency, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        an_effect(programme, a_competency(agency), gain_levels=0)
