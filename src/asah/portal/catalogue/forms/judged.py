"""Forms whose row as a whole is judged by the action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import construct_instance
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.fields import RupiahField, field_of
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.stale import StaleForm


def add_faults(form: forms.BaseForm, error: ValidationError) -> None:
    """Puts what an action refused beside the fields it is about, and the rest at the top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


def _field_of(column: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """The long whole numbers of the catalogue's tables are all money."""
    if isinstance(column, models.BigIntegerField):
        return column.formfield(form_class=RupiahField, **options)
    return field_of(column, **options)


class Typed:
    """The ``Meta`` of forms whose numbers and amounts are read as people here write them."""

    formfield_callback = _field_of


class DayInput(forms.DateInput):
    """The day chooser of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class JudgedForm(StaleForm, OnceForm):
    """Fields look at themselves; the row as a whole is judged by the action, which tells the remedy too.

    What somebody else changed since the form was opened is not written over unseen.
    """

    instance: Any
    _meta: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label and not field.required:
                field.empty_label = _("none")

    def _post_clean(self) -> None:
        # Constraints of the table wait for the action: weeks that one asks for may still follow from days.
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
