"""Accounts opened for many at once: who gets one, the sheet of first passwords, and that it goes away."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from asah.portal.base import jobs
from asah.portal.base.actions import grant_role
from asah.portal.base.enums import JobState, Role
from asah.portal.base.models import Event, Job, RoleGrant, StoredFile, Unit, User
from asah.portal.people.models import AccountBatch, Person
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
Work = Callable[[], list[Job]]
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


class Office:
    """An agency with an office, its administrator, and what they do."""

    def __init__(self, sign_in: SignIn, work: Work) -> None:
        self.agency = an_agency()
        self.office = an_office(self.agency, "Dinas Uji")
        self.chief = a_user(Role.ADMINISTRATOR, unit=self.agency)
        self.client = sign_in(self.chief)
        self.work = work

    def ask(self, unit: Unit, **fields: Any) -> AccountBatch:
        path = f"/people/accounts/open/{unit.pk}/"
        once = re.findall(r'name="once" value="([^"]+)"', self.client.get(path).content.decode())[0]
        answer = self.client.post(path, {"once": once, **fields})
        batch = AccountBatch.objects.latest("pk")
        assert answer["Location"] == f"/people/accounts/{batch.pk}/"
        return batch

    def open(self, unit: Unit, **fields: Any) -> AccountBatch:
        batch = self.ask(unit, **fields)
        self.work()
        batch.refresh_from_db()
        return batch

    def take(self, batch: AccountBatch) -> dict[str, str]:
        """User name to password, as the sheet tells them."""
        answer = self.client.post(f"/people/accounts/{batch.pk}/sheet/")
        assert answer["Cache-Control"] == "no-store"
        page = openpyxl.load_workbook(BytesIO(answer.content)).active
        assert page is not None
        rows = list(page.iter_rows(values_only=True))
        assert rows[0] == ("Unit kerja", "Nama", "Nama pengguna", "Kata sandi pertama")
        return {str(row[2]): str(row[3]) for row in rows[1:]}


@pytest.fixture
def office(sign_in: SignIn, work: Work) -> Office:
    return Office(sign_in, work)


def test_everybody_at_work_in_a_unit_and_below_gets_an_account_and_the_role(office: Office) -> None:
    part = an_office(office.office)
    people = [a_person(office.office, email="ani@example.id"), a_person(part)]
    a_person(an_office(office.agency))
    batch = office.open(office.office)
    assert batch.counts == {"opened": 2, "again": 0, "linked": 0, "taken": 0}
    for person in people:
        person.refresh_from_db()
        assert person.user is not None
        assert (person.user.username, person.user.name) == (person.nip, person.full_name)
        grant = person.user.grants.get()
        assert (grant.role, grant.unit, grant.granted_by) == (Role.ASN, person.current.unit, office.chief)  # type: ignore[union-attr]
    assert people[0].user is not None
    assert people[0].user.email == "ani@example.id"
    assert Person.objects.exclude(user=None).count() == 2
    event = Event.objects.get(action="accounts.opened")
    assert (event.actor, event.unit, event.detail) == (office.chief, office.office, batch.counts)


def test_whoever_left_or_retired_or_has_an_account_is_passed_over(office: Office) -> None:
    today = timezone.localdate()
    gone = a_person(office.office).current
    assert gone is not None
    gone.ended_on = today - dt.timedelta(days=1)
    gone.save()
    a_person(office.office, retires_on=today - dt.timedelta(days=1))
    a_person(office.office, user=a_user(Role.ASN, unit=office.office))
    last_day = a_person(office.office, retires_on=today)
    page = office.client.get(f"/people/accounts/open/{office.office.pk}/").content.decode()
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["1", "1", "1", "1", "0"]
    assert office.open(office.office).counts["opened"] == 1
    last_day.refresh_from_db()
    assert last_day.user is not None


def test_the_first_password_of_the_sheet_opens_the_page_to_choose_another(
    office: Office, client: Client
) -> None:
    person = a_person(office.office)
    passwords = office.take(office.open(office.office))
    assert list(passwords) == [person.nip]
    answer = client.post("/sign-in/", {"username": person.nip, "password": passwords[person.nip]})
    assert answer["Location"] == "/sign-in/password/"
    assert "_auth_user_id" not in client.session


def test_the_sheet_is_given_once_and_its_bytes_are_gone(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    a_person(office.office)
    batch = office.open(office.office)
    assert batch.file is not None
    path = batch.file.path
    assert path.exists()
    assert (path.stat().st_mode & 0o077) == 0
    with django_capture_on_commit_callbacks(execute=True):
        office.take(batch)
    assert not path.exists()
    assert StoredFile.objects.count() == 0
    assert Event.objects.filter(action="accounts.sheet_taken", actor=office.chief).count() == 1
    again = office.client.post(f"/people/accounts/{batch.pk}/sheet/", follow=True).content.decode()
    assert "alert-danger" in again
    assert "sheet/" not in office.client.get(f"/people/accounts/{batch.pk}/").content.decode()


def test_nobody_but_who_asked_gets_the_sheet(office: Office, sign_in: SignIn) -> None:
    a_person(office.office)
    batch = office.open(office.office)
    for other in (
        a_user(Role.ADMINISTRATOR, unit=office.agency),
        a_user(Role.PLANNER, unit=office.agency),
        a_user(Role.ADMINISTRATOR, unit=an_agency()),
    ):
        client = sign_in(other)
        assert client.get(f"/people/accounts/{batch.pk}/").status_code == 404
        assert client.post(f"/people/accounts/{batch.pk}/sheet/").status_code == 404
    assert Event.objects.filter(action="access.refused").count() == 6
    batch.refresh_from_db()
    assert batch.file is not None


def test_who_asked_and_is_no_administrator_any_more_gets_no_sheet(office: Office) -> None:
    a_person(office.office)
    batch = office.open(office.office)
    RoleGrant.objects.filter(user=office.chief).update(ended_at=timezone.now())
    assert office.client.post(f"/people/accounts/{batch.pk}/sheet/").status_code == 404


def test_a_sheet_that_nobody_took_goes_after_a_week(
    office: Office, work: Work, django_capture_on_commit_callbacks: Any
) -> None:
    a_person(office.office)
    batch = office.open(office.office)
    assert batch.file is not None
    path, week = batch.file.path, dt.timedelta(days=7, minutes=1)
    StoredFile.objects.update(sent_at=timezone.now() - week)
    assert (
        "alert-danger"
        in office.client.post(f"/people/accounts/{batch.pk}/sheet/", follow=True).content.decode()
    )
    assert path.exists()
    jobs.enqueue("people.forget_passwords", user=None)
    with django_capture_on_commit_callbacks(execute=True):
        assert work()[0].state == JobState.DONE
    assert not path.exists()
    assert Event.objects.filter(action="accounts.sheet_forgotten", unit=office.office).count() == 1


def test_a_sheet_of_today_stays_when_old_ones_are_cleared(office: Office, work: Work) -> None:
    a_person(office.office)
    batch = office.open(office.office)
    jobs.enqueue("people.forget_passwords", user=None)
    work()
    batch.refresh_from_db()
    assert batch.file is not None


def test_a_job_that_is_killed_before_its_end_has_opened_nothing_and_may_begin_again(office: Office) -> None:
    a_person(office.office)
    batch = office.ask(office.office)
    Job.objects.filter(pk=batch.job_id).update(stop_requested=True)
    office.work()
    assert (User.objects.count(), Job.objects.get(pk=batch.job_id).state) == (1, JobState.STOPPED)
    assert office.open(office.office).counts["opened"] == 1


def test_a_job_that_runs_twice_opens_once_and_keeps_the_first_sheet(office: Office) -> None:
    a_person(office.office)
    batch = office.open(office.office)
    Job.objects.filter(pk=batch.job_id).update(state="waiting")
    jobs.run_job.call(batch.job_id)
    assert Job.objects.get(pk=batch.job_id).state == JobState.DONE
    assert (User.objects.count(), StoredFile.objects.count()) == (2, 1)


def test_a_form_that_is_sent_twice_begins_one_job(office: Office) -> None:
    a_person(office.office)
    path = f"/people/accounts/open/{office.office.pk}/"
    targets = {office.client.post(path, {"once": "x" * 40})["Location"] for _click in range(2)}
    assert (len(targets), AccountBatch.objects.count(), Job.objects.count()) == (1, 1, 1)


def test_who_never_signed_in_gets_another_password_where_that_is_asked(office: Office) -> None:
    """A sheet that was lost on its way is replaced; whoever chose a password keeps it."""
    lost, used = a_person(office.office), a_person(office.office)
    first = office.take(office.open(office.office))
    User.objects.filter(username=used.nip).update(must_change_password=False, last_login=timezone.now())
    assert office.open(office.office).counts["again"] == 0
    batch = office.open(office.office, again="on")
    assert batch.counts == {"opened": 0, "again": 1, "linked": 0, "taken": 0}
    second = office.take(batch)
    assert set(second) == {lost.nip}
    assert second[lost.nip] != first[lost.nip]
    assert User.objects.get(username=lost.nip).check_password(second[lost.nip])


def test_another_password_is_not_given_to_somebody_with_a_role_above_the_unit(office: Office) -> None:
    person = a_person(office.office)
    office.open(office.office)
    person.refresh_from_db()
    assert person.user is not None
    grant_role(actor=None, user=person.user, role=Role.PPK, unit=office.agency)
    assert office.open(office.office, again="on").counts["again"] == 0


def test_a_user_of_the_same_nip_made_by_whoever_does_not_administer_the_person_is_not_tied(
    office: Office,
) -> None:
    elsewhere = an_office(office.office)
    mine = a_person(office.office)
    a_user(Role.ASN, unit=elsewhere, username=mine.nip)
    assert office.open(office.office).counts == {"opened": 0, "again": 0, "linked": 0, "taken": 1}
    mine.refresh_from_db()
    assert mine.user is None


def test_a_user_of_the_same_nip_is_tied_to_the_person_and_keeps_the_password(office: Office) -> None:
    mine, abroad = a_person(office.office), a_person(office.office)
    user = a_user(Role.ASN, unit=office.office, username=mine.nip)
    a_user(Role.ASN, unit=an_agency(), username=abroad.nip)
    before = user.password
    batch = office.open(office.office)
    assert batch.counts == {"opened": 0, "again": 0, "linked": 1, "taken": 1}
    mine.refresh_from_db()
    abroad.refresh_from_db()
    assert (mine.user, abroad.user) == (user, None)
    user.refresh_from_db()
    assert user.password == before
    assert batch.file is None


def test_accounts_are_opened_by_administrators_of_the_unit_only(office: Office, sign_in: SignIn) -> None:
    path = f"/people/accounts/open/{office.office.pk}/"
    for role in (Role.PLANNER, Role.OPERATOR):
        client = sign_in(a_user(role, unit=office.agency))
        assert [client.get(path).status_code, client.post(path, {"once": "a"}).status_code] == [403, 403]
        assert client.get("/people/accounts/").status_code == 403
    stranger = sign_in(a_user(Role.ADMINISTRATOR, unit=an_agency()))
    assert [stranger.get(path).status_code, stranger.post(path, {"once": "a"}).status_code] == [404, 404]
    assert AccountBatch.objects.count() == 0


def test_the_way_to_open_accounts_starts_at_users_and_at_a_unit(office: Office) -> None:
    a_person(office.office)
    assert 'href="/people/accounts/"' in office.client.get("/users/").content.decode()
    way = f'href="/people/accounts/open/{office.office.pk}/"'
    assert way in office.client.get(f"/units/{office.office.pk}/").content.decode()
    batch = office.open(office.office)
    assert f"/people/accounts/{batch.pk}/" in office.client.get("/people/accounts/").content.decode()
