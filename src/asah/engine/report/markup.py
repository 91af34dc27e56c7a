"""HTML and SVG put together so that text can never become markup by accident."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias


class Markup(str):
    """Text that is markup already. Only ``tag`` and ``join`` make it; every other string is escaped."""

    __slots__ = ()


Child: TypeAlias = "str | int | Iterable[Child] | None"
EMPTY: Final = Markup("")
_VOID: Final = frozenset({"meta", "input", "br", "hr", "col"})


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Markup:
    """One element. In attribute names ``_`` stands for ``-``, and a trailing ``_`` is dropped (``class_``).

    An attribute that is None or False is left out; one that is True has no value.
    """
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(children)}</{name}>")


def join(children: Child) -> Markup:
    """Children one after another: markup as it is, any other text escaped, None as nothing."""
    if isinstance(children, Markup):
        return children
    if children is None:
        return EMPTY
    if isinstance(children, str | int):
        return Markup(escape(str(children), quote=False))
    return Markup("".join(join(child) for child in children))


def raw(text: str) -> Markup:
    """Text of ours that is markup already: a style sheet, a symbol. Never anything that was read."""
    return Markup(text)


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
