"""What a search is asked for and what it knows: its clock, the best plan so far, the bound, whom to tell."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from asah.engine.plan.branch import Branch
from asah.engine.plan.dual import DualResult
from asah.engine.plan.pricing import Pricer, Prices
from asah.engine.plan.primal import Draft, obeys, worth
from asah.engine.plan.problem import Problem
from asah.engine.plan.replan import changed

GAP = 0.002
EXACT_PEOPLE = 100  # so many are a handful


@dataclass(frozen=True)
class Options:
    """What the caller asks for: the gap to reach (share of what could be gained; None: `GAP`, and for a
    handful of people the optimum), seconds, seed, threads.
    """

    gap: float | None = None
    seconds: float = 600.0
    seed: int = 0
    threads: int | None = None
    points_per_change: float = 0.0

    @property
    def workers(self) -> int:
        return self.threads or min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Progress:
    """Where the search stands: the best plan so far and its bound, in points; seconds since it began.

    ``worth_of_nothing``: of enrolling nobody, from which what is gained is counted.
    """

    stage: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    worth_of_nothing: float = 0.0


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
    gone: int = 0  # enrolments of the earlier plan whose person or offering is not there any more
    kept: DualResult | None = None  # prices under which people keep what they have of it
    bound: float = np.inf
    bound_by: str = "prices"
    prices: Prices | None = None
    branches: list[Branch] = field(default_factory=list)  # none: the bound is of one set of prices
    stage: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0

    def __post_init__(self) -> None:
        self.pricer = Pricer(self.problem, self.options.workers)

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
                    worth_of_nothing=self.problem.unpriced_loss,
                )
            )

    def offer(self, draft: Draft) -> bool:
        """Keep a plan if it is the best so far, changes of an earlier plan charged, and obeys the rules."""
        value = worth(draft)[0]
        charged = value
        if self.earlier is not None:
            charged -= self.options.points_per_change * changed(self.earlier, draft)
        if charged <= self.charged + 1e-9 * max(1.0, abs(charged)):
            return False
        if not obeys(draft):
            return False
        self.draft, self.objective, self.charged = draft.copy(), value, charged
        self.report()
        return True

    def within(self, problem: Problem) -> Search:
        """A search among fewer plans, on the same clock; what is told of it stands beside the bound of this
        one.
        """
        self.leave()
        inside = Search(problem, self.options, self.stop, self._tell_of_less, self.began)
        inside.pricer = self.pricer.of(problem)
        return inside

    def _tell_of_less(self, progress: Progress) -> None:
        if self.tell is not None and progress.objective is not None and np.isfinite(self.bound):
            gap = self.gap_of(progress.objective)
            nothing = self.problem.unpriced_loss
            self.tell(replace(progress, bound=self.bound, gap=gap, worth_of_nothing=nothing))

    def take_over(self, inside: Search) -> None:
        """The best plan of a search within this one, and what that took."""
        self.earlier, self.gone = inside.earlier, inside.gone
        if inside.draft is not None:
            self.offer(replace(inside.draft, problem=self.problem))
        inside.leave()
        for stage, seconds in inside.seconds.items():
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + seconds, 3)
            self.peak_mb[stage] = max(self.peak_mb.get(stage, 0.0), inside.peak_mb[stage])

    def gap(self) -> float:
        return self.gap_of(self.objective)

    def gap_of(self, objective: float) -> float:
        """The share of what could be gained that a plan of this worth misses."""
        gain = self.bound - self.problem.unpriced_loss
        return 0.0 if gain <= 0 else float(max(0.0, (self.bound - objective) / gain))

    def out_of_time(self) -> bool:
        return self.stop.is_set() or time.monotonic() - self.began > self.options.seconds

    @property
    def charge(self) -> float:
        """Points that a changed enrolment must bring."""
        return 0.0 if self.earlier is None else self.options.points_per_change

    def used(self) -> float:
        """The share of the time that is over."""
        return (time.monotonic() - self.began) / max(1e-9, self.options.seconds)

    def left(self, share: float = 1.0) -> float:
        """Seconds until a share of the time is over."""
        return max(0.1, share * self.options.seconds - (time.monotonic() - self.began))

    def near_enough(self) -> bool:
        return self.draft is not None and self.gap() <= max(1e-9, self.goal)

    @property
    def goal(self) -> float:
        """The gap that is near enough."""
        if self.options.gap is not None:
            return self.options.gap
        return 0.0 if self.problem.people <= EXACT_PEOPLE else GAP
