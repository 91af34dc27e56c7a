"""What a document is made of. Numbers, money and dates are handed raw; language.py alone writes them out."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from asah.portal.documents.actions.language import Code

Kind = Literal["text", "number", "money", "date", "share", "level"]
Align = Literal["left", "center", "right"]
Numbering = Literal["bab", "decimal", "plain"]
Paper = Literal["a4", "f4"]
Value: TypeAlias = str | int | float | Decimal | datetime.date | None

DEEPEST: Final = 4
# What one cell of a sheet can hold, and how many rows a sheet has, less what stands above and below them.
LONGEST_TEXT: Final = 32_000
MOST_ROWS: Final = 1_000_000
_NAMED: Final = 5


class ContentError(ValueError):
    """A document that cannot be written as it is; the message names the place and the remedy."""


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Bullets:
    items: Sequence[str]


@dataclass(frozen=True)
class PageBreak:
    pass


@dataclass(frozen=True)
class Note:
    """Something the reader must not miss. Its kind is written out, so that no colour says it alone."""

    text: str
    kind: Literal["info", "unverified", "warning", "restricted"] = "info"


@dataclass(frozen=True)
class Figure:
    """One number to be taken in at a glance. ``note`` stands small below it."""

    label: str
    value: Value
    kind: Kind = "number"
    note: str = ""

    def __post_init__(self) -> None:
        if wrong := _wrong(self.value, self.kind):
            raise ContentError(f"The figure {self.label!r} {wrong}")


@dataclass(frozen=True)
class Figures:
    items: Sequence[Figure]


@dataclass(frozen=True)
class Col:
    """One column: its heading, what stands in it, and how.

    ``width``: so many characters wide, beside the other columns; None measures the cells.
    ``align``: None is right for numbers, in the middle for levels, left for the rest.
    ``decimals``: None shows as many as the column needs, at most two; a share has one.
    """

    title: str
    kind: Kind = "text"
    width: float | None = None
    align: Align | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class DataTable:
    """Rows under headings. None is a cell without a value, which is not zero.

    ``total_row``: the last row, as its maker added it up; a text may stand in any of its cells.
    ``sheet``: a short name for its sheet in Excel; "" makes one from the number of the table.
    Raises ContentError, which names the first wrong cells and counts them all.
    """

    caption: str
    columns: Sequence[Col]
    rows: Sequence[Sequence[Value]]
    total_row: Sequence[Value] | None = None
    source_note: str = ""
    landscape: bool = False
    sheet: str = ""

    def __post_init__(self) -> None:
        _require(self.caption, "a table has no caption", "Say in a few words what its rows are")
        if not self.columns:
            raise ContentError(f"The table {self.caption!r} has no columns. Give it at least one Col.")
        if len(self.rows) > MOST_ROWS:
            raise ContentError(
                f"The table {self.caption!r} has {len(self.rows)} rows, more than a sheet can hold. "
                f"Divide it into tables of at most {MOST_ROWS} rows."
            )
        found = list(self._wrong_cells())
        if found:
            named = " ".join(found[:_NAMED])
            raise ContentError(f"The table {self.caption!r} has {len(found)} wrong cells or rows. {named}")

    def _wrong_cells(self) -> Iterator[str]:
        width = len(self.columns)
        kinds = [column.kind for column in self.columns]
        for number, row in enumerate(self.rows, start=1):
            if len(row) != width:
                yield f"Row {number}: {len(row)} cells for {width} columns; give one cell, or None, for each."
                continue
            for cell, kind, column in zip(row, kinds, self.columns, strict=True):
                if wrong := _wrong(cell, kind):
                    yield f"Row {number}, {column.title!r}: it {wrong}"
        if self.total_row is None:
            return
        if len(self.total_row) != width:
            yield f"The total row has {len(self.total_row)} cells for {width} columns; give one each."
            return
        for cell, kind, column in zip(self.total_row, kinds, self.columns, strict=True):
            if wrong := _wrong(cell, "text" if isinstance(cell, str) else kind):
                yield f"Total row, {column.title!r}: it {wrong}"


Block: TypeAlias = Paragraph | Bullets | DataTable | Figures | PageBreak | Note


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it; ``level`` 1 is a chapter, or with ``annex`` an annex."""

    heading: str
    level: int = 1
    blocks: Sequence[Block] = ()
    annex: bool = False
    numbered: bool = True

    def __post_init__(self) -> None:
        _require(self.heading, "a section has no heading", "Give each section its words")
        if not 1 <= self.level <= DEEPEST:
            raise ContentError(
                f"The section {self.heading!r} has level {self.level}. Levels go from 1 to {DEEPEST}."
            )


