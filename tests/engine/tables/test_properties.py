"""Whatever people put into a folder: it is read as meant, or refused with reasons; no row gets lost."""

from __future__ import annotations

import datetime as dt
import math
import re
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asah.engine.tables import SCHEMA, ColumnSpec, OutputFolder, examine, fingerprint, load, read_frames
from asah.engine.tables.messages import MESSAGES
from factories.problem import tiny_problem, write_problem

FEW = settings(max_examples=15, deadline=None)
MANY = settings(max_examples=40, deadline=None)

# Text as people type it; what is blank or looks damaged has tests of its own.
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
TEXTS = st.builds(" ".join, st.lists(WORDS, min_size=1, max_size=3)).filter(lambda text: text[0] not in "'#")
IDENTIFIERS = st.one_of(TEXTS, st.from_regex(r"\A[12]\d{16}[1-9]\Z"))


def values(column: ColumnSpec, decimals: int) -> st.SearchStrategy[Any]:
    """Values the column may hold; numbers with as many significant digits as the file keeps."""
    if column.choices is not None:
        return st.sampled_from(column.choices)
    if column.is_identifier:
        return IDENTIFIERS.filter(lambda text: not re.search(r"^'|;|E\+", text))
    match column.type:
        case "text":
            return TEXTS
        case "bool":
            return st.booleans()
        case "date":
            return st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1))
        case "int" | "money":
            return st.integers(math.ceil(column.min or 0), int(min(column.max or 10**15, 10**15)))
        case _:
            low = (
                column.min if column.min is not None else (column.above if column.above is not None else -1e6)
            )
            high = column.max if column.max is not None else (column.usual_max or 1e9)
            number = st.floats(low, high, allow_subnormal=False).map(lambda x: float(f"{x:.{decimals}g}"))
            return number.filter(lambda x: low <= x <= high and (column.above is None or x > column.above))


@st.composite
def frames(draw: st.DrawFn, decimals: int) -> tuple[str, pl.DataFrame]:
    """A table and rows that it may hold."""
    spec = SCHEMA[draw(st.sampled_from(sorted(SCHEMA)))]
    rows = draw(st.integers(1, 6))
    columns = {}
    for column in spec.columns:
        cells = values(column, decimals)
        if not column.required and column.default is None and column.default_from is None:
            cells = st.none() | cells
        columns[column.name] = draw(st.lists(cells, min_size=rows, max_size=rows))
    return spec.name, pl.DataFrame(columns, schema=spec.schema)


@MANY
@given(table=frames(decimals=17), form=st.sampled_from(["csv", "parquet"]))
def test_what_is_written_is_read_back_to_the_last_bit(table: tuple[str, pl.DataFrame], form: Any) -> None:
    name, frame = table
    with tempfile.TemporaryDirectory() as folder:
        with OutputFolder(Path(folder) / "out", form) as out:
            out.write(name, frame)
        assert read_frames(Path(folder) / "out", [name])[name].equals(frame)


@FEW
@given(table=frames(decimals=15))
def test_a_workbook_carries_what_fifteen_digits_can(table: tuple[str, pl.DataFrame]) -> None:
    name, frame = table
    with tempfile.TemporaryDirectory() as folder:
        with OutputFolder(Path(folder) / "out", "xlsx") as out:
            out.write(name, frame)
        assert read_frames(Path(folder) / "out", [name])[name].equals(frame)


@FEW
@given(table=frames(decimals=15))
def test_the_fingerprint_tells_contents_apart(table: tuple[str, pl.DataFrame]) -> None:
    name, frame = table
    assume(frame.height > 1)
    assume(not frame.head(1).equals(frame.tail(1)))
    before = fingerprint({name: frame}, None)
    assert fingerprint({name: frame.clone()}, None) == before
    assert fingerprint({name: frame.head(frame.height - 1)}, None) != before
    assert fingerprint({name: frame.reverse()}, None) != before or frame.equals(frame.reverse())


NASTY = st.sampled_from(
    [
        "",
        " ",
        "-1",
        "0",
        "nan",
        "inf",
        "1e999",
        "1.500.000",
        "Rp 5",
        "1,5",
        "1,97E+17",
        "197112000000000000",
        "#N/A",
        "31/12/2027",
        "2027-02-30",
        "46112",
        "yes",
        "PNS",
        "P1",
        "DINKES",
        "O1",
        "99999999999999999999",
        "\u00a0",
        "'",
        ";",
        "\u202e",
        "=1+1",
    ]
)
TYPED = st.characters(exclude_characters='\r\n",\0', exclude_categories=("Cs",))
CELLS = st.one_of(NASTY, st.text(TYPED, max_size=12))


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, bytes]:
    """The files of the tiny problem with cells, rows, headers or bytes changed, dropped or doubled."""
    with tempfile.TemporaryDirectory() as folder:
        write_problem(Path(folder), tiny_problem())
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(files)))
        files[name] = draw(_spoil(files[name]))
        if draw(st.integers(0, 30)) == 0:
            del files[name]
            break
    return files


@st.composite
def _spoil(draw: st.DrawFn, content: bytes) -> bytes:
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(content)))
        return content[:at] + draw(st.binary(max_size=3)) + content[at + draw(st.integers(0, 3)) :]
    rows = [line.split(",") for line in content.decode("utf-8", "replace").splitlines()] or [[""]]
    row = draw(st.integers(0, len(rows) - 1))
    match draw(st.sampled_from(["cell", "cell", "cell", "drop", "double", "short", "long"])):
        case "cell":
            rows[row][draw(st.integers(0, len(rows[row]) - 1))] = draw(CELLS)
        case "drop":
            del rows[row]
        case "double":
            rows.insert(row, list(rows[row]))
        case "short":
            rows[row] = rows[row][:-1]
        case _:
            rows[row] = [*rows[row], draw(CELLS)]
    return "\n".join(",".join(cells) for cells in rows).encode()


@settings(max_examples=50, deadline=None)
@given(files=spoilt())
def test_a_spoilt_folder_is_refused_with_reasons_or_read_and_no_row_gets_lost(
    files: dict[str, bytes],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        seen = examine(Path(folder), "plan")
    blank_row = MESSAGES["blank_row"].texts["en"][0]
    for name, counts in seen.counts.items():
        told = [f for f in seen.findings if f.table == name]
        rejected = {f.row for f in told if f.row and f.severity == "error"}
        assert min(counts.accepted, counts.warned, counts.rejected) >= 0
        assert counts.rejected in (len(rejected), counts.read)
        if not seen.errors:
            frame = seen.frames[name]
            assert dict(frame.schema) == SCHEMA[name].schema
            assert counts.read == frame.height + sum(f.what == blank_row for f in told)
    assert all(f.what and f.remedy.endswith(".") for f in seen.findings)


@settings(max_examples=8, deadline=None)
@given(weights=st.lists(st.integers(0, 10**6).map(lambda n: n / 1000), min_size=10, max_size=10))
def test_the_same_problem_in_any_form_has_the_same_fingerprint(weights: list[float]) -> None:
    needs = tiny_problem()["needs"].with_columns(weight=pl.Series(weights))
    with tempfile.TemporaryDirectory() as folder:
        problem = tiny_problem(needs=needs)
        paths = [
            write_problem(Path(folder) / form, problem, form=form) for form in ("csv", "parquet", "xlsx")
        ]
        tables = [load(path, "plan") for path in paths]
    assert all(found["needs"].equals(needs) for found in tables)
    assert len({found.sha256 for found in tables}) == 1
