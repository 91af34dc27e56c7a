"""Plans on disk."""

from __future__ import annotations

from pathlib import Path

from asah.engine.plan import Plan
from asah.engine.tables import OutputFolder


def written(plan: Plan, folder: Path) -> Path:
    """The tables and the summary of a plan, as `asah check` reads them."""
    with OutputFolder(folder) as out:
        for name, frame in plan.frames.items():
            out.write(name, frame)
        out.write_json("summary.json", plan.summary)
    return folder
