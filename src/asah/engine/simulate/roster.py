"""The people of a chunk of units: post, status, dates, number and name. Everybody is invented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.simulate.layout import Layout
from asah.engine.simulate.places import Floats, Ints
from asah.engine.simulate.sources import Stream, data, stream
from asah.engine.simulate.standards import KINDS, Standards

EMPLOYMENTS = ("PNS", "CPNS", "PPPK", "PPPK_PARUH_WAKTU")
PNS, CPNS, PPPK, PPPK_PART_TIME = range(4)
PPPK_MONTH = 21  # digits 13 and 14 of a PPPK number are a code, not a month
PLAN_YEAR = 2027
YEAR_BEGINS = np.datetime64(f"{PLAN_YEAR}-01-01")
DAYS_A_YEAR = 365.25

Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Roster:
    """People of one chunk, unit by unit; every array has one entry a person.

    ``position`` and ``target`` number the posts of ``Standards`` (target -1: none). ``head`` is the row
    of the first person of the same unit and ``staff`` how many people the unit has.
    """

    frame: pl.DataFrame
    unit: Ints
    province: Ints
    home: Ints
    position: Ints
    target: Ints
    kind: Ints
    employment: Ints
    hired: Ints
    head: Ints
    staff: Ints


def hire(layout: Layout, standards: Standards, chunk: int) -> Roster:
    """The roster of one chunk; the same whatever other chunks there are."""
    rng = stream(layout.region, layout.seed, Stream.ROSTER, chunk)
    first_unit, last_unit = layout.chunks[chunk]
    size = layout.size[first_unit:last_unit]
    unit = np.repeat(np.arange(first_unit, last_unit), size)
    n = len(unit)
    start = np.cumsum(size) - size
    head = np.repeat(start, size)
    rank = np.arange(n) - head
    staff = layout.size[unit]

    mixes = tuple(data("competencies")["mix"])
    units = layout.units[first_unit:last_unit]
    own = unit - first_unit  # position in `units`
    mix = np.array([mixes.index(u.mix) for u in units])[own]
    province = np.array([u.province for u in units])[own]
    leader = _leaders(mix, mixes, rank, staff)
    family = _families(mix, mixes, standards, rng)
    facts = [data("competencies")["family"][f] for f in standards.families]
    women = rng.random(n) < np.array([f["women"] for f in facts])[family] * np.where(leader >= 0, 0.7, 1.0)
    functional = (leader < 0) & (rng.random(n) < np.array([f["functional"] for f in facts])[family])
    skilled = functional & (rng.random(n) < np.array([f["skilled"] for f in facts])[family])

    employment = np.where(
        leader >= 0, PNS, rng.choice(4, size=n, p=[0.60, 0.045, 0.305, 0.05]).astype(np.int64)
    )
    share = rng.random(n)
    age = _ages(employment, leader, share)
    grade = _grades(standards, leader, functional, skilled, employment, age, rng)
    retires_at = np.array([data("competencies")["grade"][g].get("retires_at", 58) for g in standards.grades])[
        grade
    ]
    retires_at = np.maximum(
        retires_at, np.where(functional, np.array([f.get("retires_at", 58) for f in facts])[family], 0)
    )

    birth = YEAR_BEGINS - np.round(age * DAYS_A_YEAR).astype("timedelta64[D]")
    hired, month = _hired(birth, employment, rng)
    birth, serial = _serials(birth, hired, month, women, _serial_block(layout, chunk))
    position = family * len(standards.grades) + grade
    follow = standards.next_position[position]
    target = np.where((rng.random(n) < 0.12) & (follow >= 0) & (employment == PNS), follow, -1)
    at_work = np.array([u.place for u in units])[own]
    home = _homes(layout, at_work, province, rng)

    positions = standards.positions
    frame = pl.DataFrame(
        {
            "person_id": _numbers(birth, hired, month, women, serial),
            "unit_id": np.array([u.unit_id for u in units])[own].tolist(),
            "place_id": np.array([p.place_id for p in layout.map.places])[home].tolist(),
            "position_id": [positions[p] for p in position.tolist()],
            "target_position_id": [positions[t] if t >= 0 else None for t in target.tolist()],
            "position_kind": np.array(KINDS)[standards.kind_of_grade[grade]].tolist(),
            "employment": np.array(EMPLOYMENTS)[employment].tolist(),
            "sex": np.where(women, "P", "L").tolist(),
            "name": _names(women, rng),
            "golongan": _golongan(employment, grade, standards, age, rng),
            "retires_on": _retirement(birth, retires_at),
            "jp_done": np.where(rng.random(n) < 0.05, rng.choice([3.0, 4.0, 6.0, 8.0], size=n), 0.0),
            "jp_target": np.where(rng.random(n) < 0.01, 10.0, np.nan),
            "jp_max": np.full(n, np.nan),
        },
        schema_overrides={"target_position_id": pl.String, "name": pl.String, "golongan": pl.String},
        nan_to_null=True,
    )
    return Roster(
        frame=frame,
        unit=unit,
        province=province,
        home=home,
        position=position,
        target=target,
        kind=standards.kind_of_grade[grade],
        employment=employment,
        hired=hired,
        head=head,
        staff=staff,
    )


def _leaders(mix: Ints, mixes: tuple[str, ...], rank: Ints, staff: Ints) -> Ints:
    """0 jpt, 1 administrator, 2 pengawas, -1 none: the first people of a unit lead it."""
    facts = [data("competencies")["mix"][m] for m in mixes]
    jpt = np.array([f["jpt"] for f in facts])[mix]
    administrators = np.ceil(np.array([f["administrator"] for f in facts])[mix] * staff)
    supervisors = np.ceil(np.array([f["pengawas"] for f in facts])[mix] * staff)
    last = np.cumsum([jpt, administrators, supervisors], axis=0)
    return np.select([rank < last[0], rank < last[1], rank < last[2]], [0, 1, 2], -1)


def _families(mix: Ints, mixes: tuple[str, ...], standards: Standards, rng: np.random.Generator) -> Ints:
    shares = np.zeros((len(mixes), len(standards.families)))
    for m, name in enumerate(mixes):
        for family, share in data("competencies")["mix"][name]["families"].items():
            shares[m, standards.families.index(family)] = share
    below = np.cumsum(shares, axis=1)[mix]
    return np.asarray(
        (rng.random(len(mix))[:, None] * below[:, -1:] >= below[:, :-1]).sum(axis=1), dtype=np.int64
    )


def _ages(employment: Ints, leader: Ints, share: Floats) -> Floats:
    """Age on the first day of the plan year; nobody has retired yet."""
    youngest = np.select(
        [leader == 0, leader == 1, leader == 2],
        [44.0, 38.0, 32.0],
        np.array([27.0, 22.5, 25.0, 25.0])[employment],
    )
    oldest = np.where(leader == 0, 59.9, np.array([57.9, 34.0, 56.0, 54.0])[employment])
    return np.asarray(youngest + share * (oldest - youngest), dtype=np.float64)


def _grades(
    standards: Standards,
    leader: Ints,
    functional: Bools,
    skilled: Bools,
    employment: Ints,
    age: Floats,
    rng: np.random.Generator,
) -> Ints:
    """Ladders are climbed with age, by PNS alone."""
    number = {grade: i for i, grade in enumerate(standards.grades)}
    climb = np.where(employment == PNS, age + rng.normal(0.0, 5.0, len(age)), 0.0)
    expert = np.select(
        [climb > 61.0, climb > 51.0, climb > 39.0],
        [number["utama"], number["madya"], number["muda"]],
        number["pertama"],
    )
    skill = np.select([climb > 50.0, climb > 38.0], [number["penyelia"], number["mahir"]], number["terampil"])
    grade = np.where(functional, np.where(skilled, skill, expert), number["pelaksana"])
    return np.select(
        [leader == 0, leader == 1, leader == 2],
        [number["jpt"], number["administrator"], number["pengawas"]],
        grade,
    )


def _hired(birth: Days, employment: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Year and month of appointment, never before the twenty-first birthday."""
    n = len(birth)
    age = (YEAR_BEGINS - birth).astype(np.int64) / DAYS_A_YEAR
    entry = np.minimum(21.5 + 12.0 * rng.random(n), age - 2.0)
    date = birth + np.round(entry * DAYS_A_YEAR).astype("timedelta64[D]")
    year = date.astype("datetime64[Y]").astype(np.int64) + 1970
    month = date.astype("datetime64[M]").astype(np.int64) % 12 + 1
    contract = rng.choice(
        [2021, 2022, 2023, 2024, 2025, 2026], size=n, p=[0.10, 0.12, 0.20, 0.25, 0.25, 0.08]
    )
    year = np.where(employment == CPNS, 2026, np.where(employment >= PPPK, contract, year))
    month = np.where(
        employment == CPNS, 3 + rng.integers(0, 2, n), np.where(employment >= PPPK, PPPK_MONTH, month)
    )
    return year, month


