from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, Unit, User
from asah.portal.needs.models import Need, Verification
from asah.portal.needs.queries.heatmap import DEPTH, SHARE, Heat, heat_of, totals
from factories.portal import a_person, a_user, an_office
from factories.results import Analysis, a_computed_analysis, an_analysis, with_results

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


def shown(heat: Heat) -> dict[str, str | float | None]:
    """By unit what the only cell tells."""
    return {
        line.unit.name: "hidden" if cell.hidden else cell.share
        for line in heat.lines
        for cell in line.cells
        if cell
    }


@pytest.fixture
def analysis() -> Analysis:
    return an_analysis(1, 1, 1, 1)


def test_a_planner_sees_every_cell_and_an_inspector_none_that_tells_of_few(analysis: Analysis) -> None:
    a, b, c, d = analysis.offices
    with_results(analysis, {a: (3, 3), b: (12, 6), c: (40, 10), d: (50, 50)})
    inspector = a_user(Role.INSPECTOR, unit=analysis.agency)
    assert shown(heat_of(analysis.planner, analysis.cycle, analysis.agency, SHARE)) == {
        "Dinas 0": 1.0,
        "Dinas 1": 0.5,
        "Dinas 2": 0.25,
        "Dinas 3": 1.0,
    }
    # The second is shown in no other way either: what is left over must not be one office alone.
    assert shown(heat_of(inspector, analysis.cycle, analysis.agency, SHARE)) == {
        "Dinas 0": "hidden",
        "Dinas 1": "hidden",
        "Dinas 2": 0.25,
        "Dinas 3": 1.0,
    }


def test_parts_of_a_hidden_office_are_hidden_too(analysis: Analysis) -> None:
    a, b, c, d = analysis.offices
    part = an_office(b, "Bidang")
    with_results(analysis, {a: (3, 3), part: (12, 6), c: (40, 10), d: (50, 50)})
    inspector = a_user(Role.INSPECTOR, unit=analysis.agency)
    assert shown(heat_of(inspector, analysis.cycle, b, SHARE)) == {"Bidang": "hidden"}
    assert shown(heat_of(analysis.planner, analysis.cycle, b, SHARE)) == {"Bidang": 0.5}


def test_no_other_page_tells_what_the_heat_map_hides(analysis: Analysis, sign_in: SignIn) -> None:
    a, b, c, d = analysis.offices
    with_results(analysis, {a: (3, 3), b: (12, 9), c: (40, 13), d: (50, 50)})
    inspector = a_user(Role.INSPECTOR, unit=analysis.agency)
    told = {
        unit.name: [total.cell.hidden for total in totals(inspector, analysis.cycle, unit)]
        for unit in analysis.offices
    }
    assert told == {"Dinas 0": [True], "Dinas 1": [True], "Dinas 2": [False], "Dinas 3": [False]}
    row = Verification.objects.get(office=b)
    text = sign_in(inspector).get(reverse("needs:verification", args=[row.pk])).content.decode()
    assert "75%" not in text
    assert [total.cell.hidden for total in totals(analysis.planner, analysis.cycle, b)] == [False]


def test_the_depth_of_a_gap_is_told_only_where_enough_people_have_one(analysis: Analysis) -> None:
    a, b, c, d = analysis.offices
    with_results(analysis, {a: (50, 4), b: (50, 6), c: (50, 30), d: (50, 20)})
    inspector = a_user(Role.INSPECTOR, unit=analysis.agency)
    heat = heat_of(inspector, analysis.cycle, analysis.agency, DEPTH)
    assert [line.cells[0] is not None and line.cells[0].hidden for line in heat.lines] == [
        True,
        True,
        False,
        False,
    ]


def test_an_inspector_reads_neither_a_hidden_number_nor_a_way_to_the_people(
    analysis: Analysis, sign_in: SignIn
) -> None:
    a, b, c, d = analysis.offices
    with_results(analysis, {a: (8, 7), b: (4, 1), c: (40, 10), d: (50, 50)})
    client = sign_in(a_user(Role.INSPECTOR, unit=analysis.agency))
    text = client.get(reverse("needs:heat", args=[analysis.cycle.pk])).content.decode()
    assert text.count("&lt;10") >= 2
    for told in ("88%", "7 / 8", "25%, 1 / 4"):
        assert told not in text
    cell = reverse("needs:cell", args=[analysis.cycle.pk, c.pk, analysis.competencies[0].pk])
    assert cell not in text
    assert client.get(cell).status_code == 403


