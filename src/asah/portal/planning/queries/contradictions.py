"""Decisions by hand that no plan can keep together: more people than seats, one person at two places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from asah.portal.catalogue.models import Offering
from asah.portal.planning.enums import LockState
from asah.portal.planning.models import Lock, Scenario

OVERFULL, AT_ONCE, TOO_MANY = "overfull", "at_once", "too_many"


@dataclass(frozen=True)
class Contradiction:
    """Decisions of which one at least must go.

    ``kind``: more people in an offering than seats in all its classes (``most``), one person in two offerings
    at once, or one person in more programmes than the rules of the year give anybody (``most``).
    """

    kind: str
    locks: list[Lock]
    most: int = 0


def seats_in_all(offering: Offering) -> int | None:
    """Seats of every class that may be opened; None where a class holds any number."""
    return None if offering.seats_per_class is None else offering.max_classes * offering.seats_per_class


def overlap(one: Offering, other: Offering) -> bool:
    """Whether nobody can be in both; an offering without a date is in nobody's way."""
    if one.period is None or other.period is None:
        return False
    return one.period <= (other.period_end or other.period) and other.period <= (one.period_end or one.period)


def decided_in(scenario: Scenario) -> list[Lock]:
    """Decisions that somebody must be in an offering."""
    rows = Lock.objects.filter(scenario=scenario, state=LockState.IN)
    return list(rows.select_related("person", "offering__programme").order_by("person__name", "pk"))


def contradictions_in(scenario: Scenario, locks: Iterable[Lock] | None = None) -> list[Contradiction]:
    """Those that can be told from the decisions alone; the planner finds any other with the rest of the rows.

    ``locks``: decisions to look at in place of those that are kept.
    """
    by_offering: dict[int, list[Lock]] = defaultdict(list)
    by_person: dict[int, list[Lock]] = defaultdict(list)
    for lock in decided_in(scenario) if locks is None else locks:
        by_offering[lock.offering_id].append(lock)
        by_person[lock.person_id].append(lock)
    return [
        *_overfull(by_offering.values()),
        *_at_once(by_person.values()),
        *_too_many(by_person.values(), scenario.policy.get("max_programmes")),
    ]


def _overfull(groups: Iterable[list[Lock]]) -> Iterator[Contradiction]:
    for group in groups:
        seats = seats_in_all(group[0].offering)
        if seats is not None and len(group) > seats:
            yield Contradiction(OVERFULL, group, seats)


def _at_once(groups: Iterable[list[Lock]]) -> Iterator[Contradiction]:
    for group in groups:
        for one, other in combinations(group, 2):
            if overlap(one.offering, other.offering):
                yield Contradiction(AT_ONCE, [one, other])


def _too_many(groups: Iterable[list[Lock]], most: int | None) -> Iterator[Contradiction]:
    if most is None:
        return
    for group in groups:
        counting = [lock for lock in group if lock.offering.programme.counts_to_max]
        if len(counting) > int(most):
            yield Contradiction(TOO_MANY, counting, int(most))
