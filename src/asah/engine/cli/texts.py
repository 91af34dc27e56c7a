"""What the command says, in the language people read: ``texts.toml``, Indonesian first."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGE = "ASAH_LANG"


def english() -> bool:
    """Whether people read English. Asked here again, without the tables, so that help is fast."""
    return os.environ.get(LANGUAGE, "id").lower().startswith("en")


def text(code: str, *places: object, **facts: object) -> str:
    """The sentence ``code`` with its facts."""
    return _texts()[code]["en" if english() else "id"].format(*places, **facts)


def text_or(code: str, otherwise: str) -> str:
    """The sentence ``code`` where there is one; a name that a stage chooses may have no word for people."""
    return text(code) if code in _texts() else otherwise


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text("utf-8"))


def number(value: float, digits: int = 0) -> str:
    """A number the way it is written: 1.234,56 and in English 1,234.56."""
    plain = f"{value:,.{digits}f}"
    return plain if english() else plain.translate(str.maketrans(",.", ".,"))


def percent(share: float, digits: int = 1) -> str:
    return number(100 * share, digits) + "%"


def rupiah(amount: int) -> str:
    return f"Rp {number(amount)}"
