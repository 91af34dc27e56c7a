from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from asah.portal.base.enums import Role
from asah.portal.base.models import Job, User
from asah.portal.needs import bridge
from asah.portal.needs.models import Member, Need, Performance
from asah.portal.needs.queries.boxes import boxes, day_of
from asah.portal.needs.views.boxes_words import BOXES
from factories.portal import a_user
from factories.results import Analysis, a_computed_analysis, an_analysis, with_results

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


def place(analysis: Analysis, fits: list[float | None], predicates: list[str]) -> None:
    """Gives people a fit and a predicate ("" for none), as computing and importing would."""
    with_results(analysis, {})
    for person, fit, predicate in zip(analysis.people, fits, predicates, strict=True):
        Member.objects.filter(person=person).update(fit=fit)
        if predicate:
            Performance.objects.create(person=person, year=2025, predicate=predicate)


def counted(viewer: User, analysis: Analysis) -> dict[tuple[int, int], int]:
    found = boxes(viewer, analysis.cycle, bridge.fit_bands(day_of(analysis.cycle)))
    return {box: many for box, many in found.counts.items() if many}


def test_people_stand_by_predicate_and_by_how_far_they_fill_their_post() -> None:
    analysis = an_analysis(9)
    fits = [0.7799, 0.78, 0.8999, 0.9, 1.0, 0.5, 0.95, 0.85, None]
    predicates = [
        "kurang",
        "butuh_perbaikan",
        "sangat_kurang",
        "sangat_kurang",
        "baik",
        "baik",
        "sangat_baik",
        "",
        "baik",
    ]
    place(analysis, fits, predicates)
    assert counted(analysis.planner, analysis) == {
        (0, 0): 1,
        (0, 1): 2,
        (0, 2): 1,
        (1, 2): 1,
        (1, 0): 1,
        (2, 2): 1,
    }
    found = boxes(analysis.planner, analysis.cycle, bridge.fit_bands(day_of(analysis.cycle)))
    assert (found.placed, found.unassessed, found.without_predicate) == (7, 1, 1)


def test_the_latest_predicate_counts_and_a_whole_year_before_its_quarters() -> None:
    analysis = an_analysis(1)
    place(analysis, [1.0], ["kurang"])
    person = analysis.people[0]
    Performance.objects.create(person=person, year=2026, period="q4", predicate="sangat_baik")
    Performance.objects.create(person=person, year=analysis.cycle.year + 1, predicate="sangat_kurang")
    assert counted(analysis.planner, analysis) == {(2, 2): 1}
    Performance.objects.create(person=person, year=2026, period="year", predicate="baik")
    assert counted(analysis.planner, analysis) == {(1, 2): 1}


def test_able_people_who_perform_low_are_sent_to_no_course(work: Work, sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    first, second, *_others = analysis.competencies
    Performance.objects.create(person=analysis.people[0], year=2025, predicate="kurang")
    analysis.rate(0, {first: 5, second: 5})
    analysis.compute(work)
    assert counted(analysis.planner, analysis) == {(0, 2): 1}
    assert not Need.objects.exists()
    page = sign_in(analysis.planner).get(reverse("needs:boxes", args=[analysis.cycle.pk]))
    assert str(BOXES[(0, 2)][1]) in page.content.decode()


def test_the_page_says_that_these_are_not_the_talent_boxes(sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    place(analysis, [1.0], ["baik"])
    text = sign_in(analysis.planner).get(reverse("needs:boxes", args=[analysis.cycle.pk])).content.decode()
    assert gettext("Development boxes") in text
    said = gettext(
        "Performance (the predicate of the SKP) beside competency (how far the levels fill what the post "
        "held demands). These are boxes for development; they are not the talent boxes of talent "
        "management and say nothing about a career."
    )
    assert said in text


def test_a_box_leads_to_as_many_people_as_it_counts(sign_in: SignIn) -> None:
    analysis = an_analysis(4)
    place(analysis, [1.0, 1.0, 0.5, None], ["kurang", "kurang", "baik", "baik"])
    client = sign_in(analysis.planner)
    page = reverse("needs:boxes", args=[analysis.cycle.pk])
    people = reverse("needs:box_people", args=[analysis.cycle.pk])
    assert f'href="{people}?box=02"' in client.get(page).content.decode()
    for box, many in (("02", 2), ("10", 1), ("22", 0), ("unassessed", 1), ("unknown", 0)):
        assert client.get(f"{people}?box={box}").context["table"].count == many


def test_an_inspector_reads_no_box_of_few_people_and_no_name(sign_in: SignIn) -> None:
    analysis = an_analysis(14)
    place(analysis, [1.0] * 14, ["baik"] * 12 + ["kurang", "kurang"])
    client = sign_in(a_user(Role.INSPECTOR, unit=analysis.agency))
    page = client.get(reverse("needs:boxes", args=[analysis.cycle.pk]))
    shown = {cell.text for _step, cells in page.context["grid"] for cell in cells}
    assert shown == {"0", "<10"}
    assert client.get(reverse("needs:box_people", args=[analysis.cycle.pk])).status_code == 403


def test_a_head_sees_boxes_of_the_own_office_only(sign_in: SignIn) -> None:
    analysis = an_analysis(2, 1)
    place(analysis, [1.0, 0.5, 0.5], ["baik", "baik", "baik"])
    head = a_user(Role.HEAD, unit=analysis.offices[1])
    assert counted(head, analysis) == {(1, 0): 1}
    people = sign_in(head).get(reverse("needs:box_people", args=[analysis.cycle.pk]))
    text = people.content.decode()
    assert analysis.people[2].name in text
    assert analysis.people[0].name not in text


def test_the_list_of_people_asks_as_much_for_three_as_for_one(work: Work, sign_in: SignIn) -> None:
    counts = []
    for people in (1, 3):
        analysis = a_computed_analysis(work, people)
        client = sign_in(analysis.planner)
        page = reverse("needs:box_people", args=[analysis.cycle.pk])
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).context["table"].count == people
        counts.append(len(asked))
    assert counts[0] == counts[1]
