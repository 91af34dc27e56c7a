"""Scenarios: what changes, who is told, what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from asah.portal.base.enums import Role
from asah.portal.base.models import Event
from asah.portal.catalogue.models import Fund
from asah.portal.planning.actions.editions import EditedMeanwhile
from asah.portal.planning.actions.scenarios import (
    change_scenario,
    copy_scenario,
    create_scenario,
    set_floors,
    set_limits,
)
from asah.portal.planning.models import Limit, Scenario
from asah.portal.planning.queries.editions import changes_since
from factories.portal import a_user, an_agency, an_office
from portal.planning.conftest import World


def _rules(world: World, edition: int, **policy: object) -> None:
    change_scenario(
        actor=world.planner,
        scenario=Scenario.objects.get(pk=world.scenario.pk),
        edition=edition,
        name=world.scenario.name,
        note="",
        policy=policy,
    )


def test_the_second_planner_is_told_what_the_first_changed_and_nothing_is_lost(world: World) -> None:
    _rules(world, 1, max_programmes=3)
    with pytest.raises(EditedMeanwhile):
        _rules(world, 1, max_programmes=5)
    kept = Scenario.objects.get(pk=world.scenario.pk)
    assert (kept.edition, kept.policy["max_programmes"]) == (2, 3)
    (change,) = changes_since(kept, 1)
    assert change.who == world.planner.name
    assert change.changed == {"max_programmes": [4, 3]}
    _rules(world, 2, max_programmes=5)
    assert Scenario.objects.get(pk=kept.pk).policy["max_programmes"] == 5


def test_a_rule_left_blank_is_taken_away_and_what_is_not_named_stays(world: World) -> None:
    _rules(world, 1, max_absent_share=None)
    policy = Scenario.objects.get(pk=world.scenario.pk).policy
    assert "max_absent_share" not in policy
    assert policy["equity"] == world.scenario.policy["equity"]


def test_saving_without_a_change_leaves_the_edition(world: World) -> None:
    _rules(world, 1, max_programmes=4)
    assert Scenario.objects.get(pk=world.scenario.pk).edition == 1


def test_limits_are_replaced_as_a_whole_and_zero_is_not_blank(world: World) -> None:
    fund, other = Fund.objects.filter(agency=world.agency)[:2]
    office = an_office(world.agency)
    set_limits(
        actor=world.planner,
        scenario=world.scenario,
        edition=1,
        total=5_000_000,
        funds={fund: 0, other: None},
        units={office: 7},
    )
    rows = set(Limit.objects.values_list("scope", "fund", "unit", "amount"))
    assert rows == {
        ("total", None, None, 5_000_000),
        ("fund", fund.pk, None, 0),
        ("unit", None, office.pk, 7),
    }
    (event,) = Event.objects.filter(action="scenario.changed")
    assert event.detail["changed"]["total:"][1] == 5_000_000


def test_money_of_another_agency_is_refused(world: World) -> None:
    other = an_agency("Lain")
    fund = Fund.objects.create(agency=other, code="X", name="X")
    for options in ({"funds": {fund: 1}, "units": {}}, {"funds": {}, "units": {an_office(other): 1}}):
        with pytest.raises(ValidationError):
            set_limits(actor=world.planner, scenario=world.scenario, edition=1, total=None, **options)
    assert Limit.objects.filter(scenario=world.scenario, scope="total").exists()


def test_a_copy_holds_everything_and_its_changes_leave_the_first_alone(world: World) -> None:
    copy = copy_scenario(actor=world.planner, scenario=world.scenario, name="Lain")
    assert copy.mandates.count() == world.scenario.mandates.count() > 0
    assert copy.limits.count() == world.scenario.limits.count() > 0
    set_limits(actor=world.planner, scenario=copy, edition=1, total=1, funds={}, units={})
    assert world.scenario.limits.get(scope="total").amount > 1
    with pytest.raises(ValidationError):
        copy_scenario(actor=world.planner, scenario=world.scenario, name="Lain")


def test_a_group_has_one_floor(world: World) -> None:
    floor = {"column": "sex", "value": "P", "floor_share": 0.4, "points": 1.0}
    with pytest.raises(ValidationError):
        set_floors(actor=world.planner, scenario=world.scenario, edition=1, floors=[floor, floor])
    set_floors(actor=world.planner, scenario=world.scenario, edition=1, floors=[floor])
    assert Scenario.objects.get(pk=world.scenario.pk).policy["equity"] == [floor]


def test_only_a_planner_of_the_whole_agency_changes_a_scenario(world: World) -> None:
    inspector = a_user(Role.INSPECTOR, Role.ADMINISTRATOR, unit=world.agency)
    of_an_office = a_user(Role.PLANNER, unit=an_office(world.agency))
    for user in (inspector, of_an_office):
        with pytest.raises(PermissionDenied):
            copy_scenario(actor=user, scenario=world.scenario, name="x")
        with pytest.raises(PermissionDenied):
            create_scenario(actor=user, agency=world.agency, cycle=world.scenario.cycle, name="x")
        with pytest.raises(PermissionDenied):
            set_limits(actor=user, scenario=world.scenario, edition=1, total=1, funds={}, units={})
