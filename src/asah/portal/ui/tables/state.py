"""What the address of a list asks for: read, and whatever cannot be followed told instead of guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from asah.portal.ui.tables.columns import Column
from asah.portal.ui.tables.filters import ChoiceFilter

LONGEST_SEARCH = 200
MOST_WORDS = 10
LONGEST_SHOWN = 40
OWN = ("q", "sort", "page", "export")
EXPORTS = ("xlsx", "csv")


@dataclass(frozen=True)
class State:
    """What is asked for. ``sort`` is "" for the order rows come in; ``chosen`` holds the text of each filter.

    ``kept`` is what the address says to the page and not to the list: it is carried along in every link.
    """

    prefix: str = ""
    q: str = ""
    sort: str = ""
    page: int = 1
    export: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> list[str]:
        """Of the search; each must be found."""
        return self.q.split()[:MOST_WORDS]

    def pairs(self) -> list[tuple[str, str]]:
        """The state as it stands in an address; nothing that is as usual."""
        own = [("q", self.q), ("sort", self.sort), *self.chosen]
        if self.page > 1:
            own.append(("page", str(self.page)))
        if self.export:
            own.append(("export", self.export))
        return [*self.kept, *((self.prefix + name, text) for name, text in own if text)]

    def address(self, **change: Any) -> str:
        """The query part of a link to the same list with something changed."""
        return "?" + urlencode(replace(self, **change).pairs())


def read_state(
    request: HttpRequest,
    *,
    columns: Sequence[Column],
    filters: Sequence[tuple[ChoiceFilter, dict[str, tuple[Any, str]]]],
    prefix: str = "",
    keep: Sequence[str] = (),
) -> tuple[State, list[str]]:
    """The state and what had to be ignored, in sentences. Never raises for what stands in an address."""
    told: list[str] = []
    asked = {name: request.GET.get(prefix + name, "") for name in (*OWN, *(one.name for one, _ in filters))}
    known = {prefix + name for name in asked} | set(keep)
    for name in request.GET:
        if name not in known:
            told.append(
                _("“%(name)s” in the address means nothing here and was ignored.") % {"name": _short(name)}
            )

    q = " ".join(asked["q"].replace("\0", " ").split())
    if len(q) > LONGEST_SEARCH or len(q.split()) > MOST_WORDS:
        q = " ".join(q[:LONGEST_SEARCH].split()[:MOST_WORDS])
        told.append(
            _("The search was too long: only its first %(count)s words were looked for.")
            % {"count": len(q.split())}
        )
    sort = asked["sort"]
    if sort and sort.removeprefix("-") not in {column.name for column in columns if column.sorts}:
        told.append(_("The list cannot be sorted by “%(name)s”.") % {"name": _short(sort)})
        sort = ""
    page = 1
    if asked["page"]:
        if re.fullmatch(r"[0-9]{1,9}", asked["page"], re.ASCII) and int(asked["page"]):
            page = int(asked["page"])
        else:
            told.append(
                _("There is no page “%(name)s”: this is the first.") % {"name": _short(asked["page"])}
            )
    export = asked["export"]
    if export and export not in EXPORTS:
        told.append(
            _("The list cannot be had as “%(name)s”; there are xlsx and csv.") % {"name": _short(export)}
        )
        export = ""
    chosen = []
    for one, choices in filters:
        text = asked[one.name]
        if text and text not in choices:
            told.append(
                _("“%(value)s” is no choice for %(filter)s, so it was ignored.")
                % {"value": _short(text), "filter": one.label}
            )
        elif text:
            chosen.append((one.name, text))
    kept = tuple((name, text) for name in keep for text in request.GET.getlist(name))
    return State(prefix, q, sort, page, export, tuple(chosen), kept), told


def _short(text: str) -> str:
    text = text.replace("\0", " ")
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
