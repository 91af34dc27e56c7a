"""A computed fact as a sentence in both languages: the closed list is reasons.toml."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from asah.engine.tables.messages import language

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")
_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Sentence:
    """A fact: its code, the values computed for it, and the sentence in both languages."""

    code: str
    facts: Mapping[str, Any]
    id: str
    en: str


@dataclass(frozen=True)
class Explanation:
    """What there is to say about one person or one offering (`subject`), in order."""

    subject: str
    sentences: tuple[Sentence, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; dates as ISO 8601."""
        return {
            "subject": self.subject,
            "sentences": [
                {
                    "code": s.code,
                    "facts": {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in s.facts.items()},
                    "id": s.id,
                    "en": s.en,
                }
                for s in self.sentences
            ],
        }


@cache
def texts() -> Mapping[str, Any]:
    """reasons.toml: reason codes at the top; sentences under `explain`; lines, words, settings."""
    return tomllib.loads(resources.files(__package__).joinpath("reasons.toml").read_text("utf-8"))


@cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    """The closed list of reason codes of people_outcome."""
    return {code: entry for code, entry in texts().items() if "id" in entry}


def say(code: str, **facts: Any) -> Sentence:
    """The sentence `code`, of a reason or of an explanation, with its facts."""
    template = reasons().get(code) or texts()["explain"][code]
    told = {lang: template[lang].format(**_words(facts, lang)) for lang in LANGUAGES}
    return Sentence(code, facts, told["id"], told["en"])


def line(code: str, **words: str) -> str:
    """A line for whoever called, in the language they read."""
    return str(texts()["line"][code][language()]).format(**words)


def _words(facts: Mapping[str, Any], lang: Language) -> dict[str, str]:
    words = {name: written(name, value, lang) for name, value in facts.items()}
    if "period_end" in facts:
        words["when"] = _when(facts, lang)
        words["where"] = str(facts["place_name"] or setting(facts["form"], lang))
    return words


def setting(form: str, lang: Language) -> str:
    """Where an offering without a place goes on: `form` decides, a code of K1..K11, N1..N12."""
    return _word(texts()["setting"].get(form, "online"), lang)


def written(name: str, value: Any, lang: Language) -> str:
    """A fact as people write it: 1.234,56 and Rp 1.500.000, in English 1,234.56 and Rp 1,500,000."""
    if value is None:
        return _word("unknown", lang)
    if isinstance(value, dt.date):
        return f"{value.day} {_word(f'month_{value.month}', lang)} {value.year}"
    if isinstance(value, int):
        return ("Rp " if name.endswith("_idr") else "") + _swapped(f"{value:,}", lang)
    if isinstance(value, float):
        return _swapped(decimal(value), lang)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    # a closed list of the tables stands for itself elsewhere; in a sentence it is a word
    return _word(value, lang) if name in ("column", "connectivity", "needed") else str(value)


def decimal(value: float) -> str:
    """Two decimals at most; of something below a hundredth, two digits."""
    small = 0 < abs(value) < 0.01
    digits = min(12, 1 - math.floor(math.log10(abs(value)))) if small else 2
    text = f"{value:,.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _swapped(text: str, lang: Language) -> str:
    return text if lang == "en" else text.translate(_SWAPPED)


def _word(code: str, lang: Language) -> str:
    return str(texts()["word"][code][lang])


def _when(facts: Mapping[str, Any], lang: Language) -> str:
    start, end = facts["start_date"], facts["end_date"]
    first, last = facts["period"], facts["period_end"]
    if start is not None and end is not None:
        code, a, b = ("day", start, end) if start == end else ("days", start, end)
    elif first is not None:
        code, a, b = ("period", first, last) if first == last else ("periods", first, last)
    else:
        return _word("any_time", lang)
    return _word(code, lang).format(first=written("", a, lang), last=written("", b, lang))
