"""Text as it may stand in a document: what no page can show is shown as a mark, never dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar

MARK: Final = "\ufffd"
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters, which XML forbids; those that turn the direction of the text after them; tags nobody
# sees; halves of characters; codes that are no characters.
_UNSHOWN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17))
    + "]"
)
_PLAIN: Final = re.compile(r"[ -~\u00a0-\u00ff]*")

Content = TypeVar("Content")


def clean(text: str) -> str:
    """The text with one kind of line end, composed letters, and ``MARK`` for what cannot be shown."""
    if _PLAIN.fullmatch(text):
        return text
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _UNSHOWN.sub(MARK, text))


def cleaned(content: Content) -> Content:
    """A copy of a document, or of any part of it, in which every text is clean."""
    made: Any = content
    if isinstance(content, str):
        made = clean(content)
    elif is_dataclass(content) and not isinstance(content, type):
        made = replace(
            content, **{field.name: cleaned(getattr(content, field.name)) for field in fields(content)}
        )
    elif isinstance(content, list | tuple):
        made = tuple(cleaned(item) for item in content)
    elif isinstance(content, Mapping):
        made = {key: cleaned(value) for key, value in content.items()}
    return made  # type: ignore[no-any-return]
