"""What people fill in about people."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import visible_to
from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.people.access import IMPORT_ROSTER
from asah.portal.people.actions.roster_columns import FIELDS
from asah.portal.people.models import Person, Position, RosterBatch


class PersonForm(forms.ModelForm[Person]):
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
        found = Person.objects.filter(agency=self.instance.agency_id, nip=nip).first() if nip else None
        if nip and found is None:
            raise forms.ValidationError(
                _("Nobody in this agency has this NIP. Look it up in the list of people.")
            )
        if found is not None and found.pk == self.instance.pk:
            raise forms.ValidationError(_("Nobody supervises themselves. Give the NIP of the superior."))
        self.instance.supervisor = found
        return nip


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

    def __init__(self, *args: Any, batch: RosterBatch, **options: Any) -> None:
        super().__init__(*args, **options)
        self.columns: list[str] = batch.columns
        choices = [("", _("not in the sheet")), *((str(n), name) for n, name in enumerate(batch.columns))]
        for field in FIELDS:
            self.fields[field.name] = forms.ChoiceField(
                label=str(field.label),
                choices=choices,
                required=field.required,
                initial=str(batch.mapping.get(field.name, "")),
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
