"""The documents of a plan: equal sums, the same bytes, the law of the year, nothing for strangers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone, translation

from asah.engine.report.money import apportion
from asah.portal.base.enums import JobState, Role
from asah.portal.base.models import Event, Job, User
from asah.portal.catalogue.models import Fund, Offering, Programme
from asah.portal.documents.actions import DataTable, Document, LegalBasis
from asah.portal.documents.enums import Format
from asah.portal.needs.models import LevelEstimate, Need
from asah.portal.people.models import Employment, Person, Place
from asah.portal.planning.actions import papers, submit
from asah.portal.planning.actions.approve import stipulate_plan
from asah.portal.planning.actions.papers import sums, write
from asah.portal.planning.actions.papers.frame import NAME_TO_COME, PLACE_TO_COME
from asah.portal.planning.actions.papers.legal import legal_basis
from asah.portal.planning.actions.submit import Signed, content_now
from asah.portal.planning.enums import Paper
from asah.portal.planning.models import Plan, PlanClass
from asah.portal.planning.queries.approval import last_review, offices_of
from asah.portal.planning.queries.papers import Content, Damaged, freeze, read_content, thaw
from asah.portal.planning.queries.papers.frozen import frozen_at
from factories.portal import a_user, an_agency
from portal.planning.conftest import World
from portal.planning.situations import Way, a_plan, a_way

SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


@pytest.fixture
def way(db: None) -> Way:
    return a_way()


def _build(plan: Plan, paper: Paper, office: Any = None) -> Document:
    content = content_now(plan)
    with translation.override("id"):
        return write.build(content, write.version_of(plan, content, "id"), papers.Part(paper, office))


def _tables(document: Document) -> list[DataTable]:
    return [
        block for section in document.sections for block in section.blocks if isinstance(block, DataTable)
    ]


def _money_sums(document: Document) -> list[tuple[str, int]]:
    """Of every table with a total row: its caption, the sum of its last money column, which its total must
    be."""
    found = []
    for table in _tables(document):
        money = [at for at, column in enumerate(table.columns) if column.kind == "money"]
        if table.total_row is None or not money:
            continue
        for at in money:
            if table.total_row[at] is not None:
                cells = [row[at] for row in table.rows if row[at] is not None]
                assert sum(cells) == table.total_row[at], (table.caption, table.columns[at].title)
        found.append((table.caption, table.total_row[money[-1]]))
    return found


PAPERS_WITH_MONEY = (Paper.PLAN, Paper.BY_NAME, Paper.OFFICES, Paper.BUDGET)


def test_every_total_of_every_document_is_what_the_plan_spends(way: Way) -> None:
    totals = [total for paper in PAPERS_WITH_MONEY for total in _money_sums(_build(way.plan, paper))]
    assert len(totals) >= 10
    assert {amount for _caption, amount in totals} == {way.plan.spent}
    assert way.plan.spent % 1000 != 0


def test_the_totals_of_a_simulated_plan_agree_too(plan: Plan) -> None:
    totals = [total for paper in PAPERS_WITH_MONEY for total in _money_sums(_build(plan, paper))]
    assert {amount for _caption, amount in totals} == {plan.spent}
    said = _build(plan, Paper.AKPK).sections[-1].blocks[0]
    assert f"{plan.spent:,}".replace(",", ".") in str(said)


def test_a_class_that_nobody_is_in_stands_in_every_recap(way: Way) -> None:
    offering = PlanClass.objects.filter(plan=way.plan, cost__gt=0).order_by("pk").last()
    assert offering is not None
    lines = way.plan.lines.filter(offering=offering.offering)
    gone = sum(line.fee + line.travel for line in lines)
    lines.delete()
    Plan.objects.filter(pk=way.plan.pk).update(spent=way.plan.spent - gone)
    totals = [
        total
        for paper in (Paper.PLAN, Paper.OFFICES, Paper.BUDGET)
        for total in _money_sums(_build(way.fresh(), paper))
    ]
    assert {amount for _caption, amount in totals} == {way.plan.spent - gone}


def test_the_cost_of_classes_is_shared_as_the_engine_shares_it(way: Way) -> None:
    content = read_content(way.plan)
    for row in content.classes:
        shares = [line.share for line in content.lines if line.offering == row.offering]
        assert shares == apportion(row.cost, [1] * len(shares))
    assert sums.sum_all(content.lines).total == way.plan.spent


def test_the_matrix_has_eighteen_columns_and_a_row_for_each_offering(way: Way) -> None:
    (matrix,) = [table for table in _tables(_build(way.plan, Paper.PLAN)) if len(table.columns) == 18]
    assert len(matrix.rows) == way.plan.classes.count()
    first = [str(cell) for cell in matrix.rows[0]]
    assert "Pelatihan Pelayanan" in first
    assert "2 × 3" in first
    assert "8 Maret 2027 – 14 Maret 2027" in first
    assert any(cell.startswith("ya, Kementerian Contoh") for cell in first)


def test_a_level_of_few_people_is_not_told(way: Way) -> None:
    """Six participants are too few; all the same people twelve times would be enough."""
    (matrix,) = [table for table in _tables(_build(way.plan, Paper.PLAN)) if len(table.columns) == 18]
    assert {row[4] for row in matrix.rows} == {None}


def test_everybody_stands_once_in_the_list_by_name(way: Way) -> None:
    tables = _tables(_build(way.plan, Paper.BY_NAME))
    planned = {row[1] for row in tables[0].rows}
    others = {row[0] for row in tables[-1].rows}
    everybody = set(Person.objects.filter(agency=way.agency).values_list("nip", flat=True))
    assert planned | others == everybody
    assert planned & others == set()
    assert len(tables[1].columns) == 17
    assert len(tables[1].rows) == Need.objects.count()


def test_the_list_of_one_office_names_nobody_else(way: Way) -> None:
    office = offices_of(way.plan)[0].office
    own = set(Person.objects.filter(current__unit=office).values_list("nip", flat=True))
    tables = _tables(_build(way.plan, Paper.BY_NAME, office))
    assert {row[1] for row in tables[0].rows} == {row[0] for row in tables[1].rows} == own
    assert tables[2].rows == []


def test_a_need_that_a_case_of_conduct_raised_is_in_no_document(way: Way) -> None:
    Need.objects.filter(competency__code="E1").update(basis="coaching")
    content = read_content(way.plan)
    assert {need.competency for need in content.needs} == {"T1"}
    ethics = [gap for gap in content.analysis.gaps if gap.code == "E1"]
    assert [gap.with_gap for gap in ethics] in ([], [0])


def test_groups_of_few_people_are_hidden_in_the_report_of_the_analysis(plan: Plan, world: World) -> None:
    content = read_content(plan)
    offices = content.analysis.offices
    assert sum(group.people for group in offices) == content.analysis.people
    shown = [group for group in offices if not group.hidden]
    assert shown
    assert all(group.people >= 10 for group in shown)
    small = [group for group in content.analysis.kinds_of_post if 0 < group.people < 10]
    assert small
    assert all(group.hidden and group.depth is None and group.with_need == 0 for group in small)


def test_the_same_version_gives_the_same_bytes_in_every_format(way: Way) -> None:
    way.all_the_way()
    plan = way.fresh()
    first = _write_all(plan)
    Programme.objects.filter(agency=way.agency).update(name="Nama lain", organiser="Penyelenggara lain")
    Person.objects.filter(agency=way.agency).update(name="Orang Lain")
    LevelEstimate.objects.all().delete()
    assert _write_all(plan) == first
    assert set(first) == {f"{paper.value}-id.{form.value}" for paper in Paper for form in Format}


def _write_all(plan: Plan) -> dict[str, bytes]:
    papers.write_papers(plan, [papers.Part(paper) for paper in Paper], "id")
    folder = plan.folder / "papers" / "decree"
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    return written


def test_another_plan_gives_other_bytes(way: Way) -> None:
    other = a_plan(way.plan.scenario, way.planner)
    other.lines.order_by("pk").first().delete()  # type: ignore[union-attr]
    assert freeze(read_content(way.plan))[0] != freeze(read_content(other))[0]


def test_what_was_frozen_is_read_back_as_it_was(way: Way) -> None:
    way.show().agree().submit()
    review = last_review(way.plan, "pyb")  # type: ignore[arg-type]
    assert review is not None
    kept = thaw(way.plan.folder, review.frozen["content_sha256"])
    assert kept == read_content(way.fresh())


def test_a_frozen_copy_that_was_changed_is_refused(way: Way) -> None:
    way.show().agree().submit()
    digest = way.plan.reviews.get(stage="pyb").frozen["content_sha256"]
    path: Path = frozen_at(way.plan.folder, digest)
    other, packed = freeze(read_content(a_plan(way.plan.scenario, way.planner)))
    assert other != digest
    path.write_bytes(packed)
    with pytest.raises(Damaged):
        thaw(way.plan.folder, digest)
    with pytest.raises(ValidationError):
        way.stipulate()


def test_a_draft_says_that_it_is_one_and_the_decree_takes_the_word_away(way: Way) -> None:
    draft = _build(way.plan, Paper.PLAN)
    assert "RANCANGAN" in draft.subtitle
    assert draft.signature is not None
    assert draft.signature.nama == NAME_TO_COME
    way.all_the_way("188/5/2026")
    decreed = _build(way.fresh(), Paper.PLAN)
    assert "RANCANGAN" not in decreed.subtitle
    assert (decreed.number, decreed.date) == ("188/5/2026", way.fresh().decree_on)
    assert decreed.signature is not None
    assert decreed.prepared_by is not None
    assert (decreed.signature.nama, decreed.prepared_by.nama) == ("H. Contoh Bupati", "Dra. Contoh Sekda")


def test_a_revision_names_itself_and_the_decree_it_replaces(way: Way) -> None:
    way.all_the_way("188/5/2026")
    second = a_way(a_plan(way.plan.scenario, way.planner)).all_the_way("188/6/2026")
    content: Content = content_now(second.fresh())
    assert (content.head.revision, content.head.revises) == (1, "188/5/2026")


@pytest.mark.parametrize(
    ("year", "named", "unnamed"),
    [
        (2023, "Nomor 5 Tahun 2014", "Nomor 20 Tahun 2023"),
        (2027, "Nomor 20 Tahun 2023", "Nomor 5 Tahun 2014"),
        (2020, "Nomor 11 Tahun 2017 tentang Manajemen Pegawai Negeri Sipil", "Nomor 17 Tahun 2020"),
        (2025, "Nomor 15 Tahun 2024", "Nomor 14 Tahun 2025"),
        (2026, "Nomor 14 Tahun 2025", "Nomor 15 Tahun 2024"),
    ],
)
def test_the_legal_basis_is_that_of_the_year_of_the_plan(year: int, named: str, unnamed: str) -> None:
    texts = [basis.text for basis in legal_basis(year)]
    assert any(named in text for text in texts)
    assert not any(unnamed in text for text in texts)


def test_no_two_entries_of_the_legal_basis_overlap_with_the_same_text() -> None:
    for year in range(2018, 2035):
        texts = [basis.text for basis in legal_basis(year)]
        assert len(texts) == len(set(texts)) > 2


def test_a_regulation_that_was_not_verified_is_marked_in_the_document(way: Way) -> None:
    bases = list(_build(way.plan, Paper.PLAN).legal_basis)
    assert LegalBasis in {type(basis) for basis in bases}
    assert {basis.verified for basis in bases} == {True, False}


def test_the_formats_open_and_hold_the_numbers(way: Way) -> None:
    sheet = papers.take_paper(
        actor=way.planner, plan=way.plan, part=papers.Part(Paper.BUDGET), form=Format.XLSX, language="id"
    )
    book = openpyxl.load_workbook(BytesIO(sheet))
    cells = [cell for page in book for row in page.iter_rows(values_only=True) for cell in row]
    assert way.plan.spent in cells
    pdf = papers.take_paper(
        actor=way.planner, plan=way.plan, part=papers.Part(Paper.PLAN), form=Format.PDF, language="id"
    )
    assert pdf.startswith(b"%PDF-")
    assert b"/MarkInfo" in pdf


# ---- pages and access


def test_documents_are_taken_from_the_page_and_each_taking_leaves_a_line(way: Way, sign_in: SignIn) -> None:
    client = sign_in(way.planner)
    text = client.get(f"/plans/{way.plan.pk}/papers/").content.decode()
    for paper in Paper:
        for form in Format:
            assert f'href="/plans/{way.plan.pk}/papers/{paper.value}.{form.value}"' in text
    answer = client.get(f"/plans/{way.plan.pk}/papers/budget.xlsx")
    assert answer.headers["Content-Type"] == Format.XLSX.media_type
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    (line,) = Event.objects.filter(action="plan.paper_taken")
    assert (line.actor, line.detail) == (way.planner, {"paper": "budget", "format": "xlsx"})


def test_a_stranger_finds_no_document(way: Way, sign_in: SignIn) -> None:
    way.all_the_way()
    stranger = a_user(*(Role.PLANNER, Role.PYB, Role.HEAD, Role.INSPECTOR), unit=an_agency("Kabupaten Lain"))
    client = sign_in(stranger)
    pages = ["", *(f"{paper.value}.pdf" for paper in Paper)]
    assert {client.get(f"/plans/{way.plan.pk}/papers/{page}").status_code for page in pages} == {404}
    assert client.post(f"/plans/{way.plan.pk}/papers/plan/prepare/").status_code == 404
    assert Event.objects.filter(action="access.refused", actor=stranger).count() == len(pages) + 1
    assert not Event.objects.filter(action="plan.paper_taken").exists()


def test_a_head_takes_the_list_of_the_own_office_and_of_no_other(way: Way, sign_in: SignIn) -> None:
    way.show()
    first, second, *_rest = offices_of(way.plan)
    client = sign_in(way.head_of(first.office))
    page = f"/plans/{way.plan.pk}/papers/by-name.xlsx"
    own = client.get(f"{page}?office={first.office.pk}")
    assert own.status_code == 200
    book = openpyxl.load_workbook(BytesIO(own.content))
    text = str([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "Pegawai Dinas Pendidikan 1" in text
    assert "Dinas Kesehatan" not in text
    assert client.get(f"{page}?office={second.office.pk}").status_code == 404
    assert client.get(page).status_code == 403
    listed = client.get(f"/plans/{way.plan.pk}/papers/").content.decode()
    assert f"office={first.office.pk}" in listed
    assert f"office={second.office.pk}" not in listed


def test_an_inspector_takes_the_plan_and_not_the_list_by_name(way: Way) -> None:
    inspector = a_user(Role.INSPECTOR, unit=way.agency)
    take = {"actor": inspector, "plan": way.plan, "form": Format.XLSX, "language": "id"}
    assert papers.take_paper(**take, part=papers.Part(Paper.PLAN))
    with pytest.raises(PermissionDenied):
        papers.take_paper(**take, part=papers.Part(Paper.BY_NAME))


@pytest.mark.parametrize("page", ["plan.exe", "nothing.pdf", "budget.pdf?office=1", "by-name.pdf?office=x"])
def test_an_address_that_names_no_document_finds_none(way: Way, sign_in: SignIn, page: str) -> None:
    assert sign_in(way.planner).get(f"/plans/{way.plan.pk}/papers/{page}").status_code == 404


def test_an_office_of_another_agency_has_no_list_in_this_plan(way: Way, sign_in: SignIn) -> None:
    other = a_way()
    office = offices_of(other.plan)[0].office
    way.planner.grants.create(role=Role.PLANNER, unit=other.agency)
    client = sign_in(User.objects.get(pk=way.planner.pk))
    assert client.get(f"/plans/{way.plan.pk}/papers/by-name.xlsx?office={office.pk}").status_code == 404


def test_a_large_plan_is_written_by_a_worker(
    way: Way, sign_in: SignIn, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "AT_ONCE", 1)
    client = sign_in(way.planner)
    page = f"/plans/{way.plan.pk}/papers/"
    assert "budget.pdf" not in client.get(page).content.decode()
    assert client.get(f"{page}budget.pdf").headers["Location"] == page
    for _click in range(2):
        assert client.post(f"{page}budget/prepare/").headers["Location"] == page
    (job,) = work()
    assert (job.state, len(job.result["files"])) == (JobState.DONE, 3)
    text = client.get(page).content.decode()
    assert "budget.pdf" in text
    assert "offices.pdf" not in text
    assert client.get(f"{page}budget.pdf").content.startswith(b"%PDF-")


def test_a_list_too_long_for_a_format_is_refused_with_the_way_out(
    way: Way, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    monkeypatch.setitem(write.MOST_ROWS, Format.PDF, 3)
    take = {"actor": way.planner, "plan": way.plan, "part": papers.Part(Paper.BY_NAME), "language": "id"}
    with pytest.raises(ValidationError, match="Excel"):
        papers.take_paper(**take, form=Format.PDF)
    assert papers.take_paper(**take, form=Format.XLSX)
    names = papers.write_papers(way.plan, [papers.Part(Paper.BY_NAME)], "id")
    assert names == ["by-name-id.docx", "by-name-id.xlsx"]


def test_the_address_of_a_list_too_long_for_a_format_says_why(
    way: Way, sign_in: SignIn, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "AT_ONCE", 1)
    monkeypatch.setitem(write.MOST_ROWS, Format.PDF, 3)
    client = sign_in(way.planner)
    page = f"/plans/{way.plan.pk}/papers/"
    assert "lebih dari 3 baris tidak diberikan sebagai PDF" in client.get(page).content.decode()
    client.post(f"{page}by-name/prepare/")
    work()
    assert "Terlalu panjang untuk PDF" in client.get(page).content.decode()
    answer = client.get(f"{page}by-name.pdf", follow=True)
    assert "lebih dari 3 baris, paling banyak yang dapat dimuat PDF" in answer.content.decode()
    assert client.get(f"{page}by-name.xlsx").status_code == 200


def test_the_same_people_take_part_in_a_stream_wherever_it_is_counted(plan: Plan) -> None:
    tables = {table.caption: table for table in _tables(_build(plan, Paper.PLAN))}
    recap = {str(row[0]): row[1] for row in tables["Rekapitulasi menurut arus pembinaan"].rows}
    told = {
        str(row[0]).removeprefix("Arus pembinaan: "): int(str(row[1]).split()[0])
        for row in tables["Indikator"].rows
        if str(row[0]).startswith("Arus pembinaan: ")
    }
    assert told == recap


def test_a_competency_has_as_many_people_with_a_need_as_the_plan_weighs(plan: Plan) -> None:
    content = content_now(plan)
    needs = Counter(need.competency for need in content.needs)
    for gap in content.analysis.gaps:
        if not gap.hidden:
            assert gap.with_gap == needs[gap.code]


def test_grades_stand_in_their_order(way: Way) -> None:
    grades = ["IV/a", "IX", "V", "III/d", "VII"]
    for outcome, grade in zip(way.plan.outcomes.order_by("pk"), grades, strict=False):
        way.plan.outcomes.filter(pk=outcome.pk).update(golongan=grade)
    (table,) = [each for each in _tables(_build(way.plan, Paper.PLAN)) if each.caption == "Menurut golongan"]
    assert [row[0] for row in table.rows][:5] == ["III/d", "IV/a", "V", "VII", "IX"]


def test_a_decree_without_a_place_of_signing_leaves_room_for_it(way: Way) -> None:
    way.show().agree().submit()
    stipulate_plan(
        actor=way.ppk,
        plan=way.plan,
        edition=way.fresh().edition,
        decree_number="1",
        decree_on=timezone.localdate(),
        signed=Signed(name="H. Contoh", post="Bupati"),
    )
    signature = _build(way.fresh(), Paper.PLAN).signature
    assert signature is not None
    assert signature.place == PLACE_TO_COME


def test_the_decree_has_every_document_written(way: Way, work: Work) -> None:
    way.all_the_way()
    (job,) = work()
    assert job.state == JobState.DONE
    assert len(job.result["files"]) == len(Paper) * len(Format)


def test_a_draft_says_what_was_planned_whatever_catalogue_and_roster_say_today(way: Way) -> None:
    before = read_content(way.plan)
    apbn = Fund.objects.create(agency=way.agency, code="9", name="APBN")
    for programme in Programme.objects.filter(agency=way.agency):
        programme.name, programme.form, programme.jp, programme.cost_per_person = "Lain", "K5", 99, 9
        programme.fund, programme.organiser, programme.curriculum_owner = apbn, "LAN", "LAN"
        programme.code = f"X{programme.code}"
        programme.save()
        programme.effects.all().delete()
    Offering.objects.update(period=40, period_end=41, days=9, min_per_class=9, cost_per_class=9)
    Place.objects.update(name="Tempat lain", zone="Pulau lain")
    Person.objects.update(name="Orang Lain", sex="P", back_degree="S.Lain")
    Employment.objects.update(golongan="I/a", kind="PPPK")
    after = read_content(way.plan)
    assert after.classes == before.classes
    assert after.people == before.people
    assert after.lines == before.lines
    assert _money_sums(_build(way.plan, Paper.BUDGET))


def test_what_a_fund_pays_in_the_documents_is_what_the_engine_spent_of_it(plan: Plan) -> None:
    for programme in Programme.objects.filter(agency=plan.scenario.agency):
        programme.fund = None
        programme.cost_per_person = 1
        programme.save()
    content = content_now(plan)
    paid = {code: fund.paid for code, fund in sums.by_fund(content).items() if fund.paid}
    assert paid == {code: amount for code, amount in plan.summary["spent_idr"]["fund"].items() if amount}
    assert all(row.fee != 1 for row in content.classes)


def test_a_document_is_dated_by_the_decree_and_not_by_the_day_it_is_written(way: Way) -> None:
    assert _build(way.plan, Paper.BUDGET).date == timezone.localdate(way.plan.made_at)
    way.show().agree().submit().stipulate(day=timezone.localdate())
    assert _build(way.fresh(), Paper.BUDGET).date == way.fresh().decree_on
