from __future__ import annotations

import pytest

from asah.portal.base.access import visible_to
from asah.portal.base.enums import Role
from asah.portal.catalogue.access import EDIT_CATALOGUE, SEE_CATALOGUE, editable_agencies
from asah.portal.catalogue.models import Fare, Fund, Offering, Price, Programme, Resource
from factories.portal import a_user, an_agency, an_office
from portal.catalogue.situations import a_place, a_programme, a_resource, an_offering

pytestmark = pytest.mark.django_db


def test_every_role_sees_the_catalogue_and_only_its_own_agencys() -> None:
    agency, other = an_agency(), an_agency()
    rows = []
    for one in (agency, other):
        programme = a_programme(one)
        home, away = a_place(one), a_place(one)
        rows.append(
            {
                Programme: programme,
                Offering: an_offering(programme),
                Resource: a_resource(one),
                Fund: Fund.objects.create(agency=one, code="APBD", name="APBD"),
                Price: Price.objects.create(
                    agency=one, year=2027, code="UH", name="Uang harian", unit_of_measure="hari", amount=1
                ),
                Fare: Fare.objects.create(agency=one, year=2027, origin=home, destination=away, cost=1),
            }
        )
    office = an_office(agency)
    for role in Role:
        user = a_user(role, unit=office)
        assert SEE_CATALOGUE.held_by(user)
        seen = {model: list(visible_to(user, model)) for model in rows[0]}
        assert seen == {model: [row] for model, row in rows[0].items()}


def test_only_planners_and_administrators_of_the_agency_itself_keep_its_catalogue() -> None:
    agency = an_agency()
    office = an_office(agency)
    keepers = {role for role in Role if EDIT_CATALOGUE.held_by(a_user(role, unit=agency), agency)}
    assert keepers == {Role.PLANNER, Role.ADMINISTRATOR}
    assert list(editable_agencies(a_user(Role.PLANNER, unit=agency))) == [agency]
    of_office = a_user(Role.PLANNER, unit=office)
    assert list(editable_agencies(of_office)) == []
    assert not EDIT_CATALOGUE.held_by(of_office, agency)
