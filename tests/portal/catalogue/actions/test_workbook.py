from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from asah.portal.base.enums import Role
from asah.portal.base.files import FileRefused
from asah.portal.base.models import StoredFile, Unit, User
from asah.portal.base.sheets import SheetError
from asah.portal.catalogue.actions import apply_workbook, export_catalogue, receive_workbook, try_workbook
from asah.portal.catalogue.actions.workbook.draft import Count, Draft
from asah.portal.catalogue.models import (
    Fare,
    Fund,
    Offering,
    Price,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)
from factories.portal import a_user, an_agency, an_office
from portal.catalogue.situations import a_competency, a_place, a_programme, a_resource, an_effect, an_offering

pytestmark = pytest.mark.django_db
Rows = list[list[Any]]


def a_workbook(**sheets: Rows) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return stream.getvalue()


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def planner(agency: Unit) -> User:
    return a_user(Role.PLANNER, unit=agency)


def sent(planner: User, agency: Unit, content: bytes) -> StoredFile:
    return receive_workbook(actor=planner, agency=agency, name="katalog.xlsx", content=content)


def looked_at(planner: User, agency: Unit, **sheets: Rows) -> Draft:
    """What the workbook would change; sentences in English."""
    with translation.override("en"):
        return try_workbook(actor=planner, file=sent(planner, agency, a_workbook(**sheets)), year=2027)


def problems_of(draft: Draft) -> list[tuple[str, int, str]]:
    return [(problem.sheet, problem.row, problem.column) for problem in draft.problems]


def a_full_catalogue(agency: Unit) -> None:
    """Something in every sheet, with what is easily lost: decimals, lists, line ends, blanks, weeks."""
    office, twin = an_office(agency), an_office(agency)
    part = Unit.objects.create(parent=office, code="SAMA", name="Bidang", path="")
    Unit.objects.filter(pk=part.pk).update(path=f"{office.path}{part.pk}.")
    other = Unit.objects.create(parent=twin, code="SAMA", name="Bidang", path="")
    Unit.objects.filter(pk=other.pk).update(path=f"{twin.path}{other.pk}.")
    fund = Fund.objects.create(agency=agency, code="5.1.02", name="APBD")
    home, away = a_place(agency, "001"), a_place(agency, "002")
    base = a_programme(agency, "DASAR")
    full = a_programme(
        agency,
        "LANJUT",
        name="=Lanjutan",
        description="Dua\r\nbaris ",
        state="draft",
        form="K7",
        jp=Decimal("20.50"),
        theory_jp=Decimal("0.25"),
        fund=fund,
        prerequisite=base,
        organiser="BPSDM",
        curriculum_owner="LAN",
        connectivity="good",
        general=True,
        counts_to_max=False,
        eligible_employment=["PNS", "PPPK"],
        eligible_position_kind=["fungsional"],
    )
    full.eligible_units.set([office, other])
    an_effect(base, a_competency(agency, "T.01"), gain_levels=Decimal("0.475"), gain_sd=Decimal("0.125"))
    an_effect(full, a_competency(agency, "T.02"), source="measured", note="Studi 2025")
    room = a_resource(agency, "AULA", classes=3, place=home, note="lantai 2")
    room.periods.create(year=2027, period=10, classes=0)
    dates = {"starts_on": dt.date(2027, 3, 10), "ends_on": dt.date(2027, 3, 16)}
    an_offering(
        base, "O1", place=away, resource=room, seats_per_class=30, days=5, cost_per_class=12_500_000, **dates
    )
    online = {
        "starts_on": dt.date(2027, 4, 5),
        "ends_on": dt.date(2027, 4, 16),
        "period": 14,
        "period_end": 15,
    }
    an_offering(full, "O4", days=0, **online)
    an_offering(full, "O2", period=None, period_end=None)
    an_offering(full, "O3", archived_at=timezone.now())
    a_resource(agency, "LAMA", archived_at=timezone.now())
    price = {"agency": agency, "year": 2027, "name": "Uang harian", "unit_of_measure": "orang per hari"}
    Price.objects.create(**price, code="UH", region="Jambi", amount=110_000, source="PMK", verified=True)
    Price.objects.create(**price, code="UH", amount=1)
    Fare.objects.create(agency=agency, year=2027, origin=home, destination=away, cost=350_000, per_day=90_000)


def everything_of(agency: Unit) -> list[Any]:
    """Each row of the catalogue with all it says and its number, to be compared."""
    models = (Programme, ProgrammeEffect, Resource, ResourcePeriod, Offering, Price, Fare)
    rows: list[Any] = [list(model._default_manager.order_by("pk").values()) for model in models]
    units = Programme.eligible_units.through.objects.order_by("programme_id", "unit_id")
    return [*rows, list(units.values_list("programme_id", "unit_id"))]


