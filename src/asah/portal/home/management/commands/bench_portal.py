"""``./asah bench portal``: how fast pages are with a whole regency in them.

A fresh installation is filled with simulated people, started as ``./asah serve`` starts it, and asked as one
planner would (latency) and as eight at once (requests a second; with wrk where it is installed). Every page
without a number in its address is measured, so that a new page cannot be forgotten.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from asah.portal.base.demo import Login
from asah.portal.base.models import Unit
from asah.portal.home import bridge
from asah.portal.home.demo.build import fill_region

CLIENTS = 8
ALONE = 20
# Answers with a file, changes something, or is asked by machines.
LEFT_OUT = re.compile(
    r"healthz|readyz|sign-|language|appearance|export|style|service-worker|\.(xlsx|csv|js)$"
)


@dataclass(frozen=True)
class Measured:
    """One page.

    Milliseconds of one reader (median, 95th of a hundred), bytes sent, requests a second of eight.
    """

    page: str
    status: int
    median_ms: float
    p95_ms: float
    bytes: int
    per_second: float


class Command(BaseCommand):
    help = "Fills a fresh installation with a simulated regency and times its pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=12_000)
        parser.add_argument("--seconds", type=float, default=3.0, help="for each page, with eight readers")
        parser.add_argument("--port", type=int, default=8765)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, people: int, seconds: float, port: int, json: bool, **options: Any) -> None:
        if "base_unit" in connection.introspection.table_names() and Unit.objects.exists():
            raise CommandError("This database holds data. Give ./asah bench portal an empty one.")
        login = _fill(people)
        with _server(port):
            cookie = _sign_in(port, login)
            pages = [_measure(port, path, cookie, seconds) for path in sorted(_pages())]
        facts = {"database": connection.vendor, "people": people, "pages": [asdict(page) for page in pages]}
        self.stdout.write(_as_json(facts) if json else _as_table(facts, pages))


def _as_json(facts: dict[str, Any]) -> str:
    return json.dumps(facts)


def _as_table(facts: dict[str, Any], pages: list[Measured]) -> str:
    lines = [f"{facts['database']}, {facts['people']} people, {CLIENTS} readers at once", ""]
    lines.append(f"{'page':<34}{'status':>7}{'median':>9}{'95th':>9}{'KB':>7}{'a second':>10}")
    for page in pages:
        lines.append(
            f"{page.page:<34}{page.status:>7}{page.median_ms:>7.1f}ms{page.p95_ms:>7.1f}ms"
            f"{page.bytes / 1000:>7.1f}{page.per_second:>10.0f}"
        )
    return "\n".join(lines)


def _fill(people: int) -> Login:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    folder = Path(settings.ENVIRONMENT.data) / "simulated"
    bridge.simulate("merangin", people, 1, folder)
    logins = fill_region("MR", "Pemerintah Kabupaten Merangin", folder)[1]
    return next(login for login in logins if login.role == "planner")


def _pages() -> Iterator[str]:
    """Addresses of every page that takes no number."""

    def walk(entries: list[URLPattern | URLResolver], names: tuple[str, ...]) -> Iterator[str]:
        for entry in entries:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, (*names, entry.namespace) if entry.namespace else names)
            elif entry.name and not entry.pattern.regex.groups:
                yield ":".join((*names, entry.name))

    for name in walk(get_resolver().url_patterns, ()):
        path = reverse(name)
        if not LEFT_OUT.search(path):
            yield path


@contextmanager
def _server(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "asah", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(300):
            try:
                if _get(port, "/healthz", "")[0] == 200:
                    break
            except OSError:
                time.sleep(0.2)
        else:
            raise CommandError("The server did not start. Try ./asah serve by hand.")
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _get(port: int, path: str, cookie: str) -> tuple[int, int, float]:
    """Status, bytes over the wire and seconds of one request."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        began = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = link.getresponse()
        body = answer.read()
        return answer.status, len(body), time.perf_counter() - began
    finally:
        link.close()


def _sign_in(port: int, login: Login) -> str:
    """The cookie of a session, made where the server looks it up."""
    from importlib import import_module

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from asah.portal.base.models import User

    user = User.objects.get(username=login.username)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def _measure(port: int, path: str, cookie: str, seconds: float) -> Measured:
    _get(port, path, cookie)
    asked = [_get(port, path, cookie) for _each in range(ALONE)]
    times = sorted(1000 * each[2] for each in asked)
    return Measured(
        page=path,
        status=asked[-1][0],
        median_ms=statistics.median(times),
        p95_ms=times[int(0.95 * (len(times) - 1))],
        bytes=asked[-1][1],
        per_second=_with_wrk(port, path, cookie, seconds)
        if shutil.which("wrk")
        else _with_threads(port, path, cookie, seconds),
    )


def _with_wrk(port: int, path: str, cookie: str, seconds: float) -> float:
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{max(1, round(seconds))}s", "-H", f"Cookie: {cookie}"]
    command += ["-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{port}{path}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    return float(found[1]) if found else 0.0


def _with_threads(port: int, path: str, cookie: str, seconds: float) -> float:
    counts = [0] * CLIENTS
    until = time.perf_counter() + seconds

    def ask(number: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < until:
            link.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            link.getresponse().read()
            counts[number] += 1
        link.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)
