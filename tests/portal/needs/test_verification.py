from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, Notice, User
from asah.portal.needs.actions.verify import finish_cycle, return_needs, verify_needs
from asah.portal.needs.enums import CycleState, VerificationState
from asah.portal.needs.models import Cycle, Verification
from asah.portal.needs.queries.verification import states_of
from factories.portal import a_user, an_agency
from factories.results import Analysis, a_computed_analysis, an_analysis, with_results

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


@pytest.fixture
def analysis() -> Analysis:
    analysis = an_analysis(1, 1)
    with_results(analysis, dict.fromkeys(analysis.offices, (20, 5)))
    return analysis


def row_of(analysis: Analysis, place: int = 0) -> Verification:
    return Verification.objects.get(office=analysis.offices[place])


def head(analysis: Analysis, place: int = 0) -> User:
    return a_user(Role.HEAD, unit=analysis.offices[place])


def test_a_head_verifies_the_own_office_and_the_planner_is_told(analysis: Analysis, sign_in: SignIn) -> None:
    user = head(analysis)
    page = reverse("needs:verification", args=[row_of(analysis).pk])
    client = sign_in(user)
    assert analysis.competencies[0].name in client.get(page).content.decode()
    client.post(page, {"decision": "verified", "note": ""})
    row = row_of(analysis)
    assert (row.state, row.decided_by) == (VerificationState.VERIFIED, user)
    assert Notice.objects.get(user=analysis.planner).kind == "needs.verified"
    assert Event.objects.filter(action="needs.verified", actor=user, unit=analysis.offices[0]).count() == 1


def test_needs_are_sent_back_only_with_a_reason(analysis: Analysis, sign_in: SignIn) -> None:
    client = sign_in(head(analysis))
    page = reverse("needs:verification", args=[row_of(analysis).pk])
    refused = client.post(page, {"decision": "returned", "note": " "})
    assert "note" in refused.context["form"].errors
    with pytest.raises(ValidationError):
        return_needs(actor=head(analysis), verification=row_of(analysis), note=" ")
    client.post(page, {"decision": "returned", "note": "Standar keliru"})
    assert (row_of(analysis).state, row_of(analysis).note) == (VerificationState.RETURNED, "Standar keliru")
    seen = sign_in(analysis.planner).get(reverse("needs:verifications", args=[analysis.cycle.pk]))
    assert "Standar keliru" in seen.content.decode()


def test_nobody_verifies_an_office_they_do_not_head(analysis: Analysis, sign_in: SignIn) -> None:
    page = reverse("needs:verification", args=[row_of(analysis).pk])
    strangers = [head(analysis, 1), a_user(Role.PLANNER, Role.HEAD, unit=an_agency())]
    others = [analysis.planner, *(a_user(role, unit=analysis.agency) for role in (Role.PYB, Role.INSPECTOR))]
    for user in strangers:
        assert sign_in(user).post(page, {"decision": "verified"}).status_code == 404
    for user in others:
        assert sign_in(user).post(page, {"decision": "verified"}).status_code == 403
    for user in (*strangers, *others):
        with pytest.raises(PermissionDenied):
            verify_needs(actor=user, verification=row_of(analysis))
    assert row_of(analysis).state == VerificationState.WAITING


def test_needs_are_verified_only_while_the_analysis_is_closed_and_computed(analysis: Analysis) -> None:
    for state in (CycleState.OPEN, CycleState.FINISHED):
        Cycle.objects.update(state=state)
        with pytest.raises(ValidationError):
            verify_needs(actor=head(analysis), verification=row_of(analysis))
    Cycle.objects.update(state=CycleState.CLOSED, computed_at=None)
    with pytest.raises(ValidationError):
        verify_needs(actor=head(analysis), verification=row_of(analysis))


def test_an_analysis_is_finished_once_all_offices_have_verified(analysis: Analysis) -> None:
    for place in (0, 1):
        with pytest.raises(ValidationError):
            finish_cycle(actor=analysis.planner, cycle=analysis.cycle)
        verify_needs(actor=head(analysis, place), verification=row_of(analysis, place))
    finish_cycle(actor=analysis.planner, cycle=analysis.cycle)
    analysis.cycle.refresh_from_db()
    assert analysis.cycle.state == CycleState.FINISHED
    assert "reason" not in Event.objects.get(action="cycle.finished").detail


def test_a_planner_finishes_before_that_only_with_a_reason_that_is_kept(
    analysis: Analysis, sign_in: SignIn
) -> None:
    client = sign_in(analysis.planner)
    page = reverse("needs:finish", args=[analysis.cycle.pk])
    assert client.post(page, {"reason": ""}).context["form"].errors
    client.post(page, {"reason": "Kepala dinas kosong"})
    analysis.cycle.refresh_from_db()
    assert analysis.cycle.state == CycleState.FINISHED
    detail = Event.objects.get(action="cycle.finished").detail
    assert detail == {"offices": 2, "verified": 0, "reason": "Kepala dinas kosong"}


def test_only_the_planner_of_the_agency_finishes(analysis: Analysis) -> None:
    for user in (head(analysis), a_user(Role.PLANNER, unit=analysis.offices[0])):
        with pytest.raises(PermissionDenied):
            finish_cycle(actor=user, cycle=analysis.cycle, reason="Cepat")
    assert Cycle.objects.get().state == CycleState.CLOSED


def test_every_office_with_people_is_asked_and_the_agency_for_those_in_none(work: Work) -> None:
    analysis = a_computed_analysis(work, 1, 1)
    assert {row.office for row in Verification.objects.all()} == set(analysis.offices)
    states = states_of(analysis.cycle)
    assert (states.waiting, states.offices, states.all_verified) == (2, 2, False)


def test_a_head_reads_the_state_of_the_own_office_and_a_planner_of_all(
    analysis: Analysis, sign_in: SignIn
) -> None:
    page = reverse("needs:verifications", args=[analysis.cycle.pk])
    own = sign_in(head(analysis)).get(page).content.decode()
    assert analysis.offices[0].name in own
    assert analysis.offices[1].name not in own
    both = sign_in(analysis.planner).get(page).content.decode()
    assert all(office.name in both for office in analysis.offices)


def test_the_list_asks_as_much_for_three_offices_as_for_one(sign_in: SignIn) -> None:
    counts = []
    for offices in (1, 3):
        analysis = an_analysis(*[1] * offices)
        with_results(analysis, dict.fromkeys(analysis.offices, (20, 5)))
        client = sign_in(analysis.planner)
        page = reverse("needs:verifications", args=[analysis.cycle.pk])
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).context["table"].count == offices
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_word_that_comes_too_late_is_refused_and_stays_in_the_form(
    analysis: Analysis, sign_in: SignIn
) -> None:
    Cycle.objects.update(state=CycleState.FINISHED)
    page = reverse("needs:verification", args=[row_of(analysis).pk])
    late = sign_in(head(analysis)).post(page, {"decision": "returned", "note": "Standar keliru"})
    assert late.status_code == 200
    assert late.context["form"].non_field_errors()
    assert "Standar keliru" in late.content.decode()
    assert row_of(analysis).state == VerificationState.WAITING
