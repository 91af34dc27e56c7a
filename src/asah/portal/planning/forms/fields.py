"""Fields that forms of planning share: money as people write it, shares in per cent, and the edition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.planning.queries.editions import Change
from asah.portal.ui.formats import number

MOST_RUPIAH = 10**15
_MONEY = re.compile(r"(?:rp\.?)?(\d{1,3}(?:[. ,]\d{3})+|\d+)", re.IGNORECASE)


class RupiahField(forms.Field):
    """Whole rupiah: ``1500000``, ``1.500.000`` and ``Rp 1.500.000`` are the same. Blank is None, not zero."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = _MONEY.fullmatch(text.replace("Rp ", "Rp").replace("rp ", "rp"))
        if found is None:
            raise forms.ValidationError(_("Write whole rupiah, such as 1.500.000."))
        amount = int(re.sub(r"\D", "", found[1]))
        if amount > MOST_RUPIAH:
            raise forms.ValidationError(_("This is more money than there is. Count the zeros."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        return number(value, 0) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


class PercentField(forms.FloatField):
    """A share, written in per cent: ``12,5`` is 0.125."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, localize=True, **options)

    def clean(self, value: Any) -> float | None:
        percent: float | None = super().clean(value)
        return None if percent is None else round(percent / 100, 6)

    def prepare_value(self, value: Any) -> Any:
        return round(value * 100, 4) if isinstance(value, float) else value


class EditionForm(forms.Form):
    """A form about a scenario that somebody else may change meanwhile."""

    edition = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    # What others changed since the form was opened; the page shows it above the kept input.
    meanwhile: Sequence[Change] = ()

    def tell_meanwhile(self, changes: Sequence[Change], edition: int) -> None:
        """Keeps the input and takes the edition of now, so that sending again is a decision."""
        self.meanwhile = changes
        data: Any = self.data.copy()
        data[self.add_prefix("edition")] = str(edition)
        self.data = data
        self.add_error(
            None,
            _(
                "Somebody else changed this scenario meanwhile; nothing of yours was written yet. Look at"
                " their changes above, then send yours again or leave."
            ),
        )
