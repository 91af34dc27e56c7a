"""The eighteen digits of a NIP: what they say, and every way in which a spreadsheet spoils them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

CONTRACT: Final = frozenset({"PPPK", "PPPK_PARUH_WAKTU"})
# Nobody is appointed outside these ages, whatever the rules of a year say: beyond them a digit is mistyped.
YOUNGEST, OLDEST = 17, 65
_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s.'`\u2019-]+")
_DIGITS: Final = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Nip:
    """``text``: the 18 digits. ``month``: of appointment; None for PPPK, who have another code there."""

    text: str
    born_on: date
    year: int
    month: int | None
    sex: str
    serial: int

    @property
    def appointed(self) -> date:
        """First day of the month (PPPK: of the year) of appointment."""
        return date(self.year, self.month or 1, 1)


@dataclass(frozen=True)
class Problem:
    """Why a cell cannot be read; ``roster_messages.explain`` says it and the remedy."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


def read_nip(text: str, employment: str | None, today: date) -> Nip | Problem:
    """The NIP in a cell. ``employment``: PNS, CPNS, PPPK, PPPK_PARUH_WAKTU, or None where it is not known."""
    if _SCIENTIFIC.fullmatch(text.strip()):
        return Problem("nip_scientific")
    digits = _BETWEEN.sub("", text)
    if not _DIGITS.fullmatch(digits):
        return Problem("nip_not_digits")
    if len(digits) != 18:
        if len(digits) == 16:
            return Problem("nip_is_nik")
        return Problem("nip_old") if len(digits) == 9 else Problem("nip_length", {"count": len(digits)})
    # A spreadsheet keeps fifteen digits and writes zeros for the rest; no serial number is 000.
    if digits.endswith("000"):
        return Problem("nip_digits_lost")
    try:
        born_on = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return Problem("nip_birth", {"digits": digits[:8]})
    year, code, sex = int(digits[8:12]), int(digits[12:14]), digits[14]
    permanent = employment is not None and employment not in CONTRACT
    if permanent and not 1 <= code <= 12:
        return Problem("nip_month", {"digits": digits[12:14]})
    if sex not in "12":
        return Problem("nip_sex", {"digits": sex})
    month = code if 1 <= code <= 12 and employment not in CONTRACT else None
    if (year, month or 1) > (today.year + 1, today.month if month else 1):
        return Problem("nip_future", {"digits": digits[8:14] if month else digits[8:12]})
    # Of a PPPK only the year is known: the age is that at its end.
    age = year - born_on.year - (month is not None and month < born_on.month)
    if not YOUNGEST <= age <= OLDEST:
        return Problem("nip_age", {"age": age})
    return Nip(digits, born_on, year, month, "L" if sex == "1" else "P", int(digits[15:]))
