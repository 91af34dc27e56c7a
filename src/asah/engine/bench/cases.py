"""What is measured: sizes, the CPU seconds each may take, and what stands beside the planner."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_SIZES = (500, 2_000, 10_000, 50_000, 200_000)
DEFAULT_SEEDS = (101, 102)

# CPU seconds by number of people, the aim of the project; a size between two takes the larger one's.
CPU_SECONDS = {500: 60.0, 2_000: 90.0, 10_000: 120.0, 50_000: 400.0, 200_000: 1_800.0}
# Certified gap to reach, by number of people.
GAP_AIM = {500: 0.04, 2_000: 0.025, 10_000: 0.008, 50_000: 0.008, 200_000: 0.015}

REGENCY_MOST = 10_000  # beyond, one regency is no longer like any real one
SOLVER_MOST = 2_000  # beyond, the whole problem does not fit a general solver in any useful time
PASS_ONLY = 1_000_000  # from here on one pricing pass is measured, nothing is planned
PASS_REFERENCE = 10_000  # people beside whom a pass over many is measured

OURS = "asah"
RULES = ("rank_by_gap", "per_rupiah", "online_first")
SOLVER = "highs"


@dataclass(frozen=True)
class Case:
    """One instance: a simulated region of ``people`` people; ``cpu_seconds`` is what each method may take."""

    people: int
    seed: int
    region: str
    cpu_seconds: float

    @property
    def name(self) -> str:
        return f"{self.region}-{self.people}-{self.seed}"

    @property
    def methods(self) -> tuple[str, ...]:
        return (OURS, *RULES, SOLVER) if self.people <= SOLVER_MOST else (OURS, *RULES)


def case(people: int, seed: int, region: str | None = None, seconds: float | None = None) -> Case:
    """The case of a size and a seed; ``region`` and ``seconds`` (CPU) None: those of the size."""
    if region is None:
        region = "merangin" if people <= REGENCY_MOST else "nation"
    return Case(people, seed, region, cpu_seconds(people) if seconds is None else seconds)


def cpu_seconds(people: int) -> float:
    """CPU seconds for a size: those of the next listed size up; beyond the list, in proportion."""
    for size, limit in CPU_SECONDS.items():
        if people <= size:
            return limit
    largest = max(CPU_SECONDS)
    return CPU_SECONDS[largest] * people / largest
