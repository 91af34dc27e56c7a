"""The machine a measurement was taken on, so that figures can be compared."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from asah import __version__

LIBRARIES = ("numpy", "scipy", "polars", "numba", "highspy")


def describe_machine() -> dict[str, Any]:
    """Processor, memory (MB), load, versions; what the system does not tell is None."""
    return {
        "cores": os.cpu_count(),
        "processor": _value(Path("/proc/cpuinfo"), "model name") or platform.processor() or None,
        "memory_mb": _memory_mb(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()}",
        "asah": __version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in LIBRARIES},
    }


def in_words(machine: Mapping[str, Any]) -> str:
    """The machine on one line."""
    versions = ", ".join(f"{name} {machine[name]}" for name in ("python", *LIBRARIES))
    load = " ".join(f"{value:.2f}" for value in machine["load"])
    return (
        f"{machine['cores']} x {machine['processor'] or '?'}, {machine['memory_mb'] or '?'} MB, "
        f"{machine['system']}, load {load}; asah {machine['asah']}, {versions}"
    )


def _value(file: Path, key: str) -> str | None:
    if not file.exists():
        return None
    for line in file.read_text("utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return None


def _memory_mb() -> int | None:
    total = _value(Path("/proc/meminfo"), "MemTotal")
    return None if total is None else int(total.split()[0]) // 1024
