"""`./asah test`: every check of the house, then the tests; ends with pytest's own summary.

The portal's tests run on SQLite and on PostgreSQL; the engine's run last, in an environment without Django.
Extra arguments go to pytest (`./asah test tests/engine/plan -k prices`) and then only that one pytest runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from postgresql import MISSING, find_server, running_server

TOP = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ENGINE_PYTHON = TOP / ".venv-engine" / "bin" / "python"

# Thousands of short tests, each in a transaction of its own: two at a time on two cores, the longest file
# first (tests/portal/conftest.py), or one core would wait for it at the end.
PORTAL = ("tests/portal", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")

CHECKS = (
    ("ruff", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("mypy", [str(BIN / "mypy")]),
    ("import contract", [str(BIN / "lint-imports")]),
    ("translations", [sys.executable, str(TOP / "tests" / "translate.py"), "--check"]),
    ("migrations", [sys.executable, "-m", "asah", "manage", "makemigrations", "--check", "--dry-run"]),
)


def main(arguments: list[str]) -> int:
    os.chdir(TOP)
    if arguments:
        return _call([sys.executable, "-m", "pytest", *arguments])
    failed = []
    with tempfile.TemporaryDirectory(prefix="asah-test-") as data:
        for name, command in CHECKS:
            print(f"== {name}", flush=True)
            if _call(command, ASAH_DATA=data, ASAH_SECRET_KEY="only-for-tests-" * 5):
                failed.append(name)
    print("== house and browser", flush=True)
    if _call([sys.executable, "-m", "pytest", "tests/house", "tests/browser"]):
        failed.append("house and browser")
    print("== portal on SQLite", flush=True)
    if _call([sys.executable, "-m", "pytest", *PORTAL]):
        failed.append("portal on SQLite")
    print("== portal on PostgreSQL", flush=True)
    failed += _test_on_postgresql()
    print("== engine, where Django is not installed", flush=True)
    if _call([str(ENGINE_PYTHON), "-m", "pytest", "tests/engine"]):
        failed.append("engine")
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _test_on_postgresql() -> list[str]:
    binaries = find_server()
    if binaries is None:
        print(f"the portal's tests on PostgreSQL were left out: {MISSING}", flush=True)
        return ["no PostgreSQL"] if os.environ.get("ASAH_TEST_STRICT") == "1" else []
    with running_server(binaries) as address:
        status = _call([sys.executable, "-m", "pytest", *PORTAL], DATABASE_URL=address)
    return ["portal on PostgreSQL"] if status else []


def _call(command: list[str], **variables: str) -> int:
    return subprocess.run(command, env={**os.environ, **variables}, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
