from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Notice, User
from asah.portal.base.outbox import sentence
from asah.portal.needs.actions.propose import answer_proposal, send_proposal
from asah.portal.needs.enums import CycleState, ProposalState
from asah.portal.needs.models import Cycle, Proposal
from factories.portal import a_user, an_agency
from factories.results import Analysis, an_analysis

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def analysis() -> Analysis:
    analysis = an_analysis(1, 1)
    analysis.people[0].user = a_user(Role.ASN, unit=analysis.offices[0])
    analysis.people[0].save()
    return analysis


def asn(analysis: Analysis) -> User:
    user = analysis.people[0].user
    assert user
    return user


def own_wish(analysis: Analysis) -> Proposal:
    proposal = Proposal(
        cycle=analysis.cycle,
        unit=analysis.offices[0],
        person=analysis.people[0],
        wish="Kursus manajemen proyek",
        reason="Mengelola pembangunan",
    )
    return send_proposal(actor=asn(analysis), proposal=proposal)


def filled(client: Client, page: str, **values: Any) -> dict[str, Any]:
    once = client.get(page).context["form"]["once"].initial
    return {"once": once, "wish": "Kursus", "reason": "Perlu", "competency": "", **values}


def test_a_civil_servant_proposes_for_themselves_and_reads_the_answer(
    analysis: Analysis, sign_in: SignIn
) -> None:
    client = sign_in(asn(analysis))
    page = reverse("needs:propose")
    values = filled(client, page, cycle=analysis.cycle.pk)
    answers = [client.post(page, values) for _twice in range(2)]
    proposal = Proposal.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {
        reverse("needs:proposal", args=[proposal.pk])
    }
    assert (proposal.person, proposal.unit, proposal.people, proposal.state) == (
        analysis.people[0],
        analysis.offices[0],
        1,
        ProposalState.SENT,
    )
    told = Notice.objects.get(user=analysis.planner)
    assert "Kursus" in sentence(told)
    planner = sign_in(analysis.planner)
    planner.post(
        reverse("needs:proposal", args=[proposal.pk]), {"decision": "declined", "answer": "Kuota penuh"}
    )
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer, proposal.answered_by) == (
        ProposalState.DECLINED,
        "Kuota penuh",
        analysis.planner,
    )
    assert Notice.objects.get(user=asn(analysis)).kind == "needs.proposal_declined"
    assert "Kuota penuh" in client.get(reverse("needs:proposal", args=[proposal.pk])).content.decode()


def test_an_office_is_spoken_for_by_its_operator_or_head_and_by_nobody_else(
    analysis: Analysis, sign_in: SignIn
) -> None:
    office, other = analysis.offices
    operator = a_user(Role.OPERATOR, unit=office)
    client = sign_in(operator)
    page = reverse("needs:propose") + "?for=office"
    values = filled(client, page, cycle=analysis.cycle.pk, people=12)
    refused = client.post(page, values | {"unit": other.pk})
    assert "unit" in refused.context["form"].errors
    client.post(page, values | {"unit": office.pk})
    proposal = Proposal.objects.get()
    assert (proposal.person, proposal.unit, proposal.people) == (None, office, 12)
    assert sign_in(asn(analysis)).get(page).status_code == 403
    for user in (asn(analysis), a_user(Role.HEAD, unit=other), analysis.planner):
        wish = Proposal(cycle=analysis.cycle, unit=office, wish="Lagi", reason="Perlu")
        with pytest.raises(PermissionDenied):
            send_proposal(actor=user, proposal=wish)


def test_nobody_proposes_in_the_name_of_somebody_else(analysis: Analysis) -> None:
    wish = Proposal(
        cycle=analysis.cycle,
        unit=analysis.offices[1],
        person=analysis.people[1],
        wish="Kursus",
        reason="Perlu",
    )
    for user in (asn(analysis), analysis.planner, a_user(Role.HEAD, unit=analysis.agency)):
        with pytest.raises(PermissionDenied):
            send_proposal(actor=user, proposal=wish)
    assert not Proposal.objects.exists()


