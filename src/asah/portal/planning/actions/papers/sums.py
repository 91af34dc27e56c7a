"""Money and people added up over lines: whichever way they are grouped, the sums come to what the plan
spends."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from asah.portal.planning.queries.papers import ClassRow, Content, LineRow, UnitRow

Key = TypeVar("Key", bound=Hashable)


@dataclass
class Sum:
    """``share``: of the cost of classes. Whole rupiah; ``jp`` over all lines."""

    persons: set[int] = field(default_factory=set)
    lines: int = 0
    jp: Decimal = Decimal(0)
    share: int = 0
    fee: int = 0
    travel: int = 0

    @property
    def people(self) -> int:
        return len(self.persons)

    @property
    def total(self) -> int:
        return self.share + self.fee + self.travel

    def add(self, line: LineRow) -> None:
        self.persons.add(line.person)
        self.lines += 1
        self.jp += line.jp
        self.share += line.share
        self.fee += line.fee
        self.travel += line.travel


def sum_by(lines: Iterable[LineRow], key_of: Callable[[LineRow], Key]) -> dict[Key, Sum]:
    """Sums by a key of each line, in the order in which keys come first."""
    sums: dict[Key, Sum] = {}
    for line in lines:
        sums.setdefault(key_of(line), Sum()).add(line)
    return sums


def sum_all(lines: Iterable[LineRow]) -> Sum:
    return sum_by(lines, lambda line: None).get(None, Sum())


def classes_of(content: Content) -> Mapping[int, ClassRow]:
    return {row.offering: row for row in content.classes}


def units_of(content: Content) -> Mapping[int, UnitRow]:
    return {row.key: row for row in content.units}


def without_participants(content: Content) -> int:
    """Rupiah of classes that are opened for nobody: no line bears them, and every recap names them."""
    return sum(row.cost for row in content.classes if not row.lines)


def by_office(content: Content) -> list[tuple[UnitRow, Sum]]:
    """Offices in the order of the tree."""
    units = units_of(content)
    sums = sum_by(content.lines, lambda line: units[line.unit].office)
    return [(unit, sums[unit.key]) for unit in content.units if unit.key in sums]


def by_form(content: Content) -> list[tuple[ClassRow, Sum]]:
    """Forms in the order of the regulation, each with one of its classes to take its words from."""
    classes = classes_of(content)
    sums = sum_by(content.lines, lambda line: classes[line.offering].form)
    first = {row.form: row for row in reversed(content.classes)}
    order = sorted(sums, key=lambda form: (form[:1], int(form[1:]) if form[1:].isdigit() else 0))
    return [(first[form], sums[form]) for form in order]


def by_stream(content: Content) -> dict[str, Sum]:
    """By the stream of what each programme raises most: competency, ethics or integrity. Each line once."""
    taught = {row.offering: row.taught for row in content.classes}
    found = sum_by(
        content.lines, lambda line: taught[line.offering][0].stream if taught[line.offering] else "competency"
    )
    return {key: found[key] for key in ("competency", "ethics", "integrity") if key in found}


@dataclass
class OfFund:
    """What a fund pays: classes, those for nobody too, and participants."""

    places: int = 0
    paid: int = 0


def by_fund(content: Content) -> dict[str, OfFund]:
    """By code of the fund, "" for programmes without one."""
    classes = classes_of(content)
    funds: dict[str, OfFund] = {}
    for line in content.lines:
        fund = funds.setdefault(classes[line.offering].fund_code, OfFund())
        fund.places += 1
        fund.paid += line.share + line.fee
    for row in content.classes:
        if not row.lines and row.cost:
            funds.setdefault(row.fund_code, OfFund()).paid += row.cost
    return dict(sorted(funds.items()))


def by_payer(content: Content) -> dict[str, int]:
    """Travel by path of the unit that pays: the nearest upward with a limit of its own, "" where there is
    none."""
    units = units_of(content)
    holders = {path for scope, path, _amount in content.head.limits if scope == "unit"}
    paid: dict[str, int] = {}
    for line in content.lines:
        parts = units[line.unit].path.rstrip(".").split(".")
        upward = (f"{'.'.join(parts[:size])}." for size in range(len(parts), 0, -1))
        payer = next((path for path in upward if path in holders), "")
        paid[payer] = paid.get(payer, 0) + line.travel
    return dict(sorted(paid.items()))
