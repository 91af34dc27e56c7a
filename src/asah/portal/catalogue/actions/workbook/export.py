"""An agency's catalogue as a workbook that an import reads back without a change."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import xlsxwriter

from asah.portal.base.models import Unit, User
from asah.portal.catalogue.access import SEE_CATALOGUE
from asah.portal.catalogue.actions.workbook import columns
from asah.portal.catalogue.actions.workbook.book import Book, read_book
from asah.portal.catalogue.actions.workbook.columns import SheetColumn, SheetSpec
from asah.portal.catalogue.models import ResourcePeriod


def export_catalogue(*, viewer: User, agency: Unit) -> bytes:
    """The bytes of the workbook. Archived offerings and resources stay out; an empty one is a template."""
    SEE_CATALOGUE.require(viewer, agency)
    book = read_book(agency)
    names = {unit.pk: code for code, unit in book.known["units"].items()}
    rows: dict[str, Iterable[Any]] = {
        columns.PROGRAMMES.name: book.programmes.values(),
        columns.EFFECTS.name: book.effects.values(),
        columns.OFFERINGS.name: [row for row in book.offerings.values() if row.archived_at is None],
        columns.RESOURCES.name: _resources(book),
        columns.PRICES.name: book.prices.values(),
        columns.FARES.name: book.fares.values(),
    }
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        head = workbook.add_format({"bold": True, "bottom": 1})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for name, found in rows.items():
            spec = next(spec for spec in columns.SHEETS if spec.name == name)
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(spec.columns):
                sheet.set_column(
                    place, place, 30 if column.name in ("name", "description", "note", "source") else 17
                )
                sheet.write_string(0, place, column.name, head)
            for line, row in enumerate(found, start=1):
                for place, value in enumerate(_values(spec, row, names)):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(line, place, dt.datetime.combine(value, dt.time()), day)
                    elif isinstance(value, (int, Decimal)):
                        sheet.write_number(line, place, value)
                    elif value:
                        sheet.write_string(line, place, value)
    return stream.getvalue()


def _resources(book: Book) -> Iterator[Any]:
    """Each resource, then its exceptional weeks."""
    for code, resource in book.resources.items():
        if resource.archived_at is None:
            yield resource
            yield from (period for key, period in sorted(book.periods.items()) if key[0] == code)


def _values(spec: SheetSpec, row: Any, units: dict[int, str]) -> Iterator[Any]:
    for column in spec.columns:
        yield _value(column, row, units)


def _value(column: SheetColumn, row: Any, units: dict[int, str]) -> Any:
    """A number, a day or a text; "" for nothing."""
    if column.refers == "units":
        return ";".join(sorted(units[unit.pk] for unit in row.eligible_units.all() if unit.pk in units))
    if isinstance(row, ResourcePeriod) and column.field == "code":
        return row.resource.code
    value = getattr(row, column.field, None)
    if value is None:
        return ""
    if column.refers:
        return value.code
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(value) if isinstance(value, list) else value
