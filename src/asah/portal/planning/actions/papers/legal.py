"""The regulations in force when a plan year begins, out of dated data."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from asah.portal.documents.actions import LegalBasis


def legal_basis(year: int) -> list[LegalBasis]:
    """In the order of the data: laws, government regulations, regulations of ministers and agencies."""
    begins = dt.date(year, 1, 1)
    return [
        LegalBasis(row["text"], verified=row["verified"])
        for row in _rows()
        if row["valid_from"] <= begins and begins <= row.get("valid_to", begins)
    ]


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    file = resources.files("asah.portal.planning") / "data" / "legal_basis.toml"
    return tuple(tomllib.loads(file.read_text("utf-8"))["basis"])
