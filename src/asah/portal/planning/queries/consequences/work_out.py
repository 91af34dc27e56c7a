"""Numbers behind a decision: closure, JP, money, seats, clashes, absence, rules."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from asah.portal.base.models import Unit
from asah.portal.catalogue.models import Fare, Offering, Programme, ProgrammeEffect
from asah.portal.needs.models import Need
from asah.portal.people.enums import Connectivity
from asah.portal.people.models import Employment, Person
from asah.portal.planning.enums import LimitScope, LockState
from asah.portal.planning.models import Lock, Mandate, Plan, PlanClass, PlanLine, PlanOutcome
from asah.portal.planning.queries.contradictions import Contradiction, contradictions_in, decided_in, overlap
from asah.portal.planning.queries.people import lines_of_person

REACH = {Connectivity.NONE.value: 0, Connectivity.LOW.value: 1, Connectivity.GOOD.value: 2}


@dataclass(frozen=True)
class Place:
    """The offering a decision is about, as the plan has it: seats left are None without a limit of seats."""

    offering: Offering
    classes: int
    enrolled: int
    seats_left: int | None
    may_open: bool


@dataclass
class Consequences:
    """Points, JP and rupiah are differences to the plan.

    ``falls_out``: own lines that cannot stay beside the place, each with why: ``same_programme``,
    ``same_time`` or ``too_many``. ``broken``: codes of rules that the decision breaks. ``contradictions``:
    with earlier decisions, so that no plan can keep them all. ``over``: purse to the rupiah by which it is
    overdrawn.
    """

    person: Person
    place: Place | None = None
    leaves: PlanLine | None = None
    left_place: Place | None = None
    points: float = 0.0
    jp: Decimal = Decimal(0)
    money: int = 0
    class_cost: int = 0
    falls_out: dict[PlanLine, str] = field(default_factory=dict)
    most_programmes: int | None = None
    contradictions: list[Contradiction] = field(default_factory=list)
    pushed_out: Person | None = None
    broken: list[str] = field(default_factory=list)
    over: dict[str, int] = field(default_factory=dict)
    mandate_lost: bool = False
    nothing_changes: bool = False


def work_out(
    plan: Plan, person: Person, *, into: Offering | None = None, out_of: Offering | None = None
) -> Consequences:
    """What changes if the person must be in ``into`` and must not be in ``out_of``; one may be None."""
    lines = lines_of_person(plan, person)
    found = Consequences(person=person)
    held = {line.offering_id: line for line in lines}
    if out_of is not None:
        found.leaves = held.get(out_of.pk)
        found.left_place = _place(plan, out_of)
        found.nothing_changes = found.leaves is None and into is None
    if into is not None:
        found.place = _place(plan, into)
        found.nothing_changes = into.pk in held and found.leaves is None
    if into is not None:
        found.contradictions = _contradicts(plan, person, into, out_of)
    if found.nothing_changes:
        return found
    stay = [line for line in lines if line is not found.leaves]
    if into is not None and into.pk not in held:
        found.falls_out = _cannot_stay(plan, stay, into, person)
        stay = [line for line in stay if line not in found.falls_out]
        found.most_programmes = plan.summary.get("policy", {}).get("max_programmes")
        _enter(plan, found, stay, into)
    gone = [line for line in lines if line not in stay]
    after = [line.offering.programme_id for line in stay] + ([into.programme_id] if into else [])
    before = [line.offering.programme_id for line in lines]
    found.points = _closure(plan, person, after) - _closure(plan, person, before)
    found.jp += -sum((line.jp for line in gone), Decimal(0)) + (into.programme.jp if into else 0)
    found.money -= sum(line.fee + line.travel for line in gone)
    programmes = {line.offering.programme_id for line in gone} - set(after)
    found.mandate_lost = Mandate.objects.filter(
        scenario=plan.scenario_id, person=person, programme__in=programmes
    ).exists()
    if into is not None:
        found.over = _overdrawn(plan, found, into)
    return found


# ---- where somebody would go in


def _place(plan: Plan, offering: Offering) -> Place:
    row = PlanClass.objects.filter(plan=plan, offering=offering).first()
    classes, enrolled = (row.classes, row.enrolled) if row else (0, 0)
    left = None if offering.seats_per_class is None else classes * offering.seats_per_class - enrolled
    return Place(offering, classes, enrolled, left, classes < offering.max_classes)


def _contradicts(plan: Plan, person: Person, into: Offering, out_of: Offering | None) -> list[Contradiction]:
    """With this decision beside those that are kept, as it would replace some of them."""
    kept = [
        lock
        for lock in decided_in(plan.scenario)
        if lock.person_id != person.pk
        or (lock.offering.programme_id != into.programme_id and lock.offering_id != (out_of and out_of.pk))
    ]
    made = Lock(scenario=plan.scenario, person=person, offering=into, state=LockState.IN)
    before = contradictions_in(plan.scenario, kept)
    return [each for each in contradictions_in(plan.scenario, [*kept, made]) if each not in before]


def _cannot_stay(
    plan: Plan, lines: Sequence[PlanLine], into: Offering, person: Person
) -> dict[PlanLine, str]:
    """Lines of the same programme, at the same time, and beyond what one person may have."""
    out = {
        line: "same_programme" if line.offering.programme_id == into.programme_id else "same_time"
        for line in lines
        if line.offering.programme_id == into.programme_id or overlap(line.offering, into)
    }
    policy = plan.summary.get("policy", {})
    most = policy.get("max_programmes")
    if most is not None and into.programme.counts_to_max:
        counting = [line for line in lines if line not in out and line.offering.programme.counts_to_max]
        worth = {line.pk: _worth(plan, person, counting, line) for line in counting}
        counting.sort(key=lambda line: worth[line.pk])
        out |= dict.fromkeys(counting[: max(0, len(counting) + 1 - int(most))], "too_many")
    return out


def _worth(plan: Plan, person: Person, lines: Sequence[PlanLine], line: PlanLine) -> float:
    every = [each.offering.programme_id for each in lines]
    rest = [each.offering.programme_id for each in lines if each is not line]
    return _closure(plan, person, every) - _closure(plan, person, rest)


def _enter(plan: Plan, found: Consequences, stay: Sequence[PlanLine], into: Offering) -> None:
    """Fee, travel and class; who would have to leave a full class; which rules are broken."""
    person, place = found.person, found.place
    assert place is not None
    post = person.current
    found.money += into.programme.cost_per_person + _fare(plan, post, into)
    full = place.classes > 0 and place.seats_left is not None and place.seats_left <= 0
    if place.classes == 0 or (full and place.may_open):
        found.class_cost = into.cost_per_class
        if not place.may_open:
            found.broken.append("no_class")
    elif full:
        found.pushed_out = _least_served(plan, into)
    if place.classes == 0 and into.min_per_class > 1:
        found.broken.append("too_few")
    found.broken += _rules(plan, found, stay, into, post)


def _rules(
    plan: Plan, found: Consequences, stay: Sequence[PlanLine], into: Offering, post: Employment | None
) -> list[str]:
    broken = []
    programme, policy = into.programme, plan.summary.get("policy", {})
    if post is None or not _admitted(programme, post):
        broken.append("not_admitted")
    if into.ends_on and found.person.retires_on and into.ends_on > found.person.retires_on:
        broken.append("retires_first")
    home = post.place if post else None
    known = home is not None and bool(home.connectivity)
    if into.place_id is None and home and known and REACH[home.connectivity] < REACH[programme.connectivity]:
        broken.append("network_too_weak")
    ceiling = policy.get("jp_max", {})
    most = ceiling.get(post.kind if post else "") if isinstance(ceiling, Mapping) else ceiling
    if most is not None and programme.counts_to_max:
        counted = sum((line.jp for line in stay if line.offering.programme.counts_to_max), Decimal(0))
        if counted + programme.jp > Decimal(str(most)):
            broken.append("over_jp_ceiling")
    if post is not None and into.period is not None and _too_many_away(plan, found, into, post.unit_id):
        broken.append("too_many_away")
    return broken


def _admitted(programme: Programme, post: Employment) -> bool:
    if programme.eligible_employment and post.kind not in programme.eligible_employment:
        return False
    kind = post.position.kind if post.position else ""
    if programme.eligible_position_kind and kind not in programme.eligible_position_kind:
        return False
    paths = [unit.path for unit in programme.eligible_units.all()]
    return not paths or post.unit.path.startswith(tuple(paths))


def _too_many_away(plan: Plan, found: Consequences, into: Offering, unit: int) -> bool:
    """Whether in some week more people of the unit would be away than the policy allows."""
    share = plan.summary.get("policy", {}).get("max_absent_share")
    if share is None or into.period is None:
        return False
    staff = PlanOutcome.objects.filter(plan=plan, unit=unit).count()
    last = into.period_end or into.period
    away: dict[int, set[int]] = defaultdict(set)
    others = (
        PlanLine.objects.filter(plan=plan, unit=unit, offering__period__lte=last)
        .filter(
            Q(offering__period_end__gte=into.period)
            | Q(offering__period_end=None, offering__period__gte=into.period)
        )
        .exclude(person=found.person)
        .values_list("person_id", "offering__period", "offering__period_end")
    )
    for person, begins, ends in others:
        first = begins or into.period
        for week in range(max(first, into.period), min(ends or first, last) + 1):
            away[week].add(person)
    most = max((len(people) for people in away.values()), default=0)
    return most + 1 > math.ceil(float(share) * staff)


def _fare(plan: Plan, post: Employment | None, into: Offering) -> int:
    """The trip and the days away; nothing at home, online, or where no fare is known."""
    if into.place_id is None or post is None or post.place_id in (None, into.place_id):
        return 0
    fare = Fare.objects.filter(
        year=plan.scenario.year, origin=post.place_id, destination=into.place_id
    ).first()
    if fare is None:
        return int(plan.summary.get("policy", {}).get("default_travel_idr") or 0)
    return fare.cost + into.days * fare.per_day


def _overdrawn(plan: Plan, found: Consequences, into: Offering) -> dict[str, int]:
    """Purses that would not suffice, and by how much."""
    summary = plan.summary
    limits = {(scope, key): amount for scope, key, amount in summary.get("limits", [])}
    spent = summary["spent"]
    over = {}
    total = limits.get((LimitScope.TOTAL.value, None))
    if total is not None:
        over["total"] = spent["total"] + found.money + found.class_cost - total
    fund = into.programme.fund
    if fund is not None and (LimitScope.FUND.value, fund.pk) in limits:
        fees = into.programme.cost_per_person + found.class_cost
        gone = [*found.falls_out, *([found.leaves] if found.leaves else [])]
        fees -= sum(line.fee for line in gone if line.offering.programme.fund_id == fund.pk)
        used = spent.get(LimitScope.FUND.value, {}).get(str(fund.pk), 0)
        over[fund.name] = used + fees - limits[LimitScope.FUND.value, fund.pk]
    payer = _payer(plan, found.person, {key for scope, key in limits if scope == LimitScope.UNIT and key})
    if payer is not None:
        trips = _fare(plan, found.person.current, into) - sum(
            line.travel for line in [*found.falls_out, *([found.leaves] if found.leaves else [])]
        )
        used = spent.get(LimitScope.UNIT.value, {}).get(str(payer.pk), 0)
        over[payer.name] = used + trips - limits[LimitScope.UNIT.value, payer.pk]
    return {name: amount for name, amount in over.items() if amount > 0}


def _payer(plan: Plan, person: Person, holders: set[int]) -> Unit | None:
    """The nearest unit upward with a limit of its own."""
    if person.current is None:
        return None
    upwards = [int(part) for part in reversed(person.current.unit.path.rstrip(".").split("."))]
    nearest = next((key for key in upwards if key in holders), None)
    return None if nearest is None else Unit.objects.get(pk=nearest)


# ---- points


def _closure(plan: Plan, person: Person, programmes: Iterable[int]) -> float:
    """Points that programmes close of somebody's needs."""
    return _closures(plan, {person.pk: list(programmes)})[person.pk]


