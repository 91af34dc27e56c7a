"""Single cells: their text without what nobody sees, and their names."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BLANKS: Final = "\u00a0\u2007\u202f\u2009\u200a\u3000"
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_CONTROLS: Final = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), *range(127, 160))))
_TIDY: Final = str.maketrans({**dict.fromkeys(_BLANKS, " "), **dict.fromkeys(_UNSEEN + _CONTROLS, "")})
# How the reader shows a day, and a time without a day.
_MIDNIGHT: Final = re.compile(r"\d{4}-\d\d-\d\d 00:00:00")
_TIME: Final = re.compile(r"1899-12-3[01] (\d\d:\d\d:\d\d)")
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def clean(text: str) -> str:
    """``text`` without unseen characters, blanks at its edges, and the apostrophe that makes a cell text."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text.translate(_TIDY).replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip()
    return text[1:].lstrip() if text[:1] == "'" else text


def shown(text: str | None) -> str:
    """The clean text of a workbook's cell; days without their midnight."""
    if text is None:
        return ""
    if text.endswith(" 00:00:00") and _MIDNIGHT.fullmatch(text):
        return text[:10]
    if text.startswith("1899-12-3") and (time := _TIME.fullmatch(text)):
        return time[1]
    return clean(text)


def heading(text: str) -> str:
    """A header's text on one line."""
    return " ".join(text.split())


def column_letters(index: int) -> str:
    """The name of the column ``index`` (from 0) in a spreadsheet program: A, B, ... AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The name of a cell: row from 1, column from 0."""
    return f"{column_letters(column)}{row}"


def cell_place(reference: str) -> tuple[int, int] | None:
    """Row (from 1) and column (from 0) of a name such as AB12; None for anything else."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1
