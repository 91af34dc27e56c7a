"""``./asah serve`` and ``./asah manage``: the portal's processes.

One process serves pages, one does short jobs and keeps the clock, one does long jobs. When one ends, all end:
what supervises the whole (systemd, a container) starts it again, and jobs go on where they were.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from asah.portal.config.environment import TOP, ConfigurationError, read_environment, write_first_file

SETTINGS = "asah.portal.config.settings"
STARTS_WITHIN = 60.0


def manage(arguments: list[str]) -> int:
    """Django's own commands and ours, on this installation."""
    try:
        set_up()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    from django.core.management import execute_from_command_line

    execute_from_command_line(["./asah manage", *arguments])
    return 0


def bench(arguments: list[str]) -> int:
    """Times the pages of a fresh installation in a folder of its own.

    DATABASE_URL may name an empty database.
    """
    with tempfile.TemporaryDirectory(prefix="asah-bench-") as folder:
        os.environ["ASAH_DATA"] = folder
        return manage(["bench_portal", *arguments])


def serve(arguments: list[str]) -> int:
    """Brings the tables up to this version, then serves until told to stop. 2 for a wrong call or setting."""
    options = _read_arguments(arguments)
    try:
        set_up()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    if not _is_free(options.host, options.port):
        print(
            f"asah: port {options.port} is in use. Choose another: ./asah serve --port {options.port + 1}",
            file=sys.stderr,
        )
        return 2
    bring_up_to_date()
    return _run(options.host, options.port, options.workers)


def bring_up_to_date() -> None:
    """Tables and static files of this version. Django must be set up."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def _read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="asah serve", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--workers", type=int, default=2, help="page processes (2)")
    return parser.parse_args(arguments)


def set_up() -> None:
    """A first settings file where there is none, all settings read, Django told where they are."""
    data = Path(os.environ.get("ASAH_DATA") or TOP / "var").absolute()
    if "ASAH_SECRET_KEY" not in os.environ:
        write_first_file(data)
    read_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)


def _is_free(host: str, port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _run(host: str, port: int, workers: int) -> int:
    pages = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    pages += ["--workers", str(workers), "--blocking-threads", "4", "--log-level", "warning"]
    pages += [f"{__package__}.wsgi:application"]
    work = [sys.executable, "-m", "asah", "manage", "work"]
    # A session of their own: a Ctrl-C reaches this process only, which ends the others in order.
    commands = {
        "the process of the pages": pages,
        "the worker of short jobs and the clock": work,
        "the worker of long jobs": [*work, "--long"],
    }
    children = {name: subprocess.Popen(command, start_new_session=True) for name, command in commands.items()}
    return _watch(children, host, port)


def _watch(children: dict[str, subprocess.Popen[bytes]], host: str, port: int) -> int:
    """Until told to stop, or until one of them ends, which is told; then all are ended."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    status = 0
    told = False
    began = time.monotonic()
    while not stopping and status == 0:
        time.sleep(0.2)
        ended = {name: child for name, child in children.items() if child.poll() is not None}
        if ended:
            for name, child in ended.items():
                print(f"asah: {name} (pid {child.pid}) {say_end(child.returncode)}.", file=sys.stderr)
            print(
                "asah: the portal ends with it. Start it again: jobs that were interrupted begin again by"
                " themselves.",
                file=sys.stderr,
            )
            status = 1
        elif not told and _answers(host, port):
            told = True
            print(f"Asah: http://{host}:{port}/   (Ctrl-C: berhenti / to stop)", flush=True)
        elif not told and time.monotonic() - began > STARTS_WITHIN:
            print(f"asah: no answer within {STARTS_WITHIN:.0f} s.", file=sys.stderr)
            status = 1
    for child in children.values():
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
    for child in children.values():
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return status


def say_end(code: int) -> str:
    """How a process ended, out of its return code: a signal is its negative number."""
    if code >= 0:
        return f"ended with status {code}; the lines above say why"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    return f"was ended from outside by signal {-code} ({name})"


def _answers(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
