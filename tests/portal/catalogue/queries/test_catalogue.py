from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from asah.portal.catalogue.queries import competencies_served, hours_told_apart
from factories.portal import an_agency
from portal.catalogue.situations import a_competency, a_programme, an_effect, an_offering

pytestmark = pytest.mark.django_db


def test_a_competency_is_served_only_by_an_active_programme_with_an_offering() -> None:
    agency, other = an_agency(), an_agency()
    served = a_competency(agency)
    programme = a_programme(agency)
    an_effect(programme, served)
    an_offering(programme)
    for state, archived, offered in (
        ("draft", False, True),
        ("active", True, True),
        ("active", False, False),
    ):
        unserved = a_programme(agency, state=state)
        an_effect(unserved, a_competency(agency))
        if offered:
            an_offering(unserved, archived_at=timezone.now() if archived else None)
    elsewhere = a_programme(other)
    an_effect(elsewhere, a_competency(other))
    an_offering(elsewhere)
    assert competencies_served(agency) == {served.pk}
    assert competencies_served(agency, 2027) == {served.pk}
    assert competencies_served(agency, 2028) == set()


def test_hours_that_nobody_told_apart_are_absent_and_not_zero() -> None:
    agency = an_agency()
    assert hours_told_apart(a_programme(agency)) is None
    told = a_programme(agency, theory_jp=Decimal(5), practice_jp=Decimal(15))
    assert hours_told_apart(told) == (5, 15, 0)
