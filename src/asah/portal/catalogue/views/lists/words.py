"""Years, weeks and days as the pages of the catalogue say them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from asah.portal.catalogue import queries
from asah.portal.catalogue.models import Offering
from asah.portal.ui.formats import long_date


def read_year(request: HttpRequest, years: list[int]) -> int:
    """The year in the address where rows may have it, else the next year."""
    asked = request.GET.get("year", "")
    return int(asked) if asked in {str(year) for year in years} else timezone.localdate().year + 1


def weeks_in_words(offering: Offering) -> str:
    """``10`` or ``10–12``; nothing where it is not dated."""
    weeks = queries.weeks_of(offering)
    if not weeks:
        return ""
    return str(weeks[0]) if len(weeks) == 1 else f"{weeks[0]}–{weeks[-1]}"


def days_in_words(offering: Offering) -> str:
    """First and last day, given or of the weeks; nothing where it is not dated."""
    days = queries.days_of(offering)
    if days is None:
        return ""
    return span_in_words(*days)


def span_in_words(first: dt.date, last: dt.date) -> str:
    """``15–18 Maret 2027``: what both days share is said once."""
    if first == last:
        return long_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{long_date(last)}"
    begins = f"{first.day} {MONTHS[first.month]}" if first.year == last.year else long_date(first)
    return f"{begins} – {long_date(last)}"


def place_in_words(offering: Offering) -> Any:
    return offering.place.name if offering.place else _("online")
