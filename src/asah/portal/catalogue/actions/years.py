"""Copying what is kept by year to another year; what is there already stays as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions.faults import FIRST_YEAR, LAST_YEAR
from asah.portal.catalogue.enums import ProgrammeState, YearBook
from asah.portal.catalogue.models import Fare, Offering, Price
from asah.portal.catalogue.queries import same_day_in, week_of, weeks_in


@dataclass(frozen=True)
class Copied:
    """How many rows were written, and how many the other year had already."""

    written: int
    there: int


@transaction.atomic
def copy_year(*, actor: User, agency: Unit, book: YearBook, from_year: int, to_year: int) -> Copied:
    """Copies a year's offerings, prices or fares. ValidationError for years that cannot be copied."""
    EDIT_CATALOGUE.require(actor, agency)
    for field, year in (("from_year", from_year), ("to_year", to_year)):
        if not FIRST_YEAR <= year <= LAST_YEAR:
            said = _("Give a year from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError({field: [said]})
    if from_year == to_year:
        raise ValidationError({"to_year": [_("This is the same year. Choose another one to copy to.")]})
    copies = {YearBook.OFFERINGS: _offerings, YearBook.PRICES: _prices, YearBook.FARES: _fares}
    copied = copies[book](agency, from_year, to_year)
    detail = {"from": from_year, "to": to_year, "written": copied.written, "there": copied.there}
    audit.record(actor, f"{book.value}.copied", agency, unit=agency, detail=detail)
    return copied


def _offerings(agency: Unit, from_year: int, to_year: int) -> Copied:
    """The same weeks, days on the same weekday of the same week; archived ones are left behind."""
    Unit.objects.select_for_update().get(pk=agency.pk)
    mine = Offering.objects.filter(programme__agency=agency)
    there = set(mine.filter(year=to_year).values_list(Upper("code"), flat=True))
    rows = list(
        mine.filter(year=from_year, archived_at=None)
        .exclude(programme__state=ProgrammeState.ARCHIVED)
        .order_by("pk")
    )
    fresh = [row for row in rows if row.code.upper() not in there]
    last = weeks_in(to_year)
    for row in fresh:
        row.pk, row._state.adding, row.year = None, True, to_year
        if row.starts_on and row.ends_on:
            length = row.ends_on - row.starts_on
            row.starts_on = same_day_in(to_year, row.starts_on)
            row.ends_on = min(row.starts_on + length, dt.date(to_year, 12, 31))
            row.period, row.period_end = week_of(row.starts_on), week_of(row.ends_on)
        else:
            row.period = min(row.period, last) if row.period else None
            row.period_end = min(row.period_end, last) if row.period_end else None
    Offering.objects.bulk_create(fresh)
    return Copied(len(fresh), len(rows) - len(fresh))


def _prices(agency: Unit, from_year: int, to_year: int) -> Copied:
    """A copied price is not checked for the new year, and says where it was copied from."""
    mine = Price.objects.filter(agency=agency)
    there = set(mine.filter(year=to_year).values_list("region", Upper("code")))
    rows = list(mine.filter(year=from_year).order_by("pk"))
    fresh = [row for row in rows if (row.region, row.code.upper()) not in there]
    for row in fresh:
        row.pk, row._state.adding, row.year, row.verified = None, True, to_year, False
        said = _("copied from %(year)s: %(source)s") % {"year": from_year, "source": row.source}
        row.source = said.strip().rstrip(":")[:300]
    Price.objects.bulk_create(fresh)
    return Copied(len(fresh), len(rows) - len(fresh))


def _fares(agency: Unit, from_year: int, to_year: int) -> Copied:
    mine = Fare.objects.filter(agency=agency)
    there = set(mine.filter(year=to_year).values_list("origin", "destination"))
    rows = list(mine.filter(year=from_year).order_by("pk"))
    fresh = [row for row in rows if (row.origin_id, row.destination_id) not in there]
    for row in fresh:
        row.pk, row._state.adding, row.year = None, True, to_year
    Fare.objects.bulk_create(fresh)
    return Copied(len(fresh), len(rows) - len(fresh))