def _serial_block(layout: Layout, chunk: int) -> range:
    """The serial numbers a chunk may use, so that no two chunks issue the same number."""
    width = 999 // len(layout.chunks)
    return range(1 + chunk * width, 1 + (chunk + 1) * width)


def _serials(birth: Days, hired: Ints, month: Ints, women: Bools, block: range) -> tuple[Days, Ints]:
    """Serials 1, 2, ... where the first fifteen digits agree; without a free one, born a day earlier."""
    birth = birth.copy()
    while True:
        key = ((birth.astype(np.int64) * 10000 + hired) * 100 + month) * 2 + women
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        place = np.arange(len(key))
        rank = np.empty(len(key), dtype=np.int64)
        rank[order] = place - np.maximum.accumulate(np.where(fresh, place, 0))
        late = rank >= len(block)
        if not late.any():
            return birth, block.start + rank
        birth[late] -= np.timedelta64(1, "D")


def _numbers(birth: Days, hired: Ints, month: Ints, women: Bools, serial: Ints) -> list[str]:
    """The 18 digits: birth date, year and month of appointment, sex, serial (domain.md 3.1)."""
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    born_month = birth.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (birth - birth.astype("datetime64[M]")).astype(np.int64) + 1
    number = (
        ((year * 100 + born_month) * 100 + day) * 10**10
        + hired * 10**6
        + month * 10**4
        + (1 + women) * 1000
        + serial
    )
    return [str(x) for x in number.tolist()]


