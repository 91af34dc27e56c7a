"""Programmes, what they claim and what they truly give, and their dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from asah.engine.simulate.layout import Layout
from asah.engine.simulate.places import Floats, Ints
from asah.engine.simulate.roster import EMPLOYMENTS, PPPK, Bools, Roster
from asah.engine.simulate.sources import Stream, data, stream
from asah.engine.simulate.standards import KINDS, Standards

PERIODS = 52
FIRST_MONDAY = np.datetime64("2027-01-04")
FIRST_WEEK, LAST_WEEK = 4, 50
FEAST_WEEKS = (10, 11)  # Idulfitri 1448: nothing starts then
SIDE_GAIN = 0.5
PPPK_MOST_JP = 24.0
NETWORKS = ("none", "low", "good")
# How claims and truth part: a catalogue promises more than it gives, some programmes give next to nothing.
TRUE_SHARE, TRUE_SPREAD, USELESS = 0.75, 0.30, 0.08


@dataclass(frozen=True)
class Programme:
    """One programme with the settings of its format; money in rupiah, before the region's dearness."""

    programme_id: str
    name: str
    competencies: tuple[str, ...]
    facts: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.facts[key]


@dataclass(frozen=True)
class Catalogue:
    """``gains``: claimed, and ``true_gains``: true levels per programme and competency, 0 where none;
    ``open_to``: (programmes, employments, kinds) who is eligible."""

    programmes: tuple[Programme, ...]
    gains: Floats
    true_gains: Floats
    open_to: Bools
    class_cost: float

    def column(self, key: str) -> Any:
        return np.array([programme[key] for programme in self.programmes])

    def eligible(self, roster: Roster) -> Bools:
        """(people, programmes): eligible by post and status, and within a PPPK's ceiling of JP."""
        eligible = self.open_to[:, roster.employment, roster.kind].T
        too_long = (self.column("jp") > PPPK_MOST_JP) & self.column("counts_to_max")
        return np.asarray(eligible & ~((roster.employment == PPPK)[:, None] & too_long), dtype=np.bool_)


DEFAULTS: dict[str, Any] = {
    "class_idr": 0,
    "seats": 0,
    "minimum": 0,
    "weeks": 0,
    "days": 0,
    "dates": 1,
    "team": False,
    "connectivity": "low",
    "kinds": "",
    "employments": "",
    "counts_to_max": True,
    "general": False,
    "fund": "APBD",
    "after": "",
    "mandate": "",
}


def compile_catalogue(layout: Layout, standards: Standards) -> Catalogue:
    """The programmes of the data file with gains drawn around what their format claims."""
    rng = stream(layout.region, layout.seed, Stream.CATALOGUE)
    facts = data("catalogue")
    programmes = []
    for number, (form, title, competencies, *more) in enumerate(facts["programme"][0]["rows"], start=1):
        merged = {**DEFAULTS, **facts["format"][form], "format": form, **(more[0] if more else {})}
        programmes.append(Programme(f"P{number:03d}", title, tuple(competencies.split()), merged))

    shape = (len(programmes), len(standards.competencies))
    gains, true_gains = np.zeros(shape), np.zeros(shape)
    spread = rng.uniform(0.8, 1.2, shape)
    truth = np.exp(rng.normal(0.0, TRUE_SPREAD, shape)) * TRUE_SHARE
    useless = rng.random(len(programmes)) < USELESS
    for p, programme in enumerate(programmes):
        for place, competency in enumerate(programme.competencies):
            c = standards.competencies.index(competency)
            gains[p, c] = round(programme["gain"] * (SIDE_GAIN if place else 1.0) * spread[p, c], 2)
            true_gains[p, c] = gains[p, c] * truth[p, c] * (0.1 if useless[p] else 1.0)
    open_to = np.ones((len(programmes), len(EMPLOYMENTS), len(KINDS)), dtype=np.bool_)
    for p, programme in enumerate(programmes):
        if programme["employments"]:
            open_to[p] &= np.isin(EMPLOYMENTS, programme["employments"].split(";"))[:, None]
        if programme["kinds"]:
            open_to[p] &= np.isin(KINDS, programme["kinds"].split(";"))[None, :]
    return Catalogue(tuple(programmes), gains, true_gains, open_to, layout.settings["class_cost"])


def programme_frame(layout: Layout, catalogue: Catalogue) -> pl.DataFrame:
    """The table ``programmes``."""
    by_name = {programme.name: programme.programme_id for programme in catalogue.programmes}
    owners = data("competencies")["competency"]
    organiser, senior = layout.settings["organiser"], layout.settings["senior"]["organiser"]
    rows = [
        {
            "programme_id": p.programme_id,
            "name": p.name,
            "form": p["form"],
            "jp": float(p["jp"]),
            "cost_per_person_idr": _thousands(p["person_idr"] * catalogue.class_cost),
            "fund_id": p["fund"],
            "prerequisite_id": by_name[p["after"]] if p["after"] else None,
            "organiser": senior if p["mode"] == "senior" else organiser,
            "curriculum_owner": owners[p.competencies[0]]["owner"],
            "connectivity": p["connectivity"],
            "general": p["general"],
            "counts_to_max": p["counts_to_max"],
            "eligible_employment": p["employments"] or None,
            "eligible_position_kind": p["kinds"] or None,
            "eligible_unit": None,
        }
        for p in catalogue.programmes
    ]
    text = ("prerequisite_id", "eligible_employment", "eligible_position_kind", "eligible_unit")
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(text, pl.String), infer_schema_length=None)


