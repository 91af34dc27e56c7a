"""Typst, which depends on nothing of the machine here; run as a script, in a process of its own.

Typst keeps what it worked out for ten documents more, a gigabyte for some thousand rows each. A process that
ends gives it back, and takes nothing along where memory runs out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import typst

_HOME: Final = Path(__file__).parents[1]


def compile_pdf(source: str, day: date, inputs: Mapping[str, str]) -> bytes:
    """The PDF/UA-1 of a source in the folder typst, made on ``day``, in the fonts of the app and of Typst.

    Raises typst.TypstError, for one where a character has no glyph, which PDF/UA-1 forbids.
    """
    return typst.compile(
        _HOME / "typst" / source,
        root=_HOME / "typst",
        font_paths=[_HOME / "fonts"],
        ignore_system_fonts=True,
        sys_inputs=dict(inputs),
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def main() -> int:
    """Source, day and inputs as JSON from standard input; the PDF to standard output."""
    asked = json.load(sys.stdin.buffer)
    try:
        made = compile_pdf(asked["source"], date.fromisoformat(asked["day"]), asked["inputs"])
    except typst.TypstError as error:
        sys.stderr.write(f"{error.message}\n{error.diagnostic}")
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
