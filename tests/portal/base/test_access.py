from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from asah.portal.base.access import ADMINISTER, get_visible, visible_to
from asah.portal.base.actions import end_grant, move_unit
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Notice, Unit, User
from asah.portal.people.models import Person
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db


def test_a_role_holds_in_its_unit_and_below_and_nowhere_else() -> None:
    agency, other = an_agency(), an_agency()
    office = an_office(agency)
    part = an_office(office)
    beside = an_office(agency)
    user = a_user(Role.ADMINISTRATOR, unit=office)
    assert [ADMINISTER.held_by(user, unit) for unit in (office, part, agency, beside, other)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_unit_whose_number_begins_alike_is_another_unit() -> None:
    """Path "1." is no beginning of path "11."."""
    agency = an_agency()
    offices = [an_office(agency) for _ in range(12)]
    user = a_user(Role.ADMINISTRATOR, unit=offices[0])
    twins = [unit for unit in offices[1:] if str(unit.pk).startswith(str(offices[0].pk))]
    seen = set(visible_to(user, Unit))
    assert seen == {offices[0]}
    assert not seen & set(twins)


def test_an_ended_role_gives_nothing_any_more() -> None:
    agency = an_agency()
    chief = a_user(Role.ADMINISTRATOR, unit=agency)
    user = a_user(Role.ADMINISTRATOR, unit=agency)
    end_grant(actor=chief, grant=user.grants.get())
    again = User.objects.get(pk=user.pk)
    assert not ADMINISTER.held_by(again)
    assert list(visible_to(again, Unit)) == []


def test_people_are_seen_by_their_office_and_by_themselves_only() -> None:
    agency = an_agency()
    office, beside = an_office(agency), an_office(agency)
    asn = a_user(Role.ASN, unit=office)
    mine, theirs, own = a_person(office), a_person(beside), a_person(office, user=asn)
    operator = a_user(Role.OPERATOR, unit=office)
    assert set(visible_to(operator, Person)) == {mine, own}
    assert set(visible_to(asn, Person)) == {own}
    assert set(visible_to(a_user(Role.PLANNER, unit=agency), Person)) == {mine, theirs, own}


def test_a_row_of_another_office_is_not_found_and_the_attempt_is_written_down() -> None:
    agency = an_agency()
    person = a_person(an_office(agency))
    snooper = a_user(Role.OPERATOR, unit=an_office(agency))
    request = RequestFactory().get(f"/people/{person.pk}/")
    request.user = snooper
    with pytest.raises(Http404):
        get_visible(request, Person, pk=person.pk)
    event = Event.objects.get(action="access.refused")
    assert (event.actor, event.subject) == (snooper, f"people.Person:{person.pk}")
    with pytest.raises(Http404):
        get_visible(request, Person, pk=person.pk + 1000)
    assert Event.objects.filter(action="access.refused").count() == 1


def test_a_row_of_somebody_else_is_written_down_whatever_else_the_address_says_of_it() -> None:
    """A place of another agency under the number of an own unit: it is not there, and it was asked for."""
    agency = an_agency()
    theirs = a_person(an_office(an_agency()))
    request = RequestFactory().get(f"/units/{agency.pk}/people/{theirs.pk}/")
    request.user = a_user(Role.OPERATOR, unit=agency)
    with pytest.raises(Http404):
        get_visible(request, Person, pk=theirs.pk, agency=agency)
    assert Event.objects.get(action="access.refused").subject == f"people.Person:{theirs.pk}"


def test_moving_a_unit_takes_everything_below_along() -> None:
    agency = an_agency()
    old, new = an_office(agency), an_office(agency)
    part = an_office(old)
    room = an_office(part)
    move_unit(actor=None, unit=part, parent=new)
    room.refresh_from_db()
    assert room.path == f"{new.path}{part.pk}.{room.pk}."
    assert visible_to(a_user(Role.OPERATOR, unit=new), Unit).count() == 3
    assert visible_to(a_user(Role.OPERATOR, unit=old), Unit).count() == 1


def test_nobody_grants_a_role_outside_the_units_they_administer() -> None:
    from asah.portal.base.actions import grant_role

    agency = an_agency()
    mine, other = an_office(agency), an_office(agency)
    chief = a_user(Role.ADMINISTRATOR, unit=mine)
    friend = a_user(unit=mine)
    with pytest.raises(PermissionDenied):
        grant_role(actor=chief, user=friend, role=Role.PLANNER, unit=other)
    with pytest.raises(PermissionDenied):
        grant_role(actor=chief, user=chief, role=Role.ADMINISTRATOR, unit=agency)


def test_an_office_does_not_give_a_password_to_somebody_with_a_role_above_it() -> None:
    from asah.portal.base.actions import give_password

    agency = an_agency()
    office = an_office(agency)
    chief = a_user(Role.ADMINISTRATOR, unit=office)
    bupati = a_user(Role.PPK, unit=agency)
    with pytest.raises(PermissionDenied):
        give_password(actor=chief, user=bupati)
    assert give_password(actor=a_user(Role.ADMINISTRATOR, unit=agency), user=bupati)


def test_nobody_gives_a_role_to_themselves() -> None:
    from asah.portal.base.actions import grant_role

    agency = an_agency()
    chief = a_user(Role.ADMINISTRATOR, unit=agency)
    with pytest.raises(ValidationError, match="dirinya sendiri"):
        grant_role(actor=chief, user=chief, role=Role.PPK, unit=agency)
    assert [grant.role for grant in chief.grants.all()] == [Role.ADMINISTRATOR]


def test_whoever_has_signed_in_before_hears_that_somebody_gave_them_a_new_password() -> None:
    from asah.portal.base.actions import give_password

    agency = an_agency()
    chief, user = a_user(Role.ADMINISTRATOR, unit=agency), a_user(Role.ASN, unit=agency)
    give_password(actor=chief, user=user)
    assert not Notice.objects.filter(user=user).exists()
    user.last_login = timezone.now()
    give_password(actor=chief, user=user)
    assert [notice.kind for notice in Notice.objects.filter(user=user)] == ["base.password_given"]
