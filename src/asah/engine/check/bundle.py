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
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np

from asah.engine.check.facts import Bools, Floats, Ints

F = TypeVar("F", bound=Callable[..., object])

JP_SLACK = 1e-9
NO_BUNDLE = -np.inf
SHARE_STEPS = 4


def compiled(function: F) -> F:
    return cast(F, numba.njit(cache=True, nogil=True)(function))


class Catalogue(NamedTuple):
    """What is the same for everybody; X_start[p]:X_start[p + 1] belong to programme p."""

    jp: Floats
    general: Bools
    counts_to_max: Bools
    prerequisite: Ints
    effect_start: Ints
    effect_competency: Ints
    effect_gain: Floats
    offering_start: Ints
    programme_of: Ints
    first: Ints
    last: Ints
    periods: Ints  # one bit for each period of an offering
    competencies: int
    max_programmes: int
    points_per_jp_short: float


class Crowd(NamedTuple):
    """Some people, numbered k; X_start[k]:X_start[k + 1] belong to person k."""

    need_start: Ints
    need_competency: Ints
    need_gap: Floats
    need_weight: Floats
    mandate_start: Ints
    mandate_programme: Ints
    mandate_points: Floats  # 0 where it was given before
    lock_start: Ints
    lock_offering: Ints
    jp_short: Floats
    jp_room: Floats
    ready: Bools  # (k, p) p has no prerequisite, or the person has completed it
    open: Bools  # (k, o) neither rule 1 nor a lock keeps the person out
    station: Ints  # the row of `price` that holds for the person


class Case(NamedTuple):
    """One person: what they need, may take and must take."""

    gap: Floats
    weight: Floats
    need_at: Ints  # (competency) position among the person's needs, -1 where there is none
    mandate: Floats  # (p)
    counting: Bools  # (p) its JP count towards the target
    ready: Bools  # (p)
    enables: Bools  # (p) something the person could take waits for it
    open: Bools  # (o)
    price: Floats  # (o)
    by_price: Ints  # offerings by programme, cheapest first
    cheapest: Floats  # (p) price of the cheapest open offering; infinite where there is none
    locks: Ints  # offerings
    held: Bools  # (p) a lock holds an offering of it
    share: Floats  # (need) of its closure, taken for granted; the last one: of the JP still short


class Trail(NamedTuple):
    """Where the search stands: row d describes the bundle of the locks and the first d programmes chosen."""

    chosen: Ints
    gain: Floats
    cost: Floats
    busy: Ints  # one bit for each period
    short: Floats  # JP
    room: Floats  # JP
    places: Ints  # programmes
    covered: Floats  # (d, need) levels
    left: Ints  # programmes still to be tried
    tried: Ints  # of these
    alive: Ints  # (d, a) the programmes, the most promising first
    hope: Floats  # (d, a) the most that a and programmes after it can add
    share: Floats  # (d, need) what the optimist took for granted last; starts the search for good shares
    dates: Ints  # offerings of the programmes chosen
    option: Ints  # place in `by_price` that the search of dates has reached
    # scratch of one step
    extra: Floats  # (a) what a programme adds alone, its cheapest price taken off
    top: Floats
    used: Floats


@compiled
def best_bundles(c: Catalogue, crowd: Crowd, price: Floats, by_price: Ints) -> Floats:
    """(k) value of the best bundle of each person; NO_BUNDLE where the locks leave none.

    ``price`` (station, o): what one enrolment uses, in points. ``by_price`` (station, .): offerings by
    programme, the cheapest first.
    """
    n, n_people = len(c.jp), len(crowd.station)
    most_needs = 0
    for k in range(n_people):
        most_needs = max(most_needs, crowd.need_start[k + 1] - crowd.need_start[k])
    trail = _new_trail(n, most_needs)
    need_at = np.empty(c.competencies, np.int64)
    value = np.empty(n_people)
    for k in range(n_people):
        case = _case(c, crowd, k, price[crowd.station[k]], by_price[crowd.station[k]], need_at)
        value[k] = _best_bundle(c, case, trail, crowd.jp_short[k], crowd.jp_room[k])
    return value


