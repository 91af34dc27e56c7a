"""A task in a process of its own, and what the system says it used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Apart:
    """What a task answered (None where it failed), what it used, and the last words of one that failed.

    ``cpu_s``: user and system, from start to end, compiling included. ``peak_mb``: the most memory held.
    ``late``: it was ended because its time was over.
    """

    answer: dict[str, Any] | None
    cpu_s: float
    peak_mb: float
    said: str
    late: bool = False


def run_apart(task: dict[str, Any], wall_seconds: float) -> Apart:
    """Carry out ``task`` with `worker.py`; a process still running after ``wall_seconds`` is ended."""
    with tempfile.TemporaryDirectory(prefix="asah-bench-") as name:
        answer, words = Path(name) / "answer.json", Path(name) / "stderr"
        call = [sys.executable, "-m", "asah.engine.bench.worker", json.dumps({**task, "answer": str(answer)})]
        with words.open("wb") as said:
            process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=said)
        over = threading.Event()

        def end() -> None:
            over.set()
            process.kill()

        late = threading.Timer(wall_seconds, end)
        late.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        told = None
        if process.returncode == 0:
            told = json.loads(answer.read_text("utf-8"))
        lines = words.read_text("utf-8", errors="replace").strip().splitlines()
        ended = f"exit {process.returncode}" if process.returncode >= 0 else f"signal {-process.returncode}"
        return Apart(
            answer=told,
            cpu_s=used.ru_utime + used.ru_stime,
            peak_mb=used.ru_maxrss / 1024,
            said="" if told is not None else (lines[-1] if lines else ended),
            late=told is None and over.is_set(),
        )
