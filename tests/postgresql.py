"""A PostgreSQL server for one run of the tests: made in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = "no PostgreSQL server on this machine; on Debian or Ubuntu: apt install postgresql"
# Nothing here outlives the run: what protects data from a power cut only slows tests down.
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=127.0.0.1"


def find_server() -> Path | None:
    """The folder with initdb and pg_ctl, the newest where there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    folders = [*reversed(debian), *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@contextmanager
def running_server(binaries: Path) -> Iterator[str]:
    """A server on a free port of this machine; the address of an empty database in it."""
    # The server refuses to run as root, as which a continuous build usually runs.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="asah-postgresql-") as folder, socket.socket() as probe:
        if user:
            shutil.chown(folder, "postgres")
        data = Path(folder) / "data"
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        made = ["-D", data, "-U", "asah", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _call([*user, binaries / "initdb", *made])
        start = ["-D", data, "-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder} {OPTIONS}", "start"]
        _call([*user, binaries / "pg_ctl", *start])
        try:
            yield f"postgresql://asah@127.0.0.1:{port}/postgres"
        finally:
            _call([*user, binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"])


def _call(command: list[str | Path]) -> None:
    # Output goes to a file: a server that inherits a pipe would keep it open for good.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", check=False
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{command}: {said.read().decode(errors='replace')}")
