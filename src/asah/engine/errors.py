"""What can go wrong in the engine. Every error says what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, order=True)
class Finding:
    """One thing noticed about one input row.

    ``row`` is the number a person sees when the file is opened: the header is row 1, the first data
    row is row 2; 0 stands for the table as a whole. ``value`` is the text as it stood in the file.
    """

    table: str
    row: int
    column: str
    value: str
    what: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row else ""
        place = self.table + row + (f", {self.column}" if self.column else "")
        value = f" {self.value!r}" if self.value else ""
        return f"{place}:{value} {self.what}. {self.remedy}"


class AsahError(Exception):
    """Root of every error the engine raises on purpose; ``exit_code`` is what the command ends with."""

    exit_code = 2


class InputError(AsahError):
    """The input cannot be used as it is; ``findings`` names every bad row, all in one go."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(self.findings)} problem(s) in the input")


class CallError(AsahError):
    """The command was called in a way that cannot be carried out; the message holds the remedy."""


class OutputError(AsahError):
    """The result could not be written; nothing half-written was left behind."""


class InfeasibleError(AsahError):
    """No plan obeys all rows in ``rows``; leave any one of them out and the rest can be obeyed."""

    exit_code = 1

    def __init__(self, rows: Sequence[Finding]) -> None:
        self.rows = tuple(rows)
        super().__init__(f"no plan can obey these {len(self.rows)} row(s) together")
