"""A sheet of predicates, and where its people work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit, User
from asah.portal.needs.access import IMPORT_PERFORMANCE


class PerformanceForm(forms.Form):
    """The sheet."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("The sheet lists the people of"), empty_label=None
    )
    file = forms.FileField(
        label=_("Sheet"),
        help_text=_(
            "Columns: NIP, tahun, periode, predikat. No period: the whole year. .xlsx or .csv, at most 20 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        units = Unit.objects.filter(path__in=IMPORT_PERFORMANCE.paths(viewer))
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = units.first()
