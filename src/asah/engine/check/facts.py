"""The input as arrays: ids become positions, blanks become what tables.md says they mean.

Everything the proof needs from the input is here once, so that `worth`, `rules` and `bound` read like
sections 2 and 3 of the contract. The letters: i person, u unit, h place, c competency, p programme,
o offering, f fund, r resource, t period (1..T).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.tables import EquityFloor, Policy, Tables

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NONE = -1  # position of what is not given
UNKNOWN_FARE = -1
NO_LIMIT = np.iinfo(np.int64).max
CONNECTIVITY = {"none": 0, "low": 1, "good": 2}
EVERYBODY = "*"


@dataclass(frozen=True)
class Facts:
    """One planning problem as arrays; see the comment of each group for the length."""

    policy: Policy
    # position of every id
    person: Mapping[str, int]
    unit: Mapping[str, int]
    place: Mapping[str, int]
    programme: Mapping[str, int]
    offering: Mapping[str, int]
    fund: Mapping[str, int]
    resource: Mapping[str, int]
    # people (i)
    name: Sequence[str | None]
    unit_of: Ints
    home: Ints
    employment: Ints
    kind: Ints
    retires: Ints
    jp_done: Floats
    jp_target: Floats
    jp_max: Floats
    # places (h)
    connection: Ints
    # units (u)
    payer: Ints
    absent_limit: Ints
    # competencies (c)
    stream: Sequence[str | None]
    # needs, sorted by person; the needs of person i are need_start[i]:need_start[i + 1]
    need_person: Ints
    need_competency: Ints
    need_gap: Floats
    need_weight: Floats
    need_start: Ints
    # programmes (p)
    jp: Floats
    cost_per_person: Ints
    fund_of: Ints
    prerequisite: Ints
    needs_connection: Ints
    general: Bools
    counts_to_max: Bools
    opens_to_employment: Bools  # (p, employment)
    opens_to_kind: Bools  # (p, position kind; the last column is for people without one)
    opens_to_unit: Bools  # (p, u)
    # effects, sorted by programme
    effect_start: Ints
    effect_competency: Ints
    effect_gain: Floats
    # offerings (o); first = last = 0 when undated, venue = NONE when online
    programme_of: Ints
    first: Ints
    last: Ints
    venue: Ints
    seats: Ints  # per class; everybody where no number is given
    seats_given: Bools
    minimum: Ints
    max_classes: Ints
    cost_per_class: Ints
    resource_of: Ints
    ends: Ints
    # travel of one person from h to the place of o, days included (h, o)
    fare: Ints
    # mandates
    mandate_person: Ints
    mandate_programme: Ints
    mandate_points: Floats
    mandate_given_before: Bools
    # completed as i * P + p, sorted
    completed: Ints
    # locks
    lock_person: Ints
    lock_offering: Ints
    lock_in: Bools
    # limits: money by (scope, id), classes by (resource, period); absence is absent_limit by unit
    budget: Mapping[tuple[str, str], int]
    capacity: Mapping[tuple[int, int], int]
    # for each equity floor: which needs are in its group
    floors: Sequence[EquityFloor]
    floor_needs: Sequence[Bools]

    @cached_property
    def person_ids(self) -> tuple[str, ...]:
        return tuple(self.person)

    @cached_property
    def place_ids(self) -> tuple[str, ...]:
        return tuple(self.place)

    @cached_property
    def programme_ids(self) -> tuple[str, ...]:
        return tuple(self.programme)

    @cached_property
    def offering_ids(self) -> tuple[str, ...]:
        return tuple(self.offering)

    @property
    def n_people(self) -> int:
        return len(self.unit_of)

    @property
    def n_programmes(self) -> int:
        return len(self.jp)

    def pair(self, i: Ints, p: Ints) -> Ints:
        """One number for (person, programme); `i` and `p` broadcast."""
        return i * self.n_programmes + p

    def has_completed(self, i: Ints, p: Ints) -> Bools:
        return np.isin(self.pair(i, p), self.completed)

    def mandated(self, i: Ints, p: Ints) -> Bools:
        return np.isin(self.pair(i, p), self.pair(self.mandate_person, self.mandate_programme))


def read_facts(problem: Tables) -> Facts:
    """The arrays of ``problem``, which `asah.engine.tables` has validated."""
    policy = problem.policy
    if policy is None:
        raise ValueError("a planning problem has a policy")
    people, units, places = problem["people"], problem["units"], problem["places"]
    programmes, offerings = problem["programmes"], problem["offerings"]
    person, unit, place = (
        _positions(people["person_id"]),
        _positions(units["unit_id"]),
        _positions(places["place_id"]),
    )
    competency = _positions(problem["competencies"]["competency_id"])
    programme, offering = _positions(programmes["programme_id"]), _positions(offerings["offering_id"])
    fund = _numbered(programmes["fund_id"], problem["budgets"].filter(pl.col("scope") == "fund")["id"])
    resource = _numbered(offerings["resource_id"], problem["resources"]["resource_id"])
    n = len(person)

    employment = _numbered(people["employment"])
    kind = _numbered(people["position_kind"])
    target = [policy.jp_target.get(e, 0.0) for e in people["employment"]]
    ceiling = [policy.jp_max.get(e, math.inf) for e in people["employment"]]

    needs = (
        problem["needs"]
        .with_columns(i=_at(problem["needs"], "person_id", person))
        .sort("i", maintain_order=True)
    )
    need_person = needs["i"].to_numpy().astype(np.int64)
    effects = problem["programme_effects"]
    effects = effects.with_columns(p=_at(effects, "programme_id", programme)).sort("p", maintain_order=True)
    effect_programme = effects["p"].to_numpy().astype(np.int64)

    completed_table, mandates, locks = problem["completed"], problem["mandates"], problem["locks"]
    completed = np.unique(
        _ints(_at(completed_table, "person_id", person)) * len(programme)
        + _ints(_at(completed_table, "programme_id", programme))
    )
    mandate_person = _ints(_at(mandates, "person_id", person))
    mandate_programme = _ints(_at(mandates, "programme_id", programme))

    limits = problem["budgets"].select("scope", "id", "amount_idr")
    budget = {(scope, id_ or ""): amount for scope, id_, amount in limits.iter_rows()}
    halls = problem["resources"].select("resource_id", "period", "classes")
    seats = offerings["seats_per_class"]
    floors = policy.equity
    return Facts(
        policy=policy,
        person=person,
        unit=unit,
        place=place,
        programme=programme,
        offering=offering,
        fund=fund,
        resource=resource,
        name=tuple(people["name"]),
        unit_of=_ints(_at(people, "unit_id", unit)),
        home=_ints(_at(people, "place_id", place)),
        employment=_ints(_at(people, "employment", employment)),
        kind=_ints(_at(people, "position_kind", kind)),
        retires=_days(people["retires_on"], blank=NO_LIMIT),
        jp_done=_floats(people["jp_done"], blank=0.0),
        jp_target=_floats(people["jp_target"], blank=np.array(target)),
        jp_max=_floats(people["jp_max"], blank=np.array(ceiling)),
        connection=np.array([CONNECTIVITY.get(level, NONE) for level in places["connectivity"]], np.int64),
        payer=_payers(units, unit, budget),
        absent_limit=_absent_limits(units, _ints(_at(people, "unit_id", unit)), policy),
        stream=tuple(problem["competencies"]["stream"]),
        need_person=need_person,
        need_competency=_ints(_at(needs, "competency_id", competency)),
        need_gap=_floats(needs["gap_levels"]),
        need_weight=_floats(needs["weight"]),
        need_start=np.searchsorted(need_person, np.arange(n + 1)).astype(np.int64),
        jp=_floats(programmes["jp"]),
        cost_per_person=_ints(programmes["cost_per_person_idr"]),
        fund_of=_ints(_at(programmes, "fund_id", fund)),
        prerequisite=_ints(_at(programmes, "prerequisite_id", programme)),
        needs_connection=np.array(
            [CONNECTIVITY[level or "low"] for level in programmes["connectivity"]], np.int64
        ),
        general=programmes["general"].fill_null(False).to_numpy(),
        counts_to_max=programmes["counts_to_max"].fill_null(True).to_numpy(),
        opens_to_employment=_opens_to(programmes["eligible_employment"], employment),
        opens_to_kind=_opens_to(programmes["eligible_position_kind"], kind),
        opens_to_unit=_opens_to(programmes["eligible_unit"], unit),
        effect_start=np.searchsorted(effect_programme, np.arange(len(programme) + 1)).astype(np.int64),
        effect_competency=_ints(_at(effects, "competency_id", competency)),
        effect_gain=_floats(effects["gain_levels"]),
        programme_of=_ints(_at(offerings, "programme_id", programme)),
        first=_ints(offerings["period"].fill_null(0)),
        last=_ints(offerings["period_end"].fill_null(offerings["period"]).fill_null(0)),
        venue=_ints(_at(offerings, "place_id", place)),
        seats=_ints(seats.fill_null(n)),
        seats_given=seats.is_not_null().to_numpy(),
        minimum=_ints(offerings["min_per_class"].fill_null(0)),
        max_classes=_ints(offerings["max_classes"].fill_null(1)),
        cost_per_class=_ints(offerings["cost_per_class_idr"].fill_null(0)),
        resource_of=_ints(_at(offerings, "resource_id", resource)),
        ends=_days(offerings["end_date"], blank=-NO_LIMIT),
        fare=_fares(problem, place, policy),
        mandate_person=mandate_person,
        mandate_programme=mandate_programme,
        mandate_points=_floats(mandates["points"], blank=policy.points_per_mandate_missed),
        mandate_given_before=np.isin(mandate_person * len(programme) + mandate_programme, completed),
        completed=completed,
        lock_person=_ints(_at(locks, "person_id", person)),
        lock_offering=_ints(_at(locks, "offering_id", offering)),
        lock_in=(locks["state"] == "in").to_numpy(),
        budget=budget,
        capacity={(resource[r], t): classes for r, t, classes in halls.iter_rows()},
        floors=floors,
        floor_needs=[_group(floor, problem, needs) for floor in floors],
    )


def _positions(ids: pl.Series) -> dict[str, int]:
    return {id_: k for k, id_ in enumerate(ids)}


def _numbered(*columns: pl.Series) -> dict[str, int]:
    """The distinct values of the columns, numbered as they come."""
    values = dict.fromkeys(value for column in columns for value in column.drop_nulls())
    return {value: k for k, value in enumerate(values)}


def _at(table: pl.DataFrame, column: str, positions: Mapping[str, int]) -> pl.Series:
    return pl.Series(column, [NONE if v is None else positions[v] for v in table[column]], pl.Int64)


def _ints(values: pl.Series) -> Ints:
    return values.to_numpy().astype(np.int64)


def _floats(values: pl.Series, blank: Any = np.nan) -> Floats:
    given = values.cast(pl.Float64).to_numpy()
    return np.where(np.isnan(given), blank, given).astype(np.float64)


def _days(dates: pl.Series, blank: int) -> Ints:
    return _ints(dates.cast(pl.Date).to_physical().cast(pl.Int64).fill_null(blank))


def _opens_to(lists: pl.Series, positions: Mapping[str, int]) -> Bools:
    """(p, group) whether the programme is open to the group; the last column: people without a value."""
    opens = np.zeros((len(lists), len(positions) + 1), np.bool_)
    for p, text in enumerate(lists):
        names = [name.strip() for name in (text or "").split(";") if name.strip()]
        if names:
            opens[p, [positions[name] for name in names if name in positions]] = True
        else:
            opens[p, :] = True
    return opens


def _payers(units: pl.DataFrame, unit: Mapping[str, int], budget: Mapping[tuple[str, str], int]) -> Ints:
    """For each unit, the nearest unit upward (itself first) that has a unit budget."""
    parent = dict(zip(units["unit_id"], units["parent_id"], strict=True))

    def payer(start: str) -> int:
        at: str | None = start
        while at is not None:
            if ("unit", at) in budget:
                return unit[at]
            at = parent[at]
        return NONE

    return np.array([payer(u) for u in unit], np.int64)


def _absent_limits(units: pl.DataFrame, unit_of: Ints, policy: Policy) -> Ints:
    """People of a unit that may be away in one period; the own number, the own share, the policy's share."""
    size = np.bincount(unit_of, minlength=len(units))
    limits = []
    for u, (people, share) in enumerate(units.select("max_absent_people", "max_absent_share").iter_rows()):
        share = policy.max_absent_share if share is None else share
        if people is not None:
            limits.append(people)
        elif share is not None:
            # 0.07 x 100 is 7.000000000000001 in binary; that must not make room for an eighth person.
            limits.append(math.ceil(share * size[u] - 1e-9))
        else:
            limits.append(NO_LIMIT)
    return np.array(limits, np.int64)


