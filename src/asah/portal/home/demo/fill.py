"""An agency filled from a folder of the engine's tables, as a simulated region has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from asah.portal.base.models import Unit
from asah.portal.catalogue.models import (
    Fare,
    Fund,
    Offering,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)
from asah.portal.competency.actions import adopt_starting_set
from asah.portal.competency.models import Competency, Framework, Requirement
from asah.portal.home import bridge
from asah.portal.home.demo.insert import insert_rows
from asah.portal.needs.models import Cycle, Member, Need
from asah.portal.people.models import Employment, Person, Place, Position
from asah.portal.planning.models import Limit, Mandate, Scenario

BATCH = 5000
Rows = list[dict[str, Any]]


def fill_from_tables(
    agency: Unit, folder: Path, *, needs: bool = True, scenario: str = "Pagu indikatif"
) -> Scenario:
    """Everything a plan of ``agency`` needs, out of ``folder``; the scenario with its limits and mandates.

    ``needs``: False leaves those of ``folder`` out, to be computed from ratings.

    The agency takes the place of the one unit without a parent. Programmes completed before, which the portal
    knows from delivery, are left out.
    """
    tables = bridge.planning_tables(folder)
    policy = bridge.policy(folder)
    year = int(policy.pop("year"))
    units = _units(agency, tables["units"])
    places = _places(agency, tables["places"])
    positions = _positions(agency, tables["people"], tables["requirements"])
    people = _people(agency, tables["people"], units, places, positions)
    competencies, framework = _competencies(agency, tables["competencies"])
    _requirements(tables["requirements"], positions, competencies)
    funds = _funds(agency, tables["programmes"], tables["budgets"])
    programmes = _programmes(agency, tables["programmes"], funds, units)
    _effects(tables["programme_effects"], programmes, competencies)
    resources = _resources(agency, tables["resources"], year)
    _offerings(tables["offerings"], programmes, places, resources, year)
    _fares(agency, tables["travel"], places, year)
    levels = {(row["position_id"], row["competency_id"]): row["level"] for row in tables["requirements"]}
    posts = {
        row["person_id"]: (row["position_id"], row.get("target_position_id")) for row in tables["people"]
    }
    cycle = _cycle(agency, framework, year, people)
    if needs:
        _needs(cycle, tables["needs"], people, competencies, levels, posts)
    made = Scenario.objects.create(agency=agency, year=year, name=scenario, cycle=cycle, policy=policy)
    _limits(made, tables["budgets"], funds, units)
    Mandate.objects.bulk_create(
        Mandate(
            scenario=made,
            person=people[row["person_id"]],
            programme=programmes[row["programme_id"]],
            points=row["points"],
        )
        for row in tables["mandates"]
    )
    return made


def _units(agency: Unit, rows: Rows) -> dict[str, Unit]:
    known: dict[str, Unit] = {}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if row["parent_id"] is None or row["parent_id"] in known]
        for row in ready:
            if row["parent_id"] is None:
                known[row["unit_id"]] = agency
                continue
            parent = known[row["parent_id"]]
            unit = Unit.objects.create(parent=parent, code=row["unit_id"], name=row["name"], path="")
            unit.path = f"{parent.path}{unit.pk}."
            unit.save(update_fields=["path"])
            known[row["unit_id"]] = unit
        waiting = [row for row in waiting if row["unit_id"] not in known]
    return known


def _places(agency: Unit, rows: Rows) -> dict[str, Place]:
    made = Place.objects.bulk_create(
        Place(
            agency=agency,
            code=row["place_id"],
            name=row["name"],
            zone=row["zone"] or "",
            latitude=row["lat"],
            longitude=row["lon"],
            connectivity=row["connectivity"] or "",
        )
        for row in rows
    )
    return {place.code: place for place in made}


def _positions(agency: Unit, people: Rows, requirements: Rows) -> dict[str, Position]:
    kinds = {row["position_id"]: row["position_kind"] or "" for row in people if row["position_id"]}
    targets = {row["target_position_id"] for row in people if row["target_position_id"]}
    codes = {*kinds, *targets, *(row["position_id"] for row in requirements)}
    made = Position.objects.bulk_create(
        (
            Position(agency=agency, code=code, name=bridge.title_of_position(code), kind=kinds.get(code, ""))
            for code in sorted(codes)
        ),
        batch_size=BATCH,
    )
    return {position.code: position for position in made}


def _people(
    agency: Unit,
    rows: Rows,
    units: Mapping[str, Unit],
    places: Mapping[str, Place],
    positions: Mapping[str, Position],
) -> dict[str, Person]:
    made = Person.objects.bulk_create(
        (
            Person(
                agency=agency,
                nip=row["person_id"],
                name=row["name"] or row["person_id"],
                sex=row["sex"] or "",
                retires_on=row["retires_on"],
                target_position=positions.get(row["target_position_id"] or ""),
            )
            for row in rows
        ),
        batch_size=BATCH,
    )
    people = {person.nip: person for person in made}
    Employment.objects.bulk_create(
        (
            Employment(
                person=people[row["person_id"]],
                unit=units[row["unit_id"]],
                place=places[row["place_id"]],
                position=positions.get(row["position_id"] or ""),
                kind=row["employment"],
                golongan=row["golongan"] or "",
            )
            for row in rows
        ),
        batch_size=BATCH,
    )
    for employment in Employment.objects.filter(person__agency=agency).select_related("person"):
        people[employment.person.nip].current = employment
    Person.objects.bulk_update(people.values(), ["current"], batch_size=500)
    return people


def _competencies(agency: Unit, rows: Rows) -> tuple[dict[str, Competency], Framework]:
    """The framework that Asah ships, with its anchors; what a region has beside it is added without any."""
    framework = adopt_starting_set(actor=None, agency=agency)
    known = {each.code: each for each in Competency.objects.filter(agency=agency)}
    made = Competency.objects.bulk_create(
        Competency(
            agency=agency,
            code=row["competency_id"],
            name_id=row["name"],
            kind=row["kind"],
            stream=row["stream"] or "competency",
        )
        for row in rows
        if row["competency_id"] not in known
    )
    return {**known, **{each.code: each for each in made}}, framework


def _requirements(
    rows: Rows, positions: Mapping[str, Position], competencies: Mapping[str, Competency]
) -> None:
    Requirement.objects.bulk_create(
        (
            Requirement(
                position=positions[row["position_id"]],
                competency=competencies[row["competency_id"]],
                level=round(row["level"]),
                importance=Decimal(str(row["importance"] or 1)),
                basis="stipulated",
                valid_from=dt.date(2020, 1, 1),
            )
            for row in rows
        ),
        batch_size=BATCH,
    )


def _funds(agency: Unit, programmes: Rows, budgets: Rows) -> dict[str, Fund]:
    codes = {row["fund_id"] for row in programmes if row["fund_id"]}
    codes |= {row["id"] for row in budgets if row["scope"] == "fund"}
    made = Fund.objects.bulk_create(Fund(agency=agency, code=code, name=code) for code in sorted(codes))
    return {fund.code: fund for fund in made}


def _programmes(
    agency: Unit, rows: Rows, funds: Mapping[str, Fund], units: Mapping[str, Unit]
) -> dict[str, Programme]:
    made = Programme.objects.bulk_create(
        Programme(
            agency=agency,
            code=row["programme_id"],
            name=row["name"],
            state="active",
            form=row["form"],
            jp=Decimal(str(row["jp"])),
            theory_jp=Decimal(str(row["jp"])),
            cost_per_person=row["cost_per_person_idr"],
            fund=funds.get(row["fund_id"] or ""),
            organiser=row["organiser"] or "",
            curriculum_owner=row["curriculum_owner"] or "",
            connectivity=row["connectivity"] or "low",
            general=row["general"],
            counts_to_max=row["counts_to_max"],
            eligible_employment=_split(row["eligible_employment"]),
            eligible_position_kind=_split(row["eligible_position_kind"]),
        )
        for row in rows
    )
    programmes = {each.code: each for each in made}
    for row in rows:
        if row["prerequisite_id"]:
            programmes[row["programme_id"]].prerequisite = programmes[row["prerequisite_id"]]
        if row["eligible_unit"]:
            programmes[row["programme_id"]].eligible_units.set(
                [units[code] for code in _split(row["eligible_unit"])]
            )
    Programme.objects.bulk_update(programmes.values(), ["prerequisite"])
    return programmes


def _effects(rows: Rows, programmes: Mapping[str, Programme], competencies: Mapping[str, Competency]) -> None:
    ProgrammeEffect.objects.bulk_create(
        ProgrammeEffect(
            programme=programmes[row["programme_id"]],
            competency=competencies[row["competency_id"]],
            gain_levels=Decimal(str(round(row["gain_levels"], 3))),
            gain_sd=None if row["gain_sd"] is None else Decimal(str(round(row["gain_sd"], 3))),
            source=row["source"] or "catalogue",
        )
        for row in rows
    )


def _resources(agency: Unit, rows: Rows, year: int) -> dict[str, Resource]:
    usual: dict[str, int] = {}
    for row in rows:
        usual.setdefault(row["resource_id"], row["classes"])
    made = Resource.objects.bulk_create(
        Resource(agency=agency, code=code, name=code, kind="facilitators", classes=classes)
        for code, classes in sorted(usual.items())
    )
    resources = {each.code: each for each in made}
    ResourcePeriod.objects.bulk_create(
        (
            ResourcePeriod(
                resource=resources[row["resource_id"]],
                year=year,
                period=row["period"],
                classes=row["classes"],
            )
            for row in rows
            if row["classes"] != usual[row["resource_id"]]
        ),
        batch_size=BATCH,
    )
    return resources


def _offerings(
    rows: Rows,
    programmes: Mapping[str, Programme],
    places: Mapping[str, Place],
    resources: Mapping[str, Resource],
    year: int,
) -> None:
    Offering.objects.bulk_create(
        Offering(
            programme=programmes[row["programme_id"]],
            code=row["offering_id"],
            year=year,
            period=row["period"],
            period_end=row["period_end"],
            starts_on=row["start_date"],
            ends_on=row["end_date"],
            place=places.get(row["place_id"] or ""),
            days=row["days"],
            seats_per_class=row["seats_per_class"],
            min_per_class=row["min_per_class"],
            max_classes=row["max_classes"],
            cost_per_class=row["cost_per_class_idr"],
            resource=resources.get(row["resource_id"] or ""),
        )
        for row in rows
    )


def _fares(agency: Unit, rows: Rows, places: Mapping[str, Place], year: int) -> None:
    Fare.objects.bulk_create(
        (
            Fare(
                agency=agency,
                year=year,
                origin=places[row["from_place_id"]],
                destination=places[row["to_place_id"]],
                cost=row["cost_idr"],
                per_day=row["per_day_idr"],
            )
            for row in rows
        ),
        batch_size=BATCH,
    )


def _cycle(
    agency: Unit,
    framework: Framework,
    year: int,
    people: Mapping[str, Person],
) -> Cycle:
    cycle = Cycle.objects.create(
        agency=agency,
        year=year,
        name=f"AKPK {year}",
        state="finished",
        framework=framework,
        roles=["self", "supervisor"],
        opens_on=dt.date(year - 1, 6, 1),
        closes_on=dt.date(year - 1, 8, 31),
    )
    Member.objects.bulk_create(
        (
            Member(
                cycle=cycle,
                person=person,
                unit_id=_at(person).unit_id,
                position_id=_at(person).position_id,
                target_position_id=person.target_position_id,
            )
            for person in people.values()
        ),
        batch_size=BATCH,
    )
    return cycle


def _needs(
    cycle: Cycle,
    rows: Rows,
    people: Mapping[str, Person],
    competencies: Mapping[str, Competency],
    levels: Mapping[tuple[str, str], float],
    posts: Mapping[str, tuple[str | None, str | None]],
) -> None:
    """Needs with the level demanded by the post that each is a need against."""

    def required(row: dict[str, Any]) -> float:
        post = posts[row["person_id"]][row.get("against") == "target"]
        return levels.get((post or "", row["competency_id"]), 0)

    insert_rows(
        Need,
        (
            "cycle",
            "person",
            "unit",
            "competency",
            "against",
            "required",
            "gap",
            "weight",
            "probability",
            "basis",
        ),
        (
            (
                cycle.pk,
                people[row["person_id"]].pk,
                _at(people[row["person_id"]]).unit_id,
                competencies[row["competency_id"]].pk,
                row.get("against") or "current",
                round(required(row)),
                row["gap_levels"],
                row["weight"],
                row.get("prob_gap"),
                row["basis"] or "",
            )
            for row in rows
        ),
    )


def _at(person: Person) -> Employment:
    assert person.current is not None
    return person.current


def _limits(scenario: Scenario, rows: Rows, funds: Mapping[str, Fund], units: Mapping[str, Unit]) -> None:
    Limit.objects.bulk_create(
        Limit(
            scenario=scenario,
            scope=row["scope"],
            fund=funds[row["id"]] if row["scope"] == "fund" else None,
            unit=units[row["id"]] if row["scope"] == "unit" else None,
            amount=row["amount_idr"],
        )
        for row in rows
    )


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(";")] if text else []
