from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from asah.portal.base.enums import Role
from asah.portal.base.models import Unit
from asah.portal.catalogue.actions import (
    hints_of_offering,
    save_offering,
    save_resource,
    set_offering_archived,
    set_resource_archived,
)
from asah.portal.catalogue.models import Offering, Programme, Resource, ResourcePeriod
from factories.portal import a_user, an_agency
from portal.catalogue.situations import a_place, a_programme, a_resource, an_offering

pytestmark = pytest.mark.django_db


def a_new_offering(programme: Programme, **values: Any) -> Offering:
    return Offering(programme=programme, **({"code": "O1", "year": 2026, "days": None} | values))


def faults_of(programme: Programme, **values: Any) -> set[str]:
    """Fields that saving an offering with these values is refused for."""
    planner = a_user(Role.PLANNER, unit=programme.agency)
    with pytest.raises(ValidationError) as refused:
        save_offering(actor=planner, offering=a_new_offering(programme, **values))
    return set(refused.value.error_dict)


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def programme(agency: Unit) -> Programme:
    return a_programme(agency)


def test_weeks_and_number_of_days_follow_from_the_days(agency: Unit, programme: Programme) -> None:
    planner = a_user(Role.PLANNER, unit=agency)
    given = a_new_offering(programme, starts_on=dt.date(2026, 3, 4), ends_on=dt.date(2026, 3, 10))
    saved = save_offering(actor=planner, offering=given)
    assert (saved.period, saved.period_end, saved.days) == (10, 11, 7)
    one_day = a_new_offering(programme, code="O2", starts_on=dt.date(2026, 12, 31), days=2)
    saved = save_offering(actor=planner, offering=one_day)
    assert (saved.period, saved.period_end, saved.ends_on, saved.days) == (53, 53, dt.date(2026, 12, 31), 2)
    saved.days = 0
    assert save_offering(actor=planner, offering=saved).days == 0


def test_weeks_alone_are_kept_and_no_day_is_invented(agency: Unit, programme: Programme) -> None:
    planner = a_user(Role.PLANNER, unit=agency)
    saved = save_offering(actor=planner, offering=a_new_offering(programme, period=20, days=3))
    assert (saved.period, saved.period_end, saved.starts_on, saved.ends_on) == (20, None, None, None)


def test_an_offering_is_refused_for_times_that_cannot_be(programme: Programme) -> None:
    day = dt.date(2026, 3, 4)
    assert faults_of(programme, period=54) == {"period"}
    assert faults_of(programme, year=2027, period=53) == {"period"}
    assert faults_of(programme, period=10, period_end=9) == {"period_end"}
    assert faults_of(programme, period_end=9) == {"period"}
    assert faults_of(programme, starts_on=day, ends_on=dt.date(2026, 3, 1)) == {"ends_on"}
    assert faults_of(programme, ends_on=day) == {"starts_on"}
    assert faults_of(programme, starts_on=day, period=9) == {"period"}
    assert faults_of(programme, starts_on=dt.date(2025, 12, 30), ends_on=dt.date(2026, 1, 3)) == {"starts_on"}
    assert faults_of(programme, year=26) == {"year"}


def test_an_offering_is_refused_for_a_place_or_resource_without_a_time(
    agency: Unit, programme: Programme
) -> None:
    assert faults_of(programme, place=a_place(agency)) == {"period"}
    assert faults_of(programme, resource=a_resource(agency)) == {"resource"}


def test_an_offering_is_refused_for_numbers_that_cannot_be(programme: Programme) -> None:
    assert faults_of(programme, seats_per_class=20, min_per_class=25) == {"min_per_class"}
    assert faults_of(programme, max_classes=32_768) == {"max_classes"}
    assert faults_of(programme, days=1_001) == {"days"}
    assert faults_of(programme, cost_per_class=-1) == {"cost_per_class"}


def test_places_and_resources_of_another_agency_are_refused(programme: Programme) -> None:
    other = an_agency()
    wrong = faults_of(programme, period=10, place=a_place(other), resource=a_resource(other))
    assert wrong == {"place", "resource"}


def test_a_code_stands_once_in_a_year_of_an_agency_whatever_the_programme(
    agency: Unit, programme: Programme
) -> None:
    an_offering(a_programme(agency), "O1", year=2026)
    an_offering(a_programme(an_agency()), "O2", year=2026)
    an_offering(a_programme(agency), "O2", year=2025)
    assert faults_of(programme) == {"code"}
    planner = a_user(Role.PLANNER, unit=agency)
    save_offering(actor=planner, offering=a_new_offering(programme, code="O2"))


