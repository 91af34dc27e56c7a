"""The seven rules a plan must obey: section 2 of tables.md, in its order.

Each function names every row that breaks its rule. A lock may break rule 1 and nothing else; what it
breaks there becomes a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from asah.engine.check.facts import NO_LIMIT, NONE, UNKNOWN_FARE, Bools, Facts, Ints
from asah.engine.check.messages import finding, note, rupiah
from asah.engine.errors import Finding

JP_SLACK = 1e-9  # JP are decimals: a sum may be off in its last binary digit


@dataclass(frozen=True)
class Chosen:
    """What a plan decides, as positions in ``facts``.

    ``i``, ``o``, ``row``: person, offering and file row of each enrolment. ``opened``, ``opened_row``:
    classes of each offering of the input and the row of `classes` that says so (0 where none does).
    """

    facts: Facts
    i: Ints
    o: Ints
    row: Ints
    opened: Ints
    opened_row: Ints

    @cached_property
    def p(self) -> Ints:
        return self.facts.programme_of[self.o]

    @cached_property
    def enrolled(self) -> Ints:
        return np.bincount(self.o, minlength=len(self.opened))

    @cached_property
    def locked(self) -> Bools:
        """Whether a lock puts the person into the offering."""
        f = self.facts
        width = len(f.offering)
        return np.isin(self.i * width + self.o, f.lock_person[f.lock_in] * width + f.lock_offering[f.lock_in])

    @cached_property
    def away(self) -> Ints:
        """(i, t) in how many dated offerings a person is in a period; period 0 stays empty."""
        f = self.facts
        dated = f.first[self.o] > 0
        i, o = self.i[dated], self.o[dated]
        steps = np.zeros((f.n_people, f.policy.periods + 2), np.int64)
        np.add.at(steps, (i, f.first[o]), 1)
        np.add.at(steps, (i, f.last[o] + 1), -1)
        return np.cumsum(steps, axis=1)[:, :-1]

    def finding(self, k: int, key: str, **words: object) -> Finding:
        """The finding ``key`` about enrolment ``k``."""
        f = self.facts
        facts = {"person": f.person_ids[self.i[k]], "programme": f.programme_ids[self.p[k]]}
        return finding(
            key, "enrolments", int(self.row[k]), "offering_id", f.offering_ids[self.o[k]], **(facts | words)
        )


def broken_rules(chosen: Chosen) -> list[Finding]:
    """Every row that breaks one of the seven rules."""
    rules = (
        one_takes_what_one_may,
        one_has_the_time,
        prerequisites_come_first,
        classes_are_filled,
        units_stay_staffed,
        money_suffices,
        locks_are_kept,
    )
    return [found for rule in rules for found in rule(chosen)]


def refusals(facts: Facts, i: Ints, o: Ints) -> Mapping[str, Bools]:
    """By reason, where rule 1 keeps person ``i`` out of offering ``o`` whatever else they take.

    The two arrays broadcast: equally long ones are pairs, a column and a row make a matrix.
    """
    p = facts.programme_of[o]
    eligible = (
        facts.opens_to_employment[p, facts.employment[i]]
        & facts.opens_to_kind[p, facts.kind[i]]
        & facts.opens_to_unit[p, facts.unit_of[i]]
    )
    connection = facts.connection[facts.home[i]]
    return {
        "already_completed": facts.has_completed(i, p),
        "not_eligible": ~eligible,
        "retires_before_the_end": facts.ends[o] > facts.retires[i],
        "no_connection": (facts.venue[o] == NONE)
        & (connection != NONE)
        & (connection < facts.needs_connection[p]),
    }


def one_takes_what_one_may(chosen: Chosen) -> Iterator[Finding]:
    """Rule 1, where no lock stands behind the enrolment."""
    for k, key in _breaks_of_rule_1(chosen):
        if not chosen.locked[k]:
            yield chosen.finding(k, key)


def kept_locks(chosen: Chosen) -> Iterator[str]:
    """Notes on the locks that are kept although they break rule 1."""
    for k, key in _breaks_of_rule_1(chosen):
        if chosen.locked[k]:
            found = chosen.finding(k, key)
            person = chosen.facts.person_ids[chosen.i[k]]
            yield note("lock_breaks_rule_1", person=person, offering=found.value, what=found.what)


def unknown_connections(chosen: Chosen) -> Iterator[str]:
    f = chosen.facts
    count = int(((f.venue[chosen.o] == NONE) & (f.connection[f.home[chosen.i]] == NONE)).sum())
    if count:
        yield note("connection_unknown", count=count)


def _breaks_of_rule_1(chosen: Chosen) -> Iterator[tuple[int, str]]:
    f = chosen.facts
    for key, refused in refusals(f, chosen.i, chosen.o).items():
        for k in np.flatnonzero(refused):
            yield int(k), key
    _, group, size = np.unique(f.pair(chosen.i, chosen.p), return_inverse=True, return_counts=True)
    for k in np.flatnonzero(size[group] > 1):
        yield int(k), "two_of_a_programme"


def one_has_the_time(chosen: Chosen) -> Iterator[Finding]:
    """Rule 2: no two dated offerings at once; so many programmes and JP in a year at most."""
    f = chosen.facts
    for i, t in np.argwhere(chosen.away > 1):
        here = (chosen.i == i) & (f.first[chosen.o] <= t) & (t <= f.last[chosen.o])
        for k in np.flatnonzero(here):
            yield chosen.finding(int(k), "overlap", period=int(t))

    counted = f.counts_to_max[chosen.p]
    programmes = np.bincount(chosen.i[counted], minlength=f.n_people)
    jp = f.jp_done + np.bincount(chosen.i[counted], weights=f.jp[chosen.p[counted]], minlength=f.n_people)
    most = NO_LIMIT if f.policy.max_programmes is None else f.policy.max_programmes
    for k in np.flatnonzero(counted & (programmes > most)[chosen.i]):
        yield chosen.finding(int(k), "too_many_programmes", count=int(programmes[chosen.i[k]]), limit=most)
    for k in np.flatnonzero(counted & (jp > f.jp_max + JP_SLACK)[chosen.i]):
        i = chosen.i[k]
        yield chosen.finding(int(k), "too_much_jp", count=f"{jp[i]:g}", limit=f"{f.jp_max[i]:g}")


def prerequisites_come_first(chosen: Chosen) -> Iterator[Finding]:
    """Rule 3: completed before; or in the plan, undated or over before this offering begins."""
    f = chosen.facts
    wanted = f.prerequisite[chosen.p]
    waiting = (wanted != NONE) & ~f.has_completed(chosen.i, wanted)
    order = np.argsort(chosen.i, kind="stable")
    start = np.searchsorted(chosen.i[order], chosen.i)
    stop = np.searchsorted(chosen.i[order], chosen.i, "right")
    for k in np.flatnonzero(waiting):
        own = order[start[k] : stop[k]]
        taken = chosen.o[own][chosen.p[own] == wanted[k]]
        undated = f.first[taken] == 0
        over = f.last[taken] < f.first[chosen.o[k]]
        if not (undated | over).any():
            yield chosen.finding(int(k), "prerequisite_missing", wanted=f.programme_ids[wanted[k]])


def classes_are_filled(chosen: Chosen) -> Iterator[Finding]:
    """Rule 4: between the minimum and the seats of the classes opened; no more classes than may be held."""
    f, y, enrolled = chosen.facts, chosen.opened, chosen.enrolled
    # Without a number of seats one class takes everybody, so a second one is never opened.
    most_classes = np.where(f.seats_given, f.max_classes, np.minimum(f.max_classes, 1))
    for key, broken, limit in (
        ("too_few_in_class", enrolled < f.minimum * y, f.minimum * y),
        ("too_many_in_class", enrolled > f.seats * y, f.seats * y),
        ("too_many_classes", y > most_classes, most_classes),
    ):
        for o in np.flatnonzero(broken):
            words = {"count": int(enrolled[o]), "classes": int(y[o]), "limit": int(limit[o])}
            row = int(chosen.opened_row[o])
            yield finding(key, "classes", row, "offering_id", f.offering_ids[o], **words)

    used: dict[tuple[int, int], int] = {}
    for o in np.flatnonzero((f.resource_of != NONE) & (f.first > 0)):
        for t in range(f.first[o], f.last[o] + 1):
            at = (int(f.resource_of[o]), t)
            used[at] = used.get(at, 0) + int(y[o])
    for (r, t), count in used.items():
        most = f.capacity.get((r, t), NO_LIMIT)
        if count > most:
            words = {"count": count, "period": t, "limit": most}
            yield finding("venue_overbooked", "resources", 0, "resource_id", list(f.resource)[r], **words)


def units_stay_staffed(chosen: Chosen) -> Iterator[Finding]:
    """Rule 5: so many people of a unit away in one period at most."""
    f = chosen.facts
    away = np.zeros((len(f.unit), chosen.away.shape[1]), np.int64)
    np.add.at(away, f.unit_of, chosen.away > 0)
    for u, t in np.argwhere(away > f.absent_limit[:, None]):
        words = {"count": int(away[u, t]), "period": int(t), "limit": int(f.absent_limit[u])}
        yield finding("too_many_absent", "units", int(u) + 2, "unit_id", list(f.unit)[u], **words)


def money_suffices(chosen: Chosen) -> Iterator[Finding]:
    """Rule 6: no scope spends more than its budget, and every fare is known."""
    f = chosen.facts
    for k in np.flatnonzero(f.fare[f.home[chosen.i], chosen.o] == UNKNOWN_FARE):
        yield chosen.finding(int(k), "fare_missing", place=f.place_ids[f.home[chosen.i[k]]])
    paid = spent(chosen)
    for row, (scope, limit) in enumerate(f.budget.items(), start=2):
        if paid.get(scope, 0) > limit:
            yield finding("over_budget", "budgets", row, "amount_idr", limit, spent=rupiah(paid[scope]))


def spent(chosen: Chosen) -> dict[tuple[str, str], int]:
    """Rupiah by (scope, id): the total, every fund of the catalogue, every unit that pays travel."""
    f = chosen.facts
    fares = np.maximum(f.fare[f.home[chosen.i], chosen.o], 0)
    classes = f.cost_per_class * chosen.opened
    people = f.cost_per_person[chosen.p]

    by_fund = np.zeros(len(f.fund) + 1, np.int64)  # the last one: programmes without a fund
    np.add.at(by_fund, f.fund_of[f.programme_of], classes)
    np.add.at(by_fund, f.fund_of[chosen.p], people)
    by_unit = np.zeros(len(f.unit) + 1, np.int64)  # the last one: travel that only the total pays
    np.add.at(by_unit, f.payer[f.unit_of[chosen.i]], fares)

    paid = {("total", ""): int(classes.sum() + people.sum() + fares.sum())}
    paid |= {("fund", name): int(by_fund[k]) for name, k in f.fund.items()}
    paid |= {("unit", name): int(by_unit[u]) for name, u in f.unit.items() if u in set(f.payer)}
    return paid


def locks_are_kept(chosen: Chosen) -> Iterator[Finding]:
    """Rule 7: whoever is locked in is enrolled, whoever is locked out is not."""
    f = chosen.facts
    width = len(f.offering)
    enrolled = np.isin(f.lock_person * width + f.lock_offering, chosen.i * width + chosen.o)
    for k in np.flatnonzero(enrolled != f.lock_in):
        key = "lock_in_broken" if f.lock_in[k] else "lock_out_broken"
        person, offering = f.person_ids[f.lock_person[k]], f.offering_ids[f.lock_offering[k]]
        yield finding(key, "locks", int(k) + 2, "person_id", person, offering=offering)
