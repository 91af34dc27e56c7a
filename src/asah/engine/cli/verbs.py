"""One function per verb: call the stage, say what came out, return the exit code."""

from __future__ import annotations

import threading
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from asah.engine import pipeline
from asah.engine.cli.screen import Screen, aligned, line_of
from asah.engine.cli.texts import english, number, percent, text
from asah.engine.cli.words import compare_words, demo_words, plan_rows, worth_of

if TYPE_CHECKING:
    from asah.engine.check import CheckResult
    from asah.engine.plan import Options

Verb = Callable[[Namespace, Screen, threading.Event], int]
DONE, NO, INTERRUPTED = 0, 1, 130


def demo(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    options = _options(seconds=a.seconds)
    with screen.working() as work:
        done = pipeline.run_demo(
            a.out,
            people=a.people,
            seed=a.seed,
            options=options,
            progress=work.plan,
            stop=stop,
            step=work.step,
        )
    run = done.run
    summary = run.plan.summary
    data = {
        "people": run.tables["people"].height,
        "plan": summary,
        "check": _check_data(done.check),
        "simple_rules": {name: asdict(rule) for name, rule in run.rules.items()},
        "best_rule": run.best_rule,
        "report": done.report,
    }
    screen.result(data, demo_words(done))
    return _code_of(summary) if done.check.ok else NO


def simulate(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    with screen.working() as work:
        pipeline.run_simulate(region=a.region, people=a.people, seed=a.seed, out=a.out, step=work.step)
    data = {"region": a.region, "people": _people_in(a.out), "seed": a.seed, "out": a.out}
    rows = [
        (text("region"), a.region),
        (text("people"), number(data["people"])),
        (text("written"), str(a.out)),
    ]
    screen.result(data, aligned(rows))
    return DONE


def needs(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    with screen.working() as work:
        run = pipeline.run_needs(a.input, a.out, on=a.on, seed=a.seed, step=work.step)
    s = run.summary
    screen.warnings(run.findings, str(a.out / "summary.json"))
    assessed = {name: number(s[name]) for name in ("assessed", "people", "unassessed")}
    found = {"needs": number(s["needs"]), "people": number(s["people_with_needs"])}
    rows = [
        (text("on"), s["on"]),
        (text("assessed"), text("assessed_value", **assessed)),
        (text("needs"), text("needs_value", **found)),
        (text("reliability"), number(s["reliability"]["panel"], 2) if s["reliability"] else text("none")),
        *(_consistency(s["reliability"]) if s["reliability"] else ()),
        (text("written"), str(a.out)),
    ]
    screen.result({**s, "out": a.out}, aligned(rows))
    return DONE


def _consistency(reliability: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Alpha and omega of each role, side by side."""

    def shown(value: float | None) -> str:
        return text("unknown") if value is None else number(value, 2)

    for role, alpha in reliability["alpha"].items():
        yield text("consistency", role=role), f"{shown(alpha)} / {shown(reliability['omega'][role])}"


def plan(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    options = _options(
        gap=a.gap,
        seconds=a.seconds,
        seed=a.seed,
        threads=a.threads,
        points_per_change=a.points_per_change,
    )
    with screen.working() as work:
        run = pipeline.run_plan(
            a.input,
            a.out,
            options=options,
            previous=a.previous,
            format=a.format,
            progress=work.plan,
            stop=stop,
            step=work.step,
        )
    summary = run.plan.summary
    screen.warnings(run.tables.findings, str(a.out / "summary.json"))
    rows = [
        *plan_rows(summary, run.budget_idr, changed=a.previous is not None),
        (text("written"), str(a.out)),
    ]
    data = {**summary, "rows": pipeline.rows_of(run.tables.counts), "out": a.out}
    screen.result(data, aligned(rows) + "\n\n" + text("open_report", path=a.out / "report.html"))
    return _code_of(summary)


def check(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    with screen.working() as work:
        result = pipeline.run_check(a.input, a.plan, step=work.step)
    head = text("check_passed") if result.ok else text("check_failed", count=len(result.failures))
    bound = None if result.bound is None else number(result.bound, 3)
    rows = [
        (text("worth"), worth_of(number(result.objective, 3), bound)),
        (text("gap"), text("none") if result.gap is None else percent(result.gap, 3)),
    ]
    words = [head, *map(line_of, result.failures), aligned(rows), *result.notes]
    screen.result(_check_data(result), "\n".join(words))
    return DONE if result.ok else NO


def explain(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    with screen.working() as work:
        told = pipeline.run_explain(
            a.input, a.plan, person=a.person, programme=a.programme, offering=a.offering, step=work.step
        )
    words = [sentence.en if english() else sentence.id for sentence in told.sentences]
    screen.result(told.to_json(), "\n".join(words))
    return DONE


def compare(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    with screen.working() as work:
        result = pipeline.run_compare(a.plan_a, a.plan_b, step=work.step)
    data = {
        name: value.to_dicts() if isinstance(value, pl.DataFrame) else list(value)
        for name, value in vars(result).items()
    }
    screen.result(data, compare_words(result))
    return DONE


def bench(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    from asah.engine import bench

    return bench.main(
        [size for some in a.sizes or [] for size in some] or bench.DEFAULT_SIZES,
        [seed for some in a.seeds or [] for seed in some] or bench.DEFAULT_SEEDS,
        a.out,
        region=a.region,
        seconds=a.seconds,
        json=a.json,
        threads=a.threads,
        keep=a.keep,
    )


VERBS: Mapping[str, Verb] = {
    "demo": demo,
    "simulate": simulate,
    "needs": needs,
    "plan": plan,
    "check": check,
    "explain": explain,
    "compare": compare,
    "bench": bench,
}


def _options(**options: Any) -> Options:
    from asah.engine.plan import Options

    return Options(**options)


def _code_of(summary: Mapping[str, Any]) -> int:
    return INTERRUPTED if summary["status"] == "interrupted" else DONE


def _check_data(result: CheckResult) -> dict[str, Any]:
    return {**vars(result), "failures": [vars(found) for found in result.failures]}


def _people_in(folder: Path) -> int:
    csv = folder / "people.csv"
    frame = pl.scan_csv(csv) if csv.exists() else pl.scan_parquet(folder / "people.parquet")
    return int(frame.select(pl.len()).collect().item())
