"""``./asah demo``: the engine on a simulated region, then the portal with two of them."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from asah.engine.cli import main as run_engine
from asah.portal.config import serve as portal
from asah.portal.config.environment import TOP, ConfigurationError, write_first_file

# Merangin is planned twice with these seconds, Maluku Utara too: the whole stays under five minutes.
SECONDS = 20
ISLANDS = ("MU", "Pemerintah Provinsi Maluku Utara")
ISLANDERS = 10_000
REGENCY = ("MR", "Pemerintah Kabupaten Merangin")


def run_demo(arguments: list[str]) -> int:
    """All of the demonstration; then it is served, unless ``--no-serve``. Exit codes are the engine's."""
    parser = argparse.ArgumentParser(prog="asah demo", add_help=False, allow_abbrev=False)
    parser.add_argument("--no-serve", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    own, rest = parser.parse_known_args(arguments)
    if {"-h", "--help"} & set(rest):
        return run_engine(["demo", *rest])
    told = io.StringIO()
    with contextlib.redirect_stdout(told) if "--json" in rest else contextlib.nullcontext():
        status = run_engine(["demo", *rest])
    if status not in (0, 1):
        print(told.getvalue(), end="")
        return status
    try:
        logins = _build(rest)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    address = f"http://127.0.0.1:{own.port}/"
    if "--json" in rest:
        print(json.dumps({**json.loads(told.getvalue()), "address": address, "logins": logins}))
    else:
        _say(address, logins)
    if own.no_serve or status:
        return status
    return portal.serve(["--port", str(own.port)])


def _value(arguments: list[str], option: str, default: str) -> str:
    return arguments[arguments.index(option) + 1] if option in arguments else default


def _build(arguments: list[str]) -> list[dict[str, Any]]:
    out, people = _value(arguments, "--out", "demo"), _value(arguments, "--people", "")
    seed, seconds = int(_value(arguments, "--seed", "1")), float(_value(arguments, "--seconds", "60"))
    data = Path(os.environ.get("ASAH_DATA") or TOP / "var").absolute()
    write_first_file(data, demo=True)
    portal.set_up()
    import django

    django.setup()
    from asah.portal.base.demo import write_logins
    from asah.portal.home import bridge
    from asah.portal.home.demo import NotADemonstrationError, Region, build_region, clear_ground

    try:
        clear_ground()
    except NotADemonstrationError as error:
        raise ConfigurationError(str(error)) from error
    folder = Path(out).absolute()
    islands = folder / "maluku-utara"
    bridge.simulate("maluku-utara", int(people) if people else ISLANDERS, seed, islands)
    each_plan = max(1, min(SECONDS, int(seconds)))
    regions = [Region(*REGENCY, folder, each_plan), Region(*ISLANDS, islands, each_plan)]
    logins = [login for each in regions for login in build_region(each, _step)]
    write_logins(logins)
    return [{"role": each.role, "username": each.username, "password": each.password} for each in logins]


def _step(what: str) -> None:
    if sys.stderr.isatty():
        print(f"  {what} ...", file=sys.stderr, flush=True)


def _say(address: str, logins: list[dict[str, Any]]) -> None:
    print(f"\nPortal: {address}   (./asah serve)")
    width = max(len(login["username"]) for login in logins)
    for login in logins:
        print(f"  {login['username']:<{width}}  {login['password']}")
