"""The parts of a workbook that are needed, in an archive of our own.

A workbook is a ZIP archive that a stranger made. What it says about its sizes is checked before anything is
unpacked; then the needed parts are unpacked once, to exactly the size declared, and packed anew. Later
readers see nothing else, so a directory that lies to one of two readers has no effect.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.parsers import expat

from asah.portal.base.sheets.sheet import Note, SheetError

MAX_UNPACKED: Final = 150_000_000
MAX_PARTS: Final = 2_000
_CHUNK: Final = 1 << 20
_SKIPPED: Final = (
    "xl/media/", "xl/drawings/", "xl/charts/", "xl/pivotCache/", "xl/pivotTables/", "xl/externalLinks/",
    "xl/worksheets/_rels/", "customXml/", "docProps/",
)  # fmt: skip
_NO_TABLES: Final = ("xl/chartsheets/", "xl/dialogsheets/", "xl/macrosheets/")
# What Python's archive reader raises for an archive that is not whole, or not of a kind it knows.
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Part:
    """A sheet as the workbook lists it; ``part`` is its place in the archive."""

    name: str
    hidden: bool
    part: str


def repack(content: bytes, target: Path) -> None:
    """Write the needed parts of ``content`` to ``target``. Raises ``SheetError`` for what is not unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            parts = source.infolist()
            _check(parts)
            with zipfile.ZipFile(target, "w") as packed:
                for part in parts:
                    if part.filename.endswith((".xml", ".rels")) and not part.filename.startswith(_SKIPPED):
                        _copy(source, part, packed)
    except DAMAGE as error:
        raise SheetError(Note("damaged")) from error


def _check(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise SheetError(Note("password"))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
        size, limit = unpacked // 1_000_000, MAX_UNPACKED // 1_000_000
        raise SheetError(Note("unpacks_too_large", {"size": size, "limit": limit}))
    if len({part.filename for part in parts}) < len(parts):
        raise SheetError(Note("damaged"))


def _copy(source: zipfile.ZipFile, part: zipfile.ZipInfo, packed: zipfile.ZipFile) -> None:
    with source.open(part) as unpacked, packed.open(part.filename, "w") as copy:
        first = True
        while chunk := unpacked.read(_CHUNK):
            # No spreadsheet program writes one; it can make a few bytes stand for gigabytes.
            if first and b"<!DOCTYPE" in chunk:
                raise SheetError(Note("damaged"))
            copy.write(chunk)
            first = False


def list_parts(path: Path) -> list[Part]:
    """The sheets of a repacked workbook that can hold cells, in their order."""
    targets: dict[str, str] = {}
    sheets: list[Mapping[str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target))[1:]

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet" and "name" in attributes:
            sheets.append(attributes)

    try:
        with zipfile.ZipFile(path) as archive:
            for name, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
                parser = expat.ParserCreate()
                parser.StartElementHandler = handler
                parser.Parse(archive.read(name), True)
    except (expat.ExpatError, KeyError) as error:
        raise SheetError(Note("damaged")) from error
    listed = [
        Part(
            name=attributes["name"],
            hidden=attributes.get("state", "visible") != "visible",
            part=targets.get(next((key for name, key in attributes.items() if name.endswith(":id")), ""), ""),
        )
        for attributes in sheets
    ]
    return [part for part in listed if not part.part.startswith(_NO_TABLES)]
