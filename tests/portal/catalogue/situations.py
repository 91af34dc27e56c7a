"""Named situations of the catalogue's tests. All names are invented."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from asah.portal.base.models import Unit
from asah.portal.catalogue.models import Offering, Programme, ProgrammeEffect, Resource
from asah.portal.competency.models import Competency
from asah.portal.people.models import Place

_numbers = count(1)


def a_competency(agency: Unit, code: str = "", **values: Any) -> Competency:
    code = code or f"C{next(_numbers)}"
    fields = {"name_id": f"Kompetensi {code}", "name_en": f"Competency {code}", "kind": "technical"} | values
    return Competency.objects.create(agency=agency, code=code, **fields)


def a_place(agency: Unit, code: str = "", name: str = "") -> Place:
    code = code or f"T{next(_numbers)}"
    return Place.objects.create(agency=agency, code=code, name=name or f"Tempat {code}")


def a_programme(agency: Unit, code: str = "", **values: Any) -> Programme:
    """Technical training of 20 JP that is offered."""
    code = code or f"P{next(_numbers)}"
    fields = {"name": f"Program {code}", "form": "K3", "jp": Decimal(20), "cost_per_person": 500_000}
    return Programme.objects.create(agency=agency, code=code, **({"state": "active"} | fields | values))


def an_effect(programme: Programme, competency: Competency, **values: Any) -> ProgrammeEffect:
    fields = {"gain_levels": Decimal("0.600"), "source": "catalogue"} | values
    return ProgrammeEffect.objects.create(programme=programme, competency=competency, **fields)


def a_resource(agency: Unit, code: str = "", **values: Any) -> Resource:
    """One room, one class at once."""
    code = code or f"S{next(_numbers)}"
    fields = {"name": f"Ruang {code}", "kind": "venue", "classes": 1} | values
    return Resource.objects.create(agency=agency, code=code, **fields)


def an_offering(programme: Programme, code: str = "", **values: Any) -> Offering:
    """In weeks 10 and 11 of 2027, online."""
    fields = {"year": 2027, "period": 10, "period_end": 11, "max_classes": 1} | values
    return Offering.objects.create(programme=programme, code=code or f"O{next(_numbers)}", **fields)