@compiled
def _new_trail(n: int, needs: int) -> Trail:
    return Trail(
        chosen=np.zeros(n + 1, np.int64),
        gain=np.zeros(n + 1),
        cost=np.zeros(n + 1),
        busy=np.zeros(n + 1, np.int64),
        short=np.zeros(n + 1),
        room=np.zeros(n + 1),
        places=np.zeros(n + 1, np.int64),
        covered=np.zeros((n + 1, needs)),
        left=np.zeros(n + 1, np.int64),
        tried=np.zeros(n + 1, np.int64),
        alive=np.zeros((n + 1, n), np.int64),
        hope=np.zeros((n + 1, n)),
        share=np.zeros((n + 1, needs + 1)),
        dates=np.zeros(n + 1, np.int64),
        option=np.zeros(n + 1, np.int64),
        extra=np.zeros(n + 1),
        top=np.zeros(n + 1),
        used=np.zeros(needs + 1),
    )


@compiled
def _case(c: Catalogue, crowd: Crowd, k: int, price: Floats, by_price: Ints, need_at: Ints) -> Case:
    n = len(c.jp)
    start, stop = crowd.need_start[k], crowd.need_start[k + 1]
    need_at[:] = -1
    for m in range(start, stop):
        need_at[crowd.need_competency[m]] = m - start
    mandate, counting = np.zeros(n), c.general.copy()
    for m in range(crowd.mandate_start[k], crowd.mandate_start[k + 1]):
        mandate[crowd.mandate_programme[m]] = crowd.mandate_points[m]
        counting[crowd.mandate_programme[m]] = True
    for p in range(n):
        for e in range(c.effect_start[p], c.effect_start[p + 1]):
            counting[p] |= need_at[c.effect_competency[e]] >= 0
    cheapest = np.full(n, np.inf)
    for o in range(len(c.programme_of)):
        if crowd.open[k, o]:
            cheapest[c.programme_of[o]] = min(cheapest[c.programme_of[o]], price[o])
    return Case(
        gap=crowd.need_gap[start:stop],
        weight=crowd.need_weight[start:stop],
        need_at=need_at,
        mandate=mandate,
        counting=counting,
        ready=crowd.ready[k],
        enables=np.zeros(n, np.bool_),
        open=crowd.open[k],
        price=price,
        by_price=by_price,
        cheapest=cheapest,
        locks=crowd.lock_offering[crowd.lock_start[k] : crowd.lock_start[k + 1]],
        held=np.zeros(n, np.bool_),
        share=np.zeros(stop - start + 1),
    )


@compiled
def _best_bundle(c: Catalogue, case: Case, t: Trail, short: float, room: float) -> float:
    """Puts the locks into the bundle, then searches for what goes best with them."""
    t.gain[0], t.cost[0], t.busy[0] = -c.points_per_jp_short * short, 0.0, 0
    t.short[0], t.room[0], t.places[0] = short, room, c.max_programmes
    t.covered[0] = 0.0
    for o in case.locks:
        p = c.programme_of[o]
        if t.busy[0] & c.periods[o]:
            return NO_BUNDLE
        t.cost[0] += case.price[o]
        t.busy[0] |= c.periods[o]
        _add(c, case, t, 0, p)
        if c.counts_to_max[p] and (t.places[0] < 0 or t.room[0] < -JP_SLACK):
            return NO_BUNDLE
        case.held[p], case.mandate[p], case.cheapest[p] = True, 0.0, np.inf
    if not _in_order(c, case, t, 0):
        return NO_BUNDLE

    t.left[0] = 0
    for p in range(len(c.jp)):
        if case.cheapest[p] < np.inf:
            t.alive[0, t.left[0]] = p
            t.left[0] += 1
        if case.held[p] or _gain(c, case, t, 0, p) > case.cheapest[p]:
            q = p
            while not case.ready[q] and not case.enables[c.prerequisite[q]]:
                q = c.prerequisite[q]
                case.enables[q] = True
    t.share[0] = 0.0
    return _search(c, case, t)


