"""The compiled part of the simple rules: people take courses in turn, thin classes are closed.

Nothing here looks ahead or weighs one person against another. Every rule of tables.md section 2 is kept
at every step but the minimum of a class, which `close_thin` enforces afterwards. This file calls no
compiled code of another file: a cached caller would not notice a change there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from asah.engine.plan.kernel import compiled, inlined
from asah.engine.plan.problem import Bundles

EPS = 1e-9
ZERO = np.uint64(0)


class Books(NamedTuple):
    """What people share while a rule is carried out; changed in place.

    Rows of `money` are the total, the funds, the unit budgets, and two without a limit for what no fund
    or unit pays.
    """

    dates: Any  # O: offerings of each programme, first date first
    seats: Any  # O: of one class, inf without a limit
    minimum: Any  # O
    most: Any  # O: classes that may be open; lowered for good when a thin class is closed
    classes: Any  # O: open now, always as few as hold the enrolled
    enrolled: Any  # O
    goal: Any  # O: enrolments wanted in this round; 0 leaves the offering out
    fee: Any  # O: rupiah of one enrolment
    class_fee: Any  # O: rupiah of one class
    travel: Any  # places x O: rupiah
    least_fee: Any  # programmes: the smallest fee of an offering
    cheapest: Any  # programmes: the least that a participant can cost, without the journey
    money: Any  # rupiah left
    fund: Any  # O: row of `money`
    payer: Any  # units: row of `money`
    absent: Any  # units x (periods + 1): people away
    away: Any  # units: people that may be away
    slot: Any  # O + 1: first of the offering's rows in `slots`
    slots: Any  # resource slots used by one class
    left: Any  # slots: classes the resource can still hold


class Turn(NamedTuple):
    """Working space for one person, by entry or by need."""

    held: Any  # offering held, -1 for none
    out: Any  # closes nothing, or cannot be had
    stale: Any  # weighed before the last course was taken: it cannot have become better
    points: Any  # what it closed when it was weighed, with what must come before it
    rupiah: Any  # what that cost
    rest: Any  # levels still open
    trial: Any  # the same while a chain of courses is weighed
    chain: Any  # the course wanted, then what must come before it
    picks: Any  # an offering for each of the chain


def turn(b: Bundles) -> Turn:
    """Room for the largest person of the problem."""
    entries = max(1, int(np.diff(b.people["entry"]).max(initial=0)))
    needs = max(1, int(np.diff(b.people["need"]).max(initial=0)))
    return Turn(
        held=np.zeros(entries, np.int64),
        out=np.zeros(entries, np.bool_),
        stale=np.zeros(entries, np.bool_),
        points=np.zeros(entries),
        rupiah=np.zeros(entries),
        rest=np.zeros(needs),
        trial=np.zeros(needs),
        chain=np.zeros(entries, np.int64),
        picks=np.zeros(entries, np.int64),
    )


@inlined
def _full(s: Books, o: int) -> bool:
    """Whether one more enrolment needs one more class."""
    return bool(s.classes[o] < 1.0 or s.enrolled[o] + 1.0 > s.classes[o] * s.seats[o])


@inlined
def _fits(b: Bundles, s: Books, i: int, unit: int, place: int, o: int, busy: Any, after: int) -> bool:
    """Whether person i can be enrolled now: seat or new class, time, distance, absence, money."""
    if s.money[0] < s.fee[o] or s.enrolled[o] >= s.goal[o] or s.seats[o] < 1.0 or not b.reachable[place, o]:
        return False
    start, end = b.offerings[o].start, b.offerings[o].end
    if b.offerings[o].mask & busy != ZERO or start <= after:
        return False
    own, trip = s.fee[o], s.travel[place, o]
    if _full(s, o):
        if s.classes[o] + 1.0 > s.most[o]:
            return False
        own += s.class_fee[o]
        for x in range(s.slot[o], s.slot[o + 1]):
            if s.left[s.slots[x]] < 1.0:
                return False
    if s.money[0] < own + trip or s.money[s.fund[o]] < own or s.money[s.payer[unit]] < trip:
        return False
    if start > 0:
        for period in range(start, end + 1):
            if s.absent[unit, period] + 1.0 > s.away[unit]:
                return False
    for x in range(b.people[i].banned, b.people[i + 1].banned):  # noqa: SIM110
        if b.banned[x] == o:
            return False
    return True


@inlined
def _price(s: Books, place: int, o: int) -> float:
    """Rupiah that an office reckons for one participant: fee, journey, a seat's share of the class."""
    share = 0.0 if np.isinf(s.seats[o]) else s.class_fee[o] / s.seats[o]
    return float(s.fee[o] + s.travel[place, o] + share)


