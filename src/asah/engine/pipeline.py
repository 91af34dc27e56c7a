"""The stages, each from folder to folder: read, compute, write whole or not at all.

Used by the command line, and by whoever runs a stage from another program. Every function imports its own
stage only when called: ``asah check`` never loads the planner, and `asah --help` loads nothing.
"""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from asah import __version__
from asah.engine.errors import CallError, Finding
from asah.engine.tables import Counts, OutputFolder, Tables, load, read_frames, tables_of
from asah.engine.tables.messages import language

if TYPE_CHECKING:
    from asah.engine.check import CheckResult, Comparison
    from asah.engine.needs import Needs
    from asah.engine.plan import Options, Plan, Progress
    from asah.engine.plan.explain import Explanation
    from asah.engine.plan.simple_rules import SimpleResult
    from asah.engine.simulate.region import Name

Format = Literal["csv", "parquet"]
Step = Callable[[str], None]  # told the name of what begins: read, needs, plan, check, rules, write, simulate
Follow = Callable[["Progress"], None]
NEEDS_TABLES = ("levels", "needs", "needs_by_unit", "needs_ranking", "coverage", "unassessed")


@dataclass(frozen=True)
class NeedsRun:
    """The needs, as written; ``summary`` is what stands in ``summary.json``."""

    needs: Needs
    summary: dict[str, Any]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class PlanRun:
    """A plan, as written, the tables it was made from, and what the simple rules reach on the same tables
    (nothing without a report)."""

    tables: Tables
    plan: Plan
    rules: Mapping[str, SimpleResult]

    @property
    def budget_idr(self) -> int | None:
        """The total budget; None without one."""
        budgets = self.tables["budgets"]
        total = budgets.filter(pl.col("scope") == "total")["amount_idr"]
        return int(total[0]) if total.len() else None

    @property
    def best_rule(self) -> str | None:
        """The name of the simple rule whose plan is worth most; None where none made a plan."""
        made = [name for name, rule in self.rules.items() if rule.valid]
        return max(made, key=lambda name: self.rules[name].objective, default=None)


@dataclass(frozen=True)
class Demo:
    """The main job, done: the plan and the check of it, below ``folder``."""

    run: PlanRun
    check: CheckResult
    folder: Path

    @property
    def report(self) -> Path:
        return self.folder / "plan" / "report.html"


def silent(_: str) -> None:
    """A step nobody watches."""


def run_simulate(*, region: Name, people: int | None, seed: int, out: Path, step: Step = silent) -> None:
    """Write the simulated ``region`` to ``out``. Raises CallError and OutputError."""
    from asah.engine.simulate import write_region

    step("simulate")
    write_region(region=region, people=people, seed=seed, out=out)


def run_needs(
    input: Path, out: Path, *, on: dt.date | None = None, seed: int = 0, step: Step = silent
) -> NeedsRun:
    """Levels and needs out of the ratings in ``input``, written to ``out``.

    ``on``: the day the needs are stated for; None: the day of the last rating, so that the same input gives
    the same needs tomorrow. Raises InputError, CallError and OutputError.
    """
    from asah.engine.needs import compute_needs
    from asah.engine.rules import at

    _keep_apart(input, out)
    step("read")
    tables = load(input, "needs")
    day = on or _last_rating(tables["ratings"])
    step("needs")
    needs = compute_needs(tables=tables, rules=at(day), seed=seed)
    findings = (*tables.findings, *needs.findings)
    summary = _needs_summary(tables, needs, day, seed, findings)
    step("write")
    with OutputFolder(out) as folder:
        for name in NEEDS_TABLES:
            folder.write(name, getattr(needs, name))
        folder.write_json("summary.json", summary)
    return NeedsRun(needs, summary, findings)


def run_plan(
    input: Path,
    out: Path,
    *,
    options: Options | None = None,
    previous: Path | None = None,
    format: Format = "csv",
    report: bool = True,
    progress: Follow | None = None,
    stop: threading.Event | None = None,
    step: Step = silent,
) -> PlanRun:
    """The best plan found for the tables in ``input``, written to ``out``.

    ``previous``: the folder of an earlier plan to stay close to. ``stop``: once set, the best plan so far is
    written whole, with status ``interrupted``. Raises InputError, InfeasibleError and OutputError.
    """
    from asah.engine.plan import Options, make_plan
    from asah.engine.plan.simple_rules import simple_rules

    _keep_apart(input, out)
    step("read")
    tables = load(input, "plan")
    earlier = None if previous is None else read_frames(previous, ["enrolments"])["enrolments"]
    with OutputFolder(
        out, format
    ) as folder:  # before the long search: a folder that refuses us is told at once
        step("plan")
        plan = make_plan(tables, options or Options(), previous=earlier, progress=progress, stop=stop)
        rules = {}
        if report and not (stop and stop.is_set()):  # whoever wants to stop does not wait for these
            step("rules")
            rules = simple_rules(tables)
        step("write")
        for name, frame in plan.frames.items():
            folder.write(name, frame)
        folder.write_json("summary.json", plan.summary)
        if report:
            from asah.engine.report import write_report

            write_report(folder.folder, tables, plan.frames, plan.summary, rules)
    return PlanRun(tables, plan, rules)


