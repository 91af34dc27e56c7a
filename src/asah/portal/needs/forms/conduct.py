"""A case of ethics or discipline: about whom, what for, and who may see it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import User
from asah.portal.competency.models import Competency
from asah.portal.needs.access import OPEN_CASES
from asah.portal.needs.enums import CaseKind
from asah.portal.needs.models import ConductCase
from asah.portal.needs.queries.conduct import STREAMS, people_of_cases, users_to_name
from asah.portal.people.models import Person
from asah.portal.ui.forms import OnceForm

MOST_NAMED = 20


class CaseForm(OnceForm):
    """People are found by NIP and user name: lists of all of them would tell nothing and load slowly."""

    nip = forms.CharField(label=_("NIP of the person"), max_length=30)
    kind = forms.ChoiceField(label=_("Kind"), choices=CaseKind.choices, widget=forms.RadioSelect)
    opened_on = forms.DateField(
        label=_("Since"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )
    competency = forms.ModelChoiceField(
        Competency.objects.none(),
        label=_("Competency to be coached"),
        empty_label=None,
        help_text=_(
            "Of ethics or integrity. It enters the plan like any other need and does not tell of the case."
        ),
    )
    need = forms.CharField(
        label=_("What coaching is needed"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is to change, not the findings: those stay in the file of the case."),
    )
    named = forms.CharField(
        label=_("Who may see it besides you"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("User names, one a line: those who coach or decide. Every look at the case is recorded."),
    )

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.viewer = viewer
        agencies = {int(path.split(".", 1)[0]) for path in OPEN_CASES.paths(viewer)}
        self.fields["competency"].queryset = Competency.objects.filter(  # type: ignore[attr-defined]
            agency__in=agencies, archived_at=None, stream__in=STREAMS
        ).order_by("code")

    def clean_nip(self) -> Person:
        nip = "".join(str(self.cleaned_data["nip"]).split())
        person = people_of_cases(self.viewer).filter(nip=nip).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody at work in your units has this NIP. Look it up in the list of people.")
            )
        return person

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        person = data.get("nip")
        names = list(dict.fromkeys(str(data.get("named", "")).split()))
        if isinstance(person, Person):
            found = {user.username: user for user in users_to_name(person).filter(username__in=names)}
            unknown = [name for name in names if name not in found]
            if unknown:
                words = _("No user with a part in coaching here has these names: %(names)s.")
                self.add_error("named", words % {"names": ", ".join(unknown[:MOST_NAMED])})
            if len(names) > MOST_NAMED:
                self.add_error("named", _("More than 20 people are no small circle. Name fewer."))
            data["named"] = list(found.values())
        return data

    @property
    def filled(self) -> ConductCase:
        """The case with what was filled in, not yet saved."""
        data = self.cleaned_data
        return ConductCase(
            person=data["nip"],
            kind=data["kind"],
            opened_on=data["opened_on"],
            competency=data["competency"],
            need=data["need"],
        )