@compiled
def _book(b: Bundles, s: Books, unit: int, place: int, o: int, sign: int) -> None:
    """Enter one enrolment (+1) or take it out (-1), with the class it opens or closes."""
    s.enrolled[o] += sign
    before = s.classes[o]
    if np.isinf(s.seats[o]):
        s.classes[o] = 1.0 if s.enrolled[o] > 0.0 else 0.0
    else:
        s.classes[o] = np.ceil(s.enrolled[o] / s.seats[o])
    opened = s.classes[o] - before
    own, trip = sign * s.fee[o] + opened * s.class_fee[o], sign * s.travel[place, o]
    s.money[0] -= own + trip
    s.money[s.fund[o]] -= own
    s.money[s.payer[unit]] -= trip
    for x in range(s.slot[o], s.slot[o + 1]):
        s.left[s.slots[x]] -= opened
    if b.offerings[o].start > 0:
        for period in range(b.offerings[o].start, b.offerings[o].end + 1):
            s.absent[unit, period] += sign


@inlined
def _pick(
    b: Bundles, s: Books, i: int, unit: int, place: int, e: int, busy: Any, after: int, cheapest: bool
) -> int:
    """The first date of a course that the person can have, or the cheapest one; -1 for none."""
    p = b.entries[e].programme
    best, least = -1, np.inf
    for k in range(b.programmes[p].offering, b.programmes[p + 1].offering):
        o = s.dates[k]
        if _fits(b, s, i, unit, place, o, busy, after):
            if not cheapest:
                return int(o)
            price = _price(s, place, o)
            if price < least:
                best, least = o, price
    return int(best)


@inlined
def _begins_after(b: Bundles, o: int) -> int:
    """The period after which a course may begin that needs offering o first; none after an undated one."""
    return int(b.offerings[o].end) if b.offerings[o].start > 0 else -1


@inlined
def _chain(b: Bundles, t: Turn, low: int, entry: int) -> int:
    """Write down a course and all that must be taken before it; returns how many."""
    length = 0
    while entry >= 0 and t.held[entry] < 0:
        t.chain[length] = entry
        length += 1
        entry = b.entries[low + entry].before
    return length


@inlined
def _closes(b: Bundles, low_need: int, e: int, rest: Any) -> float:
    """Points a course closes of what is still open; takes them off `rest`."""
    points = 0.0
    for x in range(b.entries[e].effect, b.entries[e + 1].effect):
        k = b.effects[x].need
        closed = min(rest[k], b.effects[x].gain)
        rest[k] -= closed
        points += b.needs[low_need + k].weight * closed
    return points


@inlined
def _would_close(b: Bundles, low_need: int, e: int, rest: Any) -> float:
    """Points a course closes of what is still open."""
    points = 0.0
    for x in range(b.entries[e].effect, b.entries[e + 1].effect):
        k = b.effects[x].need
        points += b.needs[low_need + k].weight * min(rest[k], b.effects[x].gain)
    return points


@inlined
def _points(b: Bundles, t: Turn, i: int, length: int) -> float:
    """Points that the courses of the chain close together."""
    low, low_need = b.people[i].entry, b.people[i].need
    if length == 1:
        return _would_close(b, low_need, low + t.chain[0], t.rest)
    for k in range(t.rest.size):
        t.trial[k] = t.rest[k]
    points = 0.0
    for x in range(length):
        points += _closes(b, low_need, low + t.chain[x], t.trial)
    return points


@compiled
def _plan(
    b: Bundles, s: Books, t: Turn, i: int, unit: int, place: int, length: int, busy: Any, cheapest: bool
) -> float:
    """Choose a date for every course of the chain; returns the rupiah, -1 where it cannot be had."""
    low = b.people[i].entry
    rupiah = 0.0
    for x in range(length - 1, -1, -1):
        e = low + t.chain[x]
        after = -1
        if x + 1 < length:
            after = _begins_after(b, t.picks[x + 1])
        elif b.entries[e].before >= 0:
            after = _begins_after(b, t.held[b.entries[e].before])
        o = _pick(b, s, i, unit, place, e, busy, after, cheapest)
        if o < 0:
            return -1.0
        t.picks[x] = o
        busy |= b.offerings[o].mask
        rupiah += _price(s, place, o)
    return rupiah


