"""The processes of the portal as they are served."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from asah.portal.config import serve
from browser.portal_server import free_port

WAITS = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def signals() -> Iterator[None]:
    """Handlers of this process, which serving replaces, as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_how_a_process_ended_is_said_with_its_status_or_signal() -> None:
    assert serve.say_end(3) == "ended with status 3; the lines above say why"
    assert serve.say_end(-9) == "was ended from outside by signal 9 (SIGKILL)"
    assert serve.say_end(-99) == "was ended from outside by signal 99 (unknown)"


def test_a_killed_worker_ends_the_portal_which_says_which_one_it_was(
    signals: None, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("the process of the pages", "the worker of long jobs")
    children = {name: subprocess.Popen(WAITS, start_new_session=True) for name in names}
    killed = children["the worker of long jobs"]
    os.kill(killed.pid, signal.SIGKILL)
    assert serve._watch(children, "127.0.0.1", free_port()) == 1
    said = capsys.readouterr().err
    assert f"the worker of long jobs (pid {killed.pid}) was ended from outside by signal 9 (SIGKILL)" in said
    assert "the process of the pages" not in said
    assert "Start it again" in said
    # None is left behind.
    assert [child.poll() for child in children.values()] == [-signal.SIGTERM, -signal.SIGKILL]
