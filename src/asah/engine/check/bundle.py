"""The best bundle of one person at given prices, exactly: the first line of the bound in tables.md.

A bundle is a set of offerings that obeys rules 1, 2, 3 and the person's locks. Its value is

    closure (weights already raised by the equity prices) + points of the mandates it gives
    - points per JP short x JP still short - what it uses at the prices.

Two searches, one inside the other: which programmes, and for a set of programmes the cheapest dates that
go together. A branch is given up only when even an optimist could not beat the best bundle found. The
optimist adds up what each programme still to be tried would bring alone, at its cheapest date. Closure and
JP are capped and everything else adds up, so no set brings more than that sum. Where many programmes close
one need the sum counts it often; so the optimist may take any share of a point of closure for granted, once,
and count only the rest of it per programme: for every share in 0..1

    min(open, sum of gains) <= share x open + (1 - share) x sum of min(open, gain).

Which shares are used changes how long the search takes, never its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np

from asah.engine.check.facts import Bools, Floats, Ints

F = TypeVar("F", bound=Callable[..., object])
Records = Any  # arrays of the record types below; numpy has no type for their fields

JP_SLACK = 1e-9
NO_BUNDLE = -np.inf
SHARE_STEPS = 3

PROGRAMME = np.dtype(
    [
        ("jp", "f8"),
        ("general", "?"),
        ("counts_to_max", "?"),
        ("prerequisite", "i8"),
        ("effects", "i8"),  # its effects are effects:effects_end, its offerings likewise
        ("effects_end", "i8"),
        ("offerings", "i8"),
        ("offerings_end", "i8"),
    ],
    align=True,
)
EFFECT = np.dtype([("competency", "i8"), ("gain", "f8")])
OFFERING = np.dtype([("programme", "i8"), ("first", "i8"), ("last", "i8"), ("periods", "i8")])
PERSON = np.dtype(
    [
        ("needs", "i8"),  # their needs are needs:needs_end, their mandates and locks likewise
        ("needs_end", "i8"),
        ("mandates", "i8"),
        ("mandates_end", "i8"),
        ("locks", "i8"),
        ("locks_end", "i8"),
        ("station", "i8"),  # the row of `price` that holds for them
        ("jp_short", "f8"),
        ("jp_room", "f8"),
    ]
)
NEED = np.dtype([("competency", "i8"), ("gap", "f8"), ("weight", "f8")])
MANDATE = np.dtype([("programme", "i8"), ("points", "f8")])  # 0 points where it was given before

WANT = np.dtype([("gap", "f8"), ("weight", "f8"), ("share", "f8")])
CHOICE = np.dtype(
    [
        ("mandate", "f8"),
        ("cheapest", "f8"),  # price of its cheapest open offering; infinite where there is none
        ("jp_counts", "?"),
        ("ready", "?"),  # it has no prerequisite, or the person has completed it
        ("enables", "?"),  # something the person could take waits for it
    ],
    align=True,
)
STEP = np.dtype(
    [
        # the bundle of the first d choices
        ("gain", "f8"),
        ("cost", "f8"),
        ("busy", "i8"),  # one bit for each period
        ("room", "f8"),  # JP
        ("places", "i8"),  # programmes
        ("left", "i8"),  # programmes still to be tried after them
        ("tried", "i8"),
        # choice number d
        ("programme", "i8"),
        ("offering", "i8"),
        # the search of dates
        ("option", "i8"),
        ("date_cost", "f8"),
        ("date_busy", "i8"),
        ("rest", "f8"),
    ]
)


def compiled(function: F) -> F:
    inner = function.__name__.startswith("_")
    return cast(
        F, numba.njit(cache=True, nogil=True, no_cfunc_wrapper=True, no_cpython_wrapper=inner)(function)
    )


class Catalogue(NamedTuple):
    """What is the same for everybody. An offering's `periods` has one bit for each period it fills."""

    programmes: Records
    effects: Records
    offerings: Records
    competencies: int
    max_programmes: int
    points_per_jp_short: float


class Crowd(NamedTuple):
    """Some people, numbered k."""

    people: Records
    needs: Records
    mandates: Records
    locks: Ints  # offerings
    ready: Bools  # (k, p) p has no prerequisite, or the person has completed it
    open: Bools  # (k, o) neither rule 1 nor a lock keeps the person out


