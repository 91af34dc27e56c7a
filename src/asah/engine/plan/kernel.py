"""The best bundle of one person at given costs: exact, compiled, without the interpreter's lock.

A bundle's worth is closure capped by the gaps, JP up to the target and mandates given, minus costs: a
submodular function of the programmes chosen. So what a programme would add to the bundle held now bounds what
it can ever add, and the sum of the largest such additions bounds every completion: a depth-first search with
that bound is exact and short.

Dates: of a programme the cheapest free date is tried first. A dearer date can only help where the cheaper one
stood in somebody's way, so every clash met below is remembered (`blame`), and without one the other dates are
left out.

What must come first is handled by order: a programme whose prerequisite is not yet held is blocked, kept at
the end of every list below as long as the prerequisite is still to be had, and opens when it is taken.

All compiled code of the planner stands in this file: a cached caller would not notice a change in another
file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba as nb
import numpy as np
import numpy.typing as npt

from asah.engine.plan.problem import Bundles

EPS = 1e-9
NODE_LIMIT = 20_000
ZERO = np.uint64(0)

LEVEL = np.dtype(
    [
        ("worth", "f8"),
        ("short", "f8"),  # JP still missing
        ("room", "f8"),  # JP still allowed
        ("slots", "i8"),  # programmes still allowed
        ("busy", "u8"),  # periods taken
        ("blame", "u8"),  # periods that stood in somebody's way here or below
        ("shadow", "u8"),  # see _first_date
        ("size", "i8"),  # of the list
        ("open", "i8"),  # entries at its beginning that are not blocked
        ("free", "i8"),  # entries in it that do not count to the most programmes
        ("lent", "f8"),  # the most points lent to an entry in it
        ("at", "i8"),  # position in the list
        ("taken", "i8"),  # entry taken to get here
    ]
)
CHOICE = np.dtype(
    [
        ("gain", "f8"),  # points it would add, after its cost
        ("hours", "f8"),  # those of them that are earned by JP
        ("lent", "f8"),  # points lent by what needs it first, in the bound
        ("shadow", "u8"),  # periods that kept it from another date of the same cost
        ("entry", "i4"),
        ("offering", "i4"),  # -1: blocked
        ("first", "i8"),  # of a blocked one: where what it needs first stands in the list, -1 if it does not
    ]
)


class Desk(NamedTuple):
    """Working space of one thread; nothing in it outlives a person except costs, dates and seats."""

    cost: Any  # O: what one enrolment pays, set for the group at hand
    dates: Any  # O: offerings of each programme, cheapest first
    seats: Any  # O: seats still free
    weight: Any  # needs: points per level, equity included
    rest: Any  # depth x needs: levels still open
    level: Any  # depth of LEVEL
    choice: Any  # depth x entries of CHOICE: open entries, largest addition first, then blocked ones
    held: Any  # entries: offering held, -1 for none
    best: Any  # width: the best bundle found
    top: Any  # entries: the largest additions
    old: Any  # width: the bundle held so far
    spare: Any  # needs: levels still open


class Tariff(NamedTuple):
    """The prices as one person meets them."""

    base: Any  # O: seat, minimum and the price of the cost per person
    travel: Any  # places x O: rupiah
    travel_price: Any  # units: points per rupiah of travel
    absence: Any  # units x (periods + 1)
    away_priced: Any  # units: any absence price there
    payer: Any  # units: the budget that pays the travel; -1 is the last row of the sums


def desk(b: Bundles) -> Desk:
    """Room for the largest person of the problem."""
    entries = max(1, int(np.diff(b.people["entry"]).max(initial=0)))
    needs = max(1, int(np.diff(b.people["need"]).max(initial=0)))
    depth, offerings = b.width + 2, len(b.offerings)
    return Desk(
        cost=np.zeros(offerings),
        dates=np.arange(offerings),
        seats=np.full(offerings, 1e18),
        weight=np.zeros(needs),
        rest=np.zeros((depth, needs)),
        level=np.zeros(depth, LEVEL),
        choice=np.zeros((depth, entries), CHOICE),
        held=np.zeros(entries, np.int64),
        best=np.zeros(b.width, np.int64),
        top=np.zeros(entries + 1),
        old=np.zeros(b.width, np.int64),
        spare=np.zeros(needs),
    )


F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compiled once and kept on disk; runs without the interpreter's lock.

    Nothing is allocated inside (`_nrt`): else every call would count the references of every array of the
    named tuples, twice what the search itself costs. What is needed is handed in.
    """
    return cast(F, nb.njit(nogil=True, cache=True, _nrt=False)(function))


