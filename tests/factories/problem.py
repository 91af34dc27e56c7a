"""Small valid planning problems: six invented people in two units, four programmes, six offerings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from asah.engine.tables import SCHEMA

Frames = dict[str, pl.DataFrame]

POLICY: dict[str, Any] = {
    "year": 2027,
    "periods": 12,
    "jp_target": {"PNS": 20.0, "CPNS": 20.0},
    "jp_max": {"PPPK": 24.0},
    "max_programmes": 3,
    "points_per_jp_short": 0.05,
    "points_per_mandate_missed": 5.0,
    "max_absent_share": 0.5,
}


def table(name: str, *rows: Mapping[str, Any]) -> pl.DataFrame:
    """A frame with every column of the table ``name``; what a row leaves out is its default, else blank."""
    spec = SCHEMA[name]
    filled = [{c.name: row.get(c.name, c.default) for c in spec.columns} for row in rows]
    for row in filled:
        for column in spec.columns:
            if column.default_from and row[column.name] is None:
                row[column.name] = row[column.default_from]
    for row in rows:
        unknown = set(row) - set(spec.schema)
        assert not unknown, f"{name} has no columns {unknown}"
    return pl.DataFrame(filled, schema=spec.schema)


def courses(programmes: Mapping[str, Mapping[str, Any]], gains: Mapping[str, float]) -> Frames:
    """Programmes at Rp 10 a person, changed by their rows, and what each gains in the competency K."""
    alike = {"form": "K3", "jp": 4.0, "cost_per_person_idr": 10}
    rows = ({"programme_id": p, "name": p, **alike, **row} for p, row in programmes.items())
    effects = ({"programme_id": p, "competency_id": "K", "gain_levels": gain} for p, gain in gains.items())
    return {
        "programmes": table("programmes", *rows),
        "programme_effects": table("programme_effects", *effects),
    }


def tiny_problem(**overrides: pl.DataFrame) -> Frames:
    """A valid input of ``plan``, small enough to be solved by hand; ``overrides`` replaces whole tables.

    Six people in two units and two places, three competencies, four programmes (one online and general, one
    with a prerequisite), six offerings, money for part of it, one mandate.
    """
    frames = {
        "people": _people(),
        "units": table(
            "units",
            {"unit_id": "DINKES", "name": "Dinas Kesehatan"},
            {"unit_id": "PKM", "name": "Puskesmas Hulu", "parent_id": "DINKES", "max_absent_people": 2},
        ),
        "places": table(
            "places",
            {
                "place_id": "KOTA",
                "name": "Kota",
                "zone": "Pusat",
                "lat": -2.1,
                "lon": 102.3,
                "connectivity": "good",
            },
            {
                "place_id": "HULU",
                "name": "Hulu",
                "zone": "Hulu",
                "lat": -2.4,
                "lon": 101.9,
                "connectivity": "low",
            },
        ),
        "travel": table(
            "travel",
            {"from_place_id": "HULU", "to_place_id": "KOTA", "cost_idr": 400_000, "per_day_idr": 150_000},
            {"from_place_id": "KOTA", "to_place_id": "HULU", "cost_idr": 400_000, "per_day_idr": 150_000},
        ),
        "competencies": table(
            "competencies",
            {
                "competency_id": "LAYANAN",
                "name": "Pelayanan publik",
                "kind": "managerial",
                "stream": "competency",
            },
            {
                "competency_id": "PROYEK",
                "name": "Manajemen proyek",
                "kind": "technical",
                "stream": "competency",
            },
            {
                "competency_id": "INTEGRITAS",
                "name": "Integritas",
                "kind": "managerial",
                "stream": "integrity",
            },
        ),
        "needs": _needs(),
        "programmes": _programmes(),
        "programme_effects": table(
            "programme_effects",
            _effect("BIMTEK", "LAYANAN", 0.8),
            _effect("DARING", "INTEGRITAS", 0.4),
            _effect("PROYEK1", "PROYEK", 0.7),
            _effect("PROYEK2", "PROYEK", 0.9),
            _effect("PROYEK2", "LAYANAN", 0.2),
        ),
        "offerings": _offerings(),
        "resources": table(
            "resources", *({"resource_id": "AULA", "period": p, "classes": 1} for p in range(1, 13))
        ),
        "mandates": table("mandates", {"person_id": "P1", "programme_id": "DARING"}),
        "completed": table("completed", {"person_id": "P2", "programme_id": "PROYEK1"}),
        "budgets": table(
            "budgets",
            {"scope": "total", "amount_idr": 12_000_000},
            {"scope": "fund", "id": "APBD", "amount_idr": 10_000_000},
            {"scope": "unit", "id": "DINKES", "amount_idr": 1_500_000},
        ),
        "locks": table("locks"),
    }
    return frames | overrides


def _people() -> pl.DataFrame:
    rows = (
        ("P1", "DINKES", "KOTA", "pelaksana", "PNS", "P", "Sari Melati"),
        ("P2", "DINKES", "KOTA", "pengawas", "PNS", "L", "Bima Cakra"),
        ("P3", "DINKES", "HULU", "pelaksana", "PPPK", "P", "Tirta Ayu"),
        ("P4", "PKM", "HULU", "fungsional", "PNS", "L", "Guntur Seno"),
        ("P5", "PKM", "HULU", "fungsional", "PPPK", "P", "Lintang Puri"),
        ("P6", "PKM", "KOTA", "pelaksana", "CPNS", "L", "Rangga Yuda"),
    )
    names = ("person_id", "unit_id", "place_id", "position_kind", "employment", "sex", "name")
    return table("people", *(dict(zip(names, row, strict=True)) for row in rows))


def _needs() -> pl.DataFrame:
    rows = (
        ("P1", "LAYANAN", 1.0, 4.0),
        ("P1", "INTEGRITAS", 0.5, 3.0),
        ("P2", "PROYEK", 1.5, 5.0),
        ("P3", "LAYANAN", 0.6, 2.0),
        ("P3", "PROYEK", 0.9, 3.0),
        ("P4", "LAYANAN", 1.2, 4.0),
        ("P4", "PROYEK", 0.7, 2.5),
        ("P5", "LAYANAN", 0.4, 3.5),
        ("P5", "INTEGRITAS", 0.8, 2.0),
        ("P6", "INTEGRITAS", 0.3, 1.5),
    )
    names = ("person_id", "competency_id", "gap_levels", "weight")
    return table("needs", *(dict(zip(names, row, strict=True), basis="assessor") for row in rows))


def _programmes() -> pl.DataFrame:
    return table(
        "programmes",
        _programme("BIMTEK", "Bimtek pelayanan publik", "K10", 16.0, 300_000, fund_id="APBD"),
        _programme("DARING", "Integritas daring", "N3", 6.0, 0, general=True, connectivity="low"),
        _programme("PROYEK1", "Manajemen proyek dasar", "K3", 12.0, 400_000, fund_id="APBD"),
        _programme(
            "PROYEK2",
            "Manajemen proyek lanjut",
            "K3",
            20.0,
            600_000,
            prerequisite_id="PROYEK1",
            eligible_employment="PNS;PPPK",
        ),
    )


def _programme(key: str, name: str, form: str, jp: float, cost: int, **more: Any) -> dict[str, Any]:
    return {"programme_id": key, "name": name, "form": form, "jp": jp, "cost_per_person_idr": cost, **more}


def _effect(programme: str, competency: str, gain: float) -> dict[str, Any]:
    return {
        "programme_id": programme,
        "competency_id": competency,
        "gain_levels": gain,
        "gain_sd": gain / 4,
        "source": "catalogue",
    }


def _offerings() -> pl.DataFrame:
    room = {"seats_per_class": 3, "min_per_class": 1, "cost_per_class_idr": 1_000_000, "days": 2}
    return table(
        "offerings",
        _offering("O1", "BIMTEK", 2, "KOTA", resource_id="AULA", **room),
        _offering("O2", "BIMTEK", 5, "HULU", **room),
        {"offering_id": "O3", "programme_id": "DARING"},
        _offering("O4", "PROYEK1", 3, "KOTA", period_end=4, resource_id="AULA", **room),
        _offering("O5", "PROYEK2", 7, "KOTA", max_classes=2, **room),
        _offering("O6", "PROYEK2", 3, "HULU", **room),
    )


def _offering(key: str, programme: str, period: int, place: str, **more: Any) -> dict[str, Any]:
    end = more.get("period_end", period)
    return {
        "offering_id": key,
        "programme_id": programme,
        "period": period,
        "place_id": place,
        "start_date": dt.date(2027, period, 4),
        "end_date": dt.date(2027, end, 5),
        **more,
    }


# ---- named situations: the tiny problem with one thing changed


def without_money() -> Frames:
    """A zero budget: accepted, and only what costs nothing can be planned."""
    return tiny_problem(budgets=table("budgets", {"scope": "total", "amount_idr": 0}))


def with_minimum_above_demand() -> Frames:
    """Every class of O1 needs more people than there are."""
    offerings = tiny_problem()["offerings"].with_columns(
        pl.when(pl.col("offering_id") == "O1").then(50).otherwise("min_per_class").alias("min_per_class"),
        pl.when(pl.col("offering_id") == "O1").then(60).otherwise("seats_per_class").alias("seats_per_class"),
    )
    return tiny_problem(offerings=offerings)


def with_untouched_gap() -> Frames:
    """A gap in a competency that no programme raises."""
    frames = tiny_problem()
    other = table("competencies", {"competency_id": "BENCANA", "name": "Tanggap bencana"})
    gap = table("needs", {"person_id": "P4", "competency_id": "BENCANA", "gap_levels": 1.0, "weight": 2.0})
    return frames | {
        "competencies": pl.concat([frames["competencies"], other]),
        "needs": pl.concat([frames["needs"], gap]),
    }


def with_programme_for_nobody() -> Frames:
    """BIMTEK admits only heads of office, and there are none."""
    programmes = tiny_problem()["programmes"].with_columns(
        pl.when(pl.col("programme_id") == "BIMTEK").then(pl.lit("jpt")).alias("eligible_position_kind")
    )
    return tiny_problem(programmes=programmes)


def with_mandate_for_somebody_not_eligible() -> Frames:
    """P6 is CPNS and must take PROYEK2, which admits only PNS and PPPK."""
    return tiny_problem(mandates=table("mandates", {"person_id": "P6", "programme_id": "PROYEK2"}))


def with_locks(*rows: tuple[str, str, str]) -> Frames:
    """Decisions by hand as (person, offering, in or out)."""
    names = ("person_id", "offering_id", "state")
    return tiny_problem(locks=table("locks", *(dict(zip(names, row, strict=True)) for row in rows)))


def with_equity_floor() -> dict[str, Any]:
    """The policy of the tiny problem with a floor for women and one for the far zone."""
    return POLICY | {
        "equity": [
            {"column": "sex", "value": "P", "floor_share": 0.6, "points": 3.0},
            {"column": "zone", "value": "Hulu", "floor_share": 0.5, "points": 2.0},
        ]
    }


# ---- writing


def write_problem(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    policy: Mapping[str, Any] | None = None,
    form: str = "csv",
) -> Path:
    """Write the tables and policy.toml the way people do; empty tables are left out. Returns what to load.

    ``form`` is csv, parquet or xlsx; a workbook is written as ``folder / "masukan.xlsx"``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in [*folder.glob("*.csv"), *folder.glob("*.parquet"), *folder.glob("*.xlsx")]:
        earlier.unlink()
    filled = {name: frame for name, frame in frames.items() if frame.height}
    (folder / "policy.toml").write_text(policy_toml(POLICY if policy is None else policy), "utf-8")
    if form == "xlsx":
        return _write_workbook(folder / "masukan.xlsx", filled)
    for name, frame in filled.items():
        if form == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
        else:
            _as_people_write(frame).write_csv(folder / f"{name}.csv")
    return folder


