"""One row of a workbook held against the catalogue: which row it is, and what it changes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from asah.portal.base.models import Unit
from asah.portal.base.sheets.cells import clean
from asah.portal.catalogue.actions import faults
from asah.portal.catalogue.actions.offerings import NOT_GIVEN, fill_weeks, new_offering
from asah.portal.catalogue.actions.workbook import columns
from asah.portal.catalogue.actions.workbook.cells import same
from asah.portal.catalogue.actions.workbook.columns import SheetSpec
from asah.portal.catalogue.actions.workbook.draft import Draft, Row
from asah.portal.catalogue.models import (
    Fare,
    Price,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)

# Where one sheet holds two kinds of rows, what only the other kind has.
_OF_RESOURCE: Final = frozenset({"name", "kind", "place", "note"})
_OF_PERIOD: Final = frozenset({"year", "period"})


def take_row(draft: Draft, spec: SheetSpec, row: Row) -> None:
    """Adds the row to the draft, or what is wrong with it to the row."""
    lacking = [column for column in spec.columns if column.needed and column.name in spec.key]
    for column in lacking:
        if not row.texts.get(column.name):
            row.tell(
                column.name, _("This is not filled in, and without it the row means nothing. Fill it in.")
            )
    if any(column.field not in row.values or row.values[column.field] is None for column in lacking):
        return
    _TAKERS[spec.name](draft, spec, row)


def _programme(draft: Draft, spec: SheetSpec, row: Row) -> None:
    programme = draft.book.programmes[same(row.values["code"])]
    is_new = programme.pk is None
    other = _fill(spec, row, programme, is_new=is_new)
    _judge(spec, row, faults.programme_faults(programme))
    units: list[Unit] | None = row.values.get("eligible_units")
    moved = units is not None and {unit.pk for unit in units} != draft.book.units_of.get(programme.pk, set())
    if row.problems:
        return
    if moved and units is not None:
        draft.units.append((programme, units))
    _finish(draft, spec, row, programme, is_new, other or moved)


def _effect(draft: Draft, spec: SheetSpec, row: Row) -> None:
    programme, competency = row.values["programme"], row.values["competency"]
    effect = draft.book.effects.get((same(programme.code), competency.code))
    is_new = effect is None
    effect = effect or ProgrammeEffect(programme=programme, competency=competency)
    other = _fill(spec, row, effect, is_new=is_new)
    _judge(spec, row, faults.effect_faults(effect, draft.book.agency))
    _finish(draft, spec, row, effect, is_new, other)


def _resource(draft: Draft, spec: SheetSpec, row: Row) -> None:
    code = row.values["code"]
    resource = draft.book.resources.get(same(code))
    if row.texts.get("period"):
        _resource_week(draft, spec, row, resource)
        return
    is_new = resource is None
    resource = resource or Resource(agency=draft.book.agency, code=code)
    draft.book.resources[same(code)] = resource
    if resource.archived_at is not None:
        row.tell("resource_id", _("This resource is archived. Bring it back first, or use another code."))
    other = _fill(spec, row, resource, is_new=is_new, skipped=_OF_PERIOD)
    _judge(spec, row, faults.resource_faults(resource))
    _finish(draft, spec, row, resource, is_new, other)


def _resource_week(draft: Draft, spec: SheetSpec, row: Row, resource: Resource | None) -> None:
    if resource is None:
        said = _("There is no such resource. Add a row for it above, without a week, with its name and kind.")
        row.tell("resource_id", said)
    if row.texts.get("classes", "") == "":
        row.tell(
            "classes", _("An exceptional week needs its number of classes. Write 0 where there are none.")
        )
    if resource is None or row.problems:
        return
    year, week = row.values.get("year", draft.year), row.values["period"]
    period = draft.book.periods.get((same(resource.code), year, week))
    is_new = period is None
    period = period or ResourcePeriod(resource=resource, year=year, period=week)
    other = _fill(spec, row, period, is_new=is_new, skipped=_OF_RESOURCE | {"code"})
    _judge(spec, row, faults.period_faults(period))
    _finish(draft, spec, row, period, is_new, other)


def _offering(draft: Draft, spec: SheetSpec, row: Row) -> None:
    year = row.values.setdefault("year", draft.year)
    offering = draft.book.offerings.get((year, same(row.values["code"])))
    is_new = offering is None
    if offering is None:
        if row.values.get("programme") is None:
            row.tell("programme_id", _("This is not filled in. Fill it in."))
            return
        offering = new_offering(programme=row.values["programme"], year=year, code=row.values["code"])
    if offering.archived_at is not None:
        row.tell("offering_id", _("This offering is archived. Bring it back first, or use another code."))

    def finish() -> None:
        if row.values.get("days", 0) is None:
            offering.days = NOT_GIVEN
        fill_weeks(offering)

    other = _fill(spec, row, offering, is_new=is_new, finish=finish)
    _judge(spec, row, faults.offering_faults(offering))
    _finish(draft, spec, row, offering, is_new, other)


def _price(draft: Draft, spec: SheetSpec, row: Row) -> None:
    year = row.values.setdefault("year", draft.year)
    region, code = row.values.get("region") or "", row.values["code"]
    price = draft.book.prices.get((year, region, same(code)))
    is_new = price is None
    price = price or Price(agency=draft.book.agency, year=year, region=region, code=code)
    other = _fill(spec, row, price, is_new=is_new)
    _judge(spec, row, faults.price_faults(price))
    _finish(draft, spec, row, price, is_new, other)


def _fare(draft: Draft, spec: SheetSpec, row: Row) -> None:
    year = row.values.setdefault("year", draft.year)
    origin, destination = row.values["origin"], row.values["destination"]
    fare = draft.book.fares.get((year, origin.code, destination.code))
    is_new = fare is None
    fare = fare or Fare(agency=draft.book.agency, year=year, origin=origin, destination=destination)
    other = _fill(spec, row, fare, is_new=is_new)
    _judge(spec, row, faults.fare_faults(fare))
    _finish(draft, spec, row, fare, is_new, other)


_TAKERS: Final[dict[str, Callable[[Draft, SheetSpec, Row], None]]] = {
    columns.RESOURCES.name: _resource,
    columns.PROGRAMMES.name: _programme,
    columns.EFFECTS.name: _effect,
    columns.OFFERINGS.name: _offering,
    columns.PRICES.name: _price,
    columns.FARES.name: _fare,
}


def _fill(
    spec: SheetSpec,
    row: Row,
    target: Model,
    *,
    is_new: bool,
    skipped: frozenset[str] = frozenset(),
    finish: Callable[[], None] = lambda: None,
) -> bool:
    """Puts the cells into a row of the database; whether that changes it. Blank means the default."""
    before = {field.attname: getattr(target, field.attname) for field in target._meta.concrete_fields}
    unsaved = False
    for column in spec.columns:
        name = column.field
        # The code is what the row was found by: written in another case it is still that of the catalogue.
        if name in skipped or column.refers == "units" or (name == "code" and not is_new):
            continue
        if column.needed and (is_new or column.name in row.texts) and not row.texts.get(column.name):
            row.tell(column.name, _("This is not filled in. Fill it in."))
        if name not in row.values:
            continue
        fresh = row.values[name]
        field: Any = target._meta.get_field(name)
        if fresh is None and not column.refers:
            fresh = field.get_default() if field.has_default() or not field.null else None
        old = getattr(target, name)
        # A workbook loses blanks at the edges and the kind of line ends: that alone is no change.
        if isinstance(old, str) and clean(old) == fresh:
            continue
        unsaved |= column.refers != "" and fresh is not None and fresh.pk is None
        setattr(target, name, fresh)
    finish()
    after = {field.attname: getattr(target, field.attname) for field in target._meta.concrete_fields}
    return unsaved or before != after


def _judge(spec: SheetSpec, row: Row, found: faults.Faults) -> None:
    for name, said in found.items():
        row.tell(spec.column_of(name), " ".join(dict.fromkeys(said)))


def _finish(draft: Draft, spec: SheetSpec, row: Row, target: Model, is_new: bool, other: bool) -> None:
    code = getattr(target, "code", "")
    written = row.values.get("code", "")
    if code and written and code != written:
        said = _("%(sheet)s, row %(row)s: “%(written)s” is taken for “%(code)s” of the catalogue.")
        draft.notes.append(said % {"sheet": row.sheet, "row": row.number, "written": written, "code": code})
    if not row.problems:
        draft.keep(spec, target, is_new=is_new, other=other)
