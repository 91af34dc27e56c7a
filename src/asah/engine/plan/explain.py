"""Why somebody is in a plan or not, why a class is opened or not: facts computed from prices and slack.

Nothing is judged here that the plan, its input and its prices do not say. "Worth at the prices" is points
brought, closure counted with the equity prices, minus what is used at the prices; "before the seat" leaves
out the price of the seat itself, so that those inside and those outside of a class can be compared.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from asah.engine.errors import CallError
from asah.engine.plan.barriers import Case, can_be_held, candidates, named, of_class, serving
from asah.engine.plan.pricing import class_price
from asah.engine.plan.sentences import Explanation, Sentence, line, reasons, say
from asah.engine.plan.standing import (
    EPS,
    Standing,
    fee_price,
    prices_from_table,
    read_standing,
)
from asah.engine.tables import Tables

__all__ = [
    "Explanation",
    "Sentence",
    "about_offering",
    "about_person",
    "explain_offering",
    "explain_person",
    "prices_from_table",
    "read_standing",
]

MILLION = 1_000_000
MISSED = 10
UNITS = 10
TIE = 1e-6


def explain_person(
    tables: Tables, plan_folder: Path, person_id: str, programme_id: str | None = None
) -> Explanation:
    """What a person gets, why, and why nothing else; with `programme_id` all there is to say about that one.

    Raises CallError for an unknown id and for a plan of another input.
    """
    _known(tables, "person_id", person_id)
    if programme_id is not None:
        _known(tables, "programme_id", programme_id)
    return about_person(read_standing(tables, plan_folder), person_id, programme_id)


def explain_offering(tables: Tables, plan_folder: Path, offering_id: str) -> Explanation:
    """Whether an offering is opened, who is in it and who just missed it, and why it has no class more.

    Raises CallError for an unknown id and for a plan of another input.
    """
    _known(tables, "offering_id", offering_id)
    return about_offering(read_standing(tables, plan_folder), offering_id)


def about_person(standing: Standing, person_id: str, programme_id: str | None = None) -> Explanation:
    """`explain_person`, of a plan that was read already."""
    case = Case(standing, standing.problem.person_id.index(person_id))
    if programme_id is None:
        return Explanation(person_id, tuple(_story(case)))
    programme = standing.problem.programme_id.index(programme_id)
    return Explanation(f"{person_id} {programme_id}", tuple(_in_detail(case, programme)))


def about_offering(standing: Standing, offering_id: str) -> Explanation:
    """`explain_offering`, of a plan that was read already."""
    offering = standing.problem.offering_id.index(offering_id)
    return Explanation(offering_id, tuple(_about_offering(standing, offering)))


def why_missed(standing: Standing, person_id: str, programme_id: str) -> Iterator[Sentence]:
    """Why somebody does not get a programme: the first barrier, and why no class is open where that is it."""
    case = Case(standing, standing.problem.person_id.index(person_id))
    told = _why_not(case, standing.problem.programme_id.index(programme_id))
    first = next(told)
    yield first
    if first.code == "date_not_opened":
        yield next(told)


TABLE_OF = {"person_id": "people", "programme_id": "programmes", "offering_id": "offerings"}


def _known(tables: Tables, key: str, value: str) -> None:
    table = TABLE_OF[key]
    ids = tables[table][key].to_list()
    if value not in ids:
        near = difflib.get_close_matches(value, ids, n=3)
        remedy = line("nearest", ids=", ".join(near)) if near else line("look_up", table=table)
        raise CallError(line(f"unknown_{key}", value=value, near=remedy))


# ---- one person


def _story(case: Case) -> Iterator[Sentence]:
    outcome = case.s.outcome.filter(person_id=case.row["person_id"])
    yield from (say(code) for code in outcome["reason"] if code in reasons())
    for offering in case.held:
        yield from _given(case, offering)
    yield from _gaps(case)
    yield from _hours(case)
    yield from _mandates(case)
    for offering in case.held:
        yield from _why_in(case, offering)
    yield from _at_prices(case)
    mandated = set(case.s.tables["mandates"].filter(person_id=case.row["person_id"])["programme_id"])
    shut: list[str] = []
    full: list[Sentence] = []
    instead: list[Sentence] = []
    for programme in serving(case):
        if programme not in case.programme_held:
            first, *others = _why_not(case, programme)
            asked = first.facts.get("programme") in mandated
            if first.code == "not_admitted" and not asked:
                shut.append(first.facts["programme"])
            elif first.code == "most_programmes" and not asked:
                full.append(first)
                if others and others[0].code == "swap_gains":
                    instead += others
            else:
                yield from (first, *others)
    if full:
        facts = {key: full[0].facts[key] for key in ("held", "limit")}
        yield say("no_room_for", programmes=[told.facts["programme"] for told in full], **facts)
        yield from instead
    if shut:
        yield say("admit_not", programmes=shut, count=len(shut))
    yield from _more_money(case)


def _given(case: Case, offering: int) -> Iterator[Sentence]:
    s = case.s
    programme = int(s.problem.bundles.offerings["programme"][offering])
    yield say("gets", **named(s, programme), **_when_and_where(s, offering), jp=s.programmes[programme]["jp"])
    if (case.i, offering) in s.locked:
        yield say("by_hand", offering=s.problem.offering_id[offering])


def _when_and_where(s: Standing, offering: int) -> dict[str, Any]:
    row = s.offerings[offering]
    place = None if row["place_id"] is None else s.places[row["place_id"]]["name"]
    facts = {column: row[column] for column in ("period", "period_end", "start_date", "end_date", "place_id")}
    form = s.programmes[int(s.problem.bundles.offerings["programme"][offering])]["form"]
    return {"offering": row["offering_id"], **facts, "place_name": place, "form": form}


def _gaps(case: Case) -> Iterator[Sentence]:
    s = case.s
    names = dict(s.tables["competencies"].select("competency_id", "name").iter_rows())
    effects = s.tables["programme_effects"]
    needs = s.tables["needs"].filter(person_id=case.row["person_id"])
    held = [s.programme_of(o)["programme_id"] for o in case.held]
    for need in needs.iter_rows(named=True):
        rows = effects.filter(competency_id=need["competency_id"]).iter_rows(named=True)
        gains = {row["programme_id"]: row["gain_levels"] for row in rows}
        levels = min(need["gap_levels"], sum(gains.get(programme, 0.0) for programme in held))
        facts = {
            "competency": need["competency_id"],
            "competency_name": names[need["competency_id"]],
            "gap_levels": need["gap_levels"],
        }
        by = [programme for programme in held if programme in gains]
        if by:
            points = need["weight"] * levels
            yield say("closes", **facts, closed_levels=levels, programmes=by, points=points)
        else:
            yield say("stays_open", **facts, points=need["weight"] * need["gap_levels"])


def _hours(case: Case) -> Iterator[Sentence]:
    short = float(case.s.problem.bundles.people["short"][case.i])
    if short <= 0:
        return
    counted = float(case.s.given.jp[case.i])
    target = short + case.row["jp_done"]
    reached = case.row["jp_done"] + counted
    if counted >= short - EPS:
        yield say("jp_reached", reached=reached, target=target)
    else:
        yield say("jp_short", reached=reached, target=target, short=short - counted)


def _mandates(case: Case) -> Iterator[Sentence]:
    s, policy = case.s, case.s.problem.policy
    for mandate in s.tables["mandates"].filter(person_id=case.row["person_id"]).iter_rows(named=True):
        programme = s.problem.programme_id.index(mandate["programme_id"])
        if mandate["programme_id"] in case.completed:
            continue
        if programme in case.programme_held:
            yield say("mandate_given", **named(s, programme))
        else:
            points = policy.points_per_mandate_missed if mandate["points"] is None else mandate["points"]
            yield say("mandate_missed", **named(s, programme), points=float(points))


def _why_in(case: Case, offering: int) -> Iterator[Sentence]:
    s = case.s
    programme = s.programme_of(offering)["programme_id"]
    rest = case.lone.worth([o for o in case.held if o != offering])
    use = case.lone.use([offering])
    yield say(
        "brings",
        programme=programme,
        points=case.have.points - rest.points,
        cost=float(use.points[0]),
        money=float(use.money[0]),
        paid_idr=int(use.fee_idr[0] + use.travel_idr[0]),
        seat=float(use.seat[0]),
        absence=float(use.absence[0]),
    )
    rate = float(fee_price(s.problem, s.prices)[offering])
    if (case.i, offering) in s.locked or rate <= 0:
        return
    best, bundle = case.best
    dates = s.dates(int(s.problem.bundles.offerings["programme"][offering]))
    if set(bundle) & set(dates):
        fee = int(use.fee_idr[0])
        spare = (best - case.best_without(dates)) / rate
        yield say("leaves_at", programme=programme, fee_idr=fee, leaves_idr=fee + int(spare))


def _at_prices(case: Case) -> Iterator[Sentence]:
    """How the bundle stands against the best one at the prices."""
    value, bundle = case.best
    mine = case.have
    if case.held:
        yield say("in_all", points=mine.points, cost=mine.cost, value=mine.value)
    by_hand = {o for o in case.held if (case.i, o) in case.s.locked}
    if value <= mine.value + TIE:
        yield say("best_at_prices")
    elif set(bundle) <= by_hand:
        yield say("nothing_better", best_value=value, value=mine.value)
    else:
        best = [case.s.problem.offering_id[o] for o in sorted(bundle)]
        yield say("better_at_prices", best=best, best_value=value, value=mine.value)


def _why_not(case: Case, programme: int) -> Iterator[Sentence]:
    """The one thing that keeps a programme from a person, at the date that comes nearest."""
    found = case.of_programme(programme) or case.in_every_plan(programme)
    if found:
        yield found[0]
        return
    dates = [o for o in case.s.dates(programme) if case.s.problem.max_classes[o] > 0]
    own = {o: case.of_person(o) for o in dates}
    on_top = {o: case.on_top(o) for o in dates}
    open_ = [o for o in dates if not own[o]]
    if not open_:
        nearest = max(dates, key=lambda o: (_rule_of(own[o][0]), on_top[o].value))
        yield own[nearest][0]
        for change in _instead(case, nearest, own[nearest][0]):
            yield change
            if change.code == "swap_gains":
                yield from (s for s in case.of_shared(nearest) if s.code in ("date_not_opened", "date_full"))
        return
    nearest = max(open_, key=lambda o: case.before_seat(on_top[o], o))
    shared = case.of_shared(nearest)
    if shared and case.before_seat(on_top[nearest], nearest) > EPS:
        yield shared[0]
        yield from _behind(case, nearest, shared[0])
    else:
        worth = _worth(case, nearest, free=not shared)
        yield worth
        if worth.code == "costs_more":
            yield from _comes_in(case, programme)


def _in_detail(case: Case, programme: int) -> Iterator[Sentence]:
    """Every barrier of one programme, by rule, then its worth."""
    s = case.s
    if programme in case.programme_held:
        offering = case.programme_held[programme]
        yield from _given(case, offering)
        yield from _why_in(case, offering)
        return
    serves = programme in serving(case)
    if not serves:
        yield say("serves_nothing", **named(s, programme))
    found = case.of_programme(programme)
    yield from found
    if found:  # the same for every date
        return
    weighed = serves
    told: list[Sentence] = []
    for offering in s.dates(programme):
        own, shared = case.of_person(offering), case.of_shared(offering)
        held = can_be_held(s, offering) or s.problem.max_classes[offering] == 0
        if not held:
            yield of_class(s, offering)[0]
        for sentence in [*own, *shared]:
            if sentence not in told:
                yield sentence
            told.append(sentence)
            if weighed and held:
                yield from _instead(case, offering, sentence)
            if weighed and held and not own:
                yield from _behind(case, offering, sentence)
        if weighed and held and (case.counts(programme) or not own):
            yield _worth(case, offering, free=not own and not shared)
    if weighed:
        yield from _comes_in(case, programme)


_RULES = {
    "ends_after_retirement": 1,
    "network_too_weak": 1,
    "clash": 2,
    "most_programmes": 2,
    "over_jp_ceiling": 2,
    "needs_first": 3,
    "needs_first_earlier": 3,
    "kept_out_by_hand": 7,
}


def _rule_of(sentence: Sentence) -> int:
    return _RULES[sentence.code]


def _instead(case: Case, offering: int, barrier: Sentence) -> Iterator[Sentence]:
    """What would have to give way to a barrier of rule 2, and what that would change."""
    s = case.s
    free = [o for o in case.held if (case.i, o) not in s.locked]
    if barrier.code == "clash":
        leaving = {s.problem.offering_id.index(barrier.facts["other"])}
    elif barrier.code == "most_programmes":
        leaving = set(_cheapest(case, free)[:1])
    elif barrier.code == "over_jp_ceiling":
        leaving, room = set(), barrier.facts["room"]
        for o in _cheapest(case, free):
            if barrier.facts["jp"] > room:
                leaving.add(o)
                room += s.programme_of(o)["jp"]
        if barrier.facts["jp"] > room:
            return
    else:
        return
    if not leaving or not leaving <= set(free):
        return
    left = case.without(leaving)
    instead = Case(s, case.i, left)
    if instead.of_person(offering):
        return
    change = instead.on_top(offering).value + instead.have.value - case.have.value
    others = [s.problem.offering_id[o] for o in case.held if o not in left]
    facts: dict[str, Any] = {"offering": s.problem.offering_id[offering], "others": others}
    yield say("swap_gains", **facts, gain=change) if change > 0 else say("swap_loses", **facts, loss=-change)


def _cheapest(case: Case, offerings: list[int]) -> list[int]:
    """Those that count to the maxima, smallest worth at the prices first."""
    counting = [o for o in offerings if case.s.programme_of(o)["counts_to_max"]]
    return sorted(counting, key=lambda o: case.lost_without(o).value)


def _behind(case: Case, offering: int, barrier: Sentence) -> Iterator[Sentence]:
    """What lies behind a barrier of rule 4: why there is no class, or who is in it."""
    if barrier.code == "date_not_opened":
        yield of_class(case.s, offering)[0]
    elif barrier.code == "date_full":
        yield from _against_those_inside(case, offering)


def _against_those_inside(case: Case, offering: int) -> Iterator[Sentence]:
    """Whoever was preferred by the least, and those inside who are worth less."""
    s, worth = case.s, case.before_seat(case.on_top(offering), offering)
    inside = []
    for k in s.takers(offering):
        if (int(k), offering) not in s.locked:
            other = Case(s, int(k))
            inside.append((other.before_seat(other.lost_without(offering), offering), s.problem.person_id[k]))
    inside.sort()
    facts: dict[str, Any] = {"person": case.row["person_id"], "offering": s.problem.offering_id[offering]}
    lower = [who for who in inside if who[0] < worth - TIE]
    higher = [who for who in inside if who[0] > worth + TIE]
    if higher:
        yield say("preferred", **facts, other=higher[0][1], other_worth=higher[0][0], worth=worth)
    if lower:
        enrolled = int(s.books.enrolled[offering])
        yield say(
            "lower_inside",
            **facts,
            lower=len(lower),
            enrolled=enrolled,
            other=lower[0][1],
            other_worth=lower[0][0],
            worth=worth,
        )


def _worth(case: Case, offering: int, *, free: bool) -> Sentence:
    """What a date would bring on top of what the person has, against what it would use."""
    s, p, on_top = case.s, case.s.problem, case.on_top(offering)
    programme = int(p.bundles.offerings["programme"][offering])
    name = {**named(s, programme), "offering": p.offering_id[offering]}
    if on_top.points <= EPS:
        return say("brings_nothing", **name)
    facts: dict[str, Any] = {**name, "points": on_top.points, "cost": on_top.cost}
    if on_top.value <= EPS:
        return say("costs_more", **facts)
    return say("nothing_in_the_way" if free else "would_bring", **facts)


def _comes_in(case: Case, programme: int) -> Iterator[Sentence]:
    """At which fee a programme would belong to the best choice of the person at the prices."""
    s = case.s
    value, date = _best_with(case, programme)
    if date is None:
        return
    missing = case.best[0] - value
    facts = named(s, programme)
    if missing <= TIE:
        yield say("in_best", **facts, offering=s.problem.offering_id[date])
        return
    rate = float(fee_price(s.problem, s.prices)[date])
    fee = int(s.programmes[programme]["cost_per_person_idr"])
    if rate <= 0 or fee == 0:
        yield say("not_by_fee", **facts)
    elif fee - missing / rate < -TIE:
        yield say("not_even_free", **facts, fee_idr=fee)
    else:
        yield say("comes_in_at", **facts, fee_idr=fee, comes_in_idr=max(0, int(fee - missing / rate)))


def _best_with(case: Case, programme: int) -> tuple[float, int | None]:
    """Value at the prices of the best bundle with a programme, and its date; None where no date is open."""
    if not case.counts(programme):
        return -np.inf, None
    by_hand = Case(case.s, case.i, [o for o in case.held if (case.i, o) in case.s.locked])
    # what must come first is looked for by the search itself
    dates = [o for o in case.s.dates(programme) if can_be_held(case.s, o)]
    dates = [o for o in dates if all(_rule_of(sentence) == 3 for sentence in by_hand.of_person(o))]
    value, date = max(((case.lone.best(holding=o)[0], o) for o in dates), default=(-np.inf, None))
    return value, date if np.isfinite(value) else None


def _more_money(case: Case) -> Iterator[Sentence]:
    """What a million rupiah more is priced at, in the budgets that pay for this person."""
    p, prices = case.s.problem, case.s.prices
    funds = sorted({int(p.fund[o]) for k in serving(case) for o in case.s.dates(k)} - {-1})
    payer = int(p.payer_of_unit[p.unit_of_person[case.i]])
    found = []
    if prices.total > 0:
        found.append(say("million_total", points=MILLION * prices.total))
    for fund in funds:
        if prices.fund[fund] > 0:
            found.append(say("million_fund", fund=p.fund_id[fund], points=float(MILLION * prices.fund[fund])))
    if payer >= 0 and prices.unit[payer] > 0:
        unit = p.unit_id[p.unit_budget_unit[payer]]
        found.append(say("million_unit", unit=unit, points=float(MILLION * prices.unit[payer])))
    yield from found or [say("million_nothing")]


# ---- one offering


def _about_offering(s: Standing, offering: int) -> Iterator[Sentence]:
    p = s.problem
    programme = int(p.bundles.offerings["programme"][offering])
    yield say("offering", **named(s, programme), **_when_and_where(s, offering))
    classes, takers = int(s.draft.classes[offering]), s.takers(offering)
    unlimited = bool(np.isinf(p.seats[offering]))
    if not classes:
        yield say("not_opened")
    elif unlimited:
        yield say("opened_without_limit", enrolled=len(takers))
    else:
        seats = int(classes * p.seats[offering])
        yield say("opened", classes=classes, enrolled=len(takers), seats=seats)
    yield from _by_unit(s, takers)
    if s.prices.seats[offering] > 0 and not unlimited and can_be_held(s, offering):
        share = float(class_price(p, s.prices)[offering] / p.seats[offering])
        yield say("seat_price", seat_price=float(s.prices.seats[offering]), share=share)
    if p.max_classes[offering] == 0:
        yield from of_class(s, offering)
        return
    elsewhere = {int(k) for o in s.dates(programme) if o != offering for k in s.takers(o)}
    if elsewhere:
        yield say("elsewhere", people=len(elsewhere))
    people, worth = candidates(s, offering)
    yield say("interested", people=len(people))
    free = s.books.room[offering] - len(takers)
    if classes and free > 0:
        if not unlimited:
            yield say("seats_left", free=int(free))
    else:
        yield from of_class(s, offering)
    if not can_be_held(s, offering):
        return
    for k, value in zip(people[:MISSED], worth[:MISSED], strict=True):
        yield say("just_missed", person=p.person_id[k], worth=float(value))
        if classes and free > 0:
            yield from Case(s, int(k)).of_shared(offering)[:1]


def _by_unit(s: Standing, takers: Any) -> Iterator[Sentence]:
    """Enrolments by unit, the largest first; the small ones of many together."""
    names = dict(s.tables["units"].select("unit_id", "name").iter_rows())
    count = np.bincount(s.problem.unit_of_person[takers], minlength=len(s.problem.unit_id))
    units = [int(unit) for unit in np.lexsort((np.arange(len(count)), -count)) if count[unit]]
    shown = units if len(units) <= UNITS + 1 else units[:UNITS]
    for unit in shown:
        name = s.problem.unit_id[unit]
        yield say("enrolled_from", unit=name, unit_name=names[name], people=int(count[unit]))
    if len(shown) < len(units):
        rest = units[UNITS:]
        yield say("enrolled_from_others", units=len(rest), people=int(count[rest].sum()))