@dataclass(frozen=True)
class LegalBasis:
    """A regulation in force for the document's year; ``verified``: somebody read it in its official text."""

    text: str
    verified: bool = True


@dataclass(frozen=True)
class Letterhead:
    """Who writes. ``emblem`` is a PNG image, b"" where there is none."""

    government: str
    office: str = ""
    address: str = ""
    contact: str = ""
    emblem: bytes = b""

    def __post_init__(self) -> None:
        _require(self.government, "the letterhead names no government", "Give its name")
        if self.emblem and not self.emblem.startswith(b"\x89PNG\r\n\x1a\n"):
            raise ContentError("The emblem of the letterhead is not a PNG image. Convert it to PNG.")


@dataclass(frozen=True)
class Signature:
    """Who signs. ``day`` None leaves room for a date written by hand; ``on_behalf`` stands above the post."""

    jabatan: str
    nama: str
    pangkat: str = ""
    nip: str = ""
    place: str = ""
    day: datetime.date | None = None
    on_behalf: str = ""


@dataclass(frozen=True)
class Document:
    """A whole document. The same document is the same bytes, in each format, on any day.

    ``date``: of the document, never the clock: the files say they were made on it.
    ``contents``: with a cover and a table of contents; without, the title stands above the first section.
    ``prepared_by`` signs at the left of ``signature``.
    Raises ContentError where its parts do not make a document.
    """

    title: str
    date: datetime.date
    language: Code = "id"
    subtitle: str = ""
    number: str = ""
    letterhead: Letterhead | None = None
    legal_basis: Sequence[LegalBasis] = ()
    sections: Sequence[Section] = ()
    signature: Signature | None = None
    prepared_by: Signature | None = None
    version_hash: str = ""
    numbering: Numbering = "bab"
    paper: Paper = "a4"
    contents: bool = True

    def __post_init__(self) -> None:
        _require(self.title, "a document has no title", "Give it one")
        if self.prepared_by and not self.signature:
            raise ContentError("A document names who prepared it and not who signs it. Give `signature` too.")
        before = 0
        for section in self.sections:
            if section.level > before + 1:
                raise ContentError(
                    f"The section {section.heading!r} has level {section.level} below one of level {before}. "
                    f"Levels go down one by one: give it level {before + 1}, or a section between."
                )
            before = section.level


def _require(text: str, what: str, remedy: str) -> None:
    if not text.strip():
        raise ContentError(f"{what[0].upper()}{what[1:]}. {remedy}.")


def _wrong(value: Value, kind: Kind) -> str:
    """What is wrong with a cell, with the remedy; "" where nothing is."""
    if value is None:
        return ""
    if kind == "text" or (kind == "level" and isinstance(value, str)):
        if not isinstance(value, str):
            return f"holds {value!r} among texts. Write it out, or give the column another kind."
        # Excel counts some characters twice.
        if (
            2 * len(value) > LONGEST_TEXT
            and len(value.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT
        ):
            return f"holds {len(value)} characters. Shorten it to {LONGEST_TEXT}, the most a cell can hold."
        return ""
    if kind == "date":
        return (
            "" if isinstance(value, datetime.date) else f"holds {value!r} among dates. Give a date or None."
        )
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return f"holds {value!r} among numbers. Give a number or None."
    if not math.isfinite(value):
        return f"holds {value}. Give a finite number, or None where there is none."
    return ""