class Case(NamedTuple):
    """One person: what they want, may take, and what it costs."""

    wants: Records  # their needs, and last the JP they are short of: closed and capped just like a need
    want_at: Ints  # (competency) position among the wants, -1 where there is none
    choices: Records  # (p)
    open: Bools  # (o)
    price: Floats  # (o)
    by_price: Ints  # offerings by programme, the cheapest first


class Trail(NamedTuple):
    """Where the search stands. Row d: the bundle of the first d choices; the locks are the first of them."""

    steps: Records
    covered: Floats  # (d, want) levels, JP
    alive: Ints  # (d, a) programmes still to be tried, the most promising first
    hope: Floats  # (d, a) the most that a, and programmes after it, can add
    share: Floats  # (d, want) what the optimist took for granted last; where the search for shares starts
    extra: Floats  # (a) what a programme adds alone, its cheapest price taken off
    top: Floats
    used: Floats


@compiled
def best_bundles(c: Catalogue, crowd: Crowd, price: Floats, by_price: Ints) -> Floats:
    """(k) value of the best bundle of each person; NO_BUNDLE where the locks leave none.

    ``price`` (station, o): what one enrolment uses, in points. ``by_price`` (station, .): offerings by
    programme, the cheapest first.
    """
    n, most_wants, most_locks = len(c.programmes), 0, 0
    for person in crowd.people:
        most_wants = max(most_wants, person.needs_end - person.needs + 1)
        most_locks = max(most_locks, person.locks_end - person.locks)
    trail = _new_trail(n, most_wants, n + most_locks + 1)
    want_at = np.empty(c.competencies, np.int64)
    value = np.empty(len(crowd.people))
    for k in range(len(value)):
        person = crowd.people[k]
        case = _case(c, crowd, k, price[person.station], by_price[person.station], want_at)
        locks = crowd.locks[person.locks : person.locks_end]
        value[k] = _best_bundle(c, case, trail, locks, person.jp_room)
    return value


@compiled
def bundle_sizes(
    c: Catalogue, crowd: Crowd, price: Floats, size: Floats, value: Floats, rounding: float
) -> Floats:
    """(k) sum of the absolute values of all that matters to the ``value`` of a person's best bundle.

    ``size`` (station, o): the same of each price, which is off by the share ``rounding`` of it at most. A
    bundle gains no more than ``within`` below, before it pays for what is not free. What costs more than
    that and the value found is in no better bundle, and how its price was rounded does not matter.
    """
    sizes = np.empty(len(value))
    for k in range(len(value)):
        person = crowd.people[k]
        cost, cost_size = price[person.station], size[person.station]
        gains = c.points_per_jp_short * person.jp_short
        for m in range(person.needs, person.needs_end):
            gains += crowd.needs[m].weight * crowd.needs[m].gap
        for m in range(person.mandates, person.mandates_end):
            gains += crowd.mandates[m].points
        sizes[k], within = gains, gains + abs(value[k])
        for m in range(person.locks, person.locks_end):
            within += abs(cost[crowd.locks[m]])
            sizes[k] += cost_size[crowd.locks[m]]
        for o in range(len(cost)):
            if crowd.open[k, o]:
                within += max(0.0, -cost[o])
        for o in range(len(cost)):
            if crowd.open[k, o] and cost[o] - rounding * cost_size[o] <= within:
                sizes[k] += cost_size[o]
    return sizes


@compiled
def _new_trail(n: int, wants: int, depth: int) -> Trail:
    return Trail(
        np.zeros(depth, STEP),
        np.zeros((depth, wants)),
        np.zeros((depth, n), np.int64),
        np.zeros((depth, n)),
        np.zeros((depth, wants)),
        np.zeros(n),
        np.zeros(n),
        np.zeros(wants),
    )


@compiled
def _case(c: Catalogue, crowd: Crowd, k: int, price: Floats, by_price: Ints, want_at: Ints) -> Case:
    person = crowd.people[k]
    wants = np.zeros(person.needs_end - person.needs + 1, WANT)
    want_at[:] = -1
    for m in range(len(wants) - 1):
        need = crowd.needs[person.needs + m]
        want_at[need.competency] = m
        wants[m].gap, wants[m].weight = need.gap, need.weight
    wants[-1].gap, wants[-1].weight = person.jp_short, c.points_per_jp_short

    choices = np.zeros(len(c.programmes), CHOICE)
    for p in range(len(choices)):
        programme, choice = c.programmes[p], choices[p]
        choice.cheapest, choice.ready, choice.jp_counts = np.inf, crowd.ready[k, p], programme.general
        for e in range(programme.effects, programme.effects_end):
            choice.jp_counts |= want_at[c.effects[e].competency] >= 0
    for m in range(person.mandates, person.mandates_end):
        choice = choices[crowd.mandates[m].programme]
        choice.mandate, choice.jp_counts = crowd.mandates[m].points, True
    for o in range(len(c.offerings)):
        if crowd.open[k, o]:
            choice = choices[c.offerings[o].programme]
            choice.cheapest = min(choice.cheapest, price[o])
    return Case(wants, want_at, choices, crowd.open[k], price, by_price)


