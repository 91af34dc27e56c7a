"""Where people live and classes are held, and what the way between costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

EARTH_RADIUS_KM = 6371.0
LODGING_FROM_KM = 25.0

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """One row of ``places``; ``weight`` is the share of people who live there, relative to the others."""

    place_id: str
    name: str
    zone: str
    island: str
    lat: float
    lon: float
    connectivity: str
    weight: float
    province: int = 0


@dataclass(frozen=True)
class Map:
    """All places. ``fare`` and ``per_day``: rupiah, (places, places): return trip, and each day away."""

    places: tuple[Place, ...]
    fare: Ints
    per_day: Ints

    def index(self, place_id: str) -> int:
        return next(i for i, place in enumerate(self.places) if place.place_id == place_id)

    def frame(self) -> pl.DataFrame:
        """The table ``places``."""
        columns = ("place_id", "name", "zone", "lat", "lon", "connectivity")
        return pl.DataFrame({column: [getattr(place, column) for place in self.places] for column in columns})

    def travel(self, destinations: Ints) -> pl.DataFrame:
        """The table ``travel``: from every place where people live to every place with classes."""
        origin = np.flatnonzero([place.weight > 0 for place in self.places])
        pairs = np.array([(a, b) for a in origin for b in destinations if a != b], dtype=np.int64).reshape(
            -1, 2
        )
        names = np.array([place.place_id for place in self.places])
        return pl.DataFrame(
            {
                "from_place_id": names[pairs[:, 0]].tolist(),
                "to_place_id": names[pairs[:, 1]].tolist(),
                "cost_idr": self.fare[pairs[:, 0], pairs[:, 1]],
                "per_day_idr": self.per_day[pairs[:, 0], pairs[:, 1]],
            },
            schema_overrides={"from_place_id": pl.String, "to_place_id": pl.String},
        )


def draw_map(places: tuple[Place, ...], fares: dict[str, Any]) -> Map:
    """Fares by land on one island, by sea between islands of a province, by air between provinces.

    Whoever waits for a ship or a connecting flight is paid for the days of waiting as well; that is
    part of the fare, since it does not depend on how long the course takes.
    """
    km = distances_km(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    island = np.array([p.island for p in places])
    province = np.array([p.province for p in places])
    by_air = province[:, None] != province[None, :]
    by_sea = ~by_air & (island[:, None] != island[None, :])

    one_way = _one_way(km, fares["land"])
    one_way = np.where(by_sea, _one_way(km, fares["sea"]), one_way)
    one_way = np.where(by_air, _one_way(km, fares["air"]), one_way)
    waiting_days = np.where(by_sea, np.searchsorted([60.0, 200.0, 350.0], km), 0) + by_air
    fare = 2.0 * one_way + waiting_days * fares["waiting_day_idr"]
    per_day = fares["day_idr"] + np.where((km > LODGING_FROM_KM) | by_sea | by_air, fares["lodging_idr"], 0)
    away = km > 0
    return Map(places, _thousands(fare) * away, np.asarray(per_day * away, dtype=np.int64))


def distances_km(lat: Floats, lon: Floats) -> Floats:
    """Great-circle distances between all points, degrees in, kilometres out."""
    phi, lam = np.radians(lat), np.radians(lon)
    half_chord = (
        np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
        + np.cos(phi)[:, None] * np.cos(phi)[None, :] * np.sin((lam[:, None] - lam[None, :]) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half_chord)), dtype=np.float64)


def _one_way(km: Floats, tariff: dict[str, float]) -> Floats:
    return tariff["base_idr"] + tariff["per_km_idr"] * tariff["winding"] * km


def _thousands(amount: Floats) -> Ints:
    return np.asarray(np.round(amount, -3), dtype=np.int64)
