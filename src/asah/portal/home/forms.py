"""What people fill in for users and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import ADMINISTER
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below


class UserForm(forms.Form):
    """A new user with a first role."""

    username = forms.CharField(label=_("User name"), help_text=_("Usually the NIP."), max_length=150)
    name = forms.CharField(label=_("Name"), max_length=250)
    email = forms.EmailField(label=_("Email"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("In the unit and below it"))

    def __init__(self, *args: Any, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = _units_of(actor)  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).strip()
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(
                _("Somebody has this user name already. Search for them in the list.")
            )
        User._meta.get_field("username").run_validators(username)
        return username


class GrantForm(forms.Form):
    """One more role for somebody."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("In the unit and below it"))

    def __init__(self, *args: Any, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = _units_of(actor)  # type: ignore[attr-defined]


def _units_of(actor: User) -> Any:
    return Unit.objects.filter(below(ADMINISTER.paths(actor)))
