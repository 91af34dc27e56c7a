"""Rows of the portal as the engine's tables: one folder is one planning problem."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.db.models import F, Prefetch

from asah.engine.errors import InputError, OutputError
from asah.engine.tables import SCHEMA, OutputFolder, Tables, examine, load
from asah.portal.base.models import Unit
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import (
    Fare,
    Fund,
    Offering,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)
from asah.portal.competency.models import Competency
from asah.portal.needs.enums import Against, CaseState
from asah.portal.needs.models import COACHING, ConductCase, Need
from asah.portal.people.models import Person, Place
from asah.portal.planning.bridge.as_planned import AsPlanned, offering_as_planned, person_as_planned
from asah.portal.planning.bridge.coaching import write_told
from asah.portal.planning.bridge.keys import Keys, make_unique
from asah.portal.planning.bridge.messages import Message, ProblemRefused, in_both_languages, tell
from asah.portal.planning.bridge.policy import policy_toml
from asah.portal.planning.models import Scenario
from asah.portal.planning.queries import history

POLICY = "policy.toml"
# A case of conduct calls for one level; programmes of the ethics stream raise by less.
COACHING_LEVELS = 1.0
Row = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """A problem as it was written. ``warnings``: what the engine noticed and can live with."""

    folder: Path
    keys: Keys
    sha256: str
    people: int
    warnings: list[Message]


@dataclass
class _Writer:
    """The rows of a scenario, table by table; keys are filled in the order in which tables need them.

    ``before``: identifiers of an earlier problem, which the same rows are given again.
    """

    scenario: Scenario
    keys: dict[str, dict[int, str]] = field(default_factory=dict)
    before: Keys = field(default_factory=Keys)
    as_planned: AsPlanned = field(default_factory=AsPlanned)
    told: dict[tuple[str, str], tuple[float, float] | None] = field(default_factory=dict)

    def tables(self) -> Iterator[tuple[str, list[Row]]]:
        """Every table; earlier ones make the keys that later ones use."""
        yield from self.catalogue()
        yield "people", self._people()
        yield "needs", self._needs()
        yield "mandates", self._mandates()
        yield "completed", self._completed()
        yield "locks", self._locks()

    def catalogue(self) -> Iterator[tuple[str, list[Row]]]:
        """What is offered, what it costs, and the limits of money."""
        yield "units", self._units()
        yield "places", self._places()
        yield "competencies", self._competencies()
        yield "programmes", self._programmes()
        yield "programme_effects", self._effects()
        yield "offerings", self._offerings()
        yield "travel", self._travel()
        yield "resources", self._resources()
        yield "budgets", self._budgets()

    def _name(self, kind: str, names: Mapping[int, str]) -> None:
        known = self.before.of.get(kind, {})
        self.keys[kind] = {key: known.get(key, name) for key, name in names.items()}

    def id(self, kind: str, key: int | None) -> str | None:
        """The identifier of a row; of one outside the problem its number, which the engine then refuses."""
        return None if key is None else self.keys[kind].get(key, f"#{key}")

    def _units(self) -> list[Row]:
        units = list(Unit.objects.filter(path__startswith=self.scenario.agency.path).order_by("path"))
        codes = {unit.pk: unit.code for unit in units}
        self._name(
            "units",
            make_unique(
                (unit.pk, unit.code, f"{codes.get(unit.parent_id or 0, '')}/{unit.code}") for unit in units
            ),
        )
        self.paths = {unit.pk: unit.path for unit in units}
        root = self.scenario.agency_id
        return [
            {
                "unit_id": self.id("units", unit.pk),
                "name": unit.name,
                "parent_id": None if unit.pk == root else self.id("units", unit.parent_id),
            }
            for unit in units
        ]

    def _places(self) -> list[Row]:
        places = list(Place.objects.filter(agency=self.scenario.agency_id).order_by("code"))
        self._name("places", {place.pk: place.code for place in places})
        return [
            {
                "place_id": self.id("places", place.pk),
                "name": place.name,
                "zone": place.zone or None,
                "lat": place.latitude,
                "lon": place.longitude,
                "connectivity": place.connectivity or None,
            }
            for place in places
        ]

    def _competencies(self) -> list[Row]:
        found = list(Competency.objects.filter(agency=self.scenario.agency_id).order_by("code"))
        self._name("competencies", {each.pk: each.code for each in found})
        return [
            {
                "competency_id": self.id("competencies", each.pk),
                "name": each.name_id,
                "kind": each.kind,
                "stream": each.stream,
            }
            for each in found
        ]

    def _people(self) -> list[Row]:
        """Everybody at work in the agency: each is in the plan once, with or without a need."""
        rows = list(
            Person.objects.filter(agency=self.scenario.agency_id, current__ended_on=None)
            .exclude(current=None)
            .order_by("nip")
            .values(
                *(
                    "pk",
                    "nip",
                    "name",
                    "front_degree",
                    "back_degree",
                    "sex",
                    "retires_on",
                    "target_position_id",
                ),
                unit=F("current__unit_id"),
                place=F("current__place_id"),
                position=F("current__position__code"),
                position_name=F("current__position__name"),
                position_kind=F("current__position__kind"),
                zone=F("current__place__zone"),
                target=F("target_position__code"),
                employment=F("current__kind"),
                golongan=F("current__golongan"),
            )
        )
        self.keys["people"] = {row["pk"]: row["nip"] for row in rows}
        self.as_planned.people = {row["pk"]: person_as_planned(row) for row in rows}
        done = history.jp_done_before(self.scenario.agency, self.scenario.year)
        return [
            {
                "person_id": row["nip"],
                "unit_id": self.id("units", row["unit"]),
                "place_id": self.id("places", row["place"]),
                "position_id": row["position"],
                "target_position_id": row["target"],
                "position_kind": row["position_kind"] or None,
                "employment": row["employment"],
                "sex": row["sex"] or None,
                "name": row["name"],
                "golongan": row["golongan"] or None,
                "retires_on": row["retires_on"],
                "jp_done": float(done.get(row["pk"], 0)),
            }
            for row in rows
        ]

    def _programmes(self) -> list[Row]:
        found = list(
            Programme.objects.filter(agency=self.scenario.agency_id, state=ProgrammeState.ACTIVE)
            .select_related("fund")
            .prefetch_related("eligible_units")
            .order_by("code")
        )
        self._name("programmes", {each.pk: each.code for each in found})
        self._name(
            "funds", dict(Fund.objects.filter(agency=self.scenario.agency_id).values_list("pk", "code"))
        )
        return [
            {
                "programme_id": self.id("programmes", each.pk),
                "name": each.name,
                "form": each.form,
                "jp": float(each.jp),
                "cost_per_person_idr": each.cost_per_person,
                "fund_id": self.id("funds", each.fund_id),
                "prerequisite_id": self.id("programmes", each.prerequisite_id),
                "organiser": each.organiser or None,
                "curriculum_owner": each.curriculum_owner or None,
                "connectivity": each.connectivity,
                "general": each.general,
                "counts_to_max": each.counts_to_max,
                "eligible_employment": _list(each.eligible_employment),
                "eligible_position_kind": _list(each.eligible_position_kind),
                "eligible_unit": _list(self._with_units_below(each.eligible_units.all())),
            }
            for each in found
        ]

    def _with_units_below(self, units: Iterable[Unit]) -> list[str]:
        paths = tuple(unit.path for unit in units)
        return (
            [self.keys["units"][key] for key, path in self.paths.items() if path.startswith(paths)]
            if paths
            else []
        )

    def _effects(self) -> list[Row]:
        found = ProgrammeEffect.objects.filter(programme__in=list(self.keys["programmes"])).order_by(
            "programme__code", "competency__code"
        )
        return [
            {
                "programme_id": self.id("programmes", each.programme_id),
                "competency_id": self.id("competencies", each.competency_id),
                "gain_levels": float(each.gain_levels),
                "gain_sd": None if each.gain_sd is None else float(each.gain_sd),
                "source": each.source,
            }
            for each in found
        ]

    def _offerings(self) -> list[Row]:
        found = list(
            Offering.objects.filter(
                programme__in=list(self.keys["programmes"]), year=self.scenario.year, archived_at=None
            )
            .select_related("programme__fund", "resource", "place")
            .prefetch_related(
                Prefetch("programme__effects", ProgrammeEffect.objects.select_related("competency"))
            )
            .order_by("programme__code", "code")
        )
        self._name(
            "offerings",
            make_unique((each.pk, each.code, f"{each.programme.code}/{each.code}") for each in found),
        )
        self.as_planned.offerings = {each.pk: offering_as_planned(each) for each in found}
        self.resources = {each.resource_id: each.resource for each in found if each.resource}
        return [
            {
                "offering_id": self.id("offerings", each.pk),
                "programme_id": self.id("programmes", each.programme_id),
                "period": each.period,
                "period_end": each.period if each.period_end is None else each.period_end,
                "place_id": self.id("places", each.place_id),
                "days": each.days,
                "seats_per_class": each.seats_per_class,
                "min_per_class": each.min_per_class,
                "max_classes": each.max_classes,
                "cost_per_class_idr": each.cost_per_class,
                "resource_id": each.resource.code if each.resource else None,
                "start_date": each.starts_on,
                "end_date": each.ends_on,
            }
            for each in found
        ]

    def _needs(self) -> list[Row]:
        """Needs of the analysis, and those of open cases, which look like any other need.

        What a need rests on is left out for all of them: it would tell the cases apart. ``told`` keeps what
        is to be told of those of cases.
        """
        people, known = self.keys["people"], self.keys["competencies"]
        gaps: dict[tuple[int, int], tuple[float, float, str | None]] = {}
        hidden: dict[tuple[int, int], tuple[float, float] | None] = {}
        heaviest: dict[int, float] = defaultdict(float)
        for person, competency, gap, weight, against, basis in Need.objects.filter(
            cycle=self.scenario.cycle_id, person__current__ended_on=None
        ).values_list("person_id", "competency_id", "gap", "weight", "against", "basis"):
            gaps[person, competency] = gap, weight, against
            heaviest[competency] = max(heaviest[competency], weight)
            if basis == COACHING:
                hidden[person, competency] = None
        usual = max(heaviest.values(), default=1.0)
        cases = ConductCase.objects.filter(state=CaseState.OPEN, person__agency=self.scenario.agency_id)
        for pair in cases.values_list("person_id", "competency_id").distinct():
            gap, weight, kind = gaps.get(pair, (0.0, 0.0, Against.CURRENT.value))
            hidden.setdefault(pair, (gap, weight) if gap else None)
            gaps[pair] = max(gap, COACHING_LEVELS), heaviest.get(pair[1]) or usual, kind
        self.told = {
            (people[person], known[competency]): need
            for (person, competency), need in hidden.items()
            if person in people and competency in known
        }
        rows = [
            {
                "person_id": people[person],
                "competency_id": known[competency],
                "gap_levels": gap,
                "weight": weight,
                "against": against,
            }
            for (person, competency), (gap, weight, against) in gaps.items()
            if person in people and competency in known
        ]
        return sorted(rows, key=lambda row: (row["person_id"], row["competency_id"]))

    def _travel(self) -> list[Row]:
        found = Fare.objects.filter(agency=self.scenario.agency_id, year=self.scenario.year).order_by(
            "origin__code", "destination__code"
        )
        return [
            {
                "from_place_id": self.id("places", each.origin_id),
                "to_place_id": self.id("places", each.destination_id),
                "cost_idr": each.cost,
                "per_day_idr": each.per_day,
            }
            for each in found
        ]

    def _resources(self) -> list[Row]:
        """Only those that an offering uses; in every period what they hold, or what that period says."""
        periods = int(self.scenario.policy.get("periods") or 52)
        other = {
            (each.resource_id, each.period): each.classes
            for each in ResourcePeriod.objects.filter(
                resource__in=list(self.resources), year=self.scenario.year
            )
        }
        used: list[Resource] = sorted((r for r in self.resources.values() if r), key=lambda r: r.code)
        return [
            {
                "resource_id": each.code,
                "period": period,
                "classes": other.get((each.pk, period), each.classes),
            }
            for each in used
            for period in range(1, periods + 1)
        ]

    def _budgets(self) -> list[Row]:
        return [
            {
                "scope": limit.scope,
                "id": self.id("funds", limit.fund_id) or self.id("units", limit.unit_id),
                "amount_idr": limit.amount,
            }
            for limit in self.scenario.limits.select_related("fund").order_by(
                "scope", "fund__code", "unit__path"
            )
        ]

    def _mandates(self) -> list[Row]:
        found = self.scenario.mandates.select_related("person", "programme")
        return [
            {
                "person_id": each.person.nip,
                "programme_id": self.id("programmes", each.programme_id),
                "points": each.points,
            }
            for each in found.order_by("person__nip", "programme__code")
        ]

    def _completed(self) -> list[Row]:
        people, programmes = self.keys["people"], self.keys["programmes"]
        pairs = history.completed_before(self.scenario.agency, self.scenario.year)
        return sorted(
            (
                {"person_id": people[person], "programme_id": programmes[programme]}
                for person, programme in pairs
                if person in people and programme in programmes
            ),
            key=lambda row: (row["person_id"], row["programme_id"]),
        )

    def _locks(self) -> list[Row]:
        found = self.scenario.locks.select_related("person").order_by("person__nip", "offering")
        rows = (
            {
                "person_id": each.person.nip,
                "offering_id": self.id("offerings", each.offering_id),
                "state": each.state,
            }
            for each in found
        )
        return sorted(rows, key=lambda row: (row["person_id"], str(row["offering_id"])))


def write_problem(scenario: Scenario, folder: Path) -> Problem:
    """Write the problem of ``scenario`` into ``folder/problem``, its keys beside it, and have it read.

    Raises ProblemRefused with every row that must be mended; then nothing is left in the folder.
    """
    writer = _Writer(scenario)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with OutputFolder(folder / "problem") as out:
            for name, rows in writer.tables():
                out.write(name, pl.DataFrame(rows, schema=_schema(name)))
            out.write_text(POLICY, policy_toml(scenario.policy, scenario.year))
        keys = Keys(writer.keys)
        keys.write(folder)
        writer.as_planned.write(folder)
        write_told(writer.told, folder)
        tables = _read(folder / "problem", keys)
    except (ProblemRefused, OutputError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    warnings: list[Message] = []
    if tables.findings:
        coached = {competency for _person, competency in writer.told}
        told = in_both_languages(lambda: examine(folder / "problem", "plan").findings)
        # Of gaps that no programme touches it counts how many: a case among them would be told by the count.
        shown = {
            code: [one for one in found if one.table != "competencies" or one.value not in coached]
            for code, found in told.items()
        }
        warnings = tell(shown, tables.frames, keys)
    return Problem(folder / "problem", keys, tables.sha256, tables["people"].height, warnings)


def catalogue_now(scenario: Scenario, before: Keys) -> dict[str, pl.DataFrame]:
    """The tables of what is offered and what it costs, with the identifiers that rows had ``before``."""
    tables = _Writer(scenario, before=before).catalogue()
    return {name: pl.DataFrame(rows, schema=_schema(name)) for name, rows in tables}


def _read(folder: Path, keys: Keys) -> Tables:
    try:
        return load(folder, "plan")
    except InputError as error:
        told = in_both_languages(lambda: examine(folder, "plan"))
        frames: Mapping[str, pl.DataFrame] = told["id"].frames
        both = {code: seen.errors for code, seen in told.items()}
        raise ProblemRefused(tell(both, frames, keys)) from error


def _schema(name: str) -> dict[str, Any]:
    """The columns of a table without those the portal never fills."""
    left_out = {"needs": {"basis"}}.get(name, set())
    return {column: kind for column, kind in SCHEMA[name].schema.items() if column not in left_out}


def _list(values: Iterable[str]) -> str | None:
    return ";".join(values) or None
