"""A portal as it is served, and the line to it, which can be cut."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("portal_data.py")
ENDS_WITHIN = 30


@dataclass
class Portal:
    """A running portal: the port of its pages, the one password of all users, and where its database is."""

    port: int
    password: str
    data: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Rows of the database, read beside the portal."""
        with contextlib.closing(
            sqlite3.connect(f"file:{self.data}/asah.sqlite3?mode=ro", uri=True)
        ) as database:
            return database.execute(question).fetchall()

    def tell(self, change: str) -> None:
        """Changes the database behind the portal's back."""
        with (
            contextlib.closing(sqlite3.connect(self.data / "asah.sqlite3", timeout=20)) as database,
            database,
        ):
            database.execute(change)


@contextmanager
def running_portal(data: Path, script: Path = DATA) -> Iterator[Portal]:
    """The portal with what ``script`` puts into a new data folder; ends with the block."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"ASAH_DATA": str(data), "ASAH_SECRET_KEY": "only-for-tests-" * 5}
    environment["ASAH_HOSTS"] = "localhost,127.0.0.1"
    environment["DJANGO_SETTINGS_MODULE"] = "asah.portal.config.settings"
    data.mkdir(parents=True, exist_ok=True)
    fill = [sys.executable, str(script)]
    made = subprocess.run(fill, env=environment, check=True, capture_output=True, text=True)
    command = [sys.executable, "-m", "asah", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            # It says its address as soon as it answers.
            told = server.stdout.readline()
            assert str(port) in told, told
            yield Portal(port, json.loads(made.stdout.splitlines()[-1])["password"], data)
        finally:
            server.terminate()
            server.wait(ENDS_WITHIN)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Fate = Callable[[], str]
WHOLE, CUT, DEAF = "whole", "cut", "deaf"


class Line:
    """A line between browser and portal. Each connection is ``whole``, ``cut`` at once, or ``deaf``.

    Deaf is the worst: what the browser sends arrives, and the answer is lost.
    """

    def __init__(self, to: int) -> None:
        self.to = to
        self.fate: Fate = lambda: WHOLE
        # How often a form arrived at each address, whether or not its answer came back.
        self.heard: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """From now on nothing gets through, also not on connections that are open."""
        self.fate = lambda: CUT
        self._hang_up()

    def mend(self) -> None:
        self.fate = lambda: WHOLE
        self._hang_up()

    def shake(self, seed: int) -> None:
        """From now on one connection in three is whole."""
        chance = random.Random(seed)
        self.fate = lambda: chance.choice((WHOLE, CUT, DEAF))
        self._hang_up()

    def close(self) -> None:
        self._listening.close()
        self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listening.accept()
                fate = self.fate()
                if fate == CUT:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.to))
                with self._lock:
                    self._open |= {near, far}
                threading.Thread(target=self._carry, args=(near, far, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, fate == DEAF), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, deaf: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if deaf:
                    break
                if piece.startswith(b"POST "):
                    self.heard[piece.split(b" ", 2)[1].decode()] += 1
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(source)
        source.close()