@compiled
def _search(c: Catalogue, case: Case, t: Trail) -> float:
    """Tries programme after programme; a bundle is tried once, its programmes in the order of their rank."""
    best: float = t.gain[0] - t.cost[0] if _complete(c, case, t, 0) else NO_BUNDLE
    d = 0
    _rank(c, case, t, d)
    _set_hopes(c, case, t, d, best - (t.gain[d] - t.cost[d]))
    while d >= 0:
        a = t.tried[d]
        if a == t.left[d]:
            d -= 1
            continue
        t.tried[d] += 1
        if t.gain[d] - t.cost[d] + t.hope[d, a] <= best:
            continue
        t.chosen[d] = t.alive[d, a]
        cost, busy = _cheapest_dates(c, case, t, d + 1)
        if cost == np.inf:
            continue
        # What comes before `a` has been tried with everything after it: this branch goes without.
        t.left[d + 1] = t.left[d] - a - 1
        t.alive[d + 1, : t.left[d + 1]] = t.alive[d, a + 1 : t.left[d]]
        t.cost[d + 1], t.busy[d + 1], t.gain[d + 1] = cost, busy, t.gain[d]
        t.short[d + 1], t.room[d + 1], t.places[d + 1] = t.short[d], t.room[d], t.places[d]
        t.covered[d + 1] = t.covered[d]
        t.share[d + 1] = t.share[d]
        d += 1
        _add(c, case, t, d, t.chosen[d - 1])
        value = t.gain[d] - t.cost[d]
        if value > best and _complete(c, case, t, d):
            best = value
        _rank(c, case, t, d)
        _set_hopes(c, case, t, d, best - value)
    return best


@compiled
def _gain(c: Catalogue, case: Case, t: Trail, d: int, p: int) -> float:
    """Points that programme ``p`` adds to row ``d``, less the shares taken for granted."""
    points: float = case.mandate[p]
    if case.counting[p]:
        points += (1.0 - case.share[-1]) * c.points_per_jp_short * min(t.short[d], c.jp[p])
    for e in range(c.effect_start[p], c.effect_start[p + 1]):
        m = case.need_at[c.effect_competency[e]]
        if m >= 0:
            points += (1.0 - case.share[m]) * case.weight[m] * min(_open(case, t, d, m), c.effect_gain[e])
    return points


@compiled
def _add(c: Catalogue, case: Case, t: Trail, d: int, p: int) -> None:
    """Takes programme ``p`` into row ``d``; its price is added elsewhere."""
    t.gain[d] += _gain(c, case, t, d, p)
    for e in range(c.effect_start[p], c.effect_start[p + 1]):
        m = case.need_at[c.effect_competency[e]]
        if m >= 0:
            t.covered[d, m] += c.effect_gain[e]
    if case.counting[p]:
        t.short[d] = max(0.0, t.short[d] - c.jp[p])
    if c.counts_to_max[p]:
        t.places[d] -= 1
        t.room[d] -= c.jp[p]


@compiled
def _rank(c: Catalogue, case: Case, t: Trail, d: int) -> None:
    """Keeps what still fits and adds something (or lets something else in), the most promising first."""
    kept = 0
    for a in range(t.left[d]):
        p = t.alive[d, a]
        if c.counts_to_max[p] and (t.places[d] == 0 or c.jp[p] > t.room[d] + JP_SLACK):
            continue
        extra = _gain(c, case, t, d, p) - case.cheapest[p]
        if extra <= 0.0 and not case.enables[p]:
            continue
        at = kept
        while at > 0 and t.extra[at - 1] < extra:
            t.alive[d, at], t.extra[at] = t.alive[d, at - 1], t.extra[at - 1]
            at -= 1
        t.alive[d, at], t.extra[at] = p, extra
        kept += 1
    t.left[d], t.tried[d] = kept, 0