def _fares(problem: Tables, place: Mapping[str, int], policy: Policy) -> Ints:
    offerings = problem["offerings"]
    days = _ints(offerings["days"].fill_null(0))
    there = _ints(_at(offerings, "place_id", place))
    default = UNKNOWN_FARE if policy.default_travel_idr is None else policy.default_travel_idr
    ticket = np.full((len(place), len(place)), default, np.int64)
    per_day = np.zeros((len(place), len(place)), np.int64)
    travel = problem["travel"]
    come, go = _ints(_at(travel, "from_place_id", place)), _ints(_at(travel, "to_place_id", place))
    ticket[come, go] = _ints(travel["cost_idr"])
    per_day[come, go] = _ints(travel["per_day_idr"].fill_null(0))
    np.fill_diagonal(ticket, 0)
    np.fill_diagonal(per_day, 0)
    fare = ticket[:, there] + per_day[:, there] * days
    return np.where(there == NONE, 0, fare)


def _group(floor: EquityFloor, problem: Tables, needs: pl.DataFrame) -> Bools:
    """Which rows of ``needs`` are in the group of ``floor``."""
    if floor.column == "stream":
        keys, table, column = "competency_id", problem["competencies"], "stream"
    elif floor.column == "zone":
        people = problem["people"].join(problem["places"], on="place_id", how="left", maintain_order="left")
        keys, table, column = "person_id", people, "zone"
    else:
        keys, table, column = "person_id", problem["people"], floor.column
    members = table.filter(pl.col(column).cast(pl.String) == floor.value)[keys]
    return needs[keys].is_in(members.implode()).to_numpy()