def _closures(plan: Plan, held: Mapping[int, Sequence[int]]) -> dict[int, float]:
    needs = Need.told.filter(cycle=plan.scenario.cycle_id, person__in=list(held)).values_list(
        "person_id", "competency_id", "gap", "weight"
    )
    wanted = {programme for programmes in held.values() for programme in programmes}
    gains: dict[tuple[int, int], float] = {
        (programme, competency): float(gain)
        for programme, competency, gain in ProgrammeEffect.objects.filter(programme__in=wanted).values_list(
            "programme_id", "competency_id", "gain_levels"
        )
    }
    points = dict.fromkeys(held, 0.0)
    for person, competency, gap, weight in needs:
        raised = sum(gains.get((programme, competency), 0.0) for programme in set(held[person]))
        points[person] += weight * min(gap, raised)
    return points


def _least_served(plan: Plan, offering: Offering) -> Person | None:
    """Who loses least without their place in a full class, and was not put there by hand."""
    inside = PlanLine.objects.filter(plan=plan, offering=offering, locked=False).values("person")
    rows = PlanLine.objects.filter(plan=plan, person__in=inside).values_list(
        "person_id", "offering__programme_id"
    )
    held: dict[int, list[int]] = defaultdict(list)
    for person, programme in rows:
        held[person].append(programme)
    if not held:
        return None
    without = {
        person: [p for p in programmes if p != offering.programme_id] for person, programmes in held.items()
    }
    have, rest = _closures(plan, held), _closures(plan, without)
    return Person.objects.get(pk=min(held, key=lambda person: (have[person] - rest[person], person)))
