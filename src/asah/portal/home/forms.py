"""What people fill in for users and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import ADMINISTER, EDIT_UNITS
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.people.queries import NBSP
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.stale import StaleForm


class FirstPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A password of one's own, other than the one that was handed over."""

    def clean_new_password2(self) -> str:
        word = str(self.cleaned_data.get("new_password2", ""))
        if self.user.check_password(word):
            raise forms.ValidationError(
                _("This is the password that was given to you. Choose one that nobody else has seen.")
            )
        return word


class AccountForm(OnceForm):
    """What people set about themselves."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of the pages, on whatever computer you sign in, and of the mails you get."),
    )


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of units that shows the tree: names such as "Bagian Umum" stand in it many times."""

    def label_from_instance(self, unit: Unit) -> str:
        return f"{NBSP * 2 * unit.depth}{unit.name}"


class UnitForm(StaleForm, OnceForm):
    """What a unit is called."""

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("As SIASN or SIMPEG gives it: an imported roster finds the unit by it."),
    )
    name = forms.CharField(label=_("Name"), max_length=250)


class NewUnitForm(UnitForm):
    """A unit and the one above it."""

    parent = UnitField(Unit.objects.none(), label=_("Below the unit"))
    field_order = ("parent", "code", "name")

    def __init__(self, *args: Any, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["parent"].queryset = _units_to_edit(actor)  # type: ignore[attr-defined]


class MoveForm(OnceForm):
    """The new place of a unit: anywhere in its agency but below itself."""

    parent = UnitField(
        Unit.objects.none(),
        label=_("Below the unit"),
        error_messages={
            "invalid_choice": _("The unit cannot stand there. Choose one of the units that are offered.")
        },
    )

    def __init__(self, *args: Any, actor: User, unit: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        places = _units_to_edit(actor).filter(path__startswith=f"{unit.agency_id}.")
        self.fields["parent"].queryset = places.exclude(path__startswith=unit.path)  # type: ignore[attr-defined]


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

    # Nothing is chosen beforehand: a role is never given by pressing a button too soon.
    role = forms.ChoiceField(label=_("Role"), choices=[("", "---------"), *Role.choices])
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("In the unit and below it"))

    def __init__(self, *args: Any, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = _units_of(actor)  # type: ignore[attr-defined]


def _units_to_edit(actor: User) -> QuerySet[Unit]:
    return Unit.objects.filter(below(EDIT_UNITS.paths(actor)), is_active=True)


def _units_of(actor: User) -> Any:
    return Unit.objects.filter(below(ADMINISTER.paths(actor)))
