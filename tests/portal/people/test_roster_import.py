"""A roster's way from the sheet to the history of people, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from asah.portal.base import jobs
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, StoredFile, Unit, User
from asah.portal.people.actions import export_roster
from asah.portal.people.enums import BatchState
from asah.portal.people.models import Employment, Person, Position, RosterBatch
from factories.portal import a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
Work = Callable[[], list[Job]]
SignIn = Callable[[User], Client]
HEADER = [
    "NIP",
    "Nama",
    "Status kepegawaian",
    "Unit kerja",
    "Jabatan",
    "Jenis jabatan",
    "Golongan",
    "TMT jabatan",
]
ANI = [
    "199001012015012001",
    "Ani Uji, S.Kom.",
    "PNS",
    "Dinas Uji",
    "Analis Kebijakan",
    "fungsional",
    "III/c",
    "01/02/2020",
]
BUDI = [
    "198502022010011002",
    "Budi Contoh",
    "PNS",
    "Dinas Uji",
    "Pranata Komputer",
    "fungsional",
    "III/d",
    "2019-03-01",
]


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


class Office:
    """An agency with an office, somebody who imports, and the sheets they send."""

    def __init__(self, sign_in: SignIn, work: Work) -> None:
        self.agency = an_agency()
        self.office = an_office(self.agency, "Dinas Uji")
        self.planner = a_user(Role.PLANNER, unit=self.agency)
        self.client = sign_in(self.planner)
        self.work = work

    def send(
        self, *rows: list[str], header: list[str] | None = None, name: str = "roster.xlsx"
    ) -> RosterBatch:
        file = SimpleUploadedFile(name, a_sheet(header or HEADER, *rows))
        answer = self.client.post("/people/imports/new/", {"unit": self.agency.pk, "file": file})
        assert answer.status_code == 302, answer.content.decode()
        return RosterBatch.objects.latest("pk")

    def check(self, batch: RosterBatch) -> RosterBatch:
        chosen = {name: str(column) for name, column in batch.mapping.items()}
        assert self.client.post(f"/people/imports/{batch.pk}/columns/", chosen).status_code == 302
        self.work()
        batch.refresh_from_db()
        assert batch.state == BatchState.CHECKED, Job.objects.latest("pk").error
        return batch

    def write(self, *rows: list[str], header: list[str] | None = None) -> RosterBatch:
        batch = self.check(self.send(*rows, header=header))
        self.client.post(f"/people/imports/{batch.pk}/apply/")
        self.work()
        batch.refresh_from_db()
        assert batch.state == BatchState.APPLIED, Job.objects.latest("pk").error
        return batch


@pytest.fixture
def office(sign_in: SignIn, work: Work) -> Office:
    return Office(sign_in, work)


def a_sheet(*rows: list[str]) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                page.write_string(number, column, text)
    return stream.getvalue()


def roster() -> list[tuple[Any, ...]]:
    values = (
        "nip",
        "name",
        "back_degree",
        "current__unit__name",
        "current__position__name",
        "current__golongan",
    )
    return list(Person.objects.order_by("nip").values_list(*values))


def test_nothing_is_written_before_somebody_says_so(office: Office) -> None:
    batch = office.check(office.send(ANI, BUDI))
    assert (batch.counts["rows"], batch.counts["create"], Person.objects.count()) == (2, 2, 0)
    page = office.client.get(f"/people/imports/{batch.pk}/").content.decode()
    assert f"/people/imports/{batch.pk}/apply/" in page


def test_a_checked_sheet_becomes_people_with_posts(office: Office) -> None:
    office.write(ANI, BUDI)
    assert roster() == [
        ("198502022010011002", "Budi Contoh", "", "Dinas Uji", "Pranata Komputer", "III/d"),
        ("199001012015012001", "Ani Uji", "S.Kom.", "Dinas Uji", "Analis Kebijakan", "III/c"),
    ]
    ani = Person.objects.get(nip=ANI[0])
    assert ani.current is not None
    assert (ani.current.unit, ani.current.started_on, ani.current.ended_on) == (
        office.office,
        dt.date(2020, 2, 1),
        None,
    )


def test_the_same_sheet_again_changes_nothing(office: Office) -> None:
    office.write(ANI, BUDI)
    batch = office.check(office.send(ANI, BUDI))
    assert (batch.counts["same"], batch.counts["create"], batch.counts["update"]) == (2, 0, 0)


def test_what_is_exported_is_imported_again_as_no_change(office: Office) -> None:
    office.write(ANI, BUDI)
    file = SimpleUploadedFile("again.xlsx", export_roster(viewer=office.planner))
    office.client.post("/people/imports/new/", {"unit": office.agency.pk, "file": file})
    batch = office.check(RosterBatch.objects.latest("pk"))
    assert (batch.counts["same"], batch.counts["rejected"]) == (2, 0)


def test_a_new_post_closes_the_old_line_and_opens_another(office: Office) -> None:
    office.write(ANI)
    moved = [*ANI[:3], "Dinas Baru", "Kepala Seksi", "pengawas", "III/d", "01/06/2025"]
    office.write(moved)
    lines = Employment.objects.order_by("pk").values_list("position__name", "started_on", "ended_on")
    assert list(lines) == [
        ("Analis Kebijakan", dt.date(2020, 2, 1), dt.date(2025, 5, 31)),
        ("Kepala Seksi", dt.date(2025, 6, 1), None),
    ]
    assert Unit.objects.get(name="Dinas Baru").parent == office.agency


def test_an_import_is_undone_whole(office: Office) -> None:
    office.write(ANI)
    before = roster(), Position.objects.count(), Unit.objects.filter(is_active=True).count()
    moved = [*ANI[:3], "Dinas Baru", "Kepala Seksi", "pengawas", "III/d", "01/06/2025"]
    batch = office.write(moved, BUDI)
    assert roster() != before[0]
    office.client.post(f"/people/imports/{batch.pk}/undo/")
    assert (roster(), Position.objects.count(), Unit.objects.filter(is_active=True).count()) == before
    assert list(Employment.objects.values_list("ended_on")) == [(None,)]
    again = office.write(moved, BUDI)
    assert (again.counts["create"], again.counts["update"]) == (1, 1)
    assert Unit.objects.filter(name="Dinas Baru").count() == 1


def test_an_import_under_a_later_one_is_not_undone(office: Office) -> None:
    first = office.write(ANI)
    office.write([*ANI[:6], "III/d", "01/06/2025"])
    page = office.client.post(f"/people/imports/{first.pk}/undo/", follow=True).content.decode()
    first.refresh_from_db()
    assert first.state == BatchState.APPLIED
    assert "alert-danger" in page
    assert Person.objects.count() == 1


def test_sensitive_columns_are_dropped_before_anything_is_kept(office: Office) -> None:
    header = [*HEADER, "NIK", "Agama"]
    secret = "1502010101900001"
    batch = office.send([*ANI, secret, "Islam"], header=header)
    assert batch.refused == ["NIK", "Agama"]
    assert "NIK" in office.client.get(f"/people/imports/{batch.pk}/columns/").content.decode()
    kept = StoredFile.objects.get(pk=batch.file_id).path.read_text("utf-8")
    assert secret not in kept
    assert "Islam" not in kept
    assert ANI[0] in kept


def test_every_row_is_taken_warned_or_left_out_with_its_reason(office: Office) -> None:
    wrong = [["1,97E+17", *BUDI[1:]], ["197112000000000000", *BUDI[1:]], ["", "Tanpa Nip", *BUDI[2:]]]
    batch = office.check(office.send(ANI, *wrong))
    counts = batch.counts
    assert counts["rows"] == counts["accepted"] + counts["warned"] + counts["rejected"] == 4
    assert counts["rejected"] == 3
    assert set(batch.findings.filter(severity="error").values_list("row", flat=True)) == {3, 4, 5}
    sheet = office.client.get(f"/people/imports/{batch.pk}/errors.xlsx")
    assert sheet.content.startswith(b"PK")


def test_how_columns_were_matched_is_remembered_for_the_same_headers(office: Office) -> None:
    header = ["Nomor Sakti", *HEADER[1:]]
    batch = office.send(ANI, header=header)
    assert "nip" not in batch.mapping
    office.client.post(
        f"/people/imports/{batch.pk}/columns/", {**{k: str(v) for k, v in batch.mapping.items()}, "nip": "0"}
    )
    assert office.send(BUDI, header=header).mapping["nip"] == 0


def test_a_column_is_not_used_for_two_things(office: Office) -> None:
    batch = office.send(ANI)
    chosen = {name: str(column) for name, column in batch.mapping.items()} | {"email": "1"}
    answer = office.client.post(f"/people/imports/{batch.pk}/columns/", chosen)
    assert answer.status_code == 200
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT


def test_a_pdf_called_xlsx_is_refused_and_nothing_is_kept(office: Office) -> None:
    file = SimpleUploadedFile("roster.xlsx", b"%PDF-1.7 not a sheet")
    answer = office.client.post("/people/imports/new/", {"unit": office.agency.pk, "file": file})
    assert answer.status_code == 200
    assert (RosterBatch.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_two_who_write_the_same_sheet_write_it_once(office: Office) -> None:
    batch = office.check(office.send(ANI))
    for _click in range(2):
        office.client.post(f"/people/imports/{batch.pk}/apply/")
    office.work()
    assert Job.objects.filter(kind="people.apply_roster").count() == 1
    assert Person.objects.count() == 1


def test_a_writing_job_that_runs_twice_writes_once(office: Office) -> None:
    batch = office.write(ANI)
    job = Job.objects.get(kind="people.apply_roster")
    Job.objects.filter(pk=job.pk).update(state="waiting")
    jobs.run_job.call(job.pk)
    assert (Person.objects.count(), Employment.objects.count(), batch.changes.count()) == (1, 1, 1)


def test_a_check_that_is_stopped_leaves_the_sheet_to_be_begun_again(office: Office) -> None:
    batch = office.send(ANI)
    chosen = {name: str(column) for name, column in batch.mapping.items()}
    office.client.post(f"/people/imports/{batch.pk}/columns/", chosen)
    batch.refresh_from_db()
    office.client.post(f"/jobs/{batch.job_id}/stop/")
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT


def test_an_import_of_another_agency_is_not_found(office: Office, sign_in: SignIn) -> None:
    batch = office.check(office.send(ANI))
    stranger = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    paths = ["", "columns/", "errors.xlsx"]
    assert [stranger.get(f"/people/imports/{batch.pk}/{path}").status_code for path in paths] == [404] * 3
    assert stranger.post(f"/people/imports/{batch.pk}/apply/").status_code == 404
    assert Event.objects.filter(action="access.refused").count() == 4
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_an_operator_imports_for_the_own_office_only(office: Office, sign_in: SignIn) -> None:
    operator = sign_in(a_user(Role.OPERATOR, unit=office.office))
    file = SimpleUploadedFile("roster.xlsx", a_sheet(HEADER, ANI))
    answer = operator.post("/people/imports/new/", {"unit": office.agency.pk, "file": file})
    assert answer.status_code == 200
    assert RosterBatch.objects.count() == 0


def test_the_audit_tells_that_a_roster_was_written_and_names_nobody(office: Office) -> None:
    office.write(ANI)
    event = Event.objects.get(action="roster.written")
    assert (event.actor, event.detail["create"]) == (office.planner, 1)
    assert "Ani" not in str(event.detail)
    assert ANI[0] not in str(event.detail)
