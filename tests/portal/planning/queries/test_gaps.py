"""Gaps that nothing offered serves."""

from __future__ import annotations

from collections import Counter

from asah.portal.base.models import Unit
from asah.portal.catalogue.models import Offering, Programme, ProgrammeEffect
from asah.portal.competency.models import Competency
from asah.portal.needs.models import Cycle, Need
from asah.portal.planning.queries.gaps import Unserved, unserved_gaps
from factories.portal import a_person, an_agency, an_office
from portal.planning.conftest import World
from portal.planning.situations import a_scenario


def test_a_gap_that_no_programme_raises_is_told_with_how_many_at_which_level_and_where(world: World) -> None:
    cycle = world.scenario.cycle
    before = {gap.competency.pk for gap in unserved_gaps(cycle, of_groups=False)}
    need = Need.objects.filter(cycle=cycle).exclude(competency__in=before).first()
    assert need is not None
    ProgrammeEffect.objects.filter(competency=need.competency).delete()
    gap = _gap(cycle, need.competency)
    needs = Need.objects.filter(cycle=cycle, competency=need.competency)
    levels = Counter(needs.values_list("required", flat=True))
    assert gap.levels == [([level], levels[level]) for level in sorted(levels)]
    offices = Counter(
        unit.office_id or unit.agency_id
        for unit in Unit.objects.in_bulk(needs.values_list("unit", flat=True)).values()
    )
    assert gap.people == needs.count() == sum(people for _name, people in gap.offices) + gap.elsewhere[1]
    assert len(gap.offices) + gap.elsewhere[0] == len(offices)


def test_a_gap_less_likely_than_not_is_not_counted_as_on_the_heat_map(db: None) -> None:
    scenario = a_scenario(an_agency())
    ProgrammeEffect.objects.all().delete()
    service = Competency.objects.get(code="T1")
    unlikely = Need.objects.filter(competency=service)[:2]
    Need.objects.filter(pk__in=unlikely.values("pk")).update(probability=0.4)
    assert _gap(scenario.cycle, service).people == 5


def test_a_gap_served_only_by_a_programme_that_is_not_offered_stays_in_the_list(world: World) -> None:
    cycle = world.scenario.cycle
    before = {gap.competency.pk for gap in unserved_gaps(cycle, of_groups=False)}
    Programme.objects.all().update(state="draft")
    after = {gap.competency.pk: gap for gap in unserved_gaps(cycle, of_groups=False)}
    assert set(after) == set(Need.objects.filter(cycle=cycle).values_list("competency", flat=True))
    assert before < set(after)
    assert any(gap.is_drafted for gap in after.values())


def test_a_programme_without_a_class_in_the_year_is_named_beside_the_gap_it_would_close(db: None) -> None:
    scenario = a_scenario(an_agency())
    ethics = Competency.objects.get(code="E1")
    assert unserved_gaps(scenario.cycle, of_groups=False) == []
    Offering.objects.filter(programme__code="P2").delete()
    gap = _gap(scenario.cycle, ethics)
    assert [(each.code, each.state) for each in gap.programmes] == [("P2", "active")]
    assert not gap.is_drafted


def test_groups_of_too_few_are_told_together_or_not_at_all(db: None) -> None:
    scenario = a_scenario(an_agency())
    ProgrammeEffect.objects.all().delete()
    service = Competency.objects.get(code="T1")
    # Seven people in all: fewer than a group.
    assert [gap.too_small for gap in unserved_gaps(scenario.cycle, of_groups=True)] == [True, True]
    large, small = an_office(scenario.agency, "Besar"), an_office(scenario.agency, "Kecil")
    for number in range(30):
        _need(scenario.cycle, service, large, 4 if number < 20 else 2)
    for _each in range(3):
        _need(scenario.cycle, service, small, 5)
    gap = _gap(scenario.cycle, service, of_groups=True)
    assert gap.people == 40
    # Level 5 of three people stands with another, until nobody can be had as a difference.
    assert gap.levels == [([2], 10), ([3, 5], 10), ([4], 20)]
    assert gap.offices == [("Besar", 30)]
    assert gap.elsewhere == (4, 10)
    open_gap = _gap(scenario.cycle, service)
    assert ([5], 3) in open_gap.levels
    assert ("Kecil", 3) in open_gap.offices


def _gap(cycle: Cycle, competency: Competency, *, of_groups: bool = False) -> Unserved:
    (found,) = [one for one in unserved_gaps(cycle, of_groups=of_groups) if one.competency == competency]
    return found


def _need(cycle: Cycle, competency: Competency, unit: Unit, level: int) -> None:
    Need.objects.create(
        cycle=cycle,
        person=a_person(unit),
        unit=unit,
        competency=competency,
        against="current",
        required=level,
        gap=1.0,
        weight=1.0,
        probability=0.9,
    )
