"""The search: prices and bound, whole classes, people, and rounds that better the plan until it is near enough."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from asah.engine.plan.dual import Axes, DualResult, find_prices
from asah.engine.plan.pricing import Pricer, Prices
from asah.engine.plan.primal import Draft, choose_again, close_short, dive, shared, trim, worth
from asah.engine.plan.problem import Problem


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
    bound: float = np.inf
    prices: Prices | None = None
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
        """Keep a plan if it is the best so far."""
        value = worth(draft)[0]
        if value <= self.objective + 1e-9 * max(1.0, abs(value)):
            return False
        self.draft, self.objective = draft.copy(), value
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

    def near_enough(self) -> bool:
        return self.draft is not None and self.gap() <= self.options.gap


FADES = (1.0, 1.0, 0.7, 0.4, 0.2, 0.05)


def assign(search: Search, draft: Draft, prices: Prices, rng: np.random.Generator) -> Draft:
    """Let everybody choose at the prices, then again at falling ones, so that what is left is used."""
    groups = len(search.problem.bundles.groups) - 1
    for step, fade in enumerate(FADES):
        books = shared(draft)
        faded = prices.with_(
            total=prices.total * fade,
            fund=prices.fund * fade,
            unit=prices.unit * fade,
            seats=prices.seats * (1.0 if step < 2 else fade),
            absence=prices.absence * fade,
        )
        choose_again(draft, books, faded, rng.permutation(groups))
        if search.out_of_time():
            break
    close_short(draft)
    trim(draft)
    return draft


def solve(
    problem: Problem,
    options: Options,
    tell: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Search:
    """Search for the best plan; whatever stops it, the best plan found and a valid bound are in the result."""
    search = Search(problem, options, stop or threading.Event(), tell)
    threads = options.threads or min(4, os.cpu_count() or 1)
    pricer = Pricer(problem, threads)
    rng = np.random.default_rng(options.seed)
    locked_only = Draft.empty(problem, np.zeros(problem.offerings))
    trim(locked_only)
    search.offer(locked_only)

    search.enter("prices")

    def stop_pricing(value: float) -> bool:
        search.bound = min(search.bound, value)
        search.report()
        return search.out_of_time()

    root, axes, _ = find_prices(pricer, max_passes=120, tolerance=2e-4, stop=stop_pricing)
    search.bound = np.inf
    search.prove(root)

    search.enter("classes")
    if not search.out_of_time():
        classes, fixed = dive(
            pricer, root, axes.away, rounds=6, passes=30, stop=lambda _: search.out_of_time()
        )
        search.enter("people")
        draft = assign(search, Draft.empty(problem, classes), fixed.prices, rng)
        search.offer(draft)
    search.leave()
    return search
