"""Where rows come from: a query of the database, or a list made in Python. Both answer the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet

from asah.portal.ui.tables.columns import Column
from asah.portal.ui.tables.filters import ChoiceFilter

CHUNK = 2000


class Source(Protocol):
    """Rows that were narrowed and put in order."""

    def count(self) -> int:
        """How many rows there are."""

    def part(self, start: int, end: int) -> list[Any]:
        """Rows from ``start`` up to and without ``end``."""

    def every(self) -> Iterator[Any]:
        """All rows, without holding them all at once where that can be had."""


class QuerySource:
    """Rows of the database. The key is always the last thing sorted by, so that no row is on two pages."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows = rows

    def count(self) -> int:
        return self.rows.count()

    def part(self, start: int, end: int) -> list[Any]:
        return list(self.rows[start:end])

    def every(self) -> Iterator[Any]:
        return self.rows.iterator(chunk_size=CHUNK)


class ListSource:
    """Rows made in Python."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows

    def count(self) -> int:
        return len(self.rows)

    def part(self, start: int, end: int) -> list[Any]:
        return list(self.rows[start:end])

    def every(self) -> Iterator[Any]:
        return iter(self.rows)


def narrow(
    rows: QuerySet[Any] | Sequence[Any],
    *,
    columns: Sequence[Column],
    words: Sequence[str],
    sort: str,
    chosen: Sequence[tuple[ChoiceFilter, Any]],
) -> Source:
    """Filter, search and sort. TypeError where a column or filter does not fit the kind of rows."""
    by = next((column for column in columns if column.name == sort.removeprefix("-")), None)
    if isinstance(rows, QuerySet):
        return QuerySource(_narrow_query(rows, columns, words, by, sort.startswith("-"), chosen))
    return ListSource(_narrow_list(list(rows), columns, words, by, sort.startswith("-"), chosen))


def _narrow_query(
    rows: QuerySet[Any],
    columns: Sequence[Column],
    words: Sequence[str],
    by: Column | None,
    falling: bool,
    chosen: Sequence[tuple[ChoiceFilter, Any]],
) -> QuerySet[Any]:
    for one, value in chosen:
        if one.apply:
            rows = one.apply(rows, value)
        elif isinstance(one.field, str):
            rows = rows.filter(**{one.field: value})
        else:
            raise TypeError(f"filter '{one.name}': 'field' must be a lookup for rows of the database")
    lookups = [lookup for column in columns for lookup in _names(column, "search", column.search)]
    for word in words:
        found = Q(pk__in=[])
        for lookup in lookups:
            found |= Q(**{lookup: word})
        rows = rows.filter(found)
    if by:
        order = [_ordering(rows.model, name, falling) for name in _names(by, "order", by.order)]
        return rows.order_by(*order, "pk")
    usual = rows.query.order_by or (rows.model._meta.ordering if rows.query.default_ordering else ())
    return rows.order_by(*usual, "pk")


def _ordering(model: type[Model], name: str, falling: bool) -> Any:
    """What is absent stands last either way: nobody sorts a list to see empty cells first.

    Said only where something can be absent: no index holds rows in that order.
    """
    lookup = name.removeprefix("-")
    last = True if _can_be_absent(model, lookup.split("__")) else None
    field = F(lookup)
    return field.desc(nulls_last=last) if falling != name.startswith("-") else field.asc(nulls_last=last)


def _can_be_absent(model: type[Model], path: Sequence[str]) -> bool:
    try:
        field: Any = model._meta.get_field(path[0])
    except FieldDoesNotExist:
        return True
    if field.null or not field.concrete:
        return True
    return len(path) > 1 and _can_be_absent(field.related_model, path[1:])


def _names(column: Column, what: str, given: object) -> list[str]:
    if not given:
        return []
    if callable(given) or isinstance(given, (bool, str)):
        raise TypeError(f"column '{column.name}': '{what}' must be a list of names for rows of the database")
    return list(given)  # type: ignore[call-overload, no-any-return]


def _narrow_list(
    rows: list[Any],
    columns: Sequence[Column],
    words: Sequence[str],
    by: Column | None,
    falling: bool,
    chosen: Sequence[tuple[ChoiceFilter, Any]],
) -> list[Any]:
    for one, value in chosen:
        if not callable(one.field):
            raise TypeError(f"filter '{one.name}': 'field' must be a function for rows made in Python")
        rows = [row for row in rows if one.field(row) == value]
    if words:
        texts = [_key(column, "search", column.search) for column in columns if column.search]
        wanted = [word.casefold() for word in words]
        rows = [row for row in rows if _has_all(wanted, [str(text(row)).casefold() for text in texts])]
    if by:
        key = _key(by, "order", by.order)
        present = [row for row in rows if key(row) is not None]
        absent = [row for row in rows if key(row) is None]
        return sorted(present, key=key, reverse=falling) + absent
    return rows


def _has_all(words: Sequence[str], texts: Sequence[str]) -> bool:
    return all(any(word in text for text in texts) for word in words)


def _key(column: Column, what: str, given: object) -> Callable[[Any], Any]:
    if given is True:
        return column.value
    if callable(given):
        return given
    raise TypeError(f"column '{column.name}': '{what}' must be a function or True for rows made in Python")
