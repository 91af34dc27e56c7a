from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, Notice, Unit, User
from asah.portal.competency.models import Competency, Requirement
from asah.portal.needs.actions.conduct import close_case, open_case
from asah.portal.needs.enums import CaseState, CycleState
from asah.portal.needs.models import COACHING, ConductCase, Cycle, Member, Need
from asah.portal.needs.queries.cycles import people_of
from asah.portal.people.models import Person
from factories.portal import a_person, a_user, an_agency
from factories.results import Analysis, a_computed_analysis, an_analysis

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]
SECRET = "Pembinaan kejujuran melapor"


@pytest.fixture
def analysis() -> Analysis:
    analysis = an_analysis(2)
    integrity(analysis)
    return analysis


def integrity(analysis: Analysis) -> Competency:
    competency = analysis.competencies[0]
    competency.stream = "integrity"
    competency.save()
    Requirement.objects.filter(competency=competency).update(importance=2)
    return competency


def a_case(analysis: Analysis, actor: User, *named: User, place: int = 0) -> ConductCase:
    case = ConductCase(
        person=analysis.people[place],
        kind="discipline",
        opened_on=dt.date(2026, 10, 1),
        need=SECRET,
        competency=analysis.competencies[0],
    )
    return open_case(actor=actor, case=case, named=list(named))


def head(analysis: Analysis) -> User:
    return a_user(Role.HEAD, unit=analysis.offices[0])


def test_a_case_raises_a_need_for_coaching_with_the_weight_of_the_standard(analysis: Analysis) -> None:
    a_case(analysis, head(analysis))
    need = Need.objects.get()
    assert (need.person, need.competency, need.basis) == (
        analysis.people[0],
        analysis.competencies[0],
        COACHING,
    )
    assert (need.gap, need.weight, need.required, need.unit) == (1.0, 2.0, 3, analysis.offices[0])


def test_a_case_takes_nobody_out_of_the_population_or_of_the_needs(analysis: Analysis, work: Work) -> None:
    case = a_case(analysis, head(analysis))
    second = analysis.competencies[1]
    for state in (CaseState.OPEN, CaseState.CLOSED):
        ConductCase.objects.filter(pk=case.pk).update(state=state)
        assert set(people_of(analysis.cycle)) == set(analysis.people)
        assert Member.objects.filter(cycle=analysis.cycle, person=case.person).exists()
    for place in range(2):
        analysis.rate(place, {second: 1})
    analysis.compute(work)
    assert set(Need.objects.filter(competency=second).values_list("person", flat=True)) == {
        person.pk for person in analysis.people
    }


def test_a_computed_need_stands_and_a_raised_one_gives_way_to_it(analysis: Analysis, work: Work) -> None:
    actor = head(analysis)
    a_case(analysis, actor)
    a_case(analysis, actor, place=1)
    analysis.rate(0, {analysis.competencies[0]: 1})
    analysis.compute(work)
    found = {need.person: need.basis for need in Need.objects.filter(competency=analysis.competencies[0])}
    assert found == {analysis.people[0]: "assessor", analysis.people[1]: COACHING}


def test_closing_a_case_removes_nothing_from_the_past(analysis: Analysis, work: Work) -> None:
    actor = head(analysis)
    case = a_case(analysis, actor)
    close_case(actor=actor, case=case)
    assert Need.objects.filter(basis=COACHING).count() == 1
    analysis.rate(1, {analysis.competencies[1]: 1})
    analysis.compute(work)
    assert Need.objects.filter(basis=COACHING).count() == 1
    with pytest.raises(ValidationError):
        close_case(actor=actor, case=case)


def test_a_finished_analysis_is_not_changed_by_a_new_case(analysis: Analysis) -> None:
    Cycle.objects.update(state=CycleState.FINISHED)
    a_case(analysis, head(analysis))
    assert not Need.objects.exists()


def test_no_page_of_needs_tells_of_a_case(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 2)
    competency = integrity(analysis)
    Need.objects.filter(person=analysis.people[0]).delete()
    a_case(analysis, head(analysis))
    assert Need.objects.filter(basis=COACHING, person=analysis.people[0]).exists()
    client = sign_in(analysis.planner)
    number, office = analysis.cycle.pk, analysis.offices[0].pk
    cell = client.get(reverse("needs:cell", args=[number, office, competency.pk]))
    assert [need.person for need in cell.context["table"].source.every()] == [analysis.people[1]]
    profile = client.get(reverse("needs:profile", args=[number, analysis.member().pk]))
    assert not any(line.need_against for line in profile.context["lines"])
    for name in ("results", "heat", "boxes", "box_people", "summary", "verifications"):
        text = client.get(reverse(f"needs:{name}", args=[number])).content.decode()
        assert SECRET not in text


