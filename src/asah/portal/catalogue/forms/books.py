"""What goes from year to year, and the workbook of the whole catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.fields import WholeField
from asah.portal.ui.forms import OnceForm


class CopyForm(OnceForm):
    """From which year to which."""

    from_year = WholeField(label=_("From year"))
    to_year = WholeField(label=_("To year"), help_text=_("What is there already is left as it is."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        now = timezone.localdate().year
        self.fields["from_year"].initial = now
        self.fields["to_year"].initial = now + 1


class WorkbookForm(forms.Form):
    """The workbook, and the year of rows that name none."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(".xlsx, as this page gives it out; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    year = WholeField(
        label=_("Year of rows that name none"),
        min_value=2000,
        max_value=2100,
        help_text=_("Offerings, prices, fares."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["year"].initial = timezone.localdate().year + 1
