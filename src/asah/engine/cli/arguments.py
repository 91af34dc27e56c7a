"""The verbs and their options; everything is refused with what to do instead."""

from __future__ import annotations

import argparse
import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from asah import __version__
from asah.engine.cli.texts import text
from asah.engine.errors import CallError

REGIONS = ("merangin", "maluku-utara", "nation")
DEFAULT_GAP = 0.002
DEFAULT_SECONDS = 600.0
DEMO_SECONDS = 60.0

# argparse speaks English; what it says most is said again in the language people read.
_SAID = (
    (r"the following arguments are required: (.+)", "missing_arguments"),
    (r"unrecognized arguments: (.+)", "unknown_arguments"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", "not_a_choice"),
    (r"argument (.+?): expected .*argument", "no_value"),
    (r"argument (.+?): not allowed with argument (.+)", "not_together"),
    (r"one of the arguments (.+) is required", "one_of"),
    (r"argument (.+?): (.+)", "bad_value"),
)


def read_arguments(argv: list[str]) -> argparse.Namespace:
    """The call as a namespace with ``verb``. Raises CallError, and SystemExit for --help and --version."""
    arguments = make_parser().parse_args(argv)
    if arguments.verb == "plan" and arguments.points_per_change and arguments.previous is None:
        raise CallError(_call("change_needs_from", "asah plan"))
    if arguments.verb == "explain" and arguments.programme and arguments.person is None:
        raise CallError(_call("programme_needs_person", "asah explain"))
    return arguments


class _Help(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, text("usage") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Help, allow_abbrev=False, add_help=False, **options)
        self._positionals.title = text("arguments")
        self._optionals.title = text("options")
        self.add_argument("-h", "--help", action="help", help=text("help_help"))
        self.add_argument("--lang", choices=("id", "en"), default=argparse.SUPPRESS, help=text("help_lang"))

    def error(self, message: str) -> NoReturn:
        for pattern, code in _SAID:
            if told := re.fullmatch(pattern, message, re.DOTALL):
                message = text(code, *told.groups())
                break
        raise CallError(text("bad_call", what=message, program=self.prog))


def _call(code: str, program: str) -> str:
    return text("bad_call", what=text(code), program=program)


def make_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="asah", description=text("description"), epilog=text("epilog"))
    parser.add_argument(
        "--version", action="version", version=f"asah {__version__}", help=text("help_version")
    )
    verbs = parser.add_subparsers(dest="verb", title=text("verbs"), metavar=text("verb"), required=True)

    def verb(name: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = verbs.add_parser(
            name, help=text(f"help_{name}"), description=text(f"help_{name}")
        )
        added.add_argument("--json", action="store_true", help=text("help_json"))
        return added

    _demo(verb("demo"))
    _simulate(verb("simulate"))
    _needs(verb("needs"))
    _plan(verb("plan"))
    _check(verb("check"))
    _explain(verb("explain"))
    _compare(verb("compare"))
    _bench(verb("bench"))
    return parser


def _demo(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help=text("help_out"))
    verb.add_argument("--people", type=_whole(1), metavar="N", help=text("help_people"))
    verb.add_argument("--seed", type=_whole(0), default=1, metavar="S", help=text("help_seed"))
    _seconds(verb, DEMO_SECONDS)


def _simulate(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "region", choices=REGIONS, metavar="REGION", help=f"{text('help_region')}: {', '.join(REGIONS)}"
    )
    verb.add_argument("--people", type=_whole(1), metavar="N", help=text("help_people"))
    verb.add_argument("--seed", type=_whole(0), default=0, metavar="S", help=text("help_seed"))
    _out(verb)


def _needs(verb: argparse.ArgumentParser) -> None:
    _input(verb)
    _out(verb)
    verb.add_argument("--on", type=_day, metavar="DATE", help=text("help_on"))
    verb.add_argument("--seed", type=_whole(0), default=0, metavar="S", help=text("help_seed"))


def _plan(verb: argparse.ArgumentParser) -> None:
    _input(verb)
    _out(verb)
    verb.add_argument("--gap", type=_share, metavar="G", help=text("help_gap", default=DEFAULT_GAP))
    _seconds(verb, DEFAULT_SECONDS)
    verb.add_argument("--seed", type=_whole(0), default=0, metavar="S", help=text("help_seed"))
    verb.add_argument("--threads", type=_whole(1), metavar="N", help=text("help_threads"))
    verb.add_argument("--from", dest="previous", type=Path, metavar="PLAN", help=text("help_from"))
    verb.add_argument(
        "--points-per-change", type=_points, default=0.0, metavar="P", help=text("help_points_per_change")
    )
    verb.add_argument("--format", choices=("csv", "parquet"), default="csv", help=text("help_format"))


def _check(verb: argparse.ArgumentParser) -> None:
    _input(verb)
    _plan_folder(verb, "plan")


def _explain(verb: argparse.ArgumentParser) -> None:
    _input(verb)
    _plan_folder(verb, "plan")
    about = verb.add_mutually_exclusive_group(required=True)
    about.add_argument("--person", metavar="ID", help=text("help_person"))
    about.add_argument("--offering", metavar="ID", help=text("help_offering"))
    verb.add_argument("--programme", metavar="ID", help=text("help_programme"))


def _compare(verb: argparse.ArgumentParser) -> None:
    _plan_folder(verb, "plan_a")
    _plan_folder(verb, "plan_b")


def _bench(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--sizes", type=_wholes(1), nargs="+", metavar="N", help=text("help_sizes"))
    verb.add_argument("--seeds", type=_wholes(0), nargs="+", metavar="S", help=text("help_seeds"))
    verb.add_argument("--region", choices=REGIONS, help=text("help_bench_region"))
    verb.add_argument("--seconds", type=_positive, metavar="T", help=text("help_bench_seconds"))
    verb.add_argument("--threads", type=_whole(1), metavar="N", help=text("help_threads"))
    verb.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR", help=text("help_out"))
    verb.add_argument("--keep", type=Path, metavar="DIR", help=text("help_keep"))


def _input(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("input", type=Path, metavar="INPUT", help=text("help_input"))


def _plan_folder(verb: argparse.ArgumentParser, name: str) -> None:
    verb.add_argument(name, type=Path, metavar=name.upper(), help=text("help_plan_folder"))


def _out(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help=text("help_out"))


def _seconds(verb: argparse.ArgumentParser, default: float) -> None:
    verb.add_argument(
        "--seconds",
        type=_positive,
        default=default,
        metavar="T",
        help=text("help_seconds", default=f"{default:g}"),
    )


# ---- values


def _whole(least: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"\d+", value, re.ASCII) or int(value) < least:
            raise argparse.ArgumentTypeError(text("not_whole", value=value, least=least))
        return int(value)

    return read


def _wholes(least: int) -> Callable[[str], list[int]]:
    """``500,2000`` and, given more than once, ``500 2000``."""
    one = _whole(least)
    return lambda value: [one(part) for part in value.split(",")]


def _float(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _share(value: str) -> float:
    if not 0 <= _float(value) <= 1:
        raise argparse.ArgumentTypeError(text("not_share", value=value))
    return float(value)


def _positive(value: str) -> float:
    if not 0 < _float(value) < math.inf:
        raise argparse.ArgumentTypeError(text("not_positive", value=value))
    return float(value)


def _points(value: str) -> float:
    if not 0 <= _float(value) < math.inf:
        raise argparse.ArgumentTypeError(text("not_points", value=value))
    return float(value)


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(text("not_day", value=value)) from None
