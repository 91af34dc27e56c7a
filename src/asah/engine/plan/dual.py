"""Prices: the smallest bound that any prices give, by a proximal bundle method.

The bound is a convex function of the prices. Every pass gives its value and a slope (what is left of each
limit); the largest of the lines met so far is a model from below, and the next prices minimise the model near
the best ones known (Lemarechal 1978; Kiwiel 1990, doi:10.1007/BF01585731). The weights of the lines also
average what people took into a fractional plan that keeps the limits, which says how many classes to open.

A seat costs its share of the class (money and resources) and, where the number of classes binds, scarcity on
top: with that, fewer prices than offerings move, whatever the number of people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from asah.engine.plan.parts import sample
from asah.engine.plan.pricing import Pricer, Prices, Response, bound, class_price, class_seats, fee_price
from asah.engine.plan.problem import Floats, Ints, Problem

MODEL_LINES = 60
SAMPLES = (1_000, 8_000)  # people


class Axes:
    """The prices that move, as one vector in units where a step of 1 is a sensible one.

    Blocks, in order: total, fund, unit, scarcity of a programme's seats, scarcity of one date's seats,
    resource, equity, minimum, and the (unit, period) pairs whose absence limit was ever in the way. Dates of
    a programme replace each other, so that their scarcity moves together: one price for all of them and one
    each, added up. As long as an offering may have no classes a seat pays its share of the class; where some
    must be open (low > 0) their cost is sunk, a seat is worth what people bid, and a minimum has a price of
    its own: at most what an enrolment pays, so that nobody comes for the reward alone.
    """

    def __init__(self, problem: Problem, low: Floats | None = None) -> None:
        p = self.problem = problem
        self.low = np.zeros(p.offerings) if low is None else low
        self.high = p.max_classes
        self.sunk = (self.low > 0) & np.isfinite(p.seats)
        self.seats = class_seats(p)
        self.away: Ints = np.zeros((0, 2), dtype=np.int64)
        points = max(float(p.need_points.sum()), 1e-9)
        each = 0.05 * points / max(1, p.people)  # points a typical limit can matter to one person
        rupiah = p.total_limit if np.isfinite(p.total_limit) and p.total_limit > 0 else 1e6 * max(1.0, points)
        money = 0.3 * points / rupiah

        def scale(price: Any, limit: Any) -> Floats:
            """Steps of equal worth: the less a limit holds, the farther its price must move to be felt."""
            held = np.clip(np.where(np.isfinite(limit), price * limit, points), 1e-6 * points, points)
            return np.asarray(price * np.sqrt(points / held))

        limited = np.isfinite(p.seats) & (p.max_classes > 0)
        room = np.where(limited, np.maximum(self.high, 0.5) * self.seats, 0.0)
        self.programme = p.bundles.offerings["programme"]
        many = len(p.programme_id)
        dates = np.bincount(self.programme, weights=limited, minlength=many)
        worth = np.maximum(each, 0.5 * entry_worth(p))
        of_programme = np.bincount(self.programme, weights=room, minlength=many)
        minimum = np.where(self.sunk & (p.min_per_class > 0), np.inf, 0.0)
        total = np.array([p.total_limit])
        blocks: list[tuple[Floats, Floats]] = [  # scale, ceiling
            (scale(money, total), _unlimited(total)),
            (scale(money, p.fund_limit), _unlimited(p.fund_limit)),
            (scale(money, p.unit_limit), _unlimited(p.unit_limit)),
            (scale(worth, of_programme), np.where(dates > 1, np.inf, 0.0)),
            (scale(worth[self.programme], room), np.where(limited, np.inf, 0.0)),
            (scale(25 * each, p.resource_limit), _unlimited(p.resource_limit)),
            (scale(0.1, p.floor_need), p.floor_points),
            (scale(worth[self.programme], room), minimum),
        ]
        self.ends = np.cumsum([len(ceiling) for _, ceiling in blocks])
        self._scale = np.concatenate([scale for scale, _ in blocks])
        self._ceiling = np.concatenate([ceiling for _, ceiling in blocks])
        self._away = scale(each, p.absence_limit)

    @property
    def size(self) -> int:
        return len(self._scale) + len(self.away)

    def scales(self) -> Floats:
        return np.concatenate([self._scale, self._away[self.away[:, 0]]])

    def ceiling(self) -> Floats:
        return np.concatenate([self._ceiling / self._scale, np.full(len(self.away), np.inf)])

    def grow(self, absent: npt.NDArray[np.int32]) -> int:
        """Add the pairs whose limit people exceed; returns how many are new."""
        over = np.argwhere(absent > self.problem.absence_limit[:, None])
        width = self.problem.periods + 1
        known = self.away[:, 0] * width + self.away[:, 1]
        over = over[~np.isin(over[:, 0] * width + over[:, 1], known)]
        self.away = np.concatenate([self.away, over])
        return len(over)

    def prices(self, x: Floats) -> Prices:
        p = self.problem
        total, fund, unit, common, scarce, resource, equity, minimum, away = np.split(
            x * self.scales(), self.ends
        )
        absence = np.zeros((len(p.unit_id), p.periods + 1))
        absence[self.away[:, 0], self.away[:, 1]] = away
        prices = Prices(
            total=float(total[0]),
            fund=fund,
            unit=unit,
            seats=np.where(self._limited, scarce + common[self.programme], 0.0),
            minimum=minimum,
            absence=absence,
            resource=resource,
            equity=equity,
        )
        seats = self._share(prices) + prices.seats
        return prices.with_(seats=seats, minimum=np.minimum(prices.minimum, seats + fee_price(p, prices)))

    def point(self, prices: Prices) -> Floats:
        """The vector of given prices (of the absences that have an axis here)."""
        p = self.problem
        scarce = np.where(self._limited, np.maximum(0.0, prices.seats - self._share(prices)), 0.0)
        common = np.full(len(p.programme_id), np.inf)
        np.minimum.at(common, self.programme[self._limited], scarce[self._limited])
        common = np.where(self._ceiling[self.ends[2] : self.ends[3]] > 0, common, 0.0)
        value = [
            [prices.total],
            prices.fund,
            prices.unit,
            common,
            np.where(self._limited, scarce - common[self.programme], 0.0),
            prices.resource,
            prices.equity,
            prices.minimum,
        ]
        away = prices.absence[self.away[:, 0], self.away[:, 1]]
        return np.concatenate([*value, away]) / self.scales()

    def slope(self, prices: Prices, response: Response) -> Floats:
        """What is left of every limit when people take what they like: the slope of the bound."""
        p = self.problem
        filled = response.enrolled / self.seats
        earned = prices.seats * self.seats - prices.minimum * p.min_per_class - class_price(p, prices)
        whole = np.where(self.sunk & (earned <= 0), self.low, self.high)
        opened = np.where(self.sunk, whole, filled)
        over = np.where(self.sunk, response.enrolled - whole * p.min_per_class, 0.0)  # beyond the minimum
        bound_to = self.sunk & (prices.minimum >= prices.seats + fee_price(p, prices)) & (prices.minimum > 0)
        paid = response.enrolled + np.where(bound_to, -over, 0.0)  # the reward follows the fee there
        cost = paid * p.cost_per_person + opened * p.cost_per_class
        fund = np.bincount(p.fund + 1, weights=cost, minlength=len(p.fund_id) + 1)[1:]
        away = p.absence_limit[self.away[:, 0]] - response.absent[self.away[:, 0], self.away[:, 1]]
        free = np.where(self._limited, whole * self.seats - paid, 0.0)
        left = np.concatenate(
            [
                [p.total_limit - cost.sum() - response.travel.sum()],
                p.fund_limit - fund,
                p.unit_limit - response.travel[:-1],
                np.bincount(self.programme, weights=free, minlength=len(p.programme_id)),
                free,
                p.resource_limit - p.resource_offerings @ opened,
                response.floor_closure - p.floor_need,
                np.where(bound_to, 0.0, over),
                away,
            ]
        )
        return np.where(np.isfinite(left), left, 0.0) * self.scales()

    @property
    def _limited(self) -> npt.NDArray[np.bool_]:
        """Offerings whose seats can be scarce (O)."""
        limited: npt.NDArray[np.bool_] = self._ceiling[self.ends[3] : self.ends[4]] > 0
        return limited

    def _share(self, prices: Prices) -> Floats:
        """What a seat pays of its class (O)."""
        return np.where(self.sunk, 0.0, class_price(self.problem, prices)) / self.seats


def entry_worth(problem: Problem) -> Floats:
    """Points a programme brings to somebody it serves, on average, if they take nothing else (programmes)."""
    b = problem.bundles
    person = np.repeat(np.arange(problem.people), np.diff(b.people["entry"]))
    entry = np.repeat(np.arange(len(b.entries) - 1), np.diff(b.entries["effect"]))
    need = b.people["need"][person[entry]] + b.effects["need"][: len(entry)]
    closed = b.needs["weight"][need] * np.minimum(b.needs["gap"][need], b.effects["gain"][: len(entry)])
    worth = b.entries["mandate"][:-1] + np.bincount(entry, weights=closed, minlength=len(person))
    programme, many = b.entries["programme"][:-1], len(problem.programme_id)
    count = np.bincount(programme, minlength=many)
    return np.bincount(programme, weights=worth, minlength=many) / np.maximum(1, count)


def _unlimited(limit: Floats) -> Floats:
    """Ceiling of a price: none where there is a limit, zero where there is not."""
    return np.where(np.isfinite(limit), np.inf, 0.0)


@dataclass(frozen=True)
class DualResult:
    """The best prices found, the bound they give, and the averaged fractional plan behind them."""

    prices: Prices
    bound: float
    response: Response
    classes: Floats  # O: fractional classes of the averaged plan
    passes: int
    weight: Floats  # lines: share of each pass in the averaged plan
    bundles: list[npt.NDArray[np.int16]]  # lines of n x width: what people took in that pass

    def draw(self, rng: np.random.Generator) -> npt.NDArray[np.int16]:
        """One bundle per person (n x width), each pass with the probability of its share."""
        pick = rng.choice(len(self.weight), size=len(self.bundles[0]), p=self.weight)
        out = np.empty_like(self.bundles[0])
        for line in np.unique(pick):
            mine = pick == line
            out[mine] = self.bundles[line][mine]
        return out


def minimise_model(
    lines: Floats, offsets: Floats, centre: Floats, ceiling: Floats, step: float, weight: Floats
) -> tuple[Floats, Floats]:
    """Weights of the lines and the point that minimise max(offset + line x) + |x - centre|^2 / 2 step over 0
    <= x <= ceiling.

    Works on the dual, one pair of weights at a time, each moved to where the pair balances. A price at 0 that
    no line asks to rise stays there, whatever the weights.
    """
    moves = (centre > 0) | (lines < 0).any(axis=0)
    whole, lines, centre, ceiling = centre, lines[:, moves], centre[moves], ceiling[moves]
    weight = weight.copy()
    for _ in range(60 + 6 * len(weight)):
        x = np.clip(centre - step * (weight @ lines), 0.0, ceiling)
        value = offsets + lines @ x
        up = int(np.argmax(value))
        down = int(np.argmin(np.where(weight > 0, value, np.inf)))
        spread = value[up] - value[down]
        if spread <= 1e-9 * max(1.0, abs(float(value[up]))):
            break
        change = lines[up] - lines[down]
        free = (x > 0) & (x < ceiling)
        curve = step * float(change[free] @ change[free])
        move = weight[down] if curve <= 0 else min(weight[down], spread / curve)
        weight[up] += move
        weight[down] -= move
    point = np.zeros_like(whole)
    point[moves] = np.clip(centre - step * (weight @ lines), 0.0, ceiling)
    return weight, point


@dataclass(frozen=True)
class Start:
    """Where a search for prices begins, and how far its first step goes where the slope is one person's."""

    prices: Prices
    step: float