def effects_frame(catalogue: Catalogue, standards: Standards, gains: Floats) -> pl.DataFrame:
    """The table ``programme_effects``, or with the true gains the truth about it."""
    programme, competency = np.nonzero(catalogue.gains)
    value = gains[programme, competency]
    return pl.DataFrame(
        {
            "programme_id": [catalogue.programmes[p].programme_id for p in programme],
            "competency_id": [standards.competencies[c] for c in competency],
            "gain_levels": value,
            "gain_sd": np.round(0.4 * value, 3),
            "source": ["catalogue"] * len(value),
        }
    )


def schedule(layout: Layout, catalogue: Catalogue, wanted: Ints) -> pl.DataFrame:
    """The table ``offerings``: dates spread over the year, classes for a part of those interested.

    ``wanted``: (provinces, programmes) people interested.
    """
    rows = []
    for number, province in enumerate(layout.provinces):
        rng = stream(layout.region, layout.seed, Stream.OFFERINGS, number)
        for p, programme in enumerate(catalogue.programmes):
            for date in range(programme["dates"]):
                rows.append(
                    _offering(layout, number, programme, catalogue, int(wanted[number, p]), date, rng)
                )
                if len(layout.provinces) > 1:
                    rows[-1]["offering_id"] = f"{province.code}-{rows[-1]['offering_id']}"
    return pl.DataFrame(rows, schema=OFFERING_COLUMNS)


OFFERING_COLUMNS: dict[str, Any] = {
    "offering_id": pl.String,
    "programme_id": pl.String,
    "period": pl.Int64,
    "period_end": pl.Int64,
    "place_id": pl.String,
    "days": pl.Int64,
    "seats_per_class": pl.Int64,
    "min_per_class": pl.Int64,
    "max_classes": pl.Int64,
    "cost_per_class_idr": pl.Int64,
    "resource_id": pl.String,
    "start_date": pl.Date,
    "end_date": pl.Date,
}
SERVED = 0.25  # seats on offer over those interested
SERVED_MANDATE = 0.85


def _offering(
    layout: Layout,
    number: int,
    programme: Programme,
    catalogue: Catalogue,
    wanted: int,
    date: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    province = layout.provinces[number]
    row: dict[str, Any] = dict.fromkeys(OFFERING_COLUMNS)
    row["offering_id"] = f"{programme.programme_id}-{date + 1}"
    row["programme_id"] = programme.programme_id
    row["days"] = programme["days"]
    row["seats_per_class"] = programme["seats"] or None
    row["min_per_class"] = programme["minimum"]
    row["cost_per_class_idr"] = _thousands(programme["class_idr"] * catalogue.class_cost)
    served = SERVED_MANDATE if programme["mandate"] else SERVED
    seats = programme["seats"] * programme["dates"]
    row["max_classes"] = max(1, round(served * wanted / seats)) if seats else 1
    # drawn for every offering, used or not, so that no programme moves the dates of the next
    jitter, host = rng.random(), int(rng.choice(len(province.hosts), p=province.host_shares))
    if programme["mode"] == "undated":
        return row

    first = _start(programme, date, jitter)
    row["period"], row["period_end"] = first, first + programme["weeks"] - 1
    row["start_date"] = FIRST_MONDAY + np.timedelta64(7 * (first - 1), "D")
    row["end_date"] = FIRST_MONDAY + np.timedelta64(7 * (row["period_end"] - 1) + 4, "D")
    row["start_date"], row["end_date"] = row["start_date"].item(), row["end_date"].item()
    places = layout.map.places
    if programme["mode"] == "hall":
        place = places[province.hosts[host]].place_id
        row["place_id"] = place
        team = programme.competencies[0].split(".")[0]
        row["resource_id"] = f"TIM-{team}-{province.code}" if programme["team"] else f"AULA-{place}"
    if programme["mode"] == "senior":
        row["place_id"] = places[province.senior].place_id
        row["resource_id"] = f"KAMPUS-{province.code}"
    return row


def _start(programme: Programme, date: int, jitter: float) -> int:
    """The dates of a programme divide the year evenly; each falls anywhere in its share of it."""
    last = LAST_WEEK - programme["weeks"] + 1
    weeks = [week for week in range(FIRST_WEEK, last + 1) if week not in FEAST_WEEKS]
    return weeks[int((date + jitter) / programme["dates"] * len(weeks))]


def resource_frame(offerings: pl.DataFrame) -> pl.DataFrame:
    """The table ``resources``: each hall and team can hold most, never all, of its busiest week."""
    rows: dict[str, list[Any]] = {"resource_id": [], "period": [], "classes": []}
    used = offerings.drop_nulls("resource_id")
    for resource, *_ in used.select("resource_id").unique(maintain_order=True).iter_rows():
        load = np.zeros(PERIODS + 1)
        for first, last, classes in (
            used.filter(pl.col("resource_id") == resource)
            .select("period", "period_end", "max_classes")
            .iter_rows()
        ):
            load[first : last + 1] += classes
        limit = max(1, round(0.7 * float(load.max())))
        rows["resource_id"] += [resource] * PERIODS
        rows["period"] += list(range(1, PERIODS + 1))
        rows["classes"] += [limit] * PERIODS
    return pl.DataFrame(rows, schema={"resource_id": pl.String, "period": pl.Int64, "classes": pl.Int64})


def _thousands(amount: float) -> int:
    return round(amount / 1000) * 1000
