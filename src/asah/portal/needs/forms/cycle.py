"""Forms of a cycle: its conditions, opening it again, naming a rater, a sheet of scores."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit, User
from asah.portal.needs.enums import RaterRole
from asah.portal.needs.models import Cycle, Member
from asah.portal.needs.queries.cycles import agencies_planned_by
from asah.portal.needs.queries.groups import LEAST_RATERS
from asah.portal.people.enums import EmploymentKind
from asah.portal.people.models import Person
from asah.portal.ui.fields import WholeField
from asah.portal.ui.stale import StaleForm

FILLED = ("name", "year", "opens_on", "closes_on", "roles", "peers", "employment")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CycleForm(StaleForm):
    """Whom the analysis covers, who rates, from when to when."""

    agency = forms.ModelChoiceField(Unit.objects.none(), label=_("Agency"))
    name = forms.CharField(label=_("Name"), max_length=200)
    year = WholeField(
        label=_("For the plan year"),
        min_value=2000,
        max_value=2100,
        help_text=_("The year that is planned with it."),
    )
    opens_on = forms.DateField(label=_("Ratings from"), widget=_day())
    closes_on = forms.DateField(label=_("Ratings until"), widget=_day())
    roles = forms.MultipleChoiceField(
        label=_("Who rates"),
        choices=RaterRole.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Scores of assessors and tests come by sheet; all others fill in a form."),
    )
    peers = WholeField(
        label=_("Peers for each person"),
        min_value=LEAST_RATERS,
        max_value=10,
        help_text=_(
            "Drawn by lot from the same unit; everybody then fills in about as many forms. What peers say in"
            " confidence counts from five of them on."
        ),
    )
    employment = forms.MultipleChoiceField(
        label=_("Only these kinds of employment"),
        choices=EmploymentKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: everybody."),
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Only these offices"),
        required=False,
        help_text=_("None chosen: the whole agency. Hold Ctrl to choose several."),
    )

    def __init__(self, data: Any, *, viewer: User, cycle: Cycle) -> None:
        agencies = agencies_planned_by(viewer)
        first = agencies.first()
        self.cycle = cycle
        if cycle.pk:
            initial = {name: getattr(cycle, name) for name in FILLED}
            initial |= {"agency": cycle.agency_id, "units": list(cycle.units.all())}
        else:
            year = timezone.localdate().year + 1
            roles = [RaterRole.SELF, RaterRole.SUPERVISOR, RaterRole.PEER]
            initial = {"agency": first, "year": year, "peers": LEAST_RATERS, "roles": roles}
        super().__init__(data, initial=initial)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        self.fields["agency"].disabled = bool(cycle.pk)
        self.fields["units"].queryset = Unit.objects.filter(  # type: ignore[attr-defined]
            parent__in=agencies, is_active=True
        )

    def clean(self) -> dict[str, Any]:
        opens, closes = self.cleaned_data.get("opens_on"), self.cleaned_data.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", _("The last day lies before the first. Set a later one."))
        agency = self.cleaned_data.get("agency")
        if agency and any(unit.agency_id != agency.pk for unit in self.cleaned_data.get("units", [])):
            self.add_error("units", _("Choose offices of the agency above."))
        return self.cleaned_data

    @property
    def filled(self) -> Cycle:
        """The cycle with what was filled in, not yet saved."""
        for name in ("agency", *FILLED):
            setattr(self.cycle, name, self.cleaned_data[name])
        return self.cycle


class ReopenForm(forms.Form):
    """Until when ratings are taken again, and why."""

    closes_on = forms.DateField(label=_("Ratings until"), widget=_day())
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("It stays in the audit."))


class RaterForm(forms.Form):
    """Who is to rate a member."""

    nip = forms.CharField(label=_("NIP of the rater"), max_length=30)
    role = forms.ChoiceField(label=_("Rates as"))
    whole_unit = forms.BooleanField(
        label=_("Also everybody else of this unit who has no rater of this kind"), required=False
    )

    def __init__(self, *args: Any, member: Member, **options: Any) -> None:
        super().__init__(*args, **options)
        self.member = member
        by_hand = (RaterRole.SUPERVISOR, RaterRole.PEER, RaterRole.SUBORDINATE)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in by_hand if role in member.cycle.roles
        ]

    def clean_nip(self) -> Person:
        nip = "".join(str(self.cleaned_data["nip"]).split())
        person = Person.objects.filter(
            agency=self.member.cycle.agency_id, nip=nip, current__isnull=False, current__ended_on=None
        ).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody at work in this agency has this NIP. Look it up in the list of people.")
            )
        return person


class ScoresForm(forms.Form):
    """A sheet of scores."""

    file = forms.FileField(
        label=_("Sheet"),
        help_text=_(
            "Columns: NIP, kode kompetensi, skor, tanggal, instrumen, peran (asesor or tes). .xlsx or .csv."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