def test_a_proposal_is_answered_once_by_a_planner_who_did_not_send_it(analysis: Analysis) -> None:
    proposal = own_wish(analysis)
    for user in (a_user(Role.HEAD, unit=analysis.agency), a_user(Role.PLANNER, unit=an_agency())):
        with pytest.raises(PermissionDenied):
            answer_proposal(actor=user, proposal=proposal, accepted=True, answer="")
    with pytest.raises(ValidationError):
        answer_proposal(actor=analysis.planner, proposal=proposal, accepted=False, answer="  ")
    answer_proposal(actor=analysis.planner, proposal=proposal, accepted=True, answer="")
    with pytest.raises(ValidationError):
        answer_proposal(actor=analysis.planner, proposal=proposal, accepted=False, answer="Tidak")
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.ACCEPTED
    assert Event.objects.filter(action="needs.proposal_accepted").count() == 1


def test_a_planner_does_not_answer_the_own_wish(analysis: Analysis) -> None:
    analysis.people[0].user = analysis.planner
    analysis.people[0].save()
    proposal = own_wish(analysis)
    with pytest.raises(ValidationError):
        answer_proposal(actor=analysis.planner, proposal=proposal, accepted=True, answer="Ya")


def test_a_finished_analysis_takes_no_proposal(analysis: Analysis, sign_in: SignIn) -> None:
    Cycle.objects.update(state=CycleState.FINISHED)
    with pytest.raises(ValidationError):
        own_wish(Analysis(**{**vars(analysis), "cycle": Cycle.objects.get()}))
    page = sign_in(asn(analysis)).get(reverse("needs:propose"))
    assert '<form method="post" novalidate>' not in page.content.decode()


def test_proposals_are_seen_by_those_concerned_and_those_of_the_unit(
    analysis: Analysis, sign_in: SignIn
) -> None:
    proposal = own_wish(analysis)
    page = reverse("needs:proposal", args=[proposal.pk])
    allowed = [asn(analysis), analysis.planner, a_user(Role.HEAD, unit=analysis.offices[0])]
    refused = [
        a_user(Role.ASN, unit=analysis.offices[0]),
        a_user(Role.HEAD, unit=analysis.offices[1]),
        a_user(Role.PLANNER, unit=an_agency()),
    ]
    assert [sign_in(user).get(page).status_code for user in allowed] == [200] * 3
    assert [sign_in(user).get(page).status_code for user in refused] == [404] * 3
    assert Event.objects.filter(action="access.refused", actor__in=refused).count() == 3
    assert sign_in(allowed[2]).post(page, {"decision": "accepted"}).status_code == 403
    listed = sign_in(refused[1]).get(reverse("needs:proposals")).content.decode()
    assert proposal.wish not in listed


def test_competencies_and_analyses_of_another_agency_are_not_offered(
    analysis: Analysis, sign_in: SignIn
) -> None:
    other = an_analysis(1)
    client = sign_in(asn(analysis))
    page = reverse("needs:propose")
    values = filled(client, page, cycle=other.cycle.pk) | {"competency": other.competencies[0].pk}
    errors = client.post(page, values).context["form"].errors
    assert {"cycle", "competency"} <= set(errors)


def test_the_lists_ask_as_much_for_three_as_for_one(analysis: Analysis, sign_in: SignIn) -> None:
    clients = [
        (sign_in(analysis.planner), reverse("needs:proposals")),
        (sign_in(asn(analysis)), reverse("needs:own_proposals")),
    ]
    counts: list[list[int]] = []
    for more in (1, 2):
        for _number in range(more):
            own_wish(analysis)
        counts.append([])
        for client, page in clients:
            client.get(page)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page).context["table"].count == Proposal.objects.count()
            counts[-1].append(len(asked) - 1)
    assert counts[0] == counts[1]


def test_a_second_answer_is_refused_in_words_and_stays_in_the_form(
    analysis: Analysis, sign_in: SignIn
) -> None:
    proposal = own_wish(analysis)
    answer_proposal(actor=analysis.planner, proposal=proposal, accepted=True, answer="Ya")
    page = reverse("needs:proposal", args=[proposal.pk])
    late = sign_in(a_user(Role.PLANNER, unit=analysis.agency)).post(
        page, {"decision": "declined", "answer": "Anggaran habis"}
    )
    assert late.status_code == 200
    assert late.context["form"].non_field_errors()
    assert "Anggaran habis" in late.content.decode()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer) == ("accepted", "Ya")
