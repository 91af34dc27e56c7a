"""The words of a document and how it writes numbers, money and dates. The one place that knows separators."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal

Code = Literal["id", "en"]
Number = int | float | Decimal

ABSENT: Final = "–"
_TEXTS: Final = Path(__file__).parents[1] / "texts.toml"
_MONTHS: Final[Mapping[Code, tuple[str, ...]]] = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_SWAPPED: Final = str.maketrans(",.", ".,")
_MOST_DECIMALS: Final = 2


@cache
def read_texts() -> Mapping[str, Mapping[Code, str]]:
    """Every text of a document: key ``section.name`` -> language -> text."""
    entries = tomllib.loads(_TEXTS.read_text("utf-8"))
    return {
        f"{section}.{name}": {"id": indonesian, "en": english}
        for section, pairs in entries.items()
        for name, (indonesian, english) in pairs.items()
    }


@dataclass(frozen=True)
class Language:
    """One language of a document. A text that is not there is an error."""

    code: Code

    def say(self, key: str, **facts: str) -> str:
        """The text ``key`` with its facts, which are written out already."""
        return read_texts()[key][self.code].format(**facts)

    def number(self, number: Number, decimals: int = 0) -> str:
        """1.234,56 or 1,234.56, halves rounded away from zero; never a minus zero."""
        rounded = as_decimal(number).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        text = f"{abs(rounded):,f}"
        return ("−" if rounded < 0 else "") + (text if self.code == "en" else text.translate(_SWAPPED))

    def money(self, amount: Number, decimals: int | None = None) -> str:
        """Rp 1.250.000 as pages write it, never parted; with sen only where there are any."""
        places = decimals_of([amount]) and _MOST_DECIMALS if decimals is None else decimals
        text = self.number(amount, places)
        return f"−Rp\u00a0{text[1:]}" if text.startswith("−") else f"Rp\u00a0{text}"

    def share(self, share: Number, decimals: int = 1) -> str:
        """0.345 is 34,5%."""
        return f"{self.number(as_decimal(share) * 100, decimals)}%"

    def date(self, day: date) -> str:
        """22 November 2026."""
        return f"{day.day} {_MONTHS[self.code][day.month - 1]} {day.year}"


def as_decimal(number: Number) -> Decimal:
    """The number as it is written: 0.1 is one tenth, whatever the machine makes of it."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def decimals_of(numbers: Iterable[Number]) -> int:
    """So many decimals that nothing is rounded away, but never more than two."""
    most = 0
    for number in numbers:
        if not isinstance(number, int):
            rounded = round(as_decimal(number), _MOST_DECIMALS).normalize()
            most = max(most, -int(rounded.as_tuple().exponent))
            if most == _MOST_DECIMALS:
                break
    return most