def run_check(input: Path, plan: Path, *, step: Step = silent) -> CheckResult:
    """Recompute everything the plan in ``plan`` says. Raises InputError."""
    from asah.engine.check import check_plan

    step("read")
    problem = load(input, "check")
    step("check")
    return check_plan(problem=problem, plan_folder=plan)


def run_explain(
    input: Path,
    plan: Path,
    *,
    person: str | None = None,
    programme: str | None = None,
    offering: str | None = None,
    step: Step = silent,
) -> Explanation:
    """Why the plan in ``plan`` treats a person (and one programme) or an offering as it does.

    Raises InputError, and CallError for an id that the input does not know.
    """
    from asah.engine.plan.explain import explain_offering, explain_person

    step("read")
    tables = load(input, "plan")
    step("explain")
    if person is not None:
        return explain_person(tables, plan, person, programme)
    if offering is None:
        raise CallError("Sebut orang atau penyelenggaraan. / Name a person or an offering.")
    return explain_offering(tables, plan, offering)


def run_compare(a: Path, b: Path, *, step: Step = silent) -> Comparison:
    """Who gains and who loses between the plans in ``a`` and ``b``. Raises InputError."""
    from asah.engine.check import compare_plans

    step("compare")
    return compare_plans(a=a, b=b)


def run_demo(
    folder: Path,
    *,
    people: int | None = None,
    seed: int = 1,
    options: Options | None = None,
    progress: Follow | None = None,
    stop: threading.Event | None = None,
    step: Step = silent,
) -> Demo:
    """The main job from nothing: a simulated Merangin, its needs, its plan, the check, the simple rules.

    Below ``folder``: ``input`` (as an office would have it, and the truth no office has), ``needs``,
    ``problem`` (the input with the needs that were computed) and ``plan``.
    """
    run_simulate(region="merangin", people=people, seed=seed, out=folder / "input", step=step)
    _unless(stop)
    run_needs(folder / "input", folder / "needs", step=step)
    _unless(stop)
    _put_together(folder / "input", folder / "needs", folder / "problem")
    run = run_plan(
        folder / "problem", folder / "plan", options=options, progress=progress, stop=stop, step=step
    )
    return Demo(run, run_check(folder / "problem", folder / "plan", step=step), folder)


def _unless(stop: threading.Event | None) -> None:
    """Before there is any plan there is nothing to keep: a stop ends the run."""
    if stop is not None and stop.is_set():
        raise KeyboardInterrupt


def _put_together(input: Path, needs: Path, out: Path) -> None:
    """The tables of ``input`` that a plan reads, with the needs of ``needs`` in place of its own."""
    wanted = {spec.name for spec in tables_of("plan")} - {"needs"}
    with OutputFolder(out) as folder:
        for file in [*input.glob("*.csv"), input / "policy.toml"]:
            if file.stem in wanted or file.suffix == ".toml":
                shutil.copyfile(file, folder.folder / file.name)
        shutil.copyfile(needs / "needs.csv", folder.folder / "needs.csv")


def _last_rating(ratings: pl.DataFrame) -> dt.date:
    last = ratings["rated_on"].max()
    return last if isinstance(last, dt.date) else dt.date.today()


def _needs_summary(
    tables: Tables, needs: Needs, on: dt.date, seed: int, findings: tuple[Finding, ...]
) -> dict[str, Any]:
    people, unassessed = tables["people"].height, needs.unassessed.height
    rated = needs.reliability
    return {
        "on": on.isoformat(),
        "people": people,
        "assessed": people - unassessed,
        "unassessed": unassessed,
        "needs": needs.needs.height,
        "people_with_needs": needs.needs["person_id"].n_unique(),
        "performance_only": needs.performance_only["person_id"].to_list(),
        "reliability": None
        if rated is None
        else {
            "panel": rated.panel,
            "one_rating": dict(rated.one_rating),
            "alpha": dict(rated.alpha),
            "omega": dict(rated.omega),
            "bias": dict(rated.bias),
            "anchor": list(rated.anchor),
        },
        "rows": rows_of(tables.counts),
        "warnings": [warning_of(found) for found in findings],
        "seed": seed,
        "engine_version": __version__,
        "input_sha256": tables.sha256,
    }


def rows_of(counts: Mapping[str, Counts]) -> dict[str, dict[str, int]]:
    """What became of the rows read, for every table that had any."""
    return {
        name: {"read": c.read, "accepted": c.accepted, "warned": c.warned, "rejected": c.rejected}
        for name, c in counts.items()
        if c.read
    }


def warning_of(found: Finding) -> dict[str, Any]:
    """A finding as it stands in JSON."""
    return {
        "table": found.table,
        "row": found.row,
        "column": found.column,
        "value": found.value,
        "what": found.what,
        "remedy": found.remedy,
    }


def _keep_apart(input: Path, out: Path) -> None:
    """The result replaces what is at ``out``: neither may lie in the other, whatever way they are named."""
    source, target = input.resolve(), out.resolve()
    if source == target or source in target.parents or target in source.parents:
        raise CallError(
            f"--out {out} is the input, lies in it, or holds it. Choose a folder beside the input."
            if language() == "en"
            else f"--out {out} adalah masukan itu sendiri, ada di dalamnya, atau memuatnya. "
            "Pilih folder di samping masukan."
        )
