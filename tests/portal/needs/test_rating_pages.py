from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, User
from asah.portal.needs.actions import submit_rating
from asah.portal.needs.enums import AssignmentState, CycleState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Rating, Submission
from asah.portal.people.models import Person
from factories.needs import a_framework, an_open_cycle, the_form
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


class Office:
    """A chief with three reports in an open cycle; every post is asked the three general competencies."""

    def __init__(self) -> None:
        self.agency = an_agency()
        self.unit = an_office(self.agency)
        framework, competencies = a_framework(self.agency, described=True)
        self.asked = competencies[:3]
        self.user = a_user(Role.SUPERVISOR, unit=self.unit)
        self.chief = a_person(self.unit, "Kepala Bidang", user=self.user)
        self.staff = [a_person(self.unit, f"Staf {n}", supervisor=self.chief) for n in range(3)]
        self.cycle: Cycle = an_open_cycle(self.agency, framework, RaterRole.SELF, RaterRole.SUPERVISOR)

    def form(self, rated: Person) -> Assignment:
        return the_form(self.cycle, rated, self.chief)

    def answers(self, level: int | None = 3) -> dict[str, int | None]:
        return {str(each.pk): level for each in self.asked}


@pytest.fixture
def office() -> Office:
    return Office()


def post(client: Client, user: User | None, address: str, data: Any) -> HttpResponse:
    headers = {"X-Asah-For": str(user.pk)} if user else {}
    return client.post(address, data, content_type="application/json", headers=headers)  # type: ignore[return-value]


def send(client: Client, office: Office, rated: Person, **changed: Any) -> HttpResponse:
    given = {
        "id": str(uuid.uuid4()),
        "assignment": office.form(rated).pk,
        "filled_at": timezone.now().isoformat(),
        "scores": office.answers(),
    }
    return post(client, office.user, reverse("needs:submit"), given | changed)


def test_the_list_names_everybody_the_reader_rates_and_may_be_kept_until_the_last_day(
    office: Office, sign_in: SignIn
) -> None:
    response = sign_in(office.user).get(reverse("needs:rate"))
    page = response.content.decode()
    assert page.count("data-assignment=") == 4
    assert all(person.name in page for person in office.staff)
    assert response["X-Asah-Keep"] == f"user={office.user.pk}; until={office.cycle.closes_on.isoformat()}"


def test_forms_that_are_closed_stand_below_those_that_are_open(office: Office, sign_in: SignIn) -> None:
    closed = an_open_cycle(
        office.agency, office.cycle.framework, RaterRole.SELF, closes_on=office.cycle.opens_on
    )
    Cycle.objects.filter(pk=closed.pk).update(state=CycleState.CLOSED)
    Assignment.objects.filter(member__cycle=office.cycle).update(state=AssignmentState.DRAFT)
    Assignment.objects.filter(member__cycle=office.cycle, role="self").update(state=AssignmentState.SENT)
    rows = sign_in(office.user).get(reverse("needs:rate")).context["rows"]
    assert [row.member.cycle for row in rows] == [office.cycle] * 4 + [closed]


def test_only_whoever_is_in_the_roster_has_a_profile_in_the_menu(office: Office, sign_in: SignIn) -> None:
    own, proposals = reverse("needs:own_profile"), reverse("needs:own_proposals")
    for user, shown in (
        (a_user(Role.ASN, unit=office.unit), (True, True)),
        (a_user(Role.OPERATOR, unit=office.unit), (False, True)),
        (a_user(Role.INSPECTOR, unit=office.agency), (False, False)),
    ):
        page = sign_in(user).get("/").content.decode()
        assert tuple(f'href="{address}"' in page for address in (own, proposals)) == shown


