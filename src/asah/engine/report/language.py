"""What a report says, and how it writes numbers: Indonesian first, English second."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, Literal

from asah.engine import rules

Code = Literal["id", "en"]

_MONTHS: Final = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_BIG: Final = {
    "id": ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta")),
    "en": ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")),
}


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text of the report: key ``section.name`` -> language -> text."""
    entries = tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text("utf-8"))
    return {
        f"{section}.{name}": {"en": pair} if isinstance(pair, str) else {"id": pair[0], "en": pair[1]}
        for section, pairs in entries.items()
        for name, pair in pairs.items()
    }


@cache
def _reasons() -> Mapping[str, Mapping[str, str]]:
    """The closed list of reasons, as the stage that gives them wrote it down beside its code."""
    file = resources.files("asah.engine").joinpath("plan", "reasons.toml")
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}


@dataclass(frozen=True)
class Language:
    """One language of a report. Texts are plain, never markup; a missing key is an error."""

    code: Code

    def say(self, key: str, **facts: str) -> str:
        """The text ``key`` with its facts, which are written out already."""
        return texts()[key][self.code].format(**facts)

    def choice(self, group: str, value: str | None) -> str:
        """The word for one value of a closed list; a value outside the list stands for itself."""
        entry = texts().get(f"{group}.{value or 'none'}")
        return entry[self.code] if entry else str(value)

    def reason(self, code: str | None) -> str:
        """The sentence of a reason code; a code nobody knows is shown, not hidden."""
        if code is None:
            return self.say("left.no_reason")
        entry = _reasons().get(code)
        return entry[self.code] if entry else self.say("left.unknown_reason", code=code)

    def form(self, code: str, law: rules.RuleSet) -> str:
        """The name of a form of development: Indonesian from the rules, where it is law."""
        if self.code == "en":
            return self.choice("form", code)
        return law.jp_form(code).name if code in law.keys("jp_form") else code

    def whole(self, number: float) -> str:
        return self.decimal(number, 0)

    def decimal(self, number: float, digits: int = 1) -> str:
        """1.234,5 or 1,234.5; a minus where there is one, never a minus zero."""
        text = f"{abs(number):,.{digits}f}"
        sign = "−" if number < 0 and any(digit in "123456789" for digit in text) else ""
        return sign + (text if self.code == "en" else text.translate(_SWAPPED))

    def percent(self, share: float | None, digits: int = 1) -> str:
        return "–" if share is None else f"{self.decimal(100 * share, digits)}%"

    def rupiah(self, amount: int | None) -> str:
        """Whole rupiah, to the last one."""
        if amount is None:
            return "–"
        return ("−" if amount < 0 else "") + f"Rp{self.whole(abs(amount))}"

    def rupiah_about(self, amount: int) -> str:
        """An amount to be taken in at a glance."""
        for size, word in _BIG[self.code]:
            if abs(amount) >= size:
                return f"Rp{self.decimal(amount / size, 2)} {word}"
        return self.rupiah(amount)

    def dates(self, first: date, last: date) -> str:
        """From one day to another, without saying twice what they share: 23–27 Agustus 2027."""
        if first == last:
            return self.date(first)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.date(last)}"
        start = self.date(first)
        if first.year == last.year:
            start = start.removesuffix(f" {first.year}")
        return f"{start} – {self.date(last)}"

    def date(self, day: date) -> str:
        return f"{day.day} {_MONTHS[self.code][day.month - 1]} {day.year}"


_SWAPPED: Final = str.maketrans(",.", ".,")
INDONESIAN: Final = Language("id")
ENGLISH: Final = Language("en")


def share(part: float, whole: float) -> float | None:
    """``part`` of ``whole``; None where there is nothing to be a part of."""
    return part / whole if whole else None


def percent_more(ours: float, theirs: float) -> float | None:
    """By which share ``ours`` is more than ``theirs``; None where that cannot be said."""
    return ours / theirs - 1 if theirs > 0 else None
