"""From draft to decree: who takes which step, in which order, and that nothing changes after it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from asah.portal.base import jobs
from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, Notice, Unit, User
from asah.portal.catalogue.models import Offering, Programme
from asah.portal.home.queries import what_waits
from asah.portal.planning.actions import submit
from asah.portal.planning.actions.approve import (
    return_plan,
    review_office,
    show_plan,
    stipulate_plan,
    withdraw_plan,
)
from asah.portal.planning.actions.revise import begin_revision
from asah.portal.planning.actions.steps import PlanMoved
from asah.portal.planning.actions.submit import submit_plan
from asah.portal.planning.enums import Compulsory, PlanState, ReviewStage
from asah.portal.planning.models import LineResponse, Plan, PlanLine, Review
from asah.portal.planning.queries.approval import digest_of, offices_of
from asah.portal.planning.queries.contents import missing_contents
from asah.portal.planning.queries.papers import Content
from asah.portal.planning.queries.versions import revision_number
from factories.portal import a_user, an_agency
from portal.planning.situations import RULER, SIGNED, Way, a_plan, a_way, sign_up

SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


@pytest.fixture
def way(db: None) -> Way:
    return a_way()


@pytest.fixture
def a_line(way: Way) -> PlanLine:
    """Somebody of the first office in the training at a place."""
    line = way.plan.lines.select_related("person", "offering__programme", "unit").order_by("pk").first()
    assert line is not None
    return line


def test_a_plan_goes_from_draft_to_decree(way: Way) -> None:
    way.show().agree().submit().stipulate("188/7/2026")
    plan = way.fresh()
    assert (plan.state, plan.decree_number) == (PlanState.STIPULATED, "188/7/2026")
    offices = len(offices_of(plan))
    stages = list(plan.reviews.values_list("stage", flat=True))
    assert stages == [ReviewStage.PLANNER, *[ReviewStage.HEAD] * offices, ReviewStage.PYB, ReviewStage.PPK]
    assert set(plan.reviews.values_list("plan_sha256", flat=True)) == {digest_of(plan)}
    frozen = plan.reviews.get(stage=ReviewStage.PPK).frozen
    assert (frozen["spent"], frozen["lines"]) == (plan.spent, plan.lines.count())
    actions = set(Event.objects.filter(subject=f"planning.Plan:{plan.pk}").values_list("action", flat=True))
    assert actions == {"plan.shown", "plan.agreed", "plan.submitted", "plan.stipulated"}


def test_showing_tells_heads_and_everybody_with_lines_who_can_sign_in(way: Way, a_line: PlanLine) -> None:
    office = offices_of(way.plan)[0].office
    head, elsewhere = way.head_of(office), a_user(Role.HEAD, unit=an_agency("Kabupaten Lain"))
    person = sign_up(a_line.person)
    way.show()
    told = set(Notice.objects.values_list("user", "kind"))
    assert {(head.pk, "planning.shown"), (person.pk, "planning.own_lines")} <= told
    assert elsewhere.pk not in {user for user, _kind in told}


def test_one_plan_of_a_year_is_shown_at_a_time(way: Way) -> None:
    way.show()
    other = a_plan(way.plan.scenario, way.planner)
    with pytest.raises(ValidationError, match=way.plan.scenario.name):
        show_plan(actor=way.planner, plan=other, edition=other.edition)
    withdraw_plan(actor=way.planner, plan=way.plan, edition=way.fresh().edition, note="Ada rencana baru")
    show_plan(actor=way.planner, plan=other, edition=other.edition)
    assert (way.fresh().state, Plan.objects.get(pk=other.pk).state) == (PlanState.DRAFT, PlanState.SHOWN)


def test_a_plan_with_faults_is_not_shown(way: Way) -> None:
    Plan.objects.filter(pk=way.plan.pk).update(summary={**way.plan.summary, "check": {"ok": False}})
    with pytest.raises(ValidationError):
        way.show()
    assert way.fresh().state == PlanState.DRAFT


@pytest.mark.parametrize("step", ["agree", "submit", "stipulate"])
def test_no_step_is_taken_before_the_one_before_it(way: Way, step: str) -> None:
    with pytest.raises(ValidationError):
        getattr(way, step)()
    assert way.fresh().state == PlanState.DRAFT
    assert not Review.objects.exists()


def test_a_step_is_not_taken_twice(way: Way) -> None:
    edition = way.fresh().edition
    way.show()
    with pytest.raises(PlanMoved):
        show_plan(actor=way.planner, plan=way.plan, edition=edition)
    with pytest.raises(ValidationError):
        show_plan(actor=way.planner, plan=way.plan, edition=way.fresh().edition)
    assert Review.objects.count() == 1


def test_whoever_made_the_plan_neither_submits_nor_stipulates_it(way: Way) -> None:
    maker = way.planner
    for role in (Role.PYB, Role.PPK, Role.HEAD):
        maker.grants.create(role=role, unit=way.agency)
    maker = User.objects.get(pk=maker.pk)
    way.show()
    office = offices_of(way.plan)[0].office
    with pytest.raises(PermissionDenied):
        review_office(actor=maker, plan=way.plan, office=office, before=None, decision="agreed")
    way.agree()
    with pytest.raises(PermissionDenied):
        submit_plan(actor=maker, plan=way.plan, edition=way.fresh().edition, signed=SIGNED)
    way.submit()
    with pytest.raises(PermissionDenied):
        _stipulate(way, maker)
    assert way.fresh().state == PlanState.SUBMITTED


def test_whoever_showed_the_plan_of_somebody_else_does_not_approve_it(way: Way) -> None:
    second = a_user(Role.PLANNER, Role.PYB, unit=way.agency)
    show_plan(actor=second, plan=way.plan, edition=way.fresh().edition)
    way.agree()
    with pytest.raises(PermissionDenied):
        submit_plan(actor=second, plan=way.plan, edition=way.fresh().edition, signed=SIGNED)


def test_whoever_submitted_the_plan_does_not_stipulate_it(way: Way) -> None:
    way.pyb.grants.create(role=Role.PPK, unit=way.agency)
    way.pyb = User.objects.get(pk=way.pyb.pk)
    way.show().agree().submit()
    with pytest.raises(PermissionDenied):
        _stipulate(way, way.pyb)


def test_each_step_asks_for_its_role(way: Way) -> None:
    way.show().agree()
    edition = way.fresh().edition
    for actor in (way.planner, way.ppk):
        with pytest.raises(PermissionDenied):
            submit_plan(actor=actor, plan=way.plan, edition=edition, signed=SIGNED)
    way.submit()
    with pytest.raises(PermissionDenied):
        _stipulate(way, way.pyb)


def test_a_head_speaks_for_the_own_office_only(way: Way) -> None:
    way.show()
    first, second, *_rest = offices_of(way.plan)
    with pytest.raises(PermissionDenied):
        review_office(
            actor=way.head_of(first.office),
            plan=way.plan,
            office=second.office,
            before=None,
            decision="agreed",
        )


def test_a_head_who_sends_back_gives_a_reason_and_the_planner_is_told(way: Way) -> None:
    way.show()
    office = offices_of(way.plan)[0].office
    speak = {
        "actor": way.head_of(office),
        "plan": way.plan,
        "office": office,
        "before": None,
        "decision": "returned",
    }
    with pytest.raises(ValidationError):
        review_office(**speak, note=" ")
    review_office(**speak, note="Dua orang sedang tugas belajar")
    assert Notice.objects.filter(user=way.planner, kind="planning.returned").count() == 1
    assert offices_of(way.plan)[0].has_returned


def test_of_two_heads_of_an_office_the_second_is_told(way: Way) -> None:
    way.show()
    office = offices_of(way.plan)[0].office
    other = a_user(Role.HEAD, unit=office)
    review_office(
        actor=other, plan=way.plan, office=office, before=None, decision="returned", note="Periksa lagi"
    )
    with pytest.raises(PlanMoved):
        review_office(actor=way.head_of(office), plan=way.plan, office=office, before=None, decision="agreed")
    assert offices_of(way.plan)[0].has_returned


def test_a_plan_goes_past_offices_only_with_a_reason_that_is_kept(way: Way) -> None:
    way.show().agree(without=2)
    with pytest.raises(ValidationError):
        way.submit()
    assert way.fresh().state == PlanState.SHOWN
    way.submit(without_offices="Dua kantor tanpa pimpinan definitif")
    frozen = way.plan.reviews.get(stage=ReviewStage.PYB).frozen
    assert frozen["without_offices"] == "Dua kantor tanpa pimpinan definitif"
    assert frozen["offices_passed"] == [says.office.pk for says in offices_of(way.plan)[-2:]]


@pytest.mark.parametrize(
    ("content", "spoil"),
    [
        (Compulsory.ORGANISER, {"organiser": ""}),
        (Compulsory.CURRICULUM, {"curriculum_owner": "  "}),
        (Compulsory.BUDGET, {"fund": None, "cost_per_person": 1}),
    ],
)
def test_a_plan_without_one_of_the_seven_contents_cannot_be_submitted(
    way: Way, a_line: PlanLine, content: Compulsory, spoil: dict[str, object]
) -> None:
    programme = a_line.offering.programme
    before = {name: getattr(programme, name) for name in spoil}
    Programme.objects.filter(pk=programme.pk).update(**spoil)
    spoilt = a_way(a_plan(way.plan.scenario, way.planner))
    missing = missing_contents(spoilt.plan)
    assert {row.row.programme_key for row in missing} == {programme.pk}
    assert all(row.contents == [content] for row in missing)
    spoilt.show().agree()
    with pytest.raises(ValidationError, match="207"):
        spoilt.submit(without_offices="Alasan apa pun")
    withdraw_plan(actor=way.planner, plan=spoilt.plan, edition=spoilt.fresh().edition, note="Dilengkapi")
    Programme.objects.filter(pk=programme.pk).update(**before)
    a_way(a_plan(way.plan.scenario, way.planner)).show().agree().submit()


def test_kind_schedule_and_target_are_among_the_seven(way: Way, a_line: PlanLine) -> None:
    way.plan.classes.filter(offering=a_line.offering).update(
        taught=[], form="K8", period=None, period_end=None, starts_on=None, enrolled=10_000
    )
    (found,) = [each for each in missing_contents(way.plan) if each.row.offering == a_line.offering_id]
    assert found.contents == [Compulsory.COMPETENCY, Compulsory.TARGET, Compulsory.SCHEDULE]
    assert (found.plan, found.offering) == ([Compulsory.TARGET], [Compulsory.SCHEDULE])
    way.plan.classes.filter(offering=a_line.offering).update(form="K99")
    (found,) = [each for each in missing_contents(way.plan) if each.row.offering == a_line.offering_id]
    assert Compulsory.FORM in found.contents
    with pytest.raises(ValidationError):
        way.show().agree().submit()
    assert way.fresh().state != PlanState.SUBMITTED


def test_a_plan_made_from_rows_that_changed_is_not_submitted_and_says_which(
    way: Way, sign_in: SignIn
) -> None:
    way.show().agree()
    programme = Programme.objects.get(agency=way.agency, code="P1")
    Programme.objects.filter(pk=programme.pk).update(cost_per_person=900_000)
    Offering.objects.filter(programme=programme).update(period=30, period_end=30)
    with pytest.raises(ValidationError) as refused:
        way.submit()
    said = " ".join(refused.value.messages)
    assert "Susun ulang" in said
    assert "Pelatihan Pelayanan, biaya per orang (Rp): dulu Rp 500.000, sekarang Rp 900.000" in said
    assert "minggu pertama" in said
    assert way.fresh().state == PlanState.SHOWN
    for user, page in ((way.planner, ""), (way.pyb, "submit/")):
        text = sign_in(user).get(f"/plans/{way.plan.pk}/approval/{page}").content.decode()
        assert "dulu Rp 500.000, sekarang Rp 900.000" in text
    Programme.objects.filter(pk=programme.pk).update(cost_per_person=500_000)
    Offering.objects.filter(programme=programme).update(period=10, period_end=10)
    way.submit()


def test_a_plan_whose_tables_are_lost_is_not_submitted(way: Way) -> None:
    way.show().agree()
    shutil.rmtree(way.plan.folder / "problem")
    with pytest.raises(ValidationError, match="cadangan"):
        way.submit()


def test_a_large_plan_is_submitted_by_a_worker(
    way: Way, sign_in: SignIn, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "AT_ONCE", 1)
    way.show().agree()
    page = f"/plans/{way.plan.pk}/approval/"
    client = sign_in(way.pyb)
    form = client.get(f"{page}submit/").context["form"]
    sent = {
        "once": form["once"].value(),
        "edition": way.fresh().edition,
        "name": "Dra. Contoh Sekda",
        "post": "Sekretaris Daerah",
        "place": "Bangko",
    }
    answer = client.post(f"{page}submit/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert way.fresh().state == PlanState.SHOWN
    assert "sedang diajukan" in client.get(page).content.decode()
    (job,) = work()
    assert (job.state, job.result) == ("done", {"plan": way.plan.pk})
    assert way.fresh().state == PlanState.SUBMITTED
    # Another try of the same job finds the plan submitted.
    assert jobs.kind(job.kind).run(jobs.Running(job)) == {"plan": way.plan.pk}
    assert way.plan.reviews.filter(stage=ReviewStage.PYB).count() == 1
    way.stipulate()


def test_a_worker_that_may_not_submit_says_why(
    way: Way, sign_in: SignIn, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "AT_ONCE", 1)
    way.show().agree()
    about = {"actor": way.pyb, "plan": way.plan, "edition": way.fresh().edition, "signed": SIGNED}
    first = submit.begin_submission(**about)
    assert submit.begin_submission(**about) == first
    Programme.objects.filter(agency=way.agency, code="P1").update(cost_per_person=1)
    (job,) = work()
    assert job.state == "failed"
    text = sign_in(way.pyb).get(f"/plans/{way.plan.pk}/approval/").content.decode()
    assert "Rencana tidak jadi diajukan" in text
    assert "sekarang Rp 1" in text


def test_an_answer_that_comes_while_a_plan_is_read_is_in_what_is_submitted(
    way: Way, a_line: PlanLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.show().agree()
    read = submit.read_content

    def read_slowly(plan: Plan) -> Content:
        content = read(plan)
        LineResponse.objects.get_or_create(plan=plan, person=a_line.person, defaults={"state": "accepted"})
        return content

    monkeypatch.setattr(submit, "read_content", read_slowly)
    way.submit()
    assert submit.content_now(way.fresh()).responses[1] == 1


def test_the_pyb_sends_a_shown_plan_back_to_a_draft_and_the_ppk_a_submitted_one_to_shown(way: Way) -> None:
    way.show()
    with pytest.raises(PermissionDenied):
        return_plan(actor=way.ppk, plan=way.plan, edition=way.fresh().edition, note="Bukan giliran saya")
    return_plan(actor=way.pyb, plan=way.plan, edition=way.fresh().edition, note="Kurang merata")
    assert way.fresh().state == PlanState.DRAFT
    way.show().agree().submit()
    with pytest.raises(ValidationError):
        return_plan(actor=way.ppk, plan=way.plan, edition=way.fresh().edition, note="")
    return_plan(actor=way.ppk, plan=way.plan, edition=way.fresh().edition, note="Pagu berubah")
    assert way.fresh().state == PlanState.SHOWN
    assert Notice.objects.filter(user=way.pyb, kind="planning.returned").count() == 1
    way.submit().stipulate()


def test_a_decree_needs_a_number_of_its_own_and_a_day_that_can_be(way: Way) -> None:
    way.show().agree().submit()
    made = timezone.localdate(way.plan.made_at)
    for number, day in (
        ("", timezone.localdate()),
        ("1", timezone.localdate() + dt.timedelta(days=1)),
        ("1", made - dt.timedelta(days=1)),
    ):
        with pytest.raises(ValidationError):
            _stipulate(way, way.ppk, number, day)
    assert way.fresh().state == PlanState.SUBMITTED


def test_rows_that_changed_after_the_submission_are_not_stipulated(way: Way, a_line: PlanLine) -> None:
    way.show().agree().submit()
    PlanLine.objects.filter(pk=a_line.pk).update(fee=a_line.fee + 1)
    with pytest.raises(ValidationError):
        way.stipulate()
    assert way.fresh().state == PlanState.SUBMITTED


def test_the_digest_changes_with_any_row(way: Way, a_line: PlanLine) -> None:
    plan = way.plan
    before = digest_of(plan)
    assert digest_of(Plan.objects.get(pk=plan.pk)) == before
    PlanLine.objects.filter(pk=a_line.pk).update(travel=a_line.travel + 1)
    changed = digest_of(plan)
    PlanLine.objects.filter(pk=a_line.pk).update(travel=a_line.travel)
    assert changed != before == digest_of(plan)
    plan.outcomes.filter(person=a_line.person).update(reason="x")
    assert digest_of(plan) != before


def test_a_head_has_agreed_to_these_figures_and_to_no_others(way: Way) -> None:
    way.show().agree()
    says = next(each for each in offices_of(way.plan) if each.has_agreed)
    line = way.plan.lines.filter(unit__path__startswith=says.office.path)[0]
    # As where a unit that moved below the office brings its people along.
    PlanLine.objects.filter(pk=line.pk).update(fee=line.fee + 1)
    assert not next(each for each in offices_of(way.plan) if each.office == says.office).has_agreed


def test_after_the_decree_an_office_has_the_figures_that_its_head_agreed_to(way: Way) -> None:
    way.show().agree().submit().stipulate()
    says = next(each for each in offices_of(way.fresh()) if each.review)
    Unit.objects.filter(pk=says.office.pk).update(path=f"{way.agency.pk}.999999.")
    later = {each.office.pk: each.figures for each in offices_of(way.fresh())}
    assert later[says.office.pk] == says.figures


def test_the_log_says_of_each_what_they_did_and_only_heads_agree(way: Way, sign_in: SignIn) -> None:
    way.show().agree().submit().stipulate()
    text = sign_in(way.ppk).get(f"/plans/{way.plan.pk}/approval/").content.decode()
    log = text[text.index('id="log"') :]
    for word in ("memperlihatkan rencana", "disetujui", "mengajukan rencana", "menetapkan rencana"):
        assert word in log


FROZEN = [
    "UPDATE planning_plan SET spent = spent + 1 WHERE id = {plan}",
    "UPDATE planning_plan SET decree_number = 'lain' WHERE id = {plan}",
    "UPDATE planning_plan SET state = 'draft' WHERE id = {plan}",
    "UPDATE planning_plan SET state = 'replaced', objective = 0 WHERE id = {plan}",
    "DELETE FROM planning_plan WHERE id = {plan}",
    "UPDATE planning_planline SET fee = 0 WHERE plan_id = {plan}",
    "UPDATE planning_planline SET plan_id = {plan} WHERE plan_id = {other}",
    "DELETE FROM planning_planline WHERE plan_id = {plan}",
    "INSERT INTO planning_planline (plan_id, person_id, unit_id, offering_id, locked, jp, fee, travel)"
    " SELECT {plan}, person_id, unit_id, (SELECT MIN(id) FROM catalogue_offering), locked, jp, fee, travel"
    " FROM planning_planline WHERE plan_id = {other}",
    "UPDATE planning_planclass SET cost = 0 WHERE plan_id = {plan}",
    "DELETE FROM planning_planclass WHERE plan_id = {plan}",
    "UPDATE planning_planoutcome SET reason = '' WHERE plan_id = {plan}",
    "DELETE FROM planning_planoutcome WHERE plan_id = {plan}",
    "UPDATE planning_lineresponse SET answer = 'lain' WHERE plan_id = {plan}",
    "DELETE FROM planning_lineresponse WHERE plan_id = {plan}",
    "UPDATE planning_review SET note = 'lain' WHERE plan_id = {plan}",
    "DELETE FROM planning_review WHERE plan_id = {plan}",
]
# Ways of SQLite to take a row out without deleting it.
REPLACED = [
    "UPDATE OR REPLACE planning_plan SET id = {plan} WHERE id = {other}",
    "UPDATE OR REPLACE planning_planline"
    " SET id = (SELECT MIN(id) FROM planning_planline WHERE plan_id = {plan})"
    " WHERE id = (SELECT MIN(id) FROM planning_planline WHERE plan_id = {other})",
    "INSERT OR REPLACE INTO planning_plan SELECT * FROM planning_plan WHERE id = {plan}",
    "INSERT OR REPLACE INTO planning_planline SELECT * FROM planning_planline WHERE plan_id = {plan}",
    "INSERT OR REPLACE INTO planning_review SELECT * FROM planning_review WHERE plan_id = {plan}",
]


def test_after_the_decree_the_database_refuses_every_change(way: Way, a_line: PlanLine) -> None:
    other = a_plan(way.plan.scenario, way.planner)
    LineResponse.objects.create(plan=way.plan, person=a_line.person, state="accepted")
    way.show().agree().submit().stipulate()
    keys = {"plan": way.plan.pk, "other": other.pk}
    statements = [*FROZEN, *(REPLACED if connection.vendor == "sqlite" else [])]
    taken = [statement for statement in statements if _is_taken(statement.format(**keys))]
    assert taken == []
    # The same statements are taken for a plan without decree, so it is the decree that keeps them out.
    draft = {"plan": other.pk, "other": way.plan.pk}
    assert _is_taken("UPDATE planning_planline SET fee = 0 WHERE plan_id = {plan}".format(**draft))
    assert _is_taken("UPDATE planning_plan SET spent = spent + 1 WHERE id = {plan}".format(**draft))
    assert _is_taken("DELETE FROM planning_planclass WHERE plan_id = {plan}".format(**draft))


def test_the_only_step_left_to_a_plan_in_force_is_that_a_revision_replaces_it(way: Way) -> None:
    way.show().agree().submit().stipulate()
    assert _is_taken(
        f"UPDATE planning_plan SET state = 'replaced', edition = edition + 1 WHERE id = {way.plan.pk}"
    )
    for state in ("draft", "shown", "submitted"):
        assert not _is_taken(f"UPDATE planning_plan SET state = '{state}' WHERE id = {way.plan.pk}")


def test_a_revision_replaces_the_plan_before_once_it_has_its_decree(way: Way) -> None:
    way.show().agree().submit().stipulate("188/1/2026")
    scenario = begin_revision(
        actor=way.planner, plan=way.fresh(), name="Pagu perubahan", reason="APBD perubahan"
    )
    assert scenario.limits.count() == way.plan.scenario.limits.count()
    second = a_way(a_plan(scenario, way.planner))
    second.show().agree().submit()
    assert way.fresh().state == PlanState.STIPULATED
    with pytest.raises(ValidationError):
        second.stipulate("188/1/2026")
    second.stipulate("188/2/2026")
    assert (way.fresh().state, second.fresh().state) == (PlanState.REPLACED, PlanState.STIPULATED)
    assert second.fresh().revises == way.plan
    assert (revision_number(way.fresh()), revision_number(second.fresh())) == (0, 1)


def test_only_a_plan_in_force_is_revised(way: Way) -> None:
    with pytest.raises(ValidationError):
        begin_revision(actor=way.planner, plan=way.plan, name="Perubahan", reason="Alasan")


# ---- pages


def test_the_steps_are_taken_on_their_pages(way: Way, sign_in: SignIn) -> None:
    planner, pyb, ppk = sign_in(way.planner), sign_in(way.pyb), sign_in(way.ppk)
    _send(planner, way, "show", {})
    assert way.fresh().state == PlanState.SHOWN
    office = offices_of(way.plan)[0].office
    page = f"/plans/{way.plan.pk}/approval/offices/{office.pk}/"
    client = sign_in(way.head_of(office))
    form = client.get(page).context["form"]
    sent = {"once": form["once"].value(), "before": "", "decision": "agreed", "note": ""}
    assert client.post(page, sent).status_code == 302
    assert offices_of(way.plan)[0].has_agreed
    named = {"name": "Contoh", "post": "Sekretaris Daerah", "rank": "", "nip": ""}
    _send(pyb, way, "submit", {**named, "without_offices": "Belum ada pimpinan"})
    assert way.fresh().state == PlanState.SUBMITTED
    decree = {"decree_number": "188/9/2026", "decree_on": timezone.localdate().isoformat(), "place": "Bangko"}
    _send(ppk, way, "stipulate", {**named, **decree})
    assert way.fresh().state == PlanState.STIPULATED


def test_a_double_click_takes_a_step_once(way: Way, sign_in: SignIn) -> None:
    client = sign_in(way.planner)
    sent = _form(client, way, "show")
    first = client.post(f"/plans/{way.plan.pk}/approval/show/", sent)
    second = client.post(f"/plans/{way.plan.pk}/approval/show/", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Review.objects.count() == 1


def test_whoever_comes_second_is_told_and_keeps_their_input(way: Way, sign_in: SignIn) -> None:
    way.show()
    client = sign_in(way.pyb)
    sent = _form(client, way, "return") | {"note": "Kurang merata antarkecamatan"}
    office = offices_of(way.plan)[0].office
    review_office(
        actor=way.head_of(office),
        plan=way.plan,
        office=office,
        before=None,
        decision="returned",
        note="Salah orang",
    )
    page = client.post(f"/plans/{way.plan.pk}/approval/return/", sent)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Salah orang" in text
    assert "Kurang merata antarkecamatan" in text
    assert way.fresh().state == PlanState.SHOWN
    again = {
        **sent,
        "edition": page.context["form"]["edition"].value(),
        "once": page.context["form"]["once"].value(),
    }
    assert client.post(f"/plans/{way.plan.pk}/approval/return/", again).status_code == 302
    assert way.fresh().state == PlanState.DRAFT


def test_a_stranger_finds_no_page_of_the_approval(way: Way, sign_in: SignIn) -> None:
    way.show()
    stranger = a_user(*(Role.PLANNER, Role.PYB, Role.PPK, Role.HEAD), unit=an_agency("Kabupaten Lain"))
    client = sign_in(stranger)
    office = offices_of(way.plan)[0].office.pk
    pages = ["", "show/", "submit/", "stipulate/", f"offices/{office}/", "contents/", "responses/", "revise/"]
    found = [client.get(f"/plans/{way.plan.pk}/approval/{page}").status_code for page in pages]
    assert found == [404] * len(pages)
    refused = Event.objects.filter(
        action="access.refused", actor=stranger, subject=f"planning.Plan:{way.plan.pk}"
    )
    assert refused.count() == len(pages)


def test_a_head_sees_the_word_of_the_own_office_only(way: Way, sign_in: SignIn) -> None:
    way.show()
    first, second, *_rest = offices_of(way.plan)
    review_office(
        actor=way.head_of(second.office),
        plan=way.plan,
        office=second.office,
        before=None,
        decision="returned",
        note="Rahasia kantor kedua",
    )
    text = sign_in(way.head_of(first.office)).get(f"/plans/{way.plan.pk}/approval/").content.decode()
    assert first.office.name in text
    assert "Rahasia kantor kedua" not in text
    page = sign_in(way.head_of(first.office)).get(
        f"/plans/{way.plan.pk}/approval/offices/{second.office.pk}/"
    )
    assert page.status_code == 404


def test_a_head_does_not_see_a_draft(way: Way, sign_in: SignIn) -> None:
    head = way.head_of(offices_of(way.plan)[0].office)
    assert sign_in(head).get(f"/plans/{way.plan.pk}/approval/").status_code == 404


def test_the_page_offers_nobody_the_approval_of_the_own_plan(way: Way, sign_in: SignIn) -> None:
    way.planner.grants.create(role=Role.PYB, unit=way.agency)
    way.show().agree()
    client = sign_in(User.objects.get(pk=way.planner.pk))
    steps = [step.name for step, _url in client.get(f"/plans/{way.plan.pk}/approval/").context["steps"]]
    assert "submit" not in steps
    assert "harus disetujui orang lain" in client.get(f"/plans/{way.plan.pk}/approval/").content.decode()
    # The form does not even open, so that nobody fills it in for nothing.
    for answer in (
        client.get(f"/plans/{way.plan.pk}/approval/submit/"),
        client.post(f"/plans/{way.plan.pk}/approval/submit/", {"name": "x", "post": "y"}),
    ):
        assert answer.status_code == 403
        assert "harus disetujui orang lain" in answer.content.decode()
    assert way.fresh().state == PlanState.SHOWN


def test_whoever_submitted_is_neither_offered_the_decree_nor_told_that_it_waits(
    way: Way, sign_in: SignIn
) -> None:
    way.pyb.grants.create(role=Role.PPK, unit=way.agency)
    way.pyb = User.objects.get(pk=way.pyb.pk)
    way.show().agree().submit()
    client = sign_in(way.pyb)
    page = client.get(f"/plans/{way.plan.pk}/approval/")
    assert [step.name for step, _url in page.context["steps"]] == ["return"]
    assert "harus ditetapkan orang lain" in page.content.decode()
    assert client.get(f"/plans/{way.plan.pk}/approval/stipulate/").status_code == 403
    approval = f"/plans/{way.plan.pk}/approval/"
    assert approval not in [each.url for each in what_waits(way.pyb)]
    assert approval in [each.url for each in what_waits(way.ppk)]


def test_home_does_not_tell_the_author_that_their_plan_waits_for_them(way: Way) -> None:
    way.planner.grants.create(role=Role.PYB, unit=way.agency)
    way.show()
    urls = [each.url for each in what_waits(User.objects.get(pk=way.planner.pk))]
    assert f"/plans/{way.plan.pk}/approval/" not in urls
    assert f"/plans/{way.plan.pk}/approval/" in [each.url for each in what_waits(way.pyb)]


def test_what_is_missing_is_listed_with_the_way_to_mend_it(
    way: Way, a_line: PlanLine, sign_in: SignIn
) -> None:
    programme = a_line.offering.programme
    way.plan.classes.filter(offering=a_line.offering).update(organiser="")
    text = sign_in(way.planner).get(f"/plans/{way.plan.pk}/approval/contents/").content.decode()
    assert f'href="/catalogue/programmes/{programme.pk}/edit/"' in text


@pytest.mark.parametrize("page", ["approval/", "approval/contents/", "papers/"])
def test_a_page_asks_the_database_as_often_for_three_rows_as_for_one(
    way: Way, sign_in: SignIn, page: str
) -> None:
    """Rows: offices with people in the plan, and classes that lack a content."""
    way.show()
    way.plan.classes.update(organiser="")
    client = sign_in(way.planner)
    counts = []
    for keep in (3, 1):
        offices = [says.office.pk for says in offices_of(way.plan)[:keep]]
        way.plan.lines.exclude(unit__in=offices).delete()
        way.plan.classes.exclude(offering__in=way.plan.lines.values("offering")[:keep]).delete()
        client.get(f"/plans/{way.plan.pk}/{page}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/plans/{way.plan.pk}/{page}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _stipulate(way: Way, actor: User, number: str = "1", day: dt.date | None = None) -> None:
    stipulate_plan(
        actor=actor,
        plan=way.plan,
        edition=way.fresh().edition,
        decree_number=number,
        decree_on=day or timezone.localdate(),
        signed=RULER,
    )


def _is_taken(statement: str) -> bool:
    """Whether the database carries it out on at least one row; it is undone either way."""
    changed, refused = 0, ""
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            cursor.execute(statement)
            changed = cursor.rowcount
        except DatabaseError as error:
            refused = str(error)
        transaction.set_rollback(True)
    assert changed > 0 or "never changed" in refused, statement
    return changed > 0


def _form(client: Client, way: Way, step: str) -> dict[str, str]:
    form = client.get(f"/plans/{way.plan.pk}/approval/{step}/").context["form"]
    return {"once": form["once"].value(), "edition": str(form["edition"].value()), "note": ""}


def _send(client: Client, way: Way, step: str, more: dict[str, str]) -> None:
    sent = client.post(f"/plans/{way.plan.pk}/approval/{step}/", _form(client, way, step) | more)
    assert sent.status_code == 302, sent.context["form"].errors