def inlined(function: F) -> F:
    """Compiled into its callers: a call would hand over every array of the named tuples."""
    return cast(F, nb.njit(nogil=True, cache=True, forceinline=True, _nrt=False)(function))


@compiled
def set_costs(b: Bundles, t: Tariff, d: Desk, unit: int, place: int) -> None:
    """Costs and order of dates for the people of one unit living at one place."""
    rate = t.travel_price[unit]
    for o in range(d.cost.size):
        cost = t.base[o] + rate * t.travel[place, o]
        if t.away_priced[unit] and b.offerings[o].start > 0:
            for period in range(b.offerings[o].start, b.offerings[o].end + 1):
                cost += t.absence[unit, period]
        d.cost[o] = cost
    for p in range(b.programmes.size - 1):
        low = b.programmes[p].offering
        for k in range(low, b.programmes[p + 1].offering):
            j = k
            while j > low and d.cost[d.dates[j - 1]] > d.cost[k]:
                d.dates[j] = d.dates[j - 1]
                j -= 1
            d.dates[j] = k


@inlined
def _first_date(b: Bundles, d: Desk, i: int, place: int, entry: int, depth: int, after: int) -> int:
    """The cheapest offering of an entry that is free now and comes later in the order than `after`; -1 for
    none.

    Periods that kept it from a cheaper one are blamed at once. Where the next one costs the same nothing is
    lost yet: they are left in `shadow`, to be blamed when the date taken instead turns out to stand in
    somebody's way.
    """
    e = b.people[i].entry + entry
    p = b.entries[e].programme
    before = b.entries[e].before
    first = before >= 0 and d.held[before] >= 0
    passed = after < 0
    met = ZERO
    lost = 0.0
    for k in range(b.programmes[p].offering, b.programmes[p + 1].offering):
        o = d.dates[k]
        if not passed:
            passed = o == after
            continue
        if d.seats[o] < 1.0 or not b.reachable[place, o]:
            continue
        clash = b.offerings[o].mask & d.level[depth].busy
        if clash == ZERO and first:
            q = d.held[before]
            if (
                b.offerings[q].start > 0 and b.offerings[q].end >= b.offerings[o].start
            ):  # an undated one starts at 0
                clash = b.offerings[q].mask
        if clash != ZERO:
            if met == ZERO:
                lost = d.cost[o]
            met |= clash
            continue
        barred = False
        for x in range(b.people[i].banned, b.people[i + 1].banned):
            if b.banned[x] == o:
                barred = True
                break
        if not barred:
            if met != ZERO and d.cost[o] > lost + EPS:
                d.level[depth].blame |= met
                met = ZERO
            d.level[depth].shadow = met
            return int(o)
    d.level[depth].blame |= met
    d.level[depth].shadow = ZERO
    return -1


@inlined
def _addition(b: Bundles, d: Desk, i: int, entry: int, depth: int) -> float:
    """Points that an entry would add to the bundle held at this depth, before its cost."""
    e = b.people[i].entry + entry
    points = b.entries[e].mandate + b.points_per_jp * min(d.level[depth].short, b.entries[e].jp)
    for t in range(b.entries[e].effect, b.entries[e + 1].effect):
        k = b.effects[t].need
        points += d.weight[k] * min(d.rest[depth, k], b.effects[t].gain)
    return float(points)


@inlined
def _can_open(b: Bundles, d: Desk, i: int, depth: int, start: int, j: int) -> bool:
    """Whether what must come before the blocked choice at j is held, or still to be had from `start` on."""
    before = b.entries[b.people[i].entry + d.choice[depth, j].entry].before
    return bool(d.held[before] >= 0 or d.choice[depth, j].first >= start)


@inlined
def _limit(
    b: Bundles, d: Desk, i: int, depth: int, start: int, slots: int, per_jp: float, apart: float
) -> float:
    """Upper bound on what the entries from `start` on can add together: the `slots` largest, and all that do
    not count.

    Where a ceiling of JP binds, every JP is charged `per_jp` and the room left is credited with it: valid for
    any charge >= 0, and with a good one as tight as the fractional knapsack. With `apart` 1 the points of JP
    still missing are credited once for all instead of to every entry: the better bound where several would
    reach the target alone. What is blocked lends points to what it needs first (`_lend`).
    """
    low = b.people[i].entry
    total = apart * b.points_per_jp * d.level[depth].short
    if per_jp > 0.0:
        total += per_jp * d.level[depth].room
    kept = 0
    size, most = d.level[depth].size, d.level[depth].lent
    open_ = d.level[depth].open if d.level[depth].free == 0 else 0
    j = start
    while j < size:
        gain = d.choice[depth, j].gain
        if kept == slots and j < open_ and (slots < 1 or gain + most <= d.top[kept - 1]):
            j = open_  # what follows adds no more; of the blocked ones that is not known
            continue
        gain += d.choice[depth, j].lent - apart * d.choice[depth, j].hours
        p = b.entries[low + d.choice[depth, j].entry].programme
        if per_jp > 0.0:
            gain -= per_jp * b.programmes[p].jp
        j += 1
        if gain <= 0.0 or (
            d.choice[depth, j - 1].offering < 0 and not _can_open(b, d, i, depth, start, j - 1)
        ):
            continue
        if b.programmes[p].counts == 0:
            total += gain
            continue
        if kept < slots:
            kept += 1
            total += gain
        elif kept > 0 and gain > d.top[kept - 1]:
            total += gain - d.top[kept - 1]
        else:
            continue
        x = kept - 1
        while x > 0 and d.top[x - 1] < gain:
            d.top[x] = d.top[x - 1]
            x -= 1
        d.top[x] = gain
    return float(total)