def test_what_is_exported_comes_back_without_a_change(agency: Unit, planner: User) -> None:
    a_full_catalogue(agency)
    a_full_catalogue(an_agency())
    before = everything_of(agency)
    content = export_catalogue(viewer=planner, agency=agency)
    file = sent(planner, agency, content)
    draft = try_workbook(actor=planner, file=file, year=2030)
    assert (draft.problems, draft.notes, draft.changes) == ([], [], 0)
    assert {name: count.same for name, count in draft.counts.items()} == {
        "resources": 2,
        "programmes": 2,
        "effects": 2,
        "offerings": 3,
        "prices": 2,
        "fares": 1,
    }
    apply_workbook(actor=planner, file=file, year=2030)
    assert everything_of(agency) == before


def test_an_exported_catalogue_fills_an_empty_agency(agency: Unit, planner: User) -> None:
    a_full_catalogue(agency)
    other = an_agency()
    Fund.objects.create(agency=other, code="5.1.02", name="APBD")
    for code in ("001", "002"):
        a_place(other, code)
    for code in ("T.01", "T.02"):
        a_competency(other, code)
    content = export_catalogue(viewer=planner, agency=agency)
    keeper = a_user(Role.PLANNER, unit=other)
    draft = try_workbook(actor=keeper, file=sent(keeper, other, content), year=2027)
    # The units of one agency are not those of another: that alone must be mended.
    assert problems_of(draft) == [("programmes", 2, "eligible_unit")]
    Programme.objects.get(code="LANJUT").eligible_units.clear()
    content = export_catalogue(viewer=planner, agency=agency)
    apply_workbook(actor=keeper, file=sent(keeper, other, content), year=2027)
    copied = Programme.objects.get(agency=other, code="LANJUT")
    assert copied.prerequisite == Programme.objects.get(agency=other, code="DASAR")
    assert copied.fund is not None
    assert copied.fund.agency == other
    effect = ProgrammeEffect.objects.get(programme__agency=other, competency__code="T.01")
    assert (effect.gain_levels, effect.gain_sd) == (Decimal("0.475"), Decimal("0.125"))
    offering = Offering.objects.get(programme__agency=other, code="O1")
    assert (offering.place and offering.place.agency, offering.resource and offering.resource.agency) == (
        other,
        other,
    )
    assert (offering.period, offering.period_end, offering.days) == (10, 11, 5)
    assert Fare.objects.get(agency=other).origin.agency == other
    again = export_catalogue(viewer=keeper, agency=other)
    assert try_workbook(actor=keeper, file=sent(keeper, other, again), year=2027).changes == 0


def test_an_empty_catalogue_is_exported_as_a_template_that_reads_as_nothing(
    agency: Unit, planner: User
) -> None:
    draft = try_workbook(
        actor=planner, file=sent(planner, agency, export_catalogue(viewer=planner, agency=agency)), year=2027
    )
    assert (draft.problems, draft.changes) == ([], 0)
    assert draft.counts == {name: Count() for name in draft.counts}
    assert len(draft.counts) == 6


def test_the_words_of_offices_are_read_too(agency: Unit, planner: User) -> None:
    a_competency(agency, "T.01")
    draft = looked_at(
        planner,
        agency,
        Program=[
            ["Kode Program", "Nama", "Bentuk", "JP", "Biaya per peserta", "Umum"],
            ["P1", "Bimtek", "k10", "24,5", "1.500.000", "ya"],
        ],
        programme_effects=[["kode program", "kode kompetensi", "kenaikan"], ["P1", "T.01", "0,6"]],
        Penyelenggaraan=[
            ["kode penyelenggaraan", "kode program", "tanggal mulai", "tanggal selesai"],
            ["A1", "P1", "09/03/2027", "12/03/2027"],
        ],
    )
    assert (draft.problems, draft.changes) == ([], 3)
    apply_workbook(
        actor=planner,
        file=sent(
            planner,
            agency,
            a_workbook(
                program=[
                    ["kode_program", "nama", "bentuk", "jp", "biaya_per_peserta", "umum"],
                    ["P1", "Bimtek", "K10", "24,5", "1.500.000", "ya"],
                ],
                penyelenggaraan=[
                    ["kode_penyelenggaraan", "kode_program", "tanggal_mulai", "tanggal_selesai"],
                    ["A1", "P1", "09/03/2027", "12/03/2027"],
                ],
            ),
        ),
        year=2027,
    )
    programme = Programme.objects.get()
    assert (programme.jp, programme.cost_per_person, programme.general, programme.state) == (
        Decimal("24.5"),
        1_500_000,
        True,
        "draft",
    )
    offering = Offering.objects.get()
    assert (offering.year, offering.period, offering.period_end, offering.days) == (2027, 10, 10, 4)


