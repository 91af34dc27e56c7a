"""What a file is, told by its bytes: a file may be called anything."""

from __future__ import annotations

import io
import zipfile
from typing import Final, Literal

from asah.portal.base.sheets.archive import DAMAGE
from asah.portal.base.sheets.sheet import Note

Kind = Literal["workbook", "text"]

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "GZIP"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"MZ", "EXE"),
)
_MARKUP: Final = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<style")
_LOOKED_AT: Final = 4096
_CONTROL: Final = frozenset(range(32)) - {0, 9, 10, 11, 12, 13, 26}


def kind_of(content: bytes) -> Kind | Note:
    """Whether ``content`` is a workbook or text, or why it is neither."""
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        return Note("empty_file")
    if content.startswith(_ZIP):
        return _kind_of_archive(content)
    if content.startswith(_OLE):
        return Note("password" if _PASSWORD in content else "old_workbook")
    for mark, kind in _OTHERS:
        if content.startswith(mark):
            return Note("other_kind", {"kind": kind})
    start = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return Note("markup")
    if sum(byte in _CONTROL for byte in start) > len(start) // 100:
        return Note("not_text")
    return "text"


def _kind_of_archive(content: bytes) -> Kind | Note:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return Note("opendocument") if b"spreadsheet" in archive.read("mimetype") else _other("ODF")
    except DAMAGE:
        return Note("damaged")
    if "xl/workbook.bin" in names:
        return Note("binary_workbook")
    if "word/document.xml" in names:
        return _other("Word")
    if "ppt/presentation.xml" in names:
        return _other("PowerPoint")
    return "workbook" if "xl/workbook.xml" in names else _other("ZIP")


def _other(kind: str) -> Note:
    return Note("other_kind", {"kind": kind})
