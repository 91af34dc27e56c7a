"""What a decision by hand would do, against what the plan and the engine say."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F

from asah.portal.catalogue.models import Offering, Programme, ProgrammeEffect
from asah.portal.needs.models import Need
from asah.portal.people.models import Employment, Person
from asah.portal.planning.models import Lock, Mandate, Plan, PlanClass, PlanLine
from asah.portal.planning.queries.consequences import Consequences, call, say_consequences, work_out


def _closure(plan: Plan, person: Person, programmes: set[int]) -> float:
    """Points closed, added up in the simplest way."""
    points = 0.0
    for need in Need.objects.filter(cycle=plan.scenario.cycle, person=person):
        gains = ProgrammeEffect.objects.filter(programme__in=programmes, competency=need.competency)
        points += need.weight * min(need.gap, sum(float(gain.gain_levels) for gain in gains))
    return points


def _programmes(plan: Plan, person: Person) -> set[int]:
    return set(plan.lines.filter(person=person).values_list("offering__programme", flat=True))


def _whole(line: PlanLine) -> tuple[Plan, Person]:
    person = Person.objects.select_related("current__unit", "current__place", "current__position").get(
        pk=line.person_id
    )
    return line.plan, person


def _texts(found: Consequences) -> str:
    return " ".join(fact.text for fact in say_consequences(found))


def test_leaving_a_place_frees_its_money_and_loses_its_closure(plan: Plan) -> None:
    for line in plan.lines.select_related("offering__programme").order_by("-travel", "pk")[:5]:
        _plan, person = _whole(line)
        found = work_out(plan, person, out_of=line.offering)
        held = _programmes(plan, person)
        expected = _closure(plan, person, held - {line.offering.programme_id}) - _closure(plan, person, held)
        assert found.points == pytest.approx(expected)
        assert found.money == -(line.fee + line.travel)
        assert found.jp == -line.jp


def test_the_closure_of_everybody_agrees_with_the_engine(plan: Plan) -> None:
    for outcome in plan.outcomes.select_related("person")[:20]:
        worked = _closure(plan, outcome.person, _programmes(plan, outcome.person))
        assert worked == pytest.approx(outcome.closure)


def test_a_place_that_is_held_already_changes_nothing(plan: Plan, a_line: PlanLine) -> None:
    _plan, person = _whole(a_line)
    assert work_out(plan, person, into=a_line.offering).nothing_changes
    free = Offering.objects.exclude(pk__in=plan.lines.filter(person=person).values("offering"))[0]
    assert work_out(plan, person, out_of=free).nothing_changes


def test_what_overlaps_in_time_falls_out(plan: Plan) -> None:
    line = plan.lines.filter(offering__period__isnull=False).select_related("offering").first()
    assert line is not None
    _plan, person = _whole(line)
    clash = Offering.objects.create(
        programme=Offering.objects.exclude(programme=line.offering.programme)[0].programme,
        code="BENTROK",
        year=plan.scenario.year,
        period=line.offering.period,
        period_end=line.offering.period_end,
    )
    found = work_out(plan, person, into=clash)
    assert found.falls_out[line] == "same_time"
    assert call(line.offering) in _texts(found)


def test_another_date_of_the_same_programme_replaces_the_first(plan: Plan, a_line: PlanLine) -> None:
    _plan, person = _whole(a_line)
    other = Offering.objects.create(programme=a_line.offering.programme, code="LAIN", year=plan.scenario.year)
    found = work_out(plan, person, into=other)
    assert found.falls_out == {a_line: "same_programme"}
    assert found.points == pytest.approx(0)
    assert found.jp == 0


def test_a_place_lost_to_the_greatest_number_of_programmes_is_said_so(plan: Plan, a_line: PlanLine) -> None:
    _plan, person = _whole(a_line)
    lines = plan.lines.filter(person=person, offering__programme__counts_to_max=True)
    plan.summary["policy"]["max_programmes"] = lines.count()
    held = _programmes(plan, person)
    undated = Offering.objects.create(
        programme=Programme.objects.filter(counts_to_max=True).exclude(pk__in=held)[0],
        code="KAPANSAJA",
        year=plan.scenario.year,
    )
    found = work_out(plan, person, into=undated)
    assert list(found.falls_out.values()) == ["too_many"]
    assert "paling banyak" in _texts(found)
    assert "bersamaan" not in _texts(found)


def test_one_decision_more_than_there_are_seats_is_told_before_it_is_kept(plan: Plan) -> None:
    offering = Offering.objects.filter(seats_per_class__isnull=False).select_related("programme")[0]
    offering.max_classes, offering.seats_per_class = 1, 2
    offering.save()
    people = [outcome.person for outcome in plan.outcomes.select_related("person")[:3]]
    for person in people[:2]:
        assert work_out(plan, person, into=offering).contradictions == []
        Lock.objects.create(scenario=plan.scenario, person=person, offering=offering, state="in")
    found = work_out(plan, people[2], into=offering)
    (fact, *_rest) = say_consequences(found)
    assert fact.tone == "bad"
    assert "3 pegawai" in fact.text
    assert "2 kursi" in fact.text


def test_two_decisions_for_one_person_at_the_same_time_are_told(plan: Plan, a_line: PlanLine) -> None:
    _plan, person = _whole(a_line)
    one, other = _two_programmes_in_week(plan, 9)
    Lock.objects.create(scenario=plan.scenario, person=person, offering=one, state="in")
    found = work_out(plan, person, into=other)
    (fact, *_rest) = say_consequences(found)
    assert fact.tone == "bad"
    assert call(one) in fact.text
    # Moved away from the first, the second is no contradiction.
    assert work_out(plan, person, into=other, out_of=one).contradictions == []


def _two_programmes_in_week(plan: Plan, week: int) -> list[Offering]:
    programmes = Programme.objects.filter(agency=plan.scenario.agency)[:2]
    return [
        Offering.objects.create(programme=each, code="SAMA", year=plan.scenario.year, period=week)
        for each in programmes
    ]


def test_a_full_class_pushes_out_whoever_loses_least(plan: Plan) -> None:
    row = PlanClass.objects.filter(plan=plan, seats__isnull=False).order_by("-enrolled")[0]
    PlanClass.objects.filter(pk=row.pk).update(seats=row.enrolled)
    Offering.objects.filter(pk=row.offering_id).update(seats_per_class=row.enrolled, max_classes=row.classes)
    inside = list(plan.lines.filter(offering=row.offering).select_related("person"))
    losses = {}
    for line in inside:
        held = _programmes(plan, line.person)
        rest = held - {row.offering.programme_id}
        losses[line.person_id] = _closure(plan, line.person, held) - _closure(plan, line.person, rest)
    outside = plan.outcomes.exclude(person__in=[line.person_id for line in inside])[0]
    offering = Offering.objects.select_related("programme").get(pk=row.offering_id)
    found = work_out(plan, outside.person, into=offering)
    assert found.pushed_out is not None
    assert losses[found.pushed_out.pk] == pytest.approx(min(losses.values()))
    assert found.pushed_out.full_name in _texts(found)


def test_a_retirement_before_the_end_and_a_missing_right_are_told(plan: Plan, a_line: PlanLine) -> None:
    person = Person.objects.get(pk=a_line.person_id)
    person.retires_on = dt.date(plan.scenario.year, 1, 2)
    person.save()
    Employment.objects.filter(person=person).update(kind="PPPK")
    offering = (
        Offering.objects.filter(ends_on__isnull=False)
        .exclude(programme__in=_programmes(plan, person))
        .select_related("programme")[0]
    )
    offering.programme.eligible_employment = ["PNS"]
    offering.programme.save()
    _plan, fresh = _whole(a_line)
    found = work_out(plan, fresh, into=offering)
    assert {"retires_first", "not_admitted"} <= set(found.broken)


def test_money_that_is_not_there_is_told_to_the_rupiah(plan: Plan, a_line: PlanLine) -> None:
    total = plan.scenario.limits.get(scope="total").amount
    offering = (
        Offering.objects.filter(place=None)
        .exclude(programme__in=_programmes(plan, a_line.person))
        .exclude(pk__in=plan.classes.values("offering"))
        .select_related("programme__fund")[0]
    )
    offering.cost_per_class = total
    offering.save()
    _plan, person = _whole(a_line)
    found = work_out(plan, person, into=offering)
    spent = plan.summary["spent"]["total"]
    assert found.class_cost == total
    assert found.over["total"] == spent + found.money + total - total


def test_losing_a_mandated_programme_is_told(plan: Plan, a_line: PlanLine) -> None:
    Mandate.objects.create(scenario=plan.scenario, person=a_line.person, programme=a_line.offering.programme)
    _plan, person = _whole(a_line)
    assert work_out(plan, person, out_of=a_line.offering).mandate_lost


def test_a_class_that_falls_below_its_least_number_is_told(plan: Plan) -> None:
    row = PlanClass.objects.filter(plan=plan, enrolled__gt=1)[0]
    Offering.objects.filter(pk=row.offering_id).update(min_per_class=F("min_per_class") * 0 + row.enrolled)
    PlanClass.objects.filter(pk=row.pk).update(classes=1)
    line = plan.lines.filter(offering=row.offering)[0]
    _plan, person = _whole(line)
    offering = Offering.objects.select_related("programme").get(pk=row.offering_id)
    tones = {fact.tone for fact in say_consequences(work_out(plan, person, out_of=offering))}
    assert "bad" in tones
