"""The tables of the contract, read from their column files.

One file ``columns/NAME.toml`` per table is the only place where a column is described: it validates, types
and documents the table. Nothing here knows the meaning of any single column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

import polars as pl

ColumnType = Literal["text", "int", "money", "jp", "float", "share", "level", "bool", "date"]
Stage = Literal["plan", "needs", "check"]

DTYPES: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "text": pl.String(),
        "int": pl.Int64(),
        "money": pl.Int64(),
        "jp": pl.Float64(),
        "float": pl.Float64(),
        "share": pl.Float64(),
        "level": pl.Float64(),
        "bool": pl.Boolean(),
        "date": pl.Date(),
    }
)

# What the type alone says about a number: money and learning time are never negative, a share is a share. The
# upper ends, and the lower ones of single columns, lie far above anything honest and low enough that sums and
# products over a million people stay exact.
TYPE_MIN: Final[Mapping[str, float]] = MappingProxyType({"money": 0, "jp": 0, "share": 0, "int": -(2**31)})
TYPE_MAX: Final[Mapping[str, float]] = MappingProxyType(
    {"money": 10**15, "jp": 10_000, "share": 1, "level": 100, "int": 2**31 - 1}
)


@dataclass(frozen=True)
class ColumnSpec:
    """One column: what it may hold and what it means.

    ``choices`` closes the list of values (of each element where ``is_list``); ``above`` is an open lower end;
    beyond ``usual_max`` a value is accepted with a warning; ``refers_to`` names the table whose key it holds;
    ``default_from`` names the column that fills a blank.
    """

    name: str
    type: ColumnType
    unit: str
    required: bool
    optional_in: tuple[str, ...]
    default: bool | int | float | str | None
    default_from: str | None
    choices: tuple[str, ...] | None
    is_list: bool
    refers_to: str | None
    min: float | None
    above: float | None
    max: float | None
    usual_max: float | None
    meaning: Mapping[str, str]

    @property
    def dtype(self) -> pl.DataType:
        return DTYPES[self.type]

    @property
    def is_identifier(self) -> bool:
        return self.name == "id" or self.name.endswith("_id") or self.refers_to is not None

    def required_in(self, stage: str) -> bool:
        """Whether the column must be there, filled in every row, when ``stage`` reads the table."""
        return self.required and stage not in self.optional_in


@dataclass(frozen=True)
class TableSpec:
    """One table. ``used_by`` says which stage reads it and whether that stage can do without it;
    ``written_by`` names the stage that writes it, ``written_as`` whether it always does.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    used_by: Mapping[str, Literal["required", "optional"]]
    written_by: str
    written_as: Literal["always", "optional"]
    meaning: Mapping[str, str]

    @property
    def may_be_absent(self) -> bool:
        """Whether a reader that names this table must do without it where it is not there."""
        return "optional" in self.used_by.values() or self.written_as == "optional"

    @property
    def schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns}

    def column(self, name: str) -> ColumnSpec:
        return next(column for column in self.columns if column.name == name)

    def has(self, name: str) -> bool:
        return any(column.name == name for column in self.columns)

    def empty(self) -> pl.DataFrame:
        """A frame with every column and no row."""
        return pl.DataFrame(schema=self.schema)


def _column(entry: Mapping[str, Any]) -> ColumnSpec:
    kind: ColumnType = entry["type"]
    return ColumnSpec(
        name=entry["name"],
        type=kind,
        unit=entry.get("unit", ""),
        required=entry.get("required", False),
        optional_in=tuple(entry.get("optional_in", ())),
        default=entry.get("default"),
        default_from=entry.get("default_from"),
        choices=tuple(entry["choices"]) if "choices" in entry else None,
        is_list=entry.get("list", False),
        refers_to=entry.get("refers_to"),
        min=entry.get("min", TYPE_MIN.get(kind)),
        above=entry.get("above"),
        max=entry.get("max", TYPE_MAX.get(kind)),
        usual_max=entry.get("usual_max"),
        meaning=MappingProxyType(entry["meaning"]),
    )


def _table(name: str, text: str) -> TableSpec:
    entry = tomllib.loads(text)
    return TableSpec(
        name=name,
        key=tuple(entry["key"]),
        columns=tuple(_column(column) for column in entry["columns"]),
        used_by=MappingProxyType(entry.get("used_by", {})),
        written_by=entry.get("written_by", ""),
        written_as=entry.get("written_as", "always"),
        meaning=MappingProxyType(entry["meaning"]),
    )


def _read_all() -> Mapping[str, TableSpec]:
    files = resources.files(__package__).joinpath("columns")
    named = {file.name.removesuffix(".toml"): file for file in files.iterdir() if file.name.endswith(".toml")}
    return MappingProxyType({name: _table(name, named[name].read_text("utf-8")) for name in sorted(named)})


SCHEMA: Final[Mapping[str, TableSpec]] = _read_all()


def tables_of(stage: Stage) -> tuple[TableSpec, ...]:
    """The tables ``stage`` reads; ``check`` reads what ``plan`` reads."""
    reader = "plan" if stage == "check" else stage
    return tuple(spec for spec in SCHEMA.values() if reader in spec.used_by)
