"""Whoever sees one office reads of it first, is led to its rows, and finds nobody else on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from asah.portal.base.models import User
from asah.portal.planning.models import Plan, PlanClass
from asah.portal.planning.queries.approval import offices_of
from asah.portal.planning.queries.proof import worth_of
from asah.portal.planning.queries.schedule import weeks_of
from portal.planning.situations import Way, a_way

SignIn = Callable[[User], Client]


@pytest.fixture
def way(db: None) -> Way:
    return a_way().show()


def _warn(way: Way, person: int, nip: str) -> None:
    finding = {
        "severity": "warning",
        "table": "locks",
        "subject": f"{nip} · O1",
        "kind": "people",
        "key": person,
        "column": "offering_id",
        "value": "O1",
        "id": ["Keputusan tidak berlaku", "Hapus"],
        "en": ["The decision does not hold", "Take it away"],
    }
    Plan.objects.filter(pk=way.plan.pk).update(summary={**way.plan.summary, "warnings": [finding]})


def test_figures_of_a_head_are_of_the_own_office_and_lead_to_as_many_rows(way: Way, sign_in: SignIn) -> None:
    office = offices_of(way.plan)[2].office
    client = sign_in(way.head_of(office))
    page = client.get(f"/plans/{way.plan.pk}/")
    own = page.context["own"]
    assert (own.planned, own.deferred, own.exempt) == (2, 1, 0)
    text = page.content.decode()
    assert "Di perangkat daerah Anda" in text
    for state, count in (("planned", 2), ("deferred", 1), ("exempt", 0)):
        assert text.count(f'people/?state={state}"') == 1
        listed = client.get(f"/plans/{way.plan.pk}/people/?state={state}")
        assert len(list(listed.context["table"].source.every())) == count


def test_figures_of_whoever_sees_all_are_those_of_the_agency(way: Way, sign_in: SignIn) -> None:
    page = sign_in(way.planner).get(f"/plans/{way.plan.pk}/")
    assert page.context["own"] is None
    assert "Di perangkat daerah Anda" not in page.content.decode()


def test_a_warning_names_a_person_by_name_and_only_to_whoever_may_see_them(way: Way, sign_in: SignIn) -> None:
    first, second, *_rest = offices_of(way.plan)
    outcome = way.plan.outcomes.filter(unit=first.office).first()
    assert outcome is not None
    _warn(way, outcome.person_id, outcome.nip)
    for user, sees in (
        (way.planner, True),
        (way.head_of(first.office), True),
        (way.head_of(second.office), False),
    ):
        text = sign_in(user).get(f"/plans/{way.plan.pk}/").content.decode()
        assert ("Keputusan tidak berlaku" in text) == sees
        assert (f"{outcome.name}: Keputusan" in text) == sees
        assert outcome.nip not in text
        assert "offering_id" not in text
        assert "locks" not in text


def test_what_a_plan_is_worth_is_gaps_closed_and_penalties_avoided(way: Way, sign_in: SignIn) -> None:
    """Objective 5, bound 5.5, nothing -5, closed 10: all numbers on one scale."""
    worth = worth_of(way.plan)
    assert (worth.gained, worth.closed, worth.avoided, worth.most) == (10.0, 10.0, 0.0, 10.5)
    text = sign_in(way.planner).get(f"/plans/{way.plan.pk}/").content.decode()
    assert "10,0 poin kesenjangan tertutup dan 0,0 poin penalti terhindar" in text
    assert "10,5 poin" in text


def test_who_learns_online_on_given_days_is_not_away(way: Way) -> None:
    PlanClass.objects.filter(plan=way.plan, code="O2").update(period=10, period_end=10)
    week = weeks_of(way.plan)[9]
    assert (week.away, week.online) == (6, 3)
    PlanClass.objects.filter(plan=way.plan).update(fee=7)
    assert {row.fee for row in way.plan.classes.all()} == {7}
