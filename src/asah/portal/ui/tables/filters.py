"""Filters of a list: a choice among values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.http import HttpRequest

from asah.portal.ui.tables.columns import Words

Choices: TypeAlias = Iterable[tuple[Any, Words]]


@dataclass(frozen=True)
class ChoiceFilter:
    """Keeps the rows whose ``field`` is the value chosen; "" keeps all.

    ``choices``: pairs of value and words, or a function of the request that gives them (for what lies in the
    database; it is asked once for a page). ``field``: a lookup; for rows made in Python a function.
    ``apply``: instead of ``field``, takes the query and the value.
    """

    name: str
    label: Words
    choices: Choices | Callable[[HttpRequest], Choices]
    field: str | Callable[[Any], Any] = ""
    apply: Callable[[QuerySet[Any], Any], QuerySet[Any]] | None = None

    def read_choices(self, request: HttpRequest) -> dict[str, tuple[Any, str]]:
        """From the text in the address to the value and its words."""
        choices = self.choices(request) if callable(self.choices) else self.choices
        return {str(value): (value, str(label)) for value, label in choices if str(value)}