@inlined
def _least_limit(
    b: Bundles, d: Desk, i: int, depth: int, start: int, slots: int, per_jp: float, enough: float
) -> float:
    """The smaller of the two bounds of `_limit`; the second is not asked for where the first is `enough`."""
    limit = _limit(b, d, i, depth, start, slots, per_jp, 0.0)
    if limit > enough and b.points_per_jp * d.level[depth].short > 0.0:
        limit = min(limit, _limit(b, d, i, depth, start, slots, per_jp, 1.0))
    return limit


@compiled
def _charge(b: Bundles, d: Desk, i: int, depth: int) -> float:
    """A charge per JP that makes the bound at this depth small: ternary search on a convex function."""
    slots = d.level[depth].slots
    total = 0.0
    high = 0.0
    for j in range(d.level[depth].size):
        jp = b.programmes[b.entries[b.people[i].entry + d.choice[depth, j].entry].programme].jp
        if jp > 0.0 and d.choice[depth, j].gain > 0.0:
            total += jp
            high = max(high, d.choice[depth, j].gain / jp)
    if total <= d.level[depth].room:
        return 0.0
    low = 0.0
    for _ in range(8):
        a = low + (high - low) / 3.0
        c = high - (high - low) / 3.0
        if _limit(b, d, i, depth, 0, slots, a, 0.0) <= _limit(b, d, i, depth, 0, slots, c, 0.0):
            high = c
        else:
            low = a
    charge = (low + high) / 2.0
    if _limit(b, d, i, depth, 0, slots, charge, 0.0) < _limit(b, d, i, depth, 0, slots, 0.0, 0.0):
        return charge
    return 0.0


@compiled
def _opens(b: Bundles, d: Desk, i: int, entry: int, depth: int) -> bool:
    """Whether something worth having, or already decided, needs this entry first."""
    low = b.people[i].entry
    for other in range(b.people[i + 1].entry - low):
        first = b.entries[low + other].before
        while first >= 0 and first != entry:
            first = b.entries[low + first].before
        if first == entry:
            if d.held[other] >= 0:
                return True
            p = b.entries[low + other].programme
            if _addition(b, d, i, other, depth) > d.cost[d.dates[b.programmes[p].offering]] + EPS:
                return True
    return False


@inlined
def _consider(b: Bundles, d: Desk, i: int, place: int, entry: int, depth: int) -> None:
    """Put an entry into the list of this depth, in order, if it can still be of use."""
    e = b.people[i].entry + entry
    p = b.entries[e].programme
    if b.programmes[p].counts != 0 and (
        d.level[depth].slots < 1 or b.programmes[p].jp > d.level[depth].room + EPS
    ):
        return
    points = _addition(b, d, i, entry, depth)
    gain = points - d.cost[d.dates[b.programmes[p].offering]]
    opens = b.entries[e].opens != 0
    if gain <= EPS and not (opens and _opens(b, d, i, entry, depth)):
        return
    before = b.entries[e].before
    blocked = before >= 0 and d.held[before] < 0
    o = -1  # of a blocked entry the cheapest date will do: it serves the bound only
    if not blocked:
        o = _first_date(b, d, i, place, entry, depth, -1)
        if o < 0:
            return
        gain = points - d.cost[o]
        if gain <= EPS and not (opens and _opens(b, d, i, entry, depth)):
            return
    hours = b.points_per_jp * min(d.level[depth].short, b.entries[e].jp)
    _list(d, depth, entry, o, gain, hours, d.level[depth].shadow)
    d.level[depth].free += 1 - b.programmes[p].counts


