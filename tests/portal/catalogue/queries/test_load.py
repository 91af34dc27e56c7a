from __future__ import annotations

import pytest
from django.utils import timezone

from asah.portal.catalogue.queries import capacity_by_week, load_by_week
from factories.portal import an_agency
from portal.catalogue.situations import a_programme, a_resource, an_offering

pytestmark = pytest.mark.django_db


def test_exceptional_weeks_go_before_the_usual_number_and_only_in_their_year() -> None:
    room = a_resource(an_agency(), classes=2)
    room.periods.create(year=2027, period=10, classes=0)
    room.periods.create(year=2026, period=11, classes=5)
    capacity = capacity_by_week(room, 2027)
    assert (len(capacity), capacity[9], capacity[10], capacity[11]) == (52, 2, 0, 2)


def test_load_counts_the_classes_of_offerings_and_drafts_but_nothing_archived() -> None:
    agency = an_agency()
    room = a_resource(agency, classes=2)
    first = an_offering(a_programme(agency), resource=room, max_classes=2, period=10, period_end=11)
    draft = an_offering(a_programme(agency, state="draft"), resource=room, period=11, period_end=None)
    an_offering(a_programme(agency, state="archived"), resource=room, period=11)
    an_offering(a_programme(agency), resource=room, period=11, archived_at=timezone.now())
    an_offering(a_programme(agency), resource=room, period=11, year=2026)
    loads = {load.week: load for load in load_by_week(room, 2027) if load.asked}
    assert {week: (load.asked, load.classes, load.over) for week, load in loads.items()} == {
        10: (2, 2, False),
        11: (3, 2, True),
    }
    assert set(loads[11].offerings) == {first, draft}