def test_a_head_sees_people_of_the_own_office_only(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 2, 2)
    mine, other = analysis.offices
    client = sign_in(a_user(Role.HEAD, unit=mine))
    competency = analysis.competencies[0].pk
    own = client.get(reverse("needs:cell", args=[analysis.cycle.pk, mine.pk, competency]))
    text = own.content.decode()
    assert analysis.people[0].name in text
    assert analysis.people[2].name not in text
    assert (
        client.get(reverse("needs:cell", args=[analysis.cycle.pk, other.pk, competency])).status_code == 404
    )
    assert client.get(f"{reverse('needs:heat', args=[analysis.cycle.pk])}?unit={other.pk}").status_code == 404
    page = client.get(reverse("needs:heat", args=[analysis.cycle.pk])).content.decode()
    assert mine.name in page
    assert other.name not in page


def test_a_cell_leads_to_as_many_people_as_it_counts(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 3, 2)
    client = sign_in(analysis.planner)
    heat = client.get(reverse("needs:heat", args=[analysis.cycle.pk])).content.decode()
    cell = reverse(
        "needs:cell", args=[analysis.cycle.pk, analysis.offices[0].pk, analysis.competencies[0].pk]
    )
    counted = re.search(rf'title="(\d+) / \d+"><a class="in-cell" href="{cell}"', heat)
    assert counted
    table = client.get(cell).context["table"]
    assert (int(counted[1]), table.count) == (3, 3)
    assert Event.objects.filter(action="needs.people_seen", actor=analysis.planner).count() == 1


def test_units_below_an_office_open_by_a_click_and_its_own_people_stand_apart(
    work: Work, sign_in: SignIn
) -> None:
    analysis = an_analysis(1)
    office = analysis.offices[0]
    part = an_office(office, "Bidang Uji")
    member = analysis.member()
    beside = a_person(part, position=analysis.post)
    analysis.cycle.members.create(person=beside, unit=part, position=analysis.post)
    analysis.people.append(beside)
    for place in range(2):
        analysis.rate(place, {analysis.competencies[0]: 1})
    analysis.compute(work)
    client = sign_in(analysis.planner)
    top = client.get(reverse("needs:heat", args=[analysis.cycle.pk])).content.decode()
    below = f"{reverse('needs:heat', args=[analysis.cycle.pk])}?unit={office.pk}"
    assert f'href="{below}"' in top
    text = client.get(below).content.decode()
    assert "Bidang Uji" in text
    own = reverse("needs:cell", args=[analysis.cycle.pk, office.pk, analysis.competencies[0].pk]) + "?own=1"
    people = client.get(own).content.decode()
    assert member.person.name in people
    assert beside.name not in people


def test_what_nobody_was_assessed_in_is_told_apart_from_no_gap(analysis: Analysis, sign_in: SignIn) -> None:
    with_results(analysis, {analysis.offices[0]: (0, 0), analysis.offices[1]: (20, 0)})
    text = sign_in(analysis.planner).get(reverse("needs:heat", args=[analysis.cycle.pk])).content.decode()
    assert '<td class="absent">?</td>' in text
    assert "0%" in text


def test_the_heat_map_asks_as_much_for_three_offices_as_for_one(sign_in: SignIn) -> None:
    counts = []
    for offices in (1, 3):
        analysis = an_analysis(*[1] * offices)
        with_results(analysis, dict.fromkeys(analysis.offices, (20, 5)))
        client = sign_in(analysis.planner)
        address = reverse("needs:heat", args=[analysis.cycle.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_list_of_people_asks_as_much_for_three_as_for_one(work: Work, sign_in: SignIn) -> None:
    counts = []
    for people in (1, 3):
        analysis = a_computed_analysis(work, people)
        client = sign_in(analysis.planner)
        address = reverse(
            "needs:cell", args=[analysis.cycle.pk, analysis.offices[0].pk, analysis.competencies[0].pk]
        )
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).context["table"].count == people
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert Need.objects.exists()


def test_a_unit_of_another_agency_in_the_address_is_not_found(analysis: Analysis, sign_in: SignIn) -> None:
    other = an_analysis(1)
    address = reverse("needs:heat", args=[analysis.cycle.pk])
    both = a_user(Role.PLANNER, unit=analysis.agency)
    client = sign_in(both)
    assert client.get(f"{address}?unit={other.offices[0].pk}").status_code == 404
    assert client.get(f"{address}?unit=lima").status_code == 404
    assert Unit.objects.filter(pk=other.offices[0].pk).exists()
