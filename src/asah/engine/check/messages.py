"""What the check says to people, in the language they read."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, Final

from asah.engine.errors import Finding
from asah.engine.tables.messages import language

MESSAGES: Final[dict[str, Any]] = tomllib.loads(
    resources.files(__package__).joinpath("messages.toml").read_text("utf-8")
)


def finding(key: str, table: str, row: int, column: str, value: object, **words: object) -> Finding:
    """The finding ``key`` about one cell of a plan or its input; ``words`` fill the sentence."""
    what, remedy = MESSAGES["finding"][key][language()]
    # A text out of JSON may hold halves of characters, which no screen and no file can take.
    text = "" if value is None else str(value).encode("utf-8", "backslashreplace").decode()
    return Finding(table, row, column, text, what.format(**words), remedy)


def note(key: str, **words: object) -> str:
    return str(MESSAGES["note"][key][language()]).format(**words)


def rupiah(amount: int) -> str:
    """An amount as people write it."""
    text = f"{amount:,}"
    return "Rp " + (text if language() == "en" else text.replace(",", "."))
