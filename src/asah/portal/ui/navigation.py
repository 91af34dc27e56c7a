"""The menu: every app says at its start what it adds, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.functional import Promise

from asah.portal.ui.addresses import url_of


def _to_everyone(user: Any) -> bool:
    return True


@dataclass(frozen=True)
class Entry:
    """One line of the menu. Entries of the same ``group`` stand together, under its name where it has one.

    ``shown`` is asked on every page about whoever is signed in, so it must not cost a query.
    """

    name: str
    label: str | Promise
    url_name: str
    order: int = 100
    shown: Callable[[Any], bool] = _to_everyone
    group: str | Promise = ""


@dataclass(frozen=True)
class Link:
    """An entry as one reader sees it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Links under one name ("" for those that stand alone)."""

    label: str
    links: tuple[Link, ...]


entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add to the menu; called once from the ``ready`` of an app. ValueError if the name is taken."""
    if entry.name in entries:
        raise ValueError(f"the menu already has an entry '{entry.name}'; give this one another name")
    entries[entry.name] = entry


def check_entries(**_options: Any) -> list[CheckMessage]:
    """Every entry leads somewhere: one without an address would fail every page for its readers."""
    found: list[CheckMessage] = []
    for entry in entries.values():
        try:
            url_of(entry.url_name)
        except NoReverseMatch:
            said = (
                f"the menu's entry '{entry.name}' leads to '{entry.url_name}', and no address has that name"
            )
            hint = "Add the app's addresses to config/urls.py, or take the entry out of its apps.py."
            found.append(Error(said, hint=hint, id="ui.E001"))
    return found


def read_navigation(request: HttpRequest) -> tuple[Group, ...]:
    """The menu for whoever is signed in; at most one link is current, the most exact that leads here."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ()
    seen = [(entry, url_of(entry.url_name)) for entry in entries.values() if entry.shown(user)]
    here = [url for _, url in seen if request.path == url or (url != "/" and request.path.startswith(url))]
    current = max(here, key=len, default=None)
    groups: dict[str, list[Link]] = {}
    for entry, url in sorted(seen, key=lambda pair: pair[0].order):
        groups.setdefault(str(entry.group), []).append(Link(str(entry.label), url, url == current))
    return tuple(Group(label, tuple(links)) for label, links in groups.items())
