from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import override

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, StoredFile
from asah.portal.base.sheets import SheetError
from asah.portal.competency.actions import (
    Change,
    apply_standards,
    check_standards,
    receive_standards,
    set_requirements,
)
from asah.portal.competency.models import Requirement
from asah.portal.competency.queries import standards_of
from asah.portal.competency.views.lists import SHEET_COLUMNS
from asah.portal.ui.tables.export import write_csv, write_xlsx
from factories.portal import a_position, a_user

from .conftest import Here

pytestmark = pytest.mark.django_db
HEADER = ["Kode Jabatan", "Nama Jabatan", "Kode Kompetensi", "Level", "Bobot", "Sumber"]


def a_sheet(*rows: list[object], header: list[str] | None = None) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate([header or HEADER, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


def send(here: Here, content: bytes, name: str = "standar.xlsx") -> StoredFile:
    return receive_standards(actor=here.planner, agency=here.agency, name=name, content=content)


def standing(here: Here) -> list[tuple[object, ...]]:
    rows = Requirement.objects.filter(position__agency=here.agency, valid_to=None)
    return list(
        rows.order_by("position__name", "competency__code").values_list(
            "position__name", "competency__code", "level", "importance", "basis", "source", "valid_from"
        )
    )


def test_a_sheet_is_checked_first_and_written_whole(here: Here) -> None:
    analyst, chief, _new = here.posts
    file = send(
        here,
        a_sheet(
            [analyst.code, analyst.name, "M.01", 3, "1,5", "SK Bupati 12/2024"],
            ["", chief.name, "sk.01", "2", "", ""],
        ),
    )
    on = dt.date(2024, 3, 1)
    checked = check_standards(file=file, on=on)
    assert (checked.rows, checked.bad_rows, list(checked.findings)) == (2, 0, [])
    assert checked.plan.counts == {"new": 2, "changed": 0, "cleared": 0, "same": 0}
    assert Requirement.objects.count() == 0
    apply_standards(actor=here.planner, file=file, on=on)
    assert standing(here) == [
        ("Analis", "M.01", 3, Decimal("1.50"), "stipulated", "SK Bupati 12/2024", on),
        ("Kepala Seksi", "SK.01", 2, Decimal(1), "stipulated", "", on),
    ]
    assert Event.objects.get(action="standards.imported").detail["new"] == 2


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_exported_sheet_reads_back_without_a_change(here: Here, language: str, kind: str) -> None:
    integrity, nation = here.competency("M.01").pk, here.competency("SK.01").pk
    post, other, _new = here.posts
    set_requirements(
        actor=here.planner,
        agency=here.agency,
        changes=[
            Change(post.pk, integrity, 3, Decimal("2.25"), source='SK "Bupati", 12/2024'),
            Change(post.pk, nation, 2, basis="default", source="Kelaziman"),
            Change(other.pk, integrity, 4),
        ],
        on=dt.date(2024, 1, 1),
    )
    before = standing(here)
    file = io.BytesIO()
    with override(language):
        rows = standards_of(here.planner, here.agency)
        if kind == "xlsx":
            write_xlsx(file, "Standar", SHEET_COLUMNS, rows)
        else:
            write_csv(file, SHEET_COLUMNS, rows)
    with override("id"):
        checked = check_standards(file=send(here, file.getvalue(), f"x.{kind}"))
    assert (checked.rows, list(checked.findings)) == (3, [])
    assert checked.plan.counts == {"new": 0, "changed": 0, "cleared": 0, "same": 3}
    assert not checked.may_apply
    assert standing(here) == before


def test_every_bad_row_is_told_at_once_and_nothing_is_written(here: Here, elsewhere: Here) -> None:
    post = here.posts[0]
    a_position(here.agency, "Perencana")
    twin = a_position(here.agency, "Perencana ")
    twin.name = "Perencana"
    twin.save()
    file = send(
        here,
        a_sheet(
            [post.code, post.name, "M.01", 3, 1, ""],
            [post.code, post.name, "M.01", 4, 1, ""],
            [elsewhere.posts[0].code, "", "M.01", 3, 1, ""],
            ["", "", "M.01", 3, 1, ""],
            ["", "Perencana", "M.01", 3, 1, ""],
            ["", "Tidak ada", "M.01", 3, 1, ""],
            [post.code, "", "X.99", 3, 1, ""],
            [post.code, "", "", "", 1, ""],
            [post.code, "", "SK.01", 6, "seribu", "s" * 301],
            [post.code, "", "T.01", 2.5, 1, ""],
        ),
    )
    checked = check_standards(file=file)
    assert [(finding.row, finding.column) for finding in checked.findings] == [
        (3, "Kode Kompetensi"),
        (4, "Kode Jabatan"),
        (5, "Kode Jabatan"),
        (6, "Nama Jabatan"),
        (7, "Nama Jabatan"),
        (8, "Kode Kompetensi"),
        (9, "Kode Kompetensi"),
        (9, "Level"),
        (10, "Level"),
        (10, "Bobot"),
        (10, "Sumber"),
        (11, "Level"),
    ]
    assert checked.bad_rows == 9
    with pytest.raises(ValidationError, match="9"):
        apply_standards(actor=here.planner, file=file)
    assert Requirement.objects.count() == 0


def test_a_post_called_otherwise_is_told_and_its_code_followed(here: Here) -> None:
    post = here.posts[0]
    checked = check_standards(file=send(here, a_sheet([post.code, "Nama lama", "M.01", 3, 1, ""])))
    assert [(finding.row, finding.hinders) for finding in checked.findings] == [(2, False)]
    assert [change.position_id for change in checked.changes] == [post.pk]
    assert checked.may_apply


def test_a_sheet_without_its_columns_is_refused_with_all_that_is_missing(here: Here) -> None:
    with pytest.raises(ValidationError) as caught:
        send(here, a_sheet(["x", "y"], header=["Keterangan", "Catatan"]))
    assert len(caught.value.messages) == 3
    with pytest.raises(ValidationError):
        send(here, a_sheet(["x", "M.01", 3, 3], header=["Kode Jabatan", "Kode Kompetensi", "Level", "LEVEL"]))
    with pytest.raises(SheetError):
        send(here, b"%PDF-1.7 no sheet")
    assert StoredFile.objects.count() == 0


def test_a_blank_importance_stays_and_a_missing_source_stays_with_its_level(here: Here) -> None:
    post, integrity = here.posts[0], here.competency("M.01").pk
    change = Change(post.pk, integrity, 3, Decimal(2), source="SK 1")
    set_requirements(actor=here.planner, agency=here.agency, changes=[change], on=dt.date(2024, 1, 1))
    header = ["Post code", "Competency code", "Level", "Weight"]
    same = check_standards(file=send(here, a_sheet([post.code, "M.01", 3, ""], header=header)))
    assert same.plan.counts["same"] == 1
    file = send(here, a_sheet([post.code, "M.01", 4, ""], header=header))
    apply_standards(actor=here.planner, file=file, on=dt.date(2024, 2, 1))
    assert standing(here)[0][2:6] == (4, Decimal(2), "stipulated", "")


def test_a_default_level_becomes_stipulated_by_a_sheet_that_says_so(here: Here) -> None:
    post, integrity = here.posts[0], here.competency("M.01").pk
    change = Change(post.pk, integrity, 3, basis="default", source="Kelaziman")
    set_requirements(actor=here.planner, agency=here.agency, changes=[change], on=dt.date(2024, 1, 1))
    file = send(here, a_sheet([post.code, post.name, "M.01", 3, "", "SK 5"]))
    plan = apply_standards(actor=here.planner, file=file, on=dt.date(2024, 2, 1))
    assert plan.counts["changed"] == 1
    assert standing(here)[0][4:6] == ("stipulated", "SK 5")


def test_a_sheet_that_comes_too_late_for_its_day_is_refused_whole(here: Here) -> None:
    post, other, _new = here.posts
    integrity = here.competency("M.01").pk
    set_requirements(
        actor=here.planner,
        agency=here.agency,
        changes=[Change(post.pk, integrity, 3)],
        on=dt.date(2024, 6, 1),
    )
    file = send(here, a_sheet([other.code, "", "M.01", 2, 1, ""], [post.code, "", "M.01", 2, 1, ""]))
    checked = check_standards(file=file, on=dt.date(2024, 1, 1))
    assert len(checked.plan.problems) == 1
    assert not checked.may_apply
    with pytest.raises(ValidationError):
        apply_standards(actor=here.planner, file=file, on=dt.date(2024, 1, 1))
    assert Requirement.objects.count() == 1


def test_a_sheet_is_taken_only_from_those_who_may_edit(here: Here, elsewhere: Here) -> None:
    content = a_sheet([here.posts[0].code, "", "M.01", 3, 1, ""])
    file = send(here, content)
    for user in (elsewhere.planner, a_user(Role.OPERATOR, unit=here.agency)):
        with pytest.raises(PermissionDenied):
            receive_standards(actor=user, agency=here.agency, name="x.xlsx", content=content)
        with pytest.raises(PermissionDenied):
            apply_standards(actor=user, file=file)
    assert Requirement.objects.count() == 0
