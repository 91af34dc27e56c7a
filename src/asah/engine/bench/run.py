"""A whole measurement: every instance, every method, one process after another."""

from __future__ import annotations

import json as json_text
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from asah.engine.bench.cases import (
    DEFAULT_SEEDS,
    DEFAULT_SIZES,
    OURS,
    PASS_ONLY,
    PASS_REFERENCE,
    SOLVER,
    Case,
    case,
)
from asah.engine.bench.chart import draw
from asah.engine.bench.machine import describe_machine
from asah.engine.bench.process import Apart, run_apart
from asah.engine.bench.results import Measured, Pass, Run, failed, make_run, say
from asah.engine.errors import CallError
from asah.engine.tables import OutputFolder

__all__ = ["DEFAULT_SEEDS", "DEFAULT_SIZES", "main"]

GAP = 0.002  # what `asah plan` looks for unless told otherwise
PATIENCE = 1_800.0  # wall seconds beyond the limit for compiling, reading and checking
SOLVER_PATIENCE = 120.0  # beyond twice its limit: the solver looks at the clock only between steps


def main(
    sizes: Sequence[int],
    seeds: Sequence[int],
    out: Path,
    *,
    region: str | None = None,
    seconds: float | None = None,
    json: bool = False,
    threads: int | None = None,
    keep: Path | None = None,
) -> int:
    """Measure every size with every seed; write bench.csv, bench.json, bench.svg to ``out``; print the table.

    ``region`` None: merangin up to 10,000 people, the nation above. ``seconds``: CPU seconds for each method
    (None: those of the size). ``json``: one object instead of the table. ``keep``: a folder for instances;
    those in it are used again. The result is written anew after every instance.

    Returns 0, or 1 where a run failed or a plan did not pass its check. Raises CallError and OutputError.
    """
    if min([*sizes, *seeds, 1]) < 0 or 0 in sizes or not sizes or not seeds:
        raise CallError(say("bad_sizes"))
    measured = Measured(describe_machine(), threads or default_threads(), (), ())
    _try(out)
    if not json:
        print(say("machine", machine=measured.machine_words()), flush=True)
    with _instances(keep) as folder:
        for people in sorted(set(sizes)):
            for seed in seeds:
                if people >= PASS_ONLY:
                    for found in _passes(people, seed, folder, measured.threads):
                        measured = measured.plus_pass(found)
                else:
                    chosen = case(people, seed, region, seconds)
                    alone = 1 if SOLVER in chosen.methods else measured.threads  # as many as stand beside it
                    for run in _runs(chosen, folder, threads or alone):
                        measured = measured.plus(run)
                        if sys.stderr.isatty():
                            print(run.line(), file=sys.stderr, flush=True)
                _write(out, measured)
    print(json_text.dumps(measured.as_dict(), ensure_ascii=False, indent=2) if json else measured.table())
    return 0 if measured.good else 1


def default_threads() -> int:
    """As many as `asah plan` uses unless told otherwise."""
    return min(4, os.cpu_count() or 1)


@contextmanager
def _instances(keep: Path | None) -> Iterator[Path]:
    """Where the instances lie: ``keep``, or a folder that goes when all is measured."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="asah-bench-") as name:
        yield Path(name)


class _TriedError(Exception):
    """Leaves a folder as it was."""


def _try(out: Path) -> None:
    """A folder that cannot be written is told before the hours are spent, and an earlier result stays."""
    with suppress(_TriedError), OutputFolder(out):
        raise _TriedError


def _write(out: Path, measured: Measured) -> None:
    with OutputFolder(out) as folder:
        folder.write("bench", measured.frame())
        if measured.passes:
            folder.write("passes", measured.pass_frame())
        folder.write_json("bench.json", measured.as_dict())
        folder.write_text("bench.svg", draw(measured))


def _instance(chosen: Case, folder: Path) -> Apart:
    """Simulate an instance unless it is there; it is written whole or not at all."""
    target = folder / chosen.name
    if (target / "policy.toml").exists():
        return Apart({}, 0.0, 0.0, "")
    task = {
        "kind": "instance",
        "region": chosen.region,
        "people": chosen.people,
        "seed": chosen.seed,
        "folder": str(target),
    }
    return run_apart(task, PATIENCE + chosen.people / 100)


def _runs(chosen: Case, folder: Path, threads: int) -> Iterator[Run]:
    """Every method on one instance; gaps of the others are to the bound that ours has proved."""
    made = _instance(chosen, folder)
    if made.answer is None:
        yield failed(chosen, OURS, threads, made)
        return
    bound: float | None = None
    for method in chosen.methods:
        plan = folder / f"{chosen.name}.plan"
        task = {
            "kind": "method",
            "method": method,
            "folder": str(folder / chosen.name),
            "seconds": chosen.cpu_seconds,
            "threads": threads,
            "seed": 0,
            "gap": GAP,
            "plan": str(plan) if method == OURS else None,
        }
        solver = method == SOLVER
        patience = SOLVER_PATIENCE + 2 * chosen.cpu_seconds if solver else PATIENCE + 4 * chosen.cpu_seconds
        apart = run_apart(task, patience)
        checked = None
        if apart.answer is not None and method == OURS:
            bound = apart.answer["bound"]
            checked = _check(folder / chosen.name, plan)
            shutil.rmtree(plan, ignore_errors=True)
        yield make_run(chosen, method, threads, apart, bound, checked)


def _check(instance: Path, plan: Path) -> tuple[bool, str]:
    """Whether a plan passes `asah check`, and the first thing that is wrong with it."""
    apart = run_apart({"kind": "check", "folder": str(instance), "plan": str(plan)}, PATIENCE)
    if apart.answer is None:
        return False, apart.said
    return bool(apart.answer["ok"]), "; ".join(apart.answer["failures"])


def _passes(people: int, seed: int, folder: Path, threads: int) -> Iterator[Pass]:
    """One pricing pass over 10,000 people in memory, and one over ``people`` who come from disk."""
    price: float | None = None
    each: float | None = None
    for size, kind in ((PASS_REFERENCE, "pass"), (people, "stream")):
        chosen = case(size, seed, "nation")
        made = _instance(chosen, folder)
        task: dict[str, Any] = {
            "kind": kind,
            "folder": str(folder / chosen.name),
            "threads": threads,
            "price": price,
        }
        apart = run_apart(task, PATIENCE + size / 50) if made.answer is not None else made
        if apart.answer is None:
            yield Pass.failed(size, seed, kind, apart.said)
            return
        answer = apart.answer
        mine = answer["cpu_s"] / answer["people"]
        price = answer.get("price", price)
        each = mine if each is None else each
        yield Pass(
            people=answer["people"],
            seed=seed,
            kind=kind,
            microseconds=1e6 * mine,
            times=mine / each,
            cpu_s=answer["cpu_s"],
            wall_s=answer["wall_s"],
            read_cpu_s=answer.get("read_cpu_s"),
            peak_mb=apart.peak_mb,
            note="",
        )
