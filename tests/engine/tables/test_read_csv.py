"""A CSV is read as it was meant, or refused with the row that does not fit."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from asah.engine.tables import SCHEMA, read_csv
from asah.engine.tables.messages import finding
from asah.engine.tables.noticed import tell
from asah.engine.tables.raw import Raw

UNITS = SCHEMA["units"]


def units(tmp_path: Path, content: bytes | str) -> Raw:
    path = tmp_path / "units.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv.read_csv(path, UNITS, "plan")


def rows(raw: Raw) -> list[tuple[object, ...]]:
    assert raw.frame is not None
    return raw.frame.select("#row", "unit_id", "name").rows()


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    for quoted in ("unit_id,name\nA,x\n", '"unit_id","name"\n"A","x"\n'):
        raw = units(tmp_path, b"\xef\xbb\xbf" + quoted.encode())
        assert rows(raw) == [(2, "A", "x")]
        assert tell(raw.findings) == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_in_either_way(tmp_path: Path, ending: str, last: bool) -> None:
    raw = units(tmp_path, ending.join(["unit_id,name", "A,x", "B,y"]) + ending * last)
    assert rows(raw) == [(2, "A", "x"), (3, "B", "y")]


def test_a_quoted_cell_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    raw = units(tmp_path, 'unit_id,name\nA,"x, ""y""\nz"\nB,u\n')
    assert rows(raw) == [(2, "A", 'x, "y"\nz'), (3, "B", "u")]
    assert raw.rows == 2


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("unit_id,name\nA,Dinas \xe9\n".encode("latin-1"), 2),
        ("unit_id,name\nA,x\nB,Dinas \xe9\n".encode("cp1252"), 3),
        ("unit_id,name\nA,x\n".encode("utf-16"), 1),
        (b"unit_id,name\nA,x\nB,\xe2\x82", 3),
    ],
)
def test_text_that_is_not_utf8_is_refused_with_its_first_row(
    tmp_path: Path, content: bytes, row: int
) -> None:
    raw = units(tmp_path, content)
    assert raw.frame is None
    assert tell(raw.findings) == (finding("not_utf8", "units", row=row, value="units.csv"),)


@pytest.mark.parametrize(
    ("content", "row"),
    [(b"unit_id,name\nA,x\nB,x\0y\n", 3), ("unit_id,name\nA,x\n".encode("utf-16-le"), 1)],
)
def test_a_zero_byte_is_told_as_such_with_its_row(tmp_path: Path, content: bytes, row: int) -> None:
    raw = units(tmp_path, content)
    assert raw.frame is None
    assert tell(raw.findings) == (finding("zero_byte", "units", row=row, value="units.csv"),)


def test_rows_with_too_few_or_too_many_cells_are_named_and_the_others_read(tmp_path: Path) -> None:
    raw = units(tmp_path, "unit_id,name\nA,x\nB\nC,y,z\nD,w\n")
    assert tell(raw.findings) == (
        finding("ragged", "units", row=3, found=1, expected=2),
        finding("ragged", "units", row=4, found=3, expected=2),
    )
    assert raw.rejected.to_list() == [3, 4]
    assert (raw.rows, [row[0] for row in rows(raw)]) == (4, [2, 3, 4, 5])


@pytest.mark.parametrize("name", ['5" pipa', '"Dinas" Kesehatan', '"Dinas', 'x"y"'])
def test_quotes_that_do_not_match_are_refused_with_their_row(tmp_path: Path, name: str) -> None:
    raw = units(tmp_path, f"unit_id,name\nA,x\nB,{name}\nC,z\n")
    assert raw.frame is None
    assert finding("quotes", "units", row=3) in tell(raw.findings)


def test_semicolons_and_tabs_are_read_with_a_warning_when_nothing_else_divides(tmp_path: Path) -> None:
    for mark, shown in ((";", ";"), ("\t", "TAB")):
        raw = units(tmp_path, f"unit_id{mark}name\nA{mark}x, y\n")
        assert rows(raw) == [(2, "A", "x, y")]
        assert tell(raw.findings) == (
            finding("other_separator", "units", value="units.csv", separator=shown),
        )


def test_old_line_ends_are_refused(tmp_path: Path) -> None:
    assert tell(units(tmp_path, "unit_id,name\rA,x\r").findings) == (
        finding("line_endings", "units", value="units.csv"),
    )


@pytest.mark.parametrize("content", ["", "\n", "  \n", ",,\nA,x,y\n"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: str) -> None:
    raw = units(tmp_path, content)
    assert raw.frame is None
    assert tell(raw.findings) == (finding("no_header", "units", row=1, columns="unit_id, name"),)


def test_a_header_may_be_written_in_capitals_and_with_blanks(tmp_path: Path) -> None:
    assert rows(units(tmp_path, "Unit_ID , NAME\nA,x\n")) == [(2, "A", "x")]


def test_a_header_twice_is_an_error_and_an_unknown_one_a_warning_with_a_hint(tmp_path: Path) -> None:
    raw = units(tmp_path, "unit_id,name,unit_id,parent,\nA,x,B,,\n")
    assert tell(raw.findings) == (
        finding("twice_header", "units", column="unit_id"),
        finding("unknown_column", "units", column="#5", hint=""),
        finding("unknown_column", "units", column="parent", hint=" (perhaps parent_id)"),
    )


def test_a_missing_column_is_told_with_what_it_means(tmp_path: Path) -> None:
    raw = units(tmp_path, "unit_id,nama\nA,x\n")
    assert tell(raw.findings) == (
        finding("missing_column", "units", column="name", meaning="The unit's name.", hint=" (perhaps nama)"),
        finding("unknown_column", "units", column="nama", hint=" (perhaps name)"),
    )


def test_blank_rows_at_the_end_are_no_rows_and_others_are_skipped_with_a_warning(tmp_path: Path) -> None:
    raw = units(tmp_path, "unit_id,name\nA,x\n,\n\nB,y\n,\n\n\n")
    assert rows(raw) == [(2, "A", "x"), (5, "B", "y")]
    assert tell(raw.findings) == (finding("blank_row", "units", row=3), finding("blank_row", "units", row=4))
    assert raw.rows == 4


def test_a_line_longer_than_any_table_is_refused(tmp_path: Path) -> None:
    content = b"unit_id,name\nA," + b"x" * (3 * read_csv.CHUNK) + b"\nB,y\n"
    assert tell(units(tmp_path, content).findings) == (
        finding("long_line", "units", value="units.csv", limit=4),
    )


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_csv, "MAX_CSV_BYTES", 10)
    raw = units(tmp_path, "unit_id,name\nA,x\n")
    assert tell(raw.findings) == (finding("too_large", "units", value="units.csv", size=0, limit=0),)


def test_where_chunks_end_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["unit_id,name"]
    lines += [f'"U{i}","a ""{i}"",\né{"x" * (i % 7)}"' if i % 3 else f"U{i},b" for i in range(60)]
    lines[17] = "short"
    lines[40] = 'U,"a",b,c'
    content = "\n".join(lines) + "\n"
    whole = units(tmp_path, content)
    assert whole.rejected.to_list() == [18, 41]
    for size in (64, 65, 66, 67, 71, 97, 128):
        monkeypatch.setattr(read_csv, "CHUNK", size)
        parts = units(tmp_path, content)
        assert tell(parts.findings) == tell(whole.findings)
        assert parts.rows == whole.rows == 60
        assert parts.frame is not None
        assert whole.frame is not None
        assert parts.frame.equals(whole.frame)


def test_every_column_comes_as_text(tmp_path: Path) -> None:
    raw = units(tmp_path, "unit_id,name,max_absent_people\n001,2,3\n")
    assert raw.frame is not None
    assert raw.frame.drop("#row").row(0) == ("001", "2", "3")
    assert set(raw.frame.drop("#row").dtypes) == {pl.String}
