"""Addresses of pages, found once: a list of fifty rows asks for the same address fifty times."""

from __future__ import annotations

from functools import cache

from django.urls import URLResolver, get_resolver, get_urlconf, reverse

# Stands for the number of a row until its place in the address is known; no address holds it otherwise.
_STAND_IN = 987_654_321_987


def url_of(name: str, *keys: int) -> str:
    """The address called ``name`` with these numbers of rows in it. NoReverseMatch where there is none."""
    first, *rest = _pieces(get_resolver(get_urlconf()), name, len(keys))
    return first + "".join(f"{key}{piece}" for key, piece in zip(keys, rest, strict=True))


@cache
def _pieces(_addresses: URLResolver, name: str, many: int) -> list[str]:
    """What stands before, between and after the numbers; found anew when the addresses are others."""
    return reverse(name, args=[_STAND_IN] * many).split(str(_STAND_IN))
