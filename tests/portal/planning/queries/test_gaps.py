"""Gaps that nothing on offer serves."""

from __future__ import annotations

from asah.portal.catalogue.models import Programme, ProgrammeEffect
from asah.portal.needs.models import Need
from asah.portal.planning.queries.gaps import unserved_gaps
from portal.planning.conftest import World


def test_a_gap_that_no_programme_raises_is_shown_with_how_many_where_and_up_to_which_level(
    world: World,
) -> None:
    cycle = world.scenario.cycle
    before = {gap.competency.pk for gap in unserved_gaps(cycle)}
    need = Need.objects.filter(cycle=cycle).exclude(competency__in=before).first()
    assert need is not None
    ProgrammeEffect.objects.filter(competency=need.competency).delete()
    (gap,) = [one for one in unserved_gaps(cycle) if one.competency == need.competency]
    needs = Need.objects.filter(cycle=cycle, competency=need.competency)
    assert gap.people == needs.count()
    assert gap.level == max(needs.values_list("required", flat=True))
    assert 0 < sum(people for _name, people in gap.offices) <= gap.people


def test_a_gap_served_only_by_a_programme_that_is_not_offered_stays_in_the_list(world: World) -> None:
    cycle = world.scenario.cycle
    before = {gap.competency.pk for gap in unserved_gaps(cycle)}
    Programme.objects.all().update(state="draft")
    after = {gap.competency.pk: gap for gap in unserved_gaps(cycle)}
    assert set(after) == set(Need.objects.filter(cycle=cycle).values_list("competency", flat=True))
    assert before < set(after)
    assert any(gap.drafts for gap in after.values())
