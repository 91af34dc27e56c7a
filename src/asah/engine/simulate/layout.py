"""The offices of a region as a tree of units, each with a place, a kind of work and a number of people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from asah.engine.simulate.places import Floats, Ints, Map, Place, draw_map
from asah.engine.simulate.sources import Stream, data, stream

CHUNK_PEOPLE = 10_000
MOST_CHUNKS = 190  # serial numbers of a NIP run from 001 to 999: each chunk owns five of them at least
PROVINCE_PEOPLE = 200_000
UNIT_PEOPLE = 200
FEWER = 0.6  # with half the people, 0.5 ** 0.6 of the offices, and of the units in each


@dataclass(frozen=True)
class Unit:
    """One row of ``units``. ``parent`` is the position of the parent in the list, or -1."""

    unit_id: str
    name: str
    parent: int
    mix: str
    place: int
    province: int
    weight: float
    pays_travel: bool = False


@dataclass(frozen=True)
class Province:
    """A region with its own halls and facilitators, so its own offerings: one, but for the nation."""

    code: str
    centre: int
    hosts: tuple[int, ...]
    host_shares: tuple[float, ...]
    senior: int


@dataclass(frozen=True)
class Layout:
    """Everything about a region that does not depend on who works there.

    ``size``: people by unit. ``chunks``: unit ranges (first, last + 1) that are generated on their own.
    """

    region: str
    seed: int
    settings: dict[str, Any]
    map: Map
    units: tuple[Unit, ...]
    size: Ints
    provinces: tuple[Province, ...]
    chunks: tuple[tuple[int, int], ...]

    @property
    def people(self) -> int:
        return int(self.size.sum())

    @property
    def destinations(self) -> Ints:
        """The places where classes are held."""
        return np.array(sorted({place for p in self.provinces for place in (*p.hosts, p.senior)}))

    @cached_property
    def payer(self) -> Ints:
        """For each unit, the nearest unit upward that has a travel budget of its own, or -1."""
        payer = np.full(len(self.units), -1, dtype=np.int64)
        for i, unit in enumerate(self.units):  # parents stand before their children
            payer[i] = i if unit.pays_travel else (payer[unit.parent] if unit.parent >= 0 else -1)
        return payer

    def frame(self) -> pl.DataFrame:
        """The table ``units``; schools and clinics keep their own limits on absence."""
        share = [0.2 if unit.mix == "sekolah" else None for unit in self.units]
        clinics = [unit.mix == "puskesmas" and i % 3 == 0 for i, unit in enumerate(self.units)]
        heads = [
            max(1, int(n) // 6) if clinic else None for n, clinic in zip(self.size, clinics, strict=True)
        ]
        return pl.DataFrame(
            {
                "unit_id": [unit.unit_id for unit in self.units],
                "name": [unit.name for unit in self.units],
                "parent_id": [self.units[u.parent].unit_id if u.parent >= 0 else None for u in self.units],
                "max_absent_share": share,
                "max_absent_people": heads,
            },
            schema={
                "unit_id": pl.String,
                "name": pl.String,
                "parent_id": pl.String,
                "max_absent_share": pl.Float64,
                "max_absent_people": pl.Int64,
            },
        )


def lay_out(region: str, people: int | None, seed: int) -> Layout:
    """The layout of ``people`` people (None: the region's own number)."""
    settings = data(region)
    people = settings["people"] if people is None else people
    rng = stream(region, seed, Stream.LAYOUT)
    if region == "nation":
        ground, units, provinces = _nation(settings, people, rng)
    else:
        ground, units, provinces = _regency(settings, people, rng)
    size = apportion(np.array([unit.weight for unit in units]), people)
    return Layout(region, seed, settings, ground, units, size, provinces, _chunks(size, people))


def apportion(weights: Floats, total: int) -> Ints:
    """Whole numbers in proportion to ``weights`` that add up to ``total`` (largest remainders)."""
    exact = weights * (total / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    short = total - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:short]] += 1
    return np.asarray(whole, dtype=np.int64)


