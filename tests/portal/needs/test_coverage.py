from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Notice, Unit, User
from asah.portal.base.outbox import sentence
from asah.portal.needs.actions import close_cycle, remind_raters, submit_rating
from asah.portal.needs.enums import RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member, Rating
from asah.portal.needs.queries.coverage import coverage, members_without, raters_waited_for, unrated_members
from asah.portal.needs.queries.rating import sheet_of
from asah.portal.needs.tasks import remind as remind_daily
from asah.portal.ui.formats import long_date
from factories.needs import a_framework, an_open_cycle, the_form
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def planner(agency: Unit) -> User:
    return a_user(Role.PLANNER, unit=agency)


def send(form: Assignment) -> None:
    assert form.rater.user
    scores = dict.fromkeys(sheet_of(form).competency_ids, 3)
    submit_rating(
        actor=form.rater.user, assignment=form, number=uuid.uuid4(), filled_at=timezone.now(), scores=scores
    )


def test_coverage_counts_members_forms_and_people_without_a_rating_by_office(
    agency: Unit, planner: User
) -> None:
    one, two = an_office(agency, "Dinas Satu"), an_office(agency, "Dinas Dua")
    part = an_office(one, "Bidang")
    framework, competencies = a_framework(agency)
    chief = a_person(one, user=a_user(Role.SUPERVISOR, unit=an_office(agency)))
    staff = a_person(part, supervisor=chief)
    alone = a_person(two)
    tested = a_person(two)
    cycle = an_open_cycle(agency, framework, RaterRole.SELF, RaterRole.SUPERVISOR, RaterRole.TEST)
    send(the_form(cycle, staff, chief))
    Rating.objects.create(
        cycle=cycle,
        person=tested,
        competency=competencies[0],
        role="test",
        score=3,
        rated_on=timezone.localdate(),
    )
    first, second = coverage(planner, cycle)
    assert (first.name, first.people, first.unrated) == ("Dinas Satu", 2, 1)
    assert first.forms == {"self": (0, 2), "supervisor": (1, 1), "test": (0, 2)}
    assert (first.sent, first.whole) == (1, 3)
    assert (second.people, second.unrated, second.forms["test"]) == (2, 1, (1, 2))
    assert {member.person for member in unrated_members(planner, cycle)} == {chief, alone}
    without = members_without(planner, cycle, RaterRole.SUPERVISOR)
    assert {member.person for member in without} == {chief, alone, tested}


def test_an_office_sees_its_own_coverage_only(agency: Unit, sign_in: SignIn) -> None:
    mine, theirs = an_office(agency, "Dinas Sendiri"), an_office(agency, "Dinas Lain")
    framework, _ = a_framework(agency)
    a_person(mine, "Orang Sendiri")
    other = a_person(theirs, "Orang Lain")
    cycle = an_open_cycle(agency, framework)
    operator = a_user(Role.OPERATOR, unit=mine)
    client = sign_in(operator)
    for page in ("coverage", "unrated", "unassigned"):
        shown = client.get(reverse(f"needs:{page}", args=[cycle.pk])).content.decode()
        assert "Dinas Lain" not in shown
        assert "Orang Lain" not in shown
    assert "Orang Sendiri" in client.get(reverse("needs:unassigned", args=[cycle.pk])).content.decode()
    member = Member.objects.get(cycle=cycle, person=other)
    assert client.get(reverse("needs:assign", args=[cycle.pk, member.pk])).status_code == 404
    assert Event.objects.filter(action="access.refused", actor=operator).count() == 1


def test_a_supervisor_is_named_on_the_page(agency: Unit, sign_in: SignIn) -> None:
    office = an_office(agency)
    framework, _ = a_framework(agency)
    chief, staff = a_person(office), a_person(office)
    cycle = an_open_cycle(agency, framework)
    client = sign_in(a_user(Role.OPERATOR, unit=office))
    member = Member.objects.get(cycle=cycle, person=staff)
    address = reverse("needs:assign", args=[cycle.pk, member.pk])
    assert client.post(address, {"nip": "1", "role": "supervisor"}).status_code == 200
    assert client.post(address, {"nip": chief.nip, "role": "supervisor"}).status_code == 302
    form = the_form(cycle, staff, chief)
    assert form.role == "supervisor"
    assert chief.name in client.get(address).content.decode()
    release = reverse("needs:release", args=[cycle.pk, member.pk, form.pk])
    stranger = sign_in(a_user(Role.OPERATOR, unit=an_office(agency)))
    assert stranger.post(release).status_code == 404
    assert client.post(release).status_code == 302
    assert not Assignment.objects.filter(pk=form.pk).exists()


