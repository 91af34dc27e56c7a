"""The reference page of what is said about a plan, made from reasons.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Final

from asah.engine.plan.sentences import reasons, texts

PAGE: Final = "docs/reference/reasons.md"

_HEAD: Final = """# Alasan / Reasons

<!-- Made from reasons.toml by: python -m asah.engine.plan.reference > docs/reference/reasons.md -->

Daftar tertutup: tidak ada kalimat lain tentang seseorang atau sebuah kelas, dan setiap kalimat dihitung dari
rencana, masukannya dan harganya. Cara membacanya: [explain-a-plan.md](../how-to/explain-a-plan.md).

*A closed list: nothing else is said about a person or a class, and every sentence is computed from the plan,
its input and its prices. How to read them: [explain-a-plan.md](../how-to/explain-a-plan.md).*
"""
_REASONS: Final = """
## Alasan setiap orang / The reason of every person

Kolom `reason` dalam tabel `people_outcome`. Orang yang ditunda mendapat satu kode, dengan urutan pemeriksaan
seperti di bawah: setiap kode berbicara tentang yang tersisa sesudah kode di atasnya.

*The column `reason` of the table `people_outcome`. A deferred person has one code; they are looked at in the
order below, and each speaks of what the ones above it have left.*
"""
_SENTENCES: Final = """
## Kalimat penjelasan / Sentences of an explanation

Yang ditulis `asah explain`; dengan `--json` juga kode dan faktanya. `…` adalah tempat fakta yang dihitung.

*What `asah explain` writes; with `--json` the code and its facts too. `…` is the place of a computed fact.*
"""


def reference_page() -> str:
    return "\n".join([_HEAD + _REASONS, *_table(reasons()), _SENTENCES, *_table(texts()["explain"]), ""])


def _table(entries: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield "| kode / code | Bahasa Indonesia | English |"
    yield "|---|---|---|"
    for code, entry in entries.items():
        yield f"| `{code}` | {_open(entry['id'])} | {_open(entry['en'])} |"


def _open(template: str) -> str:
    """A sentence with `…` in the place of its facts."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return template.format(**dict.fromkeys(names, "…"))


if __name__ == "__main__":
    print(reference_page(), end="")
