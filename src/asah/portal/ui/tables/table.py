"""The list as a whole: declared once, bound to a request and its rows, printed by a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from asah.portal.ui.formats import number
from asah.portal.ui.tables.columns import CLASSES, Column, Words, draw_rows
from asah.portal.ui.tables.export import answer_export
from asah.portal.ui.tables.filters import ChoiceFilter
from asah.portal.ui.tables.sources import Source, narrow
from asah.portal.ui.tables.state import OWN, State, read_state

ROWS = 50
NEAR = 1


@dataclass(frozen=True)
class Table:
    """A list. ``name`` is its id on the page; ``prefix`` sets its words in the address apart from another's.

    ``sort``: the column that orders the list at first ("-name" for falling). ``empty`` is said where there is
    no row at all; ``empty_action`` (words, and the name of an address or a function of the request giving
    one) is the way to fill it.
    """

    name: str
    caption: Words
    columns: Sequence[Column]
    filters: Sequence[ChoiceFilter] = ()
    empty: Words = ""
    empty_action: tuple[Words, str | Callable[[HttpRequest], str]] | None = None
    sort: str = ""
    prefix: str = ""
    rows_per_page: int = ROWS
    exports: bool = True

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        taken = [one.name for one in self.filters]
        if len({*names}) != len(names) or len({*taken, *OWN}) != len(taken) + len(OWN):
            raise ValueError(
                f"table '{self.name}': names of columns and filters must differ, and not be {OWN}"
            )
        if self.sort and self.sort.removeprefix("-") not in names:
            raise ValueError(f"table '{self.name}': 'sort' names no column")

    def read_only(self, *leading_to_forms: str) -> Table:
        """The same list for those who change nothing: no way to fill it, and these columns lead nowhere."""
        columns = [
            replace(column, link=None) if column.name in leading_to_forms else column
            for column in self.columns
        ]
        return replace(self, columns=columns, empty_action=None)

    @property
    def parameters(self) -> tuple[str, ...]:
        """What it says in an address; another list on the same page gets it as ``keep``."""
        return tuple(self.prefix + name for name in (*OWN, *(one.name for one in self.filters)))

    def bind(
        self, request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, keep: Sequence[str] = ()
    ) -> BoundTable:
        """The list of these rows for this request. ``keep``: names in the address that belong to the page."""
        return BoundTable(self, request, rows, keep)

    def respond(
        self,
        request: HttpRequest,
        rows: QuerySet[Any] | Sequence[Any],
        *,
        template: str,
        context: Mapping[str, Any] | None = None,
        keep: Sequence[str] = (),
    ) -> HttpResponseBase:
        """The page, or for htmx the list alone, or a file. The template gets ``table``."""
        table = self.bind(request, rows, keep=keep)
        response = table.answer() or render(request, template, {**(context or {}), "table": table})
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response


class BoundTable:
    """A list of one request. Printing it asks the database twice: how many, and which on this page."""

    def __init__(
        self, table: Table, request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], keep: Sequence[str]
    ) -> None:
        self.table = table
        self.request = request
        self._choices = [(one, one.read_choices(request)) for one in table.filters]
        self.state, self.ignored = read_state(
            request, columns=table.columns, filters=self._choices, prefix=table.prefix, keep=keep
        )
        chosen = dict(self.state.chosen)
        self.source: Source = narrow(
            rows,
            columns=table.columns,
            words=self.state.words,
            sort=self.state.sort or table.sort,
            chosen=[
                (one, choices[chosen[one.name]][0]) for one, choices in self._choices if one.name in chosen
            ],
        )

    @property
    def id(self) -> str:
        """Of the part of the page that htmx replaces."""
        return f"table-{self.table.name}"

    @cached_property
    def count(self) -> int:
        """Rows after searching and filtering."""
        return self.source.count()

    @cached_property
    def page(self) -> int:
        """The page shown: the last one where a later one was asked for."""
        if self.state.page > self.pages:
            self.ignored.append(
                _("There is no page %(asked)s: this is the last, page %(page)s.")
                % {"asked": number(self.state.page), "page": number(self.pages)}
            )
        return min(self.state.page, self.pages)

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.count // self.table.rows_per_page))

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter hides rows."""
        return bool(self.state.q or self.state.chosen)

    def answer(self) -> HttpResponse | FileResponse | None:
        """The file or the fragment that was asked of this list; None where the whole page was asked for."""
        if self.state.export and self.table.exports:
            title = str(self.table.caption)
            name = f"{slugify(title) or self.table.name}-{timezone.localdate().isoformat()}"
            return answer_export(self.state.export, name, title, self.table.columns, self.source.every())
        htmx: Any = getattr(self.request, "htmx", None)
        if htmx and not htmx.history_restore_request and htmx.target == self.id:
            # The form sends its empty fields too; the address that stays need not say them.
            address = self.request.path + self.state.address()
            return HttpResponse(self.draw_results(), headers={"HX-Push-Url": address})
        return None

    def __str__(self) -> str:
        return self.draw()

    def __html__(self) -> str:
        return self.draw()

    def draw(self) -> SafeString:
        """Search, filters and the list."""
        results = self.draw_results()
        return render_to_string("ui/table.html", self._form_context() | {"results": results})

    def draw_results(self) -> SafeString:
        """The list alone: what a change of search, filter, order or page replaces."""
        start = (self.page - 1) * self.table.rows_per_page
        rows = self.source.part(start, start + self.table.rows_per_page) if self.count else []
        context = {
            "table": self,
            "caption": self.table.caption,
            "head": self._draw_head(),
            "body": mark_safe(draw_rows(self.table.columns, rows)),
            "first": number(start + 1),
            "last": number(start + len(rows)),
            "whole": number(self.count),
            "links": self._links(),
            "hidden": [(self.table.prefix + "sort", self.state.sort)] if self.state.sort else [],
            "exports": [(kind, self.state.address(export=kind, page=1)) for kind in ("xlsx", "csv")]
            if self.table.exports
            else [],
            "all_url": State(self.table.prefix, sort=self.state.sort, kept=self.state.kept).address(),
            "action": self._empty_action(),
        }
        return render_to_string("ui/table_results.html", context)

    def _empty_action(self) -> tuple[str, str] | None:
        if not self.table.empty_action:
            return None
        label, where = self.table.empty_action
        return str(label), where(self.request) if callable(where) else reverse(where)

    def _form_context(self) -> dict[str, Any]:
        chosen = dict(self.state.chosen)
        return {
            "table": self,
            "caption": self.table.caption,
            "path": self.request.path,
            "prefix": self.table.prefix,
            "searches": any(column.search for column in self.table.columns),
            "kept": self.state.kept,
            "filters": [
                (
                    one,
                    self.table.prefix + one.name,
                    _draw_options(choices, chosen.get(one.name)),
                )
                for one, choices in self._choices
            ],
        }

    def _draw_head(self) -> SafeString:
        current = self.state.sort or self.table.sort
        cells = []
        for column in self.table.columns:
            cells.append(self._draw_head_cell(column, current))
        return mark_safe("".join(cells))

    def _draw_head_cell(self, column: Column, current: str) -> str:
        side = format_html(' class="{}"', CLASSES[column.kind]) if column.kind in CLASSES else ""
        if not column.sorts:
            return format_html('<th scope="col"{}>{}</th>', side, column.label)
        is_by = current.removeprefix("-") == column.name
        rising = is_by and not current.startswith("-")
        address = self.state.address(sort=f"-{column.name}" if rising else column.name, page=1)
        said = ("ascending" if rising else "descending") if is_by else "none"
        return format_html(
            '<th scope="col" aria-sort="{}"{}><a href="{}" hx-get="{}">{}'
            '<span class="sort" aria-hidden="true"></span></a></th>',
            said,
            side,
            address,
            address,
            column.label,
        )

    def _links(self) -> list[tuple[str, str, bool]]:
        """Numbers of pages with their addresses: the first, those near, the last; "" for a gap."""
        if self.pages == 1:
            return []
        near = range(self.page - NEAR, self.page + NEAR + 1)
        wanted = sorted({1, self.pages, *(page for page in near if 1 <= page <= self.pages)})
        links: list[tuple[str, str, bool]] = []
        before = 0
        for page in wanted:
            if page > before + 1:
                links.append(("", "", False))
            links.append((number(page), self.state.address(page=page), page == self.page))
            before = page
        return links

    @property
    def previous_url(self) -> str:
        """Address of the page before, "" on the first."""
        return self.state.address(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        """Address of the page after, "" on the last."""
        return self.state.address(page=self.page + 1) if self.page < self.pages else ""


def _draw_options(choices: Mapping[str, tuple[Any, str]], chosen: str | None) -> SafeString:
    """The units of a regency are hundreds: a template takes ten times as long for them."""
    return mark_safe(
        "".join(
            f'<option value="{escape(text)}"{" selected" if text == chosen else ""}>{escape(label)}</option>'
            for text, (_value, label) in choices.items()
        )
    )