def _names(women: Bools, rng: np.random.Generator) -> list[str]:
    names = data("names")
    n = len(women)
    first = np.where(
        women,
        np.array(names["female"])[rng.integers(0, len(names["female"]), n)],
        np.array(names["male"])[rng.integers(0, len(names["male"]), n)],
    )
    second = np.array(names["second"])[rng.integers(0, len(names["second"]), n)]
    single = rng.random(n) < 0.06
    return [
        a if alone else f"{a} {b}"
        for a, b, alone in zip(first.tolist(), second.tolist(), single.tolist(), strict=True)
    ]


def _golongan(
    employment: Ints, grade: Ints, standards: Standards, age: Floats, rng: np.random.Generator
) -> list[str]:
    """Rank by grade and age for PNS (I to IV), by grade for PPPK (I to XVII)."""
    steps = [f"{roman}/{letter}" for roman in ("II", "III") for letter in "abcd"] + [
        f"IV/{letter}" for letter in "abcde"
    ]
    # the lowest and the highest rank held in each grade, as positions in `steps`
    low = {
        "jpt": 9,
        "administrator": 7,
        "pengawas": 5,
        "pelaksana": 0,
        "terampil": 1,
        "mahir": 4,
        "penyelia": 6,
        "pertama": 4,
        "muda": 6,
        "madya": 8,
        "utama": 11,
    }
    high = {
        "jpt": 11,
        "administrator": 9,
        "pengawas": 7,
        "pelaksana": 6,
        "terampil": 3,
        "mahir": 5,
        "penyelia": 7,
        "pertama": 5,
        "muda": 7,
        "madya": 10,
        "utama": 12,
    }
    bottom = np.array([low[g] for g in standards.grades])[grade]
    top = np.array([high[g] for g in standards.grades])[grade]
    rise = np.clip((age - 25.0) / 30.0 + rng.normal(0.0, 0.15, len(age)), 0.0, 0.999)
    step = bottom + np.floor(rise * (top - bottom + 1)).astype(np.int64)
    step = np.where(employment == CPNS, bottom, step)
    contract = {"pelaksana": "V", "terampil": "VII", "pertama": "IX"}
    pppk = np.array([contract.get(g, "X") for g in standards.grades])[grade]
    return np.where(employment >= PPPK, pppk, np.array(steps)[step]).tolist()  # type: ignore[no-any-return]


def _retirement(birth: Days, retires_at: Ints) -> Days:
    """The first day of the month after the birthday of retirement."""
    months = birth.astype("datetime64[M]") + (12 * retires_at + 1).astype("timedelta64[M]")
    return np.asarray(months, dtype="datetime64[D]")


def _homes(layout: Layout, at_work: Ints, province: Ints, rng: np.random.Generator) -> Ints:
    """Most live where their unit is; a few live at the centre of the province and travel to work."""
    centre = np.array([p.centre for p in layout.provinces])[province]
    return np.where(rng.random(len(at_work)) < 0.04, centre, at_work)
