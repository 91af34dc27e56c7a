from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from asah.portal.base.enums import JobState, Role
from asah.portal.base.models import Event, Job, Notice, User
from asah.portal.competency.models import Requirement
from asah.portal.needs.actions.compute import begin_compute
from asah.portal.needs.actions.verify import verify_needs
from asah.portal.needs.enums import CycleState, VerificationState
from asah.portal.needs.models import Cycle, LevelEstimate, Member, Need, Performance, UnitNeed, Verification
from factories.portal import a_person, a_position, a_user, an_agency
from factories.results import a_computed_analysis, an_analysis

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


def test_levels_and_needs_come_from_the_ratings(work: Work) -> None:
    analysis = an_analysis(12)
    low, high, *_others = analysis.competencies
    for place in range(12):
        analysis.rate(place, {low: 1 + place % 2, high: 4})
    assert analysis.compute(work).state == JobState.DONE
    weak = LevelEstimate.objects.get(person=analysis.people[0], competency=low)
    strong = LevelEstimate.objects.get(person=analysis.people[1], competency=low)
    assert 1 <= weak.mean < strong.mean < 2.5
    assert (weak.ratings, weak.basis) == (1, "assessor")
    need = Need.objects.get(person=analysis.people[0], competency=low)
    assert (need.required, need.against, need.unit) == (3, "current", analysis.offices[0])
    assert need.gap == pytest.approx(3 - weak.mean, abs=0.3)
    assert not Need.objects.filter(competency=high).exists()
    row = UnitNeed.objects.get(unit=analysis.offices[0], competency=low)
    assert (row.staff, row.assessed, row.with_gap) == (12, 12, 12)
    assert row.with_gap == Need.objects.filter(competency=low, probability__gte=0.5).count()


def test_somebody_without_a_rating_is_unassessed_and_not_without_a_gap(work: Work) -> None:
    analysis = an_analysis(2)
    analysis.rate(0, {analysis.competencies[0]: 2})
    analysis.compute(work)
    left = analysis.people[1]
    assert not Need.objects.filter(person=left).exists()
    assert not LevelEstimate.objects.filter(person=left).exists()
    assert analysis.member(1).fit is None
    assert analysis.cycle.summary["result"]["unassessed"] == 1
    assert UnitNeed.objects.get(competency=analysis.competencies[0]).assessed == 1


def test_computing_again_puts_the_same_in_the_place_of_what_was_there(work: Work) -> None:
    analysis = a_computed_analysis(work, 3)
    columns = ("person", "competency", "gap", "probability", "basis")
    before = list(Need.objects.order_by("person", "competency").values_list(*columns))
    Need.objects.filter(person=analysis.people[0]).update(gap=4.9)
    analysis.compute(work)
    assert list(Need.objects.order_by("person", "competency").values_list(*columns)) == before
    assert LevelEstimate.objects.count() == 6
    assert UnitNeed.objects.count() == 2


def test_a_surplus_fills_no_more_than_what_is_demanded(work: Work) -> None:
    analysis = an_analysis(1)
    first, second, *_others = analysis.competencies
    analysis.rate(0, {first: 5, second: 5})
    analysis.compute(work)
    assert analysis.member().fit == 1.0


def test_a_rating_of_oneself_alone_fills_nothing_and_is_told_as_such(work: Work) -> None:
    analysis = an_analysis(1)
    analysis.rate(0, {analysis.competencies[0]: 1}, role="self", rater=analysis.people[0])
    analysis.compute(work)
    assert analysis.member().fit is None
    assert LevelEstimate.objects.get().basis == "self"
    said = [message["en"][0] for message in analysis.cycle.summary["result"]["messages"]]
    assert any("rest on a self rating alone" in text for text in said)


def test_of_one_rater_only_the_last_score_counts(work: Work) -> None:
    analysis = an_analysis(2)
    first = analysis.competencies[0]
    analysis.rate(0, {first: 5}, role="supervisor", rater=analysis.people[1], instrument="form")
    analysis.rate(0, {first: 2}, role="supervisor", rater=analysis.people[1], instrument="form")
    analysis.compute(work)
    assert LevelEstimate.objects.get().ratings == 1
    assert LevelEstimate.objects.get().mean < 3


def test_a_default_level_is_labelled_wherever_it_comes_from(work: Work) -> None:
    analysis = an_analysis(2)
    first = analysis.competencies[0]
    Requirement.objects.filter(competency=first).update(basis="default")
    bare = a_position(analysis.agency, "Kepala Bidang", "administrator")
    Member.objects.filter(person=analysis.people[1]).update(position=bare)
    for place in range(2):
        analysis.rate(place, {first: 1})
    analysis.compute(work)
    assert {need.basis for need in Need.objects.all()} == {"assessor;default_level"}
    assert Need.objects.get(person=analysis.people[1]).required == 3
    told = analysis.cycle.summary["result"]["messages"]
    assert any(message["post"] == bare.pk for message in told)


