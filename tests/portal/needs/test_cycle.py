from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asah.portal.base.enums import JobState, Role
from asah.portal.base.models import Event, Job, Unit, User
from asah.portal.needs import actions
from asah.portal.needs.enums import CycleState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member
from asah.portal.needs.queries.cycles import population, preview
from asah.portal.people.models import Employment
from factories.needs import a_draft, a_framework, an_open_cycle
from factories.portal import a_person, a_position, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def planner(agency: Unit) -> User:
    return a_user(Role.PLANNER, unit=agency)


def test_opening_freezes_unit_post_and_next_post_of_everybody(
    agency: Unit, planner: User, work: Work
) -> None:
    office, later = an_office(agency, "Dinas Satu"), an_office(agency, "Dinas Dua")
    framework, _ = a_framework(agency)
    target = a_position(agency, "Kepala Seksi")
    person = a_person(office, target_position=target)
    assert person.current
    post = person.current.position
    cycle = a_draft(agency, framework)
    actions.begin_opening(actor=planner, cycle=cycle)
    (job,) = work()
    assert (job.state, job.result) == (JobState.DONE, {"members": 1, "forms": 1})
    cycle.refresh_from_db()
    assert cycle.state == CycleState.OPEN
    Employment.objects.filter(person=person).update(unit=later, position=None)
    member = Member.objects.get(cycle=cycle)
    assert (member.person, member.unit, member.position, member.target_position) == (
        person,
        office,
        post,
        target,
    )
    assert Event.objects.filter(action="cycle.opened", actor=planner).count() == 1


def test_opening_twice_or_again_after_a_kill_makes_nobody_twice(
    agency: Unit, planner: User, work: Work
) -> None:
    framework, _ = a_framework(agency)
    for _number in range(3):
        a_person(an_office(agency))
    cycle = a_draft(agency, framework)
    person = a_person(an_office(agency))
    assert person.current
    left = Member.objects.create(cycle=cycle, person=person, unit=person.current.unit)
    Assignment.objects.create(member=left, role="self", rater=person)
    actions.begin_opening(actor=planner, cycle=cycle)
    with pytest.raises(ValidationError):
        actions.begin_opening(actor=planner, cycle=cycle)
    work()
    assert Member.objects.filter(cycle=cycle).count() == 4
    assert Assignment.objects.filter(member__cycle=cycle).count() == 4


def test_a_draft_that_lacks_something_is_not_opened_and_all_of_it_is_told(
    agency: Unit, planner: User
) -> None:
    framework, competencies = a_framework(agency)
    for competency in competencies:
        competency.archived_at = timezone.now()
        competency.save()
    past = timezone.localdate() - dt.timedelta(days=3)
    cycle = a_draft(agency, framework, opens_on=past, closes_on=past, roles=[])
    with pytest.raises(ValidationError) as told:
        actions.begin_opening(actor=planner, cycle=cycle)
    assert len(told.value.messages) == 4
    assert not Job.objects.exists()


def test_a_population_is_narrowed_by_employment_and_unit_and_counted(agency: Unit) -> None:
    inside, outside = an_office(agency, "Dinas Dalam"), an_office(agency, "Dinas Luar")
    part = an_office(inside, "Bidang")
    framework, _ = a_framework(agency)
    a_person(inside)
    a_person(part)
    a_person(outside)
    contract, gone = a_person(inside), a_person(inside)
    Employment.objects.filter(person=contract).update(kind="PPPK")
    Employment.objects.filter(person=gone).update(ended_on=dt.date(2026, 1, 1))
    cycle = a_draft(agency, framework)
    assert preview(cycle).people == 4
    assert preview(cycle).by_office == (("Dinas Dalam", 3), ("Dinas Luar", 1))
    cycle.employment = ["PNS"]
    cycle.save()
    cycle.units.add(inside)
    assert preview(cycle).by_office == (("Dinas Dalam", 2),)
    assert [many for _, many in preview(cycle).by_employment] == [2]


def test_closing_early_makes_today_the_last_day_and_opening_again_is_told_in_the_audit(
    agency: Unit, planner: User
) -> None:
    framework, _ = a_framework(agency)
    cycle = an_open_cycle(agency, framework)
    today = timezone.localdate()
    actions.close_cycle(actor=planner, cycle=cycle)
    assert (cycle.state, cycle.closes_on) == (CycleState.CLOSED, today)
    with pytest.raises(ValidationError):
        actions.reopen_cycle(
            actor=planner, cycle=cycle, closes_on=today - dt.timedelta(days=1), reason="Lupa"
        )
    later = today + dt.timedelta(days=5)
    actions.reopen_cycle(actor=planner, cycle=cycle, closes_on=later, reason="Banyak yang cuti")
    assert (cycle.state, cycle.closes_on) == (CycleState.OPEN, later)
    line = Event.objects.get(action="cycle.reopened")
    assert line.detail == {"from": today.isoformat(), "to": later.isoformat(), "reason": "Banyak yang cuti"}


