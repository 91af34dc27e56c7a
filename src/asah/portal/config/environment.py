"""What an installation is told about itself: one file, or variables of the environment, checked whole.

The file is ``asah.toml`` in the data folder (``ASAH_DATA``, otherwise ``var`` beside the script). A variable
goes before the file. Everything wrong is told at once: a portal that starts half-configured harms quietly.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

TOP = Path(__file__).resolve().parents[4]
FILE = "asah.toml"
SHORTEST_SECRET = 50


class ConfigurationError(Exception):
    """The settings cannot be used; the message names every setting that is wrong and how to mend it."""


@dataclass(frozen=True)
class Environment:
    """Settings of one installation.

    ``data`` holds the database (SQLite), files and what is served as static.
    """

    data: Path
    secret_key: str = field(repr=False)
    database_url: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    https: bool = False
    demo: bool = False
    mail_url: str = field(default="", repr=False)
    mail_from: str = "asah@localhost"
    time_zone: str = "Asia/Jakarta"


# Variable of the environment for each setting of the file.
VARIABLES = {
    "secret_key": "ASAH_SECRET_KEY",
    "database_url": "DATABASE_URL",
    "hosts": "ASAH_HOSTS",
    "https": "ASAH_HTTPS",
    "demo": "ASAH_DEMO",
    "mail_url": "ASAH_MAIL_URL",
    "mail_from": "ASAH_MAIL_FROM",
    "time_zone": "ASAH_TIME_ZONE",
}


def read_environment(variables: Mapping[str, str] | None = None) -> Environment:
    """The settings, or ConfigurationError with everything that is wrong."""
    variables = os.environ if variables is None else variables
    data = Path(variables.get("ASAH_DATA") or TOP / "var").absolute()
    wrong: list[str] = []
    told: dict[str, Any] = {}
    path = data / FILE
    if path.exists():
        try:
            told = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: not readable as TOML: {error}") from error
    wrong += [
        f"{path}: unknown setting '{name}'; known are {', '.join(VARIABLES)}"
        for name in set(told) - set(VARIABLES)
    ]
    for name, variable in VARIABLES.items():
        if variable in variables:
            told[name] = variables[variable]
    values: dict[str, Any] = {}
    for setting in fields(Environment):
        if setting.name in told:
            try:
                values[setting.name] = _read(setting.name, told[setting.name])
            except ValueError as error:
                wrong.append(f"{setting.name} ({VARIABLES[setting.name]}): {error}")
    if "secret_key" not in told:
        wrong.append(
            f"secret_key is missing: './asah serve' writes one into {path}, or set ASAH_SECRET_KEY to"
            f" {SHORTEST_SECRET} random characters"
        )
    if wrong:
        raise ConfigurationError("\n".join(sorted(wrong)))
    return Environment(data=data, **values)


def _read(name: str, value: Any) -> Any:
    if name == "hosts":
        hosts = value.split(",") if isinstance(value, str) else value
        if not isinstance(hosts, list) or not all(isinstance(host, str) and host.strip() for host in hosts):
            raise ValueError("names of hosts, divided by commas")
        return tuple(host.strip() for host in hosts)
    if name in ("https", "demo"):
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
        known = words.get(str(value).lower())
        if known is None:
            raise ValueError(f"'{value}' is neither true nor false")
        return known
    if not isinstance(value, str):
        raise ValueError("must be text")
    if name == "secret_key" and len(value) < SHORTEST_SECRET:
        raise ValueError(f"shorter than {SHORTEST_SECRET} characters; make one at random")
    if name == "database_url" and value:
        read_database_url(value)
    if name == "mail_url" and value:
        read_mail_url(value)
    if name == "time_zone":
        from zoneinfo import available_timezones

        if value not in available_timezones():
            raise ValueError(
                f"'{value}' is no time zone; for example Asia/Jakarta, Asia/Makassar, Asia/Jayapura"
            )
    return value


def read_database_url(url: str) -> dict[str, Any]:
    """Django's words for ``postgresql://user:password@host:port/name`` or ``sqlite:///path``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and len(parts.path) > 1:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:])}
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ValueError("must be postgresql://user:password@host:port/name or sqlite:////whole/path")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }


def read_mail_url(url: str) -> dict[str, Any]:
    """Django's words for ``smtp://user:password@host:port`` (``smtps://`` for TLS from the first byte)."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp://user:password@host:port or smtps://...")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp",
    }


def write_first_file(data: Path, *, demo: bool = False) -> None:
    """A settings file with a secret of its own, where there is none yet; readable by its owner only."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / FILE
    if path.exists():
        return
    lines = [f'secret_key = "{secrets.token_urlsafe(60)}"', *(["demo = true"] if demo else [])]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")