@compiled
def _set_hopes(c: Catalogue, case: Case, t: Trail, d: int, wanted: float) -> None:
    """hope[d, a]: no bundle that adds programme a, and any after it, to row ``d`` adds more than this.

    First with nothing taken for granted; then, while some hope exceeds ``wanted`` points, with shares that
    rise where the programmes the optimist picks overlap and fall where they do not fill the need.
    """
    n = t.left[d]
    case.share[:] = 0.0
    t.hope[d, :n] = np.inf
    _lower_hopes(c, t, d, 0.0)
    if t.places[d] < 2 or n < 3:
        return  # one programme more overlaps with nothing
    case.share[:] = t.share[d, : len(case.share)]
    for step in range(SHARE_STEPS):
        for a in range(n):
            t.extra[a] = _gain(c, case, t, d, t.alive[d, a]) - case.cheapest[t.alive[d, a]]
        least_picked = _lower_hopes(c, t, d, _granted(c, case, t, d))
        if t.hope[d, :n].max() <= wanted:
            break
        _move_shares(c, case, t, d, least_picked, 0.4 / (1.0 + 0.3 * step))
    t.share[d, : len(case.share)] = case.share
    case.share[:] = 0.0


@compiled
def _lower_hopes(c: Catalogue, t: Trail, d: int, granted: float) -> float:
    """Lowers each hope to ``granted`` + extra[a] + the best of the extras after a; the least extra picked.

    Picked are all that do not count towards max_programmes and as many of the others as there are places.
    """
    places, picked, free = t.places[d], 0, 0.0  # top[:picked] holds the best counting ones, best first
    for a in range(t.left[d] - 1, -1, -1):
        counts = c.counts_to_max[t.alive[d, a]]
        others = free
        for b in range(min(picked, places - 1 if counts else places)):
            others += t.top[b]
        t.hope[d, a] = min(t.hope[d, a], granted + t.extra[a] + others)
        if t.extra[a] <= 0.0:
            continue
        if not counts:
            free += t.extra[a]
        elif picked < places or t.top[picked - 1] < t.extra[a]:
            at = min(picked, places - 1)
            while at > 0 and t.top[at - 1] < t.extra[a]:
                t.top[at] = t.top[at - 1]
                at -= 1
            t.top[at] = t.extra[a]
            picked = min(picked + 1, places)
    return t.top[picked - 1] if picked == places and picked > 0 else 0.0


@compiled
def _move_shares(c: Catalogue, case: Case, t: Trail, d: int, least_picked: float, size: float) -> None:
    last = len(case.share) - 1  # the share of JP
    t.used[:] = 0.0
    for a in range(t.left[d]):
        p = t.alive[d, a]
        if t.extra[a] <= 0.0 or (c.counts_to_max[p] and t.extra[a] < least_picked):
            continue
        if case.counting[p]:
            t.used[last] += min(t.short[d], c.jp[p])
        for e in range(c.effect_start[p], c.effect_start[p + 1]):
            m = case.need_at[c.effect_competency[e]]
            if m >= 0:
                t.used[m] += min(_open(case, t, d, m), c.effect_gain[e])
    for m in range(last + 1):
        still = t.short[d] if m == last else _open(case, t, d, m)
        if still > 0.0:
            move = size * min(1.0, (t.used[m] - still) / still)
            case.share[m] = min(1.0, max(0.0, case.share[m] + move))


@compiled
def _granted(c: Catalogue, case: Case, t: Trail, d: int) -> float:
    """Points that the shares take for granted of all that is open."""
    points: float = case.share[-1] * c.points_per_jp_short * t.short[d]
    for m in range(len(case.gap)):
        points += case.share[m] * case.weight[m] * _open(case, t, d, m)
    return points


@compiled
def _open(case: Case, t: Trail, d: int, m: int) -> float:
    """Levels of need ``m`` that row ``d`` leaves open."""
    return float(max(0.0, case.gap[m] - t.covered[d, m]))


