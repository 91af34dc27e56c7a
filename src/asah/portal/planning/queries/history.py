"""What people had before the plan begins. The stages above register what they know; none is imported here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from asah.portal.base.models import Unit

# Keys of a person and of a programme that the person has completed, for an agency and a plan year.
Completed = Callable[[Unit, int], Iterable[tuple[int, int]]]
# JP that count already in the plan year, by the key of a person.
JpDone = Callable[[Unit, int], dict[int, Decimal]]

_completed: list[Completed] = []
_jp_done: list[JpDone] = []


def register_completed(source: Completed) -> None:
    """Called once from the ``ready`` of an app: a programme completed before is not planned again."""
    _completed.append(source)


def register_jp_done(source: JpDone) -> None:
    """Called once from the ``ready`` of an app: JP of the plan year that were verified before the plan."""
    _jp_done.append(source)


def completed_before(agency: Unit, year: int) -> set[tuple[int, int]]:
    return {pair for source in _completed for pair in source(agency, year)}


def jp_done_before(agency: Unit, year: int) -> dict[int, Decimal]:
    done: dict[int, Decimal] = {}
    for source in _jp_done:
        for person, jp in source(agency, year).items():
            done[person] = done.get(person, Decimal(0)) + jp
    return done