def test_only_the_planner_of_the_agency_itself_changes_a_cycle(agency: Unit) -> None:
    framework, _ = a_framework(agency)
    cycle = an_open_cycle(agency, framework)
    office = an_office(agency)
    for other in (
        a_user(Role.PLANNER, unit=office),
        a_user(Role.PLANNER, unit=an_agency()),
        a_user(Role.HEAD, unit=agency),
    ):
        with pytest.raises(PermissionDenied):
            actions.close_cycle(actor=other, cycle=cycle)
        with pytest.raises(PermissionDenied):
            actions.begin_opening(actor=other, cycle=cycle)


def test_a_planner_prepares_opens_and_follows_a_cycle(
    agency: Unit, planner: User, sign_in: SignIn, work: Work
) -> None:
    office = an_office(agency, "Dinas Uji")
    a_framework(agency)
    a_person(office)
    client = sign_in(planner)
    today = timezone.localdate()
    filled = {
        "agency": agency.pk,
        "name": "AKPK 2027",
        "year": 2027,
        "opens_on": today.isoformat(),
        "closes_on": (today + dt.timedelta(days=10)).isoformat(),
        "roles": ["self", "peer"],
        "peers": 5,
    }
    for wrong in ({"closes_on": "2020-01-01"}, {"peers": 4}):
        assert client.post(reverse("needs:add_cycle"), filled | wrong).status_code == 200
    assert not Cycle.objects.exists()
    response = client.post(reverse("needs:add_cycle"), filled)
    cycle = Cycle.objects.get()
    assert response["Location"] == reverse("needs:cycle", args=[cycle.pk])
    assert cycle.seed > 0
    page = client.get(response["Location"]).content.decode()
    assert "Dinas Uji" in page
    assert str(cycle.seed) in page
    client.post(reverse("needs:open_cycle", args=[cycle.pk]))
    opening = client.get(reverse("needs:cycle", args=[cycle.pk]), headers={"HX-Request": "true"})
    assert 'id="opening"' in opening.content.decode()
    work()
    cycle.refresh_from_db()
    assert cycle.state == CycleState.OPEN
    assert population(cycle).people == 1


def test_units_of_another_agency_are_never_offered(agency: Unit, planner: User, sign_in: SignIn) -> None:
    a_framework(agency)
    an_office(agency, "Dinas Sendiri")
    other = an_office(an_agency(), "Dinas Asing")
    page = sign_in(planner).get(reverse("needs:add_cycle")).content.decode()
    assert "Dinas Sendiri" in page
    assert "Dinas Asing" not in page
    cycle = a_draft(agency, a_framework(an_agency())[0])
    with pytest.raises(ValidationError):
        actions.save_cycle(actor=planner, cycle=cycle, units=[other])


@pytest.mark.parametrize(
    "page", ["cycle", "edit_cycle", "coverage", "unrated", "unassigned", "scores", "reopen_cycle"]
)
def test_a_cycle_of_another_agency_is_a_404_with_a_line_in_the_audit(
    agency: Unit, sign_in: SignIn, page: str
) -> None:
    framework, _ = a_framework(agency)
    cycle = an_open_cycle(agency, framework)
    stranger = a_user(Role.PLANNER, unit=an_agency())
    response = sign_in(stranger).get(reverse(f"needs:{page}", args=[cycle.pk]))
    assert response.status_code == 404
    assert cycle.name not in response.content.decode()
    assert Event.objects.filter(action="access.refused", actor=stranger).count() == 1


def test_a_draft_is_seen_by_its_planner_only(agency: Unit, planner: User, sign_in: SignIn) -> None:
    framework, _ = a_framework(agency)
    draft = a_draft(agency, framework, name="Rancangan rahasia")
    seen = an_open_cycle(agency, framework, name="Analisis terbuka")
    head = sign_in(a_user(Role.HEAD, unit=an_office(agency)))
    page = head.get(reverse("needs:cycles")).content.decode()
    assert seen.name in page
    assert draft.name not in page
    assert head.get(reverse("needs:cycle", args=[draft.pk])).status_code == 404
    assert draft.name in sign_in(planner).get(reverse("needs:cycles")).content.decode()


def test_an_asn_has_no_pages_of_cycles(agency: Unit, sign_in: SignIn) -> None:
    framework, _ = a_framework(agency)
    cycle = an_open_cycle(agency, framework)
    client = sign_in(a_user(Role.ASN, unit=agency))
    for page in (
        reverse("needs:cycles"),
        reverse("needs:cycle", args=[cycle.pk]),
        reverse("needs:add_cycle"),
    ):
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("role", [RaterRole.ASSESSOR, RaterRole.TEST])
def test_no_form_is_made_for_what_comes_by_sheet(agency: Unit, role: RaterRole) -> None:
    framework, _ = a_framework(agency)
    a_person(an_office(agency))
    cycle = an_open_cycle(agency, framework, role)
    assert not Assignment.objects.filter(member__cycle=cycle).exists()


