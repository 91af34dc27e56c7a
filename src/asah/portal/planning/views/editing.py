"""Changing a scenario that others may be changing: the input is kept and their changes are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from asah.portal.base.models import Unit
from asah.portal.catalogue.models import Fund, Offering
from asah.portal.people.models import Person
from asah.portal.planning.actions.editions import EditedMeanwhile
from asah.portal.planning.forms.fields import EditionForm
from asah.portal.planning.forms.scenarios import RulesForm
from asah.portal.planning.models import Scenario
from asah.portal.planning.queries.editions import Change, changes_since
from asah.portal.ui.formats import ABSENT, number


def try_change(form: EditionForm, scenario: Scenario, change: Callable[[int], Any]) -> bool:
    """Runs ``change`` with the edition the form was opened at. False where the form must be shown again."""
    edition = form.cleaned_data["edition"]
    try:
        change(edition)
    except EditedMeanwhile:
        scenario.refresh_from_db(fields=["edition"])
        form.tell_meanwhile(changes_since(scenario, edition), scenario.edition)
        return False
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def say_changes(form: EditionForm) -> list[tuple[Change, str, list[str]]]:
    """Each change with its part in words, and what it changed in words."""
    return [(change, _part(change.part), list(_say(change))) for change in form.meanwhile]


def _part(part: str) -> str:
    return {
        "rules": _("the rules of the year"),
        "limits": _("the money"),
        "floors": _("the floors"),
        "mandates": _("the mandates"),
        "decisions": _("decisions by hand"),
    }.get(part, part)


def _say(change: Change) -> Iterator[str]:
    for key, (before, after) in change.changed.items():
        if change.part == "decisions":
            yield from _say_decision(key, before, after)
        elif isinstance(before, dict) or isinstance(after, dict):
            for kind in sorted({*(before or {}), *(after or {})}):
                old, new = (before or {}).get(kind), (after or {}).get(kind)
                if old != new:
                    yield _arrow(f"{_label(key)} {kind}", old, new)
        else:
            yield _arrow(_label(key), before, after)


def _arrow(label: str, before: Any, after: Any) -> str:
    return f"{label}: {_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    return number(value) if isinstance(value, (int, float)) else str(value or ABSENT)


def _label(key: str) -> str:
    scope, _colon, row = key.partition(":")
    if scope == "fund" and row:
        return str(Fund.objects.filter(pk=row).first() or key)
    if scope == "unit" and row:
        return str(Unit.objects.filter(pk=row).first() or key)
    labels = {
        "total": _("Money in all"),
        "equity": _("Floors"),
        "added": _("Mandates added"),
        "removed": _("Mandates taken away"),
        "jp_target": _("JP target"),
        "jp_max": _("JP ceiling"),
    }
    field = RulesForm.base_fields.get(key)
    return labels.get(scope) or (str(field.label) if field else key)


def _say_decision(key: str, before: Any, after: Any) -> Iterator[str]:
    if key == "person":
        person = Person.objects.filter(pk=after).first()
        yield person.full_name if person else str(after)
    elif key == "moved":
        yield f"{_offering(before)} → {_offering(after)}"
    else:
        words = {"in": _("must be in"), "out": _("must not be in"), None: _("left to the plan")}
        yield f"{_offering(key.partition(':')[2])}: {words[after]}"


def _offering(key: Any) -> str:
    return str(Offering.objects.filter(pk=key).select_related("programme").first() or key)
