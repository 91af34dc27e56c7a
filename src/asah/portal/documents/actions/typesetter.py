"""A PDF out of data: one call to Typst, and what to do with characters its fonts lack."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import typst

from asah.portal.documents.actions import typst_process

# Whatever else there is in a text is tried out before it is set.
FAMILIAR: Final = "\n !-~\u00a0-\u00ff\u200b‘’“”–—…•−×≤≥"
_UNFAMILIAR: Final = re.compile(f"[^{FAMILIAR}]+")
_WORD: Final = re.compile(f"[^ \n]*[^{FAMILIAR}][^ \n]*")
_ANY_DAY: Final = date(2000, 1, 1)
# Ten thousand rows take some fifteen seconds.
_SECONDS: Final = 300


class TypesetError(RuntimeError):
    """A document could not be set. Where it has very many rows, divide it; otherwise report it."""


def typeset(source: str, day: date, inputs: Mapping[str, str]) -> bytes:
    """The PDF of a source in the folder typst, set in a process of its own. Raises TypesetError."""
    asked = json.dumps({"source": source, "day": day.isoformat(), "inputs": dict(inputs)})
    command = [sys.executable, "-I", typst_process.__file__]
    try:
        # Nothing of the environment: no variable may change what the document looks like.
        done = subprocess.run(
            command, input=asked.encode(), capture_output=True, env={}, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise TypesetError(
            f"The document took more than {_SECONDS} seconds. Divide it, or write its tables to Excel."
        ) from error
    if done.returncode == 0:
        return done.stdout
    told = done.stderr.decode("utf-8", "replace")
    if done.returncode < 0:
        raise TypesetError(
            f"The process was ended by signal {-done.returncode}, mostly for want of memory. "
            f"Divide the document, or write its tables to Excel. {told}"
        )
    raise TypesetError(told)


def show_codes(text: str) -> str:
    """The text with each character that no font has as its code: [U+1F600]."""
    words = set(_WORD.findall(text))
    if not words:
        return text
    characters = {character for word in words for run in _UNFAMILIAR.findall(word) for character in run}
    lacking = _lacking(sorted(characters))
    if lacking:
        text = re.sub("[" + "".join(map(re.escape, lacking)) + "]+", _codes, text)
        words = set(_WORD.findall(text))
    # A font may have each character of a word and still not all together, as a letter with its accent.
    for word in sorted(_lacking(sorted(words)), key=len, reverse=True):
        text = text.replace(word, _UNFAMILIAR.sub(_codes, word))
    return text


def _codes(found: re.Match[str]) -> str:
    return "[" + " ".join(f"U+{ord(character):04X}" for character in found.group()) + "]"


def _lacking(texts: Sequence[str]) -> list[str]:
    """Those that cannot be drawn, found by halves: mostly there are none, and one try says so."""
    if not texts or _drawn("\n".join(texts)):
        return []
    if len(texts) == 1:
        return list(texts)
    half = len(texts) // 2
    return [*_lacking(texts[:half]), *_lacking(texts[half:])]


@lru_cache(maxsize=4096)
def _drawn(text: str) -> bool:
    """Whether every character has a glyph in each family and weight that a document is set in."""
    try:
        typst_process.compile_pdf("glyphs.typ", _ANY_DAY, {"text": text})
    except typst.TypstError:
        return False
    return True
