"""The word of a head of office, and the reason for ending an analysis early."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.needs.enums import VerificationState


class VerificationForm(forms.Form):
    """Agree, or send back with a reason."""

    decision = forms.ChoiceField(
        label=_("Your word"),
        choices=[
            (VerificationState.VERIFIED.value, _("These are the needs of the office")),
            (VerificationState.RETURNED.value, _("Send back, with a reason")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Reason or remark"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where you send back: which people or competencies are wrong, and why."),
    )

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("decision") == VerificationState.RETURNED and not self.cleaned_data.get(
            "note"
        ):
            self.add_error("note", _("Say what is wrong, so that it can be mended."))
        return self.cleaned_data


class FinishForm(forms.Form):
    """Why an analysis is finished although offices have not verified."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed while offices have not verified. It stays in the audit."),
    )
