"""Decisions by hand stand in the scenario and bind the next plan."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from asah.portal.catalogue.models import Offering
from asah.portal.people.models import Person
from asah.portal.planning.actions.decisions import lock_person, move_person, unlock
from asah.portal.planning.actions.editions import EditedMeanwhile
from asah.portal.planning.enums import LockState
from asah.portal.planning.models import Lock, Scenario
from factories.portal import a_person, an_agency
from portal.planning.conftest import World


def _now(world: World) -> Scenario:
    return Scenario.objects.select_related("agency").get(pk=world.scenario.pk)


def _person() -> Person:
    return Person.objects.order_by("nip")[0]


def test_a_decision_is_kept_with_who_made_it_and_why(world: World) -> None:
    offering = Offering.objects.order_by("pk")[0]
    lock_person(
        actor=world.planner,
        scenario=_now(world),
        edition=1,
        person=_person(),
        offering=offering,
        state="in",
        reason="Sudah diundang",
    )
    lock = Lock.objects.get()
    assert (lock.state, lock.reason, lock.made_by) == ("in", "Sudah diundang", world.planner)
    assert _now(world).edition == 2


def test_a_later_decision_for_another_date_of_the_programme_replaces_the_first(world: World) -> None:
    programme = next(o.programme for o in Offering.objects.all() if o.programme.offerings.count() > 1)
    first, second = programme.offerings.order_by("pk")[:2]
    for edition, offering in ((1, first), (2, second)):
        lock_person(
            actor=world.planner,
            scenario=_now(world),
            edition=edition,
            person=_person(),
            offering=offering,
            state=LockState.IN,
            reason="",
        )
    assert list(Lock.objects.values_list("offering", "state")) == [(second.pk, "in")]


def test_moving_is_out_of_one_and_into_another(world: World) -> None:
    out_of, into = Offering.objects.order_by("pk")[:2]
    move_person(
        actor=world.planner,
        scenario=_now(world),
        edition=1,
        person=_person(),
        offering=out_of,
        to=into,
        reason="",
    )
    assert set(Lock.objects.values_list("offering", "state")) == {(out_of.pk, "out"), (into.pk, "in")}
    with pytest.raises(ValidationError):
        move_person(
            actor=world.planner,
            scenario=_now(world),
            edition=2,
            person=_person(),
            offering=into,
            to=into,
            reason="",
        )


def test_a_decision_on_an_old_edition_is_not_written(world: World) -> None:
    offering = Offering.objects.order_by("pk")[0]
    Scenario.objects.update(edition=4)
    with pytest.raises(EditedMeanwhile):
        lock_person(
            actor=world.planner,
            scenario=_now(world),
            edition=3,
            person=_person(),
            offering=offering,
            state="out",
            reason="",
        )
    assert not Lock.objects.exists()


def test_a_decision_can_be_left_to_the_plan_again(world: World) -> None:
    lock = Lock.objects.create(
        scenario=_now(world), person=_person(), offering=Offering.objects.order_by("pk")[0], state="in"
    )
    unlock(actor=world.planner, lock=lock, edition=1)
    assert not Lock.objects.exists()


def test_somebody_of_another_agency_is_refused(world: World) -> None:
    stranger = a_person(an_agency("Lain"))
    with pytest.raises(ValidationError):
        lock_person(
            actor=world.planner,
            scenario=_now(world),
            edition=1,
            person=stranger,
            offering=Offering.objects.order_by("pk")[0],
            state="in",
            reason="",
        )
