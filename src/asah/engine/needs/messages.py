"""What is said to people about their evidence, in the language they read."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, Final, Literal

from asah.engine.errors import Finding
from asah.engine.tables.messages import language

MESSAGES: Final = tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf-8"))


def finding(
    code: str,
    table: str,
    column: str,
    *,
    row: int = 0,
    value: str = "",
    severity: Literal["error", "warning"] = "warning",
    **facts: Any,
) -> Finding:
    """The finding of kind ``code`` about a column as a whole, or about one cell."""
    what, remedy = MESSAGES[code][language()]
    return Finding(table, row, column, value, what.format(**facts), remedy.format(**facts), severity)
