"""The seven contents of article 207, class by class: what is missing, and where it is mended."""

from __future__ import annotations

from dataclasses import dataclass

from asah.portal.planning.enums import Compulsory
from asah.portal.planning.models import Plan
from asah.portal.planning.queries.papers.read import read_classes
from asah.portal.planning.queries.papers.rows import ClassRow

NONKLASIKAL = "nonklasikal"
# Mended on the page of the offering; the rest on that of the programme, and who it is for by a new plan.
OF_OFFERING = frozenset({Compulsory.SCHEDULE})
OF_PLAN = frozenset({Compulsory.TARGET})


@dataclass(frozen=True)
class Missing:
    """A class of the plan of which some of the seven contents are not there."""

    row: ClassRow
    contents: list[Compulsory]

    @property
    def programme(self) -> list[Compulsory]:
        """Those that are mended in the programme."""
        return [each for each in self.contents if each not in OF_OFFERING | OF_PLAN]

    @property
    def offering(self) -> list[Compulsory]:
        return [each for each in self.contents if each in OF_OFFERING]

    @property
    def plan(self) -> list[Compulsory]:
        return [each for each in self.contents if each in OF_PLAN]


def missing_contents(plan: Plan) -> list[Missing]:
    """Classes that cannot be submitted as they are; an empty list where everything is there."""
    found = ((row, missing_of(row)) for row in read_classes(plan))
    return [Missing(row, contents) for row, contents in found if contents]


def missing_of(row: ClassRow) -> list[Compulsory]:
    """Without a date only what people learn by themselves, when they can, has a schedule: the whole year."""
    is_dated = row.period is not None or row.starts_on is not None
    there = {
        Compulsory.COMPETENCY: bool(row.kinds),
        Compulsory.TARGET: row.lines > 0 and row.lines == row.enrolled,
        Compulsory.FORM: bool(row.form_name and row.path),
        Compulsory.ORGANISER: bool(row.organiser),
        Compulsory.SCHEDULE: is_dated or row.path == NONKLASIKAL,
        Compulsory.CURRICULUM: bool(row.curriculum_owner),
        Compulsory.BUDGET: bool(row.fund_code) or not (row.cost or row.fee),
    }
    return [content for content in Compulsory if not there[content]]
