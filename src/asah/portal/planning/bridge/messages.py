"""What the engine found in the rows, in both languages, with the row of the portal that is meant."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import polars as pl

from asah.engine.errors import Finding
from asah.engine.tables import SCHEMA
from asah.portal.planning.bridge.keys import Keys

T = TypeVar("T")
Message = dict[str, Any]
MOST = 300
# The engine reads its language from the environment of the process: one reader at a time changes it.
_language = threading.Lock()


class ProblemRefused(Exception):
    """The rows cannot be planned with; ``messages`` names each that must be mended."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__(f"{len(messages)} rows")
        self.messages = list(messages)


@contextmanager
def _speaking(code: str) -> Iterator[None]:
    with _language:
        before = os.environ.get("ASAH_LANG")
        os.environ["ASAH_LANG"] = code
        try:
            yield
        finally:
            if before is None:
                del os.environ["ASAH_LANG"]
            else:
                os.environ["ASAH_LANG"] = before


def in_both_languages(find: Callable[[], T]) -> dict[str, T]:
    """What ``find`` gives when the engine speaks Indonesian and when it speaks English."""
    told: dict[str, T] = {}
    for code in ("id", "en"):
        with _speaking(code):
            told[code] = find()
    return told


def tell(
    findings: Mapping[str, Sequence[Finding]], frames: Mapping[str, pl.DataFrame], keys: Keys
) -> list[Message]:
    """At most ``MOST`` messages, errors first. Both languages list the same findings in the same order."""
    pairs = list(zip(findings["id"], findings["en"], strict=True))
    pairs.sort(key=lambda pair: pair[0].severity != "error")
    return [_message(one, other, frames, keys) for one, other in pairs[:MOST]]


_KINDS = {
    "people": ("people", "person_id"),
    "needs": ("people", "person_id"),
    "mandates": ("people", "person_id"),
    "locks": ("people", "person_id"),
    "programmes": ("programmes", "programme_id"),
    "programme_effects": ("programmes", "programme_id"),
    "offerings": ("offerings", "offering_id"),
}


def _message(one: Finding, other: Finding, frames: Mapping[str, pl.DataFrame], keys: Keys) -> Message:
    subject, kind, key, offering = "", "", None, None
    frame = frames.get(one.table)
    if frame is not None and 2 <= one.row <= frame.height + 1:
        row = frame.row(one.row - 2, named=True)
        ids = [str(row[column]) for column in SCHEMA[one.table].key if row.get(column) is not None]
        subject = f"{row['name']} ({ids[0]})" if row.get("name") and ids else " · ".join(ids)
        if one.table in _KINDS:
            kind, column = _KINDS[one.table]
            key = keys.back(kind).get(str(row[column]))
        if one.table == "locks":
            offering = keys.back("offerings").get(str(row["offering_id"]))
    return {
        "severity": one.severity,
        "table": one.table,
        "subject": subject,
        "kind": kind,
        "key": key,
        "offering": offering,
        "column": one.column,
        "value": one.value,
        "id": [one.what, one.remedy],
        "en": [other.what, other.remedy],
    }
