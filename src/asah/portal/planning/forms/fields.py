"""Fields that forms of planning share: shares in per cent, and the edition."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.planning.queries.editions import Change
from asah.portal.ui.fields import FloatField


class PercentField(FloatField):
    """A share, written in per cent: ``12,5`` is 0.125."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, **options)

    def clean(self, value: Any) -> float | None:
        percent: float | None = super().clean(value)
        return None if percent is None else round(percent / 100, 6)

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(round(value * 100, 4) if isinstance(value, float) else value)


class EditionForm(forms.Form):
    """A form about a scenario that somebody else may change meanwhile."""

    edition = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    # What others changed since the form was opened; the page shows it above the kept input.
    meanwhile: Sequence[Change] = ()

    def tell_meanwhile(self, changes: Sequence[Change], edition: int) -> None:
        """Keeps the input and takes the edition of now, so that sending again is a decision."""
        self.meanwhile = changes
        data: Any = copy(self.data)
        data[self.add_prefix("edition")] = str(edition)
        self.data = data
        self.add_error(
            None,
            _(
                "Somebody else changed this scenario meanwhile; nothing of yours was written yet. Look at"
                " their changes above, then send yours again or leave."
            ),
        )
