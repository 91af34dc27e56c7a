"""What a workbook would change, and what must be mended before it may."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from asah.portal.base.models import Unit
from asah.portal.catalogue.actions.workbook.book import Book
from asah.portal.catalogue.actions.workbook.columns import SheetSpec
from asah.portal.catalogue.models import Programme


@dataclass(frozen=True)
class Problem:
    """One thing that must be mended; ``row`` as a person sees it in the file, 0 for the sheet as a whole."""

    sheet: str
    row: int
    column: str
    value: str
    said: str


@dataclass
class Count:
    """What becomes of the rows of one sheet."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass
class Draft:
    """``new`` and ``changed`` hold rows by kind, not yet saved; ``units`` whom programmes are for."""

    book: Book
    year: int
    counts: dict[str, Count] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    new: dict[type[Model], list[Any]] = field(default_factory=dict)
    changed: dict[type[Model], list[Any]] = field(default_factory=dict)
    units: list[tuple[Programme, list[Unit]]] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """Rows that would be written."""
        return sum(count.new + count.changed for count in self.counts.values())

    def keep(self, spec: SheetSpec, target: Model, *, is_new: bool, other: bool) -> None:
        """Counts a row that is right, and keeps it for writing where it says anything new."""
        count = self.counts[spec.name]
        if is_new:
            count.new += 1
            self.new.setdefault(type(target), []).append(target)
        elif other:
            count.changed += 1
            self.changed.setdefault(type(target), []).append(target)
        else:
            count.same += 1


@dataclass
class Row:
    """One row of a sheet: its texts by column, what they stand for by field, and what is wrong."""

    sheet: str
    number: int
    texts: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def tell(self, column: str, said: str, value: str | None = None) -> None:
        """Adds what is wrong with a cell; of one that is known to be wrong no more is said."""
        if any(problem.column == column for problem in self.problems):
            return
        shown = self.texts.get(column, "") if value is None else value
        self.problems.append(Problem(self.sheet, self.number, column, shown, said))