def test_the_list_costs_the_same_for_one_and_three(sign_in: SignIn) -> None:
    counts = []
    for many in (1, 3):
        office = Office()
        Assignment.objects.exclude(rater=office.chief).delete()
        Assignment.objects.filter(pk__in=[office.form(each).pk for each in office.staff[many:]]).delete()
        client = sign_in(office.user)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("needs:rate"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_form_costs_the_same_however_many_competencies_it_asks(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.user)
    address = reverse("needs:form", args=[office.form(office.staff[0]).pk])
    counts = []
    for _number in (1, 2):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
        office.asked[0].archived_at = timezone.now()
        office.asked[0].save()
    assert counts[0] == counts[1]


def test_a_form_shows_levels_anchors_and_that_one_may_be_unable_to_judge(
    office: Office, sign_in: SignIn
) -> None:
    client = sign_in(office.user)
    page = client.get(reverse("needs:form", args=[office.form(office.staff[0]).pk])).content.decode()
    assert page.count('type="radio"') == 3 * 6
    assert "Tingkat 4 dari K.1" in page
    assert "Perilaku tingkat 4" in page
    own = client.get(reverse("needs:form", args=[office.form(office.chief).pk])).content.decode()
    assert own.count('type="radio"') == 3 * 5


def test_a_form_of_somebody_else_is_a_404_with_a_line_in_the_audit(office: Office, sign_in: SignIn) -> None:
    form = office.form(office.staff[0])
    for other in (a_user(Role.PLANNER, unit=office.agency), a_user(Role.SUPERVISOR, unit=office.unit)):
        client = sign_in(other)
        response = client.get(reverse("needs:form", args=[form.pk]))
        assert response.status_code == 404
        assert office.staff[0].name not in response.content.decode()
        answer = post(
            client, other, reverse("needs:submit"), {"id": str(uuid.uuid4()), "assignment": form.pk}
        )
        assert answer.status_code == 404
        answer = post(client, other, reverse("needs:draft", args=[form.pk]), {"scores": {}})
        assert answer.status_code == 404
        assert Event.objects.filter(action="access.refused", actor=other).count() == 3


def test_a_rater_never_sees_what_others_said_of_the_same_person(office: Office, sign_in: SignIn) -> None:
    rated = office.staff[0]
    rated.user = a_user(Role.ASN, unit=office.unit)
    rated.save()
    submit_rating(
        actor=office.user,
        assignment=office.form(rated),
        number=uuid.uuid4(),
        filled_at=timezone.now(),
        scores={each.pk: 5 for each in office.asked},
    )
    own = the_form(office.cycle, rated, rated)
    page = sign_in(rated.user).get(reverse("needs:form", args=[own.pk])).content.decode()
    assert 'type="radio"' in page
    assert " checked" not in page
    assert (
        " checked"
        in sign_in(office.user).get(reverse("needs:form", args=[office.form(rated).pk])).content.decode()
    )


def test_a_sent_form_is_taken_and_a_repeat_is_answered_alike(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.user)
    number = str(uuid.uuid4())
    answers = [send(client, office, office.staff[0], id=number) for _time in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert (Submission.objects.count(), Rating.objects.count()) == (1, 3)


def test_a_refused_form_says_why(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.user)
    rated = office.staff[0]
    wrong: list[tuple[int, dict[str, Any]]] = [
        (422, {"scores": {}}),
        (422, {"scores": office.answers(9)}),
        (422, {"scores": [3, 3, 3]}),
        (422, {"scores": {"x": 3}}),
        (422, {"scores": office.answers() | {str(office.asked[0].pk): True}}),
        (422, {"id": "one"}),
        (404, {"assignment": 10**9}),
        (404, {"assignment": "1"}),
        (404, {"assignment": 10**30}),
    ]
    for status, changed in wrong:
        answer = send(client, office, rated, **changed)
        assert (answer.status_code, bool(json.loads(answer.content)["reason"])) == (
            status,
            True,
        )
    Cycle.objects.filter(pk=office.cycle.pk).update(
        opens_on=timezone.localdate() - dt.timedelta(days=9),
        closes_on=timezone.localdate() - dt.timedelta(days=1),
    )
    assert send(client, office, rated).status_code == 409
    assert not Submission.objects.exists()


def test_what_is_no_form_at_all_is_refused(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.user)
    for body in ("", "{", "[]", "null", "[" * 100_000):
        assert post(client, office.user, reverse("needs:submit"), body).status_code == 400


def test_a_form_of_somebody_who_is_not_signed_in_goes_on_waiting(office: Office, sign_in: SignIn) -> None:
    other = a_user(Role.SUPERVISOR, unit=office.unit)
    assert send(Client(), office, office.staff[0]).status_code == 401
    assert send(sign_in(other), office, office.staff[0]).status_code == 401
    assert post(sign_in(office.user), None, reverse("needs:submit"), {}).status_code == 401
    assert not Submission.objects.exists()


def test_a_form_without_the_csrf_token_is_refused(office: Office) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.user, "django.contrib.auth.backends.ModelBackend")
    assert send(client, office, office.staff[0]).status_code == 403
    assert not Submission.objects.exists()


def test_a_draft_comes_back_when_the_form_is_opened_again(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.user)
    form = office.form(office.staff[0])
    first = office.asked[0]
    answer = post(client, office.user, reverse("needs:draft", args=[form.pk]), {"scores": {str(first.pk): 4}})
    assert answer.status_code == 200
    page = client.get(reverse("needs:form", args=[form.pk])).content.decode()
    assert re.findall(r'name="(c\d+)" value="(\w+)" checked', page) == [(f"c{first.pk}", "4")]


def test_without_a_script_the_form_is_sent_as_any_other(office: Office, sign_in: SignIn) -> None:
    client = sign_in(office.user)
    form = office.form(office.staff[0])
    address = reverse("needs:form", args=[form.pk])
    answers = {f"c{each.pk}": "unsure" if place else "2" for place, each in enumerate(office.asked)}
    number = str(uuid.uuid4())
    refused = client.post(address, {"number": number, f"c{office.asked[0].pk}": "2"})
    assert refused.status_code == 422
    assert f'value="{2}" checked' in refused.content.decode()
    assert client.post(address, {**answers, "draft": "yes"}).status_code == 302
    form.refresh_from_db()
    assert form.state == AssignmentState.DRAFT
    for _time in range(2):
        assert client.post(address, {**answers, "number": number}).status_code == 302
    assert [int(rating.score) for rating in Rating.objects.all()] == [2]


def test_the_scripts_and_pages_for_work_without_a_network_are_served_to_everybody() -> None:
    worker = Client().get("/service-worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert '"gate": ["/sign-in/", "/sign-out/", "/language/"]' in worker.content.decode()
    assert "__SETTINGS__" not in worker.content.decode()
    assert Client().get("/offline/").status_code == 200
