"""What a year of learning means by law for one kind of employment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from asah.engine import rules
from asah.engine.errors import CallError


@dataclass(frozen=True)
class Right:
    """``kind``: minimum (a right), ceiling (never a target), none, or unknown; ``jp`` is None for the last
    two."""

    kind: str
    jp: Decimal | None
    regulation: str
    verified: bool


def right_of(employment: str, year: int) -> Right:
    """The rule in force when the year begins; unknown where there is none for this kind of employment."""
    law = rules.at(dt.date(year, 1, 1))
    try:
        entitlement, rule = law.entitlement(employment), law.get("jp_entitlement", employment)
    except CallError:
        return Right("unknown", None, "", verified=False)
    article = f" Ps {rule.article}" if rule.article else ""
    return Right(entitlement.kind, entitlement.jp, f"{rule.regulation}{article}", entitlement.verified)