@compiled
def _complete(c: Catalogue, case: Case, t: Trail, d: int) -> bool:
    """Whether every prerequisite of the bundle is in it or completed before."""
    for o in case.locks:
        p = c.programme_of[o]
        if not case.ready[p] and not _takes(case, t, d, c.prerequisite[p]):
            return False
    for b in range(d):
        p = t.chosen[b]
        if not case.ready[p] and not _takes(case, t, d, c.prerequisite[p]):
            return False
    return True


@compiled
def _takes(case: Case, t: Trail, d: int, p: int) -> bool:
    if case.held[p]:
        return True
    return bool((t.chosen[:d] == p).any())


@compiled
def _cheapest_dates(c: Catalogue, case: Case, t: Trail, d: int) -> tuple[float, int]:
    """Least price of one offering of each of the first ``d`` programmes chosen, and the periods they fill.

    Row d - 1 holds the answer without the last programme: where its cheapest offering fits beside that,
    nothing can be cheaper. Otherwise, or where an order must be kept, all dates are searched.
    """
    orderly = True
    for b in range(d):
        orderly &= case.ready[t.chosen[b]]
    for o in case.locks:
        orderly &= case.ready[c.programme_of[o]]
    last = t.chosen[d - 1]
    if orderly:
        for at in range(c.offering_start[last], c.offering_start[last + 1]):
            o = case.by_price[at]
            if case.price[o] > case.cheapest[last]:
                break
            if case.open[o] and not t.busy[d - 1] & c.periods[o]:
                return t.cost[d - 1] + case.price[o], t.busy[d - 1] | c.periods[o]
    return _search_dates(c, case, t, d)


@compiled
def _search_dates(c: Catalogue, case: Case, t: Trail, d: int) -> tuple[float, int]:
    """Tries all offerings of the first ``d`` programmes chosen, the cheapest first; infinite if none fit."""
    cost, busy = np.zeros(d + 1), np.zeros(d + 1, np.int64)
    for o in case.locks:
        cost[0] += case.price[o]
        busy[0] |= c.periods[o]
    rest = np.zeros(d + 1)  # least price of the programmes after this one
    for b in range(d - 1, 0, -1):
        rest[b - 1] = rest[b] + case.cheapest[t.chosen[b]]

    best_cost, best_busy = np.inf, 0
    b = 0
    t.option[0] = c.offering_start[t.chosen[0]]
    while b >= 0:
        if b == d:
            if cost[d] < best_cost and _in_order(c, case, t, d):
                best_cost, best_busy = cost[d], busy[d]
            b -= 1
            continue
        at = t.option[b]
        o = case.by_price[at] if at < c.offering_start[t.chosen[b] + 1] else -1
        if o == -1 or cost[b] + case.price[o] + rest[b] >= best_cost:
            b -= 1
            continue
        t.option[b] += 1
        if case.open[o] and not busy[b] & c.periods[o]:
            t.dates[b] = o
            cost[b + 1], busy[b + 1] = cost[b] + case.price[o], busy[b] | c.periods[o]
            b += 1
            if b < d:
                t.option[b] = c.offering_start[t.chosen[b]]
    return best_cost, best_busy


@compiled
def _in_order(c: Catalogue, case: Case, t: Trail, d: int) -> bool:
    """Rule 3 between the offerings of the bundle; a prerequisite outside it is left to `_complete`."""
    ordered = True
    for o in case.locks:
        ordered = ordered and _comes_after(c, case, t, d, o)
    for o in t.dates[:d]:
        ordered = ordered and _comes_after(c, case, t, d, o)
    return ordered


@compiled
def _comes_after(c: Catalogue, case: Case, t: Trail, d: int, o: int) -> bool:
    p = c.programme_of[o]
    q = c.prerequisite[p]
    if case.ready[p] or not _takes(case, t, d, q):
        return True
    for before in case.locks:
        if c.programme_of[before] == q and (c.first[before] == 0 or c.last[before] < c.first[o]):
            return True
    for b in range(d):
        before = t.dates[b]
        if t.chosen[b] == q and (c.first[before] == 0 or c.last[before] < c.first[o]):
            return True
    return False