def test_a_case_is_found_only_by_who_opened_it_and_who_is_named(analysis: Analysis, sign_in: SignIn) -> None:
    actor, named = head(analysis), a_user(Role.SUPERVISOR, unit=analysis.offices[0])
    case = a_case(analysis, actor, named)
    page = reverse("needs:case", args=[case.pk])
    others = [
        analysis.planner,
        head(analysis),
        a_user(Role.ADMINISTRATOR, Role.INSPECTOR, Role.PPK, unit=analysis.agency),
        a_user(Role.PLANNER, unit=an_agency()),
    ]
    for user in (actor, named):
        assert SECRET in sign_in(user).get(page).content.decode()
    for user in others:
        client = sign_in(user)
        assert client.get(page).status_code == 404
        assert client.post(reverse("needs:end_case", args=[case.pk])).status_code == 404
        assert case.person.name not in client.get(reverse("needs:cases")).content.decode()
    assert Event.objects.filter(action="access.refused", actor__in=others).count() == 8
    assert ConductCase.objects.get().state == CaseState.OPEN


def test_every_look_at_a_case_leaves_a_line_that_does_not_name_the_person(
    analysis: Analysis, sign_in: SignIn
) -> None:
    actor = head(analysis)
    case = a_case(analysis, actor)
    client = sign_in(actor)
    client.get(reverse("needs:cases"))
    client.get(reverse("needs:case", args=[case.pk]))
    client.get(reverse("needs:case", args=[case.pk]))
    lines = Event.objects.filter(action__startswith="conduct.")
    counted = {
        action: lines.filter(action=action).count() for action in lines.values_list("action", flat=True)
    }
    assert counted == {"conduct.opened": 1, "conduct.listed": 1, "conduct.seen": 2}
    for line in lines:
        assert line.unit in (None, Unit.objects.get(pk=analysis.agency.pk))
        assert "Person" not in line.subject
        assert str(case.person.nip) not in str(line.detail)


def test_those_named_are_told_without_being_told_whom_it_is_about(analysis: Analysis) -> None:
    named = a_user(Role.SUPERVISOR, unit=analysis.offices[0])
    case = a_case(analysis, head(analysis), named)
    notice = Notice.objects.get()
    assert (notice.user, notice.link, notice.facts) == (named, reverse("needs:case", args=[case.pk]), {})


def test_a_case_is_opened_by_its_form(analysis: Analysis, sign_in: SignIn) -> None:
    actor, named = head(analysis), a_user(Role.HEAD, unit=analysis.agency)
    client = sign_in(actor)
    page = reverse("needs:add_case")
    once = client.get(page).context["form"]["once"].initial
    values = {
        "once": once,
        "nip": analysis.people[0].nip,
        "kind": "ethics",
        "opened_on": "2026-10-01",
        "competency": analysis.competencies[0].pk,
        "need": SECRET,
        "named": f"{named.username}\nbukan-siapa-siapa",
    }
    refused = client.post(page, values)
    assert "bukan-siapa-siapa" in str(refused.context["form"].errors["named"])
    assert not ConductCase.objects.exists()
    for _twice in range(2):
        client.post(page, values | {"named": named.username})
    case = ConductCase.objects.get()
    assert (list(case.named.all()), case.opened_by, case.person) == ([named], actor, analysis.people[0])


def test_nobody_opens_a_case_outside_their_units_about_themselves_or_with_anybody_named(
    analysis: Analysis,
) -> None:
    other = an_analysis(1)
    actor = head(analysis)
    person = a_person(analysis.offices[0], user=actor)
    analysis.people.append(person)
    refused: list[Person] = [other.people[0], person]
    for each in refused:
        analysis.people[0] = each
        with pytest.raises(PermissionDenied):
            a_case(analysis, actor)
    with pytest.raises(PermissionDenied):
        a_case(an_analysis(1), a_user(Role.OPERATOR, unit=analysis.agency))
    analysis.people[0] = analysis.people[1]
    with pytest.raises(ValidationError):
        a_case(analysis, actor, a_user(Role.HEAD, unit=other.agency))
    analysis.competencies[0] = analysis.competencies[3]
    with pytest.raises(ValidationError):
        a_case(analysis, actor)
    assert not ConductCase.objects.exists()


def test_the_list_of_cases_asks_as_much_for_three_as_for_one(analysis: Analysis, sign_in: SignIn) -> None:
    actor = head(analysis)
    client = sign_in(actor)
    counts = []
    for more in (1, 2):
        for _number in range(more):
            a_case(analysis, actor)
        client.get(reverse("needs:cases"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("needs:cases"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert ConductCase.objects.count() == 3


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2010-01-01"])
def test_a_case_begins_within_the_last_ten_years(analysis: Analysis, sign_in: SignIn, day: str) -> None:
    client = sign_in(head(analysis))
    page = reverse("needs:add_case")
    values = {
        "once": client.get(page).context["form"]["once"].initial,
        "nip": analysis.people[0].nip,
        "kind": "ethics",
        "opened_on": day,
        "competency": analysis.competencies[0].pk,
        "need": SECRET,
    }
    assert list(client.post(page, values).context["form"].errors) == ["opened_on"]
    assert not ConductCase.objects.exists()
