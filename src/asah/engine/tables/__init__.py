"""The tables of the contract: column files, reading with every bad row named, writing whole or not at all."""

from asah.engine.tables.load import Counts, Examined, Tables, examine, fingerprint, load, read_frames
from asah.engine.tables.output import OutputFolder
from asah.engine.tables.policy import EquityFloor, Policy, read_policy
from asah.engine.tables.schema import SCHEMA, ColumnSpec, Stage, TableSpec, tables_of

__all__ = [
    "SCHEMA",
    "ColumnSpec",
    "Counts",
    "EquityFloor",
    "Examined",
    "OutputFolder",
    "Policy",
    "Stage",
    "TableSpec",
    "Tables",
    "examine",
    "fingerprint",
    "load",
    "read_frames",
    "read_policy",
    "tables_of",
]
