"""What waits for each role, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from asah.portal.base.actions import ROLE_GRANTED
from asah.portal.base.enums import Role
from asah.portal.base.models import User
from asah.portal.base.outbox import tell
from asah.portal.catalogue.models import Programme
from asah.portal.home.queries import find, what_waits
from asah.portal.needs.enums import RaterRole
from asah.portal.needs.models import Proposal
from factories.needs import a_framework, an_open_cycle
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def waiting(user: User) -> list[tuple[str, int]]:
    return [(each.url, each.count) for each in what_waits(User.objects.get(pk=user.pk))]


def test_nothing_waits_for_somebody_new(sign_in: SignIn) -> None:
    user = a_user(Role.PLANNER, unit=an_agency())
    assert waiting(user) == []
    assert "Saat ini tidak ada yang menunggu" in sign_in(user).get("/").content.decode()


def test_people_to_rate_wait_for_their_rater_and_for_nobody_else() -> None:
    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    chief = a_user(Role.SUPERVISOR, unit=office)
    boss = a_person(office, user=chief)
    a_person(office, supervisor=boss)
    a_person(office, supervisor=boss)
    an_open_cycle(agency, framework, RaterRole.SUPERVISOR)
    assert waiting(chief) == [("/needs/rate/", 2)]
    assert waiting(a_user(Role.SUPERVISOR, unit=office)) == []


def test_a_proposal_waits_for_the_planner_of_the_same_agency() -> None:
    agency = an_agency()
    framework, _ = a_framework(agency)
    cycle = an_open_cycle(agency, framework, RaterRole.SELF)
    asn = a_user(Role.ASN, unit=agency)
    Proposal.objects.create(cycle=cycle, unit=agency, wish="Kursus", reason="Perlu", sent_by=asn)
    assert waiting(a_user(Role.PLANNER, unit=agency)) == [("/needs/proposals/?state=sent", 1)]
    assert waiting(a_user(Role.PLANNER, unit=an_agency())) == []


def test_a_notice_is_read_by_opening_it(sign_in: SignIn) -> None:
    user = a_user(Role.PLANNER, unit=an_agency())
    (notice,) = tell([user], ROLE_GRANTED, link="/people/", unit="Dinas Uji")
    client = sign_in(user)
    assert "Dinas Uji" in client.get("/notices/").content.decode()
    answer = client.get(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/people/")
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert sign_in(a_user(unit=an_agency())).get(f"/notices/{notice.pk}/").status_code == 404


def test_a_notice_does_not_lead_away_to_another_site(sign_in: SignIn) -> None:
    user = a_user(unit=an_agency())
    (notice,) = tell([user], ROLE_GRANTED, link="//evil.example/", unit="x")
    assert sign_in(user).get(f"/notices/{notice.pk}/")["Location"] == "/notices/"


def test_a_search_finds_people_units_and_programmes_of_the_own_agency_only() -> None:
    agency, other = an_agency(), an_agency()
    for each in (agency, other):
        a_person(an_office(each, "Dinas Cemara"), "Cemara Wangi")
        Programme.objects.create(
            agency=each, code="P1", name="Kursus Cemara", form="K8", jp=10, cost_per_person=0, state="active"
        )
    found = find(a_user(Role.PLANNER, unit=agency), "cemara")
    assert [len(group.rows) for group in found] == [1, 1, 1, 0]
    assert find(a_user(Role.PLANNER, unit=agency), "   ") == []


def test_a_unit_found_by_whoever_sees_no_people_leads_to_no_refusal(sign_in: SignIn) -> None:
    agency = an_agency()
    office = an_office(agency, "Dinas Cemara")
    client = sign_in(a_user(Role.ASN, unit=office))
    text = client.get("/search/?q=cemara").content.decode()
    assert "Dinas Cemara" in text
    assert "/people/?unit=" not in text
    page = sign_in(a_user(Role.PLANNER, unit=agency)).get("/search/?q=cemara").content.decode()
    assert f"/people/?unit={office.path}" in page


def test_a_search_with_signs_the_database_cannot_keep_is_no_error(sign_in: SignIn) -> None:
    client = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    for words in ("%00", "%25", "'", "x" * 5000, "%F0%9F%98%80"):
        assert client.get(f"/search/?q={words}").status_code == 200


def test_kinds_of_notices_are_switched_off_one_by_one(sign_in: SignIn) -> None:
    user = a_user(unit=an_agency())
    client = sign_in(user)
    client.post("/notices/kinds/", {f"{ROLE_GRANTED.name}:mail": "on"})
    choice = user.notice_choices.get(kind=ROLE_GRANTED.name)
    assert (choice.in_app, choice.mail) == (False, True)
