"""Numbers, money, shares and dates as people write them: 1.234,56 and 22 November 2026, in English 1,234.56.

``None`` is written as a dash: absent is not zero.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import get_language

Number: TypeAlias = int | float | Decimal
ABSENT = "–"
_TO_INDONESIAN = str.maketrans(",.", ".,")


def is_indonesian() -> bool:
    """Whether the page being written is in Indonesian, which it is unless another language was chosen."""
    return (get_language() or "id").startswith("id")


def _say(text: str) -> str:
    return text.translate(_TO_INDONESIAN) if is_indonesian() else text


def _is_finite(value: Number) -> bool:
    return value == value and abs(value) != float("inf")


def number(value: Number | None, places: int | None = None) -> str:
    """``1.234,56``. Without ``places`` at most two decimals, and none that are zero at the end."""
    if value is None or not _is_finite(value):
        return ABSENT
    if places is None:
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
        text = "0" if text == "-0" else text
    else:
        text = f"{value:,.{places}f}"
    return _say(text)


def rupiah(value: Number | None) -> str:
    """``Rp 1.234.567``; without parts of a rupiah."""
    if value is None or not _is_finite(value):
        return ABSENT
    return f"{'-' if round(value) < 0 else ''}Rp {_say(f'{abs(round(value)):,}')}"


def share(value: Number | None, places: int = 1) -> str:
    """A part of one in per cents: 0.284 is ``28,4%``."""
    if value is None or not _is_finite(value):
        return ABSENT
    return _say(f"{value * 100:,.{places}f}") + "%"


def long_date(value: date | None) -> str:
    """``22 November 2026``; of a moment, the day it has in the zone of the installation."""
    if value is None:
        return ABSENT
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.day} {MONTHS[value.month]} {value.year}"


def long_moment(value: datetime | None) -> str:
    """``22 November 2026 14.05``, with a colon in English."""
    if value is None:
        return ABSENT
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{long_date(value)} {value:%H}{'.' if is_indonesian() else ':'}{value:%M}"
