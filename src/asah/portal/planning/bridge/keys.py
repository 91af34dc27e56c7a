"""Identifiers of the engine's tables for rows of the portal, and back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE = "keys.json"


@dataclass(frozen=True)
class Keys:
    """For every kind of row: primary key to identifier. Kept beside a plan, for codes may change later."""

    of: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def back(self, kind: str) -> dict[str, int]:
        """Identifier to primary key."""
        return {name: key for key, name in self.of[kind].items()}

    def write(self, folder: Path) -> None:
        text = json.dumps({kind: self.back(kind) for kind in self.of}, ensure_ascii=False)
        (folder / FILE).write_text(text, encoding="utf-8")


def read_keys(folder: Path) -> Keys:
    entries: dict[str, dict[str, int]] = json.loads((folder / FILE).read_text("utf-8"))
    return Keys({kind: {key: name for name, key in names.items()} for kind, names in entries.items()})


def make_unique(rows: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """Primary key to identifier, out of (primary key, code, longer code).

    The code itself where no other row has it: codes are unique only below a parent. The longer code, and if
    need be the primary key, tells the others apart.
    """
    known = list(rows)
    short = Counter(code for _, code, _ in known)
    named = {key: code if short[code] == 1 else longer for key, code, longer in known}
    taken = Counter(named.values())
    return {key: name if taken[name] == 1 else f"{name}~{key}" for key, name in named.items()}
