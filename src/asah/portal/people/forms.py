"""What people fill in about people."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.people.access import IMPORT_ROSTER, may_name_superior
from asah.portal.people.actions.roster_cells import EARLIEST, LATEST
from asah.portal.people.actions.roster_columns import FIELDS
from asah.portal.people.models import Person, Place, Position, RosterBatch
from asah.portal.people.queries import own_numbers
from asah.portal.ui.fields import FloatField
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.stale import StaleForm


class PersonForm(StaleForm, forms.ModelForm[Person]):
    """What the roster does not bring, or brings wrongly. Post and unit change by the roster only."""

    supervisor_nip = forms.CharField(
        label=_("NIP of the direct supervisor"), required=False, help_text=_("Blank: not known.")
    )

    class Meta:
        model = Person
        fields: ClassVar = ["front_degree", "back_degree", "email", "retires_on", "target_position"]
        widgets: ClassVar = {"retires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.viewer = viewer
        self.fields["target_position"].queryset = Position.objects.filter(  # type: ignore[attr-defined]
            agency=self.instance.agency_id
        )
        if self.instance.supervisor:
            self.fields["supervisor_nip"].initial = self.instance.supervisor.nip

    def clean_supervisor_nip(self) -> str:
        nip = str(self.cleaned_data["supervisor_nip"]).strip()
        if nip == self.fields["supervisor_nip"].initial:
            return nip
        found = Person.objects.filter(agency=self.instance.agency_id, nip=nip).first() if nip else None
        if nip and found is None:
            raise forms.ValidationError(
                _("Nobody in this agency has this NIP. Look it up in the list of people.")
            )
        if found is not None and found.pk == self.instance.pk:
            raise forms.ValidationError(_("Nobody supervises themselves. Give the NIP of the superior."))
        if found is not None and nip in own_numbers(found.agency_id, self.viewer):
            raise forms.ValidationError(
                _("Nobody makes themselves the superior of others. Have somebody else enter it.")
            )
        if found is not None and not may_name_superior(self.viewer, self.instance, found):
            raise forms.ValidationError(
                _(
                    "This person works neither in the units you look after nor above them. The planner of the"
                    " agency can enter it."
                )
            )
        self.instance.supervisor = found
        return nip

    def clean_retires_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["retires_on"]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(
                _("The year cannot be right. Give a day from %(first)s to %(last)s.")
                % {"first": EARLIEST.year, "last": LATEST.year}
            )
        return day


class AccountsForm(OnceForm):
    """Whether a lost sheet is to be replaced too."""

    again = forms.BooleanField(
        label=_("Also another first password for those who have an account and never signed in"),
        help_text=_("For a sheet that was lost. The password they were handed before no longer works."),
        required=False,
    )


class _OfAgencyForm(StaleForm, OnceForm):
    """A post or a place of an agency; which one is asked only of those who keep several."""

    instance: Any

    def __init__(self, *args: Any, agencies: QuerySet[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        new = self.instance._state.adding
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        if not new or len(agencies) == 1:
            del self.fields["agency"]
        if new:
            self.instance.agency = agencies[0]
            self.initial["agency"] = agencies[0].pk

    def validate_constraints(self) -> None:
        """Waits for the action: a form that is sent again must not stumble over what it made itself."""

    @property
    def changed(self) -> list[str]:
        return [name for name in self.changed_data if name != "once"]


class PositionForm(_OfAgencyForm, forms.ModelForm[Position]):
    """A post."""

    class Meta:
        model = Position
        fields: ClassVar = ["agency", "name", "code", "kind", "level"]
        labels: ClassVar = {"agency": _("Agency")}
        help_texts: ClassVar = {
            "name": _("An imported roster finds the post by its name."),
            "level": _("Of functional posts, for example: ahli muda."),
        }


class PlaceForm(_OfAgencyForm, forms.ModelForm[Place]):
    """A place, with where it lies: travel between places far apart costs days and money."""

    latitude = FloatField(
        label=_("Latitude"),
        min_value=-90,
        max_value=90,
        required=False,
        help_text=_("In degrees, south is negative; for example -2.0781."),
    )
    longitude = FloatField(
        label=_("Longitude"),
        min_value=-180,
        max_value=180,
        required=False,
        help_text=_("In degrees, east is positive; for example 102.2747."),
    )

    class Meta:
        model = Place
        fields: ClassVar = ["agency", "name", "code", "zone", "latitude", "longitude", "connectivity"]
        labels: ClassVar = {"agency": _("Agency")}
        help_texts: ClassVar = {"name": _("An imported roster finds the place by its name.")}

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        given = [asked.get(name) is not None for name in ("latitude", "longitude")]
        if any(given) and not all(given) and not self.errors:
            self.add_error(
                "longitude" if given[0] else "latitude", _("Give both coordinates, or leave both blank.")
            )
        return asked


class RosterForm(forms.Form):
    """The sheet, and where its people belong."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("The sheet lists the people of"),
        help_text=_("Units that the sheet names are looked for below it, and made there where they are new."),
    )
    file = forms.FileField(
        label=_("Sheet"),
        help_text=_(".xlsx or .csv, as SIASN, SIMPEG or this portal export it; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        units = visible_to(viewer, Unit).filter(below(IMPORT_ROSTER.paths(viewer)))
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        first = units.first()
        if first is not None:
            self.fields["unit"].initial = first.pk


class ColumnsForm(forms.Form):
    """Which column of the sheet holds what. One choice a field; a column is used once."""

    sheet = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, batch: RosterBatch, **options: Any) -> None:
        super().__init__(*args, **options)
        self.batch = batch
        self.initial["sheet"] = batch.file_id
        self.columns: list[str] = batch.columns
        choices = [("", _("not in the sheet")), *((str(n), name) for n, name in enumerate(batch.columns))]
        for field in FIELDS:
            self.fields[field.name] = forms.ChoiceField(
                label=str(field.label),
                choices=choices,
                required=field.required,
                initial=str(batch.mapping.get(field.name, "")),
            )

    def clean_sheet(self) -> None:
        if self.cleaned_data["sheet"] != self.batch.file_id:
            raise forms.ValidationError(
                _("Columns of this sheet were dropped since the page was opened. Open the page again.")
            )

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, str] = {name: value for name, value in self.cleaned_data.items() if value}
        for name, value in chosen.items():
            others = [other for other in chosen if other != name and chosen[other] == value]
            if others:
                self.add_error(name, _("This column is chosen twice. Each column holds one thing."))
        return self.cleaned_data

    @property
    def mapping(self) -> dict[str, int]:
        """Field to column number; only after the form was found valid."""
        return {name: int(value) for name, value in self.cleaned_data.items() if value}
