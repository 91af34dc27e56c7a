"""A pricing pass over more people than fit in memory: whole units are read, priced, and let go.

Pricing is a function of whole units and one set of prices, so a pass can be cut anywhere between two units.
What people share (catalogue, dates, places, limits) is small and read with every cut; the tables about people
are read from the front, each row once. They must be Parquet in the order of `people`, and `people` unit by
unit, as `asah simulate nation` writes them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from asah.engine.errors import CallError
from asah.engine.plan.pricing import Pricer, Prices
from asah.engine.plan.problem import Floats, Problem, build
from asah.engine.tables import load, tables_of

CHUNK_PEOPLE = 20_000
WINDOW = 1 << 17  # rows read at a time


@dataclass(frozen=True)
class StreamedResponse:
    """What all people together would take at given prices; as `Response`, without who takes what."""

    people: int
    value: float  # points
    enrolled: Floats  # O
    travel: Floats  # payers + 1: rupiah
    absent: Any  # units x (periods + 1): people away
    floor_closure: Floats  # floors: points


def price_streamed(
    folder: Path, prices: Prices, chunk_people: int = CHUNK_PEOPLE, threads: int = 1
) -> StreamedResponse:
    """One pass over the problem in ``folder``, about ``chunk_people`` people in memory at a time.

    Counts and rupiah equal those of a pass in memory exactly, points to 1e-12 (the order of adding). Raises
    CallError where the tables are not Parquet in the order of units, InputError where their rows are wrong.
    """
    total: StreamedResponse | None = None
    for problem in problems(folder, chunk_people):
        answer = Pricer(problem, threads).respond(prices)
        part = StreamedResponse(
            people=problem.people,
            value=answer.value,
            enrolled=answer.enrolled,
            travel=answer.travel,
            absent=answer.absent,
            floor_closure=answer.floor_closure,
        )
        total = part if total is None else _sum(total, part)
        del problem, answer  # the next part is read into their room
    if total is None:
        raise CallError(f"{folder} tidak memuat seorang pun. / There is nobody in {folder}.")
    return total


def _sum(a: StreamedResponse, b: StreamedResponse) -> StreamedResponse:
    return StreamedResponse(
        people=a.people + b.people,
        value=a.value + b.value,
        enrolled=a.enrolled + b.enrolled,
        travel=a.travel + b.travel,
        absent=a.absent + b.absent,
        floor_closure=a.floor_closure + b.floor_closure,
    )


def problems(folder: Path, chunk_people: int = CHUNK_PEOPLE) -> Iterator[Problem]:
    """The problem in ``folder`` cut into runs of whole units with about ``chunk_people`` people each.

    Every part has all offerings, funds, units and places, so that one set of prices fits all.
    """
    about_people = [spec.name for spec in tables_of("plan") if "person_id" in spec.key]
    cursors = {
        name: _Cursor(folder / f"{name}.parquet", name)
        for name in about_people
        if name == "people" or (folder / f"{name}.parquet").exists()
    }
    people = cursors.pop("people")
    people.must_be_whole("unit_id")
    # even parts, so that the last one is no small remainder
    target = -(-people.rows // max(1, people.rows // chunk_people))
    with tempfile.TemporaryDirectory(prefix="asah-stream-") as name:
        part = Path(name)
        for file in [*folder.glob("*.parquet"), folder / "policy.toml"]:
            if file.stem not in about_people and file.exists():
                shutil.copyfile(file, part / file.name)
        while not people.done:
            who = people.take_units(target)
            who.write_parquet(part / "people.parquet")
            for key, cursor in cursors.items():
                rows = cursor.take_of(who["person_id"])
                if rows.is_empty() and key == "needs":
                    raise _not_in_order(key)
                rows.write_parquet(part / f"{key}.parquet")
            yield build(load(part, "plan"))
    for cursor in cursors.values():
        if not cursor.done:
            raise _not_in_order(cursor.name)


class _Cursor:
    """Reads a Parquet table about people from the front, every row once."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        if not path.exists():
            raise CallError(
                f"{path} tidak ada: alur per bagian membaca Parquet. Buat dengan `asah simulate nation`. / "
                f"{path} is not there: a streamed pass reads Parquet."
            )
        self._table = pl.scan_parquet(path)
        self.rows = int(self._table.select(pl.len()).collect().item())
        self._at = 0
        self._ahead = self._table.head(0).collect()

    @property
    def done(self) -> bool:
        return self._at == self.rows and self._ahead.is_empty()

    def must_be_whole(self, column: str) -> None:
        """Raise CallError where rows with the same value of ``column`` do not stand together."""
        runs, values = (
            self._table.select(
                pl.col(column).rle_id().max().alias("runs") + 1, pl.col(column).n_unique().alias("values")
            )
            .collect()
            .row(0)
        )
        if runs != values:
            raise _not_in_order(self.name)

    def _read_on(self) -> None:
        more = self._table.slice(self._at, WINDOW).collect()
        self._at += more.height
        self._ahead = pl.concat([self._ahead, more])

    def _cut(self, count: int) -> pl.DataFrame:
        head, self._ahead = self._ahead[:count], self._ahead[count:]
        return head

    def take_units(self, target: int) -> pl.DataFrame:
        """The next rows of `people`, whole units, at least ``target`` rows or the rest."""
        while True:
            unit = self._ahead["unit_id"]
            ends = np.flatnonzero((unit != unit.shift(-1)).fill_null(value=False).to_numpy()) + 1
            ends = ends[ends >= target]
            if len(ends) or self._at == self.rows:
                break
            self._read_on()
        return self._cut(int(ends[0]) if len(ends) else self._ahead.height)

    def take_of(self, people: pl.Series) -> pl.DataFrame:
        """The next rows, as long as they are about ``people``."""
        known = people.to_frame("person_id").with_columns(known=pl.lit(value=True))
        taken = [self._ahead[:0]]
        while True:
            inside = self._ahead.select("person_id").join(
                known, on="person_id", how="left", maintain_order="left"
            )["known"]
            others = inside.is_null().arg_true()
            taken.append(self._cut(int(others[0]) if len(others) else self._ahead.height))
            if len(others) or self._at == self.rows:
                return pl.concat(taken)
            self._read_on()


def _not_in_order(table: str) -> CallError:
    return CallError(
        f"Tabel {table} tidak urut: people harus terkumpul per unit, dan tabel lain mengikuti urutan people. "
        f"Urutkan lalu simpan lagi. / The table {table} is not in the order of people by unit; sort it."
    )
