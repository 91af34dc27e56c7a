from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Job, User
from asah.portal.needs.models import Assignment, Need, UnitNeed
from asah.portal.needs.queries.akpk import by_office, by_rung, responses
from asah.portal.needs.queries.heatmap import totals
from factories.portal import a_user
from factories.results import Analysis, a_computed_analysis, an_analysis

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


@pytest.fixture
def analysis(work: Work) -> Analysis:
    return a_computed_analysis(work, 3, 12)


def test_sums_by_competency_office_and_rung_are_those_of_the_rows(analysis: Analysis) -> None:
    gaps = Need.objects.filter(probability__gte=0.5).count()
    found = [total.cell for total in totals(analysis.planner, analysis.cycle)]
    offices = by_office(analysis.planner, analysis.cycle)
    (rung,) = by_rung(analysis.planner, analysis.cycle)
    assert gaps == 15
    assert sum(cell.with_gap for cell in found) == gaps
    assert [(office.people, office.gaps) for office in offices] == [(3, 3), (12, 12)]
    assert (rung.people, rung.assessed, rung.judged, rung.gaps) == (15, 15, 30, gaps)
    assert rung.depth == pytest.approx(offices[1].depth, abs=0.3)
    assert sum(UnitNeed.objects.values_list("assessed", flat=True)) == rung.judged


def test_an_inspector_reads_no_office_of_few_people_and_none_that_gives_it_away(analysis: Analysis) -> None:
    inspector = a_user(Role.INSPECTOR, unit=analysis.agency)
    assert [office.hidden for office in by_office(inspector, analysis.cycle)] == [True, True]
    assert [office.share for office in by_office(inspector, analysis.cycle)] == [None, None]
    assert [office.hidden for office in by_office(analysis.planner, analysis.cycle)] == [False, False]


def test_a_small_agency_tells_an_inspector_no_gap(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 4)
    inspector = a_user(Role.INSPECTOR, unit=analysis.agency)
    assert all(total.cell.hidden for total in totals(inspector, analysis.cycle))
    text = sign_in(inspector).get(reverse("needs:summary", args=[analysis.cycle.pk])).content.decode()
    assert "100%" not in text
    assert "&lt;10" in text


def test_the_response_is_told_by_role(analysis: Analysis) -> None:
    Assignment.objects.filter(role="self").update(state="sent")
    found = {each.role: each for each in responses(analysis.planner, analysis.cycle)}
    assert (found["self"].sent, found["self"].asked, found["self"].share) == (15, 15, 1.0)
    assert (found["assessor"].asked, found["assessor"].ratings) == (None, 30)
    assert found["assessor"].one_rating is not None


def test_every_number_of_the_page_leads_to_its_rows(analysis: Analysis, sign_in: SignIn) -> None:
    number, first = analysis.cycle.pk, analysis.competencies[0]
    client = sign_in(analysis.planner)
    text = client.get(reverse("needs:summary", args=[number])).content.decode()
    cell = reverse("needs:cell", args=[number, analysis.agency.pk, first.pk])
    heat = f"{reverse('needs:heat', args=[number])}?unit={analysis.offices[1].pk}"
    rung = f"{reverse('needs:box_people', args=[number])}?rung=fungsional%7C"
    for address in (cell, heat, rung, reverse("needs:coverage", args=[number])):
        assert f'href="{address}"' in text
        assert client.get(address).status_code == 200
    assert client.get(rung).context["table"].count == 15


def test_an_analysis_that_was_not_computed_says_so(sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    client = sign_in(analysis.planner)
    for name in ("results", "heat", "boxes", "summary", "verifications"):
        assert client.get(reverse(f"needs:{name}", args=[analysis.cycle.pk])).status_code == 200


def test_the_menu_leads_to_the_results_computed_last(analysis: Analysis, sign_in: SignIn) -> None:
    answer = sign_in(analysis.planner).get(reverse("needs:latest"))
    assert answer.headers["Location"] == reverse("needs:results", args=[analysis.cycle.pk])
    nowhere = an_analysis(1)
    assert sign_in(nowhere.planner).get(reverse("needs:latest")).status_code == 200
