"""What the results look like to people: few lines, numbers the way they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from asah.engine.cli.screen import aligned, line_of
from asah.engine.cli.texts import number, percent, rupiah, text, text_or

if TYPE_CHECKING:
    from asah.engine import pipeline
    from asah.engine.check import Comparison

SHOWN_PEOPLE = 10


def plan_rows(summary: Mapping[str, Any], budget: int | None, *, changed: bool) -> list[tuple[str, str]]:
    s = summary
    bound = None if s["bound"] is None else number(s["bound"], 1)
    rows = [
        (text("status"), text(_ending(s))),
        (text("worth"), worth_of(number(s["objective"], 1), bound)),
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


def worth_of(objective: str, bound: str | None) -> str:
    if bound is None:
        return text("worth_alone", objective=objective)
    return text("worth_value", objective=objective, bound=bound)


def _gap(summary: Mapping[str, Any]) -> str:
    if summary["gap"] is None:
        return text("none")
    shown = text("gap_value", gap=percent(summary["gap"], 2))
    return shown + (f"; {text('bound_by_solver')}" if summary["bound_by"] == "solver" else "")


def _closed(closed: float, need: float) -> str:
    share = percent(closed / need) if need else text("none")
    return text("closed_value", share=share, closed=number(closed), need=number(need))


def _money(spent: int, budget: int | None) -> str:
    if not budget:
        return rupiah(spent)
    return text("money_of", spent=rupiah(spent), budget=rupiah(budget), share=percent(spent / budget))


def _people(people: Mapping[str, int]) -> str:
    counts = {state: number(people.get(state, 0)) for state in ("planned", "deferred", "exempt")}
    return text("people_value", **counts)


def demo_words(done: pipeline.Demo) -> str:
    run, s = done.run, done.run.plan.summary
    title = text(
        "demo_title",
        year=run.tables.policy.year if run.tables.policy else "",
        people=number(run.tables["people"].height),
    )
    rows = [
        (text("status"), text(_ending(s))),
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
        more = s["closed_points"] / rule.closed_points - 1
        code = "demo_better" if more >= 0 else "demo_worse"
        name = text_or(f"rule_{run.best_rule}", str(run.best_rule))
        words += [text(code, share=percent(abs(more)), rule=name), ""]
    return "\n".join([*words, text("open_report", path=done.report)])


def compare_words(c: Comparison) -> str:
    sections = (
        ("compare_numbers", [_measure(row) for row in c.numbers.iter_rows(named=True)]),
        ("compare_people", [_pair(text(f"state_{r['state']}"), r) for r in c.people.iter_rows(named=True)]),
        ("compare_rupiah", [_pair(_scope(row), row) for row in c.rupiah.iter_rows(named=True)]),
    )
    lines = [*c.notes]
    for title, rows in sections:
        lines += [text(title), aligned([("", text("compare_head")), *rows], indent=2), ""]
    lines += _people_lines(text("compare_gainers", count=number(c.gainers.height)), c.gainers)
    lines += _people_lines(text("compare_losers", count=number(c.losers.height)), c.losers)
    only = {"only_a": number(c.only_in_a.height), "only_b": number(c.only_in_b.height)}
    return "\n".join([*lines, text("compare_enrolments", **only, moved=number(c.moved.height))])


def _measure(row: Mapping[str, Any]) -> tuple[str, str]:
    """One of the numbers of two plans: a share, points, or a count."""
    name = row["measure"]
    if name == "gap":
        return _pair(text("gap"), row, lambda value: percent(value, 2))
    digits = 1 if name in ("objective", "bound", "closed_points", "need_points") else 0
    return _pair(text_or(f"measure_{name}", name), row, lambda value: number(value, digits))


def _pair(name: str, row: Mapping[str, Any], write: Callable[[float], str] = number) -> tuple[str, str]:
    a, b = (text("none") if row[side] is None else write(row[side]) for side in ("a", "b"))
    difference = row["difference"]
    change = "" if difference is None else f" ({_signed(difference, write)})"
    return name, f"{a} -> {b}{change}"


def _signed(value: float, write: Callable[[float], str]) -> str:
    return ("+" if value > 0 else "") + write(value)


def _scope(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[key]) for key in ("scope", "id") if row[key])


def _people_lines(title: str, people: pl.DataFrame) -> list[str]:
    shown = people.head(SHOWN_PEOPLE).iter_rows(named=True)
    lines = [
        title,
        *(f"  {row['person_id']}  {_signed(row['difference'], lambda v: number(v, 2))}" for row in shown),
    ]
    if people.height > SHOWN_PEOPLE:
        lines.append("  " + text("more_people", count=number(people.height - SHOWN_PEOPLE)))
    return lines


def _ending(summary: Mapping[str, Any]) -> str:
    """Why the search stopped: one that ended by itself has not run out of time."""
    return "status_search_ended" if summary.get("search_ended") else f"status_{summary['status']}"