def test_only_keepers_of_the_agency_change_offerings_and_resources(
    agency: Unit, programme: Programme
) -> None:
    stranger = a_user(Role.PLANNER, unit=an_agency())
    with pytest.raises(PermissionDenied):
        save_offering(actor=stranger, offering=a_new_offering(programme))
    with pytest.raises(PermissionDenied):
        set_offering_archived(actor=stranger, offering=an_offering(programme), archived=True)
    with pytest.raises(PermissionDenied):
        save_resource(actor=stranger, resource=a_resource(agency))
    with pytest.raises(PermissionDenied):
        set_resource_archived(actor=stranger, resource=a_resource(agency), archived=True)


def test_archiving_can_be_taken_back(agency: Unit, programme: Programme) -> None:
    planner = a_user(Role.PLANNER, unit=agency)
    offering = an_offering(programme)
    set_offering_archived(actor=planner, offering=offering, archived=True)
    assert Offering.objects.get(pk=offering.pk).archived_at is not None
    set_offering_archived(actor=planner, offering=offering, archived=False)
    assert Offering.objects.get(pk=offering.pk).archived_at is None


def test_days_of_a_workshop_that_give_other_jp_are_hinted_at(agency: Unit) -> None:
    workshop = a_programme(agency, form="K7", jp=Decimal(20))
    right = an_offering(workshop, year=2026, period=10, period_end=10, days=4)
    wrong = an_offering(workshop, year=2026, period=10, period_end=10, days=3)
    assert hints_of_offering(right) == []
    with translation.override("en"):
        (hint,) = hints_of_offering(wrong)
    assert hint == "3 days of this form are 15 JP; the programme says 20 JP. Correct one."


def test_e_learning_that_is_pressed_into_few_days_is_hinted_at(agency: Unit) -> None:
    online = a_programme(agency, form="N3", jp=Decimal(12))
    first = dt.date(2026, 3, 2)
    short = an_offering(online, year=2026, period=10, starts_on=first, ends_on=dt.date(2026, 3, 4))
    enough = an_offering(online, year=2026, period=10, starts_on=first, ends_on=dt.date(2026, 3, 5))
    assert (len(hints_of_offering(short)), hints_of_offering(enough)) == (1, [])


def test_more_classes_than_a_room_holds_are_hinted_at(agency: Unit, programme: Programme) -> None:
    room = a_resource(agency, classes=1)
    an_offering(programme, resource=room, period=10, period_end=12)
    late = an_offering(programme, resource=room, period=12, period_end=13)
    free = an_offering(programme, resource=room, period=20, period_end=None)
    with translation.override("en"):
        assert hints_of_offering(late) == [
            f"More classes are asked of {room.name} than it can hold in week 12."
        ]
    assert hints_of_offering(free) == []


def test_a_resource_is_saved_with_exactly_its_exceptional_weeks(agency: Unit) -> None:
    planner = a_user(Role.PLANNER, unit=agency)
    room = Resource(agency=agency, code="A", name="Aula", kind="venue")
    weeks = [ResourcePeriod(year=2027, period=week, classes=0) for week in (10, 11)]
    save_resource(actor=planner, resource=room, periods=weeks)
    save_resource(actor=planner, resource=room, periods=[ResourcePeriod(year=2027, period=11, classes=3)])
    assert list(room.periods.values_list("period", "classes")) == [(11, 3)]
    save_resource(actor=planner, resource=room)
    assert room.periods.count() == 1
    with pytest.raises(ValidationError):
        save_resource(actor=planner, resource=room, periods=[*weeks, weeks[0]])
    with pytest.raises(ValidationError):
        save_resource(actor=planner, resource=room, periods=[ResourcePeriod(year=2027, period=53, classes=1)])
    assert room.periods.count() == 1


def test_the_database_itself_refuses_times_that_cannot_be(agency: Unit, programme: Programme) -> None:
    wrong: list[dict[str, Any]] = [
        {"period": None, "period_end": None, "place": a_place(agency)},
        {"period": 10, "period_end": 9},
        {"starts_on": dt.date(2027, 3, 4), "ends_on": dt.date(2027, 3, 3)},
        {"cost_per_class": -1},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            an_offering(programme, **values)
    an_offering(programme, "X")
    with pytest.raises(IntegrityError), transaction.atomic():
        an_offering(programme, "X")
