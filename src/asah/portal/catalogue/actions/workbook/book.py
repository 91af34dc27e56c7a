"""What of a catalogue is there already, by code: what the rows of a workbook are held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from asah.portal.base.models import Unit
from asah.portal.base.models.unit import below
from asah.portal.catalogue.actions.workbook.cells import same
from asah.portal.catalogue.models import (
    Fare,
    Fund,
    Offering,
    Price,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)
from asah.portal.competency.models import Competency
from asah.portal.people.models import Place


@dataclass
class Book:
    """One agency's catalogue in memory. The keys are those of the sheets, codes as ``same`` has them."""

    agency: Unit
    programmes: dict[str, Programme] = field(default_factory=dict)
    effects: dict[tuple[str, str], ProgrammeEffect] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    periods: dict[tuple[str, int, int], ResourcePeriod] = field(default_factory=dict)
    offerings: dict[tuple[int, str], Offering] = field(default_factory=dict)
    prices: dict[tuple[int, str, str], Price] = field(default_factory=dict)
    fares: dict[tuple[int, str, str], Fare] = field(default_factory=dict)
    units_of: dict[int, set[int]] = field(default_factory=dict)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def find(self, kind: str, code: str) -> Any:
        """The row that a code stands for, or None. Competencies, places and funds come from elsewhere."""
        if kind == "programme":
            return self.programmes.get(same(code))
        if kind == "resource":
            return self.resources.get(same(code))
        return self.known[kind].get(same(code) if kind == "fund" else code)


def read_book(agency: Unit) -> Book:
    """Everything an agency's workbook may speak of, in a fixed number of queries."""
    book = Book(agency)
    book.known = {
        "competency": {one.code: one for one in Competency.objects.filter(agency=agency)},
        "place": {one.code: one for one in Place.objects.filter(agency=agency)},
        "fund": {same(one.code): one for one in Fund.objects.filter(agency=agency)},
        "units": unit_codes(agency),
    }
    programmes = (
        Programme.objects.filter(agency=agency).select_related("fund").prefetch_related("eligible_units")
    )
    by_number = {programme.pk: programme for programme in programmes}
    for programme in by_number.values():
        # The very objects of this book, so that a chain of prerequisites is seen as the sheet leaves it.
        programme.prerequisite = (
            by_number.get(programme.prerequisite_id) if programme.prerequisite_id else None
        )
        book.programmes[same(programme.code)] = programme
        book.units_of[programme.pk] = {unit.pk for unit in programme.eligible_units.all()}
    for effect in ProgrammeEffect.objects.filter(programme__agency=agency).select_related("competency"):
        effect.programme = by_number[effect.programme_id]
        book.effects[same(effect.programme.code), effect.competency.code] = effect
    for resource in Resource.objects.filter(agency=agency).select_related("place"):
        book.resources[same(resource.code)] = resource
    for period in ResourcePeriod.objects.filter(resource__agency=agency).select_related("resource"):
        book.periods[same(period.resource.code), period.year, period.period] = period
    for offering in Offering.objects.filter(programme__agency=agency).select_related("place", "resource"):
        offering.programme = by_number[offering.programme_id]
        book.offerings[offering.year, same(offering.code)] = offering
    for price in Price.objects.filter(agency=agency):
        book.prices[price.year, price.region, same(price.code)] = price
    for fare in Fare.objects.filter(agency=agency).select_related("origin", "destination"):
        book.fares[fare.year, fare.origin.code, fare.destination.code] = fare
    return book


def unit_codes(agency: Unit) -> dict[str, Unit]:
    """Units by their code; where it stands twice, by the codes from the office down: ``A/B``."""
    units = {unit.pk: unit for unit in Unit.objects.filter(below([agency.path]))}
    often = Counter(unit.code for unit in units.values())

    def named(unit: Unit) -> str:
        if often[unit.code] == 1 or unit.parent_id is None:
            return unit.code
        above = [units[int(part)].code for part in unit.path.split(".")[1:-1]]
        return "/".join(above)

    return {named(unit): unit for unit in units.values()}
