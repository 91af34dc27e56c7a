"""`./asah test`: every check of the house, then the tests; ends with pytest's own summary.

Extra arguments go to pytest (`./asah test tests/engine/plan -k prices`) and then only pytest runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = (
    ("ruff", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("mypy", [str(BIN / "mypy")]),
    ("import contract", [str(BIN / "lint-imports")]),
)


def main(arguments: list[str]) -> int:
    os.chdir(TOP)
    failed = []
    if not arguments:
        for name, command in CHECKS:
            print(f"== {name}", flush=True)
            if subprocess.run(command, check=False).returncode:
                failed.append(name)
    print("== pytest", flush=True)
    status = subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode
    if failed:
        print(f"failed before the tests: {', '.join(failed)}", flush=True)
    return 1 if failed else status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
