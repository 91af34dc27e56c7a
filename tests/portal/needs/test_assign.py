from __future__ import annotations

from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from asah.portal.base.enums import Role
from asah.portal.needs.actions import assign_rater, draw_peers, release_rater
from asah.portal.needs.enums import AssignmentState, RaterRole
from asah.portal.needs.models import Assignment, Member
from asah.portal.people.models import Person
from factories.needs import a_framework, an_open_cycle, the_form
from factories.portal import a_person, a_user, an_agency, an_office


def test_a_lot_gives_everybody_as_many_raters_as_they_give_ratings() -> None:
    people = list(range(1, 31))
    raters = draw_peers(people, count=3, seed="7/1", barred={})
    assert {len(drawn) for drawn in raters.values()} == {3}
    assert Counter(rater for drawn in raters.values() for rater in drawn) == dict.fromkeys(people, 3)
    assert all(person not in drawn for person, drawn in raters.items())


def test_the_published_seed_draws_the_same_peers_and_another_one_others() -> None:
    people = list(range(1, 31))
    first = draw_peers(people, count=2, seed="7/1", barred={})
    assert draw_peers(people, count=2, seed="7/1", barred={}) == first
    assert draw_peers(people, count=2, seed="8/1", barred={}) != first


def test_no_peer_is_the_supervisor_or_a_subordinate() -> None:
    raters = draw_peers([1, 2, 3, 4], count=3, seed="1", barred={1: {2, 3}, 2: {1}, 3: {1}})
    assert raters[1] == [4]
    assert 1 not in raters[2] + raters[3]


def test_a_unit_too_small_for_the_lot_gives_whom_it_has() -> None:
    assert draw_peers([1, 2], count=3, seed="1", barred={}) == {1: [2], 2: [1]}
    assert draw_peers([1], count=3, seed="1", barred={}) == {1: []}


@pytest.mark.django_db
def test_forms_go_to_the_supervisor_of_the_roster_and_to_the_reports() -> None:
    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    chief = a_person(office, "Kepala Bidang")
    staff = a_person(office, "Staf", supervisor=chief)
    cycle = an_open_cycle(
        agency, framework, RaterRole.SELF, RaterRole.SUPERVISOR, RaterRole.SUBORDINATE, RaterRole.PEER
    )
    drawn = Assignment.objects.filter(member__cycle=cycle).values_list("member__person", "role", "rater")
    assert set(drawn) == {
        (chief.pk, "self", chief.pk),
        (staff.pk, "self", staff.pk),
        (staff.pk, "supervisor", chief.pk),
        (chief.pk, "subordinate", staff.pk),
    }


@pytest.mark.django_db
def test_where_the_roster_is_silent_the_supervisor_of_the_same_unit_rates() -> None:
    agency = an_agency()
    office, other = an_office(agency), an_office(agency)
    framework, _ = a_framework(agency)
    head = a_person(office, user=a_user(Role.HEAD, unit=office))
    direct = a_person(office, user=a_user(Role.SUPERVISOR, unit=office))
    a_person(agency, user=a_user(Role.HEAD, unit=agency))
    staff, alone = a_person(office), a_person(other)
    cycle = an_open_cycle(agency, framework, RaterRole.SUPERVISOR)
    rated = dict(Assignment.objects.filter(member__cycle=cycle).values_list("member__person", "rater"))
    assert rated[staff.pk] == direct.pk
    assert rated[head.pk] == direct.pk
    assert rated[direct.pk] == head.pk
    assert alone.pk not in rated


@pytest.mark.django_db
def test_a_supervisor_who_has_left_is_not_asked() -> None:
    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    gone = a_person(office)
    assert gone.current
    type(gone.current).objects.filter(pk=gone.current.pk).update(ended_on="2025-01-01")
    a_person(office, supervisor=gone)
    cycle = an_open_cycle(agency, framework, RaterRole.SUPERVISOR)
    assert Assignment.objects.filter(member__cycle=cycle).count() == 0


@pytest.mark.django_db
def test_a_supervisor_is_named_by_hand_for_one_and_for_the_whole_unit() -> None:
    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    operator = a_user(Role.OPERATOR, unit=office)
    chief, one, other = a_person(office), a_person(office), a_person(office)
    cycle = an_open_cycle(agency, framework)
    member = Member.objects.get(cycle=cycle, person=one)
    assert assign_rater(actor=operator, member=member, role="supervisor", rater=chief) == 1
    assert assign_rater(actor=operator, member=member, role="supervisor", rater=chief, whole_unit=True) == 1
    raters = Assignment.objects.filter(role="supervisor").values_list("member__person", "rater")
    assert set(raters) == {(one.pk, chief.pk), (other.pk, chief.pk)}


@pytest.mark.django_db
def test_a_rater_who_does_not_fit_is_refused() -> None:
    agency, elsewhere = an_agency(), an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    operator = a_user(Role.OPERATOR, unit=office)
    person, stranger = a_person(office), a_person(an_office(elsewhere))
    cycle = an_open_cycle(agency, framework)
    member = Member.objects.get(cycle=cycle, person=person)
    for rater, role in [(person, "supervisor"), (stranger, "supervisor"), (person, "self"), (person, "peer")]:
        with pytest.raises(ValidationError):
            assign_rater(actor=operator, member=member, role=role, rater=rater)
    with pytest.raises(PermissionDenied):
        assign_rater(
            actor=a_user(Role.OPERATOR, unit=an_office(agency)),
            member=member,
            role="supervisor",
            rater=person,
        )


@pytest.mark.django_db
def test_only_a_form_that_was_not_begun_is_taken_back() -> None:
    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    operator = a_user(Role.OPERATOR, unit=office)
    chief = a_person(office)
    begun, fresh = a_person(office, supervisor=chief), a_person(office, supervisor=chief)
    cycle = an_open_cycle(agency, framework)
    form = the_form(cycle, begun, chief)
    Assignment.objects.filter(pk=form.pk).update(state=AssignmentState.DRAFT)
    form.refresh_from_db()
    with pytest.raises(ValidationError):
        release_rater(actor=operator, assignment=form)
    release_rater(actor=operator, assignment=the_form(cycle, fresh, chief))
    assert list(Assignment.objects.filter(rater=chief, role="supervisor")) == [form]


@pytest.mark.django_db
def test_nobody_names_themselves_but_the_supervisor_that_the_roster_gives() -> None:
    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency)
    operator = a_user(Role.OPERATOR, unit=office)
    own = a_person(office, user=operator)
    head, report = a_person(office), a_person(office, supervisor=own)
    cycle = an_open_cycle(agency, framework, RaterRole.SUPERVISOR, RaterRole.PEER)
    Assignment.objects.all().delete()

    def name(person: Person, role: str, *, whole_unit: bool = False) -> int:
        member = Member.objects.get(cycle=cycle, person=person)
        return assign_rater(actor=operator, member=member, role=role, rater=own, whole_unit=whole_unit)

    for person, role, whole_unit in (
        (head, "supervisor", False),
        (head, "peer", False),
        (report, "supervisor", True),
    ):
        with pytest.raises(ValidationError):
            name(person, role, whole_unit=whole_unit)
    assert not Assignment.objects.exists()
    assert name(report, "supervisor") == 1