def test_every_bad_row_is_named_at_once_and_nothing_is_written(agency: Unit, planner: User) -> None:
    a_programme(agency, "LAMA")
    sheets: dict[str, Rows] = {
        "programmes": [
            ["programme_id", "name", "form", "jp", "cost_per_person_idr", "fund_id", "prerequisite_id"],
            ["P1", "Satu", "K3", 20, 1000, "", "P2"],
            ["P2", "Dua", "K3", 20, 1000, "", "P1"],
            ["P3", "", "K99", "banyak", "1.500", "APBD", ""],
            ["", "Tanpa kode", "K3", 20, 0, "", ""],
            ["P1", "Lagi", "K3", 20, 0, "", ""],
        ],
        "effects": [
            ["programme_id", "competency_id", "gain_levels", "source"],
            ["P1", "T.99", 1, ""],
            ["P9", "T.99", 1, ""],
        ],
        "offerings": [
            ["offering_id", "programme_id", "year", "period", "place_id"],
            ["O1", "P1", 2027, 53, ""],
            ["O2", "P1", 2027, "", "T1"],
            ["O3", "", 2027, 5, ""],
        ],
        "prices": [
            ["price_id", "year", "name", "unit_of_measure", "amount_idr"],
            ["UH", 2027, "", "hari", -5],
        ],
        "fares": [["from_place_id", "to_place_id", "cost_idr"], ["T1", "T2", 5]],
    }
    draft = looked_at(planner, agency, **sheets)
    assert problems_of(draft) == [
        ("programmes", 3, "prerequisite_id"),
        ("programmes", 4, "jp"),
        ("programmes", 4, "cost_per_person_idr"),
        ("programmes", 4, "fund_id"),
        ("programmes", 4, "name"),
        ("programmes", 4, "form"),
        ("programmes", 5, "programme_id"),
        ("programmes", 6, "programme_id"),
        ("effects", 2, "competency_id"),
        ("effects", 3, "programme_id"),
        ("effects", 3, "competency_id"),
        ("offerings", 2, "period"),
        ("offerings", 3, "place_id"),
        ("offerings", 4, "programme_id"),
        ("prices", 2, "amount_idr"),
        ("prices", 2, "name"),
        ("fares", 2, "from_place_id"),
        ("fares", 2, "to_place_id"),
    ]
    assert all(problem.said.strip().endswith(".") for problem in draft.problems)
    before = everything_of(agency)
    with pytest.raises(ValidationError):
        apply_workbook(actor=planner, file=sent(planner, agency, a_workbook(**sheets)), year=2027)
    assert everything_of(agency) == before


def test_rows_that_are_left_out_stay_and_columns_that_are_left_out_too(agency: Unit, planner: User) -> None:
    changed, left = a_programme(agency, "P1", organiser="BPSDM"), a_programme(agency, "P2")
    content = a_workbook(programmes=[["programme_id", "cost_per_person_idr"], ["P1", 750_000]])
    draft = apply_workbook(actor=planner, file=sent(planner, agency, content), year=2027)
    assert draft.counts == {"programmes": Count(changed=1)}
    changed.refresh_from_db()
    assert (changed.cost_per_person, changed.organiser, changed.state) == (750_000, "BPSDM", "active")
    assert Programme.objects.filter(pk=left.pk).exists()


def test_a_blank_cell_means_not_given(agency: Unit, planner: User) -> None:
    room = a_resource(agency, "AULA")
    an_offering(a_programme(agency, "P1"), "O1", seats_per_class=30, resource=room, days=4)
    rows = [
        ["offering_id", "programme_id", "seats_per_class", "days", "resource_id"],
        ["O1", "P1", "", "", ""],
    ]
    apply_workbook(actor=planner, file=sent(planner, agency, a_workbook(offerings=rows)), year=2027)
    offering = Offering.objects.get()
    assert (offering.seats_per_class, offering.days, offering.resource) == (None, 0, None)


