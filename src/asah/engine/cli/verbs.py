"""One function per verb: call the stage, say what came out, return the exit code."""

from __future__ import annotations

import threading
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from asah.engine import pipeline
from asah.engine.cli.screen import Screen, aligned, line_of
from asah.engine.cli.texts import number, percent, rupiah, text, text_or

if TYPE_CHECKING:
    from asah.engine.check import CheckResult, Comparison
    from asah.engine.plan import Options

Verb = Callable[[Namespace, Screen, threading.Event], int]
DONE, NO, INTERRUPTED = 0, 1, 130
SHOWN_PEOPLE = 10


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
    screen.result(data, _demo_words(done))
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
        (text("reliability"), number(s["reliability"]["panel"], 2) if s["reliability"] else text("no_gap")),
        (text("written"), str(a.out)),
    ]
    screen.result({**s, "out": a.out}, aligned(rows))
    return DONE


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
        *_plan_rows(summary, run.budget_idr, changed=a.previous is not None),
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
        (text("worth"), _worth_of(number(result.objective, 3), bound)),
        (text("gap"), text("no_gap") if result.gap is None else percent(result.gap, 3)),
    ]
    words = [head, *map(line_of, result.failures), aligned(rows), *result.notes]
    screen.result(_check_data(result), "\n".join(words))
    return DONE if result.ok else NO


def compare(a: Namespace, screen: Screen, stop: threading.Event) -> int:
    with screen.working() as work:
        result = pipeline.run_compare(a.plan_a, a.plan_b, step=work.step)
    data = {
        name: value.to_dicts() if isinstance(value, pl.DataFrame) else list(value)
        for name, value in vars(result).items()
    }
    screen.result(data, _compare_words(result))
    return DONE


VERBS: Mapping[str, Verb] = {
    "demo": demo,
    "simulate": simulate,
    "needs": needs,
    "plan": plan,
    "check": check,
    "compare": compare,
}


# ---- what the results look like


def _options(**options: Any) -> Options:
    from asah.engine.plan import Options

    return Options(**options)


def _code_of(summary: Mapping[str, Any]) -> int:
    return INTERRUPTED if summary["status"] == "interrupted" else DONE


def _check_data(result: CheckResult) -> dict[str, Any]:
    return {**vars(result), "failures": [vars(found) for found in result.failures]}


def _plan_rows(summary: Mapping[str, Any], budget: int | None, *, changed: bool) -> list[tuple[str, str]]:
    s = summary
    bound = None if s["bound"] is None else number(s["bound"], 1)
    rows = [
        (text("status"), text(f"status_{s['status']}")),
        (text("worth"), _worth_of(number(s["objective"], 1), bound)),
        (text("gap"), _gap(s)),
        (text("closed"), _closed(s["closed_points"], s["need_points"])),
        (text("money"), _money(s["spent_idr"]["total"], budget)),
        (text("people"), _people(s["people"])),
        (text("classes"), number(s["classes"])),
        (text("mandates_missed"), text("mandates_value", count=number(len(s["mandates_missed"])))),
        (text("jp_short"), text("jp_short_value", count=number(s["jp_short_people"]))),
    ]
    if changed:
        rows.append((text("changes"), text("changes_value", count=number(s["changes"]))))
    return rows


def _worth_of(objective: str, bound: str | None) -> str:
    if bound is None:
        return text("worth_alone", objective=objective)
    return text("worth_value", objective=objective, bound=bound)


def _gap(summary: Mapping[str, Any]) -> str:
    if summary["gap"] is None:
        return text("no_gap")
    shown = text("gap_value", gap=percent(summary["gap"], 2))
    return shown + (f"; {text('bound_by_solver')}" if summary["bound_by"] == "solver" else "")


def _closed(closed: float, need: float) -> str:
    share = percent(closed / need) if need else text("no_gap")
    return text("closed_value", share=share, closed=number(closed), need=number(need))


def _money(spent: int, budget: int | None) -> str:
    if not budget:
        return rupiah(spent)
    return text("money_of", spent=rupiah(spent), budget=rupiah(budget), share=percent(spent / budget))


def _people(people: Mapping[str, int]) -> str:
    counts = {state: number(people.get(state, 0)) for state in ("planned", "deferred", "exempt")}
    return text("people_value", **counts)


def _demo_words(done: pipeline.Demo) -> str:
    run, s = done.run, done.run.plan.summary
    title = text(
        "demo_title",
        year=run.tables.policy.year if run.tables.policy else "",
        people=number(run.tables["people"].height),
    )
    rows = [
        (text("status"), text(f"status_{s['status']}")),
        (text("closed"), _closed(s["closed_points"], s["need_points"])),
        (text("gap"), _gap(s)),
        (text("money"), _money(s["spent_idr"]["total"], run.budget_idr)),
        (text("people"), _people(s["people"])),
        (text("classes"), number(s["classes"])),
    ]
    rule = run.rules[run.best_rule] if run.best_rule else None
    if rule:
        beside = f"{_closed(rule.closed_points, s['need_points'])}, {rupiah(rule.spent_idr)}"
        rows.append((text("demo_rule"), beside))
    rows.append((text("demo_checked"), text("demo_passed" if done.check.ok else "demo_not_passed")))
    words = [title, "", aligned(rows), *map(line_of, done.check.failures), ""]
    if rule and rule.closed_points > 0:
        better = percent(s["closed_points"] / rule.closed_points - 1)
        name = text_or(f"rule_{run.best_rule}", str(run.best_rule))
        words += [text("demo_better", share=better, rule=name), ""]
    return "\n".join([*words, text("open_report", path=done.report)])


def _compare_words(c: Comparison) -> str:
    def change(value: Any, digits: int) -> str:
        return text("no_gap") if value is None else ("+" if value > 0 else "") + number(value, digits)

    def shown(value: Any, digits: int) -> str:
        return text("no_gap") if value is None else number(value, digits)

    lines = [*c.notes]
    sections = (
        ("compare_numbers", c.numbers, 3),
        ("compare_people", c.people, 0),
        ("compare_rupiah", c.rupiah, 0),
    )
    for title, frame, digits in sections:
        rows = [("", "A -> B (B - A)")]
        for row in frame.iter_rows(named=True):
            name = " ".join(str(row[key]) for key in frame.columns[:-3] if row[key] not in ("", None))
            a, b = shown(row["a"], digits), shown(row["b"], digits)
            rows.append((name, f"{a} -> {b} ({change(row['difference'], digits)})"))
        lines += [text(title), aligned([("  " + name, value) for name, value in rows]), ""]
    for title, frame in (("compare_gainers", c.gainers), ("compare_losers", c.losers)):
        lines.append(text(title, count=number(frame.height)))
        lines += [
            f"  {row['person_id']}  {change(row['difference'], 2)}"
            for row in frame.head(SHOWN_PEOPLE).iter_rows(named=True)
        ]
        if frame.height > SHOWN_PEOPLE:
            lines.append("  " + text("more_people", count=number(frame.height - SHOWN_PEOPLE)))
    lines.append(
        text(
            "compare_enrolments",
            only_a=number(c.only_in_a.height),
            only_b=number(c.only_in_b.height),
            moved=number(c.moved.height),
        )
    )
    return "\n".join(lines)


def _people_in(folder: Path) -> int:
    csv = folder / "people.csv"
    frame = pl.scan_csv(csv) if csv.exists() else pl.scan_parquet(folder / "people.parquet")
    return int(frame.select(pl.len()).collect().item())
