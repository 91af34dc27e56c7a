"""The command `asah`: its verbs and options, and its exit codes: 0 done, 1 no, 2 wrong, 130 interrupted."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from asah.engine.cli.arguments import read_arguments
from asah.engine.cli.screen import Screen
from asah.engine.cli.stop import stopping
from asah.engine.cli.texts import LANGUAGE, text
from asah.engine.errors import AsahError, InfeasibleError, InputError

INTERRUPTED = 130
OUR_FAULT = 70
KEEPS_BEST = ("plan", "demo")

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one call and return its exit code; ``argv`` None: what the program was called with."""
    words = list(sys.argv[1:] if argv is None else argv)
    screen = Screen(json="--json" in words)
    with _speaking(words):
        try:
            return _carry_out(words, screen)
        except InputError as error:
            told = text("input_refused", count=len(error.findings))
            screen.refusal("input", told, error.findings, error.exit_code)
            return error.exit_code
        except InfeasibleError as error:
            told = text("infeasible", count=len(error.rows))
            screen.refusal("infeasible", told, error.rows, error.exit_code)
            return error.exit_code
        except AsahError as error:
            screen.refusal("call", str(error), (), error.exit_code)
            return error.exit_code
        except KeyboardInterrupt:
            screen.refusal("interrupted", text("interrupted"), (), INTERRUPTED)
            return INTERRUPTED
        except Exception as error:
            # Without this a mistake of ours would end with 1, which says that the answer is no.
            traceback.print_exc()
            screen.refusal(
                "internal", text("internal", what=f"{type(error).__name__}: {error}"), (), OUR_FAULT
            )
            return OUR_FAULT
        except SystemExit as asked:  # --help and --version have said what they say
            return asked.code if isinstance(asked.code, int) else 0


def _carry_out(words: list[str], screen: Screen) -> int:
    arguments = read_arguments(words)
    keeps_best = arguments.verb in KEEPS_BEST
    with stopping(keeps_best=keeps_best, told=lambda: screen.note(text("stopping"))) as stop:
        # What takes its time to load is loaded when a Ctrl-C is already heard.
        from asah.engine.cli.verbs import VERBS

        try:
            return VERBS[arguments.verb](arguments, screen, stop)
        except Exception as error:
            if stop.at_once:
                raise KeyboardInterrupt from error
            raise


@contextmanager
def _speaking(words: list[str]) -> Iterator[None]:
    """``--lang`` for everything that speaks in this call: help, findings, the report."""
    before = os.environ.get(LANGUAGE)
    if asked := _asked_language(words):
        os.environ[LANGUAGE] = asked
    try:
        yield
    finally:
        os.environ.pop(LANGUAGE, None)
        if before is not None:
            os.environ[LANGUAGE] = before


def _asked_language(words: list[str]) -> str:
    for word, following in pairwise([*words, ""]):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang":
            return following
    return ""
