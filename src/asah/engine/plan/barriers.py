"""What stands in the way: of one person and one offering, rule by rule, and of one class more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.plan.fillable import may_come
from asah.engine.plan.pricing import class_price
from asah.engine.plan.problem import CONNECTIVITY, MANY, Floats, Ints
from asah.engine.plan.sentences import Sentence, say
from asah.engine.plan.standing import EPS, Lone, Standing, Use, Worth, brings, entries_of, uses

ELIGIBLE = (
    ("eligible_employment", "employment"),
    ("eligible_position_kind", "position_kind"),
    ("eligible_unit", "unit_id"),
)
JP_SLACK = 1e-9


def named(standing: Standing, programme: int) -> dict[str, str]:
    row = standing.programmes[programme]
    return {"programme": row["programme_id"], "programme_name": row["name"]}


class Case:
    """One person before the catalogue: what they have, what more would bring, what keeps it from them."""

    def __init__(self, standing: Standing, person: int, held: list[int] | None = None) -> None:
        """What the plan gives the person, or what they would have if it gave `held`."""
        self.s = standing
        self.i = person
        self.row: dict[str, Any] = standing.tables["people"].row(
            int(standing.problem.input_row[person]), named=True
        )
        self.held = standing.held(person) if held is None else held
        self.lone = Lone(standing.problem, standing.prices, person)
        self.have = self.lone.worth(self.held)
        b = standing.problem.bundles
        self.programme_held = {int(b.offerings["programme"][o]): o for o in self.held}

    def counts(self, programme: int) -> bool:
        """Whether the planner weighs the programme for this person; of what it left out no worth is known."""
        entry = entries_of(self.lone.problem, np.zeros(1, np.int64), np.array([programme]))
        return bool(entry[0] >= 0)

    # ---- what a change would be worth

    def on_top(self, offering: int) -> Worth:
        """Points an offering adds to what the person has, and what it uses."""
        more = self.lone.worth([*self.held, offering])
        return Worth(more.points - self.have.points, more.cost - self.have.cost)

    def without(self, offerings: set[int]) -> list[int]:
        """What is left of the bundle without some offerings and all that asked for them first."""
        left = [o for o in self.held if o not in offerings]
        while True:
            programmes = {self.s.offerings[o]["programme_id"] for o in left}
            kept = [o for o in left if self._first(o) is None or self._first(o) in programmes]
            if len(kept) == len(left):
                return left
            left = kept

    def lost_without(self, offering: int) -> Worth:
        """What a held offering brings and uses, together with what asks for it first."""
        rest = self.lone.worth(self.without({offering}))
        return Worth(self.have.points - rest.points, self.have.cost - rest.cost)

    def before_seat(self, worth: Worth, offering: int) -> float:
        """Net worth at the prices before the seat is paid: by this people compete for a seat."""
        return worth.value + float(self.lone.use([offering]).seat[0])

    @cached_property
    def completed(self) -> set[str]:
        table = self.s.tables["completed"]
        return set(table.filter(person_id=self.row["person_id"])["programme_id"])

    def _first(self, offering: int) -> str | None:
        """The programme an offering asks for first and the person has not completed."""
        programme = self.s.programmes[int(self.s.problem.bundles.offerings["programme"][offering])]
        first = programme["prerequisite_id"]
        return None if first in self.completed else first

    # ---- rules 1, 2, 3 and 7: what is the person's own

    def of_programme(self, programme: int) -> list[Sentence]:
        """Rule 1, for every date of a programme."""
        name, row = named(self.s, programme), self.s.programmes[programme]
        found = []
        if row["programme_id"] in self.completed:
            found.append(say("completed_already", **name))
        for column, own in ELIGIBLE:
            admitted = [word.strip() for word in (row[column] or "").split(";") if word.strip()]
            if admitted and self.row[own] not in admitted:
                found.append(say("not_admitted", **name, column=own, value=self.row[own], admitted=admitted))
        if not any(self.s.offerings[o]["max_classes"] > 0 for o in self.s.dates(programme)):
            found.append(say("no_date", **name))
        return found

    def in_every_plan(self, programme: int) -> list[Sentence]:
        """For every date of a programme something that no plan can change; nothing if one is without."""
        found = []
        for o in self.s.dates(programme):
            if self.s.problem.max_classes[o] > 0:
                fixed = next(self._fixed(o), None)
                if fixed is None:
                    return []
                found.append(fixed)
        return found

    def _fixed(self, offering: int) -> Iterator[Sentence]:
        """Barriers that stand whatever else a plan gives to whomever."""
        p = self.s.problem
        yield from self._rule_1(offering)
        yield from self._rule_7(offering)
        if not can_be_held(self.s, offering):
            yield of_class(self.s, offering)[0]
        payer = p.payer_of_unit[p.unit_of_person[self.i]]
        if payer >= 0 and self.lone.use([offering]).travel_idr[0] > p.unit_limit[payer]:
            yield from (told for told in self._rule_6(offering) if told.code == "unit_budget_spent")

    @cached_property
    def best(self) -> tuple[float, list[int]]:
        """Value and offerings of the best bundle at the prices, of classes that can be held."""
        return self.lone.best(without=self._never)

    def best_without(self, offerings: Iterable[int]) -> float:
        """Value of the best bundle with none of some offerings."""
        return self.lone.best(without=[*self._never, *offerings])[0]

    @cached_property
    def _never(self) -> list[int]:
        shut = np.flatnonzero(self.s.fillable < 1)
        return [int(o) for o in shut if (self.i, int(o)) not in self.s.locked]

    def of_person(self, offering: int) -> list[Sentence]:
        """Rules 1, 2, 3 and 7, in that order, for one date; nothing if the person may take it."""
        return [
            *self._rule_1(offering),
            *self._rule_2(offering),
            *self._rule_3(offering),
            *self._rule_7(offering),
        ]

    def _name(self, offering: int) -> dict[str, str]:
        programme = int(self.s.problem.bundles.offerings["programme"][offering])
        return {**named(self.s, programme), "offering": self.s.problem.offering_id[offering]}

    def _rule_1(self, offering: int) -> Iterator[Sentence]:
        row, name = self.s.offerings[offering], self._name(offering)
        retires = self.row["retires_on"]
        if retires is not None and row["end_date"] is not None and row["end_date"] > retires:
            yield say("ends_after_retirement", **name, end_date=row["end_date"], retires_on=retires)
        if row["place_id"] is None:
            home = self.s.places[self.row["place_id"]]
            needed = self.s.programme_of(offering)["connectivity"]
            if CONNECTIVITY.get(home["connectivity"], MANY) < CONNECTIVITY[needed]:
                yield say(
                    "network_too_weak",
                    **name,
                    place=home["name"],
                    connectivity=home["connectivity"],
                    needed=needed,
                )

    def _rule_2(self, offering: int) -> Iterator[Sentence]:
        p, b, name = self.s.problem, self.s.problem.bundles, self._name(offering)
        for other in self.held:
            both = int(b.offerings["mask"][offering] & b.offerings["mask"][other])
            if both:
                yield say("clash", **name, other=p.offering_id[other], period=(both & -both).bit_length() - 1)
        row = self.s.programme_of(offering)
        if not row["counts_to_max"]:
            return
        programme = named(self.s, int(b.offerings["programme"][offering]))
        counting = [o for o in self.held if self.s.programme_of(o)["counts_to_max"]]
        if len(counting) >= b.max_programmes:
            yield say("most_programmes", **programme, held=len(counting), limit=int(b.max_programmes))
        allowed = float(b.people["room"][self.i])
        room = allowed - sum(self.s.programme_of(o)["jp"] for o in counting)
        if row["jp"] > room + JP_SLACK:
            ceiling = allowed + self.row["jp_done"]
            yield say("over_jp_ceiling", **programme, jp=row["jp"], ceiling=ceiling, room=max(0.0, room))

    def _rule_3(self, offering: int) -> Iterator[Sentence]:
        first = self._first(offering)
        if first is None:
            return
        name, row = self._name(offering), self.s.offerings[offering]
        other = self.programme_held.get(self.s.problem.programme_id.index(first))
        if other is None:
            programme = int(self.s.problem.bundles.offerings["programme"][offering])
            yield say("needs_first", **named(self.s, programme), prerequisite=first)
            return
        end = self.s.offerings[other]["period_end"]
        if end is not None and (row["period"] is None or end >= row["period"]):
            yield say("needs_first_earlier", **name, other=self.s.problem.offering_id[other])

    def _rule_7(self, offering: int) -> Iterator[Sentence]:
        key = {"person_id": self.row["person_id"], "offering_id": self.s.problem.offering_id[offering]}
        if self.s.tables["locks"].filter(**key, state="out").height:
            yield say("kept_out_by_hand", **self._name(offering))

    # ---- rules 4, 5 and 6: what people share

    def of_shared(self, offering: int) -> list[Sentence]:
        """Rules 4, 5 and 6, in that order, for one date: classes, absence, money."""
        return [*self._rule_4(offering), *self._rule_5(offering), *self._rule_6(offering)]

    def _rule_4(self, offering: int) -> Iterator[Sentence]:
        books, name = self.s.books, self._name(offering)
        if books.room[offering] <= 0:
            yield say("date_not_opened", **name)
        elif books.enrolled[offering] + 1 > books.room[offering]:
            yield say(
                "date_full",
                **name,
                enrolled=int(books.enrolled[offering]),
                seat_price=float(self.s.prices.seats[offering]),
            )

    def _rule_5(self, offering: int) -> Iterator[Sentence]:
        p, books = self.s.problem, self.s.books
        unit = int(p.unit_of_person[self.i])
        away = {period for o in self.held for period in self.s.periods(o)}
        for period in self.s.periods(offering):
            if period not in away and books.absent[unit, period] + 1 > books.away[unit]:
                yield say(
                    "unit_away",
                    **self._name(offering),
                    unit=p.unit_id[unit],
                    away=int(books.absent[unit, period]),
                    period=period,
                    limit=int(books.away[unit]),
                )
                return

    def _rule_6(self, offering: int) -> Iterator[Sentence]:
        p, books, name = self.s.problem, self.s.books, self._name(offering)
        use = self.lone.use([offering])
        fee, trip = int(use.fee_idr[0]), int(use.travel_idr[0])
        if fee + trip > books.money[0]:
            yield say("total_spent", **name, needed_idr=fee + trip, left_idr=int(books.money[0]))
        left = books.money[books.fund[offering]]
        if fee > left:
            yield say(
                "fund_spent", **name, needed_idr=fee, fund=p.fund_id[p.fund[offering]], left_idr=int(left)
            )
        unit = int(p.unit_of_person[self.i])
        left = books.money[books.payer[unit]]
        if trip > left:
            payer = p.unit_id[p.unit_budget_unit[p.payer_of_unit[unit]]]
            yield say("unit_budget_spent", **name, needed_idr=trip, unit=payer, left_idr=int(left))


# ---- one class more


def may_take(standing: Standing, people: Ints, offering: int) -> npt.NDArray[np.bool_]:
    """Who of `people` may take an offering on top of what they have, by rules 1, 2, 3 and 7.

    All of them must be admitted to its programme, and without it so far.
    """
    p, b, bundle = standing.problem, standing.problem.bundles, standing.draft.bundle[people]
    o = b.offerings[offering]
    programme = b.programmes[o["programme"]]
    held, kind = bundle >= 0, b.offerings["programme"][bundle]
    good = b.reachable[p.place_of_person[people], offering].copy()
    good &= ~np.isin(
        people, np.repeat(np.arange(p.people), np.diff(b.people["banned"]))[b.banned == offering]
    )
    good &= ~((b.offerings["mask"][bundle] & o["mask"] != 0) & held).any(axis=1)
    if programme["counts"]:
        good &= (held & (b.programmes["counts"][kind] == 1)).sum(axis=1) < b.max_programmes
        used = np.where(held, b.programmes["jp"][kind], 0.0).sum(axis=1)
        good &= used + programme["jp"] <= b.people["room"][people] + JP_SLACK
    entry = entries_of(p, people, np.full(len(people), o["programme"]))
    good &= entry >= 0
    before = np.where(entry >= 0, b.entries["before"][entry], -1)
    first = b.entries["programme"][b.people["entry"][people] + np.maximum(before, 0)]
    start, end = b.offerings["start"][bundle], b.offerings["end"][bundle]
    in_time = held & (kind == first[:, None]) & ((start == 0) | (end < o["start"]))
    return np.asarray(good & ((before < 0) | in_time.any(axis=1)))


def can_be_held(standing: Standing, offering: int) -> bool:
    """Whether as many people may come as a class asks for at least."""
    return bool(standing.fillable[offering] >= 1)


def candidates(standing: Standing, offering: int) -> tuple[Ints, Floats]:
    """Who would gain more from an offering, on top of what they have, than they use before the seat is paid.

    People who may take it and have no other date of the programme, with that worth, largest first.
    """
    p, b = standing.problem, standing.problem.bundles
    entries = np.flatnonzero(b.entries["programme"][:-1] == b.offerings["programme"][offering])
    entries = entries[standing.given.held[entries] == 0]
    people = np.searchsorted(b.people["entry"], entries, side="right") - 1
    use: Use = uses(p, standing.prices, people, np.full(len(people), offering))
    worth = brings(p, standing.given, standing.weight, entries) - use.money - use.absence
    keep = np.flatnonzero(worth > EPS)
    keep = keep[may_take(standing, people[keep], offering)]
    order = keep[np.lexsort((people[keep], -worth[keep]))]
    return people[order], worth[order]


def of_class(standing: Standing, offering: int) -> list[Sentence]:
    """What stands in the way of one class more, in the order of the rules, then what it is worth.

    Never empty: where nothing stands in the way, the last sentence says so.
    """
    p, row = standing.problem, standing.offerings[offering]
    name = {"offering": p.offering_id[offering]}
    if p.max_classes[offering] == 0:
        return [say("no_class_allowed", **name)]
    if not can_be_held(standing, offering):
        come = int(may_come(p, standing.tables, np.array([offering]))[0])
        return [say("too_few_admitted", **name, people=come, minimum=int(p.min_per_class[offering]))]
    people, worth = candidates(standing, offering)
    minimum = max(1, int(p.min_per_class[offering]))
    found = [*_class_rules(standing, offering)]
    if len(people) < minimum:
        found.append(say("too_few", **name, people=len(people), minimum=minimum))
    found += _class_money(standing, offering, minimum)
    if found:
        return found
    seated = _seated(standing, offering, people)
    if len(seated) < minimum:
        return [say("class_cannot_fill", **name, people=len(seated), candidates=len(people), minimum=minimum)]
    together, cost = float(worth[seated].sum()), float(class_price(p, standing.prices)[offering])
    facts: dict[str, Any] = {**name, "people": len(seated), "worth": together, "cost": cost}
    if together <= cost + EPS:
        return [say("class_costs_more", **facts, class_idr=int(row["cost_per_class_idr"]))]
    return [say("class_worth_it", **facts, who=[p.person_id[k] for k in people[seated]])]


def _seated(standing: Standing, offering: int, people: Ints) -> Ints:
    """Which of the candidates, best first, fit into one class more within absence and money."""
    p, books = standing.problem, standing.books
    unit = p.unit_of_person[people]
    use = uses(p, standing.prices, people, np.full(len(people), offering))
    absent, money = books.absent.copy(), books.money.copy()
    fund, payer = books.fund[offering], books.payer[unit]
    periods = list(standing.periods(offering))
    money[[0, fund]] -= p.cost_per_class[offering]
    seated: list[int] = []
    for k in range(len(people)):
        if len(seated) >= p.seats[offering]:
            break
        after = money.copy()
        after[0] -= use.fee_idr[k] + use.travel_idr[k]
        after[fund] -= use.fee_idr[k]
        after[payer[k]] -= use.travel_idr[k]
        if (after >= 0).all() and (absent[unit[k], periods] + 1 <= books.away[unit[k]]).all():
            money = after
            absent[unit[k], periods] += 1
            seated.append(k)
    return np.array(seated, np.int64)


def _class_rules(standing: Standing, offering: int) -> Iterator[Sentence]:
    p = standing.problem
    name = {"offering": p.offering_id[offering]}
    classes, most = int(standing.draft.classes[offering]), int(p.max_classes[offering])
    if classes >= most:
        yield say("classes_at_most", **name, classes=classes)
    for slot in np.flatnonzero(p.resource_offerings[:, offering]):
        used = int(p.resource_offerings[slot] @ standing.draft.classes)
        if used + 1 > p.resource_limit[slot]:
            which, period = p.resource_slot[slot]
            limit = int(p.resource_limit[slot])
            yield say(
                "resource_taken", **name, resource=p.resource_id[which], period=period, used=used, limit=limit
            )
            return


def _class_money(standing: Standing, offering: int, people: int) -> Iterator[Sentence]:
    """A class with its smallest number of people, before anybody travels."""
    p, books = standing.problem, standing.books
    name = {"offering": p.offering_id[offering]}
    needed = int(p.cost_per_class[offering] + people * p.cost_per_person[offering])
    if needed > books.money[0]:
        yield say("class_beyond_total", **name, needed_idr=needed, left_idr=int(books.money[0]))
    left = books.money[books.fund[offering]]
    if needed > left:
        fund = p.fund_id[p.fund[offering]]
        yield say("class_beyond_fund", **name, needed_idr=needed, fund=fund, left_idr=int(left))


def serving(case: Case) -> list[int]:
    """Programmes that touch a gap, a mandate or the shortage of JP of a person, in the catalogue's order."""
    s, person = case.s, case.row["person_id"]
    gaps = s.tables["needs"].filter(person_id=person)["competency_id"]
    touching = set(
        s.tables["programme_effects"].filter(pl.col("competency_id").is_in(gaps.implode()))["programme_id"]
    )
    touching |= set(s.tables["mandates"].filter(person_id=person)["programme_id"])
    if s.problem.bundles.people["short"][case.i] > 0:
        touching |= set(s.tables["programmes"].filter(pl.col("general"))["programme_id"])
    return [k for k, programme in enumerate(s.problem.programme_id) if programme in touching]
