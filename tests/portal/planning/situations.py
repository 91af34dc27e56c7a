"""A small agency with a plan made by hand, and plans at each step of their way to the decree. People are
invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.models import Fund, Offering, Programme, ProgrammeEffect
from asah.portal.competency.models import Competency, Framework
from asah.portal.needs.models import Cycle, LevelEstimate, Member, Need
from asah.portal.people.models import Person, Place
from asah.portal.planning import bridge
from asah.portal.planning.actions.approve import review_office, show_plan, stipulate_plan
from asah.portal.planning.actions.submit import Signed, submit_plan
from asah.portal.planning.models import Limit, Plan, PlanClass, PlanLine, PlanOutcome, Scenario
from asah.portal.planning.queries.approval import offices_of
from factories.portal import a_person, a_user, an_agency, an_office

YEAR = 2027
OFFICES = ("Dinas Pendidikan", "Dinas Kesehatan", "Inspektorat")


def a_scenario(agency: Unit | None = None) -> Scenario:
    """Three offices with two people each, the last with a third; three programmes; needs of everybody."""
    agency = agency or an_agency("Kabupaten Contoh")
    offices = [an_office(agency, name) for name in OFFICES]
    people = [a_person(office, f"Pegawai {office.name} {n}") for office in offices for n in (1, 2)]
    people.append(a_person(offices[2], "Pegawai Yang Ditunda"))
    fund = Fund.objects.create(agency=agency, code="5.04.01", name="APBD")
    service = Competency.objects.create(
        agency=agency, code="T1", name_id="Pelayanan", kind="technical", owner="Kementerian Contoh"
    )
    ethics = Competency.objects.create(
        agency=agency, code="E1", name_id="Kode etik", kind="managerial", stream="ethics"
    )
    for code, name, form, cost, taught in (
        ("P1", "Pelatihan Pelayanan", "K3", 500_000, service),
        ("P2", "Etika Daring", "N3", 0, ethics),
        ("P3", "Lokakarya Pelayanan", "K7", 333_333, service),
    ):
        programme = Programme.objects.create(
            agency=agency,
            code=code,
            name=name,
            form=form,
            state="active",
            jp=Decimal("12.5"),
            cost_per_person=cost,
            fund=fund,
            organiser="BKPSDM",
            curriculum_owner="Kementerian Contoh",
        )
        ProgrammeEffect.objects.create(programme=programme, competency=taught, gain_levels=Decimal("0.6"))
    place = Place.objects.get(agency=agency)
    for code, week in (("P1", 10), ("P2", None), ("P3", 20)):
        Offering.objects.create(
            programme=Programme.objects.get(agency=agency, code=code),
            code=f"O{code[1]}",
            year=YEAR,
            period=week,
            period_end=week,
            place=place if week else None,
            days=2,
            max_classes=3,
            cost_per_class=1_000_000 if week else 0,
        )
    cycle = _cycle(agency, people, [service, ethics])
    scenario = Scenario.objects.create(
        agency=agency, year=YEAR, name="Pagu indikatif", cycle=cycle, policy={"periods": 52}
    )
    Limit.objects.create(scenario=scenario, scope="total", amount=50_000_000)
    return scenario


def _cycle(agency: Unit, people: list[Person], competencies: list[Competency]) -> Cycle:
    cycle = Cycle.objects.create(
        agency=agency,
        year=YEAR,
        name=f"AKPK {YEAR}",
        state="finished",
        framework=Framework.objects.create(
            agency=agency, version="1", state="in_force", valid_from=dt.date(2025, 1, 1)
        ),
        roles=["supervisor"],
        opens_on=dt.date(2026, 6, 1),
        closes_on=dt.date(2026, 8, 31),
    )
    for person in people:
        assert person.current is not None
        about = {"cycle": cycle, "person": person}
        Member.objects.create(**about, unit=person.current.unit, position=person.current.position)
        for competency in competencies:
            LevelEstimate.objects.create(
                **about, competency=competency, mean=2.2, sd=0.3, ratings=2, basis="supervisor", method="uji"
            )
            Need.objects.create(
                **about,
                unit=person.current.unit,
                competency=competency,
                against="current",
                required=3,
                gap=0.8,
                weight=2.0,
                basis="supervisor",
            )
    return cycle


def a_plan(scenario: Scenario, planner: User) -> Plan:
    """Everybody but the last: one class at a place for all, online for the first three, a workshop for the
    last two.

    With costs of classes that cannot be shared out evenly.
    """
    people = list(Person.objects.filter(agency=scenario.agency).select_related("current").order_by("pk"))
    first, online, workshop = Offering.objects.filter(programme__agency=scenario.agency).order_by(
        "programme__code"
    )
    planned = people[:-1]
    inside = {first: planned, online: planned[:3], workshop: planned[-2:]}
    fees = sum(len(each) * offering.programme.cost_per_person for offering, each in inside.items())
    travel = {person.pk: 100_001 * place for place, person in enumerate(planned)}
    costs = {first: 2_000_000, online: 0, workshop: 1_000_000}
    spent = fees + sum(travel.values()) + sum(costs.values())
    limits = [[one.scope, one.fund_id or one.unit_id, one.amount] for one in scenario.limits.all()]
    plan = Plan.objects.create(
        scenario=scenario,
        number=scenario.plans.count() + 1,
        problem_sha256="0" * 64,
        objective=5.0,
        bound=5.5,
        gap=0.05,
        spent=spent,
        summary={
            "people": {"planned": len(planned), "deferred": 1, "exempt": 0},
            "classes": 4,
            "closed_points": 10.0,
            "need_points": 20.0,
            "jp_short_people": 2,
            "mandates_missed": [],
            "worth_of_nothing": -5.0,
            "spent": {"total": spent, "fund": {}, "unit": {}},
            "limits": limits,
            "policy": scenario.policy,
            "status": "optimal",
            "check": {"ok": True, "failures": []},
        },
        engine_version="0.1",
        seed=0,
        made_by=planner,
    )
    bridge.write_problem(scenario, plan.folder)
    for offering, each in inside.items():
        classes = 2 if offering == first else 1
        PlanClass.objects.create(
            plan=plan,
            offering=offering,
            classes=classes,
            enrolled=len(each),
            cost=costs[offering],
            **bridge.offering_as_planned(offering),
        )
        for person in each:
            assert person.current is not None
            PlanLine.objects.create(
                plan=plan,
                person=person,
                unit=person.current.unit,
                offering=offering,
                jp=offering.programme.jp,
                fee=offering.programme.cost_per_person,
                travel=travel[person.pk] if offering == first else 0,
            )
    for person in people:
        assert person.current is not None
        PlanOutcome.objects.create(
            plan=plan,
            person=person,
            unit=person.current.unit,
            state="planned" if person in planned else "deferred",
            reason="planned" if person in planned else "money_spent",
            jp=sum((line.jp for line in plan.lines.filter(person=person)), Decimal(0)),
            closure=1.0 if person in planned else 0.0,
            need=3.2,
            nip=person.nip,
            name=person.full_name,
            sex=person.sex,
            employment=person.current.kind,
            place=person.current.place,
        )
    return plan


SIGNED = Signed(
    name="Dra. Contoh Sekda", post="Sekretaris Daerah", rank="Pembina Utama Madya", nip="1", place="Bangko"
)
RULER = Signed(name="H. Contoh Bupati", post="Bupati", place="Bangko")


@dataclass
class Way:
    """A plan with everybody who decides on it: PyB, PPK, and the head of every office with people in it."""

    plan: Plan
    planner: User
    pyb: User
    ppk: User
    heads: dict[int, User] = field(default_factory=dict)

    @property
    def agency(self) -> Unit:
        return self.plan.scenario.agency

    def fresh(self) -> Plan:
        return Plan.objects.select_related("scenario__agency", "scenario__cycle", "revises").get(
            pk=self.plan.pk
        )

    def show(self) -> Way:
        show_plan(actor=self.planner, plan=self.plan, edition=self.fresh().edition)
        return self

    def agree(self, *, without: int = 0) -> Way:
        """Every head agrees but those of the last ``without`` offices."""
        offices = offices_of(self.plan)
        for says in offices[: len(offices) - without]:
            before = says.review.pk if says.review else None
            review_office(
                actor=self.head_of(says.office),
                plan=self.plan,
                office=says.office,
                before=before,
                decision="agreed",
            )
        return self

    def head_of(self, office: Unit) -> User:
        if office.pk not in self.heads:
            self.heads[office.pk] = a_user(Role.HEAD, unit=office)
        return self.heads[office.pk]

    def submit(self, **more: Any) -> Way:
        submit_plan(actor=self.pyb, plan=self.plan, edition=self.fresh().edition, signed=SIGNED, **more)
        return self

    def stipulate(self, number: str = "188/1/2026", day: dt.date | None = None) -> Way:
        stipulate_plan(
            actor=self.ppk,
            plan=self.plan,
            edition=self.fresh().edition,
            decree_number=number,
            decree_on=day or timezone.localdate(),
            signed=RULER,
        )
        return self

    def all_the_way(self, number: str = "188/1/2026") -> Way:
        return self.show().agree().submit().stipulate(number)


def a_way(plan: Plan | None = None) -> Way:
    """A draft with those who decide on it; of an agency of its own where no plan is given."""
    if plan is None:
        scenario = a_scenario()
        plan = a_plan(scenario, a_user(Role.PLANNER, unit=scenario.agency))
    agency, planner = plan.scenario.agency, plan.made_by
    assert planner is not None
    return Way(plan, planner, a_user(Role.PYB, unit=agency), a_user(Role.PPK, unit=agency))


def sign_up(person: Person) -> User:
    """The person can sign in."""
    assert person.current is not None
    person.user = a_user(Role.ASN, unit=person.current.unit)
    person.save(update_fields=["user"])
    return person.user
