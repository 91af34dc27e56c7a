"""A plan's content out of the database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone

from asah.portal.base.models import Unit
from asah.portal.catalogue.bridge import Form, forms
from asah.portal.catalogue.models import Fund
from asah.portal.competency.models import Competency
from asah.portal.needs.models import LevelEstimate, Need
from asah.portal.needs.queries.boxes import latest_performance
from asah.portal.planning.models import Mandate, Plan, PlanClass, PlanLine, PlanOutcome
from asah.portal.planning.queries.papers.akpk import box_of_each, read_analysis
from asah.portal.planning.queries.papers.rows import (
    ClassRow,
    Content,
    Head,
    LineRow,
    NeedRow,
    PersonRow,
    Taught,
    UnitRow,
)
from asah.portal.planning.queries.responses import counts_of
from asah.portal.planning.queries.versions import revision_number

# What a form of training is about where the programme names no competency.
KIND_OF_FORM = {
    "K1": "managerial",
    "K2": "managerial",
    "K3": "technical",
    "K4": "technical",
    "K5": "sociocultural",
}


def read_content(plan: Plan) -> Content:
    """Everything documents say of a plan, in an order that does not depend on the database."""
    agency = plan.scenario.agency
    units = list(Unit.objects.filter(path__startswith=agency.path).order_by("path"))
    classes = read_classes(plan)
    people = _people(plan)
    needs, named = _needs(plan, {person.key for person in people})
    known = {each.code: each for row in classes for each in row.taught} | named
    return Content(
        head=_head(plan, units),
        units=[
            UnitRow(unit.pk, unit.path, unit.code, unit.name, unit.office_id or agency.pk) for unit in units
        ],
        classes=classes,
        people=people,
        lines=_lines(plan, classes),
        needs=needs,
        competencies=[known[code] for code in sorted(known)],
        analysis=read_analysis(plan.scenario.cycle),
        responses=responses_in(plan),
    )


def responses_in(plan: Plan) -> tuple[int, int, int, int, int]:
    """People with lines, accepted, change asked, answered, silent."""
    counts = counts_of(plan)
    return counts.people, counts.accepted, counts.asked, counts.answered, counts.silent


def _head(plan: Plan, units: Iterable[Unit]) -> Head:
    scenario, summary = plan.scenario, plan.summary
    names = {("unit", unit.pk): unit.path for unit in units}
    names |= {("fund", fund.pk): fund.code for fund in Fund.objects.filter(agency=scenario.agency)}
    return Head(
        agency=scenario.agency.name,
        year=scenario.year,
        scenario=scenario.name,
        number=plan.number,
        revision=revision_number(plan),
        revises=plan.revises.decree_number if plan.revises else "",
        problem_sha256=plan.problem_sha256,
        engine_version=plan.engine_version,
        seed=plan.seed,
        made_on=timezone.localdate(plan.made_at),
        objective=plan.objective,
        bound=plan.bound,
        worth_of_nothing=summary["worth_of_nothing"],
        gap=plan.gap,
        closed_points=summary["closed_points"],
        need_points=summary["need_points"],
        jp_short=summary["jp_short_people"],
        mandates_missed=len(summary["mandates_missed"]),
        spent=plan.spent,
        limits=[
            (scope, names.get((scope, key), "") if key else "", amount)
            for scope, key, amount in summary.get("limits", [])
        ],
    )


def read_classes(plan: Plan) -> list[ClassRow]:
    """Classes with their contents, by code of the programme, first week and code."""
    known = {form.code: form for form in forms(dt.date(plan.scenario.year, 1, 1))}
    filled = dict(PlanLine.objects.filter(plan=plan).order_by().values_list("offering").annotate(Count("pk")))
    rows = PlanClass.objects.filter(plan=plan).select_related("offering")
    classes = [_class(row, known, filled.get(row.offering_id, 0)) for row in rows]
    return sorted(classes, key=lambda row: (row.programme_code, row.period or 0, row.code, row.offering))


def _class(row: PlanClass, known: dict[str, Form], lines: int) -> ClassRow:
    form = known.get(row.form)
    taught = [Taught(**each) for each in row.taught]
    by_form = KIND_OF_FORM.get(row.form, "")
    kinds = list(dict.fromkeys(_kind(each) for each in taught)) or ([by_form] if by_form else [])
    return ClassRow(
        offering=row.offering_id,
        code=row.code,
        programme_key=row.offering.programme_id,
        programme_code=row.programme_code,
        programme=row.programme,
        form=row.form,
        form_name=form.indonesian if form else "",
        path=form.path if form else "",
        jp=row.jp,
        fee=row.fee,
        fund_code=row.fund_code,
        fund=row.fund,
        organiser=row.organiser,
        curriculum_owner=row.curriculum_owner,
        taught=taught,
        kinds=kinds,
        kinds_by_form=not taught,
        period=row.period,
        period_end=row.period_end,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        place=row.place_name,
        days=row.days,
        classes=row.classes,
        enrolled=row.enrolled,
        lines=lines,
        seats=row.seats,
        least=row.least,
        cost=row.cost,
    )


def _kind(taught: Taught) -> str:
    """Ethics and integrity are streams of their own; any other competency is called by its kind."""
    return taught.stream if taught.stream in ("ethics", "integrity") else taught.kind


def taught_of(competency: Competency) -> Taught:
    return Taught(
        code=competency.code,
        name_id=competency.name_id,
        name_en=competency.name_en,
        kind=competency.kind,
        stream=competency.stream,
        owner=competency.owner.strip(),
    )


def _people(plan: Plan) -> list[PersonRow]:
    predicates = dict(latest_performance(plan.scenario.cycle))
    boxes = box_of_each(plan.scenario.cycle)
    people = [
        PersonRow(
            key=row.person_id,
            nip=row.nip,
            name=row.name,
            sex=row.sex,
            employment=row.employment,
            golongan=row.golongan,
            position=row.position,
            position_kind=row.position_kind,
            unit=row.unit_id,
            zone=row.zone,
            state=row.state,
            reason=row.reason,
            jp=row.jp,
            need=row.need,
            closed=row.closure,
            predicate=predicates.get(row.person_id, ""),
            box=boxes.get(row.person_id),
        )
        for row in PlanOutcome.objects.filter(plan=plan).iterator(chunk_size=2000)
    ]
    return sorted(people, key=lambda each: (each.nip, each.key))


def _lines(plan: Plan, classes: Iterable[ClassRow]) -> list[LineRow]:
    """Each with its share of what the classes cost: equal shares, the rupiah that are left to the first."""
    cost = {row.offering: row.cost for row in classes}
    code = {row.offering: (row.programme_code, row.code) for row in classes}
    rows = list(
        PlanLine.objects.filter(plan=plan).values_list(
            *(
                "person",
                "offering",
                "unit",
                "locked",
                "jp",
                "fee",
                "travel",
                "person__nip",
                "offering__programme",
            )
        )
    )
    rows.sort(key=lambda row: (row[7], code.get(row[1], ("", "")), row[1]))
    mandates = set(Mandate.objects.filter(scenario=plan.scenario_id).values_list("person", "programme"))
    inside: dict[int, int] = defaultdict(int)
    for row in rows:
        inside[row[1]] += 1
    place: dict[int, int] = defaultdict(int)
    lines = []
    for person, offering, unit, locked, jp, fee, travel, _nip, programme in rows:
        whole, rest = divmod(cost.get(offering, 0), inside[offering])
        share = whole + (place[offering] < rest)
        place[offering] += 1
        is_mandated = (person, programme) in mandates
        lines.append(LineRow(person, offering, unit, locked, is_mandated, jp, fee, travel, share))
    return lines


def _needs(plan: Plan, people: set[int]) -> tuple[list[NeedRow], dict[str, Taught]]:
    """Needs of everybody in the plan, without those that a case of conduct raised: they would tell of it."""
    cycle = plan.scenario.cycle_id
    levels = {
        (person, competency): mean
        for person, competency, mean in LevelEstimate.objects.filter(cycle=cycle).values_list(
            "person", "competency", "mean"
        )
    }
    rows = (
        Need.told.filter(cycle=cycle)
        .order_by("person__nip", "competency__code")
        .values_list(
            *("person", "competency", "against", "required", "gap", "weight", "basis", "competency__code")
        )
    )
    found, used = [], set()
    for person, competency, against, required, gap, weight, basis, code in rows:
        if person in people:
            used.add(competency)
            actual = levels.get((person, competency))
            found.append(NeedRow(person, code, against, required, actual, gap, weight, basis))
    named = {each.code: taught_of(each) for each in Competency.objects.filter(pk__in=used)}
    return found, named