@inlined
def _list(d: Desk, depth: int, entry: int, o: int, gain: float, hours: float, shadow: Any) -> None:
    """Put a choice where it belongs in the list of this depth; a blocked one (o < 0) at its end."""
    j = d.level[depth].size
    d.level[depth].size = j + 1
    if o >= 0:
        d.level[depth].open += 1
        while j > 0 and (d.choice[depth, j - 1].offering < 0 or d.choice[depth, j - 1].gain < gain):
            d.choice[depth, j] = d.choice[depth, j - 1]
            j -= 1
    d.choice[depth, j].entry = entry
    d.choice[depth, j].offering = o
    d.choice[depth, j].gain = gain
    d.choice[depth, j].hours = hours
    d.choice[depth, j].lent = 0.0
    d.choice[depth, j].shadow = shadow


@inlined
def _lend(b: Bundles, d: Desk, i: int, depth: int) -> None:
    """Ends the making of a list: what is blocked finds what it needs first, and lends points to it.

    What is blocked comes only with what it needs first, so that points may move from the one to the other
    without making any whole bundle worth less: half the difference makes the bound see that it takes two.
    """
    low = b.people[i].entry
    for k in range(d.level[depth].size - 1, -1, -1):
        if d.choice[depth, k].offering >= 0:
            break
        before = b.entries[low + d.choice[depth, k].entry].before
        d.choice[depth, k].first = -1
        for j in range(d.level[depth].size):
            if d.choice[depth, j].entry == before:
                d.choice[depth, k].first = j
                lent = 0.5 * (d.choice[depth, k].gain - d.choice[depth, j].gain)
                if lent > 0.0:
                    d.choice[depth, k].lent -= lent
                    d.choice[depth, j].lent += lent
                    d.level[depth].lent = max(d.level[depth].lent, d.choice[depth, j].lent)
                break


@inlined
def _consider_again(b: Bundles, d: Desk, i: int, place: int, depth: int, k: int, taken: int) -> None:
    """Bring a choice of the list above down to this depth: what `taken` does not touch is as it was there."""
    above = depth - 1
    entry = d.choice[above, k].entry
    o = d.choice[above, k].offering
    low = b.people[i].entry
    e = low + entry
    if (
        o < 0
        or b.entries[e].opens != 0
        or b.entries[e].before >= 0
        or b.entries[e].touches & b.entries[low + taken].touches != ZERO
        or b.offerings[o].mask & b.offerings[d.held[taken]].mask != ZERO
    ):
        _consider(b, d, i, place, entry, depth)
        return
    p = b.entries[e].programme
    if b.programmes[p].counts != 0 and (
        d.level[depth].slots < 1 or b.programmes[p].jp > d.level[depth].room + EPS
    ):
        return
    hours = b.points_per_jp * min(d.level[depth].short, b.entries[e].jp)
    gain = d.choice[above, k].gain - d.choice[above, k].hours + hours
    if gain > EPS:
        _list(d, depth, entry, o, gain, hours, d.choice[above, k].shadow)
        d.level[depth].free += 1 - b.programmes[p].counts


@inlined
def _take(b: Bundles, d: Desk, i: int, entry: int, o: int, depth: int, worth: float) -> None:
    """Make depth + 1 from depth by holding an offering; its list is left empty."""
    e = b.people[i].entry + entry
    p = b.offerings[o].programme
    below = depth + 1
    for k in range(b.people[i + 1].need - b.people[i].need):
        d.rest[below, k] = d.rest[depth, k]
    for t in range(b.entries[e].effect, b.entries[e + 1].effect):
        k = b.effects[t].need
        d.rest[below, k] = max(0.0, d.rest[below, k] - b.effects[t].gain)
    d.level[below].short = max(0.0, d.level[depth].short - b.entries[e].jp)
    d.level[below].room = d.level[depth].room - b.programmes[p].jp
    d.level[below].slots = d.level[depth].slots - b.programmes[p].counts
    d.level[below].busy = d.level[depth].busy | b.offerings[o].mask
    d.level[below].worth = worth
    d.level[below].blame = ZERO
    d.level[below].size = 0
    d.level[below].open = 0
    d.level[below].free = 0
    d.level[below].lent = 0.0
    d.level[below].at = 0
    d.level[below].taken = entry
    d.held[entry] = o


@compiled
def _complete(b: Bundles, d: Desk, i: int) -> bool:
    """Whether everything held has what must come before it, in time."""
    low = b.people[i].entry
    for entry in range(b.people[i + 1].entry - low):
        before = b.entries[low + entry].before
        if d.held[entry] < 0 or before < 0:
            continue
        q = d.held[before]
        if q < 0 or (b.offerings[q].start > 0 and b.offerings[q].end >= b.offerings[d.held[entry]].start):
            return False
    return True