def test_new_days_move_the_weeks_where_the_sheet_has_no_weeks_of_its_own(agency: Unit, planner: User) -> None:
    an_offering(a_programme(agency, "P1"), "O1", period=10, period_end=10)
    moved = [
        ["offering_id", "programme_id", "period", "period_end", "start_date"],
        ["O1", "P1", "", "", "2027-06-01"],
    ]
    apply_workbook(actor=planner, file=sent(planner, agency, a_workbook(offerings=moved)), year=2027)
    offering = Offering.objects.get()
    assert (offering.period, offering.period_end) == (22, 22)
    clash = [["offering_id", "programme_id", "period", "start_date"], ["O1", "P1", 10, "2027-06-01"]]
    assert problems_of(looked_at(planner, agency, offerings=clash)) == [("offerings", 2, "period")]


def test_codes_are_compared_without_their_case_and_the_look_says_so(agency: Unit, planner: User) -> None:
    programme = a_programme(agency, "P092")
    room = a_resource(agency, "Aula")
    an_offering(programme, "O1", year=2027)
    a_competency(agency, "T.01")
    sheets: dict[str, Rows] = {
        "resources": [["resource_id", "year", "period", "classes"], ["AULA", 2027, 10, 0]],
        "programmes": [
            ["programme_id", "name", "prerequisite_id"],
            ["p092", "Baru", ""],
            ["p093", "", "P092"],
        ],
        "effects": [["programme_id", "competency_id", "gain_levels"], ["p092", "T.01", 1]],
        "offerings": [["offering_id", "programme_id", "year", "resource_id"], ["o1", "P092", 2027, "aula"]],
    }
    draft = looked_at(planner, agency, **sheets)
    assert problems_of(draft) == [
        ("programmes", 3, column) for column in ("name", "form", "jp", "cost_per_person_idr")
    ]
    sheets["programmes"].pop()
    draft = looked_at(planner, agency, **sheets)
    assert draft.notes == [
        "programmes, row 2: “p092” is taken for “P092” of the catalogue.",
        "offerings, row 2: “o1” is taken for “O1” of the catalogue.",
    ]
    apply_workbook(actor=planner, file=sent(planner, agency, a_workbook(**sheets)), year=2027)
    programme.refresh_from_db()
    assert (programme.code, programme.name, programme.effects.count()) == ("P092", "Baru", 1)
    offering = Offering.objects.get()
    assert (offering.code, offering.resource, room.periods.count()) == ("O1", room, 1)
    twice = [["programme_id", "name"], ["P092", "Satu"], ["p092", "Dua"]]
    assert problems_of(looked_at(planner, agency, programmes=twice)) == [("programmes", 3, "programme_id")]


def test_hours_and_gains_that_cannot_be_are_refused(agency: Unit, planner: User) -> None:
    a_programme(agency, "P1", jp=Decimal(110))
    a_competency(agency, "T.01")
    draft = looked_at(
        planner,
        agency,
        programmes=[["programme_id", "theory_jp"], ["P1", 500]],
        effects=[["programme_id", "competency_id", "gain_levels"], ["P1", "T.01", 9]],
    )
    assert [(problem.column, problem.said) for problem in draft.problems] == [
        ("theory_jp", "Theory, practice and simulation are 500 JP, and the programme has 110. Correct one."),
        ("gain_levels", "Levels are 1 to 5: nobody gains more than 4."),
    ]


def test_exceptional_weeks_stand_below_their_resource(agency: Unit, planner: User) -> None:
    header = ["resource_id", "name", "kind", "year", "period", "classes"]
    rows = [
        ["TIM", "Tim fasilitator", "facilitators", "", "", 2],
        ["TIM", "", "", 2027, 10, 0],
        ["TIM", "", "", "", 11, 1],
    ]
    apply_workbook(
        actor=planner, file=sent(planner, agency, a_workbook(resources=[header, *rows])), year=2027
    )
    team = Resource.objects.get()
    assert (team.classes, list(team.periods.values_list("year", "period", "classes"))) == (
        2,
        [(2027, 10, 0), (2027, 11, 1)],
    )
    bad = [["LAIN", "", "", 2027, 10, 0], ["TIM", "", "", 2027, 10, ""], ["TIM", "", "", 2027, 60, 1]]
    assert problems_of(looked_at(planner, agency, resources=[header, *bad])) == [
        ("resources", 2, "resource_id"),
        ("resources", 3, "classes"),
        ("resources", 4, "period"),
    ]


def test_archived_rows_are_not_changed_by_a_sheet(agency: Unit, planner: User) -> None:
    programme = a_programme(agency, "P1")
    an_offering(programme, "O1", archived_at=timezone.now())
    a_resource(agency, "AULA", archived_at=timezone.now())
    draft = looked_at(
        planner,
        agency,
        resources=[["resource_id", "name", "kind"], ["AULA", "Aula", "venue"]],
        offerings=[["offering_id", "programme_id", "period"], ["O1", "P1", 3]],
    )
    assert problems_of(draft) == [("resources", 2, "resource_id"), ("offerings", 2, "offering_id")]