def _chunks(size: Ints, people: int) -> tuple[tuple[int, int], ...]:
    """Runs of whole units with about as many people each as are generated in one go."""
    count = min(MOST_CHUNKS, max(1, -(-people // CHUNK_PEOPLE)))
    before = np.concatenate([[0], np.cumsum(size)])
    cuts = np.searchsorted(before, np.arange(1, count) * people / count)
    edges = np.unique(np.concatenate([[0], cuts, [len(size)]]))
    return tuple((int(a), int(b)) for a, b in pairwise(edges))


def _regency(
    settings: dict[str, Any], people: int, rng: np.random.Generator
) -> tuple[Map, tuple[Unit, ...], tuple[Province, ...]]:
    """Offices as the data file lists them; fewer of them, not smaller ones, where there are fewer people."""
    ground = draw_map(tuple(Place(*row) for row in settings["place"][0]["rows"]), settings["fares"])
    keep = min(1.0, people / settings["people"]) ** FEWER
    homes = np.flatnonzero([place.weight > 0 for place in ground.places])
    home_share = np.array([ground.places[i].weight for i in homes])
    home_share = home_share / home_share.sum()

    code = settings["code"]
    units = [
        Unit(code, f"Pemerintah {settings['name']}", -1, "kantor", ground.index(settings["centre"]), 0, 0.0)
    ]
    offices = settings["office"][0]["rows"]
    for row in offices[: max(3, round(len(offices) * keep))]:
        short, name, mix, place, staff, child, child_mix, children, child_staff, where = row
        seat = ground.index(place)
        head = len(units)
        units.append(Unit(f"{code}-{short}", name, 0, mix, seat, 0, staff, pays_travel=len(units) % 2 == 1))
        count = max(1, round(children * keep))
        spread = np.concatenate([homes, rng.choice(homes, size=count, p=home_share)])[:count]
        for k in range(count):
            at = int(spread[k]) if where == "*" else seat
            title = f"{child} {k + 1} {ground.places[at].name}" if where == "*" else f"{child} {k + 1} {name}"
            weight = child_staff * float(np.exp(rng.normal(0.0, 0.25)))
            units.append(Unit(f"{code}-{short}-{k + 1:03d}", title, head, child_mix, at, 0, weight))
    if "district" in settings:
        _districts(settings["district"], code, homes[: max(1, round(len(homes) * keep))], ground, units)
    hosts = settings["host"]
    province = Province(
        code,
        ground.index(settings["centre"]),
        tuple(ground.index(host["place"]) for host in hosts),
        tuple(host["share"] for host in hosts),
        ground.index(settings["senior"]["place"]),
    )
    return ground, tuple(units), (province,)


def _districts(district: dict[str, Any], code: str, homes: Ints, ground: Map, units: list[Unit]) -> None:
    children = dict(district["children"])
    for i in homes:
        place = ground.places[i]
        head = len(units)
        name = f"{district['name']} {place.name}"
        unit_id = f"{code}-KEC-{place.place_id}"
        units.append(
            Unit(unit_id, name, 0, district["mix"], int(i), 0, district["people"], pays_travel=head % 2 == 1)
        )
        for k in range(children.get(place.place_id, 0)):
            title = f"{district['child']} {k + 1} {place.name}"
            units.append(
                Unit(
                    f"{unit_id}-{k + 1:03d}",
                    title,
                    head,
                    district["mix"],
                    int(i),
                    0,
                    district["child_people"],
                )
            )


def _nation(
    settings: dict[str, Any], people: int, rng: np.random.Generator
) -> tuple[Map, tuple[Unit, ...], tuple[Province, ...]]:
    """As many provinces as there are whole lots of people, each with the same pattern of offices."""
    count = max(1, -(-people // PROVINCE_PEOPLE))
    capitals = settings["province"][0]["rows"]
    districts = settings["districts"]
    places: list[Place] = []
    units: list[Unit] = []
    provinces: list[Province] = []
    for p in range(count):
        short, name, capital, lat, lon = capitals[p % len(capitals)]
        code = short if p < len(capitals) else f"{short}{p // len(capitals) + 1}"
        first = len(places)
        places.append(
            Place(f"{code}-00", capital, f"{name} pusat", code, lat, lon, "good", districts + 2.0, p)
        )
        angle = rng.uniform(0, 2 * np.pi, districts)
        reach = rng.uniform(0.15, 1.5, districts)
        for d in range(districts):
            zone = f"{name} {'dekat' if reach[d] < 0.9 else 'jauh'}"
            network = "good" if reach[d] < 0.6 else ("low" if reach[d] < 1.3 else "none")
            where = (round(lat + reach[d] * np.sin(angle[d]), 3), round(lon + reach[d] * np.cos(angle[d]), 3))
            places.append(
                Place(f"{code}-{d + 1:02d}", f"Distrik {d + 1} {name}", zone, code, *where, network, 1.0, p)
            )
        hosts = (first, *(first + 1 + int(d) for d in np.argsort(reach)[:3]))
        shares = (0.55, 0.15, 0.15, 0.15)
        provinces.append(Province(code, first, hosts, shares, first))
        _nation_units(settings, code, name, p, people // count, places[first:], first, units, rng)
    return draw_map(tuple(places), settings["fares"]), tuple(units), tuple(provinces)


def _nation_units(
    settings: dict[str, Any],
    code: str,
    name: str,
    province: int,
    people: int,
    places: list[Place],
    first_place: int,
    units: list[Unit],
    rng: np.random.Generator,
) -> None:
    root = len(units)
    units.append(Unit(code, f"Pemerintah Provinsi {name}", -1, "kantor", first_place, province, 0.0))
    leaves = max(4, round(people / UNIT_PEOPLE))
    kinds = list(settings["leaf"])
    kind = np.repeat(
        np.arange(len(kinds)), apportion(np.array([settings["leaf"][k]["share"] for k in kinds]), leaves)
    )
    weight = np.array([place.weight for place in places])
    where = rng.choice(len(places), size=leaves, p=weight / weight.sum())
    staff = np.exp(rng.normal(0.0, 0.3, leaves))
    group = root
    for j in range(leaves):
        if j % 25 == 0 or kind[j] != kind[j - 1]:
            title = settings["leaf"][kinds[kind[j]]]["group"]
            group = len(units)
            mix = kinds[kind[j]]
            at = first_place
            unit_id = f"{code}-G{group - root:03d}"
            units.append(
                Unit(unit_id, f"{title} {group - root}", root, mix, at, province, 0.0, group % 2 == 0)
            )
        at = first_place + int(where[j])
        title = f"{settings['leaf'][kinds[kind[j]]]['name']} {j + 1} {places[where[j]].name}"
        units.append(Unit(f"{code}-{j + 1:05d}", title, group, kinds[kind[j]], at, province, float(staff[j])))
