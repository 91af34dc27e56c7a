"""People in a plan: planned, deferred, without a need; and one of them with everything about them."""

from __future__ import annotations

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.models import Programme
from asah.portal.competency.models import Competency
from asah.portal.needs.models import Need
from asah.portal.people.models import Person
from asah.portal.planning.access import SEE_PLANS, sees_all_of
from asah.portal.planning.models import Lock, Plan, PlanLine, PlanOutcome
from asah.portal.planning.queries.schedule import as_planned

DEPTH = 2


def outcomes_of(plan: Plan, viewer: User) -> QuerySet[PlanOutcome]:
    """Everybody whom the viewer may see, once, with ``lines``, how many offerings they get."""
    lines = (
        PlanLine.objects.filter(plan=plan, person=OuterRef("person"))
        .order_by()
        .values("person")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        visible_to(viewer, PlanOutcome)
        .filter(plan=plan)
        .select_related("person", "unit", "person__current")
        .annotate(lines=Coalesce(Subquery(lines), 0))
    )


def with_need_in(plan: Plan, rows: QuerySet[PlanOutcome], competency: int) -> QuerySet[PlanOutcome]:
    """Those of the rows whose needs name a competency."""
    needs = Need.told.filter(cycle=plan.scenario.cycle_id, competency=competency)
    return rows.filter(person__in=needs.values("person"))


def reasons_in(plan: Plan, viewer: User) -> list[tuple[str, str, int]]:
    """State, reason and how many people, the most frequent first."""
    found = (
        visible_to(viewer, PlanOutcome)
        .filter(plan=plan)
        .order_by()
        .values_list("state", "reason")
        .annotate(people=Count("pk"))
    )
    return sorted(found, key=lambda row: -row[2])


def offices_in(plan: Plan, viewer: User) -> list[tuple[str, str]]:
    """Choices of a filter: path and name of units whose people the viewer may see."""
    units = Unit.objects.filter(path__startswith=plan.scenario.agency.path)
    if not sees_all_of(viewer, plan):
        paths = tuple(SEE_PLANS.paths(viewer))
        return [_choice(unit) for unit in units if unit.path.startswith(paths) and unit.depth <= DEPTH]
    return [_choice(unit) for unit in units if unit.depth <= DEPTH]


def _choice(unit: Unit) -> tuple[str, str]:
    return unit.path, f"{'  ' * unit.depth}{unit.name}"


def competencies_in(plan: Plan) -> list[tuple[int, str]]:
    """Choices of a filter: competencies in which the plan's people have needs."""
    keys = {int(key) for row in plan.summary.get("closure", {}).values() for key in row}
    return [(each.pk, each.name) for each in Competency.objects.filter(pk__in=keys).order_by("code")]


def lines_of_person(plan: Plan, person: Person) -> list[PlanLine]:
    """What somebody gets, by date."""
    return list(
        PlanLine.objects.filter(plan=plan, person=person)
        .select_related("offering__programme", "offering__place", "unit")
        .annotate(**as_planned())
        .order_by(F("planned_period"), "pk")
    )


def locks_of_person(plan: Plan, person: Person) -> list[Lock]:
    return list(
        Lock.objects.filter(scenario=plan.scenario_id, person=person).select_related(
            "offering__programme", "made_by"
        )
    )


def names_of(viewer: User, nips: set[str], agency: int) -> dict[str, str]:
    """Names of those of these people whom the viewer may see, by NIP."""
    found = visible_to(viewer, Person).filter(agency=agency, nip__in=nips)
    return {person.nip: person.full_name for person in found}


def names_in_plan(plan: Plan, viewer: User, people: set[int]) -> dict[int, str]:
    """Names, as planned, of those of these people whom the viewer may see, by key."""
    seen = visible_to(viewer, PlanOutcome).filter(plan=plan, person__in=people)
    return dict(seen.values_list("person", "name"))


def programme_names(plan: Plan) -> dict[str, str]:
    """Names of the programmes of the plan's agency by code."""
    return dict(Programme.objects.filter(agency=plan.scenario.agency_id).values_list("code", "name"))


def competency_names(plan: Plan) -> dict[str, str]:
    """Names of the competencies of the plan's agency by code, in the language of the reader."""
    return {each.code: each.name for each in Competency.objects.filter(agency=plan.scenario.agency_id)}


def decisions_since(plan: Plan) -> int:
    """Decisions by hand that were made after the plan, which only the next plan keeps."""
    return Lock.objects.filter(scenario=plan.scenario_id, made_at__gt=plan.made_at).count()


def mandates_missed(plan: Plan, viewer: User) -> list[tuple[Person, Programme]]:
    """Mandates that the plan could not give, of people whom the viewer may see."""
    pairs = plan.summary.get("mandates_missed", [])
    seen = visible_to(viewer, PlanOutcome).filter(plan=plan, person__in=[person for person, _ in pairs])
    people = {outcome.person_id: outcome.person for outcome in seen.select_related("person")}
    programmes = Programme.objects.in_bulk([programme for _, programme in pairs])
    found = [(people[person], programmes[programme]) for person, programme in pairs if person in people]
    return sorted(found, key=lambda pair: pair[0].name)
