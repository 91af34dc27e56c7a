"""``./asah bench portal``: how fast pages are with a whole regency in them.

A fresh installation is filled with a simulated region and two plans of it, started as ``./asah serve`` starts
it, and asked by one reader (latency) and by eight at once (requests a second; with wrk where there is one).
One user of each role follows every link, to a few rows of each page, and every page that answers is measured
where it is slowest, so that a new page cannot be forgotten and no empty one stands for a full one.
"""

from __future__ import annotations

import gzip
import html
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
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import Resolver404, resolve

from asah.portal.base.demo import Login
from asah.portal.base.models import Unit, User
from asah.portal.home import bridge
from asah.portal.home.bench_roster import as_lines, time_roster
from asah.portal.home.demo.build import Region, build_region
from asah.portal.needs.models import Need

CLIENTS = 8
ALONE = 20
PLAN_SECONDS = 20
# Rows of one page that are asked for.
EACH = 3
# Answers with a file, changes something, or is asked by machines.
LEFT_OUT = re.compile(
    r"healthz|readyz|sign-|language|appearance|export|style|service-worker|^/static/|\.\w+$"
)
_LINK = re.compile(r'href="(/[^"#?]*)')
_FIRST = ("planner", "asn")


@dataclass(frozen=True)
class Measured:
    """One page as ``role`` reads it.

    Milliseconds of one reader (median, 95th of a hundred), bytes sent, requests a second of eight.
    """

    page: str
    role: str
    median_ms: float
    p95_ms: float
    bytes: int
    per_second: float


class Command(BaseCommand):
    help = "Fills a fresh installation with a simulated regency and times its pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # As many as it takes for 200,000 gaps.
        parser.add_argument("--people", type=int, default=19_000)
        parser.add_argument("--seconds", type=float, default=2.0, help="for each page, with eight readers")
        parser.add_argument("--port", type=int, default=8765)
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--roster",
            type=int,
            nargs="?",
            const=12_000,
            metavar="ROWS",
            help="time the import of a roster of so many rows (12,000) instead of the pages",
        )

    def handle(
        self,
        *args: Any,
        people: int,
        seconds: float,
        port: int,
        json: bool,
        roster: int | None,
        **options: Any,
    ) -> None:
        if "base_unit" in connection.introspection.table_names() and Unit.objects.exists():
            raise CommandError("This database holds data. Give ./asah bench portal an empty one.")
        if roster is not None:
            call_command("migrate", interactive=False, verbosity=0)
            timed = {"database": connection.vendor, **time_roster(roster)}
            self.stdout.write(_as_json(timed) if json else as_lines(timed))
            return
        logins = _fill(people)
        with _server(port):
            pages = [_measure(port, reading, seconds) for reading in _pages(port, logins)]
        facts = {"database": connection.vendor, "people": people, "needs": Need.objects.count()}
        if json:
            self.stdout.write(_as_json({**facts, "pages": [asdict(page) for page in pages]}))
        else:
            self.stdout.write(_as_table(facts, sorted(pages, key=lambda page: page.page)))


def _as_json(facts: dict[str, Any]) -> str:
    return json.dumps(facts)


def _as_table(facts: dict[str, Any], pages: list[Measured]) -> str:
    lines = [
        f"{facts['database']}, {facts['people']} people, {facts['needs']} gaps, {CLIENTS} readers at once",
        "",
        f"{'page':<48}{'role':<14}{'median':>9}{'95th':>9}{'KB':>7}{'a second':>10}",
    ]
    lines += [
        f"{page.page:<48}{page.role:<14}{page.median_ms:>7.1f}ms{page.p95_ms:>7.1f}ms"
        f"{page.bytes / 1000:>7.1f}{page.per_second:>10.0f}"
        for page in pages
    ]
    return "\n".join(lines)


def _fill(people: int) -> list[Login]:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    folder = Path(settings.ENVIRONMENT.data) / "simulated"
    bridge.simulate("merangin", people, 1, folder)
    return build_region(
        Region("MR", "Pemerintah Kabupaten Merangin", folder, PLAN_SECONDS), lambda _what: None
    )


def _pages(port: int, logins: list[Login]) -> Iterator[Reading]:
    """Every page that links lead to, as the planner reads it, otherwise the ASN, otherwise others."""
    read: set[str] = set()
    usual_first = sorted(logins, key=lambda login: (login.role not in _FIRST, login.role != _FIRST[0]))
    for login in usual_first:
        cookie = _sign_in(login)
        found = _walk(port, cookie)
        for name in sorted(found.keys() - read):
            yield Reading(login.role, cookie, found[name])
        read |= found.keys()


def _walk(port: int, cookie: str) -> dict[str, list[str]]:
    """Name of a page to a few of its addresses, breadth first from home."""
    found: dict[str, list[str]] = defaultdict(list)
    asked: Counter[str] = Counter()
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        name = _name_of(path)
        if path in seen or LEFT_OUT.search(path) or asked[name] == EACH:
            continue
        seen.add(path)
        asked[name] += 1
        answer = _get(port, path, cookie)
        if answer.elsewhere:
            waiting.append(answer.elsewhere)
        if answer.status != HTTPStatus.OK or not answer.kind.startswith("text/html"):
            continue
        found[name].append(path)
        waiting += [html.unescape(link) for link in _LINK.findall(answer.text)]
    return found


def _name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


@contextmanager
def _server(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "asah", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(300):
            try:
                if _get(port, "/healthz", "").status == HTTPStatus.OK:
                    break
            except OSError:
                time.sleep(0.2)
        else:
            raise CommandError("The server did not start. Try ./asah serve by hand.")
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


@dataclass(frozen=True)
class Reading:
    """One page: who reads it, and at which addresses."""

    role: str
    cookie: str
    paths: list[str]


@dataclass(frozen=True)
class Answer:
    """Of one request: seconds, where it leads instead, and what was sent, as it came over the wire."""

    status: int
    kind: str
    elsewhere: str
    seconds: float
    sent: bytes
    packed: bool

    @property
    def text(self) -> str:
        return (gzip.decompress(self.sent) if self.packed else self.sent).decode()


def _get(port: int, path: str, cookie: str) -> Answer:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        began = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        answer = link.getresponse()
        body = answer.read()
        took = time.perf_counter() - began
        return Answer(
            status=answer.status,
            kind=answer.headers.get("Content-Type", ""),
            elsewhere=answer.headers.get("Location", "").split("?")[0],
            seconds=took,
            sent=body,
            packed=answer.headers.get("Content-Encoding") == "gzip",
        )
    finally:
        link.close()


def _sign_in(login: Login) -> str:
    """The cookie of a session, made where the server looks it up."""
    user = User.objects.get(username=login.username)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def _measure(port: int, reading: Reading, seconds: float) -> Measured:
    alone = {path: _times(port, path, reading.cookie) for path in reading.paths}
    path = max(alone, key=lambda path: statistics.median(alone[path]))
    ask = _with_wrk if shutil.which("wrk") else _with_threads
    return Measured(
        page=path,
        role=reading.role,
        median_ms=statistics.median(alone[path]),
        p95_ms=sorted(alone[path])[int(0.95 * (ALONE - 1))],
        bytes=len(_get(port, path, reading.cookie).sent),
        per_second=ask(port, path, reading.cookie, seconds),
    )


def _times(port: int, path: str, cookie: str) -> list[float]:
    """Milliseconds of each of twenty requests, after one that is not counted."""
    return [1000 * _get(port, path, cookie).seconds for _each in range(ALONE + 1)][1:]


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