def test_nobody_learns_who_rates_a_person_as_a_peer(agency: Unit, sign_in: SignIn) -> None:
    office = an_office(agency)
    framework, _ = a_framework(agency)
    rated, peer = a_person(office), a_person(office, "Rekan Rahasia")
    cycle = an_open_cycle(agency, framework, RaterRole.PEER)
    form = the_form(cycle, rated, peer)
    client = sign_in(a_user(Role.HEAD, unit=office))
    member = Member.objects.get(cycle=cycle, person=rated)
    page = client.get(reverse("needs:assign", args=[cycle.pk, member.pk]))
    assert page.status_code == 200
    assert peer.name not in page.content.decode()
    assert client.post(reverse("needs:release", args=[cycle.pk, member.pk, form.pk])).status_code == 404


@pytest.mark.parametrize("page", ["coverage", "unrated", "unassigned"])
def test_a_page_costs_the_same_for_one_and_three_offices(
    agency: Unit, planner: User, sign_in: SignIn, page: str
) -> None:
    framework, _ = a_framework(agency)
    client = sign_in(planner)
    counts = []
    for _number in (1, 2, 3):
        a_person(an_office(agency))
        cycle = an_open_cycle(agency, framework)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(f"needs:{page}", args=[cycle.pk]))
        counts.append(len(captured))
    assert counts[0] == counts[2]


def a_waiting_office(agency: Unit) -> tuple[Unit, User, Cycle]:
    office = an_office(agency)
    framework, _ = a_framework(agency)
    user = a_user(Role.SUPERVISOR, unit=office)
    chief = a_person(office, user=user)
    for _number in range(2):
        a_person(office, supervisor=chief)
    return office, user, an_open_cycle(agency, framework)


def test_a_rater_is_told_how_many_forms_wait_and_not_again_within_three_days(
    agency: Unit, planner: User
) -> None:
    _office, user, cycle = a_waiting_office(agency)
    assert raters_waited_for(cycle, [agency.path]).people == 1
    assert raters_waited_for(cycle, [agency.path]).without_user == 2
    assert [remind_raters(actor=planner, cycle=cycle) for _time in range(2)] == [1, 0]
    notice = Notice.objects.get(user=user)
    assert (notice.facts["count"], notice.link) == (3, reverse("needs:rate"))
    # In the language of the reader at the time of reading, whichever it was when it was written.
    for language in ("en", "id"):
        with translation.override(language):
            assert long_date(cycle.closes_on) in sentence(notice)
    Notice.objects.update(written_at=timezone.now() - dt.timedelta(days=3, minutes=1))
    assert remind_raters(actor=planner, cycle=cycle) == 1
    assert [line.detail["people"] for line in Event.objects.filter(action="cycle.reminded")] == [1, 0, 1]


def test_whoever_has_sent_everything_is_left_in_peace(agency: Unit, planner: User) -> None:
    _office, user, cycle = a_waiting_office(agency)
    for form in Assignment.objects.filter(rater__user=user):
        send(form)
    assert remind_raters(actor=planner, cycle=cycle) == 0
    assert not Notice.objects.filter(user=user).exists()


def test_every_day_raters_of_open_cycles_are_told_and_those_of_closed_ones_are_not(
    agency: Unit, planner: User
) -> None:
    from asah.portal.base.jobs import Running
    from asah.portal.base.models import Job

    _office, user, cycle = a_waiting_office(agency)
    elsewhere = an_agency()
    _office, other, closed = a_waiting_office(elsewhere)
    close_cycle(actor=a_user(Role.PLANNER, unit=elsewhere), cycle=closed)
    told = remind_daily(Running(Job(kind="needs.remind")))
    assert told == {"told": {str(cycle.pk): 1}}
    assert set(Notice.objects.values_list("user", flat=True)) == {user.pk}
    assert other.pk != user.pk


def test_an_office_reminds_about_its_own_people_and_an_inspector_about_nobody(agency: Unit) -> None:
    office, _user, cycle = a_waiting_office(agency)
    assert remind_raters(actor=a_user(Role.OPERATOR, unit=an_office(agency)), cycle=cycle) == 0
    with pytest.raises(PermissionDenied):
        remind_raters(actor=a_user(Role.INSPECTOR, unit=agency), cycle=cycle)
    assert remind_raters(actor=a_user(Role.OPERATOR, unit=office), cycle=cycle) == 1


def test_nobody_is_reminded_of_a_closed_cycle(agency: Unit, planner: User) -> None:
    _office, _user, cycle = a_waiting_office(agency)
    close_cycle(actor=planner, cycle=cycle)
    with pytest.raises(ValidationError):
        remind_raters(actor=planner, cycle=cycle)


def test_the_button_reminds_and_the_page_keeps_the_log(agency: Unit, planner: User, sign_in: SignIn) -> None:
    _office, user, cycle = a_waiting_office(agency)
    client = sign_in(planner)
    assert client.get(reverse("needs:remind", args=[cycle.pk])).status_code == 405
    client.post(reverse("needs:remind", args=[cycle.pk]))
    assert Notice.objects.filter(user=user).count() == 1
    assert str(planner) in client.get(reverse("needs:coverage", args=[cycle.pk])).content.decode()
