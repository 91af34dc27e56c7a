"""Which row of a grid is the header: offices put titles above it, groups over it and numbers below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from asah.portal.base.sheets.cells import heading
from asah.portal.base.sheets.grid import Merge, Row

# The header starts within so many rows of the file.
WITHIN: Final = 15
# A row with fewer texts than this share of the fullest candidate is a title or a note.
_NEARLY: Final = 0.7
# What stands in data, never in a header: long numbers, days, addresses of mail, damaged numbers.
_DATA: Final = re.compile(
    r"'?[\d .]{6,}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\S+@\S+\.\S+|\d[.,]?\d*E\+\d+", re.IGNORECASE
)
_ORDINAL: Final = re.compile(r"\(?(\d{1,3})\)?\.?")
# Texts that say nothing without the group above them.
_BARE: Final = frozenset(
    {"nama", "name", "tmt", "no", "nomor", "kode", "code", "id", "jenis", "kind", "tanggal", "tgl", "date"}
)
# Groups about the person of the row: a bare name below them is the person's.
_OF_THE_PERSON: Final = frozenset(
    {"identitas", "identitas pegawai", "data pegawai", "data pribadi", "data diri", "biodata", "pegawai"}
    | {"profil", "profil pegawai", "identitas asn", "data asn", "identity", "person", "personal data"}
)


@dataclass(frozen=True)
class Header:
    """``names`` by column, '' where there is none; ``after``: index in the rows of the first one below it.

    ``row``: number in the file of its (lower) row; ``numbering``: that of a row that only counts the columns.
    """

    names: tuple[str, ...]
    row: int
    after: int
    numbering: int | None = None


def find_header(rows: Sequence[Row], merges: Sequence[Merge]) -> Header | None:
    """The header among the first rows of the file, or None where none of them looks like one."""
    candidates: list[Header] = []
    for index, (number, cells) in enumerate(rows):
        if number > WITHIN:
            break
        if _looks_like_header(cells):
            below = rows[index + 1] if index + 1 < len(rows) else None
            candidates.append(_header_at(index, rows[index], below, merges))
    fullest = max((_filled(header) for header in candidates), default=0)
    found = next((header for header in candidates if _filled(header) >= _NEARLY * fullest), None)
    return _over_numbering(found, rows) if found else None


def _filled(header: Header) -> int:
    return sum(map(bool, header.names))


def _looks_like_header(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if any(_DATA.fullmatch(cell) for cell in filled):
        return False
    return sum(any(map(str.isalpha, cell)) for cell in filled) * 2 >= len(filled) > 0


def _header_at(index: int, row: Row, below: Row | None, merges: Sequence[Merge]) -> Header:
    number, cells = row
    if below is None or not _is_lower_half(row, below, merges):
        return Header(tuple(map(heading, cells)), number, index + 1)
    return Header(_join(row, below, merges), below[0], index + 2)


def _is_lower_half(upper: Row, lower: Row, merges: Sequence[Merge]) -> bool:
    """Whether ``lower`` names the columns within the groups that ``upper`` names."""
    (number, groups), (next_number, names) = upper, lower
    if next_number != number + 1 or not _looks_like_header(names) or sum(map(bool, groups)) < 2:
        return False
    if merges:
        wide = [m for m in merges if m.first_row == m.last_row == number and m.last_column > m.first_column]
        return any(sum(map(bool, names[m.first_column : m.last_column + 1])) > 1 for m in wide)
    # Without merged cells a group is followed by blanks, and a column of its own has a blank below.
    width = max(len(groups), len(names))
    pairs = list(zip(_padded(groups, width), _padded(names, width), strict=True))
    grouped = any(
        group and name and not next_group and next_name
        for (group, name), (next_group, next_name) in pairwise(pairs)
    )
    return grouped and any(group and not name for group, name in pairs)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _join(upper: Row, lower: Row, merges: Sequence[Merge]) -> tuple[str, ...]:
    """One name a column: of the group only where the lower name does not tell by itself."""
    number = upper[0]
    width = max(len(upper[1]), len(lower[1]))
    groups, names = _padded(upper[1], width), _padded(lower[1], width)
    over = {
        column: groups[merge.first_column]
        for merge in merges
        if merge.first_row <= number <= merge.last_row
        for column in range(merge.first_column, min(merge.last_column + 1, width))
    }
    group_of, last = [], ""
    for column, group in enumerate(groups):
        last = group or last
        group_of.append(group or over.get(column, "" if merges else last))
    plain = [heading(name or group) for group, name in zip(groups, names, strict=True)]
    often = Counter(name.lower() for name in plain if name)
    return tuple(
        f"{heading(group)} / {name}"
        if below
        and group
        and heading(group).lower() not in _OF_THE_PERSON
        and (often[name.lower()] > 1 or name.lower() in _BARE)
        else name
        for group, below, name in zip(group_of, names, plain, strict=True)
    )


def _over_numbering(header: Header, rows: Sequence[Row]) -> Header:
    """A row "1 2 3 4" below the header counts the columns and is no data."""
    if header.after >= len(rows):
        return header
    number, cells = rows[header.after]
    matches = [_ORDINAL.fullmatch(cell) for cell in cells if cell]
    counts = [int(match[1]) for match in matches if match]
    named = _filled(header)
    if len(counts) < len(matches) or len(counts) < 3 or len(counts) < named - 1:
        return header
    if counts != list(range(1, len(counts) + 1)):
        return header
    return Header(header.names, header.row, header.after + 1, number)
