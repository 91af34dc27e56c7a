"""The text of a cell as a value. What could mean two things is refused, never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final, TypeAlias

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext as _

Reader: TypeAlias = Callable[[str], Any]

_THOUSANDS: Final = re.compile(r"\d{1,3}(\.\d{3}){2,}")
_ONE_GROUP: Final = re.compile(r"\d{1,3}\.\d{3}")
_MAY_BE_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_GROUP: Final = 3
_WRITTEN_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YES: Final = frozenset({"yes", "ya", "true", "y", "1"})
_NO: Final = frozenset({"no", "tidak", "false", "t", "n", "0"})
# Longer than any number that a column takes; Python would take its time with a million digits.
_LONGEST: Final = 20


class CellError(ValueError):
    """The text cannot be read; the message says what to write instead."""


def folded(name: str) -> str:
    """A header or the name of a tab, without case and with one sign for blanks: ``Biaya per kelas``."""
    return re.sub(r"[\s/.-]+", "_", name.strip().lower()).strip("_")


def text(written: str) -> str:
    return written


def code(written: str) -> str:
    """A code in capitals, without blanks: ``k 3`` is K3."""
    return "".join(written.split()).upper()


def same(code: str) -> str:
    """What codes are compared by: ``p092`` is the programme P092."""
    return code.strip().upper()


def whole(written: str) -> int:
    if len(written) > _LONGEST or not re.fullmatch(r"-?\d+", written, re.ASCII):
        raise CellError(_("This is no whole number. Write digits only, such as 12."))
    return int(written)


def money(written: str) -> int:
    """Whole rupiah; points between thousands are taken where they can be nothing else."""
    bare = re.sub(r"^rp\.?\s*", "", written, flags=re.IGNORECASE)
    if len(bare) <= _LONGEST and re.fullmatch(r"\d+", bare, re.ASCII):
        return int(bare)
    if len(bare) <= _LONGEST and _THOUSANDS.fullmatch(bare):
        return int(bare.replace(".", ""))
    if _ONE_GROUP.fullmatch(bare):
        said = _("This may mean %(thousand)s or a fraction of it. Write whole rupiah without points.")
        raise CellError(said % {"thousand": bare.replace(".", "")})
    raise CellError(_("This is no amount. Write whole rupiah in digits only, such as 1500000."))


def decimal(written: str, *, places: int) -> Decimal:
    """A number with at most so many decimals, after a comma or a point; 2.000 may be two thousand."""
    if places < _GROUP and _MAY_BE_THOUSANDS.fullmatch(written):
        said = _("This may mean %(thousand)s or a number with decimals. Write it without a point or comma.")
        raise CellError(said % {"thousand": re.sub("[.,]", "", written)})
    try:
        if len(written) > _LONGEST or not re.fullmatch(r"-?\d+([.,]\d+)?", written, re.ASCII):
            raise InvalidOperation
        value = Decimal(written.replace(",", "."))
    except InvalidOperation:
        raise CellError(
            _("This is no number. Write digits, with decimals after a comma, such as 4,5.")
        ) from None
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise CellError(
            _("More than %(places)s decimals. Round it yourself, so that it is known.") % {"places": places}
        )
    return value


def day(written: str) -> dt.date:
    """2026-11-22 or 22/11/2026: the day goes before the month here."""
    try:
        if match := _WRITTEN_DAY.fullmatch(written):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        return dt.date.fromisoformat(written)
    except ValueError:
        raise CellError(_("This is no day. Write it as 22/11/2026 or 2026-11-22.")) from None


def truth(written: str) -> bool:
    word = written.lower()
    if word not in _YES | _NO:
        raise CellError(_("This is neither yes nor no. Write one of the two."))
    return word in _YES


def choice(written: str, *, choices: type[TextChoices]) -> str:
    """A value of a closed list, by its name in the table or by its words in either language."""
    known = _words(choices)
    if written.strip().lower() not in known:
        raise CellError(
            _("This is not known here. Use one of: %(known)s.") % {"known": ", ".join(choices.values)}
        )
    return known[written.strip().lower()]


def choices_of(written: str, *, choices: type[TextChoices]) -> list[str]:
    """Several values, divided by semicolons."""
    return [choice(part, choices=choices) for part in written.split(";") if part.strip()]


@cache
def _words(choices: type[TextChoices]) -> dict[str, str]:
    found = {}
    for language in ("en", "id"):
        with translation.override(language):
            found.update({str(label).lower(): value for value, label in choices.choices})
    return found | {value.lower(): value for value in choices.values}
