"""How wide each column of a table is and how small its letters are, so that words stay whole and legible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Letters in points, and the longest word a column must hold unbroken: rather smaller letters than broken
# words, down to where small letters are worse.
_STEPS: Final = (
    *((size, 18) for size in (9.0, 8.5, 8.0, 7.5)),
    *((size, longest) for size in (7.5, 7.0, 6.5) for longest in (14, 11)),
    *((6.0, longest) for longest in (14, 9, 6, 4)),
)
# The step is good where nearly every row has at most so many lines; otherwise the next must save more than a
# little, and letters below this size are a last resort.
_FEW_LINES: Final = 3.0
_SAVING: Final = 0.85
_LEGIBLE: Final = 6.5
_NEARLY_ALL: Final = 0.95
# Width of a middling letter in ems, millimetres of a point, and of the room beside the letters of a cell.
_EM: Final = 0.53
_POINT: Final = 0.3528
_PADDING: Final = 2.2
# Lines are not filled to their ends, because words are not broken.
_RAGGED: Final = 1.2
_BOLD: Final = 1.1
# Digits are never broken: a NIP in two lines is read as two numbers.
_WHOLE: Final = re.compile(r"(?=.*\d)[(“]?(?:[−-]?Rp)?[\d.,+−–-]{1,20}%?[)”;:]{0,2}")
SOFT_HYPHEN: Final = "\u00ad"
BREAK: Final = "\u200b"
# A word may be broken after these.
_JOINT: Final = re.compile(r"(?<=[/_@|+&=?])(?=.)")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_CONSONANT: Final = "[b-df-hj-np-tv-z]"
_SYLLABLES: Final = re.compile(
    # me-la-tih, pe-nga-was
    rf"(?<=[aeiou])(?=(?:ng|ny|sy|kh|{_CONSONANT})[aeiou])"
    # ban-tu, nis-tra, but not n-g, n-y, s-y, k-h
    rf"|(?<=[aeiou]{_CONSONANT})(?!(?<=n)[gy]|(?<=s)y|(?<=k)h)(?={_CONSONANT}[lr]?[aeiou])"
    # bang-sa
    rf"|(?<=[aeiou]ng)(?={_CONSONANT}[aeiou])",
    re.IGNORECASE,
)
_FEWEST: Final = 3


@dataclass(frozen=True)
class Setting:
    """``shares`` of the free width, adding up to 1; ``size`` in points; ``letters`` in a line of each."""

    shares: tuple[float, ...]
    size: float
    letters: tuple[int, ...]


def set_columns(
    titles: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float | None], free: float
) -> Setting:
    """The largest letters with which words stay whole and rows low within ``free`` millimetres.

    ``widths``: characters a column is given, None where its cells decide.
    """
    columns = [
        _measure(title, {row[at] for row in rows}, sorted(len(row[at]) for row in rows), width)
        for at, (title, width) in enumerate(zip(titles, widths, strict=True))
    ]
    size, longest, lines = _step(columns, free)
    letter = size * _POINT * _EM
    made = [_PADDING + letter * column.wide(longest, lines) for column in columns]
    made = [width * free / sum(made) for width in made]
    letters = tuple(max(1, int((width - _PADDING) / letter + 1e-9)) for width in made)
    return Setting(tuple(width / free for width in made), size, letters)


def _step(columns: Sequence[_Measured], free: float) -> tuple[float, int, float]:
    """Size, longest whole word and lines of a row."""
    best = (_STEPS[-1][0], _STEPS[-1][1], float("inf"))
    for size, longest in _STEPS:
        room = free / (size * _POINT * _EM) - len(columns) * _PADDING / (size * _POINT * _EM)
        if sum(column.wide(longest, float("inf")) for column in columns) > room:
            continue
        if size < _LEGIBLE and best[2] < float("inf"):
            break
        lines = _fewest_lines(columns, longest, room)
        if lines <= _FEW_LINES:
            return size, longest, lines
        if lines < _SAVING * best[2]:
            best = (size, longest, lines)
    return best


def _fewest_lines(columns: Sequence[_Measured], longest: int, room: float) -> float:
    low, high = 1.0, 1.0
    while sum(column.wide(longest, high) for column in columns) > room and high < 1e6:
        low, high = high, 2 * high
    for _ in range(20):
        middle = (low + high) / 2
        if sum(column.wide(longest, middle) for column in columns) > room:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True)
class _Measured:
    """Characters: the longest number, the longest word, nearly the longest text, the width that was given."""

    digits: int
    word: float
    text: int
    given: float | None

    def wide(self, longest: int, lines: float) -> float:
        """So many characters wide, for rows of ``lines`` lines."""
        if self.given is not None:
            return self.given
        whole = max(2.0, self.digits, min(self.word, longest))
        return max(whole, min(self.text, _RAGGED * self.text / lines))


def _measure(title: str, cells: set[str], lengths: Sequence[int], given: float | None) -> _Measured:
    digits = 0
    longest = max((_BOLD * len(part) for word in title.split() for part in _JOINT.split(word)), default=1.0)
    for cell in cells:
        for word in cell.split():
            if _WHOLE.fullmatch(word):
                digits = max(digits, len(word))
            else:
                longest = max(longest, *(len(part) for part in _JOINT.split(word)))
    text = lengths[int(_NEARLY_ALL * (len(lengths) - 1))] if lengths else 0
    return _Measured(digits, longest, max(text, len(title) // 2), given)


def break_words(text: str, letters: int) -> str:
    """The text with places where words longer than a line may be broken: joints, syllables, or anywhere."""
    if len(text) <= letters:
        return text
    return re.sub(rf"\S{{{letters + 1},}}", lambda found: _break(found.group(), letters), text)


def _break(word: str, letters: int) -> str:
    parts = []
    for part in _JOINT.split(word):
        if len(part) > letters and not _WHOLE.fullmatch(part):
            part = _LETTERS.sub(lambda found: SOFT_HYPHEN.join(_syllables(found.group())), part)
            part = SOFT_HYPHEN.join(_cut(piece, letters) for piece in part.split(SOFT_HYPHEN))
        parts.append(part)
    return BREAK.join(parts)


def _cut(piece: str, letters: int) -> str:
    return BREAK.join(piece[start : start + letters] for start in range(0, max(1, len(piece)), letters))


def _syllables(word: str) -> list[str]:
    """Indonesian syllables, those at the ends no shorter than three letters."""
    places = [0]
    places += [
        found.start()
        for found in _SYLLABLES.finditer(word)
        if _FEWEST <= found.start() <= len(word) - _FEWEST
    ]
    return [word[start:end] for start, end in zip(places, [*places[1:], len(word)], strict=True)]
