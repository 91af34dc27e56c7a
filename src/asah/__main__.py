"""``python -m asah``: what `./asah` hands over to."""

import os
import signal
from types import FrameType

INTERRUPTED = 130


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


# Until the command hears signals itself there is nothing to put in order, and loading takes a moment.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, _leave)

from asah.engine.cli import main  # noqa: E402

raise SystemExit(main())