@inlined
def _start(b: Bundles, d: Desk, i: int, equity: Any, taken: Any) -> None:
    """Depth 0: nothing held."""
    first = b.people[i].need
    for k in range(b.people[i + 1].need - first):
        factor = 1.0
        if equity.size:
            bits = b.people[i].floors | b.needs[first + k].floors
            for f in range(equity.size):
                if bits >> np.uint64(f) & np.uint64(1):
                    factor += equity[f]
        d.weight[k] = b.needs[first + k].weight * factor
        d.rest[0, k] = b.needs[first + k].gap
    for j in range(b.people[i + 1].entry - b.people[i].entry):
        d.held[j] = -1
    d.level[0].short = b.people[i].short
    d.level[0].room = b.people[i].room
    d.level[0].slots = b.max_programmes
    d.level[0].busy = taken
    d.level[0].blame = ZERO
    d.level[0].worth = 0.0
    d.level[0].size = 0
    d.level[0].open = 0
    d.level[0].free = 0
    d.level[0].lent = 0.0
    d.level[0].at = 0


@compiled
def _worth(b: Bundles, d: Desk, i: int, equity: Any, bundle: Any, count: int) -> float:
    """The worth of row i of `bundle` at the desk's costs."""
    low = b.people[i].entry
    _start(b, d, i, equity, ZERO)
    for x in range(count):
        o = bundle[i, x]
        entry = 0
        while b.entries[low + entry].programme != b.offerings[o].programme:
            entry += 1
        points = _addition(b, d, i, entry, x)
        if d.held[entry] >= 0:
            points -= b.entries[low + entry].mandate
        _take(b, d, i, entry, o, x, d.level[x].worth + points - d.cost[o])
    return float(d.level[count].worth)


@compiled
def best_bundle(
    b: Bundles, d: Desk, i: int, place: int, equity: Any, taken: Any, known: Any, many: int
) -> tuple[float, int]:
    """The worth of the best bundle of person i at the desk's costs, and the number of offerings in it (in
    `d.best`).

    `taken` are periods nobody of the unit may be away in any more. Worth counts closure at the equity prices,
    JP and mandates earned, minus costs; 0 for the empty bundle. Locked offerings are in every bundle. The
    search begins from the first `many` offerings of row i of `known`, a bundle that is open to the person, so
    that it only has to prove that nothing is better where nothing is (0 where none is known). Beyond
    NODE_LIMIT nodes the worth is an upper bound (still valid in a proof) and the bundle the best one seen.
    """
    low = b.people[i].entry
    entries = b.people[i + 1].entry - low
    if b.people[i].locked != b.people[i + 1].locked:
        many = 0
    before = 0.0
    if many > 0:
        before = _worth(b, d, i, equity, known, many)
    _start(b, d, i, equity, taken)
    base = 0
    for x in range(b.people[i].locked, b.people[i + 1].locked):
        o = b.locked[x]
        entry = 0
        while b.entries[low + entry].programme != b.offerings[o].programme:
            entry += 1
        points = _addition(b, d, i, entry, base)
        if d.held[entry] >= 0:  # the same programme twice, decided by hand: the mandate counts once
            points -= b.entries[low + entry].mandate
        _take(b, d, i, entry, o, base, d.level[base].worth + points - d.cost[o])
        d.best[base] = o
        base += 1
    count = base
    forced = (
        False  # a locked programme whose prerequisite is missing: nothing is whole before that one is held
    )
    if base > 0:
        forced = not _complete(b, d, i)

    for entry in range(entries):
        if d.held[entry] < 0:
            _consider(b, d, i, place, entry, base)
    _lend(b, d, i, base)
    best = -np.inf if forced else d.level[base].worth
    if many > 0 and before > best:
        best = before
        count = many
        for x in range(many):
            d.best[x] = known[i, x]
    per_jp = _charge(b, d, i, base)
    depth = base
    nodes = 0
    while True:
        j = d.level[depth].at
        size = d.level[depth].size
        done = j >= size or d.choice[depth, j].offering < 0
        if not done:
            enough = best + EPS - d.level[depth].worth
            done = _least_limit(b, d, i, depth, j, d.level[depth].slots, per_jp, enough) <= enough
        if done:
            # nothing more here; try another date of what led here, if its date stood in somebody's way
            if depth == base:
                break
            entry = d.level[depth].taken
            o = d.held[entry]
            d.held[entry] = -1
            above = depth - 1
            d.level[above].blame |= d.level[depth].blame
            j = d.level[above].at
            again = -1
            if forced or d.level[depth].blame & b.offerings[o].mask != ZERO:
                d.level[above].blame |= d.choice[above, j].shadow
                again = _first_date(b, d, i, place, entry, above, o)
            if again >= 0:
                d.choice[above, j].gain -= d.cost[again] - d.cost[o]
                d.choice[above, j].offering = again
                d.choice[above, j].shadow = d.level[above].shadow
            else:
                d.level[above].at = j + 1
            depth = above
            continue
        nodes += 1
        if nodes > NODE_LIMIT:
            break
        entry = d.choice[depth, j].entry
        worth = d.level[depth].worth + d.choice[depth, j].gain
        below = depth + 1
        _take(b, d, i, entry, d.choice[depth, j].offering, depth, worth)
        if worth > best + EPS and (not forced or _complete(b, d, i)):
            best = worth
            count = base
            for step in range(base + 1, below + 1):
                d.best[count] = d.held[d.level[step].taken]
                count += 1
        if j + 1 < size:
            # an entry that with the largest others would not do better than the best known need not be looked
            # at again
            others = worth + d.choice[depth, j].lent  # what was lent to it counts as its own
            others += _limit(b, d, i, depth, j + 1, d.level[below].slots - 1, 0.0, 0.0)
            for k in range(j + 1, size):
                if d.choice[depth, k].offering >= 0:
                    e = low + d.choice[depth, k].entry
                    plain = b.entries[e].opens == 0 and b.programmes[b.entries[e].programme].counts == 1
                    if plain and others + d.choice[depth, k].gain <= best + EPS:
                        continue
                elif not _can_open(b, d, i, depth, j + 1, k):
                    continue
                _consider_again(b, d, i, place, below, k, entry)
            _lend(b, d, i, below)
        depth = below
    if nodes > NODE_LIMIT:
        for step in range(base, depth + 1):
            best = max(
                best,
                d.level[step].worth
                + _limit(b, d, i, step, d.level[step].at, d.level[step].slots, per_jp, 0.0),
            )
    d.level[0].taken = nodes
    return best, count