@compiled
def _best_bundle(c: Catalogue, case: Case, t: Trail, locks: Ints, room: float) -> float:
    """Puts the locks into the bundle, then searches for what goes best with them."""
    start = t.steps[0]
    start.gain, start.cost, start.busy = -case.wants[-1].weight * case.wants[-1].gap, 0.0, 0
    start.room, start.places = room, c.max_programmes
    for m in range(len(case.wants)):
        t.covered[0, m] = t.share[0, m] = 0.0
    for d in range(len(locks)):
        here, o = t.steps[d], locks[d]
        here.programme, here.offering = c.offerings[o].programme, o
        if here.busy & c.offerings[o].periods:
            return NO_BUNDLE
        _go_on(c, case, t, d, here.cost + case.price[o], here.busy | c.offerings[o].periods)
        choice, after = case.choices[here.programme], t.steps[d + 1]
        if c.programmes[here.programme].counts_to_max and (after.places < 0 or after.room < -JP_SLACK):
            return NO_BUNDLE
        choice.mandate, choice.cheapest = 0.0, np.inf
    held = len(locks)
    if not _in_order(c, case, t, held):
        return NO_BUNDLE

    n = 0
    for p in range(len(case.choices)):
        choice = case.choices[p]
        if choice.cheapest < np.inf:
            t.alive[held, n] = p
            n += 1
        if _takes(t, held, p) or _gain(c, case, t, held, p) > choice.cheapest:
            q = p
            while not case.choices[q].ready and not case.choices[c.programmes[q].prerequisite].enables:
                q = c.programmes[q].prerequisite
                case.choices[q].enables = True
    t.steps[held].left = n
    return _search(c, case, t, held)


@compiled
def _search(c: Catalogue, case: Case, t: Trail, held: int) -> float:
    """Tries programme after programme on top of the first ``held`` choices; the value of the best bundle."""
    d, best = held, NO_BUNDLE
    arrived = True
    while d >= held:
        here = t.steps[d]
        value: float = here.gain - here.cost
        if arrived:
            if value > best and _complete(c, case, t, d):
                best = value
            _rank(c, case, t, d)
            _set_hopes(c, case, t, d, best - value)
            arrived = False
        a = here.tried
        if a == here.left:
            d -= 1
            continue
        here.tried += 1
        if value + t.hope[d, a] <= best:
            continue
        here.programme = t.alive[d, a]
        cost, busy = _cheapest_dates(c, case, t, held, d + 1)
        if cost == np.inf:
            continue
        # What comes before `a` has been tried with everything after it: this branch goes without.
        t.steps[d + 1].left = here.left - a - 1
        for b in range(a + 1, here.left):
            t.alive[d + 1, b - a - 1] = t.alive[d, b]
        _go_on(c, case, t, d, cost, busy)
        d += 1
        arrived = True
    return best


@compiled
def _go_on(c: Catalogue, case: Case, t: Trail, d: int, cost: float, busy: int) -> None:
    """Row d + 1: the bundle of row ``d`` and the programme chosen there."""
    here, after = t.steps[d], t.steps[d + 1]
    p = here.programme
    programme = c.programmes[p]
    after.gain, after.cost, after.busy = here.gain + _gain(c, case, t, d, p), cost, busy
    after.room, after.places = here.room, here.places
    if programme.counts_to_max:
        after.room, after.places = here.room - programme.jp, here.places - 1
    for m in range(len(case.wants)):
        t.covered[d + 1, m] = t.covered[d, m]
        t.share[d + 1, m] = t.share[d, m]
    for e in range(programme.effects, programme.effects_end):
        m = case.want_at[c.effects[e].competency]
        if m >= 0:
            t.covered[d + 1, m] += c.effects[e].gain
    if case.choices[p].jp_counts:
        t.covered[d + 1, len(case.wants) - 1] += programme.jp


