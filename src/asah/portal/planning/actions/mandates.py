"""Who must be given which programme: one by one, or out of a sheet."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base.models import User
from asah.portal.base.sheets import SheetError, explain, read_sheet
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Programme
from asah.portal.people.models import Person
from asah.portal.planning.actions.editions import begin_change
from asah.portal.planning.models import Mandate, Scenario
from asah.portal.ui.fields import FloatField

MOST_POINTS = 1_000_000
_NIP = ("nip", "nip baru", "person_id")
_PROGRAMME = ("program", "programme", "kode program", "programme code", "programme_id")
_POINTS = ("poin", "points")


@dataclass(frozen=True)
class Wanted:
    """One row of a sheet that can be taken."""

    person: Person
    programme: Programme
    points: float | None


class MandatesRefused(Exception):
    """Rows of the sheet must be mended; nothing was written. ``problems``: one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@transaction.atomic
def add_mandate(
    *,
    actor: User,
    scenario: Scenario,
    edition: int,
    person: Person,
    programme: Programme,
    points: float | None,
) -> None:
    """Saying it again changes the points."""
    if person.agency_id != scenario.agency_id or programme.agency_id != scenario.agency_id:
        raise ValidationError(_("Person and programme must belong to the agency of the scenario."))
    begin_change(actor, scenario, edition, "mandates", {"added": [None, 1]})
    Mandate.objects.update_or_create(
        scenario=scenario, person=person, programme=programme, defaults={"points": points}
    )


@transaction.atomic
def remove_mandate(*, actor: User, mandate: Mandate, edition: int) -> None:
    begin_change(actor, mandate.scenario, edition, "mandates", {"removed": [1, None]})
    mandate.delete()


@transaction.atomic
def import_mandates(*, actor: User, scenario: Scenario, edition: int, name: str, content: bytes) -> int:
    """Adds every row of a sheet with NIP, programme code and points, or none; how many there were.

    Raises MandatesRefused with every row that must be mended.
    """
    wanted = _read(scenario, name, content)
    begin_change(actor, scenario, edition, "mandates", {"added": [None, len(wanted)]})
    Mandate.objects.bulk_create(
        (
            Mandate(scenario=scenario, person=row.person, programme=row.programme, points=row.points)
            for row in wanted
        ),
        update_conflicts=True,
        unique_fields=["scenario", "person", "programme"],
        update_fields=["points"],
        batch_size=1000,
    )
    return len(wanted)


def _read(scenario: Scenario, name: str, content: bytes) -> list[Wanted]:
    try:
        sheet = read_sheet(content, name)
    except SheetError as error:
        raise MandatesRefused([" ".join(map(str, explain(note))) for note in error.problems]) from error
    columns = [text.strip().lower() for text in sheet.columns]
    at_nip, at_programme, at_points = (_find(columns, names) for names in (_NIP, _PROGRAMME, _POINTS))
    if at_nip is None or at_programme is None:
        raise MandatesRefused(
            [_("The sheet needs the columns NIP and programme (kode program); points may follow.")]
        )
    people = {p.nip: p for p in Person.objects.filter(agency=scenario.agency_id)}
    programmes = {
        p.code.lower(): p
        for p in Programme.objects.filter(agency=scenario.agency_id, state=ProgrammeState.ACTIVE)
    }
    wanted: dict[tuple[int, int], Wanted] = {}
    problems: list[str] = []
    for number, cells in sheet.rows:
        person = people.get(cells[at_nip].strip())
        programme = programmes.get(cells[at_programme].strip().lower())
        points, wrong = _points(cells[at_points] if at_points is not None else "")
        if person is None:
            problems.append(
                _(
                    "Row %(row)s: nobody in this agency has the NIP “%(value)s”. Look it up in the list of"
                    " people."
                )
                % {"row": number, "value": cells[at_nip]}
            )
        if programme is None:
            problems.append(
                _("Row %(row)s: no programme on offer has the code “%(value)s”. Look it up in the catalogue.")
                % {"row": number, "value": cells[at_programme]}
            )
        if wrong:
            problems.append(
                _("Row %(row)s: “%(value)s” is no number of points. Write a number, or leave it blank.")
                % {"row": number, "value": cells[at_points or 0]}
            )
        if person is not None and programme is not None and not wrong:
            wanted[person.pk, programme.pk] = Wanted(person, programme, points)
    if problems:
        raise MandatesRefused(problems)
    return list(wanted.values())


def _find(columns: list[str], names: tuple[str, ...]) -> int | None:
    return next((place for place, column in enumerate(columns) if column in names), None)


def _points(text: str) -> tuple[float | None, bool]:
    """The points as their form reads them, and whether the text is none."""
    try:
        return FloatField(min_value=0, max_value=MOST_POINTS, required=False).clean(text), False
    except ValidationError:
        return None, True