def _as_people_write(frame: pl.DataFrame) -> pl.DataFrame:
    truths = [name for name, dtype in frame.schema.items() if dtype == pl.Boolean]
    words = {True: "yes", False: "no"}
    return frame.with_columns(pl.col(truths).replace_strict(words, return_dtype=pl.String))


def _write_workbook(path: Path, frames: Mapping[str, pl.DataFrame]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, frame in frames.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, frame.columns)
            for row, cells in enumerate(_as_people_write(frame).iter_rows(), start=1):
                for column, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(row, column, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write_number(row, column, cell)
    return path


def policy_toml(policy: Mapping[str, Any]) -> str:
    """``policy`` as the text of a policy.toml."""
    plain = [
        f"{key} = {_toml(value)}" for key, value in policy.items() if not isinstance(value, Mapping | list)
    ]
    tables = [
        "\n".join([f"\n[{key}]", *(f"{name} = {_toml(entry)}" for name, entry in value.items())])
        for key, value in policy.items()
        if isinstance(value, Mapping)
    ]
    floors: Sequence[Mapping[str, Any]] = policy.get("equity", ())
    lists = [
        "\n".join(["\n[[equity]]", *(f"{key} = {_toml(entry)}" for key, entry in f.items())]) for f in floors
    ]
    return "\n".join([*plain, *tables, *lists]) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