@compiled
def _gain(c: Catalogue, case: Case, t: Trail, d: int, p: int) -> float:
    """Points that programme ``p`` adds to row ``d``, less the shares taken for granted."""
    points: float = case.choices[p].mandate
    for e in range(c.programmes[p].effects, c.programmes[p].effects_end):
        m = case.want_at[c.effects[e].competency]
        if m >= 0:
            want = case.wants[m]
            points += (1.0 - want.share) * want.weight * min(_open(case, t, d, m), c.effects[e].gain)
    if case.choices[p].jp_counts:
        want = case.wants[-1]
        short = _open(case, t, d, len(case.wants) - 1)
        points += (1.0 - want.share) * want.weight * min(short, c.programmes[p].jp)
    return points


@compiled
def _open(case: Case, t: Trail, d: int, m: int) -> float:
    """What row ``d`` leaves open of want ``m``."""
    return float(max(0.0, case.wants[m].gap - t.covered[d, m]))


@compiled
def _rank(c: Catalogue, case: Case, t: Trail, d: int) -> None:
    """Keeps what still fits and adds something (or lets something else in), the most promising first."""
    here, kept = t.steps[d], 0
    for a in range(here.left):
        p = t.alive[d, a]
        programme, choice = c.programmes[p], case.choices[p]
        if programme.counts_to_max and (here.places == 0 or programme.jp > here.room + JP_SLACK):
            continue
        extra = _gain(c, case, t, d, p) - choice.cheapest
        if extra <= 0.0 and not choice.enables:
            continue
        at = kept
        while at > 0 and t.extra[at - 1] < extra:
            t.alive[d, at] = t.alive[d, at - 1]
            t.extra[at] = t.extra[at - 1]
            at -= 1
        t.alive[d, at] = p
        t.extra[at] = extra
        kept += 1
    here.left, here.tried = kept, 0


@compiled
def _set_hopes(c: Catalogue, case: Case, t: Trail, d: int, wanted: float) -> None:
    """hope[d, a]: no bundle that adds programme a, and any after it, to row ``d`` adds more than this.

    First with nothing taken for granted; then, while some hope exceeds ``wanted`` points, with shares that
    rise where the programmes the optimist picks overlap and fall where they do not fill the want.
    """
    n = t.steps[d].left
    for a in range(n):
        t.hope[d, a] = np.inf
    _lower_hopes(c, t, d, 0.0)
    if t.steps[d].places < 2 or n < 3:
        return  # one programme more overlaps with nothing
    for m in range(len(case.wants)):
        case.wants[m].share = t.share[d, m]
    for _ in range(SHARE_STEPS):
        granted = 0.0
        for m in range(len(case.wants)):
            granted += case.wants[m].share * case.wants[m].weight * _open(case, t, d, m)
        for a in range(n):
            p = t.alive[d, a]
            t.extra[a] = _gain(c, case, t, d, p) - case.choices[p].cheapest
        highest, least_picked = _lower_hopes(c, t, d, granted)
        if highest <= wanted:
            break
        _move_shares(c, case, t, d, least_picked, highest - wanted)
    for m in range(len(case.wants)):
        t.share[d, m] = case.wants[m].share
        case.wants[m].share = 0.0


@compiled
def _lower_hopes(c: Catalogue, t: Trail, d: int, granted: float) -> tuple[float, float]:
    """Lowers each hope to ``granted`` + extra[a] + the best of the extras after a.

    Returns the highest hope and the least extra picked. Picked are all that do not count towards
    max_programmes and as many of the others as there are places; top[:picked] holds those, best first.
    """
    places, picked, free, highest = t.steps[d].places, 0, 0.0, -np.inf
    for a in range(t.steps[d].left - 1, -1, -1):
        extra, counts = t.extra[a], c.programmes[t.alive[d, a]].counts_to_max
        others = free
        for b in range(min(picked, places - 1 if counts else places)):
            others += t.top[b]
        t.hope[d, a] = min(t.hope[d, a], granted + extra + others)
        highest = max(highest, t.hope[d, a])
        if extra <= 0.0:
            continue
        if not counts:
            free += extra
        elif picked < places or t.top[picked - 1] < extra:
            at = min(picked, places - 1)
            while at > 0 and t.top[at - 1] < extra:
                t.top[at] = t.top[at - 1]
                at -= 1
            t.top[at] = extra
            picked = min(picked + 1, places)
    return highest, t.top[picked - 1] if picked == places and picked > 0 else 0.0


