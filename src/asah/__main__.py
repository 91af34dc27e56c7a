"""``python -m asah``: what `./asah` hands over to."""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


# Until the command hears signals itself there is nothing to put in order, and loading takes a moment.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, _leave)

# The portal's verbs need Django, the engine's must not load it.
if sys.argv[1:2] == ["serve"]:
    from asah.portal.config.serve import serve

    raise SystemExit(serve(sys.argv[2:]))
if sys.argv[1:3] == ["bench", "portal"]:
    from asah.portal.config.serve import bench

    raise SystemExit(bench(sys.argv[3:]))
if sys.argv[1:2] == ["demo"]:
    from asah.demo import run_demo

    raise SystemExit(run_demo(sys.argv[2:]))
if sys.argv[1:2] == ["manage"]:
    from asah.portal.config.serve import manage

    raise SystemExit(manage(sys.argv[2:]))

from asah.engine.cli import main  # noqa: E402

raise SystemExit(main())
