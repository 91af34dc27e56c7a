"""One measurement in a process of its own: `python -m asah.engine.bench.worker TASK`, TASK a JSON object.

Compiling comes first, on a region of its own, and is told apart. Times are told by the process itself, the
memory it held by its parent.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from asah.engine.bench.cases import OURS, SOLVER
from asah.engine.tables import OutputFolder, Tables, load

Answer = dict[str, Any]

WARM_PEOPLE = 150  # more than are solved to the optimum at once, so that everything is compiled
WARM_SECONDS = 5.0
SOLVER_WALL = 2.0  # the solver is stopped by its CPU seconds; on a busy machine they may take so much longer


class Clock:
    """CPU seconds of the whole process, all threads, and wall seconds, since the last look."""

    def __init__(self) -> None:
        self._then = (time.process_time(), time.monotonic())

    def look(self) -> tuple[float, float]:
        then, self._then = self._then, (time.process_time(), time.monotonic())
        return self._then[0] - then[0], self._then[1] - then[1]


def measure(task: Answer) -> Answer:
    """Carry out a task and tell its times; see `run.py` for what is asked."""
    kinds: dict[str, Callable[[Answer], Answer]] = {
        "instance": _instance,
        "method": _method,
        "check": _check,
        "pass": _pass,
        "stream": _stream,
    }
    return kinds[task["kind"]](task)


def _instance(task: Answer) -> Answer:
    from asah.engine.simulate import write_region

    write_region(
        region=task["region"],
        people=task["people"],
        seed=task["seed"],
        out=Path(task["folder"]),
        format="parquet",
        ratings=False,
    )
    return {}


# ---- a plan


def _method(task: Answer) -> Answer:
    clock = Clock()
    _warm_up(task)
    warm_cpu, _ = clock.look()
    tables = load(Path(task["folder"]), "plan")
    read_cpu, _ = clock.look()
    made, keep = METHODS[task["method"]](tables, task)
    cpu, wall = clock.look()
    keep()
    return {**made, "warm_up_s": warm_cpu, "read_cpu_s": read_cpu, "cpu_s": cpu, "wall_s": wall}


def _warm_up(task: Answer) -> None:
    """Compile, or read compiled code from the cache; again where compiling left no time for the rest."""
    tables = _small_region()
    small = {**task, "seconds": WARM_SECONDS, "gap": 0.0, "plan": None}
    for _ in range(5):
        began = time.monotonic()
        METHODS[task["method"]](tables, small)
        if time.monotonic() - began < 2 * WARM_SECONDS:
            return


def _small_region() -> Tables:
    import tempfile

    from asah.engine.simulate import write_region

    with tempfile.TemporaryDirectory(prefix="asah-bench-") as name:
        folder = Path(name) / "small"
        write_region(
            region="merangin", people=WARM_PEOPLE, seed=0, out=folder, format="parquet", ratings=False
        )
        return load(folder, "plan")


Made = tuple[Answer, Callable[[], None]]


def _ours(tables: Tables, task: Answer) -> Made:
    from asah.engine.plan import Options, make_plan

    threads = task["threads"]
    # the limit is CPU seconds, the clock of a plan hangs on the wall: with all threads at work the two agree
    options = Options(gap=task["gap"], seconds=task["seconds"] / threads, seed=task["seed"], threads=threads)
    plan = make_plan(tables, options)

    def keep() -> None:
        if task["plan"] is not None:
            with OutputFolder(Path(task["plan"]), "parquet") as folder:
                for name, frame in plan.frames.items():
                    folder.write(name, frame)
                folder.write_json("summary.json", plan.summary)

    s = plan.summary
    return {
        "status": s["status"],
        "objective": s["objective"],
        "bound": s["bound"],
        "worth_of_nothing": s["worth_of_nothing"],
        "closed_points": s["closed_points"],
        "need_points": s["need_points"],
        "spent_idr": s["spent_idr"]["total"],
        "enrolled": s["people"]["planned"],
        "passes": s.get("passes"),
    }, keep


@contextmanager
def _cpu_limit(seconds: float) -> Iterator[threading.Event]:
    """An event that is set when the process has used so many CPU seconds more."""
    stop, over = threading.Event(), threading.Event()
    end = time.process_time() + seconds

    def watch() -> None:
        while not over.wait(0.1):
            if time.process_time() > end:
                stop.set()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        over.set()
        watcher.join()


def _simple(tables: Tables, task: Answer) -> Made:
    from asah.engine.plan.problem import build
    from asah.engine.plan.simple_rules import RULES, follow, online_offerings, result_of

    problem = build(tables)
    result = result_of(follow(problem, RULES[task["method"]], online_offerings(tables, problem)))
    return {
        "status": "done" if result.valid else "not_valid",
        "objective": result.objective,
        "worth_of_nothing": problem.unpriced_loss,
        "closed_points": result.closed_points,
        "need_points": float(problem.need_points.sum()),
        "spent_idr": result.spent_idr,
        "enrolled": result.people,
    }, lambda: None


def _solver(tables: Tables, task: Answer) -> Made:
    from asah.engine.plan.mip import solve_mip
    from asah.engine.plan.primal import Draft
    from asah.engine.plan.problem import build
    from asah.engine.plan.simple_rules import result_of

    with _cpu_limit(task["seconds"]) as stop:
        problem = build(tables)
        answer = solve_mip(
            problem,
            tables,
            seconds=SOLVER_WALL * task["seconds"],
            seed=task["seed"],
            threads=1,
            stop=stop.is_set,
        )
    made: Answer = {
        "status": "time_limit" if answer.status == "interrupted" else answer.status,
        "bound": answer.bound,
        "worth_of_nothing": problem.unpriced_loss,
        "need_points": float(problem.need_points.sum()),
    }
    if answer.objective is not None and answer.classes is not None:
        bundle = answer.bundle.astype(np.int64)
        size = (bundle >= 0).sum(axis=1).astype(np.int64)
        found = result_of(Draft(problem, bundle, size, answer.classes))
        made |= {
            "objective": found.objective,
            "closed_points": found.closed_points,
            "spent_idr": found.spent_idr,
            "enrolled": found.people,
        }
    return made, lambda: None


METHODS: dict[str, Callable[[Tables, Answer], Made]] = {
    OURS: _ours,
    "rank_by_gap": _simple,
    "per_rupiah": _simple,
    "online_first": _simple,
    SOLVER: _solver,
}


def _check(task: Answer) -> Answer:
    from asah.engine.check import check_plan

    result = check_plan(problem=load(Path(task["folder"]), "check"), plan_folder=Path(task["plan"]))
    return {"ok": result.ok, "failures": [str(found) for found in result.failures[:3]], "gap": result.gap}


# ---- one pricing pass


def _pass(task: Answer) -> Answer:
    """A pass over people in memory, at one price for money that spends the budget."""
    from asah.engine.plan.pricing import Pricer
    from asah.engine.plan.problem import build

    problem = build(load(Path(task["folder"]), "plan"))
    pricer = Pricer(problem, task["threads"])
    price = _price_of_money(pricer)
    clock = Clock()
    times = 3
    for _ in range(times):
        pricer.respond(_at(pricer.problem, price))
    cpu, wall = clock.look()
    return {"people": problem.people, "price": price, "cpu_s": cpu / times, "wall_s": wall / times}


def _stream(task: Answer) -> Answer:
    """The same pass over people who come from disk, some at a time."""
    from asah.engine.plan.pricing import Pricer
    from asah.engine.plan.stream import problems

    folder = Path(task["folder"])
    Pricer(first := next(problems(folder, 1)), 1).respond(_at(first, task["price"]))  # compiled from here on
    people, cpu, wall, read_cpu, value = 0, 0.0, 0.0, 0.0, 0.0
    clock = Clock()
    for problem in problems(folder):
        read_cpu += clock.look()[0]
        value += Pricer(problem, task["threads"]).respond(_at(problem, task["price"])).value
        seconds = clock.look()
        people, cpu, wall = people + problem.people, cpu + seconds[0], wall + seconds[1]
        del problem  # the next part is read into its room
    return {"people": people, "value": value, "cpu_s": cpu, "wall_s": wall, "read_cpu_s": read_cpu}


def _at(problem: Any, price: float) -> Any:
    """Prices where only money has one; a seat pays its share of the class."""
    from asah.engine.plan.pricing import Prices

    limited = np.isfinite(problem.seats) & (problem.seats > 0)
    share = np.where(limited, problem.cost_per_class / np.where(limited, problem.seats, 1.0), 0.0)
    return Prices.zero(problem).with_(total=price, seats=price * share)


def _price_of_money(pricer: Any) -> float:
    """The price of a rupiah at which people would spend the budget, halving on a logarithmic scale."""
    from asah.engine.plan.pricing import spent

    problem = pricer.problem
    low, high = 1e-9, 1e-3
    for _ in range(12):
        price = float(np.sqrt(low * high))
        response = pricer.respond(_at(problem, price))
        limited = np.isfinite(problem.seats) & (problem.seats > 0)
        classes = np.where(limited, response.enrolled / np.where(limited, problem.seats, 1.0), 0.0)
        if spent(problem, response, classes)[0] > problem.total_limit:
            low = price
        else:
            high = price
    return high


def main() -> int:
    task = json.loads(sys.argv[1])
    answer = measure(task)
    Path(task["answer"]).write_text(json.dumps(answer), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