@inlined
def _within_maxima(b: Bundles, t: Turn, i: int, length: int, programmes: int, jp: float) -> bool:
    """Whether the chain leaves the person within the most programmes and the most JP."""
    for x in range(length):
        p = b.entries[b.people[i].entry + t.chain[x]].programme
        programmes += b.programmes[p].counts
        jp += b.programmes[p].jp
    return bool(programmes <= b.max_programmes and jp <= b.people[i].room + EPS)


@compiled
def _sit_down(b: Bundles, t: Turn, i: int, bundle: Any, size: Any) -> tuple[Any, int, float]:
    """Lay out what person i holds; returns periods taken, programmes and JP that count to the maxima."""
    low, low_need = b.people[i].entry, b.people[i].need
    for k in range(b.people[i + 1].need - low_need):
        t.rest[k] = b.needs[low_need + k].gap
    for j in range(b.people[i + 1].entry - low):
        t.held[j] = -1
        t.out[j] = False
        for x in range(size[i]):
            if b.offerings[bundle[i, x]].programme == b.entries[low + j].programme:
                t.held[j] = bundle[i, x]
        if t.held[j] >= 0:
            _closes(b, low_need, low + j, t.rest)
    busy = ZERO
    programmes = 0
    jp = 0.0
    for x in range(size[i]):
        busy |= b.offerings[bundle[i, x]].mask
        programmes += b.programmes[b.offerings[bundle[i, x]].programme].counts
        jp += b.programmes[b.offerings[bundle[i, x]].programme].jp
    return busy, programmes, jp


@inlined
def _is_locked(b: Bundles, i: int, o: int) -> bool:
    for x in range(b.people[i].locked, b.people[i + 1].locked):  # noqa: SIM110
        if b.locked[x] == o:
            return True
    return False


@inlined
def _entry_of(b: Bundles, t: Turn, i: int, o: int) -> int:
    for j in range(b.people[i + 1].entry - b.people[i].entry):
        if t.held[j] == o:
            return j
    return -1


@inlined
def _spared(s: Books, o: int) -> bool:
    """Whether one person fewer leaves the offering empty or its classes at their minimum."""
    fewer = s.enrolled[o] - 1.0
    classes = min(fewer, 1.0) if np.isinf(s.seats[o]) else np.ceil(fewer / s.seats[o])
    return bool(fewer >= classes * s.minimum[o])


@inlined
def _needed_first(b: Bundles, t: Turn, i: int, entry: int) -> bool:
    """Whether something held needs this course before it."""
    low = b.people[i].entry
    for j in range(b.people[i + 1].entry - low):
        if t.held[j] >= 0 and b.entries[low + j].before == entry:
            return True
    return False


@inlined
def _glance(
    b: Bundles,
    s: Books,
    t: Turn,
    i: int,
    j: int,
    programmes: int,
    jp: float,
    per_rupiah: bool,
    mandates: bool,
    least: float,
) -> None:
    """Weigh an entry without looking for a date: at least what it can close now, at most what it can cost."""
    low = b.people[i].entry
    t.out[j] = t.held[j] >= 0 or (mandates and b.entries[low + j].mandate <= 0.0)
    t.stale[j] = True
    if t.out[j]:
        return
    if s.money[0] < s.least_fee[b.entries[low + j].programme]:
        t.out[j] = True
        return
    length = _chain(b, t, low, j)
    points = _points(b, t, i, length)
    t.out[j] = points <= least or not _within_maxima(b, t, i, length, programmes, jp)
    t.points[j] = b.entries[low + j].mandate if mandates else points
    t.rupiah[j] = 1.0
    if per_rupiah and not mandates:
        t.rupiah[j] = 0.0
        for x in range(length):
            t.rupiah[j] += s.cheapest[b.entries[low + t.chain[x]].programme]


