"""A roster's way from the sheet to the history of people, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from asah.portal.base import jobs
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, StoredFile, Unit, User
from asah.portal.people.actions import export_roster, roster_write
from asah.portal.people.enums import BatchState
from asah.portal.people.models import Employment, Person, Position, RosterBatch
from factories.portal import a_person, a_user, an_agency, an_office

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
        self.unit = self.agency
        self.planner = a_user(Role.PLANNER, unit=self.agency)
        self.client = sign_in(self.planner)
        self.work = work

    def send(
        self, *rows: list[str], header: list[str] | None = None, name: str = "roster.xlsx"
    ) -> RosterBatch:
        file = SimpleUploadedFile(name, a_sheet(header or HEADER, *rows))
        answer = self.client.post("/people/imports/new/", {"unit": self.unit.pk, "file": file})
        assert answer.status_code == 302, answer.content.decode()
        return RosterBatch.objects.latest("pk")

    def check(self, batch: RosterBatch) -> RosterBatch:
        chosen = columns_of(batch)
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

    def undo(self, batch: RosterBatch, state: BatchState = BatchState.UNDONE) -> None:
        self.client.post(f"/people/imports/{batch.pk}/undo/")
        self.work()
        batch.refresh_from_db()
        assert batch.state == state, Job.objects.latest("pk").error


def columns_of(batch: RosterBatch, **others: int) -> dict[str, str]:
    """The form of columns, filled in as it is proposed but for ``others``."""
    chosen = {name: str(column) for name, column in (batch.mapping | others).items()}
    return chosen | {"sheet": str(batch.file_id)}


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
    office.work()
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


def test_columns_that_nobody_matched_are_not_kept_once_the_matching_is_confirmed(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    header = ["Nama ibu", HEADER[0], "Hobi", *HEADER[1:], "Ukuran baju"]
    batch = office.send(["Siti Rahasia", ANI[0], "Memancing", *ANI[1:], "XL"], header=header)
    before = batch.file.path
    page = office.client.get(f"/people/imports/{batch.pk}/columns/").content.decode()
    assert "Hobi" in page
    with django_capture_on_commit_callbacks(execute=True):
        office.check(batch)
    assert batch.columns == HEADER
    assert batch.file.name == "roster.xlsx"
    assert not before.exists()
    kept = batch.file.path.read_text("utf-8")
    assert [word for word in ("Hobi", "Memancing", "Siti Rahasia", "XL") if word in kept] == []
    assert StoredFile.objects.count() == 1
    office.client.post(f"/people/imports/{batch.pk}/apply/")
    office.work()
    assert roster()[0][:2] == (ANI[0], "Ani Uji")


def test_a_matching_can_be_changed_among_the_columns_that_were_kept(office: Office) -> None:
    header = ["Hobi", *HEADER]
    batch = office.check(office.send(["Memancing", *ANI], header=header))
    batch = office.check(batch)
    assert (batch.columns, batch.counts["create"]) == (HEADER, 1)


def test_a_matching_of_columns_that_were_others_is_refused(office: Office) -> None:
    """A page that was opened before columns were dropped: its numbers mean other columns by now."""
    header = ["Hobi", *HEADER]
    batch = office.send(["Memancing", *ANI], header=header)
    stale = columns_of(batch)
    office.check(batch)
    page = office.client.post(f"/people/imports/{batch.pk}/columns/", stale)
    assert page.status_code == 200
    assert "error-summary" in page.content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.mapping["nip"]) == (BatchState.CHECKED, 0)


def test_the_rows_to_mend_are_recognised_though_columns_were_dropped(office: Office) -> None:
    header = ["Nomor Sakti", "Hobi", *HEADER[1:]]
    batch = office.send([ANI[0], "Memancing", *ANI[1:]], ["", "Lari", *BUDI[1:]], header=header)
    office.client.post(f"/people/imports/{batch.pk}/columns/", columns_of(batch, nip=0))
    office.work()
    sheet = office.client.get(f"/people/imports/{batch.pk}/errors.xlsx").content
    file = SimpleUploadedFile("mended.xlsx", sheet)
    office.client.post("/people/imports/new/", {"unit": office.agency.pk, "file": file})
    again = RosterBatch.objects.latest("pk")
    assert again.pk != batch.pk
    assert again.mapping["nip"] == 0


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
    office.client.post(f"/people/imports/{batch.pk}/columns/", columns_of(batch, nip=0))
    assert office.send(BUDI, header=header).mapping["nip"] == 0


def test_a_column_is_not_used_for_two_things(office: Office) -> None:
    batch = office.send(ANI)
    chosen = columns_of(batch, email=1)
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
    office.client.post(f"/people/imports/{batch.pk}/columns/", columns_of(batch))
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


MAIL = [*HEADER[:4], "Surel"]
CHIEF = [*HEADER[:4], "NIP atasan langsung"]


def about(person: Person, *more: str) -> list[str]:
    """A row that tells what stands there already, and ``more``."""
    assert person.current is not None
    return [person.nip, person.name, "PNS", person.current.unit.name, *more]


def of_operator(office: Office, sign_in: SignIn, unit: Unit | None = None, **person: Any) -> Office:
    """The same agency with an operator of one office at the keyboard."""
    operator = a_user(Role.OPERATOR, unit=unit or office.office, **person)
    theirs = copy(office)
    theirs.planner, theirs.client, theirs.unit = operator, sign_in(operator), unit or office.office
    return theirs


def codes(batch: RosterBatch) -> list[str]:
    return list(batch.findings.values_list("code", flat=True))


def test_a_row_about_somebody_of_another_office_is_refused_and_tells_nothing_of_them(
    office: Office, sign_in: SignIn
) -> None:
    stranger = a_person(an_office(office.agency), "Rahasia Lain", email="rahasia@contoh.go.id")
    theirs = of_operator(office, sign_in)
    row = [stranger.nip, "Nama Baru", "PNS", "Dinas Uji", "Kepala", "pengawas", "III/d", "01/06/2025"]
    batch = theirs.check(theirs.send(row))
    assert codes(batch) == ["nip_elsewhere"]
    assert (batch.counts["rejected"], batch.differences.count()) == (1, 0)
    page = theirs.client.get(f"/people/imports/{batch.pk}/").content.decode()
    assert "Rahasia" not in page
    assert "rahasia" not in page
    assert b"Rahasia" not in theirs.client.get(f"/people/imports/{batch.pk}/errors.xlsx").content


def test_a_planner_transfers_people_between_offices(office: Office) -> None:
    person = a_person(an_office(office.agency, "Dinas Lain"))
    office.write([person.nip, *ANI[1:]])
    person.refresh_from_db()
    assert person.current is not None
    assert person.current.unit == office.office


def test_a_new_contract_of_somebody_elsewhere_is_hinted_at_without_their_number(
    office: Office, sign_in: SignIn
) -> None:
    other = a_person(an_office(office.agency), "Ani Uji")
    theirs = of_operator(office, sign_in)
    batch = theirs.check(theirs.send([other.nip[:8] + "2016012001", *ANI[1:]]))
    assert "perhaps_same_elsewhere" in codes(batch)
    assert other.nip not in theirs.client.get(f"/people/imports/{batch.pk}/").content.decode()


def test_a_sheet_makes_no_second_unit_of_a_code_that_is_taken(office: Office, sign_in: SignIn) -> None:
    elsewhere = an_office(office.agency)
    theirs = of_operator(office, sign_in)
    header = [*HEADER, "Kode unit kerja"]
    batch = theirs.check(theirs.send([*ANI, elsewhere.code.lower()], header=header))
    assert codes(batch) == ["unit_elsewhere"]
    below = an_office(office.office, "Bidang Satu")
    twins = [[*ANI[:3], "Bidang Dua", *ANI[4:], "X1"], [*BUDI[:3], "Bidang Tiga", *BUDI[4:], "X1"]]
    batch = theirs.check(theirs.send(*twins, header=header))
    assert "code_twice" in codes(batch)
    header.append("Unit induk")
    batch = theirs.check(
        theirs.send([*ANI[:3], "Bidang Dua", *ANI[4:], below.code, "Bidang Satu"], header=header)
    )
    assert batch.counts["rejected"] == 0
    assert Unit.objects.filter(code=elsewhere.code).count() == 1


def test_nobody_makes_themselves_the_superior_of_others_by_a_sheet(office: Office, sign_in: SignIn) -> None:
    person = a_person(office.office)
    theirs = of_operator(office, sign_in)
    own = a_person(office.office, user=theirs.planner)
    batch = theirs.check(theirs.send(about(person, own.nip), header=CHIEF))
    assert codes(batch) == ["supervisor_sender"]
    assert batch.counts["update"] == 0
    office.write(about(person, own.nip), header=CHIEF)
    person.refresh_from_db()
    assert person.supervisor == own
    # What stands there already is no change, whoever sends it.
    batch = theirs.check(theirs.send(about(person, own.nip), header=CHIEF))
    assert (codes(batch), batch.counts["same"]) == ([], 1)


def test_an_office_names_superiors_of_its_own_line_only(office: Office, sign_in: SignIn) -> None:
    part = an_office(office.office, "Bidang Satu")
    person, above = a_person(part), a_person(office.office)
    other = a_person(an_office(office.agency))
    theirs = of_operator(office, sign_in, part)
    batch = theirs.check(theirs.send(about(person, other.nip), header=CHIEF))
    assert codes(batch) == ["supervisor_elsewhere"]
    theirs.write(about(person, above.nip), header=CHIEF)
    person.refresh_from_db()
    assert person.supervisor == above
    office.write(about(person, other.nip), header=CHIEF)
    person.refresh_from_db()
    assert person.supervisor == other


def test_posts_without_kind_and_names_that_are_taken_twice_are_exported_and_imported_as_no_change(
    office: Office, sign_in: SignIn
) -> None:
    bare = Position.objects.create(
        agency=office.agency, code="B1", name="Analis Ahli Muda", kind="fungsional"
    )
    twin = Position.objects.create(
        agency=office.agency, code="B2", name="Analis, Ahli Muda", kind="pelaksana"
    )
    people = [a_person(office.office, position=post) for post in (bare, twin)]
    first, second = an_office(office.office, "Sekretariat"), an_office(office.agency, "Sekretariat")
    people += [a_person(unit) for unit in (first, second)]
    before = list(Employment.objects.values_list("pk", "position", "unit", "ended_on"))
    for sender in (office, of_operator(office, sign_in)):
        file = SimpleUploadedFile("again.xlsx", export_roster(viewer=sender.planner))
        sender.client.post("/people/imports/new/", {"unit": sender.unit.pk, "file": file})
        batch = sender.check(RosterBatch.objects.latest("pk"))
        assert (batch.counts["same"], batch.counts["filled"]) == (batch.counts["rows"], 0)
        assert batch.counts["rows"] == 4 - (sender is not office)
        sender.client.post(f"/people/imports/{batch.pk}/apply/")
        office.work()
    assert list(Employment.objects.values_list("pk", "position", "unit", "ended_on")) == before
    rows = [about(person, "Analis Ahli Muda") for person in people[:2]]
    assert office.check(office.send(*rows, header=HEADER[:5])).counts["same"] == 2


def test_kind_and_rung_go_to_the_post_and_not_into_the_history_of_people(
    office: Office, sign_in: SignIn
) -> None:
    post = Position.objects.create(agency=office.agency, code="B1", name="Pranata Humas")
    person = a_person(office.office, position=post)
    row, header = about(person, post.name, "fungsional", "Ahli Muda"), [*HEADER[:6], "Jenjang"]
    theirs = of_operator(office, sign_in)
    batch = theirs.write(row, header=header)
    assert (codes(batch), batch.counts["same"]) == (["posts_not_filled"], 1)
    post.refresh_from_db()
    assert post.kind == ""
    batch = office.write(row, header=header)
    assert (codes(batch), batch.counts["same"], batch.counts["filled"]) == (["posts_filled"], 1, 1)
    post.refresh_from_db()
    assert (post.kind, post.level) == ("fungsional", "Ahli Muda")
    assert Employment.objects.count() == 1
    assert office.check(office.send(row, header=header)).counts["filled"] == 0
    office.undo(batch)
    post.refresh_from_db()
    assert (post.kind, post.level) == ("", "")


def test_undoing_leaves_and_names_what_was_changed_by_hand_since(office: Office) -> None:
    target = Position.objects.create(agency=office.agency, code="B1", name="Kepala")
    person, chief = a_person(office.office, email="lama@contoh.go.id"), a_person(office.office)
    other = a_person(office.office)
    Person.objects.filter(pk=person.pk).update(supervisor=chief)
    header = [*MAIL, "Gelar belakang"]
    rows = [about(person, "baru@contoh.go.id", "S.E."), about(other, "b@contoh.go.id", "")]
    batch = office.write(*rows, header=header)
    form = {"email": "baru@contoh.go.id", "target_position": target.pk, "back_degree": "M.M."}
    assert office.client.post(f"/people/{person.pk}/edit/", form).status_code == 302
    office.undo(batch)
    person.refresh_from_db()
    assert (person.email, person.back_degree) == ("lama@contoh.go.id", "M.M.")
    assert (person.supervisor, person.target_position) == (None, target)
    other.refresh_from_db()
    assert other.email == ""
    left = batch.findings.get(code="changed_since")
    assert (left.value, left.column, batch.counts["left"]) == (person.nip, "Gelar belakang", 1)
    page = office.client.get(f"/people/imports/{batch.pk}/").content.decode()
    assert person.nip in page


def test_undoing_keeps_somebody_new_whom_others_went_on_with(office: Office) -> None:
    led = a_person(office.office)
    citra = ["198602022011011003", "Citra Uji", *BUDI[2:]]
    batch = office.write(ANI, BUDI, citra)
    ani, budi = Person.objects.get(nip=ANI[0]), Person.objects.get(nip=BUDI[0])
    office.client.post(f"/people/{ani.pk}/edit/", {"email": "ani@contoh.go.id"})
    office.client.post(f"/people/{led.pk}/edit/", {"supervisor_nip": budi.nip})
    office.undo(batch)
    assert set(Person.objects.all()) == {led, ani, budi}
    led.refresh_from_db()
    assert led.supervisor == budi
    assert sorted(batch.findings.filter(code="person_stays").values_list("value", flat=True)) == sorted(
        [ani.nip, budi.nip]
    )


def test_undoing_is_a_job_that_can_be_run_twice(office: Office) -> None:
    person = a_person(office.office)
    batch = office.write(about(person, "a@contoh.go.id"), header=MAIL)
    office.client.post(f"/people/imports/{batch.pk}/undo/")
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDOING
    assert "hx-get" in office.client.get(f"/people/imports/{batch.pk}/").content.decode()
    (job,) = office.work()
    assert (job.done, job.total) == (1, 1)
    Job.objects.filter(pk=job.pk).update(state="waiting")
    jobs.run_job.call(job.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    person.refresh_from_db()
    assert person.email == ""


def test_an_import_that_ratings_stand_upon_is_not_undone_and_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = office.write(ANI)

    def refuse(**_asked: Any) -> None:
        raise ProtectedError("", {Person.objects.get(nip=ANI[0])})

    monkeypatch.setattr(roster_write, "take_back", refuse)
    office.undo(batch, BatchState.APPLIED)
    assert codes(batch)[-1] == "undo_protected"
    assert "alert-danger" in office.client.get(f"/people/imports/{batch.pk}/").content.decode()
    assert Person.objects.count() == 1


def test_the_check_lists_who_is_new_and_who_is_changed_with_old_and_new(office: Office) -> None:
    person = a_person(office.office, "Dewi Lama", email="lama@contoh.go.id")
    rows = [person.nip, "Dewi Baru", "PNS", "Dinas Baru", "Analis Kebijakan", "", "III/c", ""]
    batch = office.check(office.send([*rows, "baru@contoh.go.id"], [*ANI, ""], header=[*HEADER, "Surel"]))
    found = list(batch.differences.values_list("name", "field", "old", "new"))
    assert found == [
        ("Dewi Lama", "name", "Dewi Lama", "Dewi Baru"),
        ("Dewi Lama", "email", "lama@contoh.go.id", "baru@contoh.go.id"),
        ("Dewi Lama", "unit_name", "Dinas Uji", "Dinas Baru"),
        ("Dewi Lama", "parent_unit_name", "Kabupaten Uji", ""),
        ("Ani Uji", "", "", "Analis Kebijakan, Dinas Uji"),
    ]
    page = f"/people/imports/{batch.pk}/"
    assert "lama@contoh.go.id" in office.client.get(page).content.decode()
    assert "lama@contoh.go.id" not in office.client.get(page + "?d-what=new").content.decode()
    assert "Ani Uji" not in office.client.get(page + "?d-field=email").content.decode()
    sheet = b"".join(office.client.get(page + "?d-export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Dewi Lama" in sheet
    again = office.check(batch)
    assert again.differences.count() == 5


def test_a_large_sheet_is_written_and_undone_in_few_statements(office: Office) -> None:
    def statements(count: int) -> tuple[int, int]:
        people = [a_person(office.office) for _ in range(count)]
        rows = [about(person, f"x{person.pk}@contoh.go.id", "IV/a") for person in people]
        batch = office.check(office.send(*rows, header=[*MAIL, "Golongan"]))
        office.client.post(f"/people/imports/{batch.pk}/apply/")
        with CaptureQueriesContext(connection) as written:
            office.work()
        batch.refresh_from_db()
        office.client.post(f"/people/imports/{batch.pk}/undo/")
        with CaptureQueriesContext(connection) as undone:
            office.work()
        return len(written), len(undone)

    few, many = statements(2), statements(12)
    assert many == few
