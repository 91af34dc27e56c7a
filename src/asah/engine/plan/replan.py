"""Plan again with few changes: what an earlier plan still allows is kept, and every change is charged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from asah.engine.plan.kernel import desk, place_wishes
from asah.engine.plan.parts import spans
from asah.engine.plan.pricing import Prices, tariff
from asah.engine.plan.primal import Draft, needed_classes, shared
from asah.engine.plan.problem import MANY, Ints, Problem


def earlier(problem: Problem, enrolments: pl.DataFrame) -> tuple[Draft, Draft, int]:
    """An earlier plan as this problem knows it, the part of it that still keeps every rule, and how many
    enrolments are of people or offerings that are gone: changes that nobody can avoid.
    """
    before = Draft.empty(problem, np.zeros(problem.offerings))
    before.bundle[:], before.size[:] = -1, 0  # what is locked in now was not so then
    width = before.bundle.shape[1]
    person = {key: i for i, key in enumerate(problem.person_id)}
    offering = {key: o for o, key in enumerate(problem.offering_id)}
    wish = np.full_like(before.bundle, -1)
    held: dict[int, list[int]] = {}
    gone = 0
    for who, what in enrolments.select("person_id", "offering_id").iter_rows():
        if who in person and what in offering:
            held.setdefault(person[who], []).append(offering[what])
        else:
            gone += 1
    for i, bundle in held.items():
        before.bundle[i] = -1
        before.bundle[i, : len(bundle)] = bundle[:width]
        before.size[i] = min(len(bundle), width)
        locked = problem.bundles.people["locked"]
        if locked[i] == locked[i + 1]:
            kept = _allowed(problem, i, bundle[:width])
            wish[i, : len(kept)] = kept
    enrolled = np.bincount(wish[wish >= 0], minlength=problem.offerings).astype(float)
    kept_plan = Draft.empty(problem, np.zeros(problem.offerings))
    classes = needed_classes(problem, enrolled + kept_plan.enrolled())
    kept_plan.classes = np.minimum(classes, problem.max_classes)
    everybody = np.arange(len(problem.bundles.groups) - 1)
    free = tariff(problem, Prices.zero(problem))
    place_wishes(
        problem.bundles,
        free,
        desk(problem.bundles),
        shared(kept_plan),
        everybody,
        wish,
        kept_plan.bundle,
        kept_plan.size,
    )
    return before, kept_plan, gone


def staying(problem: Problem, before: Draft, charge: float) -> Problem:
    """The problem in which everybody may only keep what they have, at `charge` points more for each.

    Its best plan is the best that is left of an earlier one: what does not fit any more goes where it costs
    least.
    """
    b = problem.bundles
    person, offering = before.pairs()
    owner = np.repeat(np.arange(problem.people), np.diff(b.people["entry"]))
    programme = b.entries["programme"][:-1]
    which, dates = spans(b.programmes["offering"], programme)
    held = np.isin(owner[which] * problem.offerings + dates, person * problem.offerings + offering)
    entries = b.entries.copy()
    entries["mandate"][np.unique(which[held])] += charge
    _, banned = spans(b.people["banned"], np.arange(problem.people))
    banned_owner = np.repeat(np.arange(problem.people), np.diff(b.people["banned"]))
    owners = np.concatenate([banned_owner, owner[which[~held]]])
    people = b.people.copy()
    people["banned"][1:] = np.cumsum(np.bincount(owners, minlength=problem.people))
    all_banned = np.concatenate([b.banned[banned], dates[~held].astype(b.banned.dtype)])
    order = np.argsort(owners, kind="stable")
    return replace(problem, bundles=b._replace(people=people, entries=entries, banned=all_banned[order]))


def _allowed(problem: Problem, i: int, bundle: list[int]) -> list[int]:
    """The offerings of a bundle, in the order of their dates, that rules 1, 2 and 3 still allow together."""
    b = problem.bundles
    low, high = b.people["entry"][i], b.people["entry"][i + 1]
    entry = {int(b.entries["programme"][e]): e - low for e in range(low, high)}
    banned = set(b.banned[b.people["banned"][i] : b.people["banned"][i + 1]].tolist())
    busy, slots, room = 0, b.max_programmes, b.people["room"][i]
    held: dict[int, int] = {}
    for o in sorted(bundle, key=lambda o: int(b.offerings["start"][o])):
        programme = int(b.offerings["programme"][o])
        counts = int(b.programmes["counts"][programme])
        jp, mask = float(b.programmes["jp"][programme]), int(b.offerings["mask"][o])
        if programme not in entry or o in banned or not b.reachable[problem.place_of_person[i], o]:
            continue
        first = int(b.entries["before"][low + entry[programme]])
        start = int(b.offerings["start"][o])
        last = int(b.offerings["end"][held[first]]) if first in held else MANY  # an undated one ends at 0
        late = first >= 0 and last > 0 and last >= start
        if late or busy & mask or slots < counts or (counts and jp > room + 1e-9):
            continue
        if entry[programme] in held:
            continue
        held[entry[programme]] = o
        busy, slots, room = busy | mask, slots - counts, room - jp
    return list(held.values())


def changed(a: Draft, b: Draft) -> int:
    """Enrolments that only one of two plans has."""
    keys: list[Ints] = [
        person * a.problem.offerings + offering for person, offering in (a.pairs(), b.pairs())
    ]
    return len(np.setxor1d(keys[0], keys[1]))
