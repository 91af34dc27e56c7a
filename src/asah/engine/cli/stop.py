"""Being asked to stop: once for the best so far, twice for nothing at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(*, keeps_best: bool, told: Callable[[], None]) -> Iterator[threading.Event]:
    """An event that the first Ctrl-C (or SIGTERM) sets, where ``keeps_best``; the next one interrupts.

    Without ``keeps_best`` already the first interrupts: there is no half of a result to keep. An interrupt is
    a KeyboardInterrupt, so that a result that was being written is taken away again. Outside the main thread,
    which alone hears signals, nothing is changed.
    """
    event = threading.Event()

    def hear(_number: int, _frame: FrameType | None) -> None:
        if not keeps_best or event.is_set():
            raise KeyboardInterrupt
        event.set()
        told()

    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before = {number: signal.signal(number, hear) for number in SIGNALS}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
