"""A copy of a plan's content as bytes under their digest, so that a document made later says the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import hashlib
import json
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from asah.portal.planning.queries.papers.rows import Content


class Damaged(Exception):
    """The kept copy is not the one that was decided on, or it is gone: bring it back from a backup."""


def freeze(content: Content) -> tuple[str, bytes]:
    """Digest of the content, and what to keep. The same content gives the same digest."""
    text = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest(), gzip.compress(text, mtime=0)


def frozen_at(folder: Path, digest: str) -> Path:
    """Where a plan in ``folder`` keeps the copy with this digest."""
    return folder / "frozen" / f"{digest}.json.gz"


def thaw(folder: Path, digest: str) -> Content:
    """The copy with this digest. Raises Damaged where its bytes are not those."""
    path = frozen_at(folder, digest)
    try:
        text = gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        raise Damaged(str(path)) from error
    if hashlib.sha256(text).hexdigest() != digest:
        raise Damaged(str(path))
    content: Content = _reader(Content)(json.loads(text))
    return content


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, dt.date) else value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """A function from what JSON holds to a value of this type."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        readers = [(field.name, _reader(hints[field.name])) for field in dataclasses.fields(kind)]
        make = typing.cast(Callable[..., Any], kind)
        return lambda told: make(**{name: read(told[name]) for name, read in readers})
    inside = typing.get_args(kind)
    if typing.get_origin(kind) is list:
        read_one = _reader(inside[0])
        return lambda told: [read_one(item) for item in told]
    if typing.get_origin(kind) is tuple:
        parts = [_reader(each) for each in inside]
        return lambda told: tuple(read(item) for read, item in zip(parts, told, strict=True))
    if typing.get_origin(kind) is types.UnionType:
        (given,) = (each for each in inside if each is not types.NoneType)
        read = _reader(given)
        return lambda told: None if told is None else read(told)
    special: dict[Any, Callable[[Any], Any]] = {
        Decimal: Decimal,
        dt.date: dt.date.fromisoformat,
        float: float,
    }
    return special.get(kind, lambda told: told)