@compiled
def closure(b: Bundles, i: int, bundle: Any, count: int, rest: Any, by_floor: Any) -> float:
    """Points a person closes with a bundle; adds them to every floor that counts them. `rest` is working
    space.
    """
    low = b.people[i].need
    needs = b.people[i + 1].need - low
    for k in range(needs):
        rest[k] = b.needs[low + k].gap
    for x in range(count):
        p = b.offerings[bundle[x]].programme
        for e in range(b.people[i].entry, b.people[i + 1].entry):
            if b.entries[e].programme == p:
                for t in range(b.entries[e].effect, b.entries[e + 1].effect):
                    rest[b.effects[t].need] -= b.effects[t].gain
                break
    total = 0.0
    for k in range(needs):
        closed = b.needs[low + k].weight * (b.needs[low + k].gap - max(0.0, rest[k]))
        total += closed
        bits = b.people[i].floors | b.needs[low + k].floors
        for f in range(by_floor.size):
            if bits >> np.uint64(f) & np.uint64(1):
                by_floor[f] += closed
    return total


def closures(
    b: Bundles, person: Any, bundle: Any, floors: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Points closed by each row, a person and a bundle of theirs (m), and in each floor that counts them (m x
    floors).
    """
    closed, by_floor = np.zeros(len(person)), np.zeros((len(person), floors))
    spare = np.zeros(max(1, int(np.diff(b.people["need"]).max(initial=0))))
    _closures(b, person, bundle, spare, closed, by_floor)
    return closed, by_floor


@compiled
def _closures(b: Bundles, person: Any, bundle: Any, spare: Any, closed: Any, by_floor: Any) -> None:
    for x in range(person.size):
        count = 0
        while count < bundle.shape[1] and bundle[x, count] >= 0:
            count += 1
        closed[x] = closure(b, person[x], bundle[x], count, spare, by_floor[x])


@compiled
def price_groups(
    b: Bundles,
    t: Tariff,
    d: Desk,
    equity: Any,
    first: int,
    last: int,
    bundle: Any,
    enrolled: Any,
    travel: Any,
    absent: Any,
    closed: Any,
) -> float:
    """Price the groups first..last-1; fills their rows of `bundle`, adds to the other outputs, returns the
    value.

    What stands in `bundle` before is where each search begins: bundles open to these people, or nothing (-1).
    """
    value = 0.0
    for g in range(first, last):
        unit, place = b.groups[g].unit, b.groups[g].place
        set_costs(b, t, d, unit, place)
        payer = t.payer[unit]
        for i in range(b.groups[g].person, b.groups[g + 1].person):
            many = 0
            while many < bundle.shape[1] and bundle[i, many] >= 0:
                many += 1
            worth, count = best_bundle(b, d, i, place, equity, ZERO, bundle, many)
            value += worth
            for x in range(bundle.shape[1]):
                bundle[i, x] = d.best[x] if x < count else -1
            for x in range(count):
                o = d.best[x]
                enrolled[o] += 1.0
                travel[payer] += t.travel[place, o]
                if b.offerings[o].start > 0:
                    for period in range(b.offerings[o].start, b.offerings[o].end + 1):
                        absent[unit, period] += 1
            if closed.size:
                closure(b, i, d.best, count, d.spare, closed)
    return value


class Shared(NamedTuple):
    """What people share while a plan is put together, and what is left of it."""

    room: Any  # O: seats in the classes opened
    least: Any  # O: enrolments the classes opened must keep
    enrolled: Any  # O
    money: (
        Any  # 1 + funds + unit budgets + 2: rupiah left in all, by fund, by unit budget; inf without a limit
    )
    fund: Any  # O: row of money, the last but one for none
    payer: Any  # units: row of money, the last for none
    fee: Any  # O: rupiah of one enrolment
    absent: Any  # units x (periods + 1)
    away: Any  # units: people that may be away, inf without a limit


@inlined
def _move(
    b: Bundles, t: Tariff, s: Shared, unit: int, place: int, bundle: Any, count: int, sign: int
) -> None:
    """Enter (+1) or take out (-1) a bundle in the books."""
    for x in range(count):
        o = bundle[x]
        s.enrolled[o] += sign
        s.money[0] -= sign * (s.fee[o] + t.travel[place, o])
        s.money[s.fund[o]] -= sign * s.fee[o]
        s.money[s.payer[unit]] -= sign * t.travel[place, o]
        if b.offerings[o].start > 0:
            for period in range(b.offerings[o].start, b.offerings[o].end + 1):
                s.absent[unit, period] += sign


@inlined
def _lay_out(d: Desk, s: Shared, unit: int) -> Any:
    """Lay out the seats left; returns the periods in which nobody more of the unit may be away."""
    taken = ZERO
    for period in range(1, s.absent.shape[1]):
        if s.absent[unit, period] + 1 > s.away[unit]:
            taken |= np.uint64(1) << np.uint64(period)
    for o in range(d.seats.size):
        d.seats[o] = s.room[o] - s.enrolled[o]
    return taken


@compiled
def rearrange(
    b: Bundles,
    t: Tariff,
    d: Desk,
    s: Shared,
    equity: Any,
    group: Any,
    crews: Any,
    bundle: Any,
    size: Any,
    spare: Any,
    charge: float,
) -> tuple[int, float]:
    """Let crews choose again from what is left at the prices: all of a crew give up what they have and choose
    one after another; returns how many crews did better, and by how much.

    `crews` (m x k): different people in each row. A crew is put back where together it is not better off by
    `charge` points for every enrolment that comes or goes, where money, seats or leave run out and where
    leaving would take a class below its minimum. `group` (n) is everybody's group; `bundle` (n x width) and
    `size` (n) are changed in place; `spare` (k x (width + 1)) is room to work in.
    """
    better = 0
    gained = 0.0
    crew = crews.shape[1]
    last = -1
    for c in range(crews.shape[0]):
        change = 0.0
        for x in range(crew):
            i = crews[c, x]
            unit, place = b.groups[group[i]].unit, b.groups[group[i]].place
            if group[i] != last:
                set_costs(b, t, d, unit, place)
                last = group[i]
            spare[x, 0] = size[i]
            for y in range(size[i]):
                d.old[y] = bundle[i, y]
                spare[x, y + 1] = bundle[i, y]
            change -= _worth(b, d, i, equity, bundle, size[i])
            _move(b, t, s, unit, place, d.old, size[i], -1)
        chosen = 0
        fits = True
        while fits and chosen < crew:
            i = crews[c, chosen]
            unit, place = b.groups[group[i]].unit, b.groups[group[i]].place
            if group[i] != last:
                set_costs(b, t, d, unit, place)
                last = group[i]
            taken = _lay_out(d, s, unit)
            known = size[i] if crew == 1 else 0  # in a crew, others may have taken what somebody had
            value, many = best_bundle(b, d, i, place, equity, taken, bundle, known)
            change += value
            _move(b, t, s, unit, place, d.best, many, 1)
            size[i] = many
            for y in range(bundle.shape[1]):
                bundle[i, y] = d.best[y] if y < many else -1
            fits = s.money[0] >= 0.0 and s.money[s.payer[unit]] >= 0.0
            for y in range(many):
                o = d.best[y]
                fits = fits and s.money[s.fund[o]] >= 0.0
                # what is locked in is taken whatever is left: somebody before may have had the last of it
                fits = fits and s.enrolled[o] <= s.room[o]
                if b.offerings[o].start > 0:
                    for period in range(b.offerings[o].start, b.offerings[o].end + 1):
                        fits = fits and s.absent[unit, period] <= s.away[unit]
            chosen += 1
        differ = 0
        for x in range(crew):
            i = crews[c, x]
            same = 0
            for y in range(spare[x, 0]):
                o = spare[x, y + 1]
                kept = False
                for z in range(size[i]):
                    kept = kept or bundle[i, z] == o
                same += kept
                fits = fits and (kept or s.enrolled[o] >= s.least[o])
            differ += spare[x, 0] + size[i] - 2 * same
        if fits and change > 1e-7 + charge * differ:
            better += 1
            gained += change
            continue
        for x in range(crew):
            i = crews[c, x]
            unit, place = b.groups[group[i]].unit, b.groups[group[i]].place
            if x < chosen:
                for y in range(size[i]):
                    d.old[y] = bundle[i, y]
                _move(b, t, s, unit, place, d.old, size[i], -1)
            size[i] = spare[x, 0]
            for y in range(bundle.shape[1]):
                bundle[i, y] = spare[x, y + 1] if y < size[i] else -1
            for y in range(size[i]):
                d.old[y] = bundle[i, y]
            _move(b, t, s, unit, place, d.old, size[i], 1)
    return better, gained


@compiled
def place_wishes(
    b: Bundles, t: Tariff, d: Desk, s: Shared, order: Any, wish: Any, bundle: Any, size: Any
) -> int:
    """Give people without anything the bundle wished for them, as long as everything in it is left; returns
    how many.

    `order` are groups; `wish` (n x width) ends with -1; `bundle` and `size` are changed in place.
    """
    given = 0
    want = d.old
    for g in order:
        unit, place = b.groups[g].unit, b.groups[g].place
        for i in range(b.groups[g].person, b.groups[g + 1].person):
            if size[i] > 0:
                continue
            count = 0
            fits = True
            for x in range(bundle.shape[1]):
                o = wish[i, x]
                if o < 0:
                    break
                want[count] = o
                count += 1
                fits = fits and s.enrolled[o] + 1 <= s.room[o]
                if b.offerings[o].start > 0:
                    for period in range(b.offerings[o].start, b.offerings[o].end + 1):
                        fits = fits and s.absent[unit, period] + 1 <= s.away[unit]
            if not fits or count == 0:
                continue
            _move(b, t, s, unit, place, want, count, 1)
            for x in range(count):
                fits = fits and s.money[s.fund[want[x]]] >= 0.0
            if fits and s.money[0] >= 0.0 and s.money[s.payer[unit]] >= 0.0:
                given += 1
                size[i] = count
                for x in range(count):
                    bundle[i, x] = want[x]
            else:
                _move(b, t, s, unit, place, want, count, -1)
    return given


@compiled
def wishes(
    b: Bundles,
    t: Tariff,
    d: Desk,
    s: Shared,
    equity: Any,
    bundle: Any,
    size: Any,
    offered: Any,
    demand: Any,
    value: Any,
) -> None:
    """Who would come, and what they would gain, if offerings with `offered` seats were open at the prices.

    Everybody chooses once, from what they hold, what is left and what is offered; `demand` and `value` (O)
    count those who would take an offering they do not hold, with their gain shared among what is new to them.
    """
    old = d.old
    for g in range(b.groups.size - 1):
        unit, place = b.groups[g].unit, b.groups[g].place
        set_costs(b, t, d, unit, place)
        for i in range(b.groups[g].person, b.groups[g + 1].person):
            count = size[i]
            for x in range(count):
                old[x] = bundle[i, x]
            _move(b, t, s, unit, place, old, count, -1)
            taken = _lay_out(d, s, unit)
            for o in range(d.seats.size):
                d.seats[o] = max(d.seats[o], offered[o])
            now = _worth(b, d, i, equity, bundle, count)
            after, many = best_bundle(b, d, i, place, equity, taken, bundle, count)
            if after > now + 1e-7:
                fresh = 0
                for x in range(many):
                    new = True
                    for y in range(count):
                        new = new and old[y] != d.best[x]
                    fresh += new
                for x in range(many):
                    new = True
                    for y in range(count):
                        new = new and old[y] != d.best[x]
                    if new:
                        demand[d.best[x]] += 1.0
                        value[d.best[x]] += (after - now) / fresh
            _move(b, t, s, unit, place, old, count, 1)