@inlined
def _best_left(t: Turn, entries: int) -> int:
    """The entry with most points per rupiah as last weighed; -1 for none. Divides by nothing that is free."""
    best = -1
    for j in range(entries):
        if not t.out[j]:
            ours, theirs = 0.0, 0.0
            if best >= 0:
                ours, theirs = t.points[j] * t.rupiah[best], t.points[best] * t.rupiah[j]
            if best < 0 or ours > theirs or (t.rupiah[j] == t.rupiah[best] and t.points[j] > t.points[best]):
                best = j
    return best


@compiled
def take_turns(
    b: Bundles,
    s: Books,
    t: Turn,
    order: Any,
    unit_of: Any,
    place_of: Any,
    per_rupiah: bool,
    mandates: bool,
    least: float,
    turns: int,
    bundle: Any,
    size: Any,
) -> int:
    """Everybody in `order` takes up to `turns` courses, each the one that closes most, or most `per_rupiah`.

    `mandates`: only what is mandated, most points first. A course must close more than `least` points.
    Changes the books, `bundle` (n x width) and `size` (n); returns the number of courses taken.
    """
    taken = 0
    for i in order:
        unit, place = unit_of[i], place_of[i]
        low, low_need = b.people[i].entry, b.people[i].need
        entries = b.people[i + 1].entry - low
        busy, programmes, jp = _sit_down(b, t, i, bundle, size)
        for j in range(entries):
            _glance(b, s, t, i, j, programmes, jp, per_rupiah, mandates, least)
        for _ in range(turns):
            best = _best_left(t, entries)
            while best >= 0 and t.stale[best]:
                _glance(b, s, t, i, best, programmes, jp, per_rupiah, mandates, least)
                if not t.out[best]:
                    length = _chain(b, t, low, best)
                    rupiah = _plan(b, s, t, i, unit, place, length, busy, per_rupiah)
                    t.out[best] = rupiah < 0.0 or size[i] + length > bundle.shape[1]
                    t.rupiah[best] = rupiah if per_rupiah and not mandates else 1.0
                    t.stale[best] = False
                best = _best_left(t, entries)
            if best < 0:
                break
            length = _chain(b, t, low, best)
            _plan(b, s, t, i, unit, place, length, busy, per_rupiah)
            whole = True
            for x in range(length - 1, -1, -1):
                o = t.picks[x]
                # the chain may have used up what it needs itself
                if not _fits(b, s, i, unit, place, o, ZERO, -1):
                    for y in range(x + 1, length):
                        _book(b, s, unit, place, t.picks[y], -1)
                    whole = False
                    break
                _book(b, s, unit, place, o, 1)
            if not whole:
                t.out[best] = True
                continue
            for x in range(length - 1, -1, -1):
                o = t.picks[x]
                p = b.offerings[o].programme
                bundle[i, size[i]] = o
                size[i] += 1
                t.held[t.chain[x]] = o
                busy |= b.offerings[o].mask
                programmes += b.programmes[p].counts
                jp += b.programmes[p].jp
                _closes(b, low_need, low + t.chain[x], t.rest)
                taken += 1
            for j in range(entries):
                t.stale[j] = True
                if b.entries[low + j].before >= 0:  # it may need less before it than it did
                    _glance(b, s, t, i, j, programmes, jp, per_rupiah, mandates, least)
    return taken