def test_codes_of_another_agency_are_unknown(agency: Unit, planner: User) -> None:
    other = an_agency()
    a_competency(other, "T.01")
    a_place(other, "001")
    a_resource(other, "AULA")
    Fund.objects.create(agency=other, code="APBD", name="APBD")
    a_programme(other, "LUAR")
    a_programme(agency, "P1")
    draft = looked_at(
        planner,
        agency,
        programmes=[["programme_id", "fund_id", "prerequisite_id"], ["P1", "APBD", "LUAR"]],
        effects=[["programme_id", "competency_id", "gain_levels"], ["P1", "T.01", 1], ["LUAR", "T.01", 1]],
        offerings=[
            ["offering_id", "programme_id", "period", "place_id", "resource_id"],
            ["O1", "P1", 3, "001", "AULA"],
        ],
    )
    assert problems_of(draft) == [
        ("programmes", 2, "fund_id"),
        ("programmes", 2, "prerequisite_id"),
        ("effects", 2, "competency_id"),
        ("effects", 3, "programme_id"),
        ("effects", 3, "competency_id"),
        ("offerings", 2, "place_id"),
        ("offerings", 2, "resource_id"),
    ]


def test_sheets_and_columns_that_are_not_known_are_told(agency: Unit, planner: User) -> None:
    a_programme(agency, "P1")
    draft = looked_at(
        planner,
        agency,
        catatan=[["a"], ["b"]],
        programmes=[["programme_id", "warna", "name"], ["P1", "biru", "Baru"]],
    )
    assert (draft.problems, draft.changes) == ([], 1)
    assert draft.notes == [
        "The sheet “catatan” is not one of the catalogue and was not read.",
        "programmes: columns that are not known and were not read: warna.",
    ]


def test_a_workbook_without_any_known_sheet_or_key_says_what_is_missing(agency: Unit, planner: User) -> None:
    assert problems_of(looked_at(planner, agency, lain=[["a"], ["b"]])) == [("", 0, "")]
    assert problems_of(looked_at(planner, agency, programmes=[["name", "jp"], ["Bimtek", 4]])) == [
        ("programmes", 1, "programme_id")
    ]
    twice = [["programme_id", "nama", "name"], ["P1", "Satu", "Dua"]]
    assert problems_of(looked_at(planner, agency, programmes=twice)) == [("programmes", 1, "name")]
    both = looked_at(planner, agency, programmes=[["programme_id"]], program=[["programme_id"]])
    assert problems_of(both) == [("program", 0, "")]


def test_a_file_that_is_no_workbook_is_refused(agency: Unit, planner: User) -> None:
    for content in (b"programme_id,name\nP1,Satu\n", b"%PDF-1.7", b""):
        with pytest.raises(FileRefused):
            sent(planner, agency, content)
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>")
    with pytest.raises(SheetError):
        try_workbook(actor=planner, file=sent(planner, agency, broken.getvalue()), year=2027)


def test_only_keepers_of_the_agency_import_into_it(agency: Unit, planner: User) -> None:
    file = sent(planner, agency, export_catalogue(viewer=planner, agency=agency))
    for user in (a_user(Role.PLANNER, unit=an_agency()), a_user(Role.OPERATOR, unit=agency)):
        with pytest.raises(PermissionDenied):
            sent(user, agency, b"")
        with pytest.raises(PermissionDenied):
            try_workbook(actor=user, file=file, year=2027)
        with pytest.raises(PermissionDenied):
            apply_workbook(actor=user, file=file, year=2027)
    with pytest.raises(PermissionDenied):
        export_catalogue(viewer=a_user(Role.PLANNER, unit=an_agency()), agency=agency)


def test_reading_a_workbook_asks_the_database_as_often_for_three_rows_as_for_one(
    agency: Unit, planner: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    a_full_catalogue(agency)
    file = sent(planner, agency, export_catalogue(viewer=planner, agency=agency))
    with django_assert_max_num_queries(20) as asked:
        try_workbook(actor=planner, file=file, year=2027)
    for number in range(3):
        programme = a_programme(agency, f"X{number}", prerequisite=Programme.objects.get(code="DASAR"))
        an_effect(programme, a_competency(agency))
        an_offering(programme, resource=Resource.objects.get(code="AULA"))
    more = sent(planner, agency, export_catalogue(viewer=planner, agency=agency))
    planner = User.objects.get(pk=planner.pk)
    _ = planner.standing_grants
    with django_assert_num_queries(len(asked)):
        try_workbook(actor=planner, file=more, year=2027)
