"""Copies the libraries that pages load out of their npm packages: ``python -m asah.portal.ui.vendor``.

Nobody who installs or runs the portal needs npm: the copies are kept; ``manifest.json`` says what they are.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "static_source"
VENDOR = HERE / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
# Package, file in it, file here.
FILES = (
    ("bootstrap", "dist/css/bootstrap.min.css", "bootstrap.min.css"),
    ("bootstrap", "LICENSE", "bootstrap.LICENSE.txt"),
    ("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org", "LICENSE", "htmx.LICENSE.txt"),
)


def copy_libraries() -> list[dict[str, str]]:
    """Install what the lock names into a folder that is thrown away, copy, and write the manifest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / file, folder)
        subprocess.run(["npm", "ci"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        entries = [_copy(folder / "node_modules" / package, path, here) for package, path, here in FILES]
    MANIFEST.write_text(json.dumps(entries, indent=2) + "\n", "utf-8")
    return entries


def _copy(package: Path, path: str, here: str) -> dict[str, str]:
    # The map is not copied, and a file that points at a missing one cannot be served under a hashed name.
    text = re.sub(r"/[*/]# sourceMappingURL=\S+( \*/)?\n?", "", (package / path).read_text("utf-8"))
    VENDOR.mkdir(parents=True, exist_ok=True)
    (VENDOR / here).write_text(text, "utf-8")
    about = json.loads((package / "package.json").read_text("utf-8"))
    return {
        "file": here,
        "package": about["name"],
        "version": about["version"],
        "licence": about["license"],
        "sha256": hashlib.sha256((VENDOR / here).read_bytes()).hexdigest(),
    }


if __name__ == "__main__":
    for entry in copy_libraries():
        sys.stdout.write(f"{entry['file']}  {entry['package']} {entry['version']}  {entry['sha256']}\n")
