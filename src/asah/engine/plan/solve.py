"""The search: prices and bound, whole classes, people, and rounds that better the plan until it is near
enough.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from asah.engine.plan.branch import Branch, cut
from asah.engine.plan.dual import DualResult, Start, find_prices, first_guess
from asah.engine.plan.fillable import fillable, impossible
from asah.engine.plan.improve import close_classes, fill, open_classes, scaled, tidy
from asah.engine.plan.kernel import desk, place_wishes
from asah.engine.plan.mip import solve_mip
from asah.engine.plan.parts import only
from asah.engine.plan.pool import Pool, choose, nearby
from asah.engine.plan.pricing import Pricer, Prices, class_price, tariff
from asah.engine.plan.primal import Draft, round_classes, shared, trim, worth
from asah.engine.plan.problem import Problem
from asah.engine.plan.replan import changed, earlier
from asah.engine.plan.simple_rules import RULES, follow, locks_stand, online_offerings
from asah.engine.tables import Tables


@dataclass(frozen=True)
class Options:
    """What the caller asks for: the gap to reach (share of what could be gained), seconds, seed, threads."""

    gap: float = 0.002
    seconds: float = 600.0
    seed: int = 0
    threads: int | None = None
    points_per_change: float = 0.0


@dataclass(frozen=True)
class Progress:
    """Where the search stands: the best plan so far and its bound, in points; seconds since it began."""

    stage: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float


@dataclass
class Search:
    """The best plan and the best bound known, the clock, and whoever wants to be told."""

    problem: Problem
    options: Options
    stop: threading.Event
    tell: Callable[[Progress], None] | None
    began: float = field(default_factory=time.monotonic)
    draft: Draft | None = None
    objective: float = -np.inf
    charged: float = -np.inf  # the objective less the charge for changes
    earlier: Draft | None = None  # the plan that changes are counted against
    bound: float = np.inf
    bound_by: str = "prices"
    prices: Prices | None = None
    branches: list[Branch] = field(default_factory=list)  # none: the bound is of one set of prices
    stage: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0

    def enter(self, stage: str) -> None:
        self.leave()
        self.stage, self._since = stage, time.monotonic()
        self.report()

    def leave(self) -> None:
        if self.stage:
            spent = time.monotonic() - self._since
            self.seconds[self.stage] = round(self.seconds.get(self.stage, 0.0) + spent, 3)
            self.peak_mb[self.stage] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        self.stage = ""

    def report(self) -> None:
        if self.tell is not None:
            known = self.draft is not None
            self.tell(
                Progress(
                    stage=self.stage,
                    objective=self.objective if known else None,
                    bound=self.bound if np.isfinite(self.bound) else None,
                    gap=self.gap() if known and np.isfinite(self.bound) else None,
                    seconds=time.monotonic() - self.began,
                )
            )

    def offer(self, draft: Draft) -> bool:
        """Keep a plan if it is the best so far, changes of an earlier plan charged."""
        value = worth(draft)[0]
        charged = value
        if self.earlier is not None:
            charged -= self.options.points_per_change * changed(self.earlier, draft)
        if charged <= self.charged + 1e-9 * max(1.0, abs(charged)):
            return False
        self.draft, self.objective, self.charged = draft.copy(), value, charged
        self.report()
        return True

    def prove(self, result: DualResult) -> None:
        if result.bound < self.bound:
            self.bound, self.prices = result.bound, result.prices

    def gap(self) -> float:
        gain = self.bound - self.problem.unpriced_loss
        return 0.0 if gain <= 0 else float(max(0.0, (self.bound - self.objective) / gain))

    def out_of_time(self) -> bool:
        return self.stop.is_set() or time.monotonic() - self.began > self.options.seconds

    def left(self) -> float:
        return max(0.1, self.options.seconds - (time.monotonic() - self.began))

    def near_enough(self) -> bool:
        return self.draft is not None and self.gap() <= self.options.gap


ROUNDS = 40
STALE_ROUNDS = 4  # rounds without a gain worth naming after which the search ends
LEANINGS = (
    0.85,
    0.7,
    0.95,
    0.6,
    0.5,
)  # what is added to a fraction of a class before it is cut to a whole number
PRICING_SHARE = 0.35  # of the time at most goes to the first prices, so that some is left for the plan
EXACT_PEOPLE = 100
POOL_PEOPLE = 3000  # above it a class more or less matters little and the programme over bundles grows slow
BUNDLES_SHARE = 0.5  # of the time, after which a small office's search turns to the bound
MORE_CLASSES = 12


def assign(draft: Draft, result: DualResult, rng: np.random.Generator) -> None:
    """Give people the bundles drawn from the averaged plan as far as they fit, then let everybody choose at
    the prices.
    """
    p = draft.problem
    order = rng.permutation(len(p.bundles.groups) - 1)
    wish = result.draw(rng).astype(np.int64)
    place_wishes(
        p.bundles,
        tariff(p, result.prices),
        desk(p.bundles),
        shared(draft),
        order,
        wish,
        draft.bundle,
        draft.size,
    )
    fill(draft, result.prices, rng)


def open_more(search: Search, draft: Draft, prices: Prices, rng: np.random.Generator) -> Draft:
    """Open classes as long as that betters the plan, at a falling price of money."""
    best, value = draft, worth(draft)[0]
    factor = 1.0
    while factor > 0.2 and not search.out_of_time():
        new = best.copy()
        asking = scaled(prices, factor)
        opened = open_classes(new, asking, class_price(search.problem, prices) * factor, 0.1)
        if opened:
            fill(new, asking, rng)
            tidy(new, asking, rng)
            points = worth(new)[0]
            if points > value + 1e-4 * abs(value - search.problem.unpriced_loss):
                best, value = new, points
                continue
            if points > value:
                best, value = new, points
        factor *= 0.7
    return best


def swap(
    search: Search, draft: Draft, prices: Prices, share: float, rng: np.random.Generator, charge: float
) -> Draft:
    """Close the classes that earn least and open others with what that frees."""
    new = draft.copy()
    close_classes(new, prices, class_price(search.problem, prices), share)
    fill(new, prices, rng, charge)
    tidy(new, prices, rng, charge)
    return open_more(search, new, prices, rng)


def improve_nearby(
    search: Search,
    best: Draft,
    other: Draft,
    root: DualResult,
    start: Start,
    threads: int,
    rng: np.random.Generator,
) -> None:
    """Price a problem with the classes of the best plan and a few more that the prices speak for, and choose
    the best of the bundles that people take there.
    """
    part = nearby(search.problem, best, root.classes, MORE_CLASSES, rng)
    result, _ = find_prices(
        Pricer(part, threads),
        start=start,
        tolerance=5e-4,
        max_passes=60,
        stop=lambda _: search.out_of_time(),
    )
    pool = Pool(search.problem)
    pool.add_lines(result)
    pool.add(best.bundle)
    pool.add(other.bundle)
    chosen = choose(pool, best, seconds=search.left(), seed=search.options.seed, stop=search.out_of_time)
    if chosen is not None:
        search.offer(chosen)
        fill(chosen, result.prices, rng)
        trim(chosen)
        search.offer(chosen)


def warm_up(problem: Problem, tables: Tables) -> None:
    """Compile, or read from the cache, before the clock starts: one person is planned for, and forgotten."""
    one = only(problem, np.arange(min(1, problem.people)))
    for rule in RULES.values():
        follow(one, rule, online_offerings(tables, problem))
    prices, rng = Prices.zero(problem), np.random.default_rng(0)
    response = Pricer(one).respond(prices)
    draft = Draft.empty(one, np.minimum(problem.max_classes, 1.0))
    order = np.zeros(1, dtype=np.int64)
    wish = response.bundle.astype(np.int64)
    place_wishes(
        one.bundles,
        tariff(one, prices),
        desk(one.bundles),
        shared(draft),
        order,
        wish,
        draft.bundle,
        draft.size,
    )
    fill(draft, prices, rng)
    close_classes(draft, prices, class_price(one, prices), 1.0)
    open_classes(draft, prices, class_price(one, prices), 1.0)
    worth(draft)


def settle(search: Search, tables: Tables) -> None:
    """The whole problem as one mixed-integer programme: for a handful of people it gives the optimum."""
    answer = solve_mip(
        search.problem, tables, seconds=search.left(), seed=search.options.seed, stop=search.out_of_time
    )
    if answer.objective is None or answer.bound is None or answer.classes is None:
        return
    bundle = answer.bundle.astype(np.int64)
    search.offer(Draft(search.problem, bundle, (bundle >= 0).sum(axis=1).astype(np.int64), answer.classes))
    if answer.status == "optimal":
        search.bound, search.bound_by = search.objective, "solver"


def solve(
    problem: Problem,
    tables: Tables,
    options: Options,
    tell: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    previous: pl.DataFrame | None = None,
) -> Search:
    """Search for the best plan; whatever stops it, the result holds the best one found and a valid bound."""
    warm_up(problem, tables)
    problem = fillable(problem, tables)
    search = Search(problem, options, stop or threading.Event(), tell)
    threads = options.threads or min(4, os.cpu_count() or 1)
    pricer = Pricer(problem, threads)
    rng = np.random.default_rng(options.seed)
    locked_only = Draft.empty(problem, np.zeros(problem.offerings))
    trim(locked_only)
    search.offer(locked_only)
    kept = None
    if previous is not None:
        search.earlier, kept = earlier(problem, previous)

    search.enter("rules")
    online = online_offerings(tables, problem)
    for rule in RULES.values():
        if kept is None and not search.out_of_time():
            draft = follow(problem, rule, online)
            if locks_stand(draft):
                search.offer(draft)  # no plan of ours is below what an office does by hand

    search.enter("prices")

    def stop_pricing(value: float) -> bool:
        search.bound = min(search.bound, value)
        search.report()
        late = time.monotonic() - search.began > PRICING_SHARE * options.seconds
        return late or search.out_of_time()

    guess = first_guess(problem, threads, lambda: stop_pricing(np.inf))
    root, guess = find_prices(pricer, start=guess, max_passes=150, tolerance=2e-4, stop=stop_pricing)
    search.bound = np.inf
    search.prove(root)
    search.bound_by = "branches" if impossible(problem) else "prices"
    if kept is not None:
        search.charged = -np.inf  # an empty plan would be the cheapest of all where changes are dear
        tidy(kept, root.prices, rng, options.points_per_change)
        search.offer(kept)

    if problem.people <= EXACT_PEOPLE and kept is None and not search.out_of_time():
        search.enter("exact")
        settle(search, tables)
        if search.gap() <= 1e-9:
            search.leave()
            return search

    small = problem.people <= POOL_PEOPLE
    charge = 0.0 if kept is None else options.points_per_change
    stale, least = 0, 2e-4 * (search.bound - problem.unpriced_loss)
    for step in range(ROUNDS):
        late = small and time.monotonic() - search.began > BUNDLES_SHARE * options.seconds
        if search.out_of_time() or search.near_enough() or late or stale >= STALE_ROUNDS:
            break
        before = search.charged
        search.enter("people")
        upward = LEANINGS[step % len(LEANINGS)]
        draft = Draft.empty(problem, round_classes(problem, root.classes, upward))
        assign(draft, root, rng)
        tidy(draft, root.prices, rng)
        search.offer(draft)
        search.enter("classes")
        search.offer(open_more(search, draft, root.prices, rng))
        if small and kept is None and search.draft is not None and not search.out_of_time():
            search.enter("bundles")
            improve_nearby(search, search.draft, draft, root, guess, threads, rng)
        if search.draft is not None and not search.out_of_time():
            search.enter("swaps")
            search.offer(swap(search, search.draft, root.prices, 0.02, rng, charge))
        stale = stale + 1 if search.charged - before < least else 0
    if small and not search.out_of_time() and not search.near_enough():
        search.enter("branches")
        prove_in_branches(search, root, guess.step, threads)
    search.leave()
    return search


def prove_in_branches(search: Search, root: DualResult, step: float, threads: int) -> None:
    """A smaller bound from prices for every part of the plans there are."""
    p = search.problem
    whole = Branch(np.zeros(p.offerings), p.max_classes, root.prices, root.bound, root.classes)
    goal = search.objective + search.options.gap * (search.objective - p.unpriced_loss)

    def tell(value: float) -> None:
        search.bound = min(search.bound, value)
        search.report()

    found = cut(p, [whole], step=step, threads=threads, goal=goal, stop=search.out_of_time, tell=tell)
    worst = max(found, key=lambda branch: branch.bound)
    if len(found) > 1:
        search.branches, search.bound_by = found, "branches"
        search.bound, search.prices = worst.bound, worst.prices
