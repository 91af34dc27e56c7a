"""What changed since a plan was made is found row by row, and nothing else is."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from django.utils import timezone

from asah.portal.catalogue.models import Fare, Offering, Programme
from asah.portal.people.models import Place
from asah.portal.planning import bridge
from asah.portal.planning.models import Plan
from portal.planning.situations import Way, a_way


@pytest.fixture
def way(db: None) -> Way:
    return a_way()


def _told(plan: Plan) -> list[tuple[str, str, str, str]]:
    return [
        (each.subject, each.what, each.before, each.after)
        for each in bridge.changes_since(Plan.objects.select_related("scenario__agency").get(pk=plan.pk))
    ]


def test_nothing_changed_is_said_where_nothing_changed(way: Way) -> None:
    assert _told(way.plan) == []


def _fee(way: Way) -> None:
    Programme.objects.filter(agency=way.agency, code="P1").update(cost_per_person=900_000)


def _week(way: Way) -> None:
    Offering.objects.filter(code="O1").update(period=30, period_end=31)


def _gone(way: Way) -> None:
    Offering.objects.filter(code="O2").update(archived_at=timezone.now())


def _limit(way: Way) -> None:
    way.plan.scenario.limits.update(amount=1)


def _gain(way: Way) -> None:
    Programme.objects.get(agency=way.agency, code="P3").effects.update(gain_levels="0.4")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_fee, [("Pelatihan Pelayanan", "biaya per orang (Rp)", "Rp 500.000", "Rp 900.000")]),
        (
            _week,
            [
                ("Pelatihan Pelayanan O1", "minggu pertama", "10", "30"),
                ("Pelatihan Pelayanan O1", "minggu terakhir", "10", "31"),
            ],
        ),
        (_gone, [("Etika Daring O2", "", "", "")]),
        (_limit, [("Pagu total", "jumlah (Rp)", "Rp 50.000.000", "Rp 1")]),
        (_gain, [("Lokakarya Pelayanan, Pelayanan", "kenaikan yang diharapkan (level)", "0,6", "0,4")]),
    ],
)
def test_a_row_that_changed_is_told_with_what_it_was_and_is(
    way: Way, change: Callable[[Way], None], told: list[tuple[str, ...]]
) -> None:
    change(way)
    assert _told(way.plan) == told


def test_a_fare_that_changed_is_told_by_its_places(way: Way) -> None:
    place = Place.objects.get(agency=way.agency)
    far = Place.objects.create(agency=way.agency, code="JAUH", name="Pulau Jauh")
    fare = Fare.objects.create(
        agency=way.agency, year=way.plan.scenario.year, origin=far, destination=place, cost=100
    )
    shutil.rmtree(way.plan.folder)
    bridge.write_problem(way.plan.scenario, way.plan.folder)
    Fare.objects.filter(pk=fare.pk).update(cost=250)
    ((subject, _what, before, after),) = _told(way.plan)
    assert (subject, before, after) == (f"Pulau Jauh – {place.name}", "Rp 100", "Rp 250")


def test_a_code_that_was_corrected_and_an_offering_that_is_new_change_nothing(way: Way) -> None:
    Programme.objects.filter(agency=way.agency, code="P1").update(code="P1-BARU")
    other = Programme.objects.get(agency=way.agency, code="P3")
    Offering.objects.create(programme=other, code="O1", year=way.plan.scenario.year)
    assert _told(way.plan) == []


def test_tables_that_are_lost_are_said_to_be_lost(way: Way) -> None:
    shutil.rmtree(way.plan.folder)
    with pytest.raises(bridge.TablesLost):
        bridge.changes_since(way.plan)
