"""Being asked to stop: once for the best so far, twice for nothing at all."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(threading.Event):
    """Set by the first request to stop; ``at_once`` after the one that leaves nothing."""

    at_once = False


@contextmanager
def stopping(*, keeps_best: bool, told: Callable[[], None]) -> Iterator[Stop]:
    """An event that the first Ctrl-C (or SIGTERM) sets, where ``keeps_best``; the next one interrupts.

    Without ``keeps_best`` already the first interrupts: there is no half of a result to keep. An interrupt is
    a KeyboardInterrupt, so that a result that was being written is taken away again. Compiled libraries may
    turn one that comes while they are entered into an error of their own: ``at_once`` tells it from ours.
    Outside the main thread, which alone hears signals, nothing is changed.
    """
    event = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    with _counted() as came:

        def hear(_number: int, _frame: FrameType | None) -> None:
            for _ in range(came()):
                if not keeps_best or event.is_set():
                    event.at_once = True
                    raise KeyboardInterrupt
                event.set()
                told()

        before = {number: signal.signal(number, hear) for number in SIGNALS}
        try:
            yield event
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """How many signals came since the last question.

    Python hears a signal only between two of its own steps, and two that came during one long compiled step
    as one: a pipe that the system writes to at once keeps the count.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def came() -> int:
        try:
            return sum(number in SIGNALS for number in os.read(reader, 4096))
        except BlockingIOError:
            return 0

    try:
        yield came
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)
