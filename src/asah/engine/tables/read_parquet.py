"""Parquet: the known columns, in the file's own types."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.raw import Raw, match_header, refused, with_rows, without_blank_rows
from asah.engine.tables.schema import TableSpec


def read_parquet(path: Path, spec: TableSpec, stage: str) -> Raw:
    """The table in ``path``. Text of any encoding comes as text, all else as it is; ``cells`` decides."""
    try:
        schema = pl.read_parquet_schema(path)
        positions, findings = match_header(list(schema), spec, stage)
        if not positions:
            return refused(spec, *findings)
        names = list(schema)
        frame = pl.read_parquet(path, columns=[names[position] for position in positions], use_pyarrow=False)
    except (PolarsError, PanicException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return refused(spec, finding("unreadable", spec.name, value=path.name, reason=reason))
    frame = frame.rename({names[position]: known for position, known in positions.items()})
    frame, unreadable = _plain(frame, spec)
    raw = Raw(spec=spec, frame=with_rows(frame), rows=frame.height, findings=(*findings, *unreadable))
    return without_blank_rows(raw)


def _plain(frame: pl.DataFrame, spec: TableSpec) -> tuple[pl.DataFrame, list[Finding]]:
    findings = []
    for name, dtype in frame.schema.items():
        if dtype in (pl.Categorical, pl.Enum, pl.Null):
            frame = frame.with_columns(pl.col(name).cast(pl.String))
        elif dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            findings.append(finding("column_type", spec.name, column=name, dtype=str(dtype)))
            frame = frame.with_columns(pl.lit(None, pl.String).alias(name))
    return frame, findings
