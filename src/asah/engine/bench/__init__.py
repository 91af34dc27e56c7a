"""The planner measured beside what it should be better than: same instances, each in its own process."""

from asah.engine.bench.run import DEFAULT_SEEDS, DEFAULT_SIZES, main

__all__ = ["DEFAULT_SEEDS", "DEFAULT_SIZES", "main"]
