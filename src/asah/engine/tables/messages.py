"""What is said to people about their tables, in Indonesian first and English second."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Literal

from asah.engine.errors import Finding


@dataclass(frozen=True)
class Message:
    """One kind of finding: ``texts`` by language as (what is wrong, how to mend it)."""

    severity: Literal["error", "warning"]
    texts: Mapping[str, tuple[str, str]]


def language() -> Literal["id", "en"]:
    """The language people read: ``ASAH_LANG``, Indonesian unless it says ``en``."""
    return "en" if os.environ.get("ASAH_LANG", "id").lower().startswith("en") else "id"


def _read() -> dict[str, Message]:
    entries = tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf-8"))
    return {
        code: Message(entry["severity"], {lang: (entry[lang][0], entry[lang][1]) for lang in ("id", "en")})
        for code, entry in entries.items()
    }


MESSAGES: Final[Mapping[str, Message]] = _read()


def without_facts(text: str) -> str:
    """A text of a message with dots in the place of what differs from row to row."""
    return re.sub(r"(\{[^}]*\})+", "…", text)


def finding(
    code: str, table: str, *, row: int = 0, column: str = "", value: object = "", **facts: Any
) -> Finding:
    """The finding of kind ``code`` about one cell, row or table, in the language people read."""
    message = MESSAGES[code]
    what, remedy = message.texts[language()]
    return Finding(
        table=table,
        row=row,
        column=column,
        value="" if value is None else str(value),
        what=what.format(**facts),
        remedy=remedy.format(**facts),
        severity=message.severity,
    )
