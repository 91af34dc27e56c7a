"""The search: prices and bound, whole classes, people, and rounds that better the plan until it is near
enough.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from asah.engine.errors import CallError
from asah.engine.plan.branch import Branch, cut
from asah.engine.plan.conflicts import what_locks_need
from asah.engine.plan.dual import DualResult, Start, find_prices, first_guess
from asah.engine.plan.fillable import fillable, impossible
from asah.engine.plan.improve import exchange_places, fill, open_classes, prices_of_classes, scaled, tidy
from asah.engine.plan.kernel import desk, place_wishes
from asah.engine.plan.mip import solve_mip
from asah.engine.plan.parts import only
from asah.engine.plan.pool import Pool, choose, nearby
from asah.engine.plan.pricing import Pricer, Prices, class_price, tariff
from asah.engine.plan.primal import Draft, obeys, round_classes, shared, trim, worth
from asah.engine.plan.problem import Problem, build
from asah.engine.plan.replan import earlier, staying
from asah.engine.plan.search import EXACT_PEOPLE, Options, Progress, Search
from asah.engine.plan.sentences import line
from asah.engine.plan.simple_rules import RULES, follow, online_offerings
from asah.engine.tables import Tables

ROUNDS = 40
STALE_ROUNDS = 4  # rounds without a gain worth naming after which the search ends
STALE_EXCHANGES = 2
LEANINGS = (
    0.85,
    0.7,
    0.95,
    0.6,
    0.5,
)  # what is added to a fraction of a class before it is cut to a whole number
PRICING_SHARE = 0.35  # of the time at most goes to the first prices, so that some is left for the plan
POOL_PEOPLE = 3000  # above it a class more or less matters little and the programme over bundles grows slow
BUNDLES_SHARE = 0.7  # of the time, after which a small office's search turns to the bound
FIRST_SHARE = 0.2  # of the time: rounds of a handful of people, before the whole is given to the solver
AGAIN_SHARE = 0.6  # of the time, after which the solver gives up where changes are charged
KEEPING_SHARE = 0.4  # of the time at most goes to what an earlier plan can keep
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


def exchange(search: Search, draft: Draft, prices: Prices, rng: np.random.Generator) -> None:
    """Offer a draft whose people have exchanged places, as long as that betters it."""
    value, least = worth(draft)[0], 1e-5 * (search.bound - search.problem.unpriced_loss)
    stale = 0
    while stale < STALE_EXCHANGES and not search.out_of_time():
        new = draft.copy()
        exchange_places(new, prices, rng, search.charge)
        fill(new, prices, rng, search.charge)
        trim(new)
        points = worth(new)[0]
        stale = 0 if points > value + least else stale + 1
        if points > value:
            draft, value = new, points
            search.offer(draft)


def improve_nearby(
    search: Search,
    best: Draft,
    other: Draft,
    root: DualResult,
    start: Start,
    rng: np.random.Generator,
) -> None:
    """Price a problem with the classes of the best plan and a few more that the prices speak for, and choose
    the best of the bundles that people take there.
    """
    part = nearby(search.problem, best, root.classes, MORE_CLASSES, rng)
    result, _ = find_prices(
        search.pricer.of(part),
        start=start,
        tolerance=5e-4,
        max_passes=60,
        stop=lambda _: search.out_of_time(),
    )
    pool = Pool(search.problem, search.earlier, search.options.points_per_change)
    pool.add_lines(result)
    if search.kept is not None:
        pool.add_lines(search.kept)
    pool.add(best.bundle)
    pool.add(other.bundle)
    seconds = search.left(BUNDLES_SHARE)
    chosen = choose(pool, best, seconds=seconds, seed=search.options.seed, stop=search.out_of_time)
    if chosen is not None:
        search.offer(chosen)
        exchange(search, chosen, result.prices, rng)


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
    exchange_places(draft, prices, rng)
    open_classes(draft, prices, class_price(one, prices), 1.0)
    worth(draft)


def settle(search: Search, tables: Tables) -> None:
    """The whole problem as one mixed-integer programme: for a handful of people it gives the optimum, and
    where the time ends it, a bound that no prices reach.

    With the changes of an earlier plan charged it gives the plan alone: its bound is of what is left after
    the charge.
    """
    best, again = search.draft, search.earlier is not None

    def tell(bound: float) -> None:
        if bound < search.bound and not again:
            search.bound, search.bound_by = max(bound, search.objective), "solver"
            search.report()

    within = search.goal * (search.objective - search.problem.unpriced_loss)
    answer = solve_mip(
        search.problem,
        tables,
        seconds=search.left(AGAIN_SHARE if again else 1.0),
        within=within,
        seed=search.options.seed,
        start=None if best is None else (best.bundle, best.classes),
        stop=search.out_of_time,
        tell=tell,
        earlier=None if search.earlier is None else search.earlier.pairs(),
        charge=search.charge,
    )
    if answer.objective is None or answer.bound is None or answer.classes is None:
        return
    bundle = answer.bundle.astype(np.int64)
    search.offer(Draft(search.problem, bundle, (bundle >= 0).sum(axis=1).astype(np.int64), answer.classes))
    missed = answer.objective - search.objective > 1e-9 * abs(answer.objective)  # a plan that was not taken
    tell(search.objective if answer.status == "optimal" and not within and not missed else answer.bound)


def solve(
    problem: Problem,
    tables: Tables,
    options: Options,
    tell: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    previous: pl.DataFrame | None = None,
) -> Search:
    """Search for the best plan; whatever stops it, the result holds the best one found and a valid bound.

    Raises CallError where none was found that keeps the locks, although nothing shows that there is none.
    """
    warm_up(problem, tables)
    problem = fillable(problem, tables)
    search = Search(problem, options, stop or threading.Event(), tell)
    rng = np.random.default_rng(options.seed)
    inside, known = search, tables
    if not obeys(locked_only(problem)):
        inside, known = with_what_locks_need(search, tables)
    by_hand(inside, known, with_rules=previous is None)
    root, start = price(search)
    nearer = (root, start) if inside is search else price(inside)
    if previous is not None:
        keep(inside, previous, nearer[0], rng)
    small, tiny = problem.people <= POOL_PEOPLE, problem.people <= EXACT_PEOPLE
    until = FIRST_SHARE if tiny else BUNDLES_SHARE if small else 1.0
    better(inside, *nearer, rng, until=until, patience=1 if tiny else STALE_ROUNDS)
    if inside is not search:
        search.take_over(inside)
    if tiny and not search.out_of_time() and (previous is not None or not search.near_enough()):
        search.enter("exact")
        settle(search, tables)
    if small and search.bound_by != "solver" and not search.out_of_time() and not search.near_enough():
        search.enter("branches")
        prove_in_branches(search, root, start.step)
    search.leave()
    return search


def with_what_locks_need(search: Search, tables: Tables) -> tuple[Search, Tables]:
    """A search, on the same clock, for a problem in which what the locks need is locked in as well, and its
    tables. Its plans are plans; its bound is not one.
    """
    search.enter("locks")
    locks = what_locks_need(search.problem, tables, search.stop.is_set)
    if locks is None:
        raise CallError(line("locks_not_kept"))
    fuller = replace(tables, frames={**tables.frames, "locks": locks})
    return search.within(fillable(build(fuller), fuller)), fuller


def locked_only(problem: Problem) -> Draft:
    """Nothing but what is locked in."""
    draft = Draft.empty(problem, np.zeros(problem.offerings))
    trim(draft)
    return draft


def by_hand(search: Search, tables: Tables, with_rules: bool) -> None:
    """What is locked in alone, and what the simple rules make of it: no plan of ours is below what an office
    does by hand.
    """
    search.offer(locked_only(search.problem))
    search.enter("rules")
    online = online_offerings(tables, search.problem)
    for rule in RULES.values():
        if with_rules and not search.out_of_time():
            search.offer(follow(search.problem, rule, online))
    search.leave()


def price(search: Search) -> tuple[DualResult, Start]:
    """The bound that prices give, and where a search for prices nearby begins."""
    problem = search.problem
    search.enter("prices")

    def late(value: float) -> bool:
        search.bound = min(search.bound, value)
        search.report()
        return search.used() > PRICING_SHARE or search.out_of_time()

    guess = first_guess(search.pricer, lambda: late(np.inf))
    root, start = find_prices(search.pricer, start=guess, max_passes=150, tolerance=2e-4, stop=late)
    search.bound, search.prices = root.bound, root.prices
    search.bound_by = "branches" if impossible(problem) else "prices"
    search.leave()
    return root, start


def keep(search: Search, previous: pl.DataFrame, root: DualResult, rng: np.random.Generator) -> None:
    """Offer the best that an earlier plan can keep, and what may be added to it at the charge for changes."""
    problem, options = search.problem, search.options
    search.enter("keeping")
    before, kept, search.gone = earlier(problem, previous)
    part = staying(problem, before, options.points_per_change)
    inside = Search(part, replace(options, seconds=search.left(KEEPING_SHARE), gap=1e-6), search.stop, None)
    inside.offer(replace(kept, problem=part))
    search.kept, start = price(inside)
    better(inside, search.kept, start, rng, until=1.0, patience=2)
    search.earlier = before
    search.charged = -np.inf  # an empty plan would be the cheapest of all where changes are dear
    if inside.draft is not None:
        kept = replace(inside.draft, problem=problem)
    search.offer(kept)
    kept = kept.copy()
    tidy(kept, root.prices, rng, search.charge)
    search.offer(kept)


def better(
    search: Search,
    root: DualResult,
    start: Start,
    rng: np.random.Generator,
    *,
    until: float,
    patience: int,
) -> None:
    """Rounds, each from other classes, until the plan is near enough, a share of the time is over, or so many
    rounds one after another have not helped.
    """
    problem = search.problem
    small, again = problem.people <= POOL_PEOPLE, search.earlier is not None
    stale, least = 0, 2e-4 * (search.bound - problem.unpriced_loss)
    for step in range(ROUNDS):
        if search.out_of_time() or search.near_enough() or search.used() > until or stale >= patience:
            break
        before = search.charged
        search.enter("people")
        upward = LEANINGS[step % len(LEANINGS)]
        draft = Draft.empty(problem, round_classes(problem, root.classes, upward))
        assign(draft, root, rng)
        tidy(draft, root.prices, rng)
        search.offer(draft)
        search.enter("classes")
        draft = open_more(search, draft, root.prices, rng)
        search.offer(draft)
        best = draft if search.draft is None else search.draft
        if small and not search.out_of_time():
            search.enter("bundles")
            improve_nearby(search, best, draft, root, start, rng)
        elif not search.out_of_time():
            search.enter("exchanges")
            subject = best if again else draft
            prices = prices_of_classes(search.pricer, subject.classes, start, search.out_of_time)
            exchange(search, subject, prices, rng)
        stale = stale + 1 if search.charged - before < least else 0


def prove_in_branches(search: Search, root: DualResult, step: float) -> None:
    """A smaller bound from prices for every part of the plans there are."""
    p = search.problem
    whole = Branch(np.zeros(p.offerings), p.max_classes, root.prices, root.bound, root.classes)
    goal = search.objective + search.goal * (search.objective - p.unpriced_loss)

    def tell(value: float) -> None:
        search.bound = min(search.bound, value)
        search.report()

    found = cut(search.pricer, [whole], step=step, goal=goal, stop=search.out_of_time, tell=tell)
    worst = max(found, key=lambda branch: branch.bound)
    if len(found) > 1:
        search.branches, search.bound_by = found, "branches"
        search.bound, search.prices = worst.bound, worst.prices
