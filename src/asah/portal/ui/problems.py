"""What is wrong in a form, gathered for the top of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import BaseForm


@dataclass(frozen=True)
class Problem:
    """One message; ``target`` is the id of the field to go to, "" where it is about the whole form."""

    text: str
    label: str = ""
    target: str = ""


def list_problems(form: BaseForm) -> list[Problem]:
    """Messages about the whole form first, then field by field in the order of the page."""
    if not form.is_bound:
        return []
    problems = [Problem(str(text)) for text in form.non_field_errors()]
    for field in form:
        for text in field.errors:
            if field.is_hidden:
                problems.append(Problem(str(text)))
            else:
                problems.append(Problem(str(text), str(field.label), _target(field)))
    return problems


def _target(field: object) -> str:
    # Radio buttons and boxes have no label of their own to point at: the first of them stands for the group.
    widget_id: str = getattr(field, "id_for_label", "")
    return widget_id or f"{getattr(field, 'auto_id', '')}_0"
