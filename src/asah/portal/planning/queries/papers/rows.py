"""The rows of a plan as documents need them: texts and numbers, so that a copy of them can be kept.

Money is whole rupiah. Names stand in both languages where the portal has both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Head:
    """The plan itself. ``limits``: scope, code of the fund or path of the unit ("" for all), rupiah."""

    agency: str
    year: int
    scenario: str
    number: int
    revision: int
    revises: str
    problem_sha256: str
    engine_version: str
    seed: int
    made_on: dt.date
    objective: float
    bound: float
    worth_of_nothing: float
    gap: float
    closed_points: float
    need_points: float
    jp_short: int
    mandates_missed: int
    spent: int
    limits: list[tuple[str, str, int]]


@dataclass(frozen=True)
class UnitRow:
    """``office``: key of the office it belongs to; the agency's own key for people of no office."""

    key: int
    path: str
    code: str
    name: str
    office: int


@dataclass(frozen=True)
class Taught:
    """A competency that a programme raises."""

    code: str
    name_id: str
    name_en: str
    kind: str
    stream: str
    owner: str


@dataclass(frozen=True)
class ClassRow:
    """Classes of one offering with the seven contents. ``kinds``: of the competencies, or else what the
    form says.

    ``cost``: of the classes; fees and travel stand in the lines.
    """

    offering: int
    code: str
    programme_key: int
    programme_code: str
    programme: str
    form: str
    form_name: str
    path: str
    jp: Decimal
    fee: int
    fund_code: str
    fund: str
    organiser: str
    curriculum_owner: str
    taught: list[Taught]
    kinds: list[str]
    kinds_by_form: bool
    period: int | None
    period_end: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    place: str
    days: int
    classes: int
    enrolled: int
    lines: int
    seats: int | None
    least: int
    cost: int


@dataclass(frozen=True)
class PersonRow:
    """Everybody in the plan once, as they were when the rows were read.

    ``box``: 1 to 9 of performance and fit to the post, 9 the best; None where one of them is not known.
    """

    key: int
    nip: str
    name: str
    sex: str
    employment: str
    golongan: str
    position: str
    position_kind: str
    unit: int
    zone: str
    state: str
    reason: str
    jp: Decimal
    need: float
    closed: float
    predicate: str
    box: int | None


@dataclass(frozen=True)
class LineRow:
    """``share``: what the person bears of the cost of the classes, so that the lines add up to all the
    money."""

    person: int
    offering: int
    unit: int
    locked: bool
    mandated: bool
    jp: Decimal
    fee: int
    travel: int
    share: int

    @property
    def total(self) -> int:
        return self.fee + self.travel + self.share


@dataclass(frozen=True)
class NeedRow:
    """``actual`` None: no level was estimated. ``probability``: that there is a gap at all."""

    person: int
    competency: str
    against: str
    required: int
    actual: float | None
    gap: float
    weight: float
    basis: str


@dataclass(frozen=True)
class RoleRow:
    """Forms sent and asked for, by role; ``asked`` None where nobody was asked (assessors, tests)."""

    role: str
    asked: int | None
    sent: int
    ratings: int


@dataclass(frozen=True)
class GroupRow:
    """An office or kind of post: people, assessed, needs. ``hidden``: too few, so that no numbers are
    shown."""

    name: str
    people: int
    assessed: int
    with_need: int
    depth: float | None
    hidden: bool


@dataclass(frozen=True)
class Gap:
    """One competency over the agency: of those assessed, who has a need, and how deep its gap is for them."""

    code: str
    name_id: str
    name_en: str
    kind: str
    stream: str
    staff: int
    assessed: int
    with_gap: int
    depth: float | None
    points: float
    hidden: bool


@dataclass(frozen=True)
class Analysis:
    """The needs analysis. ``boxes``: performance (0 to 2), fit to the post (0 to 2), people or None where
    hidden."""

    name: str
    year: int
    opens_on: dt.date
    closes_on: dt.date
    framework: str
    people: int
    assessed: int
    roles: list[RoleRow]
    gaps: list[Gap]
    offices: list[GroupRow]
    kinds_of_post: list[GroupRow]
    boxes: list[tuple[int, int, int | None]]
    unplaced: int
    proposals: int
    accepted: int


@dataclass(frozen=True)
class Content:
    """All of it. ``responses``: people with lines, accepted, change asked, answered, silent."""

    head: Head
    units: list[UnitRow]
    classes: list[ClassRow]
    people: list[PersonRow]
    lines: list[LineRow]
    needs: list[NeedRow]
    competencies: list[Taught]
    analysis: Analysis
    responses: tuple[int, int, int, int, int]
