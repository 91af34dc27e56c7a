"""The page of rules: ``python -m asah.engine.rules.reference > docs/reference/rules.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from asah.engine.rules.rulebook import Rule, all_rules, sources

HEAD = """\
# Rules: law and policy as dated data

Written by `python -m asah.engine.rules.reference` from `src/asah/engine/rules/data/*.toml`; change those
files, not this page. `rules.at(date)` gives the rules in force on a day. *Verified* means that the wording of
the regulation was read, also in a copy that quotes it. Whatever is not verified is shown as such on every
screen and is to be checked by whoever uses it.
"""


def page() -> str:
    """The whole page as Markdown."""
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in all_rules():
        groups.setdefault((rule.file, rule.name), []).append(rule)
    parts = [HEAD, *(_section(name, rules) for (_, name), rules in groups.items()), _source_list()]
    return "\n".join(parts)


def _section(name: str, rules: list[Rule]) -> str:
    rows = (
        (
            rule.key or "-",
            _plain(rule.value),
            rule.unit,
            f"{rule.valid_from} to {rule.valid_to or 'now'}",
            f"{rule.regulation} {rule.article}".strip(),
            ", ".join(rule.source),
            "yes" if rule.verified else "no",
            rule.note or "-",
        )
        for rule in rules
    )
    head = ("key", "value", "unit", "in force", "regulation", "source", "verified", "note")
    return f"## {name}\n\n{_table(head, rows)}"


def _source_list() -> str:
    rows = ((s.id, "yes" if s.quotes else "no", s.text) for s in sources().values())
    return f"## Sources\n\n{_table(('id', 'quotes the regulation', 'what it is'), rows)}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    return str(value)


if __name__ == "__main__":
    print(page(), end="")