@compiled
def trade_up(
    b: Bundles,
    s: Books,
    t: Turn,
    order: Any,
    unit_of: Any,
    place_of: Any,
    per_rupiah: bool,
    bundle: Any,
    size: Any,
) -> int:
    """With money left, people in `order` exchange a course for one that closes more; returns how often.

    Mandates, locks and what another course needs first are kept, and no class is taken below its minimum.
    """
    traded = 0
    for i in order:
        unit, place = unit_of[i], place_of[i]
        low, low_need = b.people[i].entry, b.people[i].need
        entries = b.people[i + 1].entry - low
        busy, programmes, jp = _sit_down(b, t, i, bundle, size)
        for _ in range(2 * bundle.shape[1]):
            best, give, take, most, price = -1, -1, -1, 0.0, 0.0
            for x in range(size[i]):
                o = bundle[i, x]
                given = _entry_of(b, t, i, o)
                if given < 0 or b.entries[low + given].mandate > 0.0 or _is_locked(b, i, o):
                    continue
                if not _spared(s, o) or _needed_first(b, t, i, given):
                    continue
                _book(b, s, unit, place, o, -1)
                for k in range(b.people[i + 1].need - low_need):
                    t.trial[k] = b.needs[low_need + k].gap
                for j in range(entries):
                    if t.held[j] >= 0 and j != given:
                        _closes(b, low_need, low + j, t.trial)
                lost = _would_close(b, low_need, low + given, t.trial)
                p = b.offerings[o].programme
                for j in range(entries):
                    before = b.entries[low + j].before
                    if t.held[j] >= 0 or (before >= 0 and (before == given or t.held[before] < 0)):
                        continue
                    q = b.entries[low + j].programme
                    if (
                        programmes - b.programmes[p].counts + b.programmes[q].counts > b.max_programmes
                        or jp - b.programmes[p].jp + b.programmes[q].jp > b.people[i].room + EPS
                    ):
                        continue
                    gain = _would_close(b, low_need, low + j, t.trial) - lost
                    if gain <= EPS or (not per_rupiah and gain <= most):
                        continue
                    after = _begins_after(b, t.held[before]) if before >= 0 else -1
                    free = busy & ~b.offerings[o].mask
                    c = _pick(b, s, i, unit, place, low + j, free, after, per_rupiah)
                    if c < 0:
                        continue
                    rupiah = max(0.0, _price(s, place, c) - _price(s, place, o)) if per_rupiah else 1.0
                    if best < 0 or gain * price > most * rupiah or (rupiah == price and gain > most):
                        best, give, take, most, price = j, x, c, gain, rupiah
                _book(b, s, unit, place, o, 1)
            if best < 0:
                break
            _book(b, s, unit, place, bundle[i, give], -1)
            _book(b, s, unit, place, take, 1)
            bundle[i, give] = take
            busy, programmes, jp = _sit_down(b, t, i, bundle, size)
            traded += 1
    return traded


@compiled
def _leave(b: Bundles, s: Books, i: int, unit: int, place: int, slot: int, bundle: Any, size: Any) -> None:
    """Take a person out of the offering in `slot`, and of whatever needed it first unless that is locked."""
    gone = b.offerings[bundle[i, slot]].programme
    _book(b, s, unit, place, bundle[i, slot], -1)
    size[i] -= 1
    for x in range(slot, size[i]):
        bundle[i, x] = bundle[i, x + 1]
    bundle[i, size[i]] = -1
    low = b.people[i].entry
    for j in range(b.people[i + 1].entry - low):
        before = b.entries[low + j].before
        if before < 0 or b.entries[low + before].programme != gone:
            continue
        for x in range(size[i]):
            o = bundle[i, x]
            if b.offerings[o].programme == b.entries[low + j].programme and not _is_locked(b, i, o):
                _leave(b, s, i, unit, place, x, bundle, size)
                break


@compiled
def close_thin(
    b: Bundles,
    s: Books,
    order: Any,
    unit_of: Any,
    place_of: Any,
    bundle: Any,
    size: Any,
    locked: Any,
    over: Any,
) -> int:
    """Of every programme with a date below its minimum, close a class of the thinnest; returns how many.

    The last in `order` leave first. One date of a programme at a time, so that two half-empty dates can
    become one; a class that a lock keeps open stays. `locked`: people locked into each offering (O); `over`
    is working space (O).
    """
    over[:] = 0.0
    closed = 0
    for p in range(b.programmes.size - 1):
        thinnest, least = -1, 1.0
        for o in range(b.programmes[p].offering, b.programmes[p + 1].offering):
            wanted = s.classes[o] * s.minimum[o]
            if s.classes[o] < 1.0 or s.enrolled[o] >= wanted:
                continue
            keep = 0.0 if s.classes[o] < 2.0 else (s.classes[o] - 1.0) * s.seats[o]
            if locked[o] <= keep and s.enrolled[o] / wanted < least:
                thinnest, least = o, s.enrolled[o] / wanted
                over[o] = s.enrolled[o] - keep
        for o in range(b.programmes[p].offering, b.programmes[p + 1].offering):
            if o != thinnest:
                over[o] = 0.0
        if thinnest >= 0:
            s.most[thinnest] = s.classes[thinnest] - 1.0
            closed += 1
    if closed:
        for i in order[::-1]:
            x = 0
            while x < size[i]:
                o = bundle[i, x]
                if over[o] > 0.0 and not _is_locked(b, i, o):
                    over[o] -= 1.0
                    _leave(b, s, i, unit_of[i], place_of[i], x, bundle, size)
                    x = 0
                else:
                    x += 1
    return closed
