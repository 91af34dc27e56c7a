from __future__ import annotations

import pytest
from django.utils import timezone

from asah.portal.base.access import visible_to
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.needs.models import (
    Assignment,
    ConductCase,
    LevelEstimate,
    Need,
    Proposal,
    Rating,
    Verification,
)
from factories.needs import a_framework, an_open_cycle
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db


class Agency:
    """Two offices with one person each, who have a need, a level, a case, a proposal and a rating."""

    def __init__(self) -> None:
        self.unit = an_agency()
        self.offices = [an_office(self.unit), an_office(self.unit)]
        framework, (competency, *_others) = a_framework(self.unit)
        self.people = [a_person(office, user=a_user(unit=office)) for office in self.offices]
        self.cycle = an_open_cycle(self.unit, framework)
        self.opener = a_user(Role.HEAD, unit=self.offices[0])
        for person, office in zip(self.people, self.offices, strict=True):
            given = {"cycle": self.cycle, "person": person, "competency": competency}
            Need.objects.create(unit=office, against="current", required=3, gap=1, weight=1, **given)
            LevelEstimate.objects.create(mean=2, sd=0.5, ratings=1, basis="self", method="mean", **given)
            Rating.objects.create(role="self", rater=person, score=2, rated_on=timezone.localdate(), **given)
            Verification.objects.create(cycle=self.cycle, office=office)
            ConductCase.objects.create(
                person=person,
                kind="ethics",
                opened_on=timezone.localdate(),
                need="Pembinaan",
                competency=competency,
                opened_by=self.opener,
            )
            Proposal.objects.create(
                cycle=self.cycle,
                unit=office,
                person=person,
                wish="Kursus",
                reason="Perlu",
                sent_by=self.opener,
            )


@pytest.fixture
def agency() -> Agency:
    return Agency()


def counts(user: User) -> dict[str, int]:
    models = (Need, LevelEstimate, Rating, Verification, Proposal, ConductCase)
    return {model.__name__: visible_to(user, model).count() for model in models}


NOTHING = dict.fromkeys(("Need", "LevelEstimate", "Rating", "Verification", "Proposal", "ConductCase"), 0)


def test_a_person_sees_their_own_needs_and_nobody_elses(agency: Agency) -> None:
    user = agency.people[0].user
    assert user
    assert counts(user) == NOTHING | {"Need": 1, "LevelEstimate": 1, "Rating": 1, "Proposal": 1}
    assert visible_to(user, Need).get().person == agency.people[0]


def test_an_operator_sees_no_estimate_of_a_person_and_no_case(agency: Agency) -> None:
    seen = counts(a_user(Role.OPERATOR, unit=agency.offices[0]))
    assert seen == NOTHING | {"Verification": 1, "Proposal": 1}


def test_a_head_sees_the_own_office_and_no_single_rating(agency: Agency) -> None:
    seen = counts(a_user(Role.HEAD, unit=agency.offices[1]))
    assert seen == NOTHING | {"Need": 1, "LevelEstimate": 1, "Verification": 1, "Proposal": 1}


def test_a_planner_sees_the_agency_and_neither_forms_nor_cases(agency: Agency) -> None:
    planner = a_user(Role.PLANNER, unit=agency.unit)
    assert counts(planner) == NOTHING | {"Need": 2, "LevelEstimate": 2, "Verification": 2, "Proposal": 2}
    assert not visible_to(planner, Assignment).exists()


def test_nothing_is_seen_from_another_agency(agency: Agency) -> None:
    elsewhere = an_agency()
    assert counts(a_user(Role.PLANNER, Role.HEAD, unit=elsewhere)) == NOTHING


def test_an_administrator_keeps_users_and_sees_no_assessment(agency: Agency) -> None:
    seen = counts(a_user(Role.ADMINISTRATOR, unit=agency.unit))
    assert (seen["Need"], seen["LevelEstimate"], seen["Rating"], seen["ConductCase"]) == (0, 0, 0, 0)


def test_a_case_is_seen_by_who_opened_it_and_who_is_named(agency: Agency) -> None:
    case = ConductCase.objects.first()
    assert case
    named = a_user(Role.SUPERVISOR, unit=agency.offices[0])
    colleague = a_user(Role.HEAD, unit=agency.offices[0])
    case.named.add(named)
    assert visible_to(agency.opener, ConductCase).count() == 2
    assert list(visible_to(named, ConductCase)) == [case]
    assert not visible_to(colleague, ConductCase).exists()