def find_prices(
    pricer: Pricer,
    *,
    axes: Axes | None = None,
    start: Start | None = None,
    tolerance: float = 2e-4,
    max_passes: int = 200,
    stop: Callable[[float], bool] | None = None,
) -> tuple[DualResult, Start]:
    """Minimise the bound; stops when the model promises less than `tolerance` of what could be gained.

    `stop(bound)` is asked after every pass. Returns the result, and where a search nearby should begin.
    """
    problem = pricer.problem
    axes = Axes(problem) if axes is None else axes
    if start is None:
        x = np.zeros(axes.size)
        x[0] = 1.0 if np.isfinite(problem.total_limit) else 0.0
    else:
        axes.away = np.argwhere(start.prices.absence > 0)
        x = np.minimum(axes.point(start.prices), axes.ceiling())

    def look(point: Floats) -> tuple[float, Prices, Response]:
        prices = axes.prices(point)
        response = pricer.respond(prices)
        return bound(problem, prices, response, axes.low, axes.high), prices, response

    value, prices, response = look(x)
    axes.grow(response.absent)
    x = np.pad(x, (0, axes.size - len(x)))
    slope = axes.slope(prices, response)
    best = (value, x, prices, response)
    lines, offsets = slope[None, :], np.array([value - slope @ x])
    taken = (response.enrolled / axes.seats)[None, :]
    weight = np.ones(1)
    bundles = [response.bundle.astype(np.int16)]
    step = 0.5 * (1.0 + float(np.linalg.norm(x))) / max(1e-12, float(np.linalg.norm(slope)))
    if start is not None:
        step = start.step / max(1, problem.people)
    passes = 1
    nulls = 0
    while passes < max_passes and not (stop is not None and stop(best[0])):
        ceiling = axes.ceiling()
        weight, point = minimise_model(lines, offsets, best[1], ceiling, step, weight)
        model = float((offsets + lines @ point).max())
        promise = best[0] - model
        gain = max(1e-9, best[0] - problem.unpriced_loss)
        if promise <= tolerance * gain and passes > 5:
            # near the best prices known the model promises little: is that so farther away too?
            _, far = minimise_model(lines, offsets, best[1], ceiling, 30.0 * step, weight)
            if best[0] - float((offsets + lines @ far).max()) <= 3.0 * tolerance * gain:
                break
            step *= 5.0
            continue
        value, prices, response = look(point)
        passes += 1
        if axes.grow(response.absent):
            pad = axes.size - len(point)
            point = np.pad(point, (0, pad))
            # a line drawn before a limit was known does not feel it: its slope there is unknown, so it is
            # taken as level
            lines = np.pad(lines, ((0, 0), (0, pad)))
            best = (best[0], np.pad(best[1], (0, pad)), best[2], best[3])
        slope = axes.slope(prices, response)
        lines = np.vstack([lines, slope])
        offsets = np.append(offsets, value - slope @ point)
        taken = np.vstack([taken, response.enrolled / axes.seats])
        weight = np.append(weight, 0.0)
        bundles.append(response.bundle.astype(np.int16))
        if best[0] - value >= 0.1 * promise:
            if best[0] - value >= 0.5 * promise:
                step *= 2.0
            best = (value, point, prices, response)
            nulls = 0
        else:
            nulls += 1
            if value - best[0] > 2.0 * promise or nulls >= 8:
                step *= 0.5
                nulls = 0
        if len(weight) > MODEL_LINES:
            keep = np.argsort(-(weight + 1e-12 * np.arange(len(weight))))[: MODEL_LINES - 1]
            keep = np.union1d(keep, [len(weight) - 1])
            lines, offsets, taken, weight = lines[keep], offsets[keep], taken[keep], weight[keep]
            weight /= weight.sum()
            bundles = [bundles[line] for line in keep]
    result = DualResult(best[2], best[0], best[3], weight @ taken, passes, weight / weight.sum(), bundles)
    return result, Start(best[2], step * max(1, problem.people))


def first_guess(pricer: Pricer, stop: Callable[[], bool]) -> Start | None:
    """Prices found among a few of many people, then among more: where the first full pass begins."""
    start, problem = None, pricer.problem
    for people in SAMPLES:
        if problem.people >= 3 * people and not stop():
            few = pricer.of(sample(problem, people))
            _, start = find_prices(few, start=start, tolerance=5e-4, max_passes=120, stop=lambda _: stop())
    return start
