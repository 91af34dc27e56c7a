"""What the engine noticed in the rows, in both languages, with the person or post that is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter
from typing import Any

import polars as pl

from asah.engine.errors import Finding
from asah.engine.needs.messages import MESSAGES as STAGE_MESSAGES
from asah.engine.tables.messages import MESSAGES as TABLE_MESSAGES

MOST_MESSAGES = 300
POSTS = ("position_id", "target_position_id")
Row = dict[str, Any]


def in_both_languages(found: Sequence[Finding], frames: Mapping[str, pl.DataFrame]) -> list[Row]:
    """At most MOST_MESSAGES messages, errors first; ``person``, ``post``: keys of what is meant."""
    ordered = sorted(found, key=lambda one: one.severity != "error")
    return [_message(one, frames) for one in ordered[:MOST_MESSAGES]]


def _message(one: Finding, frames: Mapping[str, pl.DataFrame]) -> Row:
    person = post = None
    frame = frames.get(one.table)
    if frame is not None and 2 <= one.row <= frame.height + 1:
        if one.column in POSTS:
            post = int(one.value)
        elif "person_id" in frame.columns:
            person = int(frame["person_id"][one.row - 2])
    return {
        "severity": one.severity,
        "table": one.table,
        "row": one.row,
        "column": one.column,
        "value": "" if post else one.value[:80],
        "person": person,
        "post": post,
        "id": [one.what, one.remedy],
        "en": _in_english(one),
    }


def _in_english(one: Finding) -> list[str]:
    """The finding in the English text that stands beside the Indonesian: a second run would take as long."""
    for what, remedy, english in _texts():
        found, rest = what.fullmatch(one.what), remedy.fullmatch(one.remedy)
        if found and rest:
            first, second = found.groupdict(), rest.groupdict()
            return [_fill(english[0], second | first), _fill(english[1], first | second)]
    return [one.what, one.remedy]


@cache
def _texts() -> list[tuple[re.Pattern[str], re.Pattern[str], tuple[str, str]]]:
    pairs = [(entry["id"], entry["en"]) for entry in STAGE_MESSAGES.values()]
    pairs += [(message.texts["id"], message.texts["en"]) for message in TABLE_MESSAGES.values()]
    return [(_pattern(id_[0]), _pattern(id_[1]), (en[0], en[1])) for id_, en in pairs]


def _pattern(template: str) -> re.Pattern[str]:
    """Matches what ``template`` gives; each of its facts is a group of its name."""
    seen: set[str] = set()
    pattern = ""
    for text, name, _format, _conversion in Formatter().parse(template):
        pattern += re.escape(text)
        if name:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*)"
            seen.add(name)
    return re.compile(pattern, re.DOTALL)


def _fill(template: str, facts: Mapping[str, str]) -> str:
    """As ``format`` does, but facts are texts already: nothing of their writing is done twice."""
    parts = Formatter().parse(template)
    return "".join(text + (facts.get(name, "") if name else "") for text, name, _format, _conversion in parts)