@compiled
def _move_shares(c: Catalogue, case: Case, t: Trail, d: int, least_picked: float, excess: float) -> None:
    jp = len(case.wants) - 1
    for m in range(len(case.wants)):
        t.used[m] = 0.0
    for a in range(t.steps[d].left):
        p = t.alive[d, a]
        programme = c.programmes[p]
        if t.extra[a] <= 0.0 or (programme.counts_to_max and t.extra[a] < least_picked):
            continue
        for e in range(programme.effects, programme.effects_end):
            m = case.want_at[c.effects[e].competency]
            if m >= 0:
                t.used[m] += min(_open(case, t, d, m), c.effects[e].gain)
        if case.choices[p].jp_counts:
            t.used[jp] += min(_open(case, t, d, jp), programme.jp)
    slope = 0.0
    for m in range(len(case.wants)):
        t.used[m] = case.wants[m].weight * (t.used[m] - _open(case, t, d, m))
        slope += t.used[m] ** 2
    if slope == 0.0:
        return
    for m in range(len(case.wants)):
        case.wants[m].share = min(1.0, max(0.0, case.wants[m].share + excess / slope * t.used[m]))


@compiled
def _takes(t: Trail, d: int, p: int) -> bool:
    """Whether programme ``p`` is among the first ``d`` choices."""
    found = False
    for b in range(d):
        found |= t.steps[b].programme == p
    return found


@compiled
def _complete(c: Catalogue, case: Case, t: Trail, d: int) -> bool:
    """Whether every prerequisite of the first ``d`` choices is among them or completed before."""
    complete = True
    for b in range(d):
        p = t.steps[b].programme
        if not case.choices[p].ready:
            complete &= _takes(t, d, c.programmes[p].prerequisite)
    return complete


@compiled
def _cheapest_dates(c: Catalogue, case: Case, t: Trail, held: int, d: int) -> tuple[float, int]:
    """Least price of one offering of each of the first ``d`` choices, and the periods they fill.

    Row d - 1 holds the answer without the last of them: where its cheapest offering fits beside that,
    nothing can be cheaper. Otherwise, or where an order must be kept, all dates are searched.
    """
    orderly = True
    for b in range(d):
        orderly &= case.choices[t.steps[b].programme].ready
    before = t.steps[d - 1]
    last = before.programme
    if orderly:
        for at in range(c.programmes[last].offerings, c.programmes[last].offerings_end):
            o = case.by_price[at]
            if case.price[o] > case.choices[last].cheapest:
                break
            if case.open[o] and not before.busy & c.offerings[o].periods:
                return before.cost + case.price[o], before.busy | c.offerings[o].periods
    return _search_dates(c, case, t, held, d)


@compiled
def _search_dates(c: Catalogue, case: Case, t: Trail, held: int, d: int) -> tuple[float, int]:
    """Tries all offerings of the first ``d`` choices but the locks; infinite where none go together."""
    best_cost, best_busy, rest = np.inf, 0, 0.0
    for b in range(d - 1, held - 1, -1):
        t.steps[b].rest = rest  # least price of the choices after this one
        rest += case.choices[t.steps[b].programme].cheapest
    first = t.steps[held]
    first.date_cost, first.date_busy = first.cost, first.busy
    first.option = c.programmes[first.programme].offerings
    b = held
    while b >= held:
        here = t.steps[b]
        if b == d:
            if here.date_cost < best_cost and _in_order(c, case, t, d):
                best_cost, best_busy = here.date_cost, here.date_busy
            b -= 1
            continue
        if here.option == c.programmes[here.programme].offerings_end:
            b -= 1
            continue
        o = case.by_price[here.option]
        here.option += 1
        if here.date_cost + case.price[o] + here.rest >= best_cost:
            b -= 1  # what follows is dearer still
            continue
        if case.open[o] and not here.date_busy & c.offerings[o].periods:
            here.offering = o
            after = t.steps[b + 1]
            after.date_cost = here.date_cost + case.price[o]
            after.date_busy = here.date_busy | c.offerings[o].periods
            b += 1
            if b < d:
                after.option = c.programmes[after.programme].offerings
    return best_cost, best_busy


@compiled
def _in_order(c: Catalogue, case: Case, t: Trail, d: int) -> bool:
    """Rule 3 between the offerings of the first ``d`` choices; what is missing is left to `_complete`."""
    for b in range(d):
        here = t.steps[b]
        wanted = c.programmes[here.programme].prerequisite
        if case.choices[here.programme].ready or not _takes(t, d, wanted):
            continue
        early = False
        for a in range(d):
            before = c.offerings[t.steps[a].offering]
            if before.programme == wanted:
                early |= before.first == 0 or before.last < c.offerings[here.offering].first
        if not early:
            return False
    return True