def test_performance_without_a_gap_in_competency_makes_no_need(work: Work) -> None:
    analysis = an_analysis(1)
    Performance.objects.create(person=analysis.people[0], year=2025, predicate="kurang")
    first, second, *_others = analysis.competencies
    analysis.rate(0, {first: 5, second: 5})
    analysis.compute(work)
    assert not Need.objects.exists()
    assert analysis.cycle.summary["result"]["performance_only"] == 1


def test_findings_of_the_engine_are_told_in_both_languages(work: Work, sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    analysis.rate(0, {analysis.competencies[0]: 2}, role="supervisor", rater=a_person(analysis.offices[0]))
    analysis.compute(work)
    message = next(m for m in analysis.cycle.summary["result"]["messages"] if m["value"] == "supervisor")
    assert message["id"][0].startswith("tidak ada penilaian oleh asesor atau tes: level bersandar")
    assert message["en"][0].startswith("nobody was rated by an assessor or a test: levels stand on the scale")
    page = sign_in(analysis.planner).get(reverse("needs:results", args=[analysis.cycle.pk]))
    assert message["id"][0] in page.content.decode()


def test_without_any_standard_the_rows_to_mend_are_told_and_old_results_stay(
    work: Work, sign_in: SignIn
) -> None:
    analysis = a_computed_analysis(work, 2)
    Requirement.objects.all().delete()
    job = analysis.compute(work)
    assert job.state == JobState.FAILED
    assert job.news["findings"][0]["table"] == "requirements"
    assert Need.objects.count() == 2
    page = sign_in(analysis.planner).get(reverse("needs:results", args=[analysis.cycle.pk]))
    assert job.news["findings"][0]["id"][0] in page.content.decode()


def test_needs_are_computed_only_by_the_planner_of_the_agency_and_only_from_ratings() -> None:
    analysis = an_analysis(1)
    with pytest.raises(PermissionDenied):
        begin_compute(actor=a_user(Role.PLANNER, unit=an_agency()), cycle=analysis.cycle)
    with pytest.raises(PermissionDenied):
        begin_compute(actor=a_user(Role.PLANNER, unit=analysis.offices[0]), cycle=analysis.cycle)
    with pytest.raises(ValidationError):
        begin_compute(actor=analysis.planner, cycle=analysis.cycle)
    analysis.rate(0, {analysis.competencies[0]: 2})
    Cycle.objects.update(state=CycleState.FINISHED)
    with pytest.raises(ValidationError):
        begin_compute(actor=analysis.planner, cycle=analysis.cycle)
    assert not Job.objects.exists()


def test_a_word_of_a_head_stands_until_the_numbers_change(work: Work) -> None:
    analysis = a_computed_analysis(work, 2)
    row = Verification.objects.get()
    verify_needs(actor=a_user(Role.HEAD, unit=analysis.offices[0]), verification=row)
    analysis.compute(work)
    row.refresh_from_db()
    assert row.state == VerificationState.VERIFIED
    analysis.rate(0, {analysis.competencies[1]: 1}, instrument="ulang")
    analysis.compute(work)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (VerificationState.WAITING, None)


def test_heads_are_asked_for_their_word_once_ratings_are_over(work: Work) -> None:
    analysis = an_analysis(2, state=CycleState.OPEN)
    head = a_user(Role.HEAD, unit=analysis.offices[0])
    analysis.rate(0, {analysis.competencies[0]: 2})
    analysis.compute(work)
    assert not Notice.objects.filter(user=head).exists()
    Cycle.objects.update(state=CycleState.CLOSED)
    analysis.compute(work)
    notice = Notice.objects.get(user=head)
    assert (notice.kind, notice.link) == (
        "needs.to_verify",
        reverse("needs:verification", args=[Verification.objects.get().pk]),
    )


def test_the_page_of_results_begins_computing_and_shows_it(work: Work, sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    analysis.rate(0, {analysis.competencies[0]: 2})
    client = sign_in(analysis.planner)
    page = reverse("needs:results", args=[analysis.cycle.pk])
    client.post(reverse("needs:compute", args=[analysis.cycle.pk]))
    assert "hx-trigger" in client.get(page).content.decode()
    work()
    text = client.get(page).content.decode()
    assert 'hx-trigger="every' not in text
    assert reverse("needs:heat", args=[analysis.cycle.pk]) in text
    assert Event.objects.filter(action="cycle.computed", actor=analysis.planner).count() == 1


def test_results_of_another_agency_are_not_found(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 2)
    stranger = a_user(Role.PLANNER, Role.HEAD, unit=an_agency())
    client = sign_in(stranger)
    for name in ("results", "heat", "boxes", "summary", "verifications", "finish"):
        assert client.get(reverse(f"needs:{name}", args=[analysis.cycle.pk])).status_code == 404
    assert client.post(reverse("needs:compute", args=[analysis.cycle.pk])).status_code == 404
    assert Event.objects.filter(action="access.refused", actor=stranger).count() == 7
