"""What people see of their own development, what they say of it, and the answer they get."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Notice, User
from asah.portal.needs.models import Need
from asah.portal.people.models import Person
from asah.portal.planning.actions.respond import answer_response, respond
from asah.portal.planning.actions.submit import submit_plan
from asah.portal.planning.enums import LockState
from asah.portal.planning.models import LineResponse, Lock, Mandate
from asah.portal.planning.queries.mine import plans_of
from asah.portal.planning.queries.responses import Counts, counts_of
from factories.portal import a_person, a_user, an_agency, an_office
from portal.planning.situations import SIGNED, Way, a_plan, a_way, sign_up

SignIn = Callable[[User], Client]
MINE = "/plans/mine/"


@pytest.fixture
def way(db: None) -> Way:
    """A plan that is shown."""
    return a_way().show()


def _people(way: Way) -> list[Person]:
    """In the order in which they were made: six with lines, and one who is deferred."""
    return list(Person.objects.filter(agency=way.agency).order_by("pk"))


def _asked(way: Way, number: int = 0, reason: str = "Saya cuti di minggu itu") -> LineResponse:
    person = _people(way)[number]
    return respond(actor=person.user or sign_up(person), plan=way.plan, state="change_asked", reason=reason)


def test_the_plan_counts_who_said_what(way: Way) -> None:
    people = _people(way)
    assert counts_of(way.plan) == Counts(people=6, accepted=0, asked=0, answered=0, silent=6)
    respond(actor=sign_up(people[0]), plan=way.plan, state="accepted")
    request = _asked(way, 1)
    _asked(way, 6, "Saya juga perlu pelatihan")
    assert counts_of(way.plan) == Counts(people=6, accepted=1, asked=2, answered=0, silent=4)
    answer_response(
        actor=way.planner, response=request, said_at=request.said_at, answer="Dipindah ke minggu 20"
    )
    assert counts_of(way.plan) == Counts(people=6, accepted=1, asked=2, answered=1, silent=4)


def test_a_change_is_asked_for_with_a_reason_and_the_planner_is_told(way: Way) -> None:
    with pytest.raises(ValidationError):
        _asked(way, reason="  ")
    assert not LineResponse.objects.exists()
    _asked(way)
    assert Notice.objects.filter(user=way.planner, kind="planning.change_asked").count() == 1


def test_saying_it_again_replaces_what_was_not_answered(way: Way) -> None:
    first = _asked(way)
    user = first.person.user
    assert user is not None
    respond(actor=user, plan=way.plan, state="accepted", reason="tidak jadi")
    (kept,) = LineResponse.objects.all()
    assert (kept.state, kept.reason) == ("accepted", "")
    with pytest.raises(ValidationError):
        answer_response(actor=way.planner, response=first, said_at=first.said_at, answer="Terlambat")


def test_an_answer_reaches_the_person_and_stays(way: Way) -> None:
    request = _asked(way)
    answer_response(
        actor=way.planner, response=request, said_at=request.said_at, answer="Tetap, karena wajib"
    )
    request.refresh_from_db()
    assert (request.answer, request.answered_by) == ("Tetap, karena wajib", way.planner)
    user = request.person.user
    assert user is not None
    assert Notice.objects.filter(user=user, kind="planning.answered", link=MINE).count() == 1
    with pytest.raises(ValidationError):
        respond(actor=user, plan=way.plan, state="change_asked", reason="Lagi")
    request.refresh_from_db()
    assert (request.state, request.answer) == ("change_asked", "Tetap, karena wajib")


def test_after_the_answer_somebody_may_still_accept_and_request_and_answer_stay_written(
    way: Way, sign_in: SignIn
) -> None:
    request = _asked(way)
    answer_response(actor=way.planner, response=request, said_at=request.said_at, answer="Dipindah")
    user = request.person.user
    assert user is not None
    client = sign_in(user)
    page = client.get(MINE)
    assert "Terima bagian saya" in page.content.decode()
    sent = {name: page.context["plans"][0]["form"][name].value() for name in ("once", "state")}
    assert client.post(f"/plans/{way.plan.pk}/mine/", sent).headers["Location"] == MINE
    (kept,) = LineResponse.objects.all()
    assert (kept.state, kept.reason, kept.answer) == ("accepted", request.reason, "Dipindah")
    assert counts_of(way.plan).accepted == 1
    # It is said: nothing more is asked of them.
    assert client.get(MINE).context["plans"][0]["form"] is None


def test_after_the_submission_an_answer_is_no_longer_accepted(way: Way) -> None:
    request = _asked(way)
    answer_response(actor=way.planner, response=request, said_at=request.said_at, answer="Tetap")
    way.agree().submit()
    with pytest.raises(ValidationError):
        respond(actor=request.person.user, plan=way.fresh(), state="accepted")
    (own,) = plans_of(request.person.user, request.person)
    assert not own.may_accept_answer


def test_of_two_planners_who_answer_the_second_is_told(way: Way) -> None:
    request = _asked(way)
    second = a_user(Role.PLANNER, unit=way.agency)
    answer_response(actor=second, response=request, said_at=request.said_at, answer="Ya")
    with pytest.raises(ValidationError):
        answer_response(actor=way.planner, response=request, said_at=request.said_at, answer="Tidak")
    request.refresh_from_db()
    assert request.answer == "Ya"


def test_nobody_but_the_planner_answers(way: Way) -> None:
    request = _asked(way)
    for actor in (way.pyb, way.head_of(way.agency), request.person.user):
        assert actor is not None
        with pytest.raises(PermissionDenied):
            answer_response(actor=actor, response=request, said_at=request.said_at, answer="Ya")


def test_a_request_without_answer_holds_the_submission(way: Way) -> None:
    way.agree()
    request = _asked(way)
    with pytest.raises(ValidationError):
        way.submit()
    answer_response(actor=way.planner, response=request, said_at=request.said_at, answer="Tetap")
    way.submit()


def test_responses_are_taken_only_while_the_plan_is_shown(db: None) -> None:
    way = a_way()
    user = sign_up(_people(way)[0])
    with pytest.raises(ValidationError):
        respond(actor=user, plan=way.plan, state="accepted")
    way.show().agree().submit()
    with pytest.raises(ValidationError):
        respond(actor=user, plan=way.fresh(), state="accepted")
    assert not LineResponse.objects.exists()


def test_nobody_responds_who_is_not_in_the_plan(way: Way) -> None:
    other = a_person(an_office(an_agency("Kabupaten Lain")))
    newcomer = a_person(an_office(way.agency))
    for actor in (way.planner, sign_up(other), sign_up(newcomer)):
        with pytest.raises(PermissionDenied):
            respond(actor=actor, plan=way.plan, state="accepted")


def test_somebody_deferred_asks_for_a_change_but_has_nothing_to_accept(way: Way) -> None:
    user = sign_up(_people(way)[6])
    with pytest.raises(ValidationError):
        respond(actor=user, plan=way.plan, state="accepted")
    respond(actor=user, plan=way.plan, state="change_asked", reason="Saya perlu pelatihan ini")
    assert counts_of(way.plan).silent == 6


def test_the_responses_go_into_the_frozen_copy_of_the_submission(way: Way) -> None:
    respond(actor=sign_up(_people(way)[0]), plan=way.plan, state="accepted")
    way.agree()
    review = submit_plan(actor=way.pyb, plan=way.plan, edition=way.fresh().edition, signed=SIGNED)
    assert review.frozen["responses"] == {"lines": 6, "accepted": 1, "asked": 0, "answered": 0, "silent": 5}


# ---- Pengembangan saya


def test_the_own_page_shows_lines_with_reasons_gaps_and_jp(way: Way, sign_in: SignIn) -> None:
    person = _people(way)[0]
    training, online = way.plan.lines.filter(person=person).order_by("offering__programme__code")
    Mandate.objects.create(
        scenario=way.plan.scenario, person=person, programme=online.offering.programme, points=1
    )
    Lock.objects.create(
        scenario=way.plan.scenario,
        person=person,
        offering=training.offering,
        state=LockState.IN,
        reason="Permintaan puskesmas",
    )
    training.locked = True
    training.save()
    own = {one.line.pk: one for one in plans_of(sign_up(person), person)[0].lines}
    assert own[online.pk].mandated
    assert own[online.pk].narrows == [("Kode etik", pytest.approx(0.6))]
    assert (own[training.pk].locked, own[training.pk].lock_reason) == (True, "Permintaan puskesmas")
    text = sign_in(User.objects.get(pk=person.user_id)).get(MINE).content.decode()
    for words in ("Pelatihan Pelayanan", "Etika Daring", "Permintaan puskesmas", "Kode etik", "25"):
        assert words in text


def test_gains_of_two_programmes_add_up_to_the_gap_at_most(way: Way) -> None:
    person = _people(way)[5]
    (own,) = plans_of(sign_up(person), person)
    narrows = [levels for one in own.lines for _name, levels in one.narrows]
    assert narrows == [pytest.approx(0.6), pytest.approx(0.2)]


@pytest.mark.parametrize(
    ("employment", "jp", "said", "unsaid"),
    [
        ("PNS", "12.5", "7,5", "bukan target"),
        ("PPPK", "12.5", "24", "kurang"),
        ("PPPK_PARUH_WAKTU", "12.5", "Belum diketahui", "20"),
    ],
)
def test_jp_is_measured_by_what_the_law_gives_the_employment(
    way: Way, sign_in: SignIn, employment: str, jp: str, said: str, unsaid: str
) -> None:
    """A right, a ceiling that is no target, or no rule at all."""
    person = _people(way)[3]
    assert person.current is not None
    person.current.kind = employment
    person.current.save()
    page = sign_in(sign_up(person)).get(MINE)
    (shown,) = page.context["plans"]
    assert shown["own"].jp == Decimal(jp)
    words = str(shown["right"]["words"])
    assert said in words
    assert unsaid not in words


def test_a_rule_that_was_not_verified_is_marked_as_such(way: Way, sign_in: SignIn) -> None:
    page = sign_in(sign_up(_people(way)[3])).get(MINE)
    (shown,) = page.context["plans"]
    assert shown["right"]["right"].verified is False
    assert "belum diverifikasi" in page.content.decode()


def test_somebody_deferred_reads_why(way: Way, sign_in: SignIn) -> None:
    page = sign_in(sign_up(_people(way)[6])).get(MINE)
    (shown,) = page.context["plans"]
    assert shown["own"].lines == []
    assert len(shown["reason"]) > 20
    assert shown["reason"] in page.content.decode()


def test_a_need_that_a_case_of_conduct_raised_is_not_shown_on_the_own_page(way: Way, sign_in: SignIn) -> None:
    person = _people(way)[0]
    Need.objects.filter(person=person, competency__code="E1").update(basis="coaching")
    page = sign_in(sign_up(person)).get(MINE)
    assert [need.name for need in page.context["needs"]] == ["Pelayanan"]
    ethics = [
        one
        for one in page.context["plans"][0]["own"].lines
        if one.line.offering.programme.name == "Etika Daring"
    ]
    assert ethics[0].narrows == []


def test_a_draft_is_not_on_the_own_page(db: None, sign_in: SignIn) -> None:
    way = a_way()
    page = sign_in(sign_up(_people(way)[0])).get(MINE)
    assert page.context["plans"] == []


def test_the_own_page_works_for_whoever_is_in_no_roster(way: Way, sign_in: SignIn) -> None:
    assert sign_in(way.planner).get(MINE).status_code == 200


def test_of_a_plan_in_force_and_a_revision_that_is_shown_the_revision_comes_first(way: Way) -> None:
    way.agree().submit().stipulate()
    second = a_way(a_plan(way.plan.scenario, way.planner)).show()
    person = _people(way)[0]
    own = plans_of(sign_up(person), person)
    assert [each.plan.pk for each in own] == [second.plan.pk, way.plan.pk]
    assert [each.takes_responses for each in own] == [True, False]


def test_a_response_is_sent_from_the_own_page_and_a_double_click_counts_once(
    way: Way, sign_in: SignIn
) -> None:
    user = sign_up(_people(way)[0])
    client = sign_in(user)
    sent = _form(client) | {"state": "change_asked", "reason": "Bersamaan dengan ujian sekolah"}
    for _click in range(2):
        assert client.post(f"/plans/{way.plan.pk}/mine/", sent).headers["Location"] == MINE
    (kept,) = LineResponse.objects.all()
    assert kept.reason == "Bersamaan dengan ujian sekolah"
    assert Event.objects.filter(action="response.given").count() == 1
    assert "Bersamaan dengan ujian sekolah" in client.get(MINE).content.decode()


def test_a_response_without_reason_comes_back_with_what_is_wrong(way: Way, sign_in: SignIn) -> None:
    client = sign_in(sign_up(_people(way)[0]))
    page = client.post(f"/plans/{way.plan.pk}/mine/", _form(client) | {"state": "change_asked", "reason": ""})
    assert page.status_code == 200
    assert "reason" in page.context["plans"][0]["form"].errors


def test_a_stranger_cannot_respond_for_a_plan_of_another_agency(way: Way, sign_in: SignIn) -> None:
    stranger = sign_up(a_person(an_office(an_agency("Kabupaten Lain"))))
    assert sign_in(stranger).get(f"/plans/{way.plan.pk}/mine/").status_code == 404


# ---- the planner's list


def test_the_planner_answers_on_the_page(way: Way, sign_in: SignIn) -> None:
    request = _asked(way)
    client = sign_in(way.planner)
    page = f"/plans/{way.plan.pk}/approval/responses/{request.pk}/"
    form = client.get(page).context["form"]
    sent = {"once": form["once"].value(), "said_at": form["said_at"].value(), "answer": "Dipindah"}
    assert client.post(page, sent).status_code == 302
    request.refresh_from_db()
    assert request.answer == "Dipindah"


def test_a_request_that_changed_while_it_was_answered_is_shown_again(way: Way, sign_in: SignIn) -> None:
    request = _asked(way)
    client = sign_in(way.planner)
    page = f"/plans/{way.plan.pk}/approval/responses/{request.pk}/"
    form = client.get(page).context["form"]
    sent = {"once": form["once"].value(), "said_at": form["said_at"].value(), "answer": "Dipindah"}
    _asked(way, reason="Bukan cuti, melainkan tugas luar")
    shown = client.post(page, sent)
    assert shown.status_code == 200
    assert "Bukan cuti, melainkan tugas luar" in shown.content.decode()
    request.refresh_from_db()
    assert request.answered_at is None


def test_a_head_reads_what_the_own_people_said_and_nothing_of_others(way: Way, sign_in: SignIn) -> None:
    mine, other = _asked(way, 0, "Alasan orang saya"), _asked(way, 2, "Alasan orang lain")
    assert mine.person.current is not None
    client = sign_in(way.head_of(mine.person.current.unit))
    text = client.get(f"/plans/{way.plan.pk}/approval/responses/").content.decode()
    assert "Alasan orang saya" in text
    assert "Alasan orang lain" not in text
    assert client.get(f"/plans/{way.plan.pk}/approval/responses/{mine.pk}/").status_code == 403
    assert client.get(f"/plans/{way.plan.pk}/approval/responses/{other.pk}/").status_code == 404


def test_a_response_is_not_found_below_another_plan(way: Way, sign_in: SignIn) -> None:
    request = _asked(way)
    other = a_plan(way.plan.scenario, way.planner)
    found = sign_in(way.planner).get(f"/plans/{other.pk}/approval/responses/{request.pk}/")
    assert found.status_code == 404


def test_the_list_of_responses_asks_the_database_as_often_for_three_as_for_one(
    way: Way, sign_in: SignIn
) -> None:
    client = sign_in(way.planner)
    page = f"/plans/{way.plan.pk}/approval/responses/"
    _asked(way, 0)
    client.get(page)
    counts = []
    for more in ((), (1, 3)):
        for number in more:
            _asked(way, number)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _form(client: Client) -> dict[str, Any]:
    return {"once": client.get(MINE).context["plans"][0]["form"]["once"].value()}