def test_the_list_of_cycles_costs_the_same_for_one_and_three(
    agency: Unit, planner: User, sign_in: SignIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    framework, _ = a_framework(agency)
    client = sign_in(planner)
    counts = []
    for _number in (1, 2, 3):
        an_open_cycle(agency, framework)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(reverse("needs:cycles"))
        counts.append(len(captured))
    assert counts[0] == counts[2]


def _filled(agency: Unit, **values: Any) -> dict[str, Any]:
    today = timezone.localdate()
    filled = {
        "agency": agency.pk,
        "name": "AKPK",
        "year": today.year + 1,
        "opens_on": today.isoformat(),
        "closes_on": (today + dt.timedelta(days=10)).isoformat(),
        "roles": ["self"],
        "peers": 5,
    }
    return filled | values


@pytest.mark.parametrize(
    ("field", "day"), [("closes_on", "9999-12-31"), ("opens_on", "0001-01-01"), ("opens_on", "2019-12-31")]
)
def test_days_far_from_the_plan_year_are_refused_at_their_field(
    agency: Unit, planner: User, sign_in: SignIn, field: str, day: str
) -> None:
    a_framework(agency)
    page = sign_in(planner).post(reverse("needs:add_cycle"), _filled(agency, **{field: day}))
    assert list(page.context["form"].errors) == [field]
    assert not Cycle.objects.exists()


def test_pages_of_an_analysis_that_never_ends_are_answered(
    agency: Unit, planner: User, sign_in: SignIn
) -> None:
    """Such days came in before they were refused."""
    user = a_user(Role.ASN, unit=agency)
    a_person(an_office(agency, "Dinas Uji"), user=user)
    cycle = an_open_cycle(agency, a_framework(agency)[0], RaterRole.SELF, closes_on=dt.date.max)
    assert sign_in(user).get(reverse("needs:rate")).status_code == 200
    for state in (CycleState.OPEN, CycleState.CLOSED):
        Cycle.objects.update(state=state)
        for name in ("cycle", "coverage", "results"):
            page = sign_in(planner).get(reverse(f"needs:{name}", args=[cycle.pk]))
            assert page.status_code == 200


def test_a_closed_analysis_is_not_opened_until_a_day_far_away(agency: Unit, planner: User) -> None:
    cycle = an_open_cycle(agency, a_framework(agency)[0], state=CycleState.OPEN)
    actions.close_cycle(actor=planner, cycle=cycle)
    with pytest.raises(ValidationError) as refused:
        actions.reopen_cycle(actor=planner, cycle=cycle, closes_on=dt.date.max, reason="x")
    assert list(refused.value.message_dict) == ["closes_on"]


def test_a_draft_is_discarded_and_an_opened_analysis_is_not(
    agency: Unit, planner: User, sign_in: SignIn
) -> None:
    framework, _competencies = a_framework(agency)
    a_person(an_office(agency, "Dinas Uji"))
    draft, opened = a_draft(agency, framework), an_open_cycle(agency, framework)
    client = sign_in(planner)
    for cycle in (draft, opened):
        client.post(reverse("needs:discard_cycle", args=[cycle.pk]))
    assert list(Cycle.objects.all()) == [opened]
    assert Event.objects.filter(action="cycle.discarded").count() == 1
    other = a_draft(agency, framework)
    assert sign_in(a_user(Role.HEAD, unit=agency)).post(
        reverse("needs:discard_cycle", args=[other.pk])
    ).status_code in (403, 404)
    assert Cycle.objects.filter(pk=other.pk).exists()


def test_two_analyses_of_one_year_do_not_run_for_the_same_people(agency: Unit, planner: User) -> None:
    framework, _competencies = a_framework(agency)
    first, second = an_office(agency, "Dinas Satu"), an_office(agency, "Dinas Dua")
    a_person(first)
    a_person(second)
    running = an_open_cycle(agency, framework, name="Yang berjalan")
    Member.objects.filter(cycle=running, unit=second).delete()
    draft = a_draft(agency, framework)
    with pytest.raises(ValidationError, match="Yang berjalan"):
        actions.begin_opening(actor=planner, cycle=draft)
    draft.units.set([second])
    actions.begin_opening(actor=planner, cycle=draft)
    Cycle.objects.filter(pk=running.pk).update(state=CycleState.FINISHED)
    actions.begin_opening(actor=planner, cycle=a_draft(agency, framework))


def test_the_second_of_two_who_change_a_draft_is_told(agency: Unit, planner: User, sign_in: SignIn) -> None:
    cycle = a_draft(agency, a_framework(agency)[0], name="Semula", year=timezone.localdate().year + 1)
    page = reverse("needs:edit_cycle", args=[cycle.pk])
    first, second = sign_in(planner), sign_in(a_user(Role.PLANNER, unit=agency))
    opened = [client.get(page).context["form"]["opened"].value() for client in (first, second)]
    filled = _filled(agency, opens_on=cycle.opens_on.isoformat(), closes_on=cycle.closes_on.isoformat())
    filled |= {"roles": cycle.roles, "peers": 5}
    first.post(page, filled | {"name": "Dari yang pertama", "opened": opened[0]})
    refused = second.post(page, filled | {"name": "Dari yang kedua", "opened": opened[1]})
    assert "Dari yang pertama" in str(refused.context["form"].non_field_errors())
    cycle.refresh_from_db()
    assert cycle.name == "Dari yang pertama"
